"""Simulator of CO2-Pro logs: a mooring whose fCO2 is known, with the thermometer and the barometer that the calibrator needs beside it."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_ocean.simulators.pro_oceanus_co2_pro_options import Co2ProSimulation
from icos_ocean.simulators.pro_oceanus_co2_pro_signals import BAROMETER_HEIGHT, Deployment, simulate_deployment
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from icos_ocean.vocabulary.sensors import CO2_PRO_STREAM

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["SIMULATOR", "simulate", "write_files"]

_FORMS = {
    "zero_count": "%.0f",
    "current_count": "%.0f",
    "xco2_wet": "%.2f",
    "sensor_temperature": "%.1f",
    "humidity_pressure": "%.3f",
    "humidity_temperature": "%.3f",
    "analyser_pressure": "%.0f",
    "detector_temperature": "%.1f",
    "source_temperature": "%.1f",
    "supply_voltage": "%.1f",
}
_WORDS = {RUN_TYPES["EQU"]: ("W", "M"), RUN_TYPES["ATM"]: ("A", "M"), RUN_TYPES["ZERO"]: ("W", "Z")}
_START, _STOP = "[pco2a:DLOGP4]:Instrument Started [Power On]", "[pco2a:DLOGP4]:Instrument Stopped [Power Off]"


def simulate(folder: Path, options: Co2ProSimulation, seed: int) -> SimulationResult:
    """Write raw files into ``folder/raw`` and a description that is ready to run beside them.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Mooring, sensor and form of the files.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Log of the sensor and table of its companions, description, and the truth at the times of the rows.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    deployment = simulate_deployment(options, seed)
    files = write_files(deployment, raw, options)
    description = folder / "station.toml"
    description.write_text(_description(deployment, options), encoding="utf-8")
    measured = deployment.run_type != RUN_TYPES["ZERO"]
    values = {name: array[measured] for name, array in deployment.truth.items()}
    truth = make_stream(deployment.time[measured], values, VOCABULARY.values())
    return SimulationResult(files=files[:1], description=description, truth={CO2_PRO_STREAM: truth})


def write_files(deployment: Deployment, folder: Path, options: Co2ProSimulation) -> tuple[Path, Path]:
    """Write the log of the sensor, and the table with sea-surface temperature and air pressure."""
    log, companions = folder / "co2pro.log", folder / "companions.csv"
    lines = _lines(deployment, options)
    if options.logger and lines:
        stamps = _logger_stamps(deployment.time, options)
        lines = [f"{stamp} {line}" for stamp, line in zip(stamps, lines, strict=True)]
        lines = [f"{stamps[0]} {_START}", *lines, f"{stamps[-1]} {_STOP}"]
    log.write_bytes("".join(f"{line}\r\n" for line in lines).encode("ascii"))
    measured = deployment.measured
    rows = zip(deployment.time.astype(str).tolist(), measured["sst"].tolist(), measured["atmospheric_pressure"].tolist(), strict=True)
    text = ["time,sst,air pressure", *(f"{moment},{sst:.4f},{pressure:.3f}" for moment, sst, pressure in rows)]
    companions.write_text("\n".join(text) + "\n", encoding="ascii")
    return log, companions


def _lines(deployment: Deployment, options: Co2ProSimulation) -> list[str]:
    names = list(_FORMS) if options.style == "commas" else list(_FORMS)[:-1]
    columns = [[_FORMS[name] % value for value in deployment.measured[name].tolist()] for name in names]
    quantities = [",".join(row) for row in zip(*columns, strict=True)]
    moments = deployment.time.astype(str).tolist()
    words = [_WORDS[code] for code in deployment.run_type.tolist()]
    if options.style == "commas":
        clocks = [moment.replace("-", ",").replace("T", ",").replace(":", ",") for moment in moments]
        return [f"{place} {kind},{clock},{rest}" for (place, kind), clock, rest in zip(words, clocks, quantities, strict=True)]
    clocks = [moment.replace("-", "/").replace("T", " ") for moment in moments]
    return [f"#{clock}, {kind},{rest},{place}" for (place, kind), clock, rest in zip(words, clocks, quantities, strict=True)]


def _logger_stamps(time: NDArray[np.datetime64], options: Co2ProSimulation) -> list[str]:
    ahead = np.timedelta64(options.logger_ahead // timedelta(milliseconds=1), "ms")
    return [stamp.replace("-", "/").replace("T", " ") for stamp in (time.astype("datetime64[ms]") + ahead).astype(str).tolist()]


def _description(deployment: Deployment, options: Co2ProSimulation) -> str:
    start, end = (
        moment.astype("datetime64[s]").item().replace(tzinfo=UTC)
        for moment in (deployment.time[0], deployment.time[-1] + np.timedelta64(1, "s"))
    )
    place: dict[str, Any] = {"latitude": options.mooring.latitude, "longitude": options.mooring.longitude, "altitude": 0.0, "utc_offset": 0}
    errors = options.errors.model_dump(exclude={"variability", "temperature_coefficient"})
    return "\n".join(
        [
            table(
                "[station]",
                {"id": "SIMU", "name": "Simulated Mooring", "domain": "ocean", "platform": "fixed", **place},
                'contact = { institution = "Example Institute", email = "data@example.org" }',
            ),
            table("[[deployment]]", {"expocode": f"SIMU{start:%Y%m%d}", "start": start, "end": end}),
            table("[[input]]", {"reader": "pro-oceanus-co2-pro", "files": "raw/co2pro.log", "clock": "instrument"}),
            table(
                "[[input]]",
                {"reader": "underway-table", "files": "raw/companions.csv"},
                'clock = { date_time = "time" }',
                'columns = { sst = "sst", "air pressure" = "atmospheric_pressure" }',
                f'join = {{ onto = "{CO2_PRO_STREAM}", method = "linear", limit = "10 min" }}',
            ),
            table("[[calibrate]]", {"calibrator": "co2-pro", "barometer_height": BAROMETER_HEIGHT}),
            table("[calibrate.uncertainty]", errors),
            *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
        ]
    )


SIMULATOR = Simulator(
    name="pro-oceanus-co2-pro",
    summary="a mooring with a Pro-Oceanus CO2-Pro whose fCO2 is known",
    options=Co2ProSimulation,
    simulate=simulate,
)
