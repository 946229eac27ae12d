"""The energy-balance correction against a slow implementation in plain Python, and where the balance is odd."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import slow_energy_balance as slow
from icos_ecosystem.energy_balance.closure_correction import correct, joint_uncertainty
from icos_ecosystem.energy_balance.closure_factors import RESOLUTIONS, EnergyFluxes, closure_factors, without_outliers
from icos_ecosystem.energy_balance.moving_factors import moving_quartiles
from icos_ecosystem.half_hourly.site_calendar import whole_years

if TYPE_CHECKING:
    from icos_ecosystem.energy_balance.closure_correction import ClosureCorrection
    from icos_ecosystem.energy_balance.closure_factors import Resolution
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

FIRST, LAST = 2019, 2021
"""The second year is a leap year."""


def simulated(calendar: SiteCalendar, seed: int = 3) -> dict[str, np.ndarray]:
    """Return three years with a balance that closes to some 80 %, noise, gaps of all lengths and quality of all classes."""
    random = np.random.default_rng(seed)
    n, per_day = calendar.size, calendar.per_day
    season = np.cos(2.0 * np.pi * (calendar.day_of_year - 190) / 365.25)
    sun = np.maximum(np.sin(2.0 * np.pi * (calendar.hour - 6.0) / 24.0), 0.0)
    net = (250.0 + 200.0 * season) * sun - 50.0 + 20.0 * random.standard_normal(n)
    ground = 0.1 * net + 5.0 * random.standard_normal(n)
    closure = 0.8 + 0.1 * np.sin(np.arange(n) / (20.0 * per_day)) + 0.05 * random.standard_normal(n)
    bowen = 0.7 - 0.3 * season
    latent = (net - ground) * closure / (1.0 + bowen) + 10.0 * random.standard_normal(n)
    sensible = (net - ground) * closure * bowen / (1.0 + bowen) + 10.0 * random.standard_normal(n)
    latent[random.random(n) < 0.002] = 0.0
    quality = [np.where(random.random(n) < 0.75, 0, random.integers(1, 4, n)).astype(float) for _ in range(2)]
    net[random.random(n) < 0.1] = np.nan
    # A gap in spring of each year, one of 70 days, and one that covers the second winter and all of the third year's start.
    starts = np.searchsorted(calendar.year, np.arange(FIRST, LAST + 1))
    for year, start in enumerate(starts):
        net[start + (60 + 5 * year) * per_day : start + (100 + 3 * year) * per_day] = np.nan
    ground[starts[1] + 200 * per_day : starts[1] + 270 * per_day] = np.nan
    ground[starts[1] + 310 * per_day : starts[2] + 160 * per_day] = np.nan
    return {"NETRAD": net, "G": ground, "LE": latent, "H": sensible, "LE_QC": quality[0], "H_QC": quality[1]}


def fluxes(data: dict[str, np.ndarray]) -> EnergyFluxes:
    return EnergyFluxes(
        net_radiation=data["NETRAD"],
        ground_heat=data["G"],
        latent_heat=data["LE"],
        sensible_heat=data["H"],
        latent_heat_quality=data["LE_QC"],
        sensible_heat_quality=data["H_QC"],
    )


def closing(calendar: SiteCalendar, closure: float, **changes: Any) -> dict[str, np.ndarray]:
    """Return fluxes of alternating sign that close the balance to a share that is the same at all times."""
    latent = np.where(np.arange(calendar.size) % 2, 60.0, -20.0)
    sensible = np.full(calendar.size, 30.0)
    nil = np.zeros(calendar.size)
    plain = {"NETRAD": (latent + sensible) / closure + 5.0, "G": nil + 5.0, "LE": latent, "H": sensible, "LE_QC": nil, "H_QC": nil}
    return {**plain, **changes}


def as_columns(found: ClosureCorrection) -> dict[str, np.ndarray]:
    columns = {"N": found.count, "METHOD": found.method}
    for name, flux in (("LE", found.latent_heat), ("H", found.sensible_heat)):
        columns |= {name: flux.mean, f"{name}_CORR": flux.corrected, f"{name}_CORR_25": flux.lower, f"{name}_CORR_75": flux.upper}
    return columns


@pytest.fixture(scope="module", params=[48, 24])
def case(request: pytest.FixtureRequest) -> tuple[SiteCalendar, dict[str, np.ndarray], list[slow.Row]]:
    calendar = whole_years(FIRST, LAST, request.param)
    data = simulated(calendar)
    rows = [dict(zip(data, each, strict=True)) for each in zip(*(column.tolist() for column in data.values()), strict=True)]
    return calendar, data, rows


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_against_the_slow_implementation(case: tuple[SiteCalendar, dict[str, np.ndarray], list[slow.Row]], resolution: Resolution) -> None:
    calendar, data, rows = case
    minutes = 1440 // calendar.per_day
    found = as_columns(correct(fluxes(data), calendar, resolution))
    first = datetime(FIRST, 1, 1)  # noqa: DTZ001  # local standard time
    if resolution == "hh":
        places = range(0, calendar.size, 11 * calendar.per_day + 5)
        expected = slow.half_hours(rows, first, minutes, places)
    else:
        expected = slow.longer(rows, first, minutes, resolution)
        places = range(len(expected["N"]))
    for name, column in found.items():
        np.testing.assert_allclose(column[places], np.array(expected[name])[places], rtol=1e-9, err_msg=name)
    if resolution != "yy":
        assert {1, 2, 3} <= set(found["METHOD"][places].tolist())


def test_a_balance_that_is_closed_is_left() -> None:
    """All factors are 1: their range is nil, which makes none of them an outlier."""
    calendar = whole_years(2021, 2021, 24)
    data = closing(calendar, 1.0)
    for resolution in RESOLUTIONS:
        found = correct(fluxes(data), calendar, resolution)
        np.testing.assert_array_equal(found.method, 1)
        for flux in (found.latent_heat, found.sensible_heat):
            np.testing.assert_allclose(flux.corrected, flux.mean, rtol=1e-12)
    half_hours = correct(fluxes(data), calendar).latent_heat
    np.testing.assert_allclose(half_hours.upper - half_hours.lower, 0.0, atol=1e-12)


def test_a_balance_that_lacks_a_fifth_grows_by_a_quarter() -> None:
    calendar = whole_years(2020, 2020, 48)
    found = correct(fluxes(closing(calendar, 0.8)), calendar)
    np.testing.assert_allclose(found.latent_heat.corrected, 1.25 * found.latent_heat.mean, rtol=1e-12)
    # 20 half hours of each day count; the window is 30 days and a half hour long, of which the first row sees the latter half.
    assert found.count.max() == 30 * 20 + 1
    assert found.count[0] == 15 * 20


def test_quartiles_keep_their_order_where_the_flux_is_negative() -> None:
    calendar = whole_years(2021, 2021, 24)
    noise = np.random.default_rng(1).normal(1.2, 0.1, calendar.size)
    data = closing(calendar, 1.0)
    data["NETRAD"] = data["G"] + noise * (data["LE"] + data["H"])
    flux = correct(fluxes(data), calendar).latent_heat
    assert (flux.mean < 0).any()
    assert (flux.lower < flux.corrected).all()
    assert (flux.corrected < flux.upper).all()
    random = np.full(calendar.size, 3.0)
    random[5] = np.nan
    joint = joint_uncertainty(random, flux)
    expected = np.sqrt(9.0 + ((flux.upper - flux.lower) / 1.349) ** 2)
    np.testing.assert_allclose(np.delete(joint, 5), np.delete(expected, 5))
    assert np.isnan(joint[5])


@pytest.mark.parametrize("absent", ["NETRAD", "G", "LE", "H", "all"])
@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_nothing_is_made_of_nothing(absent: str, resolution: Resolution) -> None:
    calendar = whole_years(2021, 2022, 24)
    missing = np.full(calendar.size, np.nan)
    names = ("NETRAD", "G", "LE", "H", "LE_QC", "H_QC") if absent == "all" else (absent,)
    found = correct(fluxes(closing(calendar, 0.8, **dict.fromkeys(names, missing))), calendar, resolution)
    np.testing.assert_array_equal(found.method, 0)
    for values in (found.count, found.latent_heat.corrected, found.sensible_heat.corrected, found.latent_heat.lower):
        assert np.isnan(values).all()


def test_a_flux_that_is_missing_now_and_then_stays_missing() -> None:
    calendar = whole_years(2021, 2021, 24)
    data = closing(calendar, 0.8)
    data["LE"][1000:1010] = np.nan
    found = correct(fluxes(data), calendar)
    assert np.flatnonzero(np.isnan(found.latent_heat.corrected)).tolist() == list(range(1000, 1010))
    assert np.isfinite(found.sensible_heat.corrected).all()
    assert (found.method == 1).all()


def test_fluxes_that_cancel_have_no_factor() -> None:
    calendar = whole_years(2021, 2021, 24)
    data = closing(calendar, 0.8)
    data["LE"][500], data["H"][500] = 40.0, -40.0
    factors, share = closure_factors(fluxes(data), calendar, "hh")
    assert np.flatnonzero(np.isnan(factors)).tolist() == [500]
    assert (share == 1.0).all()


def test_outliers_are_beyond_one_and_a_half_interquartile_ranges() -> None:
    factors = np.array([1.0, 1.1, 1.2, 1.3, np.nan, 1.9, 0.5])
    # Sorted 0.5 1.0 1.1 1.2 1.3 1.9: quartiles are numbers 2 and 5 by the rule of half hours, 2 and 5 by that of longer periods.
    np.testing.assert_array_equal(without_outliers(factors, "hh"), [1.0, 1.1, 1.2, 1.3, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(without_outliers(np.array([1.5, np.nan]), "aggregated"), [1.5, np.nan])


def test_the_moving_window_against_sorting_each() -> None:
    random = np.random.default_rng(8)
    values = np.where(random.random(200) < 0.3, np.nan, random.integers(0, 9, 200) / 4.0)
    upwards, downwards, count = moving_quartiles(values, 7, 4)
    for i in range(200):
        window = values[max(i - 7, 0) : i + 5]
        ordered = np.sort(window[np.isfinite(window)])
        assert count[i] == ordered.size
        ranks = [quarter * ordered.size // 4 for quarter in (1, 2, 3)]
        np.testing.assert_array_equal(upwards[i], ordered[ranks])
        np.testing.assert_array_equal(downwards[i], ordered[::-1][ranks])
