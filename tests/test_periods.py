"""A run that condenses gives, counts and tells what one that does not would, whatever its windows; and makes again what it must."""

import json
from dataclasses import replace

import numpy as np
import pytest
from minutes import GAIN, HALF_HOUR, LINES, LOG, contents, log_lines, write_log, write_station

import icos_core
from icos_core import RunError, Span
from icos_core.plugins import installed_plugins
from icos_core.running.store import Store

pytestmark = pytest.mark.usefixtures("minutes")

HEADER = "id,stream,variable,from,to,flag,who,when,why,withdrawn\n"
OUTLIER = '[[qc]]\ntest = "rolling-outlier"\nvariable = "signal"\nwindow = "1 h"\nquestionable = 20\n'
MET = '[[input]]\nreader = "minute-logger"\nkind = "met"\nfiles = "raw/*.met"\n'
JOIN = '[input.join]\nonto = "log"\nmethod = "linear"\nlimit = "5 min"\n'


def exchange(monkeypatch, kind, name, **changes):
    """Give a component other functions, in this process."""
    plugins = installed_plugins()
    component = plugins.component(kind, name)
    monkeypatch.setitem(plugins._loaded, (kind, name), replace(component, **changes))
    return component


def flag(identifier, start, end, variable="signal", stream="log", word="bad"):
    return f"{identifier},{stream},{variable},{start}Z,{end}Z,{word},me,2024-02-01T00:00:00Z,test,\n"


def manifest(folder, out="output"):
    return json.loads((folder / out / "manifest.json").read_text())


@pytest.fixture
def made(monkeypatch):
    """Start of every period that is condensed, in this process."""
    from icos_core.running import condensing

    starts = []
    original = condensing._condense

    def noted(period, *more):
        starts.append(np.datetime64(period.start, "ns").astype("datetime64[m]").astype(str))
        return original(period, *more)

    monkeypatch.setattr(condensing, "_condense", noted)
    return starts


@pytest.fixture
def read(monkeypatch):
    """Name of every file that is read, in this process."""
    from icos_core.running import reading

    names = []
    original = reading.read_file

    def noted(task):
        names.append(task.name)
        return original(task)

    monkeypatch.setattr(reading, "read_file", noted)
    return names


def overlapping(folder):
    """Four files that overlap; some rows of the overlaps differ, and some lines are damaged."""
    lines = log_lines(hours=6)
    write_log(folder, "d.log", [*lines[:130], "rubbish"])
    write_log(folder, "c.log", [*lines[100:110], *(line.replace("signal=", "signal=1") for line in lines[110:140]), *lines[140:200]])
    write_log(folder, "b.log", lines[180:300])
    other = [line.replace("temperature=", "temperature=1") for line in lines[290:310]]
    write_log(folder, "a.log", [*other, *lines[310:], "junk", "more junk"])


def test_counts_are_those_of_a_run_that_does_not_condense(tmp_path):
    overlapping(tmp_path)
    (tmp_path / "flags.csv").write_text(
        HEADER
        + flag("F0001", "2024-01-01T00:25:00", "2024-01-01T00:35:00")
        + flag("F0002", "2024-01-01T03:29:30", "2024-01-01T03:30:30", word="questionable")
        + flag("F0003", "2024-01-01T05:59:00", "2024-01-01T09:00:00", variable="temperature")
        + flag("F0004", "2025-01-01T00:00:00", "2025-01-02T00:00:00")
    )
    whole = icos_core.run(write_station(tmp_path, LOG, OUTLIER, GAIN), tmp_path / "whole").finished.flow
    parts = icos_core.run(write_station(tmp_path, LOG, OUTLIER, HALF_HOUR), tmp_path / "parts").finished.flow
    assert parts.duplicates == whole.duplicates == {"log": 10 + 20}
    assert parts.conflicts == whole.conflicts == {"log": 20 + 10}
    assert parts.met == whole.met == {"F0001": 10, "F0002": 1, "F0003": 1, "F0004": 0}
    tell = [sorted(map(str, flow.problems)) for flow in (parts, whole)]
    assert tell[0] == tell[1]
    assert sum("with other values was kept" in problem for problem in tell[0]) == 20
    assert "log: 10 more rows in conflict" in tell[0]
    first, second = manifest(tmp_path, "whole"), manifest(tmp_path, "parts")
    assert [(each["name"], each["tally"], each["problems"]) for each in first["inputs"]] == [
        (each["name"], each["tally"], each["problems"]) for each in second["inputs"]
    ]
    assert sorted(first["problems"]) == sorted(second["problems"])
    assert [each["rows_met"] for each in second["people_flags"]] == [10, 1, 1, 0]


