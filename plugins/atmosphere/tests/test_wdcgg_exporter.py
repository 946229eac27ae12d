"""Exporter `wdcgg`: read again by a parser written from the description, and by the reader; metadata under the strict schema."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import finished_hours as hours
import netCDF4
import numpy as np
import pytest
import xarray as xr
from icos_atmosphere.exporters.obspack import EXPORTER as OBSPACK
from icos_atmosphere.exporters.obspack_series import gas_series
from icos_atmosphere.exporters.wdcgg import EXPORTER
from icos_atmosphere.exporters.wdcgg_codes import INTERVALS, TIME_ZONES, UNITS, method_code, time_zone
from icos_atmosphere.readers.wdcgg import READER
from icos_atmosphere.vocabulary import ATC_FLAGS

from icos_core.components import Streams
from icos_core.exceptions import DataError, ExportRefused
from icos_core.people import PersonFlag
from icos_core.testing import ExporterContract, example_context

NAME = "co2_exa_tower-insitu_150magl_162_hourly"
OPTIONS = {"station_number": 6319}
ROWS = hours.KEPT


def export(folder: Path, given: Streams, context: Any = None, **options: Any) -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    paths = EXPORTER.export(given, folder, EXPORTER.options(**{**OPTIONS, **options}), context or hours.context())
    return {path.name: path for path in paths}


def parsed(path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Parse a file as its description has it: `# key : value`, header_lines of them, columns named at their end, single blanks."""
    lines = path.read_bytes().decode("utf-8").split("\n")
    assert lines.pop() == "", "one line end at the end"
    assert lines[0].startswith("# header_lines : ")
    count = int(lines[0].rpartition(" ")[2])
    assert all(line.startswith("#") for line in lines[:count])
    assert not any(line.startswith("#") for line in lines[count:])
    entries = {}
    for line in lines[:count]:
        key, mark, value = line[1:].partition(" :")
        if mark:
            entries.setdefault(key.strip(), value.strip())
    assert lines[count - 3] == "# VARIABLE ORDER"
    columns = lines[count - 1].split()[1:]
    assert len(columns) == 37
    rows = [line.split(" ") for line in lines[count:]]
    assert {len(row) for row in rows} == {37}
    return entries, [dict(zip(columns, row, strict=True)) for row in rows]


def monthly(gas: str = "co2") -> xr.Dataset:
    """Return months of local standard time (UTC+1), which begin an hour before those of UTC."""
    stream = hours.hourly(gas).isel(time=slice(0, 3)).drop_vars("time_bnds")
    starts = np.array(["2021-01-31T23:00", "2021-02-28T23:00", "2021-03-31T23:00"], dtype="M8[ns]")
    return stream.assign_coords(time=("time", starts, {})).assign_attrs(averaging_interval="month")


class TestExporter(ExporterContract):
    exporter = EXPORTER
    options = {**OPTIONS, "intervals": ["hour", "month"], "nation": "SE"}

    def context(self) -> Any:
        return hours.context()

    def streams(self) -> dict[str, xr.Dataset]:
        return {
            "hourly/150m": hours.hourly("co2"),
            "other/150m": hours.hourly("ch4"),
            "hourly/50m": hours.hourly("co2", line="50m", height=50.5),
            "monthly/150m": monthly(),
            "daily/150m": hours.hourly().assign_attrs(averaging_interval="day"),
        }

    def reread(self, paths: Sequence[Path], streams: Streams) -> None:
        by_name = {path.name: path for path in paths}
        texts = {
            f"{NAME}.txt": "hourly/150m",
            "ch4_exa_tower-insitu_150magl_162_hourly.txt": "other/150m",
            "co2_exa_tower-insitu_50.5magl_162_hourly.txt": "hourly/50m",
            "co2_exa_tower-insitu_150magl_162_monthly.txt": "monthly/150m",
        }
        assert set(by_name) == {*texts, "wdcgg_exa_metadata.json", "wdcgg_exa_contact.json"}
        for name, origin in texts.items():
            gas = name.partition("_")[0]
            given = streams[origin]
            given = given.isel(time=ROWS) if given.sizes["time"] == hours.HOURS else given
            result = READER.read(by_name[name], READER.options(), example_context())
            stream = result.streams["wdcgg"]
            assert result.problems == ()
            np.testing.assert_array_equal(stream["time"].values, given["time"].values)
            for word in (gas, f"{gas}_ltr", f"{gas}_cmr", f"{gas}_sttb"):
                np.testing.assert_array_equal(stream[word].values, np.round(given[word].values, 3), word)
            for word in (f"{gas}_n", f"{gas}_instrument"):
                np.testing.assert_array_equal(stream[word].values, given[word].values, word)
            np.testing.assert_array_equal(stream[f"{gas}_stdev"].values, np.where(given[f"{gas}_n"] == 1, np.nan, 0.123))
            assert (stream[f"{gas}_atc_flag"].values == ATC_FLAGS["U"]).all()
            assert stream[gas].attrs["calibration_scale"] == given[gas].attrs["calibration_scale"]
            assert {key: stream.attrs[key] for key in ("intake_height", "averaging_interval")} == {
                key: given.attrs[key] for key in ("intake_height", "averaging_interval")
            }
            assert stream.attrs["instrument_ids"] == ([461] if origin == "monthly/150m" else [461, 530])


