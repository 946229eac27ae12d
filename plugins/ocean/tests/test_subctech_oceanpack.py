"""Reader `subctech-oceanpack`: a real log, and every way in which a log can be written or damaged."""

import numpy as np
import pytest
from icos_ocean.readers.subctech_oceanpack import READER
from icos_ocean.simulators.subctech_oceanpack import SIMULATOR, simulate_deployment, write_file
from pydantic import ValidationError
from surviving_readers import assert_survives_damage

from icos_core.dataset import category_mask
from icos_core.exceptions import InputError
from icos_core.testing import assert_result_fits, assert_span_covers, example_context

CONTEXT = example_context()
NAMES = "@NAME,DATE,TIME,FRAC,CO2,CellTemp,AIN3_mA/Waterflow,Latitude,Longitude,GPS Time,waterTemp,STATUS"
UNITS = "@UNIT,YYYY-MM-DD,HH:MM:SS,MS,ppm,°C,mA/l/min,ddmm.mmmm,dddmm.mmmm,hhmmss,°C,STATE"
A0 = "@A0,,,,0.5,0.0,-3.0,0.0,0.0,0.0,0.0,"
A1 = "@A1,,,,1.0,1.0,0.95,1.0,1.0,1.0,1.0,"
A2 = "@A2,,,,0.001,0.0,0.0,0.0,0.0,0.0,0.0,"
HEADER = (NAMES, UNITS, A0, A1, A2)


def row(
    minute=0, state="5", co2="400", flow="8.0", latitude="4806.0341", longitude="-0433.1437", gps="", fraction="0000", temperature="51.2"
):
    return f"@DATA,2019-05-09,13:{minute:02d}:00,{fraction},{co2},{temperature},{flow},{latitude},{longitude},{gps},12.9,{state}"


@pytest.fixture
def read(tmp_path):
    """Read lines as one log."""

    def _read(*lines, header=HEADER, encoding="latin-1", **options):
        path = tmp_path / "op.log"
        path.write_bytes("\n".join([*header, *lines, ""]).encode(encoding))
        validated = READER.options(**options)
        result = READER.read(path, validated, CONTEXT)
        assert_result_fits(READER, result, validated)
        assert_span_covers(READER, path, result, validated, CONTEXT)
        return result

    return _read


def values(result, name):
    return result.streams["oceanpack"][name].values


def messages(result):
    return [str(problem) for problem in result.problems]


# --- the real log ---


@pytest.fixture
def real_log(real_data):
    return real_data / "ocean/oceanpack/example_op.log"


def cells(path):
    """Names and cells of a log, read without the suite's reader."""
    rows = [line.split(",") for line in path.read_text(encoding="latin-1").splitlines()]
    (names,) = (row for row in rows if row[0] == "@NAME")
    tags = {row[0]: row for row in rows if row[0] in {"@A0", "@A1", "@A2"}}
    return names, tags, [row for row in rows if row[0] == "@DATA"]


@pytest.mark.realdata
def test_rows_of_the_real_log_are_those_of_an_independent_count(real_log):
    result = READER.read(real_log, READER.options(), CONTEXT)
    names, _, data = cells(real_log)
    status = [row[names.index("STATUS")] for row in data]
    counted = {word: count for word, count in result.tally.by_type.items() if not word.startswith("(")}
    assert {word.split()[0]: count for word, count in counted.items()} == {code: status.count(code) for code in set(status)}
    assert result.tally.kept == len(data) == 1986
    assert result.tally.seen == 1987  # with one blank line in the end
    assert category_mask(result.streams["oceanpack"], "run_type", ["EQU"]).all()


