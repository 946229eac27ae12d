"""Expocodes as whole numbers, so that many millions of rows can say which cruise they belong to.

An expocode has the four characters of the platform's NODC code, the first day of the cruise as eight digits, and sometimes a number
after a hyphen: ``58G220240101``, ``33RO20071215-1``. Its number is ``(platform · 10⁸ + day) · 100 + suffix`` with the platform read to
the base of 36: the last ten digits of that of ``AGSK20031205`` are 2003120500.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["NO_EXPOCODE", "expocode_number", "expocode_numbers", "expocode_text", "platform_of"]

NO_EXPOCODE = -1
"""Stands for a text that is no expocode, and for a row of no known cruise."""

_EXPOCODE = re.compile(r"([0-9A-Z]{4})([0-9]{8})(?:-([0-9]{1,2}))?")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DAYS, _SUFFIXES = 10**8, 100


def expocode_number(text: str) -> int:
    """Return the number of an expocode, `NO_EXPOCODE` for a text that is none; small letters count as capitals."""
    match = _EXPOCODE.fullmatch(text.strip().upper())
    if match is None or match[3] == "0":
        return NO_EXPOCODE
    return (int(match[1], 36) * _DAYS + int(match[2])) * _SUFFIXES + int(match[3] or 0)


def expocode_numbers(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the numbers of several expocodes."""
    return np.array([expocode_number(text) for text in texts], dtype=np.int64)


def expocode_text(number: int) -> str:
    """Return the expocode of a number, nothing for `NO_EXPOCODE`."""
    if number < 0:
        return ""
    rest, suffix = divmod(int(number), _SUFFIXES)
    platform, day = divmod(rest, _DAYS)
    letters = ""
    for _ in range(4):
        platform, digit = divmod(platform, 36)
        letters = _DIGITS[digit] + letters
    return f"{letters}{day:08d}" + (f"-{suffix}" if suffix else "")


def platform_of(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which platform each number is of: equal for cruises of one platform, `NO_EXPOCODE` for no cruise."""
    return np.where(numbers < 0, np.int64(NO_EXPOCODE), numbers // (_DAYS * _SUFFIXES))
