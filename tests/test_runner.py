"""The runner on a small test plugin: flow, cache, set-aside files, exit statuses, invariance."""

import json
import os
import random
import sqlite3

import numpy as np
import pytest
from minutes import GAIN, HALF_HOUR, LINES, LOG, contents, log_lines, write_log, write_station

import icos_core
from icos_core.exceptions import DescriptionError, LockedError, RunError

pytestmark = pytest.mark.usefixtures("minutes")


def only_reads(monkeypatch):
    """Count which files are read in this process."""
    from icos_core.running import reading

    read = []
    original = reading.read_file

    def counted(task):
        read.append(task.name)
        return original(task)

    monkeypatch.setattr(reading, "read_file", counted)
    return read


def test_run_gives_tree_and_paths(tmp_path):
    write_log(tmp_path, "a.log", log_lines())
    station = write_station(tmp_path, LOG, GAIN, LINES)
    result = icos_core.run(station)
    tree, paths = result
    assert result.status == 0
    assert {path.name for path in paths} >= {"log.txt"}
    assert all(path.is_file() for path in paths)
    log = tree["/calibrated/log"]
    np.testing.assert_allclose(log["mole_fraction"], 0.1 * tree["/measured/log"]["signal"], rtol=1e-12)
    assert log["mole_fraction_flag"].dtype == np.int8
    assert set(np.unique(log["mole_fraction_flag"])) == {2}


def test_units_are_converted_where_stages_meet(tmp_path):
    """The reader gives volt, the calibrator asks for millivolt and divides by 1000."""
    write_log(tmp_path, "a.log", ["2024-01-01T00:00:00Z,signal=4.0,temperature=20,gas=0"])
    tree = icos_core.run(write_station(tmp_path, LOG, GAIN)).tree
    assert tree["/calibrated/log"]["mole_fraction"].item() == 400.0
    assert tree["/calibrated/log"]["signal"].attrs["units"] == "mV"


def test_files_may_overlap_and_come_in_any_order(tmp_path):
    lines = log_lines()
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    write_log(whole, "a.log", lines)
    for number, (start, end) in enumerate([(200, 360), (0, 150), (100, 250)]):
        write_log(parts, f"{number}.log", lines[start:end])
    for folder in (whole, parts):
        icos_core.run(write_station(folder, LOG, GAIN, LINES))
    assert contents(whole / "output") == contents(parts / "output")


def test_duplicates_are_counted_and_conflicts_reported(tmp_path):
    lines = log_lines(hours=1)
    write_log(tmp_path, "a.log", lines)
    changed = [lines[-1].replace("signal=", "signal=9"), "2024-01-01T02:00:00Z,signal=4,temperature=20,gas=0"]
    write_log(tmp_path, "b.log", [*lines[-3:-1], *changed])
    result = icos_core.run(write_station(tmp_path, LOG, GAIN, LINES))
    flow = result.finished.flow
    assert flow.duplicates == {"log": 2}
    assert flow.conflicts == {"log": 1}
    assert any("2024-01-01T00:59:00Z" in str(problem) and "b.log" in str(problem) for problem in flow.problems)
    assert result.tree["/calibrated/log"].sizes["time"] == 61


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_cutting_files_anywhere_changes_nothing(tmp_path, calibrate):
    lines = log_lines(hours=8)
    write_log(tmp_path / "whole", "a.log", lines)
    icos_core.run(write_station(tmp_path / "whole", LOG, calibrate, LINES))
    expected = contents(tmp_path / "whole" / "output")
    assert len(expected["log.txt"].splitlines()) > 10
    generator = random.Random(1)
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        cuts = sorted(generator.sample(range(1, len(lines)), 5))
        for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(lines)], strict=True)):
            write_log(folder, f"{number}.log", lines[start:end])
        icos_core.run(write_station(folder, LOG, calibrate, LINES))
        assert contents(folder / "output") == expected


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_jobs_do_not_show(tmp_path, calibrate):
    lines = log_lines(hours=8)
    for jobs in (1, 2):
        folder = tmp_path / str(jobs)
        for number in range(4):
            write_log(folder, f"{number}.log", lines[number * 120 : (number + 1) * 120])
        icos_core.run(write_station(folder, LOG, calibrate, LINES), jobs=jobs)
    assert contents(tmp_path / "1" / "output") == contents(tmp_path / "2" / "output")


