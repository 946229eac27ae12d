"""The low-pass filter of a sampling line, fitted to mean spectra of a gas and of temperature, and its course with humidity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import least_squares

from icos_ecosystem.spectral.transfer_functions import first_order_power

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["HUMIDITY_CLASSES", "fit_cut_off", "fit_humidity", "remove_noise", "water_vapour_cut_off"]

HUMIDITY_CLASSES = np.arange(10, 100, 10)
"""Middles of the nine classes of relative humidity [%], each ten wide."""


def remove_noise(*, frequency: FloatArray, lines: FloatArray, spectrum: FloatArray, above: float) -> FloatArray:
    """Return n S(n) less n times the line through S(n) above a frequency, each bin counting with its lines.

    Parameters
    ----------
    frequency, lines
        Middle [Hz] and number of lines of each bin, shape (n_bins,).
    spectrum
        n S(n), shape (n_bins,), in any unit.
    above
        Lowest frequency of the line [Hz].
    """
    chosen = (frequency > above) & np.isfinite(spectrum) & (lines > 0)
    if chosen.sum() < 2:
        return spectrum
    line = np.polyfit(frequency[chosen], spectrum[chosen] / frequency[chosen], 1, w=np.sqrt(lines[chosen]))
    return np.asarray(spectrum - frequency * np.polyval(line, frequency))


def fit_cut_off(
    *, frequency: FloatArray, lines: FloatArray, temperature: FloatArray, gas: FloatArray, lowest_frequency: float, highest_frequency: float
) -> tuple[float, float]:
    """Return factor Fn [-] and cut-off fc [Hz] of the filter that makes the gas's spectrum out of temperature's.

    Parameters
    ----------
    frequency, lines
        Middle [Hz] and number of lines of each bin, shape (n_bins,).
    temperature, gas
        n S(n) / variance, shape (n_bins,).
    lowest_frequency, highest_frequency
        Between which the filter is fitted [Hz].

    Returns
    -------
    tuple
        Both NaN with fewer than three bins.

    Notes
    -----
    Least squares of ``Fn / (1 + (n / fc)^2) n S_T - n S_gas``, each bin counting with its lines.

    References
    ----------
    Ibrom et al. 2007, Agric. For. Meteorol. 147, 140, doi:10.1016/j.agrformet.2007.07.007.
    """
    chosen = (frequency > lowest_frequency) & (frequency < highest_frequency) & (lines > 0)
    chosen &= np.isfinite(temperature) & np.isfinite(gas)
    if chosen.sum() < 3:
        return np.nan, np.nan
    n, source, target, weight = frequency[chosen], temperature[chosen], gas[chosen], np.sqrt(lines[chosen])

    def residuals(parameters: FloatArray) -> FloatArray:
        factor, cut_off = parameters
        return np.asarray(weight * (factor * first_order_power(n, cut_off) * source - target))

    factor, cut_off = least_squares(residuals, (1.0, 0.02), x_scale=(1.0, 0.1), xtol=1e-12, ftol=1e-12, gtol=1e-12).x
    return float(factor), float(abs(cut_off))


def fit_humidity(cut_off: FloatArray, periods: IntArray, *, least_periods: int = 10) -> FloatArray:
    """Return the exponents e1, e2, e3 of a water vapour's cut-off, shape (3,), see `water_vapour_cut_off`.

    Parameters
    ----------
    cut_off, periods
        Of `assess_water_vapour`, shape (9,).
    least_periods
            Only classes with as many half hours enter.

    Notes
    -----
    With fewer than four classes the cut-off is their mean at every humidity, without any it is NaN.
    """
    own = (periods >= least_periods) & np.isfinite(cut_off)
    values, humidity = cut_off[own], HUMIDITY_CLASSES[own] / 100.0
    if len(values) < 4:
        mean = values.mean() if len(values) else np.nan
        return np.array([0.0, 0.0, np.log(mean)])
    start = np.polyfit(humidity, np.log(values), 2)

    def residuals(exponents: FloatArray) -> FloatArray:
        return np.asarray(np.exp(np.polyval(exponents, humidity)) - values)

    return np.asarray(least_squares(residuals, start, xtol=1e-12, ftol=1e-12, gtol=1e-12).x)


def water_vapour_cut_off(exponents: FloatArray, relative_humidity: FloatArray) -> FloatArray:
    """Return the cut-off of water vapour [Hz] at a relative humidity [%]: ``exp(e1 RH^2 + e2 RH + e3)`` with RH from 0 to 1."""
    return np.asarray(np.exp(np.polyval(exponents, np.asarray(relative_humidity) / 100.0)))
