"""Simulator `half-hourly-years`: half-hourly tables of years at a site whose exchange of carbon is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_ecosystem.aggregation.calendar_means import GRAMS_PER_DAY
from icos_ecosystem.exporters.fluxnet_table import stamp_columns, write_table
from icos_ecosystem.half_hourly.streams import bounded
from icos_ecosystem.simulators.half_hourly_years_options import HalfHourlyYearsSimulation
from icos_ecosystem.simulators.site_exchange import as_measured, missing_rows, site_exchange
from icos_ecosystem.simulators.site_weather import site_weather, weather_columns
from icos_ecosystem.vocabulary.flux_templates import quantity

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.simulators.site_exchange import SiteExchange
    from icos_ecosystem.simulators.site_weather import SiteWeather

    FloatArray = NDArray[np.float64]

__all__ = ["SIMULATOR", "STATION", "HalfHourlyYearsSimulation", "simulate"]

STATION = "ES-Sim"
_DIGITS = 6
_PRODUCTS = ("fluxnet-product", "method-spread")
_EXPORTS = ("fluxnet", "icos-etc-archive")


def simulate(folder: Path, options: HalfHourlyYearsSimulation, seed: int) -> SimulationResult:
    """Write a table per year into ``folder/raw`` and a description that is ready to run beside them.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        The site, and what is wrong with its data.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Files, description, and the truth: what was exchanged in every year and every half hour.
    """
    random = np.random.default_rng(seed)
    weather = site_weather(options, random)
    exchange = site_exchange(options, weather)
    columns = {**as_measured(options, weather, exchange, random), **_weather_columns(options, weather, random)}
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    files = []
    calendar = weather.calendar
    step = np.timedelta64(1440 // calendar.per_day, "m")
    for year in calendar.years:
        rows = calendar.rows_of(year)
        stamps = stamp_columns(calendar.start[rows], calendar.start[rows] + step, "hh")
        files.append(raw / f"{STATION}_{'HH' if calendar.per_day == 48 else 'HR'}_{year}.csv")
        write_table(files[-1], {**stamps, **{name: values[rows] for name, values in columns.items()}}, _DIGITS)
    description = folder / "station.toml"
    description.write_text(_description(options), encoding="utf-8")
    return SimulationResult(files=tuple(files), description=description, truth=_truth(options, calendar, exchange))


def _weather_columns(options: HalfHourlyYearsSimulation, weather: SiteWeather, random: np.random.Generator) -> dict[str, FloatArray]:
    away = missing_rows(options, weather, random, options.weather_outages, 0.1, 0.6)
    return {name: np.where(away, np.nan, values) for name, values in weather_columns(weather).items()}


def _truth(options: HalfHourlyYearsSimulation, calendar: SiteCalendar, exchange: SiteExchange) -> dict[str, xr.Dataset]:
    """Return the truth under the names of the FLUXNET product, of half hours and of years."""
    fluxes = {"NEE": exchange.net, "RECO": exchange.respiration, "GPP": exchange.uptake}
    names = {"NEE_VUT_REF": "NEE", **{f"{flux}_{method}_VUT_REF": flux for flux in ("RECO", "GPP") for method in ("NT", "DT")}}
    shift = np.timedelta64(round(options.utc_offset * 60.0), "m")
    step = np.timedelta64(1440 // calendar.per_day, "m")
    half_hours = make_stream(
        (calendar.start - shift).astype("datetime64[ns]"),
        {name: fluxes[flux] for name, flux in names.items()},
        [quantity(name, "umol m-2 s-1", f"true {flux}") for name, flux in names.items()],
    )
    carbon = GRAMS_PER_DAY / calendar.per_day
    rows = [calendar.rows_of(year) for year in calendar.years]
    years = make_stream(
        np.array([calendar.start[each.start] - shift for each in rows]).astype("datetime64[ns]"),
        {name: np.array([fluxes[flux][each].sum() * carbon for each in rows]) for name, flux in names.items()},
        [quantity(name, "g m-2 yr-1", f"true {flux}") for name, flux in names.items()],
    )
    return {"fluxnet/hh": bounded(half_hours, step), "fluxnet/yy": years}


def _description(options: HalfHourlyYearsSimulation) -> str:
    station = {
        "id": STATION,
        "name": "Simulated Site",
        "domain": "ecosystem",
        "platform": "fixed",
        "latitude": options.latitude,
        "longitude": options.longitude,
        "altitude": 380.0,
        "utc_offset": options.utc_offset,
    }
    return "\n".join(
        [
            table("[station]", station, 'contact = { institution = "Example Institute", email = "data@example.org" }'),
            table("[[input]]", {"reader": "fluxnet-halfhourly", "files": "raw/*.csv"}),
            *(table("[[derive]]", {"product": name}) for name in _PRODUCTS),
            *(table("[[export]]", {"exporter": name}) for name in _EXPORTS),
        ]
    )


SIMULATOR = Simulator(
    name="half-hourly-years",
    summary="half-hourly tables of years at a site whose exchange of carbon is known",
    options=HalfHourlyYearsSimulation,
    simulate=simulate,
    demo=True,
)
