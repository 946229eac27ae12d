"""Spectral correction factors in closed form after Massman 2000, 2001: every filter becomes an equivalent time constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.spectral.transfer_functions import LAMINAR_LIMIT, kinematic_viscosity, reynolds_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.spectral.filters import Analyser, Anemometer, HighPass, Tube

    FloatArray = NDArray[np.float64]
    Floats = FloatArray | float

__all__ = ["attenuation_coefficient", "massman_factor", "massman_factors", "tube_time_constant"]

# A block average has no filter of its own beyond the length of the block: its time constant [s] is as good as infinite.
_NO_FILTER = 1e10


def massman_factors(
    *,
    height: Floats,
    wind_speed: FloatArray,
    stability: FloatArray,
    temperature: FloatArray,
    anemometer: Anemometer,
    analysers: Mapping[str, Analyser],
    high_pass: HighPass,
    attenuation: Callable[[FloatArray, FloatArray], FloatArray] | None = None,
) -> dict[str, FloatArray]:
    """Return the spectral correction factors of momentum, heat and each gas [-], shape (n_periods,).

    Parameters
    ----------
    height, wind_speed, stability, temperature, anemometer, analysers, high_pass
        As in `spectral_factors.analytic_factors`. The analyser's response time enters as it is: for an LI-7500 Massman's value is
        0.016 s, the bandwidth of its electronics.
    attenuation
        Attenuation coefficient of a tube as a function of the Reynolds and the Schmidt number; `attenuation_coefficient` unless given.

    Returns
    -------
    dict
        ``momentum``, ``heat`` and the names of `analysers`.

    Notes
    -----
    Equivalent time constants [s] with the paths h (horizontal) and v (vertical) and the wind speed U:
    momentum ``h / (2.8 U)`` and ``v / (5.7 U)``; scalars ``v / (8.4 U)`` of the anemometer, ``v / (4 U)`` of an analyser that
    averages along a line and ``(0.2 + 0.4 h / v) (v / U)`` of one that averages over a volume, ``s / (1.1 U)`` of a horizontal
    distance s, `tube_time_constant`. They add up as squares.
    No check value of an established program was at hand for this method.

    References
    ----------
    Massman 2000, Agric. For. Meteorol. 104, 185, doi:10.1016/S0168-1923(00)00164-7.
    Massman 2001, Agric. For. Meteorol. 107, 247, doi:10.1016/S0168-1923(00)00237-9.
    """
    wind = np.where(np.asarray(wind_speed) > 0.0, wind_speed, np.nan)
    squares = {
        "momentum": (anemometer.horizontal_path / (2.8 * wind)) ** 2 + (anemometer.vertical_path / (5.7 * wind)) ** 2,
        "heat": (anemometer.vertical_path / (8.4 * wind)) ** 2,
    }
    for name, analyser in analysers.items():
        squares[name] = squares["heat"] + _squares(analyser, wind, temperature, attenuation or attenuation_coefficient)
    times = _high_pass_time(high_pass), high_pass.averaging_period / 2.8
    return {
        name: massman_factor(
            low_pass_time=np.sqrt(square),
            high_pass_time=times[0],
            block_time=times[1],
            height=height,
            wind_speed=wind,
            stability=stability,
        )
        for name, square in squares.items()
    }


def massman_factor(
    *,
    low_pass_time: Floats,
    high_pass_time: Floats,
    block_time: Floats,
    height: Floats,
    wind_speed: FloatArray,
    stability: FloatArray,
) -> FloatArray:
    """Return the factor for filters of given equivalent time constants [-], shape (n_periods,).

    Parameters
    ----------
    low_pass_time
        Joint time constant te of sensors, distances and tubes [s].
    high_pass_time
        Time constant th of the removal of a trend [s].
    block_time
        Time constant tb of the averaging period [s].
    height, wind_speed, stability
        z - d [m], U [m s-1], (z - d) / L [-].

    Notes
    -----
    ``1 / CF = ab / ((a+1)(b+1)) ab / ((a+p)(b+p)) (1 + (p+1) / (a+b)) / (p+1)`` with a, b, p = ``(2 pi fx t)^alpha`` of
    th, tb, te. Unstable: fx = 0.085 U / (z - d), alpha = 0.925; stable: fx = (2 - 1.915 / (1 + 0.5 zeta)) U / (z - d), alpha = 1.
    """
    zeta = np.asarray(stability, dtype=np.float64)
    unstable = zeta < 0.0
    peak = np.where(unstable, 0.085, 2.0 - 1.915 / (1.0 + 0.5 * np.where(unstable, 0.0, zeta))) * wind_speed / height
    alpha = np.where(unstable, 0.925, 1.0)
    a, b, p = ((2.0 * np.pi * peak * time) ** alpha for time in (high_pass_time, block_time, low_pass_time))
    # Written with 1/a and 1/b, which stay small numbers for the very long time constant of a block average.
    i, j = 1.0 / a, 1.0 / b
    high = 1.0 / ((1.0 + i) * (1.0 + j) * (1.0 + p * i) * (1.0 + p * j))
    return np.asarray((p + 1.0) / (high * (1.0 + (p + 1.0) * i * j / (i + j))))


def tube_time_constant(line: Tube, temperature: Floats, attenuation: Callable[[FloatArray, FloatArray], FloatArray]) -> FloatArray:
    """Return the equivalent time constant of a tube [s] at an air temperature [K].

    Notes
    -----
    ``sqrt(Lambda r L) / (0.83 v)`` with the attenuation coefficient Lambda, the radius r, the length L and the velocity v.
    """
    radius = np.asarray(line.diameter) / 2.0
    velocity = np.asarray(line.flow_rate) / 60_000.0 / (np.pi * radius**2)
    reynolds = reynolds_number(velocity, line.diameter, temperature)
    schmidt = kinematic_viscosity(temperature) / line.diffusivity
    return np.asarray(np.sqrt(attenuation(reynolds, schmidt) * radius * line.length) / (0.83 * velocity))


def attenuation_coefficient(reynolds: FloatArray, schmidt: FloatArray) -> FloatArray:
    """Return the attenuation coefficient Lambda of a tube [-].

    Notes
    -----
    Laminar flow: ``Re Sc / 96``, from Taylor's dispersion. Turbulent flow: ``80 / (4 pi^2) Re^-0.125``, which makes this method agree
    with the tube of `transfer_functions.tube`. EddyPro takes a table instead; its values are *unverified* here, which is why the
    coefficient is an argument of `massman_factors`.

    References
    ----------
    Taylor 1953, Proc. R. Soc. Lond. A 219, 186, doi:10.1098/rspa.1953.0139.
    """
    return np.where(reynolds < LAMINAR_LIMIT, reynolds * schmidt / 96.0, 80.0 / (4.0 * np.pi**2) * reynolds**-0.125)


def _squares(
    analyser: Analyser, wind: FloatArray, temperature: FloatArray, attenuation: Callable[[FloatArray, FloatArray], FloatArray]
) -> FloatArray:
    """Return the sum of the squared time constants of an analyser and its place [s2]."""
    vertical, horizontal = np.asarray(analyser.vertical_path), np.asarray(analyser.horizontal_path)
    path = np.where(horizontal > 0.0, 0.2 * vertical + 0.4 * horizontal, vertical / 4.0) / wind
    total = path**2 + np.asarray(analyser.response_time) ** 2 + (np.abs(analyser.horizontal_separation) / (1.1 * wind)) ** 2
    if analyser.tube is not None:
        total = total + tube_time_constant(analyser.tube, temperature, attenuation) ** 2
    return np.asarray(total)


def _high_pass_time(high_pass: HighPass) -> float:
    if high_pass.method == "ba":
        return _NO_FILTER
    window = high_pass.averaging_period if high_pass.time_constant is None else high_pass.time_constant
    return window / 5.3 if high_pass.method == "ld" else window
