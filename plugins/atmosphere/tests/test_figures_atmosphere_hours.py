"""Figures of hourly means: months, mean days and profiles, uncertainty."""

from __future__ import annotations

import numpy as np
import pytest
import tower_streams
from icos_atmosphere.figures import months, profile, uncertainty
from icos_atmosphere.vocabulary import UNCERTAINTY_TERMS
from matplotlib.colors import to_hex
from matplotlib.dates import date2num
from tower_streams import GAP, LEVELS, context, hourly, hours_of_tower

from icos_core.dataset import usable
from icos_core.report.palette import FLAGS

TERMS = ["total", "fit", "repeatability", "long-term repeatability", "assignment", "representativeness"]


def labels(axes):
    return axes.get_legend_handles_labels()[1]


def line(axes, label):
    (found,) = [line for line in axes.lines if line.get_label() == label]
    return found


def texts(axes):
    return [text.get_text() for text in axes.texts]


def draw(figure, streams, **place):
    return figure.draw(streams, context(**place))


def test_months_show_every_height_and_the_uncertainty_of_the_uppermost():
    streams = hours_of_tower(gases=["co2", "ch4"])
    panels = draw(months.FIGURE, streams).axes
    assert [axes.get_ylabel() for axes in panels] == ["CO₂ (µmol mol⁻¹)", "CH₄ (nmol mol⁻¹)"]
    assert labels(panels[1]) == ["10 m", "50 m", "150 m", "150 m: ± standard uncertainty"]
    assert [label for label in labels(panels[0]) if "questionable" in label] == [
        f"{height} m: questionable (1)" for height in (10, 50, 150)
    ]
    for height in (10, 50, 150):
        stream = streams[f"product/hourly/{height}m"]
        shown = line(panels[0], f"{height} m").get_ydata()
        good = usable(stream, "co2")
        assert (np.nanmin(shown), np.nanmax(shown)) == (np.nanmin(good), np.nanmax(good))
    (band,) = panels[1].collections
    assert to_hex(band.get_facecolor()[0]).upper() == FLAGS[1].colour
    top = streams["product/hourly/150m"]
    edges = np.concatenate([path.vertices[:, 1] for path in band.get_paths()])
    assert edges.max() == pytest.approx(np.nanmax(top["ch4"].values + top["ch4_uncertainty"].values))


def test_hours_without_a_value_are_gaps():
    shown = line(draw(months.FIGURE, {"product/hourly/150m": hourly(gases=["ch4"])}).axes[0], "150 m")
    dates, values = shown.get_xdata(), shown.get_ydata()
    assert np.isnan(values).sum() == 1
    begin, end = date2num(tower_streams.START + np.array([GAP.start, GAP.stop - 1]) * tower_streams.HOUR)
    assert not (np.isfinite(values) & (dates >= begin) & (dates <= end)).any()
    # One hour is enough for a gap.
    one = hourly(gases=["ch4"])
    one["ch4"].values[100] = np.nan
    assert np.isnan(line(draw(months.FIGURE, {"product/hourly/150m": one}).axes[0], "150 m").get_ydata()).sum() == 2


def test_panels_say_on_which_scale_they_are():
    stream = hourly(gases=["co2", "ch4", "co"])
    stream["ch4"].attrs["calibration_scale"] = "none"
    del stream["co"].attrs["calibration_scale"]
    panels = draw(months.FIGURE, {"product/hourly/150m": stream}).axes
    assert [texts(axes) for axes in panels] == [["WMO CO2 X2019"], ["uncalibrated"], ["scale not stated"]]
    # The words have room of their own above what is drawn.
    assert panels[0].get_ylim()[1] > np.nanmax(stream["co2"].values) * 1.0001
    other = hourly("10m", 10.0, gases=["co2"])
    other["co2"].attrs["calibration_scale"] = "WMO CO2 X2007"
    panel = draw(months.FIGURE, {"product/hourly/150m": stream, "product/hourly/10m": other}).axes[0]
    assert texts(panel) == ["WMO CO2 X2007, WMO CO2 X2019"]


