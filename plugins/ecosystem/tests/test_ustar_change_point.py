"""Change points of flux against friction velocity: against ONEFlux's programs, a slow fit, and known thresholds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icos_ecosystem.ustar.change_point import ChangePointFits, Model, fit_change_point
from icos_ecosystem.ustar.change_point_annual import annual_change_points, select
from icos_ecosystem.ustar.change_point_seasons import evaluate, fewest_records, night_records
from icos_ecosystem.ustar.change_point_tables import critical_values, probability
from scipy import stats
from tharandt import read_table, tharandt

if TYPE_CHECKING:
    from pathlib import Path

    from icos_ecosystem.ustar.change_point_annual import ChangePoints

    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def slow_fit(x: Array, y: Array, model: Model) -> tuple[float, float, list[float], int] | None:
    """Return F, change point, coefficients and bins from a regression for every candidate."""
    line = np.polyfit(x, y, 1)
    residual = y - np.polyval(line, x)
    kept = np.abs(residual - residual.mean()) <= 4.0 * residual.std(ddof=1)
    x, y = x[kept], y[kept]
    n = x.size
    best: tuple[float, float, list[float], int] | None = None
    place = 0
    for i in range(n - 1):
        if model == "operational":
            columns = [np.ones(n), np.minimum(x, x[i])]
            reduced = np.sum((y - y.mean()) ** 2)
        else:
            columns = [np.ones(n), x, np.maximum(x - x[i], 0.0)]
            reduced = np.sum((y - np.polyval(np.polyfit(x, y, 1), x)) ** 2)
        design = np.stack(columns, axis=1)
        coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
        full = np.sum((y - design @ coefficients) ** 2)
        f = (reduced - full) / (full / (n - len(columns)))
        if best is None or f > best[0]:
            best, place = (f, x[i], list(coefficients), n), i + 1
    ends = max(3, int(0.05 * n))
    return best if ends < place < n - ends else None


def bins(seed: int, size: int = 50, threshold: float = 0.4, noise: float = 0.5) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    x = np.sort(random.gamma(2.0, 0.25, size))
    return x, 4.0 * np.minimum(x, threshold) / threshold + noise * random.standard_normal(size)


@pytest.mark.parametrize("model", ["operational", "diagnostic"])
@settings(max_examples=12)
@given(seed=st.integers(0, 1000), size=st.integers(12, 80), outlier=st.booleans(), digits=st.sampled_from([2, 6]))
def test_a_fit_is_the_best_of_regressions(model: Model, seed: int, size: int, outlier: bool, digits: int) -> None:
    x, y = bins(seed, size)
    x = np.round(x, digits)
    if outlier:
        y[size // 2] += 40.0
    found, expected = fit_change_point(x, y, model=model), slow_fit(x, y, model)
    if expected is None:
        assert np.isnan(found.f_max)
        assert np.isnan(found.p)
        return
    f, change_point, coefficients, n = expected
    assert found.bins == n
    np.testing.assert_allclose([found.f_max, found.change_point], [f, change_point], rtol=1e-9)
    np.testing.assert_allclose([found.intercept, found.slope], coefficients[:2], rtol=1e-8, atol=1e-8)
    assert found.slope_above == pytest.approx(0.0 if model == "operational" else coefficients[1] + coefficients[2], rel=1e-7, abs=1e-8)


def test_confidence_intervals_are_those_of_regression() -> None:
    x, y = bins(4)
    for model in ("operational", "diagnostic"):
        found = fit_change_point(x, y, model=model)
        columns = [np.ones(x.size), np.minimum(x, found.change_point)]
        if model == "diagnostic":
            columns = [np.ones(x.size), x, np.maximum(x - found.change_point, 0.0)]
        design = np.stack(columns, axis=1)
        coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
        free = x.size - design.shape[1]
        variance = np.sum((y - design @ coefficients) ** 2) / free
        errors = np.sqrt(variance * np.diag(np.linalg.inv(design.T @ design))) * stats.t.ppf(0.975, free)
        assert found.slope_half_width == pytest.approx(errors[1], rel=1e-9)
        if model == "diagnostic":
            assert found.change_half_width == pytest.approx(errors[2], rel=1e-9)
        else:
            assert np.isnan(found.change_half_width)


def test_two_lines_without_noise_are_found_exactly() -> None:
    x = np.linspace(0.05, 1.0, 40)
    found = fit_change_point(x, np.minimum(x, x[15]) * 3.0 + 1.0)
    assert found.change_point == x[15]
    assert found.p < 1e-12
    assert [found.intercept, found.slope] == pytest.approx([1.0, 3.0])


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.linspace(0.1, 1.0, 9), np.arange(9.0)),
        (np.full(30, 0.3), np.arange(30.0)),
        (np.linspace(0.1, 1.0, 30), np.full(30, 0.1)),
        (np.full(30, np.nan), np.arange(30.0)),
        (np.empty(0), np.empty(0)),
    ],
)
@pytest.mark.parametrize("model", ["operational", "diagnostic"])
def test_bins_that_tell_nothing_have_no_change_point(x: Array, y: Array, model: Model) -> None:
    found = fit_change_point(x, y, model=model)
    assert np.isnan([found.f_max, found.p, found.change_point]).all()


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (np.array([0.2, 0.1]), np.zeros(2), "order"),
        (np.zeros(3), np.zeros(2), "one shape"),
        (np.zeros((2, 2)), np.zeros((2, 2)), "one shape"),
    ],
)
def test_bins_must_be_in_order(x: Array, y: Array, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fit_change_point(x, y)


@pytest.mark.parametrize(("parameters", "levels"), [(2, (0.8, 0.9, 0.95, 0.99)), (3, (0.9, 0.95, 0.99))])
def test_probabilities_at_critical_values(parameters: int, levels: tuple[float, ...]) -> None:
    n = np.full(len(levels), 50.0)
    critical = critical_values(n, parameters=parameters)[0]
    np.testing.assert_allclose(probability(critical, n, parameters=parameters), 1.0 - np.array(levels), rtol=1e-12)
    # Just below the lowest one the scaled distribution begins where the table ends.
    below = probability(critical[:1] * (1.0 - 1e-9), n[:1], parameters=parameters)
    assert below == pytest.approx(1.0 - levels[0], rel=1e-6)
    assert probability(np.array([0.0, np.inf, np.nan, 5.0]), np.array([50.0, 50.0, 50.0, 9.0]), parameters=parameters) == pytest.approx(
        [1.0, 0.0, np.nan, np.nan], nan_ok=True
    )
    falling = probability(np.linspace(0.0, 40.0, 400), np.full(400, 53.0), parameters=parameters)
    assert (np.diff(falling) <= 0.0).all()


@pytest.fixture(scope="module")
def of_tharandt(folder: Path) -> ChangePoints:
    data = tharandt(folder)
    return annual_change_points(data["NEE"], data["USTAR"], data["TA"], data["SW_IN"], 48, seed=1)


@pytest.mark.realdata
def test_every_stratum_of_tharandt_is_that_of_oneflux(folder: Path) -> None:
    """To all eight digits that were printed, in each of the 4 seasons and 8 strata."""
    data = tharandt(folder)
    expected = read_table(folder / "ecosystem_post/reference/barr_cpd_octave_tha_single.csv")
    records = night_records(data["NEE"], data["USTAR"], data["TA"], data["SW_IN"], 48)
    # There all years have 366 days.
    records = replace(records, day=records.day - (records.row >= 335 * 48))
    found = evaluate(records, np.ones((1, records.row.size), np.int64), per_day=48)
    fits = found.fits
    columns = {
        "Cp": np.where(fits.p <= 0.05, fits.change_point, np.nan),
        "Fmax": fits.f_max,
        "b0": fits.intercept,
        "b1": fits.slope,
        "n": fits.bins,
        "mt": found.mean_day,
        "mT": found.mean_temperature,
    }
    for name, values in columns.items():
        assert [f"{value:.8g}" for value in values.ravel()] == [f"{value:.8g}" for value in expected[name]], name
    # Half of the eighth digit; one minus a distribution, as it was computed there, has sixteen digits after the point at most.
    np.testing.assert_allclose(fits.p.ravel(), expected["p"], rtol=5e-8, atol=4e-16)


@pytest.mark.realdata
def test_bootstraps_of_tharandt_are_spread_as_those_of_oneflux(folder: Path, of_tharandt: ChangePoints) -> None:
    expected = np.loadtxt(folder / "ecosystem_post/reference/barr_cpd_octave_tha_boot20.txt")
    found = of_tharandt.thresholds
    assert of_tharandt.problem == ""
    assert np.isfinite(found).all()
    assert stats.ks_2samp(found, expected).pvalue > 0.2
    assert stats.levene(found, expected).pvalue > 0.2
    assert np.median(found) == pytest.approx(np.median(expected), abs=0.02)
    # 28 % of the fits significant, 95 % of these of mode D, in 20 bootstraps there.
    assert of_tharandt.selection.significant_share == pytest.approx(0.28, abs=0.02)
    assert of_tharandt.selection.deficit_share == pytest.approx(0.95, abs=0.02)
    assert of_tharandt.selection.mode == "deficit"
    # The mean of the eight significant ones among the strata of the data as measured.
    table = read_table(folder / "ecosystem_post/reference/barr_cpd_octave_tha_single.csv")
    assert of_tharandt.single == pytest.approx(np.nanmean(table["Cp"]), rel=1e-8)


@pytest.mark.realdata
def test_the_seed_decides(folder: Path, of_tharandt: ChangePoints) -> None:
    data = tharandt(folder)
    few = [
        annual_change_points(data["NEE"], data["USTAR"], data["TA"], data["SW_IN"], 48, bootstraps=3, seed=seed).thresholds
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(few[0], few[1])
    np.testing.assert_allclose(few[0], of_tharandt.thresholds[:3], rtol=1e-12)
    assert (few[0] != few[2]).all()


@pytest.mark.realdata
def test_a_year_of_which_the_diagnostic_model_leaves_too_little(folder: Path) -> None:
    data = tharandt(folder)
    found = annual_change_points(data["NEE"], data["USTAR"], data["TA"], data["SW_IN"], 48, bootstraps=4, model="diagnostic")
    assert np.isnan(found.thresholds).all()
    assert "change point" in found.problem


def year(per_day: int = 48, days: int = 365, threshold: float = 0.35, sign: float = 1.0, seed: int = 5) -> dict[str, Array]:
    """Return a year whose nights respire less than they do below a friction velocity."""
    random = np.random.default_rng(seed)
    n = days * per_day
    time = np.arange(n) / per_day
    ustar = np.round(random.gamma(3.0, 0.13, n), 2)
    ta = np.round(10.0 - 9.0 * np.cos(2.0 * np.pi * time / days) + 3.0 * random.standard_normal(n), 1)
    respired = 3.0 * np.exp(0.06 * (ta - 10.0))
    nee = respired * (1.0 + sign * (np.minimum(ustar, threshold) / threshold - 1.0)) + 0.2 * random.standard_normal(n)
    return {"nee": nee, "ustar": ustar, "ta": ta, "sw_in": np.where(np.abs(time % 1.0 - 0.5) < 0.25, 300.0, 0.0)}


@pytest.mark.parametrize(("per_day", "days", "strata"), [(48, 366, 8), (24, 365, 7)])
def test_a_known_threshold_is_found(per_day: int, days: int, strata: int) -> None:
    found = annual_change_points(**year(per_day, days), per_day=per_day, bootstraps=20)
    assert found.problem == ""
    assert np.median(found.thresholds) == pytest.approx(0.35, abs=0.025)
    assert found.single == pytest.approx(0.35, abs=0.025)
    assert found.count.min() > 4
    # A season of 2287 half hours has eight strata at most; one of 1140 hours has seven of at least 150.
    assert np.isfinite(found.table.mean_day).sum(axis=-1).tolist() == [[strata] * 4]
    assert np.nanmin(found.table.fits.bins) >= 45


def test_a_flux_that_falls_is_of_mode_excess() -> None:
    found = annual_change_points(**year(sign=-1.0), per_day=48, bootstraps=4)
    assert found.selection.mode == "excess"
    assert found.selection.deficit_share == pytest.approx(0.0, abs=0.1)
    assert np.nanmedian(found.thresholds) == pytest.approx(0.35, abs=0.03)


def test_without_dependence_there_is_no_threshold() -> None:
    data = year()
    data["nee"] = np.full(data["nee"].size, 2.1)
    found = annual_change_points(**data, per_day=48, bootstraps=4)
    assert np.isnan(found.thresholds).all()
    assert np.isnan(found.single)
    assert "0 of 128 strata have a significant change point" in found.problem
    assert found.selection.selected_share == 0.0
    assert np.isnan(found.selection.deficit_share)


@pytest.mark.parametrize("missing", ["nee", "ustar", "ta", "sw_in"])
def test_a_year_without_nights_has_no_threshold(missing: str) -> None:
    data = year()
    data[missing] = np.full_like(data[missing], np.nan)
    found = annual_change_points(**data, per_day=48, bootstraps=3)
    assert np.isnan(found.thresholds).all()
    assert found.thresholds.shape == (3,)
    assert found.records == 0
    assert "0 night-time records" in found.problem
    assert "4000" in found.problem


@pytest.mark.parametrize(("per_day", "fewest"), [(48, 4000), (24, 2400)])
def test_a_year_needs_enough_nights(per_day: int, fewest: int) -> None:
    assert fewest_records(per_day) == fewest
    data = year(per_day)
    records = night_records(**data, per_day=per_day)
    data["nee"][records.row[fewest - 1 :]] = np.nan
    found = annual_change_points(**data, per_day=per_day, bootstraps=2)
    assert found.records == fewest - 1
    assert str(fewest) in found.problem
    assert np.isnan(found.table.fits.bins).all()


def test_december_comes_first() -> None:
    data = year()
    records = night_records(**data, per_day=48)
    assert (np.diff(records.day) > 0.0).all()
    assert records.row[0] >= 335 * 48
    assert records.day[0] < 1.0 - 29.0
    at_new_year = night_records(**data, per_day=48, moved_from_day=367)
    assert (np.diff(at_new_year.row) > 0).all()
    assert at_new_year.day[0] == 1.0 + 1.0 / 48.0


def test_copies_make_a_sample() -> None:
    """A record that is drawn twice counts as two records one after the other."""
    data = year()
    records = night_records(**data, per_day=48)
    drawn = np.random.default_rng(3).multinomial(records.row.size, np.full(records.row.size, 1.0 / records.row.size))
    once = replace(records, **{name: np.repeat(getattr(records, name), drawn) for name in ("row", "day", "ustar", "flux", "temperature")})
    found = evaluate(records, drawn[np.newaxis], per_day=48)
    expected = evaluate(once, np.ones((1, once.row.size), np.int64), per_day=48)
    np.testing.assert_allclose(found.fits.change_point, expected.fits.change_point, rtol=1e-12)
    np.testing.assert_allclose(found.fits.f_max, expected.fits.f_max, rtol=1e-9)
    np.testing.assert_allclose(found.mean_day, expected.mean_day, rtol=1e-12)


@pytest.mark.parametrize("own_columns", [True, False])
def test_an_outlier_does_not_count(own_columns: bool) -> None:
    found = annual_change_points(**year(), per_day=48, bootstraps=2)
    strata = found.table
    shape = (2, 4, 8)
    random = np.random.default_rng(0)

    def about(value: float) -> Array:
        return value + 0.1 * random.standard_normal(shape)

    fits = ChangePointFits(
        bins=np.full(shape, 50.0),
        f_max=np.full(shape, 30.0),
        p=np.full(shape, 0.001),
        change_point=about(0.4),
        intercept=about(0.0),
        slope=about(0.4),
        slope_above=np.zeros(shape),
        slope_half_width=about(0.4),
        change_half_width=np.full(shape, np.nan),
    )
    fits.change_point[0, 1, 2] = 40.0
    fits.slope[1, 3, 3] = 40.0
    chosen = select(replace(strata, fits=fits, mean_day=np.zeros(shape)), samples=2, own_columns=own_columns).selected
    assert not chosen[0, 1, 2]
    assert chosen[1, 3, 3] != own_columns
    assert np.count_nonzero(~chosen) == 1 + own_columns


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"per_day": 12}, "48 or 24"), ({"bootstraps": 0}, "positive"), ({"nee": np.zeros(47)}, "whole days")],
)
def test_wrong_arguments_are_named(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        annual_change_points(**({**year(days=2), "per_day": 48} | changes))
