"""Times of netCDF files of finished products: from CF units to nanoseconds, and from any moment of an interval to its start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.instrument_clock import INVALID

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LENGTHS", "SAMPLE", "decoded", "interval_of_length", "interval_of_steps", "starts"]

SAMPLE = "sample"
"""Averaging interval of flasks, which average over none."""

LENGTHS = {"minute": 60, "hour": 3600, "day": 86400}
"""Averaging intervals of fixed length → seconds."""

_MICROSECONDS = {"millisecond": 1e3, "second": 1e6, "minute": 60e6, "hour": 3600e6, "day": 86400e6}
_ALIASES = {"s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour", "d": "day", "msec": "millisecond"}
_UNITS = re.compile(r"\s*([A-Za-z]+?)s?\s+since\s+(\d{4}-\d{1,2}-\d{1,2})(?:[T ]+(\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?))?\s*(.*)")
_UTC = re.compile(r"(?:Z|UTC|GMT|[+-]?0{1,2}(?::?0{2})?)?", re.IGNORECASE)
_CALENDARS = ("standard", "gregorian", "proleptic_gregorian", "none", "")
_EARLIEST, _LATEST = (int(np.datetime64(f"{year}-01-01", "us").astype(np.int64)) for year in (1900, 2200))
_MONTH = (27.5 * 86400, 31.5 * 86400)


def decoded(values: NDArray[np.generic], units: str, calendar: str) -> NDArray[np.int64]:
    """Return times, ns since 1970; `INVALID` where one is missing or outside of the years 1900 to 2199.

    Parameters
    ----------
    values
        (n,) numbers.
    units, calendar
        Attributes as CF has them: ``seconds since 1970-01-01T00:00:00Z``.

    Raises
    ------
    ValueError
        For units or a calendar that are not understood.
    """
    match = _UNITS.fullmatch(units)
    unit = _ALIASES.get(match[1].lower(), match[1].lower()) if match else ""
    if match is None or unit not in _MICROSECONDS or _UTC.fullmatch(match[4]) is None:
        raise ValueError(f"time has units {units!r}; expected those of CF, such as 'seconds since 1970-01-01T00:00:00Z'")
    if calendar.lower() not in _CALENDARS:
        raise ValueError(f"time has the calendar {calendar!r}; expected 'standard'")
    year, month, day = match[2].split("-")
    clock = ":".join(part.zfill(2) for part in (match[3] or "00:00").split(":"))
    reference = int(np.datetime64(f"{year}-{int(month):02}-{int(day):02}T{clock}", "us").astype(np.int64))
    with np.errstate(over="ignore", invalid="ignore"):
        counted = np.rint(values.astype(np.float64) * _MICROSECONDS[unit])
        plausible = (counted > _EARLIEST - reference) & (counted < _LATEST - reference)
    microseconds = np.where(plausible, counted, 0.0).astype(np.int64) + reference
    return np.where(plausible, microseconds * 1000, INVALID)


def interval_of_length(seconds: float) -> str | None:
    """Return the averaging interval of a length in seconds, or None where series have none of it."""
    for name, length in LENGTHS.items():
        if abs(seconds - length) < 0.5:
            return name
    return "month" if _MONTH[0] < seconds < _MONTH[1] else None


def interval_of_steps(time: NDArray[np.int64]) -> str | None:
    """Return the averaging interval that the usual step between times is the length of, or None where it is that of none."""
    steps = np.diff(np.unique(time[time != INVALID]))
    return interval_of_length(float(np.median(steps)) / 1e9) if steps.size else None


def starts(time: NDArray[np.int64], stamp: str, interval: str) -> NDArray[np.int64]:
    """Return the starts of the intervals that times are the start, middle or end of; a sample is when it was taken."""
    if stamp == "start" or interval == SAMPLE:
        return time
    found: NDArray[np.int64]
    if interval == "month":
        inside = time - (1 if stamp == "end" else 0)
        found = inside.astype("M8[ns]").astype("M8[M]").astype("M8[ns]").astype(np.int64)
    else:
        found = time - LENGTHS[interval] * (1_000_000_000 if stamp == "end" else 500_000_000)
    return np.where(time == INVALID, INVALID, found)
