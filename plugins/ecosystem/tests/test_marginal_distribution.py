"""Marginal distribution sampling: record by record as REddyProc and ONEFlux, and as a slow computation where they were not run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from gap_filling_references import PEERS, assert_equals, drivers_of, invented_weather, table
from icos_ecosystem.gap_filling.marginal_distribution import Driver, fill, fill_members
from icos_ecosystem.gap_filling.schedules import ONEFLUX, REDDYPROC, Scheme, scheme_of, steps_of
from slow_gap_filling import slow_fill

if TYPE_CHECKING:
    from pathlib import Path

    from gap_filling_references import Table

COLUMNS = ("_fall", "_fsd", "_fnum", "_fmeth", "_fwin", "_fall_qc")


@pytest.fixture(scope="module")
def year(folder: Path) -> Table:
    return table(folder / "ecosystem_post/input/DE-Tha_1998_HH.csv")


@pytest.fixture(scope="module")
def reddyproc(folder: Path) -> Table:
    return table(folder / PEERS / "reddyproc_mds_nofilter.csv.gz")


@pytest.mark.realdata
@pytest.mark.parametrize(("variable", "drivers"), [("NEE", 3), ("LE", 3), ("H", 3), ("Rg", 0), ("Tair", 1), ("VPD", 1)])
def test_every_record_as_reddyproc(year: Table, reddyproc: Table, variable: str, drivers: int) -> None:
    target = reddyproc[f"{variable}_orig"].to_numpy(np.float64)
    found = fill(target, drivers_of(year)[:drivers], per_day=48, scheme=REDDYPROC)
    assert_equals(found, reddyproc, tuple(variable + each for each in COLUMNS), 1e-9)
    values, quality = found.filled(target)
    np.testing.assert_allclose(values, reddyproc[f"{variable}_f"], rtol=0, atol=1e-9)
    np.testing.assert_array_equal(quality, reddyproc[f"{variable}_fqc"])


@pytest.mark.realdata
def test_every_record_as_reddyproc_after_the_filter(folder: Path, year: Table) -> None:
    peer = table(folder / PEERS / "reddyproc_ustar_mds_partition.csv.gz", usecols=lambda name: name.startswith("NEE_uStar"))
    target = peer["NEE_uStar_orig"].to_numpy(np.float64)
    found = fill(target, drivers_of(year), per_day=48, scheme=REDDYPROC)
    assert_equals(found, peer, tuple(f"NEE_uStar{each}" for each in COLUMNS), 1e-9)


@pytest.mark.realdata
def test_every_record_as_reddyproc_with_the_symmetric_mean(folder: Path, year: Table) -> None:
    peer = table(folder / PEERS / "reddyproc_mds_nofilter_vekuri23.csv.gz")
    found = fill(year["NEE"].to_numpy(np.float64), drivers_of(year), per_day=48, scheme=scheme_of("reddyproc", symmetric=True))
    assert_equals(found, peer, tuple(f"NEE{each}" for each in COLUMNS), 1e-9)


@pytest.mark.realdata
def test_every_record_as_oneflux(folder: Path, year: Table) -> None:
    """Within half of the last digit that gf_mds prints (and what rounding it to binary may add)."""
    peer = table(folder / PEERS / "oneflux_gf_mds_nofilter.csv.gz")
    target = year["NEE"].to_numpy(np.float64)
    found = fill(target, drivers_of(year), per_day=48, scheme=ONEFLUX)
    assert_equals(found, peer, ("HAT", "STDDEV", "SAMPLE", "METHOD", "TIMEWINDOW", "QC_HAT"), 5.0001e-5)
    values, quality = found.filled(target)
    np.testing.assert_allclose(values, peer["FILLED"], rtol=0, atol=5.0001e-5)
    np.testing.assert_array_equal(quality, peer["QC"])


@pytest.mark.realdata
def test_the_symmetric_mean_of_oneflux(year: Table) -> None:
    """What gf_mds 3.0 prints with -symmean (column DT): some records, and mean, spread and distance from the plain mean of all 17,343."""
    target, drivers = year["NEE"].to_numpy(np.float64), drivers_of(year)
    found = fill(target, drivers, per_day=48, scheme=scheme_of("oneflux", symmetric=True))
    printed = {0: 1.39033, 2500: 1.57218, 4700: 2.34586, 6100: 3.67077, 8000: -0.705157, 8020: 4.91984, 9000: -7.46763, 11003: -1.76667}
    assert [found.estimate[row] for row in printed] == pytest.approx(list(printed.values()), abs=5e-6)
    estimate = found.estimate[found.method < 3]
    distance = np.abs(estimate - fill(target, drivers, per_day=48, scheme=ONEFLUX).estimate[found.method < 3])
    assert (estimate.size, estimate.mean()) == (17343, pytest.approx(-1.70915690, abs=1e-6))
    assert (estimate.std(ddof=1), distance.mean()) == (pytest.approx(6.44290275, abs=1e-6), pytest.approx(0.20235796, abs=1e-6))


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("peer", "scheme", "tolerance"),
    [("REddyProc", REDDYPROC, 1e-12), ("REddyProc_Vekuri", scheme_of("reddyproc", symmetric=True), 1e-12), ("ONEFlux", ONEFLUX, 1e-6)],
)
def test_artificial_gaps_are_filled_as_well_as_by_the_peers(folder: Path, year: Table, peer: str, scheme: Scheme, tolerance: float) -> None:
    masks = table(folder / PEERS / "artificial_gap_masks.csv.gz")
    scores = table(folder / PEERS / "artificial_gap_scores.csv").set_index(["scenario", "peer"])
    truth = year["NEE"].to_numpy(np.float64)
    for scenario in masks.columns:
        hidden = masks[scenario].to_numpy(bool)
        found = fill(np.where(hidden, np.nan, truth), drivers_of(year), per_day=48, scheme=scheme, only_gaps=True)
        error = (found.estimate - truth)[hidden & np.isfinite(truth)]
        expected = scores.loc[(scenario, peer)]
        assert error.size == expected["n"]
        assert np.sqrt(np.mean(error**2)) == pytest.approx(expected["rmse"], abs=tolerance)
        assert error.mean() == pytest.approx(expected["bias"], abs=tolerance)


@pytest.mark.realdata
def test_many_filters_at_once(year: Table) -> None:
    target, ustar = year["NEE"].to_numpy(np.float64), year["USTAR"].to_numpy(np.float64)
    survival = np.searchsorted(np.linspace(0.1, 0.9, 41), np.nan_to_num(ustar)).astype(np.int16)
    many = fill_members(target, survival, 41, drivers_of(year), per_day=48, scheme=ONEFLUX)
    for member in (0, 20, 40):
        kept = np.where(survival > member, target, np.nan)
        values, quality = fill(kept, drivers_of(year), per_day=48, scheme=ONEFLUX, only_gaps=True).filled(kept)
        np.testing.assert_allclose(many.values[member], values, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(many.quality[member], quality)


def plain(drivers: list[Driver]) -> list[tuple[np.ndarray, float, float | None]]:
    return [(each.values, each.tolerance, each.tolerance_to) for each in drivers]


@pytest.mark.parametrize(("per_day", "days"), [(24, 100), (48, 34)])
@pytest.mark.parametrize("convention", ["oneflux", "reddyproc"])
@pytest.mark.parametrize("symmetric", [False, True])
def test_as_a_slow_computation(per_day: int, days: int, convention: str, symmetric: bool) -> None:
    """With gaps of two weeks, gaps of drivers, negative radiation, and a series shorter than the windows."""
    target, drivers = invented_weather(days, per_day, per_day)
    target[10 * per_day : 24 * per_day] = np.nan
    drivers[0].values[12 * per_day : 15 * per_day] = np.nan
    drivers[2].values[14 * per_day : 20 * per_day] = np.nan
    scheme = replace(scheme_of(convention, symmetric=symmetric), longest_gap=None)
    found = fill(target, drivers, per_day=per_day, scheme=scheme)
    expected = slow_fill(target, plain(drivers), per_day, convention, symmetric=symmetric)
    assert set(np.unique(found.method)) == {1, 2, 3}
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=0, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("convention", ["oneflux", "reddyproc"])
def test_sparse_series_widen_every_window(convention: str) -> None:
    target, drivers = invented_weather(200, 24, 5, missing=0.99)
    scheme = replace(scheme_of(convention), longest_gap=None)
    found = fill(target, drivers, per_day=24, scheme=scheme)
    # One record of seven is of every hour and lies anywhere between the few that are measured.
    for name, values in slow_fill(target, plain(drivers), 24, convention, every=7).items():
        np.testing.assert_allclose(getattr(found, name)[::7], values, rtol=0, atol=1e-9, err_msg=name)
    assert found.window.max() > 77
    assert (found.quality == 3).any()


@pytest.mark.parametrize("convention", ["oneflux", "reddyproc"])
@pytest.mark.parametrize("symmetric", [False, True])
def test_members_as_each_alone(convention: str, symmetric: bool) -> None:
    target, drivers = invented_weather(120, 24, 7)
    target[20 * 24 : 24 * 70] = np.nan
    survival = np.random.default_rng(2).integers(-1, 9, target.size).astype(np.int16)
    # Of the most severe members whole months are gone.
    survival[: 24 * 85] = np.minimum(survival[: 24 * 85], 5)
    scheme = scheme_of(convention, symmetric=symmetric)
    many = fill_members(target, survival, 8, drivers, per_day=24, scheme=scheme)
    for member in range(8):
        kept = np.where(survival > member, target, np.nan)
        values, quality = fill(kept, drivers, per_day=24, scheme=scheme).filled(kept)
        np.testing.assert_allclose(many.values[member], values, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(many.quality[member], quality)
    assert (many.quality[7] == -1).any() == (convention == "reddyproc")


def test_a_long_gap_is_left_or_filled() -> None:
    target, drivers = invented_weather(366, 24, 3)
    target[100 * 24 : 170 * 24] = np.nan
    target[200 * 24 : 260 * 24] = np.nan
    target[[100 * 24 - 1, 170 * 24, 200 * 24 - 1, 260 * 24]] = 1.0
    left, left_quality = fill(target, drivers, per_day=24, scheme=REDDYPROC).filled(target)
    assert np.flatnonzero(np.isnan(left)).tolist() == list(range(100 * 24, 170 * 24))
    assert set(left_quality[100 * 24 : 170 * 24]) == {-1}
    values, quality = fill(target, drivers, per_day=24, scheme=ONEFLUX).filled(target)
    assert np.isfinite(values).all()
    assert quality[135 * 24 : 136 * 24].min() >= 2


def test_a_driver_that_is_missing_is_as_if_absent() -> None:
    target, drivers = invented_weather(60, 24, 4)
    nothing = Driver(values=np.full(target.size, np.nan), tolerance=1.0)
    for there, fewer in (
        ([drivers[0], nothing, drivers[2]], [drivers[0], drivers[2]]),
        ([drivers[0], nothing, nothing], drivers[:1]),
        ([nothing, nothing], []),
    ):
        with_it, without = (fill(target, each, per_day=24, scheme=ONEFLUX) for each in (there, fewer))
        np.testing.assert_array_equal(with_it.estimate, without.estimate)
        np.testing.assert_array_equal(with_it.method, without.method)
    assert set(fill(target, drivers[:1], per_day=24, scheme=ONEFLUX).method) == {2, 3}
    assert set(fill(target, [], per_day=24, scheme=ONEFLUX).method) == {3}
    assert set(fill(target, [nothing, *drivers[1:]], per_day=24, scheme=ONEFLUX).method) == {1, 3}
    # Without the first driver there are no two sides of it.
    plainly, symmetric = (
        fill(target, [nothing, *drivers[1:]], per_day=24, scheme=scheme_of("reddyproc", symmetric=each)) for each in (False, True)
    )
    np.testing.assert_array_equal(symmetric.estimate, plainly.estimate)


@pytest.mark.parametrize("scheme", [ONEFLUX, REDDYPROC])
@pytest.mark.parametrize("rows", [0, 1, 24 * 30])
def test_nothing_to_fill_from(scheme: Scheme, rows: int) -> None:
    target = np.full(rows, np.nan)
    _, drivers = invented_weather(40, 24)
    drivers = [replace(each, values=each.values[:rows]) for each in drivers]
    found = fill(target, drivers, per_day=24, scheme=scheme)
    assert np.isnan(found.estimate).all()
    assert not found.method.any()
    values, quality = found.filled(target)
    assert np.isnan(values).all()
    assert (quality == -1).all()
    many = fill_members(target, np.full(rows, 3, np.int16), 3, drivers, per_day=24, scheme=scheme)
    assert np.isnan(many.values).all()
    assert (many.quality == -1).all()


def test_only_gaps_are_asked_for() -> None:
    target, drivers = invented_weather(30, 48)
    every, gaps = (fill(target, drivers, per_day=48, scheme=ONEFLUX, only_gaps=only) for only in (False, True))
    missing = np.isnan(target)
    np.testing.assert_array_equal(np.isfinite(gaps.estimate), missing)
    np.testing.assert_array_equal(gaps.estimate[missing], every.estimate[missing])


def test_large_values_lose_no_digits() -> None:
    target, drivers = invented_weather(40, 24)
    survival = np.full(target.size, 2, np.int16)
    near, far = (fill(each, drivers, per_day=24, scheme=ONEFLUX) for each in (target, target + 1e6))
    np.testing.assert_allclose(far.sd, near.sd, rtol=0, atol=1e-8)
    many = fill_members(target + 1e6, survival, 2, drivers, per_day=24, scheme=ONEFLUX)
    np.testing.assert_allclose(many.values[1], far.filled(target + 1e6)[0], rtol=0, atol=1e-8)


def test_schemes_are_free() -> None:
    target, drivers = invented_weather(60, 24, 6)
    narrow = Scheme(steps=steps_of(3, all_drivers=9, first_driver=6, diurnal=(5, 10)), minimum_count=4)
    assert narrow.steps == ((1, 3), (1, 6), (2, 3), (3, 0), (3, 1), (3, 2), (1, 9), (2, 6), (3, 5), (3, 10))
    found = fill(target, drivers, per_day=24, scheme=narrow)
    assert found.count[found.count > 0].min() >= 4
    assert found.window.max() <= 21
    assert ONEFLUX.steps_within(10)[-4:] == ((3, 3), (3, 6), (3, 9), (3, 12))
    assert REDDYPROC.steps_within(10)[-1] == (3, 210)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"minimum_count": 0}, "minimum_count of a scheme must be at least 1"),
        ({"steps": ((4, 1),)}, r"a step of a scheme is a method \(1, 2, 3\)"),
        ({"steps": ((1, 0),)}, r"a step of a scheme is a method \(1, 2, 3\)"),
        ({"diurnal_step": -1}, "must not be negative"),
        ({"symmetric_mean": "yes"}, "must be 'no', 'reddyproc' or 'oneflux'"),
    ],
)
def test_impossible_schemes(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(ONEFLUX, **change)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="positive number of days"):
        steps_of(0)


def test_impossible_arguments() -> None:
    target, drivers = invented_weather(10, 24)
    options = {"per_day": 24, "scheme": ONEFLUX}
    for arguments, words in (
        ((target.reshape(2, -1), drivers), "series of shape"),
        ((target, [replace(drivers[0], values=drivers[0].values[:5])]), "driver 0 must have the shape"),
        ((target, [replace(drivers[0], tolerance=0.0)]), "tolerance of driver 0 must be positive"),
    ):
        with pytest.raises(ValueError, match=words):
            fill(*arguments, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="per_day must be 48"):
        fill(target, drivers, per_day=36, scheme=ONEFLUX)
    with pytest.raises(ValueError, match="survival must have the shape"):
        fill_members(target, np.zeros(3, np.int16), 2, drivers, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="members must be at least 1"):
        fill_members(target, np.zeros(target.size, np.int16), 0, drivers, **options)  # type: ignore[arg-type]
