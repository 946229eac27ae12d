"""The core's own components, tested with the kit that plugin authors use."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import netCDF4
import numpy as np

from icos_core.exporters import cf_netcdf, csv_table
from icos_core.quality import flat_line, gross_range, missing, rate_of_change, rolling_outlier, spike
from icos_core.testing import ExporterContract, QualityTestContract, assert_entries_load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def test_every_entry_of_the_core_loads() -> None:
    kinds = [entry.kind for entry in assert_entries_load("icos-core")]
    assert kinds.count("quality-test") == 6
    assert kinds.count("exporter") == 2


class TestRange(QualityTestContract):
    quality_test = gross_range.TEST
    options = {"questionable_outside": [14.5, 16], "bad_outside": [10, 20]}
    variables = ("first", "second")


class TestSpike(QualityTestContract):
    quality_test = spike.TEST
    options = {"questionable": 1.0, "bad": 4.0}
    variables = ("first", "second")


class TestSpikeByInterpolation(QualityTestContract):
    quality_test = spike.TEST
    options = {"questionable": 1.0, "bad": 4.0, "method": "interpolation", "max_gap": "10 min"}
    variables = ("first",)


class TestRateOfChange(QualityTestContract):
    quality_test = rate_of_change.TEST
    options = {"questionable": 0.5, "bad": 2.0, "per": "1 min"}
    variables = ("first", "second")


class TestFlatLine(QualityTestContract):
    quality_test = flat_line.TEST
    options = {"questionable_after": "10 min", "bad_after": "30 min"}
    variables = ("first", "second")


class TestRollingOutlier(QualityTestContract):
    quality_test = rolling_outlier.TEST
    options = {"questionable": 4.0, "bad": 8.0, "window": "2 h"}
    variables = ("first", "second")


class TestMissing(QualityTestContract):
    quality_test = missing.TEST
    options = {"questionable_gap": "3 min", "bad_gap": "10 min"}
    variables = ("first", "second")
    judges_missing = True


class TestCfNetcdf(ExporterContract):
    exporter = cf_netcdf.EXPORTER

    def reread(self, paths: Sequence[Path], streams: Any) -> None:
        (path,) = paths
        stream = streams["example"]
        with netCDF4.Dataset(path) as file:
            file.set_auto_mask(False)
            seconds = stream["time"].values.astype("datetime64[s]").astype(np.int64)
            np.testing.assert_array_equal(file["time"][:], seconds)
            for name in stream.data_vars:
                np.testing.assert_array_equal(file[name][:], stream[name].values)


class TestCsv(ExporterContract):
    exporter = csv_table.EXPORTER

    def reread(self, paths: Sequence[Path], streams: Any) -> None:
        (path,) = paths
        stream = streams["example"]
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        assert [row["time"] for row in rows] == [f"{str(each)[:19]}Z" for each in stream["time"].values]
        values = [float(row["quantity [1]"] or "nan") for row in rows]
        np.testing.assert_array_equal(values, stream["quantity"].values)
        assert [int(row["quantity_flag"]) for row in rows] == stream["quantity_flag"].values.tolist()
