"""Records that a friction-velocity threshold removes, in both conventions; families of thresholds at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icos_ecosystem.ustar.filtering import AFTER_LOW, KEPT, LOW, NO_THRESHOLD, NO_USTAR, filter_flags, survival_ranks
from icos_ecosystem.ustar.pools import PERCENTILES, ascending, constant_thresholds, pool_percentiles, variable_thresholds
from tharandt import tharandt
from ustar_references import PEERS, moving_point_file

if TYPE_CHECKING:
    from pathlib import Path

NAN = np.nan
USTAR = np.array([0.5, 0.1, 0.5, NAN, 0.5, 0.3, 0.1, 0.2, 0.5])
NIGHT, DAY = np.zeros(9), np.full(9, 300.0)


def test_oneflux_removes_by_day_too_and_what_follows() -> None:
    expected = [KEPT, LOW, AFTER_LOW, NO_USTAR, AFTER_LOW, KEPT, LOW, LOW, AFTER_LOW]
    for radiation in (NIGHT, DAY, np.full(9, NAN)):
        assert filter_flags(USTAR, np.full(9, 0.3), radiation, convention="oneflux").tolist() == expected
    kept = filter_flags(USTAR, np.full(9, 0.3), NIGHT, convention="oneflux", first_after=False)
    assert kept.tolist() == [KEPT, LOW, KEPT, NO_USTAR, KEPT, KEPT, LOW, LOW, KEPT]


def test_reddyproc_removes_at_night_only() -> None:
    radiation = np.array([0.0, 9.99, 0.0, 0.0, 0.0, 0.0, 10.0, NAN, 0.0])
    flags = filter_flags(USTAR, np.full(9, 0.3), radiation, convention="reddyproc")
    assert flags.tolist() == [KEPT, LOW, KEPT, NO_USTAR, KEPT, KEPT, KEPT, LOW, KEPT]
    flags = filter_flags(USTAR, np.full(9, 0.3), radiation, convention="reddyproc", first_after=True)
    assert flags.tolist() == [KEPT, LOW, AFTER_LOW, NO_USTAR, KEPT, KEPT, KEPT, LOW, AFTER_LOW]


def test_without_a_threshold_nothing_is_known() -> None:
    assert set(filter_flags(USTAR[:3], NAN, DAY[:3], convention="oneflux")) == {NO_THRESHOLD}
    assert set(filter_flags(USTAR[:3], NAN, DAY[:3], convention="reddyproc")) == {KEPT}
    assert set(filter_flags(USTAR[:3], NAN, NIGHT[:3], convention="reddyproc")) == {NO_THRESHOLD}


def test_a_year_does_not_reach_into_the_next_in_oneflux() -> None:
    ustar, year = np.array([0.1, 0.5, 0.1, 0.5]), np.array([0, 0, 0, 1])
    assert filter_flags(ustar, 0.3, NIGHT[:4], convention="oneflux").tolist() == [LOW, AFTER_LOW, LOW, AFTER_LOW]
    assert filter_flags(ustar, 0.3, NIGHT[:4], convention="oneflux", year=year).tolist() == [LOW, AFTER_LOW, LOW, KEPT]


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["oneflux", "reddyproc"]), st.sampled_from([None, True, False]))
def test_ranks_are_the_flags_of_every_member(seed: int, convention: str, first_after: bool | None) -> None:
    generator = np.random.default_rng(seed)
    size, members = 60, 5
    ustar = np.where(generator.random(size) < 0.2, NAN, generator.integers(0, 8, size) / 10)
    radiation = generator.choice([0.0, 500.0, NAN], size)
    year = np.sort(generator.integers(0, 3, size))
    thresholds = np.sort(generator.integers(0, 8, (members, 3)) / 10, axis=0)
    thresholds[:, generator.integers(0, 3)] = generator.choice([0.2, NAN])
    options = {"convention": convention, "first_after": first_after}
    ranks = survival_ranks(ustar, thresholds, year, sw_in=radiation, **options)
    of_records = survival_ranks(ustar, thresholds[:, year], sw_in=radiation, **options)
    of_all = survival_ranks(ustar, thresholds[:, 0], sw_in=radiation, **options)
    for member in range(members):
        kept = filter_flags(ustar, thresholds[member, year], radiation, year=year, **options) == KEPT
        np.testing.assert_array_equal(member < ranks, kept)
        kept = filter_flags(ustar, thresholds[member, year], radiation, **options) == KEPT
        np.testing.assert_array_equal(member < of_records, kept)
        kept = filter_flags(ustar, thresholds[member, 0], radiation, **options) == KEPT
        np.testing.assert_array_equal(member < of_all, kept)


def test_members_must_be_in_order() -> None:
    with pytest.raises(ValueError, match="ascending order"):
        survival_ranks(USTAR, np.array([0.3, 0.2]), convention="oneflux", sw_in=NIGHT)
    with pytest.raises(ValueError, match=r"expected \(members, 9\)"):
        survival_ranks(USTAR, np.ones((2, 3)), convention="oneflux", sw_in=NIGHT)


def test_percentiles_are_members_of_the_pool() -> None:
    pool = np.array([5.0, NAN, 1.0, 4.0, 2.0, 3.0])
    assert pool_percentiles(pool, (0.0, 9.0, 50.0, 70.0, 71.0, 100.0)).tolist() == [1.0, 1.0, 3.0, 4.0, 4.0, 5.0]
    assert np.isnan(pool_percentiles(np.full(3, NAN))).all()
    assert pool_percentiles(np.array([0.3])).tolist() == [0.3] * 41
    assert len(PERCENTILES) == 41
    assert (np.diff(np.array(PERCENTILES)[ascending()]) > 0).all()


def test_pools_of_years() -> None:
    bootstraps = np.array([[1.0, 2.0], [NAN, NAN], [5.0, 6.0], [7.0, NAN]])
    assert variable_thresholds(bootstraps, (50.0, 100.0)).tolist() == [[1.0, 2.0], [2.0, 6.0], [6.0, 7.0], [6.0, 7.0]]
    assert constant_thresholds(bootstraps, (50.0,)).tolist() == [5.0]
    assert np.isnan(constant_thresholds(bootstraps[:2], (50.0,))).all()
    alone = np.array([[1.0], [NAN], [NAN]])
    assert np.isnan(variable_thresholds(alone, (50.0,))[2]).all()


@pytest.mark.realdata
def test_thresholds_and_records_are_those_of_oneflux(real_data: Path) -> None:
    """41 thresholds from the bootstraps that the product was made with, and which half hours are measured at each of them."""
    peer = real_data / PEERS
    printed = pd.read_csv(peer / "oneflux_nee_proc_DE-Tha/DE-Tha_USTAR_percentiles_y.csv")
    thresholds = pool_percentiles(moving_point_file(peer / "oneflux_nee_proc_DE-Tha/DE-Tha_usmp_1998.txt").bootstraps)
    np.testing.assert_array_equal(thresholds, printed.iloc[0, 1:])
    measured = pd.read_csv(peer / "oneflux_qc_auto_DE-Tha/DE-Tha_qca_nee_1998.csv.gz", skiprows=10, na_values=[-9999])
    filled = pd.read_csv(peer / "oneflux_nee_proc_DE-Tha/DE-Tha_NEE_percentiles_y_hh.csv.gz")
    ustar, radiation = (measured[name].to_numpy(np.float64) for name in ("USTAR", "SW_IN"))
    order = ascending()
    ranks = survival_ranks(ustar, thresholds[order], convention="oneflux", sw_in=radiation)
    for rank, member in enumerate(order):
        kept = filled.iloc[:, 3 + 2 * member] == 0
        np.testing.assert_array_equal(measured["NEE"].notna() & (rank < ranks), kept)


@pytest.mark.realdata
def test_flags_are_those_of_reddyproc(real_data: Path) -> None:
    measured, peer = tharandt(real_data), pd.read_csv(real_data / PEERS / "reddyproc_ustar_mds_partition.csv.gz")
    ustar, radiation = (measured[name] for name in ("USTAR", "SW_IN"))
    flags = filter_flags(ustar, peer["Ustar_uStar_Thres"].to_numpy(), radiation, convention="reddyproc")
    np.testing.assert_array_equal(flags, peer["Ustar_uStar_fqc"])
