"""Tables of the calibrator `hydroc` for report and manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Table
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.hydroc_options import HydroCCalibratorOptions
    from icos_ocean.calibration.hydroc_polynomials import RowCalibration
    from icos_ocean.calibration.record import Record, Result
    from icos_ocean.hydroc_zero import Zeros

__all__ = ["calibration_table", "comparison_table", "rows_table", "zeros_table"]

_MOST_ZEROS = 200


def rows_table(record: Record, complete: NDArray[np.bool_]) -> Table:
    """Count rows by run type, and those of water that have fCO2."""
    rows: list[tuple[Any, ...]] = [("all rows", record.size)]
    counted = ((word, int(np.count_nonzero(record.run_type == code))) for word, code in RUN_TYPES.items())
    rows += [(f"run type {word}", count) for word, count in counted if count]
    rows += [
        ("settling after the return to water, not used", int(np.count_nonzero(record.flushed & record.water))),
        ("water with fCO2", int(np.count_nonzero(complete))),
    ]
    return Table(title="Rows", columns=("rows", "number"), rows=tuple(rows))


def zeros_table(zeros: Zeros, record: Record) -> Table:
    """List the zeroings."""
    start = record.moment[0] if record.size else np.datetime64("NaT")
    times = start + (zeros.time * 1e9).astype("timedelta64[ns]") if record.size else zeros.time
    rows = []
    for index in range(min(zeros.ratio.size, _MOST_ZEROS)):
        spread = zeros.spread[index]
        shown = round(float(spread), 7) if np.isfinite(spread) else None
        when, hours = str(times[index])[:19], round(float(zeros.coordinate[index]) / 3600.0, 3)
        rows.append((when, hours, int(zeros.readings[index]), round(float(zeros.ratio[index]), 7), shown))
    more = zeros.ratio.size - len(rows)
    return Table(
        title="Zeroings",
        columns=("mean time", "runtime or time (h)", "readings", "ratio of the signals", "standard deviation"),
        rows=tuple(rows),
        note=f"{more} more are not shown." if more else "",
    )


def calibration_table(calibration: RowCalibration, record: Record, options: HydroCCalibratorOptions) -> Table:
    """Say which rows each calibration holds for, and how far between before and after they lie."""
    rows: list[tuple[Any, ...]] = []
    for index, each in enumerate(options.calibrations):
        held = record.water & (calibration.number == index)
        share = calibration.share[held]
        ends = (round(float(share.min()), 4), round(float(share.max()), 4)) if share.size and each.after is not None else (None, None)
        after = "none" if each.after is None else f"{each.after.k1:g}, {each.after.k2:g}, {each.after.k3:g}"
        before = f"{each.before.k1:g}, {each.before.k2:g}, {each.before.k3:g}"
        rows.append((index + 1, int(np.count_nonzero(held)), each.scale_factor, before, after, *ends))
    return Table(
        title="Calibrations",
        columns=("calibration", "rows of water", "F", "k1, k2, k3 before", "k1, k2, k3 after", "least share", "greatest share"),
        rows=tuple(rows),
        note=f"Share: how much of the change from before to after has happened, by {options.between_calibrations}.",
    )


def comparison_table(record: Record, result: Result, options: HydroCCalibratorOptions) -> Table:
    """Compare signal and pCO2 with what the instrument computed itself, in rows that have both."""
    rows: list[tuple[Any, ...]] = []
    for name, own, factor in (
        ("signal_reported", "signal_processed", options.reported_signal_scale),
        ("pco2_reported", "pco2_equilibrator", 1.0),
    ):
        if name not in record.stream:
            continue
        difference = factor * result.column(own) - record.stream[name].values
        difference = difference[np.isfinite(difference)]
        if difference.size:
            figures = (difference.mean(), difference.std(), np.abs(difference).max())
            rows.append((own, difference.size, *(float(f"{figure:.5g}") for figure in figures)))
    return Table(
        title="Computed minus reported by the instrument",
        columns=("variable", "rows", "mean", "standard deviation", "largest"),
        rows=tuple(rows),
        note="An instrument knows neither the drift of its zero signal nor the calibration after the deployment.",
    )
