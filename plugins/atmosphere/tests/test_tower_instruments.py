"""Towers whose instruments, valves, ports and cylinders change, towers with two analysers, and what is wrong with ports and scales."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import atc_portal
import numpy as np
import pytest
from cells import cells_of, cylinder, sequence
from cells import station as cells_station
from click.testing import CliRunner
from icos_atmosphere.calibration.analyser import analyser_of
from icos_atmosphere.calibration.assignments import boundaries
from icos_atmosphere.calibration.condense import condense
from icos_atmosphere.calibration.mole_fraction import CALIBRATOR
from icos_atmosphere.simulators.picarro import measured_stream, small_station
from simulated_towers import description, exported, log_of, run, some_rows, tower_rows, without_figures, write_station

from icos_core.cli import main
from icos_core.exceptions import DataError
from icos_core.flags import decode_bits
from icos_core.testing import example_context, flagged

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    import xarray as xr
    from icos_atmosphere.simulators.picarro_options import PicarroSimulation
    from numpy.typing import NDArray

MINUTE = np.timedelta64(1, "m")
SCHEDULE = {
    "duration": "9 h",
    "calibration": {"first": "15 min", "every": "7 h", "cycles": 2, "injection": "4 min"},
    "short_term_target": {"first": "1 h", "every": "2 h", "injection": "5 min"},
}
CHANGE = "2022-10-13T00:00:00Z"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)


def minutes_equal(found: xr.Dataset, wanted: list[xr.Dataset], *names: str) -> None:
    """Assert that columns are those of other runs, one after the other, to rounding: lines are fitted around the first reading of all."""
    np.testing.assert_array_equal(found["time"].values, np.concatenate([each["time"].values for each in wanted]))
    for name in names:
        np.testing.assert_allclose(found[name].values, np.concatenate([each[name].values for each in wanted]), rtol=1e-13, err_msg=name)


# Before: solenoid valves as a mask. After: a rotary valve, other ports, another second cylinder, another analyser or the same.
BEFORE = small_station(
    start="2022-10-12T13:00:00Z",
    **SCHEDULE,
    analyser={"model": "G2301", "row_stretch": 8.0, "atc_id": 115, "valve": "solenoid_valves", "valve_reading": "mask"},
)
AFTER = small_station(
    start="2022-10-13T02:00:00Z",
    **SCHEDULE,
    lines=[each.model_dump() | {"port": port} for each, port in zip(BEFORE.lines, (6, 1, 4), strict=True)],
    cylinders=[
        each.model_dump() | {"port": port} | ({"co2": 405.5, "ch4": 1901.3} if each.name == "CAL2" else {})
        for each, port in zip(BEFORE.cylinders, (10, 9, 8, 7, 5, 3), strict=True)
    ],
    analyser={"model": "G2301", "row_stretch": 8.0, "atc_id": 530},
)


def changing(same_instrument: bool) -> str:
    """Return the description of the station before and after, one table after the other in time."""
    first, second = description(BEFORE), description(AFTER)
    if same_instrument:
        second = second.replace("id = 530", "id = 115")
    names = ("instruments", "ports", "cylinders")
    tables = {name: re.findall(rf"\[\[calibrate\.{name}\]\]\n(?:.+\n)+", second) for name in names}
    for name in names:
        for old in re.findall(rf"\[\[calibrate\.{name}\]\]\n(?:.+\n)+", first):
            if name != "cylinders" or '"CAL2"' in old:
                first = first.replace(old, f"{old}valid_to = {CHANGE}\n", 1)
    later = [f"{table}valid_from = {CHANGE}\n" for name in names for table in tables[name] if name != "cylinders" or '"CAL2"' in table]
    first, mark, rest = first.partition("[[calibrate.water]]")
    return first + "\n".join(later) + "\n" + mark + rest


@pytest.fixture(scope="module")
def eras(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, xr.Dataset]]:
    """Run the station before, the station after, and both as one station: with another analyser, and with the same."""
    folder = tmp_path_factory.mktemp("eras")
    content = {"before": log_of(tower_rows(BEFORE)), "after": log_of(tower_rows(AFTER, seed=2))}
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        without_figures(patch)
        for name, text in {
            "before": description(BEFORE),
            "after": description(AFTER),
            "another": changing(same_instrument=False),
            "the same": changing(same_instrument=True),
        }.items():
            station = write_station(folder / name, BEFORE)
            station.write_text(text, encoding="utf-8")
            for era in (name,) if name in content else content:
                (station.parent / "raw" / f"{era}.dat").write_bytes(content[era])
            flow = run(station).finished.flow
            found[name] = {**flow.calibrated, **flow.products}
    return found


def test_another_analyser_on_another_valve(eras: dict[str, dict[str, xr.Dataset]]) -> None:
    """Each era is calibrated as if it were alone; nothing is interpolated from one to the other."""
    whole = eras["another"]
    for line in ("10m", "50m", "150m"):
        stream = whole[f"picarro/{line}"]
        minutes_equal(
            stream,
            [eras[each][f"picarro/{line}"] for each in ("before", "after")],
            *(f"{gas}{suffix}" for gas in ("co2", "ch4") for suffix in ("", "_n", "_raw", "_raw_dry", "_stdev")),
        )
        old = stream["time"].values < np.datetime64("2022-10-13")
        assert (stream["co2_instrument"].values == np.where(old, 115, 530)).all()
        hours = whole[f"hourly/{line}"]
        value = np.isfinite(hours["co2"].values)
        by_hour = np.where(hours["time"].values < np.datetime64("2022-10-13"), 115, 530)
        np.testing.assert_array_equal(hours["co2_instrument"].values, np.where(value, by_hour, -1))
        assert list(hours.attrs["instrument_ids"]) == [115, 530]
    # What is held on to the end of its era is final: no later calibration will change it.
    marks = decode_bits(eras["before"]["picarro/10m"], "co2_tests")["provisional_calibration"]
    assert marks.any()
    assert not decode_bits(whole["picarro/10m"], "co2_tests")["provisional_calibration"][: marks.size].any()


def test_the_same_analyser_on_another_valve(eras: dict[str, dict[str, xr.Dataset]]) -> None:
    """Readings are those of the eras; over a cylinder that was replaced nothing is interpolated either."""
    whole = eras["the same"]
    for line in ("10m", "50m", "150m"):
        minutes_equal(whole[f"picarro/{line}"], [eras[each][f"picarro/{line}"] for each in ("before", "after")], "co2", "co2_raw_dry")
    assert "co2_instrument" not in whole["picarro/10m"]
    assigned = whole["picarro/injections"]
    second = assigned["cylinder"].values == 1
    early = assigned["time"].values < np.datetime64("2022-10-13")
    assert set(assigned["co2_assigned"].values[second & early]) == {409.97}
    assert set(assigned["co2_assigned"].values[second & ~early]) == {405.5}


def test_what_breaks_a_calibration() -> None:
    """Another instrument, another set of calibration cylinders, an event; not another valve of the same, nor another target."""
    tables = [cylinder(f"CAL{number}", value) for number, value in enumerate((380.0, 400.0, 440.0))]
    moments = [f"2024-02-0{day}T00:00:00Z" for day in range(1, 8)]
    instruments = [
        {"stream": "picarro", "id": 115, "model": "G2401", "valve": "solenoid_valves", "valid_to": moments[0]},
        {"stream": "picarro", "id": 115, "model": "G2401", "valve": "mpv_position", "valid_from": moments[0], "valid_to": moments[1]},
        {"stream": "picarro", "id": 530, "model": "G2401", "valid_from": moments[1], "valid_to": moments[2]},
        {"stream": "picarro", "id": 530, "model": "G2401", "valid_from": moments[3]},
    ]
    replaced = [{**tables[0], "valid_to": moments[4]}, {**cylinder("CAL0", 381.0), "valid_from": moments[4]}]
    target = [{**cylinder("STT", 415.0, "short-term-target"), "valid_from": moments[5]}]
    options = cells_station(
        [*replaced, *tables[1:], *target],
        instruments=instruments,
        ports=[{"port": 1, "line": "100m"}],
        events=[{"time": moments[6]}, {"time": "2024-03-01T00:00:00Z", "stream": "picarro"}],
    )
    found = boundaries(options, "picarro").astype("M8[D]").astype(str).tolist()
    assert found == ["2024-02-02", "2024-02-03", "2024-02-04", "2024-02-05", "2024-02-07", "2024-03-01"]


def test_a_replaced_cylinder_begins_another_calibration() -> None:
    """Before and after the swap the lines are through the cylinders of their time, and each is held up to it."""
    values = (380.0, 400.0, 420.0, 450.0)
    tables = [cylinder(f"CAL{number}", value) for number, value in enumerate(values)]
    swap = "2024-01-08T00:00:00Z"
    options = cells_station(
        [{**tables[0], "valid_to": swap}, *tables[1:], {**cylinder("CAL0", 385.0), "valid_from": swap}],
        ports=[{"port": 1, "line": "100m"}, *({"port": 2 + number, "cylinder": f"CAL{number}"} for number in range(4))],
    )

    def reading(port: int, hours: NDArray[np.float64]) -> NDArray[np.float64]:
        late = hours > 7 * 24.0
        true = np.where(late & (port == 2), 385.0, values[port - 2]) if port > 1 else np.full(hours.shape, 410.0)
        return true - np.where(late, 0.3, 0.1)

    visits = [*sequence(24.0, (2, 3, 4, 5)), (100.0, 1.0, 1), (166.0, 1.0, 1), (169.0, 1.0, 1), *sequence(240.0, (2, 3, 4, 5))]
    analyser = analyser_of("picarro", cells_of(visits, reading), options, ())
    sequences = analyser.gases["co2"].sequences
    assert sequences is not None
    assert sequences.accepted.tolist() == [True, True]
    assert sequences.fit.intercept == pytest.approx([0.1, 0.3], abs=1e-8)
    moments = np.datetime64("2024-01-01") + np.array([166, 169]) * np.timedelta64(1, "h")
    found = analyser.calibrated("co2", moments.astype("M8[ns]"), np.array([410.0, 410.0]))
    assert found is not None
    assert found.value == pytest.approx([410.1, 410.3], abs=1e-8)


def test_gases_are_those_of_the_instrument_of_the_time() -> None:
    """A G2301 has no CO, whatever the G2401 after it has; one that is said to measure less is asked for no more."""
    change = np.datetime64("2022-10-13T00:00:00", "ns")
    told = [{"stream": "picarro", "model": "G2301", "valid_to": CHANGE, "valve": "solenoid_valves", "valve_reading": "mask"}]
    later = {"stream": "picarro", "model": "G2401", "valid_from": CHANGE}
    scales = {"co2": "none", "ch4": "none", "co": "none"}
    early = measured_stream(BEFORE, 1)
    late = measured_stream(AFTER.model_copy(update={"analyser": AFTER.analyser.model_copy(update={"model": "G2401"})}), 1)
    options = cells_station([], scales=scales, instruments=[*told, later], water=[{"gas": "co", "form": "none"}])
    day = np.timedelta64(1, "D")
    cells = [
        condense({"picarro": flagged(stream)}, options, example_context(), period=(begin, begin + day))["picarro"]
        for stream, begin in ((early, change - day), (late, change))
    ]
    assert [set(each.data_vars) for each in cells] == [set(cells[0].data_vars)] * 2
    assert not np.isfinite(cells[0]["co_dry"].values).any()
    assert not cells[0]["co_n"].values.any()
    assert np.isfinite(cells[1]["co_dry"].values).any()
    assert all(np.isfinite(each["co2_dry"].values).any() for each in cells)
    required = {each.name for each in CALIBRATOR.requires(options)["picarro"]}
    assert {"co_dry", "solenoid_valves", "mpv_position"} <= required
    alone = cells_station([], scales={"co2": "none", "ch4": "none"}, instruments=[*told, {**later, "gases": ["ch4"]}])
    assert alone.of_stream("picarro").gases == ("co2", "ch4")
    with pytest.raises(DataError, match="with the key gases of"):
        condense({"picarro": flagged(early.drop_vars("co2_dry"))}, options, example_context(), period=(change - day, change))


# Two analysers on one tower: the second has a rotary valve with other ports, and the first is away for four hours.
FIRST = small_station(
    start="2024-03-04T21:02:30Z",
    **SCHEDULE,
    lines=[
        {"name": "10m", "height": 10.0, "port": 1, "transport_delay": "5 s", "buffer_volume": 8.0, "buffer_flow": 6.0},
        {"name": "50m", "height": 50.0, "port": 2, "transport_delay": "15 s"},
    ],
    analyser={"model": "G2301", "row_stretch": 8.0, "atc_id": 115},
)
SECOND = FIRST.model_copy(
    update={
        "lines": tuple(line.model_copy(update={"port": port}) for line, port in zip(FIRST.lines, (11, 12), strict=True)),
        "analyser": FIRST.analyser.model_copy(update={"atc_id": 530, "model": "G2401"}),
    }
)
AWAY = (np.datetime64("2024-03-05T00:00"), np.datetime64("2024-03-05T04:00"))


@pytest.fixture(scope="module")
def two_analysers(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, xr.Dataset], dict[str, bytes]]:
    """Run a tower with two analysers; only the second measures CO."""
    folder = tmp_path_factory.mktemp("two")
    text = description(SECOND, ('files = "raw/**/*.dat"', 'files = "raw/second/*.dat"\nstream = "second"'))
    text = text.replace("[[calibrate]]", '[[input]]\nreader = "picarro"\nfiles = "raw/first/*.dat"\nstream = "first"\n\n[[calibrate]]', 1)
    text = text.replace('stream = "picarro"', 'stream = "second"\npriority = 2', 1)
    (instrument,) = re.findall(r"\[\[calibrate\.instruments\]\]\n(?:.+\n)+", description(FIRST))
    more = [instrument.replace('stream = "picarro"', 'stream = "first"\npriority = 1')]
    for port in re.findall(r"\[\[calibrate\.ports\]\]\n(?:.+\n)+", text):
        if "line =" in port:
            text = text.replace(port, f'{port}stream = "second"\n', 1)
    ports = re.findall(r"\[\[calibrate\.ports\]\]\n(?:.+\n)+", description(FIRST))
    more += [f'{port}stream = "first"\n' for port in ports if "line =" in port]
    text = text.replace("[[calibrate.cylinders]]", "\n".join(more) + "\n[[calibrate.cylinders]]", 1)
    station = write_station(folder, FIRST)
    station.write_text(text, encoding="utf-8")
    for name, options, seed in (("first", FIRST, 1), ("second", SECOND, 2)):
        rows = tower_rows(options, seed)
        there = (rows.time < AWAY[0]) | (rows.time >= AWAY[1]) if name == "first" else np.ones(rows.time.size, dtype=bool)
        (station.parent / "raw" / name).mkdir()
        (station.parent / "raw" / name / "rows.dat").write_bytes(log_of(some_rows(rows, there)))
    with pytest.MonkeyPatch.context() as patch:
        without_figures(patch)
        finished = run(station).finished
    assert finished.flow is not None
    return {**finished.flow.calibrated, **finished.flow.products}, exported(finished.out)


def hour_means(minutes: xr.Dataset, gas: str) -> dict[np.datetime64, tuple[float, int]]:
    """Return hour → mean and number of the minutes that begin in it."""
    hour = minutes["time"].values.astype("M8[h]")
    values = minutes[gas].values
    found = {each: values[(hour == each) & np.isfinite(values)] for each in np.unique(hour)}
    return {each: (float(own.mean()), own.size) for each, own in found.items() if own.size}


@pytest.mark.parametrize("line", ["10m", "50m"])
def test_the_analyser_with_priority_serves_where_it_is(two_analysers: tuple[dict[str, xr.Dataset], dict[str, bytes]], line: str) -> None:
    streams, _ = two_analysers
    first, second = hour_means(streams[f"first/{line}"], "co2"), hour_means(streams[f"second/{line}"], "co2")
    hours = streams[f"hourly/{line}"]
    served = {115: 0, 530: 0}
    for row, hour in enumerate(hours["time"].values.astype("M8[h]")):
        serving, number = (first, 115) if hour in first else (second, 530)
        assert hours["co2"].values[row] == pytest.approx(serving[hour][0], abs=1e-10)
        assert hours["co2_n"].values[row] == serving[hour][1]
        assert hours["co2_instrument"].values[row] == number
        served[number] += 1
    assert served[530] in {3, 4}
    assert served[115] >= 5


def test_files_name_the_analyser_of_each_hour(two_analysers: tuple[dict[str, xr.Dataset], dict[str, bytes]]) -> None:
    """In the Thematic Centre's files; carbon monoxide has hours of the second analyser alone, where the first is away and where not."""
    streams, exports = two_analysers
    for gas in ("co2", "co"):
        (content,) = (text for name, text in exports.items() if "_10.0_" in name and name.endswith(f".{gas.upper()}"))
        titles, rows = atc_portal.parse(content)
        found = {np.datetime64(row["TIMESTAMP"].replace(tzinfo=None), "h"): row["InstrumentId"] for row in rows}
        hours = streams["hourly/10m"]
        value = np.isfinite(hours[gas].values)
        stated = dict(zip(hours["time"].values[value].astype("M8[h]"), hours[f"{gas}_instrument"].values[value], strict=True))
        assert {hour: int(number) for hour, number in found.items() if hour in stated} == stated
        assert "InstrumentId" in titles
        assert set(stated.values()) == ({115, 530} if gas == "co2" else {530})


