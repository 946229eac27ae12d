"""Reader of Sunburst SAMI-CO2 files."""

import os
from datetime import timedelta

import numpy as np
import pytest
from damaged_records import damaged, refused_variants
from icos_ocean.readers import sunburst_sami_co2_records
from icos_ocean.readers.sunburst_sami_co2 import READER
from icos_ocean.readers.sunburst_sami_co2_bulk import Lights, Regular
from icos_ocean.simulators.mooring import MooringSimulation
from icos_ocean.simulators.sunburst_sami_co2 import SIMULATOR, hexadecimal

from icos_core.exceptions import InputError
from icos_core.testing import assert_result_fits, assert_span_covers, example_context
from icos_core.testing.comparison import assert_same_streams
from icos_core.testing.reader import read_or_refuse

CONTEXT = example_context()
NO_LINE = np.empty(0, dtype=np.int64)
NOTHING_REGULAR = Regular(Lights.of([], [], [], [], []), NO_LINE, NO_LINE, NO_LINE)
VARIANTS = int(os.environ.get("ICOS_DAMAGED_VARIANTS", "300"))
# The records that public parsers of this instrument show as examples.
SAMPLE = "4\t3466998237\t44\t38\t2869\t311\t1877\t613\t1581\t5139\t42\t38\t2887\t313\t1879\t614\t3200\t2248"
BLANK = "5\t3466968983\t41\t36\t2919\t1566\t1921\t1763\t8707\t15056\t42\t38\t2933\t1575\t1925\t1766\t3180\t2138"
HEXADECIMAL = "*C22704D015B0C50040004C0D290177079C048205C6249B0044004C0D2F0178079E04810C5A07ED3B"
OF_LOGGER = f"2014/08/17 01:05:32.967 {HEXADECIMAL}"
STATUS = "2014/09/11 04:53:01.971 *B61285CEA6132D004100000B000000000A31D2"
DEVICE = "2014/08/17 01:00:39.425 *C20711D015AFA14D"
MESSAGE = "2014/08/17 00:57:10.648 [pco2w1:DLOGP5]:Idle state, without initialize"
HEADER = [
    *("File created: Monday, June 30, 2014  12:31:42 PM", "SAMI Client Version: 1.2.8", ":SAMIinfo", "Firmware: 54"),
    *("Name:            C0000", "Cal1: 0.0888", "Cal2: 0.2026", "Cal3: -0.7048", "Cal4: 15.6785", "Cal5: 0.6097", "Cal6: 1.0212"),
    *(":UserText", "\0", ":Data"),
]


@pytest.fixture
def read(tmp_path):
    def read_lines(*lines, end="\r\n", **options):
        path = tmp_path / "sami.txt"
        path.write_bytes(("".join(line + end for line in lines)).encode("latin-1"))
        result = READER.read(path, READER.options(**options), CONTEXT)
        assert_result_fits(READER, result, READER.options(**options))
        assert_span_covers(READER, path, result, READER.options(**options), CONTEXT)
        return result

    return read_lines


def values(result, name):
    return result.streams["sami"][name].values


def test_a_download(read):
    result = read(*HEADER, "128\t3466968623\t65\t1\t0\t512", "17\t3466968635", BLANK, SAMPLE)
    assert result.streams["sami"]["time"].values.tolist() == [
        np.datetime64(moment, "ns").item() for moment in ("2013-11-10T22:56:23", "2013-11-11T07:03:57")
    ]
    assert values(result, "measurement_type").tolist() == [5, 4]
    assert values(result, "light_ratio_434") == pytest.approx([8707 / 16384, 1581 / 16384])
    assert values(result, "light_ratio_620") == pytest.approx([15056 / 16384, 5139 / 16384])
    assert values(result, "reference_434").tolist() == [2926, 2878]
    assert values(result, "signal_620").tolist() == [1764.5, 613.5]
    assert values(result, "dark_signal").tolist() == [37, 38]
    assert values(result, "supply_voltage") == pytest.approx([3180 * 15 / 4096, 3200 * 15 / 4096])
    assert values(result, "calibration_a").tolist() == [0.0888] * 2
    assert values(result, "calibration_temperature").tolist() == [15.6785] * 2
    assert (result.tally.seen, result.tally.kept) == (4, 2)
    assert dict(result.tally.rejected) == {"record of an external device": 1, "status record": 1}