def test_look_back_reaches_into_the_previous_file(tmp_path):
    lines = log_lines(hours=2)
    write_log(tmp_path, "a.log", lines[:30])
    write_log(tmp_path, "b.log", lines[30:])
    log = icos_core.run(write_station(tmp_path, LOG, HALF_HOUR)).tree["/calibrated/log"]
    signal = np.array([float(line.split("signal=")[1].split(",")[0]) for line in lines])
    np.testing.assert_allclose(log["signal_before"][1], signal[20:30].mean(), rtol=1e-12)
    np.testing.assert_allclose(log["mean_signal"][1], signal[30:60].mean(), rtol=1e-12)
    assert log["time"].values[1] == np.datetime64("2024-01-01T00:30")


def test_row_wise_calibrator_before_the_condensing_one(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    both = icos_core.run(write_station(tmp_path, LOG, GAIN, HALF_HOUR)).tree["/calibrated/log"]
    alone = icos_core.run(write_station(tmp_path, LOG, HALF_HOUR), tmp_path / "alone").tree["/calibrated/log"]
    # The correction hands on millivolts; the mean follows.
    np.testing.assert_allclose(both["mean_signal"], 1000 * alone["mean_signal"], rtol=1e-12)


def test_second_run_has_nothing_to_do(tmp_path, monkeypatch):
    write_log(tmp_path, "a.log", log_lines())
    station = write_station(tmp_path, LOG, GAIN, LINES)
    first = icos_core.run(station)
    read = only_reads(monkeypatch)
    second = icos_core.run(station)
    assert second.unchanged
    assert second.paths == first.paths
    assert read == []
    np.testing.assert_array_equal(second.tree["/calibrated/log"]["mole_fraction"], first.tree["/calibrated/log"]["mole_fraction"])


def test_only_the_new_file_is_read(tmp_path, monkeypatch):
    lines = log_lines()
    write_log(tmp_path, "a.log", lines[:100])
    station = write_station(tmp_path, LOG, GAIN, LINES)
    icos_core.run(station)
    write_log(tmp_path, "b.log", lines[100:])
    read = only_reads(monkeypatch)
    result = icos_core.run(station)
    assert read == ["b.log"]
    assert result.tree["/calibrated/log"].sizes["time"] == len(lines)


def test_only_the_changed_periods_are_condensed(tmp_path, monkeypatch):
    lines = log_lines(hours=4)
    write_log(tmp_path, "a.log", lines[:120])
    write_log(tmp_path, "b.log", lines[120:])
    station = write_station(tmp_path, LOG, HALF_HOUR, LINES)
    icos_core.run(station)
    from icos_core.running import period_work

    made = []
    original = period_work.condense_batch

    def noted(task):
        made.extend(np.datetime64(period.start, "ns").astype("datetime64[m]").astype(str) for period, _ in task.periods)
        return original(task)

    monkeypatch.setattr(period_work, "condense_batch", noted)
    flags = "id,stream,variable,from,to,flag,who,when,why,withdrawn\n"
    flags += "F0001,log,signal,2024-01-01T01:05:00Z,2024-01-01T01:10:00Z,bad,me,2024-02-01T00:00:00Z,test,\n"
    (tmp_path / "flags.csv").write_text(flags)
    result = icos_core.run(station)
    # The flag lies in the second half hour of the second hour's first; its look-back of ten minutes reaches no other period.
    assert made == ["2024-01-01T01:00"]
    assert result.tree["/calibrated/log"]["count"].values[2] == 25


def test_corrupt_cache_is_made_again(tmp_path):
    write_log(tmp_path, "a.log", log_lines())
    station = write_station(tmp_path, LOG, GAIN, LINES)
    icos_core.run(station)
    expected = contents(tmp_path / "output")
    for path in (tmp_path / "output" / "cache").rglob("*.icos"):
        octets = bytearray(path.read_bytes())
        octets[-5] ^= 0xFF
        path.write_bytes(octets)
    (tmp_path / "output" / "log.txt").unlink()
    icos_core.run(station)
    assert contents(tmp_path / "output") == expected


def test_damaged_ledger_is_made_again(tmp_path):
    write_log(tmp_path, "a.log", log_lines())
    station = write_station(tmp_path, LOG, GAIN, LINES)
    icos_core.run(station)
    (tmp_path / "output" / "ledger.sqlite").write_bytes(b"no database at all" * 100)
    assert icos_core.run(station).status == 0


def test_ledger_knows_runs_inputs_outputs(tmp_path):
    write_log(tmp_path, "a.log", [*log_lines(hours=1), "rubbish"])
    icos_core.run(write_station(tmp_path, LOG, GAIN, LINES))
    connection = sqlite3.connect(tmp_path / "output" / "ledger.sqlite")
    try:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("SELECT status FROM runs").fetchall() == [(0,)]
        assert connection.execute("SELECT path, rows_kept, lines_seen FROM inputs").fetchall() == [("a.log", 60, 61)]
        assert ("log.txt",) in connection.execute("SELECT path FROM outputs").fetchall()
    finally:
        connection.close()


def test_unreadable_files_are_set_aside(tmp_path):
    write_log(tmp_path, "a.log", log_lines())
    (tmp_path / "raw" / "b.log").touch()
    write_log(tmp_path, "c.log", ["CRASH"])
    result = icos_core.run(write_station(tmp_path, LOG, GAIN, LINES))
    assert result.status == 3
    assert result.set_aside == {"b.log": "the file is empty", "c.log": "reader 'minute-logger' failed: RuntimeError: a fault of the reader"}
    manifest = json.loads((tmp_path / "output" / "manifest.json").read_text())
    assert manifest["set_aside"] == result.set_aside
    assert manifest["status"] == 3
    assert icos_core.run(tmp_path / "station.toml").status == 3


@pytest.mark.parametrize("calibrate", [GAIN, HALF_HOUR])
def test_set_aside_with_both_flows(tmp_path, calibrate):
    write_log(tmp_path, "a.log", log_lines())
    write_log(tmp_path, "c.log", ["CRASH"])
    result = icos_core.run(write_station(tmp_path, LOG, calibrate, LINES))
    assert set(result.set_aside) == {"c.log"}


def test_a_task_that_kills_its_worker_is_tried_again_and_then_set_aside(tmp_path):
    lines = log_lines()
    write_log(tmp_path, "a.log", lines[:100])
    write_log(tmp_path, "b.log", [lines[100], "KILL"])
    write_log(tmp_path, "c.log", [*lines[101:200], "KILLONCE"])
    write_log(tmp_path, "d.log", lines[200:])
    result = icos_core.run(write_station(tmp_path, LOG, GAIN, LINES), jobs=2)
    assert result.set_aside == {"b.log": "killed its worker process twice"}
    assert result.tree["/calibrated/log"].sizes["time"] == len(lines) - 1


def test_no_row_at_all_fails_and_keeps_the_old_outputs(tmp_path):
    path = write_log(tmp_path, "a.log", log_lines())
    station = write_station(tmp_path, LOG, GAIN, LINES)
    icos_core.run(station)
    before = contents(tmp_path / "output")
    path.write_text("CRASH")
    with pytest.raises(RunError, match=r"no input gave a row\n  a.log: reader"):
        icos_core.run(station)
    assert contents(tmp_path / "output") == before


def test_failing_exporter_keeps_the_old_outputs(tmp_path):
    write_log(tmp_path, "a.log", log_lines())
    icos_core.run(write_station(tmp_path, LOG, GAIN, LINES))
    before = contents(tmp_path / "output")
    failing = '[[export]]\nexporter = "lines"\nfail = true\n'
    with pytest.raises(RunError, match="exporter 'lines' failed: OSError: no space left"):
        icos_core.run(write_station(tmp_path, LOG, GAIN, failing))
    assert contents(tmp_path / "output") == before
    icos_core.run(write_station(tmp_path, LOG, GAIN, LINES))
    assert not (tmp_path / "output" / ".staging").exists()


def test_what_an_exporter_refuses_is_told_and_stops_nothing(tmp_path):
    write_log(tmp_path, "a.log", log_lines())
    refusing = '[[export]]\nexporter = "lines"\nwithout = ["log"]\n'
    result = icos_core.run(write_station(tmp_path, LOG, GAIN, refusing, '[[export]]\nexporter = "csv"\n'))
    assert result.status == 0
    names = {path.name for path in result.paths}
    assert "log.txt" not in names
    assert any(name.endswith(".csv") for name in names)
    problems = json.loads((tmp_path / "output" / "manifest.json").read_text())["problems"]
    assert problems == ["exporter 'lines': log: it is left out"]


def test_two_exporters_of_one_name_are_refused(tmp_path):
    write_log(tmp_path, "a.log", log_lines())
    with pytest.raises(RunError, match=r"both write log\.txt"):
        icos_core.run(write_station(tmp_path, LOG, GAIN, LINES, LINES))


def test_stale_exports_go_and_other_files_stay(tmp_path):
    write_log(tmp_path, "a.log", log_lines())
    icos_core.run(write_station(tmp_path, LOG, GAIN, LINES))
    (tmp_path / "output" / "notes.md").write_text("mine")
    icos_core.run(write_station(tmp_path, LOG, GAIN, LINES.replace('"lines"', '"lines"\nsuffix = "dat"')))
    names = {path.name for path in (tmp_path / "output").iterdir()}
    assert "log.dat" in names
    assert "log.txt" not in names
    assert "notes.md" in names


def test_second_run_at_the_same_time_is_refused(tmp_path):
    from icos_core.running.commit import exclusive

    write_log(tmp_path, "a.log", log_lines())
    station = write_station(tmp_path, LOG, GAIN)
    with exclusive(tmp_path / "output"), pytest.raises(LockedError, match="another run works in this folder"):
        icos_core.run(station)


def test_pattern_without_files_is_a_mistake(tmp_path):
    with pytest.raises(DescriptionError, match=r"input\[0\].files: 'raw/\*.log' – expected a pattern that matches files"):
        icos_core.run(write_station(tmp_path, LOG, GAIN))
    assert not (tmp_path / "output").exists()


def test_join_brings_good_values_with_their_offset(tmp_path):
    write_log(tmp_path, "a.log", ["2024-01-01T00:00:30Z,signal=4", "2024-01-01T00:01:00Z,signal=4", "2024-01-01T00:10:00Z,signal=4"])
    met = [
        "2024-01-01T00:00:10Z,air_temperature=280,wind_from_direction=350",
        "2024-01-01T00:01:10Z,air_temperature=282,wind_from_direction=10",
    ]
    write_log(tmp_path, "a.met", met)
    join = (
        '[[input]]\nreader = "minute-logger"\nkind = "met"\nfiles = "raw/*.met"\noffset = "-10 s"\n'
        '[input.join]\nonto = "log"\nmethod = "linear"\nlimit = "2 min"\n'
    )
    tree = icos_core.run(write_station(tmp_path, LOG, join, GAIN)).tree
    log = tree["/calibrated/log"]
    np.testing.assert_allclose(log["air_temperature"], [281.0, 282.0, np.nan])
    np.testing.assert_allclose(log["wind_from_direction"].values[:2] % 360, [0.0, 10.0], atol=1e-9)
    np.testing.assert_array_equal(log["air_temperature_source"], [1, 0, 1])
    np.testing.assert_array_equal(log["air_temperature_flag"], [2, 2, 9])
    assert tree["/measured/met"]["time"].values[0] == np.datetime64("2024-01-01T00:00:00")


def test_a_flag_acts_before_the_join_and_is_in_instrument_time(tmp_path):
    write_log(tmp_path, "a.log", ["2024-01-01T00:00:30Z,signal=4"])
    met = ["2024-01-01T00:00:10Z,air_temperature=280", "2024-01-01T00:01:10Z,air_temperature=282"]
    write_log(tmp_path, "a.met", met)
    join = (
        '[[input]]\nreader = "minute-logger"\nkind = "met"\nfiles = "raw/*.met"\noffset = "-10 s"\n'
        '[input.join]\nonto = "log"\nmethod = "nearest"\nlimit = "2 min"\n'
    )
    flags = "id,stream,variable,from,to,flag,who,when,why,withdrawn\n"
    flags += "F0001,met,air_temperature,2024-01-01T00:00:10Z,2024-01-01T00:00:11Z,bad,me,2024-02-01T00:00:00Z,test,\n"
    (tmp_path / "flags.csv").write_text(flags)
    log = icos_core.run(write_station(tmp_path, LOG, join, GAIN)).tree["/calibrated/log"]
    assert log["air_temperature"].item() == 282.0


@pytest.mark.parametrize("order", [("whole", "above-level"), ("above-level", "whole")])
def test_products_wait_for_those_that_the_run_makes_anyway(tmp_path, order):
    write_log(tmp_path, "a.log", log_lines(hours=2))
    (tmp_path / "level.txt").write_text("4")
    tables = [f'[[derive]]\nproduct = "{name}"\n' for name in order]
    tree = icos_core.run(write_station(tmp_path, LOG, GAIN, *tables)).tree
    assert tree["/product/whole"].attrs["made_before"] == "above daily log"


def test_products_bring_what_they_need(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=30))
    tree = icos_core.run(write_station(tmp_path, LOG, GAIN, '[[derive]]\nproduct = "whole"\n')).tree
    assert set(tree["/product"].children) == {"daily", "whole"}
    np.testing.assert_allclose(tree["/product/whole"]["mean"], tree["/product/daily"]["daily_mean"].mean())


