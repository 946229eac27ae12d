"""Simulator of SAMI-CO2 files: a mooring whose fCO2 is known, in the forms in which the instrument's records are kept."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_ocean.simulators.sunburst_sami_co2_options import SamiSimulation
from icos_ocean.simulators.sunburst_sami_co2_signals import Deployment, simulate_deployment
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.sami import MEASUREMENT_TYPES
from icos_ocean.vocabulary.sensors import SAMI_STREAM

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HEADER_LINES", "SIMULATOR", "hexadecimal", "simulate", "write_file"]

_EPOCH = np.datetime64("1904-01-01T00:00:00", "s")
_DEVICE, _STATUS = 17, 133
_IDENTIFIER, _FLAGS = 0xC2, 0x41
_BEFORE_DEVICE, _BEFORE_STATUS = 12, 25
_HEADER = """File created: Friday, March 1, 2024  12:31:42 PM
SAMI Client Version: 1.2.8
:SAMIinfo
Firmware: 54
Name:            C0000
Serial Number: 0000
Board version: 0E
Board Configuration: CO
Cal1: {a:.4f}
Cal2: {b:.4f}
Cal3: {c:.4f}
Cal4: {temperature:.4f}
Cal5: 0.0000
Cal6: 1.0000
:ConfigText
SAMI CO2 (A+)
Start with Blank Flush.
:UserText
:Data"""
HEADER_LINES = len(_HEADER.splitlines())


def simulate(folder: Path, options: SamiSimulation, seed: int) -> SimulationResult:
    """Write a raw file into ``folder/raw`` and a description that is ready to run beside it.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Mooring, instrument and form of the file.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        File, description, and the truth at the times of the samples.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    deployment = simulate_deployment(options, seed)
    path = write_file(deployment, raw / "sami.txt", options)
    description = folder / "station.toml"
    description.write_text(_description(deployment, options), encoding="utf-8")
    samples = deployment.kind == MEASUREMENT_TYPES["sample"]
    values = {name: array[samples] for name, array in deployment.truth.items()}
    values["equilibrator_temperature"] = values["sst"]
    truth = make_stream(deployment.time[samples], values, VOCABULARY.values())
    return SimulationResult(files=(path,), description=description, truth={SAMI_STREAM: truth})


def write_file(deployment: Deployment, path: Path, options: SamiSimulation) -> Path:
    """Write the records of a deployment."""
    records = _records(deployment, options)
    if options.form == "download":
        text = _HEADER.format(**options.coefficients.model_dump(include={"a", "b", "c", "temperature"})).splitlines()
        text += ["\t".join(map(str, record)) for record in records]
    else:
        text = [hexadecimal(record) for record in records]
    if options.form == "logger":
        stamps = [str(_EPOCH + np.timedelta64(record[1], "s")).replace("-", "/").replace("T", " ") for record in records]
        text = [f"{stamp}.000 {record}" for stamp, record in zip(stamps, text, strict=True)]
    path.write_bytes("".join(f"{line}\r\n" for line in text).encode("ascii"))
    return path


def _records(deployment: Deployment, options: SamiSimulation) -> list[list[int]]:
    seconds = ((deployment.time.astype("datetime64[s]") - _EPOCH) // np.timedelta64(1, "s")).tolist()
    records: list[list[int]] = []
    for number, (kind, moment, numbers) in enumerate(zip(deployment.kind.tolist(), seconds, deployment.numbers.tolist(), strict=True)):
        if options.housekeeping:
            records.append([_STATUS, moment - _BEFORE_STATUS, _FLAGS, 3 * number + 1, 0, 512 + 64 * number])
            records.append([_DEVICE, moment - _BEFORE_DEVICE])
        records.append([kind, moment, *numbers])
    return records


def hexadecimal(record: list[int]) -> str:
    """Return a record as the instrument sends it: type, seconds since 1904 and what follows, with identifier, length and checksum."""
    kind, seconds, *content = record
    data = bytes([kind]) + seconds.to_bytes(4, "big")
    if kind == _STATUS:
        flags, *counts = content
        data += flags.to_bytes(2, "big") + b"".join(count.to_bytes(3, "big") for count in counts)
    else:
        data += b"".join(number.to_bytes(2, "big") for number in content)
    data = bytes([len(data) + 2]) + data
    return f"*{bytes([_IDENTIFIER, *data, sum(data) % 256]).hex().upper()}"


def _description(deployment: Deployment, options: SamiSimulation) -> str:
    start, end = (moment.astype("datetime64[s]").item().replace(tzinfo=UTC) for moment in deployment.time[[0, -1]] + np.array([0, 1]))
    place: dict[str, Any] = {"latitude": options.mooring.latitude, "longitude": options.mooring.longitude, "altitude": 0.0, "utc_offset": 0}
    errors = options.errors.model_dump(exclude={"variability", "temperature_coefficient"})
    coefficients = options.coefficients.model_dump(include={"a", "b", "c", "temperature"})
    return "\n".join(
        [
            table(
                "[station]",
                {"id": "SIMU", "name": "Simulated Mooring", "domain": "ocean", "platform": "fixed", **place},
                'contact = { institution = "Example Institute", email = "data@example.org" }',
            ),
            table("[[deployment]]", {"expocode": f"SIMU{start:%Y%m%d}", "start": start, "end": end}),
            table("[[input]]", {"reader": "sunburst-sami-co2", "files": "raw/sami.txt", "adc_bits": options.adc_bits}),
            table("[[calibrate]]", {"calibrator": "sami"}),
            # The header of a download holds the coefficients, records alone do not.
            *([] if options.form == "download" else [table("[[calibrate.coefficients]]", coefficients)]),
            table("[calibrate.uncertainty]", errors),
            *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
        ]
    )


SIMULATOR = Simulator(
    name="sunburst-sami-co2",
    summary="a mooring with a Sunburst SAMI-CO2 whose fCO2 is known",
    options=SamiSimulation,
    simulate=simulate,
)
