"""Times as membrane sensors and their data loggers write them: ``2014/02/17 00:58:14.840`` or ``2014,02,17,00,58,14``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_dates, parse_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["parse_stamps"]

_DATES = DateFormat.from_text("yyyy-mm-dd")
_SECOND = 1_000_000_000
_DAY = 86_400 * _SECOND
_WHOLE, _LONGEST = 19, 26
_PARTS = {"year": (0, 1, 2, 3), "month": (5, 6), "day": (8, 9), "hour": (11, 12), "minute": (14, 15), "second": (17, 18)}
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


def parse_stamps(stamps: Sequence[bytes] | NDArray[np.bytes_]) -> NDArray[np.int64]:
    """Nanoseconds since 1970 of each time, `INVALID` where it is none, an empty one among them.

    Parameters
    ----------
    stamps
        Year, month, day, hour, minute and second with one byte that is no digit between them, the second with or without a fraction of
        up to six digits.
    """
    if not len(stamps):
        return np.empty(0, dtype=np.int64)
    text = np.array(stamps, dtype=f"S{_LONGEST}")
    digits = text.view(np.uint8).reshape(text.size, _LONGEST).astype(np.int64) - ord("0")
    is_digit = (digits >= 0) & (digits <= 9)
    ends = digits == -ord("0")
    parts, regular = {}, np.ones(text.size, dtype=np.bool_)
    for name, places in _PARTS.items():
        regular &= is_digit[:, places].all(axis=1)
        value = np.zeros(text.size, dtype=np.int64)
        for place in places:
            value = 10 * value + digits[:, place]
        parts[name] = value
    has_fraction = digits[:, _WHOLE] == ord(".") - ord("0")
    regular &= ends[:, _WHOLE] | has_fraction
    fraction = np.zeros(text.size, dtype=np.int64)
    for power, place in enumerate(range(_WHOLE + 1, _LONGEST), start=1):
        fraction += np.where(has_fraction & is_digit[:, place], digits[:, place] * 10 ** (9 - power), 0)
    time, real = _moments(parts)
    time = np.where(regular & real, time * _SECOND + fraction, INVALID)
    # One-digit months and the like: rare, and slower.
    for index in np.flatnonzero(~regular & ~ends[:, 0]).tolist():
        time[index] = _one(stamps[index])
    return time


def _moments(parts: dict[str, NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return seconds since 1970, and which are real times."""
    year, month, day = (parts[name] for name in ("year", "month", "day"))
    real = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12)
    real &= (parts["hour"] < 24) & (parts["minute"] < 60) & (parts["second"] < 60)
    months = np.where(real, (year - 1970) * 12 + month - 1, 0)
    first, following = (each.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for each in (months, months + 1))
    real &= (day >= 1) & (day <= following - first)
    return (((first + day - 1) * 24 + parts["hour"]) * 60 + parts["minute"]) * 60 + parts["second"], real


def _one(stamp: bytes) -> int:
    text = stamp.decode("ascii", errors="replace")
    if "," in text:
        parts = text.split(",")
        date, clock = "-".join(parts[:3]), ":".join(part.zfill(2) for part in parts[3:])
    else:
        date, _, clock = text.partition(" ")
    day, time = int(parse_dates([date], _DATES)[0]), int(parse_times([clock])[0])
    return INVALID if INVALID in {day, time} else day * _DAY + time
