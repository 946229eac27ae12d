"""The choice among sensors of one kind: by flags, with a fall-back, for one variable or several together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import ValidationError

from icos_core import DataError, Outcome, Variable
from icos_core.corrections.sensor_choice import CALIBRATOR, calibrate, provides, requires
from icos_core.corrections.sensor_choice_options import SensorChoiceOptions
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags, decode_bits
from icos_core.people import PersonFlag
from icos_core.testing import CalibratorContract, example_context, example_stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

NAMES = ("sst", "sst_2", "sst_3")
GOOD, NOT_EVALUATED, QUESTIONABLE, BAD, MISSING = 1, 2, 3, 4, 9
START = np.datetime64("2024-03-01T00:00", "ns")
NAN = np.nan


def stream(
    values: Mapping[str, Any], levels: Mapping[str, Any] | None = None, units: Mapping[str, str] | None = None, people: Any = ()
) -> Any:
    """Return minutes of sensors, tested by a test `range` that finds the levels given."""
    words = [Variable(name=name, units=(units or {}).get(name, "degree_C")) for name in values]
    rows = len(next(iter(values.values())))
    found = make_stream(
        START + np.arange(rows) * np.timedelta64(60, "s"), {name: np.array(each, dtype=float) for name, each in values.items()}, words
    )
    outcomes = [Outcome(variable=name, name="range", level=np.array(each, dtype=np.int8)) for name, each in (levels or {}).items()]
    apply_flags(found, outcomes, people)
    return found


def options(**table: Any) -> SensorChoiceOptions:
    form = {} if "variables" in table or "variable" in table else {"variable": "sst", "sensors": ["sst", "sst_2"]}
    return SensorChoiceOptions.model_validate({"choose": [{**form, **table}]})


def chosen(given: xr.Dataset, people: Any = (), **table: Any) -> tuple[xr.Dataset, Any]:
    """Return the stream as a run flags it afterwards, and the result."""
    result = calibrate({"ship": given}, options(**table), example_context())
    ship = result.streams["ship"].copy()
    apply_flags(ship, result.outcomes, people)
    return ship, result


def words_of(ship: xr.Dataset, name: str = "sst_sensor") -> list[str]:
    meanings = ship[name].attrs["flag_meanings"].split()
    return [meanings[code] for code in ship[name].values]


def test_the_next_usable_sensor_stands_in() -> None:
    given = stream(
        {"sst": [10, 11, NAN, 13, 14, NAN], "sst_2": [20, 21, 22, 23, 24, NAN]},
        {"sst": [1, 4, 2, 3, 4, 2], "sst_2": [1, 1, 1, 2, 4, 2]},
    )
    ship, result = chosen(given)
    np.testing.assert_array_equal(ship["sst"], [10, 21, 22, 23, 14, NAN])
    assert words_of(ship) == ["sst", "sst_2", "sst_2", "sst_2", "sst", "none"]
    # Where neither is usable the primary stays, with its flag.
    assert ship["sst_flag"].values.tolist() == [GOOD, GOOD, GOOD, NOT_EVALUATED, BAD, MISSING]
    assert result.tables[0].rows == (("ship", "sst", "none", 1), ("ship", "sst", "sst", 2), ("ship", "sst", "sst_2", 3))
    np.testing.assert_array_equal(ship["sst_2"], given["sst_2"])


def test_bits_of_the_primary_say_nothing_of_another() -> None:
    given = stream({"sst": [10, 11], "sst_2": [20, 21]}, {"sst": [3, 3], "sst_2": [1, 4]})
    ship, _ = chosen(given)
    assert decode_bits(ship, "sst_tests")["range_questionable"].tolist() == [False, True]
    assert decode_bits(ship, "sst_evaluated")["range"].tolist() == [False, True]
    assert decode_bits(ship, "sst_evaluated")["sensor"].tolist() == [True, False]
    assert ship["sst_flag"].values.tolist() == [GOOD, QUESTIONABLE]


def test_a_variable_that_no_sensor_is_named_after() -> None:
    given = stream({"sst_2": [10, NAN, 12], "sst_3": [20, 21, 22]}, {"sst_2": [1, 2, 4], "sst_3": [1, 2, 4]})
    ship, _ = chosen(given, variable="sst", sensors=["sst_2", "sst_3"])
    np.testing.assert_array_equal(ship["sst"], [10, 21, 12])
    assert ship["sst"].attrs["units"] == "degree_C"
    assert ship["sst_flag"].values.tolist() == [GOOD, NOT_EVALUATED, BAD]
    assert decode_bits(ship, "sst_tests")["sensor_bad"].tolist() == [False, False, True]


def test_none_keeps_the_primary_and_compares() -> None:
    ship, _ = chosen(stream({"sst": [10, 11], "sst_2": [10, 14]}, {"sst": [1, 4], "sst_2": [1, 1]}), fall_back="none", agree_within=1.0)
    np.testing.assert_array_equal(ship["sst"], [10, 11])
    assert ship["sst_flag"].values.tolist() == [GOOD, BAD]


def test_the_mean_of_the_others() -> None:
    given = stream(
        {"sst": [10, NAN, NAN, NAN], "sst_2": [20, 21, 22, NAN], "sst_3": [30, 31, 32, 33]},
        {"sst": [1, 2, 2, 2], "sst_2": [1, 1, 4, 2], "sst_3": [1, 2, 1, 1]},
    )
    ship, _ = chosen(given, variable="sst", sensors=NAMES, fall_back="mean")
    np.testing.assert_array_equal(ship["sst"], [10, 26, 32, 33])
    assert words_of(ship) == ["sst", "mean", "sst_3", "sst_3"]
    assert ship["sst_flag"].values.tolist() == [GOOD, NOT_EVALUATED, GOOD, GOOD]


def test_the_mean_of_directions_is_circular() -> None:
    given = stream({"sst": [NAN], "sst_2": [350.0], "sst_3": [20.0]}, units=dict.fromkeys(NAMES, "degree"))
    ship, _ = chosen(given, variable="sst", sensors=NAMES, fall_back="mean")
    np.testing.assert_allclose(ship["sst"], [5.0])


def test_hold_waits_until_the_primary_is_back_for_good() -> None:
    level = [1, 1, 4, 1, 4, 1, 1, 1, 1]
    given = stream({"sst": [10.0] * 9, "sst_2": [20.0] * 9}, {"sst": level, "sst_2": [1] * 9})
    assert words_of(chosen(given)[0]) == ["sst" if each == 1 else "sst_2" for each in level]
    ship, _ = chosen(given, hold="3 min")
    assert words_of(ship) == ["sst"] * 2 + ["sst_2"] * 5 + ["sst"] * 2


def test_while_held_back_a_sensor_is_better_than_none() -> None:
    given = stream({"sst": [10.0] * 4, "sst_2": [20, 20, NAN, 20]}, {"sst": [4, 1, 1, 1]})
    assert words_of(chosen(given, hold="1 h")[0]) == ["sst_2", "sst_2", "sst", "sst"]


def test_sensors_that_disagree_are_questionable() -> None:
    given = stream({"sst": [10, 11, NAN, 13], "sst_2": [10.4, 12, 12, NAN]}, {"sst": [1, 1, 2, 1], "sst_2": [1, 1, 1, 2]})
    ship, _ = chosen(given, agree_within=0.5)
    assert ship["sst_flag"].values.tolist() == [GOOD, QUESTIONABLE, GOOD, GOOD]
    assert decode_bits(ship, "sst_tests")["sensor_disagreement_questionable"].tolist() == [False, True, False, False]
    # Nothing to compare with is no agreement.
    assert decode_bits(ship, "sst_evaluated")["sensor_disagreement"].tolist() == [True, True, False, False]


def test_directions_disagree_along_the_shorter_arc() -> None:
    given = stream({"sst": [359.0, 359.0], "sst_2": [1.0, 20.0]}, units={"sst": "degree", "sst_2": "degree"})
    level = next(each.level for each in chosen(given, agree_within=5.0)[1].outcomes if each.name == "sensor_disagreement")
    assert level.tolist() == [GOOD, QUESTIONABLE]


def test_the_difference_is_stated_and_removed_only_when_asked() -> None:
    random = np.random.default_rng(1)
    first = 10 + random.normal(0, 0.01, 200)
    second = first + 0.5 + random.normal(0, 0.01, 200)
    first[100:] = NAN
    second[:5] += 30.0
    given = stream({"sst": first, "sst_2": second})
    plain, result = chosen(given)
    [row] = [dict(zip(result.tables[1].columns, row, strict=True)) for row in result.tables[1].rows]
    assert (row["sensor"], row["minus"], row["rows"], row["removed"]) == ("sst_2", "sst", 100, "no")
    assert row["median difference"] == pytest.approx(0.5, abs=0.005)
    assert row["robust spread"] == pytest.approx(0.01, abs=0.005)
    np.testing.assert_allclose(plain["sst"][100:], second[100:])
    aligned, result = chosen(given, align=True)
    assert result.tables[1].rows[0][-1] == "yes"
    np.testing.assert_allclose(aligned["sst"][100:].mean(), second[100:].mean() - 0.5, atol=0.005)
    np.testing.assert_array_equal(aligned["sst_2"], given["sst_2"])


def test_too_few_common_rows_align_nothing() -> None:
    ship, result = chosen(stream({"sst": [10, NAN], "sst_2": [11, 12]}), align=True)
    np.testing.assert_array_equal(ship["sst"], [10, 12])
    assert [each.message for each in result.problems] == ["ship: sst_2 was not aligned with sst: 1 common rows, 30 needed"]


def test_longitudes_are_aligned_on_the_circle() -> None:
    given = stream({"sst": [*[179.5] * 40, NAN], "sst_2": [*[-179.5] * 40, -180.0]}, units={"sst": "degrees_east", "sst_2": "degrees_east"})
    ship, _ = chosen(given, align=True)
    np.testing.assert_allclose(ship["sst"].values[-1], 179.0)


def test_two_analysers_are_chosen_as_a_whole() -> None:
    """CO2 of one analyser and water vapour of the other would be neither's."""
    values = {"co2": [400, 401, NAN], "h2o": [5, NAN, 5], "co2_2": [410, 411, 412], "h2o_2": [6, 6, 6]}
    ship, _ = chosen(stream(values), variables=["co2", "h2o"], suffixes=["", "_2"])
    np.testing.assert_array_equal(ship["co2"], [400, 411, 412])
    np.testing.assert_array_equal(ship["h2o"], [5, 6, 6])
    assert words_of(ship, "co2_sensor") == ["co2", "co2_2", "co2_2"]
    assert words_of(ship, "h2o_sensor") == ["h2o", "h2o_2", "h2o_2"]


