"""Exchange of a simulated site: what it does, and what a tower sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.partitioning.lloyd_taylor import lloyd_taylor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.simulators.half_hourly_years_options import HalfHourlyYearsSimulation
    from icos_ecosystem.simulators.site_weather import SiteWeather

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["SiteExchange", "as_measured", "missing_rows", "site_exchange"]

_DRY = 10.0
_COLDEST = -40.0
_SPIKE = 40.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteExchange:
    """True fluxes, all (n,).

    Attributes
    ----------
    uptake, respiration
        Gross, umol m-2 s-1; net exchange is respiration less uptake.
    latent_heat, sensible_heat
        W m-2.
    """

    uptake: FloatArray
    respiration: FloatArray
    latent_heat: FloatArray
    sensible_heat: FloatArray

    @property
    def net(self) -> FloatArray:
        """Net ecosystem exchange, positive upwards."""
        return self.respiration - self.uptake


def site_exchange(options: HalfHourlyYearsSimulation, weather: SiteWeather) -> SiteExchange:
    """Return what the site does.

    Notes
    -----
    Respiration is that of Lloyd and Taylor (1994) at air temperature with a reference that follows the season; uptake is a rectangular
    hyperbola of short-wave radiation, whose plateau decays with vapour pressure deficit above 10 hPa (Lasslop et al. 2010); its plateau
    follows the season too. Turbulent heat is net radiation less the soil's share, latent heat the larger part of it in summer.

    References
    ----------
    Lloyd, J. and Taylor, J. A. (1994), Funct. Ecol. 8, 315, doi:10.2307/2389824
    Lasslop, G., et al. (2010), Glob. Change Biol. 16, 187, doi:10.1111/j.1365-2486.2009.02041.x
    """
    reference = options.respiration * (0.45 + 0.55 * weather.summer)
    respiration = lloyd_taylor(np.maximum(weather.temperature, _COLDEST), reference, options.activation)
    plateau = (
        options.photosynthesis * np.maximum(0.04, weather.summer**1.5) * np.exp(-options.dry_air * np.maximum(weather.deficit - _DRY, 0.0))
    )
    light = options.quantum_yield * weather.radiation
    uptake = np.where(weather.radiation > 0.0, light * plateau / np.maximum(light + plateau, 1e-9), 0.0)
    available = weather.net_radiation - weather.soil_heat
    evaporative = np.where(available > 0.0, 0.25 + 0.4 * weather.summer, 0.1)
    return SiteExchange(
        uptake=uptake, respiration=respiration, latent_heat=evaporative * available, sensible_heat=(1.0 - evaporative) * available
    )


def as_measured(
    options: HalfHourlyYearsSimulation, weather: SiteWeather, exchange: SiteExchange, random: np.random.Generator
) -> dict[str, FloatArray]:
    """Return NEE, LE and H as a tower records them, with NaN where it does not.

    Notes
    -----
    At night, below the threshold of friction velocity, part of the flux drains away unseen: what is left grows with friction velocity.
    Random errors are two-sided exponential (Hollinger and Richardson 2005, doi:10.1093/treephys/25.7.873), and larger for larger fluxes.
    """
    size = weather.potential.size
    seen = np.ones(size)
    if options.ustar_threshold > 0.0:
        calm = (weather.potential == 0.0) & (weather.friction_velocity < options.ustar_threshold)
        seen = np.where(calm, 0.15 + 0.85 * weather.friction_velocity / options.ustar_threshold, 1.0)
    away = missing_rows(options, weather, random, options.outages, 1.0, 8.0) | (random.random(size) < options.gaps)
    made = {}
    for name, true, floor, share in (
        ("NEE", exchange.net * seen, 0.5, 0.12),
        ("LE", exchange.latent_heat * options.energy_balance, 6.0, 0.1),
        ("H", exchange.sensible_heat * options.energy_balance, 5.0, 0.1),
    ):
        spread = options.noise * (floor + share * np.abs(true))
        flux = true + random.laplace(0.0, 1.0, size) * spread / np.sqrt(2.0)
        hit = random.random(size) < options.spikes
        flux = np.where(hit, flux + random.choice([-1.0, 1.0], size) * _SPIKE * (spread + 0.1), flux)
        made[name] = np.where(away | (random.random(size) < 0.03), np.nan, flux)
    return made


def missing_rows(
    options: HalfHourlyYearsSimulation, weather: SiteWeather, random: np.random.Generator, times: int, shortest: float, longest: float
) -> BoolArray:
    """Return (n,) rows in some periods of every year, each of `shortest` to `longest` days."""
    day, size = weather.calendar.per_day, weather.calendar.size
    away = np.zeros(size, dtype=bool)
    for _ in range(times * options.years):
        first = int(random.integers(size))
        away[first : first + round(float(random.uniform(shortest, longest)) * day)] = True
    return away
