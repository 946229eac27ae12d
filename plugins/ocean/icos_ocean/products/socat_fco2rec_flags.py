"""Flags of recomputed fCO2: what it was computed from, WOCE flags of the file, and the checks of the SOCAT Dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_ocean.products.socat_fco2rec_input import ATMOSPHERE
from icos_ocean.quality.speed import speeds
from icos_ocean.socat_recalculation import RANGES, SOURCES, range_level
from icos_ocean.vocabulary.socat import WOCE_FLAGS

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_ocean.socat_recalculation import Reported, Source

    FloatArray = NDArray[np.float64]
    Levels = NDArray[np.int8]

__all__ = ["input_outcome", "range_outcome", "speed_outcome", "woce_outcome"]

NAME = "fco2rec"
_MEASURED_PRESSURES = ("equilibrator_pressure", *ATMOSPHERE)


def input_outcome(stream: xr.Dataset, source: NDArray[np.int8]) -> Outcome:
    """Pass on the flags of whatever a row was computed from, and those of the reported fCO2, which is the same measurement.

    A questionable salinity does not show, a bad one makes fCO2 questionable: it changes little.
    """
    level = _level_of(stream, "fco2")
    for way in SOURCES:
        rows = source == way.number
        if not rows.any():
            continue
        for name in _used(stream, way):
            found = _level_of(stream, name)
            if name == "salinity":
                found = np.where(found == BAD, np.int8(QUESTIONABLE), np.minimum(found, np.int8(NOT_EVALUATED)))
            level = np.where(rows, _worse(level, found), level)
    return Outcome(variable=NAME, name="inputs", level=level)


def _used(stream: xr.Dataset, way: Source) -> list[str]:
    pressures = _MEASURED_PRESSURES if way.pressure == "measured" else (way.pressure,)
    return [name for name in (*way.uses, *pressures) if name in stream]


def _level_of(stream: xr.Dataset, name: str) -> Levels:
    flag = f"{name}_flag"
    if flag not in stream:
        return np.full(stream.sizes["time"], NOT_EVALUATED, dtype=np.int8)
    level: Levels = stream[flag].values
    # What is missing was not used.
    return np.where(level > BAD, np.int8(NOT_EVALUATED), level)


def _worse(left: Levels, right: Levels) -> Levels:
    """Return the worse of two levels; not evaluated says nothing."""
    return np.where(left == NOT_EVALUATED, right, np.where(right == NOT_EVALUATED, left, np.maximum(left, right)))


def woce_outcome(stream: xr.Dataset) -> Outcome | None:
    """Pass on the WOCE flags that a file has for fCO2, None where it has none."""
    names = [name for name in ("fco2rec_woce", "fco2_woce") if name in stream]
    if not names:
        return None
    level = np.full(stream.sizes["time"], NOT_EVALUATED, dtype=np.int8)
    for name in names:
        codes = stream[name].values
        of_codes = np.full(codes.shape, NOT_EVALUATED, dtype=np.int8)
        for word, code in (("good", GOOD), ("questionable", QUESTIONABLE), ("bad", BAD)):
            of_codes[codes == WOCE_FLAGS[word]] = code
        level = _worse(level, of_codes)
    return Outcome(variable=NAME, name="woce", level=level)


def range_outcome(reported: Reported, fco2rec: FloatArray) -> tuple[Outcome, list[tuple[str, int, int]]]:
    """Compare everything reported with the Dashboard's limits: warnings are questionable, errors bad.

    Returns
    -------
    Outcome
        Worst level of each row.
    list of (str, int, int)
        Quantity, number of warnings, number of errors, for those with any.
    """
    level = np.full(fco2rec.shape, NOT_EVALUATED, dtype=np.int8)
    counts = []
    for name, array in {**reported.arrays(), NAME: fco2rec}.items():
        if name not in RANGES:
            continue
        found = range_level(name, array)
        warnings, errors = int((found == QUESTIONABLE).sum()), int((found == BAD).sum())
        if warnings or errors:
            counts.append((name, warnings, errors))
        level = _worse(level, found)
    return Outcome(variable=NAME, name="dashboard_range", level=level), counts


def speed_outcome(
    time: NDArray[np.datetime64], latitude: FloatArray, longitude: FloatArray, cruise: NDArray[np.int64]
) -> tuple[Outcome, int, int]:
    """Compare the speed to the next position of the same cruise with the Dashboard's limits.

    Returns
    -------
    Outcome
        Level of each row.
    int, int
        Numbers of warnings and errors.
    """
    level = np.full(time.shape, NOT_EVALUATED, dtype=np.int8)
    placed = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    order = placed[np.argsort(cruise[placed], kind="stable")]
    moments = time[order].astype("datetime64[ns]").astype(np.int64)
    step = speeds(latitude[order], longitude[order], moments, 1)
    step[1:][np.diff(cruise[order]) != 0] = np.nan
    # The speed on the way to the next row belongs to the row that it starts from.
    level[order[:-1]] = range_level("speed", step[1:])
    return Outcome(variable=NAME, name="dashboard_speed", level=level), int((level == QUESTIONABLE).sum()), int((level == BAD).sum())
