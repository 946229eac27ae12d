"""What calibrated mole fractions share, against numerical derivatives and the full covariance matrix of everything that can err."""

from dataclasses import replace

import numpy as np
import pytest
from icos_ocean.gas_standards import calibrate
from icos_ocean.shared_errors import ErrorSources, covariance, mean_over_runs, trace_errors
from icos_ocean.standard_line import FORMS
from standard_gases import HOUR, cylinder, reading_of

VALUES = np.array([230.0, 330.0, 410.0, 510.0])
U_VALUES = np.array([0.1, 0.2, 0.15, 0.12])
DRIFT = 0.4


def gases(runs=4, seed=5):
    """Four cylinders, measured one after the other every three hours, that lie neither on a line nor on straight lines in time."""
    rng = np.random.default_rng(seed)
    times = 3 * HOUR * np.arange(runs) + 400.0 * np.arange(VALUES.size)[:, None]
    readings = reading_of(VALUES)[:, None] + rng.normal(0, 0.4, times.shape)
    made = [cylinder(c, t, m, u_value=u) for c, t, m, u in zip(VALUES, times, readings, U_VALUES, strict=True)]
    return [replace(one, reading_uncertainty=rng.uniform(0.05, 0.2, runs)) for one in made]


def moved(standards, gas, run, by):
    """The standards with one reading (or, `run` None, one assigned value) changed."""
    one = standards[gas]
    changed = (
        replace(one, xco2=one.xco2 + by) if run is None else replace(one, reading=one.reading + by * (np.arange(one.time.size) == run))
    )
    return [*standards[:gas], changed, *standards[gas + 1 :]]


def full_covariance(time, reading, standards, weights, form, *, noise=0.0, drift=DRIFT):
    """Covariance matrix of weighted sums of mole fractions, by central differences and the matrix of all errors.

    The errors are those of the assigned values, of every run and of every reading; the random walk starts long before.
    """
    step = 1e-3
    columns, moments, variances = [], [], []

    def column(change):
        above, below = (calibrate(*change(sign * step), form=form).xco2 for sign in (1, -1))
        columns.append(weights @ ((above - below) / (2 * step)))

    for gas, one in enumerate(standards):
        column(lambda by, gas=gas: (time, reading, moved(standards, gas, None, by)))
        moments.append(np.nan)
        variances.append(one.xco2_uncertainty**2)
        for run, (moment, u) in enumerate(zip(one.time, one.reading_uncertainty, strict=True)):
            column(lambda by, gas=gas, run=run: (time, reading, moved(standards, gas, run, by)))
            moments.append(moment)
            variances.append(u**2)
    for row, moment in enumerate(time):
        column(lambda by, row=row: (time, reading + by * (np.arange(time.size) == row), standards))
        moments.append(moment)
        variances.append(noise**2)
    jacobian, moments = np.array(columns).T, np.array(moments)
    since = moments + 100 * HOUR
    walked = np.where(np.isnan(since), 0.0, np.minimum.outer(since, since)) / HOUR * drift**2
    walked = np.where(np.isnan(moments)[:, None] | np.isnan(moments), 0.0, walked)
    return jacobian @ (np.diag(variances) + walked) @ jacobian.T


@pytest.mark.parametrize("form", FORMS)
def test_the_covariance_of_a_value_with_itself_is_its_variance(form):
    rng = np.random.default_rng(6)
    standards = gases()
    time = rng.uniform(-HOUR, 11 * HOUR, 300)
    reading = rng.uniform(200, 600, time.size)
    found = calibrate(time, reading, standards, form=form, drift_rate=DRIFT, lack_of_fit=0.3)
    traced = trace_errors(time, reading, dict(enumerate(standards)), 4, form)
    nothing = np.zeros(4)
    without_noise = replace(traced, run_uncertainty=np.zeros_like(traced.run_uncertainty))
    np.testing.assert_allclose(covariance(without_noise, without_noise, U_VALUES), found.standards**2, rtol=1e-9)
    # A sample lies as far off the line as the cylinders: that part belongs to it alone.
    np.testing.assert_allclose(covariance(traced, traced, np.full(4, 0.3)), found.regression**2 - 0.3**2, rtol=1e-9)
    np.testing.assert_allclose(
        covariance(without_noise, without_noise, nothing, drift_rate=DRIFT), found.interpolation**2, rtol=1e-7, atol=1e-12
    )


