"""State of the air at the instruments from means: humidity, densities, heat capacity, true temperature."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ecosystem.constants import (
    DRY_AIR_GAS_CONSTANT,
    GAS_CONSTANT,
    MOLAR_MASS,
    VAPOUR_GAS_CONSTANT,
    ZERO_CELSIUS,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["AmbientState", "ambient_state", "barometric_pressure", "molar_volume", "saturation_vapour_pressure"]


class AmbientState(NamedTuple):
    """State of moist air, arrays of shape (n,) in SI units.

    Attributes
    ----------
    temperature
        True air temperature [K].
    pressure
        Air pressure [Pa].
    molar_volume
        Of moist air [m3 mol-1], from the first guess of its temperature.
    vapour_density, vapour_pressure, saturation_vapour_pressure, relative_humidity, vapour_pressure_deficit, dew_point, specific_humidity
        Humidity [kg m-3, Pa, Pa, percent, Pa, K, kg kg-1].
    dry_pressure, dry_density, dry_molar_volume
        Of the dry air in it [Pa, kg m-3, m3 mol-1].
    density
        Of moist air [kg m-3].
    heat_capacity
        ``rho cp`` of moist air [J m-3 K-1].
    latent_heat
        Of evaporation [J kg-1].
    vapour_ratio
        Vapour density over dry-air density.
    """

    temperature: FloatArray
    pressure: FloatArray
    molar_volume: FloatArray
    vapour_density: FloatArray
    vapour_pressure: FloatArray
    saturation_vapour_pressure: FloatArray
    relative_humidity: FloatArray
    vapour_pressure_deficit: FloatArray
    dew_point: FloatArray
    specific_humidity: FloatArray
    dry_pressure: FloatArray
    dry_density: FloatArray
    dry_molar_volume: FloatArray
    density: FloatArray
    heat_capacity: FloatArray
    latent_heat: FloatArray
    vapour_ratio: FloatArray


def barometric_pressure(altitude: float) -> float:
    """Return the usual air pressure [Pa] at an altitude [m], where none is measured."""
    return 1000.0 * 101.3 * float(np.exp(-altitude / 8200.0))


def molar_volume(temperature: FloatArray, pressure: FloatArray) -> FloatArray:
    """Return the molar volume [m3 mol-1] of an ideal gas at temperature [K] and pressure [Pa]."""
    return GAS_CONSTANT * temperature / pressure


def saturation_vapour_pressure(temperature: FloatArray) -> FloatArray:
    """Return the saturation vapour pressure [Pa] over water at a temperature [K].

    References
    ----------
    Campbell, G. S. and Norman, J. M. (1998), An introduction to environmental biophysics, doi:10.1007/978-1-4612-1626-1; in the form that
    EddyPro documents.
    """
    pressure: FloatArray = np.exp(77.345 + 0.0057 * temperature - 7235.0 / temperature) / temperature**8.2
    return pressure


def _dew_point(vapour_pressure: FloatArray) -> FloatArray:
    logarithm = np.log(vapour_pressure / 611.0)
    return 240.97 * logarithm / (17.502 - logarithm) + ZERO_CELSIUS


def ambient_state(
    sonic_temperature: FloatArray,
    pressure: FloatArray,
    vapour_fraction: FloatArray,
    measured_temperature: FloatArray | None = None,
    measured_humidity: FloatArray | None = None,
) -> AmbientState:
    """Return the state of the air from mean sonic temperature, pressure and water vapour.

    Parameters
    ----------
    sonic_temperature
        (n,) mean [K].
    pressure
        (n,) [Pa].
    vapour_fraction
        (n,) mole fraction of water vapour [mmol mol-1]; NaN without: air is then taken as dry where humidity is not measured either.
    measured_temperature
        (n,) of a slow thermometer [K], used where it lies within 220 to 340 K.
    measured_humidity
        (n,) relative humidity of a slow sensor [percent], used where it is there.

    Notes
    -----
    Water vapour density and molar volume follow from the first guess of temperature (sonic, or measured), the rest is iterated once with
    ``T = Ts / (1 + 0.51 q)``, as EddyPro does.

    References
    ----------
    van Dijk, A., Moene, A. F. and de Bruin, H. A. R. (2004), The principles of surface flux physics, Wageningen University.
    """
    measured = np.full_like(sonic_temperature, np.nan) if measured_temperature is None else measured_temperature
    with np.errstate(invalid="ignore", divide="ignore"):
        trusted = (measured >= 220.0) & (measured <= 340.0)
        guess = np.where(trusted, measured, sonic_temperature)
        volume = molar_volume(guess, pressure)
        vapour = vapour_fraction / volume * MOLAR_MASS["h2o"] * 1e-3
        if measured_humidity is not None:
            of_sensor = 0.01 * measured_humidity * saturation_vapour_pressure(guess) / (VAPOUR_GAS_CONSTANT * guess)
            vapour = np.where(np.isfinite(measured_humidity), of_sensor, vapour)
        first = _humid_air(guess, pressure, vapour, volume)
        true = np.where(trusted, measured, sonic_temperature / (1.0 + 0.51 * np.nan_to_num(first.specific_humidity)))
        found = _humid_air(true, pressure, vapour, volume)
        final = np.where(trusted, measured, sonic_temperature / (1.0 + 0.51 * np.nan_to_num(found.specific_humidity)))
        return found._replace(temperature=final, latent_heat=(3147.5 - 2.37 * final) * 1e3)


def _humid_air(temperature: FloatArray, pressure: FloatArray, vapour: FloatArray, volume: FloatArray) -> AmbientState:
    saturation = saturation_vapour_pressure(temperature)
    vapour_pressure = vapour * VAPOUR_GAS_CONSTANT * temperature
    humidity = 100.0 * vapour_pressure / saturation
    # Without water vapour the air is taken as dry in everything that is not itself humidity.
    dry_pressure = pressure - np.nan_to_num(vapour_pressure)
    dry_density = dry_pressure / (DRY_AIR_GAS_CONSTANT * temperature)
    density = dry_density + np.nan_to_num(vapour)
    celsius = temperature - ZERO_CELSIUS
    known = np.nan_to_num(humidity)
    dry_capacity = 1005.0 + (celsius + 23.12) ** 2 / 3364.0
    vapour_capacity = 1859.0 + 0.13 * known + (0.193 + 0.0056 * known) * celsius + (0.001 + 5e-5 * known) * celsius**2
    return AmbientState(
        temperature=temperature,
        pressure=pressure,
        molar_volume=volume,
        vapour_density=vapour,
        vapour_pressure=vapour_pressure,
        saturation_vapour_pressure=saturation,
        relative_humidity=humidity,
        vapour_pressure_deficit=saturation - vapour_pressure,
        dew_point=_dew_point(vapour_pressure),
        specific_humidity=vapour / density,
        dry_pressure=dry_pressure,
        dry_density=dry_density,
        dry_molar_volume=pressure * volume / dry_pressure,
        density=density,
        heat_capacity=vapour_capacity * np.nan_to_num(vapour) + dry_capacity * dry_density,
        latent_heat=(3147.5 - 2.37 * temperature) * 1e3,
        vapour_ratio=vapour / dry_density,
    )
