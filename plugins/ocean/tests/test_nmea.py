"""NMEA 0183 logs."""

import itertools
from functools import reduce
from operator import xor

import numpy as np
import pytest
from icos_ocean.readers.burst_rows import JOINED, row_numbers
from icos_ocean.readers.nmea import READER
from icos_ocean.simulators.ship_sensors import SIMULATOR
from pydantic import ValidationError
from ship_logs import simulation

from icos_core.exceptions import InputError
from icos_core.running.merging import merge
from icos_core.testing import ReaderContract, damage, example_context

CONTEXT = example_context()
STREAM = "navigation"
KNOT = 1852 / 3600


class TestNmea(ReaderContract):
    """A row is a burst of sentences: that is what a logger does not cut, and what a record is here."""

    reader = READER
    simulator = SIMULATOR
    simulator_options = simulation("nmea")
    truth_tolerance = {"latitude": 1e-8, "longitude": 1e-8, "ship_speed": 0.003, "ship_course": 0.006, "heading": 0.006}
    header_lines = 0

    def split(self, content):
        header, lines = damage.in_lines(content, 0)
        bursts = [b"".join(lines[first : first + 5]) for first in range(0, len(lines), 5)]
        return header, bursts

    def test_every_record_is_accounted_for(self, raw, good):
        result = READER.read(raw, good[1], CONTEXT)
        assert result.tally.kept == len(self.split(good[0])[1])
        assert result.tally.seen == len(damage.in_lines(good[0], 0)[1])
        assert result.tally.balanced


class TestNmeaByItsOwnTime(TestNmea):
    simulator_options = simulation("nmea", nmea_clock="sentence")


class TestNmeaWithoutLogger(TestNmea):
    simulator_options = simulation("nmea", time_stamp="none")


def sentence(body):
    return f"${body}*{reduce(xor, body.encode()):02X}"


def read(tmp_path, lines, **options):
    path = tmp_path / "gps.log"
    path.write_text("\n".join([*lines, ""]), encoding="latin-1")
    return READER.read(path, READER.options(**options), CONTEXT)


def one(tmp_path, *bodies, **options):
    """Read sentences of one moment; return the one row."""
    lines = [f"2014-08-01T00:00:00Z {sentence(body)}" for body in bodies]
    stream = read(tmp_path, lines, **options).streams[STREAM]
    assert stream.sizes["time"] == 1
    return {str(name): values.item() for name, values in stream.data_vars.items()}


def test_a_position_of_a_published_example(tmp_path):
    row = one(tmp_path, "GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,")
    assert sentence("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,").endswith("*47")
    expected = {"latitude": 48 + 7.038 / 60, "longitude": 11 + 31 / 60, "position_quality": 1, "satellites": 8, "antenna_height": 545.4}
    assert row == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("GPGLL,2200.097,S,01756.346,W", {"latitude": -(22 + 0.097 / 60), "longitude": -(17 + 56.346 / 60)}),
        ("GNGLL,2200.097,S,17956.346,E,000000.00,A,A", {"latitude": -(22 + 0.097 / 60), "longitude": 179 + 56.346 / 60}),
        (
            "GPRMC,225446,A,4916.45,N,12311.12,W,000.5,054.7,191194,020.3,E",
            {"latitude": 49 + 16.45 / 60, "longitude": -(123 + 11.12 / 60), "ship_speed": 0.5 * KNOT, "ship_course": 54.7},
        ),
        ("GPVTG,220.6,T,,M,009.7,N,018.0,K", {"ship_course": 220.6, "ship_speed": 9.7 * KNOT}),
        ("GPVTG,213.66,T,,M,,N,36.0,K,A", {"ship_course": 213.66, "ship_speed": 10.0}),
        ("HEHDT,218.83,T", {"heading": 218.83}),
        ("GPTHS,77.52,A", {"heading": 77.52}),
        ("WIMWV,214.8,R,10.0,N,A", {"relative_wind_direction": 214.8, "relative_wind_speed": 10 * KNOT}),
        ("WIMWV,214.8,R,36.0,K,A", {"relative_wind_direction": 214.8, "relative_wind_speed": 10.0}),
        ("WIMWV,214.8,T,10.0,M,A", {"theoretical_wind_direction": 214.8, "theoretical_wind_speed": 10.0}),
        ("WIMWD,270.0,T,260.0,M,19.4,N,10.0,M", {"wind_direction": 270.0, "wind_speed": 10.0}),
        ("WIMWD,270.0,T,260.0,M,20.0,N,,M", {"wind_direction": 270.0, "wind_speed": 20 * KNOT}),
    ],
)
def test_what_sentences_say(tmp_path, body, expected):
    row = one(tmp_path, body, sentences=["GGA", "RMC", "GLL", "ZDA", "VTG", "HDT", "THS", "MWV", "MWD"])
    assert {name: value for name, value in row.items() if value == value} == pytest.approx(expected, rel=1e-14)  # noqa: PLR0124


