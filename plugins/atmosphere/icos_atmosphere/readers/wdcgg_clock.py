"""Moments that stand in a row as year, month, day, hour, minute and second, or as date and time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.instrument_clock import INVALID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["COMPONENTS", "moments", "moments_of_words", "utc_offset_of"]

COMPONENTS = ("year", "month", "day", "hour", "minute", "second")
_LOWEST = (0, 1, 1, 0, 0, 0)
_FILLS = (-9, -99, 99)
_COARSE = {"month": 2, "day": 3, "hour": 4, "minute": 5}
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d))?")
_ZONE = re.compile(r"(?:local.*?)?\(?\s*(?:UTC|GMT|Z)\s*(?:([+-])\s*(\d{1,2})(?::?(\d\d))?)?\s*\)?", re.IGNORECASE)


def moments(parts: Sequence[NDArray[np.float64]], interval: str = "") -> NDArray[np.int64]:
    """Return moments, ns since 1970; `INVALID` where there is none.

    Parameters
    ----------
    parts
        Year, month, day, hour, minute, second, each (n,), NaN where missing; as many of the last may be left out as the averaging interval
        allows.
    interval
        Averaging interval: of what is finer than it a code of a missing number (−9, 99) stands for the first moment.
    """
    whole = [np.where(np.isnan(part), -1, part) for part in parts]
    whole += [np.full(whole[0].shape, float(low)) for low in _LOWEST[len(whole) :]]
    for position in range(_COARSE.get(interval, len(COMPONENTS)), len(COMPONENTS)):
        whole[position] = np.where(np.isin(whole[position], _FILLS), _LOWEST[position], whole[position])
    year, month, day, hour, minute, second = whole
    valid = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    valid &= (hour >= 0) & (minute >= 0) & (minute < 60) & (second >= 0) & (second < 60)
    valid &= (hour < 24) | ((hour == 24) & (minute == 0) & (second == 0))
    for part in whole[:5]:
        valid &= part == np.floor(part)
    year, month, day, hour, minute, second = (np.where(valid, part, low) for part, low in zip(whole, (1970, 1, 1, 0, 0, 0), strict=True))
    months = ((year - 1970) * 12 + month - 1).astype(np.int64).astype("M8[M]")
    days = months.astype("M8[D]") + (day - 1).astype(np.int64)
    valid &= days.astype("M8[M]") == months
    milliseconds = np.rint(((hour * 60 + minute) * 60 + second) * 1000).astype(np.int64)
    found = days.astype("M8[ns]").astype(np.int64) + milliseconds * 1_000_000
    return np.where(valid, found, INVALID)


def moments_of_words(
    dates: tuple[NDArray[np.intp], tuple[str, ...]], times: tuple[NDArray[np.intp], tuple[str, ...]], interval: str = ""
) -> NDArray[np.int64]:
    """Return moments of a column ``1981-01-01`` and a column ``00:00``; see :func:`moments`.

    Parameters
    ----------
    dates, times
        Position of each text in the distinct ones, and those.
    interval
        Averaging interval.
    """
    numbers = [[_numbers(_DATE, word) for word in dates[1]], [_numbers(_TIME, word) for word in times[1]]]
    parts = []
    for of_words, (codes, _) in zip(numbers, (dates, times), strict=True):
        table = np.array(of_words, dtype=np.float64).reshape(-1, 3)
        parts += [table[codes, column] if table.size else np.empty(0) for column in range(3)]
    return moments(parts, interval)


def _numbers(pattern: re.Pattern[str], word: str) -> list[float]:
    match = pattern.fullmatch(word)
    return [np.nan] * 3 if match is None else [float(part or 0) for part in match.groups()]


def utc_offset_of(text: str) -> float | None:
    """Return how many hours a time zone is ahead of UTC (``UTC+09:00``, ``Local time (UTC-3)``), None where it is not understood."""
    match = _ZONE.fullmatch(text.strip())
    if match is None:
        return None
    hours = float(match[2] or 0) + float(match[3] or 0) / 60
    return -hours if match[1] == "-" else hours