def test_ratios_are_those_of_the_light_signals(read):
    """The instrument's light ratio is signal over reference, both without the dark signal."""
    result = read(BLANK)
    for wavelength in (434, 620):
        signal = values(result, f"signal_{wavelength}") - values(result, "dark_signal")
        reference = values(result, f"reference_{wavelength}") - values(result, "dark_reference")
        # Every signal is rounded to a count: signal and dark signal together are off by one count at most, so are the references.
        rounding = (1.0 + (signal / reference).item()) / reference.item()
        assert values(result, f"light_ratio_{wavelength}") == pytest.approx(signal / reference, abs=rounding)


@pytest.mark.parametrize(
    "text",
    [HEXADECIMAL, HEXADECIMAL[1:], HEXADECIMAL[3:], OF_LOGGER, f"Record[305]:{HEXADECIMAL}", HEXADECIMAL.lower()],
    ids=["as sent", "no asterisk", "no identifier", "behind a logger's time", "of a modem", "lower case"],
)
def test_hexadecimal_records(read, text):
    result = read(text)
    assert result.streams["sami"]["time"].values[0] == np.datetime64("1904-01-01", "ns") + np.timedelta64(0xD015B0C5, "s")
    assert values(result, "light_ratio_434") == pytest.approx([0x05C6 / 16384])
    assert values(result, "light_ratio_620") == pytest.approx([0x249B / 16384])
    assert values(result, "supply_voltage") == pytest.approx([0x0C5A * 15 / 4096])
    assert np.isnan(values(result, "calibration_a")).all()


def test_decimal_and_hexadecimal_say_the_same(read):
    record = list(map(int, SAMPLE.split("\t")))
    decimal, hexadecimal_ = read(SAMPLE), read(hexadecimal(record))
    for name in decimal.streams["sami"].data_vars:
        np.testing.assert_array_equal(values(decimal, name), values(hexadecimal_, name))


def test_the_time_of_a_logger(read):
    result = read(OF_LOGGER, STATUS, DEVICE, MESSAGE, clock="logger")
    assert result.streams["sami"]["time"].values[0] == np.datetime64("2014-08-17T01:05:32.967")
    assert dict(result.tally.rejected) == {"message of the logger": 1, "record of an external device": 1, "status record": 1}
    with pytest.raises(InputError, match="none of 1 records has a valid time of the logger: see the option clock"):
        read(HEXADECIMAL, clock="logger")


def test_a_checksum_that_does_not_fit(read):
    result = read(HEXADECIMAL, HEXADECIMAL.replace("0D29", "0D28"))
    assert result.tally.kept == 1
    assert dict(result.tally.rejected) == {"wrong checksum": 1}
    (problem,) = result.problems
    assert (problem.line, problem.message) == (2, "the checksum does not fit: the record is damaged")


def test_a_record_cut_short(read):
    result = read(SAMPLE, HEXADECIMAL[:-2], HEXADECIMAL[:-1], SAMPLE.rsplit("\t", 1)[0], BLANK)
    assert dict(result.tally.rejected) == {"wrong length": 3}


def test_records_of_other_instruments(read):
    result = read(SAMPLE, "10\t3466998300\t1\t2\t3")
    assert dict(result.tally.rejected) == {"record of another type": 1}
    assert "records of type 10 are not of a SAMI-CO2" in str(result.problems[0])


def test_faults_that_the_instrument_reports_are_told(read):
    flags = 1 << 3 | 1 << 8 | 0x41
    result = read(SAMPLE, f"133\t3466998300\t{flags}\t2\t0\t600", f"133\t3466998400\t{flags}\t3\t0\t700")
    told = [str(problem) for problem in result.problems]
    assert any("the memory was full (2 status records)" in each for each in told)
    assert any("the battery was low at a sample (2 status records)" in each for each in told)
    assert len(told) == 2


