"""pCO2 from the colour of bromothymol blue, as the SAMI-CO2 of Sunburst Sensors measures it.

Water exchanges CO2 through a membrane with a dye whose acid form absorbs at 434 nm and whose basic form absorbs at 620 nm. The ratio of the
two absorbances, each relative to a blank measured with pure water, gives the partial pressure. Temperature is in °C, partial pressure
in µatm, absorbances and light ratios (signal over reference) have no unit.

Notes
-----
With L the ratio of signal to reference light, b that of the blank, t the temperature of the dye, A, B, C and t0 the coefficients of the
instrument's calibration::

    a = -log10(L / b)                            at 434 nm and at 620 nm
    R = a620 / a434
    r = -log10((R - e1) / (e2 - e3 R))
    q = r + k (t - t0)
    y = r + (0.0075778 - 0.0012389 q - 0.00048757 q²) (t - t0)
    A x² + B x + C = y,     x = log10 pCO2

Two versions of these formulas are published that differ in the sign of 0.0012389, and two that differ in k (0.007 or 0.008). The test
vectors of the Ocean Observatories Initiative fit the minus sign only (with a plus they are off by up to 14 µatm), and k = 0.008
reproduces all of them to their last digit (4·10⁻⁵ µatm), while 0.007 is off by up to 0.23 µatm at 5 to 12 °C from t0. A time series that
the initiative has published, 6,816 values of three deployments, is reproduced to 10⁻¹¹ µatm.

References
----------
DeGrandpre, M. D., Hammar, T. R., Smith, S. P. and Sayles, F. L. (1995). In situ measurements of seawater pCO2. Limnology and Oceanography
40, 969-975. https://doi.org/10.4319/lo.1995.40.5.0969
Ocean Observatories Initiative (2012). Data Product Specification for Partial Pressure of CO2 in Seawater, document 1341-00490.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "RATIO_SCALE",
    "RESPONSE_TEMPERATURE",
    "Coefficients",
    "Response",
    "absorbance",
    "absorbances_of",
    "battery_voltage",
    "dye_response",
    "pco2_of_response",
    "response_of_pco2",
    "thermistor_temperature",
]

E1, E2, E3 = 0.0043, 2.136, 0.2105
"""Ratios of molar absorptivities: acid form at 620 nm, basic form at 620 nm and at 434 nm, each to the acid form at 434 nm."""

RESPONSE_TEMPERATURE = 0.008
"""k of the equations above, °C⁻¹."""

RATIO_SCALE = 16384.0
"""Counts of a light ratio of 1."""

_C0, _C1, _C2 = 0.0075778, -0.0012389, -0.00048757
_STEINHART_HART = (0.0010183, 0.000241, 1.5e-7)
_SERIES_RESISTANCE = 17400.0
_ZERO_CELSIUS = 273.15
_LN10 = np.log(10.0)


@dataclass(frozen=True, kw_only=True)
class Coefficients:
    """Calibration of one instrument; every field may be an array of the shape of what it is applied to.

    Attributes
    ----------
    a, b, c : array_like
        Coefficients of the quadratic in the decadic logarithm of pCO2 in µatm.
    temperature : array_like
        Temperature of the calibration, °C.
    """

    a: ArrayLike
    b: ArrayLike
    c: ArrayLike
    temperature: ArrayLike


class Response(NamedTuple):
    """pCO2 and its partial derivatives, each of the broadcast shape of the inputs; NaN where no pCO2 fits.

    Attributes
    ----------
    pco2 : ndarray
        µatm.
    by_absorbance_434, by_absorbance_620 : ndarray
        µatm.
    by_temperature : ndarray
        µatm °C⁻¹.
    """

    pco2: FloatArray
    by_absorbance_434: FloatArray
    by_absorbance_620: FloatArray
    by_temperature: FloatArray


def thermistor_temperature(counts: ArrayLike, bits: int = 12) -> FloatArray:
    """Temperature of the thermistor.

    Parameters
    ----------
    counts : array_like
        Reading of the converter.
    bits : int
        Of the converter: 12, or 14 in newer instruments.

    Returns
    -------
    ndarray
        °C; NaN where the counts are not between 0 and full scale.
    """
    n = np.asarray(counts, dtype=np.float64)
    n = np.where((n > 0.0) & (n < 2.0**bits), n, np.nan)
    ln = np.log(n / (2.0**bits - n) * _SERIES_RESISTANCE)
    s0, s1, s3 = _STEINHART_HART
    return np.asarray(1.0 / (s0 + s1 * ln + s3 * ln**3) - _ZERO_CELSIUS)


def battery_voltage(counts: ArrayLike, bits: int = 12) -> FloatArray:
    """Voltage of the battery, V, from the reading of a converter of 12 or 14 bits."""
    scale = 15.0 / 4096.0 if bits == 12 else 3.0 / 4000.0
    return np.asarray(counts, dtype=np.float64) * scale


def absorbance(ratio: ArrayLike, blank: ArrayLike) -> FloatArray:
    """Absorbance of the dye from the light ratios of sample and blank; NaN where one of them is not above zero."""
    quotient = np.asarray(ratio, dtype=np.float64) / np.where(np.asarray(blank, dtype=np.float64) > 0.0, blank, np.nan)
    return np.asarray(-np.log10(np.where(quotient > 0.0, quotient, np.nan)))


def dye_response(
    absorbance_434: ArrayLike,
    absorbance_620: ArrayLike,
    temperature: ArrayLike,
    coefficients: Coefficients,
    *,
    response_temperature: float = RESPONSE_TEMPERATURE,
) -> Response:
    """Compute pCO2 from the two absorbances.

    Parameters
    ----------
    absorbance_434, absorbance_620 : array_like
        Absorbance of the dye.
    temperature : array_like
        Of the dye, °C.
    coefficients : Coefficients
        Calibration of the instrument.
    response_temperature : float
        k of the equations in the description of this module, °C⁻¹.

    Returns
    -------
    Response
        pCO2 at the temperature of the dye, µatm, and derivatives.
    """
    a434, a620 = (np.asarray(each, dtype=np.float64) for each in (absorbance_434, absorbance_620))
    t0 = np.asarray(coefficients.temperature, dtype=np.float64)
    d = np.asarray(temperature, dtype=np.float64) - t0
    R = a620 / np.where(a434 > 0.0, a434, np.nan)
    R = np.where((R > E1) & (R < E2 / E3), R, np.nan)
    r = -np.log10((R - E1) / (E2 - E3 * R))
    q = r + response_temperature * d
    c = _C0 + _C1 * q + _C2 * q * q
    y = r + c * d
    pco2, by_y = pco2_of_response(y, coefficients)
    c_q = _C1 + 2.0 * _C2 * q
    by_r = by_y * (1.0 + c_q * d)
    by_R = -by_r * (1.0 / (R - E1) + E3 / (E2 - E3 * R)) / _LN10
    return Response(
        pco2=pco2,
        by_absorbance_434=-by_R * R / a434,
        by_absorbance_620=by_R / a434,
        by_temperature=by_y * (c + c_q * response_temperature * d),
    )


def pco2_of_response(response: ArrayLike, coefficients: Coefficients) -> tuple[FloatArray, FloatArray]:
    """Compute pCO2, µatm, and its derivative from the response y at the temperature of the calibration; NaN where there is none."""
    a, b, c = (np.asarray(each, dtype=np.float64) for each in (coefficients.a, coefficients.b, coefficients.c))
    y = np.asarray(response, dtype=np.float64)
    square = b * b - 4.0 * a * (c - y)
    root = np.sqrt(np.where(square > 0.0, square, np.nan))
    # The usual form, (root - b) / 2a, has no value for a straight line, a = 0.
    pco2 = 10.0 ** (2.0 * (y - c) / (b + root))
    return np.asarray(pco2), np.asarray(pco2 * _LN10 / root)


def response_of_pco2(
    pco2: ArrayLike, temperature: ArrayLike, coefficients: Coefficients, *, response_temperature: float = RESPONSE_TEMPERATURE
) -> FloatArray:
    """Response r of the dye to a partial pressure: the inverse of `dye_response`.

    Parameters
    ----------
    pco2 : array_like
        µatm.
    temperature : array_like
        Of the dye, °C.
    coefficients : Coefficients
        Calibration of the instrument.
    response_temperature : float
        As in `dye_response`.
    """
    x = np.log10(np.asarray(pco2, dtype=np.float64))
    a, b, c, t0 = (
        np.asarray(each, dtype=np.float64) for each in (coefficients.a, coefficients.b, coefficients.c, coefficients.temperature)
    )
    y = (a * x + b) * x + c
    d = np.asarray(temperature, dtype=np.float64) - t0
    k = response_temperature * d
    # y = r + d (c0 + c1 (r + k) + c2 (r + k)²) is quadratic in r; of its roots the one near y.
    second = _C2 * d
    first = 1.0 + d * (_C1 + 2.0 * _C2 * k)
    zeroth = d * (_C0 + _C1 * k + _C2 * k * k) - y
    return np.asarray(-2.0 * zeroth / (first + np.sqrt(first * first - 4.0 * second * zeroth)))


def absorbances_of(response: ArrayLike, dye: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Absorbance at 434 nm and at 620 nm of a dye with response r.

    Parameters
    ----------
    response : array_like
        r, the negative decadic logarithm of basic over acid form.
    dye : array_like
        Absorbance at 434 nm of the dye if all of it were in its acid form.
    """
    basic = 10.0 ** -np.asarray(response, dtype=np.float64)
    share = basic / (1.0 + basic)
    amount = np.asarray(dye, dtype=np.float64)
    return np.asarray(amount * (1.0 - share + share * E3)), np.asarray(amount * ((1.0 - share) * E1 + share * E2))
