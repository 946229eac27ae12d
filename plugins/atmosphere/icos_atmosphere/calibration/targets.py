"""Targets on the scale: cylinders that no calibration uses, and what they tell of the analyser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.target_repeatability import at_latest, cmr, cmr_at, ltr

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icos_atmosphere.calibration.analyser import Analyser
    from icos_atmosphere.calibration.coefficients import Calibrated

    FloatArray = NDArray[np.float64]
    Moments = NDArray[np.datetime64]

_POOLED_OVER = np.timedelta64(30, "D")

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
        (k,) mole fraction, on the scale where there is one; and whether nothing speaks against it, be it the injection or a calibration
        that lies beyond an event.
    calibrated
        How it came to the scale; None of an uncalibrated gas.
    cmr, ltr
        (k,) continuous measurement repeatability of the month, long-term repeatability up to here; NaN where they are not known.
    pooled
        (k,) root mean square of the long-term repeatability over the days before: of a single window of three days it says little.
    """

    time: Moments
    is_short: NDArray[np.bool_]
    value: FloatArray
    kept: NDArray[np.bool_]
    calibrated: Calibrated | None
    cmr: FloatArray
    ltr: FloatArray
    pooled: FloatArray

    def cmr_at(self, moments: Moments, otherwise: float) -> FloatArray:
        """Return the repeatability within minutes at moments: that of the month, else of the latest month that has one."""
        rows = self.is_short
        found = cmr_at(moments, self.time[rows], self.cmr[rows])
        latest = at_latest(moments, self.time[rows], self.cmr[rows])
        known: FloatArray = np.where(np.isfinite(found), found, latest)
        return np.where(np.isfinite(known), known, otherwise)

    def ltr_at(self, moments: Moments, otherwise: float) -> FloatArray:
        """Return the long-term repeatability at moments for uncertainties: the pooled one of the latest injection which tells it."""
        found = at_latest(moments, self.time[self.is_short], self.pooled[self.is_short])
        known: FloatArray = np.where(np.isfinite(found), found, otherwise)
        return known

    def state(self, analyser: Analyser, gas: str) -> Callable[[Moments], FloatArray]:
        """Return what tells the long-term repeatability at moments."""
        return partial(self.ltr_at, otherwise=analyser.options.limits_of(gas).long_term_repeatability)


def target_rows(analyser: Analyser) -> NDArray[np.intp]:
    """Return the positions of the injections of targets."""
    return np.flatnonzero(analyser.role("short-term-target") | analyser.role("long-term-target"))


def find_targets(analyser: Analyser, gas: str) -> GasTargets:
    """Bring the injections of targets to the scale, and find repeatability."""
    rows = target_rows(analyser)
    found, mine = analyser.injections, analyser.gases[gas]
    of_gas = found.gases[gas]
    calibrated = analyser.calibrated(gas, found.middle[rows], of_gas.mean[rows])
    time, fine = found.time[rows], mine.kept[rows]
    kept = fine if calibrated is None else fine & ~calibrated.across
    ends = analyser.calibrated(gas, found.middle_of_last[rows], of_gas.last[rows])
    value = of_gas.mean[rows] if mine.sequences is None else _value(calibrated, rows.size)
    averages = of_gas.last[rows] if mine.sequences is None else _value(ends, rows.size)
    slope = calibrated.slope if calibrated is not None else np.ones(rows.size)
    continuous, long_term, pooled = (np.full(rows.size, np.nan) for _ in range(3))
    window = np.timedelta64(analyser.options.ltr_window, "ns")
    for cylinder in np.unique(found.cylinder[rows]):
        same = np.flatnonzero(found.cylinder[rows] == cylinder)
        spread = np.where(fine[same], slope[same] * of_gas.minute_stdev[rows[same]], np.nan)
        continuous[same] = cmr(time[same], spread, of_gas.minutes[rows[same]])
        told = ltr(time[same], np.where(kept[same], averages[same], np.nan), window)
        # An injection that does not count tells nothing new.
        long_term[same] = np.where(kept[same], told, np.nan)
        pooled[same] = _pooled(time[same], long_term[same])
    targets = GasTargets(
        time=time,
        is_short=analyser.role("short-term-target")[rows] & kept,
        value=value,
        kept=kept,
        calibrated=calibrated,
        cmr=continuous,
        ltr=long_term,
        pooled=pooled,
    )
    if calibrated is None:
        return targets
    return replace(targets, calibrated=analyser.calibrated(gas, found.middle[rows], of_gas.mean[rows], targets.state(analyser, gas)))


def _value(calibrated: Calibrated | None, count: int) -> FloatArray:
    return calibrated.value if calibrated is not None else np.full(count, np.nan)


def _pooled(time: Moments, values: FloatArray) -> FloatArray:
    """Return the root mean square of the values in the `_POOLED_OVER` up to each time."""
    known = np.isfinite(values)
    squares = np.concatenate([[0.0], np.cumsum(np.where(known, np.square(values), 0.0))])
    number = np.concatenate([[0], np.cumsum(known)])
    first, last = np.searchsorted(time, time - _POOLED_OVER, side="right"), np.arange(1, time.size + 1)
    count = number[last] - number[first]
    found = np.full(time.shape, np.nan)
    np.divide(squares[last] - squares[first], count, out=found, where=count > 0)
    pooled: FloatArray = np.sqrt(np.maximum(found, 0.0))
    return pooled