@pytest.mark.parametrize("form", FORMS)
def test_covariances_of_samples_anywhere(form):
    rng = np.random.default_rng(7)
    standards = gases()
    # Between the same runs, between neighbouring ones, across several, and beyond the last.
    time = np.array([0.5, 1.7, 2.9, 3.3, 4.0, 7.5, 10.8]) * HOUR
    reading = rng.uniform(250, 550, time.size)
    expected = full_covariance(time, reading, standards, np.eye(time.size), form)
    traced = trace_errors(time, reading, dict(enumerate(standards)), 4, form)
    one, other = (index.ravel() for index in np.indices(expected.shape))
    found = covariance(traced.take(one), traced.take(other), U_VALUES, drift_rate=DRIFT).reshape(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8)
    assert (np.abs(expected[0, 1:]) > 1e-3).any()


@pytest.mark.parametrize("form", FORMS)
def test_means_of_successive_readings(form):
    rng = np.random.default_rng(8)
    standards = gases()
    time = np.concatenate([2000.0 + 100.0 * np.arange(5), [4 * HOUR], 7 * HOUR + 60.0 * np.arange(8) ** 1.5])
    reading = rng.uniform(380, 420, time.size)
    first = np.array([0, 5, 6])
    weights = np.zeros((3, time.size))
    for row, (start, stop) in enumerate(zip(first, [5, 6, 14], strict=True)):
        weights[row, start:stop] = 1 / (stop - start)
    noise = 0.25
    expected = full_covariance(time, reading, standards, weights, form, noise=noise)
    means, factor, spread = mean_over_runs(trace_errors(time, reading, dict(enumerate(standards)), 4, form), first)
    own = covariance(means, means, U_VALUES, drift_rate=DRIFT) - spread * DRIFT**2 + factor * noise**2
    np.testing.assert_allclose(own, np.diag(expected), rtol=1e-5)
    assert spread[1] == 0
    assert (spread[[0, 2]] > 0).all()
    for a, b in ((0, 1), (1, 2), (0, 2)):
        found = covariance(means.take(np.array([a])), means.take(np.array([b])), U_VALUES, drift_rate=DRIFT)
        np.testing.assert_allclose(found, expected[a, b], rtol=1e-5, atol=1e-8)


def test_no_readings_have_no_means():
    nothing = trace_errors(np.zeros(0), np.zeros(0), dict(enumerate(gases())), 4, FORMS[0])
    means, factor, spread = mean_over_runs(nothing, np.zeros(0, dtype=np.int64))
    assert means.time.size == factor.size == spread.size == 0


def test_values_that_different_cylinders_calibrated_share_what_cylinders_they_have_in_common():
    standards = gases()
    time, reading = np.array([2000.0, 2000.0]), np.array([400.0, 400.0])
    parts = [({0: standards[0], 2: standards[2]}, [0]), ({1: standards[1], 2: standards[2]}, [1])]
    traced = [(np.array(rows), trace_errors(time[rows], reading[rows], used, 4, FORMS[0])) for used, rows in parts]
    both = ErrorSources.scattered(traced, 2, 4)
    assert (both.by_value != 0).tolist() == [[True, False], [False, True], [True, True], [False, False]]
    found = covariance(both.take(np.array([0])), both.take(np.array([1])), np.array([1.0, 1.0, 0.0, 1.0]))
    # Values of no common cylinder are independent; what is left is the noise of the common cylinder's runs.
    used = both.by_run[:, 2]
    np.testing.assert_allclose(found, np.sum(used[:, 0] * used[:, 1] * both.run_uncertainty[:, 2, 0] ** 2))
    assert covariance(both.take(np.array([0])), both.take(np.array([1])), np.ones(4))[0] > found[0]


def test_known_factors_multiply_errors():
    standards = gases()
    traced = trace_errors(np.array([2000.0]), np.array([400.0]), dict(enumerate(standards)), 4, FORMS[0])
    halved = traced.times(np.array([0.5]))
    np.testing.assert_allclose(
        covariance(halved, traced, U_VALUES, drift_rate=DRIFT), 0.5 * covariance(traced, traced, U_VALUES, drift_rate=DRIFT)
    )
