"""Spikes by the standard deviation of the background: against a plain reading of the method, and on two real days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icos_atmosphere.spikes import WEEK, background_deviation, spikes_sd
from raw_days import raw_days

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

MINUTE = 60 * 10**9
MONDAY = int(np.datetime64("2024-01-01", "ns").astype(np.int64))  # it was one


def minutes(count: int, start: int = MONDAY) -> NDArray[np.int64]:
    return start + np.arange(count) * MINUTE


def read_plainly(time: NDArray[np.int64], values: FloatArray, alpha: float, gap: float, min_count: int) -> list[bool]:
    """The method as it is written, value by value."""
    spikes: list[bool] = []
    weeks = pd.to_datetime(time, utc=True).tz_localize(None).to_period("W-SUN")
    for week in weeks.unique():
        rows = np.flatnonzero(weeks == week)
        part = pd.Series(values[rows])
        inner = part[part.between(part.quantile(0.25), part.quantile(0.75))]
        sigma = inner.std() if part.size >= min_count else np.nan
        unflagged, n = np.nan, 0
        for row in rows:
            begins = row == rows[0] or time[row] - time[row - 1] > gap * 1e9
            if begins or not sigma > 0 or not values[row] >= unflagged + alpha * sigma + np.sqrt(n) * sigma:
                unflagged, n = values[row], 0
                spikes.append(False)
            else:
                n += 1
                spikes.append(True)
    return spikes


def test_a_plume_above_a_quiet_background() -> None:
    """A background that rises and falls evenly between 0 and 1 has the deviation of a uniform distribution from 1/4 to 3/4."""
    background = np.abs(np.linspace(-1.0, 1.0, 4001))
    sigma = background_deviation(background)
    assert sigma == pytest.approx(0.5 / np.sqrt(12.0), rel=2e-3)  # two values of each height, 1/2000 apart
    values = np.concatenate((background, 1.0 + sigma * np.array([0.9, 2.0, 3.0, 3.2, 3.7, 0.0])))
    found = spikes_sd(minutes(values.size), values, 1.0)
    # 0.9 is no rise by α σ. From there 1.1 ≥ α + √0 and 2.1 ≥ α + √1; 2.3 is below α + √2; from there 0.5 is no rise by α σ.
    assert found.spike[-6:].tolist() == [False, True, True, False, False, False]
    assert not found.spike[:-6].any()
    assert found.evaluated.all()


@given(
    st.lists(st.integers(-20, 40), min_size=1, max_size=150),
    st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 60]),
)
def test_runs_are_those_of_the_plain_method(steps: list[int], alpha: float, seed: int, min_count: int) -> None:
    rng = np.random.default_rng(seed)
    values = 400.0 + 0.1 * np.cumsum(steps)
    # Over the end of a week, with gaps now and then.
    times = np.cumsum(np.where(rng.random(values.size) < 0.05, 200, 1)) * MINUTE + MONDAY + int(WEEK * 1e9) - 60 * MINUTE
    found = spikes_sd(times, values, alpha, min_count=min_count)
    assert found.spike.tolist() == read_plainly(times, values, alpha, 3600.0, min_count)


def test_a_long_plume_is_followed_to_its_end() -> None:
    rng = np.random.default_rng(1)
    values = 400.0 + rng.normal(0.0, 0.1, 3000)
    values[1000:1500] += 50.0
    found = spikes_sd(minutes(3000), values, 3.0)
    assert found.spike[1000:1500].all()
    assert found.spike.tolist() == read_plainly(minutes(3000), values, 3.0, 3600.0, 60)


def test_a_drop_is_no_spike() -> None:
    values = 400.0 + np.random.default_rng(2).normal(0.0, 0.1, 500)
    values[200:] -= 20.0
    assert not spikes_sd(minutes(500), values, 20.0).spike.any()


def test_a_gap_begins_anew() -> None:
    """The first value after more than an hour is compared with nothing; within an hour it is."""
    values = 400.0 + np.random.default_rng(3).normal(0.0, 0.1, 400)
    values[300:] += 5.0
    for gap, begins in ((59, True), (61, False)):
        times = minutes(400)
        times[300:] += gap * MINUTE
        assert spikes_sd(times, values, 3.0).spike[300] == begins


def test_windows_do_not_know_each_other() -> None:
    rng = np.random.default_rng(4)
    values = 400.0 + rng.normal(0.0, 0.1, 2 * 10_080)
    values[10_080:] += rng.normal(0.0, 3.0, 10_080)
    both = spikes_sd(minutes(values.size), values, 1.0)
    second = spikes_sd(minutes(10_080, MONDAY + int(WEEK * 1e9)), values[10_080:], 1.0)
    assert both.spike[10_080:].tolist() == second.spike.tolist()
    assert both.spike.tolist() == read_plainly(minutes(values.size), values, 1.0, 3600.0, 60)


@pytest.mark.parametrize("values", [np.full(100, 400.0), np.arange(59.0), np.empty(0)], ids=["constant", "few", "none"])
def test_without_a_background_nothing_is_evaluated(values: FloatArray) -> None:
    found = spikes_sd(minutes(values.size), values, 1.0)
    assert not found.evaluated.any()
    assert not found.spike.any()
    assert found.spike.shape == values.shape


def test_deviation_needs_two_values() -> None:
    assert np.isnan(background_deviation(np.array([400.0])))
    assert background_deviation(np.array([1.0, 2.0, 3.0, 4.0, 100.0])) == pytest.approx(1.0)


def ambient_minutes(real_data: Path) -> pd.DataFrame:
    """Minute means of the two days as the reference describes them, by pandas alone."""
    rows = raw_days(real_data)
    time, valve = rows["EPOCH_TIME"], rows["solenoid_valves"]
    segment = (valve != valve.shift()).cumsum()
    flushed = time - time.groupby(segment).transform("first") >= 300.0
    in_order = ((rows["CavityPressure"] - 140.0).abs() <= 0.1) & ((rows["CavityTemp"] - 45.0).abs() <= 0.02)
    kept = rows[(valve == 1) & flushed & in_order & (rows["species"] == 3)]
    means = kept.groupby((kept["EPOCH_TIME"] // 60).astype("int64"))[["CO2_dry", "CH4_dry"]].mean()
    return pd.DataFrame({"co2": means["CO2_dry"], "ch4": 1000.0 * means["CH4_dry"]})


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("gas", "sigma", "counts"), [("co2", 3.1500, [120, 18, 0, 0]), ("ch4", 54.2304, [134, 84, 55, 3])], ids=["co2", "ch4"]
)
def test_two_real_days(real_data: Path, gas: str, sigma: float, counts: list[int]) -> None:
    """Figures of an independent implementation; all minutes lie in one week."""
    found = ambient_minutes(real_data)
    time, values = found.index.to_numpy() * MINUTE, found[gas].to_numpy()
    assert values.size == 2812
    assert round(background_deviation(values), 4) == sigma
    assert [int(spikes_sd(time, values, alpha).spike.sum()) for alpha in (0.5, 1.0, 2.0, 3.0)] == counts
    assert spikes_sd(time, values, 0.5).spike.tolist() == read_plainly(time, values, 0.5, 3600.0, 60)
