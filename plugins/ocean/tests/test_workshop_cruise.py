"""The real cruise, from the description in ``examples/`` to its exports, against the figures of the reference."""

import csv
import json
from itertools import pairwise
from pathlib import Path

import netCDF4
import numpy as np
import pytest

import icos_core
from icos_core.dataset import category_mask
from icos_core.flags import decode_bits
from icos_core.running.review import unreviewed

EXAMPLE = Path(__file__).parents[3] / "examples" / "workshop-cruise" / "station.toml"
ROWS_BY_TYPE = {
    "EQU": 2662,
    "ATM": 135,
    "STD1": 33,
    "STD2": 33,
    "STD3": 33,
    "STD4": 33,
    "STD1z": 6,
    "STD4s": 6,
    "FILTER": 6,
    "WAKE UP": 1,
}

pytestmark = pytest.mark.realdata


@pytest.fixture
def run_example(real_data, tmp_path):
    """Run the example with pieces of its description replaced."""

    def run(replacements=(), out="output"):
        text = EXAMPLE.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        station = tmp_path / "station.toml"
        station.write_text(text, encoding="utf-8")
        return icos_core.run(station, tmp_path / out, jobs=1)

    return run


def rows(result, title):
    [table] = [table for table in result.finished.flow.tables if table.title.startswith(title)]
    return {row[0]: row[1:] for row in table.rows}


def underway(result):
    return result.tree["/calibrated/underway"].to_dataset()


