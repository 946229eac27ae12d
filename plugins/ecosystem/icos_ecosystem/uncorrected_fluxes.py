"""Fluxes as covariances give them, before any correction, and the scales of turbulence that belong to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.constants import GRAVITY, VON_KARMAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.ambient_state import AmbientState
    from icos_ecosystem.density_corrections import CellTerms

    FloatArray = NDArray[np.float64]

__all__ = ["GasFlux", "Scales", "Uncorrected", "gas_flux", "momentum_and_heat", "turbulence_scales"]


@dataclass(frozen=True, kw_only=True)
class Scales:
    """Scales of turbulence, arrays of shape (n,): friction velocity [m s-1], Obukhov length [m], stability, temperature scale [K]."""

    friction_velocity: FloatArray
    obukhov_length: FloatArray
    stability: FloatArray
    temperature_scale: FloatArray


@dataclass(frozen=True, kw_only=True)
class GasFlux:
    """A gas before its flux is corrected, arrays of shape (n,).

    Attributes
    ----------
    covariance
        Of vertical wind with what was measured, at the gas's lag.
    flux
        Uncorrected [µmol m-2 s-1; water vapour mmol m-2 s-1].
    density, fraction
        Mean molar density [mmol m-3] and mole fraction [µmol mol-1; water vapour mmol mol-1].
    as_ratio, as_density
        Whether a mixing ratio, or a molar density, was measured; neither: a mole fraction.
    open_path
        Whether the analyser's path is open.
    cell
        What density corrections need of a closed path's cell.
    line_shape
        Multipliers of a LI-7700; None for other analysers.
    """

    covariance: FloatArray
    flux: FloatArray
    density: FloatArray
    fraction: FloatArray
    as_ratio: NDArray[np.bool_]
    as_density: NDArray[np.bool_]
    open_path: NDArray[np.bool_]
    cell: CellTerms
    line_shape: tuple[FloatArray, FloatArray, FloatArray] | None = None


@dataclass(frozen=True, kw_only=True)
class Uncorrected:
    """Momentum and heat before correction, arrays of shape (n,).

    Attributes
    ----------
    momentum
        [kg m-1 s-2], negative downward.
    heat
        ``rho cp`` times the covariance of vertical wind and sonic temperature [W m-2].
    temperature_covariance
        Of vertical wind and sonic temperature [K m s-1].
    scales
        Of turbulence.
    """

    momentum: FloatArray
    heat: FloatArray
    temperature_covariance: FloatArray
    scales: Scales


def turbulence_scales(
    friction_velocity: FloatArray, temperature_covariance: FloatArray, temperature: FloatArray, pressure: FloatArray, height: FloatArray
) -> Scales:
    """Return scales of turbulence.

    Parameters
    ----------
    friction_velocity
        (n,) [m s-1].
    temperature_covariance
        (n,) of vertical wind and temperature [K m s-1].
    temperature, pressure
        (n,) of the air [K, Pa].
    height
        (n,) above the zero-plane displacement [m].

    Notes
    -----
    ``L = -theta u*³ / (k g cov(w, T))`` with the potential temperature ``theta = T (10⁵ Pa / p)^0.286``.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        potential = temperature * (1e5 / pressure) ** 0.286
        length = -potential * friction_velocity**3 / (VON_KARMAN * GRAVITY * temperature_covariance)
        return Scales(
            friction_velocity=friction_velocity,
            obukhov_length=length,
            stability=height / length,
            temperature_scale=-temperature_covariance / friction_velocity,
        )


def momentum_and_heat(
    wind: FloatArray, temperature_covariance: FloatArray, sonic_temperature: FloatArray, state: AmbientState, height: FloatArray
) -> Uncorrected:
    """Return momentum and heat before correction.

    Parameters
    ----------
    wind
        (n, 3, 3) covariances of the rotated wind [m2 s-2].
    temperature_covariance
        (n,) of vertical wind and sonic temperature [K m s-1].
    sonic_temperature
        (n,) mean [K]; the scales of what is not corrected are those of sonic temperature throughout.
    state
        The air.
    height
        (n,) above the zero-plane displacement [m].
    """
    uw, vw = wind[:, 0, 2], wind[:, 1, 2]
    friction_velocity = np.sqrt(np.hypot(uw, vw))
    return Uncorrected(
        momentum=np.sign(uw) * state.density * friction_velocity**2,
        heat=state.heat_capacity * temperature_covariance,
        temperature_covariance=temperature_covariance,
        scales=turbulence_scales(friction_velocity, temperature_covariance, sonic_temperature, state.pressure, height),
    )


def gas_flux(
    covariance: FloatArray, state: AmbientState, as_ratio: NDArray[np.bool_], as_density: NDArray[np.bool_], *, water: bool
) -> FloatArray:
    """Return the uncorrected flux [µmol m-2 s-1; water vapour mmol m-2 s-1] that a covariance is.

    Parameters
    ----------
    covariance
        (n,) of vertical wind with a molar density [mmol m-3], a mixing ratio or a mole fraction [µmol mol-1; water vapour mmol mol-1].
    state
        The air.
    as_ratio, as_density
        (n,) what was measured.
    water
        Whether the gas is water vapour.
    """
    of_density = covariance if water else covariance * 1e3
    return np.where(as_density, of_density, covariance / np.where(as_ratio, state.dry_molar_volume, state.molar_volume))
