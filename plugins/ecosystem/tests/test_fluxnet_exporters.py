"""The FLUXNET product as files: order of columns, names of files, stamps, digits, the ETC's archive and AmeriFlux' table."""

from __future__ import annotations

import csv
import io
import zipfile
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from eddypro_flux_streams import STATION
from flux_days import flux_day
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.exporters import ameriflux_fp_in, fluxnet, icos_etc_archive
from icos_ecosystem.exporters.fluxnet_table import significant
from icos_ecosystem.vocabulary.fluxnet_columns import PERCENTILES, RESOLUTIONS, fluxnet_columns, in_fluxnet_order, subset_columns

from icos_core.dataset import TIME_ATTRIBUTES
from icos_core.exceptions import DataError, ExportRefused
from icos_core.testing import ExporterContract, example_context

HOUR = np.timedelta64(1, "h")
CALENDAR = {"dd": "datetime64[D]", "mm": "datetime64[M]", "yy": "datetime64[Y]"}


def context(level="final"):
    return example_context(station=STATION, deployments=(), level=level)


def starts(resolution):
    """Return local starts of the intervals of 2023 and 2024, and the end of the last."""
    first, end = np.datetime64("2023-01-01"), np.datetime64("2025-01-01")
    if resolution == "hh":
        return np.arange(first, end + np.timedelta64(1, "m"), np.timedelta64(30, "m"))
    if resolution == "ww":
        years = [np.datetime64(f"{year}-01-01") for year in (2023, 2024, 2025)]
        weeks = [year + np.timedelta64(7 * week, "D") for year in years[:-1] for week in range(52)]
        return np.array([*weeks, end])
    unit = CALENDAR[resolution]
    return np.arange(first.astype(unit), end.astype(unit) + 1)


def stream(resolution, names, label="HH"):
    edges = starts(resolution).astype("datetime64[ns]") - HOUR  # the station is an hour ahead of UTC
    data = {name: ("time", np.arange(edges.size - 1) + 0.1234567 + number) for number, name in enumerate(names)}
    made = xr.Dataset(data, coords={"time": ("time", edges[:-1], {**TIME_ATTRIBUTES, "bounds": "time_bnds"})})
    made.attrs["resolution"] = label
    return made.assign(time_bnds=(("time", "nv"), np.stack([edges[:-1], edges[1:]], axis=1)))


def product(*resolutions, label="HH"):
    names = ("GPP_NT_VUT_REF", "TA_F_QC", "NEE_VUT_REF", "TS_F_MDS_10", "TA_F", "TS_F_MDS_2", "NIGHT", "SW_IN_POT", "NEE_VUT_05_NIGHT")
    return {f"fluxnet/{each}": stream(each, names, label) for each in resolutions or RESOLUTIONS}


def thresholds():
    rows = {"VARIABLE": ["NEE_VUT_REF", "NEE_VUT_USTAR50"], "RESOLUTION": ["HH", "HH"], "YEAR": [2023, 2023]}
    numbers = {"PERCENTILE": [41.25, np.nan], "THRESHOLD": [0.4558333333, 0.5]}
    return xr.Dataset({name: ("row", np.array(values)) for name, values in (rows | numbers).items()})


def read(path):
    return pd.read_csv(path, na_values=["-9999"], dtype=dict.fromkeys(("TIMESTAMP", "TIMESTAMP_START", "TIMESTAMP_END"), str))


@pytest.mark.realdata
def test_columns_of_half_hours_are_those_of_a_released_file(real_data):
    [path] = (real_data / "ecosystem_post/samples").glob("*CH-Cha*.csv")
    header = path.read_text().splitlines()[0].split(",")[2:]
    assert in_fluxnet_order(sorted(header), fluxnet_columns("hh")) == header


@pytest.mark.realdata
@pytest.mark.parametrize("resolution", ["dd", "ww", "mm", "yy"])
def test_columns_of_periods_are_those_of_the_definitions(real_data, resolution):
    text = (real_data / f"ecosystem_post/samples/oneflux_var_info_definitions_{resolution}.txt").read_text(encoding="latin-1")
    defined = [line.partition("||")[0].strip() for line in text.splitlines()[1:]]
    expected = []
    for name in (each for each in defined if not each.startswith("TIMESTAMP")):
        expected += [name.replace("XX", percentile) for percentile in PERCENTILES] if "XX" in name else [name]
    assert [name for name in fluxnet_columns(resolution) if not name.startswith("RECO_SR")] == expected


def test_no_column_twice_and_the_subset_is_one():
    for resolution in RESOLUTIONS:
        whole, part = fluxnet_columns(resolution), subset_columns(resolution)
        assert len(set(whole)) == len(whole)
        assert set(part) < set(whole)
        assert "NEE_VUT_REF_RANDUNC" in part
        assert not any("CUT" in name or name.endswith("JOINTUNC") for name in part)


