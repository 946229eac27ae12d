"""Figures of analysers: calibration history, targets, spikes; and of the curve fit."""

from __future__ import annotations

import numpy as np
import pytest
from icos_atmosphere.figures import calibrations, growth_rate, spikes, targets
from icos_atmosphere.products import growth_rate as growth_product
from matplotlib.colors import to_hex
from matplotlib.dates import date2num
from minute_series import series
from tower_streams import CYLINDERS, DAY, LEVELS, START, context, curves, minutes
from tower_streams import calibrations as calibration_stream
from tower_streams import targets as target_stream

from icos_core.dataset import BAD, QUESTIONABLE
from icos_core.report.palette import FLAGS, SERIES

GOALS = ["WMO/GAW goal ±0.1", "extended goal ±0.2"]


def labels(axes):
    return axes.get_legend_handles_labels()[1]


def line(axes, label):
    (found,) = [line for line in axes.lines if line.get_label() == label]
    return found


def points(axes, label):
    """Return the values of a reduced line whose columns hold one point each: every point is drawn as first, low, high and last."""
    return line(axes, label).get_ydata()[::4]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def histories(stream):
    return calibrations.FIGURE.draw({"calibrated/picarro/calibration": stream}, context()).axes


def of_targets(stream, **place):
    return targets.FIGURE.draw({"calibrated/picarro/targets": stream}, context(**place)).axes


def bars(axes):
    """Return middle and half length of error bars."""
    segments = np.concatenate(
        [np.stack(collection.get_segments()) for collection in axes.collections if hasattr(collection, "get_segments")]
    )
    return segments[:, :, 1].mean(axis=1), 0.5 * np.diff(segments[:, :, 1], axis=1)[:, 0]


def test_sequences_are_drawn_as_changes_since_the_first_accepted():
    upper, lower = histories(calibration_stream(change=[9.0, 0.01, 0.03, 0.04], accepted=[0, 1, 1, 1]))
    assert upper.get_ylabel() == "CO₂, change (µmol mol⁻¹)"
    assert lower.get_ylabel() == "residual (µmol mol⁻¹)"
    assert points(upper, "good") == pytest.approx([0.0, 0.02, 0.03])
    assert labels(upper) == ["good", "questionable, above the scale (1)"]
    middle, half = bars(upper)
    assert middle == pytest.approx([0.0, 0.02, 0.03])
    assert half == pytest.approx([0.015] * 3)


def test_refused_sequences_wear_the_colours_of_flags():
    upper, lower = histories(calibration_stream())
    refused = line(upper, "questionable, above the scale (1)")
    assert to_hex(refused.get_color()).upper() == FLAGS[QUESTIONABLE].colour
    assert refused.get_xdata() == pytest.approx(date2num(START + 30 * DAY))
    assert "questionable, above the scale (1)" in labels(lower)
    near, _ = histories(calibration_stream(change=[0.0, 0.02, 0.04, -0.01]))
    assert line(near, "questionable (1)").get_ydata() == pytest.approx([0.04])


def test_a_person_who_refuses_a_sequence_is_heard():
    stream = calibration_stream(accepted=[1, 1, 1, 1], change=[0.0, 0.01, 0.02, 0.03])
    stream["co2_slope_flag"].values[2] = BAD
    upper, _ = histories(stream)
    assert labels(upper) == ["good", "bad (1)"]


def test_small_changes_look_small_and_residuals_begin_at_zero():
    upper, lower = histories(calibration_stream(change=[0.0, 0.001], accepted=[1, 1]))
    low, high = upper.get_ylim()
    assert low < -0.05 < 0.05 < high
    assert lower.get_ylim()[0] == 0.0
    assert lower.get_ylim()[1] > 0.0105


def test_without_any_accepted_sequence_changes_are_since_the_first():
    upper, _ = histories(calibration_stream(change=[0.3, 0.31], accepted=[0, 0]))
    assert line(upper, "questionable (2)").get_ydata() == pytest.approx([0.0, 0.01])


def test_a_gas_without_a_line_in_a_sequence_leaves_the_others():
    stream = calibration_stream(accepted=[1, 1, 1, 1], change=[0.0, 0.01, 0.02, 0.03])
    for name in ("co2_reference", "co2_residual", "co2_reference_uncertainty"):
        stream[name].values[0] = np.nan
    stream["co2_slope_flag"].values[0] = 9
    upper, _ = histories(stream)
    assert points(upper, "good") == pytest.approx([0.0, 0.01, 0.02])


def test_a_single_sequence_is_a_point_with_a_day_around_it():
    upper, lower = histories(calibration_stream(change=[0.0], accepted=[1]))
    assert lower.get_xlim() == pytest.approx((date2num(START) - 0.5, date2num(START) + 0.5))
    (point,) = [each for each in upper.lines if each.get_marker() == "o"]
    assert point.get_ydata().tolist() == [0.0]


