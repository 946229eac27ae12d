"""Simulator of a ship whose systems each have a logger of their own: a cruise whose fCO2 is known, in the instruments' raw formats.

The sea, the air and the analyser are those of :mod:`icos_ocean.simulators.underway_cruise`; what lies between its rows is linear. The
thermosalinograph, the satellite receiver and the weather station log the same cruise more often than the CO2 system, with clocks that
are off by what the station description declares.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_ocean.simulators.ldeo_underway import NITROGEN, cylinder, log_lines
from icos_ocean.simulators.ship_sensors_options import ShipSensorsSimulation
from icos_ocean.simulators.ship_sensors_text import navigation_lines, stamped, thermosalinograph_lines, weather_lines
from icos_ocean.simulators.underway_cruise import BAROMETER_HEIGHT, simulate_cruise
from icos_ocean.vocabulary import CALIBRATED, RUN_TYPES, STREAM, VOCABULARY
from icos_ocean.vocabulary.ship_sensors import METEOROLOGY_STREAM, NAVIGATION_STREAM, THERMOSALINOGRAPH_STREAM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_ocean.simulators.underway_cruise import Cruise

    FloatArray = NDArray[np.float64]

__all__ = ["SIMULATOR", "sensors_of", "simulate", "write_logs"]

_TRUE = (
    "latitude",
    "longitude",
    "sst",
    "salinity",
    "equilibrator_temperature",
    "equilibrator_pressure",
    "xco2",
    "fco2",
    "xco2_air",
    "fco2_air",
)
_SENSORS = {
    THERMOSALINOGRAPH_STREAM: ("sst", "salinity"),
    NAVIGATION_STREAM: ("latitude", "longitude", "ship_speed", "ship_course", "heading"),
    METEOROLOGY_STREAM: (
        "relative_wind_direction",
        "relative_wind_speed",
        "air_temperature",
        "air_relative_humidity",
        "atmospheric_pressure",
    ),
}
_NAMES = {
    "ldeo-underway": "pco2",
    "sea-bird-sbe45": "tsg",
    "nmea": "gps",
    "vaisala-wxt": "met",
}


def simulate(folder: Path, options: ShipSensorsSimulation, seed: int) -> SimulationResult:
    """Write raw files into ``folder/raw`` and a description that is ready to run beside them.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Cruise, systems, and how far off their clocks are.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Files, description, and the truth in UTC: of the water samples, where there is a CO2 system, else of every other system.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    cruise = simulate_cruise(options.cruise, seed)
    time, sensors = sensors_of(cruise, options)
    files = write_logs(cruise, time, sensors, raw, options)
    description = folder / "station.toml"
    description.write_text(_description(cruise, options), encoding="utf-8")
    return SimulationResult(files=files, description=description, truth=_truth(cruise, time, sensors, options))


def _truth(
    cruise: Cruise, time: NDArray[np.datetime64], sensors: Mapping[str, FloatArray], options: ShipSensorsSimulation
) -> dict[str, xr.Dataset]:
    """Return the truth per stream of a run: what is joined onto the CO2 system has no stream of its own in the end."""
    if "ldeo-underway" in options.systems:
        water = cruise.run_type == RUN_TYPES["EQU"]
        values = {name: cruise.truth[name][water] for name in _TRUE}
        return {STREAM: make_stream(cruise.time[water].astype("datetime64[ns]"), values, CALIBRATED)}
    return {
        stream: make_stream(time.astype("datetime64[ns]"), {name: sensors[name] for name in names}, VOCABULARY.values())
        for stream, names in _SENSORS.items()
    }


def sensors_of(cruise: Cruise, options: ShipSensorsSimulation) -> tuple[NDArray[np.datetime64], dict[str, FloatArray]]:
    """Return the times (UTC) at which the sensors beside the CO2 system are logged, and what they read."""
    step = options.interval // timedelta(milliseconds=1)
    start, end = (cruise.time[place].astype("datetime64[ms]").astype(np.int64) for place in (0, -1))
    # One row before the first and one behind the last of the CO2 system, so that all of its rows lie between.
    time = np.arange(start - step, end + 2 * step, step)
    rows = cruise.time.astype("datetime64[ms]").astype(np.int64)
    names = ("latitude", "longitude", "sst", "salinity", "atmospheric_pressure")
    values = {name: np.interp(time, rows, cruise.measured[name]) for name in names}
    hours = (time - start) / 3.6e6
    course = 250.0 + 20.0 * np.sin(hours / 5.0)
    values |= {
        "ship_speed": np.full(time.size, 15.0 * 1852.0 / 3600.0),
        "ship_course": course,
        "heading": (course + 3.0) % 360.0,
        "relative_wind_direction": (355.0 + 15.0 * np.sin(hours * 3.0)) % 360.0,
        "relative_wind_speed": 9.0 + 2.0 * np.sin(hours * 2.0),
        "air_temperature": values["sst"] - 1.0,
        "air_relative_humidity": 75.0 + 10.0 * np.sin(hours),
    }
    return time.astype("datetime64[ms]"), values


