"""Delimited text: lines, shapes, numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icos_core.raw_text.delimited_text import (
    TextError,
    count_fields,
    cut_at_headers,
    gather,
    number,
    parse_block,
    repaired,
    split_lines,
)


def parse(text, n_fields, words=(), numbers=(), **options):
    return parse_block(text, text.count(b"\n"), n_fields, separator="\t", words=words, numbers=dict.fromkeys(numbers, number), **options)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\r\nb\rc\nd", [b"a", b"b", b"c", b"d"]),
        (b"\n\na\n", [b"", b"", b"a"]),
        (b"\xef\xbb\xbfa\n", [b"a"]),
    ],
)
def test_lines_whatever_their_ends(data, lines):
    found = split_lines(data)
    assert [found.raw(index) for index in range(len(found))] == lines
    assert found.complete == (not data or data.endswith(b"\n"))


@given(
    st.lists(st.tuples(st.binary(max_size=8).map(lambda b: b.translate(None, b"\r\n\0")), st.sampled_from([b"\n", b"\r\n"])), max_size=20)
)
def test_no_line_is_lost(parts):
    found = split_lines(b"x\n" + b"".join(text + end for text, end in parts))
    assert [found.raw(index + 1) for index in range(len(found) - 1)] == [text for text, _ in parts]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_told(encoding):
    with pytest.raises(TextError, match="UTF-16"):
        split_lines(("Type\terror\tlatitude\n" * 20).encode(encoding))


def test_a_file_of_zero_bytes_is_not_taken_for_a_wide_encoding():
    assert len(split_lines(bytes(4096))) == 1


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30))
def test_fields_are_counted(widths):
    lines = split_lines(b"".join(b"\t" * width + b"\n" for width in widths))
    np.testing.assert_array_equal(count_fields(lines, 0, len(lines), "\t"), np.array(widths) + 1)
    assert count_fields(lines, len(widths) - 1, len(widths), "\t").tolist() == [widths[-1] + 1]


def test_blocks_cover_every_line_once():
    lines = split_lines(b"".join(b"x" * width + b"\n" for width in (1, 50, 3, 200, 0, 0, 7)))
    for size in (1, 10, 60, 1000):
        blocks = list(lines.blocks(1, len(lines), size))
        assert [index for first, last in blocks for index in range(first, last)] == list(range(1, len(lines)))


def test_a_file_is_cut_where_the_header_changes():
    lines = split_lines(b"Type\ta\n1\nType\ta\n2\nType\tb\n3\nType\ta\n4\n")
    assert cut_at_headers(lines, 0, "\t") == [(0, 4), (4, 6), (6, 8)]
    assert cut_at_headers(split_lines(b"\ta\n1\n\tb\n"), 0, "\t") == [(0, 3)]


def test_blank_fields_at_the_end_are_added_and_taken_away():
    assert repaired(b"1\t2", 3, 2, "\t") == b"1\t2\t"
    assert repaired(b"1\t2\t3\t\t ", 3, 2, "\t") == b"1\t2\t3"
    assert repaired(b"1\t2\t3\t4", 3, 2, "\t") is None
    assert repaired(b"1", 3, 2, "\t") is None


def test_lines_are_gathered_in_their_order():
    lines = split_lines(b"a\nb\nc\nd\ne\nf\n")
    regular = np.array([True, True, False, False, True])
    assert gather(lines, 1, regular, {2: b"D", 3: b"E"}) == b"b\nc\nD\nE\nf\n"
    assert gather(lines, 0, np.zeros(6, dtype=bool), {}) == b""


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), ("-1.5", -1.5), ("+.5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("1E-3", 0.001), ("007", 7.0)],
)
def test_numbers(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["", "-", ".", "H", "10.0.3", "1e", "1e400", "inf", "nan", "0x1F", "1_000", "1,5", "1 2", "١", "--5", "True"]
)
def test_what_is_no_number(text):
    assert number(text) is None


CELLS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(-10000, 10000, places=5).map(str),
    st.integers(-(10**18), 10**18).map(str),
    st.sampled_from(
        ["", "NaN", "nan", " ", " 12", "12 ", "H", "-", "1e", "10.0.3", "inf", "-Infinity", "1e400", "True", "0x10", "1_0", '"1"', "#1"]
    ),
    st.text("0123456789.eE+- ", max_size=7),
)


@given(st.lists(CELLS, min_size=1, max_size=20))
def test_fast_and_slow_way_agree_to_the_bit(cells):
    """Whatever stands in the other cells of a column, each is what Python makes of it."""
    block = parse("".join(f"x\t{cell}\n" for cell in cells).encode(), 2, words=[0], numbers=[1])
    damaged = block.damaged.get(1, {})
    for row, cell in enumerate(cells):
        text, value = cell.strip(), block.numbers[1][row]
        if number(text) is not None:
            assert value == float(text)
            assert row not in damaged
        else:
            assert math.isnan(value)
            assert (row in damaged) == (text.lower() not in {"", "nan"})


def test_missing_values_count_by_text_and_by_value():
    text = b"x\t-999\nx\t-999.0\nx\t1\nx\tn/a\nx\t N/A \nx\t-\n"
    block = parse(text, 2, numbers=[1], missing=["-999", "n/a"])
    np.testing.assert_array_equal(block.numbers[1], [np.nan, np.nan, 1, np.nan, np.nan, np.nan])
    assert block.damaged == {1: {5: "-"}}
    numeric = parse(b"x\t-999\nx\t1\n", 2, numbers=[1], missing=["-999.00"])
    np.testing.assert_array_equal(numeric.numbers[1], [np.nan, 1])


def test_decimal_comma():
    block = parse(b"x\t1,5\nx\t2.5\nx\t-3\n", 2, numbers=[1], decimal=",")
    np.testing.assert_array_equal(block.numbers[1], [1.5, 2.5, -3])
    np.testing.assert_array_equal(parse(b"x\t1,5\nx\t-3\n", 2, numbers=[1], decimal=",").numbers[1], [1.5, -3])


def test_words_are_stripped_and_empty_ones_absent():
    block = parse(b"EQU\t1\n EQU \t2\n\t3\n  \t4\nSTD1\t5\n7\t6\n", 2, words=[0], numbers=[1])
    words = block.words[0]
    assert [words.words[code] if code >= 0 else None for code in words.codes] == ["EQU", "EQU", None, None, "STD1", "7"]


def test_bytes_beyond_ascii():
    block = parse("É\t1\u00a0\nx\t2µ\n".encode("windows-1252"), 2, words=[0], numbers=[1])
    assert block.words[0].words == ("?", "x")
    np.testing.assert_array_equal(block.numbers[1], [1, np.nan])


def test_columns_that_are_not_wanted_are_not_converted():
    assert parse(b"1\tC1RPh[Deg]\n2\t10.0.3\n", 2, numbers=[0]).damaged == {}


def test_no_lines():
    block = parse(b"", 3, words=[0], numbers=[2])
    assert block.numbers[2].shape == block.words[0].codes.shape == (0,)


def test_a_shape_that_does_not_fit_is_an_error():
    with pytest.raises(TextError, match="2 lines were parsed as 1 rows"):
        parse_block(b"1\n", 2, 1, separator="\t", words=[], numbers={0: number})


def test_words_of_digits_keep_their_zeros() -> None:
    block = parse_block(b"000156,060719\n,060719\n101010,\n", 3, 2, separator=",", words=(0, 1), numbers={})
    assert block.words[0].words == ("000156", "101010")
    assert block.words[0].codes.tolist() == [0, -1, 1]
    assert block.words[1].words == ("060719",)