def test_quality_test_acts_before_the_calibrator_and_cascades(tmp_path):
    lines = log_lines(hours=1)
    lines[10] = lines[10].replace("signal=", "signal=77")
    write_log(tmp_path, "a.log", lines)
    qc = '[[qc]]\ntest = "range"\nvariable = "signal"\nbad_outside = [0, 50]\n'
    half = icos_core.run(write_station(tmp_path, LOG, HALF_HOUR, qc)).tree["/calibrated/log"]
    assert half["count"].values[0] == 29
    qc = qc.replace("50", "50_000")  # the calibrator requires the signal in mV
    log = icos_core.run(write_station(tmp_path, LOG, GAIN, qc), tmp_path / "gain").tree["/calibrated/log"]
    assert log["mole_fraction_flag"].values[10] == 4
    assert log["mole_fraction_flag_origin"].values[10] == 2
    assert log["mole_fraction_flag"].values[9] == 2


def test_where_limits_a_test_to_rows_of_a_category(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    qc = '[[qc]]\ntest = "range"\nvariable = "signal"\nbad_outside = [50, 60]\nwhere = { gas = ["cylinder"] }\n'
    log = icos_core.run(write_station(tmp_path, LOG, GAIN, qc)).tree["/measured/log"]
    np.testing.assert_array_equal(log["signal_flag"] == 4, log["gas"] == 1)


def test_validity_times_of_options(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=2))
    gains = (
        GAIN
        + "[[calibrate.gains]]\nvalue = 100\nvalid_to = 2024-01-01T01:00:00Z\n"
        + "[[calibrate.gains]]\nvalue = 200\nvalid_from = 2024-01-01T01:00:00Z\n"
    )
    tree = icos_core.run(write_station(tmp_path, LOG, gains)).tree
    ratio = tree["/calibrated/log"]["mole_fraction"] / tree["/measured/log"]["signal"]
    np.testing.assert_allclose(ratio, [0.1] * 60 + [0.2] * 60)  # per mV, in which the calibrator requires the signal


