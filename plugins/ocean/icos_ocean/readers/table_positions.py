"""Positions as tables hold them: degrees, or degrees and minutes in one number; the hemisphere as a sign, a letter, or a column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import number

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Words

__all__ = ["axis", "converter", "in_degrees", "signed"]

_LETTERS = {"latitude": "NS", "longitude": "EW"}
_POSITION = re.compile(r"(latitude|longitude)(?:_[2-9])?")
_WITH_LETTER = re.compile(r"([NSEW])?\s*([+-]?[0-9.]+)\s*([NSEW])?")
# Signs beyond ASCII have become blanks or question marks by the time a cell is looked at.
_DEGREES_MINUTES = re.compile(r"([NSEW])?\s*([0-9]{1,3})[?\s]+([0-9.]+)\s*['?]*\s*([NSEW])?")


def axis(name: str) -> str | None:
    """Return ``latitude`` or ``longitude`` where a variable is one, of whichever receiver, else None."""
    match = _POSITION.fullmatch(name)
    return match[1] if match is not None else None


def converter(name: str, *, in_minutes: bool) -> Callable[[str], float | None]:
    """Return what makes a number of a cell that the C parser could not read.

    `in_minutes` says that positions are numbers of degrees and minutes; one that has them apart is put in that form.
    """
    of = axis(name)
    if of is None:
        return number
    letters = _LETTERS[of]

    def position(text: str) -> float | None:
        upper = text.upper()
        apart = _DEGREES_MINUTES.fullmatch(upper)
        if apart is not None:
            minutes = number(apart[3])
            if minutes is None or minutes >= 60.0:
                return None
            value = 100.0 * int(apart[2]) + minutes if in_minutes else int(apart[2]) + minutes / 60.0
            return _with_sign(value, apart[1], apart[4], letters)
        match = _WITH_LETTER.fullmatch(upper)
        found = number(match[2]) if match is not None else None
        if match is None or found is None:
            return None
        return _with_sign(found, match[1], match[3], letters)

    return position


def _with_sign(value: float, before: str | None, after: str | None, letters: str) -> float | None:
    if before is not None and after is not None:
        return None
    letter = before or after
    if letter is None:
        return value
    if letter not in letters or value < 0.0:
        return None
    return -value if letter in "SW" else value


def in_degrees(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn numbers that hold degrees and minutes (5415.0) into degrees (54.25); minutes of 60 and more are missing."""
    degrees, minutes = np.divmod(np.abs(values), 100.0)
    return np.where(minutes < 60.0, np.copysign(degrees + minutes / 60.0, values), np.nan)


def signed(name: str, values: NDArray[np.float64], letters: Words) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give numbers the sign of their hemisphere.

    Returns
    -------
    (n,) ndarray
        The numbers; missing where the letter is none of the two, or the number has a minus already: -10 W could be either side.
    (n,) ndarray of bool
        Where that is so although there is a number.
    """
    known = _LETTERS["latitude" if axis(name) == "latitude" else "longitude"]
    signs = {known[0]: 1.0, known[1]: -1.0}
    sign = np.array([*(signs.get(word.strip().upper()[:1], np.nan) for word in letters.words), np.nan])[letters.codes]
    found = np.where(values < 0.0, np.nan, sign * values)
    return found, np.isnan(found) & np.isfinite(values)
