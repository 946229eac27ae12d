"""Contributions of methods to annual sums: against what they stand for, and product `method-spread` on hand-made streams."""

from __future__ import annotations

import numpy as np
import pytest
from eddypro_flux_streams import STATION
from icos_ecosystem.ensemble.method_spread import combined, spread_of_choice, spread_of_percentiles
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.half_hourly.streams import bounded
from icos_ecosystem.products.method_spread import PRODUCT, MethodSpreadOptions, derive
from icos_ecosystem.simulators.half_hourly_years import HalfHourlyYearsSimulation
from icos_ecosystem.simulators.site_exchange import as_measured, site_exchange
from icos_ecosystem.simulators.site_weather import site_weather
from icos_ecosystem.vocabulary.flux_templates import quantity

from icos_core.dataset import make_stream
from icos_core.testing import example_context

NAN = float("nan")


def test_a_choice_is_uniform_between_the_least_and_the_largest() -> None:
    sums = [np.array([-300.0, 1.0, NAN]), np.array([-360.0, NAN, NAN]), np.array([-330.0, NAN, 5.0])]
    spread = spread_of_choice(sums)
    drawn = np.random.default_rng(1).uniform(-360.0, -300.0, 200_000)
    assert spread[0] == pytest.approx(drawn.std(), rel=5e-3)
    assert np.isnan(spread[1:]).all()
    assert np.isnan(spread_of_choice([np.array([1.0, 2.0])])).all()


def test_percentiles_and_sums_of_terms() -> None:
    drawn = np.random.default_rng(2).normal(0.0, 7.0, 200_000)
    ends = (np.percentile(drawn, each) for each in (15.865, 84.135))
    assert spread_of_percentiles(*(np.array([end]) for end in ends))[0] == pytest.approx(7.0, rel=1e-2)
    together = combined([np.array([3.0, NAN, NAN]), np.array([4.0, 2.0, NAN])])
    np.testing.assert_array_equal(together, [5.0, 2.0, NAN])


@pytest.fixture(scope="module")
def streams():
    """Two years of hours, their filter, parts by night and by day that are as far apart as is known, and the product's years."""
    options = HalfHourlyYearsSimulation(years=2, interval="60 min", latitude=51.0, outages=2)
    random = np.random.default_rng(3)
    weather = site_weather(options, random)
    exchange = site_exchange(options, weather)
    nee = as_measured(options, weather, exchange, random)["NEE"]
    calendar = whole_years(2023, 2024, 24)
    time = (calendar.start - np.timedelta64(60, "m")).astype("datetime64[ns]")
    hour = np.timedelta64(60, "m")

    def stream(**values):
        words = [quantity(name, "1", name) for name in values]
        return bounded(make_stream(time, values, words), hour)

    threshold = np.full(time.size, 0.25)
    kept = np.where(weather.friction_velocity >= threshold, nee, np.nan)
    grid = stream(USTAR=weather.friction_velocity, TA=weather.temperature, SW_IN=weather.radiation, VPD=weather.deficit)
    years = make_stream(
        time[[0, 8760]],
        {
            "NEE_VUT_REF": [-420.0, -400.0],
            "NEE_VUT_REF_RANDUNC": [4.0, 3.0],
            "NEE_VUT_16": [-430.0, -410.0],
            "NEE_VUT_84": [-410.0, -400.0],
        },
        [quantity(name, "g m-2 yr-1", name) for name in ("NEE_VUT_REF", "NEE_VUT_REF_RANDUNC", "NEE_VUT_16", "NEE_VUT_84")],
    )
    return {
        "half-hourly": grid,
        "despiked": stream(NEE=nee),
        "ustar-filtered": stream(NEE=kept, USTAR_THRESHOLD=threshold),
        "partitioned-nighttime": stream(RECO_NT=np.full(time.size, 2.0), GPP_NT=np.full(time.size, 3.0)),
        "partitioned-daytime": stream(RECO_DT=np.full(time.size, 2.5), GPP_DT=np.full(time.size, 3.0)),
        "fluxnet/yy": years,
    }


def derived(streams, **options):
    return derive(streams, MethodSpreadOptions(**options), example_context(station=STATION, deployments=()))


@pytest.fixture(scope="module")
def spread(streams):
    return derived(streams, learned=False).streams["method-spread"]


def test_contributions(spread) -> None:
    np.testing.assert_array_equal(spread["NEE_SPREAD_RANDOM"], [4.0, 3.0])
    np.testing.assert_array_equal(spread["NEE_SPREAD_THRESHOLD"], [10.0, 5.0])
    carbon = 12.0107e-6 * 86400.0 * np.array([365, 366])
    np.testing.assert_allclose(spread["NEE_SPREAD_PARTITIONING"], 0.5 * carbon / np.sqrt(12.0))
    np.testing.assert_allclose(spread["RECO_SPREAD_PARTITIONING"], 0.5 * carbon / np.sqrt(12.0))
    np.testing.assert_allclose(spread["GPP_SPREAD_PARTITIONING"], 0.0, atol=1e-9)
    fillers = np.array([spread[f"NEE_MDS_{name}"] for name in ("ONEFLUX", "REDDYPROC", "SYMMETRIC")])
    np.testing.assert_allclose(spread["NEE_SPREAD_FILLER"], np.ptp(fillers, axis=0) / np.sqrt(12.0))
    terms = [spread[f"NEE_SPREAD_{name}"].values for name in ("RANDOM", "THRESHOLD", "USTAR_METHOD", "FILTER", "FILLER", "PARTITIONING")]
    np.testing.assert_allclose(spread["NEE_SPREAD_TOTAL"], np.sqrt(np.nansum(np.square(terms), axis=0)))


def test_the_filter_of_the_run_is_among_the_variants(spread) -> None:
    """The fixture filters day and night, but not the record after a low one: between the two conventions, and nearer to ONEFlux's."""
    assert (np.abs(spread["NEE_FILTER_ONEFLUX"] - spread["NEE_MDS_ONEFLUX"]) < 15.0).all()
    assert "NEE_LEARNED" not in spread
    assert "NEE_CP" in spread or "NEE_MP_ONEFLUX" in spread


def test_without_radiation_the_sun_tells_night(streams, spread) -> None:
    dark = derived({**streams, "half-hourly": streams["half-hourly"].rename(SW_IN="SW_IN_POT")}, learned=False).streams["method-spread"]
    for name in ("NEE_MP_ONEFLUX", "NEE_FILTER_REDDYPROC"):
        assert (name in dark) == (name in spread)


def test_what_is_missing(streams) -> None:
    assert "no filtered" in derived({}).problems[0].message
    alone = {name: streams[name] for name in ("half-hourly", "despiked", "ustar-filtered")}
    found = derived(alone, learned=False).streams["method-spread"]
    assert "NEE_SPREAD_RANDOM" not in found
    assert "NEE_SPREAD_FILLER" in found
    assert PRODUCT.needs == ("fluxnet-product", "partition-nighttime", "partition-daytime")