def test_a_gas_that_a_height_does_not_have_is_drawn_of_the_others():
    streams = {"product/hourly/10m": hourly("10m", 10.0, gases=["co2"]), "product/hourly/150m": hourly(gases=["co2", "n2o"])}
    panels = draw(months.FIGURE, streams).axes
    assert [axes.get_ylabel() for axes in panels] == ["CO₂ (µmol mol⁻¹)", "N₂O (nmol mol⁻¹)"]
    assert labels(panels[1]) == ["150 m", "150 m: ± standard uncertainty"]


def test_a_single_hour_has_a_day_around_it():
    axes = draw(months.FIGURE, {"product/hourly/150m": hourly(hours=1)}).axes[-1]
    low, high = axes.get_xlim()
    assert high - low == pytest.approx(1.0)


def rising(line_name, height, offset, hours=240, gases=("co2",)):
    """Return hours whose values are the hour of the day in UTC plus an offset."""
    value = LEVELS["co2"] + np.arange(hours) % 24 + offset
    return hourly(line_name, height, hours, gases, co2=value)


def test_the_mean_day_is_in_local_standard_time():
    streams = {"product/hourly/10m": rising("10m", 10.0, 5.0), "product/hourly/150m": rising("150m", 150.0, 0.0)}
    day, tower = draw(profile.FIGURE, streams, utc_offset=2.0).axes
    shown = line(day, "150 m")
    assert shown.get_xdata().tolist() == (np.arange(24) + 0.5).tolist()
    assert shown.get_ydata() == pytest.approx(LEVELS["co2"] + (np.arange(24) - 2) % 24)
    assert line(day, "10 m").get_ydata() == pytest.approx(shown.get_ydata() + 5.0)
    assert day.get_xlabel() == "local standard time, UTC+2 (h)"
    assert tower.get_ylabel() == "height (m)"
    # Local hours 0 to 5 are 22 to 3 UTC, 12 to 17 are 10 to 15 UTC.
    night, afternoon = tower.lines[0], tower.lines[3]
    counted = np.delete(np.arange(240), 50) % 24  # hour 50 is questionable
    expected = LEVELS["co2"] + counted[np.isin(counted, [22, 23, 0, 1, 2, 3])].mean()
    assert night.get_xdata() == pytest.approx([expected + 5.0, expected])
    assert afternoon.get_xdata() == pytest.approx([LEVELS["co2"] + 12.5 + 5.0, LEVELS["co2"] + 12.5])
    assert night.get_ydata().tolist() == [10.0, 150.0]
    assert labels(tower) == ["night", "afternoon"]


def test_heights_are_compared_in_hours_that_all_have():
    below, above = rising("10m", 10.0, 0.0), rising("150m", 150.0, 0.0)
    # The tower top is only there in the first two days, the bottom has other air later.
    above["co2"].values[48:] = np.nan
    below["co2"].values[48:] += 100.0
    day, _ = draw(profile.FIGURE, {"product/hourly/10m": below, "product/hourly/150m": above}, utc_offset=0.0).axes
    assert line(day, "10 m").get_ydata() == pytest.approx(LEVELS["co2"] + np.arange(24))


def test_flagged_hours_are_left_out_of_the_mean_day():
    stream = rising("150m", 150.0, 0.0)
    stream["co2"].values[50] += 1000.0
    (day,) = draw(profile.FIGURE, {"product/hourly/150m": stream}, utc_offset=0.0).axes
    assert line(day, "150 m").get_ydata() == pytest.approx(LEVELS["co2"] + np.arange(24))


def test_the_band_is_the_standard_error_of_the_mean():
    value = LEVELS["co2"] + np.repeat(np.array([0.0, 2.0, 4.0]), 24)
    stream = hourly(hours=72, gases=["co2"], co2=value)
    stream["co2_flag"].values[:] = 1
    (day,) = draw(profile.FIGURE, {"product/hourly/150m": stream}).axes
    (band,) = day.collections
    edges = np.concatenate([path.vertices[:, 1] for path in band.get_paths()])
    assert edges.max() - edges.min() == pytest.approx(2 * 2.0 / np.sqrt(3))


