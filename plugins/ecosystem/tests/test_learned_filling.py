"""The learned gap filler: what it sees, that its spread is honest, and its skill on artificial gaps beside the sampling of the peers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.gap_filling.artificial_gaps import GAP_HOURS, NIGHT_BELOW, artificial_gaps, fill_skill, score
from icos_ecosystem.gap_filling.learned import FEWEST_RECORDS, LearnedOptions, fill_learned
from icos_ecosystem.gap_filling.learned_features import learned_features, running_mean
from icos_ecosystem.gap_filling.marginal_distribution import Driver, fill
from icos_ecosystem.gap_filling.schedules import scheme_of
from icos_ecosystem.half_hourly.site_calendar import SiteCalendar, whole_years

if TYPE_CHECKING:
    from pathlib import Path

QUICK = LearnedOptions(iterations=25, learning_rate=0.2, leaves=12, folds=3, feature_share=1.0)
SPREAD = 1.0
"""Of the simulated flux about its truth at night; by day it is three times as large."""


@pytest.fixture(scope="module")
def site() -> tuple[SiteCalendar, dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Return calendar, drivers, measured flux with gaps, and the flux that is expected at each hour."""
    calendar = whole_years(2021, 2021, 24)
    random = np.random.default_rng(5)
    season = np.cos(2.0 * np.pi * (calendar.day_of_year - 190) / 365.0)
    light = np.maximum(np.sin(2.0 * np.pi * (calendar.hour - 6.0) / 24.0) * (450.0 + 350.0 * season), 0.0)
    light *= np.repeat(random.uniform(0.3, 1.0, calendar.days), 24)
    air = 9.0 + 9.0 * season + 4.0 * np.sin(2.0 * np.pi * (calendar.hour - 9.0) / 24.0) + np.repeat(random.normal(0, 3, calendar.days), 24)
    expected = 3.0 * np.exp(0.06 * (air - 10.0)) - 0.05 * light * 25.0 / (0.05 * light + 25.0)
    flux = expected + SPREAD * np.where(light > 0.0, 3.0, 1.0) * random.standard_normal(calendar.size)
    flux[random.random(calendar.size) < 0.3] = np.nan
    flux[3000:3400] = np.nan
    drivers = {"SW_IN": light, "TA": air, "VPD": np.full(calendar.size, np.nan)}
    drivers["TA"] = np.where(random.random(calendar.size) < 0.02, np.nan, air)
    return calendar, drivers, flux, expected


def test_estimates_and_their_spread_are_honest(site: tuple[SiteCalendar, dict[str, np.ndarray], np.ndarray, np.ndarray]) -> None:
    calendar, drivers, flux, expected = site
    made = fill_learned(flux, drivers, calendar, options=QUICK)
    values, quality = made.filled(flux)
    measured = np.isfinite(flux)
    np.testing.assert_array_equal(values[measured], flux[measured])
    np.testing.assert_array_equal(quality == 0, measured)
    assert np.isfinite(values).all()
    light = drivers["SW_IN"]
    for chosen, spread in ((light > 400.0, 3.0 * SPREAD), (light == 0.0, SPREAD)):
        gaps = chosen & ~measured
        assert np.sqrt(np.mean((made.estimate - expected)[gaps] ** 2)) < 0.5 * spread
        assert made.sd[gaps].mean() == pytest.approx(spread, rel=0.2)
    errors = (made.estimate - flux)[measured]
    assert made.skill.count == measured.sum()
    assert made.skill.rmse == pytest.approx(np.sqrt(np.mean(errors**2)))
    assert made.skill.bias == pytest.approx(errors.mean())
    assert made.skill.r2 == pytest.approx(np.corrcoef(made.estimate[measured], flux[measured])[0, 1] ** 2)


def test_quality_follows_the_nearest_measured_record(site: tuple[SiteCalendar, dict[str, np.ndarray], np.ndarray, np.ndarray]) -> None:
    calendar, drivers, flux, _ = site
    gapped = flux.copy()
    gapped[2999:3401:401] = 1.0
    made = fill_learned(gapped, drivers, calendar, options=replace(QUICK, iterations=1))
    # A gap of 400 hours: up to 24 and 120 hours from either end.
    expected = np.concatenate([np.full(24, 1), np.full(96, 2), np.full(160, 3), np.full(96, 2), np.full(24, 1)])
    np.testing.assert_array_equal(made.quality[3000:3400], expected)


