"""Potential radiation: EddyPro's to its digits, astronomy, day and night."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from eddypro_results import fluxnet
from icos_ecosystem.solar_radiation import NIGHT_BELOW, potential_radiation

if TYPE_CHECKING:
    from pathlib import Path

OF_RUN = {"finse/express": 127, "DE-HoH/express": 1, "gebesee_ghg/express": 2}


def minutes(day: str) -> np.ndarray:
    return np.datetime64(day, "m") + np.arange(24 * 60)


@pytest.mark.realdata
@pytest.mark.parametrize("run", OF_RUN)
def test_radiation_after_the_clock_is_eddypros(real_data: Path, run: str) -> None:
    table = fluxnet(real_data, run)
    start = pd.to_datetime(table["TIMESTAMP_START"].astype(str), format="%Y%m%d%H%M").to_numpy()
    latitude, longitude = table["BADM_LOCATION_LAT"].iloc[0], table["BADM_LOCATION_LONG"].iloc[0]
    # These runs know no zone of time: their clock is that of the table.
    found = potential_radiation(start, latitude, longitude, 0.0, clock_noon=True)
    assert len(found) == OF_RUN[run]
    np.testing.assert_allclose(found, table["SW_IN_POT"], rtol=5e-6)
    np.testing.assert_array_equal(found < NIGHT_BELOW, table["NIGHT"] == 1)


@pytest.mark.parametrize(("day", "declination"), [("2019-06-21", 23.44), ("2019-12-22", -23.44), ("2019-03-20", 0.0), ("2019-09-23", 0.0)])
def test_noon_is_as_high_as_the_calendar_says(day: str, declination: float) -> None:
    latitude = 48.0
    noon = potential_radiation(minutes(day), latitude, 11.0, 1.0).max()
    distance = 1.0 - 0.01671 * np.cos(2 * np.pi * (pd.Timestamp(day).day_of_year - 3) / 365.25)
    expected = 1376.0 / distance**2 * np.sin(np.radians(90.0 - latitude + declination))
    # Half a degree of declination at the equinoxes, where the years of a leap cycle differ.
    assert noon == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("day", "equation"), [("2019-02-11", -14.2), ("2019-05-14", 3.7), ("2019-07-26", -6.5), ("2019-11-03", 16.4)])
def test_the_sun_is_highest_when_the_equation_of_time_says(day: str, equation: float) -> None:
    # On the meridian of the zone clocks show 12 h less the equation of time [min]; one degree east they are 4 min later than the sun.
    time = minutes(day)
    for longitude, offset in ((15.0, 1.0), (14.0, 1.0), (0.0, 0.0), (-75.0, -5.0)):
        highest = time[np.argmax(potential_radiation(time, 40.0, longitude, offset))]
        local = (highest - time[0]).astype(float) + offset * 60
        assert local == pytest.approx(720 - equation - 4.0 * (longitude - 15.0 * offset), abs=1.5)


def test_the_zone_of_time_does_not_move_the_sun() -> None:
    time = np.datetime64("2019-05-04T06:00") + np.arange(24) * np.timedelta64(30, "m")
    np.testing.assert_allclose(potential_radiation(time, 50.0, 8.0, 0.0), potential_radiation(time, 50.0, 8.0, 2.0), rtol=1e-12)


def test_the_polar_night_is_dark_and_the_polar_day_is_not() -> None:
    assert (potential_radiation(minutes("2019-12-22"), 80.0, 20.0, 1.0) == 0.0).all()
    assert (potential_radiation(minutes("2019-06-21"), 80.0, 20.0, 1.0) > NIGHT_BELOW).all()
