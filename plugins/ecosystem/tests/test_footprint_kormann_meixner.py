"""Kormann and Meixner (2001) against EddyPro's reference results and its own density, added up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from eddypro_results import TWO_PROGRAMS, fluxnet
from icos_ecosystem.footprint.fetch import SHARES
from icos_ecosystem.footprint.kormann_meixner import kormann_meixner
from scipy.special import gamma

if TYPE_CHECKING:
    from pathlib import Path

FETCH = [f"FETCH_{each}" for each in ("OFFSET", "10", "30", "50", "70", "80", "90")]


@pytest.mark.realdata
@pytest.mark.parametrize(("run", "periods"), [("DE-HoH/adv_km01_cw_foken9", 1), ("finse/express", 9), ("finse/icos_pf_fratini", 11)])
def test_distances_are_those_of_eddypro(real_data: Path, run: str, periods: int) -> None:
    table = fluxnet(real_data, run)
    table = table[table["FOOTPRINT_MODEL"] == 1]
    assert len(table) == periods
    height = table["BADM_INST_HEIGHT_SA"] - table["DISPLACEMENT_HEIGHT"]
    ustar = table["USTAR_UNCORR" if run in TWO_PROGRAMS else "USTAR"]
    fetch = kormann_meixner(height, ustar, table["WS"], table["ZL"], whole_metres=True)
    np.testing.assert_allclose(fetch.peak, table["FETCH_MAX"], rtol=1e-5)
    for name, distance in zip(FETCH, fetch[1:], strict=True):
        np.testing.assert_array_equal(distance, table[name], err_msg=name)


@pytest.mark.parametrize("zeta", [-1.5, -0.2, 0.0, 0.3])
def test_shares_are_those_of_the_density_added_up(zeta: float) -> None:
    z, ustar, wind = 4.0, 0.3, 2.5
    phi_m = 1.0 + 5.0 * zeta if zeta > 0 else (1.0 - 16.0 * zeta) ** -0.25
    phi_c = phi_m if zeta > 0 else phi_m**2
    n = 1.0 / phi_m if zeta > 0 else (1.0 - 24.0 * zeta) / (1.0 - 16.0 * zeta)
    m = ustar * phi_m / (0.41 * wind)
    r = 2.0 + m - n
    mu = (1.0 + m) / r
    xi = wind / z**m * z**r / (r**2 * 0.41 * ustar * z / (phi_c * z**n))
    fetch = kormann_meixner(z, ustar, wind, zeta)
    steps = 0.05 * np.arange(1, 400_000)
    density = xi**mu * np.exp(-xi / steps) / (steps ** (1.0 + mu) * gamma(mu))
    assert steps[density.argmax()] == pytest.approx(fetch.peak, abs=0.05)
    cumulated = 0.05 * np.cumsum(density)
    for share, distance in zip(SHARES, fetch[1:], strict=True):
        assert np.interp(distance, steps + 0.025, cumulated) == pytest.approx(share, abs=2e-5)


def test_what_is_missing_or_calm_has_no_footprint() -> None:
    fetch = kormann_meixner(4.0, [0.3, np.nan, 0.3, 0.0], [2.0, 2.0, 0.0, 2.0], [0.1, 0.1, 0.1, 0.1])
    assert np.isfinite(fetch.x50).tolist() == [True, False, False, False]


def test_beyond_ten_kilometres_eddypro_has_nothing() -> None:
    exact = kormann_meixner(20.0, 0.1, 2.0, 2.0)
    assert exact.x90 > 10_000
    assert np.isnan(kormann_meixner(20.0, 0.1, 2.0, 2.0, whole_metres=True).x90)
