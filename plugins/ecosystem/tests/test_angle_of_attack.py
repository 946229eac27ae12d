"""Angle of attack: winds as the anemometer would show them are found again; a maker's factors lie where the field data do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from icos_ecosystem.instruments.angle_of_attack import _cosine_error, _sine_error, boost_vertical_wind, nakai_2006, nakai_2012
from icos_ecosystem.instruments.sonic_models import of_model

FIELD = np.array(
    [
        # Rows: a, b, c, d of Nakai and Shimoyama (2012), from the fifth power down to the first.
        [-3.19818998552857e-10, -2.69824417931343e-8, 4.16728613218081e-6, 4.85252964763967e-4, 1.67354200080193e-2],
        [5.92731123831391e-10, 1.44129103378194e-7, 1.20670183305798e-5, 3.92584527104954e-4, 3.82901759130896e-3],
        [-1.20804470033571e-9, -1.58051314507891e-7, -4.95504975706944e-6, 1.60799801968464e-5, 1.28143810766839e-3],
        [2.27154016448720e-9, 3.85646200219364e-7, 2.03402753902096e-5, 3.94248403622007e-4, 9.18428193641156e-4],
    ]
)


def field_errors(x: float, direction: float) -> tuple[float, float]:
    """Return sine and cosine error as the paper writes them."""
    if x > 0:
        x, direction = -x, direction + 180
    a, b, c, d = (np.polyval([*row, 0.0], limited) for row, limited in zip(FIELD, (x, x, max(x, -70), max(x, -70)), strict=True))
    wave = np.sin(np.radians(3 * direction))
    return 1 + a - b * wave, 1 + c + d * wave


@given(st.floats(-89, 89), st.floats(0, 360))
def test_errors_of_2012_are_the_polynomials_of_the_paper(x: float, direction: float) -> None:
    sine, cosine = field_errors(x, direction)
    assert _sine_error(x, direction, True) == pytest.approx(sine, rel=1e-9)
    assert _cosine_error(x, direction, True) == pytest.approx(cosine, rel=1e-9)


@given(st.floats(0.5, 15), st.floats(0, 360), st.floats(-40, 40))
def test_2012_finds_the_wind_again(speed: float, bearing: float, x: float) -> None:
    true = np.array([np.cos(np.radians(bearing)), np.sin(np.radians(bearing)), np.tan(np.radians(x))]) * speed
    sine, cosine = field_errors(x, 180 - bearing)
    shown = true * [cosine, cosine, sine]
    # The iteration ends with a second difference of 0.01°: a thousandth of the wind.
    np.testing.assert_allclose(np.ravel(nakai_2012(*shown[:, None])), true, atol=2e-3 * speed)


def wind_tunnel_errors(x: float, direction: float) -> tuple[float, float]:
    """Return sine error and cosine response of Nakai et al. (2006)."""
    if x < 0:
        sine = 0.428727148 / (1 + 55.59348879 * np.exp(-0.222867784 * (x + 90))) + 0.4882
    else:
        sine = -0.570590482 / (1 + 1610.881585 * np.exp(-0.111150653 * x)) + 0.972080458
    angle = 1.41546e-6 * x**3 + 8.51092e-4 * x**2 + 1.00672 * x + 6.28032 * np.sin(np.radians(3 * direction))
    return sine, np.cos(np.radians(angle))


@given(st.floats(0.5, 15), st.floats(0, 360), st.floats(-40, 40))
def test_2006_finds_the_wind_again(speed: float, bearing: float, x: float) -> None:
    assume(abs(x) > 0.01)  # the sine error jumps where the wind is horizontal
    sine, cosine = wind_tunnel_errors(x, 180 - bearing)
    true = np.array(
        [*(np.cos(np.radians(x)) * np.array([np.cos(np.radians(bearing)), np.sin(np.radians(bearing))])), np.sin(np.radians(x))]
    )
    shown = np.array([*(cosine * true[:2] / np.cos(np.radians(x))), sine * true[2] + 0.0195])
    found = np.ravel(nakai_2006(*(speed * shown)[:, None]))
    np.testing.assert_allclose(found, speed * true, atol=4e-3 * speed)


def test_responses_are_continuous_to_the_vertical() -> None:
    assert _cosine_error(90.0, 50.0, False) == pytest.approx(0.0, abs=1e-12)
    assert _cosine_error(-90.0, 50.0, False) == pytest.approx(0.0, abs=1e-12)
    for x in (70.0, -70.0):
        assert _cosine_error(x * (1 + 1e-9), 50.0, False) == pytest.approx(_cosine_error(x, 50.0, False), abs=1e-6)


def test_field_correction_and_the_makers_factors_agree() -> None:
    # Both mend the same fault of the same units: in moderate angles the vertical wind grows by a fifth to a third.
    directions = np.radians(np.arange(0, 360, 5.0))
    for x in (20.0, 30.0, 40.0):
        for sign in (1, -1):
            wind = (np.cos(directions), np.sin(directions), np.full(directions.size, sign * np.tan(np.radians(x)) / 1.2))
            factor = np.mean(nakai_2012(*wind)[2] / wind[2])
            assert 1.166 < factor < 1.289
    np.testing.assert_allclose(boost_vertical_wind(np.array([2.0, -2.0, 0.0, np.nan])), [2.332, -2.578, 0.0, np.nan])


@pytest.mark.parametrize("correct", [nakai_2006, nakai_2012])
def test_still_air_vertical_wind_and_gaps(correct: object) -> None:
    u, v, w = (np.array(x) for x in ([0.0, 0.0, np.nan, 1.0, 3.0], [0.0, 0.0, 1.0, 1.0, -1.0], [0.0, 1.0, 1.0, np.nan, 0.2]))
    corrected = np.stack(correct(u, v, w))
    assert np.isnan(corrected).any(axis=0).tolist() == [False, False, True, True, False]
    np.testing.assert_array_equal(corrected[:, 0], 0.0)
    np.testing.assert_array_equal(corrected[:2, 1], 0.0)
    assert corrected[2, 1] > 1.0
    # The direction of the horizontal wind stays.
    assert corrected[1, 4] / corrected[0, 4] == pytest.approx(-1 / 3)


def test_a_model_has_the_corrections_that_were_made_for_it() -> None:
    wind = tuple(np.array([x]) for x in (3.0, 1.0, 0.5))
    for name, method, expected in (("gill-r3-50", "nakai-2006", nakai_2006), ("gill-windmaster", "nakai-2012", nakai_2012)):
        np.testing.assert_array_equal(of_model(name).attack_angle(method, *wind), expected(*wind))
    with pytest.raises(ValueError, match=r"'nakai-2012' was not made for gill-r2, expected one of nakai-2006; nearest: 'nakai-2006'"):
        of_model("gill-r2").attack_angle("nakai-2012", *wind)
    with pytest.raises(ValueError, match=r"was not made for csi-csat3, expected none"):
        of_model("csi-csat3").attack_angle("nakai-2006", *wind)


@pytest.mark.parametrize(
    ("name", "firmware", "boosted"),
    [
        ("gill-windmaster", "2329.600.01", True),
        ("gill-windmaster-pro", "2329-699-01", True),
        ("gill-windmaster", "2329.700.01", False),
        ("gill-windmaster", "2106.600.01", False),
        ("gill-windmaster", "", False),
        ("gill-hs-50", "2329.600.01", False),
    ],
)
def test_firmware_tells_units_with_a_weak_vertical_wind(name: str, firmware: str, boosted: bool) -> None:
    model = of_model(name)
    assert model.boosted(firmware) is boosted
    np.testing.assert_array_equal(model.boost(np.array([1.0])), boost_vertical_wind(np.array([1.0])))
