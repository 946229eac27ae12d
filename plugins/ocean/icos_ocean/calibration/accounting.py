"""Tables of the calibrator for report and manifest: what became of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Table
from icos_ocean.calibration.equilibrator_pressure import CODES
from icos_ocean.calibration.samples import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_ocean.calibration.fco2_options import FCO2Options
    from icos_ocean.calibration.inputs import Input
    from icos_ocean.calibration.samples import CalibratedSamples, Response
    from icos_ocean.calibration.underway_options import UnderwayOptions

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["calibration_table", "filling_table", "pressure_table", "rows_table"]


def rows_table(
    run_type: NDArray[np.integer],
    words: Mapping[str, int],
    flushed: BoolArray,
    water: BoolArray,
    as_measured: BoolArray,
    complete: BoolArray,
) -> Table:
    """Count rows by run type, and water rows with everything that fCO2 needs.

    Parameters
    ----------
    run_type, flushed, water : (n,) ndarray
        Run type of each row, whether it is left out as flushing, whether it is a water sample.
    words : mapping of str to int
        Type word → code.
    as_measured, complete : (n,) ndarray of bool
        Whether a water row had every input as measured, and whether it has them after filling and falling back to other pressures.
    """
    rows: list[tuple[Any, ...]] = [("all rows", run_type.size)]
    rows += [(f"run type {word}", count) for word, code in words.items() if (count := int(np.count_nonzero(run_type == code)))]
    rows += [
        ("flushing, not used", int(np.count_nonzero(flushed))),
        ("water samples", int(np.count_nonzero(water))),
        ("water samples complete as measured", int(np.count_nonzero(as_measured & water))),
        ("water samples complete after filling", int(np.count_nonzero(complete & water))),
    ]
    return Table(
        title="Rows",
        columns=("rows", "number"),
        rows=tuple(rows),
        note="Complete: with reading, temperatures, salinity and pressure; as measured: none filled, pressure from the first source.",
    )


def filling_table(inputs: Mapping[str, Input], limits: Mapping[str, float], water: BoolArray) -> Table:
    """Count what was filled among the water rows, per variable."""
    rows = []
    for name, taken in inputs.items():
        limit = limits[name]
        missing = ~taken.measured & water
        rejected = taken.rejected & water
        filled = taken.filled & water
        left = (missing | rejected) & ~filled
        rows.append((name, f"{limit / 60:g} min", *(int(np.count_nonzero(each)) for each in (missing, rejected, filled, left))))
    return Table(
        title="Filling of slow sensors (water samples)",
        columns=("variable", "limit", "missing", "bad", "filled", "left"),
        rows=tuple(rows),
        note="Linear in time between two good rows that are no further apart than the limit.",
    )


def pressure_table(source: NDArray[np.int8], water: BoolArray, options: UnderwayOptions) -> Table:
    """Count what the equilibrator pressure of the water rows was taken from."""
    counts = np.bincount(source[water], minlength=len(CODES))
    return Table(
        title="Source of the equilibrator pressure (water samples)",
        columns=("source", "rows"),
        rows=tuple((name, int(counts[CODES[name]])) for name in (*options.pressure_sources, "none")),
    )


def calibration_table(samples: CalibratedSamples, response: Response, options: FCO2Options) -> Table:
    """Summarise the lines through the standards and the conditions that make values questionable."""
    rows: list[tuple[Any, ...]] = [("samples", samples.xco2.size), ("regression", options.form)]
    rows += [(f"slope, {name}", value) for name, value in _range(samples.slope)]
    for count, number in zip(*np.unique(samples.n_standards, return_counts=True), strict=True):
        rows.append((f"samples with {count} standards", int(number)))
    rows += [(name.replace("_", " "), int(np.count_nonzero(getattr(samples, name)))) for name in CONDITIONS]
    rows += [
        ("outside the range of the standards", int(np.count_nonzero(samples.extrapolated))),
        ("drift assumed (µmol mol⁻¹ h^-½)", round(response.drift, 3)),
        ("drift seen in the standards", round(response.drift_seen, 3)),
        ("distance from a straight line assumed (µmol mol⁻¹)", round(response.lack_of_fit, 3)),
        ("distance from a straight line seen beyond the stated uncertainties", round(response.lack_of_fit_seen, 3)),
    ]
    return Table(title="Calibration with standard gases", columns=("what", "value"), rows=tuple(rows))


def _range(values: FloatArray) -> Sequence[tuple[str, float | None]]:
    known = values[np.isfinite(values)]
    if known.size == 0:
        return (("lowest", None), ("median", None), ("highest", None))
    return tuple((name, round(float(f(known)), 6)) for name, f in (("lowest", np.min), ("median", np.median), ("highest", np.max)))
