"""Targets month by month, and the history of calibrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_atmosphere.calibration.result_words import calibration_words, target_words
from icos_atmosphere.calibration.station_tables import Cylinder
from icos_atmosphere.products import calibration_history, target_statistics
from icos_atmosphere.products.calibration_history import drift_since_last
from pydantic import ValidationError
from sampled_air import START, tower

from icos_core.components import Outcome
from icos_core.dataset import BAD, GOOD, make_stream
from icos_core.flags import apply_flags

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import ProductResult

DAY = np.timedelta64(1, "D")
CYLINDERS = tuple(
    Cylinder.model_validate({"name": name, "role": role, "co2": {"value": 410.0, "scale": "WMO CO2 X2019"}})
    for name, role in (("CAL1", "calibration"), ("STT", "short-term-target"), ("LTT", "long-term-target"))
)


def targets() -> xr.Dataset:
    """Eight injections of the short-term target and two of the long-term one, over March and April; the last is bad."""
    time = START + np.array([1, 5, 9, 13, 17, 33, 37, 41, 45, 49]) * DAY
    cylinder = np.array([1, 1, 2, 1, 1, 1, 1, 2, 1, 1])
    bias = np.array([0.04, -0.06, 0.5, 0.14, -0.24, 0.01, 0.02, 0.6, 0.03, 9.0])
    values = {
        "cylinder": cylinder,
        "role": cylinder,
        "co2": 410.0 + bias,
        "co2_bias": bias,
        "co2_cmr": np.where(cylinder == 1, 0.03, 0.05),
        "co2_ltr": np.array([np.nan, np.nan, np.nan, 0.02, 0.04, 0.05, 0.05, np.nan, 0.05, 0.05]),
    }
    stream = make_stream(time, values, target_words(["co2"], CYLINDERS), {"analyser": "picarro", "instrument_ids": [530]})
    level = np.full(10, GOOD, dtype=np.int8)
    level[-1] = BAD
    apply_flags(stream, [Outcome(variable="co2_bias", name="injection", level=level)])
    return stream


def statistics(latitude: float = 50.0, **options: object) -> ProductResult:
    context = tower()
    station = context.station.model_copy(update={"latitude": latitude})
    made = target_statistics.TargetStatisticsOptions.model_validate(options)
    return target_statistics.PRODUCT.derive({"picarro/targets": targets()}, made, type(context)(station=station))


def test_targets_are_summed_up_by_month() -> None:
    result = statistics()
    assert sorted(result.streams) == ["target-statistics/picarro/LTT", "target-statistics/picarro/STT"]
    short = result.streams["target-statistics/picarro/STT"]
    assert list(short["time"].values.astype("M8[M]").astype(str)) == ["2024-03", "2024-04"]
    assert short["co2_n"].values.tolist() == [4, 3]
    assert short["co2_left_out"].values.tolist() == [0, 1]
    assert short["co2"].values == pytest.approx([409.97, 410.02])
    assert short["co2_stdev"].values == pytest.approx(short["co2_bias_stdev"].values)
    assert short["co2_bias"].values == pytest.approx([-0.03, 0.02])
    assert short["co2_bias_stdev"].values == pytest.approx([np.std([0.04, -0.06, 0.14, -0.24], ddof=1), 0.01])
    assert short["co2_cmr"].values == pytest.approx([0.03, 0.03])
    assert short["co2_ltr"].values == pytest.approx([0.03, 0.05])
    assert short["co2_within_goal"].values == pytest.approx([0.5, 1.0])
    assert short["co2_within_extended_goal"].values == pytest.approx([0.75, 1.0])
    assert short["time_bnds"].values[0, 1] == short["time"].values[1]
    assert short.attrs["role"] == "short_term_target"
    assert "line" not in short.attrs


def test_the_table_shows_what_the_streams_hold() -> None:
    (table,) = statistics().tables
    assert table.title == "Targets of picarro: CO2"
    assert table.columns[-2:] == ("within ±0.1 (%)", "within ±0.2 (%)")
    spread = round(float(np.std([0.04, -0.06, 0.14, -0.24], ddof=1)), 4)
    assert table.rows[0] == ("STT", "2024-03", 4, 0, 409.97, spread, -0.03, 0.03, 0.03, 50.0, 75.0)
    assert table.rows[2] == ("LTT", "2024-03", 1, 0, 410.5, "", 0.5, 0.05, "", 0.0, 0.0)


def test_a_target_without_an_assigned_value_tells_repeatability() -> None:
    unassigned = targets()
    unassigned["co2_bias"].values[:] = np.nan
    result = target_statistics.PRODUCT.derive({"picarro/targets": unassigned}, target_statistics.TargetStatisticsOptions(), tower())
    short = result.streams["target-statistics/picarro/STT"]
    assert short["co2_n"].values.tolist() == [4, 4]
    assert short["co2_cmr"].values == pytest.approx([0.03, 0.03])
    assert "co2_bias" not in short
    assert result.tables[0].rows[0][6:] == ("", 0.03, 0.03, "", "")


def test_goals_are_those_of_the_hemisphere_or_own() -> None:
    south = statistics(latitude=-40.0).streams["target-statistics/picarro/STT"]
    assert south["co2_within_goal"].values == pytest.approx([0.25, 1.0])
    own = statistics(goals={"co2": [0.015, 0.025]}).streams["target-statistics/picarro/STT"]
    assert own["co2_within_goal"].values == pytest.approx([0.0, 1 / 3])
    assert own["co2_within_extended_goal"].values == pytest.approx([0.0, 2 / 3])
    with pytest.raises(ValidationError, match="goal and extended goal"):
        target_statistics.TargetStatisticsOptions.model_validate({"goals": {"co2": [0.2, 0.1]}})


def test_a_station_without_targets_is_told() -> None:
    result = target_statistics.PRODUCT.derive({}, target_statistics.TargetStatisticsOptions(), tower())
    assert [str(each) for each in result.problems] == ["target-statistics: no target was measured"]


def calibrations() -> xr.Dataset:
    """Five sequences 15 days apart, the fourth 30 days after the third one that was not accepted."""
    time = START + np.array([0, 15, 30, 45, 60]) * DAY
    reference = np.array([410.0, 410.04, 412.0, 410.13, 410.20])
    slope = np.array([1.005, 1.0051, 1.2, 1.005, 1.005])
    values = {
        "sequence": np.arange(5),
        "co2_slope": slope,
        "co2_intercept": reference - slope * 408.0,
        "co2_reference": reference,
        "co2_residual": np.full(5, 0.01),
        "co2_cylinders": np.array([4, 4, 3, 4, 4]),
        "co2_accepted": np.array([1, 1, 0, 1, 1]),
    }
    stream = make_stream(time, values, calibration_words(["co2"]))
    stream["co2_slope"].attrs["reasons"] = ["", "", "slope 1.20000 outside 0.9 to 1.1", "", ""]
    return stream


def history(**options: object) -> ProductResult:
    made = calibration_history.CalibrationHistoryOptions.model_validate(options)
    return calibration_history.PRODUCT.derive({"picarro/calibration": calibrations()}, made, tower())


def test_every_sequence_is_listed_with_its_change_since_the_last_one_that_serves() -> None:
    (table,) = history().tables
    assert table.title == "Calibrations of picarro: CO2"
    assert [row[5] for row in table.rows] == ["", 0.04, 1.96, 0.09, 0.07]
    assert [row[-1] for row in table.rows] == [
        "yes",
        "yes",
        "no: slope 1.20000 outside 0.9 to 1.1",
        "yes",
        "yes, but it changed more than usual",
    ]
    assert table.rows[0][:5] == ("2024-03-01T00:00:00Z", 1.005, -0.04, 410.0, 2.0)


def test_a_line_that_moves_more_than_usual_is_told() -> None:
    (problem,) = history().problems
    assert str(problem) == (
        "calibration-history: picarro: calibrations of CO2 changed by more than 0.05 ppm in 15 days: 2024-04-30T00:00:00Z (+0.070)"
    )
    assert history(drift={"co2": 0.08}).problems == ()
    assert len(history(drift={"co2": 0.03}).problems) == 1
    assert history(drift={"co2": 0.03}, drift_time="5 d").problems == ()


def test_changes_are_since_the_last_accepted_line() -> None:
    change, since = drift_since_last(np.array([1.0, 9.0, np.nan, 2.0, 4.0]), np.array([False, True, True, True, True]))
    np.testing.assert_array_equal(since, [-1, -1, 1, 1, 3])
    np.testing.assert_array_equal(change, [np.nan, np.nan, np.nan, -7.0, 2.0])


def test_a_station_without_calibrations_is_told() -> None:
    result = calibration_history.PRODUCT.derive({}, calibration_history.CalibrationHistoryOptions(), tower())
    assert [str(each) for each in result.problems] == ["calibration-history: there is no calibration sequence"]
