"""Axes of anemometers: winds whose direction is known, and EddyPro's wind directions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from eddypro_input import despiked, finse, hohes_holz
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.instruments.sonic_axes import from_polar, from_transducer_axes, sonic_temperature_of, turned, wind_direction, wind_of
from icos_ecosystem.instruments.sonic_models import of_model

if TYPE_CHECKING:
    from pathlib import Path

HS, R2, USA, CSAT = (of_model(name) for name in ("gill-hs-50", "gill-r2", "metek-usa1-fast", "csi-csat3"))
WIND = {"u": np.array([1.0, -2.0]), "v": np.array([0.5, 3.0]), "w": np.array([0.1, np.nan])}


def test_a_right_handed_wind_stays_as_it_is() -> None:
    for model in (HS, CSAT, of_model("young-81000"), of_model("other")):
        for got, given_ in zip(wind_of(WIND, "uvw", "none", model), WIND.values(), strict=True):
            np.testing.assert_array_equal(got, given_)


def test_left_handed_anemometers_change_a_sign() -> None:
    u, v, w = wind_of(WIND, "uvw", "none", USA)
    np.testing.assert_array_equal(u, WIND["u"])
    np.testing.assert_array_equal(v, -WIND["v"])
    np.testing.assert_array_equal(w, WIND["w"])


def test_the_r2_is_mirrored_and_turned() -> None:
    u, v, _ = wind_of(WIND, "uvw", "none", R2)
    sine, cosine = 0.5, np.sqrt(3) / 2
    np.testing.assert_allclose(u, -WIND["u"] * cosine - WIND["v"] * sine)
    np.testing.assert_allclose(v, -WIND["u"] * sine + WIND["v"] * cosine)


def test_the_axis_reference_is_30_degrees_away() -> None:
    u, v, _ = wind_of({"u": np.array([1.0]), "v": np.array([0.0]), "w": np.array([0.0])}, "uvw", "axis", HS)
    np.testing.assert_allclose([u[0], v[0]], [np.cos(np.pi / 6), np.sin(np.pi / 6)])


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(-360, 360))
def test_turning_keeps_the_speed_and_turns_back(u: float, v: float, degrees: float) -> None:
    there = turned(np.array([u]), np.array([v]), degrees)
    assert np.hypot(*there)[0] == pytest.approx(np.hypot(u, v), abs=1e-12)
    np.testing.assert_allclose(np.ravel(turned(*there, -degrees)), [u, v], atol=1e-12)


def test_polar_output_has_the_direction_that_it_says() -> None:
    speed, direction = np.array([2.0, 3.0]), np.array([0.0, 90.0])
    u, v = from_polar(speed, direction)
    np.testing.assert_allclose(u, [2.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(v, [0.0, -3.0], atol=1e-12)
    columns = {"sonic_wind_speed": speed, "sonic_wind_direction": direction, "w": np.zeros(2)}
    angle = np.degrees(np.arctan2(*wind_of(columns, "polar", "none", HS)[1::-1]))
    np.testing.assert_allclose(wind_direction(angle, 0.0, HS), np.mod(180 + direction, 360), atol=1e-9)


def test_winds_along_paths_become_components() -> None:
    # Three paths at 45°, 120° apart; a path shows the wind's projection on its direction.
    azimuths = np.radians([0.0, -120.0, 120.0])
    paths = np.stack([np.cos(azimuths), np.sin(azimuths), np.ones(3)], axis=1) / np.sqrt(2)
    wind = np.array([3.0, -1.5, 0.4])
    axes = [np.array([along]) for along in paths @ wind]
    np.testing.assert_allclose(np.ravel(from_transducer_axes(*axes)), wind, rtol=3e-4)
    columns = {f"sonic_axis_{number}": along for number, along in enumerate(axes, start=1)}
    np.testing.assert_allclose(np.ravel(wind_of(columns, "axis", "none", HS)), wind, rtol=3e-4)


def test_without_its_columns_there_is_no_wind() -> None:
    assert wind_of({"u": np.zeros(2), "v": np.zeros(2)}, "uvw", "none", HS) is None


def test_what_is_not_known_is_told_with_the_nearest_word() -> None:
    with pytest.raises(ValueError, match=r"wind_format 'uwv' is not known.*nearest: 'uvw'"):
        wind_of(WIND, "uwv", "none", HS)
    with pytest.raises(ValueError, match=r"wind_reference 'spars' is not known.*nearest: 'spar'"):
        wind_of(WIND, "uvw", "spars", HS)


def test_sound_tells_the_temperature() -> None:
    # 343.2 m/s is the speed of sound in dry air of 20 °C.
    assert sonic_temperature_of(np.array([343.2]))[0] == pytest.approx(293.15, abs=1.0)
    assert sonic_temperature_of(np.array([np.sqrt(403 * 300.0)]))[0] == pytest.approx(300.0)


def test_directions_are_those_whence_the_wind_blows() -> None:
    # A wind towards the anemometer's north comes from its south.
    assert wind_direction(0.0, 0.0, HS) == 180.0
    assert wind_direction(0.0, 0.0, CSAT) == 0.0
    np.testing.assert_allclose(wind_direction(np.array([-90.0, 90.0]), 10.0, HS), [280.0, 100.0])


@pytest.mark.realdata
def test_wind_directions_equal_eddypro(real_data: Path) -> None:
    reference = real_data / "ecosystem_raw/eddypro_reference"
    towers = (
        ([hohes_holz(real_data)], 235.0, HS, reference / "DE-HoH/express/eddypro_DE-HoH_fluxnet.csv"),
        (finse(real_data)[:40], 0.0, CSAT, reference / "finse/express/eddypro_finse_fluxnet.csv.gz"),
    )
    for half_hours, north_offset, model, file in towers:
        means = []
        for series in half_hours:
            left = {name: result.values for name, result in despiked(series).items()}  # noqa: PD011
            angle = np.arctan2(left["v"], left["u"])
            means.append(np.degrees(np.arctan2(np.nanmean(np.sin(angle)), np.nanmean(np.cos(angle)))))
        expected = pd.read_csv(file)["WD"].head(len(means))
        np.testing.assert_allclose(wind_direction(means, north_offset, model), expected, atol=1e-3)