def test_minutes_begin_when_their_air_entered_the_inlet(two_analysers: tuple[dict[str, xr.Dataset], dict[str, bytes]]) -> None:
    """Transport, and the mean age of the air in the buffer: 5 s and 8 L / 6 L min⁻¹ = 80 s; of minutes on the analyser's clock."""
    streams, _ = two_analysers
    raw = tower_rows(FIRST)
    for line, port, delay in (("10m", 1, 85), ("50m", 2, 15)):
        valve = raw.columns["MPVPosition"]
        there = (raw.time < AWAY[0]) | (raw.time >= AWAY[1])
        begins = np.append(True, (valve[1:] != valve[:-1]) | (np.diff(np.where(there, raw.time, AWAY[1])) > 5 * MINUTE))
        begins |= np.append(False, there[1:] & ~there[:-1])
        since = raw.time[np.maximum.accumulate(np.where(begins, np.arange(valve.size), 0))]
        settled = there & (valve == port) & (raw.time - since >= MINUTE)
        expected = np.unique(raw.time[settled].astype("M8[m]")).astype("M8[ns]") - np.timedelta64(delay, "s")
        np.testing.assert_array_equal(streams[f"first/{line}"]["time"].values, expected)
        assert streams[f"first/{line}"].attrs["priority"] == 1


