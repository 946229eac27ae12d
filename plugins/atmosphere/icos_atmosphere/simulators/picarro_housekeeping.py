"""What the simulated analyser says about itself: pressures, temperatures, valves, status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.simulators.picarro_random import DAY, Purpose, events_of_day, uniform, wander_of_day
from icos_atmosphere.simulators.picarro_schedule import segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.simulators.picarro_options import PicarroSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["NOMINAL_STATUS", "cavity_pressure", "cavity_temperature", "outlet_valve", "status", "temperatures", "valve_column"]

NOMINAL_STATUS, _FAULTY_STATUS = 963, 707
_SET_PRESSURE, _SET_TEMPERATURE = 140.0, 45.0
_PRESSURE_NOISE, _MEMORY = 0.008, 0.7
_TEMPERATURE_READ_EVERY = 3.3  # s
_WANDER_STEP, _WANDER_TIME = 600, 7200.0


def cavity_pressure(options: PicarroSimulation, seed: int, time: FloatArray, noise: FloatArray) -> FloatArray:
    """Return the pressure in the cavity, torr.

    Parameters
    ----------
    options, seed
        The station.
    time : (n,) ndarray
        Of successive rows, seconds since the start.
    noise : (n,) ndarray
        Independent numbers of variance 1.

    Returns
    -------
    ndarray
        (n,) regulated but for some noise, a kick after each switch of the valve, and excursions.
    """
    before = np.concatenate([noise[:1], noise[:-1]])
    pressure = _SET_PRESSURE + _PRESSURE_NOISE * (noise + _MEMORY * before)
    planned = segments(options)
    segment = np.maximum(np.searchsorted(planned.start, time, side="right") - 1, 0)
    since = (time - planned.start[segment]) / 3.0
    kick = np.where(uniform(seed, Purpose.SWITCHES, _milliseconds(planned.start) + 1) < 0.5, -0.35, 0.7)
    kick[0] = 0.0
    pressure += kick[segment] * since * np.exp(1.0 - since)
    for rows, size, drawn in _excursions(options, seed, Purpose.PRESSURE, options.analyser.pressure_excursions, time, (60.0, 120.0)):
        pressure[rows] += np.copysign(0.3 + 0.3 * size, drawn - 0.5)
    return pressure


def cavity_temperature(options: PicarroSimulation, seed: int, time: FloatArray) -> FloatArray:
    """Return the temperature of the cavity, °C; arguments as for :func:`cavity_pressure`."""
    read = np.floor(time / _TEMPERATURE_READ_EVERY) * _TEMPERATURE_READ_EVERY
    temperature = _SET_TEMPERATURE + 0.0012 * np.sin(2.0 * np.pi * read / 263.0) + 0.0009 * np.sin(2.0 * np.pi * read / 1710.0)
    rate = options.analyser.temperature_excursions
    for rows, size, drawn in _excursions(options, seed, Purpose.TEMPERATURE, rate, time, (300.0, 600.0)):
        temperature[rows] += np.copysign(0.03 + 0.02 * size, drawn - 0.5)
    return temperature


def temperatures(time: FloatArray) -> dict[str, FloatArray]:
    """Return the other temperatures, °C, under the names of their columns."""
    slow = 2.0 * np.pi * np.floor(time / _TEMPERATURE_READ_EVERY) * _TEMPERATURE_READ_EVERY
    return {
        "DasTemp": np.round((34.77 + 0.2 * np.sin(slow / DAY)) / 0.125) * 0.125,
        "EtalonTemp": 45.1372 + 0.0046 * np.sin(slow / 1710.0),
        "WarmBoxTemp": 45.0 + 0.0047 * np.sin(slow / 1710.0),
    }


def outlet_valve(options: PicarroSimulation, seed: int, time: FloatArray, noise: FloatArray, pressure: FloatArray) -> FloatArray:
    """Return the opening of the outlet valve, which follows the pressure in the cavity and drifts over hours."""
    begin = options.start.timestamp()
    days = range(int((begin + time[0]) // DAY), int((begin + time[-1]) // DAY) + 2)
    wander = np.concatenate(
        [wander_of_day(seed, Purpose.OUTLET, day, step=_WANDER_STEP, correlation_time=_WANDER_TIME, series=1)[:, 0] for day in days]
    )
    drift = np.interp(time, days[0] * DAY - begin + np.arange(wander.size) * _WANDER_STEP, wander)
    return np.asarray(25_100.0 + 6.0 * drift + 2.0 * noise + 350.0 * (pressure - _SET_PRESSURE))


def status(options: PicarroSimulation, seed: int, time: FloatArray) -> NDArray[np.int64]:
    """Return the status word: nominal but for faults of minutes."""
    word = np.full(time.size, NOMINAL_STATUS)
    for rows, _, _ in _excursions(options, seed, Purpose.STATUS, options.analyser.status_faults, time, (60.0, 120.0)):
        word[rows] = _FAULTY_STATUS
    return word


def valve_column(options: PicarroSimulation, seed: int, time: FloatArray) -> FloatArray:
    """Return what the valve's column shows: the port, and in a row during which it switched the mean over the row.

    Parameters
    ----------
    options, seed
        The station.
    time : (n,) ndarray
        Of successive rows, seconds since the start; the first serves only as the beginning of the second.
    """
    planned = segments(options)
    shown = planned.port.astype(np.float64)
    if options.analyser.valve_reading == "mask":
        shown = np.exp2(shown - 1.0)
    segment = np.maximum(np.searchsorted(planned.start, time, side="right") - 1, 0)
    column = shown[segment]
    switched = 1 + np.flatnonzero(segment[1:] != segment[:-1])
    into = segment[switched]
    start = planned.start[into]
    part = (time[switched] - start) / (time[switched] - time[switched - 1])
    mean = shown[into - 1] + part * (shown[into] - shown[into - 1])
    # A mean that is a whole number by chance would look like another port.
    mean = np.where(mean == np.rint(mean), mean + 0.01, mean)
    clean = uniform(seed, Purpose.SWITCHES, _milliseconds(start)) < options.analyser.clean_switches
    column[switched] = np.where(clean, shown[into], mean)
    return column


def _milliseconds(seconds: FloatArray) -> NDArray[np.int64]:
    return np.rint(1000.0 * seconds).astype(np.int64)


def _excursions(
    options: PicarroSimulation, seed: int, purpose: Purpose, rate: float, time: FloatArray, length: tuple[float, float]
) -> list[tuple[NDArray[Any], float, float]]:
    """Return the rows of each excursion, its size in units of the mean, and a number from 0 to 1.

    `length` is the shortest, and how much longer they are on average, in seconds.
    """
    if not rate:
        return []
    begin = options.start.timestamp()
    found = []
    for day in range(int((begin + time[0]) // DAY) - 1, int((begin + time[-1]) // DAY) + 1):
        events = events_of_day(seed, purpose, day, rate)
        drawn = uniform(seed, purpose, _milliseconds(events.start))
        for start, size, long, number in zip(events.start - begin, events.size, events.length, drawn, strict=True):
            rows = np.flatnonzero((time >= start) & (time < start + length[0] + length[1] * long))
            if rows.size:
                found.append((rows, float(size), float(number)))
    return found
