"""Reader of Pro-Oceanus CO2-Pro logs."""

import os
from datetime import timedelta

import numpy as np
import pytest
from damaged_records import refused_variants
from icos_ocean.readers.pro_oceanus_co2_pro import READER
from icos_ocean.simulators.mooring import MooringSimulation
from icos_ocean.simulators.pro_oceanus_co2_pro import SIMULATOR
from pydantic import ValidationError

from icos_core.dataset import category_mask
from icos_core.exceptions import InputError
from icos_core.testing import assert_result_fits, assert_span_covers, example_context

CONTEXT = example_context()
VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
WATER = "2014/02/17 00:58:14.840 W M,2014,02,17,01,00,12,44392,41900,358.77,40.1,11.275,22.920,1008,39.8,40.4,11.7"
AIR = "2014/02/17 00:58:27.325 A M,2014,02,17,00,53,37,44392,41698,389.03,40.1,8.551,21.360,1018,39.8,40.5,11.7"
ZERO = "2014/02/17 00:30:14.840 W Z,2014,02,17,00,32,12,44392,44390,0.12,40.1,11.275,22.920,1008,39.8,40.4,11.7"
HASH = "2014/08/10 00:20:24.274 #2014/08/10 00:20:11, M,43032,40423,397.04,40.1,21.221,28.480,1026,39.9,40.4,W"
OLD_CLOCK = "2014/08/10 00:20:24.274 #3765/07/27 01:00:11, M,43032,40423,397.04,40.1,21.221,28.480,1026,39.9,40.4,W"
CV = "2019/02/27 00:00:09.290 W M,2019,02,27,00,00,11,44027,41190,446.74,40.60,11.37,28.52,1021,11.7"
MESSAGE = "2014/08/10 01:35:01.744 [pco2a:DLOGP4]:Instrument Stopped [Power Off]"


@pytest.fixture
def read(tmp_path):
    def read_lines(*lines, end="\r\n", **options):
        path = tmp_path / "co2pro.log"
        path.write_bytes(("".join(line + end for line in lines)).encode("latin-1"))
        result = READER.read(path, READER.options(**options), CONTEXT)
        assert_result_fits(READER, result, READER.options(**options))
        assert_span_covers(READER, path, result, READER.options(**options), CONTEXT)
        return result

    return read_lines


def values(result, name):
    return result.streams["co2_pro"][name].values


def test_every_field_of_a_record_is_where_it_belongs(read):
    result = read(WATER)
    expected = {
        "zero_count": 44392,
        "current_count": 41900,
        "xco2_wet": 358.77,
        "sensor_temperature": 40.1,
        "humidity_pressure": 11.275,
        "humidity_temperature": 22.92,
        "analyser_pressure": 1008,
        "detector_temperature": 39.8,
        "source_temperature": 40.4,
        "supply_voltage": 11.7,
    }
    assert {name: values(result, name).item() for name in expected} == expected
    assert result.streams["co2_pro"]["time"].values.tolist() == [np.datetime64("2014-02-17T01:00:12", "ns").item()]


def test_water_air_and_zeros_are_run_types(read):
    result = read(WATER, AIR, ZERO)
    stream = result.streams["co2_pro"]
    for word, kind in (("EQU", 358.77), ("ATM", 389.03), ("ZERO", 0.12)):
        assert stream["xco2_wet"].values[category_mask(stream, "run_type", [word])].tolist() == [kind]
    assert dict(result.tally.by_type) == {"A M": 1, "W M": 1, "W Z": 1}


@pytest.mark.parametrize(
    ("clock", "moment"), [("instrument", "2014-02-17T01:00:12.000"), ("logger", "2014-02-17T00:58:14.840")], ids=["instrument", "logger"]
)
def test_either_clock_gives_the_time(read, clock, moment):
    result = read(WATER, clock=clock)
    assert result.streams["co2_pro"]["time"].values[0] == np.datetime64(moment)
    (problem,) = result.problems
    assert "-117 s from the instrument's" in problem.message


def test_the_style_with_a_hash(read):
    result = read(HASH, HASH.replace("00:20:11", "00:25:11").replace(",W", ",A"))
    assert values(result, "xco2_wet").tolist() == [397.04, 397.04]
    assert values(result, "run_type").tolist() == [1, 2]
    assert "supply_voltage" not in result.streams["co2_pro"]


def test_records_without_a_logger(read):
    assert values(read(WATER[24:], AIR[24:]), "xco2_wet").tolist() == [389.03, 358.77]


def test_a_clock_that_was_never_set_is_told(read):
    with pytest.raises(InputError, match="none of 1 records has a valid time of the instrument, 1 have one of the logger: option clock"):
        read(OLD_CLOCK)
    assert read(OLD_CLOCK, clock="logger").tally.kept == 1


