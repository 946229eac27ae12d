"""Shifts in time: declared ones are applied, proposed ones never."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import ValidationError

from icos_core import DataError, Outcome, Variable
from icos_core.corrections.time_shift import CALIBRATOR, calibrate, provides, requires
from icos_core.corrections.time_shift_options import TimeShiftOptions
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags, decode_bits
from icos_core.testing import CalibratorContract, example_context, example_stream

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

GOOD, NOT_EVALUATED, BAD, MISSING = 1, 2, 4, 9
START = np.datetime64("2024-03-01T00:00", "ns")
NAN = np.nan
RUN_TYPE = Variable(name="run_type", dtype="int8", flag_values=(1, 2), flag_meanings=("EQU", "ATM"))


def stream(step: float = 60.0, units: str = "degree_C", levels: Any = None, **values: Any) -> xr.Dataset:
    words = [Variable(name=name, units=units) for name in values if name != "run_type"]
    rows = len(next(iter(values.values())))
    time = START + (np.arange(rows) * step * 1e9).astype("timedelta64[ns]")
    found = make_stream(
        time, {name: np.asarray(each, dtype=None if name == "run_type" else float) for name, each in values.items()}, [*words, RUN_TYPE]
    )
    outcomes = [] if levels is None else [Outcome(variable="sst", name="range", level=np.array(levels, dtype=np.int8))]
    apply_flags(found, outcomes)
    return found


def options(*shifts: dict[str, Any], propose: Any = ()) -> TimeShiftOptions:
    return TimeShiftOptions.model_validate({"shift": [{"variables": ["sst"], **each} for each in shifts], "propose": propose})


def shifted(given: xr.Dataset, *shifts: dict[str, Any]) -> tuple[xr.Dataset, Any]:
    result = calibrate({"ship": given}, options(*shifts), example_context())
    ship = result.streams["ship"].copy()
    apply_flags(ship, result.outcomes)
    return ship, result


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (60, [11, 12, 13, 14, NAN]),
        (-60, [NAN, 10, 11, 12, 13]),
        (30, [10.5, 11.5, 12.5, 13.5, NAN]),
        (-90, [NAN, NAN, 10.5, 11.5, 12.5]),
        (0, [10, 11, 12, 13, 14]),
        (0.6, [10.01, 11.01, 12.01, 13.01, NAN]),
    ],
)
def test_the_value_becomes_the_one_measured_seconds_later(seconds: float, expected: list[float]) -> None:
    ship, result = shifted(stream(sst=[10, 11, 12, 13, 14], salinity=[30, 31, 32, 33, 34]), {"seconds": seconds})
    np.testing.assert_allclose(ship["sst"], expected)
    np.testing.assert_array_equal(ship["salinity"], [30, 31, 32, 33, 34])
    assert result.tables[0].rows == (("ship", "sst", seconds, int(np.isfinite(expected).sum())),)


def test_only_good_values_within_the_limit_are_used() -> None:
    given = stream(sst=[10, 11, 99, 13, 14, NAN, NAN, NAN, 18, 19], levels=[1, 1, 4, 1, 1, 2, 2, 2, 1, 1])
    ship, _ = shifted(given, {"seconds": 30, "limit": "90 s"})
    np.testing.assert_allclose(ship["sst"], [10.5, 11.5, 12.5, 13.5, NAN, NAN, NAN, NAN, 18.5, NAN])
    assert ship["sst_flag"].values.tolist() == [GOOD] * 4 + [MISSING] * 4 + [GOOD, MISSING]
    assert ship["sst_source"].values[[0, 8]].tolist() == [1, 1]


def test_bits_of_measured_values_do_not_stay_behind() -> None:
    ship, _ = shifted(stream(sst=[10, 11, 12, 13], levels=[1, 4, 1, 2]), {"seconds": 60, "limit": "2 min"})
    np.testing.assert_allclose(ship["sst"], [11, 12, 13, NAN])
    assert decode_bits(ship, "sst_tests")["range_bad"].tolist() == [False] * 4
    # The first is interpolated between good values, the third comes from one that was not evaluated.
    assert ship["sst_flag"].values.tolist() == [GOOD, GOOD, NOT_EVALUATED, MISSING]
    assert decode_bits(ship, "sst_evaluated")["time_shift"].tolist() == [True, True, False, False]


def test_directions_are_shifted_along_the_shorter_arc() -> None:
    ship, _ = shifted(stream(sst=[350, 10, 30], units="degree"), {"seconds": 30})
    np.testing.assert_allclose(ship["sst"], [0, 20, NAN], atol=1e-9)


def test_uncertainties_go_along() -> None:
    given = stream(sst=[10, 11, 12]).assign(sst_uncertainty=("time", [0.1, 0.2, 0.3], {"units": "degree_C"}))
    ship, _ = shifted(given, {"seconds": 30})
    np.testing.assert_allclose(ship["sst_uncertainty"], [0.15, 0.25, NAN])
    assert ship["sst_uncertainty"].attrs == {"units": "degree_C"}


def test_a_shift_holds_for_its_validity() -> None:
    moment = "2024-03-01T00:02:00Z"
    given = stream(sst=[10, 11, 12, 13, 14], levels=[1, 4, 1, 1, 1])
    ship, _ = shifted(given, {"seconds": 60, "valid_from": moment})
    np.testing.assert_allclose(ship["sst"], [10, 11, 13, 14, NAN])
    assert ship["sst_flag"].values.tolist() == [GOOD, BAD, GOOD, GOOD, MISSING]
    both, _ = shifted(given, {"seconds": 120, "valid_to": moment}, {"seconds": 60, "valid_from": moment})
    np.testing.assert_allclose(both["sst"], [12, 13, 13, 14, NAN])


def test_a_variable_that_a_reader_has_interpolated_keeps_its_codes() -> None:
    given = stream(sst=[10, 11, 12])
    given["sst_source"] = (
        "time",
        np.array([0, 5, 0], dtype=np.int8),
        {"flag_values": np.array([0, 5], dtype=np.int8), "flag_meanings": "a b"},
    )
    assert shifted(given, {"seconds": 30})[0]["sst_source"].values.tolist() == [0, 5, 0]


def cruise(lag: float, rows: int = 1200, noise: float = 0.2, step: float = 100.0) -> dict[str, Any]:
    """Return the SST of a cruise and an equilibrator that sees the same water `lag` s later; it changes by about 1 in 100 s."""
    random = np.random.default_rng(7)
    fine = np.arange(-1000.0, rows * step + 1000.0, 10.0)
    rate = np.convolve(random.standard_normal(fine.size), np.exp(-0.5 * (np.arange(-60, 61) / 15) ** 2), mode="same")
    walk = np.cumsum(rate)
    walk /= np.std(walk[10:] - walk[:-10])
    time = np.arange(rows) * step
    scatter = noise * random.standard_normal((2, rows))
    return {"sst": np.interp(time, fine, walk) + scatter[0], "warmth": np.interp(time - lag, fine, walk) + scatter[1]}


def proposals(given: xr.Dataset, **more: Any) -> tuple[dict[str, Any], Any]:
    result = calibrate({"ship": given}, options(propose=[{"variable": "sst", "against": "warmth", **more}]), example_context())
    [table] = result.tables
    return dict(zip(table.columns, table.rows[0], strict=True)), result


@pytest.mark.parametrize(("lag", "word"), [(130.0, "leads"), (-250.0, "lags")])
def test_a_proposal_names_who_leads_and_what_to_declare(lag: float, word: str) -> None:
    given = stream(step=100.0, **cruise(lag))
    row, result = proposals(given)
    assert row["leads by (s)"] == pytest.approx(lag, abs=15)
    assert row["found"] == f"sst {word} warmth by {abs(row['leads by (s)'])} s"
    assert row["confidence"] == "high"
    # Nothing is applied ...
    assert result.streams == {}
    assert result.outcomes == ()
    # ... and what would be declared brings the two together.
    ship, _ = shifted(given, {"seconds": row["seconds to declare"]})
    before, after = (np.nanstd(np.diff(each["sst"] - given["warmth"])) for each in (given, ship))
    assert after < 0.6 * before
    assert abs(proposals(ship)[0]["leads by (s)"]) < 15


def test_only_rows_that_are_asked_for() -> None:
    """The equilibrator's reading means nothing while air is measured."""
    values = cruise(130.0)
    air = np.arange(1200) % 40 >= 20
    values["warmth"][air] = np.random.default_rng(1).normal(0, 50, int(air.sum()))
    given = stream(step=100.0, **values, run_type=np.where(air, 2, 1).astype("int8"))
    row, _ = proposals(given, where={"run_type": ["EQU"]}, gap="3 min")
    assert row["leads by (s)"] == pytest.approx(130, abs=20)
    with pytest.raises(DataError, match="nearest: 'EQU'"):
        proposals(given, where={"run_type": ["EQUI"]})


