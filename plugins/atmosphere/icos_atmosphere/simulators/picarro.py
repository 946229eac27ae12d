"""Simulator of Picarro analysers: raw files of a tall tower whose mole fractions are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.simulators.picarro_files import write_files
from icos_atmosphere.simulators.picarro_options import PicarroSimulation
from icos_atmosphere.simulators.picarro_rows import simulate_rows
from icos_atmosphere.simulators.picarro_scenarios import small_station, station_year
from icos_atmosphere.simulators.picarro_station import station_description
from icos_atmosphere.simulators.picarro_streams import measured_stream
from icos_atmosphere.simulators.picarro_truth import truth
from icos_core.components import SimulationResult, Simulator

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SIMULATOR", "measured_stream", "simulate", "simulate_rows", "small_station", "station_year", "truth", "write_files"]


def simulate(folder: Path, options: PicarroSimulation, seed: int) -> SimulationResult:
    """Write raw files into ``folder/raw`` and a description that is ready to run beside them.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Tower, cylinders, analyser, and how far off they are.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Files, description, and the truth: mole fractions in dry air at each inlet on the scales of the description, as means over the
        minutes that were sampled (``picarro/<line>``) and over whole hours (``hourly/<line>``).
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = write_files(folder / "raw", options, seed)
    description = folder / "station.toml"
    description.write_text(station_description(options), encoding="utf-8")
    return SimulationResult(files=files, description=description, truth=truth(options, seed))


SIMULATOR = Simulator(
    name="picarro",
    summary="a tall tower with a Picarro analyser, cylinders and targets whose mole fractions are known",
    options=PicarroSimulation,
    simulate=simulate,
    demo=True,
)
