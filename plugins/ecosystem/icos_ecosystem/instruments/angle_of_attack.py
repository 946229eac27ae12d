"""Gill anemometers and wind that does not blow horizontally: corrections of the angle of attack and of a weak vertical wind.

Angles of attack are positive where the wind blows upwards. Directions are ``180° - atan2(v, u)`` in the anemometer's axes (spar reference).

References
----------
Nakai et al. (2006), Agric. For. Meteorol. 136, 19, doi:10.1016/j.agrformet.2006.01.006
Nakai and Shimoyama (2012), Agric. For. Meteorol. 162-163, 14, doi:10.1016/j.agrformet.2012.04.004
Gill Instruments (2016), technical key note KN1509v3: WindMaster and WindMaster Pro, vertical wind
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Wind = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]

__all__ = ["boost_vertical_wind", "nakai_2006", "nakai_2012"]

_OFFSET_2006 = 0.0195
_CLOSE_ENOUGH = 0.01
_STEPS = 100


def boost_vertical_wind(w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the vertical wind [m s-1] of a WindMaster whose firmware made it too weak: upward times 1.166, downward times 1.289.

    Those are units of 2006 to 2015 with firmware 2329.x below 700. Of these a correction of the angle of attack is not to be made as well.
    """
    return np.where(w > 0.0, 1.166, 1.289) * w


def nakai_2006(u: NDArray[np.float64], v: NDArray[np.float64], w: NDArray[np.float64]) -> Wind:
    """Correct the wind of a Gill R2 or R3 after Nakai et al. (2006), from wind-tunnel data.

    Parameters
    ----------
    u, v, w
        Measured wind before rotation, m s-1, each (n,); NaN where missing.

    Returns
    -------
    tuple of ndarray
        Corrected u, v, w.

    Notes
    -----
    Of a wind V at the angle x the anemometer shows horizontally ``V coserr(x)``, vertically ``V (sinerr(x) sin x + 0.0195)``. With the
    measured ratio a = w/sqrt(u² + v²), the angle solves ``tan x = (a coserr(x) - 0.0195) / (sinerr(x) cos x)``, found by Steffensen's
    method until the second difference of the iteration is below 0.01°.

    ``coserr`` is the cosine of a polynomial of the angle up to 70°, from there on drawn linearly to 90° at 90°; that part is taken from
    other implementations and not verified in the paper.
    """
    return _corrected(*_contiguous(u, v, w), field_calibration=False)


def nakai_2012(u: NDArray[np.float64], v: NDArray[np.float64], w: NDArray[np.float64]) -> Wind:
    """Correct the wind of a WindMaster or WindMaster Pro after Nakai and Shimoyama (2012), from field data.

    It was found on units with too weak a vertical wind (see :func:`boost_vertical_wind`) and holds for these, without that factor.

    Parameters
    ----------
    u, v, w
        Measured wind before rotation, m s-1, each (n,); NaN where missing.

    Returns
    -------
    tuple of ndarray
        Corrected u, v, w.

    Notes
    -----
    The corrected wind is ``u / coserr, v / coserr, w / sinerr``, both errors polynomials of the corrected angle x with an amplitude that
    depends on the direction γ as sin 3γ; upward wind is taken as downward wind from the other side. The angle solves
    ``tan x = a coserr(x, γ) / sinerr(x, γ)`` with the measured ratio a = w/sqrt(u² + v²), as in :func:`nakai_2006`.
    Coefficients are as in three implementations that agree; all go back to the author's code, so that they are no independent evidence.
    """
    return _corrected(*_contiguous(u, v, w), field_calibration=True)


def _contiguous(*wind: NDArray[np.float64]) -> Wind:
    first, second, third = (np.ascontiguousarray(component, np.float64) for component in wind)
    return first, second, third