def test_the_same_inputs_give_the_same_bytes(site: tuple[SiteCalendar, dict[str, np.ndarray], np.ndarray, np.ndarray]) -> None:
    calendar, drivers, flux, _ = site
    quick = replace(QUICK, iterations=5, feature_share=0.5)
    first, again, other = (fill_learned(flux, drivers, calendar, seed=seed, options=quick) for seed in (3, 3, 4))
    assert first.estimate.tobytes() == again.estimate.tobytes()
    assert first.sd.tobytes() == again.sd.tobytes()
    assert first.estimate.tobytes() != other.estimate.tobytes()


def test_no_record_helps_to_estimate_itself(site: tuple[SiteCalendar, dict[str, np.ndarray], np.ndarray, np.ndarray]) -> None:
    calendar, drivers, flux, _ = site
    quick = replace(QUICK, iterations=5)
    at = np.flatnonzero(np.isfinite(flux))[1000]
    changed = flux.copy()
    changed[at] = 1e4
    plain, odd = (fill_learned(each, drivers, calendar, options=quick) for each in (flux, changed))
    assert plain.estimate[at] == odd.estimate[at]
    assert (plain.estimate != odd.estimate).any()


def test_too_little_to_learn_from() -> None:
    calendar = whole_years(2021, 2021, 24)
    few = np.full(calendar.size, np.nan)
    few[: FEWEST_RECORDS - 1] = 1.0
    for target in (few, np.full(calendar.size, np.nan)):
        made = fill_learned(target, {"TA": np.ones(calendar.size)}, calendar)
        assert np.isnan(made.estimate).all()
        assert np.isnan(made.sd).all()
        assert (made.quality == -1).all()
        assert made.skill.count == 0
        values, quality = made.filled(target)
        np.testing.assert_array_equal(values, target)
        np.testing.assert_array_equal(quality, np.where(np.isfinite(target), 0, -1))


def test_a_constant_without_any_driver() -> None:
    calendar = whole_years(2021, 2021, 24)
    target = np.full(calendar.size, np.nan)
    target[1000 : 1000 + FEWEST_RECORDS] = 2.5
    made = fill_learned(target, {}, calendar, options=QUICK)
    np.testing.assert_allclose(made.estimate, 2.5)
    np.testing.assert_allclose(made.sd, 0.0, atol=1e-12)
    assert np.isnan(made.skill.r2)


def test_features_are_means_of_the_past() -> None:
    calendar = whole_years(2020, 2021, 24)
    random = np.random.default_rng(2)
    rain = np.where(random.random(calendar.size) < 0.1, np.nan, random.random(calendar.size))
    table = learned_features({"P": rain, "TS": rain, "SWC": np.full(calendar.size, np.nan)}, calendar)
    # Season, time of day, the day; rain and four sums; soil temperature; no column of what is missing at all times.
    assert table.shape == (calendar.size, 5 + 5 + 1)
    expected = pd.Series(rain).rolling(72, min_periods=1).mean() * 72.0
    np.testing.assert_allclose(table[:, 7], expected, rtol=1e-9, equal_nan=True)
    assert learned_features({"SW_IN": rain}, whole_years(2020, 2021, 24)).shape[1] == 5 + 1 + 4 + 2
    centred = pd.Series(rain).rolling(5, center=True, min_periods=1).mean()
    np.testing.assert_allclose(running_mean(rain, 2, 2), centred, rtol=1e-9, equal_nan=True)
    assert np.isnan(running_mean(np.full(4, np.nan), 1, 1)).all()


def test_mistakes_are_named() -> None:
    calendar = whole_years(2021, 2021, 24)
    with pytest.raises(ValueError, match=r"driver 'TA' must have the shape of the calendar \(8760,\), got \(3,\)"):
        fill_learned(np.ones(calendar.size), {"TA": np.ones(3)}, calendar)
    with pytest.raises(ValueError, match="target must have the shape"):
        fill_learned(np.ones(3), {}, calendar)
    with pytest.raises(ValueError, match="folds must be at least 2, got 1"):
        LearnedOptions(folds=1)
    with pytest.raises(ValueError, match="block_days must be positive"):
        LearnedOptions(block_days=0.0)
    with pytest.raises(ValueError, match=r"between 0 and 1, got 1\.5"):
        artificial_gaps(np.ones(10, dtype=bool), per_day=24, hours=1.0, share=1.5)