@pytest.mark.parametrize("more", [{}, {"average": "30 s"}])
def test_rows_that_are_close_are_averaged(more: dict[str, str]) -> None:
    """Rows of 4 s: the noise of neighbours is many times what changes between them."""
    row, _ = proposals(stream(step=4.0, **cruise(130.0, rows=40_000, noise=0.3, step=4.0)), **more)
    assert row["leads by (s)"] == pytest.approx(130, abs=5)


def test_rows_that_are_not_averaged_say_less() -> None:
    given = stream(step=4.0, **cruise(130.0, rows=40_000, noise=0.3, step=4.0))
    smoothed, raw = (proposals(given, average=each)[0]["correlation there"] for each in ("30 s", "1 s"))
    assert raw < 0.1
    assert smoothed > 0.5


def test_directions_are_compared_on_the_circle() -> None:
    values = {name: each * 30 % 360 for name, each in cruise(130.0, noise=0.05).items()}
    assert proposals(stream(step=100.0, units="degree", **values))[0]["leads by (s)"] == pytest.approx(130, abs=15)


@pytest.mark.parametrize(
    ("values", "more", "reason"),
    [
        (cruise(130.0, rows=80), {}, "too few pairs"),
        ({name: np.full(5, NAN) for name in ("sst", "warmth")}, {}, "too few pairs"),
        (cruise(885.0), {}, "peak at the edge of the window"),
        ({"sst": cruise(0.0)["sst"], "warmth": np.random.default_rng(9).normal(size=1200)}, {}, "no correlation beyond chance"),
    ],
)
def test_no_proposal_and_why(values: dict[str, Any], more: dict[str, Any], reason: str) -> None:
    row, _ = proposals(stream(step=100.0, **values), **more)
    assert (row["found"], row["confidence"], row["reason"]) == ("no proposal", "none", reason)
    assert row["seconds to declare"] == ""


