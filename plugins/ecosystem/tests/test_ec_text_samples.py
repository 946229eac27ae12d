"""Readers of text on files of stations: what EddyPro found in the same files, and what the files are known to hold."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.calibration.station_tables import GasAnalyser, Site, Sonic
from icos_ecosystem.readers import generic_ec_table, icos_ec_csv
from icos_ecosystem.readers.ecmd import instrument_tables, reader_options

from icos_core.testing import assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Reader, ReadResult

pytestmark = pytest.mark.realdata
CONTEXT = example_context()
SAMPLES = "ecosystem_raw"
FINSE: dict[str, Any] = {
    "time_column": "#1",
    "frequency": 10.0,
    "columns": {
        "u_m/s": {"variable": "u", "unit": "m/s"},
        "v_m/s": {"variable": "v", "unit": "m/s"},
        "w_m/s": {"variable": "w", "unit": "m/s"},
        "T_degC": {"variable": "sonic_temperature", "unit": "degC"},
        "CO2_ppm": {"variable": "co2_mixing_ratio", "unit": "ppm"},
        "H2O_ppt": {"variable": "h2o_mixing_ratio", "unit": "ppt"},
    },
}
EDDYPRO = {
    "u": "u",
    "v": "v",
    "w": "w",
    "ts": "sonic_temperature",
    "co2": "co2_mixing_ratio",
    "h2o": "h2o_mixing_ratio",
    "tc": "cell_temperature",
    "pc": "cell_pressure",
}
PRINTED = 6e-6
"""EddyPro prints six digits."""
VARIANCES = 1e-5
"""It computes variances of numbers that it keeps in 32 bits."""


def read(reader: Reader, path: Path, stated: dict[str, Any]) -> ReadResult:
    options = reader.options.model_validate(stated)
    result = reader.read(path, options, CONTEXT)
    assert_result_fits(reader, result, options)
    assert_span_covers(reader, path, result, options, CONTEXT)
    assert not result.tally.rejected
    assert not result.problems
    return result


def statistics(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()[1:]))


def assert_means_are_those_of(row: dict[str, str], stream: xr.Dataset, names: set[str]) -> None:
    compared = {short: stream[name].to_numpy() for short, name in EDDYPRO.items() if name in stream}
    assert set(compared) == names
    assert stream.sizes["time"] == int(row["used_records"])
    for short, values in compared.items():
        assert values.mean() == pytest.approx(float(row[f"mean({short})"]), rel=PRINTED), short
        assert values.var() == pytest.approx(float(row[f"var({short})"]), rel=VARIANCES), short


def test_hohes_holz(real_data: Path) -> None:
    folder = real_data / SAMPLES / "rflux_DE-HoH"
    path = folder / "DE-HoH_EC_201907301200_v01.csv.gz"
    options = reader_options(folder / "DE-HoH_ecmd.csv") | {"utc_offset": 1.0}
    stream = read(icos_ec_csv.READER, path, options).streams["eddy"]
    time = stream["time"].to_numpy()
    assert (time[0], time[-1]) == (np.datetime64("2019-07-30T10:30"), np.datetime64("2019-07-30T10:59:59.95"))
    # What an ECMD table says is what the reader takes for granted.
    plain = read(icos_ec_csv.READER, path, {"frequency": 20.0, "utc_offset": 1.0}).streams["eddy"]
    assert plain.equals(stream)
    row = statistics(real_data / SAMPLES / "eddypro_reference/DE-HoH/express/eddypro_stats/eddypro_DE-HoH_st1.csv")[0]
    assert_means_are_those_of(row, stream, set(EDDYPRO))
    table = pd.read_csv(path)
    np.testing.assert_array_equal(stream["u"], table["U"])
    np.testing.assert_array_equal(stream["sonic_diagnostic"], table["SA_DIAG"])
    np.testing.assert_array_equal(stream["li7200_diagnostic"], table["GA_DIAG"])
    guess = icos_ec_csv.READER.guess
    assert guess is not None
    found = guess(path)
    assert found is not None
    assert (found.options, found.confidence) == ({"frequency": 20.0}, 0.95)


def test_set_ups_of_hohes_holz(real_data: Path) -> None:
    tables = instrument_tables(real_data / SAMPLES / "rflux_DE-HoH/DE-HoH_ecmd.csv", utc_offset=1.0)
    assert [Sonic(**table).height for table in tables["sonic"]] == [49.0, 45.0]
    analyser = GasAnalyser(**tables["gas_analyser"][0])
    assert len(tables["gas_analyser"]) == 1
    # 0.22 is metres; EddyPro's metadata output of this station shows 0.0022 m.
    assert (analyser.northward_separation, analyser.eastward_separation) == (-0.01, 0.22)
    assert (analyser.tube_length, analyser.tube_diameter, analyser.flow_rate) == (0.711, 0.0053, 15.0)
    assert [Site(**table).canopy_height for table in tables["site"]] == [33.23, 33.33]
    at = np.array(["2019-07-30T11:00"], dtype="M8[ns]")
    assert [Sonic(**table).covers(at)[0] for table in tables["sonic"]] == [False, True]


def test_finse(real_data: Path) -> None:
    folder = real_data / SAMPLES / "ec_analyze" / "raw"
    rows = statistics(real_data / SAMPLES / "eddypro_reference/finse/express/eddypro_stats/eddypro_finse_st1.csv")
    assert len(rows) == 127
    for row in rows[::9]:
        path = folder / f"{row['filename']}.gz"
        stream = read(generic_ec_table.READER, path, FINSE).streams["eddy"]
        assert_means_are_those_of(row, stream, {"u", "v", "w", "ts", "co2", "h2o"})
        # Files are named by their start, and hold their times.
        start = np.datetime64(f"{path.name[:13]}:{path.name[13:15]}")
        assert stream["time"].to_numpy()[0] == start
        named = {"time_column": None, "name_format": "YYYY-MM-DDThhmmss*", "file_duration": "30 min"}
        assert read(generic_ec_table.READER, path, FINSE | named).streams["eddy"].equals(stream)


def test_a_file_of_finse_that_is_short(real_data: Path) -> None:
    path = real_data / SAMPLES / "ec_analyze/raw/2018-07-22T113000.csv.gz"
    stream = read(generic_ec_table.READER, path, FINSE).streams["eddy"]
    assert stream.sizes["time"] == 17990


def test_meteorology_of_finse(real_data: Path) -> None:
    path = real_data / SAMPLES / "ec_analyze/biomet_data.csv"
    columns = {
        "RH_19_3_1_1_1": {"variable": "RH", "unit": "%"},
        "TA_2_1_1_1_1": {"variable": "TA", "unit": "C"},
        "SWIN_6_10_1_1_1": {"variable": "SW_IN", "unit": "W/m2"},
        "SHF_6_37_1_1_1": {"variable": "G", "unit": "W/m2"},
    }
    options = {"stream_kind": "meteo", "time_column": "TIMESTAMP", "row_time": "end", "interval": "30 min", "columns": columns}
    stream = read(generic_ec_table.READER, path, options).streams["meteo"]
    assert stream.sizes["time"] == 1489
    assert stream["time"].to_numpy()[0] == np.datetime64("2018-06-30T23:00")
    table = pd.read_csv(path, dtype={"SWIN_6_10_1_1_1": str})
    np.testing.assert_allclose(stream["TA"], table["TA_2_1_1_1_1"] + 273.15, rtol=1e-15)
    # As words: not every version of pandas reads the nearest double.
    np.testing.assert_array_equal(stream["SW_IN"], table["SWIN_6_10_1_1_1"].map(float))


def test_thirty_two_columns(real_data: Path) -> None:
    path = real_data / SAMPLES / "dyco/example_input_file.zip"
    columns = {
        "U_[R350-B]": {"variable": "u", "unit": "m/s"},
        "W_[R350-B]": {"variable": "w", "unit": "m/s"},
        "T_SONIC_[R350-B]": {"variable": "sonic_temperature", "unit": "K"},
        "SA_DIAG_VAL_[R350-B]": "sonic_diagnostic",
        "GA_DIAG_CODE_[IRGA75-A]": "li7500_diagnostic",
        "CH4_DRY_[QCL-C2]": {"variable": "ch4_mixing_ratio", "unit": "ppb"},
    }
    options = {"time_column": "TIMESTAMP", "frequency": 20.0, "columns": columns}
    stream = read(generic_ec_table.READER, path, options).streams["eddy"]
    assert stream.sizes["time"] == 30000
    assert stream["time"].to_numpy()[-1] == np.datetime64("2023-05-12T17:54:59.95")
    table = pd.read_csv(path)
    np.testing.assert_array_equal(stream["u"], table["U_[R350-B]"])
    np.testing.assert_allclose(stream["ch4_mixing_ratio"], table["CH4_DRY_[QCL-C2]"] / 1000, rtol=1e-15)
    np.testing.assert_array_equal(stream["li7500_diagnostic"], table["GA_DIAG_CODE_[IRGA75-A]"].fillna(-1))
