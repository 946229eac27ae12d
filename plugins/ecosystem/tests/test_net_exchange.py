"""Forty-one versions of net ecosystem exchange against ONEFlux's at Tharandt, at every resolution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.aggregation.calendar_means import good_fraction, period_means, period_sums
from icos_ecosystem.aggregation.night_day import parts_of_day
from icos_ecosystem.aggregation.periods import COARSE, periods_of
from icos_ecosystem.aggregation.random_uncertainty_of_means import random_uncertainty_of_means
from icos_ecosystem.ensemble.member_uncertainty import uncertainty_of_member
from icos_ecosystem.ensemble.members import Members, filtered_and_filled
from icos_ecosystem.ensemble.net_exchange import NetExchange, summarise_net_exchange
from icos_ecosystem.ensemble.reference_selection import days_with, model_efficiency, periods_with
from icos_ecosystem.ensemble.references import aggregated_members
from icos_ecosystem.gap_filling.long_gaps import long_gap_mask
from icos_ecosystem.gap_filling.schedules import ONEFLUX
from icos_ecosystem.half_hourly.site_calendar import whole_years
from oneflux_exchange import PERCENTILES, Tharandt, beyond_print, column

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.realdata
CALENDAR = whole_years(1998, 1998, 48)


@pytest.fixture(scope="module")
def tharandt(folder: Path) -> Tharandt:
    return Tharandt(folder)


@pytest.fixture(scope="module")
def members(tharandt: Tharandt) -> Members:
    of = tharandt.input
    year = np.zeros(CALENDAR.size, np.int64)
    how: dict[str, Any] = {"sw_in": of["SW_IN"], "per_day": 48, "scheme": ONEFLUX, "convention": "oneflux"}
    return filtered_and_filled(of["NEE"], of["USTAR"], tharandt.thresholds, year, tharandt.drivers, **how)


@pytest.fixture(scope="module")
def made(tharandt: Tharandt, members: Members) -> NetExchange:
    return summarise_net_exchange(members, CALENDAR, tharandt.input["SW_IN_POT"], tharandt.drivers, ONEFLUX)


def test_every_version_of_every_half_hour(tharandt: Tharandt, members: Members) -> None:
    values, quality = tharandt.members("hh")
    assert beyond_print(members.values, values) == 0
    np.testing.assert_array_equal(members.quality, quality)
    assert len(members.distinct) == 33
    for member in range(41):
        np.testing.assert_array_equal(members.values[member], members.values[members.same_as[member]])


@pytest.mark.parametrize("resolution", COARSE)
def test_every_version_of_longer_periods(tharandt: Tharandt, members: Members, resolution: Any) -> None:
    values, quality = tharandt.members(resolution)
    periods = periods_of(CALENDAR, resolution)
    assert beyond_print(aggregated_members(members.values, CALENDAR)[resolution], values) == 0
    assert beyond_print(period_means(good_fraction(members.quality, 48), periods), quality) == 0


def test_the_block_that_is_not_compared(tharandt: Tharandt, members: Members) -> None:
    deep = np.flatnonzero(long_gap_mask(members.quality[39], per_day=48))
    # The second line of the file after a comment: first row, and the one after the last.
    folder = tharandt.folder / "ecosystem_post/reference/oneflux_nee_proc_DE-Tha"
    first, after = (folder / "DE-Tha_mef_filter_y.txt").read_text().splitlines()[2].split(",")[2:]
    np.testing.assert_array_equal(deep, np.arange(int(first), int(after)))


@pytest.mark.parametrize("resolution", ["hh", "dd", "ww", "mm"])
def test_matrices_of_model_efficiency(tharandt: Tharandt, members: Members, resolution: Any) -> None:
    deep = long_gap_mask(members.quality[39], per_day=48)
    skipped = deep if resolution == "hh" else periods_with(days_with(deep, 48), periods_of(CALENDAR, resolution))
    found = model_efficiency(aggregated_members(members.ensemble, CALENDAR)[resolution][:, ~skipped])
    assert beyond_print(found, tharandt.efficiency(resolution)) == 0


def test_references(tharandt: Tharandt, made: NetExchange) -> None:
    found = {resolution: PERCENTILES[member] for resolution, member in made.references.items() if member is not None}
    assert found == {resolution: tharandt.reference(resolution) for resolution in ("hh", *COARSE)}
    assert found == {"hh": "41.25", "dd": "48.75", "ww": "48.75", "mm": "1.25", "yy": "1.25"}


TIES = {"16_QC": 2, "25_QC": 1, "50_QC": 2, "75_QC": 1, "95_QC": 1}
"""Half hours in which members of the same value but another quality tie: which comes first is in the last bit of their means."""
OTHER_CHOICE = {f"REF_{part}_{what}" for part in ("NIGHT", "DAY") for what in ("RANDUNC", "JOINTUNC")}
"""Columns of months and years that ONEFlux takes from the reference of the weeks."""


@pytest.mark.parametrize("resolution", ["hh", *COARSE])
def test_every_column(tharandt: Tharandt, made: NetExchange, resolution: str) -> None:
    printed = tharandt.read(f"NEE_{resolution}")
    columns = {end: values for end, values in made.columns[resolution].items() if not end.startswith("CUMULATED")}
    apart = {end: beyond_print(values, printed[column(end)].to_numpy(np.float64)) for end, values in columns.items()}
    expected = TIES if resolution == "hh" else {}
    if resolution in {"mm", "yy"}:
        assert all(apart.pop(end) for end in OTHER_CHOICE)
    assert {end: count for end, count in apart.items() if count} == expected
    theirs = {name for name in printed.columns if name.startswith("NEE_")}
    assert theirs == {column(end) for end in columns}


@pytest.mark.parametrize("resolution", COARSE)
def test_records_behind_the_uncertainty_of_night_and_day(tharandt: Tharandt, made: NetExchange, resolution: str) -> None:
    printed = tharandt.read(f"NEE_{resolution}")
    for part in ("night", "day"):
        found = made.uncertain_records[resolution][f"{part.upper()}_RANDUNC_N"]
        assert beyond_print(found, printed[f"{part}_randUnc_n"].to_numpy(np.float64)) == 0


@pytest.mark.parametrize("resolution", ["mm", "yy"])
def test_where_oneflux_keeps_the_uncertainty_of_another_reference(tharandt: Tharandt, members: Members, resolution: Any) -> None:
    """Of night and day in months and years it is that of the weeks' reference; with that choice ours is the same."""
    printed = tharandt.read(f"NEE_{resolution}")
    member = PERCENTILES.index(tharandt.reference("ww"))
    of_weeks = uncertainty_of_member(members, member, tharandt.drivers, per_day=48, scheme=ONEFLUX)
    for name, part in zip(("night", "day"), parts_of_day(tharandt.input["SW_IN_POT"], 48), strict=True):
        found = random_uncertainty_of_means(part.only(of_weeks.values), 48, periods_of(CALENDAR, resolution))
        assert beyond_print(found, printed[f"NEE_ref_{name}_randUnc_y"].to_numpy(np.float64)) == 0


def test_the_year_is_the_sum_of_its_days(members: Members, made: NetExchange) -> None:
    year = aggregated_members(members.values, CALENDAR)["dd"]
    np.testing.assert_allclose(period_sums(year, periods_of(CALENDAR, "yy")), aggregated_members(members.values, CALENDAR)["yy"])
    assert made.columns["yy"]["REF"] == pytest.approx([-655.5], abs=0.005)
    assert made.columns["yy"]["REF_JOINTUNC"] == pytest.approx([51.9005], abs=5e-5)
    assert made.columns["yy"]["USTAR50"] == pytest.approx([-684.418], abs=5e-4)
