"""Distances from which the fluxes come, as variables of the stream `fluxes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.footprint.boundary_layer import boundary_layer_height
from icos_ecosystem.footprint.models import fetch_of_models

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.scheme import SchemeFluxes

__all__ = ["footprint_variables"]

_NONE = 3


def footprint_variables(scheme: SchemeFluxes) -> dict[str, NDArray[np.generic]]:
    """Return the distances of the footprint model that the station asks for, and which model it was."""
    halves = scheme.halves
    options = halves.options.footprint
    if options.model == "none":
        return {"FOOTPRINT_MODEL": np.full(len(halves), _NONE, dtype=np.int8)}
    setup, scales = halves.setup, scheme.corrected.scales
    # EddyPro takes the friction velocity before corrections where in-situ methods make it run a second program.
    before = halves.options.eddypro_compatible and halves.options.in_situ
    friction_velocity = (scheme.uncorrected.scales if before else scales).friction_velocity
    speed = np.sqrt((scheme.turbulence.rotation.mean**2).sum(axis=1))
    found = fetch_of_models(
        options.model,
        height=setup.effective_height,
        roughness=setup.roughness_length,
        friction_velocity=friction_velocity,
        sigma_w=np.sqrt(scheme.turbulence.wind[:, 2, 2]),
        wind_speed=speed,
        stability=scales.stability,
        sigma_v=np.sqrt(scheme.turbulence.wind[:, 1, 1]),
        boundary_layer=_boundary_layer(scheme),
        fallback="kormann-meixner" if options.fallback else None,
        eddypro_steps=halves.options.eddypro_compatible,
    )
    fetch = found.fetch
    names = {"MAX": "peak", "OFFSET": "offset", **{str(share): f"x{share}" for share in (10, 30, 50, 70, 80, 90)}}
    made: dict[str, NDArray[np.generic]] = {f"FETCH_{end}": getattr(fetch, name) for end, name in names.items()}
    made["FOOTPRINT_MODEL"] = np.where(found.model < 0, _NONE, found.model).astype(np.int8)
    return made


def _boundary_layer(scheme: SchemeFluxes) -> NDArray[np.float64]:
    """Return the height of the boundary layer [m] as stated, or estimated."""
    halves, scales = scheme.halves, scheme.corrected.scales
    stated = halves.setup.boundary_layer_height
    latitude = halves.context.station.latitude
    estimated = boundary_layer_height(scales.obukhov_length, scales.friction_velocity, latitude if latitude is not None else np.nan)
    return np.where(np.isfinite(stated), stated, estimated)
