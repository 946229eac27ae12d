"""Flags: bits of tests, people's flags, cascades and the primary flag that follows."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icos_core.components import Cascade, Outcome, Variable
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE, is_good, make_stream, usable
from icos_core.exceptions import DataError
from icos_core.flags import AUTOMATIC, PERSON, PROPAGATED, apply_flags, carry, decode_bits, test_counts
from icos_core.people import PersonFlag

if TYPE_CHECKING:
    import xarray as xr

WORDS = (
    Variable(name="sst", units="degree_C", long_name="sea-surface temperature"),
    Variable(name="salinity", units="1"),
    Variable(name="fco2", units="uatm"),
    Variable(name="fco2_uncertainty", units="uatm"),
    Variable(name="run_type", dtype="int8", flag_values=(1, 2), flag_meanings=("EQU", "ATM")),
)


def stream_of(**values: list[float]) -> xr.Dataset:
    rows = len(next(iter(values.values())))
    return make_stream(np.datetime64("2024-01-01T00:00") + np.arange(rows).astype("timedelta64[m]"), values, WORDS)


def outcome(variable: str, name: str, *level: int, mark: list[bool] | None = None) -> Outcome:
    marks = None if mark is None else np.array(mark)
    return Outcome(variable=variable, name=name, level=np.array(level, dtype=np.int8), mark=marks)


def person(variable: str, first: int, last: int, flag: int | None, identifier: str = "p1") -> PersonFlag:
    start = np.datetime64("2024-01-01T00:00")
    return PersonFlag(
        id=identifier,
        stream="underway",
        variable=variable,
        start=start + np.timedelta64(first, "m"),
        end=start + np.timedelta64(last, "m"),
        flag=flag,
        who="station",
        when="2024-02-01T00:00:00Z",
        why="looked at it",
    )


def test_worst_outcome_makes_the_primary_flag() -> None:
    stream = stream_of(sst=[1.0, 2.0, 3.0, 4.0, np.nan])
    apply_flags(stream, [outcome("sst", "range", 1, 2, 3, 4, 2), outcome("sst", "spike", 3, 2, 4, 1, 2)])
    assert stream["sst_flag"].values.tolist() == [QUESTIONABLE, NOT_EVALUATED, BAD, BAD, MISSING]
    assert stream["sst_flag"].dtype == np.int8
    assert stream["sst_flag_origin"].values.tolist() == [AUTOMATIC] * 5


def test_untested_is_not_evaluated_and_has_no_bits() -> None:
    stream = stream_of(sst=[1.0, np.nan])
    apply_flags(stream, ())
    assert stream["sst_flag"].values.tolist() == [NOT_EVALUATED, MISSING]
    assert "sst_tests" not in stream
    assert "sst_evaluated" not in stream


def test_categories_and_uncertainties_carry_no_flags() -> None:
    stream = stream_of(fco2=[300.0], fco2_uncertainty=[2.0], run_type=[1])
    apply_flags(stream, ())
    assert {str(name) for name in stream.data_vars} == {"fco2", "fco2_uncertainty", "run_type", "fco2_flag", "fco2_flag_origin"}
    assert stream["fco2"].attrs["ancillary_variables"] == "fco2_uncertainty fco2_flag fco2_flag_origin"


def test_what_describes_a_quantity_has_no_flags_and_is_ancillary_to_it() -> None:
    spread = Variable(name="sst_stdev", units="degree_C", attributes={"describes": "sst"})
    stream = make_stream(
        np.datetime64("2024-01-01T00:00", "ns") + np.arange(2), {"sst": [1.0, 2.0], "sst_stdev": [0.1, 0.2]}, (*WORDS, spread)
    )
    apply_flags(stream, [outcome("sst", "range", 1, 4)])
    assert "sst_stdev_flag" not in stream
    assert stream["sst"].attrs["ancillary_variables"].split()[-1] == "sst_stdev"


def test_bits_follow_cf_and_stand_in_sorted_order() -> None:
    stream = stream_of(sst=[1.0, 2.0, 3.0])
    apply_flags(stream, [outcome("sst", "spike", 1, 4, 2, mark=[True, False, False]), outcome("sst", "range", 3, 1, 1)])
    tests, evaluated = stream["sst_tests"], stream["sst_evaluated"]
    assert tests.attrs["flag_meanings"] == "range_bad range_questionable spike spike_bad spike_questionable"
    assert tests.attrs["flag_masks"].tolist() == [1, 2, 4, 8, 16]
    assert tests.attrs["flag_masks"].dtype == tests.dtype == np.int32
    assert tests.values.tolist() == [2 + 4, 8, 0]
    assert evaluated.attrs["flag_meanings"] == "range spike"
    assert evaluated.values.tolist() == [3, 3, 1]
    assert stream["sst"].attrs["ancillary_variables"] == "sst_flag sst_flag_origin sst_tests sst_evaluated"


def test_a_mark_sets_its_bit_and_no_flag() -> None:
    stream = stream_of(sst=[1.0, 2.0])
    apply_flags(stream, [outcome("sst", "flushing", 1, 2, mark=[True, True])])
    assert stream["sst_flag"].values.tolist() == [GOOD, NOT_EVALUATED]
    assert decode_bits(stream, "sst_tests")["flushing"].tolist() == [True, True]


def test_order_of_tests_never_shows() -> None:
    outcomes = [outcome("sst", "range", 1, 3, 4, 1), outcome("sst", "spike", 4, 1, 3, 2), outcome("salinity", "range", 3, 3, 1, 2)]
    results = []
    for order in permutations(outcomes):
        stream = stream_of(sst=[1.0, 2.0, 3.0, 4.0], salinity=[35.0, 35.0, np.nan, 35.0])
        apply_flags(stream, order, cascades=[Cascade(source="salinity", target="sst")])
        results.append(stream)
    assert all(result.identical(results[0]) for result in results[1:])


def test_31_bits_fit_and_32_do_not() -> None:
    stream = stream_of(sst=[1.0])
    apply_flags(stream, [outcome("sst", f"t{number:02}", 4) for number in range(15)])
    assert stream["sst_tests"].attrs["flag_masks"].size == 30
    assert all(rows.all() == meaning.endswith("_bad") for meaning, rows in decode_bits(stream, "sst_tests").items())
    full = stream_of(sst=[1.0])
    apply_flags(full, [outcome("sst", f"t{number:02}", 4, mark=[True] if number == 0 else None) for number in range(15)])
    assert full["sst_tests"].values.tolist() == [sum(1 << bit for bit in range(31) if bit == 0 or bit % 2)]
    with pytest.raises(DataError, match="would need 32 bits, at most 31 fit"):
        apply_flags(stream_of(sst=[1.0]), [outcome("sst", f"t{number:02}", 4) for number in range(16)])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (outcome("depth", "range", 1, 1), "'depth', which is no quantity"),
        (outcome("run_type", "range", 1, 1), "'run_type', which is no quantity"),
        (outcome("sst", "range", 1), r"returned \(1,\) rows, expected \(2,\)"),
        (outcome("sst", "range", 1, 1, mark=[True]), r"returned \(1,\) rows, expected \(2,\)"),
        (outcome("sst", "range", 1, 9), r"levels \[1, 9\]"),
        (outcome("sst", "range", 0, 1), r"levels \[0, 1\]"),
        (outcome("sst", "Range", 1, 1), "snake_case"),
        (outcome("sst", "two words", 1, 1), "snake_case"),
        (outcome("sst", "gone_bad", 1, 1), "not end with"),
        (outcome("sst", "propagated_salinity", 1, 1), "not begin with"),
    ],
)
def test_impossible_outcomes_are_refused(wrong: Outcome, message: str) -> None:
    with pytest.raises(DataError, match=message):
        apply_flags(stream_of(sst=[1.0, 2.0], run_type=[1, 2]), [wrong])


def test_two_tests_of_one_name_are_refused() -> None:
    with pytest.raises(DataError, match="give one of them another label"):
        apply_flags(stream_of(sst=[1.0]), [outcome("sst", "range", 1), outcome("sst", "range", 1)])


def test_outcomes_of_the_stage_before_are_kept() -> None:
    stream = stream_of(sst=[1.0, 2.0, 3.0])
    apply_flags(stream, [outcome("sst", "range", 1, 4, 2)])
    apply_flags(stream, [outcome("sst", "delta", 3, 1, 2)])
    assert stream["sst_flag"].values.tolist() == [QUESTIONABLE, BAD, NOT_EVALUATED]
    assert list(decode_bits(stream, "sst_evaluated")) == ["delta", "range"]
    both = stream_of(sst=[1.0, 2.0, 3.0])
    apply_flags(both, [outcome("sst", "delta", 3, 1, 2), outcome("sst", "range", 1, 4, 2)])
    assert stream.identical(both)


def test_applying_again_changes_nothing() -> None:
    stream = stream_of(sst=[1.0, 2.0, np.nan], fco2=[300.0, 301.0, 302.0])
    people, cascades = [person("sst", 0, 1, GOOD)], [Cascade(source="sst", target="fco2")]
    apply_flags(stream, [outcome("sst", "range", 4, 4, 2)], people, cascades)
    once = stream.copy(deep=True)
    apply_flags(stream, (), people, cascades)
    assert stream.identical(once)


def test_a_person_wins_over_tests_and_cascades_but_not_over_missing() -> None:
    stream = stream_of(sst=[1.0, 2.0, np.nan, 4.0], fco2=[300.0, 301.0, 302.0, 303.0])
    met = apply_flags(
        stream,
        [outcome("sst", "range", 4, 1, 2, 1)],
        [person("sst", 0, 3, GOOD, "a"), person("sst", 3, 4, BAD, "b"), person("fco2", 3, 4, QUESTIONABLE, "c")],
        [Cascade(source="sst", target="fco2")],
    )
    assert stream["sst_flag"].values.tolist() == [GOOD, GOOD, MISSING, BAD]
    assert stream["sst_flag_origin"].values.tolist() == [PERSON, PERSON, AUTOMATIC, PERSON]
    assert stream["fco2_flag"].values.tolist() == [NOT_EVALUATED, NOT_EVALUATED, NOT_EVALUATED, QUESTIONABLE]
    assert stream["fco2_flag_origin"].values.tolist() == [AUTOMATIC, AUTOMATIC, AUTOMATIC, PERSON]
    assert met == {"a": 2, "b": 1, "c": 1}
    assert decode_bits(stream, "sst_tests")["range_bad"].tolist() == [True, False, False, False]


def test_accepting_keeps_the_flag_and_names_the_person() -> None:
    stream = stream_of(sst=[1.0, 2.0])
    apply_flags(stream, [outcome("sst", "range", 3, 1)], [person("sst", 0, 2, None)])
    assert stream["sst_flag"].values.tolist() == [QUESTIONABLE, GOOD]
    assert stream["sst_flag_origin"].values.tolist() == [PERSON, PERSON]


def test_flags_of_what_is_made_of_the_rows_hold_for_rows_that_nothing_speaks_against() -> None:
    stream = stream_of(sst=[1.0, 2.0, 3.0, np.nan, 5.0])
    met = apply_flags(
        stream,
        [outcome("sst", "range", 1, 4, 1, 2, 1)],
        people=[person("sst", 2, 3, GOOD, "own")],
        followed=[person("sst", 0, 4, BAD, "hourly"), person("sst", 4, 5, None, "accepted")],
    )
    assert stream["sst_flag"].values.tolist() == [BAD, BAD, GOOD, MISSING, GOOD]
    assert stream["sst_flag_origin"].values.tolist() == [PROPAGATED, AUTOMATIC, PERSON, AUTOMATIC, PROPAGATED]
    assert met == {"own": 1}


def test_flags_that_meet_no_row_are_counted() -> None:
    stream = stream_of(sst=[1.0, np.nan], run_type=[1, 2])
    people = [person("sst", 5, 9, BAD, "late"), person("sst", 1, 2, BAD, "missing"), person("depth", 0, 2, BAD, "unknown")]
    assert apply_flags(stream, (), people) == {"late": 0, "missing": 0, "unknown": 0}


def test_people_flag_half_open_spans() -> None:
    stream = stream_of(sst=[1.0, 2.0, 3.0])
    apply_flags(stream, (), [person("sst", 1, 2, BAD)])
    assert stream["sst_flag"].values.tolist() == [NOT_EVALUATED, BAD, NOT_EVALUATED]


def test_cascades_run_after_people_and_through_several_links() -> None:
    stream = stream_of(sst=[1.0] * 3, salinity=[35.0] * 3, fco2=[300.0] * 3)
    apply_flags(
        stream,
        [outcome("sst", "range", 4, 3, 1), outcome("fco2", "range", 1, 1, 1)],
        [person("sst", 1, 2, GOOD)],
        [Cascade(source="salinity", target="fco2"), Cascade(source="sst", target="salinity", questionable=2, bad=3)],
    )
    assert stream["salinity_flag"].values.tolist() == [QUESTIONABLE, NOT_EVALUATED, NOT_EVALUATED]
    assert stream["fco2_flag"].values.tolist() == [QUESTIONABLE, GOOD, GOOD]
    assert stream["fco2_flag_origin"].values.tolist() == [PROPAGATED, AUTOMATIC, AUTOMATIC]
    assert decode_bits(stream, "fco2_tests")["propagated_salinity_questionable"].tolist() == [True, False, False]


def test_propagation_is_made_new_when_its_source_is_overruled() -> None:
    stream = stream_of(sst=[1.0, 2.0], fco2=[300.0, 301.0])
    cascades = [Cascade(source="sst", target="fco2")]
    apply_flags(stream, [outcome("sst", "range", 4, 4)], (), cascades)
    assert stream["fco2_flag"].values.tolist() == [BAD, BAD]
    apply_flags(stream, (), [person("sst", 0, 1, GOOD)], cascades)
    assert stream["fco2_flag"].values.tolist() == [NOT_EVALUATED, BAD]
    assert decode_bits(stream, "fco2_tests")["propagated_sst_bad"].tolist() == [False, True]


def test_a_cascade_says_nothing_of_missing_targets_and_never_lowers() -> None:
    stream = stream_of(sst=[1.0, 2.0, 3.0], fco2=[np.nan, 301.0, 302.0])
    apply_flags(stream, [outcome("sst", "range", 4, 3, 3), outcome("fco2", "range", 2, 4, 1)], (), [Cascade(source="sst", target="fco2")])
    assert stream["fco2_flag"].values.tolist() == [MISSING, BAD, QUESTIONABLE]
    assert stream["fco2_flag_origin"].values.tolist() == [AUTOMATIC, AUTOMATIC, PROPAGATED]


def test_a_missing_source_cascades_by_its_tests() -> None:
    """A position that is missing and therefore bad makes bad what depends on it, though its own flag says missing."""
    stream = stream_of(salinity=[np.nan, np.nan, np.nan, 35.0], fco2=[300.0, 301.0, 302.0, 303.0])
    apply_flags(stream, [outcome("salinity", "position", 4, 3, 2, 1)], (), [Cascade(source="salinity", target="fco2")])
    assert stream["salinity_flag"].values.tolist() == [MISSING, MISSING, MISSING, GOOD]
    assert stream["fco2_flag"].values.tolist() == [BAD, QUESTIONABLE, NOT_EVALUATED, NOT_EVALUATED]


def test_cascades_of_absent_variables_are_passed_over_and_circles_refused() -> None:
    stream = stream_of(sst=[1.0], fco2=[300.0])
    apply_flags(stream, (), (), [Cascade(source="depth", target="fco2"), Cascade(source="sst", target="depth")])
    assert stream["fco2_flag"].values.tolist() == [NOT_EVALUATED]
    with pytest.raises(DataError, match="circle"):
        apply_flags(stream, (), (), [Cascade(source="sst", target="fco2"), Cascade(source="fco2", target="sst")])


def test_further_dimensions_get_one_flag_per_row() -> None:
    stream = stream_of(sst=[1.0, 2.0, 3.0])
    stream["profile"] = (("time", "depth"), np.array([[1.0, np.nan], [np.nan, np.nan], [1.0, 2.0]]))
    apply_flags(stream, [outcome("profile", "range", 1, 2, 3)])
    assert stream["profile_flag"].values.tolist() == [GOOD, MISSING, QUESTIONABLE]
    assert is_good(stream, "profile").tolist() == [[True, False], [False, False], [False, False]]
    assert np.array_equal(usable(stream, "profile"), [[1.0, np.nan], [np.nan] * 2, [np.nan] * 2], equal_nan=True)


def test_no_rows() -> None:
    stream = stream_of(sst=[])
    apply_flags(stream, [outcome("sst", "range")])
    assert stream["sst_flag"].shape == (0,)


def test_carried_companions_are_independent_of_the_original() -> None:
    stream = stream_of(sst=[1.0, 2.0], salinity=[35.0, 35.0])
    apply_flags(stream, [outcome("sst", "range", 3, 1)])
    before = stream.copy(deep=True)
    carried = carry(stream, ["sst", "depth"])
    assert {str(name) for name in carried.data_vars} == {"sst", "sst_flag", "sst_flag_origin", "sst_tests", "sst_evaluated"}
    apply_flags(carried, [outcome("sst", "delta", 4, 4)])
    carried["sst"].attrs["comment"] = "changed"
    assert stream.identical(before)
    assert decode_bits(carried, "sst_tests")["range_questionable"].tolist() == [True, False]


def test_counts_say_hits_and_applied_rows() -> None:
    stream = stream_of(sst=[1.0, 2.0, 3.0], fco2=[1.0, 2.0, 3.0])
    apply_flags(stream, [outcome("sst", "range", 3, 2, 4)], (), [Cascade(source="sst", target="fco2")])
    assert test_counts(stream) == [
        ("sst", "range_bad", 1, 2),
        ("sst", "range_questionable", 1, 2),
        ("fco2", "propagated_sst_bad", 1, 3),
        ("fco2", "propagated_sst_questionable", 1, 3),
    ]


levels = st.lists(st.sampled_from([1, 2, 3, 4]), min_size=4, max_size=4)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["range", "spike", "flat_line", "aa", "zz"]), levels, max_size=5), st.randoms())
def test_bits_hold_exactly_what_tests_said(said: dict[str, list[int]], random: object) -> None:
    outcomes = [outcome("sst", name, *level) for name, level in said.items()]
    random.shuffle(outcomes)  # type: ignore[attr-defined]
    stream = stream_of(sst=[1.0, 2.0, 3.0, 4.0])
    apply_flags(stream, outcomes)
    bits, evaluated = decode_bits(stream, "sst_tests"), decode_bits(stream, "sst_evaluated")
    worst = []
    for row in range(4):
        row_levels = [level[row] for level in said.values()]
        for name, level in said.items():
            assert bits[f"{name}_questionable"][row] == (level[row] == QUESTIONABLE)
            assert bits[f"{name}_bad"][row] == (level[row] == BAD)
            assert evaluated[name][row] == (level[row] != NOT_EVALUATED)
        worst.append(max((level for level in row_levels if level != NOT_EVALUATED), default=NOT_EVALUATED))
    assert stream["sst_flag"].values.tolist() == worst
