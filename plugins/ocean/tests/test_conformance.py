"""The ocean's components, tested with the kit that plugin authors use."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from icos_ocean.calibration.fco2 import CALIBRATOR
from icos_ocean.exporters import icos_otc, socat
from icos_ocean.quality import delta_temperature, position, speed
from icos_ocean.readers.general_oceanics import READER
from icos_ocean.simulators.general_oceanics import SIMULATOR
from icos_ocean.vocabulary import POSITION, VOCABULARY

from icos_core.dataset import MISSING, category_mask, set_variable
from icos_core.flags import apply_flags
from icos_core.testing import (
    CalibratorContract,
    ExporterContract,
    QualityTestContract,
    ReaderContract,
    assert_entries_load,
    example_context,
    example_stream,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

HALF_A_DAY = {"duration": "12 h", "files": "one"}


def test_every_entry_loads() -> None:
    kinds = {entry.kind for entry in assert_entries_load("icos-ocean")}
    assert kinds == {"reader", "calibrator", "quality-test", "product", "exporter", "figure", "simulator"}


class TestGeneralOceanics(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = HALF_A_DAY
    truth_tolerance = {"latitude": 1e-4, "longitude": 1e-4, "sst": 0.2, "salinity": 0.5, "equilibrator_temperature": 0.2}
    gaps = 0.1


class TestGeneralOceanicsShortFiles(TestGeneralOceanics):
    simulator_options = HALF_A_DAY | {"columns": "short", "date_format": "mm.dd.yyyy"}


class TestFco2(CalibratorContract):
    calibrator = CALIBRATOR
    reader = READER
    simulator = SIMULATOR
    simulator_options = HALF_A_DAY


class TestPosition(QualityTestContract):
    quality_test = position.TEST
    judges_missing = True

    def stream(self) -> xr.Dataset:
        return example_stream(POSITION)


class TestSpeed(QualityTestContract):
    quality_test = speed.TEST

    def stream(self) -> xr.Dataset:
        return example_stream(POSITION)


class TestDeltaTemperature(QualityTestContract):
    quality_test = delta_temperature.TEST

    def stream(self) -> xr.Dataset:
        stream = example_stream([VOCABULARY[name] for name in ("sst", "equilibrator_temperature")])
        set_variable(stream, VOCABULARY["delta_temperature"], stream["equilibrator_temperature"].values - stream["sst"].values)
        return stream


@cache
def calibrated() -> xr.Dataset:
    with TemporaryDirectory() as folder:
        contract = TestFco2()
        streams, options = contract.prepared(Path(folder))
    result = CALIBRATOR.calibrate(streams, options, contract.context())
    stream = result.streams["underway"]
    apply_flags(stream, result.outcomes, cascades=CALIBRATOR.cascades(options)["*"])
    return stream


def written_samples(stream: xr.Dataset) -> xr.Dataset:
    """Rows of water that are not near a change of gas."""
    water = category_mask(stream, "run_type", ["EQU"])
    return stream.isel(time=np.flatnonzero(water))


class TestSocat(ExporterContract):
    exporter = socat.EXPORTER
    options = {"include_bad": True}

    def streams(self) -> dict[str, xr.Dataset]:
        return {"underway": calibrated().copy(deep=True)}

    def reread(self, paths: Sequence[Path], streams: Any) -> None:
        (path,) = paths
        header, _, table = path.read_text(encoding="utf-8").partition("\n\n")
        assert header.startswith(f"Expocode: {example_context().deployments[0].expocode}\n")
        rows = list(csv.DictReader(table.splitlines(), delimiter="\t"))
        samples = written_samples(streams["underway"])
        assert [row["date time"] for row in rows] == [str(each).replace("T", " ")[:19] for each in samples["time"].values]
        for title, name in (("fCO2_water_SST_wet [ uatm ]", "fco2"), ("SST [ deg C ]", "sst"), ("P_equ [ hPa ]", "equilibrator_pressure")):
            np.testing.assert_allclose([float(row[title]) for row in rows], samples[name].values, rtol=0, atol=0.0005 + 1e-9)
        missing = samples["fco2_flag"].values == MISSING
        assert [row["WOCE_CO2_water"] == "9" for row in rows] == missing.tolist()


class TestIcosOtc(ExporterContract):
    exporter = icos_otc.EXPORTER

    def streams(self) -> dict[str, xr.Dataset]:
        return {"underway": calibrated().copy(deep=True)}

    def reread(self, paths: Sequence[Path], streams: Any) -> None:
        (path,) = paths
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        samples = written_samples(streams["underway"])
        assert all(row["Date/Time"].endswith("Z") for row in rows)
        times = np.array([row["Date/Time"].removesuffix("Z") for row in rows], dtype="datetime64[ns]")
        np.testing.assert_array_equal(times, samples["time"].values)
        np.testing.assert_allclose([float(row["fCO2 [uatm]"]) for row in rows], samples["fco2"].values, rtol=0, atol=0.0005 + 1e-9)
        missing = samples["fco2_flag"].values == MISSING
        assert [row["fCO2 [uatm] QC Flag"] == "9" for row in rows] == missing.tolist()