def test_agreement_of_several_is_stated_for_each() -> None:
    values = {"co2": [400, 401], "h2o": [5, 5], "co2_2": [410, 401], "h2o_2": [6, 6]}
    result = chosen(stream(values), variables=["co2", "h2o"], suffixes=["", "_2"], agree_within={"co2": 1.0})[1]
    assert [each.level.tolist() for each in result.outcomes if each.name == "sensor_disagreement"] == [[QUESTIONABLE, GOOD]]


def test_sensors_in_other_units_are_converted() -> None:
    ship, _ = chosen(stream({"sst": [NAN], "sst_2": [283.15]}, units={"sst": "degree_C", "sst_2": "K"}))
    np.testing.assert_allclose(ship["sst"], [10.0])
    with pytest.raises(DataError, match="sst_2"):
        chosen(stream({"sst": [NAN], "sst_2": [10.0]}, units={"sst_2": "hPa"}))


def test_uncertainties_and_sources_go_along() -> None:
    given = stream({"sst": [10, NAN, NAN], "sst_2": [20, 21, 22], "sst_3": [30, 31, NAN]})
    words = {"units": "degree_C"}
    source = {"flag_values": np.array([0, 1], dtype=np.int8), "flag_meanings": "measured interpolated"}
    given = given.assign(
        sst_uncertainty=("time", [0.1, NAN, NAN], words),
        sst_2_uncertainty=("time", [0.3, 0.3, 0.3], words),
        sst_3_uncertainty=("time", [0.4, 0.4, 0.4], words),
        sst_uncertainty_drift=("time", [0.05, NAN, NAN], {**words, "error_correlation": "common"}),
        sst_2_source=("time", np.array([0, 0, 1], dtype=np.int8), source),
    )
    ship, _ = chosen(given, variable="sst", sensors=NAMES, fall_back="mean")
    np.testing.assert_allclose(ship["sst_uncertainty"], [0.1, 0.25, 0.3])
    assert ship["sst_source"].values.tolist() == [0, 0, 1]
    # A term that not every sensor has would not add up.
    assert "sst_uncertainty_drift" not in ship


