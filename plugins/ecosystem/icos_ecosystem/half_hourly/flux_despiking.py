"""Spikes in half-hourly fluxes: second differences far from their median (Papale et al. 2006), as in ONEFlux."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["LIMITS", "MISSING", "is_night", "spike_levels"]

LIMITS: Final = (4.0, 5.5, 7.0)
"""ONEFlux's limits, in standard deviations of normal second differences."""
MISSING: Final = -1
"""Level of a value that is missing."""

_MAD_OF_NORMAL: Final = 0.6745


def is_night(
    sw_in_pot: FloatArray,
    sw_in: FloatArray,
    ppfd_in: FloatArray,
    *,
    potential: float = 12.0,
    radiation: float = 12.0,
    photons: float = 25.0,
) -> BoolArray:
    """Tell which intervals are night.

    Parameters
    ----------
    sw_in_pot, sw_in
        Radiation at the top of the atmosphere and incoming short-wave radiation [W m-2], each of shape (n,); NaN where missing.
    ppfd_in
        Incoming photons of photosynthesis [umol m-2 s-1], shape (n,).
    potential, radiation, photons
        Night is where `ppfd_in` is below `photons`; where that is missing, `sw_in` below `radiation`; where both are, `sw_in_pot` not above
        `potential`.

    Returns
    -------
    ndarray
        (n,) True at night; what nothing tells of is day.
    """
    night = sw_in_pot <= potential
    night = np.where(np.isfinite(sw_in), sw_in < radiation, night)
    return np.where(np.isfinite(ppfd_in), ppfd_in < photons, night)


def spike_levels(
    flux: FloatArray, night: BoolArray, *, block: int, limits: Sequence[float] = LIMITS, beside_gap: float | None = None
) -> NDArray[np.int8]:
    """Return how far beyond the usual changes each value lies.

    Parameters
    ----------
    flux
        Flux of one year, shape (n,); NaN where missing.
    night
        Which intervals are night, shape (n,).
    block
        Intervals of a block, whose changes are judged together: ONEFlux's 13 days. The last block takes the rest.
    limits
        Limits in standard deviations, rising.
    beside_gap
        A value beside a gap, which has no second difference, is of level 1 where it differs by more from its neighbour on the other side;
        None: it is not judged.

    Returns
    -------
    ndarray
        (n,) int8: 0 within all limits, else how many are passed; :data:`MISSING` where `flux` is.

    Raises
    ------
    ValueError
        Where the arrays are not of one shape (n,), `block` is below 3, or `limits` are not positive and rising.

    Notes
    -----
    Night and day are judged on their own, each with one more interval at both of its ends. In each block of each of them

        d[i] = (y[i] - y[i-1]) - (y[i+1] - y[i])

    where all three values are there, and ``y[i]`` is a spike for limit z where ``|d[i] - Md| > z MAD / 0.6745`` with the median Md of d and
    the median MAD of ``|d - Md|``. The first and the last interval of a block have no second difference: each block's changes are its own.

    References
    ----------
    Papale et al. (2006), Biogeosciences 3, 571, doi:10.5194/bg-3-571-2006
    """
    if flux.ndim != 1 or flux.shape != night.shape:
        raise ValueError(f"despiking takes fluxes and nights of one shape (n,), got {flux.shape} and {night.shape}")
    if block < 3:
        raise ValueError(f"a block of despiking needs at least three intervals, got {block}")
    if not limits or limits[0] <= 0.0 or any(low >= high for low, high in pairwise(limits)):
        raise ValueError(f"limits of despiking must be positive and rise, got {tuple(limits)}")
    levels = np.zeros(flux.size, np.int8)
    blocks = max(flux.size // block, 1)
    for part in (night, ~night):
        inside = np.where(_with_neighbours(part), flux, np.nan)
        for start in range(0, blocks * block, block):
            stop = flux.size if start == (blocks - 1) * block else start + block
            own = levels[start:stop][1:-1]
            np.maximum(own, _levels_of_block(inside[start:stop], limits), out=own)
    if beside_gap is not None:
        levels[_far_beside_gap(flux, beside_gap) & (levels == 0)] = 1
    levels[np.isnan(flux)] = MISSING
    return levels


def _with_neighbours(mask: BoolArray) -> BoolArray:
    wider = mask.copy()
    wider[1:] |= mask[:-1]
    wider[:-1] |= mask[1:]
    # As in ONEFlux, the year's last interval belongs to what the one before belongs to.
    if mask.size > 1:
        wider[-1] = wider[-2]
    return wider


def _levels_of_block(y: FloatArray, limits: Sequence[float]) -> NDArray[np.int8]:
    """Return (n - 2,) levels of the inner intervals of a block."""
    change = (y[1:-1] - y[:-2]) - (y[2:] - y[1:-1])
    known = np.isfinite(change)
    levels = np.zeros(change.size, np.int8)
    if not known.any():
        return levels
    middle = np.median(change[known])
    scale = np.median(np.abs(change[known] - middle))
    for level, limit in enumerate(limits, start=1):
        reach = limit * scale / _MAD_OF_NORMAL
        levels[known & ((change > middle + reach) | (change < middle - reach))] = level
    return levels


def _far_beside_gap(y: FloatArray, limit: float) -> BoolArray:
    """Tell which values have a gap on one side and a neighbour that differs by more than `limit` on the other."""
    far = np.zeros(y.size, bool)
    gap = np.isnan(y)
    step = np.abs(np.diff(y)) > limit
    far[1:-1] = (step[:-1] & gap[2:]) | (step[1:] & gap[:-2])
    return far
