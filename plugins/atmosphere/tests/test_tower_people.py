"""What people say of a tower: letters of hours, how far a flag reaches, and that withdrawing it leaves no trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import atc_portal
import numpy as np
import pytest
from click.testing import CliRunner
from icos_atmosphere.atc_flags import LETTERS, atc_letters
from icos_atmosphere.simulators.picarro import small_station
from simulated_towers import exported, log_of, run, tower_rows, without_figures, write_station

from icos_core.cli import main
from icos_core.flags import PROPAGATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.running.flow import Flow

# Three calibrations, 7 h apart; the valve switches at half minutes, so that some minutes begin while a sample settles.
STATION = small_station(
    start="2024-03-04T18:02:30Z",
    duration="15.5 h",
    calibration={"first": "15 min", "every": "7 h", "cycles": 2, "injection": "4 min"},
    analyser={"model": "G2301", "row_stretch": 6.0},
)
SETTLING, DELAY = np.timedelta64(60, "s"), np.timedelta64(15, "s")
"""Of the line 50m, which is on port 2."""
MINUTE = np.timedelta64(1, "m")


class Tower(NamedTuple):
    """A tower that was run without any flag."""

    station: Path
    flow: Flow
    exports: dict[str, bytes]

    @property
    def streams(self) -> dict[str, xr.Dataset]:
        """Calibrated streams and products."""
        return {**self.flow.calibrated, **self.flow.products}


def again(station: Path) -> Tower:
    """Run a station in the folder of the runs before."""
    finished = run(station).finished
    return Tower(station, finished.flow if finished.flow is not None else finished.again(), exported(finished.out))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    without_figures(monkeypatch)


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Tower:
    station = write_station(tmp_path_factory.mktemp("tower"), STATION)
    (station.parent / "raw" / "rows.dat").write_bytes(log_of(tower_rows(STATION)))
    with pytest.MonkeyPatch.context() as patch:
        without_figures(patch)
        return again(station)


def icos(*arguments: object) -> str:
    """Run the command, which succeeds, and return what it prints."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def flag(tower: Tower) -> Iterator[Callable[..., str]]:
    """Flag by ``icos flag add``; whatever was flagged is withdrawn by ``icos flag withdraw``, after which every byte is as before."""
    added: list[str] = []

    def add(stream: str, variable: str, start: object, end: object, word: str) -> str:
        moments = ("--from", f"{np.datetime64(start, 'ms')}Z", "--to", f"{np.datetime64(end, 'ms')}Z")
        said = icos(
            *("flag", "add", tower.station, "--stream", stream, "--variable", variable),
            *moments,
            *("--flag", word, "--who", "Institute", "--why", "a look at the tower"),
        )
        identifier, _, rest = said.partition(": ")
        assert rest.startswith(f"{stream} {variable} {word} from ")
        added.append(identifier)
        return identifier

    yield add
    listed = json.loads(icos("flag", "list", tower.station, "--json"))
    assert [each["id"] for each in listed] == added
    icos("flag", "withdraw", tower.station, *added, "--who", "Institute", "--why", "only a test")
    assert "no flags" in icos("flag", "list", tower.station)
    assert {*added} <= {each["id"] for each in json.loads(icos("flag", "list", tower.station, "--all", "--json"))}
    assert again(tower.station).exports == tower.exports


def letters_of_file(content: bytes) -> dict[str, str]:
    """Return hour → letter of a file of the Thematic Centre, by the rules of the Carbon Portal."""
    _, rows = atc_portal.parse(content)
    return {row["TIMESTAMP"].strftime("%Y-%m-%dT%H"): row["Flag"] for row in rows}


def changed(before: xr.Dataset, after: xr.Dataset, *names: str) -> NDArray[np.bool_]:
    """Return the rows in which one of some columns has not the same bits."""
    np.testing.assert_array_equal(after["time"].values, before["time"].values)
    rows = np.zeros(before.sizes["time"], dtype=bool)
    for name in names:
        left, right = before[name].values, after[name].values
        rows |= ~((left == right) | ((left != left) & (right != right)))  # noqa: PLR0124  # NaN equals NaN here
    return rows


