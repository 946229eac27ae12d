"""Readers of half-hourly tables: the contract, times, units, which columns are read, and what they refuse."""

from __future__ import annotations

import io
import zipfile
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest
from half_hourly_files import (
    CALENDAR,
    FORMATS,
    GENERIC,
    ameriflux,
    calendar,
    eddypro_fluxnet,
    eddypro_full_output,
    fluxnet,
    generic,
    starts,
)
from icos_ecosystem.readers import ameriflux_base, fluxnet_halfhourly, generic_halfhourly, icos_etc
from icos_ecosystem.readers import eddypro_fluxnet as eddypro_fluxnet_reader
from icos_ecosystem.readers import eddypro_full_output as full_output_reader
from pyarrow import parquet
from pydantic import ValidationError

from icos_core.exceptions import InputError
from icos_core.station import Station
from icos_core.testing import ReaderContract, assert_result_fits, assert_span_covers, example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Reader, ReadResult

CONTEXT = example_context()
READERS = {name: import_module(f"icos_ecosystem.readers.{name.replace('-', '_')}").READER for name in FORMATS}
UTC = {"time_zone": "UTC"}
LONG = "an interval of another length"


class HalfHourlyContract(ReaderContract):
    is_text = True
    variants: ClassVar = 24
    content: ClassVar[str]

    def make_file(self, folder: Path) -> Path:
        make, name, _, _ = FORMATS[self.content]
        path = folder / name
        path.write_bytes(make())
        return path


def contract(name: str) -> type[HalfHourlyContract]:
    _, _, options, header_lines = FORMATS[name]
    return type(
        "Contract", (HalfHourlyContract,), {"reader": READERS[name], "options": options, "header_lines": header_lines, "content": name}
    )


class TestFluxnet(contract("fluxnet-halfhourly")):  # type: ignore[misc]
    pass


class TestAmeriflux(contract("ameriflux-base")):  # type: ignore[misc]
    pass


class TestIcosEtc(contract("icos-etc")):  # type: ignore[misc]
    def test_guess_knows_its_own_files(self) -> None:
        pytest.skip("it is the name that tells")


class TestEddyProFluxnet(contract("eddypro-fluxnet")):  # type: ignore[misc]
    pass


class TestEddyProFullOutput(contract("eddypro-full-output")):  # type: ignore[misc]
    pass


class TestGeneric(contract("generic-halfhourly")):  # type: ignore[misc]
    pass


def read(reader: Reader, path: Path, content: bytes | str, **options: Any) -> ReadResult:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    validated = reader.options.model_validate(options)
    result = reader.read(path, validated, CONTEXT)
    assert_result_fits(reader, result, validated)
    assert_span_covers(reader, path, result, validated, CONTEXT)
    return result


