"""Streams of a simulated site up to what product ``fluxnet-product`` starts from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from icos_ecosystem.half_hourly.streams import bounded
from icos_ecosystem.products import gap_fill
from icos_ecosystem.simulators.half_hourly_years_options import HalfHourlyYearsSimulation
from icos_ecosystem.simulators.site_exchange import as_measured, site_exchange
from icos_ecosystem.simulators.site_weather import site_weather, weather_columns
from icos_ecosystem.ustar.pools import PERCENTILES, constant_thresholds, variable_thresholds
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

from icos_core.dataset import make_stream
from icos_core.testing import example_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    from icos_core.components import Context

__all__ = ["simulated_columns", "streams_of", "thresholds_of", "tower"]


def tower(**station: Any) -> Context:
    context = example_context()
    place = {"latitude": 51.0, "longitude": 13.6, "utc_offset": 1.0, "platform": "fixed"}
    return replace(context, station=context.station.model_copy(update={**place, **station}))


def simulated_columns(years: int, interval: str = "60 min", seed: int = 1, **options: Any) -> tuple[SiteCalendar, dict[str, np.ndarray]]:
    """Return the calendar and the measured columns of a simulated site."""
    choice = HalfHourlyYearsSimulation.model_validate({"first_year": 2023, "years": years, "interval": interval, **options})
    random = np.random.default_rng(seed)
    weather = site_weather(choice, random)
    columns = as_measured(choice, weather, site_exchange(choice, weather), random)
    away = random.random(weather.calendar.size) < 0.01
    columns |= {name: np.where(away & (name != "P"), np.nan, values) for name, values in weather_columns(weather).items()}
    columns["P"][[1000, 1001, 5000]] = np.nan
    night = {"SW_IN_POT": weather.potential, "NIGHT": (weather.potential == 0.0).astype(np.float64)}
    return weather.calendar, {**columns, **night}


def thresholds_of(calendar: SiteCalendar, seed: int = 2) -> xr.Dataset:
    years = len(calendar.years)
    bootstraps = np.random.default_rng(seed).normal(np.linspace(0.2, 0.3, years)[:, np.newaxis], 0.04, (years, 200))
    values: dict[str, Any] = {"THRESHOLD_VUT": (("year", "percentile"), variable_thresholds(bootstraps))}
    if years >= 3:
        values["THRESHOLD_CUT"] = ("percentile", constant_thresholds(bootstraps))
    return xr.Dataset(values, coords={"year": np.array(calendar.years), "percentile": np.array(PERCENTILES)})


def streams_of(
    calendar: SiteCalendar, columns: Mapping[str, np.ndarray], thresholds: xr.Dataset | None = None, context: Context | None = None
) -> dict[str, xr.Dataset]:
    """Return the streams `half-hourly`, `despiked`, `ustar-thresholds` and `gap-filled`."""
    time = (calendar.start - np.timedelta64(60, "m")).astype("datetime64[ns]")
    step = np.timedelta64(1440 // calendar.per_day, "m")
    attrs = {"resolution": "HH" if calendar.per_day == 48 else "HR"}

    def made(names: list[str]) -> xr.Dataset:
        return bounded(make_stream(time, {name: columns[name] for name in names if name in columns}, GRID_WORDS, attrs), step)

    streams = {
        "half-hourly": made([word.name for word in GRID_WORDS]),
        "despiked": made(["NEE", "LE", "H"]),
        "ustar-thresholds": thresholds_of(calendar) if thresholds is None else thresholds,
    }
    return streams | gap_fill.derive(streams, gap_fill.GapFillOptions(), context or tower()).streams
