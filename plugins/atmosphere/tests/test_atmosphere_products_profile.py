"""Vertical profiles: heights side by side, and the gradient with what does not cancel in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.products.vertical_profile import PRODUCT, VerticalProfileOptions
from sampled_air import HOUR, START, minute_stream, tower

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED
from icos_core.flags import apply_flags

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import ProductResult

TERMS = {"fit": 0.3, "repeatability": 0.03, "long_term_repeatability": 0.1, "assignment": 0.2, "representativeness": 0.04}


def hourly(
    line: str, values: list[float], start: int = 0, level: list[int] | None = None, scale: str = "WMO CO2 X2019", **attrs: Any
) -> xr.Dataset:
    count = len(values)
    words: dict[str, np.ndarray] = {"co2": np.array(values), "co2_uncertainty": np.full(count, 0.4)}
    words |= {f"co2_uncertainty_{term}": np.full(count, size) for term, size in TERMS.items()}
    words["co2_instrument"] = np.full(count, attrs.pop("instrument_id", 530))
    time = START + (start + np.arange(count)) * HOUR
    stream = minute_stream(time, words, line=line, averaging_interval="hour", scales={"co2": scale}, **attrs)
    apply_flags(stream, [Outcome(variable="co2", name="minutes", level=np.array(level or [GOOD] * count, dtype=np.int8))])
    return stream


def derived(*series: xr.Dataset) -> ProductResult:
    return PRODUCT.derive({f"hourly/{each.attrs['line']}": each for each in series}, VerticalProfileOptions(), tower())


def profile(*series: xr.Dataset) -> xr.Dataset:
    result = derived(*series)
    assert result.problems == ()
    made = result.streams["profile"]
    apply_flags(made, result.outcomes)
    return made


def test_heights_stand_side_by_side() -> None:
    top = hourly("150m", [410.0, 411.0, 412.0, 413.0], start=1, level=[GOOD, GOOD, BAD, NOT_EVALUATED])
    made = profile(top, hourly("100m", [np.nan, 415.0]), hourly("50m", [420.0, 421.0, 422.0, 423.0, 424.0]))
    assert made["co2"].dims == ("time", "height")
    assert made["height"].values.tolist() == [50.0, 100.0, 150.0]
    assert made["height"].attrs["positive"] == "up"
    expected = [[420, np.nan, np.nan], [421, 415, 410], [422, np.nan, 411], [423, np.nan, np.nan], [424, np.nan, 413]]
    np.testing.assert_array_equal(made["co2"].values, np.array(expected))
    np.testing.assert_allclose(made["co2_gradient"].values, np.array([np.nan, -0.11, -0.11, np.nan, -0.11]))
    assert made["co2_gradient"].attrs["units"] == "umol mol-1 m-1"
    assert made["co2_gradient"].attrs["comment"] == "between 50 m and 150 m"
    assert made["co2_flag"].values.tolist() == [GOOD, GOOD, GOOD, GOOD, NOT_EVALUATED]
    assert made["co2_gradient_flag"].values.tolist() == [MISSING, GOOD, GOOD, MISSING, NOT_EVALUATED]
    assert made["time_bnds"].values[-1, 1] == START + 5 * HOUR


def test_what_heights_have_in_common_cancels_in_the_gradient() -> None:
    made = profile(hourly("50m", [420.0, 421.0]), hourly("150m", [410.0, np.nan]))
    assert made["co2_uncertainty"].values == pytest.approx(np.array([[0.4, 0.4], [0.4, np.nan]]), nan_ok=True)
    own = np.sqrt(2 * (TERMS["repeatability"] ** 2 + TERMS["representativeness"] ** 2))
    assert made["co2_gradient_uncertainty"].values == pytest.approx([own / 100, np.nan], nan_ok=True)


def test_two_analysers_have_less_in_common() -> None:
    made = profile(hourly("50m", [420.0]), hourly("150m", [410.0], instrument_id=115))
    alone = np.sqrt(2 * sum(TERMS[term] ** 2 for term in ("repeatability", "representativeness", "fit", "long_term_repeatability")))
    assert made["co2_gradient_uncertainty"].values == pytest.approx([alone / 100])


def test_coverage_of_gradients_over_replicates() -> None:
    """10,000 hours whose heights share the errors of line and cylinders."""
    rng = np.random.default_rng(9)
    size = 10_000
    shared = rng.normal(0, np.hypot(TERMS["fit"], TERMS["assignment"]), size)
    own = rng.normal(0, np.hypot(TERMS["repeatability"], TERMS["representativeness"]), (2, size))
    made = profile(hourly("50m", list(415.0 + shared + own[0])), hourly("150m", list(410.0 + shared + own[1])))
    covered = np.abs(made["co2_gradient"].values + 0.05) <= 1.96 * made["co2_gradient_uncertainty"].values
    assert 0.93 <= covered.mean() <= 0.97


def test_lines_on_different_scales_make_no_profile() -> None:
    result = derived(hourly("50m", [420.0]), hourly("150m", [410.0], scale="WMO CO2 X2007"))
    assert result.streams == {}
    assert [str(each) for each in result.problems] == ["vertical-profile: CO2 left out: its lines are on WMO CO2 X2007, WMO CO2 X2019"]


def test_one_height_is_no_profile() -> None:
    result = derived(hourly("50m", [420.0]), hourly("051m", [410.0], intake_height=50.0))
    assert result.streams == {}
    assert [str(each) for each in result.problems] == [
        "vertical-profile: hourly/50m is as high as hourly/051m: left out",
        "vertical-profile: hourly means of two heights are needed",
    ]


def test_a_line_of_unknown_height_is_left_out() -> None:
    result = derived(hourly("50m", [420.0]), hourly("150m", [410.0]), hourly("9m", [410.0], intake_height=np.nan))
    assert result.streams["profile"].sizes["height"] == 2
    assert [str(each) for each in result.problems] == ["vertical-profile: hourly/9m has no intake height: left out"]


def test_series_that_begin_between_hours_are_of_their_hour() -> None:
    top, bottom = hourly("150m", [410.0, 411.0]), hourly("50m", [420.0, 421.0])
    bottom = bottom.assign_coords(time=bottom["time"] + np.timedelta64(35, "m"))
    made = profile(top.assign_coords(time=top["time"] + np.timedelta64(21, "m")), bottom)
    assert list(made["time"].values) == [START, START + HOUR]
    assert made["co2_gradient"].values == pytest.approx([-0.1, -0.1])
