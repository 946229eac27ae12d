"""Comments beside flags."""

from dataclasses import replace

import numpy as np
import xarray as xr
from icos_ocean.exporters.comments import MOST, joined, of_people, of_tests, plain, reasons
from small_cruise import person

from icos_core.components import Cascade, Outcome, Variable
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.people import PersonFlag

TIME = np.datetime64("2024-05-01T00:00:00", "ns") + np.arange(6) * np.timedelta64(60, "s")


def stream(people: tuple[PersonFlag, ...] = ()) -> xr.Dataset:
    words = [Variable(name=name, units="1") for name in ("sst", "fco2")]
    made = make_stream(TIME, {"sst": [1, 2, 3, 4, 5, 6], "fco2": [1, 2, 3, 4, np.nan, 6]}, words)
    outcomes = [
        Outcome(variable="sst", name="range", level=np.array([1, 3, 4, 1, 1, 1], dtype=np.int8)),
        Outcome(variable="fco2", name="spike", level=np.array([1, 3, 1, 1, 1, 2], dtype=np.int8)),
    ]
    apply_flags(made, outcomes, people, [Cascade(source="sst", target="fco2")])
    return made


def texts(comments) -> list[str]:
    return [comments.words[code] for code in comments.codes]


def test_outcomes_of_tests_and_what_followed_from_others() -> None:
    assert texts(of_tests(stream(), "fco2")) == [
        "",
        "propagated_sst_questionable spike_questionable",
        "propagated_sst_bad",
        "",
        "",
        "",
    ]


def test_tests_that_a_person_overruled_are_not_named() -> None:
    flag = person("sst", TIME[1], TIME[3], 1)
    assert texts(of_tests(stream((flag,)), "sst")) == [""] * 6


def test_why_a_person_set_a_flag() -> None:
    bad = replace(person("fco2", TIME[2], TIME[5], 4), why='pump\toff,\n"stuck"')
    found = texts(of_people(stream((bad,)), "underway", "fco2", (bad,)))
    # The fifth row is missing, and no flag wins over missing.
    assert found == ["", "", "flagged bad by a person: pump off, 'stuck'", "flagged bad by a person: pump off, 'stuck'", "", ""]


def test_accepting_keeps_the_flag_and_says_so() -> None:
    accepted = replace(person("sst", TIME[0], TIME[3], None), why="looked at it")
    assert texts(reasons(stream((accepted,)), "underway", "sst", (accepted,))) == [
        "accepted as good by a person: looked at it",
        "range_questionable; accepted as questionable by a person: looked at it",
        "range_bad; accepted as bad by a person: looked at it",
        "",
        "",
        "",
    ]


def test_the_last_of_several_flags_counts() -> None:
    first, second = person("fco2", TIME[0], TIME[3], 4, "p1"), replace(person("fco2", TIME[2], TIME[4], 3, "p2"), why="second")
    found = texts(of_people(stream((first, second)), "underway", "fco2", (first, second), title="fCO2"))
    second_reason = "fCO2 flagged questionable by a person: second"
    assert found[1:4] == ["fCO2 flagged bad by a person: test", second_reason, second_reason]


def test_flags_of_other_streams_and_variables_are_others_reasons() -> None:
    flag = person("fco2", TIME[0], TIME[1], 4)
    made = stream((flag,))
    others = (replace(flag, stream="elsewhere"), replace(flag, variable="sst"))
    assert texts(of_people(made, "underway", "fco2", others))[0] == "flagged bad by a person"


def test_joined_comments_stand_one_behind_the_other() -> None:
    flag = person("sst", TIME[1], TIME[2], 4)
    made = stream((flag,))
    both = joined([of_tests(made, "fco2"), of_people(made, "underway", "sst", (flag,), title="sst")])
    assert texts(both)[1] == "propagated_sst_bad spike_questionable; sst flagged bad by a person: test"
    assert texts(both)[2:] == ["propagated_sst_bad", "", "", ""]


def test_long_reasons_are_cut() -> None:
    flag = replace(person("fco2", TIME[0], TIME[1], 4), why="x" * 1000)
    (longest,) = {text for text in texts(of_people(stream((flag,)), "underway", "fco2", (flag,))) if text}
    assert len(longest) == MOST
    assert longest.endswith("…")


def test_plain_text_fits_any_table() -> None:
    assert plain(' a\tb\r\nc "d" \0') == "a b c 'd'"


def test_a_quantity_without_flags_has_no_comment() -> None:
    bare = stream().drop_vars(["sst_flag", "sst_flag_origin", "sst_tests"])
    assert texts(reasons(bare, "underway", "sst", ())) == [""] * 6
