"""Potential radiation as ONEFlux and REddyProc have it, sunrise and sunset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.partitioning.sun import potential_radiation_oneflux, potential_radiation_reddyproc, sunrise_and_sunset
from tharandt import despiked_by_qc_auto

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Potential = Callable[..., NDArray[np.float64]]

both = pytest.mark.parametrize("potential", [potential_radiation_oneflux, potential_radiation_reddyproc])


@pytest.mark.realdata
def test_oneflux_at_tharandt(folder: Path) -> None:
    reference = despiked_by_qc_auto(folder, "nee")["SW_IN_POT"]
    found = potential_radiation_oneflux(whole_years(1998, 1998, 48).start, 50.9636, 13.5669, 1.0)
    np.testing.assert_array_equal(found == 0.0, reference == 0.0)
    # Six digits are printed.
    np.testing.assert_allclose(found, reference, rtol=5e-6, atol=0)


@pytest.mark.realdata
def test_reddyproc_at_tharandt(folder: Path) -> None:
    file = folder / "ecosystem_post/reference/reddyproc_ustar_mds_partition.csv.gz"
    reference = pd.read_csv(file, usecols=["PotRad_uStar"])["PotRad_uStar"].to_numpy()
    found = potential_radiation_reddyproc(whole_years(1998, 1998, 48).start, 51.0, 13.6, 1.0)
    np.testing.assert_allclose(found, reference, rtol=0, atol=1e-9)


@both
@pytest.mark.parametrize(("latitude", "longitude", "utc_offset"), [(51.0, 13.6, 1.0), (-35.7, 148.2, 10.0), (2.0, -60.2, -4.0)])
def test_radiation_of_a_year(potential: Potential, latitude: float, longitude: float, utc_offset: float) -> None:
    start = whole_years(2024, 2024, 48).start
    found = potential(start, latitude, longitude, utc_offset).reshape(366, 48)
    hours = np.arange(48) / 2 + 0.25
    noon = (found * hours).sum(axis=1) / found.sum(axis=1)
    assert noon.mean() == pytest.approx(12.0 - longitude / 15.0 + utc_offset, abs=0.05)
    # November's sun is a quarter of an hour ahead, February's as much behind.
    assert noon[305:310].mean() - noon[40:45].mean() == pytest.approx(-0.51, abs=0.06)
    ratio = potential_radiation_oneflux(start, latitude, longitude, utc_offset).sum() / found.sum()
    assert ratio == pytest.approx(1.0, abs=0.01)


def test_hours_are_the_mean_of_their_halves() -> None:
    halves = potential_radiation_oneflux(whole_years(2023, 2023, 48).start, 51.0, 13.6, 1.0)
    hours = potential_radiation_oneflux(whole_years(2023, 2023, 24).start, 51.0, 13.6, 1.0, minutes=60)
    np.testing.assert_allclose(hours, halves.reshape(-1, 2).mean(axis=1), rtol=1e-12)


@both
def test_polar_summers_and_winters(potential: Potential) -> None:
    found = potential(whole_years(2023, 2023, 48).start, 78.9, 11.9, 1.0).reshape(365, 48)
    assert (found[150:200] > 0).all()
    assert (found[330:360] == 0).all()


def test_sunrise_and_sunset() -> None:
    sunrise, sunset = sunrise_and_sunset(np.array([80, 172, 355]), 51.0)
    np.testing.assert_allclose(sunset - sunrise, [12.0, 16.3, 7.7], atol=0.15)
    np.testing.assert_allclose(sunrise + sunset, 24.0)
    sunrise, sunset = sunrise_and_sunset(np.array([172, 355]), 80.0)
    np.testing.assert_array_equal(sunrise, [0.0, 12.0])
    np.testing.assert_array_equal(sunset, [24.0, 12.0])