def test_level_final_asks_for_review(tmp_path):
    lines = log_lines(hours=1)
    lines[10] = lines[10].replace("signal=", "signal=77")
    write_log(tmp_path, "a.log", lines)
    qc = '[[qc]]\ntest = "range"\nvariable = "signal"\nbad_outside = [0, 50_000]\n'
    station = write_station(tmp_path, LOG, GAIN, qc, LINES)
    with pytest.raises(
        RunError, match=r"(?s)1 automatic flags in 1 stretches.*log/signal 2024-01-01T00:10:00Z to 2024-01-01T00:11:00Z: bad, 1 rows"
    ):
        icos_core.run(station, level="final")
    listed = (tmp_path / "output" / "unreviewed.csv").read_text().splitlines()
    assert listed == ["stream,variable,from,to,flag,rows", "log,signal,2024-01-01T00:10:00Z,2024-01-01T00:11:00Z,bad,1"]
    flags = "id,stream,variable,from,to,flag,who,when,why,withdrawn\n"
    flags += "F0001,log,signal,2024-01-01T00:10:00Z,2024-01-01T00:11:00Z,accept,me,2024-02-01T00:00:00Z,seen,\n"
    (tmp_path / "flags.csv").write_text(flags)
    result = icos_core.run(station, level="final")
    assert result.status == 0
    assert not (tmp_path / "output" / "unreviewed.csv").exists()
    assert result.tree["/measured/log"]["signal_flag"].values[10] == 4
    assert result.tree["/measured/log"]["signal_flag_origin"].values[10] == 1


