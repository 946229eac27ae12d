"""Files of the Atmosphere Thematic Centre written and read again: by our reader, by the portal's rules, by openghg."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import atc_files
import atc_portal
import numpy as np
import pytest
from icos_atmosphere.calibration.released_mole_fraction import CALIBRATOR
from icos_atmosphere.exporters.icos_atc import EXPORTER, check
from icos_atmosphere.exporters.icos_atc_series import instrument_column
from icos_atmosphere.readers.icos_atc_release import READER
from icos_atmosphere.vocabulary import series_words

from icos_core.dataset import make_stream
from icos_core.exceptions import DataError, ExportRefused
from icos_core.flags import apply_flags
from icos_core.people import PersonFlag
from icos_core.station import Station
from icos_core.testing import ExporterContract, example_context, flagged

STATION = {
    "id": "ABC",
    "name": "Example Tower",
    "domain": "atmosphere",
    "platform": "fixed",
    "latitude": 50.0,
    "longitude": -2.5399,
    "altitude": 207,
    "utc_offset": 1,
    "contact": {"institution": "Example Institute", "email": "data@example.org"},
}
OPTIONS = {"country": "Nowhere", "project_data_version": "L2-2024.1"}
HOUR = np.timedelta64(1, "h")


def context(level="final", **changes):
    return example_context(station=Station.model_validate({**STATION, **changes}), deployments=(), level=level)


def hours(count=48, gas="co2", scale="WMO CO2 X2019", height=50.0, **more):
    """Return hourly means as the product makes them; the fifth hour has no value, the third a single minute."""
    moments = np.datetime64("2023-12-30T20:00", "ns") + np.arange(count) * HOUR
    value = 410 + 0.25 * np.arange(count)
    value[5:6] = np.nan
    present = ~np.isnan(value)
    points = np.where(present, 49, 0)
    points[3:4] = 1
    values = {
        gas: value,
        f"{gas}_stdev": np.where(present, 0.125, np.nan),
        f"{gas}_n": points,
        f"{gas}_without_spikes": value - 0.5,
        f"{gas}_without_spikes_stdev": np.where(present, 0.0625, np.nan),
        f"{gas}_without_spikes_n": np.where(present, points - 1, 0),
        f"{gas}_ltr": np.full(count, 0.011),
        f"{gas}_cmr": np.where(present, 0.02, np.nan),
        f"{gas}_sttb": np.where(present, -0.03, np.nan),
        f"{gas}_instrument": np.where(present, 7, -1),
        **more,
    }
    attrs = {
        "line": f"{height:g}m",
        "intake_height": height,
        "averaging_interval": "hour",
        "instrument": "Picarro",
        "instrument_ids": np.array([7]),
        "instrument_methods": ["Cavity ring-down spectrometer, Picarro G2401"],
    }
    stream = make_stream(moments, values, series_words((gas,)), attrs)
    stream[gas].attrs["calibration_scale"] = scale
    return flagged(stream)


def export(folder, given, level="final", **options):
    """Return name → content of what is written."""
    given = given if isinstance(given, dict) else {"hourly/50m": given}
    paths = EXPORTER.export(given, folder, EXPORTER.options.model_validate({**OPTIONS, **options}), context(level))
    return {path.name: path.read_bytes() for path in paths}


def one(written):
    (content,) = written.values()
    return content


def header_of(content):
    return {match[1]: match[2] for match in re.finditer(r"^# ([A-Z][A-Z /]+): (.*)$", content.decode(), re.MULTILINE)}


def rows_of(content):
    return [line for line in content.decode().splitlines() if not line.startswith("#")]


class TestRelease(ExporterContract):
    exporter = EXPORTER
    options = OPTIONS

    def context(self):
        return context()

    def streams(self):
        return {"hourly/50m": hours(), "hourly/100m": hours(height=100.0), "daily": hours().assign_attrs(averaging_interval="day")}

    def reread(self, paths, streams):
        assert [path.name for path in paths] == [f"ICOS_ATC_L2_L2-2024.1_ABC_{height}_CTS.CO2" for height in ("50.0", "100.0")]
        for path, name in zip(paths, ("hourly/50m", "hourly/100m"), strict=True):
            again, before = READER.read(path, READER.options(), self.context()).streams["icos_atc"], streams[name]
            assert np.array_equal(again["time"].values, before["time"].values)
            for word in ("co2", "co2_stdev", "co2_without_spikes", "co2_ltr", "co2_sttb"):
                single = before["co2_n"].values == 1
                expected = np.where(single, np.nan, before[word].values) if word.endswith("stdev") else before[word].values
                assert np.allclose(again[word].values, expected, rtol=0, atol=5.1e-4, equal_nan=True), word
            assert np.array_equal(again["co2_n"].values, before["co2_n"].values)
            assert again["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"
            assert again.attrs["instrument_methods"] == ["Cavity ring-down spectrometer, Picarro G2401"]


class TestNearRealTime(ExporterContract):
    exporter = EXPORTER
    options = {"country": "Nowhere"}

    def context(self):
        return context("nrt")

    def streams(self):
        return {"hourly/50m": hours(h2o=np.full(48, 1.25), co2_raw=np.full(48, 401.5))}

    def reread(self, paths, streams):
        assert [path.name for path in paths] == ["ICOS_ATC_NRT_ABC_2023-12-30_2024-01-01_50.0_7.CO2"]
        again = READER.read(paths[0], READER.options(), self.context()).streams["icos_atc"]
        assert (again["h2o"].values == 1.25).all()
        assert (again["co2_raw"].values == 401.5).all()
        assert np.isnan(again["co2_raw_dry"].values).all()
        assert (again["co2_n"].values == streams["hourly/50m"]["co2_n"].values).all()


def test_a_release_to_the_letter(tmp_path):
    content = one(export(tmp_path, hours(8), comments=["Release notes:"], station_category="Class 1"))
    lines = content.decode().splitlines()
    assert lines[:30] == [
        "# TITLE: CO2 - L2-2024.1 continuous time series for Continuous air",
        "# FILE NAME: ICOS_ATC_L2_L2-2024.1_ABC_50.0_CTS.CO2",
        "# DATA FORMAT: see the last line of this header for column description",
        "# TOTAL LINES: 54",
        "# HEADER LINES: 46",
        "# PROJECT DATA VERSION: L2-2024.1",
        "# DATA VERSION: L2 final",
        "# STATION CODE: ABC",
        "# STATION NAME: Example Tower",
        "# STATION CATEGORY: Class 1",
        "# OBSERVATION CATEGORY: Air sampling observation at a Stationary platform",
        "# COUNTRY/TERRITORY: Nowhere",
        "# CONTRIBUTOR: Example Institute",
        "# LATITUDE: 50.0000 N",
        "# LONGITUDE: -2.5399 E",
        "# ALTITUDE: 207 m asl",
        "# NUMBER OF SAMPLING HEIGHTS: 1",
        "# SAMPLING HEIGHTS: 50.0 m agl",
        "# CONTACT POINT: data@example.org",
        "# PARAMETER: CO2",
        "# COVERING PERIOD: 2023-12-30T20:00 2023-12-31T03:59",
        "# TIME INTERVAL: hourly",
        "# MEASUREMENT UNIT: umol.mol-¹",
        "# MEASUREMENT METHOD: Cavity ring-down spectrometer, Picarro G2401 (instrument Id 7)",
        "# SAMPLING TYPE: continuous",
        "# TIME ZONE: UTC +1",
        "# MEASUREMENT SCALE: WMO CO2 X2019",
        f"# DATA POLICY: {EXPORTER.options().data_policy}",
        "# COMMENT:",
        "#   - Times are UTC",
    ]
    assert lines[43:46] == ["#   - Release notes:", "#", atc_files.RELEASE_TITLES.format(gas="co2")]
    assert lines[46:] == [
        "ABC;50;2023;12;30;20;00;2023.99680365;410.000;0.125;49;U;7;0;0.011;0.020;-0.030;;;409.500;0.062;48",
        "ABC;50;2023;12;30;21;00;2023.99691781;410.250;0.125;49;U;7;0;0.011;0.020;-0.030;;;409.750;0.062;48",
        "ABC;50;2023;12;30;22;00;2023.99703196;410.500;0.125;49;U;7;0;0.011;0.020;-0.030;;;410.000;0.062;48",
        "ABC;50;2023;12;30;23;00;2023.99714612;410.750;-9.990;1;U;7;0;0.011;0.020;-0.030;;;410.250;0.062;0",
        "ABC;50;2023;12;31;00;00;2023.99726027;411.000;0.125;49;U;7;0;0.011;0.020;-0.030;;;410.500;0.062;48",
        "ABC;50;2023;12;31;01;00;2023.99737443;-999.990;-9.990;0;N;7;0;0.011;;-999.990;;;-999.990;-9.990;0",
        "ABC;50;2023;12;31;02;00;2023.99748858;411.500;0.125;49;U;7;0;0.011;0.020;-0.030;;;411.000;0.062;48",
        "ABC;50;2023;12;31;03;00;2023.99760274;411.750;0.125;49;U;7;0;0.011;0.020;-0.030;;;411.250;0.062;48",
    ]


def test_near_real_time_to_the_letter(tmp_path):
    content = one(export(tmp_path, hours(2, h2o=np.array([1.2, np.nan])), "nrt"))
    lines = content.decode().splitlines()
    assert lines[0] == "# TITLE: CO2 - NRT Continuous air"
    assert lines[2] == "# DATA FORMAT: Version 1.0"
    assert lines[5:7] == ["# PROJECT DATA VERSION: L2-2024.1", "# DATA PRODUCT TYPE: NRT"]
    assert "# SAMPLING HEIGHTS: 50 m agl" in lines
    assert lines[-4:] == [
        "#",
        atc_files.NRT_TITLES.format(gas="co2"),
        "ABC;50;2023;12;30;20;00;2023.99680365;410.000;0.125;49;U;7;0;;;;1.200;-999.990;-999.990;-999.990;-999.990;-999.990",
        "ABC;50;2023;12;30;21;00;2023.99691781;410.250;0.125;49;U;7;0;;;;-999.990;-999.990;-999.990;-999.990;-999.990;-999.990",
    ]


@pytest.mark.parametrize("level", ["final", "nrt"])
def test_the_portal_takes_it(tmp_path, level):
    stream = hours(9000)
    titles, rows = atc_portal.parse(one(export(tmp_path, stream, level)))
    assert titles[8:14] == ["co2", "Stdev", "NbPoints", "Flag", "InstrumentId", "QualityId"]
    seconds = stream["time"].values.astype("M8[s]").astype(int).tolist()
    assert [row["TIMESTAMP"] for row in rows] == [datetime.fromtimestamp(each, UTC) for each in seconds]
    values = np.array([np.nan if row["co2"] is None else row["co2"] for row in rows])
    assert np.allclose(values, stream["co2"].values, rtol=0, atol=5.1e-4, equal_nan=True)
    assert [row["NbPoints"] for row in rows] == stream["co2_n"].values.tolist()
    # The portal does not know the Centre's text for a missing standard deviation.
    assert [row["Stdev"] for row in rows[2:6]] == [0.125, -9.99, 0.125, -9.99]
    assert "".join(row["Flag"] for row in rows[:8]) == "UUUUUNUU"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")  # what openghg asks of pandas
def test_openghg_reads_it(tmp_path):
    surface = pytest.importorskip("openghg.standardise.surface")
    stream = hours(100, gas="ch4", scale="WMO CH4 X2004A", height=90.0)
    station = context(id="RGL", latitude=51.9975, longitude=-2.5399, altitude=207)  # openghg knows its stations
    (path,) = EXPORTER.export({"hourly/90m": stream}, tmp_path, EXPORTER.options.model_validate(OPTIONS), station)
    parsed = surface.parse_icos(path, site="rgl", instrument="g2301", inlet="90m", update_mismatch="metadata")["ch4"]
    data, metadata = parsed["data"], parsed["metadata"]
    present = ~np.isnan(stream["ch4"].values)
    assert np.array_equal(data["time"].values.astype("M8[ns]"), stream["time"].values[present])
    assert np.allclose(data["ch4"].values, stream["ch4"].values[present], rtol=0, atol=5.1e-4)
    assert np.array_equal(data["ch4_number_of_observations"].values, stream["ch4_n"].values[present])
    assert np.isnan(data["ch4_variability"].values[3])
    assert data["ch4_variability"].values[0] == 0.125
    assert (data["flag"].values == "U").all()
    assert metadata["units"] == "nmol.mol-¹"
    assert metadata["sampling_period"] == "3600.0"
    assert metadata["data_owner_email"] == "data@example.org"


def test_letters_come_from_flags_and_people(tmp_path):
    stream = hours(8)
    words = {"stream": "hourly/50m", "variable": "co2", "who": "pi", "when": "2024-02-01T00:00:00Z", "why": "pump"}
    start = stream["time"].values
    people = [
        PersonFlag(id="a", start=start[0], end=start[1], flag=1, **words),
        PersonFlag(id="b", start=start[1], end=start[2], flag=4, **words),
    ]
    apply_flags(stream, (), people)
    rows = rows_of(one(export(tmp_path, stream)))
    assert rows[0].split(";")[8:13] == ["410.000", "0.125", "49", "O", "7"]
    assert rows[1].split(";")[8:13] == ["-999.990", "-9.990", "0", "K", "7"]
    assert rows[1].split(";")[14:] == ["0.011", "0.020", "-0.030", "", "", "-999.990", "-9.990", "0"]
    assert rows[2].split(";")[11] == "U"


def test_what_is_not_calibrated_is_refused_and_the_rest_written(tmp_path):
    streams = {"hourly/50m": hours(4), "hourly/9m": hours(4, gas="ch4", scale="none", height=9.0)}
    with pytest.raises(ExportRefused) as refused:
        export(tmp_path, streams)
    assert refused.value.reasons == ("CH4 of 'hourly/9m' is not written: it is not calibrated (its scale is none)",)
    assert [path.name for path in tmp_path.iterdir()] == ["ICOS_ATC_L2_L2-2024.1_ABC_50.0_CTS.CO2"]


def test_an_instrument_without_identifier_or_height_is_refused(tmp_path):
    nameless = hours(4, co2_instrument=np.full(4, -1)).assign_attrs(instrument_ids=[])
    with pytest.raises(ExportRefused, match="the instrument of 4 hours has no identifier; the key id of the instrument gives it"):
        export(tmp_path, nameless)
    lost = hours(4)
    del lost.attrs["intake_height"]
    with pytest.raises(ExportRefused, match="the height of its inlet is not stated"):
        export(tmp_path, lost)


def test_gaps_are_of_the_instrument_around_them_or_of_the_dummy():
    value = np.array([np.nan, 400, np.nan, 401, np.nan, np.nan, 402, np.nan, 403.0])
    stated = np.array([-1, 7, -1, 7, -1, -1, 8, -1, -1])
    stream = hours(9, co2=value, co2_instrument=stated)
    assert instrument_column(stream, "co2").tolist() == [7, 7, 7, 7, 82, 82, 8, 8, -1]
    alone = hours(3).drop_vars("co2_instrument")
    assert instrument_column(alone, "co2").tolist() == [7, 7, 7]
    assert instrument_column(alone.assign_attrs(instrument_ids=[7, 8]), "co2").tolist() == [-1, -1, -1]


def test_what_nobody_knows_is_empty(tmp_path):
    stream = hours(2)
    words = ("_without_spikes", "_without_spikes_stdev", "_without_spikes_n", "_ltr", "_cmr", "_sttb", "_n")
    few = stream.drop_vars([f"co2{word}" for word in words])
    assert rows_of(one(export(tmp_path, few)))[0].endswith(";410.000;0.125;;U;7;0;;;;;;;;")


def test_several_instruments_and_scales_in_the_header(tmp_path):
    stream = hours(6, gas="ch4", ch4_instrument=np.array([8, 8, 7, 7, 7, 7]))
    stream.attrs |= {"instrument_ids": [7, 8, 9], "instrument_methods": ["CRDS", "GC", "unused"]}
    stream["ch4"].attrs |= {"calibration_scale": "unknown", "calibration_scale_of_instruments": "7: WMO CH4 X2004A; 8: unknown"}
    header = header_of(one(export(tmp_path, stream)))
    assert header["MEASUREMENT METHOD"] == "GC (instrument Id 8); CRDS (instrument Id 7)"
    assert header["MEASUREMENT SCALE"] == "7: WMO CH4 X2004A; 8: Unknown"
    assert header["MEASUREMENT UNIT"] == "nmol.mol-¹"


def test_values_are_written_in_the_unit_of_the_gas(tmp_path):
    stream = hours(2)
    for name in ("co2", "co2_stdev", "co2_without_spikes"):
        stream[name].attrs["units"] = "mmol mol-1"
    assert rows_of(one(export(tmp_path, stream)))[0].split(";")[8] == "410000.000"


def test_only_hourly_series_are_written(tmp_path):
    minutes = hours(4).assign_attrs(averaging_interval="minute")
    flasks = hours(4).assign_attrs(averaging_interval="sample")
    assert export(tmp_path, {"picarro/50m": minutes, "flasks": flasks}) == {}
    with pytest.raises(DataError, match="'hourly/5m' is no hourly series; there are: hourly/50m; nearest: 'hourly/50m'"):
        export(tmp_path, hours(4), streams=["hourly/5m"])


def test_two_series_of_one_kind_need_a_choice(tmp_path):
    streams = {"hourly/50m": hours(4), "icos_atc": hours(4)}
    with pytest.raises(DataError, match=r"'hourly/50m' and 'icos_atc' are both hourly CO2 at 50\.0 m; the option streams says which"):
        export(tmp_path, streams)
    assert len(export(tmp_path, streams, streams=["icos_atc"])) == 1


def test_the_layout_may_be_other_than_that_of_the_level(tmp_path):
    assert list(export(tmp_path, hours(4), "nrt", layout="release")) == ["ICOS_ATC_L2_L2-2024.1_ABC_50.0_CTS.CO2"]


def test_check_names_what_is_missing():
    def complaints(level="final", station=(), **options):
        return check(EXPORTER.options.model_validate(options), context(level, **dict(station)))

    assert complaints(**OPTIONS) == []
    assert [each.partition(":")[0] for each in complaints()] == ["country", "project_data_version"]
    assert [each.partition(":")[0] for each in complaints("nrt")] == ["country"]
    assert complaints(station={"id": "A B"}, **OPTIONS)[0].startswith("station.id: 'A B' has characters other than letters and digits")
    moving = {"platform": "ship", "latitude": None, "longitude": None}
    (complaint,) = complaints(station=moving, **OPTIONS)
    assert complaint == "station.latitude: the header names latitude, longitude, altitude and utc_offset of a station"


def released(folder, content, name, **options):
    """Read a file and take it over, as a run does."""
    path = folder / name
    path.write_bytes(content)
    stream = flagged(READER.read(path, READER.options(), example_context()).streams["icos_atc"])
    result = CALIBRATOR.calibrate({"icos_atc": stream}, CALIBRATOR.options.model_validate(options), example_context())
    taken = result.streams["icos_atc"].copy()
    apply_flags(taken, result.outcomes)
    return taken


@pytest.mark.parametrize(("level", "content"), [("final", atc_files.release()), ("nrt", atc_files.near_real_time())])
def test_a_file_read_and_written_again_has_the_same_rows(tmp_path, level, content):
    (tmp_path / "out").mkdir()
    again = one(export(tmp_path / "out", released(tmp_path, content, "file.CO2"), level))
    before = rows_of(content.replace(b"-999.99;-9.99;", b"-999.990;-9.990;"))
    assert rows_of(again) == before


def test_a_conversion_stands_in_the_comment(tmp_path):
    (tmp_path / "out").mkdir()
    stream = released(tmp_path, atc_files.near_real_time(), "file.CO2", scale={"co2": "X2019"})
    content = one(export(tmp_path / "out", stream, "nrt")).decode()
    assert "# Scale converted: WMO CO2 X2007 to WMO CO2 X2019: 1.00079 x - 0.142 umol mol-1" in content
    assert "# MEASUREMENT SCALE: WMO CO2 X2019\n" in content


REAL = {
    "final": ("atmosphere/openghg/proc_test_data/ICOS/ICOS_ATC_L2_L2-2024.1_RGL_90.0_CTS.CH4", "RGL"),
    "nrt": ("atmosphere/icos_cp/realatc.CO2", "GAT"),
}


@pytest.mark.realdata
@pytest.mark.parametrize("level", REAL)
def test_real_files_come_out_as_they_went_in(real_data, tmp_path, level):
    name, station = REAL[level]
    content = (real_data / name).read_bytes()
    stream = released(tmp_path, content, "file")
    paths = EXPORTER.export({"icos_atc": stream}, tmp_path, EXPORTER.options.model_validate(OPTIONS), context(level, id=station))
    written = paths[0].read_bytes()
    assert rows_of(written) == rows_of(content)
    before, after = header_of(content), header_of(written)
    assert list(after) == list(before)
    same = ("PARAMETER", "TIME INTERVAL", "MEASUREMENT UNIT", "MEASUREMENT METHOD", "SAMPLING TYPE", "NUMBER OF SAMPLING HEIGHTS")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    assert after["SAMPLING HEIGHTS"] == before["SAMPLING HEIGHTS"]
    atc_portal.parse(written)


@pytest.mark.realdata
def test_the_portals_rules_read_the_centres_own_file(real_data):
    titles, rows = atc_portal.parse((real_data / "atmosphere/icos_cp/realatc.CO2").read_bytes())
    assert len(rows) == 24
    assert rows[2]["TIMESTAMP"] == datetime(2018, 4, 12, 2, tzinfo=UTC)
    assert (titles[8], rows[2]["co2"], rows[2]["Stdev"], rows[2]["NbPoints"]) == ("co2", 421.906, 0.465, 12)