def test_one_height_has_no_profile_and_heights_without_height_have_no_place_in_it():
    (day,) = draw(profile.FIGURE, {"product/hourly/150m": hourly(gases=["co2"])}, utc_offset=-3.5).axes
    assert day.get_xlabel() == "local standard time, UTC−3.5 (h)"
    streams = {"product/hourly/roof": hourly("roof", None, gases=["co2"]), **hours_of_tower(gases=["co2"])}
    day, tower = draw(profile.FIGURE, streams).axes
    assert set(labels(day)) == {"roof", "10 m", "50 m", "150 m"}
    assert tower.lines[0].get_ydata().tolist() == [10.0, 50.0, 150.0]


def test_terms_of_the_uncertainty_are_medians_of_the_uppermost_line():
    streams = hours_of_tower(24 * 20, gases=["co2"])
    (axes,) = draw(uncertainty.FIGURE, streams).axes
    assert labels(axes) == TERMS
    assert texts(axes) == ["150 m, medians by day"]
    assert axes.get_yscale() == "log"
    top = streams["product/hourly/150m"]
    for label, term in zip(TERMS[1:], UNCERTAINTY_TERMS, strict=True):
        days = top[f"co2_uncertainty_{term}"].values.reshape(20, 24)
        assert line(axes, label).get_ydata() == pytest.approx(np.nanmedian(days, axis=1))
    assert line(axes, "total").get_xdata() == pytest.approx(date2num(tower_streams.START) + np.arange(20) + 0.5)


@pytest.mark.parametrize(
    ("hours", "said", "bins"), [(48, "150 m", 48), (240, "150 m, medians by day", 10), (8760, "150 m, medians by week", 53)]
)
def test_there_are_never_many_medians(hours, said, bins):
    stream = hourly(hours=hours, gases=["co2"])
    (axes,) = draw(uncertainty.FIGURE, {"product/hourly/150m": stream}).axes
    assert texts(axes) == [said]
    assert line(axes, "total").get_xdata().size == pytest.approx(bins, abs=1)


def test_days_without_good_hours_are_gaps_in_the_uncertainty():
    stream = hourly(hours=240, gases=["co2"])
    stream["co2_flag"].values[72:96] = 4
    (axes,) = draw(uncertainty.FIGURE, {"product/hourly/150m": stream}).axes
    assert np.flatnonzero(np.isnan(line(axes, "total").get_ydata())).tolist() == [3]


def test_terms_that_are_zero_or_absent_are_not_drawn():
    zero = {"co2_uncertainty_fit": np.zeros(240), "co2_uncertainty_assignment": None}
    (axes,) = draw(uncertainty.FIGURE, {"product/hourly/150m": hourly(gases=["co2"], **zero)}).axes
    assert labels(axes) == [term for term in TERMS if term not in {"fit", "assignment"}]


def test_the_uppermost_line_that_has_an_uncertainty_is_drawn():
    streams = hours_of_tower(gases=["co2"])
    streams["product/hourly/150m"] = streams["product/hourly/150m"].drop_vars("co2_uncertainty")
    (axes,) = draw(uncertainty.FIGURE, streams).axes
    assert texts(axes) == ["50 m, medians by day"]


def inner_ticks(stream):
    (axes,) = draw(uncertainty.FIGURE, {"product/hourly/150m": stream}).axes
    low, high = axes.get_ylim()
    return np.array([tick for tick in axes.get_yticks() if low < tick < high])


def test_an_axis_of_many_decades_has_its_powers_of_ten_alone():
    assert {0.005, 0.01, 0.02} <= set(inner_ticks(hourly(gases=["co2"])))
    many = np.log10(inner_ticks(hourly(gases=["co2"], co2_uncertainty_repeatability=np.full(240, 1e-6))))
    assert many.size > 1
    assert many == pytest.approx(np.rint(many))