def test_a_flag_that_meets_no_row_is_reported(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    flags = "id,stream,variable,from,to,flag,who,when,why,withdrawn\n"
    flags += "F0001,log,signal,2030-01-01T00:10:00Z,2030-01-01T00:11:00Z,bad,me,2024-02-01T00:00:00Z,future,\n"
    (tmp_path / "flags.csv").write_text(flags)
    result = icos_core.run(write_station(tmp_path, LOG, GAIN))
    assert [str(problem) for problem in result.finished.flow.problems if "met no row" in problem.message]


def test_source_date_epoch(tmp_path, monkeypatch):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    station = write_station(tmp_path, LOG, GAIN, LINES)
    icos_core.run(station)
    assert (tmp_path / "output" / "log.txt").read_text().startswith("# log 2024-01-01T00:59:00")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    icos_core.run(station)
    assert (tmp_path / "output" / "log.txt").read_text().startswith("# log 2023-11-14T22:13:20")


@pytest.mark.parametrize("text", ["yesterday", "-1", "²", "99999999999999999999"])
def test_source_date_epoch_that_is_none(tmp_path, monkeypatch, text):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    with pytest.raises(DescriptionError, match="SOURCE_DATE_EPOCH"):
        icos_core.run(write_station(tmp_path, LOG, GAIN, LINES))
    assert not (tmp_path / "output").exists()


def test_verify_finds_a_change_that_size_and_time_hide(tmp_path):
    path = write_log(tmp_path, "a.log", log_lines(hours=1))
    station = write_station(tmp_path, LOG, GAIN, LINES)
    icos_core.run(station)
    status = path.stat()
    path.write_text(path.read_text().replace("temperature=1", "temperature=2"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert icos_core.run(station).unchanged
    assert not icos_core.run(station, verify=True).unchanged


def test_manifest_is_provenance(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    icos_core.run(write_station(tmp_path, LOG, GAIN, LINES))
    manifest = json.loads((tmp_path / "output" / "manifest.json").read_text())
    kinds = {str(node["@type"]) for node in manifest["@graph"]}
    assert {"prov:Activity", "prov:Entity"} <= kinds
    run = next(node for node in manifest["@graph"] if node["@type"] == "prov:Activity")
    source = next(node for node in manifest["@graph"] if node.get("name") == "a.log")
    assert run["prov:used"] == [{"@id": source["@id"]}]
    import hashlib

    assert source["sha256"] == hashlib.sha256((tmp_path / "raw" / "a.log").read_bytes()).hexdigest()
    export = next(each for each in manifest["outputs"] if each["name"] == "log.txt")
    assert export["sha256"] == hashlib.sha256((tmp_path / "output" / "log.txt").read_bytes()).hexdigest()
    assert {"icos-core", "icos-minutes"} <= set(manifest["software"])
    assert manifest["description"]["station"]["id"] == "T1"
    assert str(tmp_path) not in json.dumps(manifest)


def test_calibrator_before_a_condensing_one_must_be_row_wise(tmp_path):
    write_log(tmp_path, "a.log", log_lines(hours=1))
    with pytest.raises(DescriptionError, match="one calibrator that condenses"):
        icos_core.run(write_station(tmp_path, LOG, HALF_HOUR, HALF_HOUR))