def test_the_position_of_gga_goes_first(tmp_path):
    bodies = (
        "GPGLL,1000.0,N,02000.0,E",
        "GPRMC,000000,A,1100.0,N,02100.0,E,5.0,100.0,010814,,",
        "GPGGA,000000,1200.0,N,02200.0,E,1,08,0.9,,M,,M,,",
        "GPVTG,101.0,T,,M,6.0,N,,K",
    )
    for order in itertools.permutations(bodies):
        row = one(tmp_path, *order)
        assert (row["latitude"], row["longitude"], row["ship_course"], row["ship_speed"]) == (12.0, 22.0, 101.0, 6 * KNOT)


@pytest.mark.parametrize(
    "body",
    [
        "GPGGA,000000,1200.0,N,02200.0,E,0,08,0.9,,M,,M,,",
        "GPGLL,1000.0,N,02000.0,E,000000,V",
        "GPGLL,1000.0,N,02000.0,E,000000,A,N",
        "GPRMC,000000,V,1100.0,N,02100.0,E,5.0,100.0,010814,,",
        "GPRMC,000000,A,1100.0,N,02100.0,E,5.0,100.0,010814,,,N",
        "GPVTG,101.0,T,,M,6.0,N,,K,N",
    ],
)
def test_without_a_fix_nothing_is_used(tmp_path, body):
    result = read(tmp_path, [f"2014-08-01T00:00:00Z {sentence(body)}"])
    assert dict(result.tally.rejected) == {"no position fix": 1}
    assert result.streams[STREAM].sizes["time"] == 0


def test_checksums(tmp_path):
    good = sentence("GPHDT,218.83,T")
    bodies = [
        good,
        good.lower().replace("$gphdt", "$GPHDT").replace("t*", "T*"),
        good.replace("218", "219"),
        good[:-1],
        good.replace("*", "*Z"),
    ]
    bodies += ["$GPHDT,218.83,T", good + " ", good + "x"]
    lines = [f"2014-08-01T00:00:{row:02d}Z {body}" for row, body in enumerate(bodies)]
    result = read(tmp_path, lines)
    assert dict(result.tally.rejected) == {"wrong checksum": 4}
    assert [problem.line for problem in result.problems] == [3, 4, 5, 8]
    assert result.streams[STREAM]["time"].values.astype("datetime64[s]").astype(int).tolist() == [1406851200 + row for row in (0, 1, 5, 6)]
    assert dict(read(tmp_path, lines, checksum="required").tally.rejected) == {"wrong checksum": 4, "no checksum": 1}


def test_unreadable_positions(tmp_path):
    bodies = (
        "GPGLL,1060.0,N,02000.0,E",
        "GPGLL,1000.0,X,02000.0,E",
        "GPGLL,10x0.0,N,02000.0,E",
        "GPGLL,-1000.0,N,02000.0,E",
        "GPGLL,,N,02000.0,E",
    )
    result = read(tmp_path, [f"2014-08-01T00:00:{row:02d}Z {sentence(body)}" for row, body in enumerate(bodies)])
    assert np.isnan(result.streams[STREAM]["latitude"].values).all()
    assert result.streams[STREAM]["longitude"].values.tolist() == [20.0] * 5
    assert dict(result.tally.damaged) == {"latitude": 3, "GLL latitude": 1}
    assert len(result.problems) == 4


def test_sentences_of_no_interest_and_other_talkers(tmp_path):
    bodies = ("GPGSV,1,1,1", "PSXN,20,1,0,0,0", "HEHDT,1.0,T", "GPHDT,2.0,T", "WIMWV,214.8,R,10.0,N,A")
    lines = [f"2014-08-01T00:00:{row:02d}Z {sentence(body)}" for row, body in enumerate(bodies)]
    result = read(tmp_path, [*lines, "2014-08-01T00:00:09Z nothing", ""], talkers=["GP"])
    assert dict(result.tally.by_type) == {"(no sentence)": 2, "GPGSV": 1, "GPHDT": 1, "HEHDT": 1, "PSXN": 1, "WIMWV": 1}
    expected = {"blank line": 1, "no sentence": 1, "sentence of another talker": 1, "sentence that is not used": 3}
    assert dict(result.tally.rejected) == expected
    assert result.streams[STREAM]["heading"].values.tolist() == [2.0]
    assert [str(problem) for problem in result.problems if "MWV" in problem.message] == [
        "gps.log: MWV is not read in 1 lines; name it in the option sentences"
    ]