@pytest.mark.realdata
def test_coefficients_of_the_real_log_are_applied_once(real_log):
    result = READER.read(real_log, READER.options(), CONTEXT)
    names, tags, data = cells(real_log)
    column = names.index("AIN3_mA/Waterflow")
    raw = np.array([float(row[column]) for row in data])
    a0, a1, a2 = (float(tags[tag][column]) for tag in ("@A0", "@A1", "@A2"))
    assert (a0, a1, a2) == (-3.0, 0.95, 0.0)
    # The log holds a current: never below the 4 mA of a loop that is closed.
    assert raw.min() > 4.0
    assert raw.max() < 20.0
    np.testing.assert_allclose(values(result, "water_flow"), a0 + a1 * raw + a2 * raw**2, rtol=1e-12)
    for name, header in (
        ("co2", "CO2"),
        ("analyser_pressure", "CellPress"),
        ("equilibrator_differential_pressure", "DPressInt"),
        ("sst", "waterTemp"),
    ):
        np.testing.assert_allclose(values(result, name), [float(row[names.index(header)]) for row in data], rtol=1e-12)
    np.testing.assert_allclose(values(result, "conductivity"), [float(row[names.index("waterCond")]) / 10 for row in data], rtol=1e-12)


@pytest.mark.realdata
def test_positions_and_clocks_of_the_real_log(real_log):
    result = READER.read(real_log, READER.options(), CONTEXT)
    assert values(result, "latitude")[0] == pytest.approx(48 + 6.0341 / 60, abs=1e-9)
    assert values(result, "longitude")[0] == pytest.approx(-(4 + 33.1437 / 60), abs=1e-9)
    by_gps = READER.read(real_log, READER.options(clock="gps"), CONTEXT)
    ahead = (values(by_gps, "time") - values(result, "time")) / np.timedelta64(1, "s")
    assert set(ahead) == {116.0, 117.0}


@pytest.mark.realdata
def test_the_real_log_is_recognised(real_log):
    found = READER.guess(real_log)
    assert found.confidence > 0.9
    assert any(text.startswith("clock") for text in found.unsure)


@pytest.mark.realdata
def test_the_real_log_gives_fco2_with_its_own_pressure(real_log):
    """Dried with its own H2O, at cell pressure minus differential pressure, against the same written out here."""
    calibrator = pytest.importorskip("icos_ocean.calibration.dry_xco2").CALIBRATOR
    stream = READER.read(real_log, READER.options(), CONTEXT).streams["oceanpack"]
    options = calibrator.options(
        mole_fraction="co2", drying="h2o", pressure_sources=["analyser-differential"], differential_sign="subtract", salinity=35.0
    )
    result = calibrator.calibrate({"oceanpack": stream.drop_vars(["conductivity", "conductivity_cell_temperature"])}, options, CONTEXT)
    calibrated = result.streams["oceanpack"]
    x = stream["co2"].values / (1 - stream["h2o"].values / 1000)
    pressure = stream["analyser_pressure"].values - stream["equilibrator_differential_pressure"].values
    kelvin = stream["sst"].values + 273.15
    vapour = np.exp(24.4543 - 67.4509 * 100 / kelvin - 4.8489 * np.log(kelvin / 100) - 0.000544 * 35)
    np.testing.assert_allclose(calibrated["xco2"].values, x, rtol=1e-12)
    np.testing.assert_allclose(calibrated["pco2"].values, x * (pressure / 1013.25 - vapour), rtol=1e-10)
    # Dividing by 1 - P, as seen elsewhere, would turn mole fractions negative.
    assert calibrated["xco2"].values.min() > 290


# --- how logs are written ---


def test_polynomial_of_the_header(read):
    result = read(row(co2="400", flow="8.0"))
    assert values(result, "co2")[0] == pytest.approx(0.5 + 400 + 0.001 * 400**2)
    assert values(result, "water_flow")[0] == pytest.approx(-3 + 0.95 * 8)
    plain = read(row(co2="400", flow="8.0"), apply_coefficients=False)
    assert values(plain, "co2")[0] == 400
    assert values(plain, "water_flow")[0] == 8


