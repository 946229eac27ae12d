"""Options of the simulator `half-hourly-years`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icos_core.versioned import Options

__all__ = ["HalfHourlyYearsSimulation"]

_Share = Annotated[float, Field(ge=0, le=1)]


class HalfHourlyYearsSimulation(Options):
    """A site whose exchange is known, seen by a tower that misses some of it at night, fails at times and is never without noise."""

    first_year: int = Field(default=2023, ge=1970, le=2100, description="first calendar year")
    years: int = Field(default=1, ge=1, le=30, description="number of years")
    interval: Literal["30 min", "60 min"] = Field(default="30 min", description="averaging interval")
    latitude: float = Field(default=51.0, ge=-90, le=90, description="degrees north")
    longitude: float = Field(default=13.6, ge=-180, le=180, description="degrees east")
    utc_offset: float = Field(default=1.0, ge=-12, le=14, description="hours that local standard time is ahead of UTC")

    mean_temperature: float = Field(default=9.0, description="mean air temperature of a year in degree_C")
    seasonal_swing: float = Field(default=9.0, ge=0, description="half the difference between summer and winter in degree_C")
    daily_swing: float = Field(default=5.0, ge=0, description="half the difference between afternoon and dawn of clear days in degree_C")
    activation: float = Field(default=180.0, gt=0, description="E0 of respiration after Lloyd and Taylor in K")
    respiration: float = Field(default=3.2, ge=0, description="respiration at 15 degree_C in midsummer in umol m-2 s-1")
    photosynthesis: float = Field(default=32.0, ge=0, description="light-saturated uptake in midsummer (beta) in umol m-2 s-1")
    quantum_yield: float = Field(default=0.05, gt=0, description="initial slope of the light response (alpha) in umol J-1")
    dry_air: float = Field(default=0.08, ge=0, description="k: decay of beta with vapour pressure deficit above 10 hPa in hPa-1")

    ustar_threshold: float = Field(default=0.25, ge=0, description="friction velocity below which nightly flux is lost in m s-1")
    energy_balance: float = Field(default=0.82, gt=0, le=1.5, description="measured turbulent heat fluxes over available energy")
    noise: float = Field(default=1.0, ge=0, description="factor on the random error of all fluxes")
    spikes: _Share = Field(default=0.004, description="share of fluxes that are spikes")
    gaps: _Share = Field(default=0.22, description="share of fluxes that is missing at random")
    outages: int = Field(default=8, ge=0, description="times in a year at which fluxes are missing for one to eight days")
    weather_outages: int = Field(default=3, ge=0, description="times in a year at which the weather station fails for some hours")
