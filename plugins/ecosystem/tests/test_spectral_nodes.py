"""Nodes and weights against the sum over all lines."""

from __future__ import annotations

import time

import numpy as np
import pytest
from icos_ecosystem.spectral.nodes import ORDER, condense, node_frequencies, number_of_nodes
from icos_ecosystem.spectral.transfer_functions import first_order_power, first_order_response, path_average_vertical_wind

N_LINES = 16_384
DF = 20.0 / 32_768


@pytest.fixture(scope="module")
def cospectrum():
    """Return a cospectrum as wild as a real one: a smooth course with noise of either sign that is as large as itself."""
    rng = np.random.default_rng(3)
    f = DF * np.arange(1, N_LINES + 1)
    course = 1.0 / (1.0 + 30.0 * f) ** 2.0
    return course * rng.exponential(1.0, (4, N_LINES)) * np.sign(rng.normal(0.5, 1.0, (4, N_LINES)))


@pytest.mark.parametrize("fc", np.geomspace(0.001, 100.0, 26))
@pytest.mark.parametrize("wind", [0.3, 1.0, 8.0, None])
def test_integrals_with_every_filter_are_those_over_all_lines(cospectrum, fc, wind):
    def smooth(f):
        passed = first_order_power(f, fc)
        if wind is None:
            return passed
        return passed / (path_average_vertical_wind(f, 0.125, wind) * first_order_response(f, 0.02)) ** 2

    f = DF * np.arange(1, N_LINES + 1)
    exact = cospectrum @ smooth(f)
    found = condense(cospectrum) @ smooth(node_frequencies(N_LINES, DF))
    np.testing.assert_allclose(found, exact, rtol=0.0, atol=1e-10 * np.abs(cospectrum @ smooth(f)).min())


@pytest.mark.parametrize("n_lines", [1, 2, 20, 30, 100, 8192, 16_384, 18_000])
def test_a_constant_and_polynomials_of_the_logarithm_are_exact(n_lines):
    lines = np.linspace(1.0, 2.0, n_lines)
    nodes, weights = node_frequencies(n_lines, 0.5), condense(lines)
    assert nodes.shape == weights.shape == (number_of_nodes(n_lines),)
    assert (np.diff(nodes) > 0).all()
    assert weights.sum() == pytest.approx(lines.sum(), rel=1e-13)
    cube = np.log(0.5 * np.arange(1, n_lines + 1)) ** 3
    assert weights @ np.log(nodes) ** 3 == pytest.approx(lines @ cube, rel=1e-12)


def test_few_nodes_stand_for_many_lines():
    assert number_of_nodes(N_LINES) < 300
    np.testing.assert_array_equal(condense(np.arange(1.0, ORDER)), np.arange(1.0, ORDER))


def test_condensing_is_linear_and_keeps_the_leading_axes(cospectrum):
    stacked = condense(np.stack([cospectrum, 2.0 * cospectrum]))
    assert stacked.shape == (2, 4, number_of_nodes(N_LINES))
    np.testing.assert_allclose(stacked[1], 2.0 * condense(cospectrum), rtol=1e-10, atol=1e-15)


def test_condensing_is_quick(cospectrum):
    condense(cospectrum)
    start = time.process_time()
    for _ in range(20):
        condense(cospectrum)
    assert (time.process_time() - start) / 20 < 0.02


def test_a_cospectrum_without_lines_is_a_mistake():
    with pytest.raises(ValueError, match="at least one line, not 0"):
        condense(np.empty(0))
