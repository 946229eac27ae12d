"""Readers of half-hourly tables on real files: every value against the file, and EddyPro's two tables against each other."""

from __future__ import annotations

import csv
import gzip
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from half_hourly_files import FORMATS
from icos_ecosystem.exporters.eddypro_fluxnet import column_name
from icos_ecosystem.readers import (
    ameriflux_base,
    eddypro_fluxnet,
    eddypro_full_output,
    fluxnet_halfhourly,
    generic_ec_table,
    generic_halfhourly,
    icos_bm,
    icos_etc,
    toa5,
)
from icos_ecosystem.vocabulary.half_hourly import TABLE_WORDS

from icos_core.dataset import category_words
from icos_core.testing import assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Reader, ReadResult

pytestmark = pytest.mark.realdata
CONTEXT = example_context()
SAMPLES = "ecosystem_post/samples"
LOCAL = {"time_zone": "+01:00"}
ABSENT = {"-9999", "-9999.0", "NA", "NaN", ""}
CALENDAR: dict[str, Any] = {
    **LOCAL,
    "separator": "tab",
    "header_lines": 2,
    "units_line": 2,
    "time_stamps": "end",
    "calendar_columns": {"year": "Year", "day_of_year": "DoY", "hour": "Hour"},
    "columns": {
        "NEE": "NEE",
        "LE": "LE",
        "H": "H",
        "Rg": "SW_IN",
        "Tair": "TA",
        "Tsoil": "TS",
        "rH": "RH",
        "VPD": "VPD",
        "Ustar": "USTAR",
    },
}
PRINTED = 1.1e-5
"""EddyPro prints six digits."""


def sample(real_data: Path, pattern: str) -> Path:
    [path] = (real_data / SAMPLES).glob(pattern)
    return path


def read(reader: Reader, path: Path, **stated: Any) -> ReadResult:
    options = reader.options.model_validate(stated)
    result = reader.read(path, options, CONTEXT)
    assert_result_fits(reader, result, options)
    assert_span_covers(reader, path, result, options, CONTEXT)
    assert not result.tally.rejected
    assert not result.tally.damaged
    return result


def cells(text: str, header: int = 0, first: int = 1, separator: str = ",") -> dict[str, list[str]]:
    """Return title → cells, of columns with the same title the first."""
    rows = list(csv.reader(text.splitlines(), delimiter=separator))
    return {title: [row[place] for row in rows[first:]] for place, title in reversed(list(enumerate(rows[header])))}