def test_targets_stand_against_the_goals_of_the_hemisphere():
    upper, lower = of_targets(target_stream())
    assert labels(upper) == ["short-term STT A", "short-term STT A: ± standard uncertainty", "long-term LTT", *GOALS]
    assert upper.get_ylabel() == "CO₂, bias (µmol mol⁻¹)"
    assert sorted({patch.get_height() for patch in upper.patches}) == pytest.approx([0.2, 0.4])
    assert lower.get_ylabel() == "LTR, CMR (µmol mol⁻¹)"
    assert labels(lower) == ["long-term repeatability (LTR)", "repeatability within minutes (CMR)"]
    southern, _ = of_targets(target_stream(), latitude=-40.0)
    assert "WMO/GAW goal ±0.05" in labels(southern)
    low, high = upper.get_ylim()
    assert low < -0.2 < 0.2 < high


def test_short_and_long_term_targets_show_their_own_injections():
    stream = target_stream()
    upper, _ = of_targets(stream)
    short = stream["role"].values == 1
    assert points(upper, "short-term STT A") == pytest.approx(stream["co2_bias"].values[short])
    assert points(upper, "long-term LTT") == pytest.approx(stream["co2_bias"].values[~short])
    middle, half = bars(upper)
    assert middle == pytest.approx(stream["co2_bias"].values[~short])
    assert half == pytest.approx(stream["co2_uncertainty"].values[~short])


def test_flagged_injections_wear_the_colours_of_flags():
    bias = target_stream()["co2_bias"].values.copy()
    bias[[4, 8]] = 0.15, 30.0
    upper, _ = of_targets(target_stream(questionable=[4, 8], co2_bias=bias))
    # What lies between the goals stands where it is, however narrow the good ones are.
    assert line(upper, "short-term STT A: questionable (1)").get_ydata() == pytest.approx([0.15])
    beyond = line(upper, "short-term STT A: questionable, above the scale (1)")
    assert to_hex(beyond.get_color()).upper() == FLAGS[QUESTIONABLE].colour
    assert upper.get_ylim()[1] < 1.0


def test_an_exchanged_target_is_a_cylinder_of_its_own():
    stream = target_stream()
    stream["cylinder"].values[30:] = np.where(stream["role"].values[30:] == 1, 0, 2)
    upper, _ = of_targets(stream)
    assert [label for label in labels(upper) if label.startswith("short-term") and "±" not in label] == [
        f"short-term {CYLINDERS[0].name}",
        "short-term STT A",
    ]
    assert to_hex(line(upper, "short-term STT A").get_color()).upper() == SERIES[0]


def test_targets_of_an_uncalibrated_analyser_show_repeatability_alone():
    stream = target_stream(co2_bias=np.full(63, np.nan))
    upper, lower = of_targets(stream)
    assert texts(upper) == ["no injection of a target has a value of CO₂ beside an assigned one"]
    assert not upper.patches
    assert labels(lower) == ["long-term repeatability (LTR)", "repeatability within minutes (CMR)"]


def test_the_days_with_most_spikes_are_shown():
    early, late = minutes(spikes=[3]), minutes("150m", 150.0, spikes=[10, *range(900, 930), *range(1300, 1310)])
    *panels, shares = spikes.FIGURE.draw({"calibrated/picarro/10m": early, "calibrated/picarro/150m": late}, context()).axes
    assert [axes.get_ylabel() for axes in panels] == ["CO₂ (µmol mol⁻¹)", "CH₄ (nmol mol⁻¹)"]
    marks = line(panels[0], "spike, SD (40)")
    # Twenty minutes of each hour: rows 480 to 1439 are the second and the third day.
    rows = [*range(900, 930), *range(1300, 1310)]
    assert marks.get_xdata() == pytest.approx(date2num(late["time"].values[rows]))
    assert marks.get_ydata() == pytest.approx(late["co2"].values[rows])
    assert labels(panels[1]) == ["150 m", "spike, SD (0)"]
    low, high = panels[0].get_xlim()
    assert high - low == pytest.approx(2.0, abs=0.1)
    assert shares.get_ylabel() == "spikes (% of minutes)"


def test_the_share_of_spikes_is_of_the_minutes_that_were_judged():
    other = minutes(spikes=range(100), days=6)
    other["co2_evaluated"].values[1440:] = 0
    streams = {"calibrated/picarro/10m": other, "calibrated/picarro/150m": minutes("150m", 150.0, spikes=range(72))}
    *_, shares = spikes.FIGURE.draw(streams, context()).axes
    assert [text.get_text() for text in shares.get_xticklabels()] == ["CO₂", "CH₄"]
    heights = {bar.get_label(): [patch.get_height() for patch in bar] for bar in shares.containers}
    assert heights == {"10 m": pytest.approx([100 * 100 / 1440, 0.0]), "150 m": pytest.approx([100 * 72 / 2880, 0.0])}
    assert [text.get_text() for text in shares.texts] == ["6.94", "0.00", "2.50", "0.00"]


