"""Simulator of a weather station beside the analyser: readings that are known, in the styles that loggers write."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from icos_atmosphere.readers.meteo_table_options import STREAM
from icos_atmosphere.simulators.known_air import station
from icos_atmosphere.vocabulary.measured import METEOROLOGY
from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, utc64

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["SIMULATOR", "MeteoTableSimulation", "simulate"]

_COLUMNS = {
    "AirTC_Avg": ("air_temperature", "Deg C", 2),
    "RH": ("relative_humidity", "%", 1),
    "BP": ("air_pressure", "kPa", 3),
    "WS_ms": ("wind_speed", "meters/second", 2),
    "WindDir": ("wind_direction", "degrees", 0),
}
_UNITS = {"air_pressure": "kPa"}
_DAY = 86_400.0
_MISSING = "-9999"


class MeteoTableSimulation(Options):
    """A weather station, and the style of its files."""

    start: Moment = Field(default=datetime(2024, 3, 18, tzinfo=UTC), description="time of the first row (UTC)")
    duration: Duration = Field(default=timedelta(days=1), description="length of the record")
    interval: Duration = Field(default=timedelta(minutes=10), description="time from row to row, whole seconds")
    style: Literal["plain", "toa5", "european"] = Field(
        default="plain", description="plain: commas, ISO 8601; toa5: a Campbell logger's header of four lines; european: dd.mm.yyyy; 12,5"
    )
    utc_offset: float = Field(default=0.0, ge=-14, le=14, description="hours that the logger's clock is ahead of UTC")
    missing: Annotated[float, Field(ge=0, le=0.5)] = Field(default=0.02, description="share of the readings that are missing")


def simulate(folder: Path, options: MeteoTableSimulation, seed: int) -> SimulationResult:
    """Write a raw file into ``folder/raw`` and a description that is ready to run beside it.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Station and style.
    seed
        Of weather and gaps: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        File, description, and the readings before they were rounded.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    count = int(options.duration // options.interval)
    seconds = np.arange(count, dtype=np.float64) * float(options.interval.total_seconds())
    time = utc64(options.start) + (seconds * 1e9).astype("timedelta64[ns]")
    truth = _weather(seconds, random)
    for values in truth.values():
        values[random.random(count) < options.missing] = np.nan
    local = (time + np.timedelta64(round(options.utc_offset * 3600), "s")).astype("M8[s]")
    stamps = np.datetime_as_string(local).tolist()
    cells = {header: _numbers(truth[name], decimals) for header, (name, _, decimals) in _COLUMNS.items()}
    text, described = _written(stamps, cells, options)
    path = raw / "meteo.csv"
    path.write_text(text, encoding="utf-8", newline="")
    columns = "columns = { " + ", ".join(f'{header} = "{name}"' for header, (name, _, _) in _COLUMNS.items()) + " }"
    description = folder / "station.toml"
    units = "units = { " + ", ".join(f'{name} = "{unit}"' for name, unit in _UNITS.items()) + " }"
    tables = [
        *station("meteo-table", "raw/*.csv", described, columns, units),
        *(table("[[export]]", {"exporter": each}) for each in ("cf-netcdf", "csv")),
    ]
    description.write_text("\n".join(tables), encoding="utf-8")
    words = [replace(word, units=_UNITS.get(word.name, word.units)) for word in METEOROLOGY]
    return SimulationResult(files=(path,), description=description, truth={STREAM: make_stream(time, truth, words)})


def _weather(seconds: FloatArray, random: np.random.Generator) -> dict[str, FloatArray]:
    phase = 2 * np.pi * seconds / _DAY
    walk = np.cumsum(random.standard_normal((3, seconds.size)), axis=1)
    return {
        "air_temperature": 9.0 + 5.0 * np.sin(phase - 2.0) + 0.02 * walk[0],
        "relative_humidity": np.clip(75.0 - 20.0 * np.sin(phase - 2.0) + 0.1 * walk[1], 5.0, 100.0),
        "air_pressure": 100.2 + 0.3 * np.sin(phase / 4.0),
        "wind_speed": 4.0 + 2.0 * np.sin(phase) + 0.5 * np.abs(random.standard_normal(seconds.size)),
        "wind_direction": np.mod(230.0 + 3.0 * walk[2], 359.0),
    }


def _numbers(values: FloatArray, decimals: int) -> list[str]:
    return [_MISSING if np.isnan(value) else f"{value:.{decimals}f}" for value in values.tolist()]


def _written(stamps: list[str], cells: dict[str, list[str]], options: MeteoTableSimulation) -> tuple[str, dict[str, Any]]:
    """Return the text of a file in its style, and what the description says of it."""
    rows = list(zip(*cells.values(), strict=True))
    shared: dict[str, Any] = {"missing_values": [_MISSING], "utc_offset": options.utc_offset}
    if options.style == "toa5":
        header = [
            '"TOA5","mast","CR1000","00001","CR1000.Std.31","CPU:meteo.CR1","12345","Met"',
            ",".join(f'"{name}"' for name in ("TIMESTAMP", "RECORD", *cells)),
            ",".join(f'"{unit}"' for unit in ("TS", "RN", *(unit for _, unit, _ in _COLUMNS.values()))),
            ",".join(f'"{kind}"' for kind in ("", "", *("Avg" for _ in cells))),
        ]
        lines = [
            f'"{stamp.replace("T", " ")}",{number},{",".join(row)}' for number, (stamp, row) in enumerate(zip(stamps, rows, strict=True))
        ]
        return "\r\n".join([*header, *lines, ""]), shared | {"header_lines": 4, "names_line": 2, "time_column": "TIMESTAMP"}
    if options.style == "european":
        lines = [
            ";".join([f"{stamp[8:10]}.{stamp[5:7]}.{stamp[:4]}", stamp[11:], *(cell.replace(".", ",") for cell in row)])
            for stamp, row in zip(stamps, rows, strict=True)
        ]
        described = {
            "separator": "semicolon",
            "decimal_comma": True,
            "date_column": "Date",
            "time_column": "Time",
            "date_format": "dd.mm.yyyy",
        }
        return "\n".join([";".join(["Date", "Time", *cells]), *lines, ""]), shared | described
    lines = [",".join([stamp, *row]) for stamp, row in zip(stamps, rows, strict=True)]
    return "\n".join([",".join(["time", *cells]), *lines, ""]), shared | {"time_column": "time"}


SIMULATOR = Simulator(
    name="meteo-table",
    summary="a weather station whose readings are known",
    options=MeteoTableSimulation,
    simulate=simulate,
)
