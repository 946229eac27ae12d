"""Marginal distribution sampling: missing records as means of those under similar weather close in time.

References
----------
Reichstein et al. (2005), Glob. Change Biol. 11, 1424, doi:10.1111/j.1365-2486.2005.001002.x
Vekuri et al. (2023), Sci. Rep. 13, 1720, doi:10.1038/s41598-023-28827-2
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_ecosystem.gap_filling.long_gaps import in_runs_longer_than
from icos_ecosystem.gap_filling.sampling_kernels import fill_records, fill_records_of_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.gap_filling.schedules import Scheme

    FloatArray = NDArray[np.float64]

__all__ = ["UNFILLED", "Driver", "Filled", "MemberFilled", "fill", "fill_members", "measured_or"]

UNFILLED = -1
"""Quality of a record that is missing and has no estimate."""

_SYMMETRIC = {"no": 0, "reddyproc": 1, "oneflux": 2}


@dataclass(frozen=True, kw_only=True)
class Driver:
    """A variable by whose likeness records are chosen.

    Attributes
    ----------
    values
        Values, shape (n,); NaN where missing. Such records are never chosen by it.
    tolerance
        A record is similar where it differs by less than this.
    tolerance_to
        For radiation: the tolerance is the value of the record to fill, between `tolerance` and this. None: `tolerance` holds always.
    """

    values: FloatArray
    tolerance: float
    tolerance_to: float | None = None

    def tolerances(self) -> FloatArray:
        """Return the tolerance for each record, shape (n,)."""
        if self.tolerance_to is None:
            return np.full(self.values.size, self.tolerance)
        return np.maximum(self.tolerance, np.minimum(self.tolerance_to, self.values))


@dataclass(frozen=True, kw_only=True)
class Filled:
    """Estimates of records.

    Attributes
    ----------
    estimate
        Mean of the chosen records, the record itself among them where it is measured; shape (n,), NaN where there is none.
    sd
        Their standard deviation (n - 1); shape (n,).
    count
        Their number; shape (n,).
    method
        1 all drivers, 2 first driver, 3 mean diurnal course, 0 no estimate; shape (n,).
    window
        Days of the window, twice the days on a side with methods 1 and 2, and one more with method 3; shape (n,).
    quality
        1 (good) to 3 (poor), -1 no estimate; shape (n,).
    """

    estimate: FloatArray
    sd: FloatArray
    count: NDArray[np.int32]
    method: NDArray[np.int8]
    window: NDArray[np.int16]
    quality: NDArray[np.int8]

    def filled(self, target: FloatArray) -> tuple[FloatArray, NDArray[np.int8]]:
        """Return `target` with its gaps filled, and the quality: 0 measured, 1 to 3 filled, -1 neither; both of shape (n,)."""
        return measured_or(target, self.estimate, self.quality)


@dataclass(frozen=True, kw_only=True)
class MemberFilled:
    """A series filled once for each of several filters.

    Attributes
    ----------
    values
        Measured where the member keeps a record, else its estimate; shape (members, n).
    quality
        0 measured, 1 to 3 filled, -1 neither; shape (members, n).
    """

    values: FloatArray
    quality: NDArray[np.int8]


def measured_or(target: FloatArray, estimate: FloatArray, quality: NDArray[np.int8]) -> tuple[FloatArray, NDArray[np.int8]]:
    """Return a series with its gaps filled by estimates, and the quality: 0 measured, else that of the estimate; both of shape (n,)."""
    measured = np.isfinite(target)
    return np.where(measured, target, estimate), np.where(measured, np.int8(0), quality)


def fill(target: FloatArray, drivers: Sequence[Driver], *, per_day: int, scheme: Scheme, only_gaps: bool = False) -> Filled:
    """Estimate records by the marginal distribution sampling.

    Parameters
    ----------
    target
        Series to fill, shape (n,), on a regular grid; NaN where missing.
    drivers
        Drivers by decreasing importance, the first is radiation by custom. A driver of which every value is missing is as if absent; where
        that is the first, there is no method 2.
    per_day
        Records of a day: 48 or 24.
    scheme
        Windows, their order and their edges; see :mod:`icos_ecosystem.gap_filling.schedules`.
    only_gaps
        Estimate missing records only. Else the measured ones too, as their random error is judged by that.

    Returns
    -------
    Filled
        Estimates, with what they are made of.

    Raises
    ------
    ValueError
        Where shapes differ, `per_day` is no multiple of 24 or a tolerance is not positive.

    Notes
    -----
    For the record :math:`i` the estimate is the mean of :math:`y_j` over the records :math:`j` of a window in which
    :math:`|x_{kj} - x_{ki}| < t_{ki}` for all drivers :math:`k` (method 1) or for the first (method 2), or which lie within an hour of the
    time of day (method 3). Windows widen by `scheme` until there are `scheme.minimum_count` of them.
    """
    prepared = _Prepared(target, drivers, per_day, scheme)
    wanted = ~prepared.measured if only_gaps else np.ones(target.size, np.bool_)
    wanted &= ~prepared.too_long(~prepared.measured)
    found = fill_records(np.flatnonzero(wanted), prepared.target, prepared.measured, *prepared.arguments())
    estimate, sd, count, method, window, quality = found
    return Filled(estimate=estimate, sd=sd, count=count, method=method, window=window, quality=quality)


def fill_members(
    target: FloatArray, survival: NDArray[np.int16], members: int, drivers: Sequence[Driver], *, per_day: int, scheme: Scheme
) -> MemberFilled:
    """Fill a series once for each of several filters of increasing severity.

    Parameters
    ----------
    target
        Series to fill, shape (n,); NaN where missing.
    survival
        How many members keep a record, shape (n,): member `m` keeps it where ``m < survival``. Members are ordered by severity, so that
        each keeps a part of what the one before keeps.
    members
        Number of members.
    drivers, per_day, scheme
        See :func:`fill`.

    Returns
    -------
    MemberFilled
        The filled series of each member: to rounding what :func:`fill` makes of the records that it keeps.

    Raises
    ------
    ValueError
        As :func:`fill`, or where `members` is not positive.

    Notes
    -----
    A window is looked through once for all members: sums are taken by rank of survival and added up from the most severe member on.
    """
    if members < 1:
        raise ValueError(f"members must be at least 1, got {members}")
    if survival.shape != target.shape:
        raise ValueError(f"survival must have the shape of the target {target.shape}, got {survival.shape}")
    prepared = _Prepared(target, drivers, per_day, scheme)
    rank = np.where(prepared.measured, np.clip(survival, 0, members), 0).astype(np.int16)
    prepared.measured = rank > 0
    values = np.full((members, target.size), np.nan)
    quality = np.full((members, target.size), UNFILLED, np.int8)
    fill_records_of_members(values, quality, rank, prepared.target, prepared.measured, *prepared.arguments())
    if scheme.longest_gap is not None:
        for member in range(members):
            excluded = prepared.too_long(rank <= member)
            values[member, excluded] = np.nan
            quality[member, excluded] = UNFILLED
    return MemberFilled(values=values, quality=quality)


class _Prepared:
    """Arguments of a kernel, checked."""

    def __init__(self, target: FloatArray, drivers: Sequence[Driver], per_day: int, scheme: Scheme) -> None:
        if target.ndim != 1:
            raise ValueError(f"gap filling takes a series of shape (n,), got {target.shape}")
        if per_day < 24 or per_day % 24:
            raise ValueError(f"per_day must be 48 (half-hourly) or 24 (hourly), got {per_day}")
        for number, driver in enumerate(drivers):
            if driver.values.shape != target.shape:
                raise ValueError(f"driver {number} must have the shape of the target {target.shape}, got {driver.values.shape}")
            if not driver.tolerance > 0.0:
                raise ValueError(f"the tolerance of driver {number} must be positive, got {driver.tolerance}")
        self.target = np.ascontiguousarray(target, np.float64)
        self.measured = np.isfinite(self.target)
        self.scheme = scheme
        self.per_day = per_day
        present = [driver for driver in drivers if np.isfinite(driver.values).any()]
        self.drivers = np.stack([driver.values for driver in present]) if present else np.empty((0, target.size))
        self.tolerances = np.stack([driver.tolerances() for driver in present]) if present else np.empty((0, target.size))
        self.has_first = bool(present) and present[0] is drivers[0]

    def too_long(self, missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which records lie in gaps that the scheme leaves, shape (n,)."""
        if self.scheme.longest_gap is None:
            return np.zeros(missing.size, np.bool_)
        return in_runs_longer_than(missing, round(self.scheme.longest_gap * self.per_day))

    def arguments(self) -> tuple[Any, ...]:
        """Return what the kernels share."""
        scheme = self.scheme
        return (
            np.ascontiguousarray(self.drivers, np.float64),
            np.ascontiguousarray(self.tolerances, np.float64),
            self.has_first,
            np.array(scheme.steps_within(-(-self.target.size // self.per_day)), np.int64).reshape(-1, 2),
            np.array(scheme.quality_limits, np.int64),
            self.per_day,
            0 if scheme.includes_edges else 1,
            round(scheme.diurnal_hours * self.per_day / 24.0),
            scheme.minimum_count,
            # Below and above another driver than the first is no symmetry of the weather, nor 10 degree_C the border of the night.
            _SYMMETRIC[scheme.symmetric_mean] if self.has_first else 0,
            scheme.night_below,
        )