def numbers(texts: list[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([np.nan if text in ABSENT else float(text) for text in texts])


def moments(texts: list[str], hours: float = 1) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    local = [f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:]}" for text in texts]
    return np.array(local, dtype="M8[ns]") - np.timedelta64(round(hours * 60), "m")


def assert_same_times(stream: xr.Dataset, table: dict[str, list[str]], hours: float = 1) -> None:
    np.testing.assert_array_equal(stream["time"], moments(table["TIMESTAMP_START"], hours))
    np.testing.assert_array_equal(stream["time_bnds"][:, 0], stream["time"])
    np.testing.assert_array_equal(stream["time_bnds"][:, 1], moments(table["TIMESTAMP_END"], hours))


def test_fluxnet_product(real_data: Path) -> None:
    path = sample(real_data, "*FULLSET*")
    found = read(fluxnet_halfhourly.READER, path, **LOCAL)
    stream, table = found.streams["fluxes"], cells(path.read_text())
    assert not found.problems
    assert len(stream.data_vars) == 266
    assert set(table) == {*map(str, stream.data_vars), "TIMESTAMP_START", "TIMESTAMP_END"} - {"time_bnds"}
    for name in set(table) - {"TIMESTAMP_START", "TIMESTAMP_END"}:
        np.testing.assert_array_equal(stream[name], numbers(table[name]), err_msg=name)
    assert_same_times(stream, table)
    # Every column that ONEFlux defines is known.
    defined = (real_data / SAMPLES / "oneflux_var_info_definitions_hh.txt").read_text(encoding="latin-1").splitlines()[3:]
    names = {line.split("||")[0].replace("XX", "84").replace("#", "9") for line in defined}
    assert names <= set(TABLE_WORDS)


def test_tharandt_as_fluxnet_and_as_it_came(real_data: Path) -> None:
    path = real_data / "ecosystem_post/input/DE-Tha_1998_HH.csv"
    began = time.process_time()
    found = read(fluxnet_halfhourly.READER, path, **LOCAL)
    assert time.process_time() - began < 1
    stream, table = found.streams["fluxes"], cells(path.read_text())
    assert stream.sizes["time"] == 17520
    assert_same_times(stream, table)
    for name in ("NEE", "LE", "H", "SW_IN", "TA", "TS", "RH", "VPD", "USTAR"):
        np.testing.assert_array_equal(stream[name], numbers(table[name]), err_msg=name)
    assert int(np.isnan(stream["NEE"]).sum()) == 6257
    assert [problem.message for problem in found.problems] == ["1 column not read, whose names are none of the vocabulary: VPD_TABLE"]
    # Lines ended by CR, year, day of the year and decimal hour.
    origin = read(generic_halfhourly.READER, sample(real_data, "Example_DETha98.txt"), **CALENDAR).streams["fluxes"]
    without_year = {**CALENDAR, "calendar_columns": {"day_of_year": "Day", "hour": "Hour"}, "year": 1998}
    again = read(generic_halfhourly.READER, sample(real_data, "hesseflux_test_gapfill*"), **without_year).streams["fluxes"]
    for other in (origin, again):
        np.testing.assert_array_equal(other["time_bnds"], stream["time_bnds"])
        for name in ("NEE", "LE", "H", "SW_IN", "TA", "TS", "RH", "USTAR"):
            np.testing.assert_array_equal(other[name], stream[name], err_msg=name)
        np.testing.assert_array_equal(other["VPD"], numbers(table["VPD_TABLE"]))


def test_day_month_year_hour_minute(real_data: Path) -> None:
    path = sample(real_data, "hesseflux_test_nee2gpp*")
    options = {
        **LOCAL,
        "header_lines": 2,
        "units_line": 2,
        "time_stamps": "middle",
        "calendar_columns": {part: part.capitalize() for part in ("day", "month", "year", "hour", "minute")},
        "columns": {"NEE": "NEE", "rg": "SW_IN", "Tair": "TA", "GPP_f": "GPP", "Reco": "RECO"},
    }
    found = read(generic_halfhourly.READER, path, **options)
    stream, table = found.streams["fluxes"], cells(path.read_text(), first=2)
    for title, name in {"NEE": "NEE", "rg": "SW_IN", "Tair": "TA", "GPP_f": "GPP", "Reco": "RECO"}.items():
        np.testing.assert_array_equal(stream[name], numbers(table[title]), err_msg=name)
    assert stream["time"].values[0] == np.datetime64("2005-12-31T23:00")
    assert (np.diff(stream["time"].values) == np.timedelta64(30, "m")).all()
    assert [problem.message for problem in found.problems] == ["1 column not read, which columns does not name: VPD"]


def test_ameriflux(real_data: Path) -> None:
    path = sample(real_data, "AMF_US-CRT*")
    found = read(ameriflux_base.READER, path, time_zone="-05:00")
    stream, table = found.streams["fluxes"], cells(path.read_text(), header=2, first=3)
    assert_same_times(stream, table, -5)
    others = {"NEE": "NEE_PI", "G": "G_1_1_1", "TS": "TS_1_1_1"}
    names = set(map(str, stream.data_vars)) - {"time_bnds"}
    assert len(names) == 32
    for name in names:
        np.testing.assert_array_equal(stream[name], numbers(table[others.get(name, name)]), err_msg=name)
    told = "2 columns not read, beside the one that is read of the same variable (option sensors): G_2_1_1, TS_2_1_1"
    assert [problem.message for problem in found.problems] == [told]


def test_eddypro_fluxnet(real_data: Path) -> None:
    path = sample(real_data, "*EDDYPRO-FLUXNET*")
    found = read(eddypro_fluxnet.READER, path, **LOCAL)
    stream, table = found.streams["fluxes"], cells(path.read_text())
    assert_same_times(stream, table)
    # All but the times, the file's name and six custom columns.
    assert len(stream.data_vars) - 1 == 486 - 5 - 6
    for name in (str(each) for each in stream.data_vars if each != "time_bnds"):
        title = stream[name].attrs.get("original_name", name)
        if stream[name].dtype == "float64":
            np.testing.assert_array_equal(stream[name], numbers(table[title]), err_msg=name)
    assert set(stream["BADM_INST_MODEL_SA"].values.tolist()) == {category_words(stream, "BADM_INST_MODEL_SA")["gill-r3-50"]}
    assert {"LW_IN", "PA", "PPFD_IN", "SW_IN", "RH", "TA"} <= set(stream.data_vars)
    assert column_name("FN2O") == stream["FN2O"].attrs["original_name"]
    assert found.problems[0].message.startswith("6 columns not read, whose names are none of the vocabulary: CUSTOM_DATA_SIZE_IRGA75_MEAN")


def test_eddypro_full_output(real_data: Path) -> None:
    path = sample(real_data, "*EDDYPRO-FULL-OUTPUT*")
    stream = read(eddypro_full_output.READER, path, **LOCAL).streams["fluxes"]
    table = cells(path.read_text(encoding="utf-8"), header=1, first=3)
    ends = np.array([f"{date}T{clock}" for date, clock in zip(table["date"], table["time"], strict=True)], dtype="M8[ns]")
    np.testing.assert_array_equal(stream["time_bnds"][:, 1], ends - np.timedelta64(1, "h"))
    exact = {"TAU": "Tau", "H": "H", "FC": "co2_flux", "USTAR": "u*", "RH_EP": "RH", "ZL": "(z-d)/L", "FETCH_90": "x_90%"}
    for name, title in exact.items():
        np.testing.assert_array_equal(stream[name], numbers(table[title]), err_msg=name)
    np.testing.assert_allclose(stream["TA_EP"], numbers(table["air_temperature"]) - 273.15, atol=1e-10)
    np.testing.assert_allclose(stream["PA_EP"], numbers(table["air_pressure"]) / 1000, rtol=1e-14)
    np.testing.assert_allclose(stream["VPD_EP"], numbers(table["VPD"]) / 100, rtol=1e-14)
    np.testing.assert_allclose(stream["W_SIGMA"], np.sqrt(numbers(table["w_var"])), rtol=1e-14)


@pytest.mark.parametrize(("run", "rows"), [("DE-HoH/adv_fratini12_pf", 1), ("gebesee_ghg/mixing_ratio", 2), ("finse/icos_pf_fratini", 127)])
def test_two_tables_of_one_run(real_data: Path, run: str, rows: int) -> None:
    folder = real_data / "ecosystem_raw/eddypro_reference" / run
    [full_path], [fluxnet_path] = folder.glob("*full_output.csv"), folder.glob("*fluxnet.csv*")
    full = read(eddypro_full_output.READER, full_path, **LOCAL).streams["fluxes"]
    other = read(eddypro_fluxnet.READER, fluxnet_path, **LOCAL).streams["fluxes"]
    np.testing.assert_array_equal(full["time_bnds"], other["time_bnds"])
    assert full.sizes["time"] == rows
    names = [str(name) for name in full.data_vars if full[name].dtype == "float64" and name != "FILE_NR"]
    assert len(names) > 90
    for name in names:
        # Temperatures have six digits as kelvin there.
        atol = 6e-4 if full[name].attrs["units"] == "degree_C" else 0.0
        np.testing.assert_allclose(full[name], other[name], rtol=PRINTED, atol=atol, err_msg=name)
    if fluxnet_path.suffix == ".gz" and b"\0" in gzip.decompress(fluxnet_path.read_bytes()):
        assert set(other["BADM_INST_SA_GILL_ALIGN"].values.tolist()) == {-1}


def test_table_of_the_carbon_portal(real_data: Path) -> None:
    path = real_data / "portal/icos-data-test-resources/fluxnet_hh.csv"
    stream, table = read(fluxnet_halfhourly.READER, path, **LOCAL).streams["fluxes"], cells(path.read_text())
    assert_same_times(stream, table)
    for name in set(table) & set(map(str, stream.data_vars)):
        np.testing.assert_array_equal(stream[name], numbers(table[name]), err_msg=name)


def test_parquet(real_data: Path) -> None:
    path = sample(real_data, "*.parquet")
    columns = {
        "NEE_L3.1_L3.2_QCF_IRGA72": {"variable": "NEE", "unit": "umol m-2 s-1"},
        "USTAR_IRGA72": {"variable": "USTAR", "unit": "m s-1"},
        "TA_T1_47_1_gfXG_IRGA72": {"variable": "TA", "unit": "degC"},
        "SW_IN_T1_47_1_gfXG_IRGA72": {"variable": "SW_IN", "unit": "W m-2"},
    }
    found = read(generic_halfhourly.READER, path, **LOCAL, time_stamps="middle", time_column="TIMESTAMP_MIDDLE", columns=columns)
    stream, table = found.streams["fluxes"], pq.read_table(path)
    assert stream.sizes["time"] == 35088
    for title, column in columns.items():
        np.testing.assert_array_equal(stream[column["variable"]], table[title].to_numpy(), err_msg=title)
    middles = table["TIMESTAMP_MIDDLE"].to_numpy()
    np.testing.assert_array_equal(stream["time"], middles - np.timedelta64(75, "m"))
    # Over the leap day of 2016.
    assert np.datetime64("2016-02-29T12:00") in stream["time"].values


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("ecosystem_post/samples/*EDDYPRO-FULL-OUTPUT*", "eddypro-full-output"),
        ("ecosystem_post/samples/*EDDYPRO-FLUXNET*", "eddypro-fluxnet"),
        ("ecosystem_post/samples/*FULLSET*", "fluxnet-halfhourly"),
        ("ecosystem_post/input/DE-Tha_1998_HH.csv", "fluxnet-halfhourly"),
        ("portal/icos-data-test-resources/fluxnet_hh.csv", "fluxnet-halfhourly"),
        ("ecosystem_post/samples/AMF_*", "ameriflux-base"),
        ("ecosystem_post/samples/Example_DETha98.txt", "generic-halfhourly"),
        ("ecosystem_post/samples/hesseflux*", "generic-halfhourly"),
        ("ecosystem_post/samples/*.parquet", "generic-halfhourly"),
        ("ecosystem_raw/ec_analyze/biomet_data.csv", "generic-ec-table"),
        ("ecosystem_raw/dyco/example_input_file.zip", "generic-ec-table"),
        ("ecosystem_post/samples/*ICOS-H2R*", None),
    ],
)
def test_who_knows_which_file(real_data: Path, pattern: str, expected: str | None) -> None:
    modules = (ameriflux_base, eddypro_fluxnet, eddypro_full_output, fluxnet_halfhourly, generic_halfhourly, icos_etc)
    readers = [module.READER for module in (*modules, generic_ec_table, icos_bm, toa5)]
    assert {module.READER.name for module in modules} == set(FORMATS)
    paths = sorted(real_data.glob(pattern))
    assert paths
    for path in paths:
        guesses = {reader.name: reader.guess(path) for reader in readers if reader.guess is not None}
        sure = {name: guess.confidence for name, guess in guesses.items() if guess is not None}
        if expected is None:
            assert not set(sure) & set(FORMATS), path.name
        else:
            assert [name for name, confidence in sure.items() if confidence == max(sure.values())] == [expected], path.name
