"""Letters of the Atmosphere Thematic Centre: from primary flag and origin to the letter of a row, and back.

====== ============================================================ ============================ ===================
letter meaning                                                      primary flag it is read as   origin
====== ============================================================ ============================ ===================
U      correct before manual quality control                        1 good                       0 automatic
N      incorrect before manual quality control                      4 bad                        0 automatic
O      correct after manual quality control                         1 good                       1 person
K      incorrect after manual quality control                       4 bad                        1 person
R      correct, propagated from a person's flag of the hour         1 good                       2 propagated
H      incorrect, propagated from a person's flag of the hour       4 bad                        2 propagated
====== ============================================================ ============================ ===================

References
----------
Hazan, L. et al. (2016), Automatic processing of atmospheric CO2 and CH4 mole fractions at the ICOS Atmosphere Thematic Centre, Atmos.
Meas. Tech. 9, 4719-4736, doi:10.5194/amt-9-4719-2016. Meanings of the letters as the ICOS Carbon Portal hands them to the WDCGG.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.vocabulary import ATC_FLAGS
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED
from icos_core.flags import AUTOMATIC, PERSON, PROPAGATED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["CORRECT", "LETTERS", "NO_LETTER", "atc_letters", "codes_of", "is_correct", "primary_flags"]

NO_LETTER = -1
LETTERS: tuple[str, ...] = (*ATC_FLAGS, "")
"""Letter of each code; the code -1, no letter, finds the empty text at the end."""

CORRECT: frozenset[str] = frozenset("UOR")
"""Letters of values that are correct."""

# Origin → code of the letter for a correct value, and for another one.
_OF_ORIGIN = {
    AUTOMATIC: (ATC_FLAGS["U"], ATC_FLAGS["N"]),
    PERSON: (ATC_FLAGS["O"], ATC_FLAGS["K"]),
    PROPAGATED: (ATC_FLAGS["R"], ATC_FLAGS["H"]),
}
_FLAG = np.array([GOOD if letter in CORRECT else BAD for letter in ATC_FLAGS] + [NOT_EVALUATED], dtype=np.int8)
_ORIGIN = np.array([origin for letter in ATC_FLAGS for origin, codes in _OF_ORIGIN.items() if ATC_FLAGS[letter] in codes] + [AUTOMATIC])


def atc_letters(stream: xr.Dataset, gas: str) -> NDArray[np.int8]:
    """Return the letter of every row of a gas.

    Flag and origin decide: good and not evaluated values are correct, questionable, bad and missing ones incorrect. Where the stream has
    the letter of a finished product (``<gas>_atc_flag``) and no person spoke since (origin 0), that letter stands.

    Parameters
    ----------
    stream
        A series; without ``<gas>_flag`` its values count as not evaluated.
    gas
        Name of the gas: ``co2``.

    Returns
    -------
    (n,) ndarray of int8
        Codes of ``ATC_FLAGS``, every one of them a letter.
    """
    values = stream[gas].values
    if f"{gas}_flag" in stream:
        flag = stream[f"{gas}_flag"].values
        origin = stream[f"{gas}_flag_origin"].values
    else:
        flag = np.where(np.isnan(values), MISSING, NOT_EVALUATED)
        origin = np.full(flag.shape, AUTOMATIC)
    correct = flag <= NOT_EVALUATED
    letters = np.empty(values.shape, dtype=np.int8)
    for value, (good, other) in _OF_ORIGIN.items():
        rows = origin == value
        letters[rows] = np.where(correct[rows], good, other)
    if f"{gas}_atc_flag" in stream:
        stated = stream[f"{gas}_atc_flag"].values
        letters = np.where((stated != NO_LETTER) & (origin == AUTOMATIC), stated, letters)
    return letters


def codes_of(words: Sequence[str]) -> NDArray[np.int8]:
    """Return the codes of letters; -1 for a text that is none of them."""
    return np.array([ATC_FLAGS.get(word, NO_LETTER) for word in words], dtype=np.int8)


def is_correct(letters: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return which codes are letters of correct values; no letter is none."""
    return np.isin(letters, [ATC_FLAGS[letter] for letter in CORRECT])


def primary_flags(letters: NDArray[np.int8]) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return primary flag and origin of codes of letters, each (n,) int8; no letter is not evaluated, automatic."""
    return _FLAG[letters], _ORIGIN[letters].astype(np.int8)
