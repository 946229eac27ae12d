"""Instruments that log one channel per file: groups in whole runs."""

import numpy as np
import pytest
from minutes import GAIN, HALF_HOUR, HEAD, LINES, contents, write_log, write_station

import icos_core
from icos_core.exceptions import DescriptionError

pytestmark = pytest.mark.usefixtures("minutes")

GROUPED = """[[input]]
reader = "minute-logger"
files = "raw/*.txt"
channels = true
group_by = '_([0-9]{8})\\.txt$'
group_tolerance = "5 s"
"""
DAYS = ("2024-01-01", "2024-01-02")


def channel_lines(day, name, shift=0, hours=24):
    """One channel every minute, some seconds after the full minute."""
    time = np.datetime64(f"{day}T00:00:00", "s") + np.arange(60 * hours) * 60 + shift
    minute = (time - np.datetime64("2024-01-01", "s")).astype(int) // 60
    values = {"signal": 4 + minute / 1e4, "temperature": 20 + minute / 1e3, "gas": (minute % 60 < 10).astype(int)}[name]
    return [f"{each}Z,{name}={value}" for each, value in zip(time, values, strict=True)]


def write_channels(folder, days=DAYS, names=("signal", "temperature", "gas")):
    for day in days:
        for shift, name in enumerate(names):
            write_log(folder, f"{name}_{day.replace('-', '')}.txt", channel_lines(day, name, shift))


def problems_of(result):
    return [problem.message for problem in result.finished.flow.problems]


def test_channels_become_rows(tmp_path):
    write_channels(tmp_path)
    result = icos_core.run(write_station(tmp_path, GROUPED, GAIN))
    log = result.tree["/calibrated/log"]
    assert log.sizes["time"] == 2880
    assert log["time"].values[1] == np.datetime64("2024-01-01T00:01:00", "ns")
    np.testing.assert_allclose(log["temperature"], 20 + np.arange(2880) / 1e3, rtol=1e-12)
    np.testing.assert_allclose(log["mole_fraction"], 100 * (4 + np.arange(2880) / 1e4), rtol=1e-12)
    assert log["gas"].values[:12].tolist() == [1] * 10 + [0] * 2
    assert problems_of(result) == []


def test_one_file_with_all_channels_gives_the_same(tmp_path):
    """Where the channels of a row were logged at one time, grouped files give what a file with all of them gives."""
    lines = [channel_lines(DAYS[0], name) for name in ("signal", "temperature", "gas")]
    grouped, whole = tmp_path / "grouped", tmp_path / "whole"
    for name, each in zip(("signal", "temperature", "gas"), lines, strict=True):
        write_log(grouped, f"{name}_20240101.txt", each)
    write_log(
        whole,
        "all_20240101.txt",
        [",".join([first, second.split(",")[1], third.split(",")[1]]) for first, second, third in zip(*lines, strict=True)],
    )
    plain = '[[input]]\nreader = "minute-logger"\nfiles = "raw/*.txt"\n'
    one = icos_core.run(write_station(grouped, GROUPED, GAIN, LINES))
    other = icos_core.run(write_station(whole, plain, GAIN, LINES))
    assert contents(one.paths[0].parent) == contents(other.paths[0].parent)


def test_a_group_that_lacks_a_channel_is_told(tmp_path):
    write_channels(tmp_path)
    (tmp_path / "raw" / "temperature_20240102.txt").unlink()
    result = icos_core.run(write_station(tmp_path, GROUPED, GAIN))
    assert problems_of(result) == ["group 20240102: no file gives temperature"]
    assert np.isnan(result.tree["/calibrated/log"]["temperature"].values[1440:]).all()
    assert result.tree["/calibrated/log"]["temperature_flag"].values[1440:].tolist() == [9] * 1440


def test_what_a_calibrator_requires_is_told_of_a_single_group(tmp_path):
    write_channels(tmp_path, DAYS[:1], ("temperature", "gas"))
    station = write_station(tmp_path, GROUPED, HALF_HOUR)
    result = icos_core.run(station, jobs=1)
    assert problems_of(result) == ["group 20240101: no file gives signal"]
    assert result.tree["/calibrated/log"]["count"].values.tolist() == [0.0] * 48