def test_counts_do_not_depend_on_what_was_there_already(tmp_path):
    overlapping(tmp_path)
    station = write_station(tmp_path, LOG, OUTLIER, HALF_HOUR, LINES)
    (tmp_path / "flags.csv").write_text(HEADER + flag("F0001", "2024-01-01T00:25:00", "2024-01-01T00:35:00"))
    icos_core.run(station)
    (tmp_path / "flags.csv").write_text(HEADER + flag("F0001", "2024-01-01T00:25:00", "2024-01-01T02:35:00"))
    again = icos_core.run(station)
    fresh = icos_core.run(station, tmp_path / "fresh")
    for name in ("duplicates", "conflicts", "met", "problems", "tables"):
        assert getattr(again.finished.flow, name) == getattr(fresh.finished.flow, name)
    assert contents(tmp_path / "output") == contents(tmp_path / "fresh")


def test_the_row_that_is_kept_does_not_depend_on_the_window(tmp_path):
    """Of two files in conflict the one that begins first wins, though in the second half hour both are cut to the same beginning."""
    times = [f"2024-01-01T{minute // 60:02d}:{minute % 60:02d}:00Z" for minute in range(120)]
    write_log(tmp_path, "z.log", [f"{time},signal=4,temperature=20,gas=0" for time in times[:60]])
    write_log(tmp_path, "a.log", [f"{time},signal=9,temperature=20,gas=0" for time in times[10:]])
    log = icos_core.run(write_station(tmp_path, LOG, HALF_HOUR)).tree["/calibrated/log"]
    np.testing.assert_array_equal(log["mean_signal"], [4, 4, 9, 9])
    assert log["count"].values.tolist() == [30, 30, 30, 30]


def test_what_every_period_says_is_said_once(tmp_path):
    write_log(tmp_path, "a.log", [*log_lines(hours=4), "rubbish"])
    result = icos_core.run(write_station(tmp_path, LOG, GAIN, HALF_HOUR))
    assert [table.title for table in result.finished.flow.tables] == ["Gains"]
    assert [table.rows for table in result.finished.flow.tables] == [((100.0,),)]
    assert manifest(tmp_path)["problems"] == ["a.log, line 241: unreadable line [rubbish]"]


def test_a_new_export_reads_and_condenses_nothing(tmp_path, made, read):
    write_log(tmp_path, "a.log", log_lines(hours=2))
    icos_core.run(write_station(tmp_path, LOG, HALF_HOUR, LINES))
    assert len(made) == 4
    assert len(read) == 1
    result = icos_core.run(write_station(tmp_path, LOG, HALF_HOUR, LINES + 'suffix = "dat"\n', '[[export]]\nexporter = "csv"\n'))
    assert not result.unchanged
    assert len(made) == 4
    assert len(read) == 1
    assert (tmp_path / "output" / "log.dat").exists()


def test_a_new_version_of_an_exporter_alone_condenses_nothing(tmp_path, made, monkeypatch):
    """The exporter's distribution takes part in nothing before."""
    write_log(tmp_path, "a.log", log_lines(hours=2))
    station = write_station(tmp_path, LOG, HALF_HOUR, LINES)
    plugins = installed_plugins()
    original = plugins.distribution
    monkeypatch.setattr(plugins, "distribution", lambda kind, name: ("exports", "1") if kind == "exporter" else original(kind, name))
    icos_core.run(station)
    monkeypatch.setattr("icos_core.running.computing.fingerprint", lambda name: "2" if name == "exports" else known(name))
    result = icos_core.run(station)
    assert not result.unchanged
    assert len(made) == 4


def known(name):
    from icos_core.running.fingerprints import fingerprint

    return fingerprint(name)


