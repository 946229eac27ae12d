"""Readers of SOCAT files: the real sample, files of the suite's own exporter, and whatever a preamble and a table may look like."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from icos_ocean.expocodes import expocode_text
from icos_ocean.exporters.socat import EXPORTER
from icos_ocean.readers import socat_cruise, socat_synthesis, socat_table_pieces
from icos_ocean.readers.socat_cruise import READER as CRUISE
from icos_ocean.readers.socat_synthesis import READER as SYNTHESIS
from icos_ocean.readers.socat_synthesis import moved
from icos_ocean.simulators.socat_cruise import SIMULATOR
from small_cruise import calibrated, cruise
from small_submission import submission, table

from icos_core.components import ReadResult
from icos_core.exceptions import InputError
from icos_core.testing import example_context

CONTEXT = example_context()


def read(reader, path: Path, **options) -> ReadResult:
    return reader.read(path, reader.options(**options), CONTEXT)


def stream_of(reader, path: Path, **options) -> xr.Dataset:
    (stream,) = read(reader, path, **options).streams.values()
    return stream


@pytest.mark.realdata
def test_the_sample(real_data):
    path = real_data / "ocean/socat/AGSK20031205_16rows.tsv"
    result = read(CRUISE, path)
    stream = result.streams["socat"]
    assert (result.tally.seen, result.tally.kept, result.problems) == (16, 16, ())
    assert str(stream["time"].values[0]) == "2003-12-05T22:12:00.000000000"
    assert stream["sst"].values[:3].tolist() == [5.41, 5.39, 5.44]
    assert stream["xco2"].values[-1] == 376.5
    assert stream["longitude"].values[0] == 337.28101
    assert np.isnan(stream["atmospheric_pressure"].values).all()
    assert np.isfinite(stream["salinity_climatology"].values).sum() == 7
    assert set(stream["fco2rec_source"].values.tolist()) == {1}
    assert set(stream["fco2rec_woce"].values.tolist()) == {2}
    assert {expocode_text(number) for number in stream["expocode"].values} == {"AGSK20031205"}
    exact = stream_of(SYNTHESIS, path, expocodes=("AGSK20031205",))
    np.testing.assert_array_equal(exact["time"].values, stream["time"].values)
    assert CRUISE.guess(path).confidence > SYNTHESIS.guess(path).confidence


def test_what_the_exporter_writes_is_read_again(tmp_path):
    measured, _ = cruise()
    stream, _ = calibrated(measured, barometer_height=20.0)
    (path,) = EXPORTER.export({"underway": stream}, tmp_path, EXPORTER.options(include_bad=True, depth=5.0), CONTEXT)
    result = read(CRUISE, path)
    found = result.streams["socat"]
    assert result.problems == ()
    assert result.tally.seen == result.tally.kept == found.sizes["time"]
    written = stream.sel(time=found["time"].values)
    same = {
        **{name: name for name in ("latitude", "sst", "salinity", "equilibrator_temperature", "equilibrator_pressure", "xco2", "xco2_air")},
        **{name: name for name in ("delta_temperature", "pco2_equilibrator", "fco2_equilibrator", "pco2", "fco2", "pco2_air", "fco2_air")},
        "water_vapour_pressure": "water_vapour_pressure",
        "atmospheric_pressure": "sea_level_pressure",
    }
    for name, original in same.items():
        np.testing.assert_allclose(found[name].values, written[original].values, rtol=0, atol=0.000501, err_msg=name)
        assert found[name].attrs["units"] == written[original].attrs["units"]
    assert set(found["sample_depth"].values.tolist()) == {5.0}
    assert {expocode_text(number) for number in found["expocode"].values} == {"XX0020240101"}
    np.testing.assert_array_equal(found["fco2_woce"].values, np.full(found.sizes["time"], 2))
    guess = CRUISE.guess(path)
    assert guess.confidence >= 0.9
    assert guess.options == {}
    assert SYNTHESIS.guess(path) is None


@pytest.mark.parametrize(
    ("title", "cell", "name", "value"),
    [
        ("xCO2_water_Tequ_dry [umol/mol]", "400.5", "xco2", 400.5),
        ("xCO2water_equ_dry [umol/mol]", "400.5", "xco2", 400.5),
        ("xCO2_SW_TEQU_ppm", "400.5", "xco2", 400.5),
        ("xCO2water_SST_dry [umol/mol]", "400.5", "xco2_sst", 400.5),
        ("pCO2_water_SST_wet_uatm", "400.5", "pco2", 400.5),
        ("fCO2water_equ_wet [uatm]", "400.5", "fco2_equilibrator", 400.5),
        ("Patm [kPa]", "101.2", "atmospheric_pressure", 1012.0),
        ("P_equ [mbar]", "1012", "equilibrator_pressure", 1012.0),
        ("SLP_hPa", "1012", "atmospheric_pressure", 1012.0),
        ("SSS", "35.1", "salinity", 35.1),
        ("Water Temperature [K]", "283.15", "sst", 10.0),
        ("d2l [km]", "40.", "distance_to_land", 40.0),
        ("Intake_Depth (m)", "4", "sample_depth", 4.0),
        ("xCO2_atm_dry_actual", "411", "xco2_air", 411.0),
    ],
)
def test_titles_of_many_kinds(tmp_path, title, cell, name, value):
    path = submission(tmp_path, table([title], [[cell]]))
    assert stream_of(CRUISE, path)[name].values[0] == pytest.approx(value)


@pytest.mark.parametrize(
    ("titles", "cells", "options"),
    [
        (["date time"], ["2024-03-01 12:30:15"], {}),
        (["Timestamp UTC"], ["2024-03-01T12:30:15Z"], {}),
        (["date", "time"], ["01/03/2024", "12:30:15"], {"date_format": "dd/mm/yyyy"}),
        (["yr", "mon", "day", "hh", "mm", "ss"], ["2024", "3", "1", "12", "30", "15."], {}),
        (["Year", "Month", "Day", "Hour", "Minute", "Second"], ["2024", "03", "01", "12", "30", "15.000"], {}),
    ],
)
def test_date_and_time_of_many_kinds(tmp_path, titles, cells, options):
    path = submission(tmp_path, ["\t".join([*titles, "latitude", "longitude", "SST"]), "\t".join([*cells, "10", "20", "5"])])
    assert str(stream_of(CRUISE, path, **options)["time"].values[0]) == "2024-03-01T12:30:15.000000000"


def test_a_guess_finds_separator_and_order_of_dates(tmp_path):
    rows = [f"{day:02d}/03/2024 00:00:00,10,20,400" for day in (1, 15, 28)]
    path = submission(tmp_path, ["date time,latitude,longitude,fCO2_water_SST_wet", *rows])
    guess = CRUISE.guess(path)
    assert guess.options == {"separator": "comma", "date_format": "dd/mm/yyyy"}
    assert guess.unsure == ()
    assert stream_of(CRUISE, path, **guess.options).sizes["time"] == 3
    path = submission(tmp_path, ["date time,latitude,longitude,fCO2_water_SST_wet", "01/03/2024 00:00:00,10,20,400"])
    assert "date_format" in CRUISE.guess(path).unsure[0]


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b"\x89PNG\r\n", b"time,latitude,longitude\n2024-01-01,1,2\n", "date time\tlat".encode("utf-16")]
)
def test_a_guess_at_other_files_is_none(tmp_path, content):
    path = tmp_path / "file.txt"
    path.write_bytes(content)
    assert CRUISE.guess(path) is None
    assert SYNTHESIS.guess(path) is None
    assert CRUISE.guess(tmp_path / "absent.txt") is None


def test_rows_without_time_or_with_other_widths_are_told(tmp_path):
    lines = table(["SST"], [["1"], ["2"], ["3"], ["4"], ["5"]])
    lines[2] = lines[2].replace("2024-03-01", "2024-13-01")
    lines[3] = lines[3].rpartition("\t")[0]
    lines[4] += "\tmore"
    lines.insert(3, "")
    result = read(CRUISE, submission(tmp_path, lines))
    assert dict(result.tally.rejected) == {"blank line": 1, "no date and time": 1, "too few fields": 1, "too many fields": 1}
    assert result.tally.kept == 2
    told = " ".join(map(str, result.problems))
    assert "line 9: no date and time" in told
    assert "2024-13-01" in told


def test_a_damaged_number_is_missing_and_told(tmp_path):
    result = read(CRUISE, submission(tmp_path, table(["SST", "Salinity"], [["1x", "35"], ["2", "36"]])))
    assert np.isnan(result.streams["socat"]["sst"].values[0])
    assert dict(result.tally.damaged) == {"SST": 1}
    assert "'1x' is not a number" in str(result.problems[0])


def test_missing_values_and_further_columns(tmp_path):
    path = submission(tmp_path, table(["Hull T", "Salinity"], [["-999", "35"], ["7.5", "-999.0"]]))
    stream = stream_of(CRUISE, path, columns={"Hull T": "sst"}, missing_values=["-999"])
    np.testing.assert_array_equal(stream["sst"].values, [np.nan, 7.5])
    np.testing.assert_array_equal(stream["salinity"].values, [35.0, np.nan])


def test_columns_that_nothing_is_known_of_are_told(tmp_path):
    result = read(CRUISE, submission(tmp_path, table(["SST", "Bow Thruster"], [["1", "2"]])), columns={"Hull T": "salinity"})
    told = " ".join(map(str, result.problems))
    assert "Bow Thruster" in told
    assert "'Hull T'" in told


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["nothing here"], "no line has titles for date, latitude and longitude"),
        (table(["SST [furlong]"], [["1"]]), "converts to degree_C"),
        (table(["SST", "Sea Surface Temperature"], [["1", "2"]]), "both are sst"),
        (["yr\tmon\tlatitude\tlongitude", "2024\t1\t1\t1"], "no column of day, hour, minute"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, lines, message):
    path = submission(tmp_path, lines)
    for function in (CRUISE.read, CRUISE.span):
        with pytest.raises(InputError, match=message):
            function(path, CRUISE.options(), CONTEXT)


def test_a_synthesis_needs_expocodes(tmp_path):
    with pytest.raises(InputError, match="no column of expocodes"):
        read(SYNTHESIS, submission(tmp_path, table(["SST"], [["1"]])))


def test_rows_of_another_cruise_are_left_out(tmp_path):
    lines = table(["Expocode"], [["58G220240301"], ["58G220240301"], ["AGSK20240301"], [""]])
    path = submission(tmp_path, lines, header=())
    result = read(CRUISE, path)
    assert dict(result.tally.rejected) == {"no expocode": 1, "row of another cruise": 1}
    assert "socat-synthesis reads them all" in " ".join(map(str, result.problems))
    assert stream_of(CRUISE, path, expocode="agsk20240301").sizes["time"] == 1
    assert stream_of(SYNTHESIS, path).sizes["time"] == 3


def test_an_expocode_that_is_none_is_told(tmp_path):
    path = submission(tmp_path, table(["SST"], [["1"]]), header=("Expocode: TEST",))
    result = read(CRUISE, path)
    assert "'TEST' in the header is no expocode" in str(result.problems[0])
    assert result.streams["socat"]["expocode"].values.tolist() == [-1]
    assert expocode_text(stream_of(CRUISE, path, expocode="58G220240301")["expocode"].values[0]) == "58G220240301"


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory):
    options = SIMULATOR.options(form="synthesis", cruises=4, duration="6 h", others=0)
    return SIMULATOR.simulate(tmp_path_factory.mktemp("synthesis"), options, 5)


def test_cruises_at_sea_at_the_same_time_are_all_read(synthesis):
    (path,) = synthesis.files
    result = read(SYNTHESIS, path)
    stream = result.streams["socat"]
    assert result.tally.kept == result.tally.seen == 4 * 180
    cruises = np.unique(stream["expocode"].values)
    assert len(cruises) == 4
    shift = stream["time"].values - stream["time"].values.astype("datetime64[s]")
    assert shift.max() < np.timedelta64(600_000, "ns")
    np.testing.assert_array_equal(shift.astype(np.int64), moved(stream["expocode"].values))


def test_one_cruise_of_a_synthesis_has_the_times_of_the_file(synthesis):
    (path,) = synthesis.files
    stream = stream_of(SYNTHESIS, path, expocodes=("SIMU20190501",))
    assert stream.sizes["time"] == 180
    assert (stream["time"].values == stream["time"].values.astype("datetime64[s]")).all()
    two = stream_of(SYNTHESIS, path, expocodes=("SIMU20190501", "SIMB20190501"))
    assert two.sizes["time"] == 360


def test_only_the_variables_that_are_asked_for(synthesis):
    (path,) = synthesis.files
    whole, some = stream_of(SYNTHESIS, path), stream_of(SYNTHESIS, path, variables=("fco2rec", "sst"))
    assert set(some.data_vars) == {"latitude", "longitude", "expocode", "fco2rec", "sst"}
    for name in some.data_vars:
        np.testing.assert_array_equal(some[name].values, whole[name].values)


def test_pieces_leave_no_seam(synthesis, monkeypatch):
    (path,) = synthesis.files
    whole = read(SYNTHESIS, path)
    monkeypatch.setattr(socat_table_pieces.pieces, "__defaults__", (5000,))
    pieces = read(SYNTHESIS, path)
    assert pieces.tally == whole.tally
    xr.testing.assert_identical(pieces.streams["socat"], whole.streams["socat"])
    assert SYNTHESIS.span(path, SYNTHESIS.options(), CONTEXT) == (
        whole.streams["socat"]["time"].values[0],
        whole.streams["socat"]["time"].values[-1],
    )


def test_a_conflict_in_a_later_piece_shows_its_line(synthesis, tmp_path, monkeypatch):
    lines = synthesis.files[0].read_bytes().splitlines(keepends=True)
    again = lines[-1].replace(b"\t5.\t", b"\t6.\t")
    path = tmp_path / "twice.tsv"
    path.write_bytes(b"".join([*lines, again]))
    monkeypatch.setattr(socat_table_pieces.pieces, "__defaults__", (5000,))
    result = read(SYNTHESIS, path)
    assert dict(result.tally.rejected) == {"same time, other values": 1}
    (problem,) = result.problems
    assert problem.line == len(lines) + 1
    assert problem.text.startswith("SIMD20190501\t")


def test_files_one_behind_the_other(synthesis, tmp_path):
    content = synthesis.files[0].read_bytes()
    header = content.split(b"\n")[7 if content.split(b"\n")[7].startswith(b"Expocode") else 6]
    rows = content[content.index(header) + len(header) + 1 :].splitlines(keepends=True)
    path = tmp_path / "files.tsv"
    path.write_bytes(header + b"\n" + b"".join(rows[:100]) + header + b"\n" + b"".join(rows[100:]))
    result = read(SYNTHESIS, path)
    assert dict(result.tally.rejected) == {"header again": 1}
    other = header.replace(b"sal\tSST [deg.C]", b"SST [deg.C]\tsal")
    path.write_bytes(header + b"\n" + b"".join(rows[:100]) + other + b"\n" + b"".join(rows[100:]) + header + b"\n" + rows[0])
    result = read(SYNTHESIS, path)
    assert dict(result.tally.rejected) == {"header again": 2, "the same row again": 1, "under a header with other columns": len(rows) - 100}
    assert "the columns change here" in " ".join(map(str, result.problems))


@pytest.mark.parametrize(
    ("reader", "options"),
    [
        (socat_cruise, {"expocode": "nonsense"}),
        (socat_cruise, {"variables": ["sstt"]}),
        (socat_cruise, {"columns": {"T": "sstt"}}),
        (socat_cruise, {"date_format": "week"}),
        (socat_synthesis, {"expocodes": ["58G2"]}),
    ],
)
def test_options_that_cannot_be(reader, options):
    with pytest.raises(ValueError, match=r"no expocode|no variable|no date format"):
        reader.READER.options(**options)