@pytest.mark.parametrize("header", ["AIN0_mA/Waterflow", "AIN0_mA_Waterflow", "waterflow"])
def test_names_of_the_water_flow(read, header):
    result = read(row(flow="8.0"), header=(NAMES.replace("AIN3_mA/Waterflow", header), UNITS, A0, A1, A2))
    assert values(result, "water_flow")[0] == pytest.approx(-3 + 0.95 * 8)


def test_header_without_coefficients_says_so(read):
    result = read(row(), header=(NAMES, UNITS))
    assert values(result, "co2")[0] == 400
    assert any("@A0, @A1, @A2" in text for text in messages(result))


def test_run_types_of_states(read):
    states = ["5", "8", "2", "1", "10", "3", "4", "18", "22", "13", "19"]
    result = read(*(row(minute, state) for minute, state in enumerate(states)))
    stream = result.streams["oceanpack"]
    words = dict(zip(stream["run_type"].attrs["flag_values"].tolist(), stream["run_type"].attrs["flag_meanings"].split(), strict=True))
    assert [words[code] for code in stream["run_type"].values.tolist()] == [
        *("EQU", "ATM", "ZERO", "SPAN", "FLUSH", "FLUSH", "IDLE", "ATM", "ATM", "IDLE", "IDLE"),
    ]
    assert stream["oceanpack_state"].values.tolist() == [int(state) for state in states]


def test_states_are_declarable(read):
    result = read(row(0, "22"), row(1, "20"), states={"22": "IDLE", "20": "EQU"})
    assert values(result, "run_type").tolist() == [53, 1]


def test_unknown_state_is_left_out_and_told(read):
    result = read(row(0, "5"), row(1, "55"), row(2, ""), row(3, "x"))
    assert result.tally.kept == 1
    assert result.tally.rejected == {"unknown state": 3}
    assert any("'55'" in text and "nearest '5'" in text for text in messages(result))


def test_a_second_header_changes_the_columns(read):
    names = NAMES.replace("CO2,CellTemp", "CellTemp,CO2")
    result = read(row(0, co2="400"), "@SENSOR,x", names, UNITS, A0.replace("0.5", "0.0"), A1, row(1, co2="51.0", temperature="401"))
    np.testing.assert_allclose(values(result, "co2"), [0.5 + 400 + 160, 401])
    np.testing.assert_allclose(values(result, "analyser_temperature"), [51.2, 51.0])
    assert result.tally.rejected == {"header": 5}


def test_a_second_header_that_cannot_be_used(read):
    result = read(row(0), NAMES.replace("DATE", "DAY"), UNITS, row(1), NAMES, UNITS, A0, A1, A2, row(2))
    assert result.tally.kept == 2
    assert result.tally.rejected == {"header": 7, "under a header that cannot be used": 1}
    assert any("no column DATE" in text for text in messages(result))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_degree_signs_in_any_encoding(read, encoding):
    result = read(row(), encoding=encoding)
    assert values(result, "analyser_temperature")[0] == 51.2
    assert not any("CellTemp" in text for text in messages(result))


def test_hemispheres_in_a_column_or_in_the_number(read):
    names = NAMES.replace("GPS Time", "EW")
    result = read(row(longitude="0433.1437", gps="W"), header=(names, UNITS), hemispheres={"longitude": "EW"})
    assert values(result, "longitude")[0] == pytest.approx(-(4 + 33.1437 / 60))
    result = read(row(latitude="4806.0341S", longitude="0433.1437W"))
    assert values(result, "latitude")[0] == pytest.approx(-(48 + 6.0341 / 60))
    assert values(result, "longitude")[0] == pytest.approx(-(4 + 33.1437 / 60))


def test_minutes_beyond_sixty_are_no_position(read):
    result = read(row(0, latitude="4866.0341"), row(1))
    assert np.isnan(values(result, "latitude")[0])
    assert result.tally.damaged == {"Latitude": 1}


