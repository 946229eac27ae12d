"""Dates and times as instruments write them.

The order of day, month and year cannot be guessed from a file (06/07/2019 is two different days), so it is declared. Separators
are free: ``dd/mm/yy`` reads ``06/07/19``, ``06.07.19`` and ``6-7-19``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["INVALID", "DateFormat", "parse_dates", "parse_times"]

INVALID = -(2**62)
"""Stands for a date or time that cannot be read; far outside everything that can."""

_EXAMPLES = ("dd/mm/yy", "dd/mm/yyyy", "mm/dd/yy", "mm/dd/yyyy", "dd.mm.yyyy", "yyyy-mm-dd", "yyyymmdd", "yy/mm/dd")
_ORDERS = tuple("".join(order) for order in permutations("dmy") if order[1] != "y")
_EPOCH = date(1970, 1, 1).toordinal()
_DIGITS = re.compile(r"[0-9]+")
_DATE = re.compile(r"([0-9]{1,4})[./\- ]([0-9]{1,2})[./\- ]([0-9]{1,4})")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]+)?)?")
_TIME_TOGETHER = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]+)?")
_SECOND = 1_000_000_000
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


@dataclass(frozen=True)
class DateFormat:
    """Order of day, month and year, and the number of digits of the year.

    Two-digit years 00 to 69 are 2000 to 2069, 70 to 99 are 1970 to 1999 (the POSIX convention). Years outside 1970 to 2199 are
    no dates of an instrument.

    Attributes
    ----------
    text
        As declared, for messages.
    order
        One of ``"dmy"``, ``"mdy"``, ``"ymd"``, ``"ydm"``.
    year_digits
        2 or 4.
    """

    text: str
    order: str
    year_digits: int

    @classmethod
    def from_text(cls, text: str) -> DateFormat:
        """Understand a format such as ``dd/mm/yy``.

        Raises
        ------
        ValueError
            For a text that is no such format, with the nearest one.
        """
        letters = re.sub(r"[./\- ]", "", text.strip().lower())
        order = "".join(dict.fromkeys(letters))
        digits = letters.count("y")
        if order not in _ORDERS or digits not in {2, 4} or len(letters) != digits + 4 or letters.count("d") != 2:
            raise ValueError(
                f"{text!r} is no date format; expected days, months and years such as {', '.join(_EXAMPLES)}; "
                f"nearest: {nearest(text, _EXAMPLES) or _EXAMPLES[0]!r}"
            )
        return cls(text=text, order=order, year_digits=digits)

    def days(self, text: str) -> int:
        """Return days since 1970-01-01 of a date, `INVALID` where the text is no date in this format."""
        parts = self._parts(text.strip())
        if parts is None:
            return INVALID
        year, month, day = (int(parts[self.order.index(letter)]) for letter in "ymd")
        if self.year_digits == 2:
            year += 2000 if year < 70 else 1900
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            return INVALID
        try:
            return date(year, month, day).toordinal() - _EPOCH
        except ValueError:
            return INVALID

    def contradicted_by(self, text: str) -> bool:
        """Whether the text is no date in this format, but is one in another: a sign that the wrong format was declared."""
        if self.days(text) != INVALID:
            return False
        return any(other.days(text) != INVALID for other in _ALL_FORMATS)

    def _parts(self, text: str) -> tuple[str, str, str] | None:
        widths = {"d": 2, "m": 2, "y": self.year_digits}
        match = _DATE.fullmatch(text)
        if match is not None:
            first, second, third = match.groups()
        elif _DIGITS.fullmatch(text) and len(text) == self.year_digits + 4:
            cut = widths[self.order[0]]
            first, second, third = text[:cut], text[cut : cut + 2], text[cut + 2 :]
        else:
            return None
        parts = (first, second, third)
        fits = all(
            len(part) == self.year_digits if letter == "y" else len(part) <= 2 for part, letter in zip(parts, self.order, strict=True)
        )
        return parts if fits else None


_ALL_FORMATS = tuple(DateFormat(text="", order=order, year_digits=digits) for order in ("dmy", "mdy", "ymd") for digits in (2, 4))


def parse_dates(texts: Sequence[str], date_format: DateFormat) -> NDArray[np.int64]:
    """Days since 1970-01-01 of each text, `INVALID` where it is no date in the format."""
    return np.array([date_format.days(text) for text in texts], dtype=np.int64)


def parse_times(texts: Sequence[str]) -> NDArray[np.int64]:
    """Nanoseconds since midnight of each time of day, `INVALID` where it is none.

    Understands ``HH:MM:SS``, ``H:MM:SS``, ``HH:MM``, ``HHMMSS`` and fractions of a second. 23:59:60 is no time.
    """
    if not texts:
        return np.empty(0, dtype=np.int64)
    # The common form goes through in one piece: nine code points, the last one empty.
    points = np.array(texts, dtype="U9").view(np.uint32).reshape(len(texts), 9).astype(np.int64)
    digits = points[:, [0, 1, 3, 4, 6, 7]] - ord("0")
    common = (points[:, 2] == ord(":")) & (points[:, 5] == ord(":")) & (points[:, 8] == 0) & ((digits >= 0) & (digits <= 9)).all(axis=1)
    hours, minutes, seconds = (digits[:, index] * 10 + digits[:, index + 1] for index in (0, 2, 4))
    valid = common & (hours < 24) & (minutes < 60) & (seconds < 60)
    nanoseconds = np.where(valid, ((hours * 60 + minutes) * 60 + seconds) * _SECOND, INVALID)
    for index in np.flatnonzero(~common).tolist():
        nanoseconds[index] = _time_of_day(texts[index])
    return nanoseconds


def _time_of_day(text: str) -> int:
    match = _TIME.fullmatch(text.strip()) or _TIME_TOGETHER.fullmatch(text.strip())
    if match is None:
        return INVALID
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return INVALID
    fraction = int((match[4] or ".0")[1:10].ljust(9, "0"))
    return ((hours * 60 + minutes) * 60 + seconds) * _SECOND + fraction
