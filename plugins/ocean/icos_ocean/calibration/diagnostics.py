"""Sensors that watch the instrument: their flags are passed on to the readings that were taken in that state.

A flow is no part of any formula, but a reading taken without it is not one of the gas that it should be. In the calibrated stream the flags
are passed on by cascades, where they can be seen and overruled; in the calibration itself they decide which readings may serve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Cascade, Problem
from icos_core.dataset import BAD, MISSING, NOT_EVALUATED, QUESTIONABLE
from icos_core.flags import decode_bits
from icos_ocean.calibration.underway_options import USUAL_DIAGNOSTICS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.record import Record
    from icos_ocean.calibration.underway_options import UnderwayOptions

__all__ = ["absent_diagnostics", "diagnostic_cascades", "diagnostic_flag", "diagnostic_sensors"]


def diagnostic_sensors(options: UnderwayOptions) -> tuple[str, ...]:
    """Return the variables whose flags are passed on, each once."""
    return tuple(dict.fromkeys(each.sensor for each in options.diagnostics))


def diagnostic_cascades(options: UnderwayOptions) -> list[Cascade]:
    """Return the cascades of diagnostics in the calibrated stream.

    The mole fraction of air stands in rows of air and, interpolated, in rows of water. What is passed on to it is therefore an outcome of
    its readings (see `icos_ocean.calibration.air`): a cascade would go by the row.
    """
    target = {"water": "xco2", "all": options.reading_variable}
    pairs = dict.fromkeys((each.sensor, target[each.affects]) for each in options.diagnostics if each.affects in target)
    return [Cascade(source=sensor, target=target) for sensor, target in pairs]


def diagnostic_flag(record: Record, options: UnderwayOptions, *affects: str) -> NDArray[np.int8]:
    """Return the worst flag of the diagnostics that affect these readings.

    Parameters
    ----------
    record : Record
        The measured stream.
    options : UnderwayOptions
        Which diagnostics there are.
    *affects : {"water", "air", "all"}
        Whom they are to affect.

    Returns
    -------
    (n,) ndarray of int8
        3 or 4; 2 where no diagnostic is flagged.
    """
    worst = np.full(record.size, NOT_EVALUATED, dtype=np.int8)
    for each in options.diagnostics:
        if each.affects in affects and each.sensor in record.stream:
            np.maximum(worst, _acting_flag(record, each.sensor), out=worst)
    return worst


def _acting_flag(record: Record, sensor: str) -> NDArray[np.int8]:
    """Return the flag that cascades follow: where the value is missing, the worst outcome of its tests."""
    flag = record.flag(sensor)
    missing = flag == MISSING
    if not missing.any():
        return flag
    acting = np.where(missing, np.int8(NOT_EVALUATED), flag)
    for meaning, rows in decode_bits(record.stream, f"{sensor}_tests").items():
        level = BAD if meaning.endswith("_bad") else QUESTIONABLE if meaning.endswith("_questionable") else NOT_EVALUATED
        hit = missing & rows
        acting[hit] = np.maximum(acting[hit], level)
    return acting


def absent_diagnostics(record: Record, options: UnderwayOptions) -> list[Problem]:
    """Say which diagnostics a station asks for and the data do not have; of the usual ones a system has what it has."""
    asked = tuple(dict.fromkeys(each.sensor for each in options.diagnostics if each not in USUAL_DIAGNOSTICS))
    absent = (sensor for sensor in asked if sensor not in record.stream)
    return [Problem(message=f"diagnostics: the data have no {sensor}; nothing is passed on from it") for sensor in absent]
