"""The light response, its derivatives, and the searches for its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.partitioning.daytime_oneflux import PRIOR_WEIGHT
from icos_ecosystem.partitioning.least_squares import CONVERGED, SINGULAR, covariance_of_fit, fit_light_response
from icos_ecosystem.partitioning.light_response import gradient, light_response, point_gradient, temperature_effect
from icos_ecosystem.partitioning.peer_searches import coarse_search, curvature_variances, respiration_search
from icos_ecosystem.partitioning.window_fits import quantile, weighted_records
from invented_light import TRUTH, light_site
from scipy.optimize import curve_fit, least_squares

if TYPE_CHECKING:
    from collections.abc import Callable

ALL = np.ones(5, np.bool_)
BY_DAY = np.array([True, True, True, True, False])


@pytest.fixture(scope="module")
def window() -> np.ndarray:
    """Records of a fortnight in summer, as fits take them."""
    site = light_site(2023, 2023, 48)
    rows = np.arange(170 * 48, 184 * 48)
    rows = rows[site.measured[rows] & (site.weather.sw_in[rows] > 4.0)]
    term = temperature_effect(site.weather.ta[rows])
    columns = (site.weather.sw_in[rows], site.weather.vpd[rows], term, np.exp(TRUTH[4] * term), site.nee[rows], 1.0 + rows % 3)
    return np.ascontiguousarray(np.stack(columns, axis=1))


def residuals(data: np.ndarray, free: np.ndarray, prior: np.ndarray, weight: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    def of(values: np.ndarray) -> np.ndarray:
        parameters = prior.copy()
        parameters[free] = values
        model = light_response(parameters, data[:, 0], data[:, 1], np.zeros(data.shape[0]))
        reco = parameters[3] * np.exp(parameters[4] * data[:, 2])
        away = (values - prior[free]) * np.sqrt(weight[free])
        return np.concatenate([(data[:, 4] - reco + model.gpp) * np.sqrt(data[:, 5]), away])

    return of


def test_what_the_equations_say() -> None:
    drivers = np.array([0.0, 500.0, 500.0]), np.array([5.0, 8.0, 20.0]), np.array([15.0, 15.0, -60.0])
    found = light_response(TRUTH, *drivers)
    reduced = 25.0 * np.exp(-0.6)
    assert found.gpp == pytest.approx([0.0, 30.0 * 25.0 / 55.0, 30.0 * reduced / (30.0 + reduced)])
    assert found.reco == pytest.approx([3.0, 3.0, 3.0 * np.exp(180.0 * (1.0 / 61.02 - 1.0 / 6.02))])


def test_a_missing_deficit_counts_only_where_it_matters() -> None:
    drivers = np.array([500.0]), np.array([np.nan]), np.array([15.0])
    assert np.isnan(light_response(TRUTH, *drivers).gpp).all()
    without = TRUTH * np.array([0.0, 1.0, 1.0, 1.0, 1.0])
    assert light_response(without, *drivers).gpp == pytest.approx(light_response(TRUTH, drivers[0], np.array([3.0]), drivers[2]).gpp)
    nothing = light_response(TRUTH * np.array([1.0, 0.0, 1.0, 1.0, 1.0]), *(np.array([each]) for each in (0.0, 12.0, 15.0)))
    assert nothing.gpp.tolist() == [0.0]


@pytest.mark.parametrize("vpd", [4.0, 17.0])
def test_derivatives(vpd: float) -> None:
    drivers = np.array([310.0]), np.array([vpd]), np.array([22.0])
    found = gradient(TRUTH, *drivers)
    own = np.empty(5)
    growth = float(np.exp(TRUTH[4] * temperature_effect(drivers[2])[0]))
    nee = point_gradient(TRUTH, 310.0, vpd, float(temperature_effect(drivers[2])[0]), growth, False, own)
    at = light_response(TRUTH, *drivers)
    assert nee == pytest.approx((at.reco - at.gpp)[0])
    for number in range(5):
        beside = np.tile(TRUTH, (2, 1))
        beside[:, number] *= 1.0 + np.array([-1e-5, 1e-5])
        ends = light_response(beside, *drivers)
        by = 2e-5 * TRUTH[number]
        assert found.gpp[0, number] == pytest.approx((ends.gpp[1] - ends.gpp[0]) / by, rel=1e-6, abs=1e-9)
        assert found.reco[0, number] == pytest.approx((ends.reco[1] - ends.reco[0]) / by, rel=1e-6, abs=1e-9)
    assert own == pytest.approx((found.reco - found.gpp)[0])


@pytest.mark.parametrize(
    ("vpd", "capped", "expected"), [(15.0, True, 1.0), (5.0, True, np.exp(-0.5)), (15.0, False, np.exp(0.5)), (5.0, False, 1.0)]
)
def test_a_negative_effect_of_the_deficit_on_the_way(vpd: float, capped: bool, expected: float) -> None:
    parameters = TRUTH * np.array([-0.1 / 0.06, 1.0, 1.0, 0.0, 1.0])
    capacity = 25.0 * expected
    nee = point_gradient(parameters, 500.0, vpd, 0.0, 1.0, capped, np.empty(5))
    assert nee == pytest.approx(-30.0 * capacity / (30.0 + capacity))


@pytest.mark.parametrize("free", [BY_DAY, BY_DAY & [False, True, True, True, True], ALL & [True, False, True, True, True]])
def test_the_minimum_is_that_of_scipy(window: np.ndarray, free: np.ndarray) -> None:
    prior = np.array([0.02, 15.0, 0.02, 5.0, TRUTH[4]])
    weight = np.where(np.isfinite(PRIOR_WEIGHT) & (PRIOR_WEIGHT > 0.0), PRIOR_WEIGHT, 1e-4)
    found = np.empty(5)
    cost, outcome = fit_light_response(window, prior, free, prior, weight, False, found)
    expected = least_squares(residuals(window, free, prior, weight), prior[free], x_scale="jac", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    assert outcome == CONVERGED
    assert cost == pytest.approx(2.0 * expected.cost, rel=1.5e-8)
    assert found[free] == pytest.approx(expected.x, rel=2e-4)
    np.testing.assert_array_equal(found[~free], prior[~free])
    covariance = np.empty((5, 5))
    assert covariance_of_fit(window, found, free, weight, 0.0, False, covariance)
    of_scipy = np.linalg.inv(expected.jac.T @ expected.jac)
    np.testing.assert_allclose(covariance[np.ix_(free, free)], of_scipy, rtol=0.02, atol=1e-6 * np.abs(of_scipy).max())


def test_what_an_uncertain_sensitivity_adds(window: np.ndarray) -> None:
    """The shift of the minimum with the sensitivity is what fits at two sensitivities tell."""
    data, free = window.copy(), BY_DAY
    truth = light_response(TRUTH, data[:, 0], data[:, 1], np.full(data.shape[0], 15.0))
    data[:, 4] = TRUTH[3] * data[:, 3] - truth.gpp
    nothing = np.zeros(5)
    ends = []
    for e0 in (TRUTH[4] - 1.0, TRUTH[4] + 1.0):
        prior = np.append(TRUTH[:4], e0)
        ends.append(least_squares(residuals(data, free, prior, nothing), TRUTH[:4], x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15).x)
    covariances = np.empty((2, 5, 5))
    for each, variance in zip(covariances, (0.0, 50.0**2), strict=True):
        covariance_of_fit(data, TRUTH, free, nothing, variance, False, each)
    added = covariances[1] - covariances[0]
    shift = (ends[1] - ends[0]) / 2.0
    assert added[4, :4] / 50.0**2 == pytest.approx(shift, rel=1e-3)
    np.testing.assert_allclose(added[:4, :4], np.outer(shift, shift) * 50.0**2, rtol=2e-3)
    assert added[4, 4] == pytest.approx(50.0**2)
    assert covariances[0, 4].tolist() == [0.0] * 5


def test_nothing_that_is_finite(window: np.ndarray) -> None:
    data = window.copy()
    data[0, 4] = np.nan
    assert fit_light_response(data, TRUTH, BY_DAY, TRUTH, PRIOR_WEIGHT, False, np.empty(5))[1] == SINGULAR
    assert coarse_search(data, TRUTH, BY_DAY, TRUTH, PRIOR_WEIGHT, np.empty(5))[1] == SINGULAR
    covariance = np.empty((5, 5))
    assert not covariance_of_fit(np.zeros((3, 6)), TRUTH, BY_DAY, np.zeros(5), 0.0, False, covariance)
    assert np.isnan(covariance).all()


def test_the_coarse_search_stops_where_its_slope_brings_less_than_a_thousandth(window: np.ndarray) -> None:
    prior, nothing = np.array([0.05, 15.0, 0.1, 5.0, TRUTH[4]]), np.zeros(5)
    found = np.empty(5)
    cost, outcome = coarse_search(window, prior, BY_DAY, prior, nothing, found)
    assert outcome == CONVERGED
    least, _ = fit_light_response(window, prior, BY_DAY, prior, nothing, False, np.empty(5))
    of = residuals(window, BY_DAY, np.append(prior[:4], TRUTH[4]), nothing)

    def squares(values: np.ndarray) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.nan_to_num((of(values) ** 2).sum(), nan=np.inf))

    assert cost == pytest.approx(squares(found[:4]))
    assert least <= cost
    steps = 1e-3 * np.eye(4)
    slope = np.array([squares(found[:4] + each) - squares(found[:4] - each) for each in steps]) / 2e-3
    length = 1.0
    while squares(found[:4] - length * slope) > cost - 1e-4 * length * slope @ slope and length > 1e-25:
        length *= 0.2
    assert cost - squares(found[:4] - length * slope) <= 1e-3 * (cost + 1e-3)


def test_curvature(window: np.ndarray) -> None:
    """The Hessian of a sum of squares is about twice the normal matrix at the minimum, and not definite far from it."""
    found, variances, covariance = np.empty(5), np.empty(5), np.empty((5, 5))
    data = window.copy()
    data[:, 4] = TRUTH[3] * data[:, 3] - light_response(TRUTH, data[:, 0], data[:, 1], np.full(data.shape[0], 15.0)).gpp
    fit_light_response(data, TRUTH, BY_DAY, TRUTH, np.zeros(5), False, found)
    assert curvature_variances(data, TRUTH, BY_DAY, TRUTH, np.zeros(5), variances)
    covariance_of_fit(data, TRUTH, BY_DAY, np.zeros(5), 0.0, False, covariance)
    # Differences of a thousandth are coarse for an initial slope of 0.06.
    assert 2.0 * variances[:4] == pytest.approx(np.diagonal(covariance)[:4], rel=0.05)
    assert found == pytest.approx(TRUTH)
    far = TRUTH * np.array([1.0, 1.0, 10.0, 1.0, 1.0])
    assert not curvature_variances(data, far, BY_DAY, TRUTH, np.zeros(5), variances)


def test_respiration() -> None:
    random = np.random.default_rng(1)
    term = temperature_effect(random.uniform(-5.0, 20.0, 80))
    flux = 2.0 * np.exp(150.0 * term) + random.normal(0.0, 0.3, 80)
    expected, covariance = curve_fit(lambda x, a, b: a * np.exp(b * x), term, flux, (2.0, 100.0))
    respiration, e0, error, outcome = respiration_search(term, flux, float(flux.mean()), 100.0)
    assert outcome == CONVERGED
    assert [respiration, e0] == pytest.approx(expected, rel=1e-4)
    assert error == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-3)
    assert respiration_search(np.zeros(5), np.ones(5), 1.0, 100.0)[3] == SINGULAR


@pytest.mark.parametrize("share", [0.0, 0.03, 0.5, 1.0])
def test_quantiles(share: float) -> None:
    values = np.random.default_rng(4).normal(size=37)
    assert quantile(values.copy(), share) == pytest.approx(np.quantile(values, share))


def records(**changes: Any) -> np.ndarray:
    made = np.tile(np.array([300.0, 12.0, 0.001, 0.0, -5.0, 2.0]), (20, 1))
    made[:, 3] = np.arange(20)
    for column, values in changes.items():
        made[:, int(column[1:])] = values
    return made


def test_weights() -> None:
    sd = np.linspace(0.5, 2.4, 20)
    data, neglect = weighted_records(records(_5=sd), 200.0, 0.3, 10)
    assert not neglect
    assert 1.0 / np.sqrt(data[:, 5]) == pytest.approx(np.maximum(sd, np.quantile(sd, 0.3)))
    assert data[:, 3] == pytest.approx(np.exp(0.2))
    sd[3] = np.nan
    assert weighted_records(records(_5=sd), 200.0, 0.0, 10)[0][:, 5].tolist() == [1.0] * 20


@pytest.mark.parametrize(("known", "count", "neglected"), [(12, 12, False), (9, 20, True)])
def test_records_without_a_deficit(known: int, count: int, neglected: bool) -> None:
    deficit = np.where(np.arange(20) < known, 12.0, np.nan)
    data, neglect = weighted_records(records(_1=deficit), 200.0, 0.0, 10)
    assert (data.shape[0], neglect) == (count, neglected)