def test_a_thermistor_beyond_the_converter_is_missing(read):
    fourteen = SAMPLE.rsplit("\t", 1)[0] + "\t8992"
    result = read(fourteen)
    assert np.isnan(values(result, "equilibrator_temperature")).all()
    assert "8992 is no reading of a converter of 12 bits" in str(result.problems[0])
    # The same voltage divider, four times as finely resolved.
    assert values(read(fourteen, adc_bits=14), "equilibrator_temperature") == pytest.approx(
        values(read(SAMPLE), "equilibrator_temperature")
    )


def test_downloads_one_after_the_other(read):
    other = [line.replace("0.0888", "0.0299").replace("15.6785", "6.13") for line in HEADER]
    result = read(*HEADER, BLANK, *other, SAMPLE)
    assert values(result, "calibration_a").tolist() == [0.0888, 0.0299]
    assert values(result, "calibration_temperature").tolist() == [15.6785, 6.13]
    assert dict(result.tally.rejected) == {"header": len(other)}


def test_coefficients_that_cannot_be_read_are_missing(read):
    header = [line.replace("-0.7048", "x") for line in HEADER]
    result = read(*header, SAMPLE)
    assert np.isnan(values(result, "calibration_c")).all()
    assert np.isfinite(values(result, "calibration_b")).all()


def test_status_records_alone_give_no_rows(read):
    result = read(STATUS, MESSAGE)
    assert (result.tally.kept, result.streams["sami"].sizes["time"]) == (0, 0)


def test_a_file_of_something_else(read):
    with pytest.raises(InputError, match="no sample or blank of a SAMI-CO2 found; expected decimal records of 18 numbers"):
        read("a,b,c", "1,2,3")


def test_guess(tmp_path):
    path = tmp_path / "sami.txt"
    path.write_text("\n".join([*HEADER, BLANK, SAMPLE]) + "\n")
    guessed = READER.guess(path)
    assert guessed.confidence > 0.95
    assert guessed.options == {}
    assert any(each.startswith("adc_bits: ") for each in guessed.unsure)
    path.write_text(SAMPLE.rsplit("\t", 1)[0] + "\t8992\n")
    assert READER.guess(path).options == {"adc_bits": 14}
    path.write_text(f"{OF_LOGGER}\n")
    assert any(each.startswith("clock: ") for each in READER.guess(path).unsure)
    path.write_text("a,b,c\n1,2,3\n")
    assert READER.guess(path) is None
    assert READER.guess(tmp_path / "nowhere") is None


@pytest.mark.parametrize("form", ["download", "records", "logger"])
def test_damaged_files_are_refused_or_accounted_for(tmp_path, form):
    mooring = MooringSimulation(duration=timedelta(days=4))
    (good,) = SIMULATOR.simulate(tmp_path, SIMULATOR.options(mooring=mooring, form=form), 1).files
    variants = VARIANTS // 3
    assert refused_variants(READER, good.read_bytes(), tmp_path / "damaged.txt", variants) < variants // 2


@pytest.mark.parametrize("form", ["download", "records", "logger"])
def test_lines_in_one_piece_are_what_they_are_one_by_one(tmp_path, monkeypatch, form):
    mooring = MooringSimulation(duration=timedelta(days=4))
    (good,) = SIMULATOR.simulate(tmp_path, SIMULATOR.options(mooring=mooring, form=form), 1).files
    content, path = good.read_bytes(), tmp_path / "damaged.txt"
    for seed in range(20):
        path.write_bytes(damaged(content, seed) if seed else content)
        together = read_or_refuse(READER, path, READER.options(), CONTEXT, f"seed {seed}")
        with monkeypatch.context() as patch:
            patch.setattr(sunburst_sami_co2_records, "regular_lines", lambda _: NOTHING_REGULAR)
            one_by_one = read_or_refuse(READER, path, READER.options(), CONTEXT, f"seed {seed}")
        assert (together is None) == (one_by_one is None)
        if together is not None:
            assert together.tally == one_by_one.tally
            assert sorted(map(str, together.problems)) == sorted(map(str, one_by_one.problems))
            assert_same_streams(together.streams, one_by_one.streams, f"seed {seed}")
