"""Simulator of HydroC logs: a sensor in a FerryBox whose fCO2 is known, with the thermometers that the calibrator needs beside it."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_ocean.simulators.contros_hydroc_options import HydroCSimulation
from icos_ocean.simulators.contros_hydroc_signals import Deployment, simulate_deployment
from icos_ocean.simulators.contros_hydroc_text import write_companions, write_files
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from icos_ocean.vocabulary.sensors import HYDROC_STREAM

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SIMULATOR", "simulate"]


def simulate(folder: Path, options: HydroCSimulation, seed: int) -> SimulationResult:
    """Write raw files into ``folder/raw`` and a description that is ready to run beside them.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Place, sensor and form of the files.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Logs of the sensor, description, and the truth at the times of the rows of water.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    deployment = simulate_deployment(options, seed)
    files = write_files(deployment, raw, options, seed)
    write_companions(deployment, raw)
    description = folder / "station.toml"
    description.write_text(_description(deployment, options), encoding="utf-8")
    water = deployment.run_type == RUN_TYPES["EQU"]
    values = {name: array[water] for name, array in deployment.truth.items()}
    truth = make_stream(deployment.time[water].astype("datetime64[ns]"), values, VOCABULARY.values())
    return SimulationResult(files=files, description=description, truth={HYDROC_STREAM: truth})


def _description(deployment: Deployment, options: HydroCSimulation) -> str:
    start, end = (
        moment.astype("datetime64[s]").item().replace(tzinfo=UTC)
        for moment in (deployment.time[0], deployment.time[-1] + np.timedelta64(1, "s"))
    )
    place: dict[str, Any] = {"latitude": options.mooring.latitude, "longitude": options.mooring.longitude, "altitude": 0.0, "utc_offset": 0}
    grouped = ["group_by = '_(\\d{8})\\.txt$'"] if options.layout == "ferrybox" else []
    files = "raw/CO2FT_A_*.txt" if grouped else "raw/hydroc.txt"
    calibrator: dict[str, Any] = {"calibrator": "hydroc", "reported_signal_scale": 0.1}
    calibrator |= {"response_time": f"{options.response_time.total_seconds():g} s"}
    if grouped:
        # The FerryBox logs no runtime.
        calibrator |= {"between_calibrations": "time"}
    if options.correct_response:
        calibrator |= {"response_correction": True}
    if options.after is None:
        calibrator |= {"after_calibration": "not-required"}
    return "\n".join(
        [
            table(
                "[station]",
                {"id": "SIMU", "name": "Simulated FerryBox", "domain": "ocean", "platform": "fixed", **place},
                'contact = { institution = "Example Institute", email = "data@example.org" }',
            ),
            table("[[deployment]]", {"expocode": f"SIMU{start:%Y%m%d}", "start": start, "end": end}),
            table("[[input]]", {"reader": "contros-hydroc", "files": files}, *grouped),
            table(
                "[[input]]",
                {"reader": "underway-table", "files": "raw/companions.csv"},
                'clock = { date_time = "time" }',
                'columns = { sst = "sst", "water temperature" = "equilibrator_temperature" }',
                f'join = {{ onto = "{HYDROC_STREAM}", method = "linear", limit = "10 min" }}',
            ),
            table("[[calibrate]]", calibrator),
            table(
                "[[calibrate.calibrations]]", {"scale_factor": options.scale_factor, "zero_ratio": options.zero_ratio}, *_sheets(options)
            ),
            table("[calibrate.uncertainty]", _errors(options)),
            *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
        ]
    )


def _sheets(options: HydroCSimulation) -> list[str]:
    """Return the calibrations before and after; their dates say the same as their runtimes."""
    first = np.datetime64(options.mooring.start.astimezone(UTC).replace(tzinfo=None), "s")
    lines = []
    for key, coefficients, runtime in (("before", options.before, 0.0), ("after", options.after, options.runtime_between)):
        if coefficients is not None:
            k1, k2, k3 = coefficients
            date = first + np.timedelta64(round(runtime - options.runtime), "s")
            lines.append(f"{key} = {{ k1 = {k1!r}, k2 = {k2!r}, k3 = {k3!r}, runtime = {runtime!r}, date = {date}Z }}")
    return lines


def _errors(options: HydroCSimulation) -> dict[str, Any]:
    errors = options.errors.model_dump(exclude={"variability", "response_time"}, exclude_none=True)
    return {**errors, "response_time": f"{options.errors.response_time.total_seconds():g} s"}


SIMULATOR = Simulator(
    name="contros-hydroc",
    summary="a CONTROS HydroC in a FerryBox whose fCO2 is known: zeroings, drift, calibrations before and after",
    options=HydroCSimulation,
    simulate=simulate,
)
