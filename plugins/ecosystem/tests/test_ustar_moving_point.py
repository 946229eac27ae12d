"""Moving-point thresholds: the peers' class tables, a slow implementation, seasons, years, bootstraps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.ustar.bootstrap import bootstrap_quantiles, moving_point_bootstraps
from icos_ecosystem.ustar.moving_point import filled_in, moving_point
from icos_ecosystem.ustar.moving_point_rules import CORRELATED, FEW_RECORDS, FOUND, NO_PLATEAU, WINDY, moving_point_rules
from icos_ecosystem.ustar.night_records import night_records, sorted_records
from icos_ecosystem.ustar.seasons import CALENDAR_QUARTERS, continuous_seasons, seasons_within_years
from icos_ecosystem.ustar.turbulence_classes import classify
from scipy import stats
from slow_moving_point import slow_classes, slow_temperature_classes, slow_ustar_classes
from tharandt import despiked_by_qc_auto, tharandt
from ustar_references import PEERS, moving_point_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.ustar.seasons import Seasons

NAN = np.nan
ONEFLUX, REDDYPROC = moving_point_rules("oneflux"), moving_point_rules("reddyproc")
RULES = {"oneflux": ONEFLUX, "reddyproc": REDDYPROC}
WINTER_FIRST = ((12, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10, 11))
YEAR_1998 = whole_years(1998, 1998, 48)
Series = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def series_of(table: Mapping[str, np.ndarray]) -> Series:
    nee, ustar, ta, radiation = (table[name] for name in ("NEE", "USTAR", "TA", "SW_IN"))
    return nee, ustar, ta, radiation


def simulated(calendar: SiteCalendar, threshold: np.ndarray | float = 0.3, seed: int = 1) -> Series:
    """Return half hours whose flux at night rises with friction velocity up to a threshold."""
    generator = np.random.default_rng(seed)
    ustar = generator.gamma(2.0, 0.14, calendar.size).round(2)
    season = -np.cos((calendar.day_of_year - 20) / 365 * 2 * np.pi)
    ta = 8.0 + 9.0 * season + generator.normal(0.0, 3.0, calendar.size).round(1)
    radiation = np.maximum(np.sin((calendar.hour - 6.0) / 12.0 * np.pi), 0.0) * 500.0
    nee = 3.0 * np.minimum(ustar / threshold, 1.0) + generator.normal(0.0, 0.3, calendar.size)
    return np.where(radiation > 10.0, -8.0, nee), ustar, ta, radiation


# --- what the peers print --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tharandt_1998(folder: Path) -> Series:
    return series_of(tharandt(folder))


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "groups", "plateau"),
    [
        ("oneflux_ustar_mp_DE-Tha_default_JFM.txt", CALENDAR_QUARTERS, None),
        ("oneflux_ustar_mp_DE-Tha_DJF_crit095.txt", WINTER_FIRST, 0.95),
        ("oneflux_nee_proc_DE-Tha/DE-Tha_usmp_1998.txt", CALENDAR_QUARTERS, None),
    ],
)
def test_class_table_of_oneflux(real_data: Path, tharandt_1998: Series, name: str, groups: Any, plateau: float | None) -> None:
    """Every class, season and year to the six digits that are printed; the third table is of the fluxes without spikes."""
    peer = moving_point_file(real_data / PEERS / name)
    series = series_of(despiked_by_qc_auto(real_data, "ustar")) if "nee_proc" in name else tharandt_1998
    seasons = seasons_within_years(YEAR_1998.year, YEAR_1998.month, groups)
    found = moving_point(night_records(*series, seasons), seasons, moving_point_rules("oneflux", plateau=plateau))
    order = [seasons.identifiers.tolist().index(1998000 + group[0]) for group in groups]
    np.testing.assert_array_equal(found.counts[order], peer.counts)
    printed = np.where(peer.classes == 10.0, NAN, peer.classes)
    np.testing.assert_allclose(found.thresholds[order].T, printed, rtol=5e-6)
    np.testing.assert_array_equal((found.reasons[order] == NO_PLATEAU).T, peer.classes == 10.0)
    np.testing.assert_allclose(found.season[order], peer.seasons, rtol=5e-6)
    np.testing.assert_allclose(found.year, peer.annual, rtol=5e-6)


@pytest.mark.realdata
def test_seasons_and_bins_of_reddyproc(real_data: Path, tharandt_1998: Series) -> None:
    """Thresholds to the last digits, and of all 17520 records season, class of temperature and class of friction velocity."""
    peer = real_data / PEERS
    seasons = continuous_seasons(YEAR_1998.year, YEAR_1998.month)
    found = moving_point(night_records(*tharandt_1998, seasons), seasons, REDDYPROC)
    printed = pd.read_csv(peer / "reddyproc_ustar_season.csv")
    np.testing.assert_array_equal(seasons.identifiers, printed["season"])
    np.testing.assert_array_equal(seasons.year, printed["seasonYear"])
    np.testing.assert_array_equal(found.counts, printed["nRec"])
    np.testing.assert_allclose(found.season, printed["uStarSeasonEst"], rtol=1e-12)
    classes = pd.read_csv(peer / "reddyproc_ustar_tempInSeason.csv", index_col=0)
    np.testing.assert_allclose(found.thresholds.T, classes, rtol=1e-12)
    season, year, single = filled_in(found.season, found.year, np.zeros(5, np.int64))
    together = pd.read_csv(peer / "reddyproc_ustar_single.csv")["uStar"]
    np.testing.assert_allclose([single, *year, *season], together, rtol=1e-12)
    bins = pd.read_csv(peer / "reddyproc_ustar_bins.csv.gz")
    np.testing.assert_array_equal(seasons.identifiers[seasons.index], bins["season"])
    np.testing.assert_array_equal(found.class_of, bins["tempBin"].fillna(-1))
    np.testing.assert_array_equal(found.bin_of, bins["uStarBin"].fillna(-1))


@pytest.mark.realdata
def test_bootstraps_are_distributed_as_those_of_oneflux(real_data: Path, tharandt_1998: Series) -> None:
    """Two samples of one distribution: the year and each season (Kolmogorov and Smirnov), how often there is none, and the records.

    A correct method fails one of these 13 comparisons at 0.1 % each about once in eighty seeds.
    """
    peer = moving_point_file(real_data / PEERS / "oneflux_ustar_mp_DE-Tha_default_JFM.txt")
    seasons = seasons_within_years(YEAR_1998.year, YEAR_1998.month)
    ours = moving_point_bootstraps(night_records(*tharandt_1998, seasons), ONEFLUX, bootstraps=1000, seed=3)
    pairs = [(ours.year[0], peer.bootstraps), *((ours.season[index], peer.by_season[:, index]) for index in range(4))]
    for mine, theirs in pairs:
        assert stats.ks_2samp(mine[np.isfinite(mine)], theirs[np.isfinite(theirs)]).pvalue > 1e-3
        missing = np.array([[np.isnan(each).sum(), np.isfinite(each).sum()] for each in (mine, theirs)])
        assert stats.fisher_exact(missing).pvalue > 1e-3
    # The whole year is drawn from, not each season for itself: 99.9 % bounds of the variance of 100 counts.
    variance = peer.counts * (1.0 - peer.counts / 17520.0)
    ratio = peer.boot_counts.var(axis=0, ddof=1) / variance
    lower, upper = stats.chi2(99).ppf([5e-4, 1 - 5e-4]) / 99
    assert ((lower < ratio) & (ratio < upper)).all()


@pytest.mark.realdata
def test_quantiles_of_reddyproc_lie_where_200_bootstraps_may_put_them(real_data: Path, tharandt_1998: Series) -> None:
    """The share of ours below a quantile of 200 bootstraps follows a binomial distribution; 99.9 % bounds, of 5 seasons and the year."""
    peer = pd.read_csv(real_data / PEERS / "reddyproc_ustar_boot200.csv")
    seasons = continuous_seasons(YEAR_1998.year, YEAR_1998.month)
    ours = moving_point_bootstraps(night_records(*tharandt_1998, seasons), REDDYPROC, bootstraps=1000, seed=4)
    season, year, single = filled_in(ours.season, ours.year, np.zeros(5, np.int64))
    for mine, row in zip([single, *year, *season], peer.itertuples(index=False), strict=True):
        for share, quantile in zip((0.05, 0.5, 0.95), row[4:], strict=True):
            lower, upper = stats.binom(200, share).ppf([5e-4, 1 - 5e-4]) / 200
            sampled = 3.3 * np.sqrt(share * (1 - share) / mine.size)
            assert lower - sampled <= np.mean(mine <= quantile + 1e-9) <= upper + sampled


# --- slow implementation ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("convention", ["oneflux", "reddyproc"])
@pytest.mark.parametrize("seed", range(6))
def test_classes_equal_a_slow_implementation(convention: str, seed: int) -> None:
    """With long runs of equal values, records drawn many times or never, few and many classes."""
    generator = np.random.default_rng(seed)
    count, classes, ustar_classes = int(generator.integers(750, 1200)), int(generator.integers(2, 8)), int(generator.integers(5, 21))
    ustar = generator.gamma(2.0, 0.12, count).round(1 + seed % 2)
    ta = (generator.normal(5.0, 4.0, count) + ustar).round(seed % 3)
    nee = np.minimum(ustar, 0.25) * 8.0 + generator.normal(0.0, 1.0 + seed % 2, count)
    drawn = generator.multinomial(count, np.full(count, 1 / count), size=2).astype(np.int16)
    drawn[0] = 1
    rules = moving_point_rules(convention, temperature_classes=classes, ustar_classes=ustar_classes, least_in_class=60).classes
    records = sorted_records(ta, ustar, nee, np.arange(count), np.zeros(count, np.int64), 1)
    found = classify(records, drawn, rules)
    for sample in range(2):
        rows = np.repeat(np.arange(count), drawn[sample])
        options = {"oneflux": convention == "oneflux", "classes": classes, "ustar_classes": ustar_classes, "least": 60}
        np.testing.assert_allclose(found.thresholds[sample, 0], slow_classes(ta[rows], ustar[rows], nee[rows], **options), rtol=1e-12)
        assert found.counts[sample, 0] == rows.size


@pytest.mark.parametrize("convention", ["oneflux", "reddyproc"])
def test_records_are_numbered_as_the_slow_implementation_does(convention: str) -> None:
    generator = np.random.default_rng(8)
    ta, ustar = generator.normal(5.0, 4.0, 1000).round(), generator.gamma(2.0, 0.1, 1000).round(2)
    records = sorted_records(ta, ustar, generator.normal(size=1000), np.arange(1000), np.zeros(1000, np.int64), 1)
    rules = moving_point_rules(convention, least_in_class=50).classes
    found = classify(records, np.ones((1, 1000), np.int16), rules)
    assert found.class_of.tolist() == slow_temperature_classes(records.ta.tolist(), 7)
    for k in np.unique(found.class_of[found.bin_of > 0]):
        rows = np.flatnonzero(found.class_of == k)
        rows = rows[np.argsort(records.ustar[rows], kind="stable")]
        expected = slow_ustar_classes(records.ustar[rows].tolist(), 20, from_last_end=convention == "reddyproc")
        assert found.bin_of[rows].tolist() == expected
        for place in range(max(expected)):
            members = rows[np.array(expected) == place + 1]
            assert found.ustar_means[0, k - 1, place] == pytest.approx(records.ustar[members].mean())
            assert found.nee_means[0, k - 1, place] == pytest.approx(records.nee[members].mean())


def test_a_run_of_equal_values_longer_than_a_class() -> None:
    """Five records a class: what would end within the run ends behind it, and the next class is the following value alone."""
    values = [0.1] * 12 + [0.2] + [0.3] * 3 + [0.4] * 4
    assert slow_ustar_classes(values, 4, from_last_end=False) == [1] * 12 + [2] + [3] * 3 + [4] * 4
    records = sorted_records(np.zeros(20), np.array(values), np.zeros(20), np.arange(20), np.zeros(20, np.int64), 1)
    rules = moving_point_rules("oneflux", temperature_classes=1, ustar_classes=4, least_in_class=10).classes
    varied = sorted_records(np.arange(20.0) % 7, np.array(values), np.zeros(20), np.arange(20), np.zeros(20, np.int64), 1)
    assert classify(records, np.ones((1, 20), np.int16), rules).reasons.tolist() == [[CORRELATED]]
    found = classify(varied, np.ones((1, 20), np.int16), rules)
    of_value = {value: int(found.bin_of[varied.ustar == value][0]) for value in (0.1, 0.2, 0.3, 0.4)}
    assert of_value == {0.1: 1, 0.2: 2, 0.3: 3, 0.4: 4}


def test_why_a_class_has_no_threshold() -> None:
    generator = np.random.default_rng(5)
    count = 140
    ta = np.concatenate([np.full(count, k) + generator.uniform(0, 0.5, count) for k in range(4)])
    ustar = generator.uniform(0.0, 0.8, 4 * count)
    ustar[:count] = 0.5 * (ta[:count] - 0.0) + generator.normal(0, 0.01, count)
    ustar[count : 2 * count] += 0.3
    nee = np.minimum(ustar, 0.3) * 5.0 - 0.01 * ustar
    nee[2 * count : 3 * count] = ustar[2 * count : 3 * count]
    records = sorted_records(ta, ustar, nee, np.arange(4 * count), np.zeros(4 * count, np.int64), 1)
    found = classify(records, np.ones((1, 4 * count), np.int16), moving_point_rules("oneflux", temperature_classes=4).classes)
    assert found.reasons[0].tolist() == [CORRELATED, WINDY, NO_PLATEAU, FOUND]
    assert 0.28 < found.thresholds[0, 0, 3] < 0.37  # a class is 0.04 m s-1 wide
    few = classify(records, np.ones((1, 4 * count), np.int16), moving_point_rules("oneflux").classes)
    assert set(few.reasons[0]) == {FEW_RECORDS}
    assert few.counts.tolist() == [[4 * count]]


# --- seasons and years -----------------------------------------------------------------------------------------------------------


def test_seasons_within_years_keep_december_and_january_together() -> None:
    calendar = whole_years(1998, 1999, 24)
    seasons = seasons_within_years(calendar.year, calendar.month, WINTER_FIRST)
    of_month = {(y, m): int(s) for y, m, s in zip(calendar.year, calendar.month, seasons.identifiers[seasons.index], strict=True)}
    assert [of_month[1998, month] for month in (1, 2, 3, 11, 12)] == [1998012, 1998012, 1998003, 1998009, 1998012]
    assert of_month[1999, 1] == 1999012
    assert seasons.year.tolist() == [1998] * 4 + [1999] * 4


def test_continuous_seasons_run_over_the_turn_of_the_year() -> None:
    calendar = whole_years(1998, 1999, 48)
    seasons = continuous_seasons(calendar.year, calendar.month)
    assert seasons.identifiers.tolist() == [1998001, 1998003, 1998006, 1998009, 1998012, 1999003, 1999006, 1999009, 1999012]
    assert seasons.year.tolist() == [1998, 1998, 1998, 1998, 1999, 1999, 1999, 1999, 1999]
    in_january = (calendar.year == 1999) & (calendar.month == 1)
    assert set(seasons.identifiers[seasons.index[in_january]]) == {1998012}


def test_southern_seasons() -> None:
    """A growing season from October to March is one, whichever year its months are of."""
    calendar = whole_years(2001, 2003, 24)
    seasons = continuous_seasons(calendar.year, calendar.month, (4, 10))
    assert seasons.identifiers.tolist() == [2001001, 2001004, 2001010, 2002004, 2002010, 2003004, 2003010]
    within = seasons_within_years(calendar.year, calendar.month, ((10, 11, 12, 1, 2, 3), (4, 5, 6, 7, 8, 9)))
    assert within.identifiers.tolist() == [2001004, 2001010, 2002004, 2002010, 2003004, 2003010]


def test_months_must_be_in_one_season_each() -> None:
    with pytest.raises(ValueError, match=r"missing \[12\], more than once or no month \[3\]"):
        seasons_within_years(np.array([1998]), np.array([1]), ((1, 2, 3), (3, 4, 5, 6), (7, 8, 9, 10, 11)))
    with pytest.raises(ValueError, match="expected some of 1 to 12"):
        continuous_seasons(np.array([1998]), np.array([1]), (0, 6))


def estimated(series: Series, seasons: Seasons, convention: str) -> Any:
    return moving_point(night_records(*series, seasons), seasons, RULES[convention])


@pytest.mark.parametrize("convention", ["oneflux", "reddyproc"])
@pytest.mark.parametrize("per_day", [24, 48])
def test_a_known_threshold_is_found(convention: str, per_day: int) -> None:
    """Of hourly data too; the last class below the plateau is the earliest that may pass."""
    calendar = whole_years(2000, 2000, per_day)
    seasons = seasons_within_years(calendar.year, calendar.month)
    found = estimated(simulated(calendar, 0.3), seasons, convention)
    assert found.years.tolist() == [2000]
    assert 0.2 < found.year[0] < 0.4
    assert found.year[0] == np.nanmax(found.season)
    assert not found.together[0]


def test_each_season_has_its_own_threshold() -> None:
    calendar = whole_years(1999, 1999, 48)
    seasons = seasons_within_years(calendar.year, calendar.month, WINTER_FIRST)
    winter = np.isin(calendar.month, (12, 1, 2))
    found = estimated(simulated(calendar, np.where(winter, 0.38, 0.2)), seasons, "reddyproc")
    by_identifier = dict(zip(seasons.identifiers, found.season, strict=True))
    assert by_identifier[1999012] > 0.3
    assert all(by_identifier[identifier] < 0.25 for identifier in (1999003, 1999006, 1999009))


@pytest.mark.parametrize(("convention", "kept"), [("oneflux", 0.15), ("reddyproc", 0.32)])
def test_a_year_of_few_records_is_one_season(convention: str, kept: float) -> None:
    """In ONEFlux only where no season has 700 records (or the year hardly any rows), in REddyProc below 3000."""
    calendar = whole_years(1999, 1999, 48)
    series = simulated(calendar, 0.3)
    nee = np.where(np.random.default_rng(2).random(calendar.size) < kept, series[0], NAN)
    seasons = seasons_within_years(calendar.year, calendar.month)
    found = estimated((nee, *series[1:]), seasons, convention)
    assert found.together[0]
    assert np.isnan(found.season).all() == (convention == "oneflux")
    assert 0.15 < found.year[0] < 0.45
    season, year, _ = filled_in(found.season, found.year, np.zeros(4, np.int64))
    assert np.isfinite(season).all()
    assert year[0] == found.year[0]


@pytest.mark.parametrize("convention", ["oneflux", "reddyproc"])
@pytest.mark.parametrize("rows", [0, 150, 400])
def test_too_few_records_give_nothing(convention: str, rows: int) -> None:
    calendar = whole_years(1999, 1999, 48)
    series = simulated(calendar)
    seasons = seasons_within_years(calendar.year, calendar.month)
    nights = night_records(np.where(np.arange(calendar.size) < 2 * rows, series[0], NAN), *series[1:], seasons)
    found = moving_point(nights, seasons, RULES[convention])
    assert np.isnan(found.year).all()
    assert np.isnan(found.season).all()
    many = moving_point_bootstraps(nights, RULES[convention], bootstraps=5, seed=0)
    assert np.isnan(many.year).all()
    assert np.isnan(bootstrap_quantiles(many.year)).all()


def test_without_a_night_there_is_nothing() -> None:
    calendar = whole_years(1999, 1999, 24)
    series = simulated(calendar)
    seasons = seasons_within_years(calendar.year, calendar.month)
    for radiation in (np.full(calendar.size, 20.0), np.full(calendar.size, NAN)):
        nights = night_records(*series[:3], radiation, seasons)
        for rules in RULES.values():
            found = moving_point(nights, seasons, rules)
            assert np.isnan(found.year).all()
            assert set(found.class_of) == {-1}


def test_years_without_a_threshold_take_the_median_of_the_others() -> None:
    season = np.array([0.1, NAN, NAN, NAN, 0.5, 0.2])
    found = filled_in(season, np.array([0.1, NAN, 0.5]), np.array([0, 0, 1, 1, 2, 2]))
    np.testing.assert_allclose(found[0], [0.1, 0.1, 0.3, 0.3, 0.5, 0.2])
    np.testing.assert_allclose(found[1], [0.1, 0.3, 0.5])
    assert found[2] == pytest.approx(0.3)


# --- bootstraps ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("convention", ["oneflux", "reddyproc"])
def test_a_seed_gives_a_year_the_same_bootstraps_beside_any_others(convention: str) -> None:
    rules = RULES[convention]
    both, alone = whole_years(1999, 2000, 24), whole_years(2000, 2000, 24)
    series = simulated(both)
    nights = night_records(*series, seasons_within_years(both.year, both.month))
    later = tuple(each[both.year == 2000] for each in series)
    of_one = night_records(*later, seasons_within_years(alone.year, alone.month))
    found = moving_point_bootstraps(nights, rules, bootstraps=6, seed=11)
    again = moving_point_bootstraps(of_one, rules, bootstraps=6, seed=11)
    other = moving_point_bootstraps(of_one, rules, bootstraps=6, seed=12)
    np.testing.assert_array_equal(found.year[1], again.year[0])
    np.testing.assert_array_equal(found.season[4:], again.season)
    assert (again.year[0, 1:] != other.year[0, 1:]).any()
    assert np.unique(found.year[0]).size > 1


def test_the_first_bootstrap_of_reddyproc_is_the_data() -> None:
    calendar = whole_years(2000, 2000, 24)
    seasons = seasons_within_years(calendar.year, calendar.month)
    nights = night_records(*simulated(calendar), seasons)
    found = moving_point_bootstraps(nights, REDDYPROC, bootstraps=3, seed=0)
    single = moving_point(nights, seasons, REDDYPROC)
    np.testing.assert_array_equal(found.season[:, 0], single.season)
    assert found.year[0, 0] == single.year[0]


def test_quantiles_need_two_fifths_of_the_bootstraps() -> None:
    rows = np.array([[1.0, 2.0, NAN, NAN, NAN], [1.0, NAN, NAN, NAN, NAN]])
    found = bootstrap_quantiles(rows, (0.5, 1.0))
    np.testing.assert_array_equal(found, [[1.5, 2.0], [NAN, NAN]])


def test_two_classes_must_follow() -> None:
    with pytest.raises(ValueError, match="classes_above is 1"):
        moving_point_rules("oneflux", classes_above=1)