@njit(cache=True)
def _sine_error(x: float, direction: float, field_calibration: bool) -> float:
    """Return measured over true vertical wind at angle `x` [degrees]."""
    if not field_calibration:
        if x < 0.0:
            return float(0.428727148 / (1.0 + 55.59348879 * np.exp(-0.222867784 * (x + 90.0))) + 0.4882)
        return float(-0.570590482 / (1.0 + 1610.881585 * np.exp(-0.111150653 * x)) + 0.972080458)
    if x > 0.0:
        x, direction = -x, direction + 180.0
    mean = 1.0 + x * (
        1.67354200080193e-2 + x * (4.85252964763967e-4 + x * (4.16728613218081e-6 + x * (-2.69824417931343e-8 - 3.19818998552857e-10 * x)))
    )
    amplitude = x * (
        3.82901759130896e-3 + x * (3.92584527104954e-4 + x * (1.20670183305798e-5 + x * (1.44129103378194e-7 + 5.92731123831391e-10 * x)))
    )
    return float(mean - amplitude * np.sin(np.radians(3.0 * direction)))


@njit(cache=True)
def _cosine_error(x: float, direction: float, field_calibration: bool) -> float:
    """Return measured over true horizontal wind at angle `x` [degrees]; of 2006, measured over the length of the true vector."""
    if not field_calibration:
        near = min(max(x, -70.0), 70.0)
        angle = near * (1.00672 + near * (8.51092e-4 + near * 1.41546e-6)) + 6.28032 * np.sin(np.radians(3.0 * direction))
        beyond = (abs(x) - 70.0) / 20.0
        if beyond > 0.0:
            angle = (1.0 - beyond) * angle + beyond * (90.0 if x > 0.0 else -90.0)
        return float(np.cos(np.radians(angle)))
    if x > 0.0:
        x, direction = -x, direction + 180.0
    x = max(x, -70.0)
    mean = 1.0 + x * (
        1.28143810766839e-3 + x * (1.60799801968464e-5 + x * (-4.95504975706944e-6 + x * (-1.58051314507891e-7 - 1.20804470033571e-9 * x)))
    )
    amplitude = x * (
        9.18428193641156e-4 + x * (3.94248403622007e-4 + x * (2.03402753902096e-5 + x * (3.85646200219364e-7 + 2.2715401644872e-9 * x)))
    )
    return float(mean + amplitude * np.sin(np.radians(3.0 * direction)))


@njit(cache=True)
def _next_angle(x: float, direction: float, ratio: float, field_calibration: bool) -> float:
    """Return the right side of the equation for the true angle of attack [degrees]."""
    sine, cosine = _sine_error(x, direction, field_calibration), _cosine_error(x, direction, field_calibration)
    if field_calibration:
        return float(np.degrees(np.arctan(ratio * cosine / sine)))
    return float(np.degrees(np.arctan((ratio * cosine - _OFFSET_2006) / sine / np.cos(np.radians(x)))))


@njit(cache=True)
def _true_angle(x: float, direction: float, ratio: float, field_calibration: bool) -> float:
    """Solve for the true angle of attack [degrees] by Steffensen's method."""
    for _ in range(_STEPS):
        first = _next_angle(x, direction, ratio, field_calibration)
        second = _next_angle(first, direction, ratio, field_calibration)
        difference = second - 2.0 * first + x
        if not abs(difference) >= _CLOSE_ENOUGH:
            return second
        x -= (first - x) ** 2 / difference
    return x


@njit(cache=True)
def _corrected(u: NDArray[np.float64], v: NDArray[np.float64], w: NDArray[np.float64], field_calibration: bool) -> Wind:
    """Return the corrected wind, sample by sample."""
    corrected = np.full((3, u.size), np.nan)
    for i in range(u.size):
        horizontal = np.hypot(u[i], v[i])
        if np.isnan(horizontal) or np.isnan(w[i]):
            continue
        if horizontal == 0.0:
            corrected[0, i], corrected[1, i] = 0.0, 0.0
            corrected[2, i] = w[i] / _sine_error(90.0 if w[i] >= 0.0 else -90.0, 0.0, field_calibration)
            continue
        ratio = w[i] / horizontal
        direction = 180.0 - np.degrees(np.arctan2(v[i], u[i]))
        x = _true_angle(np.degrees(np.arctan(ratio)), direction, ratio, field_calibration)
        scale = 1.0 / _cosine_error(x, direction, field_calibration)
        if field_calibration:
            corrected[2, i] = w[i] / _sine_error(x, direction, field_calibration)
        else:
            scale *= np.cos(np.radians(x))
            corrected[2, i] = horizontal * scale * np.tan(np.radians(x))
        corrected[0, i], corrected[1, i] = u[i] * scale, v[i] * scale
    return corrected[0], corrected[1], corrected[2]
