"""Fields and numbers straight from bytes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from icos_core.raw_text.byte_fields import Pieces, split_at_blanks, split_fields


def pieces(texts):
    data = np.frombuffer("\n".join([*texts, ""]).encode("latin-1"), dtype=np.uint8)
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    return Pieces(data, ends - [len(text) for text in texts], ends)


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(min_value=-10_000, max_value=10_000, places=4).map(str),
    st.integers(-(10**17), 10**17).map(str),
    st.sampled_from(["0", "-0.0", "+7", ".5", "-.5", "5.", "007.50", "1e5", " 12.5 ", "\t3\t"]),
)


@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_numbers_are_those_of_python(texts):
    values, damaged = pieces(texts).numbers()
    assert damaged.size == 0
    assert values.tolist() == [float(text) for text in texts]


def test_what_is_no_number():
    texts = ["", "  ", "NaN", "-999", "1..2", "1.2.3", "-", "+", ".", "--1", "1-", "1 2", "inf", "0x1F", "1,5", "H", "1e", "9" * 30, "½"]
    values, damaged = pieces(texts).numbers(missing=["-999.9"])
    expected = [np.nan] * 3 + [-999.0] + [np.nan] * 13 + [float("9" * 30), np.nan]
    np.testing.assert_array_equal(values, expected)
    assert damaged.tolist() == [*range(4, 17), 18]


def test_missing_words_are_not_damaged():
    values, damaged = pieces(["---", "12"]).numbers(missing=["---"])
    np.testing.assert_array_equal(values, [np.nan, 12.0])
    assert damaged.size == 0


@given(st.lists(st.text(alphabet="ab,;. 1", max_size=12), min_size=1, max_size=20))
def test_fields_are_those_of_split(texts):
    fields = split_fields(pieces(texts), ",")
    assert fields.count.tolist() == [len(text.split(",")) for text in texts]
    for place in range(int(fields.count.max()) + 1):
        field = fields.field(place)
        assert [field.text(row) for row in range(len(texts))] == [(text.split(",") + [""] * 20)[place] for text in texts]


@given(st.lists(st.text(alphabet="ab,. 1\t", max_size=12), min_size=1, max_size=20), st.integers(0, 3))
def test_tokens_are_those_of_split(texts, cut):
    whole = pieces(texts)
    some = Pieces(whole.view, np.minimum(whole.starts + cut, whole.ends), whole.ends)
    tokens = split_at_blanks(some)
    words = [text[cut:].split() for text in texts]
    assert tokens.count.tolist() == [len(each) for each in words]
    for place in range(4):
        assert [tokens.token(place).text(row) for row in range(len(texts))] == [(each + [""] * 4)[place] for each in words]
        assert [tokens.rest(place).text(row) for row in range(len(texts))] == [
            (text[cut:].split(None, place) + [""] * 5)[place].strip() for text in texts
        ]


@given(st.lists(st.text(alphabet="ab°ÿ ", max_size=6), max_size=20), st.lists(st.booleans(), min_size=20, max_size=20))
def test_texts_of_some_pieces(texts, wanted):
    some = np.flatnonzero(wanted[: len(texts)])
    assert pieces(texts)[some].texts() == [texts[row] for row in some]


def test_texts_where_some_are_not_there():
    whole = pieces(["ab", "cd", "ef"])
    starts, ends = whole.starts.copy(), whole.ends.copy()
    ends[1] = starts[1]
    starts[2], ends[2] = whole.view.size, 0
    assert Pieces(whole.view, starts, ends)[1:].texts() == ["", ""]


def test_letters_and_words():
    found = pieces(["N", " s ", "", "NE", "n"])
    assert found.letters().tolist() == [ord("N"), ord("S"), 0, 0, ord("N")]
    codes, words = found.words()
    assert [words[code] for code in codes] == ["N", "s", "", "NE", "n"]


def test_nothing():
    empty = pieces([])
    assert [array.size for array in empty.numbers()] == [0, 0]
    assert split_fields(empty, ",").count.size == 0
