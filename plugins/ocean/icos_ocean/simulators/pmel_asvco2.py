"""Simulator of ASVCO2 text files: a vehicle on station whose fCO2 is known, written as public descriptions have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_ocean.readers.pmel_asvco2_options import COLUMNS, STATES
from icos_ocean.simulators.pmel_mapco2_options import ASVCO2Simulation
from icos_ocean.simulators.pmel_mapco2_signals import Cycles, simulate_cycles, truth_of
from icos_ocean.simulators.pmel_mapco2_station import companions, description
from icos_ocean.vocabulary.sensors import ASVCO2_STREAM

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SIMULATOR", "simulate", "write_files"]

_DEVIATION = 0.05
_COUNTS = {"detector_sample": 3_359_000, "detector_reference": 3_265_821}


def simulate(folder: Path, options: ASVCO2Simulation, seed: int) -> SimulationResult:
    """Write raw files into ``folder/raw`` and a description that is ready to run beside them.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Vehicle, instrument and form of the files.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Text files, description, and the truth at the times of the water samples.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    cycles = simulate_cycles(options, seed)
    files = write_files(cycles, raw, options)
    companions(raw / "companions.csv", cycles)
    path = folder / "station.toml"
    path.write_text(description(cycles, options, {"reader": "pmel-asvco2", "files": "raw/asvco2*.txt"}, ASVCO2_STREAM), encoding="utf-8")
    return SimulationResult(files=files, description=path, truth={ASVCO2_STREAM: truth_of(cycles)})


def write_files(cycles: Cycles, folder: Path, options: ASVCO2Simulation) -> tuple[Path, ...]:
    """Write the text, one file per day or one in all."""
    days = cycles.start.astype("datetime64[D]")
    wanted = np.unique(days) if options.files == "daily" else days[:1]
    files = []
    for day in wanted:
        rows = np.flatnonzero(days == day) if options.files == "daily" else np.arange(days.size)
        path = folder / f"asvco2_{str(day).replace('-', '')}.txt"
        path.write_bytes("".join(f"{line}\r\n" for row in rows.tolist() for line in _cycle(cycles, row, options)).encode("ascii"))
        files.append(path)
    return tuple(files)


def _cycle(cycles: Cycles, row: int, options: ASVCO2Simulation) -> list[str]:
    """Return the lines of a cycle."""
    stats, dry, coefficients, flags, data = (f"{name}: " if options.sections else "" for name in ("STATS", "DRY", "COEFF", "FLAGS", "DATA"))
    lines = [f"{stats}{','.join(('State', 'SN', 'Timestamp', *COLUMNS))}"]
    for point, state in enumerate(STATES):
        cells = [_cell(cycles, row, point, name) for name in COLUMNS.values()]
        time = f"{cycles.time[row, point]}Z"
        if options.sections:
            lines.append(
                f"{data}{state},{time},1006,{cycles.measured['xco2_wet'][row, point]:.2f},25.1,101.3,3359000,3265821,40.1,25.2,20.7"
            )
        lines.append(f"{stats}{state}, 1006, {time}, {', '.join(cells)}")
    lines.append(f"{dry}TS, SW_xCO2(dry), Atm_xCO2(dry)")
    lines.append(f"{dry}{cycles.time[row, -1]}Z, {cycles.dry[row, 0]:.3f}, {cycles.dry[row, 1]:.3f}")
    if options.sections:
        lines.append(f"{flags}{' '.join(['0000'] * 8)}")
    lines += [f"{coefficients}CO2kzero: 0.877898", f"{coefficients}CO2kspan: 0.714991", f"{coefficients}CO2kspan2: 0.020000"]
    return lines


def _cell(cycles: Cycles, row: int, point: int, name: str) -> str:
    if name.endswith("_deviation"):
        return f"{_DEVIATION:.3f}" if not name.startswith("detector") else "250"
    if name in _COUNTS:
        return str(_COUNTS[name])
    value = cycles.measured[name][row, point]
    return f"{value / 10.0:.3f}" if name == "analyser_pressure" else f"{value:.3f}"


SIMULATOR = Simulator(
    name="pmel-asvco2",
    summary="a surface vehicle with an ASVCO2 whose fCO2 is known",
    options=ASVCO2Simulation,
    simulate=simulate,
)
