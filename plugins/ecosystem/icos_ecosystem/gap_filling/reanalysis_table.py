"""A table of a reanalysis at the site, read onto the site's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from icos_core.exceptions import InputError, hint
from icos_ecosystem.half_hourly.regular_grid import gridded

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["REANALYSIS_COLUMNS", "read_reanalysis", "refined"]

REANALYSIS_COLUMNS = ("TA", "SW_IN", "LW_IN", "VPD", "PA", "P", "WS", "RH", "PPFD_IN", "NETRAD", "TS")
"""Columns that are read, in FLUXNET's units; the same with ``_ERA`` at their end, as in FLUXNET's own files, will do."""

_SUMS = ("P",)
_OF_THE_SUN = ("SW_IN", "PPFD_IN")
_STAMPS = ("TIMESTAMP_START", "TIMESTAMP_END", "TIMESTAMP")
_MISSING = -9999.0
_COARSEST_MINUTES = 360


def read_reanalysis(
    path: Path,
    calendar: SiteCalendar,
    *,
    times: Literal["local", "utc"] = "local",
    utc_offset: float = 0.0,
    potential_radiation: FloatArray | None = None,
) -> dict[str, FloatArray]:
    """Return the variables of a reanalysis on the site's calendar.

    Parameters
    ----------
    path
        Comma-separated text with a header line. ``TIMESTAMP_START`` or ``TIMESTAMP_END`` (or ``TIMESTAMP``, taken for the start) is
        ``YYYYMMDDHHMM`` or ``YYYY-MM-DD HH:MM``; variables see :data:`REANALYSIS_COLUMNS`, missing is -9999 or empty; other columns are
        passed over. Rows are evenly spaced, at most six hours apart, in the order of time; rows may be missing.
    calendar
        The site's calendar.
    times
        Whether the stamps are local standard time or UTC.
    utc_offset
        Hours that local standard time is ahead of UTC.
    potential_radiation
        (n,) radiation at the top of the atmosphere [W m-2], by which short-wave radiation of longer rows is spread over the intervals.

    Returns
    -------
    dict
        Name (without ``_ERA``) → (n,) values, NaN where the table has none. Longer rows are refined, see :func:`refined`; of shorter ones
        the means are taken, of precipitation the sums.

    Raises
    ------
    InputError
        Where the file cannot be read, has no stamps, no variable, rows out of order or too far apart, a value that is no number, or no
        row in the years of the calendar.
    """
    table = _table(path)
    start, minutes = _starts(path, table)
    if times == "utc":
        start = start + np.timedelta64(round(utc_offset * 60.0), "m")
    names = {column.removesuffix("_ERA"): column for column in table.columns if column.removesuffix("_ERA") in REANALYSIS_COLUMNS}
    if not names:
        raise InputError(str(path), f"has none of the columns {', '.join(REANALYSIS_COLUMNS)}; it has {', '.join(map(str, table.columns))}")
    offset = (start - calendar.start[0].astype("datetime64[s]")) / np.timedelta64(1, "m")
    step = 1440 // calendar.per_day
    if not ((offset > -minutes) & (offset < calendar.size * step)).any():
        raise InputError(str(path), f"has rows from {start[0]} to {start[-1]}, none of them in {calendar.years[0]} to {calendar.years[-1]}")
    made = {}
    for name, column in names.items():
        values = _numbers(path, table, column)
        if minutes <= step:
            numbers = np.floor_divide(offset, step).astype(np.int64)
            made[name] = gridded(values, numbers, calendar.size, "sum" if name in _SUMS else "mean")
        else:
            how: Literal["state", "sum", "sun"] = "sum" if name in _SUMS else "state"
            if name in _OF_THE_SUN and potential_radiation is not None:
                how = "sun"
            made[name] = refined(values, offset, minutes, calendar, how, potential_radiation)
    return made


def refined(
    values: FloatArray,
    offset: FloatArray,
    minutes: int,
    calendar: SiteCalendar,
    how: Literal["state", "sum", "sun"],
    potential_radiation: FloatArray | None = None,
) -> FloatArray:
    """Return values of long intervals on the short ones of a calendar.

    Parameters
    ----------
    values
        (m,) NaN where missing.
    offset
        (m,) minutes from the calendar's start to the start of each.
    minutes
        Length of the long intervals.
    calendar
        The calendar of n short intervals.
    how
        "state": straight lines between the middles of neighbouring intervals, level where a neighbour is missing; "sum": even shares;
        "sun": in proportion to `potential_radiation`, so that the mean stays.
    potential_radiation
        (n,) for "sun".

    Returns
    -------
    ndarray
        (n,) NaN where the long interval is missing.
    """
    step = 1440 / calendar.per_day
    first = offset[0]
    held = np.full(round((offset[-1] - first) / minutes) + 3, np.nan)
    held[np.rint((offset - first) / minutes).astype(np.int64) + 1] = values
    middle = (np.arange(calendar.size) + 0.5) * step
    place = np.clip(np.floor((middle - first) / minutes).astype(np.int64) + 1, 0, held.size - 1)
    own: FloatArray = held[place]
    if how == "sum":
        return own * (step / minutes)
    if how == "sun" and potential_radiation is not None:
        total = np.bincount(place, weights=potential_radiation, minlength=held.size)
        mean = (total / np.maximum(np.bincount(place, minlength=held.size), 1))[place]
        own *= np.divide(potential_radiation, mean, out=np.ones(calendar.size), where=mean > 0.0)
        return own
    from_middle: FloatArray = (middle - first) / minutes - (place - 1) - 0.5
    other = held[np.clip(place + np.where(from_middle < 0.0, -1, 1), 0, held.size - 1)]
    other = np.where(np.isfinite(other), other, own)
    weight = np.abs(from_middle)
    between: FloatArray = (1.0 - weight) * own + weight * other
    return between


def _table(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, skipinitialspace=True)
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror or error}") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"is no comma-separated table: {error}") from error
    table.columns = table.columns.str.strip()
    if len(table) < 2:
        raise InputError(str(path), "has fewer than two rows")
    return table


def _starts(path: Path, table: pd.DataFrame) -> tuple[NDArray[np.datetime64], int]:
    """Return when each row starts, and how many minutes it is long."""
    name = next((each for each in _STAMPS if each in table), None)
    if name is None:
        near = next((hint(str(each), _STAMPS) for each in table.columns if hint(str(each), _STAMPS)), "")
        raise InputError(str(path), f"has no column {' or '.join(_STAMPS[:2])}{near}")
    text = table[name].str.strip().str.replace("T", " ")
    compact = len(str(text.iloc[0])) == 12
    stamps = pd.to_datetime(text, format="%Y%m%d%H%M" if compact else "%Y-%m-%d %H:%M", errors="coerce", exact=compact)
    if stamps.isna().any():
        row = int(np.argmax(stamps.isna()))
        raise InputError(str(path), f"line {row + 2}: {name} is {text.iloc[row]!r}, expected YYYYMMDDHHMM or YYYY-MM-DD HH:MM")
    start: NDArray[np.datetime64] = stamps.to_numpy().astype("datetime64[s]")
    steps = np.diff(start) / np.timedelta64(1, "m")
    if (steps <= 0).any():
        raise InputError(str(path), f"line {int(np.argmax(steps <= 0)) + 3}: {name} is not after the one before")
    minutes = int(steps.min())
    if minutes > _COARSEST_MINUTES or (steps % minutes != 0.0).any():
        raise InputError(str(path), f"has rows {minutes} to {int(steps.max())} minutes apart, expected evenly spaced ones up to six hours")
    if name == "TIMESTAMP_END":
        start -= np.timedelta64(minutes, "m")
    return start, minutes


def _numbers(path: Path, table: pd.DataFrame, column: str) -> FloatArray:
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
    wrong = np.isnan(values) & table[column].notna().to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(str(path), f"line {row + 2}: {column} is {table[column].iloc[row]!r}, expected a number")
    return np.where(values == _MISSING, np.nan, values)
