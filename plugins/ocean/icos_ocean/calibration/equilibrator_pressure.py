"""Which pressure stands for that in the equilibrator: the first of a declared order that a row has."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.dataset import NOT_EVALUATED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_ocean.calibration.inputs import Inputs
    from icos_ocean.calibration.sea_level import SeaLevelPressure
    from icos_ocean.calibration.underway_options import UnderwayOptions

    FloatArray = NDArray[np.float64]

__all__ = ["CODES", "SENSORS", "ChosenPressure", "PressureCandidate", "choose_pressure", "pressure_candidates"]

CODES: Mapping[str, int] = {
    "none": 0,
    "equilibrator": 1,
    "ambient-differential": 2,
    "analyser": 3,
    "atmospheric": 4,
    "analyser-differential": 5,
}
"""Codes of ``equilibrator_pressure_source``."""

SENSORS: Mapping[str, tuple[str, ...]] = {
    "equilibrator": ("equilibrator_pressure",),
    "ambient-differential": ("ambient_pressure", "equilibrator_differential_pressure"),
    "analyser": ("analyser_pressure",),
    "analyser-differential": ("analyser_pressure", "equilibrator_differential_pressure"),
}
"""Source → variables that it is made of; atmospheric pressure comes from the barometer that a station declares."""


class PressureCandidate(NamedTuple):
    """A pressure that could be the equilibrator's.

    Attributes
    ----------
    source : str
        Key of `CODES`.
    pressure : (n,) ndarray
        hPa; NaN where any of its inputs is missing or bad.
    level : (n,) ndarray of int8
        Worst flag of its inputs.
    filled : (n,) ndarray of bool
        Whether any of its inputs was filled.
    filling : (n,) ndarray
        Standard uncertainty that this adds, hPa.
    """

    source: str
    pressure: FloatArray
    level: NDArray[np.int8]
    filled: NDArray[np.bool_]
    filling: FloatArray


class ChosenPressure(NamedTuple):
    """The pressure chosen for each row.

    Attributes
    ----------
    pressure : (n,) ndarray
        hPa; NaN where no candidate has one.
    source : (n,) ndarray of int8
        Values of `CODES`.
    level : (n,) ndarray of int8
        Worst flag of the inputs of the chosen one.
    filled : (n,) ndarray of bool
        Whether an input of the chosen one was filled.
    filling : (n,) ndarray
        Standard uncertainty that this adds, hPa.
    """

    pressure: FloatArray
    source: NDArray[np.int8]
    level: NDArray[np.int8]
    filled: NDArray[np.bool_]
    filling: FloatArray


def choose_pressure(candidates: Sequence[PressureCandidate], size: int) -> ChosenPressure:
    """Take for each row the first candidate that has a value.

    Parameters
    ----------
    candidates : sequence of PressureCandidate
        In order of preference.
    size : int
        Number of rows.

    Returns
    -------
    ChosenPressure
        Value, source and state of each row.
    """
    chosen = ChosenPressure(
        pressure=np.full(size, np.nan),
        source=np.zeros(size, dtype=np.int8),
        level=np.full(size, NOT_EVALUATED, dtype=np.int8),
        filled=np.zeros(size, dtype=np.bool_),
        filling=np.zeros(size),
    )
    for candidate in candidates:
        rows = (chosen.source == CODES["none"]) & np.isfinite(candidate.pressure)
        chosen.pressure[rows] = candidate.pressure[rows]
        chosen.source[rows] = CODES[candidate.source]
        chosen.level[rows] = candidate.level[rows]
        chosen.filled[rows] = candidate.filled[rows]
        chosen.filling[rows] = candidate.filling[rows]
    return chosen


def pressure_candidates(inputs: Inputs, at_sea_level: SeaLevelPressure, options: UnderwayOptions) -> list[PressureCandidate]:
    """Return the pressures that a stream has, in the order in which a station wants them."""
    found = []
    for source in options.pressure_sources:
        if source == "atmospheric":
            pressure = at_sea_level.pressure + options.overpressure
            found.append(PressureCandidate(source, pressure, at_sea_level.flag, at_sea_level.filled, at_sea_level.filling))
        elif all(inputs.has(name) for name in SENSORS[source]):
            taken = [inputs.take(name) for name in SENSORS[source]]
            pressure, filling = taken[0].usable, taken[0].filling
            if source.startswith("analyser"):
                pressure = pressure + options.analyser_pressure_offset
            if source.endswith("-differential"):
                pressure = pressure + options.differential_factor * taken[1].usable
                filling = np.hypot(filling, taken[1].filling)
            level = np.maximum.reduce([each.flag for each in taken])
            filled = np.logical_or.reduce([each.filled for each in taken])
            found.append(PressureCandidate(source, pressure, level, filled, filling))
    return found