def test_a_new_file_makes_its_periods_only(tmp_path, made):
    lines = log_lines(hours=3)
    write_log(tmp_path, "a.log", lines[:60])
    station = write_station(tmp_path, LOG, HALF_HOUR, LINES)
    icos_core.run(station)
    made.clear()
    write_log(tmp_path, "b.log", lines[120:])
    icos_core.run(station)
    assert made == ["2024-01-01T02:00", "2024-01-01T02:30"]
    made.clear()
    write_log(tmp_path, "c.log", lines[60:120])
    icos_core.run(station)
    # The half hour from two looks back into the new file.
    assert made == ["2024-01-01T01:00", "2024-01-01T01:30", "2024-01-01T02:00"]


def test_rows_at_times_that_the_cheap_way_did_not_tell(tmp_path, monkeypatch):
    """A reader that looks at the first and last line only, on a file that is not in order."""
    lines = log_lines(hours=3)
    write_log(tmp_path, "a.log", [*lines[60:120], *lines[:60], *lines[120:], lines[119].replace("T01:59:00", "T01:58:30")])
    icos_core.run(write_station(tmp_path, LOG, HALF_HOUR, LINES))
    expected = contents(tmp_path / "output")
    assert len(expected["log.txt"].splitlines()) == 1 + 6

    def hurried(path, options, context):
        moments = [np.datetime64(line.split("Z")[0], "ns") for line in path.read_text().splitlines()]
        return Span(moments[0], max(moments[0], moments[-1]))

    exchange(monkeypatch, "reader", "minute-logger", span=hurried)
    result = icos_core.run(tmp_path / "station.toml", tmp_path / "hurried")
    assert contents(tmp_path / "hurried") == expected
    assert result.tree["/calibrated/log"].sizes["time"] == 6
    # What was learnt is remembered.
    (tmp_path / "hurried" / "log.txt").unlink()
    icos_core.run(tmp_path / "station.toml", tmp_path / "hurried")
    assert contents(tmp_path / "hurried") == expected


@pytest.mark.parametrize("span", [("NaT", "NaT"), ("2024-01-02", "2024-01-01"), ValueError("no"), ("1700-01-01", "2200-01-01")])
def test_a_span_that_cannot_be(tmp_path, monkeypatch, span):
    write_log(tmp_path, "a.log", log_lines(hours=2))

    def wrong(path, options, context):
        if isinstance(span, Exception):
            raise span
        return Span(*(np.datetime64(each, "ns") for each in span))

    exchange(monkeypatch, "reader", "minute-logger", span=wrong)
    result = icos_core.run(write_station(tmp_path, LOG, HALF_HOUR))
    assert result.status == 0
    assert result.tree["/calibrated/log"].sizes["time"] == 4


def test_a_clock_that_was_wrong_once(tmp_path):
    """One row of 1970 in a file of today is one period more, not a million."""
    lines = log_lines(hours=1)
    write_log(tmp_path, "a.log", [*lines[:10], "1970-01-01T00:00:00Z,signal=4,temperature=20,gas=0", *lines[10:]])
    log = icos_core.run(write_station(tmp_path, LOG, HALF_HOUR)).tree["/calibrated/log"]
    assert log["count"].values.tolist() == [1, 30, 30]
    assert len(list((tmp_path / "output" / "cache").glob("??/*.icos"))) == 4


