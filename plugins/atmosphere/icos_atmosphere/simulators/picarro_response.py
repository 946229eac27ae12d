"""Cylinders as they truly are, and how the simulated analyser responds.

The response is linear, true = slope · reading + intercept, and changes with time: steadily, by a random walk, and by an Ornstein-Uhlenbeck
process over hours. A change of the offset is that at the pivot p of a gas, and the slope turns around it::

    true - p = slope(t) (reading - r) + offset(t)        r: the reading of p at the start
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_atmosphere.simulators.picarro_columns import layout_of
from icos_atmosphere.simulators.picarro_random import DAY, Purpose, generator, wander_of_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_atmosphere.calibration.station_tables import GasName
    from icos_atmosphere.simulators.picarro_analyser_options import GasResponse
    from icos_atmosphere.simulators.picarro_options import PicarroSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["GASES", "Line", "response_at", "true_cylinders", "wander_nodes"]

GASES: tuple[GasName, ...] = ("co2", "ch4", "co", "n2o")
"""The gases in the order of their random numbers, whatever of them an analyser measures."""

_HOUR = 3600.0
_WANDER_STEP = 600


class Line(NamedTuple):
    """(n,) coefficients of true = slope · reading + intercept."""

    slope: FloatArray
    intercept: FloatArray


def sign(options: PicarroSimulation) -> float:
    """Return the sign of the errors that twins have opposite."""
    return -1.0 if options.mirrored else 1.0


@lru_cache(maxsize=64)
def true_cylinders(options: PicarroSimulation, seed: int) -> Mapping[str, FloatArray]:
    """Return what is in the cylinders.

    Parameters
    ----------
    options, seed
        The station.

    Returns
    -------
    dict
        Gas → (cylinders,) mole fractions in dry air on the scale, in the order of the options.
    """
    count = len(options.cylinders)
    errors = sign(options) * generator(seed, Purpose.CYLINDERS).standard_normal((len(GASES), count + 1))
    true = {}
    for gas, drawn in zip(GASES, errors, strict=True):
        response: GasResponse = getattr(options.analyser, gas)
        assigned = np.array([cylinder.assigned(gas) for cylinder in options.cylinders])
        true[gas] = assigned + response.assigned_uncertainty * drawn[1:] + response.scale_uncertainty * drawn[0]
    return {gas: true[gas] for gas in layout_of(options.analyser).gases}


def response_at(options: PicarroSimulation, seed: int, gas: GasName, time: FloatArray) -> Line:
    """Return the true response of the analyser.

    Parameters
    ----------
    options, seed
        The station.
    gas
        Name of the gas.
    time : (n,) ndarray
        Seconds since the start of the station.
    """
    response: GasResponse = getattr(options.analyser, gas)
    number = GASES.index(gas)
    days = time / DAY
    nodes = np.arange(_walks(options, seed).shape[0]) * _HOUR
    of_slope, of_offset = (np.interp(time, nodes, _walks(options, seed)[:, number, each]) for each in (0, 1))
    slope = response.slope + response.slope_drift * days + response.slope_walk * of_slope
    offset = response.offset_drift * days + response.offset_walk * of_offset
    if response.offset_wander and time.size:
        begin = options.start.timestamp()
        first, wander = wander_nodes(
            seed,
            Purpose.WANDER,
            (begin + float(time[0]), begin + float(time[-1])),
            step=_WANDER_STEP,
            correlation_time=options.analyser.wander_time.total_seconds(),
        )
        at = first - begin + np.arange(wander.shape[0]) * _WANDER_STEP
        offset = offset + sign(options) * response.offset_wander * np.interp(time, at, wander[:, number])
    reading_of_pivot = (response.pivot - response.intercept) / response.slope
    return Line(slope, response.pivot + offset - slope * reading_of_pivot)


def wander_nodes(seed: int, purpose: Purpose, span: tuple[float, float], *, step: int, correlation_time: float) -> tuple[float, FloatArray]:
    """Return Ornstein-Uhlenbeck processes of variance 1, one per gas, over the days of a span (seconds since 1970), and their start."""
    days = range(int(span[0] // DAY), int(span[1] // DAY) + 2)
    return float(days[0] * DAY), np.concatenate([_wander(seed, purpose, day, step, correlation_time) for day in days])


@lru_cache(maxsize=64)
def _wander(seed: int, purpose: Purpose, day: int, step: int, correlation_time: float) -> FloatArray:
    return wander_of_day(seed, purpose, day, step=step, correlation_time=correlation_time, series=len(GASES))


@lru_cache(maxsize=8)
def _walks(options: PicarroSimulation, seed: int) -> FloatArray:
    """Return (hours + 1, gases, 2) random walks of slope and offset that gather 1 in a day."""
    hours = int(options.duration.total_seconds() // _HOUR) + 1
    steps = generator(seed, Purpose.WALK).standard_normal((hours, len(GASES), 2)) * np.sqrt(_HOUR / DAY)
    return np.asarray(sign(options) * np.concatenate([np.zeros((1, len(GASES), 2)), np.cumsum(steps, axis=0)]))