def test_a_pause_or_the_same_kind_again_begins_a_row():
    time = np.array([0, 0, 100, 400, 401, 402, 403, 300]) * 1_000_000
    kind = np.array([1, 2, 3, 1, 2, 2, 1, 3])
    assert row_numbers(time, kind, 299_000_000).tolist() == [0, 0, 0, 1, 1, 2, 2, 3]
    assert row_numbers(time[:0], kind[:0], 1).tolist() == []


def test_bursts(tmp_path):
    lines = []
    for second in range(3):
        for part, body in ((0, "GPZDA,0,01,08,2014"), (0, f"GPGGA,0,{second}.0,N,0.0,E,1,,,,,,,,"), (117, "GPHDT,7,T"), (118, "PSXN,1")):
            lines.append(f"2014-08-01T00:00:{second:02d}.{part + 700:03d}Z {sentence(body)}")
    result = read(tmp_path, lines)
    assert dict(result.tally.rejected) == {"sentence that is not used": 3, JOINED: 6}
    stream = result.streams[STREAM]
    assert stream["time"].values.astype("datetime64[ms]").astype(int).tolist() == [1406851200700 + 1000 * second for second in range(3)]
    assert stream["heading"].values.tolist() == [7.0] * 3
    apart = read(tmp_path, lines, pause="0.1 s")
    assert apart.tally.kept == 6


def test_a_burst_that_is_cut_in_two(tmp_path):
    """Its parts are rows of their own, unless they have the same time."""
    position, heading = sentence("GPGGA,0,1.0,N,0.0,E,1,,,,,,,,"), sentence("GPHDT,7,T")
    for later, rows in ((117, 2), (0, 1)):
        parts = [
            (f"{line}.log", read(tmp_path, [line]).streams[STREAM])
            for line in (
                f"2014-08-01T00:00:00.000Z {position}",
                f"2014-08-01T00:00:00.{later:03d}Z {heading}",
            )
        ]
        merged = merge(parts, STREAM)
        assert merged.stream.sizes["time"] == rows
        assert merged.conflicts == len(merged.problems) == 2 - rows
        assert merged.stream["latitude"].values[0] == 1 / 60


def test_two_receivers_in_one_log(tmp_path):
    bodies = ("GPGGA,0,100.0,N,0.0,E,1,,,,,,,,", "INGGA,0,200.0,N,0.0,E,1,,,,,,,,")
    lines = [f"2014-08-01T00:00:00Z {sentence(body)}" for body in bodies]
    result = read(tmp_path, lines)
    assert result.streams[STREAM]["latitude"].values.tolist() == [1.0]
    assert dict(result.tally.rejected) == {"same time, other values": 1}
    assert [problem.line for problem in result.problems] == [2]
    assert read(tmp_path, lines, talkers=["IN"]).streams[STREAM]["latitude"].values.tolist() == [2.0]


def own_times(tmp_path, bodies, **options):
    result = read(tmp_path, [sentence(body) for body in bodies], time_stamp="none", clock="sentence", **options)
    return result, np.datetime_as_string(result.streams[STREAM]["time"].values, unit="ms").tolist()


def test_time_of_sentences_without_a_date(tmp_path):
    """A time of day is of the day that brings it nearest to the last date, before midnight and after."""
    bodies = [
        "GPHDT,1.0,T",
        "GPGGA,235958.50,1200.0,N,02200.0,E,1,,,,,,,,",
        "GPZDA,235959.00,31,12,2023,,",
        "GPGGA,235959.50,1201.0,N,02200.0,E,1,,,,,,,,",
        "GPGGA,000000.50,1202.0,N,02200.0,E,1,,,,,,,,",
        "GPVTG,101.0,T,,M,6.0,N,,K",
        "GPRMC,000001.5,A,1203.0,N,02200.0,E,5.0,100.0,010124,,",
    ]
    result, times = own_times(tmp_path, bodies)
    assert times == ["2023-12-31T23:59:58.500", "2023-12-31T23:59:59.500", "2024-01-01T00:00:00.500", "2024-01-01T00:00:01.500"]
    assert dict(result.tally.rejected) == {
        "no sentence with time and date beside it": 1,
        "nothing but the time, or nothing that can be read": 1,
        JOINED: 1,
    }
    np.testing.assert_array_equal(result.streams[STREAM]["ship_course"].values, [np.nan, np.nan, 101.0, 100.0])


def test_a_logger_gives_the_date(tmp_path):
    lines = [f"2014-08-01T00:00:01Z {sentence('GPGGA,235958.50,1200.0,N,02200.0,E,1,,,,,,,,')}"]
    stream = read(tmp_path, lines, clock="sentence").streams[STREAM]
    assert stream["time"].values[0] == np.datetime64("2014-07-31T23:59:58.5", "ns")


