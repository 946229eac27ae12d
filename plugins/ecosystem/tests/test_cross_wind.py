"""Cross wind and sonic temperature: the table of Liu et al. path by path, and EddyPro's statistics with the correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from eddypro_input import despiked, hohes_holz
from hypothesis import given
from hypothesis import strategies as st
from icos_ecosystem.instruments.cross_wind import cross_wind_correction
from icos_ecosystem.instruments.sonic_models import SONIC_MODELS, of_model

if TYPE_CHECKING:
    from pathlib import Path

ROOT3 = np.sqrt(3.0)


def gill(elevation: float) -> list[tuple[float, float, float]]:
    """Return A, B, C of each path of a Gill anemometer after table 1 of Liu et al. (2001)."""
    c2 = np.cos(np.radians(elevation)) ** 2
    side = (1 - c2 / 4, 1 - 3 * c2 / 4)
    return [(1 - c2, 1.0, 0.0), (*side, ROOT3 / 2 * c2), (*side, -ROOT3 / 2 * c2)]


PATHS = {
    "gill-hs-50": gill(48.75),
    "gill-hs-100": gill(48.75),
    "gill-r3-50": gill(45.0),
    "gill-windmaster": gill(45.0),
    "metek-usa1-standard": [(1.0, 1 / 2, 0.0), (5 / 8, 7 / 8, ROOT3 / 4), (5 / 8, 7 / 8, -ROOT3 / 4)],
    "metek-usonic3-class-a": [(1.0, 1 / 2, 0.0), (5 / 8, 7 / 8, ROOT3 / 4), (5 / 8, 7 / 8, -ROOT3 / 4)],
}


@pytest.mark.parametrize("name", PATHS)
@given(st.floats(-20, 20), st.floats(-20, 20))
def test_mean_of_the_paths_of_the_table(name: str, u: float, v: float) -> None:
    normal = sum(a * u**2 + b * v**2 + c * u * v for a, b, c in PATHS[name])
    if name.startswith("metek"):
        # Of Metek's table the first path lies along the second axis, by which A and B of all paths add up to the same.
        assert sum(a for a, _, _ in PATHS[name]) == sum(b for _, b, _ in PATHS[name])
    correction = cross_wind_correction(*(np.array([component]) for component in (u, v, 0.0)), of_model(name))
    assert correction[0] == pytest.approx(normal / 1209, rel=1e-9, abs=1e-12)


def test_the_r2_measures_on_one_path() -> None:
    correction = cross_wind_correction(np.array([2.0]), np.array([3.0]), np.array([0.0]), of_model("gill-r2"))
    assert correction[0] == pytest.approx((1.5 * 2.0**2 + 3 * 3.0**2) / 1209, rel=1e-9)
    assert [name for name, model in SONIC_MODELS.items() if model.needs_cross_wind] == ["gill-r2"]


def test_without_a_component_there_is_no_correction() -> None:
    for missing in range(3):
        wind = [np.array([1.0]) for _ in range(3)]
        wind[missing] = np.array([np.nan])
        assert np.isnan(cross_wind_correction(*wind, of_model("gill-hs-50")))


@pytest.mark.parametrize(
    ("name", "reason"), [("csi-csat3", "itself"), ("csi-irgason", "itself"), ("young-81000", "paths"), ("other", "paths")]
)
def test_models_that_have_no_correction_say_so(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"cross wind: .*{reason}"):
        cross_wind_correction(np.zeros(1), np.zeros(1), np.zeros(1), of_model(name))


@pytest.mark.realdata
def test_statistics_of_hohes_holz_equal_eddypro(real_data: Path) -> None:
    folder = real_data / "ecosystem_raw/eddypro_reference/DE-HoH"
    series = {name: result.values for name, result in despiked(hohes_holz(real_data)).items()}  # noqa: PD011
    u, v, w, ts = (series[name] for name in ("u", "v", "w", "ts"))
    corrected = ts + cross_wind_correction(u, v, w, of_model("gill-hs-50"))
    yaw = np.arctan2(v.mean(), u.mean())
    along = u * np.cos(yaw) + v * np.sin(yaw)
    pitch = np.arctan2(w.mean(), along.mean())
    vertical = w * np.cos(pitch) - along * np.sin(pitch)
    for temperature, configuration in ((ts, "express"), (corrected, "adv_km01_cw_foken9")):
        expected = pd.read_csv(folder / configuration / "eddypro_DE-HoH_fluxnet.csv").iloc[0]
        assert temperature.mean() - 273.15 == pytest.approx(expected["T_SONIC"], abs=1e-4)
        assert temperature.std() == pytest.approx(expected["T_SONIC_SIGMA"], abs=1e-6)
        assert np.median(temperature) - 273.15 == pytest.approx(expected["T_SONIC_MEDIAN"], abs=1e-4)
        covariance = np.mean((vertical - vertical.mean()) * (temperature - temperature.mean()))
        assert covariance == pytest.approx(expected["W_T_SONIC_COV"], abs=1e-6)
