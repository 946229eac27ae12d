"""Reader `saildrone`: files with the columns of public configurations, and every way in which they can be written or damaged."""

import numpy as np
import pytest
from icos_ocean.calibration.dry_xco2 import CALIBRATOR
from icos_ocean.readers.saildrone import READER
from icos_ocean.simulators.saildrone import SIMULATOR, simulate_deployment, write_file
from icos_ocean.vocabulary import RUN_TYPES
from pydantic import ValidationError
from surviving_readers import assert_survives_damage

from icos_core.exceptions import InputError
from icos_core.testing import assert_result_fits, assert_span_covers, example_context

CONTEXT = example_context()
COLUMNS = {
    "time_interval_atmosFile": "",
    "gps_lat_atmosFile": "10.5",
    "gps_lng_atmosFile": "-20.5",
    "air_temperature_filtered_atmosFile": "24.1",
    "time_interval_biogeFile": "2019-09-01T00:17:00.000Z",
    "gps_lat_biogeFile": "",
    "sbe37_temperature_filtered_oceanFile": "25.1",
    "rbr_temperature_filtered_oceanFile": "25.4",
    "sbe37_practical_salinity_filtered_oceanFile": "35.2",
    "asvco2_xco2_atmospheric_dry_biogeFile": "410.1",
    "asvco2_xco2_seawater_dry_biogeFile": "400.1",
    "asvco2_equilibrator_pump_off_pressure_biogeFile": "101.30",
    "asvco2_air_pump_off_pressure_biogeFile": "101.20",
    "asvco2_span_post_cal_xco2_biogeFile": "506.0",
}
HEADER = ",".join(COLUMNS)


def line(**changes):
    cells = COLUMNS | {next(name for name in COLUMNS if name.startswith(start)): text for start, text in changes.items()}
    return ",".join(cells.values())


@pytest.fixture
def read(tmp_path):
    """Read lines as one file."""

    def _read(*lines, header=HEADER, **options):
        path = tmp_path / "vehicle.csv"
        path.write_bytes("\n".join([header, *lines, ""]).encode("latin-1"))
        validated = READER.options(**options)
        result = READER.read(path, validated, CONTEXT)
        assert_result_fits(READER, result, validated)
        assert_span_covers(READER, path, result, validated, CONTEXT)
        return result

    return _read


def values(result, name):
    return result.streams["saildrone"][name].values


def messages(result):
    return [str(problem) for problem in result.problems]


def test_water_and_air_become_a_row_each(read):
    result = read(line())
    assert values(result, "run_type").tolist() == [RUN_TYPES["EQU"], RUN_TYPES["ATM"]]
    assert [str(moment)[11:19] for moment in values(result, "time")] == ["00:17:00", "00:18:30"]
    assert values(result, "xco2_dry").tolist() == [400.1, 410.1]
    np.testing.assert_allclose(values(result, "analyser_pressure"), [1013.0, 1012.0])
    assert values(result, "sst").tolist() == [25.1, 25.1]
    assert values(result, "span_post_calibration").tolist() == [506.0, 506.0]
    assert result.tally.seen == result.tally.kept == 2
    assert not messages(result)


def test_lines_without_a_cycle_are_kept_for_their_sensors(read):
    result = read(
        line(asvco2_xco2_atmospheric_dry="", asvco2_xco2_seawater_dry=""),
        line(time_interval_bioge="2019-09-01T00:18:00Z", asvco2_xco2_seawater_dry=""),
    )
    assert values(result, "run_type").tolist() == [RUN_TYPES["IDLE"], RUN_TYPES["ATM"]]
    assert np.isnan(values(result, "xco2_dry")[0])
    assert {word: count for word, count in result.tally.by_type.items() if count} == {"ATM": 1, "IDLE": 1}


def test_the_first_column_that_a_row_has(read):
    result = read(
        line(sbe37_temperature=""), line(time_interval_bioge="", time_interval_atmos="2019-09-01T01:00:00Z", gps_lat_bioge="11.5")
    )
    assert values(result, "sst").tolist() == [25.4, 25.4, 25.1, 25.1]
    assert values(result, "latitude").tolist() == [10.5, 10.5, 11.5, 11.5]


def test_a_file_of_one_data_set_has_no_suffixes(read):
    result = read(line(), header=",".join(name.rsplit("_", 1)[0] for name in COLUMNS))
    assert values(result, "xco2_dry").tolist() == [400.1, 410.1]


