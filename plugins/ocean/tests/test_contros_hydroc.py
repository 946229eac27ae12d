"""Reader `contros-hydroc`: the three layouts, values and formulas, states, odd files."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from icos_ocean.readers.contros_hydroc import READER, guess, provides, read, span
from icos_ocean.readers.contros_hydroc_options import HydroCOptions
from icos_ocean.simulators.contros_hydroc import SIMULATOR
from icos_ocean.vocabulary import RUN_TYPES
from icos_ocean.vocabulary.hydroc import STATES
from pydantic import ValidationError

from icos_core.components import Tally
from icos_core.exceptions import InputError
from icos_core.running.aligning import merge_channels
from icos_core.testing import ReaderContract, example_context
from icos_core.testing.damage import flipped_bytes, truncated
from icos_core.testing.reader import assert_survives

NAMES = (
    "Date;Time;Weekday;P_pump;p_NDIR;p_in;I_total;U_supply;Zero;Flush;external_pump;Runtime;Signal_raw;Signal_ref;T_sensor;Signal_proc;"
    "Conc_estimate;pCO2_corr;xCO2_corr;T_control;T_gas;%rH"
)
ROW = (
    "2018.07.16;12:00:{second:02d};1;7,9;1013,25;998,5;0,45;12,1;{zero};{flush};1;167962;22271;11951;47,1;12,5;0;390,5;400,25;50;34,75;"
    "40,1;"
)
CHANNEL = """$METADATA
$Project; FerryBox
$Formula; Meas=a0+a1*Raw+a2*Raw^2+a3*Raw^3
$Ranges; 1
$Range1.a0; 0.0000000000E+0
$Range1.a1; 10.0000000000E-3
$Range1.a2; 0.0000000000E+0
$Range1.a3; 0.0000000000E+0
$DATASETS
$Timestamp\t{channel}\tQuality\tMeasCount\tMeanTime\tRange\tMinimum\tMaximum\tVariance\tLongitude\tLatitude\tRawvalue\tInfo
$Date Time\tmbar\tFlags\tCnt\tSec\tMR\tmbar\tmbar\tUnits\tDeg\tDeg\tUnits\tFlags
"""
SHORT = {"mooring": {"duration": "16 h"}, "interval": "120 s"}


def native(*rows, header=("CONTROS", "HydroC", "", NAMES)):
    return "".join(f"{line}\r\n" for line in (*header, *rows)).encode("latin-1")


def row(second=0, zero=0, flush=0):
    return ROW.format(second=second, zero=zero, flush=flush)


def channel_row(minute, value, quality=128, raw=None, range_number=1):
    raw = value * 100.0 if raw is None else raw
    return f"2021.12.05 00:{minute:02d}:00\t{value:.6f}\t{quality}\t60\t60\t{range_number}\t0\t0\t0\tNaN\tNaN\t{raw:.6f}\t8388608\n"


def channel(*rows, name="P_In"):
    return (CHANNEL.format(channel=name) + "".join(rows)).encode("latin-1")


@pytest.fixture
def reading(tmp_path):
    def read_content(content, **options):
        path = tmp_path / "file_20211205.txt"
        path.write_bytes(content)
        return read(path, READER.options(**options), example_context())

    return read_content


def words(stream):
    codes = {code: word for word, code in RUN_TYPES.items()}
    return [codes[code] for code in stream["run_type"].values.tolist()]


def test_native_log(reading):
    result = reading(native(row(0), row(10, zero=1), row(20, flush=1)))
    stream = result.streams["hydroc"]
    assert words(stream) == ["EQU", "ZERO", "FLUSH"]
    values = {
        name: float(stream[name][0]) for name in ("analyser_pressure", "membrane_pressure", "signal_raw", "signal_reference", "runtime")
    }
    assert values == {
        "analyser_pressure": 1013.25,
        "membrane_pressure": 998.5,
        "signal_raw": 22271.0,
        "signal_reference": 11951.0,
        "runtime": 167962.0,
    }
    assert float(stream["gas_temperature"][0]) == 34.75
    assert float(stream["relative_humidity"][0]) == 40.1
    assert str(stream["time"].values[0]) == "2018-07-16T12:00:00.000000000"
    assert result.tally == Tally(seen=3, kept=3, by_type={"EQU": 1, "ZERO": 1, "FLUSH": 1})
    assert result.problems == ()


def test_native_log_without_names(reading):
    named = reading(native(row(0), row(10)))
    nameless = reading(native(row(0), row(10), header=("one", "two", "three", "four")))
    assert named.streams["hydroc"].identical(nameless.streams["hydroc"])


def test_native_log_with_decimal_points_and_another_date(reading):
    text = native(row(0).replace(",", ".").replace("2018.07.16", "16/07/2018"))
    stream = reading(text, decimal_comma=False, date_format="dd/mm/yyyy").streams["hydroc"]
    assert float(stream["analyser_pressure"][0]) == 1013.25
    assert str(stream["time"].values[0])[:10] == "2018-07-16"


def test_states_that_are_not_known(reading):
    result = reading(native(row(0).replace(";12,1;0;0;", ";12,1;;0;"), row(10, zero=1, flush=1)))
    assert words(result.streams["hydroc"]) == ["IDLE", "FLUSH"]


def test_channel_holds_measured_values(reading):
    """The formula of the header leads from Rawvalue to the value beside the time: applied again it would give 10.11 hPa."""
    stream = reading(channel(channel_row(0, 1011.25), channel_row(1, 1010.5))).streams["hydroc"]
    assert list(stream.data_vars) == ["membrane_pressure"]
    assert stream["membrane_pressure"].values.tolist() == [1011.25, 1010.5]


def test_channel_with_raw_values_beside_the_time(reading):
    stream = reading(channel(channel_row(0, 101125.0, raw=101125.0), channel_row(1, 1010.5))).streams["hydroc"]
    assert stream["membrane_pressure"].values == pytest.approx([1011.25, 1010.5])


def test_ranges_of_a_channel(reading):
    text = channel(channel_row(0, 500.0, raw=500.0), channel_row(1, 500.0, raw=500.0, range_number=2)).decode("latin-1")
    text = text.replace("$DATASETS", "$Range2.a0; 1.0\n$Range2.a1; 2.0\n$Range2.a2; 0.0\n$Range2.a3; 0.0\n$DATASETS")
    assert reading(text.encode("latin-1")).streams["hydroc"]["membrane_pressure"].values == pytest.approx([5.0, 1001.0])


def test_missing_and_simulated_values(reading):
    rows = [channel_row(0, 66666.0, quality=1), channel_row(1, 99999.0, quality=1), channel_row(2, 1010.0, quality=129)]
    rows += [channel_row(3, 1011.0, quality=2048), channel_row(4, 1012.0, quality=16512)]
    result = reading(channel(*rows))
    np.testing.assert_array_equal(result.streams["hydroc"]["membrane_pressure"].values, [np.nan, np.nan, np.nan, 1012.0])
    assert result.tally.rejected == {"simulated data": 1}
    assert reading(channel(*rows), keep_simulated=True).tally.kept == 5


def test_channel_of_a_state(reading):
    rows = [channel_row(0, 0.0), channel_row(1, 0.729730, raw=0.72973), channel_row(2, 1.0, raw=1.0), channel_row(3, 66666.0, quality=1)]
    stream = reading(channel(*rows, name="State_Zero").replace(b"10.0000000000E-3", b"1.0000000000E+0")).streams["hydroc"]
    assert stream["zero_state"].values.tolist() == [STATES[word] for word in ("off", "mixed", "on", "missing")]
    assert stream["zero_state"].dtype == np.int8


def test_positions_on_demand(reading):
    text = channel(channel_row(0, 1011.25).replace("NaN\tNaN", "18.5\t57.25"))
    assert "latitude" not in reading(text).streams["hydroc"]
    assert float(reading(text, positions=True).streams["hydroc"]["latitude"][0]) == 57.25


@pytest.mark.parametrize("layout", ["auto", "ferrybox", "zero-cycle"])
def test_another_input_may_give_the_positions(layout):
    """What a reader provides no other input may join: positions are provided only on demand."""
    names = {
        positions: {word.name for word in provides(HydroCOptions(layout=layout, positions=positions))["hydroc"]}
        for positions in (False, True)
    }
    assert names[True] - names[False] == {"latitude", "longitude"}


def test_zeroing_with_all_channels(reading):
    header = "$METADATA\n$Project; FerryBox\n$DATASETS\n"
    header += "$Timestamp\tQuality\tInfo\tP_NDIR\tP_In\tState_Zero\tState_Flush\tSignal_Raw\tSignal_Ref\n"
    header += "$Date Time\tFlags\tFlags\tmbar\tmbar\tOn/Off\tOn/Off\tLSB\tLSB\n"
    rows = [(0, 12416, 1, 0), (1, 128, 1, 0), (2, 16512, 0, 1), (2, 16512, 0, 1), (3, 128, 0, 0)]
    text = header + "".join(
        f"2021.12.05 04:00:{second:02d}\t{quality}\t8388609\t1013.5\t997.0\t{zero}\t{flush}\t{22000 + number}\t15000\n"
        for number, (second, quality, zero, flush) in enumerate(rows)
    )
    result = reading(text.encode())
    assert words(result.streams["hydroc"]) == ["FLUSH", "ZERO", "FLUSH", "EQU"]
    assert result.tally.rejected == {"same time, other values": 1}


def test_lines_that_are_none(reading):
    good = channel_row(0, 1011.0)
    text = channel(
        good, "\n", "2021.12.05 00:01:00\n", "2021.13.05 00:02:00" + good[19:], "2021.12.05 00:03:00\tx1\t" + good.split("\t", 2)[2]
    )
    result = reading(text)
    assert result.tally.rejected == {"blank line": 1, "too few fields": 1, "no date and time": 1}
    assert result.tally.damaged == {"P_In": 1}
    assert result.tally.balanced
    assert any("'x1' is not a number" in str(problem) and problem.line == 16 for problem in result.problems)


def test_columns_of_a_name_of_their_own(reading):
    names = NAMES.replace("p_in", "p_membrane")
    text = native(row(0), header=("", "", "", names))
    assert "membrane_pressure" not in reading(text).streams["hydroc"]
    assert "columns not used: p_membrane" in str(reading(text).problems[0])
    assert float(reading(text, columns={"p_membrane": "membrane_pressure"}).streams["hydroc"]["membrane_pressure"][0]) == 998.5


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (native(row(0)), {"layout": "ferrybox"}, "the file is of the layout 'native', expected 'ferrybox'"),
        (channel(channel_row(0, 1.0), name="P_Inn"), {}, "nearest known channel 'p_in'"),
        (channel(channel_row(0, 1.0)).replace(b"10.0000000000E-3", b"ten"), {}, "coefficient a1 of range 1 is no number: 'ten'"),
        (b"$METADATA\n$DATASETS\n", {}, "no HydroC log"),
    ],
)
def test_files_that_are_refused(reading, content, options, message):
    with pytest.raises(InputError, match=r"file_20211205\.txt") as refused:
        reading(content, **options)
    assert message in str(refused.value)


def test_options_that_are_refused():
    with pytest.raises(ValidationError, match="membrane_pressure"):
        READER.options(columns={"p": "membrane_presure"})
    with pytest.raises(ValidationError, match="no date format"):
        READER.options(date_format="dd/mm/xx")
    with pytest.raises(ValidationError, match="is no encoding"):
        READER.options(encoding="latin-99")


def test_span_and_provides(reading, tmp_path):
    reading(native(row(0), row(10, zero=1)))
    found = span(tmp_path / "file_20211205.txt", READER.options(), example_context())
    assert [str(each)[:19] for each in found] == ["2018-07-16T12:00:00", "2018-07-16T12:00:10"]
    names = {layout: {word.name for word in provides(READER.options(layout=layout))["hydroc"]} for layout in ("native", "ferrybox")}
    assert "run_type" in names["native"]
    assert "zero_state" not in names["native"]
    assert "run_type" not in names["ferrybox"]


def test_guess(reading, tmp_path):
    path = tmp_path / "file_20211205.txt"
    reading(native(row(0)))
    assert guess(path).confidence == 0.9
    assert guess(path).options == {}
    path.write_bytes(native(row(0).replace(",", "."), header=("", "", "", "")))
    assert guess(path).options == {"decimal_comma": False}
    assert guess(path).confidence == 0.6
    path.write_bytes(channel(channel_row(0, 1.0)))
    assert guess(path).options == {"group_by": r"_(\d{8})\.txt$"}
    path.write_bytes(b"item;price\napples;1,20\n")
    assert guess(path) is None
    assert guess(tmp_path / "not-there.txt") is None


@pytest.mark.parametrize(("layout", "flipped", "cut"), [("native", 140, 60), ("ferrybox", 70, 30)])
def test_damaged_files(layout, flipped, cut, tmp_path):
    """Hundreds of mutations: only `InputError` may be raised, and every line is accounted for."""
    with TemporaryDirectory() as folder:
        (path, *_) = SIMULATOR.simulate(Path(folder), SIMULATOR.options(layout=layout, mooring={"duration": "3 h"}), 1).files
        content = path.read_bytes()
    contract = TestFerryBox() if layout == "ferrybox" else TestNative()
    variants = [*flipped_bytes(content, flipped, seed=4), *truncated(content, cut, seed=4)]
    assert_survives(READER, tmp_path / "raw.txt", variants, READER.options(), example_context(), contract.split)


class TestNative(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = SHORT
    header_lines = 4
    truth_tolerance = {"membrane_pressure": 5.0, "analyser_pressure": 5.0, "gas_temperature": 1.0}
    gaps = 0.05


class TestNativeWithoutNames(TestNative):
    simulator_options = SHORT | {"named_columns": False}


class TestFerryBox(ReaderContract):
    reader = READER
    simulator = SIMULATOR
    simulator_options = SHORT | {"layout": "ferrybox"}
    header_lines = 20
    variants = 30

    def test_round_trip(self, tmp_path: Path) -> None:
        """Channels become rows by the core, and the rows hold what was simulated."""
        simulated = SIMULATOR.simulate(tmp_path, SIMULATOR.options(**self.simulator_options), self.seed)
        parts = [(path.name, read(path, READER.options(), example_context()).streams["hydroc"]) for path in simulated.files]
        stream = merge_channels(parts, "hydroc", timedelta(seconds=1)).stream
        truth = simulated.truth["hydroc"]
        rows = stream.sel(time=truth["time"])
        for name, tolerance in TestNative.truth_tolerance.items():
            assert float(np.abs(rows[name] - truth[name]).max()) <= tolerance
            assert float(rows[name].isnull().mean()) < 0.05
        assert stream.sizes["time"] == 480
        assert set(np.unique(stream["zero_state"])) == {STATES[word] for word in ("missing", "off", "on", "mixed")}
