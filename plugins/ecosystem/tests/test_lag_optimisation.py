"""Windows of lags from many half hours: plain medians, edges, and classes without lags."""

from __future__ import annotations

import numpy as np
import pytest
from icos_ecosystem.series.lag_optimisation import humidity_class, optimised_lag, optimised_lag_by_humidity, telling_lags


def test_which_lags_tell() -> None:
    lag = [0.2, 0.2, 0.0, 1.0, 0.3, np.nan, 0.4]
    flux = [-3.0, 2.0, 5.0, 5.0, 9.0, 9.0, np.nan]
    np.testing.assert_array_equal(telling_lags(lag, flux, 2.0, 0.0, 1.0), [0.2, np.nan, np.nan, np.nan, 0.3, np.nan, np.nan])
    assert np.isnan(telling_lags([np.nan], [1.0], 2.0, 0.0, 1.0)).all()


def test_far_lags_are_rejected_unless_as_in_eddypro() -> None:
    lag = np.append(np.tile([0.19, 0.21], 50), 9.0)
    flux = np.full(101, 10.0)
    assert np.isnan(telling_lags(lag, flux, 2.0, 0.0, 10.0)[-1])
    assert telling_lags(lag, flux, 2.0, 0.0, 10.0, rejects_nothing=True)[-1] == 9.0


def test_passive_gas() -> None:
    found = optimised_lag([0.2, 0.5, 0.8, 1.6, np.nan, 0.4], range_factor=2.0)
    assert found.default == 0.5
    assert found.maximum - found.default == pytest.approx(2.0 * 0.3 / 0.6745)
    assert found.default - found.minimum == pytest.approx(2.0 * 0.3 / 0.6745)
    assert found.number == 5
    assert optimised_lag([0.3, 0.3, 0.3]).maximum == pytest.approx(0.3 + 1.5 * 0.1 / 0.6745)
    assert np.isnan(optimised_lag([np.nan]).default)


@pytest.mark.parametrize(
    ("humidity", "place"), [(0.0, 0), (9.999, 0), (10.0, 1), (99.9, 9), (100.0, 9), (104.0, 9), (-1.0, 0), (np.nan, -1)]
)
def test_classes(humidity: float, place: int) -> None:
    assert humidity_class(humidity, 10) == place


def test_water_vapour() -> None:
    lags = [1.0, 2.0, 3.0, 9.0, 5.0, 5.0, 6.0, np.nan]
    humidity = [35.0, 35.0, 35.0, 35.0, 55.0, 55.0, 55.0, 75.0]
    found = optimised_lag_by_humidity(lags, humidity, classes=10, range_factor=1.0)
    assert found.number.tolist() == [0, 0, 0, 4, 0, 3, 0, 0, 0, 0]
    # The medians are 2.5 and 5; in between, beyond and before them.
    np.testing.assert_allclose(found.default, [2.5, 2.5, 2.5, 2.5, 3.75, 5.0, 6.25, 7.5, 8.75, 10.0])
    assert found.minimum[3] == pytest.approx(2.5 - 1.0 / 0.6745)
    assert found.maximum[3] == pytest.approx(2.5 + 3.5 / 0.6745)
    assert found.minimum[5] == pytest.approx(5.0 - 0.3)
    assert found.maximum[5] == pytest.approx(5.0 + 1.0 / 0.6745)


def test_one_class_and_none() -> None:
    found = optimised_lag_by_humidity([1.0, 1.2], [50.0, 52.0], classes=5)
    np.testing.assert_allclose(found.default, 1.1)
    assert np.isnan(optimised_lag_by_humidity([np.nan], [50.0]).default).all()