@pytest.mark.parametrize(("gps", "expected"), [("130156", "13:01:56"), ("000003", "00:00:03"), ("125959", "12:59:59")])
def test_gps_time_with_the_nearest_date(read, gps, expected):
    clock = row(0, gps=gps) if gps != "000003" else row(0, gps=gps).replace("13:00:00", "23:59:30")
    result = read(clock, clock="gps")
    assert str(values(result, "time")[0])[11:19] == expected
    assert str(values(result, "time")[0])[:10] == ("2019-05-10" if gps == "000003" else "2019-05-09")


def test_fractions_of_a_second(read):
    result = read(row(0, fraction="0250"))
    assert str(values(result, "time")[0]) == "2019-05-09T13:00:00.250000000"


def test_damaged_lines_are_counted_and_told(read):
    lines = [
        row(0),
        "",
        "garbage",
        row(1) + ",7",
        row(2)[:30],
        row(3).replace("2019-05-09", "2019-15-09"),
        row(4, co2="4x0"),
        row(4, co2="1"),
    ]
    result = read(*lines)
    assert result.tally.seen == 8
    assert result.tally.rejected == {
        "blank line": 1,
        "no line of data": 1,
        "no date and time": 1,
        "same time, other values": 1,
        "too few fields": 1,
        "too many fields": 1,
    }
    assert result.tally.damaged == {"CO2": 1}
    assert any("2019-15-09" in text for text in messages(result))


def test_a_unit_that_is_none_is_told(read):
    assert any("'mA/l/min'" in text and "L min-1" in text for text in messages(read(row())))
    assert not any("mA/l/min" in text for text in messages(read(row(), units={"water_flow": "L min-1"})))


def test_further_columns(read):
    result = read(row(temperature="1013.2"), columns={"CellTemp": "ambient_pressure"}, units={"ambient_pressure": "mbar"})
    assert values(result, "ambient_pressure")[0] == pytest.approx(1013.2)
    assert "analyser_temperature" not in result.streams["oceanpack"]
    assert any("'Gone'" in text for text in messages(read(row(), columns={"Gone": "sst"})))


@pytest.mark.parametrize(
    ("header", "match"),
    [
        (("DATE,TIME", UNITS), "@NAME"),
        ((NAMES.replace("STATUS", "STATE"), UNITS), "no column STATUS, nearest 'STATE'"),
        ((NAMES, UNITS, A0, A1.replace("0.95", "0.9x")), "@A1 of column 'AIN3_mA/Waterflow' is '0.9x'"),
    ],
)
def test_headers_that_cannot_be_used(read, header, match):
    with pytest.raises(InputError, match=match):
        read(row(), header=header)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"states": {"5": "WATER"}}, "no run type 'WATER'"),
        ({"states": {"99": "EQU"}}, "no code of STATUS"),
        ({"columns": {"x": "sstt"}}, "'sst'"),
        ({"units": {"sst": "hPa"}}, "cannot be converted"),
        ({"units": {"sts": "K"}}, "no variable"),
        ({"units": {"sst": "bogus"}}, "bogus"),
        ({"hemispheres": {"sst": "x"}}, "latitude or longitude"),
        ({"encoding": "latin-99"}, "no encoding"),
        ({"date_format": "ddmm"}, "no date format"),
    ],
)
def test_mistakes_in_options(options, match):
    with pytest.raises(ValidationError, match=match):
        READER.options(**options)


def test_guess_knows_other_files_apart(tmp_path):
    path = tmp_path / "file.txt"
    path.write_bytes(b"a,b,c\n1,2,3\n")
    assert READER.guess(path) is None
    assert READER.guess(tmp_path / "not-there") is None


def test_damaged_variants(tmp_path):
    options = SIMULATOR.options(mooring={"duration": "2 h"}, interval="3 min", cycle="1 h", new_header_every=25)
    content = write_file(simulate_deployment(options, 1), tmp_path, options).read_bytes()
    assert_survives_damage(READER, READER.options(), tmp_path / "damaged.log", content)
