"""Simulator of MAPCO2 messages: a buoy whose fCO2 is known, in the raw format of the instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_ocean.simulators.pmel_mapco2_options import MapCO2Simulation
from icos_ocean.simulators.pmel_mapco2_signals import MINUTES, Cycles, simulate_cycles, truth_of
from icos_ocean.simulators.pmel_mapco2_station import companions, description
from icos_ocean.vocabulary.sensors import MAPCO2_STREAM

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SIMULATOR", "simulate", "write_files"]

_OTHER = (
    "Seafet Data",
    "03/14/2017 12:06:32  06",
    "8.11326 0.00112 8.11203 0.00000 13.0920 00.0000  0.05905022  0.00002500 -0.89568722  0.00000000",
    "End Seafet Data",
    "",
    "PH",
    "2017/04/06 03:03:22 ",
    "*FEE70AD50B60830589080B08F005C7085D080908EB05C60859080A08EA05C90858080808E605C70",
    "",
    "END PH",
    "",
)
_OTHER_EVERY = 3


def simulate(folder: Path, options: MapCO2Simulation, seed: int) -> SimulationResult:
    """Write raw files into ``folder/raw`` and a description that is ready to run beside them.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Buoy, instrument and form of the files.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Messages, description, and the truth at the times of the water samples.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    cycles = simulate_cycles(options, seed)
    files = write_files(cycles, raw, options)
    if options.sea == "companions":
        companions(raw / "companions.csv", cycles)
    path = folder / "station.toml"
    source: dict[str, object] = {"reader": "pmel-mapco2", "files": "raw/mapco2*.txt"}
    if options.sea == "message":
        source["sea_sensors"] = True
    onto = MAPCO2_STREAM if options.sea == "companions" else None
    path.write_text(description(cycles, options, source, onto), encoding="utf-8")
    return SimulationResult(files=files, description=path, truth={MAPCO2_STREAM: truth_of(cycles)})


def write_files(cycles: Cycles, folder: Path, options: MapCO2Simulation) -> tuple[Path, ...]:
    """Write the messages, one file per day or one in all."""
    days = cycles.start.astype("datetime64[D]")
    wanted = np.unique(days) if options.files == "daily" else days[:1]
    files = []
    for day in wanted:
        rows = np.flatnonzero(days == day) if options.files == "daily" else np.arange(days.size)
        path = folder / f"mapco2_{str(day).replace('-', '_')}.txt"
        path.write_bytes("".join(f"{line}\n" for row in rows.tolist() for line in _message(cycles, row, options)).encode("ascii"))
        files.append(path)
    return tuple(files)


def _message(cycles: Cycles, row: int, options: MapCO2Simulation) -> list[str]:
    """Return the lines of a cycle."""
    date, clock = str(cycles.start[row]).split("T")
    year, month, day = date.split("-")
    fix = str(cycles.start[row] + np.timedelta64(303, "s")).split("T")[1]
    measured = {name: array[row] for name, array in cycles.measured.items()}
    sea = (measured["sst"], measured["salinity"]) if options.sea == "message" else (0.0, 0.0)
    latitude = _position(cycles.truth["latitude"][row], "NS", 2)
    longitude = _position(cycles.truth["longitude"][row], "EW", 3)
    system = f"12.4 11.1 00.877898 00.714991 00.000000 0000 {sea[0]:06.3f} 0.001 00.00000 0.0000 {sea[1]:07.4f} 0.0010"
    lines = [
        f"NORM 00000 00000 {year}/{month}/{day} {clock}    SIMU  0001 06.09 03/27/2015",
        f"{month}/{day}/{year} {fix} {latitude} {longitude} 0040 1.1 2016/02/07 12:38:33 2016/02/07 12:38:34 I 0030",
        f"{system} 000.0 0.00 000.0 0.00 000 000 000.0",
    ]
    for point, minute in enumerate(MINUTES):
        temperature, pressure, wet, oxygen, humidity, sensor = (
            measured[name][point]
            for name in ("analyser_temperature", "analyser_pressure", "xco2_wet", "oxygen", "relative_humidity", "humidity_temperature")
        )
        gas = f"{minute:02d} {temperature:05.2f} 0.025 {pressure / 10.0:06.2f} 00.01 {wet:07.2f} 00.60 {oxygen:05.2f} 0.0"
        lines.append(f"{gas} {humidity:02.0f} 0.1 {sensor:04.1f} 0.03 03359000 00225 03265821 00271")
    lines += [f"SW_xCO2(dry) {cycles.dry[row, 0]:07.2f} Atm_xCO2(dry) {cycles.dry[row, 1]:07.2f} ", ""]
    return [*lines, *_OTHER] if options.other_blocks and row % _OTHER_EVERY == _OTHER_EVERY - 1 else lines


def _position(degrees: float, letters: str, width: int) -> str:
    """Return degrees as ddmm.mmmm and a hemisphere; minutes are rounded before degrees are split off."""
    ten_thousandths = round(abs(degrees) * 600_000)
    whole, minutes = divmod(ten_thousandths, 600_000)
    return f"{whole:0{width}d}{minutes / 10_000:07.4f} {letters[0] if degrees >= 0.0 else letters[1]}"


SIMULATOR = Simulator(
    name="pmel-mapco2",
    summary="a buoy with a MAPCO2 whose fCO2 is known",
    options=MapCO2Simulation,
    simulate=simulate,
)
