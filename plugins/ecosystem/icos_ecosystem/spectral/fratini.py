"""The low-pass factor of gas fluxes from each half hour's own cospectrum of vertical wind and temperature (Fratini et al. 2012).

Where the fluxes are too small for such a cospectrum to mean anything, a factor of another method takes its place, and a code says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ecosystem.spectral.transfer_functions import first_order_power

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.spectral.filters import Anemometer

    FloatArray = NDArray[np.float64]
    Floats = FloatArray | float

__all__ = ["LIMITS", "Choice", "FratiniLimits", "Origin", "choose_factor", "fratini_factor"]


class Origin(IntEnum):
    """Where a factor comes from."""

    OWN_COSPECTRUM = 0
    NO_COSPECTRUM = 1
    WEAK_HEAT_FLUX = 2
    WEAK_GAS_FLUX = 3
    OUT_OF_RANGE = 4


@dataclass(frozen=True, kw_only=True)
class FratiniLimits:
    """When a half hour's own cospectrum is taken.

    Parameters
    ----------
    flux
        Least size of the gas's uncorrected flux, in its unit; for water vapour of the latent heat flux [W m-2].
    heat_flux
        Least size of the uncorrected sensible heat flux [W m-2].
    smallest, largest
        Range, without its ends, in which a factor is believed [-].
    """

    flux: float
    heat_flux: float = 20.0
    smallest: float = 0.8
    largest: float = 5.0


LIMITS = {
    "co2": FratiniLimits(flux=2.0),
    "h2o": FratiniLimits(flux=20.0, largest=20.0),
    "ch4": FratiniLimits(flux=0.01),
    "n2o": FratiniLimits(flux=0.01),
}
"""Usual limits: CO2, CH4 and N2O in umol m-2 s-1, water vapour in W m-2."""


class Choice(NamedTuple):
    """Factors [-] and where each comes from (`Origin` as int8), both of shape (n_periods,)."""

    factor: FloatArray
    origin: NDArray[np.int8]


def fratini_factor(
    *,
    node_frequency: FloatArray,
    node_weight: FloatArray,
    cut_off: Floats,
    wind_speed: FloatArray | None = None,
    anemometer: Anemometer | None = None,
) -> FloatArray:
    """Return what a low-pass filter of first order makes of each half hour's own cospectrum of w and temperature.

    Parameters
    ----------
    node_frequency
        Frequencies of the cospectrum, shape (n_nodes,) [Hz]: those of `spectral_nodes`, or of all lines.
    node_weight
        What they hold of the covariance, shape (n_periods, n_nodes), in any unit. If high-pass filtering is to be undone, each line
        has been divided by `HighPass.transfer` before it was condensed.
    cut_off
        Cut-off frequency fc of the gas [Hz], one or one per period.
    wind_speed
        Mean wind speed [m s-1], shape (n_periods,); only with `anemometer`.
    anemometer
        Undo the anemometer's own low-pass filters first; None leaves the cospectrum as it was measured.

    Returns
    -------
    numpy.ndarray
        Factors [-], shape (n_periods,).

    Raises
    ------
    ValueError
        Where an anemometer comes without wind speeds.

    Notes
    -----
    ``CF = sum(Co) / sum(Co / (1 + (f / fc)^2))``. The factor holds the low-pass loss alone, and EddyPro applies it alone; it has to be
    multiplied with `spectral_factors.high_pass_factor` where the loss at low frequencies is to be corrected too.

    References
    ----------
    Fratini et al. 2012, Agric. For. Meteorol. 165, 53, doi:10.1016/j.agrformet.2012.05.018.
    """
    weight = np.asarray(node_weight, dtype=np.float64)
    if anemometer is not None:
        if wind_speed is None:
            raise ValueError("the anemometer's filters depend on the wind: fratini_factor needs wind_speed")
        wind = np.where(wind_speed > 0.0, wind_speed, np.nan)[:, None]
        weight = weight / anemometer.transfer(node_frequency, wind) ** 2
    fc = np.asarray(cut_off, dtype=np.float64)
    kept = first_order_power(node_frequency, fc[:, None] if fc.ndim else fc)
    total, passed = weight.sum(axis=1), (weight * kept).sum(axis=1)
    return np.asarray(np.divide(total, passed, out=np.full(len(total), np.nan), where=passed != 0.0))


def choose_factor(*, own: FloatArray, other: FloatArray, flux: FloatArray, heat_flux: FloatArray, limits: FratiniLimits) -> Choice:
    """Return a half hour's own factor where it can be believed, else that of another method.

    Parameters
    ----------
    own
        Factors of `fratini_factor`, shape (n_periods,), NaN where there is no cospectrum or no cut-off.
    other
        Factors of the other method, usually `spectral_factors.ibrom_factor`, shape (n_periods,).
    flux, heat_flux
        Fluxes before spectral correction, in the units of `FratiniLimits`, shape (n_periods,).
    limits
        When to believe.
    """
    # The first reason counts; a comparison with NaN is false, so that a missing flux counts as weak.
    reasons = [
        (np.isnan(own), Origin.NO_COSPECTRUM),
        (~(np.abs(heat_flux) >= limits.heat_flux), Origin.WEAK_HEAT_FLUX),
        (~(np.abs(flux) >= limits.flux), Origin.WEAK_GAS_FLUX),
        (~((own > limits.smallest) & (own < limits.largest)), Origin.OUT_OF_RANGE),
    ]
    origin = np.select([bad for bad, _ in reasons], [code for _, code in reasons], Origin.OWN_COSPECTRUM).astype(np.int8)
    return Choice(factor=np.where(origin == Origin.OWN_COSPECTRUM, own, other), origin=origin)
