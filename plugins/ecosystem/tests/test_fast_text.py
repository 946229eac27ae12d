"""Two ways through a text: Arrow for regular files, line by line otherwise. Both have to give the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_ecosystem.readers import fast_text
from icos_ecosystem.readers.fast_text import TextForm, TextTable, read_table, split_header

from icos_core.raw_text.delimited_text import split_lines
from icos_core.raw_text.line_account import LineAccount

if TYPE_CHECKING:
    from icos_core.components import Tally

FORM = TextForm(headers=("time", "a", "b"), numbers=(1, 2), texts=(0,))


def read(content: bytes, form: TextForm = FORM, first: int = 1) -> tuple[TextTable, Tally]:
    account = LineAccount("raw.csv")
    table = read_table(split_lines(content), first, form, account, 0)
    return table, account.tally


def slowly(content: bytes, form: TextForm = FORM) -> TextTable:
    lines = split_lines(content)
    return fast_text._slow(lines, [(1, len(lines))], form, LineAccount("raw.csv"))


@pytest.mark.parametrize(
    "rows",
    [
        b"t0,1,2\nt1,-3.25,4e-3\n",
        b"t0,1,2\r\nt1,.5,5.\r\n",
        b'"t0","1","2"\n"t1","NAN",""\n',
        b"t0,-9999,NaN\nt1,-9999.0,nan\n",
        b"t0, 1 ,2\nt1,0.1,0.30000000000000004\n",
        b"t0,1,2",
    ],
)
def test_both_ways_give_the_same(rows: bytes) -> None:
    content = b"time,a,b\n" + rows
    lines = split_lines(content)
    fast = fast_text._fast(lines, 1, FORM)
    assert fast is not None
    slow = slowly(content)
    np.testing.assert_array_equal(fast.line, slow.line)
    assert fast.texts[0].texts() == slow.texts[0].texts() or b'"' in rows
    for place in FORM.numbers:
        np.testing.assert_array_equal(fast.numbers[place], slow.numbers[place])


def test_random_numbers_are_read_to_the_last_bit() -> None:
    random = np.random.default_rng(1)
    numbers = random.normal(size=(500, 2)) * 10.0 ** random.integers(-12, 12, (500, 2))
    content = b"time,a,b\n" + b"".join(f"x,{one!r},{two!r}\n".encode() for one, two in numbers.tolist())
    np.testing.assert_array_equal(np.column_stack([*read(content)[0].numbers.values()]), numbers)
    np.testing.assert_array_equal(np.column_stack([*slowly(content).numbers.values()]), numbers)


def test_a_repeated_text_of_another_separator() -> None:
    form = TextForm(headers=("time", "a", "b"), numbers=(1, 2), separator=";", decimal=",")
    table, _ = read(b"time;a;b\nx;1,5;-0,25\n", form)
    assert [table.numbers[place].tolist() for place in (1, 2)] == [[1.5], [-0.25]]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "blank line"),
        (b",,", "blank line"),
        (b" , ,\t", "blank line"),
        (b"t,1", "too few fields"),
        (b"t,1,2,3", "too many fields"),
        (b"t,\x00,2", "zero bytes"),
        (b"time,a,b", "header line again"),
    ],
)
def test_lines_of_the_wrong_shape(line: bytes, reason: str) -> None:
    table, tally = read(b"time,a,b\nt0,1,2\n" + line + b"\nt2,3,4\n")
    assert dict(tally.rejected) == {reason: 1}
    assert table.line.tolist() == [2, 4]
    assert table.numbers[1].tolist() == [1.0, 3.0]
    assert table.texts[0].texts() == ["t0", "t2"]


@pytest.mark.parametrize("cell", [b"x", b"1.2.3", b"inf", b"-inf", b"1e999", b"-nan", b"0x10", b"1_000", b"+", b"12-3", b'1"2'])
def test_cells_that_are_no_number(cell: bytes) -> None:
    table, tally = read(b"time,a,b\nt0," + cell + b",2\nt1,3,4\n")
    np.testing.assert_array_equal(table.numbers[1], [np.nan, 3.0])
    assert dict(tally.damaged) == {"a": 1}


def test_blank_fields_at_the_end() -> None:
    table, tally = read(b"time,a,b\nt0,1,2,\nt1,3,4\n")
    assert table.numbers[2].tolist() == [2.0, 4.0]
    assert not tally.rejected


def test_an_open_quote_swallows_nothing() -> None:
    table, tally = read(b'time,a,b\n"t0,1,2\nt1,3,4\n"t2",5,6\n')
    assert tally.seen == 3
    assert table.numbers[1].tolist() == [1.0, 3.0, 5.0]


def test_clock_alone() -> None:
    form = TextForm(headers=("time", "a", "b"), numbers=(), texts=(0,))
    assert read(b"time,a,b\nt0,1,2\n\nt1,3,4\n", form)[0].texts[0].texts() == ["t0", "t1"]


def test_headers() -> None:
    assert split_header(b'"a","b,c",d , "e"\r\n', ",") == ("a", "b,c", "d", "e")
    assert split_header(b",u_m/s,T_\xb0C", ",", "latin-1") == ("", "u_m/s", "T_°C")
