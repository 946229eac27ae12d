"""Model cospectra of momentum and scalars in the surface layer.

Every function takes natural frequency along the last axis; the physical arguments broadcast against it, so that many half
hours go in as arrays of shape (n_periods, 1). A model's scale is arbitrary: only the shape enters spectral correction factors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Floats = FloatArray | float

__all__ = ["kaimal_momentum_cospectrum", "kaimal_scalar_cospectrum", "momentum_cospectrum", "normalised_frequency", "scalar_cospectrum"]


def normalised_frequency(frequency: FloatArray, height: Floats, wind_speed: Floats) -> FloatArray:
    """Return kf = n (z - d) / U.

    Parameters
    ----------
    frequency
        Natural frequency n [Hz], shape (..., n_frequencies).
    height
        Height of the anemometer above the displacement height, z - d [m].
    wind_speed
        Length U of the mean, rotated wind vector [m s-1].
    """
    return np.asarray(frequency * (height / wind_speed))


def scalar_cospectrum(frequency: FloatArray, height: Floats, wind_speed: Floats, stability: Floats) -> FloatArray:
    """Return the model cospectrum of the vertical wind and a scalar, Co(n) [1/Hz, arbitrary scale].

    Parameters
    ----------
    frequency
        Natural frequency n [Hz], shape (..., n_frequencies).
    height, wind_speed
        As in `normalised_frequency`.
    stability
        (z - d) / L [-]; a value above zero is stable, NaN gives NaN.

    Notes
    -----
    Stable: ``n Co = kf / (A + B kf^2.1)``, ``A = 0.284 (1 + 6.4 zeta)^0.75``, ``B = 2.34 A^-1.1``.
    Unstable: ``n Co = 12.92 kf / (1 + 26.7 kf)^1.375`` below kf = 0.54, ``4.378 kf / (1 + 3.8 kf)^2.4`` above.

    References
    ----------
    Moncrieff et al. 1997, J. Hydrol. 188-189, 589, doi:10.1016/S0022-1694(96)03194-0.
    Kaimal et al. 1972, Q. J. R. Meteorol. Soc. 98, 563, doi:10.1002/qj.49709841707.
    """
    return _cospectrum(frequency, height, wind_speed, stability, neutral=0.284, slope=6.4, branches=_SCALAR)


def momentum_cospectrum(frequency: FloatArray, height: Floats, wind_speed: Floats, stability: Floats) -> FloatArray:
    """Return the model cospectrum of the vertical and the along-wind component, Co(n) [1/Hz, arbitrary scale].

    Arguments and references are those of `scalar_cospectrum`.

    Notes
    -----
    Stable: as for scalars with ``A = 0.124 (1 + 7.9 zeta)^0.75``.
    Unstable: ``n Co = 20.78 kf / (1 + 31 kf)^1.575`` below kf = 0.24, ``12.66 kf / (1 + 9.6 kf)^2.4`` above.
    """
    return _cospectrum(frequency, height, wind_speed, stability, neutral=0.124, slope=7.9, branches=_MOMENTUM)


def kaimal_scalar_cospectrum(frequency: FloatArray, height: Floats, wind_speed: Floats) -> FloatArray:
    """Return the neutral heat cospectrum of the Kansas experiment, normalised to a covariance of one [1/Hz].

    Parameters
    ----------
    frequency, height, wind_speed
        As in `scalar_cospectrum`.

    Notes
    -----
    ``n Co = 11 kf / (1 + 13.3 kf)^1.75`` up to kf = 1, ``4 kf / (1 + 3.8 kf)^(7/3)`` above.

    References
    ----------
    Kaimal et al. 1972, Q. J. R. Meteorol. Soc. 98, 563, doi:10.1002/qj.49709841707.
    """
    kf = normalised_frequency(frequency, height, wind_speed)
    low = 11.0 * kf / (1.0 + 13.3 * kf) ** 1.75
    high = 4.0 * kf / (1.0 + 3.8 * kf) ** (7.0 / 3.0)
    return np.where(kf <= 1.0, low, high) / frequency


def kaimal_momentum_cospectrum(frequency: FloatArray, height: Floats, wind_speed: Floats) -> FloatArray:
    """Return the neutral momentum cospectrum of the Kansas experiment, normalised to a covariance of one [1/Hz].

    Arguments and references are those of `kaimal_scalar_cospectrum`.

    Notes
    -----
    ``n Co = 12 kf / (1 + 9.6 kf)^(7/3)``.
    """
    kf = normalised_frequency(frequency, height, wind_speed)
    return np.asarray(12.0 * kf / (1.0 + 9.6 * kf) ** (7.0 / 3.0) / frequency)


# Where the two branches meet; then scale, slope and exponent of each.
_SCALAR = (0.54, (12.92, 26.7, 1.375), (4.378, 3.8, 2.4))
_MOMENTUM = (0.24, (20.78, 31.0, 1.575), (12.66, 9.6, 2.4))


def _cospectrum(
    frequency: FloatArray,
    height: Floats,
    wind_speed: Floats,
    stability: Floats,
    *,
    neutral: float,
    slope: float,
    branches: tuple[float, tuple[float, float, float], tuple[float, float, float]],
) -> FloatArray:
    kf, zeta = np.broadcast_arrays(normalised_frequency(frequency, height, wind_speed), stability)
    result = np.full(kf.shape, np.nan)
    # A power costs more than all the rest: each point takes the one branch that is its own.
    stable = zeta > 0.0
    if stable.any():
        x = kf[stable]
        a = neutral * (1.0 + slope * zeta[stable]) ** 0.75
        result[stable] = x / (a + 2.34 * a**-1.1 * x**2.1)
    limit, *formulas = branches
    for chosen, (scale, steepness, exponent) in zip((kf < limit, kf >= limit), formulas, strict=True):
        points = chosen & (zeta <= 0.0)
        x = kf[points]
        result[points] = scale * x / (1.0 + steepness * x) ** exponent
    return result / frequency
