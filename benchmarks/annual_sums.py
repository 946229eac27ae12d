"""How far annual sums of net ecosystem exchange are from the truth of simulated years, and how often their joint uncertainty covers it.

``python benchmarks/annual_sums.py --years 400`` takes a second a year. It is no test: of 400 years the shares are known to a few percent.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np
from icos_ecosystem.aggregation.calendar_means import GRAMS_PER_DAY
from icos_ecosystem.ensemble.members import filtered_and_filled
from icos_ecosystem.ensemble.net_exchange import summarise_net_exchange
from icos_ecosystem.gap_filling.marginal_distribution import Driver
from icos_ecosystem.gap_filling.schedules import scheme_of
from icos_ecosystem.simulators.half_hourly_years import HalfHourlyYearsSimulation
from icos_ecosystem.simulators.site_exchange import as_measured, site_exchange
from icos_ecosystem.simulators.site_weather import site_weather
from icos_ecosystem.ustar.moving_point_rules import moving_point_rules
from icos_ecosystem.ustar.seasons import seasons_within_years
from icos_ecosystem.ustar.threshold_estimate import Series, estimated

if TYPE_CHECKING:
    from icos_ecosystem.ustar.filtering import Convention

COVERED = 1.96
CASES: tuple[tuple[str, Convention, bool], ...] = (
    ("as ONEFlux: low records of day and night and the one after", "oneflux", False),
    ("the same, symmetric mean", "oneflux", True),
    ("low records of the night alone, windows of ONEFlux", "reddyproc", False),
)
SITE = HalfHourlyYearsSimulation(spikes=0.0, weather_outages=0)


def one_year(seed: int, convention: Convention, *, symmetric: bool) -> tuple[float, float]:
    """Return the error of a year's reference and its joint uncertainty [g C m-2]."""
    random = np.random.default_rng(seed)
    weather = site_weather(SITE, random)
    exchange = site_exchange(SITE, weather)
    nee, calendar = as_measured(SITE, weather, exchange, random)["NEE"], weather.calendar
    thresholds = estimated(
        Series(nee, weather.friction_velocity, weather.temperature, weather.radiation),
        calendar,
        seasons_within_years(calendar.year, calendar.month),
        method="moving-point",
        rules=moving_point_rules("oneflux"),
        bootstraps=100,
        seed=seed,
    )
    drivers = [
        Driver(values=weather.radiation, tolerance=20.0, tolerance_to=50.0),
        Driver(values=weather.temperature, tolerance=2.5),
        Driver(values=weather.deficit, tolerance=5.0),
    ]
    scheme = scheme_of("oneflux", symmetric=symmetric)
    members = filtered_and_filled(
        nee,
        weather.friction_velocity,
        thresholds.vut,
        calendar.year - calendar.years[0],
        drivers,
        sw_in=weather.radiation,
        per_day=calendar.per_day,
        scheme=scheme,
        convention=convention,
    )
    found = summarise_net_exchange(members, calendar, weather.potential, drivers, scheme).columns["yy"]
    truth = exchange.net.sum() * GRAMS_PER_DAY / calendar.per_day
    return float(found["REF"][0] - truth), float(found["REF_JOINTUNC"][0])


def main() -> None:
    """Print bias, scatter, stated uncertainty and coverage of every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=400, help="simulated years of each case")
    chosen = parser.parse_args()
    for name, convention, symmetric in CASES:
        table = np.array([one_year(1000 + number, convention, symmetric=symmetric) for number in range(chosen.years)])
        error, joint = table.T
        covered = np.mean(np.abs(error) <= COVERED * joint)
        print(
            f"{name}: {chosen.years} years, bias {error.mean():+.1f}, scatter {error.std(ddof=1):.1f}, "
            f"joint uncertainty {joint.mean():.1f} g C m-2; within {COVERED} of it {covered:.0%}"
        )


if __name__ == "__main__":
    main()
