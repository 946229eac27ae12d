"""Records of low turbulence: which ones a threshold of the friction velocity removes.

References
----------
Papale et al. (2006), Biogeosciences 3, 571, doi:10.5194/bg-3-571-2006
Wutzler et al. (2018), Biogeosciences 15, 5015, doi:10.5194/bg-15-5015-2018
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "AFTER_LOW",
    "FLAGS",
    "KEPT",
    "LOW",
    "NIGHT_RADIATION",
    "NO_THRESHOLD",
    "NO_USTAR",
    "Convention",
    "filter_flags",
    "survival_ranks",
]

Convention = Literal["oneflux", "reddyproc"]
KEPT, LOW, AFTER_LOW, NO_THRESHOLD, NO_USTAR = 0, 1, 2, 3, 4
FLAGS = {
    KEPT: "kept",
    LOW: "low_friction_velocity",
    AFTER_LOW: "first_after_low_friction_velocity",
    NO_THRESHOLD: "no_threshold",
    NO_USTAR: "friction_velocity_missing",
}
"""What the codes of :func:`filter_flags` mean; anything but 0 is removed."""
NIGHT_RADIATION = 10.0
"""Incoming short-wave radiation [W m-2] below which it is night."""


def filter_flags(
    ustar: FloatArray,
    thresholds: FloatArray,
    sw_in: FloatArray,
    *,
    convention: Convention,
    first_after: bool | None = None,
    year: NDArray[np.integer] | None = None,
    night_radiation: float = NIGHT_RADIATION,
) -> NDArray[np.int8]:
    """Tell for every record whether it is kept, and if not why.

    Parameters
    ----------
    ustar
        Friction velocity [m s-1], shape (n,); NaN where missing.
    thresholds
        Threshold that holds for each record [m s-1], shape (n,) or a number; NaN where there is none.
    sw_in
        Incoming short-wave radiation [W m-2], shape (n,); NaN where missing.
    convention
        ``"oneflux"``: day and night alike. ``"reddyproc"``: at night only, which is where radiation is below `night_radiation` or missing.
    first_after
        Whether the record that follows one of low friction velocity is removed too. None: as the convention has it, ONEFlux does and
        REddyProc does not.
    year
        Year of each record, shape (n,), or None. With ``"oneflux"`` a record is not removed for one of another year: thresholds that
        vary from year to year are applied to one year after the other.
    night_radiation
        What radiation night is below [W m-2].

    Returns
    -------
    ndarray
        Codes of :data:`FLAGS`, shape (n,).

    Notes
    -----
    A record is low where ``ustar < threshold``. ONEFlux takes a missing friction velocity for a low one, so the record after it goes
    too; in REddyProc it removes its own record only.

    REddyProc's option for the first record after flags the first *low* record of each run instead, which removes nothing beyond; here
    it does what its documentation says.
    """
    threshold = np.broadcast_to(np.asarray(thresholds, np.float64), ustar.shape)
    considered = _considered(sw_in, convention, night_radiation)
    missing = considered & ~np.isfinite(ustar)
    unknown = considered & ~np.isfinite(threshold)
    with np.errstate(invalid="ignore"):
        low = considered & (ustar < threshold)
    flags = np.zeros(ustar.shape, np.int8)
    if _first_after(first_after, convention):
        cause = (low | missing) if convention == "oneflux" else low
        after = np.zeros(ustar.shape, np.bool_)
        after[1:] = cause[:-1] & _same_year(year, convention, ustar.size)
        flags[after] = AFTER_LOW
    flags[low] = LOW
    flags[unknown] = NO_THRESHOLD
    flags[missing] = NO_USTAR
    return flags


def survival_ranks(
    ustar: FloatArray,
    thresholds: FloatArray,
    year: NDArray[np.integer] | None = None,
    *,
    convention: Convention,
    sw_in: FloatArray,
    first_after: bool | None = None,
    night_radiation: float = NIGHT_RADIATION,
) -> NDArray[np.int16]:
    """Return how many of a family of growing thresholds each record survives.

    Parameters
    ----------
    ustar, sw_in, convention, first_after, night_radiation
        See :func:`filter_flags`.
    thresholds
        Thresholds of the members [m s-1], not falling along the members; shape (members,), the same at all times; (members, years) with
        `year`; or (members, n) without it. NaN where there is none.
    year
        Column of `thresholds` that holds for each record, shape (n,), counted from 0.

    Returns
    -------
    ndarray
        Shape (n,). Member m keeps record j where ``m < rank[j]``: it is ``filter_flags(…) == 0`` with that member's thresholds.

    Raises
    ------
    ValueError
        Where thresholds fall from one member to the next, or their shape does not fit.
    """
    members = thresholds.shape[0]
    if np.any(np.diff(thresholds, axis=0) < 0):
        raise ValueError("thresholds of the members fall from one to the next, expected them in ascending order")
    kept = _members_kept(ustar, thresholds, year)
    considered = _considered(sw_in, convention, night_radiation)
    own = np.where(considered, kept, members)
    if not _first_after(first_after, convention):
        return own.astype(np.int16)
    found = np.isfinite(ustar)
    harmless = found & ~_known(thresholds, year, ustar.size) if convention == "oneflux" else ~(found & _known(thresholds, year, ustar.size))
    cause = np.where(harmless, members, own)
    before = np.full(ustar.shape, members, cause.dtype)
    before[1:] = np.where(_same_year(year, convention, ustar.size), cause[:-1], members)
    return np.minimum(own, before).astype(np.int16)


def _considered(sw_in: FloatArray, convention: Convention, night_radiation: float) -> NDArray[np.bool_]:
    """Return which records can be of low turbulence at all."""
    if convention == "oneflux":
        return np.ones(sw_in.shape, np.bool_)
    return ~(sw_in >= night_radiation)


def _first_after(asked: bool | None, convention: Convention) -> bool:
    return convention == "oneflux" if asked is None else asked


def _same_year(year: NDArray[np.integer] | None, convention: Convention, size: int) -> NDArray[np.bool_]:
    """Return for the records from the second on whether the one before may have them removed."""
    if year is None or convention != "oneflux":
        return np.ones(max(size - 1, 0), np.bool_)
    same: NDArray[np.bool_] = year[1:] == year[:-1]
    return same


def _members_kept(ustar: FloatArray, thresholds: FloatArray, year: NDArray[np.integer] | None) -> NDArray[np.int64]:
    """Return how many members' thresholds a friction velocity reaches, shape (n,); 0 where it or a threshold is missing."""
    found = np.isfinite(ustar)
    if thresholds.ndim == 1:
        columns = [(thresholds, found)]
    elif year is not None:
        columns = [(thresholds[:, index], found & (year == index)) for index in range(thresholds.shape[1])]
    elif thresholds.shape[1] == ustar.size:
        with np.errstate(invalid="ignore"):
            reached: NDArray[np.int64] = np.count_nonzero(ustar >= thresholds, axis=0)
        return reached
    else:
        raise ValueError(f"thresholds have the shape {thresholds.shape}, expected (members, {ustar.size}) where no year is told")
    kept = np.zeros(ustar.shape, np.int64)
    for column, rows in columns:
        if np.isfinite(column).all():
            kept[rows] = np.searchsorted(column, ustar[rows], side="right")
    return kept


def _known(thresholds: FloatArray, year: NDArray[np.integer] | None, size: int) -> NDArray[np.bool_]:
    """Return for which records there are thresholds, shape (n,)."""
    known: NDArray[np.bool_] = np.asarray(np.isfinite(thresholds).all(axis=0))
    return known[year] if year is not None and known.ndim else np.broadcast_to(known, size)