def test_weak_or_vague_proposals_say_so() -> None:
    row, _ = proposals(stream(step=100.0, **cruise(0.0, noise=1.0)))
    assert row["confidence"] == "low"
    assert row["reason"].startswith("weak correlation")
    assert row["reason"].endswith("not different from no shift")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "shift or propose"),
        ({"shift": [{"variables": [], "seconds": 1}]}, "at least 1"),
        ({"shift": [{"variables": ["sst"], "seconds": 90000}]}, "86400"),
        ({"shift": [{"variables": ["sst"], "seconds": 1, "limit": 0}]}, "greater than"),
        (
            {"shift": [{"variables": ["sst", "a"], "seconds": 1}, {"variables": ["sst"], "seconds": 2}]},
            "shifts of 'sst' that do not overlap; 1 s and 2 s do",
        ),
        ({"propose": [{"variable": "sst", "against": "sst"}]}, "another variable than 'sst'"),
        ({"propose": [{"variable": "sst", "against": "a", "window": "1 d", "average": "1 s"}]}, "at least a 2000th of the window"),
    ],
)
def test_mistakes_are_refused(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TimeShiftOptions.model_validate(table)


def test_what_is_declared() -> None:
    given = options({"seconds": 1, "stream": "ship"}, propose=[{"variable": "sst", "against": "warmth", "where": {"run_type": "EQU"}}])
    needed = {name: [each.name for each in every] for name, every in requires(given).items()}
    assert needed == {"ship": ["sst"], "*": ["sst", "warmth", "run_type"]}
    assert provides(given) == {}


def test_further_dimensions_cannot_be_shifted() -> None:
    given = stream(warmth=[1.0, 2.0]).assign(sst=(("time", "depth"), np.zeros((2, 2))))
    with pytest.raises(DataError, match=r"dimensions \('time', 'depth'\)"):
        calibrate({"ship": given}, options({"seconds": 1}), example_context())
    with pytest.raises(DataError, match=r"dimensions \('time', 'depth'\)"):
        proposals(given)


WORDS = (
    Variable(name="sst", units="degree_C"),
    Variable(name="warmth", units="degree_C"),
    Variable(name="sst_uncertainty", units="degree_C"),
)


class TestContract(CalibratorContract):
    """Variables are handed on as the words they are, so what the test's stream has is declared here."""

    calibrator = replace(CALIBRATOR, provides=lambda _options: {"*": WORDS})

    def measured(self, folder: Path) -> tuple[dict[str, xr.Dataset], BaseModel]:
        assert folder.is_dir()
        return {"ship": example_stream(WORDS[:2])}, options({"seconds": 100}, propose=[{"variable": "sst", "against": "warmth"}])
