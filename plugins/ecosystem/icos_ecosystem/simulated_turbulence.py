"""Turbulence with prescribed fluxes: wind and scalars as random series whose spectra and cospectra are known.

Spectra are those of the Kansas experiment, cospectra those that the analytic spectral correction takes for granted. A period is cut from
a longer record, so that it holds a part of fluctuations slower than itself, as in the atmosphere.

References
----------
Kaimal, J. C. et al. (1972), Q. J. R. Meteorol. Soc. 98, 563, doi:10.1002/qj.49709841707.
Moncrieff, J. B. et al. (1997), J. Hydrol. 188-189, 589, doi:10.1016/S0022-1694(96)03194-0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.spectral.cospectral_models import momentum_cospectrum, normalised_frequency, scalar_cospectrum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    ComplexArray = NDArray[np.complex128]

__all__ = ["Scalar", "Turbulence", "draw_turbulence", "filtered", "line_frequencies"]

_LEAST_RATIO = 1.3
"""Of the variance of a scalar to what of it goes along with the vertical wind, at every frequency."""


@dataclass(frozen=True, kw_only=True)
class Scalar:
    """A scalar: `covariance` with the vertical wind [its unit times m s-1] and `deviation`, its least standard deviation [its unit]."""

    covariance: float
    deviation: float


@dataclass(frozen=True, kw_only=True)
class Turbulence:
    """What is prescribed.

    Parameters
    ----------
    height
        z - d [m].
    wind_speed
        Mean wind speed U [m s-1].
    friction_velocity
        u* [m s-1].
    stability
        (z - d) / L [-].
    scalars
        Name → scalar.
    """

    height: float
    wind_speed: float
    friction_velocity: float
    stability: float
    scalars: Mapping[str, Scalar] = field(default_factory=dict)


def line_frequencies(rows: int, frequency: float) -> FloatArray:
    """Return the natural frequencies [Hz] of the lines of a real series of `rows` samples, `frequency` [Hz] apart in time: from nil on."""
    return np.asarray(np.arange(rows // 2 + 1) * (frequency / rows), dtype=np.float64)


def draw_turbulence(
    prescribed: Turbulence, *, rows: int, frequency: float, random: np.random.Generator, sampling_error: bool = True
) -> dict[str, ComplexArray]:
    """Return wind and scalars as the discrete Fourier transforms (``numpy.fft.rfft``) of one record.

    Parameters
    ----------
    prescribed
        Spectra and cospectra.
    rows
        Length of the record.
    frequency
        Samples per second [Hz].
    random
        Of the phases, and of the amplitudes.
    sampling_error
        False: amplitudes and the phases between wind and scalars are not drawn, so that each record as a whole has exactly the
        prescribed covariances with the vertical wind.

    Returns
    -------
    dict
        ``u``, ``v``, ``w`` and the scalars, (rows // 2 + 1,) each: fluctuations around a mean of nil, along and across the mean wind.

    Notes
    -----
    With the one-sided spectrum S_w and cospectrum Co of a line, ``X = Co/S_w W + sqrt(S_x - Co²/S_w) Z`` with independent W and Z.
    Cospectra are scaled so that their lines add up to the prescribed covariance.
    """
    n = line_frequencies(rows, frequency)[1:]
    step = frequency / rows
    shape = _Shapes.of(n, prescribed, step)
    # Half of the variance of a line belongs to the negative frequency; the last line is real and left empty.
    amplitude = rows * np.sqrt(0.5 * step)
    unit_w = _unit(random, n.size, sampling_error=sampling_error)
    lines = {"w": np.sqrt(shape.w) * unit_w, "v": np.sqrt(shape.v) * _unit(random, n.size, sampling_error=sampling_error)}
    momentum = -(prescribed.friction_velocity**2) * shape.momentum
    pairs = {"u": (momentum, shape.u)}
    for name, scalar in prescribed.scalars.items():
        pairs[name] = (scalar.covariance * shape.scalar, scalar.deviation**2 * shape.scalar_variance)
    for name, (cospectrum, spectrum) in pairs.items():
        along = cospectrum / np.sqrt(shape.w)
        rest = np.sqrt(np.maximum(spectrum, _LEAST_RATIO * along**2) - along**2)
        # A quarter of a turn from w there is no covariance with it.
        other = _unit(random, n.size, sampling_error=True) if sampling_error else 1j * unit_w * random.choice([-1.0, 1.0], n.size)
        lines[name] = along * unit_w + rest * other
    return {name: np.concatenate([[0.0], amplitude * line[:-1], [0.0]]) for name, line in lines.items()}


def filtered(transform: ComplexArray, *, frequency: float, transfer: FloatArray | float = 1.0, lag: float = 0.0) -> FloatArray:
    """Return the series of a transform behind a filter, late by a lag.

    Parameters
    ----------
    transform
        ``numpy.fft.rfft`` of a record of an even number of samples.
    frequency
        Samples per second [Hz].
    transfer
        Amplitude that the filter passes, of every line.
    lag
        [s], of any length; the record is taken as periodic.
    """
    rows = 2 * (transform.size - 1)
    turned = transform * transfer
    if lag:
        turned = turned * np.exp(-2j * np.pi * lag * line_frequencies(rows, frequency))
    return np.fft.irfft(turned, rows)


def _unit(random: np.random.Generator, size: int, *, sampling_error: bool) -> ComplexArray:
    """Return complex numbers of random phase whose mean square is one, normally distributed or all of size one."""
    if not sampling_error:
        return np.asarray(np.exp(2j * np.pi * random.random(size)))
    parts = random.standard_normal((2, size)) * np.sqrt(0.5)
    return np.asarray(parts[0] + 1j * parts[1])


@dataclass(frozen=True, kw_only=True)
class _Shapes:
    """Spectra of the wind [m2 s-2 Hz-1], and of a scalar and the cospectra for a variance or covariance of one [Hz-1]."""

    u: FloatArray
    v: FloatArray
    w: FloatArray
    scalar_variance: FloatArray
    momentum: FloatArray
    scalar: FloatArray

    @classmethod
    def of(cls, n: FloatArray, prescribed: Turbulence, step: float) -> _Shapes:
        zeta, ustar = prescribed.stability, prescribed.friction_velocity
        place = (prescribed.height, prescribed.wind_speed)
        # In stable air the peaks move to higher frequencies, as the model of the cospectrum has it.
        x = normalised_frequency(n, *place) / (1.0 + 6.4 * max(zeta, 0.0)) ** 0.75
        vertical = 1.25 * (1.0 + 3.0 * max(-zeta, 0.0)) ** (1.0 / 3.0) * (1.0 + 0.2 * max(zeta, 0.0))
        horizontal = 2.4 * (1.0 + 3.0 * max(-zeta, 0.0)) ** (1.0 / 6.0)

        def scaled(shape: FloatArray, variance: float = 1.0) -> FloatArray:
            total = float(shape[:-1].sum()) * step
            return shape * (variance / total)

        return cls(
            u=scaled((1.0 + 33.0 * x) ** (-5.0 / 3.0), (horizontal * ustar) ** 2),
            v=scaled((1.0 + 9.5 * x) ** (-5.0 / 3.0), (0.8 * horizontal * ustar) ** 2),
            w=scaled(1.0 / (1.0 + 5.3 * x ** (5.0 / 3.0)), (vertical * ustar) ** 2),
            scalar_variance=scaled((1.0 + 24.0 * x) ** (-5.0 / 3.0)),
            momentum=scaled(momentum_cospectrum(n, *place, zeta)),
            scalar=scaled(scalar_cospectrum(n, *place, zeta)),
        )
