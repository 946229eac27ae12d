"""Made-up hourly years as the products hand them over: exchange that follows light and temperature by plain rules, with gaps at night."""

from __future__ import annotations

import numpy as np
import xarray as xr
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.half_hourly.streams import bounded, on_grid
from icos_ecosystem.ustar.pools import PERCENTILES
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.energy_balance import ENERGY_BALANCE_STREAM, ENERGY_BALANCE_WORDS
from icos_ecosystem.vocabulary.fluxnet_product import fluxnet_stream, fluxnet_words
from icos_ecosystem.vocabulary.gap_fill_skill import FILLERS, SKILL_STREAM
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM, words_of_filled
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS
from icos_ecosystem.vocabulary.partitioned_daytime import DAYTIME_PARAMETER_STREAM, DAYTIME_STREAM, DAYTIME_WORDS
from icos_ecosystem.vocabulary.partitioned_nighttime import NIGHTTIME_PARAMETER_STREAM, NIGHTTIME_STREAM, NIGHTTIME_WORDS
from icos_ecosystem.vocabulary.ustar import BOOTSTRAP_STREAM, FILTER_WORDS, FILTERED_STREAM, TABLE_STREAM, THRESHOLD_STREAM

from icos_core.dataset import make_stream

__all__ = ["BETA", "CLOSURE", "OFFSET_HOURS", "SLOPE", "fluxnet_days", "fluxnet_years", "product_years", "ustar_streams"]

OFFSET_HOURS = 1
BETA, SLOPE, CLOSURE = 22.0, 0.05, 0.8
_HOUR = np.timedelta64(1, "h")


def product_years(first: int = 2022, last: int = 2023) -> dict[str, xr.Dataset]:
    """Return the streams of the products, under their names in a report."""
    calendar = whole_years(first, last, 24)
    random = np.random.default_rng(7)
    time = (calendar.start - OFFSET_HOURS * _HOUR).astype("datetime64[ns]")
    season = -np.cos(2 * np.pi * (calendar.day_of_year - 15) / 365.25)
    elevation = np.sin(2 * np.pi * (calendar.hour - 6) / 24) + 0.3 * season
    light = np.clip(700 * elevation, 0, None) * random.uniform(0.3, 1.0, calendar.size)
    temperature = 9 + 8 * season + 3 * np.sin(2 * np.pi * (calendar.hour - 9) / 24) + random.normal(0, 2, calendar.size)
    respiration = 3.0 * np.exp(180.0 * (1 / 61.02 - 1 / (temperature + 46.02)))
    uptake = SLOPE * light * BETA / (SLOPE * light + BETA)
    nee = respiration - uptake + random.normal(0, 0.3, calendar.size)
    net = 0.75 * light - 40.0
    latent, sensible = 0.5 * CLOSURE * (net - 5.0), 0.5 * CLOSURE * (net - 5.0)
    gone = random.random(calendar.size) < np.where(light > 0, 0.25, 0.6)
    gone[1000:1400] = True
    values = {"NEE": nee, "LE": latent, "H": sensible, "TA": temperature, "SW_IN": light, "NETRAD": net, "G": np.full(calendar.size, 5.0)}
    values["NIGHT"] = (light == 0).astype(float)
    grid = bounded(make_stream(time, values, GRID_WORDS), _HOUR)
    measured = np.where(gone, np.nan, nee)
    quality = np.where(gone, 1 + (np.arange(calendar.size) % 3), 0)
    filled = {name: {f"{name}_F": values[name], f"{name}_F_QC": quality} for name in ("NEE", "LE", "H")}
    streams = {
        GRID_STREAM: grid,
        DESPIKED_STREAM: on_grid(grid, {name: values[name] for name in ("NEE", "LE", "H")}, GRID_WORDS),
        FILTERED_STREAM: on_grid(grid, {"NEE": measured}, FILTER_WORDS),
        FILLED_STREAM: on_grid(
            grid,
            {key: array for each in filled.values() for key, array in each.items()},
            [word for name in filled for word in words_of_filled(name)],
        ),
        NIGHTTIME_STREAM: on_grid(grid, {"RECO_NT": respiration}, NIGHTTIME_WORDS, {"temperature": "TA"}),
        NIGHTTIME_PARAMETER_STREAM: _windows(time, WINDOW_KIND=1, E0=180.0, RREF=3.0),
        DAYTIME_STREAM: on_grid(grid, {"RECO_DT": respiration, "GPP_DT": uptake}, DAYTIME_WORDS),
        DAYTIME_PARAMETER_STREAM: _windows(time, BETA=BETA, ALPHA=SLOPE),
        ENERGY_BALANCE_STREAM: on_grid(grid, {"LE_CORR": latent / CLOSURE, "H_CORR": sensible / CLOSURE}, ENERGY_BALANCE_WORDS),
        SKILL_STREAM: _skill(),
        fluxnet_stream("dd"): fluxnet_days(first, last),
        fluxnet_stream("yy"): fluxnet_years(first, last),
        **ustar_streams(range(first, last + 1)),
    }
    return {f"product/{name}": stream for name, stream in streams.items()}