def test_without_a_logger_its_clock_cannot_be_had(read):
    with pytest.raises(InputError, match="none of 1 records has a valid time of the logger, 1 have one of the instrument"):
        read(WATER[24:], clock="logger")


def test_the_sensor_without_detector_and_source_temperature(read):
    result = read(CV)
    assert values(result, "supply_voltage").tolist() == [11.7]
    assert values(result, "analyser_pressure").tolist() == [1021]
    assert "detector_temperature" not in result.streams["co2_pro"]


def test_other_fields_can_be_declared(read):
    line = "W M,2019,02,27,00,00,11,44027,41190,446.74,99,1021"
    with pytest.raises(
        InputError, match="most records have 5 quantities after their time; expected 8, 9, 10, or their names in the option"
    ):
        read(line)
    result = read(line, fields=("zero_count", "current_count", "xco2_wet", "-", "analyser_pressure"))
    assert values(result, "analyser_pressure").tolist() == [1021]
    assert set(result.streams["co2_pro"].data_vars) == {"run_type", "zero_count", "current_count", "xco2_wet", "analyser_pressure"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [(("xco2_wett",), "nearest: 'xco2_wet'"), (("xco2_wet", "xco2_wet"), "named twice"), (("-",), "names no quantity")],
    ids=["mistyped", "twice", "nothing"],
)
def test_mistakes_in_fields(fields, message):
    with pytest.raises(ValidationError, match=message):
        READER.options(fields=fields)


def test_a_record_cut_short_is_not_one_of_an_older_sensor(read):
    short = WATER.rsplit(",", 2)[0]
    result = read(WATER, short.replace("01,00,12", "01,05,12"), WATER.replace("01,00,12", "01,10,12"))
    assert result.tally.kept == 2
    assert dict(result.tally.rejected) == {"wrong number of fields": 1}
    assert "expected 10 quantities after the time, found 8" in "".join(map(str, result.problems))


def test_a_number_that_is_none_is_missing_and_told(read):
    result = read(WATER.replace("358.77", "35x.77"), AIR)
    assert np.isnan(values(result, "xco2_wet")).sum() == 1
    assert dict(result.tally.damaged) == {"xco2_wet": 1}
    assert "'35x.77' is no number" in "".join(map(str, result.problems))


def test_messages_blank_lines_and_damage_are_told_apart(read):
    result = read(WATER, MESSAGE, "", "Detector Warmup", "W M,20x4,garbage", "Next Start Time = 01:00")
    assert dict(result.tally.rejected) == {"blank line": 1, "message of the instrument": 2, "message of the logger": 1, "no record": 1}
    (problem,) = [each for each in result.problems if "neither a record" in each.message]
    assert (problem.line, problem.text) == (5, "W M,20x4,garbage")


def test_further_messages_can_be_named(read):
    assert dict(read(WATER, "Battery OK", messages=("Battery",)).tally.rejected) == {"message of the instrument": 1}


def test_a_log_of_messages_alone_has_no_rows(read):
    result = read(MESSAGE)
    assert (result.tally.seen, result.tally.kept, result.streams["co2_pro"].sizes["time"]) == (1, 0, 0)


def test_records_out_of_order_and_repeated(read):
    result = read(WATER, AIR, WATER, WATER.replace("358.77", "400.00"))
    assert values(result, "xco2_wet").tolist() == [389.03, 358.77]
    assert dict(result.tally.rejected) == {"the same row again": 1, "same time, other values": 1}


def test_guess(tmp_path):
    path = tmp_path / "log"
    path.write_text(f"{WATER}\n{AIR}\n{MESSAGE}\n")
    guessed = READER.guess(path)
    assert guessed.confidence > 0.8
    assert guessed.options == {}
    assert any(each.startswith("clock: ") for each in guessed.unsure)
    path.write_text(f"{OLD_CLOCK}\n")
    assert READER.guess(path).options == {"clock": "logger"}
    path.write_text("a,b,c\n1,2,3\n")
    assert READER.guess(path) is None
    assert READER.guess(tmp_path / "nowhere") is None


@pytest.mark.parametrize("style", ["commas", "hash"])
def test_damaged_logs_are_refused_or_accounted_for(tmp_path, style):
    options = SIMULATOR.options(mooring=MooringSimulation(duration=timedelta(hours=5)), zero_every="2 h", air_every="1 h", style=style)
    (good,) = SIMULATOR.simulate(tmp_path, options, 1).files
    variants = VARIANTS // 2
    assert refused_variants(READER, good.read_bytes(), tmp_path / "damaged.txt", variants) < variants // 2
