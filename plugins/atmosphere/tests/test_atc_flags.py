"""Letters of the Atmosphere Thematic Centre and primary flags, both ways."""

from __future__ import annotations

import numpy as np
import pytest
from icos_atmosphere.atc_flags import LETTERS, NO_LETTER, atc_letters, codes_of, is_correct, primary_flags
from icos_atmosphere.vocabulary import ATC_FLAGS, series_words

from icos_core.components import Outcome
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.people import PersonFlag


def series(rows, **values):
    time = np.datetime64("2024-01-01T00:00:00", "ns") + np.arange(rows) * np.timedelta64(1, "h")
    return make_stream(time, values, series_words(("co2",)), {"line": "10m"})


def with_companions(flag, origin, **more):
    stream = series(len(flag), co2=np.full(len(flag), 410.0), **more)
    return stream.assign(co2_flag=("time", np.array(flag, dtype=np.int8)), co2_flag_origin=("time", np.array(origin, dtype=np.int8)))


def text(codes):
    return "".join(LETTERS[code] for code in codes)


@pytest.mark.parametrize(
    ("flag", "origin", "letter"),
    [
        (1, 0, "U"), (2, 0, "U"), (3, 0, "N"), (4, 0, "N"), (9, 0, "N"),
        (1, 1, "O"), (2, 1, "O"), (3, 1, "K"), (4, 1, "K"),
        (1, 2, "R"), (2, 2, "R"), (3, 2, "H"), (4, 2, "H"),
    ],
)  # fmt: skip
def test_flag_and_origin_give_the_letter(flag, origin, letter):
    letters = atc_letters(with_companions([flag], [origin]), "co2")
    assert letters.dtype == np.int8
    assert text(letters) == letter


def test_a_letter_of_the_file_stands_where_no_person_spoke():
    stream = with_companions([1, 4, 1, 4, 1, 4], [0, 0, 1, 1, 2, 0], co2_atc_flag=codes_of(["R", "K", "N", "U", "U", "?"]))
    assert text(atc_letters(stream, "co2")) == "RKOKRN"


def test_values_without_flags_are_not_evaluated():
    assert text(atc_letters(series(3, co2=[410.0, np.nan, 411.0]), "co2")) == "UNU"


def test_letters_of_a_stream_that_the_core_flagged():
    stream = series(5, co2=[410.0, np.nan, 999.0, 412.0, 413.0])
    level = np.array([1, 2, 4, 1, 4], dtype=np.int8)
    hour = np.timedelta64(1, "h")
    words = {"stream": "x", "variable": "co2", "who": "pi", "when": "2024-01-02T00:00:00Z", "why": "pump"}
    bad = PersonFlag(id="a", start=stream.time.values[3], end=stream.time.values[3] + hour, flag=4, **words)
    good = PersonFlag(id="b", start=stream.time.values[4], end=stream.time.values[4] + hour, flag=1, **words)
    apply_flags(stream, [Outcome(variable="co2", name="range", level=level)], [bad, good])
    assert text(atc_letters(stream, "co2")) == "UNNKO"


@pytest.mark.parametrize(
    ("letter", "flag", "origin", "correct"),
    [
        ("U", 1, 0, True),
        ("N", 4, 0, False),
        ("O", 1, 1, True),
        ("K", 4, 1, False),
        ("R", 1, 2, True),
        ("H", 4, 2, False),
        ("", 2, 0, False),
    ],
)
def test_a_letter_gives_flag_origin_and_whether_it_is_correct(letter, flag, origin, correct):
    codes = codes_of([letter])
    flags, origins = primary_flags(codes)
    assert (flags.dtype, origins.dtype) == (np.int8, np.int8)
    assert (flags.tolist(), origins.tolist(), is_correct(codes).tolist()) == ([flag], [origin], [correct])


def test_there_and_back_again():
    codes = codes_of(list(ATC_FLAGS))
    flag, origin = primary_flags(codes)
    assert np.array_equal(atc_letters(with_companions(flag, origin), "co2"), codes)
    assert codes_of(["X", "", "u", "UO"]).tolist() == [NO_LETTER] * 4
