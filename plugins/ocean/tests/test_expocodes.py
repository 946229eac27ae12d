"""Expocodes as numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_ocean.expocodes import NO_EXPOCODE, expocode_number, expocode_numbers, expocode_text, platform_of


@given(st.from_regex(r"[0-9A-Z]{4}[0-9]{8}(-[1-9][0-9]?)?", fullmatch=True))
def test_a_number_tells_its_expocode(text):
    assert expocode_text(expocode_number(text)) == text


@given(st.lists(st.from_regex(r"[0-9A-Z]{4}[0-9]{8}(-[1-9])?", fullmatch=True), unique=True, max_size=30))
def test_different_expocodes_have_different_numbers(texts):
    assert len(set(expocode_numbers(texts).tolist())) == len(texts)


def test_a_number_can_be_read():
    number = expocode_number("AGSK20031205")
    assert number % 10**10 == 2003120500
    assert number // 10**10 == int("AGSK", 36)
    assert number < 2**63


@pytest.mark.parametrize(
    "text", ["", "NaN", "AGSK2003120", "AGSK200312055", "AGS 20031205", "AGSK20031205-", "AGSK20031205-0", "ÄGSK20031205"]
)
def test_what_is_no_expocode(text):
    assert expocode_number(text) == NO_EXPOCODE
    assert expocode_text(NO_EXPOCODE) == ""


def test_small_letters_and_blanks_do_not_matter():
    assert expocode_number(" agsk20031205 ") == expocode_number("AGSK20031205")


def test_cruises_of_one_platform():
    platforms = platform_of(expocode_numbers(["AGSK20031205", "AGSK20040101-2", "58G220240101", "none"]))
    assert platforms[0] == platforms[1]
    assert platforms[0] != platforms[2]
    assert platforms[3] == NO_EXPOCODE
    assert platforms.dtype == np.int64
