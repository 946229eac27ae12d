"""Covariances of vertical wind and sonic temperature behind filters, as variables of the stream `fluxes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_ecosystem.calibration.condensed import nodes_of
from icos_ecosystem.calibration.full_cospectrum import cospectrum_on_nodes, line_width, mean_product
from icos_ecosystem.spectral.attenuation_model import degraded_covariances
from icos_ecosystem.vocabulary.flux_stages import DEGRADATION_FREQUENCIES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.scheme import SchemeFluxes

__all__ = ["degraded_variables"]


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
