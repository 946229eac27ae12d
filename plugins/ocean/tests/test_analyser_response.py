"""Drift and curvature of an analyser, seen in its readings of standard gases."""

from dataclasses import replace

import numpy as np
import pytest
from icos_ocean.analyser_response import drift_rate, lack_of_fit
from standard_gases import HOUR, cylinder, simulated_cruise


def test_drift_is_found_in_the_readings():
    rng = np.random.default_rng(44)
    runs = np.arange(3000) * 3 * HOUR
    drift = np.cumsum(rng.normal(0, 0.3 * np.sqrt(3.0), runs.size))
    standards = [cylinder(c, runs, c + drift + rng.normal(0, 0.2, runs.size), u_reading=0.2) for c in (230.0, 410.0, 510.0)]
    assert drift_rate(standards) == pytest.approx(0.3, rel=0.05)
    broken = standards[0].reading.copy()
    broken[100:200] = np.nan
    assert drift_rate([replace(standards[0], reading=broken), *standards[1:]]) == pytest.approx(0.3, rel=0.05)


def test_steady_readings_have_no_drift():
    assert drift_rate([cylinder(c, np.arange(5) * HOUR, [c] * 5) for c in (230.0, 410.0)]) == 0.0
    assert drift_rate([cylinder(410.0, [0, 1000], [410, 411])]) == 0.0


def test_a_curved_response_is_found():
    runs = np.arange(10) * 4 * HOUR
    bent = [cylinder(c, runs, np.full(10, c + d)) for c, d in ((230.0, 0.0), (410.0, 1.0), (510.0, 0.0))]
    # Residuals of three points about their line have one degree of freedom, so L² is their sum of squares less the expected.
    residuals = np.polyval(np.polyfit([230, 410, 510], [230, 411, 510], 1), [230, 410, 510]) - [230, 411, 510]
    found = lack_of_fit(bent)
    assert found**2 == pytest.approx(np.sum(residuals**2) - 0.1**2 - 0.1**2 / 10, rel=0.02)
    assert lack_of_fit(bent, form="true-on-measured") == pytest.approx(found, rel=0.02)
    assert lack_of_fit(bent[:2]) == 0.0
    assert lack_of_fit([]) == 0.0


def test_more_noise_than_stated_is_found():
    rng = np.random.default_rng(47)
    runs = np.arange(400) * 4 * HOUR
    noisy = [cylinder(c, runs, c + rng.normal(0, 0.3, runs.size)) for c in (230.0, 410.0, 510.0)]
    assert lack_of_fit(noisy) == pytest.approx(np.sqrt(0.3**2 - 0.1**2), rel=0.1)


def test_agreement_with_the_stated_uncertainties_is_not_taken_for_curvature():
    rng = np.random.default_rng(46)
    found = [lack_of_fit(simulated_cruise(rng, drift=0.0)[3]) > 0.0 for _ in range(1000)]
    # Two tests that err in 5 of 100 cases each.
    assert np.mean(found) < 0.12