def test_rows_as_they_are_described(tmp_path: Path) -> None:
    entries, rows = parsed(export(tmp_path, {"hourly/150m": hours.hourly()}, country="Sweden")[f"{NAME}.txt"])
    given = hours.hourly().isel(time=ROWS)
    assert len(rows) == ROWS.size
    first = dict(rows[0])
    assert first == {
        "site_wdcgg_id": "EXA6319",
        "st_year": "2021",
        **dict(zip(("st_month", "st_day", "st_hour", "st_minute", "st_second"), ("03", "01", "00", "00", "00"), strict=True)),
        "end_year": "-999",
        **{f"end_{part}": "-9" for part in ("month", "day", "hour", "minute", "second")},
        "value": "412.000",
        "value_wmo_scale": "412.000",
        "value_sd": "0.123",
        "value_unc_1": "0.022",
        "value_unc_1_id": "1",
        "value_unc_1_method": "10",
        "value_unc_2": "0.013",
        "value_unc_2_id": "1",
        "value_unc_2_method": "10",
        "value_unc_3": "-0.072",
        "value_unc_3_id": "1",
        "value_unc_3_method": "10",
        "nvalue": "55",
        "latitude": "56.0976",
        "longitude": "13.4189",
        "altitude": "265.000",
        "elevation": "115.000",
        "intake_height": "150.000",
        "flask_no": "-999.999",
        "ORG_QCflag": "U",
        "QCflag": "1",
        "instrument": "461",
        "measurement_method": "18",
        "scale": "158",
    }
    assert [float(row["value"]) for row in rows] == np.round(given["co2"].values, 3).tolist()
    assert rows[1]["value_sd"] == "-999.999", "one value has no spread"
    assert {row["value_unc_3"] for row in rows[20:]} == {"-999.999"}
    stamps = ["{st_year}-{st_month}-{st_day}T{st_hour}:{st_minute}:{st_second}".format(**row) for row in rows]
    assert stamps == given["time"].values.astype("M8[s]").astype(str).tolist()
    expected = {
        "dataset_parameter": "co2",
        "dataset_selection_tag": "hourly",
        "dataset_time_zone": "UTC",
        "dataset_start_date": "2021-03-01T00:00:00Z",
        "dataset_end_date": "2021-03-02T05:00:00Z",
        "dataset_creation_date": "2021-03-02",
        "contributor_organization_code": "162",
        "site_country/territory": "Sweden",
        "site_elevation": "115",
        "instrument_2": "Cavity ring-down spectrometer, Picarro G2301",
        "instrument_2_code": "530",
        "instrument_1_measurement_method_type_code": "18",
        "scale_1_name": "WMO CO2 X2019",
        "value:units": "ppm",
        "Data_Set_Version": "0162-6319-1001-02-01-9999_2021-03-02",
    }
    assert {key: entries[key] for key in expected} == expected


