"""Footprint after Hsieh et al. (2000): an approximation of Lagrangian results by dimensional analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.constants import VON_KARMAN
from icos_ecosystem.footprint.fetch import SHARES, Fetch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["hsieh"]

_NEUTRAL = 0.04


def hsieh(
    height: ArrayLike,
    roughness: ArrayLike,
    obukhov_length: ArrayLike,
    *,
    step: float | None = None,
    von_karman: float = VON_KARMAN,
) -> Fetch:
    """Return the distances from which shares of the flux come.

    Parameters
    ----------
    height
        Height of the measurement above the displacement height, ``z - d`` [m].
    roughness
        Roughness length z0 [m].
    obukhov_length
        Obukhov length L [m]. All three broadcast to (n_periods,).
    step
        Quirk of EddyPro, with 5 m: each share is reached at the first multiple of the step where the footprint has it. None of the
        reference results uses this model: *unverified*.
    von_karman
        von Kármán's constant; the paper has 0.4.

    Returns
    -------
    Fetch
        Distances [m].

    Notes
    -----
    ``F(x) = exp(-D zu^P |L|^(1-P) / (k^2 x))`` with ``zu = (z - d) (ln((z - d) / z0) - 1 + z0 / (z - d))`` and (D, P) = (0.28, 0.59) where
    it is unstable, (0.97, 1) where ``|zu / L| < 0.04``, (2.44, 1.33) where it is stable. The peak is at half the e-folding distance.

    References
    ----------
    Hsieh et al. (2000), Adv. Water Resour. 23, 765, doi:10.1016/S0309-1708(99)00042-1
    """
    z, z0, length = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in (height, roughness, obukhov_length)))
    with np.errstate(divide="ignore", invalid="ignore"):
        zu = z * (np.log(z / z0) - 1.0 + z0 / z)
        ratio = zu / length
        regimes = [np.abs(ratio) < _NEUTRAL, ratio <= -_NEUTRAL, ratio >= _NEUTRAL]
        d = np.select(regimes, [0.97, 0.28, 2.44], np.nan)
        p = np.select(regimes, [1.0, 0.59, 1.33], np.nan)
        folding: NDArray[np.float64] = np.where(zu > 0.0, d * zu**p * np.abs(length) ** (1.0 - p) / von_karman**2, np.nan)
    distances = [-folding / np.log(share) for share in SHARES]
    if step is not None:
        distances = [np.ceil(x / step) * step for x in distances]
    return Fetch(folding / 2.0, *distances)
