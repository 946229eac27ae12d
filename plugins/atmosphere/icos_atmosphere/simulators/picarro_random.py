"""Random numbers that depend on seed, purpose and time only: any part of a long series can be drawn by itself, with the same values.

Every day or block of readings has generators of its own. Series with a memory begin long enough before each day for their beginning to be
forgotten.
"""

from __future__ import annotations

from enum import IntEnum
from math import ceil, exp, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.signal import lfilter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["DAY", "Events", "Purpose", "events_of_day", "generator", "uniform", "wander_of_day"]

DAY = 86_400
"""Seconds of a day."""

_FORGOTTEN = 25.0  # correlation times after which a beginning is below the last digit of what follows


class Purpose(IntEnum):
    """What random numbers are for: each its own generator."""

    WEATHER = 1
    TURBULENCE = 2
    POLLUTION = 3
    CYLINDERS = 4
    WALK = 5
    WANDER = 6
    READINGS = 7
    OUTLET = 8
    REGULATOR = 9
    SWITCHES = 10
    PRESSURE = 11
    TEMPERATURE = 12
    STATUS = 13
    DUPLICATES = 14
    CUTS = 15
    FILES = 16


class Events(NamedTuple):
    """(n,) start in seconds since 1970, and size and length in units of their means."""

    start: FloatArray
    size: FloatArray
    length: FloatArray


def generator(seed: int, purpose: Purpose, *index: int) -> np.random.Generator:
    """Return the generator of a purpose and of a part of time."""
    return np.random.default_rng([seed, int(purpose), *index])


def uniform(seed: int, purpose: Purpose, keys: NDArray[np.int64]) -> FloatArray:
    """Return a number from 0 to 1 for each key, always the same for the same key (SplitMix64).

    Parameters
    ----------
    seed, purpose
        Of the numbers.
    keys : (n,) ndarray of int64
        Whatever tells the cases apart, such as times.

    References
    ----------
    Steele, G. L. et al. (2014), ACM SIGPLAN Notices 49(10), 453-472, doi:10.1145/2714064.2660195.
    """
    base = np.random.SeedSequence([seed, int(purpose)]).generate_state(1, np.uint64)
    mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + base
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)) / 2.0**53)


def events_of_day(seed: int, purpose: Purpose, day: int, rate: float, *index: int) -> Events:
    """Return the events that begin on a day (UTC, counted from 1970), so many on average."""
    random = generator(seed, purpose, day, *index)
    count = int(random.poisson(rate))
    start = day * DAY + np.sort(random.uniform(0.0, DAY, count))
    return Events(start=start, size=random.exponential(1.0, count), length=random.exponential(1.0, count))


def wander_of_day(seed: int, purpose: Purpose, day: int, *, step: int, correlation_time: float, series: int) -> FloatArray:
    """Return Ornstein-Uhlenbeck processes of variance 1 on a day (UTC, counted from 1970).

    Parameters
    ----------
    seed, purpose, day
        Of the numbers.
    step
        Seconds from value to value; divides a day.
    correlation_time
        Seconds in which their correlation falls to 1/e.
    series
        How many independent ones.

    Returns
    -------
    ndarray
        (86400 / step, series), the first of them at midnight.
    """
    count = DAY // step
    keep = exp(-step / correlation_time)
    days_before = ceil(_FORGOTTEN * correlation_time / DAY)
    shocks = np.concatenate([generator(seed, purpose, each).standard_normal((count, series)) for each in range(day - days_before, day + 1)])
    values: FloatArray = lfilter([sqrt(1.0 - keep**2)], [1.0, -keep], shocks, axis=0)
    return values[-count:]