def test_what_the_carbon_portal_checks(tmp_path: Path) -> None:
    """Counts without a point, whole hours, no uncertainty without a value, no row twice, no code with two digits."""
    path = export(tmp_path, {"hourly/150m": hours.hourly()}, flags=["U", "N", "O", "K", "R", "H"])[f"{NAME}.txt"]
    _, rows = parsed(path)
    assert all(row["nvalue"].lstrip("-").isdigit() for row in rows)
    assert {row["st_minute"] for row in rows} == {"00"}
    assert not any(row["value"] == "-999.999" for row in rows)
    stamps = [tuple(row[f"st_{part}"] for part in ("year", "month", "day", "hour")) for row in rows]
    assert len(set(stamps)) == len(stamps)
    assert b"-999.990" not in path.read_bytes()


def test_months_without_bounds_end_where_the_next_begins() -> None:
    (series,), _ = gas_series({"monthly/150m": monthly()}, "wdcgg", ("month",), (), (), ("U",))
    assert series.ends()[:-1].tolist() == series.starts()[1:].tolist()


def test_as_the_data_centre_takes_it(tmp_path: Path) -> None:
    path = export(tmp_path, {"hourly/150m": hours.hourly("ch4")}, header=False)["ch4_exa_tower-insitu_150magl_162_hourly.txt"]
    lines = path.read_text().splitlines()
    assert lines[0].split(" ")[:2] == ["site_wdcgg_id", "st_year"]
    assert len(lines) == ROWS.size + 1
    stream = READER.read(path, READER.options(), example_context()).streams["wdcgg"]
    np.testing.assert_array_equal(stream["ch4"].values, np.round(hours.hourly("ch4")["ch4"].values[ROWS], 3))


def test_incorrect_rows_are_invalid(tmp_path: Path) -> None:
    start = hours.TIME[12]
    person = PersonFlag(
        id="1", stream="hourly/150m", variable="co2", start=start, end=start + np.timedelta64(1, "h"), flag=4, who="", when="", why=""
    )
    stream = hours.hourly(people=(person,))
    _, rows = parsed(export(tmp_path, {"hourly/150m": stream}, flags=["U", "N", "O", "K", "R", "H"])[f"{NAME}.txt"])
    flags = {(row["ORG_QCflag"], row["QCflag"]) for row in rows}
    assert flags == {("U", "1"), ("N", "3"), ("K", "3")}
    assert len(rows) == hours.HOURS - 1, "an hour without a value is no row"


def test_what_is_not_known_is_filled(tmp_path: Path) -> None:
    stream = hours.hourly().drop_vars(["co2_cmr", "co2_stdev", "co2_instrument"])
    stream.attrs |= {"instrument_ids": [], "instrument_methods": []}
    stream["co2_n"] = ("time", np.zeros(hours.HOURS, dtype=np.int32), stream["co2_n"].attrs)
    stream["co2"].attrs["calibration_scale"] = "SIO-05"
    _, rows = parsed(export(tmp_path, {"hourly/150m": stream}, scale_codes={"SIO-05": 38})[f"{NAME}.txt"])
    names = (
        "value_wmo_scale",
        "value_sd",
        "value_unc_1",
        "value_unc_1_id",
        "value_unc_1_method",
        "nvalue",
        "instrument",
        "measurement_method",
    )
    assert [rows[0][name] for name in (*names, "scale")] == ["-999.999", "-999.999", "-999.999", "-9", "-9", "-9", "-9", "-9", "38"]


def test_months_are_written_in_local_standard_time(tmp_path: Path) -> None:
    path = export(tmp_path, {"monthly/150m": monthly()}, intervals=["month"])["co2_exa_tower-insitu_150magl_162_monthly.txt"]
    entries, rows = parsed(path)
    assert entries["dataset_time_zone"] == "UTC+01:00"
    assert [(row["st_year"], row["st_month"], row["st_day"], row["st_hour"]) for row in rows] == [
        ("2021", month, "01", "00") for month in ("02", "03", "04")
    ]
    (entry,) = json.loads((tmp_path / "wdcgg_exa_metadata.json").read_text())
    assert (entry["tz_time_zone"], entry["tz_time_zone_code"]) == ("UTC+01:00", "25")
    assert (entry["ri_reporting_interval"], entry["ri_reporting_interval_code"]) == ("1 month", "1001")