def test_a_file_with_a_header_only_is_no_trouble(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    write_log(tmp_path, "b.log", ["# nothing yet"])
    for calibrate in (GAIN, HALF_HOUR):
        result = icos_core.run(write_station(tmp_path, LOG, calibrate))
        assert (result.status, result.set_aside) == (0, {})


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_what_fails_for_a_passing_reason_is_tried_again(tmp_path, monkeypatch, calibrate):
    lines = log_lines(hours=3)
    write_log(tmp_path, "a.log", lines[:100])
    write_log(tmp_path, "b.log", lines[100:])
    station = write_station(tmp_path, LOG, calibrate, LINES)
    with monkeypatch.context() as patch:
        original = installed_plugins().component("reader", "minute-logger").read

        def refuse(path, options, context):
            if path.name == "b.log":
                raise PermissionError(13, "Permission denied", str(path))
            return original(path, options, context)

        exchange(patch, "reader", "minute-logger", read=refuse)
        for _ in range(2):
            result = icos_core.run(station)
            assert not result.unchanged
            assert (result.status, result.set_aside) == (3, {"b.log": "cannot be opened: Permission denied"})
            assert manifest(tmp_path)["retry"] == ["b.log"]
    result = icos_core.run(station)
    assert (result.status, result.set_aside) == (0, {})
    icos_core.run(station, tmp_path / "fresh")
    assert contents(tmp_path / "output") == contents(tmp_path / "fresh")
    assert icos_core.run(station).unchanged


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_a_file_that_goes_while_the_run_looks(tmp_path, monkeypatch, calibrate):
    lines = log_lines(hours=3)
    write_log(tmp_path, "a.log", lines[:100])
    path = write_log(tmp_path, "b.log", lines[100:])
    from icos_core.running import preflight

    original = preflight.find_files

    def vanish(*given):
        found = original(*given)
        path.unlink()
        return found

    monkeypatch.setattr(preflight, "find_files", vanish)
    result = icos_core.run(write_station(tmp_path, LOG, calibrate, LINES))
    assert (result.status, result.set_aside) == (3, {"b.log": "cannot be opened: No such file or directory"})


def test_a_file_that_grows_while_it_is_read(tmp_path, monkeypatch):
    lines = log_lines(hours=1)
    path = write_log(tmp_path, "a.log", lines[:50])
    original = installed_plugins().component("reader", "minute-logger").read

    def late(given, options, context):
        write_log(tmp_path, "a.log", lines)
        return original(given, options, context)

    station = write_station(tmp_path, LOG, GAIN, LINES)
    with monkeypatch.context() as patch:
        exchange(patch, "reader", "minute-logger", read=late)
        result = icos_core.run(station)
    assert any("the file changed while it was read" in problem for problem in manifest(tmp_path)["problems"])
    assert result.tree["/calibrated/log"].sizes["time"] == 60
    result = icos_core.run(station)
    assert not result.unchanged
    assert not manifest(tmp_path)["problems"]
    assert path.stat().st_size == manifest(tmp_path)["inputs"][0]["bytes"]


def test_a_damaged_period_is_made_again(tmp_path, made):
    write_log(tmp_path, "a.log", log_lines(hours=2))
    station = write_station(tmp_path, LOG, HALF_HOUR, LINES)
    icos_core.run(station)
    expected = contents(tmp_path / "output")
    for path in (tmp_path / "output" / "cache").glob("??/*.icos"):
        octets = bytearray(path.read_bytes())
        octets[-3] ^= 0xFF
        path.write_bytes(octets)
    (tmp_path / "output" / "log.txt").unlink()
    made.clear()
    icos_core.run(station)
    assert len(made) == 4
    assert contents(tmp_path / "output") == expected


def test_only_what_the_last_run_used_is_kept(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=2))
    for calibrate in (HALF_HOUR, HALF_HOUR + "look_back = 20\n", HALF_HOUR):
        icos_core.run(write_station(tmp_path, LOG, calibrate, LINES))
        # Four half hours, and the account of the file.
        assert len(list((tmp_path / "output" / "cache").glob("??/*.icos"))) == 5


def test_a_run_that_fails_discards_nothing(tmp_path, made):
    write_log(tmp_path, "a.log", log_lines(hours=2))
    icos_core.run(write_station(tmp_path, LOG, HALF_HOUR, LINES))
    kept = {path.name for path in (tmp_path / "output" / "cache").glob("??/*.icos")}
    with pytest.raises(RunError, match="no space left"):
        icos_core.run(write_station(tmp_path, LOG, HALF_HOUR + "look_back = 20\n", LINES + "fail = true\n"))
    assert kept < {path.name for path in (tmp_path / "output" / "cache").glob("??/*.icos")}
    assert not (tmp_path / "output" / ".staging").exists()
    made.clear()
    icos_core.run(write_station(tmp_path, LOG, HALF_HOUR + "look_back = 20\n", LINES))
    assert made == []


