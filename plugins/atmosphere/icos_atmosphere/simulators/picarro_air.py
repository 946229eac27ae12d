"""The air at the inlets of a simulated tower: the truth.

Mole fractions in dry air are given every ten seconds and are linear in between, so that means over minutes and hours are exact. Each is the
sum of a background with its yearly growth, seasons, weather (waves of days with phases of their own), what gathers near the ground at night
and is taken up by day, an Ornstein-Uhlenbeck process for what changes over minutes, and spikes of local pollution. Gases share part of
weather and turbulence, as one air mass has them all.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.signal import lfilter

from icos_atmosphere.simulators.picarro_columns import layout_of
from icos_atmosphere.simulators.picarro_random import DAY, Events, Purpose, events_of_day, generator, wander_of_day

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.simulators.picarro_air_options import AirSimulation, GasInAir, SimulatedLine
    from icos_atmosphere.simulators.picarro_options import PicarroSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["STEP", "Air", "air_at", "air_between", "means_of_air"]

STEP = 10
"""Seconds between values of the truth."""

_YEAR = 365.25 * DAY
_PERIODS = np.array([2.7, 4.6, 7.9]) * DAY  # of the weather
_SHARE = 0.8  # of what the gases have in common
_FORGOTTEN = 40.0  # time constants after which a buffer no longer holds what it began with
_SPIKE = 90.0  # mean length of a spike beyond the shortest, s
_SHORTEST_SPIKE = 60.0
_DRY_LIMIT = 0.02  # %


class Air(NamedTuple):
    """Air at the inlets over some days.

    Attributes
    ----------
    start
        Seconds since 1970 of the first value.
    values
        (n, lines, gases + 1) mole fractions in dry air, in the units of the vocabulary, and last the water vapour that an analyser
        reports, %; one value per `STEP`.
    """

    start: float
    values: FloatArray


def air_between(options: PicarroSimulation, seed: int, first: float, last: float, *, kind: str = "whole") -> Air:
    """Return the air from one time to another, in whole days.

    Parameters
    ----------
    options, seed
        The station.
    first, last
        Seconds since 1970.
    kind
        ``whole``; ``clean``: without local pollution; ``buffered``: as it leaves the buffers of the lines.
    """
    days = range(int(first // DAY), int(last // DAY) + 2)
    if kind == "buffered" and all(line.buffer_volume == 0 for line in options.lines):
        kind = "whole"
    if kind == "buffered":
        parts = [_buffered_day(options, seed, day) for day in days]
    else:
        parts = [_day(options, seed, day)[0 if kind == "whole" else 1] for day in days]
    return Air(float(days[0] * DAY), np.concatenate(parts))


def air_at(air: Air, time: FloatArray, line: NDArray[np.int64], quantity: int) -> FloatArray:
    """Return the air at some times.

    Parameters
    ----------
    air
        Of a span in which the times lie.
    time : (n,) ndarray
        Seconds since 1970.
    line : (n,) ndarray of int64
        Positions of the lines.
    quantity
        Position of the gas; -1 is water vapour.
    """
    place = (time - air.start) / STEP
    before = place.astype(np.int64)
    values = air.values[:, :, quantity]
    left = values[before, line]
    mean: FloatArray = left + (place - before) * (values[before + 1, line] - left)
    return mean


def means_of_air(air: Air, time: FloatArray, length: float, line: int) -> FloatArray:
    """Return exact means over intervals.

    Parameters
    ----------
    air
        Of a span in which the intervals lie.
    time : (n,) ndarray
        Starts of the intervals, seconds since 1970.
    length
        Of each, s.
    line
        Position of the line.

    Returns
    -------
    ndarray
        (n, gases + 1).
    """
    values = air.values[:, line]
    # Sums of differences from the first value: they stay small, and lose no digits.
    difference = values - values[0]
    total = np.zeros_like(difference)
    np.cumsum(0.5 * (difference[1:] + difference[:-1]), axis=0, out=total[1:])

    def integral(moments: FloatArray) -> FloatArray:
        place = (moments - air.start) / STEP
        before = place.astype(np.int64)
        part = (place - before)[:, None]
        after = np.minimum(before + 1, len(values) - 1)
        whole: FloatArray = total[before] + part * (difference[before] + 0.5 * part * (difference[after] - difference[before]))
        return whole

    means: FloatArray = values[0] + (integral(time + length) - integral(time)) * (STEP / length)
    return means


@lru_cache(maxsize=40)
def _day(options: PicarroSimulation, seed: int, day: int) -> tuple[FloatArray, FloatArray]:
    """Return the air of a day with local pollution and without."""
    gases = layout_of(options.analyser).gases
    air = options.air
    tables: list[GasInAir] = [getattr(air, gas) for gas in gases]
    seconds = day * DAY + np.arange(0, DAY, STEP, dtype=np.float64)
    heights = np.array([line.height for line in options.lines])
    near_ground = np.exp(-heights / air.scale_height)
    weather = _weather(seed, seconds, len(tables) + 2)
    turbulence = _turbulence(air, seed, day, len(heights), len(tables))
    night, afternoon = _hours(seconds, options.utc_offset)
    night = night * np.maximum(0.0, 1.0 + 0.4 * weather[:, -1])
    years = (seconds - options.start.timestamp()) / _YEAR
    season = np.cos(2.0 * np.pi * (seconds / _YEAR - 0.12))
    clean = np.empty((seconds.size, heights.size, len(tables) + 1))
    for position, gas in enumerate(tables):
        everywhere = gas.background + gas.growth * years + gas.seasonal * season + gas.synoptic * weather[:, position] - gas.day * afternoon
        clean[:, :, position] = (
            everywhere[:, None] + gas.night * night[:, None] * near_ground + gas.minutes * (0.4 + near_ground) * turbulence[:, :, position]
        )
    vapour = air.humidity * (1.0 - 0.4 * season + 0.08 * afternoon) + air.humidity_range * weather[:, -2]
    clean[:, :, -1] = np.maximum(_DRY_LIMIT, vapour[:, None] * (1.0 + 0.03 * near_ground + 0.008 * turbulence[:, :, -1]))
    polluted = clean.copy()
    for line, height in enumerate(heights):
        shape = _spikes(seed, day, seconds, air.pollution_per_day * np.exp(-height / air.scale_height), line)
        for position, gas in enumerate(tables):
            polluted[:, line, position] += gas.pollution * shape
    for values in (clean, polluted):
        values.flags.writeable = False
    return polluted, clean


def _weather(seed: int, seconds: FloatArray, series: int) -> FloatArray:
    """Return (n, series) waves of days, of variance 1; each has part of its own and part in common with the others."""
    phases = generator(seed, Purpose.WEATHER).uniform(0.0, 2.0 * np.pi, (series + 1, _PERIODS.size))
    waves = np.sqrt(2.0 / _PERIODS.size) * np.stack(
        [np.sin(2.0 * np.pi * seconds[:, None] / _PERIODS + phase).sum(axis=1) for phase in phases], axis=1
    )
    return np.asarray(_SHARE * waves[:, :1] + np.sqrt(1.0 - _SHARE**2) * waves[:, 1:])


def _turbulence(air: AirSimulation, seed: int, day: int, lines: int, gases: int) -> FloatArray:
    """Return (n, lines, gases + 1) changes over minutes, of variance 1."""
    correlation_time = air.correlation_time.total_seconds()
    series = lines * (gases + 2)
    noise = wander_of_day(seed, Purpose.TURBULENCE, day, step=STEP, correlation_time=correlation_time, series=series)
    noise = noise.reshape(-1, lines, gases + 2)
    return np.asarray(_SHARE * noise[:, :, :1] + np.sqrt(1.0 - _SHARE**2) * noise[:, :, 1:])


def _hours(seconds: FloatArray, utc_offset: float) -> tuple[FloatArray, FloatArray]:
    """Return how much it is night (highest at 4 h local time) and afternoon (14 h), both from 0 to 1."""
    hours = seconds / 3600.0 + utc_offset
    night, afternoon = (np.square(0.5 + 0.5 * np.cos(2.0 * np.pi * (hours - highest) / 24.0)) for highest in (4.0, 14.0))
    return night, afternoon


def _spikes(seed: int, day: int, seconds: FloatArray, rate: float, line: int) -> FloatArray:
    """Return local pollution at a line, its height in units of the mean."""
    shape = np.zeros(seconds.size)
    for events in (events_of_day(seed, Purpose.POLLUTION, each, rate, line) for each in (day - 1, day)):
        for start, size, length in zip(*_with_lengths(events), strict=True):
            part = (seconds - start) / length
            shape += size * np.where((part > 0.0) & (part < 1.0), np.square(np.sin(np.pi * part)), 0.0)
    return shape


def _with_lengths(events: Events) -> Events:
    return events._replace(length=_SHORTEST_SPIKE + _SPIKE * events.length)


@lru_cache(maxsize=40)
def _buffered_day(options: PicarroSimulation, seed: int, day: int) -> FloatArray:
    """Return the air of a day as it leaves the buffers: exponential means, exact for the line between values."""
    longest = max(line.buffer_age.total_seconds() for line in options.lines)
    days_before = ceil(_FORGOTTEN * longest / DAY)
    air = np.concatenate([_day(options, seed, each)[0] for each in range(day - days_before, day + 1)])
    mixed = np.stack([_mixed(air[:, position], line) for position, line in enumerate(options.lines)], axis=1)[-DAY // STEP :]
    mixed.flags.writeable = False
    return mixed


def _mixed(values: FloatArray, line: SimulatedLine) -> FloatArray:
    age = line.buffer_age.total_seconds()
    if not age:
        return values
    keep = np.exp(-STEP / age)
    of_new = 1.0 - (1.0 - keep) * age / STEP
    weights = [of_new, 1.0 - keep - of_new]
    mixed, _ = lfilter(weights, [1.0, -keep], values, axis=0, zi=(1.0 - of_new) * values[:1])
    return np.asarray(mixed)
