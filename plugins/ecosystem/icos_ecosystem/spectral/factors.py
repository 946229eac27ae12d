"""Factors that give back what high-pass and low-pass filtering take from covariances, from models of the cospectrum.

`analytic_factors` is the fully analytic method of Moncrieff et al. 1997; `horst_factor` and `ibrom_factor` take the low-pass
loss from a cut-off frequency seen in the station's own spectra, and have to be multiplied with `high_pass_factor`.
All are vectorised over half hours: arrays of shape (n_periods,), NaN where a period has no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.spectral.cospectral_models import momentum_cospectrum, scalar_cospectrum
from icos_ecosystem.spectral.filters import of_periods

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.spectral.filters import Analyser, Anemometer, HighPass

    FloatArray = NDArray[np.float64]
    Floats = FloatArray | float

__all__ = [
    "FREQUENCY",
    "IbromModel",
    "analytic_factors",
    "high_pass_factor",
    "horst_factor",
    "ibrom_factor",
]


def _grid() -> tuple[FloatArray, FloatArray]:
    """Return frequencies and steps of the left Riemann sum: 500 logarithmic points from 1/7200 to 10 Hz, used above 1/5000 Hz."""
    lowest = np.log(1.0 / 7200.0)
    points = np.exp(lowest + (np.log(10.0) - lowest) / 500.0 * np.arange(2, 501))
    inside = points[:-1] > 1.0 / 5000.0
    return points[:-1][inside], np.diff(points)[inside]


FREQUENCY, _STEP = _grid()

# Half hours worked on at a time: their arrays on the grid of frequencies stay in the processor's cache.
_BLOCK = 128


def analytic_factors(
    *,
    height: Floats,
    wind_speed: FloatArray,
    stability: FloatArray,
    temperature: FloatArray,
    anemometer: Anemometer,
    analysers: Mapping[str, Analyser],
    high_pass: HighPass,
) -> dict[str, FloatArray]:
    """Return the spectral correction factors of momentum, heat and each gas [-], shape (n_periods,).

    Parameters
    ----------
    height
        z - d [m], of one value or one per period.
    wind_speed
        Length of the mean, rotated wind vector [m s-1], shape (n_periods,); no factor where it is not above zero.
    stability
        (z - d) / L from the covariances before spectral correction [-], shape (n_periods,).
    temperature
        Air temperature [K], shape (n_periods,).
    anemometer, analysers, high_pass
        The filters; their numbers may be arrays of shape (n_periods,) where they change with time.

    Returns
    -------
    dict
        ``momentum``, ``heat`` and the names of `analysers`.

    Notes
    -----
    ``CF = sum(Co dn) / sum(H Co dn)`` over the grid `FREQUENCY` with the model cospectra of Moncrieff et al. 1997.

    References
    ----------
    Moncrieff et al. 1997, J. Hydrol. 188-189, 589, doi:10.1016/S0022-1694(96)03194-0.
    """
    n_periods = np.shape(wind_speed)[0]
    factors = {name: np.full(n_periods, np.nan) for name in ("momentum", "heat", *analysers)}
    kept = high_pass.transfer(FREQUENCY) * _STEP
    for start in range(0, n_periods, _BLOCK):
        rows = slice(start, start + _BLOCK)
        wind, z, zeta, air = (_rows(value, rows) for value in (_positive(wind_speed), height, stability, temperature))
        sonic = of_periods(anemometer, rows).transfer(FREQUENCY, wind)
        filters = {name: of_periods(analyser, rows).transfer(FREQUENCY, wind, air) for name, analyser in analysers.items()}
        momentum = momentum_cospectrum(FREQUENCY, z, wind, zeta)
        scalar = scalar_cospectrum(FREQUENCY, z, wind, zeta)
        whole = scalar @ _STEP
        factors["momentum"][rows] = momentum @ _STEP / ((momentum * sonic * sonic) @ kept)
        attenuated = scalar * sonic
        factors["heat"][rows] = whole / ((attenuated * sonic) @ kept)
        for name, gas in filters.items():
            factors[name][rows] = whole / ((attenuated * gas) @ kept)
    return factors


def high_pass_factor(*, height: Floats, wind_speed: FloatArray, stability: FloatArray, high_pass: HighPass) -> FloatArray:
    """Return the factor of scalar fluxes for the loss at low frequencies alone [-], shape (n_periods,); see `analytic_factors`."""
    kept = high_pass.transfer(FREQUENCY) * _STEP
    result = np.full(np.shape(wind_speed), np.nan)
    for start in range(0, len(result), _BLOCK):
        rows = slice(start, start + _BLOCK)
        wind, z, zeta = (_rows(value, rows) for value in (_positive(wind_speed), height, stability))
        scalar = scalar_cospectrum(FREQUENCY, z, wind, zeta)
        result[rows] = scalar @ _STEP / (scalar @ kept)
    return result


def horst_factor(*, cut_off: Floats, height: Floats, wind_speed: FloatArray, stability: FloatArray) -> FloatArray:
    """Return the factor of a scalar flux for a low-pass filter of first order [-], shape (n_periods,).

    Parameters
    ----------
    cut_off
        Cut-off frequency fc of the gas [Hz].
    height, wind_speed, stability
        As in `analytic_factors`.

    Notes
    -----
    ``CF = (1 + 2 pi tau n_m U / (z - d))^alpha``, tau = 1 / (2 pi fc). Unstable: n_m = 0.085, alpha = 7/8;
    stable: n_m = 2 - 1.915 / (1 + 0.5 zeta), alpha = 1.

    References
    ----------
    Horst 1997, Boundary-Layer Meteorol. 82, 219, doi:10.1023/A:1000229130034.
    """
    zeta = np.asarray(stability)
    stable = zeta > 0.0
    peak = np.where(stable, 2.0 - 1.915 / (1.0 + 0.5 * np.where(stable, zeta, 0.0)), 0.085)
    factor = (1.0 + peak * wind_speed / (height * np.asarray(cut_off))) ** np.where(stable, 1.0, 0.875)
    return np.where(np.isnan(zeta), np.nan, factor)


@dataclass(frozen=True, kw_only=True)
class IbromModel:
    """Parameters (c1, c2) of ``CF = c1 U / (c2 + fc) + 1``: c1 [m-1], c2 [Hz], for unstable and stable half hours."""

    unstable: tuple[float, float]
    stable: tuple[float, float]


def ibrom_factor(*, cut_off: Floats, wind_speed: FloatArray, stability: FloatArray, model: IbromModel) -> FloatArray:
    """Return the factor of a scalar flux for a low-pass filter of first order [-], shape (n_periods,).

    Parameters
    ----------
    cut_off
        Cut-off frequency fc of the gas [Hz], for water vapour at the period's relative humidity.
    wind_speed, stability
        As in `analytic_factors`.
    model
        Parameters from the station's own cospectra of w and T, see `spectral_assessment`.

    References
    ----------
    Ibrom et al. 2007, Agric. For. Meteorol. 147, 140, doi:10.1016/j.agrformet.2007.07.007.
    """
    zeta = np.asarray(stability)
    stable = zeta > 0.0
    c1, c2 = (np.where(stable, *pair) for pair in zip(model.stable, model.unstable, strict=True))
    return np.where(np.isnan(zeta), np.nan, c1 * wind_speed / (c2 + np.asarray(cut_off)) + 1.0)


def _positive(wind_speed: FloatArray) -> FloatArray:
    """Return the wind speed with NaN where it blows from nowhere."""
    wind = np.asarray(wind_speed, dtype=np.float64)
    return np.where(wind > 0.0, wind, np.nan)


def _rows(value: Floats, rows: slice) -> FloatArray:
    """Return some periods of a value as a column that broadcasts against frequencies."""
    array = np.asarray(value, dtype=np.float64)
    return array[rows, None] if array.ndim else array