@pytest.mark.parametrize("per_day", [48, 24])
@pytest.mark.parametrize("length", list(GAP_HOURS))
def test_artificial_gaps(per_day: int, length: str) -> None:
    measured = np.random.default_rng(1).random(365 * per_day) < 0.7
    hidden, again, other = (artificial_gaps(measured, per_day=per_day, hours=GAP_HOURS[length], seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(hidden, again)
    assert (hidden != other).any()
    assert not (hidden & ~measured).any()
    records = max(round(GAP_HOURS[length] * per_day / 24), 1)
    assert 0.1 * measured.sum() <= hidden.sum() < 0.1 * measured.sum() + records
    # Of ten records some are measured: farther apart than that are different gaps.
    gaps = 1 + (np.diff(np.flatnonzero(hidden)) > min(records, 10)).sum()
    assert gaps == pytest.approx(hidden.sum() / (0.7 * records) if records > 1 else hidden.sum(), rel=0.15)


def test_there_is_no_room_for_more_gaps() -> None:
    assert not artificial_gaps(np.ones(100, dtype=bool), per_day=24, hours=288.0).any()
    assert artificial_gaps(np.ones(24 * 20, dtype=bool), per_day=24, hours=288.0, share=0.9).sum() == 288
    assert not artificial_gaps(np.zeros(24 * 20, dtype=bool), per_day=24, hours=0.0).any()


def test_scores() -> None:
    measured, estimate = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.0, np.nan, 3.0])
    found = score(estimate, measured, np.array([True, True, False, False]))
    assert (found.count, found.missing) == (4, 1)
    assert found.rmse == pytest.approx(np.sqrt(2.0 / 3.0))
    assert (found.bias, found.bias_day, found.bias_night) == (0.0, 0.5, -1.0)
    assert found.r2 == pytest.approx(np.corrcoef([2.0, 2.0, 3.0], [1.0, 2.0, 4.0])[0, 1] ** 2)
    nothing = score(np.array([]), np.array([]), np.array([], dtype=bool))
    assert nothing.count == 0
    assert np.isnan([nothing.rmse, nothing.bias, nothing.r2, nothing.bias_day, nothing.bias_night]).all()


def test_a_filler_sees_no_hidden_record() -> None:
    target = np.arange(100.0)
    hidden = np.zeros(100, dtype=bool)
    hidden[10:20] = True
    seen = []

    def filler(series: np.ndarray) -> np.ndarray:
        seen.append(series.copy())
        return np.zeros(100)

    [(names, found)] = fill_skill(target, {"gap": hidden}, {"zero": filler}, np.ones(100, dtype=bool)).items()
    assert names == ("gap", "zero")
    np.testing.assert_array_equal(np.isnan(seen[0]), hidden)
    assert found.bias == -14.5


@pytest.mark.realdata
def test_skill_beside_the_peers(real_data: Path) -> None:
    """The sampling equals the peers' scores; the learned filler is better than the best of them at every length."""
    folder = real_data / "ecosystem_post"
    data = pd.read_csv(folder / "input/DE-Tha_1998_HH.csv").replace(-9999, np.nan)
    masks = pd.read_csv(folder / "reference/artificial_gap_masks.csv.gz")
    scores = pd.read_csv(folder / "reference/artificial_gap_scores.csv").set_index(["scenario", "peer"])
    calendar = whole_years(1998, 1998, 48)
    light, air, deficit = (data[name].to_numpy() for name in ("SW_IN", "TA", "VPD"))
    drivers = [
        Driver(values=light, tolerance=20.0, tolerance_to=50.0),
        Driver(values=air, tolerance=2.5),
        Driver(values=deficit, tolerance=5.0),
    ]
    schemes = {
        "REddyProc": scheme_of("reddyproc"),
        "REddyProc_Vekuri": scheme_of("reddyproc", symmetric=True),
        "ONEFlux": scheme_of("oneflux"),
    }
    fillers = {
        name: lambda series, scheme=scheme: fill(series, drivers, per_day=48, scheme=scheme, only_gaps=True).estimate
        for name, scheme in schemes.items()
    }
    features = {name: data[name].to_numpy() for name in ("SW_IN", "TA", "VPD", "RH", "TS")}
    # Three folds take half the time of five, and each model sees less.
    fillers["learned"] = lambda series: fill_learned(series, features, calendar, options=LearnedOptions(folds=3)).estimate
    gaps = {name: masks[name].to_numpy(dtype=bool) for name in masks}
    found = fill_skill(data["NEE"].to_numpy(), gaps, fillers, light > NIGHT_BELOW)
    for length in gaps:
        for peer in schemes:
            theirs, ours = scores.loc[length, peer], found[length, peer]
            # ONEFlux's estimates are printed with four decimals.
            allowed = 1e-9 if peer.startswith("REddy") else 5e-5
            assert (ours.count, ours.missing) == (theirs["n"], theirs["nan"])
            for name in ("rmse", "bias", "r2", "bias_day", "bias_night"):
                assert getattr(ours, name) == pytest.approx(theirs[name], abs=allowed), (length, peer, name)
        assert found[length, "learned"].rmse < scores.loc[length]["rmse"].min()
        assert found[length, "learned"].missing == 0
