"""The full cospectrum of vertical wind and sonic temperature on its nodes, turned into the mean wind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.spectral.turbulence_spectra import transform_length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.half_hours import HalfHours
    from icos_ecosystem.calibration.turbulence import Turbulence

    FloatArray = NDArray[np.float64]

__all__ = ["cospectrum_on_nodes", "line_width", "mean_product"]


def cospectrum_on_nodes(found: Turbulence) -> FloatArray:
    """Return (n, n_nodes) what the cospectrum of the rotated vertical wind and sonic temperature holds of the covariance."""
    nodes: FloatArray = np.einsum("nj,njk->nk", found.rotation.matrices[:, 2], found.halves.values["cospectrum_nodes"])
    return nodes


def mean_product(found: Turbulence) -> FloatArray:
    """Return (n,) what the cospectrum holds at frequency nil: the transform takes not all rows, their means are not quite nil."""
    product: FloatArray = np.einsum("nj,nj->n", found.rotation.matrices[:, 2], found.halves.values["cospectrum_mean"])
    return product


def line_width(halves: HalfHours) -> float:
    """Return the distance of two lines of the full cospectrum [Hz]."""
    return halves.layout.frequency / transform_length(halves.layout.rows)
