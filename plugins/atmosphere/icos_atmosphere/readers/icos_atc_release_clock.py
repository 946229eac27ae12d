"""Times of rows: columns for year, month, day, hour and minute, or the start and end of a sample in ISO 8601; all UTC."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.icos_atc_release_columns import CLOCK
from icos_core.raw_text.instrument_clock import INVALID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Words

__all__ = ["decimal_dates", "iso_times", "times_of"]

_ISO = re.compile(r"((?:19|20|21)\d\d-[01]\d-[0-3]\d)[T ]([0-2]\d:[0-5]\d(?::[0-5]\d)?)Z?", re.ASCII)
_LAST = {"year": 2199, "month": 12, "day": 31, "hour": 23, "minute": 59, "second": 59}
_FIRST = {"year": 1900, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
_SECONDS = {"hour": 3600, "minute": 60, "second": 1}
_SECOND = 1_000_000_000


def times_of(columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.int64]:
    """Return the times of rows, ns since 1970, `INVALID` where a column holds no such number or the day does not exist.

    Parameters
    ----------
    columns
        ``year``, ``month``, ``day`` and what is there of ``hour``, ``minute`` and ``second`` → (n,) numbers; what is not there counts as 0.
    """
    size = columns["year"].shape
    valid = np.ones(size, dtype=bool)
    parts = {}
    for name in CLOCK:
        values = columns.get(name, np.full(size, float(_FIRST[name])))
        fits = (values >= _FIRST[name]) & (values <= _LAST[name]) & (values == np.rint(values))
        valid &= fits
        parts[name] = np.where(fits, values, _FIRST[name]).astype(np.int64)
    month = (parts["year"] - 1970) * 12 + parts["month"] - 1
    day = month.astype("datetime64[M]").astype("datetime64[D]") + parts["day"] - 1
    valid &= day.astype("datetime64[M]").astype(np.int64) == month
    seconds = day.astype(np.int64) * 86_400 + sum(parts[name] * factor for name, factor in _SECONDS.items())
    return np.where(valid, seconds * _SECOND, INVALID)


def iso_times(words: Words) -> NDArray[np.int64]:
    """Return the times that words such as ``2021-11-04T11:00:00Z`` are, ns since 1970, `INVALID` where one is none."""
    return np.array([*map(_iso_time, words.words), INVALID], dtype=np.int64)[words.codes]


def _iso_time(text: str) -> int:
    match = _ISO.fullmatch(text)
    if match is None:
        return INVALID
    try:
        return int(np.datetime64(f"{match[1]}T{match[2]}", "s").astype(np.int64)) * _SECOND
    except ValueError:
        return INVALID


def decimal_dates(time: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return times as year and part of the year, to eight digits after the point as the files have them.

    Notes
    -----
    ``year + s / L`` with s the seconds since the beginning of the year and L the length of the year in seconds, rounded half up in whole
    numbers: the result is the number in floating point that is nearest to the eight digits.
    """
    year = time.astype("datetime64[Y]")
    begin = year.astype("datetime64[s]").astype(np.int64)
    length = (year + 1).astype("datetime64[s]").astype(np.int64) - begin
    seconds = time.astype("datetime64[s]").astype(np.int64) - begin
    digits = (year.astype(np.int64) + 1970) * 10**8 + (seconds * 10**8 + length // 2) // length
    return np.asarray(digits / 1e8)
