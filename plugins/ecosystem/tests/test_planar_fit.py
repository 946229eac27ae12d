"""Planes through mean winds: a plane that is known, EddyPro's planes from its mean winds, damaged files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import fluxnet
from icos_ecosystem.planar_fit import fit_planes, read_planar_fit, sector_of

from icos_core.exceptions import InputError

if TYPE_CHECKING:
    from pathlib import Path

FILE = ("ecosystem_raw", "eddypro_reference", "finse", "icos_pf_fratini", "eddypro_finse_planar_fit.txt")


def tilted(b0: float, b1: float, b2: float, n: int = 200, seed: int = 1) -> np.ndarray:
    horizontal = np.random.default_rng(seed).uniform(-6, 6, (n, 2))
    return np.column_stack([horizontal, b0 + horizontal @ [b1, b2]])


def test_a_sector_begins_where_the_first_one_begins() -> None:
    direction = np.array([0.0, 89.999, 90.0, 359.9, 360.0, -1.0, np.nan])
    np.testing.assert_array_equal(sector_of(direction, 4), [0, 0, 1, 3, 0, 3, -1])
    np.testing.assert_array_equal(sector_of(np.array([350.0, 10.0, 30.0, 349.0]), 9, first=350.0), [0, 0, 1, 8])


def test_a_plane_is_found_again() -> None:
    mean = tilted(0.1, -0.03, 0.05)
    sector = np.zeros(len(mean), dtype=np.int64)
    found = fit_planes(mean, sector, 1, maximum_wind=50.0)
    np.testing.assert_allclose(found.coefficients[0], [0.1, -0.03, 0.05], atol=1e-12)
    assert found.number[0] == (np.hypot(mean[:, 0], mean[:, 1]) >= 0.5).sum()
    through_origin = fit_planes(tilted(0.0, -0.03, 0.05), sector, 1, bias=False)
    np.testing.assert_allclose(through_origin.coefficients[0], [0.0, -0.03, 0.05], atol=1e-12)


def test_a_plane_is_the_one_of_least_squares() -> None:
    random = np.random.default_rng(2)
    mean = tilted(0.05, 0.02, -0.04) + np.column_stack([np.zeros((200, 2)), random.normal(0, 0.05, 200)])
    sector = np.zeros(200, dtype=np.int64)
    expected, *_ = np.linalg.lstsq(np.column_stack([np.ones(200), mean[:, :2]]), mean[:, 2], rcond=None)
    np.testing.assert_allclose(fit_planes(mean, sector, 1, minimum_wind=0.0).coefficients[0], expected, rtol=1e-10)
    level, *_ = np.linalg.lstsq(mean[:, :2], mean[:, 2], rcond=None)
    np.testing.assert_allclose(fit_planes(mean, sector, 1, minimum_wind=0.0, bias=False).coefficients[0, 1:], level, rtol=1e-10)


def test_what_is_calm_stormy_steep_or_missing_does_not_count() -> None:
    good = tilted(0.0, 0.1, 0.0, n=150)
    good = good[np.hypot(good[:, 0], good[:, 1]) > 0.6]
    bad = np.array([[0.1, 0.1, 0.9], [30.0, 0.0, -0.9], [2.0, 2.0, 1.5], [np.nan, 1.0, 0.0]])
    mean = np.concatenate([good, bad])
    found = fit_planes(mean, np.zeros(len(mean), dtype=np.int64), 1)
    np.testing.assert_allclose(found.coefficients[0], [0.0, 0.1, 0.0], atol=1e-12)
    assert found.number[0] == len(good)


@pytest.mark.parametrize(
    ("missing", "expected"), [("clockwise", [1, 1, 3, 3]), ("counter-clockwise", [3, 1, 1, 3]), ("none", [-1, 1, -1, 3])]
)
def test_a_sector_without_a_plane_takes_a_neighbours(missing: str, expected: list[int]) -> None:
    mean = np.concatenate([tilted(0.0, 0.1, 0.0), tilted(0.0, 0.0, 0.2)])
    sector = np.repeat([1, 3], 200)
    found = fit_planes(mean, sector, 4, missing=missing)
    np.testing.assert_array_equal(found.taken_from, expected)
    slopes = {1: [0.0, 0.1, 0.0], 3: [0.0, 0.0, 0.2], -1: [np.nan] * 3}
    np.testing.assert_allclose(found.coefficients, [slopes[each] for each in expected], atol=1e-12)
    np.testing.assert_array_equal(found.first, [0, 90, 180, 270])


def test_winds_on_one_line_make_no_plane() -> None:
    mean = np.outer(np.linspace(1, 2, 120), [1.0, 0.0, 0.1])
    assert np.isnan(fit_planes(mean, np.zeros(120, dtype=np.int64), 1).coefficients).all()
    assert fit_planes(np.empty((0, 3)), np.empty(0, dtype=np.int64), 2).taken_from.tolist() == [-1, -1]


@pytest.mark.realdata
def test_planes_of_a_run_are_those_that_eddypro_prints(real_data: Path) -> None:
    table = fluxnet(real_data, "finse/express")
    mean = table[["U_UNROT", "V_UNROT", "W_UNROT"]].to_numpy()
    printed = read_planar_fit(real_data.joinpath(*FILE))
    found = fit_planes(mean, sector_of(table["WD"].to_numpy(), 4), 4, minimum_number=10)
    np.testing.assert_array_equal(found.number, printed.number)
    np.testing.assert_allclose(found.coefficients, printed.coefficients, atol=2e-6)
    assert found.taken_from.tolist() == [1, 1, 2, 3]


@pytest.mark.realdata
def test_a_file_of_the_etc_is_read(real_data: Path) -> None:
    found = read_planar_fit(real_data / "ecosystem_raw" / "rflux_DE-HoH" / "planar_fit.txt")
    assert found.coefficients.shape == (4, 3)
    assert np.isfinite(found.coefficients).all()
    np.testing.assert_array_equal(found.last, [90, 180, 270, 360])


def test_a_sector_that_eddypro_has_no_plane_of_has_none(tmp_path: Path) -> None:
    path = tmp_path / "planar_fit.txt"
    path.write_text(" 1  0- 180  -9999.0 -9999.0 -9999.0\n 2 180- 360 0.01 -0.02 0.03\n")
    found = read_planar_fit(path)
    np.testing.assert_array_equal(found.coefficients, [[np.nan] * 3, [0.01, -0.02, 0.03]])
    np.testing.assert_array_equal(found.taken_from, [-1, 1])
    np.testing.assert_array_equal(found.number, [0, 0])


def test_a_file_without_planes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text("nothing of the kind\n")
    with pytest.raises(InputError, match=r"other\.txt: no rows of fitting planes coefficients"):
        read_planar_fit(path)
    path.write_text(" 1  0- 360  0.1 1.2.3 0.2\n")
    with pytest.raises(InputError, match=r"other\.txt: coefficients of the planes"):
        read_planar_fit(path)
    with pytest.raises(InputError, match=r"absent\.txt: cannot be read"):
        read_planar_fit(tmp_path / "absent.txt")
