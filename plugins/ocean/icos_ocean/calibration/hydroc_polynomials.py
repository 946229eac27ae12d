"""Which calibration holds for each row of a HydroC, and how far its coefficients are from the calibration before to the one after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import is_good
from icos_core.versioned import utc64
from icos_ocean.hydroc_signal import Polynomial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.hydroc_options import HydroCCalibration, HydroCCalibratorOptions
    from icos_ocean.calibration.record import Record

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["NO_CALIBRATION", "RowCalibration", "row_calibration"]

NO_CALIBRATION = -1


@dataclass(frozen=True, kw_only=True)
class RowCalibration:
    """The calibration of n rows.

    Attributes
    ----------
    number : (n,) ndarray of int
        Which of the calibrations of the options holds, `NO_CALIBRATION` where none does.
    share : (n,) ndarray
        How much of the change from the calibration before to that after has happened, 0 … 1; 0 where there is none after.
    has_after : (n,) ndarray of bool
        Whether there is a calibration after the deployment that could be used.
    outside : (n,) ndarray of bool
        Whether a row lies before the one or after the other.
    """

    number: NDArray[np.int64]
    share: FloatArray
    has_after: BoolArray
    outside: BoolArray

    def scale(self, options: HydroCCalibratorOptions) -> FloatArray:
        """Return F of each row, NaN where no calibration holds."""
        return np.array([*(each.scale_factor for each in options.calibrations), np.nan])[self.number]

    def polynomials(self, options: HydroCCalibratorOptions, which: str) -> Polynomial:
        """Return the coefficients along the rows of the calibrations before (``before``) or after; before where there is none after."""
        sheets = [getattr(each, which) or each.before for each in options.calibrations]
        return Polynomial(*(np.array([*(getattr(sheet, k) for sheet in sheets), np.nan])[self.number] for k in ("k0", "k1", "k2", "k3")))

    def take(self, rows: NDArray[np.intp]) -> RowCalibration:
        """Return the calibration of some rows."""
        return RowCalibration(number=self.number[rows], share=self.share[rows], has_after=self.has_after[rows], outside=self.outside[rows])


def row_calibration(record: Record, zero_ratio: FloatArray, options: HydroCCalibratorOptions) -> RowCalibration:
    """Find the calibration of each row and the share of its change.

    Parameters
    ----------
    record : Record
        The stream.
    zero_ratio : (n,) ndarray
        Zero signal of each row.
    options : HydroCCalibratorOptions
        Calibrations, and what is interpolated in.
    """
    number = np.full(record.size, NO_CALIBRATION, dtype=np.int64)
    share = np.zeros(record.size)
    has_after, outside = np.zeros((2, record.size), dtype=np.bool_)
    for index, each in enumerate(options.calibrations):
        rows = np.flatnonzero(each.covers(record.moment))
        number[rows] = index
        place = _place(record, rows, zero_ratio, each, options)
        known = np.isfinite(place)
        share[rows] = np.where(known, np.clip(place, 0.0, 1.0), 0.0)
        has_after[rows] = known
        outside[rows] = known & ((place < 0.0) | (place > 1.0))
    return RowCalibration(number=number, share=share, has_after=has_after, outside=outside)


def _place(
    record: Record, rows: NDArray[np.intp], zero_ratio: FloatArray, calibration: HydroCCalibration, options: HydroCCalibratorOptions
) -> FloatArray:
    """Return where the rows stand between the calibrations: 0 at the one before, 1 at the one after; NaN where that cannot be told."""
    before, after = calibration.before, calibration.after
    nothing = np.full(rows.size, np.nan)
    if after is None:
        return nothing
    # That both ends are stated is validated with the options.
    if options.between_calibrations == "time":
        assert before.date is not None
        assert after.date is not None
        start, end = utc64(before.date), utc64(after.date)
        place: FloatArray = (record.moment[rows] - start) / (end - start)
        return place
    if options.between_calibrations == "zero-signal":
        one, other, value = before.zero_ratio, after.zero_ratio, zero_ratio[rows]
    else:
        if "runtime" not in record.stream:
            return nothing
        known = rows[is_good(record.stream, "runtime")[rows]]
        if not known.size:
            return nothing
        one, other = before.runtime, after.runtime
        value = np.interp(record.time[rows], record.time[known], record.stream["runtime"].values[known])
    assert one is not None
    assert other is not None
    return (value - one) / (other - one)
