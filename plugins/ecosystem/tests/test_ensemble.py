"""Versions of a flux over three years with a leap year, constant and yearly thresholds, against a slow computation with pandas."""

# ruff: noqa: PD011  # members are no data frames
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.ensemble.member_percentiles import SHARES, across_members
from icos_ecosystem.ensemble.member_uncertainty import uncertainty_of_member
from icos_ecosystem.ensemble.members import Members, filtered_and_filled
from icos_ecosystem.ensemble.net_exchange import NetExchange, summarise_net_exchange
from icos_ecosystem.ensemble.partitioned import summarise_partitioned
from icos_ecosystem.ensemble.reference_selection import comparable, model_efficiency, select_reference
from icos_ecosystem.gap_filling.marginal_distribution import Driver, fill
from icos_ecosystem.gap_filling.schedules import ONEFLUX, REDDYPROC
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.ustar.filtering import filter_flags
from icos_ecosystem.ustar.pools import PERCENTILES, constant_thresholds, variable_thresholds

CALENDAR = whole_years(2023, 2025, 24)
YEAR = CALENDAR.year - 2023
POTENTIAL = np.maximum(0.0, -900.0 * np.cos(CALENDAR.hour / 3.82) - 300.0 * np.cos(CALENDAR.day_of_year / 58.1))


def weather() -> dict[str, np.ndarray]:
    noise = np.random.default_rng(5)
    sw_in = POTENTIAL * noise.uniform(0.2, 0.8, CALENDAR.size)
    ta = 10.0 - 10.0 * np.cos(CALENDAR.day_of_year / 58.1) + 0.01 * sw_in + noise.normal(0.0, 1.0, CALENDAR.size)
    ustar = noise.gamma(3.0, 0.12, CALENDAR.size)
    nee = 2.0 * 1.07**ta - 12.0 * sw_in / (sw_in + 300.0) - 1.5 * np.exp(-ustar / 0.1) + noise.normal(0.0, 1.0, CALENDAR.size)
    nee[noise.random(CALENDAR.size) < 0.3] = np.nan
    nee[10_000:11_500] = np.nan
    return {"NEE": nee, "USTAR": ustar, "SW_IN": sw_in, "TA": ta, "VPD": 0.5 * np.maximum(ta, 0.0)}


@pytest.fixture(scope="module")
def site() -> dict[str, np.ndarray]:
    return weather()


@pytest.fixture(scope="module")
def drivers(site: dict[str, np.ndarray]) -> list[Driver]:
    tolerances = {"SW_IN": (20.0, 50.0), "TA": (2.5, None), "VPD": (5.0, None)}
    return [Driver(values=site[name], tolerance=near, tolerance_to=far) for name, (near, far) in tolerances.items()]


@pytest.fixture(scope="module")
def thresholds() -> dict[str, np.ndarray]:
    """Constant and yearly thresholds from bootstraps, (years, 41) each."""
    bootstraps = np.random.default_rng(6).normal([[0.15], [0.2], [0.3]], 0.05, (3, 100))
    return {"CUT": np.tile(constant_thresholds(bootstraps), (3, 1)), "VUT": variable_thresholds(bootstraps)}


def members_of(site: dict[str, np.ndarray], drivers: list[Driver], thresholds: np.ndarray, convention: Any = "oneflux") -> Members:
    how: dict[str, Any] = {"sw_in": site["SW_IN"], "per_day": 24, "scheme": ONEFLUX, "convention": convention}
    return filtered_and_filled(site["NEE"], site["USTAR"], thresholds, YEAR, drivers, **how)