def flag_of_a_person(variable: str) -> PersonFlag:
    return PersonFlag(
        id="F0001",
        stream="ship",
        variable=variable,
        start=START,
        end=START + np.timedelta64(60, "s"),
        flag=BAD,
        who="somebody",
        when="2024-04-01T00:00:00Z",
        why="probe out of the water",
    )


def test_a_persons_flag_is_about_variable_and_sensor_of_one_name() -> None:
    people = [flag_of_a_person("sst")]
    ship, result = chosen(stream({"sst": [10, NAN], "sst_2": [20, 21]}, people=people), people)
    np.testing.assert_array_equal(ship["sst"], [10, 21])
    assert ship["sst_flag"].values.tolist() == [BAD, NOT_EVALUATED]
    assert "1 rows of sst were flagged by a person and take no other sensor" in result.problems[0].message


def test_a_persons_flag_on_a_sensor_with_a_name_of_its_own() -> None:
    people = [flag_of_a_person("sst_2")]
    ship, result = chosen(stream({"sst_2": [10, 11], "sst_3": [20, 21]}, people=people), people, variable="sst", sensors=["sst_2", "sst_3"])
    np.testing.assert_array_equal(ship["sst"], [20, 11])
    assert ship["sst_flag"].values.tolist() == [NOT_EVALUATED, NOT_EVALUATED]
    assert result.problems == ()