def test_condensing_is_handed_the_units_it_requires(tmp_path, monkeypatch):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    station = write_station(tmp_path, LOG, HALF_HOUR)
    volts = icos_core.run(station).tree["/calibrated/log"]["mean_signal"].values
    exchange(
        monkeypatch,
        "calibrator",
        "half-hour",
        requires=lambda options: {"log": (icos_core.Requirement(name="signal", units="mV"),)},
    )
    millivolts = icos_core.run(station, tmp_path / "other").tree["/calibrated/log"]["mean_signal"].values
    np.testing.assert_allclose(millivolts, 1000 * volts, rtol=1e-12)


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_flags_on_streams_whose_clock_was_wrong(tmp_path, calibrate):
    """The clock was 20 minutes late; people flag what they see in the instrument's file."""
    write_log(tmp_path, "a.log", log_lines(hours=1))
    (tmp_path / "flags.csv").write_text(HEADER + flag("F0001", "2024-01-01T00:05:00", "2024-01-01T00:15:00"))
    result = icos_core.run(write_station(tmp_path, LOG + 'offset = "20 min"\n', calibrate))
    assert result.finished.flow.met == {"F0001": 10}
    log = result.tree["/calibrated/log"]
    if calibrate == GAIN:
        flagged = log["time"].values[log["signal_flag"].values == 4]
        assert flagged[0] == np.datetime64("2024-01-01T00:25")
        assert flagged[-1] == np.datetime64("2024-01-01T00:34")
    else:
        # Rows of 00:20 to 01:20; five of 00:25 to 00:35 are left out on either side of 00:30.
        assert log["count"].values.tolist() == [5, 25, 20]


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_flags_on_joined_variables(tmp_path, calibrate):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    write_log(tmp_path, "a.met", [f"2024-01-01T00:{minute:02d}:30Z,air_temperature=280,wind_from_direction=10" for minute in range(60)])
    (tmp_path / "flags.csv").write_text(
        HEADER
        + flag("F0001", "2024-01-01T00:25:00", "2024-01-01T00:35:00", variable="air_temperature")
        + flag("F0002", "2024-01-01T00:10:00", "2024-01-01T00:12:00", variable="air_temperature", stream="met")
    )
    result = icos_core.run(write_station(tmp_path, LOG, MET + JOIN, calibrate))
    assert result.finished.flow.met == {"F0001": 10, "F0002": 2}
    if calibrate == GAIN:
        log = result.tree["/calibrated/log"]
        assert (log["air_temperature_flag"].values == 4).sum() == 10
        assert not np.isnan(log["air_temperature"].values[10])


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_a_joined_input_whose_files_are_all_set_aside(tmp_path, calibrate):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    write_log(tmp_path, "a.met", ["CRASH"])
    result = icos_core.run(write_station(tmp_path, LOG, MET + JOIN, calibrate, LINES))
    assert (result.status, set(result.set_aside)) == (3, {"a.met"})
    assert result.tree["/calibrated/log"].sizes["time"] == (60 if calibrate == GAIN else 2)


@pytest.mark.parametrize("missing", ["all", "an hour"])
def test_what_is_required_of_a_joined_input_without_rows_is_missing_and_not_unknown(tmp_path, monkeypatch, missing):
    write_log(tmp_path, "a.log", log_lines(hours=2))
    met = [f"2024-01-01T00:{minute:02d}:00Z,air_temperature=280,wind_from_direction=10" for minute in range(60)]
    write_log(tmp_path, "a.met", ["CRASH"] if missing == "all" else met)
    seen = []
    original = installed_plugins().component("calibrator", "half-hour").condense

    def condense(streams, options, context, *, period):
        seen.append(int(np.isfinite(streams["log"]["air_temperature"].values).sum()))
        assert "wind_from_direction" not in streams["log"] or missing != "all"
        return original(streams, options, context, period=period)

    requires = {"log": (icos_core.Requirement(name="signal"), icos_core.Requirement(name="air_temperature", units="degree_C"))}
    exchange(monkeypatch, "calibrator", "half-hour", condense=condense, requires=lambda options: requires)
    icos_core.run(write_station(tmp_path, LOG, MET + JOIN, HALF_HOUR))
    # The second period sees ten minutes of the first, and so on.
    assert seen == ([0, 0, 0, 0] if missing == "all" else [30, 40, 10, 0])


