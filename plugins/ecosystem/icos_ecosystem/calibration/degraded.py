"""Covariances of vertical wind and sonic temperature behind filters, as variables of the stream `fluxes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.attenuation_model import degraded_covariances
from icos_ecosystem.calibration.condensed import nodes_of
from icos_ecosystem.turbulence_spectra import transform_length
from icos_ecosystem.vocabulary.flux_stages import DEGRADATION_FREQUENCIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.half_hours import HalfHours
    from icos_ecosystem.calibration.scheme import SchemeFluxes
    from icos_ecosystem.calibration.turbulence import Turbulence

    FloatArray = NDArray[np.float64]

__all__ = ["cospectrum_on_nodes", "degraded_variables", "line_width", "mean_product"]


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


def degraded_variables(scheme: SchemeFluxes) -> dict[str, NDArray[np.generic]]:
    """Return the covariance that the cospectrum holds, and what filters leave of it."""
    halves = scheme.halves
    if "cospectrum_nodes" not in halves.values:
        return {}
    layout = halves.layout
    quirks = halves.options.eddypro_compatible
    # EddyPro filters each line with the frequency of the next one.
    whole, degraded = degraded_covariances(
        node_frequency=nodes_of(layout),
        node_weight=cospectrum_on_nodes(scheme.turbulence),
        mean_product=mean_product(scheme.turbulence) if quirks else 0.0,
        line_shift=line_width(halves) if quirks else 0.0,
    )
    made: dict[str, NDArray[np.generic]] = {"W_T_SONIC_COV_IBROM": whole}
    made |= {f"W_T_SONIC_COV_IBROM_{end}": degraded[:, place] for place, end in enumerate(DEGRADATION_FREQUENCIES)}
    return made
