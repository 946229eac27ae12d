"""Numbers, times and words as text."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icos_core.exporters import text


def cells(column: np.ndarray) -> list[str]:
    return text.lines([column]).decode().split("\n")[:-1]


@given(st.lists(st.floats(allow_infinity=False), min_size=1, max_size=30))
def test_shortest_text_reads_back_as_the_same_number(numbers: list[float]) -> None:
    values = np.array(numbers)
    found = np.array([float(cell) if cell else np.nan for cell in cells(text.float_column(values))])
    np.testing.assert_array_equal(found, values)


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=30), st.integers(0, 7))
def test_numbers_with_few_decimals_are_written_with_no_more(whole: list[int], decimals: int) -> None:
    values = np.array(whole) / 10**decimals
    for cell, value in zip(cells(text.float_column(values)), values.tolist(), strict=True):
        assert len(cell.partition(".")[2]) <= decimals
        assert float(cell) == value


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.integers(0, 6))
def test_fixed_decimals_are_within_half_a_digit(numbers: list[float], decimals: int) -> None:
    for cell, number in zip(cells(text.float_column(np.array(numbers), decimals)), numbers, strict=True):
        assert len(cell.partition(".")[2]) == decimals
        assert abs(float(cell) - number) <= 0.5 * 10.0**-decimals * (1 + 1e-6) + abs(number) * 1e-15


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        (0.0, 3, "0.000"),
        (-0.0004, 3, "0.000"),
        (-1.25, 3, "-1.250"),
        (0.05, 2, "0.05"),
        (1005.0, 0, "1005"),
        (99.9996, 3, "100.000"),
        (1e300, 1, f"{1e300:.1f}"),
        (np.nan, 3, "NaN"),
        (-12.5, None, "-12.5"),
        (100.0, None, "100"),
        (0.1 + 0.2, None, "0.30000000000000004"),
        (1e-300, None, "1e-300"),
    ],
)
def test_numbers(number: float, decimals: int | None, expected: str) -> None:
    assert cells(text.float_column(np.array([number]), decimals, "NaN")) == [expected]


def test_numbers_of_all_kinds_beside_each_other() -> None:
    values = np.array([1.5, np.nan, 1 / 3, -2.25, 1e20])
    assert cells(text.float_column(values, None, "-")) == ["1.5", "-", repr(1 / 3), "-2.25", "1e+20"]


@given(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=2000))
def test_whole_numbers(numbers: list[int]) -> None:
    assert cells(text.integer_column(np.array(numbers, dtype=np.int32))) == [str(number) for number in numbers]


def test_many_different_whole_numbers() -> None:
    numbers = np.arange(-3000, 3000, dtype=np.int64)
    assert cells(text.integer_column(numbers)) == [str(number) for number in numbers.tolist()]


def test_small_whole_numbers_of_every_value() -> None:
    numbers = np.arange(-128, 128).astype(np.int8)
    assert cells(text.integer_column(numbers)) == [str(number) for number in numbers.tolist()]


@given(st.lists(st.datetimes(), min_size=1, max_size=20))
def test_times(moments: list) -> None:
    time = np.array(moments, dtype="datetime64[us]").astype("datetime64[ms]")
    assert cells(text.time_column(time, digits=3)) == [f"{moment}Z" for moment in np.datetime_as_string(time, "ms")]


def test_times_before_1970_count_forwards_within_the_day() -> None:
    assert cells(text.time_column(np.array(["1969-12-31T23:59:58"], dtype="datetime64[ns]"))) == ["1969-12-31T23:59:58Z"]


@pytest.mark.parametrize(("moment", "digits"), [("00:00:01", 0), ("00:00:01.5", 3), ("00:00:01.000001", 6), ("00:00:01.000000001", 9)])
def test_digits_of_the_second_that_a_time_needs(moment: str, digits: int) -> None:
    assert text.time_digits(np.array([f"2024-01-01T{moment}"], dtype="datetime64[ns]")) == digits


def test_words_may_hold_any_letter() -> None:
    assert cells(text.word_column(np.array([1, 0, 1]), ["µatm", ""])) == ["", "µatm", ""]


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=2, max_size=8))
def test_quoted_cells_are_read_back_by_another_reader(words: list[str]) -> None:
    line = ",".join(text.quoted(word) for word in words)
    assert next(csv.reader(io.StringIO(line, newline=""))) == words