def rows_of_minutes(start: str, end: str) -> tuple[int, int, int]:
    """Count, of the raw rows alone, minutes and settled rows of the line 50m whose minute began at the inlet in a time; and new CO2."""
    raw = tower_rows(STATION)
    valve = raw.columns["MPVPosition"]
    begins = np.append(True, (valve[1:] != valve[:-1]) | (np.diff(raw.time) > 5 * MINUTE))
    since = raw.time[np.maximum.accumulate(np.where(begins, np.arange(valve.size), 0))]
    minute = raw.time.astype("M8[m]")
    at_inlet = minute - DELAY
    mine = (valve == 2) & (raw.time - since >= SETTLING) & (at_inlet >= np.datetime64(start)) & (at_inlet < np.datetime64(end))
    dry = raw.columns["CO2_dry"]
    return np.unique(minute[mine]).size, int(mine.sum()), int((mine & np.append(True, dry[1:] != dry[:-1])).sum())


def test_flags_on_hours_reach_minutes_and_rows(tower: Tower, flag: Callable[..., str]) -> None:
    spoken = {
        flag("hourly/50m", "co2", "2024-03-05T01:00", "2024-03-05T03:00", "bad"): ("H", "2024-03-05T01:00", "2024-03-05T03:00"),
        flag("hourly/50m", "co2", "2024-03-05T03:00", "2024-03-05T04:00", "accept"): ("R", "2024-03-05T03:00", "2024-03-05T04:00"),
        flag("hourly/50m", "co2", "2024-03-05T05:00", "2024-03-05T06:00", "good"): ("R", "2024-03-05T05:00", "2024-03-05T06:00"),
    }
    made = again(tower.station)

    (name,) = (name for name in made.exports if name.startswith("ICOS_ATC") and "_50.0_" in name and name.endswith(".CO2"))
    before, after = letters_of_file(tower.exports[name]), letters_of_file(made.exports[name])
    assert set(before.values()) == {"U"}
    expected = {"2024-03-05T01": "K", "2024-03-05T02": "K", "2024-03-05T03": "O", "2024-03-05T05": "O"}
    assert {hour: letter for hour, letter in after.items() if letter != "U"} == expected
    others = {name for name, content in made.exports.items() if content != tower.exports[name]}
    assert {name for name in others if name.startswith("ICOS_ATC")} == {name}

    minutes, hours = made.streams["picarro/50m"], made.streams["hourly/50m"]
    hour = minutes["time"].values.astype("M8[h]").astype(str)
    told = {"K": "H", "O": "R"}
    assert [LETTERS[code] for code in atc_letters(minutes, "co2")] == [told.get(expected.get(each, ""), "U") for each in hour]
    assert ((minutes["co2_flag_origin"].values == PROPAGATED) == np.isin(hour, list(expected))).all()
    for other, gas in (("picarro/50m", "ch4"), ("picarro/10m", "co2"), ("picarro/150m", "co2")):
        assert not changed(tower.streams[other], made.streams[other], gas, f"{gas}_flag", f"{gas}_flag_origin").any()
    # What a person says of an hour takes nothing out of it, and the day leaves it out.
    assert not changed(tower.streams["hourly/50m"], hours, "co2", "co2_n", "co2_uncertainty").any()
    assert changed(tower.streams["daily/50m"], made.streams["daily/50m"], "co2").any()

    (table,) = (each for each in made.flow.tables if each.title.startswith("People's flags on hours, propagated to the rows of"))
    rows = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert set(rows) == set(spoken)
    for identifier, (letter, start, end) in spoken.items():
        found = rows[identifier]
        assert (found["line"], found["gas"], found["letter"]) == ("50m", "CO2", letter)
        count, raw, _ = rows_of_minutes(start, end)
        assert (found["minutes"], found["raw rows"]) == (count, raw)
        assert start <= found["first"] < found["last"] <= end
    assert sum(row["raw rows"] for row in rows.values()) > 500