def test_a_variable_in_the_way() -> None:
    with pytest.raises(DataError, match="'sst' is there already; name it among the sensors"):
        chosen(stream({"sst": [10], "sst_2": [11], "sst_3": [12]}), variable="sst", sensors=["sst_2", "sst_3"])


@pytest.mark.parametrize(("more", "word"), [({"align": True}, "align"), ({"hold": "1 h"}, "hold")])
def test_period_by_period_no_row_can_look_around(more: dict[str, Any], word: str) -> None:
    context = example_context(newest=None)
    given = {"ship": stream({"sst": [10], "sst_2": [11]})}
    with pytest.raises(DataError, match=f"{word} looks at other rows"):
        calibrate(given, options(**more), context)
    assert calibrate(given, options(), context).tables == ()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"variable": "sst"}, "either variable and sensors, or variables and suffixes"),
        ({"variable": "sst", "sensors": ["a", "b"], "suffixes": ["", "_2"]}, "either variable and sensors"),
        ({"variables": ["sst"]}, "either variable and sensors"),
        ({"variable": "sst", "sensors": ["sst"]}, "at least 2"),
        ({"variable": "sst", "sensors": ["sst", "sst"]}, "'sst' stands there twice"),
        ({"variables": ["co2", "h2o"], "suffixes": ["_2", "_2"]}, "'co2_2' stands there twice"),
        ({"variables": ["co2", "h2o"], "suffixes": ["", "_2"], "agree_within": 1.0}, "a table with a value for each of co2, h2o"),
        ({"agree_within": {"ssst": 1.0}}, "names among sst, not 'ssst'"),
        ({"agree_within": 0}, "greater than 0"),
        ({"hold": "-1 s"}, "greater than or equal"),
        ({"fall_back": "previous"}, "'next', 'none' or 'mean'"),
    ],
)
def test_mistakes_are_refused(table: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        options(**table)


def test_a_variable_is_chosen_once() -> None:
    table = {"variable": "sst", "sensors": ["sst", "sst_2"]}
    with pytest.raises(ValidationError, match="'sst' is chosen twice"):
        SensorChoiceOptions.model_validate({"choose": [table, {**table, "stream": "ship"}]})
    assert SensorChoiceOptions.model_validate({"choose": [{**table, "stream": "buoy"}, {**table, "stream": "ship"}]})


def test_what_is_declared() -> None:
    given = options(variable="sst", sensors=["sst_2", "sst_3"], fall_back="mean", stream="ship")
    assert [each.name for each in requires(given)["ship"]] == ["sst_2", "sst_3"]
    category, made = provides(given)["ship"]
    assert (category.name, category.flag_meanings, made.name) == ("sst_sensor", ("none", "sst_2", "sst_3", "mean"), "sst")
    assert [each.name for each in provides(options())["*"]] == ["sst_sensor"]


WORDS = tuple(Variable(name=name, units="degree_C") for name in NAMES)


class TestContract(CalibratorContract):
    """Sensors are handed on as they are, so what the test's stream has is declared here."""

    given = options(variable="sst", sensors=NAMES, align=True, hold="5 min", agree_within=0.5, fall_back="mean")
    calibrator = replace(CALIBRATOR, provides=lambda options: {"*": (*WORDS, *provides(options)["*"])})

    def measured(self, folder: Path) -> tuple[dict[str, xr.Dataset], BaseModel]:
        assert folder.is_dir()
        return {"ship": example_stream(WORDS)}, self.given