def fluxnet_days(first: int, last: int, pool: str = "VUT") -> xr.Dataset:
    """Return days on each of which a gram is taken up, with a random uncertainty of 0.3, and cumulated percentiles 10 apart."""
    time = np.arange(np.datetime64(f"{first}-01-01"), np.datetime64(f"{last + 1}-01-01")).astype("datetime64[ns]") - OFFSET_HOURS * _HOUR
    of_all = {"REF": -1.0, "REF_RANDUNC": 0.3, "CUMULATED_16": -5.0, "CUMULATED_84": 5.0}
    return make_stream(time, {f"NEE_{pool}_{end}": np.full(time.size, value) for end, value in of_all.items()}, fluxnet_words("dd"))


def fluxnet_years(first: int, last: int, pool: str = "VUT") -> xr.Dataset:
    """Return sums of the same years, whose gross primary production by the night-time method lies below its percentiles."""
    year = np.arange(first, last + 1)
    time = year.astype("str").astype("datetime64[ns]") - OFFSET_HOURS * _HOUR
    values = {f"NEE_{pool}_REF": -365.0 - year + first, f"NEE_{pool}_REF_JOINTUNC": np.full(year.size, 20.0)}
    for flux, middle in (("GPP_NT", 1095.0), ("GPP_DT", 1150.0), ("RECO_NT", 750.0), ("RECO_DT", 770.0)):
        of_flux = {"REF": middle, "16": 1100.0 if flux == "GPP_NT" else middle - 30, "84": middle + 40}
        values |= {f"{flux}_{pool}_{end}": np.full(year.size, value) for end, value in of_flux.items()}
    return make_stream(time, values, fluxnet_words("yy"))


def ustar_streams(years: range) -> dict[str, xr.Dataset]:
    """Return thresholds around 0.25 m s-1, below which each class of temperature loses flux in proportion."""
    random = np.random.default_rng(3)
    identifiers = np.array([1000 * year + month for year in years for month in (1, 4, 7, 10)])
    pooled = np.array([0.25 if each == 50.0 else 0.2 + each / 1000 for each in PERCENTILES])
    thresholds = xr.Dataset(
        {
            "THRESHOLD_VUT": (("year", "percentile"), np.tile(pooled, (len(years), 1))),
            "THRESHOLD_CUT": ("percentile", pooled),
            "SEASON_ESTIMATE": ("year_season", np.where(identifiers % 1000 == 10, np.nan, 0.25)),
        },
        coords={"year": np.array(years), "percentile": np.array(PERCENTILES), "year_season": identifiers},
    )
    ustar = np.broadcast_to(np.linspace(0.05, 0.8, 20), (identifiers.size, 7, 20))
    plateau = np.arange(1.0, 8.0)[:, np.newaxis]
    table = xr.Dataset(
        {
            "CLASS_USTAR": (("year_season", "temperature_class", "ustar_class"), ustar),
            "CLASS_NEE": (("year_season", "temperature_class", "ustar_class"), plateau * np.minimum(ustar / 0.25, 1.0)),
        },
        coords={"year_season": identifiers},
    )
    draws = random.normal(0.25, 0.02, (2, len(years), 100))
    draws[0, :, :5] = np.nan
    bootstraps = xr.Dataset(
        {"BOOTSTRAP_MP": (("year", "bootstrap"), draws[0]), "BOOTSTRAP_CP": (("year", "bootstrap"), draws[1])},
        coords={"year": np.array(years)},
    )
    return {THRESHOLD_STREAM: thresholds, TABLE_STREAM: table, BOOTSTRAP_STREAM: bootstraps}


def _windows(time: np.ndarray, **parameters: float) -> xr.Dataset:
    """Return a window every five days with the same parameters, every fourth without any."""
    centre = time[60::120]
    known = np.arange(centre.size) % 4 > 0
    return xr.Dataset(
        {
            name: ("window", np.where(known, value, np.nan) if value != 1 else np.ones(centre.size, np.int8))
            for name, value in parameters.items()
        },
        coords={"time_centre": ("window", centre)},
    )


def _skill() -> xr.Dataset:
    """Return scores of two fluxes: errors that grow with the length of gaps and the code of the filler."""
    rows = [(flux, filler, hours) for flux in (0, 1) for hours in (1.0, 8.0, 36.0, 288.0) for filler in FILLERS]
    flux, filler, hours = np.array(rows).T
    return xr.Dataset(
        {
            "FLUX": ("score", flux.astype(np.int8)),
            "FILLER": ("score", filler.astype(np.int8)),
            "GAP_LENGTH": ("score", hours),
            "GAP_RMSE": ("score", (1.0 + filler / 10 + np.log(hours)) * (1 + 9 * flux)),
        }
    )