def test_names_and_units_are_declarable(read):
    header = (
        ",".join(COLUMNS)
        .replace("asvco2_xco2_seawater_dry", "water")
        .replace("asvco2_xco2_atmospheric_dry", "air")
        .replace("rbr_temp", "hull_temp")
    )
    result = read(
        line(asvco2_equilibrator="1013.0", asvco2_air_pump="1012.0"),
        header=header,
        water_columns={"water": "xco2_dry"},
        air_columns={"air": "xco2_dry"},
        columns={"hull_temperature_filtered": "sst"},
        units={"analyser_pressure": "hPa"},
        air_delay="3 min",
    )
    assert values(result, "xco2_dry").tolist() == [400.1, 410.1]
    assert values(result, "sst").tolist() == [25.4, 25.4]
    assert values(result, "analyser_pressure").tolist() == [1013.0, 1012.0]
    assert str(values(result, "time")[1])[11:19] == "00:20:00"


def test_damaged_lines_are_counted_and_told(read):
    lines = [
        line(),
        "",
        line()[:40],
        line(time_interval_bioge="2019-09-31T00:00:00Z"),
        line(time_interval_bioge="2019-09-01T02:00:00Z", sbe37_practical="3x"),
    ]
    result = read(*lines)
    assert result.tally.rejected == {"blank line": 1, "no date and time": 1, "too few fields": 1}
    assert result.tally.damaged == {"sbe37_practical_salinity_filtered_oceanFile": 1}
    assert result.tally.seen == 7  # two of the five lines hold water and air


def test_unused_columns_are_told(read):
    result = read(line() + ",1.2", header=",".join(COLUMNS) + ",wave_dominant_period_oceanFile")
    assert any("wave_dominant_period_oceanFile" in text for text in messages(result))


@pytest.mark.parametrize(("header", "match"), [("a,b", "time_column"), ("time_interval,sst", "no column of the CO2 system")])
def test_other_files_are_refused(tmp_path, header, match):
    path = tmp_path / "file.csv"
    path.write_text(f"{header}\n1,2\n")
    with pytest.raises(InputError, match=match):
        READER.read(path, READER.options(), CONTEXT)
    assert READER.guess(path) is None


def test_guess(tmp_path):
    path = tmp_path / "vehicle.csv"
    path.write_text(",".join(COLUMNS) + "\n" + line())
    assert READER.guess(path).confidence > 0.9
    assert READER.guess(tmp_path / "not-there") is None


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"columns": {"x": "sstt"}}, "'sst'"),
        ({"units": {"sstt": "K"}}, "no variable"),
        ({"units": {"sst": "hPa"}}, "cannot be converted"),
        ({"units": {"sst": "bogus"}}, "bogus"),
        ({"air_delay": "0 s"}, "greater than"),
    ],
)
def test_mistakes_in_options(options, match):
    with pytest.raises(ValidationError, match=match):
        READER.options(**options)


def test_damaged_variants(tmp_path):
    options = SIMULATOR.options(mooring={"duration": "3 h"}, interval="3 min", cycle="1 h")
    path = write_file(simulate_deployment(options, 1), tmp_path)
    assert_survives_damage(READER, READER.options(), path, path.read_bytes())


def test_vapour_pressure_is_that_over_sea_water_and_is_stored(read):
    """Another program declares this variable and never fills it, and takes the temperature of the air for air."""
    stream = read(line()).streams["saildrone"]
    options = CALIBRATOR.options(pressure_sources=["analyser"], barometer="analyser_pressure", barometer_height=0.0)
    result = CALIBRATOR.calibrate({"saildrone": stream}, options, CONTEXT).streams["saildrone"]
    kelvin = 25.1 + 273.15
    vapour = np.exp(24.4543 - 67.4509 * 100 / kelvin - 4.8489 * np.log(kelvin / 100) - 0.000544 * 35.2)
    assert result["water_vapour_pressure"].values[0] == pytest.approx(vapour * 1013.25, rel=1e-12)
    assert result["pco2"].values[0] == pytest.approx(400.1 * (1013.0 / 1013.25 - vapour), rel=1e-12)
    assert result["pco2_air"].values[1] == pytest.approx(410.1 * (1012.0 / 1013.25 - vapour), rel=1e-12)
