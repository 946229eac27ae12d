"""What is written as TOML is read as what it was."""

import tomllib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icos_core.describing.toml_text import array_of_tables, comment, toml_value

scalars = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False)
)
values = st.recursive(
    scalars, lambda each: st.one_of(st.lists(each, max_size=3), st.dictionaries(st.text("ab c.", max_size=3), each, max_size=3))
)


@given(st.dictionaries(st.text('abc -_."', max_size=4), values, max_size=5))
def test_round_trip(table):
    lines = array_of_tables("input", table, {})
    assert tomllib.loads("\n".join(lines)) == {"input": [table]}


def test_forms():
    assert toml_value(datetime(2024, 1, 2, tzinfo=UTC)) == "2024-01-02T00:00:00+00:00"
    assert toml_value(date(2024, 1, 2)) == "2024-01-02"
    assert toml_value(timedelta(seconds=90)) == '"90 s"'
    assert toml_value(r"_(\d+)") == r"'_(\d+)'"
    assert toml_value(float("nan")) == "nan"
    assert array_of_tables("input", {"stream": None}, {}) == ["[[input]]"]
    with pytest.raises(TypeError, match="no form in TOML"):
        toml_value(object())


@given(st.text())
def test_a_comment_is_one_line_that_says_nothing(text):
    assert tomllib.loads(comment(text.encode("utf-8", "replace").decode())) == {}