WITHOUT_150M = (', "hourly/150m"]', "]")
"""What is made of cells may lack a line, which exports must not name then."""
SMALL = small_station(start="2024-03-04T21:02:30Z", **SCHEDULE, analyser={"model": "G2301", "row_stretch": 8.0})


def run_small(folder: Path, *changes: tuple[str, str], options: PicarroSimulation = SMALL) -> tuple[Any, dict[str, bytes]]:
    """Run the small station, with changes to its description."""
    station = write_station(folder, options, *changes)
    (station.parent / "raw" / "rows.dat").write_bytes(log_of(tower_rows(options)))
    finished = run(station).finished
    return finished.flow, exported(finished.out)


def test_an_uncalibrated_gas_is_called_so(tmp_path: Path) -> None:
    """Exports of the other gas are written, those that need a scale refuse it with the reason, and the run is good."""
    flow, exports = run_small(tmp_path, ('ch4 = "WMO CH4 X2004A" }', 'ch4 = "none" }'))
    problems = [str(problem) for problem in flow.problems]
    for exporter in ("icos-atc", "obspack", "wdcgg"):
        told = [problem for problem in problems if problem.startswith(f"exporter '{exporter}': ")]
        assert told
        assert all("CH4" in problem and "CO2" not in problem for problem in told), told
        assert any("calibrat" in problem for problem in told), told
    written = {name for name in exports if name.startswith("ICOS_ATC")}
    assert {name.rpartition(".")[2] for name in written} == {"CO2"}
    assert not any("ch4" in name.lower() for name in exports)
    assert any("co2" in name for name in exports)
    hours, minutes = flow.products["hourly/50m"], flow.calibrated["picarro/50m"]
    assert hours["ch4"].attrs["calibration_scale"] == "none"
    assert hours["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"
    np.testing.assert_array_equal(minutes["ch4"].values, minutes["ch4_raw_dry"].values)
    for name in ("SIM_hourly-50m.csv", "SIM_hourly-50m.nc"):
        assert b"ch4" in exports[name]
    assert "picarro/calibration" in flow.calibrated
    assert not [name for name in flow.calibrated["picarro/calibration"].data_vars if str(name).startswith("ch4")]


def test_a_port_in_no_table_is_told(tmp_path: Path) -> None:
    flow, _ = run_small(tmp_path, ('[[calibrate.ports]]\nport = 3\nline = "150m"\n', ""), WITHOUT_150M, WITHOUT_150M)
    raw = tower_rows(SMALL)
    mine = raw.columns["MPVPosition"] == 3
    first = raw.time[mine][0].astype("M8[s]")
    expected = f"picarro: port 3 is in no table of ports: {mine.sum()} rows are not used, the first at {first}Z"
    assert expected in [str(problem) for problem in flow.problems]
    (table,) = (each for each in flow.tables if each.title == "Rows of picarro")
    assert {row[0]: row[1] for row in table.rows}["no table speaks of the port"] == mine.sum()
    assert "picarro/150m" not in flow.calibrated


def test_a_mask_with_several_valves_is_told(tmp_path: Path) -> None:
    """Read as numbers of ports a mask has ports that are in no table; read as a mask numbers are several valves at once."""
    flow, _ = run_small(tmp_path, ('valve_reading = "number"', 'valve_reading = "mask"'), WITHOUT_150M, WITHOUT_150M)
    raw = tower_rows(SMALL)
    valve = raw.columns["MPVPosition"]
    mine = np.isin(valve, (3, 5, 6, 7, 9, 10))
    told = [str(problem) for problem in flow.problems]
    assert any(f"picarro: several valves of the mask are open, or none: {mine.sum()} rows are not used" in each for each in told), told


def test_a_port_may_settle_longer(tmp_path: Path) -> None:
    """Of one port its own time, of the others that of lines."""
    flow, _ = run_small(tmp_path, ('port = 3\nline = "150m"\n', 'port = 3\nline = "150m"\nstabilisation = "150 s"\n'))
    cells = flow.measured["picarro"]
    port, settled, elapsed = (cells[name].values for name in ("port", "settled", "elapsed"))
    for number, needed in ((1, 60.0), (2, 60.0), (3, 150.0)):
        assert elapsed[(port == number) & (settled == 0)].max() < needed
        assert (elapsed[(port == number) & (settled == 1)] == needed).all()
    n = {line: flow.calibrated[f"picarro/{line}"].sizes["time"] for line in ("10m", "50m", "150m")}
    assert n["150m"] < 0.8 * n["50m"]


def test_check_compares_the_valve_with_the_reader(tmp_path: Path) -> None:
    station = write_station(tmp_path, SMALL, ('valve = "mpv_position"', 'valve = "inlet_number"'))
    (station.parent / "raw" / "rows.dat").write_bytes(b"")
    result = CliRunner().invoke(main, ["check", str(station)])
    assert result.exit_code == 2
    assert "inlet_number" in result.output
