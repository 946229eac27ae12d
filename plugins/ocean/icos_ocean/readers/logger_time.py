"""The time that a data logger puts in front of every line that it receives.

A ship's logger writes what its instruments send, one line each, behind its own time: ``2014-08-01T00:00:01.873000Z 21.8054, …``. The
four forms that are known by their looks are those of :data:`FORMS`; times are UTC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_core.raw_text.byte_fields import Pieces
from icos_core.raw_text.instrument_clock import INVALID

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.raw_text.byte_fields import Bytes, Offsets

__all__ = ["FORMS", "LoggerTime", "form_of", "logger_times"]

LoggerTime = Literal["iso", "scs", "rvdas", "unix", "none"]

FORMS: dict[LoggerTime, str] = {
    "iso": "2014-08-01T00:00:01.873Z",
    "scs": "08/01/2014,00:00:01.873",
    "rvdas": "14+213:00:00:01.873",
    "unix": "1406851201.873",
}
"""Form → an example of it."""

# Letters are digits of year, month, day, day of the year, hour, minute and second; T is that letter or a blank.
_PATTERNS: dict[LoggerTime, str] = {
    "iso": "YYYY-MM-DDThh:mm:ss",
    "scs": "MM/DD/YYYY,hh:mm:ss",
    "rvdas": "YY+jjj:hh:mm:ss",
    "unix": "uuuuuuuuuu",
}
_SECOND = 1_000_000_000
_FRACTION_DIGITS = 9
_ZERO, _NINE, _POINT = (ord(letter) for letter in "09.")
_BEHIND = np.frombuffer(b" \t,;", dtype=np.uint8)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


def logger_times(lines: Pieces, form: LoggerTime) -> tuple[NDArray[np.int64], Pieces]:
    """Read the time in front of each line.

    Parameters
    ----------
    lines
        The lines.
    form
        How the time is written; with ``none`` there is none.

    Returns
    -------
    ndarray, Pieces
        (n,) ns since 1970, `INVALID` where the line does not begin with a time; and what follows it: the whole line where there is none.
    """
    if form == "none":
        return np.full(len(lines), INVALID), lines
    pattern = _PATTERNS[form]
    valid = lines.ends - lines.starts >= len(pattern)
    parts: dict[str, NDArray[np.int64]] = {letter: np.zeros(len(lines), dtype=np.int64) for letter in "YMDjhmsu"}
    for place, expected in enumerate(pattern):
        found = lines.view.take(lines.starts + place, mode="clip")
        if expected in parts:
            valid &= (found >= _ZERO) & (found <= _NINE)
            parts[expected] = parts[expected] * 10 + (found.astype(np.int64) - _ZERO)
        elif expected == "T":
            valid &= (found == ord("T")) | (found == ord(" "))
        else:
            valid &= found == ord(expected)
    seconds, real = _seconds(parts, form)
    fraction, places = _fraction(lines.view, lines.starts + len(pattern), lines.ends)
    places = _behind_zone(lines.view, places, lines.ends)
    at_end = places >= lines.ends
    valid &= real & (at_end | np.isin(lines.view.take(places, mode="clip"), _BEHIND))
    time = np.where(valid, seconds * _SECOND + fraction, INVALID)
    return time, Pieces(lines.view, np.where(valid, np.minimum(places + 1, lines.ends), lines.starts), lines.ends)


def form_of(lines: Pieces) -> LoggerTime:
    """Return the form of the times in front of most of the lines, ``none`` where there are none."""
    for form in FORMS:
        if len(lines) and (logger_times(lines, form)[0] != INVALID).mean() > 0.5:
            return form
    return "none"


def _seconds(parts: dict[str, NDArray[np.int64]], form: LoggerTime) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return seconds since 1970, and which are real times."""
    if form == "unix":
        return parts["u"], np.ones(parts["u"].shape, dtype=bool)
    year = parts["Y"]
    if form == "rvdas":
        year = year + np.where(year < 70, 2000, 1900)
    real = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (parts["h"] < 24) & (parts["m"] < 60) & (parts["s"] < 60)
    months = (np.where(real, year, _FIRST_YEAR) - 1970) * 12
    if form == "rvdas":
        day, first, following = parts["j"], _first_day(months), _first_day(months + 12)
    else:
        real &= (parts["M"] >= 1) & (parts["M"] <= 12)
        months = months + np.where(real, parts["M"] - 1, 0)
        day, first, following = parts["D"], _first_day(months), _first_day(months + 1)
    real &= (day >= 1) & (day <= following - first)
    return (((first + day - 1) * 24 + parts["h"]) * 60 + parts["m"]) * 60 + parts["s"], real


def _first_day(months: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the days since 1970 of the first day of months since 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _fraction(view: Bytes, places: Offsets, ends: Offsets) -> tuple[NDArray[np.int64], Offsets]:
    """Read a fraction of a second where there is one: ns, and where it ends."""
    running = (places < ends) & (view.take(places, mode="clip") == _POINT)
    fraction = np.zeros(places.shape, dtype=np.int64)
    places = places + running
    for power in range(_FRACTION_DIGITS - 1, -1, -1):
        found = view.take(places, mode="clip")
        running = running & (places < ends) & (found >= _ZERO) & (found <= _NINE)
        if not running.any():
            break
        fraction += np.where(running, (found.astype(np.int64) - _ZERO) * 10**power, 0)
        places = places + running
    return fraction, places


def _behind_zone(view: Bytes, places: Offsets, ends: Offsets) -> Offsets:
    """Return where the mark of UTC ends that may follow: ``Z`` or ``+00:00``."""
    is_zulu = (places < ends) & (view.take(places, mode="clip") == ord("Z"))
    is_offset = places + 6 <= ends
    for step, letter in enumerate("+00:00"):
        is_offset &= view.take(places + step, mode="clip") == ord(letter)
    return np.asarray(places + is_zulu + 6 * is_offset, dtype=np.int64)
