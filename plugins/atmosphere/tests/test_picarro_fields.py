"""Numbers of a Picarro log: always the double nearest to the text, whatever is around it."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.picarro_format import log_bytes
from icos_atmosphere.readers.picarro_fields import FIELD_WIDTH, NumberParser, reading
from icos_atmosphere.readers.picarro_runs import MISSING_CODE, code, read_runs, runs

USUAL = st.builds(
    lambda sign, digits, exponent: f"{sign}{digits[0]}.{digits[1:]}E{exponent:+03d}",
    st.sampled_from(["", "-"]),
    st.text("0123456789", min_size=11, max_size=11),
    st.integers(-99, 99),
)
LONG = USUAL.map(lambda text: f"{text[:-2]}0{text[-2:]}")
DAMAGED = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=FIELD_WIDTH)


def block_of(rows):
    """Bytes of rows of texts."""
    text = "".join("".join(field.ljust(FIELD_WIDTH) for field in row) + "\n" for row in rows)
    return np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(len(rows), -1)


def parsed(rows, positions=None):
    block = block_of(rows)
    positions = range(len(rows[0])) if positions is None else positions
    parser = NumberParser(list(positions), block[:1])
    values = np.empty((len(positions), len(rows)))
    return values, parser.parse(block, values)


@given(st.lists(st.tuples(USUAL, USUAL, USUAL), min_size=1, max_size=40))
def test_numbers_of_the_usual_form(rows):
    values, unreadable = parsed(rows)
    assert unreadable == {}
    # As text, so that the sign of zero counts.
    assert [str(value) for value in values.T.ravel()] == [str(float(text)) for row in rows for text in row]


@given(st.lists(st.tuples(LONG, LONG), min_size=1, max_size=40))
def test_numbers_with_three_digits_of_the_exponent(rows):
    values, unreadable = parsed(rows)
    assert unreadable == {}
    assert [str(value) for value in values.T.ravel()] == [str(float(text)) for row in rows for text in row]


@given(
    st.lists(st.one_of(USUAL, LONG, DAMAGED), min_size=1, max_size=40), st.sampled_from(["1.0000000000E+00", "1.0000000000E+000", "1.5"])
)
def test_what_is_no_number_is_found_and_nothing_else_changed(texts, first):
    rows = [(first,), *((text,) for text in texts)]
    values, unreadable = parsed(rows)
    wrong = set(unreadable.get(0, np.empty(0, int)).tolist())
    for row, (text,) in enumerate(rows):
        number = reading(text.strip())
        if first == "1.5":
            assert (row in wrong) == np.isnan(number)
        else:
            is_usual = len(text) >= 16 and text.lstrip("-")[1:2] == "." and len(text.lstrip("-")) in {16, 17} and not np.isnan(number)
            assert row in wrong or is_usual
        assert np.isnan(values[0, row]) if row in wrong else values[0, row] == number


def test_columns_apart_and_side_by_side():
    rows = [[f"{column}.{row:010d}E+01" for column in range(9)] for row in range(25)]
    values, _ = parsed(rows, positions=(0, 2, 3, 4, 8))
    expected = [[float(row[column]) for row in rows] for column in (0, 2, 3, 4, 8)]
    assert values.tolist() == expected


@pytest.mark.parametrize("share", [0.01, 0.5, 1.0])
def test_many_numbers_of_another_form(share):
    random = np.random.default_rng(3)
    rows = [(f"{value:.5f}" if random.random() < share else f"{value:.10E}",) for value in random.normal(400, 1, 2000)]
    values, unreadable = parsed([("1.0",), *rows])
    assert unreadable == {}
    assert values[0, 1:].tolist() == [float(text) for (text,) in rows]
    values, unreadable = parsed([("1.0",), *rows, ("nan",), ("inf",), ("1_0",), ("0x1p3",)])
    assert unreadable[0].tolist() == [2001, 2002, 2003, 2004]
    assert values[0, 1:2001].tolist() == [float(text) for (text,) in rows]


def test_a_letter_in_place_of_the_point_or_the_e_is_found():
    good = "1.2345678901E+02"
    for place in range(16):
        for letter in range(33, 127):
            text = f"{good[:place]}{chr(letter)}{good[place + 1 :]}"
            values, unreadable = parsed([(good,), (text,)])
            number = float(text) if re.fullmatch(r"[0-9]\.[0-9]{10}E[+-][0-9]{2}", text) else None
            if number is None:
                assert unreadable[0].tolist() == [1], text
            else:
                assert values[0, 1] == number, text


def test_whatever_follows_a_number_makes_it_none():
    for follower in "0123456789xE.-":
        _, unreadable = parsed([("1.2345678901E+02",), (f"1.2345678901E+02{follower}",)])
        is_longer_exponent = follower.isdigit()
        assert ({} if is_longer_exponent else {0: [1]}) == {key: rows.tolist() for key, rows in unreadable.items()}


def test_an_exponent_of_three_digits_among_shorter_ones():
    values, unreadable = parsed([("1.0000000000E+00",), ("1.0000000000E+001",), ("-2.0000000000E-003",), ("3.0000000000E+100",)])
    assert unreadable == {}
    assert values[0].tolist() == [1.0, 10.0, -0.002, 3e100]


def test_an_exponent_of_two_digits_among_longer_ones():
    values, unreadable = parsed([("1.0000000000E+000",), ("1.0000000000E+01",), ("-2.0000000000E-03",), ("3.0000000000E+100",)])
    assert unreadable == {}
    assert values[0].tolist() == [1.0, 10.0, -0.002, 3e100]


def test_a_column_that_seldom_changes():
    texts = ["0", "0", "65536", "65536", "0", "x", "-1", "4294967296", "2.0000000000E+00", "1.5"]
    block = block_of([(text,) for text in texts])
    assert runs(block, 0)[0] == [0, 2, 4, 5, 6, 7, 8, 9]
    values = np.empty(len(texts), dtype=np.int32)
    assert read_runs(block, 0, lambda text: code(text, 2**31 - 1), values).tolist() == [5, 6, 7, 9]
    assert values.tolist() == [0, 0, 65536, 65536, 0, MISSING_CODE, MISSING_CODE, MISSING_CODE, 2, MISSING_CODE]


@pytest.mark.parametrize("length", range(1, 24))
def test_texts_that_differ_in_their_last_letter_only(length):
    texts = [f"{'1' * (length - 1)}{letter}" for letter in "2233"]
    assert runs(block_of([(text,) for text in texts]), 0) == ([0, 2], [texts[0], texts[2]])
    assert runs(block_of([(text,) for text in ("0", *texts, "0")]), 0)[0] == [0, 1, 3, 5]
    longer = [texts[0], f"{texts[0]}5", texts[0]]
    assert runs(block_of([(text,) for text in longer]), 0) == ([0, 1, 2], longer)


def test_a_change_in_the_last_digit_of_an_exponent_is_a_change():
    texts = ["1.0000000000E+000", "1.0000000000E+001", "1.0000000000E+001", "-1.0000000000E+001", "-1.0000000000E+002"]
    block = block_of([(text,) for text in texts])
    assert runs(block, 0) == ([0, 1, 3, 4], [texts[row] for row in (0, 1, 3, 4)])
    values = np.empty(len(texts))
    assert not read_runs(block, 0, reading, values).size
    assert values.tolist() == [1.0, 10.0, 10.0, -10.0, -100.0]


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=30), st.sampled_from([2, 3]))
def test_what_is_written_is_what_is_read(values, digits):
    content = log_bytes({"CO2": values}, line_end="\n", exponent_digits=digits)
    block = np.frombuffer(content, dtype=np.uint8).reshape(-1, FIELD_WIDTH + 1)[1:]
    found = np.empty((1, len(values)))
    assert NumberParser([0], np.ascontiguousarray(block[:1])).parse(np.ascontiguousarray(block), found) == {}
    assert [str(value) for value in found[0]] == [str(float(f"{value:.10E}")) for value in values]
