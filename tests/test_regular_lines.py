"""Lines of the right shape, and the account of the others."""

import numpy as np
import pytest

from icos_core.raw_text.delimited_text import split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.regular_lines import regular_lines, reject_rows


def sorted_out(text, first=0, **options):
    lines = split_lines(text)
    account = LineAccount("file.csv")
    found = regular_lines(lines, first, len(lines), **{"n_fields": 3, "least": 3, "account": account} | options)
    account.seen, account.kept = len(lines) - first, found.rows.size
    assert account.tally.balanced
    return found, account


def test_regular_lines_pass_as_they_are():
    found, account = sorted_out(b"a,b,c\n1,2,3\n4,5,6\n", first=1)
    assert found.rows.tolist() == [1, 2]
    assert found.text == b"1,2,3\n4,5,6\n"
    assert not account.problems


def test_every_other_line_is_counted():
    found, account = sorted_out(b"1,2,3\n\n , \t,\n1,2\n1,2,3,4\n1,\x00,3\n4,5,6\n")
    assert found.rows.tolist() == [0, 6]
    assert found.text == b"1,2,3\n4,5,6\n"
    assert account.tally.rejected == {"blank line": 2, "too few fields": 1, "too many fields": 1, "zero bytes": 1}
    assert [problem.line for problem in account.problems] == [6, 4, 5]


def test_lines_without_the_mark_are_no_data():
    found, account = sorted_out(b"@D,2,3\nnote\n@DX,2,3\n@D,5,6\n@", mark=b"@D,")
    assert found.rows.tolist() == [0, 3]
    assert account.tally.rejected == {"no line of data": 3}


def test_blank_fields_at_the_end_are_added_and_taken_away():
    found, account = sorted_out(b"1,2\n1,2,3,\n1\n", least=2)
    assert found.text == b"1,2,\n1,2,3\n"
    assert account.tally.rejected == {"too few fields": 1}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators(separator):
    found, _ = sorted_out(f"1{separator}2{separator}3\n".encode(), separator=separator)
    assert found.rows.tolist() == [0]


def test_no_lines_at_all():
    found, _ = sorted_out(b"a,b,c\n", first=1)
    assert (found.rows.size, found.text) == (0, b"")


def test_only_the_first_of_many_is_told():
    _, account = sorted_out(b"x\n" * 100)
    assert len(account.problems) == 6
    assert "95 more" in str(account.problems[-1])
    account = LineAccount("file.csv")
    reject_rows(account, "no time", "no time: expected one", np.arange(100), split_lines(b"x\n" * 100))
    assert account.tally.rejected == {"no time": 100}
    assert "95 more" in str(account.problems[-1])