@pytest.mark.parametrize(("sequence", "first", "last"), [(0, None, 1), (2, 1, None), (1, 0, 2)])
def test_a_flag_on_an_injection_changes_what_its_calibration_reaches(
    tower: Tower, flag: Callable[..., str], sequence: int, first: int | None, last: int | None
) -> None:
    """Values from the calibration before it to the one after it, and of that gas alone."""
    injections, knots = tower.streams["picarro/injections"], tower.streams["picarro/calibration"]["time"].values
    mine = np.flatnonzero(
        (injections["sequence"].values == sequence) & (injections["cycle"].values == 2) & (injections["cylinder"].values == 1)
    )
    (moment,) = injections["time"].values[mine]
    flag("picarro/injections", "co2_measured", moment, moment + MINUTE, "bad")
    made = again(tower.station)
    assert made.streams["picarro/calibration"]["co2_cylinders"].values.tolist() == [3 if each == sequence else 4 for each in range(3)]
    start = np.datetime64("1970", "ns") if first is None else knots[first]
    end = np.datetime64("2100", "ns") if last is None else knots[last]
    for line in STATION.lines:
        before, after = (each.streams[f"picarro/{line.name}"] for each in (tower, made))
        delay = np.timedelta64(line.transport_delay, "s")
        middle = before["time"].values + delay + MINUTE // 2
        reached = (middle > start) & (middle < end) & np.isfinite(before["co2"].values)
        assert (changed(before, after, "co2") == reached).all()
        assert not changed(before, after, "co2_raw_dry", "ch4", "ch4_uncertainty").any()
        hours = [each.streams[f"hourly/{line.name}"] for each in (tower, made)]
        of_reached = np.unique(before["time"].values[reached].astype("M8[h]"))
        assert (changed(*hours, "co2") == np.isin(hours[0]["time"].values.astype("M8[h]"), of_reached)).all()


def test_a_flag_on_the_first_cycle_changes_nothing(tower: Tower, flag: Callable[..., str]) -> None:
    """It only conditions, whatever is said of it."""
    injections = tower.streams["picarro/injections"]
    moment = injections["time"].values[(injections["sequence"].values == 1) & (injections["cycle"].values == 1)][0]
    flag("picarro/injections", "co2_measured", moment, moment + MINUTE, "bad")
    assert again(tower.station).exports == tower.exports


def test_a_flag_on_rows_takes_just_them_out_of_a_minute(tower: Tower, flag: Callable[..., str]) -> None:
    raw = tower_rows(STATION)
    minutes = tower.streams["picarro/50m"]
    full = np.flatnonzero(minutes["co2_n"].values == minutes["co2_n"].values.max())
    at = full[full.size // 2]
    clock = minutes["time"].values[at] + DELAY
    dry = raw.columns["CO2_dry"]
    new = np.append(True, dry[1:] != dry[:-1]) & (raw.time >= clock) & (raw.time < clock + MINUTE)
    readings = np.flatnonzero(new)
    assert readings.size == minutes["co2_n"].values[at] >= 3
    flag("picarro", "co2_dry", raw.time[readings[1]], raw.time[readings[1]] + np.timedelta64(1, "ms"), "bad")
    made = again(tower.station)
    after = made.streams["picarro/50m"]
    assert np.flatnonzero(changed(minutes, after, "co2_raw_dry", "co2_n")).tolist() == [at]
    assert after["co2_n"].values[at] == readings.size - 1
    assert after["co2_raw_dry"].values[at] == pytest.approx(np.delete(dry[readings], 1).mean(), rel=1e-9)
    assert not changed(minutes, after, "ch4", "ch4_n", "h2o", "cavity_pressure").any()
    for other in ("picarro/10m", "picarro/150m"):
        assert not changed(tower.streams[other], made.streams[other], "co2_raw_dry", "co2_n").any()


def test_a_flag_that_meets_nothing_is_told(tower: Tower, flag: Callable[..., str]) -> None:
    identifier = flag("hourly/50m", "co2", "2030-01-01", "2030-01-02", "bad")
    again(tower.station)
    manifest = json.loads((tower.station.parent / "output" / "manifest.json").read_text(encoding="utf-8"))
    assert [(each["id"], each["rows_met"]) for each in manifest["people_flags"] if not each["withdrawn"]] == [(identifier, 0)]


def test_a_name_that_is_not_there_is_refused(tower: Tower) -> None:
    arguments = ("--from", "2024-03-05T01:00Z", "--to", "2024-03-05T02:00Z", "--flag", "bad", "--who", "Institute", "--why", "a try")
    wrong = CliRunner().invoke(
        main, ["flag", "add", str(tower.station), "--stream", "picarro/injection", "--variable", "co2_measured", *arguments]
    )
    assert wrong.exit_code == 2
    assert "did you mean 'picarro/injections'?" in wrong.output
    wrong = CliRunner().invoke(main, ["flag", "add", str(tower.station), "--stream", "hourly/50m", "--variable", "c02", *arguments])
    assert wrong.exit_code == 2
    assert "did you mean 'co2'?" in wrong.output