def test_joined_variables_are_tested_before_they_are_joined_further(tmp_path):
    """Air temperature comes onto the log, and with it onto a second log."""
    write_log(tmp_path, "a.log", log_lines(hours=1))
    write_log(tmp_path, "b.log2", [line.replace(":00Z", ":30Z") for line in log_lines(hours=1)])
    met = [f"2024-01-01T00:{minute:02d}:00Z,air_temperature={500 if minute == 30 else 280},wind_from_direction=1" for minute in range(60)]
    write_log(tmp_path, "a.met", met)
    second = '[[input]]\nreader = "minute-logger"\nfiles = "raw/*.log2"\nstream = "other"\nrename = { signal = "s2", temperature = "t2" }\n'
    onward = LOG + '[input.join]\nonto = "other"\nmethod = "nearest"\nlimit = "30 s"\n'
    nearest = MET + '[input.join]\nonto = "log"\nmethod = "nearest"\nlimit = "10 s"\n'
    qc = '[[qc]]\ntest = "range"\nvariable = "air_temperature"\nstream = "log"\nbad_outside = [200, 400]\n'
    tree = icos_core.run(write_station(tmp_path, second, nearest, onward, qc)).tree
    air = tree["/measured/other"]["air_temperature"]
    assert tree["/measured/log"]["air_temperature_flag"].values[30] == 4
    assert not (air.values > 400).any()


def fail(*args, **more):
    raise ZeroDivisionError("a fault\nof the plugin")


@pytest.mark.parametrize(
    ("kind", "name", "function", "who"),
    [
        ("calibrator", "gain", "calibrate", "calibrator 'gain'"),
        ("calibrator", "half-hour", "condense", "calibrator 'half-hour'"),
        ("quality-test", "range", "test", "quality test 'range'"),
        ("product", "daily", "derive", "product 'daily'"),
        ("exporter", "lines", "export", "exporter 'lines'"),
    ],
)
def test_a_fault_of_a_plugin_is_told_by_name(tmp_path, monkeypatch, kind, name, function, who):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    qc = '[[qc]]\ntest = "range"\nvariable = "signal"\nbad_outside = [0, 50]\n'
    calibrate = HALF_HOUR if name == "half-hour" else GAIN
    station = write_station(tmp_path, LOG, calibrate, qc, '[[derive]]\nproduct = "daily"\n' if calibrate == GAIN else "", LINES)
    exchange(monkeypatch, kind, name, **{function: fail})
    with pytest.raises(RunError, match=rf"{who} failed: ZeroDivisionError: a fault\nof the plugin \(test_periods\.py, line \d+\)"):
        icos_core.run(station)


def test_later_stages_leave_the_flags_of_earlier_ones_alone(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    late = '[[qc]]\ntest = "range"\nvariable = "signal"\nstage = "calibrated"\nbad_outside = [50, 60]\n'
    for calibrate in ("", GAIN):
        tree = icos_core.run(write_station(tmp_path, LOG, calibrate, late)).tree
        assert set(np.unique(tree["/measured/log"]["signal_flag"])) == {2}
        assert "signal_tests" not in tree["/measured/log"]
        assert set(np.unique(tree["/calibrated/log"]["signal_flag"])) == {4}


def test_accounts_are_kept_apart_from_what_was_read(tmp_path):
    """A description that begins to condense, and ceases to, finds nothing half in the cache."""
    write_log(tmp_path, "a.log", log_lines(hours=1))
    sizes = []
    for calibrate in (HALF_HOUR, GAIN, HALF_HOUR, GAIN):
        tree = icos_core.run(write_station(tmp_path, LOG, calibrate, LINES)).tree
        sizes.append(tree["/calibrated/log"].sizes["time"])
    assert sizes == [2, 60, 2, 60]


def test_enormous_lists_of_problems_are_cut(tmp_path, monkeypatch):
    """A file of which nearly every line is damaged, in as many ways."""
    path = write_log(tmp_path, "a.log", [*log_lines(hours=1), *(f"rubbish {number}\x1b[31m" for number in range(50_000))])
    assert path.stat().st_size > 500_000
    for calibrate in (GAIN, HALF_HOUR):
        result = icos_core.run(write_station(tmp_path, LOG, calibrate), tmp_path / "out")
        found = manifest(tmp_path, "out")
        assert len(found["problems"]) == 201
        assert found["problems"][-1] == "a.log: and 49800 more problems"
        assert found["inputs"][0]["problems"] == 50_000
        assert found["inputs"][0]["tally"]["rejected"] == {"unreadable": 50_000}
        assert "\x1b" not in "".join(found["problems"])
        assert (tmp_path / "out" / "manifest.json").stat().st_size < 100_000
        assert result.status == 0
        assert all(len(path.read_bytes()) < 100_000 for path in Store(tmp_path / "out" / "cache").folder.glob("??/*.icos"))
