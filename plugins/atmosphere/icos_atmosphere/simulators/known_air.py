"""Air and cylinders whose mole fractions are known, as a small station's analyser meets them one after the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field

from icos_atmosphere.scales import CURRENT
from icos_atmosphere.vocabulary import GASES, series_words
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, utc64

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "CYLINDERS",
    "INTERCEPT",
    "LINE",
    "LINE_PORT",
    "SLOPE",
    "KnownAir",
    "SmallStation",
    "calibration",
    "known_air",
    "readings",
    "series_truth",
    "station",
]

LINE, LINE_PORT, HEIGHT = "30m", 1, 30.0
CYLINDERS: Mapping[str, Mapping[str, float]] = {
    "CAL1": {"co2": 380.12, "ch4": 1850.4, "co": 60.5, "n2o": 325.20},
    "CAL2": {"co2": 415.05, "ch4": 2001.7, "co": 140.2, "n2o": 336.10},
    "CAL3": {"co2": 460.31, "ch4": 2210.9, "co": 260.8, "n2o": 347.90},
}
"""Cylinder → gas → assigned value; behind the ports 2, 3 and 4."""
SLOPE, INTERCEPT = 1.0021, -0.0006
"""Assigned = slope · reading + intercept · usual value of the gas."""

_USUAL = {"co2": 420.0, "ch4": 1980.0, "co": 120.0, "n2o": 336.0}
_SWING = {"co2": 12.0, "ch4": 40.0, "co": 25.0, "n2o": 0.8}
_NOISE = {"co2": 0.02, "ch4": 0.3, "co": 0.6, "n2o": 0.04}
_DAY = 86_400.0
_CYCLES = 2


class SmallStation(Options):
    """A station with one line and three cylinders, which the analyser samples first."""

    start: Moment = Field(default=datetime(2024, 3, 18, 22, tzinfo=UTC), description="time of the first row (UTC)")
    duration: Duration = Field(default=timedelta(hours=8), description="length of the record")
    interval: Duration = Field(default=timedelta(seconds=10), description="time from row to row, whole seconds")
    injection: Duration = Field(default=timedelta(minutes=20), description="how long each cylinder is sampled, twice; 0: never")
    water: Annotated[float, Field(ge=0, le=4)] = Field(default=1.2, description="mean water vapour of the air, %")
    noise: Annotated[float, Field(ge=0)] = Field(default=1.0, description="noise of readings, as a multiple of the usual one")


class KnownAir(NamedTuple):
    """n rows.

    Attributes
    ----------
    time : (n,) ndarray of datetime64[ns]
    port : (n,) ndarray of int
        1 is the line, 2 to 4 the cylinders.
    dry : dict
        Gas → (n,) true mole fraction in dry air, in the unit of the gas.
    water : (n,) ndarray
        Mole fraction of water vapour, %.
    """

    time: NDArray[np.datetime64]
    port: NDArray[np.int64]
    dry: dict[str, FloatArray]
    water: FloatArray


def known_air(options: SmallStation) -> KnownAir:
    """Return what the analyser samples: each cylinder twice, then the line."""
    count = int(options.duration // options.interval)
    seconds = np.arange(count) * options.interval.total_seconds()
    time = utc64(options.start) + (seconds * 1e9).astype("timedelta64[ns]")
    run = np.floor(seconds / max(options.injection.total_seconds(), 1.0)).astype(np.int64)
    in_cylinder = (run < _CYCLES * len(CYLINDERS)) & (options.injection > timedelta(0))
    port = np.where(in_cylinder, 2 + run % len(CYLINDERS), LINE_PORT)
    dry = {}
    for number, gas in enumerate(GASES):
        air = _USUAL[gas] + _SWING[gas] * (np.sin(2 * np.pi * seconds / _DAY + number) + 0.2 * np.sin(2 * np.pi * seconds / 5400.0))
        values = np.array([0.0, 0.0, *(cylinder[gas] for cylinder in CYLINDERS.values())])
        dry[gas] = np.where(in_cylinder, values[port], air)
    water = np.where(in_cylinder, 0.001, options.water * (1.0 + 0.1 * np.sin(2 * np.pi * seconds / _DAY)))
    return KnownAir(time, port, dry, water)


def readings(air: KnownAir, options: SmallStation, random: np.random.Generator) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Return what the analyser would read of each gas in dry air without noise, and what it reads."""
    ideal = {gas: (values - INTERCEPT * _USUAL[gas]) / SLOPE for gas, values in air.dry.items()}
    noise = {gas: options.noise * _NOISE[gas] * random.standard_normal(air.time.size) for gas in ideal}
    return ideal, {gas: values + noise[gas] for gas, values in ideal.items()}


def series_truth(air: KnownAir, gases: Sequence[str]) -> xr.Dataset:
    """Return the true mole fractions of the line at the beginning of each whole minute in which nothing else was sampled."""
    minute = air.time.astype("M8[m]")
    starts, which = np.unique(minute, return_inverse=True)
    rows = np.bincount(which)
    whole = (np.bincount(which, weights=air.port == LINE_PORT) == rows) & (rows == rows.max())
    means = {gas: np.bincount(which, weights=air.dry[gas])[whole] / rows[whole] for gas in gases}
    return make_stream(starts[whole].astype("M8[ns]"), means, series_words(gases))


def station(reader: str, files: str, options: Mapping[str, Any], *lines: str) -> list[str]:
    """Return the tables of the station and of its input; `lines` are TOML already and stand in the latter."""
    place = {"latitude": 52.25, "longitude": 8.75, "altitude": 110.0, "utc_offset": 1}
    return [
        table(
            "[station]",
            {"id": "SIM", "name": "Simulated Station", "domain": "atmosphere", "platform": "fixed", **place},
            'contact = { institution = "Example Institute", email = "data@example.org" }',
        ),
        table("[[input]]", {"reader": reader, "files": files, **options}, *lines),
    ]


def calibration(stream: str, model: str, valve: str, gases: Sequence[str]) -> list[str]:
    """Return the tables of the calibrator: line, ports, cylinders with their values."""
    scales = "scales = { " + ", ".join(f'{gas} = "{CURRENT[gas]}"' for gas in gases) + " }"
    cylinders = [
        table(
            "[[calibrate.cylinders]]",
            {"name": name, "role": "calibration"},
            *(f'{gas} = {{ value = {values[gas]}, uncertainty = 0.0, scale = "{CURRENT[gas]}" }}' for gas in gases),
        )
        for name, values in CYLINDERS.items()
    ]
    return [
        table("[[calibrate]]", {"calibrator": "mole-fraction"}, scales),
        table("[[calibrate.instruments]]", {"stream": stream, "model": model, "valve": valve}),
        table("[[calibrate.lines]]", {"name": LINE, "height": HEIGHT}),
        table("[[calibrate.ports]]", {"port": LINE_PORT, "line": LINE}),
        *(table("[[calibrate.ports]]", {"port": number, "cylinder": name}) for number, name in enumerate(CYLINDERS, start=2)),
        *cylinders,
    ]
