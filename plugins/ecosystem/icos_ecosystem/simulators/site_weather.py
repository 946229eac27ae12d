"""Weather of a simulated site: radiation under passing clouds, air, wind and soil, half hour by half hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.half_hourly.vapour_pressure_deficit import vapour_pressure_deficit
from icos_ecosystem.partitioning.sun import potential_radiation_oneflux

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.simulators.half_hourly_years_options import HalfHourlyYearsSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["SiteWeather", "persistent", "site_weather", "weather_columns"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteWeather:
    """Weather on a site's calendar; all (n,).

    Attributes
    ----------
    calendar
        Its intervals.
    potential, radiation, net_radiation, soil_heat
        W m-2: at the top of the atmosphere, incoming short-wave, net, into the soil.
    temperature, soil_temperature
        degree_C.
    humidity, deficit
        Percent; vapour pressure deficit in hPa.
    pressure, precipitation, wind, friction_velocity
        kPa; mm; m s-1.
    summer
        From 0 in midwinter to 1 in midsummer.
    """

    calendar: SiteCalendar
    potential: FloatArray
    radiation: FloatArray
    net_radiation: FloatArray
    soil_heat: FloatArray
    temperature: FloatArray
    soil_temperature: FloatArray
    humidity: FloatArray
    deficit: FloatArray
    pressure: FloatArray
    precipitation: FloatArray
    wind: FloatArray
    friction_velocity: FloatArray
    summer: FloatArray


def weather_columns(weather: SiteWeather) -> dict[str, FloatArray]:
    """Return what a weather station records, under FLUXNET's names."""
    return {
        "USTAR": weather.friction_velocity,
        "TA": weather.temperature,
        "TS": weather.soil_temperature,
        "RH": weather.humidity,
        "VPD": weather.deficit,
        "SW_IN": weather.radiation,
        "NETRAD": weather.net_radiation,
        "G": weather.soil_heat,
        "PA": weather.pressure,
        "P": weather.precipitation,
        "WS": weather.wind,
    }


def persistent(random: np.random.Generator, size: int, memory: float) -> FloatArray:
    """Return (size,) standard normal numbers of which neighbours are alike; `memory` is how many rows a state lasts."""
    kept = np.exp(-1.0 / memory)
    driven = random.standard_normal(size) * np.sqrt(1.0 - kept**2)
    driven[0] = random.standard_normal()
    made: FloatArray = lfilter([1.0], [1.0, -kept], driven)
    return made


def site_weather(options: HalfHourlyYearsSimulation, random: np.random.Generator) -> SiteWeather:
    """Make the weather of all years."""
    calendar = whole_years(options.first_year, options.first_year + options.years - 1, 48 if options.interval == "30 min" else 24)
    size, day = calendar.size, calendar.per_day
    potential = potential_radiation_oneflux(calendar.start, options.latitude, options.longitude, options.utc_offset, minutes=1440 // day)
    of_year = 2.0 * np.pi * (calendar.day_of_year - 1.0 + calendar.hour / 24.0) / 365.25
    # Midsummer of the soil and the leaves comes a month after that of the sun; in the south half a year later.
    summer = 0.5 - 0.5 * np.cos(of_year - 2.0 * np.pi * 20.0 / 365.25 + (np.pi if options.latitude < 0.0 else 0.0))
    synoptic = persistent(random, size, 3.0 * day)
    cloud = 1.0 / (1.0 + np.exp(-1.2 * synoptic - 0.7 * persistent(random, size, day / 12.0)))
    radiation = potential * (0.78 - 0.62 * cloud)
    clear = 1.0 - cloud
    diurnal = np.cos(2.0 * np.pi * (calendar.hour - 14.5) / 24.0)
    temperature = (
        options.mean_temperature
        + options.seasonal_swing * (2.0 * summer - 1.0)
        + options.daily_swing * (0.35 + 0.65 * summer) * (0.4 + 0.8 * clear) * diurnal
        + 3.0 * persistent(random, size, 4.0 * day)
    )
    drying = 26.0 * (0.4 + 0.8 * clear) * diurnal * (0.4 + 0.6 * summer)
    humidity = np.clip(76.0 - drying + 9.0 * persistent(random, size, day), 12.0, 100.0)
    friction = np.exp(-1.05 + 0.32 * diurnal + 0.45 * persistent(random, size, day / 4.0) + 0.25 * random.standard_normal(size))
    rain = (cloud > 0.72) & (random.random(size) < 0.35)
    net = 0.78 * radiation - 45.0 * (0.5 + 0.5 * clear) + 6.0 * random.standard_normal(size)
    smoothing = np.exp(-1.0 / (2.0 * day))
    start = [smoothing * temperature[: 7 * day].mean()]
    soil: FloatArray = lfilter([1.0 - smoothing], [1.0, -smoothing], temperature, zi=start)[0]
    return SiteWeather(
        calendar=calendar,
        potential=potential,
        radiation=radiation,
        net_radiation=net,
        soil_heat=0.09 * net + 2.0 * random.standard_normal(size),
        temperature=temperature,
        soil_temperature=soil,
        humidity=humidity,
        deficit=vapour_pressure_deficit(temperature, humidity),
        pressure=97.0 + 0.9 * persistent(random, size, 3.0 * day),
        precipitation=np.where(rain, random.exponential(0.5, size), 0.0),
        wind=friction * 7.0 + 0.4 * random.random(size),
        friction_velocity=friction,
        summer=summer,
    )
