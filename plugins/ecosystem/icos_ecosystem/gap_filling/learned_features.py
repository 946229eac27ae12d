"""What the learned filler looks at: drivers, their recent past, season and time of day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["FEATURES", "learned_features", "running_mean"]

FEATURES = ("SW_IN", "TA", "VPD", "PPFD_IN", "RH", "TS", "SWC", "P")
"""Variables that usually help, best first. Friction velocity is not among them: where it filters, it is low in every gap."""

_DAY = 24.0
_PAST_MEANS = dict.fromkeys(("SW_IN", "PPFD_IN", "TA", "VPD"), (3 * _DAY, 10 * _DAY))
_CENTRED_MEANS = {"SW_IN": (2.5, _DAY), "PPFD_IN": (2.5, _DAY), "TA": (2.5, _DAY), "VPD": (_DAY,), "P": ()}
_SUMS = {"P": (_DAY, 3 * _DAY, 10 * _DAY, 30 * _DAY)}
_BESIDE = ("SW_IN", "PPFD_IN")
_YEAR = 365.25


def learned_features(drivers: Mapping[str, FloatArray], calendar: SiteCalendar) -> FloatArray:
    """Return the table that the filler learns from.

    Parameters
    ----------
    drivers
        Name → (n,) values, NaN where missing. Any name will do; of those in :data:`FEATURES` recent means are taken as well. What is
        missing at all times is left out.
    calendar
        The calendar of the records.

    Returns
    -------
    ndarray
        (n, k): sine and cosine of season and time of day, of several years the day; of every driver its value; of radiation the values
        before and after and means over 2.5 h, of radiation, temperature and vapour pressure deficit means over the day around and the 3
        and 10 days before; of precipitation sums over the 1, 3, 10 and 30 days before.

    Raises
    ------
    ValueError
        Where a driver has another shape than the calendar.
    """
    season, time = 2.0 * np.pi * calendar.day_of_year / _YEAR, 2.0 * np.pi * calendar.hour / _DAY
    columns = [np.sin(season), np.cos(season), np.sin(time), np.cos(time)]
    if len(calendar.years) > 1:
        columns.append(calendar.day.astype(np.float64))
    for name, values in drivers.items():
        if values.shape != (calendar.size,):
            raise ValueError(f"driver {name!r} must have the shape of the calendar {(calendar.size,)}, got {values.shape}")
        if np.isfinite(values).any():
            columns += [values, *_of_driver(name, values, calendar.per_day)]
    return np.column_stack(columns)


def _of_driver(name: str, values: FloatArray, per_day: int) -> list[FloatArray]:
    def records(hours: float) -> int:
        return max(round(hours * per_day / _DAY), 1)

    made = [running_mean(values, records(hours) // 2, records(hours) // 2) for hours in _CENTRED_MEANS.get(name, ())]
    made += [running_mean(values, records(hours) - 1, 0) for hours in _PAST_MEANS.get(name, ())]
    made += [running_mean(values, records(hours) - 1, 0) * records(hours) for hours in _SUMS.get(name, ())]
    if name in _BESIDE:
        made += [np.append(np.nan, values[:-1]), np.append(values[1:], np.nan)]
    return made


def running_mean(values: FloatArray, before: int, after: int) -> FloatArray:
    """Return (n,) means of what there is from `before` records before to `after` records after each, NaN where there is nothing."""
    there = np.isfinite(values)
    total = np.append(0.0, np.cumsum(np.where(there, values, 0.0)))
    number = np.append(0, np.cumsum(there))
    place = np.arange(values.size)
    first, last = np.maximum(place - before, 0), np.minimum(place + after + 1, values.size)
    count = number[last] - number[first]
    mean: FloatArray = np.divide(total[last] - total[first], count, out=np.full(values.size, np.nan), where=count > 0)
    return mean
