"""Targets on the scale: cylinders that no calibration uses, and what they tell of the analyser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.target_repeatability import at_latest, cmr, cmr_at, ltr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.analyser import Analyser
    from icos_atmosphere.calibration.coefficients import Calibrated

    FloatArray = NDArray[np.float64]
    Moments = NDArray[np.datetime64]

__all__ = ["GasTargets", "find_targets", "target_rows"]


@dataclass(frozen=True, kw_only=True)
class GasTargets:
    """What k injections of targets say of one gas, in order of time.

    Attributes
    ----------
    time
        (k,) first kept row.
    is_short
        (k,) injections of short-term targets that may be used: they tell repeatability.
    value, kept
        (k,) mole fraction, on the scale where there is one; and whether nothing speaks against it.
    calibrated
        How it came to the scale; None of an uncalibrated gas.
    cmr, ltr
        (k,) continuous measurement repeatability of the month, long-term repeatability up to here; NaN where they are not known.
    """

    time: Moments
    is_short: NDArray[np.bool_]
    value: FloatArray
    kept: NDArray[np.bool_]
    calibrated: Calibrated | None
    cmr: FloatArray
    ltr: FloatArray

    def cmr_at(self, moments: Moments, otherwise: float) -> FloatArray:
        """Return the repeatability within minutes at moments: that of the month, else of the latest month that has one."""
        rows = self.is_short
        found = cmr_at(moments, self.time[rows], self.cmr[rows])
        latest = at_latest(moments, self.time[rows], self.cmr[rows])
        known: FloatArray = np.where(np.isfinite(found), found, latest)
        return np.where(np.isfinite(known), known, otherwise)

    def ltr_at(self, moments: Moments, otherwise: float) -> FloatArray:
        """Return the long-term repeatability at moments: that of the latest injection which tells it."""
        found = at_latest(moments, self.time[self.is_short], self.ltr[self.is_short])
        known: FloatArray = np.where(np.isfinite(found), found, otherwise)
        return known


def target_rows(analyser: Analyser) -> NDArray[np.intp]:
    """Return the positions of the injections of targets."""
    return np.flatnonzero(analyser.role("short-term-target") | analyser.role("long-term-target"))


def find_targets(analyser: Analyser, gas: str) -> GasTargets:
    """Bring the injections of targets to the scale, and find repeatability."""
    rows = target_rows(analyser)
    found, mine = analyser.injections, analyser.gases[gas]
    of_gas = found.gases[gas]
    time, kept = found.time[rows], mine.kept[rows]
    calibrated = analyser.calibrated(gas, found.middle[rows], of_gas.mean[rows])
    ends = analyser.calibrated(gas, found.middle[rows], of_gas.last[rows])
    value = of_gas.mean[rows] if mine.sequences is None else _value(calibrated, rows.size)
    averages = of_gas.last[rows] if mine.sequences is None else _value(ends, rows.size)
    slope = calibrated.slope if calibrated is not None else np.ones(rows.size)
    continuous, long_term = np.full(rows.size, np.nan), np.full(rows.size, np.nan)
    window = np.timedelta64(analyser.options.ltr_window, "ns")
    for cylinder in np.unique(found.cylinder[rows]):
        same = np.flatnonzero(found.cylinder[rows] == cylinder)
        spread = np.where(kept[same], slope[same] * of_gas.minute_stdev[rows[same]], np.nan)
        continuous[same] = cmr(time[same], spread, of_gas.minutes[rows[same]])
        long_term[same] = ltr(time[same], np.where(kept[same], averages[same], np.nan), window)
    return GasTargets(
        time=time,
        is_short=analyser.role("short-term-target")[rows] & kept,
        value=value,
        kept=kept,
        calibrated=calibrated,
        cmr=continuous,
        ltr=long_term,
    )


def _value(calibrated: Calibrated | None, count: int) -> FloatArray:
    return calibrated.value if calibrated is not None else np.full(count, np.nan)
