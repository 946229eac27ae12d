"""Random uncertainty of half-hourly fluxes, and long gaps: as ONEFlux, and as a slow computation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from gap_filling_references import PEERS, drivers_of, invented_weather, table
from icos_ecosystem.gap_filling.flux_random_uncertainty import random_uncertainty
from icos_ecosystem.gap_filling.long_gaps import in_runs_longer_than, long_gap_mask, runs_of
from icos_ecosystem.gap_filling.marginal_distribution import Driver, fill
from icos_ecosystem.gap_filling.schedules import ONEFLUX
from slow_gap_filling import slow_random_uncertainty

if TYPE_CHECKING:
    from pathlib import Path

NEE_PROC = f"{PEERS}/oneflux_nee_proc_DE-Tha"


@pytest.mark.realdata
@pytest.mark.parametrize(("member", "name"), [("41.25", "NEE_ref"), ("50", "NEE_ust50")])
def test_every_record_as_oneflux(folder: Path, member: str, name: str) -> None:
    """The fluxes are filled here: those that nee_proc prints are rounded, and at the edge of a band a digit decides."""
    peer = table(folder / NEE_PROC / "DE-Tha_NEE_hh.csv.gz", usecols=lambda column: column.startswith(name))
    members = table(folder / NEE_PROC / "DE-Tha_NEE_percentiles_y_hh.csv.gz", usecols=[member, f"{member}_qc"])
    drivers = drivers_of(table(folder / PEERS / "oneflux_qc_auto_DE-Tha/DE-Tha_qca_nee_1998.csv.gz", skiprows=10))
    measured = members[f"{member}_qc"].to_numpy() == 0
    kept = np.where(measured, members[member], np.nan)
    filled, quality = fill(kept, drivers, per_day=48, scheme=ONEFLUX, only_gaps=True).filled(kept)
    np.testing.assert_array_equal(quality, members[f"{member}_qc"])
    np.testing.assert_allclose(filled, members[member], rtol=0, atol=5.0001e-5)
    found = random_uncertainty(filled, measured, drivers, per_day=48)
    np.testing.assert_array_equal(found.method, peer[f"{name}_randUnc_method_y"].fillna(0))
    np.testing.assert_array_equal(found.count, peer[f"{name}_randUnc_n_y"].fillna(0))
    np.testing.assert_allclose(found.values, peer[f"{name}_randUnc_y"], rtol=5.0001e-6, atol=0)


@pytest.mark.realdata
def test_the_block_that_the_search_for_the_reference_leaves_out(folder: Path) -> None:
    """Judged by the member of the highest threshold: the only one with a gap of more than 35 days that is filled badly throughout."""
    members = table(folder / NEE_PROC / "DE-Tha_NEE_percentiles_y_hh.csv.gz", usecols=["98.75_qc", "96.25_qc"])
    block = table(folder / NEE_PROC / "DE-Tha_mef_filter_y.txt", skiprows=1)
    start, stop = runs_of(long_gap_mask(members["98.75_qc"].to_numpy(np.int8), per_day=48))
    assert (start.tolist(), stop.tolist()) == (block["ROW_START"].tolist(), block["ROW_END"].tolist()) == ([5086], [9290])
    assert not long_gap_mask(members["96.25_qc"].to_numpy(np.int8), per_day=48).any()


@pytest.mark.parametrize(("per_day", "centred"), [(24, False), (48, False), (48, True)])
def test_as_a_slow_computation(per_day: int, centred: bool) -> None:
    target, drivers = invented_weather(40, per_day, 11)
    target = target * 10.0
    filled, _ = fill(target, drivers, per_day=per_day, scheme=ONEFLUX).filled(target)
    filled[5 * per_day : 7 * per_day] = np.nan
    measured = np.isfinite(target) & np.isfinite(filled)
    found = random_uncertainty(filled, measured, drivers, per_day=per_day, minimum_tolerance=10.0, centred=centred)
    plain = [(each.values, each.tolerance, each.tolerance_to) for each in drivers]
    values, method, count = slow_random_uncertainty(filled, measured, plain, per_day, 10.0, centred=centred)
    np.testing.assert_allclose(found.values, values, rtol=1e-12)
    np.testing.assert_array_equal(found.method, method)
    np.testing.assert_array_equal(found.count, count)
    assert set(method) == {0, 1, 2}


def test_what_is_put_in_comes_out() -> None:
    """White noise of known size: its standard deviation is found, however many records are missing."""
    rows = 24 * 200
    weather = [Driver(values=np.zeros(rows), tolerance=1.0)]
    noise = np.random.default_rng(0).normal(5.0, 1.7, rows)
    found = random_uncertainty(noise, np.arange(rows) % 7 > 2, weather, per_day=24)
    assert np.mean(found.values[found.method == 1]) == pytest.approx(1.7, rel=0.05)
    assert (found.method[np.arange(rows) % 7 <= 2] == 2).all()


def test_nothing_to_judge_by() -> None:
    target, drivers = invented_weather(20, 24)
    nothing = np.full(target.size, np.nan)
    for flux, weather in ((nothing, drivers), (target, []), (target, [replace(drivers[0], values=nothing)]), (target[:0], [])):
        found = random_uncertainty(flux, np.isfinite(flux), weather, per_day=24)
        assert np.isnan(found.values).all()
        assert not found.method.any()
        assert not found.count.any()
    partly = random_uncertainty(target, np.isfinite(target), [replace(drivers[0], values=nothing), *drivers[1:]], per_day=24)
    without = random_uncertainty(target, np.isfinite(target), drivers[1:], per_day=24)
    np.testing.assert_array_equal(partly.values, without.values)


def test_impossible_arguments() -> None:
    target, drivers = invented_weather(10, 24)
    with pytest.raises(ValueError, match="per_day must be 48"):
        random_uncertainty(target, np.isfinite(target), drivers, per_day=36)
    with pytest.raises(ValueError, match="measured must have the shape"):
        random_uncertainty(target, np.ones(3, bool), drivers, per_day=24)
    with pytest.raises(ValueError, match="driver 0 must have the shape"):
        random_uncertainty(target, np.isfinite(target), [replace(drivers[0], values=np.zeros(3))], per_day=24)


def test_runs() -> None:
    condition = np.array([1, 1, 0, 1, 0, 0, 1, 1, 1], bool)
    assert [each.tolist() for each in runs_of(condition)] == [[0, 3, 6], [2, 4, 9]]
    assert in_runs_longer_than(condition, 1).tolist() == [True, True, False, False, False, False, True, True, True]
    assert in_runs_longer_than(condition, 2).tolist() == [False] * 6 + [True] * 3
    assert not in_runs_longer_than(condition[:0], 1).size


@pytest.mark.parametrize(
    ("start", "stop", "taken"),
    [(100, 100 + 35 * 24, (100 + 15 * 24, 100 + 20 * 24)), (100, 99 + 35 * 24, None), (0, 20 * 24, (0, 5 * 24)), (50 * 24, 60 * 24, None)],
)
def test_margins_of_a_long_gap(start: int, stop: int, taken: tuple[int, int] | None) -> None:
    quality = np.zeros(100 * 24, np.int8)
    quality[start:stop] = 3
    expected = np.zeros(quality.size, bool)
    if taken:
        expected[slice(*taken)] = True
    np.testing.assert_array_equal(long_gap_mask(quality, per_day=24), expected)
    np.testing.assert_array_equal(long_gap_mask(np.where(quality == 3, -1, 0).astype(np.int8), per_day=24), expected)
    np.testing.assert_array_equal(long_gap_mask(quality[::-1], per_day=24), expected[::-1])
    assert not long_gap_mask(quality, per_day=24, worst=3).any()


def test_a_series_of_nothing_is_all_long_gap() -> None:
    assert long_gap_mask(np.full(24 * 10, -1, np.int8), per_day=24).all()
