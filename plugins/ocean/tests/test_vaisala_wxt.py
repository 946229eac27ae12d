"""Logs of weather stations on ships."""

import numpy as np
import pytest
from icos_ocean.readers.burst_rows import JOINED
from icos_ocean.readers.vaisala_wxt import READER
from icos_ocean.readers.vaisala_wxt_messages import checksum
from icos_ocean.simulators.ship_sensors import SIMULATOR
from pydantic import ValidationError
from ship_logs import simulation

from icos_core.exceptions import InputError
from icos_core.testing import ReaderContract, damage, example_context

CONTEXT = example_context()
STREAM = "meteorology"
MAST = "MET,12.1,22,19.07,63.9,7.477909,-0.0766031,-0.4043191,295.1065,294.2919,1023.328"
SONIC = "SUS,\x02A,325,009.31,M,+344.00,+020.63,60,\x0303"


class TestVaisalaWxt(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = simulation("vaisala-wxt")
    truth_tolerance = {
        "relative_wind_direction": 0.51,
        "relative_wind_speed": 0.051,
        "air_temperature": 0.051,
        "air_relative_humidity": 0.051,
        "atmospheric_pressure": 0.051,
    }
    header_lines = 0


class TestVaisalaWxtWithCrc(TestVaisalaWxt):
    simulator_options = simulation("vaisala-wxt", crc=True, time_stamp="scs")


class TestWeatherMast(ReaderContract):
    """The anemometers' lines follow that of the mast and share a row: a record is what a logger writes in one second."""

    reader = READER
    simulator = SIMULATOR
    simulator_options = simulation("vaisala-wxt", weather="mast")
    truth_tolerance = {"air_temperature": 0.0051, "air_relative_humidity": 0.051, "atmospheric_pressure": 0.00051}
    header_lines = 0

    def split(self, content):
        header, lines = damage.in_lines(content, 0)
        return header, [b"".join(lines[first : first + 3]) for first in range(0, len(lines), 3)]

    def test_every_record_is_accounted_for(self, raw, good):
        result = READER.read(raw, good[1], CONTEXT)
        records = len(self.split(good[0])[1])
        assert (result.tally.seen, result.tally.kept) == (3 * records, 2 * records)
        assert dict(result.tally.rejected) == {JOINED: records}


def read(tmp_path, lines, **options):
    path = tmp_path / "met.log"
    path.write_text("\n".join([*lines, ""]), encoding="latin-1")
    return READER.read(path, READER.options(**options), CONTEXT)


def stamped(*lines):
    return [f"2014-08-01T00:00:{row:02d}Z {line}" for row, line in enumerate(lines)]


def one(tmp_path, line, **options):
    result = read(tmp_path, stamped(line), **options)
    assert result.problems == ()
    return {str(name): values.item() for name, values in result.streams[STREAM].data_vars.items()}


def test_a_composite_message(tmp_path):
    """The example of the WXT520 User's Guide, chapter 7."""
    line = "0R0,Dx=005D,Sx=2.8M,Ta=23.0C,Ua=30.0P,Pa=1028.2H,Hd=0.00M,Rd=10s,Th=23.6C"
    expected = {"relative_wind_speed_maximum": 2.8, "air_temperature": 23.0, "air_relative_humidity": 30.0, "atmospheric_pressure": 1028.2}
    assert one(tmp_path, line) == expected


@pytest.mark.parametrize(
    ("parameter", "name", "value"),
    [
        ("Dm=236D", "relative_wind_direction", 236.0),
        ("Sm=36.0K", "relative_wind_speed", 10.0),
        ("Sm=10.0M", "relative_wind_speed", 10.0),
        ("Sm=10.0S", "relative_wind_speed", 4.4704),
        ("Sm=10.0N", "relative_wind_speed", 18520 / 3600),
        ("Sn=1.0M", "relative_wind_speed_minimum", 1.0),
        ("Ta=-4.0F", "air_temperature", -20.0),
        ("Ta=-20.0C", "air_temperature", -20.0),
        ("Pa=1013.25H", "atmospheric_pressure", 1013.25),
        ("Pa=101325P", "atmospheric_pressure", 1013.25),
        ("Pa=1.01325B", "atmospheric_pressure", 1013.25),
        ("Pa=760M", "atmospheric_pressure", 1013.25),
        ("Pa=29.9213I", "atmospheric_pressure", 1013.25),
        ("Rc=1.0I", "rain_accumulation", 25.4),
        ("Ri=2.5M", "rain_intensity", 2.5),
        ("Vs=12.1V", "supply_voltage", 12.1),
    ],
)
def test_letters_of_units(tmp_path, parameter, name, value):
    assert one(tmp_path, f"0R0,{parameter}") == {name: pytest.approx(value, rel=2e-6)}


def test_invalid_data_and_unknown_units(tmp_path):
    result = read(tmp_path, stamped("0R2,Ta=22.8#,Ua=55.5X,Pa=100x.7H", "0R2,Ta=,Ua,Pa=1000.7H", "0R2,Zz=1.0M"))
    stream = result.streams[STREAM]
    assert np.isnan(stream["air_temperature"].values).all()
    assert np.isnan(stream["air_relative_humidity"].values).all()
    np.testing.assert_array_equal(stream["atmospheric_pressure"].values, [np.nan, 1000.7, np.nan])
    assert dict(result.tally.damaged) == {"Pa": 1, "Ua": 1}
    assert sorted(str(problem).split(" [")[0] for problem in result.problems) == [
        "met.log, line 1: Pa is not a number",
        "met.log, line 1: the unit of Ua is none of P",
    ]


@pytest.mark.parametrize(
    "message",
    [
        "0r1,Sn=0.1M,Sm=0.1M,Sx=0.1MGOG",
        "0r2,Ta=22.7C,Ua=55.5P,Pa=1004.7H@Fn",
        "0r3,Rc=0.00M,Rd=0s,Ri=0.0MIlm",
        "0r5,Th=25.0C,Vh=10.6#,Vs=10.8V,Vr=3.369VO]T",
    ],
)
def test_checksums_of_the_users_guide(tmp_path, message):
    assert checksum(message[:-3].encode()) == message[-3:].encode()
    good, bad = stamped(message, message.replace("=", "=1", 1))
    result = read(tmp_path, [good, bad])
    assert dict(result.tally.rejected) == {"wrong CRC": 1}
    values = {str(name): array.values[0] for name, array in result.streams[STREAM].data_vars.items()}
    assert all(np.isfinite(list(values.values())))


def test_messages_of_one_burst_share_a_row(tmp_path):
    lines = [
        "2014-08-01T00:00:00.000Z 0R1,Dm=236D,Sm=2.3M",
        "2014-08-01T00:00:00.100Z 0R2,Ta=21.0C",
        "2014-08-01T00:00:00.200Z 0R2,Ta=22.0C",
        "2014-08-01T00:00:01.000Z 0R1,Dm=237D,Sm=2.4M",
    ]
    result = read(tmp_path, lines)
    stream = result.streams[STREAM]
    np.testing.assert_array_equal(stream["relative_wind_direction"].values, [236.0, np.nan, 237.0])
    np.testing.assert_array_equal(stream["air_temperature"].values, [21.0, 22.0, np.nan])
    assert (dict(result.tally.rejected), dict(result.tally.by_type)) == ({JOINED: 1}, {"R1": 2, "R2": 2})


def test_wind_of_a_station_at_rest_is_true(tmp_path):
    line = "0R1,Dm=236D,Sm=2.3M,Sx=3.0M"
    assert one(tmp_path, line, wind="true") == {"wind_direction": 236.0, "wind_speed": 2.3, "wind_speed_maximum": 3.0}
    names = {variable.name for variable in READER.provides(READER.options(wind="true"))[STREAM]}
    assert {"wind_speed", "wind_direction"} <= names
    assert not {name for name in names if name.startswith("relative_wind")}


def test_other_addresses_and_other_lines(tmp_path):
    result = read(tmp_path, [*stamped("1R2,Ta=1.0C", "0R2,Ta=2.0C", "0R4,Ta=3.0C", "0R2", "hello"), ""])
    assert dict(result.tally.rejected) == {"blank line": 1, "message of another address": 1, "no message": 3}
    assert result.streams[STREAM]["air_temperature"].values.tolist() == [2.0]
    assert read(tmp_path, stamped("1R2,Ta=1.0C", "0R2,Ta=2.0C"), address="1").streams[STREAM]["air_temperature"].values.tolist() == [1.0]


def test_lines_of_a_mast(tmp_path):
    row = one(tmp_path, MAST, messages="mast")
    assert row == {
        "supply_voltage": 12.1,
        "air_temperature": 19.07,
        "air_relative_humidity": 63.9,
        "photosynthetic_radiation_signal": 7.477909,
        "shortwave_radiation_signal": -0.0766031,
        "longwave_radiation_signal": -0.4043191,
        "pyrgeometer_case_temperature": 295.1065,
        "pyrgeometer_dome_temperature": 294.2919,
        "atmospheric_pressure": 1023.328,
        **{str(name): values for name, values in row.items() if "wind" in str(name)},
    }
    assert all(np.isnan(value) for name, value in row.items() if "wind" in name)
    assert one(tmp_path, MAST, messages="mast", mast_columns=["-", "-", "air_temperature"])["air_temperature"] == 19.07


def test_the_two_anemometers(tmp_path):
    lines = ["2014-08-01T00:00:00.761Z " + SONIC, "2014-08-01T00:00:00.818Z PUS,\x02A,338,009.29,M,+344.54,+021.56,60,\x0300"]
    stream = read(tmp_path, lines, messages="mast").streams[STREAM]
    found = {str(name): array.values.tolist() for name, array in stream.data_vars.items() if "wind" in str(name)}
    assert found == {
        "relative_wind_direction": [325.0],
        "relative_wind_speed": [9.31],
        "relative_wind_direction_2": [338.0],
        "relative_wind_speed_2": [9.29],
    }
    other = read(tmp_path, lines, messages="mast", mast_winds=["PUS"])
    assert other.streams[STREAM]["relative_wind_speed"].values.tolist() == [9.29]
    assert dict(other.tally.rejected) == {"no message": 1}


def test_damaged_lines_of_a_mast(tmp_path):
    faulty = SONIC.replace("60,\x0303", "01,\x0304")
    lines = stamped(SONIC, SONIC.replace("325", "326"), SONIC.replace("\x02", ""), faulty, MAST.rsplit(",", 1)[0], "XYZ,1")
    result = read(tmp_path, lines, messages="mast")
    assert dict(result.tally.rejected) == {"no message": 1, "too few fields": 1, "wrong checksum": 2}
    np.testing.assert_array_equal(result.streams[STREAM]["relative_wind_speed"].values, [9.31, np.nan])
    assert any("the status of SUS is none of 00, 60" in str(problem) for problem in result.problems)


@pytest.mark.parametrize(("messages", "line"), [("wxt", MAST), ("mast", "0R2,Ta=2.0C")])
def test_the_other_kind_of_file(tmp_path, messages, line):
    with pytest.raises(InputError, match=r"met.log, line 1: no line"):
        read(tmp_path, stamped(line), messages=messages)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mast_columns": ["air_temperatur"]}, "no variable 'air_temperatur'; nearest: 'air_temperature'"),
        ({"mast_columns": ["air_temperature", "air_temperature"]}, "each variable once"),
        ({"mast_winds": ["MET"]}, "neither of them MET"),
        ({"time_stamp": "none"}, "no time of their own"),
        ({"address": "00"}, "pattern"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(ValidationError, match=message):
        READER.options(**options)


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("0R0,Dx=005D,Sx=2.8M,Ta=23.0C", {}),
        ("2r2,Ta=22.7C,Ua=55.5P,Pa=1004.7H@Fn", {"address": "2"}),
        (MAST, {"messages": "mast"}),
        ("21.8054,  5.17647", None),
        ("", None),
    ],
)
def test_guess(tmp_path, line, options):
    path = tmp_path / "met.log"
    path.write_text("\n".join(stamped(line, line)), encoding="ascii")
    guess = READER.guess(path)
    assert (None if guess is None else dict(guess.options)) == options