def test_no_date_anywhere(tmp_path):
    result, times = own_times(tmp_path, ["GPGGA,235958.50,1200.0,N,02200.0,E,1,,,,,,,,"])
    assert times == []
    assert dict(result.tally.rejected) == {"no sentence with time and date beside it": 1}


@pytest.mark.parametrize("body", ["GPZDA,000002,30,02,2014", "GPZDA,246000,02,08,2014", "GPZDA,000002,01,13,2014", "GPZDA,000002,1,1,14"])
def test_wrong_dates_are_none(tmp_path, body):
    fixes = [f"GPGGA,00000{second},1200.0,N,02200.0,E,1,,,,,,,," for second in (1, 2)]
    _, times = own_times(tmp_path, ["GPZDA,000001,01,08,2014", fixes[0], body, fixes[1]])
    assert times == ["2014-08-01T00:00:01.000", "2014-08-01T00:00:02.000"]


def test_no_sentence_at_all(tmp_path):
    with pytest.raises(InputError, match=r"gps.log, line 1: no line has an NMEA 0183 sentence"):
        read(tmp_path, ["2014-08-01T00:00:00Z 21.8054,  5.17647"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_stamp": "none"}, "set clock = 'sentence'"),
        ({"sentences": ["GAA"]}, "GGA"),
        ({"talkers": ["GPS"]}, "pattern"),
        ({"sentences": []}, "at least 1"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(ValidationError, match=message):
        READER.options(**options)


def test_guess(tmp_path):
    path = tmp_path / "gps.log"
    bodies = [sentence(body) for body in ("GPZDA,000000,30,02,2014", "WIMWV,214.8,R,10.0,N,A", "PSXN,20")]
    path.write_text("\n".join(bodies), encoding="ascii")
    options = {"time_stamp": "none", "clock": "sentence", "sentences": ["GGA", "RMC", "GLL", "ZDA", "VTG", "HDT", "THS", "MWV"]}
    assert READER.guess(path).options == options
    for content in (b"", b"$PSXN,20\n", b"2014-08-01T00:00:01Z 21.7\n", bytes(range(256))):
        path.write_bytes(content)
        assert READER.guess(path) is None


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "rows", "by_type"),
    [
        ("gp02", 1667, {"GPGLL": 1667, "GPVTG": 1666, "GPZDA": 1667}),
        ("seap", 715, {"GPGGA": 715, "GPHDT": 714, "GPVTG": 714, "GPZDA": 715, "PSXN": 2142}),
    ],
)
def test_real_logs(real_data, name, rows, by_type):
    path = real_data / "ocean" / "openrvdas_NBP1406" / f"NBP1406_{name}-2014-08-01"
    assert READER.guess(path).options == {}
    result = READER.read(path, READER.options(), CONTEXT)
    assert dict(result.tally.by_type) == by_type
    assert (result.tally.seen, result.tally.kept, result.problems) == (5000, rows, ())
    by_sentence = READER.read(path, READER.options(clock="sentence"), CONTEXT)
    streams = [each.streams[STREAM] for each in (result, by_sentence)]
    for variable in ("latitude", "longitude"):
        np.testing.assert_array_equal(*(stream[variable].values for stream in streams))
    # The logger stamps a line when it has come: 0.1 s to 0.4 s after the time that it says.
    late = (streams[0]["time"].values - streams[1]["time"].values) / np.timedelta64(1, "s")
    assert 0 < late.min() < late.max() < 0.5


@pytest.mark.realdata
def test_both_receivers_agree_on_the_track(real_data):
    """Two receivers of one ship, of three and six decimals of a minute: 2 m for the digits, and the distance of the antennas."""
    streams = []
    for name in ("gp02", "seap"):
        path = real_data / "ocean" / "openrvdas_NBP1406" / f"NBP1406_{name}-2014-08-01"
        streams.append(READER.read(path, READER.options(clock="sentence"), CONTEXT).streams[STREAM])
    first, second = streams
    seconds = [stream["time"].values.astype(np.int64) / 1e9 for stream in streams]
    inside = (seconds[0] >= seconds[1][0]) & (seconds[0] <= seconds[1][-1])
    for name, metres in (("latitude", 111_195.0), ("longitude", 111_195.0 * np.cos(np.radians(22.0)))):
        there = np.interp(seconds[0][inside], seconds[1], second[name].values)
        assert np.abs(there - first[name].values[inside]).max() * metres < 40.0
    course = (first["ship_course"].values[:700] - second["ship_course"].values[:700] + 180.0) % 360.0 - 180.0
    assert np.abs(np.nanmedian(course)) < 1.0
