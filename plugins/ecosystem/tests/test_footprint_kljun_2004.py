"""Kljun et al. (2004) against all of EddyPro's reference results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import ALL, TWO_PROGRAMS, fluxnet
from icos_ecosystem.footprint.kljun_2004 import kljun_2004, kljun_2004_applies

if TYPE_CHECKING:
    from pathlib import Path

FETCH = [f"FETCH_{each}" for each in ("MAX", "OFFSET", "10", "30", "50", "70", "80", "90")]


@pytest.mark.realdata
@pytest.mark.parametrize("run", [run for run in ALL if "km01" not in run])
def test_distances_are_those_of_eddypro(real_data: Path, run: str) -> None:
    table = fluxnet(real_data, run)
    height = table["BADM_INST_HEIGHT_SA"] - table["DISPLACEMENT_HEIGHT"]
    ustar = table["USTAR_UNCORR" if run in TWO_PROGRAMS else "USTAR"]
    fetch = kljun_2004(height, table["ROUGHNESS_LENGTH"], ustar, table["W_SIGMA"])
    used = table["FOOTPRINT_MODEL"] == 0
    assert used.any()
    for name, distance in zip(FETCH, fetch, strict=True):
        np.testing.assert_allclose(distance[used], table[name][used], rtol=1e-5, err_msg=name)
    np.testing.assert_array_equal(kljun_2004_applies(height, ustar, table["ZL"]), used)


def test_limits_are_told_and_belong_to_the_model() -> None:
    applies = kljun_2004_applies([1.0, 1.0, 0.9, 5.0, 5.0, 5.0, 5.0], [0.2, 0.19, 0.5, 0.5, 0.5, 0.5, np.nan], [0, 0, 0, 1.0, 1.1, -201, 0])
    assert applies.tolist() == [True, False, False, True, False, False, False]


def test_missing_is_missing_and_shapes_broadcast() -> None:
    fetch = kljun_2004(4.0, 0.1, [0.3, np.nan, 0.4], [0.4, 0.4, 0.5])
    assert fetch.x90.shape == (3,)
    assert np.isnan(fetch.peak).tolist() == [False, True, False]
    assert (np.diff([fetch.x10[0], fetch.x30[0], fetch.x50[0], fetch.x70[0], fetch.x80[0], fetch.x90[0]]) > 0).all()
