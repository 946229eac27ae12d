"""The calibrator of flux towers, tested with the kit that plugin authors use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from icos_ecosystem.calibration.eddy_covariance import CALIBRATOR
from icos_ecosystem.readers.tob1 import READER
from icos_ecosystem.simulators.eddy_covariance import SIMULATOR

from icos_core.testing import CalibratorContract, assert_entries_load

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import SimulationResult


def fast_files(folder: Path, options: Any, seed: int) -> SimulationResult:
    """Return a simulated tower without its weather station: the kit reads all files with one reader."""
    made = SIMULATOR.simulate(folder, options, seed)
    return replace(made, files=tuple(path for path in made.files if "_EC_" in path.name))


def test_every_entry_loads() -> None:
    kinds = {entry.kind for entry in assert_entries_load("icos-ecosystem")}
    assert kinds == {"reader", "calibrator", "quality-test", "product", "exporter", "figure", "simulator"}


class TestEddyCovariance(CalibratorContract):
    calibrator = CALIBRATOR
    reader = READER
    simulator = replace(SIMULATOR, simulate=fast_files)
    simulator_options: ClassVar = {"half_hours": 3, "frequency": 5.0, "start": "2024-06-15T11:00:00Z"}
