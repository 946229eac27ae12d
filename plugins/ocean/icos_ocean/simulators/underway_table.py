"""Simulator of tables as loggers write them: the same cruise in many styles of separator, date, position and run type."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_core.versioned import Options
from icos_ocean.simulators.general_oceanics_options import GeneralOceanicsSimulation
from icos_ocean.simulators.underway_cruise import BAROMETER_HEIGHT, simulate_cruise
from icos_ocean.vocabulary import CALIBRATED, RUN_TYPES, STREAM

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_ocean.simulators.underway_cruise import Cruise

__all__ = ["SIMULATOR", "UnderwayTableSimulation", "simulate"]

_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|", "blanks": "  "}
_MODES = {"": "", "z": "zero with ", "s": "span with "}
_GASES = {f"STD{number}{mode}": f"{said}gas {number}" for number in range(1, 10) for mode, said in _MODES.items()}
_WORDS = {"EQU": "water", "ATM": "air", **_GASES}
_COLUMNS = {
    "Intake T": ("sst", "%.4f"),
    "Sal": ("salinity", "%.4f"),
    "Equ T": ("equilibrator_temperature", "%.4f"),
    "Equ P": ("ambient_pressure", "%.3f"),
    "Equ dP": ("equilibrator_differential_pressure", "%.3f"),
    "Baro": ("atmospheric_pressure", "%.3f"),
    "xCO2": ("co2", "%.3f"),
}
_TRUE = ("latitude", "longitude", "sst", "salinity", "equilibrator_temperature", "xco2", "fco2", "xco2_air", "fco2_air")
_PARTS = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16), "second": (17, 19)}


class UnderwayTableSimulation(Options):
    """Style of the files of a simulated cruise."""

    separator: Literal["tab", "comma", "semicolon", "bar", "blanks"] = Field(default="comma", description="what separates the columns")
    decimal_comma: bool = Field(default=False, description="whether numbers are written with a decimal comma")
    clock: Literal["date_time", "date", "parts", "day_of_year", "year_day", "unix"] = Field(
        default="date_time", description="how date and time are written"
    )
    position: Literal["degrees", "degrees-minutes", "hemispheres"] = Field(default="degrees", description="how positions are written")
    preamble: int = Field(default=0, ge=0, le=100, description="lines above the names of the columns")
    units_line: bool = Field(default=False, description="whether a line with units follows the names")
    cruise: GeneralOceanicsSimulation = Field(
        default_factory=lambda: GeneralOceanicsSimulation(duration=timedelta(hours=12)), description="the cruise itself"
    )


def simulate(folder: Path, options: UnderwayTableSimulation, seed: int) -> SimulationResult:
    """Write one raw file into ``folder/raw``, and a description that is ready to run beside it."""
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    cruise = simulate_cruise(options.cruise, seed)
    columns, described = _columns(cruise, options)
    separator = _SEPARATORS[options.separator]
    lines = [f"made up, line {number}" for number in range(1, options.preamble + 1)]
    # Where blanks separate, a name has none.
    names = [name.replace(" ", "") if options.separator == "blanks" else name for name in columns]
    lines.append(separator.join(names))
    if options.units_line:
        lines.append(separator.join("unit" for _ in names))
    lines += [separator.join(row) for row in zip(*columns.values(), strict=True)]
    path = raw / "underway.txt"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode())
    description = folder / "station.toml"
    description.write_text(_description(cruise, options, described), encoding="utf-8")
    water = cruise.run_type == RUN_TYPES["EQU"]
    truth = make_stream(cruise.time[water].astype("datetime64[ns]"), {name: cruise.truth[name][water] for name in _TRUE}, CALIBRATED)
    return SimulationResult(files=(path,), description=description, truth={STREAM: truth})


def _columns(cruise: Cruise, options: UnderwayTableSimulation) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """Return the columns as text, and what the description says of them."""
    stamps = np.datetime_as_string(cruise.time.astype("M8[s]")).tolist()
    day_of_year = (cruise.time.astype("M8[s]") - cruise.time.astype("M8[Y]").astype("M8[s]")) / np.timedelta64(1, "D") + 1.0
    years = [stamp[:4] for stamp in stamps]
    ways: dict[str, tuple[dict[str, list[str]], dict[str, Any]]] = {
        "date_time": (
            {"Time": [f"{each[11:]} {each[8:10]}/{each[5:7]}/{each[:4]}" for each in stamps]},
            {"date_time": "Time", "date_format": "dd/mm/yyyy"},
        ),
        "date": (
            {"Day": [f"{each[8:10]}.{each[5:7]}.{each[2:4]}" for each in stamps], "Clock": [each[11:] for each in stamps]},
            {"date": "Day", "time": "Clock", "date_format": "dd/mm/yy"},
        ),
        "parts": ({part: [each[slice(*cut)] for each in stamps] for part, cut in _PARTS.items()}, {part: part for part in _PARTS}),
        "day_of_year": (
            {"Year": years, "Jday": [f"{day:.8f}" for day in day_of_year]},
            {"day_of_year": "Jday", "year": "Year"},
        ),
        "year_day": ({"TimeTag": [f"{year}{day:012.8f}" for year, day in zip(years, day_of_year, strict=True)]}, {"year_day": "TimeTag"}),
        "unix": (
            {"Epoch": [str(seconds) for seconds in cruise.time.astype("M8[s]").astype(np.int64).tolist()]},
            {"elapsed": "Epoch", "since": "unix"},
        ),
    }
    columns, clock = ways[options.clock]
    if options.separator == "blanks" and options.clock == "date_time":
        columns = {"Time": [f"{each[8:10]}/{each[5:7]}/{each[:4]}T{each[11:]}" for each in stamps]}
    words = {code: _WORDS[word] for word, code in RUN_TYPES.items() if word in _WORDS}
    columns["What"] = [words[code].replace(" ", "") if options.separator == "blanks" else words[code] for code in cruise.run_type.tolist()]
    described: dict[str, Any] = {"clock": clock, "columns": {}}
    for name in ("latitude", "longitude"):
        columns |= _position(name, cruise.measured[name], options, described)
    for header, (name, form) in _COLUMNS.items():
        columns[header] = _numbers(cruise.measured[name], form)
        described["columns"][header] = name
    if options.decimal_comma:
        keep = {"What", *(header for header in columns if header in {"Time", "Day", "Clock"})}
        columns = {header: cells if header in keep else [cell.replace(".", ",") for cell in cells] for header, cells in columns.items()}
    return columns, described


def _numbers(values: NDArray[np.float64], form: str) -> list[str]:
    return ["-999" if np.isnan(value) else form % value for value in values.tolist()]


def _position(name: str, values: NDArray[np.float64], options: UnderwayTableSimulation, described: dict[str, Any]) -> dict[str, list[str]]:
    header, letters = {"latitude": ("Lat", "NS"), "longitude": ("Lon", "EW")}[name]
    described["columns"][header] = name
    if options.position == "degrees":
        return {header: _numbers(values, "%.5f")}
    if options.position == "hemispheres":
        described.setdefault("hemispheres", {})[name] = f"{header} hemisphere"
        return {
            header: _numbers(np.abs(values), "%.5f"),
            f"{header} hemisphere": [letters[0] if value >= 0 else letters[1] for value in values.tolist()],
        }
    degrees, rest = np.divmod(np.abs(values), 1.0)
    return {header: _numbers(np.copysign(100.0 * degrees + 60.0 * rest, values), "%.4f")}


def _description(cruise: Cruise, options: UnderwayTableSimulation, described: dict[str, Any]) -> str:
    ends = (cruise.time[0], cruise.time[-1] + np.timedelta64(1, "s"))
    start, end = (moment.astype("datetime64[s]").item().replace(tzinfo=UTC) for moment in ends)
    blanks = options.separator == "blanks"

    def named(entries: dict[str, Any]) -> dict[str, Any]:
        return {f'"{key.replace(" ", "") if blanks else key}"': value for key, value in entries.items()}

    run_types = {word: run_type for run_type, word in _WORDS.items()}
    cruise_options = options.cruise
    return "\n".join(
        [
            table(
                "[station]",
                {"id": "SIMU", "name": "Simulated Ship", "domain": "ocean", "platform": "ship"},
                'contact = { institution = "Example Institute", email = "data@example.org" }',
            ),
            table(
                "[[deployment]]", {"expocode": f"SIMU{start:%Y%m%d}", "start": start.replace(tzinfo=UTC), "end": end.replace(tzinfo=UTC)}
            ),
            table(
                "[[input]]",
                {
                    "reader": "underway-table",
                    "files": "raw/*.txt",
                    "separator": options.separator,
                    "decimal_comma": options.decimal_comma,
                    "header_lines": options.preamble + 1 + options.units_line,
                    "names_line": -2 if options.units_line else -1,
                    "position_style": "degrees-minutes" if options.position == "degrees-minutes" else "degrees",
                    "missing_values": ["-999"],
                    "run_type_column": "What",
                },
            ),
            table("[input.clock]", described["clock"]),
            table("[input.columns]", named(described["columns"])),
            table("[input.run_types]", named(run_types)),
            *(
                [table("[input.hemispheres]", {key: value.replace(" ", "") if blanks else value for key, value in hemispheres.items()})]
                if (hemispheres := described.get("hemispheres"))
                else []
            ),
            table(
                "[[calibrate]]",
                {
                    "calibrator": "fco2",
                    "pressure_sources": ["ambient-differential"],
                    "barometer_height": BAROMETER_HEIGHT,
                    "dry_samples": False,
                },
            ),
            *(table("[[calibrate.standards]]", gas.model_dump()) for gas in cruise_options.standards),
            *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv", "socat")),
        ]
    )


SIMULATOR = Simulator(
    name="underway-table",
    summary="a cruise whose logger writes a table in any of many styles",
    options=UnderwayTableSimulation,
    simulate=simulate,
)