def test_metadata(tmp_path: Path) -> None:
    export(tmp_path, {"a": hours.hourly("co2"), "b": hours.hourly("n2o", line="50m", height=50.0)}, doi="10.18160/EXAM-PLE1")
    first, second = json.loads((tmp_path / "wdcgg_exa_metadata.json").read_text())
    assert first["wc_wdcgg_catalogue_id"] == "0162-6319-1001-02-01-9999"
    assert second["wc_wdcgg_catalogue_id"] == "0162-6319-1003-02-01-9999"
    assert first["Submission_date"] == "2021-03-02 06:00:00"
    assert (second["un_unit"], second["un_unit_code"]) == ("ppb", "2")
    assert second["sh_scale_history"][0]["sc_scale"] == "WMO N2O X2006A"
    assert first["dc_doi_category_code"] == "2"
    assert [(each["ih_start_date_time"], each["ih_end_date_time"]) for each in first["ih_instrument_history"]] == [
        ("9999-12-31T00:00:00", "2021-03-01T15:00:00"),
        ("2021-03-01T15:00:00", "9999-12-31T23:59:59"),
    ]
    assert {each["mm_measurement_method"] for each in first["ih_instrument_history"]} == {"CRDS"}
    assert {each["dg_data_flag"]: each["df_data_flag_code"] for each in first["dg_data_flag_group"]} == dict(
        zip("UORNKH", "111333", strict=True)
    )