@pytest.fixture(scope="module", params=["CUT", "VUT"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def members(site: dict[str, np.ndarray], drivers: list[Driver], thresholds: dict[str, np.ndarray], kind: str) -> Members:
    return members_of(site, drivers, thresholds[kind])


@pytest.fixture(scope="module")
def made(members: Members, drivers: list[Driver]) -> NetExchange:
    return summarise_net_exchange(members, CALENDAR, POTENTIAL, drivers, ONEFLUX)


def test_yearly_thresholds_are_of_the_year_and_its_neighbours() -> None:
    bootstraps = np.random.default_rng(7).random((3, 50))
    found = variable_thresholds(bootstraps)
    for year, pool in enumerate((bootstraps[:2], bootstraps, bootstraps[1:])):
        ordered = np.sort(pool.ravel())
        for share, value in zip(PERCENTILES, found[year], strict=True):
            assert value == ordered[max(int(np.floor(share / 100.0 * ordered.size + 0.5)) - 1, 0)]


@pytest.mark.parametrize("member", [0, 20, 39, 40])
def test_each_version_is_filtered_and_filled_by_itself(
    site: dict[str, np.ndarray],
    drivers: list[Driver],
    thresholds: dict[str, np.ndarray],
    kind: str,
    members: Members,
    member: int,
) -> None:
    low = filter_flags(site["USTAR"], thresholds[kind][YEAR, member], site["SW_IN"], convention="oneflux", year=YEAR) > 0
    kept = np.where(low, np.nan, site["NEE"])
    values, quality = fill(kept, drivers, per_day=24, scheme=ONEFLUX).filled(kept)
    np.testing.assert_allclose(members.values[member], values, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(members.quality[member], quality)


def test_thresholds_between_which_no_record_lies_make_one_version(site: dict[str, np.ndarray], drivers: list[Driver]) -> None:
    rounded = site | {"USTAR": np.round(site["USTAR"], 1)}
    steps = np.linspace(0.11, 0.39, 6)
    found = members_of(rounded, drivers, np.tile([*steps, 0.25], (3, 1)))
    assert found.same_as.tolist() == [0, 0, 2, 2, 4, 4, 2]
    assert found.distinct.tolist() == [0, 2, 4]
    np.testing.assert_array_equal(found.values[0], found.values[1])


def test_no_order_of_the_members_holds_for_all_years(site: dict[str, np.ndarray], drivers: list[Driver]) -> None:
    with pytest.raises(ValueError, match="fall from one to the next"):
        members_of(site, drivers, np.array([[0.1, 0.2, 0.1], [0.3, 0.2, 0.1], [0.1, 0.2, 0.1]]))


def test_a_year_without_thresholds_has_no_measured_record(site: dict[str, np.ndarray], drivers: list[Driver]) -> None:
    of_years = np.tile([0.1, 0.2, 0.3, 0.2], (3, 1))
    of_years[1] = np.nan
    found = members_of(site, drivers, of_years)
    assert not (found.quality[:, YEAR == 1] == 0).any()
    assert (found.quality[:, YEAR != 1] == 0).any()


def labels(resolution: str) -> np.ndarray:
    days = pd.DatetimeIndex(CALENDAR.start[::24].astype("datetime64[s]"))
    week = np.minimum((days.day_of_year - 1) // 7, 51)
    return np.asarray(
        {"dd": np.arange(days.size), "ww": days.year * 100 + week, "mm": days.year * 100 + days.month, "yy": days.year}[resolution]
    )


def slow_members(members: Members, resolution: str) -> pd.DataFrame:
    """Return the members, one a column, by plain means and sums."""
    records = pd.DataFrame(members.values.T)
    if resolution == "hh":
        return records
    days = records.groupby(CALENDAR.day).mean() * 86400.0 * 12.0107e-6
    groups = days.groupby(labels(resolution))
    return (groups.sum() if resolution == "yy" else groups.mean()).reset_index(drop=True)


def slow_percentile(row: np.ndarray, share: int) -> float:
    ordered = sorted(row)
    return float(ordered[max(int(share / 100.0 * len(ordered) + 0.5) - 1, 0)])


def slow_uncertainty(records: pd.Series) -> float:
    return float(np.sqrt((records**2).sum()) / records.count()) if records.count() else np.nan


def slow_reference(values: np.ndarray) -> int:
    sums = []
    for truth in values:
        spread = np.mean((truth - truth.mean()) ** 2)
        sums.append(sum(1.0 - np.mean((truth - other) ** 2) / spread for other in values))
    return int(np.argmax(sums))


def omitted_days(members: Members) -> np.ndarray:
    """Return days with an hour that lies 15 days within a badly filled run of the most severe version."""
    bad = members.quality[39] > 2
    run = np.zeros(CALENDAR.size, bool)
    start = 0
    while start < bad.size:
        stop = start
        while stop < bad.size and bad[stop]:
            stop += 1
        first = start if start == 0 else start + 360
        last = stop if stop == bad.size else stop - 360
        if last - first >= 120:
            run[first:last] = True
        start = stop + 1
    return run


@pytest.mark.parametrize("resolution", ["hh", "dd", "ww", "mm", "yy"])
def test_against_a_slow_computation(members: Members, made: NetExchange, drivers: list[Driver], resolution: str) -> None:
    table, columns = slow_members(members, resolution), made.columns[resolution]
    ensemble = table.iloc[:, :40].to_numpy()
    run = omitted_days(members)
    kept = ~run if resolution == "hh" else ~pd.Series(run).groupby(labels(resolution)[CALENDAR.day]).any().to_numpy()
    assert made.references[resolution] == slow_reference(ensemble[kept].T)
    reference = made.references[resolution]
    assert reference is not None
    np.testing.assert_allclose(columns["REF"], table[reference], rtol=1e-12)
    np.testing.assert_allclose(columns["USTAR50"], table[40], rtol=1e-12)
    np.testing.assert_allclose(columns["MEAN"], ensemble.mean(axis=1), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(columns["SE"], ensemble.std(axis=1, ddof=1) / np.sqrt(40.0), rtol=1e-9, atol=1e-12)
    some = slice(None, None, 97 if resolution == "hh" else 1)
    for share in SHARES:
        expected = [slow_percentile(row, share) for row in ensemble[some]]
        np.testing.assert_allclose(columns[f"{share:02d}"][some], expected, rtol=1e-12, atol=1e-13)
    random = uncertainty_of_member(members, reference, drivers, per_day=24, scheme=ONEFLUX).values
    if resolution != "hh":
        groups = pd.Series(random).groupby(labels(resolution)[CALENDAR.day])
        length = pd.Series(labels(resolution)).value_counts().sort_index().to_numpy() if resolution == "yy" else 1.0
        of_records = groups.agg(slow_uncertainty).to_numpy()
        np.testing.assert_allclose(columns["REF_RANDUNC"], of_records * length * 86400.0 * 12.0107e-6, rtol=1e-9)
        _night_against_a_slow_computation(members, columns, resolution, reference, random)
    if resolution == "dd":
        cumulated = table.iloc[:, :40].groupby(CALENDAR.year[::24]).cumsum().to_numpy()
        for share in (16, 84):
            expected = [slow_percentile(row, share) for row in cumulated]
            np.testing.assert_allclose(columns[f"CUMULATED_{share}"], expected, rtol=1e-9, atol=1e-10)
    spread = (columns["84"] - columns["16"]) / 2.0
    np.testing.assert_allclose(columns["REF_JOINTUNC"], np.sqrt(columns["REF_RANDUNC"] ** 2 + spread**2), rtol=1e-12)


def _night_against_a_slow_computation(
    members: Members, columns: dict[str, np.ndarray], resolution: str, reference: int, random: np.ndarray
) -> None:
    night = POTENTIAL == 0.0
    by = labels(resolution)
    records = pd.DataFrame(members.values[:, night].T).groupby(CALENDAR.day[night])
    nightly = records.mean().groupby(by).mean()
    np.testing.assert_allclose(columns["REF_NIGHT"], nightly[reference], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(columns["REF_NIGHT_SD"], records[reference].std().groupby(by).mean(), rtol=1e-9)
    for share in SHARES:
        expected = [slow_percentile(row, share) for row in nightly.iloc[:, :40].to_numpy()]
        np.testing.assert_allclose(columns[f"{share:02d}_NIGHT"], expected, rtol=1e-9, atol=1e-12)
    good = pd.Series(members.quality[reference][night] < 2).groupby(CALENDAR.day[night]).mean().groupby(by).mean()
    np.testing.assert_allclose(columns["REF_NIGHT_QC"], good, rtol=1e-12)
    groups = pd.Series(random[night]).groupby(by[CALENDAR.day][night])
    expected = groups.agg(slow_uncertainty)
    np.testing.assert_allclose(columns["REF_NIGHT_RANDUNC"], expected, rtol=1e-9)


def test_percentiles_of_members_that_miss_records() -> None:
    values = np.random.default_rng(8).normal(size=(40, 6))
    values[5:, 1] = np.nan
    values[11:, 2] = np.nan
    values[29:, 3] = np.nan
    values[30:, 4] = np.nan
    values[:, 5] = np.nan
    found = across_members(values, least=11, least_for_all=30)
    assert np.isfinite(found.mean).tolist() == [True, False, True, True, True, False]
    assert np.isfinite(found.percentiles).sum(axis=0).tolist() == [7, 0, 3, 3, 7, 0]
    assert found.mean[2] == pytest.approx(values[:11, 2].mean())
    assert found.standard_error[2] == pytest.approx(values[:11, 2].std(ddof=1) / np.sqrt(40.0))
    assert found.percentiles[3, 2] == slow_percentile(values[:11, 2], 50)
    assert (found.picked[:, 5] == -1).all()
    assert np.isnan(found.of_picked(values)[:, 1]).all()


def test_equal_members_are_picked_as_they_come() -> None:
    values = np.ones((40, 1))
    values[7:] = 0.5
    assert across_members(values).picked[:, 0].tolist() == [8, 12, 16, 26, 36, 0, 4]


def test_too_many_members() -> None:
    with pytest.raises(ValueError, match="128 members, expected 1 to 127"):
        across_members(np.zeros((128, 2)))


def test_the_first_of_equal_members_is_the_reference() -> None:
    noise = np.random.default_rng(9)
    values = 5.0 * noise.normal(size=300) + np.abs(np.arange(12) - 5)[:, np.newaxis] * noise.normal(size=(12, 300))
    values[8] = values[5]
    assert select_reference(values) == 5
    efficiency = model_efficiency(values)
    np.testing.assert_allclose(np.diag(efficiency), 1.0, atol=1e-12)
    assert efficiency[3, 5] == pytest.approx(1.0 - np.mean((values[3] - values[5]) ** 2) / values[5].var(), rel=1e-12)


@pytest.mark.parametrize("values", [np.full((12, 30), np.nan), np.ones((12, 30)), np.ones((12, 1)), np.empty((12, 0))])
def test_nothing_to_compare(values: np.ndarray) -> None:
    assert select_reference(values) is None


def test_members_with_few_records_are_not_compared() -> None:
    values = np.random.default_rng(10).normal(size=(12, 100))
    values[3, :20] = np.nan
    values[4, :5] = np.nan
    assert comparable(values).tolist() == [number != 3 for number in range(12)]
    assert comparable(np.full((3, 4), np.nan)).tolist() == [False] * 3


def test_a_partitioned_flux_with_failures() -> None:
    values = np.random.default_rng(11).normal(3.0, 1.0, CALENDAR.size) + 0.1 * np.random.default_rng(12).normal(size=(41, CALENDAR.size))
    values[:, YEAR == 1] = np.nan
    values[35:40, YEAR == 2] = np.nan
    found = summarise_partitioned(values, CALENDAR)
    for resolution, reference in found.references.items():
        assert reference is not None, resolution
        assert reference < 35
    records = YEAR != 1
    assert found.references["hh"] == slow_reference(values[:35, records])
    assert np.isfinite(found.columns["yy"]["MEAN"]).tolist() == [True, False, True]
    days = pd.DataFrame(values[:40].T).groupby(CALENDAR.day).mean() * 86400.0 * 12.0107e-6
    last = days[labels("yy") == 2025].sum(skipna=False)
    assert found.columns["yy"]["MEAN"][2] == pytest.approx(last.mean())
    assert found.columns["yy"]["50"][2] == pytest.approx(slow_percentile(last.dropna().to_numpy(), 50))
    nothing = summarise_partitioned(np.full((41, CALENDAR.size), np.nan), CALENDAR)
    assert set(nothing.references.values()) == {None}
    assert "REF" not in nothing.columns["dd"]


def test_night_only_filter_of_the_other_convention(site: dict[str, np.ndarray], drivers: list[Driver]) -> None:
    how: dict[str, Any] = {"sw_in": site["SW_IN"], "per_day": 24, "scheme": REDDYPROC, "convention": "reddyproc"}
    found = filtered_and_filled(site["NEE"], site["USTAR"], np.tile([0.1, 0.3, 0.2], (3, 1)), YEAR, drivers, **how)
    day = (site["SW_IN"] >= 10.0) & np.isfinite(site["NEE"])
    assert (found.quality[:, day] == 0).all()
    assert ((found.quality[1] == 0) & ~day).sum() < ((found.quality[0] == 0) & ~day).sum()
    gap = slice(10_000 + 400, 11_500 - 400)
    assert np.isnan(found.values[:, gap]).all()
    made = summarise_net_exchange(found, CALENDAR, POTENTIAL, drivers, REDDYPROC)
    assert np.isnan(made.columns["yy"]["MEAN"][1])
    assert np.isfinite(made.columns["yy"]["MEAN"][[0, 2]]).all()
    assert (
        set(np.unique(made.columns["hh"]["REF_QC"][gap][:50])) <= {0.0, 1.0, 2.0, 3.0} or np.isnan(made.columns["hh"]["REF_QC"][gap]).all()
    )