@pytest.mark.realdata
def test_a_real_mast(real_data):
    path = real_data / "ocean" / "openrvdas_NBP1406" / "NBP1406_mwx1-2014-08-01"
    assert READER.guess(path).options == {"messages": "mast"}
    result = READER.read(path, READER.options(messages="mast"), CONTEXT)
    assert (result.tally.seen, dict(result.tally.by_type), result.problems) == (5000, {"MET": 1667, "PUS": 1666, "SUS": 1667}, ())
    stream = result.streams[STREAM]
    assert dict(result.tally.rejected) == {JOINED: 1666}
    # The barometer agrees with the pressure in the equilibrator of the CO2 system, 1022.6 to 1022.8 hPa at that time, to about 1 hPa.
    pressure = stream["atmospheric_pressure"].values
    assert np.isfinite(pressure).sum() == 1667
    assert 1022.0 < np.nanmin(pressure) < np.nanmax(pressure) < 1025.0
    # Both anemometers see the same wind, but for what the mast between them does to it.
    paired = np.isfinite(stream["relative_wind_speed"].values) & np.isfinite(stream["relative_wind_speed_2"].values)
    assert paired.sum() == 1666
    assert np.abs((stream["relative_wind_speed"] - stream["relative_wind_speed_2"]).values[paired].mean()) < 1.0


@pytest.mark.realdata
def test_no_other_real_log_is_taken_for_one(real_data):
    others = [path for path in (real_data / "ocean" / "openrvdas_NBP1406").iterdir() if "_mwx1" not in path.name]
    assert len(others) == 8
    assert [path.name for path in others if READER.guess(path) is not None] == []