def write_logs(
    cruise: Cruise, time: NDArray[np.datetime64], sensors: Mapping[str, FloatArray], folder: Path, options: ShipSensorsSimulation
) -> tuple[Path, ...]:
    """Write one log per system."""
    form = options.time_stamp

    def ahead(clock: timedelta) -> NDArray[np.datetime64]:
        return time + np.timedelta64(clock, "ms")

    def lines(system: str) -> Iterable[str]:
        if system == "ldeo-underway":
            return log_lines(cruise, form, np.timedelta64(options.co2_clock_ahead, "ms"), np.timedelta64(options.time_tag_behind, "ms"))
        if system == "sea-bird-sbe45":
            sent = zip(ahead(options.thermosalinograph_clock_ahead), thermosalinograph_lines(sensors, labels=options.labels), strict=True)
        elif system == "nmea":
            sent = navigation_lines(time, sensors)  # type: ignore[assignment]  # both are pairs of time and line
        else:
            sent = weather_lines(ahead(options.weather_clock_ahead), sensors, options.weather, crc=options.crc)  # type: ignore[assignment]
        return (stamped(now, form, line) for now, line in sent)

    paths = []
    for system in options.systems:
        path = folder / f"{_NAMES[system]}.log"
        path.write_bytes(("\n".join(lines(system)) + "\n").encode("ascii"))
        paths.append(path)
    return tuple(paths)


def _description(cruise: Cruise, options: ShipSensorsSimulation) -> str:
    start, end = (moment.astype("datetime64[s]").item() for moment in (cruise.time[0], cruise.time[-1] + np.timedelta64(1, "s")))
    tables = [
        table(
            "[station]",
            {"id": "SIMS", "name": "Simulated Ship", "domain": "ocean", "platform": "ship"},
            'contact = { institution = "Example Institute", email = "data@example.org" }',
        ),
        table(
            "[[deployment]]",
            {"expocode": f"SIMS{start:%Y%m%d}", "start": start.replace(tzinfo=UTC), "end": end.replace(tzinfo=UTC)},
        ),
        *(_input(system, options) for system in options.systems),
    ]
    if "ldeo-underway" in options.systems:
        tables += _calibration(options)
    return "\n".join([*tables, table("[[export]]", {"exporter": "csv"}), *_for_co2(options)])


def _for_co2(options: ShipSensorsSimulation) -> list[str]:
    names = ("cf-netcdf", "socat") if set(options.systems) >= {"ldeo-underway", "sea-bird-sbe45", "nmea"} else ()
    return [table("[[export]]", {"exporter": name}) for name in names]


def _input(system: str, options: ShipSensorsSimulation) -> str:
    entries: dict[str, Any] = {"reader": system, "files": f"raw/{_NAMES[system]}.log"}
    if options.time_stamp != "iso":
        entries["time_stamp"] = options.time_stamp
    lines: list[str] = []
    ahead = {
        "ldeo-underway": options.co2_clock_ahead,
        "sea-bird-sbe45": options.thermosalinograph_clock_ahead,
        "vaisala-wxt": options.weather_clock_ahead,
    }.get(system, timedelta(0))
    if ahead:
        entries["offset"] = f"{-ahead.total_seconds():g} s"
    if system == "ldeo-underway":
        names = [gas.run_type for gas in options.cruise.standards if gas.run_type != NITROGEN]
        sources = ", ".join(f'{cylinder(name)} = "{name}"' for name in names)
        lines.append(f"sources = {{ {sources} }}")
        if options.time_stamp == "none":
            entries["clock"] = "time-tag"
    elif system == "sea-bird-sbe45":
        entries["columns"] = ["temperature", "conductivity", "salinity", "sound_speed", "remote_temperature"]
    elif system == "nmea":
        if options.nmea_clock == "sentence" or options.time_stamp == "none":
            entries["clock"] = "sentence"
    elif options.weather == "mast":
        entries["messages"] = "mast"
    if system != "ldeo-underway" and "ldeo-underway" in options.systems:
        lines.append('join = { onto = "underway", method = "linear", limit = "1 min" }')
    return table("[[input]]", entries, *lines)


def _calibration(options: ShipSensorsSimulation) -> list[str]:
    errors = options.cruise.errors.model_dump()
    gases = []
    for gas in options.cruise.standards:
        entries = gas.model_dump()
        if gas.run_type == NITROGEN:
            entries["run_type"] = "ZERO"
        gases.append(table("[[calibrate.standards]]", entries))
    return [
        table(
            "[[calibrate]]",
            {
                "calibrator": "fco2",
                "temperature_correction": "takahashi-1993",
                "pressure_sources": ["equilibrator"],
                "barometer_height": BAROMETER_HEIGHT,
            },
        ),
        table("[calibrate.uncertainty]", errors),
        *gases,
    ]


SIMULATOR = Simulator(
    name="ship-sensors",
    summary="a ship's CO2 system (LDEO), thermosalinograph, satellite receiver and weather station, clocks apart, known fCO2",
    options=ShipSensorsSimulation,
    simulate=simulate,
)