@pytest.mark.realdata
def test_metadata_are_valid_under_the_strict_schema(real_data: Path, tmp_path: Path) -> None:
    """The schema calls itself draft 7, under which nothing of it is required; its `required: true` is that of draft 3."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    folder = real_data / "portal/icos-meta/wdcgg"

    def mistakes(schema_name: str, content: Any) -> list[str]:
        schema = json.loads((folder / schema_name).read_text())
        del schema["$schema"]
        jsonschema.Draft3Validator.check_schema(schema)
        validator = jsonschema.Draft3Validator(schema, format_checker=jsonschema.FormatChecker())
        return [error.message for error in validator.iter_errors(content)]

    streams = {"a": hours.hourly("co2"), "b": hours.hourly("n2o", line="50m", height=50.0), "c": hours.hourly("co"), "d": monthly("ch4")}
    options = {"nation": "SE", "intervals": ["hour", "month"], "sampling_frequency": 12}
    export(tmp_path, streams, **options)
    content = json.loads((tmp_path / "wdcgg_exa_metadata.json").read_text())
    assert len(content) == 4
    assert mistakes("metadata.json_schema_202506.json", content) == []
    assert mistakes("contact.json_schema_202106.json", json.loads((tmp_path / "wdcgg_exa_contact.json").read_text())) == []
    assert len(mistakes("metadata.json_schema_202506.json", [{}])) == 22, "the judge is a strict one"


def test_what_is_not_calibrated_or_has_no_number_is_refused(tmp_path: Path) -> None:
    streams = {
        "hourly/150m": hours.hourly(),
        "hourly/50m": hours.hourly("ch4", line="50m", height=50.0, scale="none"),
        "hourly/30m": hours.hourly("ch4", line="30m", height=30.0, scale="unknown"),
    }
    with pytest.raises(ExportRefused) as refusal:
        export(tmp_path, streams)
    first, second = refusal.value.reasons
    assert first == "CH4 of 'hourly/50m' is not written: it is not calibrated (its scale is none)"
    assert second.startswith("CH4 of 'hourly/30m' is not written: the data centre has no number that is known for its scale 'unknown'")
    assert {path.name for path in tmp_path.glob("*")} == {f"{NAME}.txt", "wdcgg_exa_metadata.json"}


def test_without_the_number_of_the_station_there_are_no_metadata(tmp_path: Path) -> None:
    assert EXPORTER.check is not None
    assert [sentence.partition(":")[0] for sentence in EXPORTER.check(EXPORTER.options(), hours.context())] == ["station_number"]
    with pytest.raises(ExportRefused, match="station_number: the metadata need"):
        EXPORTER.export({"hourly/150m": hours.hourly()}, tmp_path, EXPORTER.options(), hours.context())
    _, rows = parsed(tmp_path / f"{NAME}.txt")
    assert rows[0]["site_wdcgg_id"] == "EXA"


def test_two_series_of_one_kind(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="are both CO2 by hour at 150 m"):
        export(tmp_path, {"a": hours.hourly(), "b": hours.hourly()})


@pytest.mark.parametrize(
    ("description", "code"),
    [
        ("Cavity ring-down spectrometer, Picarro G2401", 18),
        ("Picarro G5310", 18),
        ("Los Gatos Research, GGA-24EP", 25),
        ("NDIR, Siemens ULTRAMAT 6", 9),
        ("Ecotech, Spectronus", 50),
        ("LI-7810", 88),
        ("", 88),
    ],
)
def test_methods(description: str, code: int) -> None:
    assert method_code(description).code == code


def test_stated_methods_come_first(tmp_path: Path) -> None:
    method = {"contains": "G2301", "code": 77, "name": "another"}
    _, rows = parsed(export(tmp_path, {"hourly/150m": hours.hourly()}, methods=[method])[f"{NAME}.txt"])
    assert [row["measurement_method"] for row in rows] == np.where(ROWS < 15, "18", "77").tolist()


def test_time_zones() -> None:
    assert [time_zone(hours) for hours in (0, 1, 5.75, -3.5, 9.75)] == ["UTC", "UTC+01:00", "UTC+05:45", "UTC-03:30", None]
    assert (len(TIME_ZONES), TIME_ZONES.index("UTC-12:00")) == (40, 39)


@pytest.mark.realdata
def test_numbers_and_words_are_those_of_the_schema(real_data: Path) -> None:
    schema = json.loads((real_data / "portal/icos-meta/wdcgg/metadata.json_schema_202506.json").read_text())["items"]["properties"]
    assert schema["tz_time_zone"]["enum"] == list(TIME_ZONES)
    reporting = dict(zip(schema["ri_reporting_interval_code"]["enum"], schema["ri_reporting_interval"]["enum"], strict=True))
    assert {each.code: each.name for each in INTERVALS.values()}.items() <= reporting.items()
    units = dict(zip(schema["un_unit"]["enum"], schema["un_unit_code"]["enum"], strict=True))
    assert UNITS.items() <= units.items()


@pytest.mark.parametrize(("project", "message"), [("tower-insity", "nearest: 'insitu'"), ("towre-insitu", "nearest: 'tower'")])
def test_projects_that_have_no_number(project: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        EXPORTER.options(project=project)


def test_rows_are_those_that_the_carbon_portal_makes_of_an_obspack(tmp_path: Path) -> None:
    """The Portal reads an ObsPack by `float(str())` of its 32-bit numbers, and prints three digits."""
    streams = {"hourly/150m": hours.hourly("ch4")}
    (obspack,) = OBSPACK.export(streams, tmp_path, OBSPACK.options(), hours.context())
    _, rows = parsed(export(tmp_path / "wdcgg", streams)["ch4_exa_tower-insitu_150magl_162_hourly.txt"])
    with netCDF4.Dataset(obspack) as file:
        file.set_auto_mask(False)
        for variable, column in (
            ("value", "value"),
            ("value_std_dev", "value_sd"),
            ("icos_LTR", "value_unc_2"),
            ("icos_STTB", "value_unc_3"),
        ):
            printed = ["-999.999" if np.isnan(each) else f"{float(str(each)) * 1e9:.3f}" for each in file[variable][:]]
            assert [row[column] for row in rows] == printed, column
        starts = [str(np.datetime64(int(second), "s")) for second in file["start_time"][:]]
        assert ["{st_year}-{st_month}-{st_day}T{st_hour}:{st_minute}:{st_second}".format(**row) for row in rows] == starts
        assert [row["ORG_QCflag"] for row in rows] == [letter.decode() for letter in file["qc_flag"][:]]
        assert [row["nvalue"] for row in rows] == [str(count) for count in file["nvalue"][:]]