def complete_times(real_data):
    """Times of the EQU rows that are complete as measured, read from the raw file without the suite's reader."""
    path = real_data / "ocean" / "icos_otc_workshop" / "part4_input_raw_cruise_dat.txt"
    with path.open(encoding="cp1252", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t"))
    column = {name: position for position, name in enumerate(lines[0])}
    times = []
    for cells in lines[1:]:
        if cells[0] != "EQU" or not cells[column["Salinity"]] or not cells[column["Intake Temp"]]:
            continue
        if not 900 < float(cells[column["WBPressure"]]) < 1100:
            continue
        day, month, year = cells[column["GPS date"]].split(".")
        times.append(np.datetime64(f"{year}-{month}-{day}T{cells[column['gps time']]}", "ns"))
    return np.array(times)


def test_accounting(run_example):
    result = run_example()
    assert result.status == 0
    [row] = json.loads((result.finished.out / "manifest.json").read_text())["inputs"]
    tally = row["tally"]
    assert tally["by_type"] == ROWS_BY_TYPE
    assert tally["seen"] == 2948 == tally["kept"] + sum(tally["rejected"].values())
    account = rows(result, "Rows")
    assert account["water samples complete as measured"] == (2218,)


@pytest.mark.parametrize(("limit", "least", "most"), [("5 min", 2510, 2520), ("10 min", 2640, 2662)])
def test_filled_within_a_limit(run_example, limit, least, most):
    """The limit is the gap between the good neighbours on both sides."""
    result = run_example([('= "5 min"', f'= "{limit}"')])
    [filled] = rows(result, "Rows")["water samples complete after filling"]
    assert least <= filled <= most


@pytest.mark.parametrize(("sign", "expected"), [("add", (312.473, 312.475)), ("subtract", (312.637,))])
def test_mean_fco2_of_the_samples_complete_as_measured(run_example, real_data, sign, expected):
    stream = underway(run_example([('differential_sign = "subtract"', f'differential_sign = "{sign}"')]))
    complete = np.isin(stream["time"].values, complete_times(real_data))
    assert complete.sum() == 2218
    mean = stream["fco2"].values[complete].mean()
    for figure in expected:
        assert abs(mean - figure) < 0.005


def test_both_forms_of_the_regression(run_example, real_data):
    """They agree to 3e-4 µmol/mol per sample and 1e-4 µatm in the mean."""
    first = underway(run_example())
    second = underway(run_example([('"measured-on-true"', '"true-on-measured"')], "second"))
    complete = np.isin(first["time"].values, complete_times(real_data))
    difference = (first["fco2"].values - second["fco2"].values)[complete]
    assert abs(difference.mean()) < 2e-4
    assert np.nanmax(np.abs(first["xco2"].values - second["xco2"].values)) < 5e-4


def test_delta_temperature_episode_is_flagged(run_example, real_data):
    stream = underway(run_example())
    complete = np.isin(stream["time"].values, complete_times(real_data))
    cold = complete & (stream["equilibrator_temperature"].values - stream["sst"].values < -1)
    assert cold.sum() == 64
    assert (stream["fco2_flag"].values[cold] >= 3).all()
    flagged = stream["fco2_flag"].values >= 3
    # The flags are about the episode, not about good data.
    assert (flagged & (stream["fco2_flag"].values != 9) & ~cold).sum() < 0.01 * complete.sum()


def test_the_one_row_without_water_is_questionable(run_example):
    """The flow of water stopped once while water was measured (0.05 L/min; else 2.9 to 3.2), the analyser's never."""
    result = run_example()
    stream = underway(result)
    water = category_mask(stream, "run_type", ["EQU"])
    dry = water & (stream["water_flow"].values < 0.5)
    assert dry.sum() == 1
    assert stream["water_flow_flag"].values[dry].tolist() == stream["xco2_flag"].values[dry].tolist() == [3]
    # The ship's feed had failed before: that row has neither SST nor salinity, hence no fCO2 to flag.
    assert stream["fco2_flag"].values[dry].tolist() == [9]
    from_flow = decode_bits(stream, "xco2_tests")["propagated_water_flow_questionable"]
    np.testing.assert_array_equal(from_flow, dry)
    assert not decode_bits(stream, "co2_tests").get("propagated_analyser_flow_questionable", np.zeros(1)).any()
    assert set(stream["analyser_flow_flag"].values) == {1}


def test_equilibrator_pressure_names_its_source(run_example):
    stream = underway(run_example())
    water = category_mask(stream, "run_type", ["EQU"])
    present = water & np.isfinite(stream["equilibrator_pressure"].values)
    assert present.sum() == 2584
    assert set(np.unique(stream["equilibrator_pressure_source"].values[present])).isdisjoint({0})


def test_exports(run_example):
    result = run_example()
    names = {path.name for path in result.paths}
    assert {path.suffix for path in result.paths} == {".nc", ".csv", ".tsv", ".html"}
    assert "report.html" in names
    with netCDF4.Dataset(next(path for path in result.paths if path.suffix == ".nc")) as file:
        water = ("sst", "salinity", "equilibrator_temperature", "equilibrator_pressure", "xco2", "pco2", "fco2")
        for name in (*water, "xco2_air", "fco2_air", "latitude", "longitude"):
            assert name in file.variables
            assert f"{name}_flag" in file.variables
        assert "fco2_uncertainty" in file.variables
        assert file.featureType == "trajectory"
        stream = underway(result)
        np.testing.assert_allclose(file["fco2"][:].filled(np.nan), stream["fco2"].values)


def test_std_val_warning_and_drain_types(run_example):
    result = run_example([("part4_input_raw_cruise_dat.txt", "part4_input_raw.tsv")])
    problems = [str(problem) for problem in result.finished.flow.problems]
    for word, column, configured in (("STD2", "246.98", "228.4"), ("STD3", "404.9", "412.5")):
        assert any(word in problem and column in problem and configured in problem for problem in problems), problems
    measured = result.tree["/measured/underway"].to_dataset()
    assert int(measured["draining"].sum()) == 79 + 11 + 1 + 1
    assert int(category_mask(measured, "run_type", ["EQU"]).sum()) == 2662


def test_shifted_rows_are_flagged_and_not_used(run_example):
    replacements = [("part4_input_raw_cruise_dat.txt", "part2_input_raw_small.tsv"), ('"dd.mm.yyyy"', '"dd/mm/yyyy"')]
    result = run_example(replacements)
    measured = result.tree["/measured/underway"].to_dataset()
    assert measured["salinity"].values[:2].tolist() == [1007.58, 1008.23]
    assert measured["salinity_flag"].values[:2].tolist() == [4, 4]
    assert measured["ambient_pressure_flag"].values[0] == 4 or measured["ambient_pressure"].values[0] > 900
    used = rows(result, "Standard gases")
    # STD1z and STD4s, the shifted rows, set the analyser and enter no regression.
    assert used["STD1z"][4] == "no"
    assert used["STD4s"][4] == "no"


def test_calibrated_mole_fractions_of_the_small_file(run_example):
    replacements = [("part4_input_raw_cruise_dat.txt", "part2_input_raw_small.tsv"), ('"dd.mm.yyyy"', '"dd/mm/yyyy"')]
    stream = underway(run_example(replacements))
    air = category_mask(stream, "run_type", ["ATM"])
    water = category_mask(stream, "run_type", ["EQU"])
    np.testing.assert_allclose(stream["xco2_air"].values[air][:3], [406.3873, 406.1760, 406.5750], atol=0.01)
    np.testing.assert_allclose(stream["xco2"].values[water][:4], [354.3064, 355.2273, 354.0361, 352.8704], atol=0.01)


FLAGS = "id,stream,variable,from,to,flag,who,when,why,withdrawn\n"


def test_a_persons_flag_on_a_standard_run(run_example, tmp_path):
    before = underway(run_example())
    standard = np.flatnonzero(category_mask(before, "run_type", ["STD3"]))
    time = before["time"].values
    chosen, previous, following = standard[10], standard[9], standard[11]
    start, end = (np.datetime_as_string(time[row], unit="s") for row in (chosen, chosen + 1))
    (tmp_path / "flags.csv").write_text(
        FLAGS + f"F0001,underway,co2,{start}Z,{end}Z,bad,data manager,2024-02-01T00:00:00Z,cylinder valve closed,\n", encoding="utf-8"
    )
    result = run_example(out="flagged")
    after = underway(result)
    both = np.isfinite(before["fco2"].values) & np.isfinite(after["fco2"].values)
    np.testing.assert_array_equal(np.isfinite(before["fco2"].values), np.isfinite(after["fco2"].values))
    changed = both & (before["fco2"].values != after["fco2"].values)
    between = both & (time > time[previous]) & (time < time[following])
    np.testing.assert_array_equal(changed, between)
    assert changed.sum() > 50
    assert after["co2_flag"].values[chosen] == 4
    assert after["co2_flag_origin"].values[chosen] == 1
    again = underway(run_example(out="empty folder"))
    np.testing.assert_array_equal(again["fco2"].values, after["fco2"].values)
    written = {path.name: path.read_text(encoding="utf-8") for path in result.paths if path.suffix in {".csv", ".tsv"}}
    [socat] = [text for name, text in written.items() if name.endswith(".tsv")]
    assert "STD3" in socat
    assert "cylinder valve closed" in socat


def test_a_persons_flag_on_a_sample_is_written_in_every_scheme(run_example, tmp_path):
    before = underway(run_example())
    good = np.flatnonzero(before["fco2_flag"].values == 1)[500]
    start = np.datetime_as_string(before["time"].values[good], unit="s")
    end = np.datetime_as_string(before["time"].values[good] + np.timedelta64(1, "s"), unit="s")
    (tmp_path / "flags.csv").write_text(
        FLAGS + f"F0001,underway,fco2,{start}Z,{end}Z,questionable,data manager,2024-02-01T00:00:00Z,water stopped,\n", encoding="utf-8"
    )
    result = run_example(out="flagged")
    paths = {path.name: path for path in result.paths}
    with netCDF4.Dataset(next(path for path in result.paths if path.suffix == ".nc")) as file:
        seconds = netCDF4.num2date(file["time"][:], file["time"].units, only_use_cftime_datetimes=False)
        row = [f"{each:%Y-%m-%dT%H:%M:%S}" for each in seconds].index(start)
        assert file["fco2_flag"][row] == 3
        assert file["fco2_flag_origin"][row] == 1
    texts = {name: path.read_text(encoding="utf-8").splitlines() for name, path in paths.items() if path.suffix in {".csv", ".tsv"}}
    stamps = {start, start.replace("T", " "), f"{start}Z", f"{start}.000Z"}
    for name, lines in texts.items():
        [line] = [line for line in lines if line.replace("\t", ",").split(",")[0] in stamps or f"{start.replace('T', ' ')}\t" in line]
        cells = next(csv.reader([line], delimiter="\t" if name.endswith(".tsv") else ","))
        assert "3" in cells, name
        if not name.endswith("underway.csv"):
            assert "water stopped" in line, name


def test_two_runs_and_any_number_of_jobs_give_the_same_bytes(run_example, tmp_path):
    first = run_example()
    second = run_example(out="second")
    parallel = icos_core.run(tmp_path / "station.toml", tmp_path / "parallel", jobs=2)
    exports = [path.name for path in first.paths if path.name != "report.html"]
    assert len(exports) == 4
    for name in exports:
        expected = (first.finished.out / name).read_bytes()
        assert (second.finished.out / name).read_bytes() == expected
        assert (parallel.finished.out / name).read_bytes() == expected


def test_files_cut_anywhere_give_the_same_bytes(run_example, real_data, tmp_path):
    whole = run_example()
    source = (real_data / "ocean" / "icos_otc_workshop" / "part4_input_raw_cruise_dat.txt").read_bytes().split(b"\n")
    header, lines = source[0], [line for line in source[1:] if line]
    raw = tmp_path / "raw"
    raw.mkdir()
    cuts = [0, 7, 400, 401, 1500, 2300, len(lines)]
    for number, (start, end) in enumerate(pairwise(cuts)):
        # Files overlap by up to three rows, and their names are out of order.
        part = [header, *lines[max(start - 3, 0) : end], b""]
        (raw / f"{9 - number}.txt").write_bytes(b"\n".join(part))
    old = '"${ICOS_REAL_DATA}/ocean/icos_otc_workshop/part4_input_raw_cruise_dat.txt"'
    cut = run_example([(old, '"raw/*.txt"')], out="cut")
    assert cut.finished.flow.duplicates["underway"] > 0
    for variable in ("fco2", "fco2_uncertainty", "fco2_flag", "xco2", "sst"):
        np.testing.assert_array_equal(underway(cut)[variable].values, underway(whole)[variable].values)
    name = next(path.name for path in whole.paths if path.name.endswith("underway.csv"))
    assert (cut.finished.out / name).read_bytes() == (whole.finished.out / name).read_bytes()


def test_accepting_every_automatic_flag_changes_no_value(run_example, tmp_path):
    before = run_example()
    stages = {"measured": {"underway": before.tree["/measured/underway"].to_dataset()}, "calibrated": {"underway": underway(before)}}
    variables = sorted({row[1] for row in unreviewed(stages).rows})
    assert "ambient_pressure" in variables
    rows = [
        f"F{number:04d},underway,{name},2019-07-01T00:00:00Z,2019-08-01T00:00:00Z,accept,data manager,2024-02-01T00:00:00Z,seen,\n"
        for number, name in enumerate(variables, 1)
    ]
    (tmp_path / "flags.csv").write_text(FLAGS + "".join(rows), encoding="utf-8")
    station = tmp_path / "station.toml"
    after = underway(icos_core.run(station, tmp_path / "accepted", jobs=1, level="final"))
    for name in ("fco2", "fco2_flag", "fco2_uncertainty", "equilibrator_pressure", "sst"):
        np.testing.assert_array_equal(after[name].values, underway(before)[name].values)
