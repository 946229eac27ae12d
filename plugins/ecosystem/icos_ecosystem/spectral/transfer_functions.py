"""Transfer functions: what averaging, sensors, distances and tubes leave of a fluctuation of a given frequency.

Every function takes natural frequency along the last axis and returns an amplitude between 0 and 1; the physical arguments
broadcast against it, so that many half hours go in as arrays of shape (n_periods, 1). All are in SI units.

References
----------
Moncrieff et al. 1997, J. Hydrol. 188-189, 589, doi:10.1016/S0022-1694(96)03194-0.
Moncrieff et al. 2004, Averaging, detrending, and filtering of eddy covariance time series, in: Handbook of Micrometeorology, Kluwer, 7-31.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Floats = FloatArray | float

__all__ = [
    "DIFFUSIVITY",
    "LAMINAR_LIMIT",
    "block_average",
    "first_order_power",
    "first_order_response",
    "kinematic_viscosity",
    "linear_detrending",
    "path_average_scalar",
    "path_average_vertical_wind",
    "recursive_filter",
    "reynolds_number",
    "sample_average",
    "sensor_separation",
    "tube",
]

LAMINAR_LIMIT = 2300.0
"""Reynolds number below which the flow in a tube counts as laminar [-]."""

DIFFUSIVITY = {"co2": 1.381e-5, "h2o": 2.178e-5, "ch4": 1.952e-5, "n2o": 1.436e-5}
"""Molecular diffusivity of gases in air [m2 s-1]."""

# Below this the closed forms of path averaging lose digits to cancellation, and their series around zero are exact to 1e-13.
_SMALL = 0.05
_WIND_SERIES = np.polynomial.Polynomial([1.0, 0.0, -1 / 12, 1 / 30, -1 / 120, 1 / 630, -1 / 4032])
_SCALAR_SERIES = np.polynomial.Polynomial([1.0, -1 / 6, 0.0, 1 / 120, -1 / 360, 1 / 1680, -1 / 10080])


def block_average(frequency: FloatArray, averaging_period: Floats) -> FloatArray:
    """Return what removing the mean of an averaging period leaves of one signal: ``1 - sin(x)^2 / x^2``, x = pi n T.

    Parameters
    ----------
    frequency
        Natural frequency n [Hz], shape (..., n_frequencies).
    averaging_period
        T [s].
    """
    return 1.0 - np.asarray(np.sinc(frequency * averaging_period)) ** 2


def linear_detrending(frequency: FloatArray, averaging_period: Floats, time_constant: Floats) -> FloatArray:
    """Return what removing a line leaves of one signal: `block_average` less ``3 (sin(y)/y - cos(y))^2 / y^2``, y = pi n Tc.

    Parameters
    ----------
    frequency, averaging_period
        As in `block_average`.
    time_constant
        Length Tc of the window to which the line is fitted [s].
    """
    y = np.pi * frequency * time_constant
    y = np.maximum(y, 1e-4)  # the term goes to zero with y^2 / 3, but its closed form is 0 / 0 there
    return block_average(frequency, averaging_period) - 3.0 * (np.sin(y) / y - np.cos(y)) ** 2 / y**2


def recursive_filter(frequency: FloatArray, time_constant: Floats, sampling_interval: Floats) -> FloatArray:
    """Return what removing a running mean, or an exponentially weighted one, leaves of one signal.

    Parameters
    ----------
    frequency
        Natural frequency n [Hz], shape (..., n_frequencies).
    time_constant
        Tc of the running mean [s].
    sampling_interval
        Time between two samples [s].

    Notes
    -----
    ``p^2 / (1 + p^2 / eta)`` with ``eta = exp(-dt / Tc)``, ``p = 2 pi n tau``, ``tau = dt eta / (1 - eta)``.
    """
    eta = np.exp(-np.asarray(sampling_interval) / time_constant)
    tau = sampling_interval * eta / (1.0 - eta)
    squared = (2.0 * np.pi * frequency * tau) ** 2
    return np.asarray(squared / (1.0 + squared / eta))


def first_order_response(frequency: FloatArray, response_time: Floats) -> FloatArray:
    """Return the amplitude that a sensor of first order passes: ``1 / sqrt(1 + (2 pi n tau)^2)``, `response_time` tau [s]."""
    return np.asarray(1.0 / np.sqrt(1.0 + (2.0 * np.pi * frequency * response_time) ** 2))


def first_order_power(frequency: FloatArray, cut_off: Floats) -> FloatArray:
    """Return the share of the variance that a system of first order passes: ``1 / (1 + (n / fc)^2)``, `cut_off` fc [Hz]."""
    return np.asarray(1.0 / (1.0 + (frequency / cut_off) ** 2))


def path_average_vertical_wind(frequency: FloatArray, path: Floats, wind_speed: Floats) -> FloatArray:
    """Return the amplitude of the vertical wind averaged along a sonic anemometer's vertical path.

    Parameters
    ----------
    frequency
        Natural frequency n [Hz], shape (..., n_frequencies).
    path
        Length of the path [m].
    wind_speed
        Mean wind speed U [m s-1].

    Notes
    -----
    ``4 / x (1 + exp(-x) / 2 - 3 (1 - exp(-x)) / (2 x))``, x = 2 pi n path / U.
    """
    x = np.asarray(2.0 * np.pi * frequency * (path / wind_speed))
    y = np.maximum(x, _SMALL)
    decay = np.exp(-y)
    amplitude = np.asarray(4.0 / y * (1.0 + 0.5 * decay - 1.5 * (1.0 - decay) / y))
    small = x < _SMALL
    amplitude[small] = _WIND_SERIES(x[small])
    return amplitude


def path_average_scalar(frequency: FloatArray, path: Floats, wind_speed: Floats) -> FloatArray:
    """Return the amplitude of a scalar averaged along the path of its analyser.

    Arguments are those of `path_average_vertical_wind`.

    Notes
    -----
    ``sqrt((3 + exp(-x) - 4 (1 - exp(-x)) / x) / x)``, x = 2 pi n path / U.
    """
    x = np.asarray(2.0 * np.pi * frequency * (path / wind_speed))
    y = np.maximum(x, _SMALL)
    decay = np.exp(-y)
    power = np.asarray((3.0 + decay - 4.0 * (1.0 - decay) / y) / y)
    small = x < _SMALL
    power[small] = _SCALAR_SERIES(x[small])
    return np.asarray(np.sqrt(power))


def sensor_separation(frequency: FloatArray, separation: Floats, wind_speed: Floats) -> FloatArray:
    """Return the amplitude of a covariance over a distance between two sensors: ``exp(-9.9 (n s / U)^1.5)``.

    Parameters
    ----------
    frequency
        Natural frequency n [Hz], shape (..., n_frequencies).
    separation
        Distance s [m], horizontal or vertical.
    wind_speed
        Mean wind speed U [m s-1].
    """
    return np.exp(-9.9 * np.asarray(frequency) ** 1.5 * np.asarray(separation / wind_speed) ** 1.5)


def tube(
    frequency: FloatArray, *, length: Floats, diameter: Floats, flow_rate: Floats, temperature: Floats, diffusivity: Floats
) -> FloatArray:
    """Return the amplitude of a scalar after its way through a tube.

    Parameters
    ----------
    frequency
        Natural frequency n [Hz], shape (..., n_frequencies).
    length, diameter
        Length L and inner diameter 2 r of the tube [m].
    flow_rate
        Volume flow [L min-1].
    temperature
        Air temperature [K].
    diffusivity
        Molecular diffusivity D of the gas in air [m2 s-1], see `DIFFUSIVITY`.

    Notes
    -----
    Laminar flow (Re < 2300): ``exp(-(L / v) (pi r n)^2 / (6 D))``; turbulent flow: ``exp(-80 r n^2 Re^-0.125 L / v^2)``.
    """
    radius = np.asarray(diameter) / 2.0
    velocity = np.asarray(flow_rate) / 60_000.0 / (np.pi * radius**2)
    reynolds = reynolds_number(velocity, diameter, temperature)
    laminar = length / velocity * (np.pi * radius) ** 2 / (6.0 * np.asarray(diffusivity))
    turbulent = 80.0 * radius * reynolds**-0.125 * length / velocity**2
    return np.exp(-np.where(reynolds < LAMINAR_LIMIT, laminar, turbulent) * frequency**2)


def reynolds_number(velocity: Floats, diameter: Floats, temperature: Floats) -> FloatArray:
    """Return the Reynolds number of air of a velocity [m s-1] and temperature [K] in a tube of a diameter [m]."""
    return np.asarray(velocity * np.asarray(diameter) / kinematic_viscosity(temperature))


def kinematic_viscosity(temperature: Floats) -> FloatArray:
    """Return the kinematic viscosity of dry air [m2 s-1] at a temperature T [K].

    Notes
    -----
    ``-1.1555e-14 T^3 + 9.5728e-11 T^2 + 3.7604e-8 T - 3.4484e-6``: within 3 % of tabulated values from 250 to 350 K.
    """
    t = np.asarray(temperature)
    return np.asarray(((-1.1555e-14 * t + 9.5728e-11) * t + 3.7604e-8) * t - 3.4484e-6)


def sample_average(frequency: FloatArray, interval: Floats) -> FloatArray:
    """Return the amplitude of a signal whose samples are averages over, or held for, an interval: ``sqrt(|sinc(n T)|)``.

    Parameters
    ----------
    frequency
        Natural frequency n [Hz], shape (..., n_frequencies).
    interval
        T [s]: what the electronics of an analyser average or hold before they hand a sample on.

    Notes
    -----
    LI-COR's LI-7550 with older firmware averages and holds its output when it is read at 10 Hz or less. The square root is
    EddyPro's form and not verified by a published check value.
    """
    return np.asarray(np.sqrt(np.abs(np.sinc(np.asarray(frequency) * interval))))