def test_files_of_every_resolution(tmp_path):
    paths = fluxnet.export({**product(), "fluxnet/ustar": thresholds()}, tmp_path, fluxnet.FluxnetOptions(), context())
    names = [path.name for path in paths]
    assert names[:2] == ["FLX_XX-Abc_FLUXNET2015_FULLSET_HH_2023-2024_1-1.csv", "FLX_XX-Abc_FLUXNET2015_FULLSET_DD_2023-2024_1-1.csv"]
    assert len(names) == 11
    half_hours = read(paths[0])
    assert list(half_hours) == [
        *("TIMESTAMP_START", "TIMESTAMP_END", "TA_F", "TA_F_QC", "SW_IN_POT", "TS_F_MDS_2", "TS_F_MDS_10"),
        *("NIGHT", "NEE_VUT_REF", "GPP_NT_VUT_REF"),
    ]
    assert len(half_hours) == (365 + 366) * 48
    assert list(half_hours.iloc[0, :2]) == ["202301010000", "202301010030"]
    assert list(half_hours.iloc[-1, :2]) == ["202412312330", "202501010000"]
    assert half_hours["NEE_VUT_REF"].iloc[0] == 2.12346
    days, weeks, months, years = map(read, paths[1:5])
    assert days["TIMESTAMP"].tolist()[:2] == ["20230101", "20230102"]
    assert "NEE_VUT_05_NIGHT" in days
    assert weeks.iloc[51, :2].tolist() == ["20231224", "20231231"]
    assert weeks.iloc[-1, :2].tolist() == ["20241223", "20241231"]
    assert months["TIMESTAMP"].tolist()[-1] == "202412"
    assert years["TIMESTAMP"].tolist() == ["2023", "2024"]
    assert "SW_IN_POT" not in years
    auxiliary = next(path for path in paths if "AUXNEE" in path.name)
    assert auxiliary.read_text().splitlines() == [
        "VARIABLE,RESOLUTION,YEAR,PERCENTILE,THRESHOLD",
        "NEE_VUT_REF,HH,2023,41.25,0.455833",
        "NEE_VUT_USTAR50,HH,2023,-9999,0.5",
    ]


def test_names_of_the_networks(tmp_path):
    options = fluxnet.FluxnetOptions(
        naming="network", issuer="ICOSETC", software="1.3", release="1", sets=("fullset",), resolutions=("hh", "yy")
    )
    paths = fluxnet.export(product("hh", "yy", label="HR"), tmp_path, options, context())
    assert [path.name for path in paths] == [
        "ICOSETC_XX-Abc_FLUXNET_FLUXMET_HR_2023-2024_v1.3_r1.csv",
        "ICOSETC_XX-Abc_FLUXNET_FLUXMET_YY_2023-2024_v1.3_r1.csv",
    ]


def test_bad_values_are_missing_and_chosen_columns_are_written(tmp_path):
    streams = product("yy")
    streams["fluxnet/yy"]["NEE_VUT_REF_flag"] = ("time", np.array([4, 1], dtype=np.int8))
    options = fluxnet.FluxnetOptions(sets=("fullset",), columns=("NEE_VUT_REF", "TA_F"), digits=3)
    [path] = fluxnet.export(streams, tmp_path, options, context())
    assert path.read_text() == "TIMESTAMP,NEE_VUT_REF,TA_F\n2023,-9999,4.12\n2024,3.12,5.12\n"
    with pytest.raises(DataError, match="nearest: 'NEE_VUT_REF'"):
        fluxnet.export(streams, tmp_path, fluxnet.FluxnetOptions(columns=("NEE_VUT_REFF",)), context())


@pytest.mark.parametrize("exporter", [fluxnet, icos_etc_archive, ameriflux_fp_in])
def test_what_cannot_be_exported(tmp_path, exporter):
    options = exporter.EXPORTER.options()
    assert exporter.export({}, tmp_path, options, context()) == ()
    with pytest.raises(ExportRefused, match="no stream"):
        exporter.export({"eddy": xr.Dataset()}, tmp_path, options, context())
    assert "station.id" in exporter.EXPORTER.check(options, example_context(deployments=()))[0]
    assert not exporter.EXPORTER.check(options, context())


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(3, 15))
def test_significant_digits(value, digits):
    expected = float(f"{value:.{digits}g}")
    if 1e-7 < abs(value) < 1e15 or value == 0:
        assert significant(np.array([value]), digits)[0] == expected


