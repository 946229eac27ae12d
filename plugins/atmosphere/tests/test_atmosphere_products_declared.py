"""Every product declares what it makes; where a name is only known with the data, a star stands for it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_atmosphere.products import (
    calibration_history,
    daily_means,
    growth_rate,
    hourly_means,
    monthly_means,
    target_statistics,
    vertical_profile,
)
from icos_atmosphere.vocabulary import GASES, UNCERTAINTY_TERMS
from sampled_air import HOUR, START, blocks, minute_stream, times_of, tower

from icos_core.dataset import attributes, check_stream, quantities
from icos_core.flags import COMPANIONS, apply_flags
from icos_core.plugins import installed_plugins

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import Product, ProductResult

PRODUCTS: tuple[Product, ...] = tuple(
    module.PRODUCT
    for module in (hourly_means, daily_means, monthly_means, growth_rate, vertical_profile, target_statistics, calibration_history)
)


def minutes(line: str, first: int) -> xr.Dataset:
    rng = np.random.default_rng(first)
    rows = blocks(72, range(first, first + 20))
    values: dict[str, np.ndarray] = {"h2o": rng.uniform(0.5, 2.0, rows.size)}
    for gas in GASES:
        values |= {f"{gas}{suffix}": rng.normal(400, 1, rows.size) for suffix in ("", "_raw", "_raw_dry", "_stdev")}
        values |= {f"{gas}_uncertainty{term}": np.full(rows.size, 0.1) for term in ("", *(f"_{term}" for term in UNCERTAINTY_TERMS))}
    return minute_stream(times_of(rows), values, line=line)


def days() -> xr.Dataset:
    count = 900
    values = {gas: 400.0 + np.sin(np.arange(count) / 58.1) for gas in GASES}
    return minute_stream(START + np.arange(count) * 24 * HOUR, values, averaging_interval="day")


def made_of(product: Product, streams: dict[str, xr.Dataset]) -> ProductResult:
    result = product.derive(streams, product.options(), tower())
    for name, stream in result.streams.items():
        apply_flags(stream, [each for each in result.outcomes if each.stream == name])
    return result


@pytest.fixture(scope="module")
def results() -> dict[str, ProductResult]:
    streams: dict[str, xr.Dataset] = {f"picarro/{line}": minutes(line, first) for line, first in (("50m", 0), ("150m", 30))}
    found = {}
    for product in (hourly_means.PRODUCT, daily_means.PRODUCT, monthly_means.PRODUCT, vertical_profile.PRODUCT):
        found[product.name] = made_of(product, streams)
        streams |= found[product.name].streams
    found["growth-rate"] = made_of(growth_rate.PRODUCT, {"daily/150m": days()})
    return found


@pytest.mark.parametrize("name", ["hourly-means", "daily-means", "monthly-means", "vertical-profile", "growth-rate"])
def test_what_is_made_is_declared(results: dict[str, ProductResult], name: str) -> None:
    product = next(each for each in PRODUCTS if each.name == name)
    declared = product.provides(product.options())
    made = results[name].streams
    assert made
    for stream_name, stream in made.items():
        (pattern,) = [each for each in declared if fnmatchcase(stream_name, each)]
        words = {word.name: word for word in declared[pattern]}
        check_stream(stream, stream_name)
        assert set(GASES) <= set(quantities(stream))
        for variable in map(str, stream.data_vars):
            if variable == "time_bnds" or variable.endswith(COMPANIONS):
                continue
            assert variable in words, f"{stream_name}: {variable}"
            assert stream[variable].dtype == words[variable].dtype
            told = {key: value for key, value in attributes(words[variable]).items() if key != "comment"}
            assert told.items() <= stream[variable].attrs.items(), f"{stream_name}: {variable}"


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_products_are_those_of_the_plugin_and_run_without_data(product: Product) -> None:
    assert installed_plugins().component("product", product.name) is product
    result = product.derive({}, product.options(), tower())
    assert result.streams == {}


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_products_leave_what_they_are_given_alone(product: Product) -> None:
    streams = {"picarro/150m": minutes("150m", 0), "daily/150m": days()}
    before = {name: stream.copy(deep=True) for name, stream in streams.items()}
    made_of(product, streams)
    for name, stream in streams.items():
        assert stream.identical(before[name]), name


def test_the_order_of_streams_changes_nothing() -> None:
    streams = {f"{analyser}/{line}": minutes(line, first) for analyser in "ab" for line, first in (("50m", 0), ("150m", 30))}
    forth = made_of(hourly_means.PRODUCT, streams).streams
    back = made_of(hourly_means.PRODUCT, dict(reversed(streams.items()))).streams
    assert list(forth) == list(back)
    for name, stream in forth.items():
        assert stream.identical(back[name])
