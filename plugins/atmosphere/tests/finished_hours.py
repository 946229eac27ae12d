"""Hourly series as products hand them over, for exporters of finished products."""

from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr
from icos_atmosphere.vocabulary import series_words

from icos_core.components import Context, Outcome
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.people import PersonFlag
from icos_core.station import Station
from icos_core.testing import example_context

HOURS = 30
START = np.datetime64("2021-03-01T00:00:00", "ns")
TIME = START + np.arange(HOURS) * np.timedelta64(1, "h")
MISSING = 4
BAD = 7
SPIKE = 9
KEPT = np.array([row for row in range(HOURS) if row not in (MISSING, BAD)])

STATION = Station.model_validate(
    {
        "id": "EXA",
        "name": "Example Tower",
        "domain": "atmosphere",
        "platform": "fixed",
        "latitude": 56.0976,
        "longitude": 13.4189,
        "altitude": 115,
        "utc_offset": 1,
        "contact": {"institution": "Example Institute", "email": "data@example.org", "url": "https://example.org/"},
    }
)


def context(**changes: Any) -> Context:
    """Return the context of a run on a made-up tower."""
    made = example_context(
        station=STATION, deployments=(), newest=START + np.timedelta64(HOURS, "h"), software={"icos-core": "0.1.0"}, level="nrt"
    )
    return replace(made, **changes)


def co2(rows: int = HOURS) -> np.ndarray[Any, Any]:
    """Return mole fractions with three digits after the point, and more behind them that no format has."""
    return 412.0 + np.round(5.0 * np.sin(np.arange(rows) / 5.0), 3) + 1e-5


def hourly(
    gas: str = "co2",
    *,
    line: str = "150m",
    height: float = 150.0,
    scale: str | None = None,
    people: tuple[PersonFlag, ...] = (),
    **attrs: Any,
) -> xr.Dataset:
    """Return an hourly series with everything that a series may have of a gas; flags as the core sets them.

    Hour `MISSING` has no value, hour `BAD` is bad by a test, hour `SPIKE` is marked as a spike.
    """
    scales = {"co2": "WMO CO2 X2019", "ch4": "WMO CH4 X2004A", "co": "WMO CO X2014A", "n2o": "WMO N2O X2006A"}
    value = co2() + (1500.0 if gas == "ch4" else 0.0)
    value[MISSING] = np.nan
    there = ~np.isnan(value)
    column = np.where(there, 1.0, np.nan)
    counts = np.where(there, 55, 0)
    counts[1] = 1
    values: dict[str, Any] = {
        gas: value,
        f"{gas}_stdev": 0.123 * column,
        f"{gas}_n": counts,
        f"{gas}_uncertainty": 0.05 * column,
        f"{gas}_ltr": 0.0127279 * column,
        f"{gas}_cmr": 0.0215 * column,
        f"{gas}_sttb": np.where(np.arange(HOURS) < 20, -0.0724, np.nan) * column,
        f"{gas}_instrument": np.where(np.arange(HOURS) < 15, 461, 530),
    }
    stream = make_stream(
        TIME,
        values,
        series_words([gas]),
        {
            "line": line,
            "intake_height": height,
            "averaging_interval": "hour",
            "instrument": "Picarro G2401",
            "instrument_ids": [461, 530],
            "instrument_methods": ["Cavity ring-down spectrometer, Picarro G2401", "Cavity ring-down spectrometer, Picarro G2301"],
            **attrs,
        },
    )
    stream[gas].attrs["calibration_scale"] = scale if scale is not None else scales[gas]
    bounds = np.stack([TIME, TIME + np.timedelta64(1, "h")], axis=1)
    stream = stream.assign(time_bnds=(("time", "nv"), bounds))
    stream["time"].attrs["bounds"] = "time_bnds"
    return _flagged(stream, gas, people)


def _flagged(stream: xr.Dataset, gas: str, people: tuple[PersonFlag, ...]) -> xr.Dataset:
    """Return a series with the flags of two tests, and of people."""
    rows = stream.sizes["time"]
    level = np.ones(rows, dtype=np.int8)
    level[BAD] = 4
    mark = np.zeros(rows, dtype=bool)
    mark[SPIKE] = True
    outcomes = (
        Outcome(variable=gas, name="minutes", level=level),
        Outcome(variable=gas, name="spike_sd", level=np.ones(rows, dtype=np.int8), mark=mark),
    )
    copy = stream.copy(deep=True)
    apply_flags(copy, outcomes, people)
    return copy