def fluxes(reader: Reader, path: Path, content: bytes | str, **options: Any) -> xr.Dataset:
    return read(reader, path, content, **options).streams["fluxes"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("minutes", [30, 60])
def test_intervals_in_utc(tmp_path: Path, name: str, minutes: int) -> None:
    make, file, options, _ = FORMATS[name]
    ahead = {"+01:00": 1, "UTC+1": 1, "-06:00": -6, "UTC": 0}[options["time_zone"]]
    stream = fluxes(READERS[name], tmp_path / file, make(20, minutes), **options)
    begins = starts(20, minutes) - np.timedelta64(ahead, "h")
    np.testing.assert_array_equal(stream["time"], begins)
    np.testing.assert_array_equal(stream["time_bnds"][:, 1], begins + np.timedelta64(minutes, "m"))
    assert stream["time"].attrs["bounds"] == "time_bnds"
    assert stream.attrs["averaging_period"] == minutes * 60
    # Over the leap day.
    assert begins[0] < np.datetime64("2024-02-29T06:00") < begins[-1]


def test_local_standard_time_of_the_station(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(fluxnet(4))
    options = fluxnet_halfhourly.READER.options()
    station = Station.model_validate({**CONTEXT.station.model_dump(), "utc_offset": 5.5})
    stream = fluxnet_halfhourly.READER.read(path, options, example_context(station=station)).streams["fluxes"]
    assert stream["time"].values[0] == np.datetime64("2024-02-28T16:30")
    with pytest.raises(InputError, match=r"table.csv: .*station.utc_offset is not stated"):
        fluxnet_halfhourly.READER.read(path, options, CONTEXT)
    with pytest.raises(InputError, match="utc_offset is not stated"):
        fluxnet_halfhourly.READER.span(path, options, CONTEXT)


def test_names_of_fluxnet_are_kept(tmp_path: Path) -> None:
    found = read(fluxnet_halfhourly.READER, tmp_path / "t.csv", fluxnet(), **UTC)
    stream = found.streams["fluxes"]
    assert set(stream.data_vars) == {"NEE_VUT_REF", "NEE_VUT_REF_QC", "TA_F", "TA_F_QC", "USTAR", "time_bnds"}
    assert np.flatnonzero(np.isnan(stream["USTAR"])).tolist() == list(range(3, 60, 7))
    assert stream["NEE_VUT_REF_QC"].attrs["describes"] == "NEE_VUT_REF"
    assert "describes" not in stream["NEE_VUT_REF"].attrs
    assert [problem.message for problem in found.problems] == ["1 column not read, whose names are none of the vocabulary: SITE_SPECIAL"]
    chosen = read(fluxnet_halfhourly.READER, tmp_path / "t.csv", fluxnet(), variables=["TA_F"], **UTC)
    assert set(chosen.streams["fluxes"].data_vars) == {"TA_F", "time_bnds"}
    assert not chosen.problems


def test_many_columns_that_nobody_knows_are_all_named(tmp_path: Path) -> None:
    names = [f"UNKNOWN_COLUMN_{letter}{number}" for letter in "ABCDEFGH" for number in range(10)]
    content = f"TIMESTAMP_START,TIMESTAMP_END,FC,{','.join(names)}\n202401010000,202401010030,1{',2' * 80}\n"
    found = read(fluxnet_halfhourly.READER, tmp_path / "t.csv", content, **UTC)
    assert found.problems[0].message.startswith("80 columns not read")
    assert all(len(problem.message) < 300 for problem in found.problems)
    told = " ".join(problem.message for problem in found.problems)
    assert all(name in told for name in names)


def test_sensors_of_ameriflux(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    found = read(ameriflux_base.READER, path, ameriflux(), **UTC)
    stream = found.streams["fluxes"]
    assert {name: stream[name].attrs.get("original_name") for name in stream.data_vars if name != "time_bnds"} == {
        "FC": None,
        "NEE": "NEE_PI",
        "TS": "TS_1_1_1",
        "SWC_F": "SWC_PI_F_1_1_1",
    }
    assert "TS_2_1_1" in found.problems[1].message
    other = fluxes(ameriflux_base.READER, path, ameriflux(), sensors={"TS": "2_1_1"}, **UTC)
    assert other["TS"].attrs["original_name"] == "TS_2_1_1"
    assert not np.array_equal(other["TS"], stream["TS"])
    with pytest.raises(InputError, match="sensors: no column TS_3_1_1; those of TS are TS_2_1_1, TS_1_1_1"):
        read(ameriflux_base.READER, path, ameriflux(), sensors={"TS": "3_1_1"}, **UTC)
    with pytest.raises(ValidationError, match="no variable 'TAA'; nearest: 'TA'"):
        ameriflux_base.READER.options(sensors={"TAA": "1_1_1"})


def test_products_of_icos(tmp_path: Path) -> None:
    reader, content = icos_etc.READER, "TIMESTAMP_START,TIMESTAMP_END,TA_1_2_1,TA_1_1_1,P\n202401010000,202401010030,1,2,3\n"
    path = tmp_path / "ICOSETC_XX-Exa_METEO_L2.csv"
    found = read(reader, path, content, product="meteo", **UTC)
    assert list(found.streams) == ["meteo"]
    assert found.streams["meteo"]["TA"].item() == 2
    with pytest.raises(InputError, match="is named as product 'meteo', and product = 'fluxnet' is stated"):
        read(reader, path, content, **UTC)
    assert reader.guess is not None
    guess = reader.guess(path)
    assert guess is not None
    assert guess.options == {"product": "meteo"}


def archive(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members:
            packed.writestr(name, content)
    return buffer.getvalue()


def test_archives_of_networks(tmp_path: Path) -> None:
    meteo = b"TIMESTAMP_START,TIMESTAMP_END,TA\n202401010000,202401010030,5\n"
    content = archive(
        ("ICOSETC_XX-Exa_FLUXNET_HH_L2.csv", fluxnet(8)),
        ("ICOSETC_XX-Exa_FLUXNET_DD_L2.csv", b"TIMESTAMP\n20240101\n"),
        ("ICOSETC_XX-Exa_METEO_L2.csv", meteo),
        ("ICOSETC_XX-Exa_METEOSENS_L2.csv", b""),
        ("ICOSETC_XX-Exa_VARINFO_FLUXNET_HH_L2.csv", b"SITE_ID\n"),
    )
    path = tmp_path / "ICOSETC_XX-Exa_ARCHIVE_L2.zip"
    assert fluxes(icos_etc.READER, path, content, **UTC).sizes["time"] == 8
    assert read(icos_etc.READER, path, content, product="meteo", **UTC).streams["meteo"]["TA"].item() == 5
    with pytest.raises(InputError, match="a zip archive in which none of the files match"):
        read(icos_etc.READER, path, content, product="fluxes", **UTC)
    assert icos_etc.READER.guess is not None
    guess = icos_etc.READER.guess(path)
    assert guess is not None
    assert guess.confidence > 0.9
    path = tmp_path / "AMF_US-Exa_BASE-BADM_1-5.zip"
    content = archive(("AMF_US-Exa_BASE_HH_1-5.csv", ameriflux(8)), ("AMF_US-Exa_BIF_20240101.xlsx", b"PK"), ("README.txt", b""))
    assert fluxes(ameriflux_base.READER, path, content, **UTC).sizes["time"] == 8
    path = tmp_path / "FLX_XX-Exa_FLUXNET2015_FULLSET_2024-2024_1-4.zip"
    name = "FLX_XX-Exa_FLUXNET2015_{}_{}_2024-2024_1-4.csv"
    content = archive((name.format("FULLSET", "HH"), fluxnet(8)), (name.format("FULLSET", "DD"), b""), (name.format("AUXNEE", "X"), b""))
    assert fluxes(fluxnet_halfhourly.READER, path, content, **UTC).sizes["time"] == 8


def test_eddypro_fluxnet(tmp_path: Path) -> None:
    found = read(eddypro_fluxnet_reader.READER, tmp_path / "t.csv", eddypro_fluxnet(), **UTC)
    stream = found.streams["fluxes"]
    assert not found.tally.rejected
    assert "FN2O" in stream
    words = dict(
        zip(stream["BADM_INST_MODEL_SA"].attrs["flag_values"], stream["BADM_INST_MODEL_SA"].attrs["flag_meanings"].split(), strict=True)
    )
    assert {words[code] for code in stream["BADM_INST_MODEL_SA"].values.tolist()} == {"gill-hs-50"}
    assert set(stream["BADM_INST_SA_GILL_ALIGN"].values.tolist()) == {-1}
    assert set(stream["CO2_MEAS_TYPE"].values.tolist()) == {2}
    assert stream["TA"].attrs["original_name"] == "TA_1_1_1"
    assert [problem.message for problem in found.problems] == ["1 column not read, whose names are none of the vocabulary: CUSTOM_AGC_MEAN"]
    strange = eddypro_fluxnet(2).replace(b",2,gill,", b",7,gillx,")
    stream = fluxes(eddypro_fluxnet_reader.READER, tmp_path / "t.csv", strange, **UTC)
    assert stream["CO2_MEAS_TYPE"].values.tolist() == stream["MANUFACTURER_SA"].values.tolist() == [-1, -1]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_eddypro_full_output(tmp_path: Path, encoding: str) -> None:
    reader, path = full_output_reader.READER, tmp_path / "t.csv"
    content = eddypro_full_output(3, encoding=encoding)
    found = read(reader, path, content, **UTC)
    stream = found.streams["fluxes"]
    row = content.decode(encoding).splitlines()[3].split(",")
    expected = {
        "TAU": float(row[5]),
        "FC": float(row[8]),
        "TA_EP": float(row[9]) - 273.15,
        "VPD_EP": float(row[10]) / 100,
        "T_SONIC_SIGMA": float(row[13]) ** 0.5,
        "H_SSITC_TEST": 1.0,
        "NIGHT": 1.0,
        "RH_EP": 81.5,
    }
    assert {name: stream[name].values[0] for name in expected} == pytest.approx(expected)
    assert [problem.message for problem in found.problems] == ["1 column not read, whose names are none of the vocabulary: agc_mean"]
    middle = fluxes(reader, path, content, time_stamps="start", **UTC)
    assert middle["time"].values[0] - stream["time"].values[0] == np.timedelta64(30, "m")


def test_units_row_of_full_output(tmp_path: Path) -> None:
    reader, path = full_output_reader.READER, tmp_path / "t.csv"
    content = eddypro_full_output(3)
    usual = fluxes(reader, path, content, **UTC)
    for ours, theirs in (("µ".encode(), b"?"), ("µ".encode(), "Âµ".encode()), (b"[Pa]", b"[hPa]"), (b"[K],[Pa]", b"[degC],[Pa]")):
        found = fluxes(reader, path, content.replace(ours, theirs), **UTC)
        np.testing.assert_array_equal(found["FC"], usual["FC"])
        shift = 273.15 if b"degC" in theirs else 0
        np.testing.assert_allclose(found["TA_EP"], usual["TA_EP"] + shift, rtol=1e-12)
        np.testing.assert_allclose(found["VPD_EP"], usual["VPD_EP"] * (100 if b"hPa" in theirs else 1), rtol=1e-12)
    found = read(reader, path, content.replace(b"[Pa]", b"[m]"), **UTC)
    assert "VPD_EP" not in found.streams["fluxes"]
    assert "whose units do not stand for what they measure: VPD [m]" in found.problems[0].message


def test_generic_units_and_columns(tmp_path: Path) -> None:
    found = read(generic_halfhourly.READER, tmp_path / "t.csv", generic(3), **GENERIC)
    stream = found.streams["fluxes"]
    row = generic(3).decode().splitlines()[1].split(",")
    expected = {"FC": float(row[1]), "TA": float(row[3]) - 273.15, "VPD": float(row[4]) * 10}
    assert {name: stream[name].values[0] for name in expected} == pytest.approx(expected)
    assert [problem.message for problem in found.problems] == ["1 column not read, which columns does not name: remark"]
    scaled = {**GENERIC, "columns": {"Fc": {"variable": "FC", "unit": "umol m-2 s-1", "scale": 22.722}}}
    assert fluxes(generic_halfhourly.READER, tmp_path / "t.csv", generic(3), **scaled)["FC"].values[0] == pytest.approx(
        22.722 * float(row[1])
    )


def test_calendar_columns(tmp_path: Path) -> None:
    stream = fluxes(generic_halfhourly.READER, tmp_path / "t.txt", calendar(), **CALENDAR)
    np.testing.assert_array_equal(stream["time"], starts(60) - np.timedelta64(1, "h"))
    content = "Day,Month,Hour,Minute,NEE\n31,12,23,45,1\n1,1,0,15,2\n30,2,1,15,3\n1,1,24,15,4\n"
    options = {
        "time_stamps": "middle",
        "calendar_columns": {"day": "Day", "month": "Month", "hour": "Hour", "minute": "Minute"},
        "year": 2023,
        "columns": {"NEE": {"variable": "NEE", "unit": "umol m-2 s-1"}},
    }
    found = read(generic_halfhourly.READER, tmp_path / "t.csv", content, **options, **UTC)
    assert [str(time)[:16] for time in found.streams["fluxes"]["time"].values] == [
        "2023-01-01T00:00",
        "2023-01-02T00:00",
        "2023-12-31T23:30",
    ]
    assert dict(found.tally.rejected) == {"no valid date and time": 1}
    assert "1 rows are of an earlier time" in str(found.problems[1])


def test_date_and_time_apart(tmp_path: Path) -> None:
    content = "day;clock;NEE\n31.12.2023;23:30;1,5\n01.01.2024;00:00;2,5\n"
    options = {
        "separator": "semicolon",
        "decimal_comma": True,
        "date_column": "day",
        "time_column": "clock",
        "date_format": "dd.mm.yyyy",
        "time_stamps": "start",
        "columns": {"NEE": {"variable": "NEE", "unit": "umol m-2 s-1"}},
    }
    stream = fluxes(generic_halfhourly.READER, tmp_path / "t.csv", content, **options, **UTC)
    assert stream["NEE"].values.tolist() == [1.5, 2.5]
    assert stream["time"].values[1] == np.datetime64("2024-01-01")


def test_parquet(tmp_path: Path) -> None:
    path, reader = tmp_path / "t.parquet", generic_halfhourly.READER
    values = np.random.default_rng(2).normal(0, 1, 50)
    values[7] = np.nan
    middles = (starts(50) + np.timedelta64(15, "m")).astype("M8[ns]")
    options = {"time_stamps": "middle", "time_column": "t", "columns": {"x": {"variable": "NEE", "unit": "umol m-2 s-1"}}, **UTC}
    table = pa.table({"x": pa.array(values, from_pandas=True), "t": middles, "list": [[1]] * 50, "text": ['a,"b"'] * 50})
    parquet.write_table(table, path)
    content = path.read_bytes()
    stream = fluxes(reader, path, content, **options)
    np.testing.assert_array_equal(stream["NEE"], values)
    np.testing.assert_array_equal(stream["time"], starts(50))
    with pytest.raises(InputError, match="a parquet file that cannot be read"):
        read(reader, path, content[:-30], **options)
    aware = table.set_column(1, "t", pa.array(middles).cast(pa.timestamp("ns", "Europe/Berlin")))
    parquet.write_table(aware, path)
    np.testing.assert_array_equal(fluxes(reader, path, path.read_bytes(), **options)["time"], starts(50))
    with pytest.raises(InputError, match="times in column 't' say that they are UTC: time_zone = 'UTC'"):
        read(reader, path, path.read_bytes(), **(options | {"time_zone": "+01:00"}))


@pytest.mark.parametrize(
    ("change", "rejected", "message"),
    [
        (lambda lines: [lines[0], lines[1].replace("282230", "282300", 1), *lines[2:]], {LONG: 1}, "30 min long"),
        (lambda lines: [*lines[:5], *lines[8:]], {}, None),
        (lambda lines: [*lines[:5], lines[4], *lines[5:]], {"the same row again": 1}, None),
        (lambda lines: [*lines[:5], lines[4].replace(",0,", ",1,"), *lines[5:]], {"same time, other values": 1}, "same time"),
        (lambda lines: [lines[0], *lines[30:], *lines[1:30]], {}, "1 rows are of an earlier time than the row before them"),
        (lambda lines: [*lines[:5], lines[5][:20] + "x" + lines[5][21:], *lines[6:]], {"no valid date and time": 1}, "no valid date"),
        (lambda lines: [*lines[:5], *(line.replace("00,2", "07,2").replace("30,2", "37,2") for line in lines[5:6]), *lines[6:]],
         {"an interval of another length": 1}, "30 min long"),
    ],
)  # fmt: skip
def test_rows_that_are_not_as_they_should_be(tmp_path: Path, change: Any, rejected: dict[str, int], message: str | None) -> None:
    lines = fluxnet().decode().replace(",SITE_SPECIAL", ",RH").splitlines()
    found = read(fluxnet_halfhourly.READER, tmp_path / "t.csv", "\n".join([*change(lines), ""]), **UTC)
    assert dict(found.tally.rejected) == rejected
    assert found.tally.balanced
    if message is None:
        assert not found.problems
    else:
        assert any(message in str(problem) for problem in found.problems)


def test_cells_that_are_no_number(tmp_path: Path) -> None:
    lines = fluxnet().decode().splitlines()
    fields = lines[9].split(",")
    lines[9] = ",".join([*fields[:2], "1.2.3", *fields[3:]])
    for missing, row in (("NA", 3), ("", 4), ("NaN", 5), ("-9999.0", 6), ("-9999.00", 7)):
        fields = lines[row].split(",")
        lines[row] = ",".join([*fields[:2], missing, *fields[3:]])
    found = read(fluxnet_halfhourly.READER, tmp_path / "t.csv", "\n".join([*lines, ""]), **UTC)
    assert np.flatnonzero(np.isnan(found.streams["fluxes"]["NEE_VUT_REF"])).tolist() == [2, 3, 4, 5, 6, 8]
    assert dict(found.tally.damaged) == {"NEE_VUT_REF": 1}
    assert any("column 'NEE_VUT_REF': '1.2.3' is not a number" in str(problem) and problem.line == 10 for problem in found.problems)


def test_an_interval_that_changes(tmp_path: Path) -> None:
    halves, hours = generic(60).decode().splitlines(), generic(60, 60).decode().splitlines()
    first = next(row for row, line in enumerate(hours) if line.startswith("2024-02-29 05:00"))
    content = "\n".join([*halves[: 1 + 14], *hours[first:], ""])
    found = read(generic_halfhourly.READER, tmp_path / "t.csv", content, **(GENERIC | {"interval": "30 min"}))
    assert any("from here on rows of half an hour come every hour" in str(problem) for problem in found.problems)
    mixed = fluxnet(60).decode().splitlines() + fluxnet(90, 60).decode().splitlines()[40:]
    found = read(fluxnet_halfhourly.READER, tmp_path / "t.csv", "\n".join([*mixed, ""]), **UTC)
    assert found.tally.rejected["an interval of another length"] == 51
    assert any("those of the file are 30 min long" in str(problem) for problem in found.problems)
    # Half hours within a table of hours.
    rows = [*hours[:40], halves[2].replace("2024-02-28 23:00", "2024-02-28 23:30"), *hours[40:]]
    found = read(generic_halfhourly.READER, tmp_path / "t.csv", "\n".join([*rows, ""]), **GENERIC)
    assert dict(found.tally.rejected) == {"an interval that begins between those of the file": 1}


def test_tables_that_are_refused(tmp_path: Path) -> None:
    path, both = tmp_path / "t.csv", "TIMESTAMP_START,TIMESTAMP_END"
    for content, options, message in (
        ("a,b\n1,2\n", {}, "no column 'TIMESTAMP_START'"),
        (f"{both},SITE\n202401010000,202401010030,1\n", {}, "no column of a variable that is read"),
        (f"{both},FC\n202401010000,202401010010,1\n", {}, "intervals are 10 min long; expected half an hour or an hour"),
        (
            f"{both},FC\n202401010000,202401010030,1\n",
            {"interval": "1 h"},
            "interval is declared as 60 min, and those of the file are 30 min",
        ),
        (f"{both},FC\n202401010007,202401010037,1\n", {}, "give intervals that begin 7 min after a full or half hour"),
        ("#\n" * 200, {}, "no line with the names of columns"),
    ):
        with pytest.raises(InputError, match=message):
            read(fluxnet_halfhourly.READER, path, content, **options, **UTC)
    with pytest.raises(InputError, match="time stamps taken as the middle of 30 min give intervals that begin 15 min after"):
        read(generic_halfhourly.READER, path, generic(), **(GENERIC | {"time_stamps": "middle"}))
    with pytest.raises(InputError, match="rows are 10 min apart; expected half an hour or an hour"):
        read(generic_halfhourly.READER, path, generic(60, 10), **GENERIC)
    wrong, options = "when,VPD\nx,m\n2024-01-01 00:30,1\n", {"columns": {"VPD": "VPD"}, "header_lines": 2, "units_line": 2}
    with pytest.raises(InputError, match=r"column 'VPD' \(VPD\): unit 'm' does not stand for 'hPa'"):
        read(generic_halfhourly.READER, path, wrong, **(GENERIC | options))
    with pytest.raises(InputError, match="no column 'date' in the second row"):
        read(full_output_reader.READER, path, "a\nb,c\nd,e\n", **UTC)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_zone": "Europe/Berlin"}, "'Europe/Berlin' is no time zone; expected 'station', 'UTC' or an offset"),
        ({"time_zone": "+15:00"}, "is no time zone"),
        ({"interval": "10 min"}, "expected '30 min' or '1 h'"),
        ({"columns": {"Fc": {"variable": "FCC"}}}, "no variable 'FCC'; nearest: 'FC'"),
        ({"columns": {"Fc": {"variable": "FC", "unit": "K"}}}, "unit 'K' does not stand for 'umol m-2 s-1'"),
        ({"time_column": None}, "either time_column or calendar_columns"),
        ({"calendar_columns": {"hour": "h"}}, "either time_column or calendar_columns"),
        ({"time_column": None, "calendar_columns": {"year": "y", "hour": "h"}}, "either day_of_year, or month and day"),
        ({"time_column": None, "calendar_columns": {"day_of_year": "d", "hour": "h"}}, "has no year"),
        ({"time_column": None, "calendar_columns": {"day_of_year": "d"}, "year": 2024}, "has no hour"),
        ({"year": 2024}, "year is for calendar_columns"),
        ({"time_column": None, "date_column": "d", "calendar_columns": {"hour": "h"}}, "date_column needs time_column"),
        ({"date_format": "yyyy"}, "no date format"),
    ],
)
def test_descriptions_that_cannot_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        generic_halfhourly.READER.options.model_validate(GENERIC | options)


def test_variables_that_there_are_not() -> None:
    with pytest.raises(ValidationError, match="no variable 'NEE_VUT_REFF'; nearest: 'NEE_VUT_REF'"):
        fluxnet_halfhourly.READER.options(variables=["NEE_VUT_REFF"])


@pytest.mark.parametrize("name", FORMATS)
def test_every_reader_is_surest_of_its_own_files(tmp_path: Path, name: str) -> None:
    make, file, _, _ = FORMATS[name]
    path = tmp_path / file
    path.write_bytes(make())
    guesses = {each: reader.guess(path) for each, reader in READERS.items() if reader.guess is not None}
    sure = {each: guess.confidence for each, guess in guesses.items() if guess is not None}
    assert [each for each, confidence in sure.items() if confidence == max(sure.values())] == [name]


def test_what_a_guess_at_a_table_says(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(calendar())
    assert generic_halfhourly.READER.guess is not None
    guess = generic_halfhourly.READER.guess(path)
    assert guess is not None
    assert guess.options == {
        "time_stamps": "end",
        "calendar_columns": {"year": "Year", "hour": "Hour", "day_of_year": "DoY"},
        "separator": "tab",
        "header_lines": 2,
        "units_line": 2,
        "columns": {"NEE": "NEE", "Tair": "TA"},
    }
    assert guess.unsure[0].startswith("time_stamps: ")
    path.write_text("TIMESTAMP_MIDDLE;USTAR_X;Tair [K]\n" + "".join(f"2024-01-01 {hour:02d}:30;0.3;290\n" for hour in range(12)))
    guess = generic_halfhourly.READER.guess(path)
    assert guess is not None
    assert guess.options["columns"] == {"Tair [K]": {"variable": "TA", "unit": "K"}}
    assert guess.options["time_stamps"] == "middle"
    assert guess.confidence < 0.5
