"""The calibrator of towers, and what is made of its minutes, tested with the kit that plugin authors use."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from icos_atmosphere.calibration.mole_fraction import CALIBRATOR
from icos_atmosphere.exporters import icos_atc
from icos_atmosphere.products.hourly_means import PRODUCT as HOURLY
from icos_atmosphere.readers.icos_atc_release import READER as ATC_READER
from icos_atmosphere.readers.picarro import READER
from icos_atmosphere.simulators.picarro import SIMULATOR, small_station
from sampled_air import tower

from icos_core.flags import apply_flags
from icos_core.testing import CalibratorContract, ExporterContract, assert_entries_load
from icos_core.testing.calibrator import calibrate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from pydantic import BaseModel

OVER_MIDNIGHT = "2024-03-04T18:00:00Z"


def test_every_entry_loads() -> None:
    kinds = {entry.kind for entry in assert_entries_load("icos-atmosphere")}
    assert kinds == {"reader", "calibrator", "quality-test", "product", "exporter", "figure", "simulator"}


class TestMoleFraction(CalibratorContract):
    calibrator = CALIBRATOR
    reader = READER
    simulator = SIMULATOR
    simulator_options: ClassVar = small_station(start=OVER_MIDNIGHT, analyser={"row_stretch": 12.0})


class TestMoleFractionOfSolenoidValves(TestMoleFraction):
    """A G2301 whose files have no housekeeping; the valves are a mask."""

    simulator_options: ClassVar = small_station(
        start=OVER_MIDNIGHT,
        analyser={"row_stretch": 12.0, "model": "G2301", "columns": "minimal", "valve": "solenoid_valves", "valve_reading": "mask"},
    )


class TestMoleFractionPerSample(TestMoleFraction):
    """Every cylinder interpolated in time, lines by orthogonal distances."""

    def measured(self, folder: Path) -> tuple[dict[str, xr.Dataset], BaseModel]:
        streams, options = super().measured(folder)
        return streams, options.model_copy(update={"scheme": "per-sample", "fit": "odr"})


@cache
def hourly() -> dict[str, xr.Dataset]:
    """Return the hours of a simulated tower, through reader and calibrator, with flags."""
    with TemporaryDirectory() as folder:
        streams, options = TestMoleFraction().prepared(Path(folder))
    result = calibrate(CALIBRATOR, streams, options, tower())
    for name, stream in result.streams.items():
        apply_flags(stream, [outcome for outcome in result.outcomes if outcome.stream == name])
    made = HOURLY.derive(result.streams, HOURLY.options(), tower())
    for name, stream in made.streams.items():
        apply_flags(stream, [outcome for outcome in made.outcomes if outcome.stream == name])
    return dict(made.streams)


class TestIcosAtcOfTower(ExporterContract):
    """Files of a whole chain, read again by the reader of such files."""

    exporter = icos_atc.EXPORTER
    options: ClassVar = {"country": "none (simulated)"}

    def context(self) -> Any:
        return tower()

    def streams(self) -> dict[str, xr.Dataset]:
        return {name: stream.copy(deep=True) for name, stream in hourly().items()}

    def reread(self, paths: Sequence[Path], streams: Any) -> None:
        assert len(paths) == 9
        for path in paths:
            (stream,) = ATC_READER.read(path, ATC_READER.options(), self.context()).streams.values()
            gas = path.suffix[1:].lower()
            (line,) = (each for each in streams.values() if each.attrs["intake_height"] == float(stream.attrs["intake_height"]))
            np.testing.assert_array_equal(stream["time"].values, line["time"].values)
            np.testing.assert_allclose(stream[gas].values, line[gas].values, rtol=0, atol=0.0005 + 1e-9)
            np.testing.assert_array_equal(stream[f"{gas}_n"].values, line[f"{gas}_n"].values)