def test_both_tests_of_spikes_have_marks_and_bars():
    stream = minutes(spikes=[5, 6], tests=("spike_sd", "spike_rebs"))
    panel, _, shares = spikes.FIGURE.draw({"calibrated/picarro/10m": stream}, context()).axes
    assert [label for label in labels(panel) if "spike" in label] == ["spike, REBS (2)", "spike, SD (2)"]
    assert len({line(panel, label).get_marker() for label in labels(panel) if "spike" in label}) == 2
    assert [text.get_text() for text in shares.get_xticklabels()] == ["CO₂, REBS", "CO₂, SD", "CH₄, REBS", "CH₄, SD"]


def test_two_analysers_on_one_line_share_a_bar():
    streams = {"calibrated/a/10m": minutes(spikes=[5]), "calibrated/b/10m": minutes(spikes=[5, 6, 7])}
    *_, shares = spikes.FIGURE.draw(streams, context()).axes
    (bar,) = shares.containers
    assert bar[0].get_height() == pytest.approx(100 * 4 / 5760)


def test_minutes_that_no_test_of_spikes_has_seen_are_not_drawn():
    assert spikes.FIGURE.draw({"calibrated/picarro/10m": minutes(tests=("water_difference",))}, context()) is None


def test_the_window_may_be_shorter_than_two_days():
    panel, *_ = spikes.FIGURE.draw({"calibrated/picarro/10m": minutes(spikes=[5], days=1)}, context()).axes
    low, high = panel.get_xlim()
    assert high - low == pytest.approx(1.0, abs=0.1)


def test_growth_is_drawn_by_year_with_its_uncertainty():
    streams = {**curves(), **curves("10m", 10.0)}
    trend, cycle, growth = growth_rate.FIGURE.draw(streams, context()).axes
    assert texts(trend) == ["150 m"]
    assert labels(trend) == ["daily means", "smooth curve", "trend"]
    assert line(trend, "trend").get_ydata()[[0, -1]] == pytest.approx([LEVELS["co2"], LEVELS["co2"] + 2.5 * 1094 / 365.25])
    assert labels(cycle) == ["seasonal cycle, 10 m", "seasonal cycle, 150 m"]
    assert np.nanmax(line(cycle, "seasonal cycle, 10 m").get_ydata()) == pytest.approx(5.0)
    assert growth.get_ylabel() == "growth (µmol mol⁻¹ year⁻¹)"
    columns = [bar for bar in growth.containers if str(bar.get_label()).startswith("annual growth")]
    assert [patch.get_height() for bar in columns for patch in bar] == pytest.approx([2.5] * 4)
    middle, half = bars(growth)
    assert middle == pytest.approx([2.5] * 4)
    assert half == pytest.approx([0.2] * 4)
    # The bars of a year lie within it, beside each other.
    begin, end = date2num(np.array(["2024-01-01", "2025-01-01"], dtype="M8[D]"))
    first, second = columns[0][0], columns[1][0]
    assert begin < first.get_x() < first.get_x() + first.get_width() < second.get_x() < second.get_x() + second.get_width() < end


def test_every_gas_has_its_three_panels():
    drawn = growth_rate.FIGURE.draw(curves(gases=["co2", "n2o"]), context())
    assert [axes.get_ylabel() for axes in drawn.axes][::3] == ["CO₂ (µmol mol⁻¹)", "N₂O (nmol mol⁻¹)"]
    assert len(drawn.axes) == 6


def test_what_the_curve_fit_makes_is_drawn():
    """The product itself, on daily means that grow by 2.4 µmol mol⁻¹ a year."""
    day = np.arange(4 * 365 + 1)
    value = LEVELS["co2"] + 2.4 * day / 365.25 + 4.0 * np.cos(2 * np.pi * day / 365.25)
    made = growth_product.PRODUCT.derive(
        {"daily/150m": series({"co2": value}, "day", step=86_400)}, growth_product.GrowthRateOptions(), context()
    )
    drawn = growth_rate.FIGURE.draw({f"product/{name}": stream for name, stream in made.streams.items()}, context())
    assert [texts(axes) for axes in drawn.axes] == [["150 m"], [], []]
    (columns,) = [bar for bar in drawn.axes[2].containers if bar.get_label() == "annual growth, 150 m"]
    assert [patch.get_height() for patch in columns] == pytest.approx([2.4] * len(columns), abs=0.05)
    assert len(columns) >= 3