def archive_of(tmp_path, streams, level="final", **options):
    [path] = icos_etc_archive.export(streams, tmp_path, icos_etc_archive.IcosEtcArchiveOptions(**options), context(level))
    assert path.name == "ICOSETC_XX-Abc_ARCHIVE_L2.zip"
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_archive(tmp_path):
    grid = stream("hh", ("TA", "SW_IN", "NEE"))
    members = archive_of(
        tmp_path,
        {**product("hh", "yy"), "fluxes": flux_day(), "half-hourly": grid},
        heights={"TA": 2.0, "NEE_VUT_REF": 30.0},
        site={"IGBP": "ENF, mixed"},
        ancillary=[{"HEIGHTC": "26", "HEIGHTC_DATE": "2023"}],
    )
    parts = ("FLUXNET_HH", "FLUXNET_YY", "FLUXES", "METEO", "VARINFO_FLUXNET_HH", "VARINFO_METEO", "SITEINFO", "ANCILLARY")
    assert list(members) == [f"ICOSETC_XX-Abc_{part}_L2.csv" for part in parts]
    meteo = pd.read_csv(io.StringIO(members["ICOSETC_XX-Abc_METEO_L2.csv"]))
    assert list(meteo) == ["TIMESTAMP_START", "TIMESTAMP_END", "TA", "SW_IN"]
    rows = list(csv.DictReader(io.StringIO(members["ICOSETC_XX-Abc_VARINFO_FLUXNET_HH_L2.csv"])))
    assert list(rows[0]) == ["SITE_ID", "GROUP_ID", "VARIABLE_GROUP", "VARIABLE", "DATAVALUE"]
    group = next(row["GROUP_ID"] for row in rows if row["DATAVALUE"] == "NEE_VUT_REF")
    described = {row["VARIABLE"]: row["DATAVALUE"] for row in rows if row["GROUP_ID"] == group}
    assert described["VAR_INFO_HEIGHT"] == "30"
    assert described["VAR_INFO_DATE"] == "202301010000"
    assert {row["DATAVALUE"] for row in rows if row["VARIABLE"] == "VAR_INFO_VARNAME"} >= {"TA_F", "GPP_NT_VUT_REF"}
    site = {row["VARIABLE"]: row["DATAVALUE"] for row in csv.DictReader(io.StringIO(members["ICOSETC_XX-Abc_SITEINFO_L2.csv"]))}
    assert site["UTC_OFFSET"] == "1"
    assert site["IGBP"] == "ENF, mixed"


def test_archive_at_level_nrt_and_its_bytes(tmp_path):
    streams = product("hh", "yy")
    members = archive_of(tmp_path, streams, "nrt", variable_group=False)
    assert list(members)[:2] == ["ICOSETC_XX-Abc_FLUXNET_HH_INTERIM_L2.csv", "ICOSETC_XX-Abc_FLUXNET_YY_INTERIM_L2.csv"]
    assert "VARIABLE_GROUP" not in members["ICOSETC_XX-Abc_SITEINFO_L2.csv"]
    [path] = tmp_path.glob("*.zip")
    first = path.read_bytes()
    archive_of(tmp_path, streams, "nrt", variable_group=False)
    assert path.read_bytes() == first


def test_ameriflux(tmp_path):
    grid = stream("hh", ("NEE", "TA", "USTAR", "LE"))
    filled = stream("hh", ("NEE_F", "TA_F"))
    fluxes = flux_day()
    streams = {"half-hourly": grid, "gap-filled": filled, "fluxes": fluxes, "partitioned-daytime": stream("hh", ("GPP_DT",))}
    [path] = ameriflux_fp_in.export(streams, tmp_path, ameriflux_fp_in.AmerifluxFpInOptions(), context())
    assert path.name == "XX-Abc_HH_202301010000_202501010000.csv"
    table = read(path)
    assert {"FC", "FC_SSITC_TEST", "LE", "USTAR", "TA", "NEE_PI", "NEE_PI_F", "TA_PI_F", "GPP_PI_F_2"} <= set(table)
    rows = table[table["FC"].notna()]
    assert len(rows) == fluxes.sizes["time"]
    np.testing.assert_allclose(rows["FC"], fluxes["FC"].values, rtol=1e-5)
    assert rows["TIMESTAMP_START"].iloc[0] == "202407010100"
    assert all(int(one) < int(other) for one, other in pairwise(table["TIMESTAMP_START"]))
    bare = ameriflux_fp_in.AmerifluxFpInOptions(filled=False, label="opt")
    [path] = ameriflux_fp_in.export(streams, tmp_path, bare, context())
    assert path.name == "XX-Abc_HH_202301010000_202501010000_opt.csv"
    assert not any(name.endswith("_F") for name in read(path))


class TestFluxnet(ExporterContract):
    exporter = fluxnet.EXPORTER

    def context(self):
        return context()

    def streams(self):
        return product("dd", "yy")

    def reread(self, paths, streams):
        np.testing.assert_allclose(read(paths[0])["TA_F"], streams["fluxnet/dd"]["TA_F"].values, rtol=1e-5)


class TestArchive(ExporterContract):
    exporter = icos_etc_archive.EXPORTER

    def context(self):
        return context()

    def streams(self):
        return product("yy")

    def reread(self, paths, streams):
        with zipfile.ZipFile(paths[0]) as archive:
            table = pd.read_csv(archive.open(archive.namelist()[0]))
        np.testing.assert_allclose(table["TA_F"], streams["fluxnet/yy"]["TA_F"].values, rtol=1e-5)


class TestAmeriflux(ExporterContract):
    exporter = ameriflux_fp_in.EXPORTER

    def context(self):
        return context()

    def streams(self):
        return {"half-hourly": stream("hh", ("NEE", "TA"))}

    def reread(self, paths, streams):
        np.testing.assert_allclose(read(paths[0])["TA"], streams["half-hourly"]["TA"].values, rtol=1e-5)