def test_a_file_that_cannot_be_read_is_set_aside_alone(tmp_path):
    write_channels(tmp_path)
    write_log(tmp_path, "signal_20240101.txt", ["CRASH"])
    result = icos_core.run(write_station(tmp_path, GROUPED, GAIN))
    assert list(result.set_aside) == ["signal_20240101.txt"]
    assert problems_of(result) == ["group 20240101: no file gives signal"]
    assert result.tree["/calibrated/log"].sizes["time"] == 2880


def test_how_files_are_cut_never_shows_in_periods(tmp_path):
    """A channel in one file, another in a file for every seven minutes, the third in files by day: half-hour means are the same."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    write_channels(whole, DAYS[:1])
    write_channels(parts, DAYS[:1], ("signal", "temperature"))
    lines = channel_lines(DAYS[0], "gas", 2)
    (parts / "raw" / "signal_20240101.txt").unlink()
    signal = channel_lines(DAYS[0], "signal")
    for start in range(0, 1440, 7):
        write_log(parts, f"signal{start}_20240101.txt", signal[start : start + 7])
    for start in (0, 500):
        write_log(parts, f"gas{start}_20240101.txt", lines[start : 500 if start == 0 else None])
    outputs = []
    for folder in (whole, parts):
        result = icos_core.run(write_station(folder, GROUPED, HALF_HOUR, LINES), jobs=1)
        assert problems_of(result) == []
        outputs.append(contents(result.paths[0].parent))
    assert outputs[0] == outputs[1]
    means = [float(line.split("mean_signal=")[1].split("/")[0]) for line in outputs[0]["log.txt"].decode().splitlines()[1:]]
    np.testing.assert_allclose(means, [4 + (30 * number + 14.5) / 1e4 for number in range(48)], rtol=1e-12)


def test_without_group_by_nothing_is_aligned(tmp_path):
    write_channels(tmp_path, DAYS[:1], ("signal", "temperature"))
    plain = '[[input]]\nreader = "minute-logger"\nfiles = "raw/*.txt"\nchannels = true\n'
    assert icos_core.run(write_station(tmp_path, plain)).tree["/measured/log"].sizes["time"] == 2880


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("group_by = '(['", r"input\[0\]\.group_by: '\(\[' – expected a regular expression \(unterminated character set"),
        ("group_by = 'log'", r"input\[0\]\.group_by: 'log' – expected a regular expression with one group in parentheses.*has none"),
        ("group_by = '(a)(b)'", r"with one group in parentheses, such as .*; this one has 2"),
        ("group_by = 3", r"line 15: input\[0\]\.group_by: 3 – expected text in quotes"),
        ("group_by = '^signal_(.*)$'", r"line 15: .*in the name of every file; it is not in gas_20240101.txt, temperature_20240101.txt$"),
        ("group_tolerance = '5 s'", r"line 15: input\[0\]\.group_tolerance – expected group_by beside it"),
        (
            "group_by = '_(.*)$'\ngroup_tolerance = -1",
            r"line 16: input\[0\]\.group_tolerance: -1 s – expected at least 0 s",
        ),
    ],
)
def test_mistakes(tmp_path, line, message):
    write_channels(tmp_path, DAYS[:1])
    assert HEAD.count("\n") == 11
    station = write_station(tmp_path, f'[[input]]\nreader = "minute-logger"\nfiles = "raw/*.txt"\n{line}\n')
    with pytest.raises(DescriptionError, match=message):
        icos_core.run(station)


def test_inputs_of_one_stream_agree_on_the_tolerance(tmp_path):
    write_channels(tmp_path, DAYS[:1], ("signal", "temperature"))
    first = GROUPED.replace("*.txt", "signal*.txt")
    second = GROUPED.replace("*.txt", "temperature*.txt").replace("5 s", "2 s")
    with pytest.raises(DescriptionError, match="'2 s' – expected the tolerance of the other inputs of stream 'log': 5 s"):
        icos_core.run(write_station(tmp_path, first, second))
    result = icos_core.run(write_station(tmp_path, first, second.replace("2 s", "5 s")))
    assert result.tree["/measured/log"].sizes["time"] == 1440
