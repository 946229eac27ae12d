"""Deviations, classes and flags against EddyPro's, and against a raw half hour."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import ALL, fluxnet, reference_table
from icos_ecosystem.flux_quality import (
    deviation_class,
    foken,
    friction_velocity_stationarity,
    goeckede,
    mauder_foken,
    quality_flag,
    stationarity,
)

if TYPE_CHECKING:
    from pathlib import Path

FLUXES = ("TAU", "H", "FC", "FH2O")


@pytest.mark.realdata
@pytest.mark.parametrize("run", ALL)
def test_classes_and_flags_are_those_of_eddypro(real_data: Path, run: str) -> None:
    table = fluxnet(real_data, run)
    for name in FLUXES:
        np.testing.assert_array_equal(deviation_class(table[f"{name}_SS"]), table[f"{name}_SS_TEST"], err_msg=name)
    u, w, t = (deviation_class(table[f"{name}_ITC"]) for name in ("U", "W", "T_SONIC"))
    # What EddyPro prints as the class of u is the worse one of u and w, which the momentum flux goes by.
    np.testing.assert_array_equal(np.maximum(u, w), table["U_ITC_TEST"])
    np.testing.assert_array_equal(w, table["W_ITC_TEST"])
    np.testing.assert_array_equal(t, table["T_SONIC_ITC_TEST"])
    scheme = "foken" if "foken9" in run else "mauder-foken"
    for name in FLUXES:
        turbulence = np.maximum(u, w) if name == "TAU" else w
        flag = quality_flag(scheme, table[f"{name}_SS_TEST"], turbulence)
        np.testing.assert_array_equal(flag, table[f"{name}_SSITC_TEST"], err_msg=name)
        if name == "FH2O":
            np.testing.assert_array_equal(flag, table["LE_SSITC_TEST"])
            np.testing.assert_array_equal(flag, table["ET_SSITC_TEST"])


@pytest.mark.realdata
@pytest.mark.parametrize("run", [run for run in ALL if not run.endswith("express")])
def test_details_too(real_data: Path, run: str) -> None:
    details = reference_table(real_data, run, "qc_details")
    for name in ("w/u", "w/ts", "w/co2", "w/h2o"):
        deviation, flag = details[f"dev({name})"].astype(float), details[f"flag({name})"].astype(float)
        np.testing.assert_array_equal(deviation_class(deviation), flag)


def test_classes() -> None:
    limits = [0, 15, 15.9, 16, 30, 31, 50, 51, 75, 76, 100, 101, 250, 251, 500, 501, 1000, 1001, np.nan]
    expected = [1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, np.nan]
    np.testing.assert_array_equal(deviation_class(limits), expected)


def test_stationarity_of_known_parts() -> None:
    parts = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, np.nan, 3.0, 1.0, 3.0, np.nan], [np.nan] * 6])
    np.testing.assert_array_equal(stationarity([5.0, -2.0, 1.0], parts), [30.0, 200.0, np.nan])
    np.testing.assert_array_equal(stationarity([0.0, np.nan], parts[:2]), [np.nan, np.nan])


def test_friction_velocity_stationarity() -> None:
    # u* of (3, 4) is sqrt(5); of (3/4, 1) sqrt(5/4): half of it is missing.
    found = friction_velocity_stationarity([3.0], [4.0], [[0.5, 1.0]], [[1.0, 1.0]])
    np.testing.assert_array_equal(found, [50.0])


def test_mauder_foken_table() -> None:
    for steady, developed in product(range(1, 10), repeat=2):
        worse = max(steady, developed)
        assert mauder_foken(steady, developed) == (0 if worse <= 2 else 1 if worse <= 5 else 2)


@pytest.mark.parametrize(
    ("steady", "developed", "flag"),
    [
        *((1, 1, 1), (1, 2, 1), (2, 1, 2), (2, 2, 2), (1, 3, 3), (2, 4, 3), (3, 1, 4), (4, 2, 4), (1, 5, 5), (4, 3, 5), (3, 4, 5)),
        *((5, 1, 6), (5, 5, 6), (6, 1, 7), (1, 6, 7), (6, 6, 7), (7, 1, 8), (1, 8, 8), (8, 8, 8), (9, 1, 9), (1, 9, 9)),
    ],
)
def test_foken_table(steady: int, developed: int, flag: int) -> None:
    assert foken(steady, developed) == flag


def test_goeckede_is_monotonous_and_can_be_set() -> None:
    grid = np.arange(1, 10)
    flags = goeckede(grid[:, None], grid[None, :])
    assert (np.diff(flags, axis=0) >= 0).all()
    assert set(np.unique(flags)) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert goeckede(3, 1, limits=(3, 4, 5, 6)) == 1
    with pytest.raises(ValueError, match=r"limits are \[1, 2\], expected four increasing classes"):
        goeckede(1, 1, limits=(1, 2))


@pytest.mark.parametrize("scheme", ["mauder-foken", "foken", "goeckede"])
def test_missing_classes_make_missing_flags(scheme: str) -> None:
    assert np.isnan(quality_flag(scheme, [np.nan, 1.0], [1.0, np.nan])).all()


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(ValueError, match=r"no scheme of quality flags 'foken-2004'.*foken"):
        quality_flag("foken-2004", 1, 1)
