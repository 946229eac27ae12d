"""Hourly means: which minutes make them, of which instrument, what stands beside the value, and what its uncertainty covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from icos_atmosphere.products.hourly_means import PRODUCT
from icos_atmosphere.vocabulary import UNCERTAINTY_TERMS
from pydantic import ValidationError
from sampled_air import HOUR, MINUTE, START, blocks, minute_stream, times_of, tower, wandering_air

from icos_core.components import Outcome, Variable
from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, make_stream
from icos_core.flags import PERSON, apply_flags, decode_bits
from icos_core.people import PersonFlag

if TYPE_CHECKING:
    import xarray as xr


def derived(streams: dict[str, xr.Dataset], **options: object) -> tuple[dict[str, xr.Dataset], list[str]]:
    """Return the streams, flagged as the core does it, and the problems."""
    result = PRODUCT.derive(streams, PRODUCT.options.model_validate(options), tower())
    for name, stream in result.streams.items():
        apply_flags(stream, [each for each in result.outcomes if each.stream == name])
    return result.streams, [str(problem) for problem in result.problems]


def one_line(stream: xr.Dataset, **options: object) -> xr.Dataset:
    streams, problems = derived({"picarro/150m": stream}, **options)
    assert problems == []
    (made,) = streams.values()
    return made


def flagged(
    stream: xr.Dataset, *outcomes: Outcome, people: tuple[PersonFlag, ...] = (), followed: tuple[PersonFlag, ...] = ()
) -> xr.Dataset:
    apply_flags(stream, outcomes, people, followed=followed)
    return stream


def levels(count: int, level: int = GOOD, **rows: list[int]) -> np.ndarray:
    found = np.full(count, level, dtype=np.int8)
    for word, which in rows.items():
        found[which] = {"bad": BAD, "not_evaluated": NOT_EVALUATED}[word]
    return found


def marked(count: int, *rows: int) -> np.ndarray:
    return np.isin(np.arange(count), rows)


def called_bad(start: np.datetime64, end: np.datetime64) -> PersonFlag:
    return PersonFlag(id="1", stream="hourly/150m", variable="co2", start=start, end=end, flag=BAD, who="PI", when="", why="smoke")


def test_an_hour_is_the_mean_of_the_minutes_that_begin_in_it() -> None:
    # A delay of 20 s: the last minute begins 20 s before the full hour.
    rows = np.array([0, 1, 58, 59, 60, 130])
    values = np.array([410.0, 412.0, 414.0, 400.0, 401.0, 409.0])
    stream = minute_stream(times_of(rows) + np.timedelta64(40, "s"), {"co2": values, "co2_raw": values - 3, "h2o": values / 400})
    made = one_line(stream)
    assert list(made["time"].values) == [START, START + HOUR, START + 2 * HOUR]
    assert made["co2"].values == pytest.approx([409.0, 401.0, 409.0])
    assert made["co2_stdev"].values == pytest.approx([np.std(values[:4], ddof=1), np.nan, np.nan], nan_ok=True)
    assert made["co2_n"].values.tolist() == [4, 1, 1]
    assert made["co2_raw"].values == pytest.approx([406.0, 398.0, 406.0])
    assert made["co2_raw_stdev"].values == pytest.approx(made["co2_stdev"].values, nan_ok=True)
    assert made["h2o"].values == pytest.approx(made["co2"].values / 400)
    assert made["co2_instrument"].values.tolist() == [530] * 3


def test_every_hour_is_a_row_and_says_from_when_to_when() -> None:
    made = one_line(minute_stream(times_of(np.array([61, 400])), {"co2": np.array([410.0, 411.0])}))
    assert made["time"].values[0] == START + HOUR
    assert made.sizes["time"] == 6
    assert made["co2_n"].values.tolist() == [1, 0, 0, 0, 0, 1]
    assert np.isnan(made["co2"].values[1:-1]).all()
    assert made["co2_instrument"].values.tolist() == [530, -1, -1, -1, -1, 530]
    assert made["time"].attrs["bounds"] == "time_bnds"
    assert made["time_bnds"].dims == ("time", "nv")
    np.testing.assert_array_equal(made["time_bnds"].values[:, 1] - made["time_bnds"].values[:, 0], HOUR)
    assert made["co2_flag"].values.tolist() == [NOT_EVALUATED, *[MISSING] * 4, NOT_EVALUATED]
    assert made.attrs["instrument_ids"].tolist() == [530]
    assert {key: made.attrs[key] for key in ("line", "intake_height", "averaging_interval")} == {
        "line": "150m",
        "intake_height": 150.0,
        "averaging_interval": "hour",
    }
    assert made["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"


def test_bad_minutes_have_no_part_and_an_hour_is_as_good_as_its_minutes() -> None:
    values = np.array([410.0, 412.0, 480.0, 411.0, 413.0, 490.0])
    stream = minute_stream(times_of(np.array([0, 1, 2, 60, 61, 120])), {"co2": values})
    made = one_line(flagged(stream, Outcome(variable="co2", name="cavity", level=levels(6, bad=[2, 5], not_evaluated=[4]))))
    assert made["co2"].values == pytest.approx([411.0, 412.0, np.nan], nan_ok=True)
    assert made["co2_n"].values.tolist() == [2, 2, 0]
    assert made["co2_flag"].values.tolist() == [GOOD, NOT_EVALUATED, MISSING]


def test_spikes_are_in_the_value_and_not_in_the_one_without() -> None:
    values = np.array([410.0, 412.0, 480.0, 470.0, 411.0])
    stream = minute_stream(times_of(np.array([0, 1, 2, 60, 120])), {"co2": values})
    spikes = Outcome(variable="co2", name="spike_sd", level=levels(5), mark=marked(5, 2, 3))
    made = one_line(flagged(stream, spikes))
    assert made["co2"].values == pytest.approx([434.0, 470.0, 411.0])
    assert made["co2_without_spikes"].values == pytest.approx([411.0, np.nan, 411.0], nan_ok=True)
    assert made["co2_without_spikes_stdev"].values == pytest.approx([np.sqrt(2.0), np.nan, np.nan], nan_ok=True)
    assert made["co2_without_spikes_n"].values.tolist() == [2, 0, 1]
    assert decode_bits(made, "co2_tests")["spike_sd"].tolist() == [True, True, False]
    assert made["co2_flag"].values.tolist() == [GOOD] * 3


def test_marks_of_minutes_mark_their_hours() -> None:
    stream = minute_stream(times_of(np.array([0, 1, 60])), {"co2": np.full(3, 410.0)})
    mark = Outcome(variable="co2", name="provisional_calibration", level=levels(3), mark=marked(3, 1))
    assert decode_bits(one_line(flagged(stream, mark)), "co2_tests")["provisional_calibration"].tolist() == [True, False]


def test_an_hour_that_a_person_called_bad_keeps_its_value() -> None:
    """The flag goes down to the minutes; without them the hour would be gone, and what the person said with it."""
    stream = minute_stream(times_of(np.array([0, 1, 60, 61])), {"co2": np.array([410.0, 412.0, 480.0, 411.0])})
    flag = called_bad(START, START + HOUR)
    level = Outcome(variable="co2", name="cavity", level=levels(4, bad=[2]))
    minutes = flagged(stream, level, followed=(flag,))
    assert minutes["co2_flag"].values.tolist() == [BAD, BAD, BAD, GOOD]
    result = PRODUCT.derive({"picarro/150m": minutes}, PRODUCT.options(), tower())
    made = result.streams["hourly/150m"]
    apply_flags(made, result.outcomes, (flag,))
    assert made["co2"].values == pytest.approx([411.0, 411.0])
    assert made["co2_flag"].values.tolist() == [BAD, GOOD]
    assert made["co2_flag_origin"].values.tolist() == [PERSON, 0]


def test_fewer_minutes_than_asked_for_make_no_value() -> None:
    made = one_line(minute_stream(times_of(np.array([0, 1, 60])), {"co2": np.array([410.0, 412.0, 480.0])}), minimum=2)
    assert made["co2"].values == pytest.approx([411.0, np.nan], nan_ok=True)
    assert made["co2_n"].values.tolist() == [2, 0]
    assert made["co2_instrument"].values.tolist() == [530, -1]


def two_analysers(second_scale: str = "WMO CO2 X2019") -> dict[str, xr.Dataset]:
    main = minute_stream(
        times_of(np.array([0, 1, 120])), {"co2": np.array([410.0, 411.0, 412.0])}, instrument="Picarro 1", instrument_ids=[2]
    )
    spare = minute_stream(
        times_of(np.array([0, 61, 62])),
        {"co2": np.array([400.0, 401.0, 402.0]), "co2_uncertainty": np.full(3, 0.1), "ch4": np.full(3, 1900.0)},
        instrument="Picarro 0",
        instrument_ids=[1],
        priority=2,
        scales={"co2": second_scale},
    )
    bad = Outcome(variable="co2", name="cavity", level=levels(3, bad=[2]))
    return {"b/150m": flagged(main, bad), "a/150m": spare}


def test_the_analyser_of_best_priority_with_a_valid_minute_serves_the_hour() -> None:
    streams, problems = derived(two_analysers())
    made = streams["hourly/150m"]
    assert problems == []
    assert made["co2"].values == pytest.approx([410.5, 401.5, np.nan], nan_ok=True)
    assert made["co2_n"].values.tolist() == [2, 2, 0]
    assert made["co2_instrument"].values.tolist() == [2, 1, -1]
    assert made["ch4_instrument"].values.tolist() == [1, 1, -1]
    assert made.attrs["instrument_ids"].tolist() == [2, 1]  # both from the first hour on: by priority
    assert made.attrs["instrument"] == "Picarro 1; Picarro 0"


def test_an_analyser_that_was_replaced_is_named_hour_by_hour() -> None:
    values = {"co2": np.full(4, 410.0), "co2_instrument": np.array([530, 530, 115, 115])}
    made = one_line(minute_stream(times_of(np.array([0, 59, 61, 180])), values, instrument_ids=[530, 115]))
    assert made["co2_instrument"].values.tolist() == [530, 115, -1, 115]


def test_scales_are_not_mixed() -> None:
    streams, (problem,) = derived(two_analysers("WMO CO2 X2007"))
    made = streams["hourly/150m"]
    assert made["co2"].values == pytest.approx([410.5, np.nan, np.nan], nan_ok=True)
    assert "co2 of a/150m is on WMO CO2 X2007, of b/150m on WMO CO2 X2019" in problem
    assert made["co2"].attrs["calibration_scale"] == "WMO CO2 X2019"


def test_scales_are_converted_where_that_is_asked_for() -> None:
    streams, problems = derived(two_analysers("WMO CO2 X2007"), convert={"co2": "X2019"})
    made = streams["hourly/150m"]
    assert problems == []
    assert made["co2"].values == pytest.approx([410.5, 401.5 * 1.00079 - 0.142, np.nan], nan_ok=True)
    assert made["co2_uncertainty"].values[1] >= 0.1 * 1.00079
    recorded = made["co2"].attrs["calibration_scale_conversion"]
    assert recorded == "WMO CO2 X2007 to WMO CO2 X2019: 1.00079 x - 0.142 umol mol-1 (doi:10.5194/amt-14-3015-2021)"


def test_a_conversion_that_is_not_known_is_refused() -> None:
    streams, (problem,) = derived(two_analysers("none"), convert={"co2": "WMO CO2 X2019"})
    assert streams["hourly/150m"]["co2_instrument"].values.tolist() == [2, -1, -1]
    assert "co2 of a/150m was left out: no conversion of CO2 from none to WMO CO2 X2019 is known" in problem


def test_a_line_without_minutes_is_told() -> None:
    assert derived({"meteo": make_stream(times_of(np.arange(3)), {}, ())}) == ({}, ["hourly-means: there is no series of minutes"])
    days = minute_stream(times_of(np.arange(0)), {"co2": np.zeros(0)}).assign_attrs(averaging_interval="day")
    assert derived({"obspack": days}) == ({}, [])
    empty = minute_stream(times_of(np.arange(0)), {"co2": np.zeros(0)})
    assert derived({"picarro/150m": empty}) == ({}, [])


def test_options_are_checked() -> None:
    with pytest.raises(ValidationError, match="convert"):
        PRODUCT.options.model_validate({"convert": {"sf6": "X2014"}})


def targets() -> xr.Dataset:
    roles = Variable(
        name="role",
        dtype="int8",
        flag_values=(0, 1, 2, 3),
        flag_meanings=("calibration", "short_term_target", "long_term_target", "working_standard"),
    )
    words = [roles, *(Variable(name=f"co2_{name}", units="umol mol-1") for name in ("bias", "cmr", "ltr"))]
    time = START + np.array([1, 3, 5, 7]) * HOUR
    values = {
        "role": np.array([1, 2, 1, 1]),
        "co2_bias": np.array([0.1, 9.0, 0.3, 5.0]),
        "co2_cmr": np.array([0.02, 9.0, 0.02, 0.02]),
        "co2_ltr": np.array([np.nan, 9.0, 0.01, 0.03]),
    }
    return flagged(make_stream(time, values, words), Outcome(variable="co2_bias", name="drift", level=levels(4, bad=[3])))


def test_targets_of_the_analyser_stand_beside_the_hours() -> None:
    stream = minute_stream(times_of(np.arange(0, 10 * 60, 10)), {"co2": np.full(60, 410.0)})
    streams = {"picarro/150m": stream, "picarro/targets": targets()}
    made = derived(streams, bias_hold="3 h")[0]["hourly/150m"]
    assert made["co2_sttb"].values == pytest.approx([0.1, 0.1, 0.15, 0.2, 0.25, 0.3, 0.3, 0.3, 0.3, np.nan], nan_ok=True)
    assert made["co2_ltr"].values.tolist() == [0.01] * 7 + [0.03] * 3
    assert made["co2_cmr"].values.tolist() == [0.02] * 10
    other = minute_stream(times_of(np.arange(0, 60, 10)), {"co2": np.full(6, 410.0)}, analyser="other")
    assert "co2_sttb" not in derived({"other/150m": other, "picarro/targets": targets()})[0]["hourly/150m"]


def with_terms(values: np.ndarray, **terms: float) -> dict[str, np.ndarray]:
    found = {f"co2_uncertainty_{term}": np.full(values.size, size) for term, size in terms.items()}
    return {"co2": values, "co2_uncertainty": np.full(values.size, np.sqrt(sum(size**2 for size in terms.values()))), **found}


def test_terms_average_as_their_errors_do() -> None:
    rows = np.arange(60)
    terms = {"fit": 0.03, "repeatability": 0.06, "long_term_repeatability": 0.04, "assignment": 0.02, "representativeness": 0.12}
    made = one_line(minute_stream(times_of(rows), with_terms(np.full(60, 410.0), **terms)))
    independent = {"repeatability", "representativeness"}
    expected = {term: size / np.sqrt(60) if term in independent else size for term, size in terms.items()}
    assert set(terms) == set(UNCERTAINTY_TERMS)
    for term, size in expected.items():
        assert made[f"co2_uncertainty_{term}"].values == pytest.approx([size]), term
    assert made["co2_uncertainty"].values == pytest.approx([np.sqrt(sum(size**2 for size in expected.values()))])


def test_a_total_alone_does_not_average_out() -> None:
    stream = minute_stream(times_of(np.arange(60)), {"co2": np.full(60, 410.0), "co2_uncertainty": np.full(60, 0.05)})
    assert one_line(stream)["co2_uncertainty"].values == pytest.approx([0.05])


def test_where_no_pair_of_minutes_tells_the_rest_of_the_uncertainty_stands() -> None:
    stream = minute_stream(times_of(np.array([0, 60])), with_terms(np.array([410.0, 411.0]), fit=0.03, assignment=0.04))
    made = one_line(stream)
    assert np.isnan(made["co2_uncertainty_representativeness"].values).all()
    assert made["co2_uncertainty"].values == pytest.approx([0.05, 0.05])


@pytest.mark.parametrize(
    ("decay", "sampled"), [(60.0, [*range(20)]), (600.0, [*range(20, 40)]), (20.0, [*range(5), *range(15, 20), *range(40, 45)])]
)
def test_coverage_over_replicates(decay: float, sampled: list[int]) -> None:
    """400 replicates of a week: pooled coverage of the hourly mean, repeatability and representativeness."""
    rng = np.random.default_rng(20)
    hours, noise, replicates = 168, 0.05, 400
    rows = blocks(hours, sampled)
    covered, errors = [], []
    for _ in range(replicates):
        air = wandering_air(rng, hours, sd=2.0, minutes=decay)
        made = one_line(minute_stream(times_of(rows), with_terms(air.ravel()[rows] + rng.normal(0, noise, rows.size), repeatability=noise)))
        errors.append(made["co2"].values - air.mean(axis=1))
        covered.append(np.abs(errors[-1]) <= 1.96 * made["co2_uncertainty"].values)
    assert 0.93 <= np.mean(covered) <= 0.97
    assert abs(np.mean(errors)) <= 4 * np.std(np.mean(errors, axis=1)) / np.sqrt(replicates)


def test_plumes_make_only_their_own_hours_uncertain() -> None:
    """A plume of five minutes in every tenth hour, marked as a spike: the others are as uncertain as if there were none."""
    rng = np.random.default_rng(21)
    hours, noise = 720, 0.05
    rows = blocks(hours, range(20))
    plain, disturbed, usual = [], [], []
    for _ in range(40):
        air = wandering_air(rng, hours, sd=1.0, minutes=60.0)
        polluted = np.zeros((hours, 60))
        for hour, first in enumerate(rng.integers(0, 15, hours // 10)):
            polluted[hour * 10, first : first + 5] = rng.uniform(5.0, 30.0)
        in_sample = polluted.ravel()[rows]
        measured = air.ravel()[rows] + rng.normal(0, noise, rows.size)
        clean = one_line(minute_stream(times_of(rows), with_terms(measured, repeatability=noise)))
        spikes = Outcome(variable="co2", name="spike_sd", level=levels(rows.size), mark=in_sample > 0)
        made = one_line(flagged(minute_stream(times_of(rows), with_terms(measured + in_sample, repeatability=noise)), spikes))
        uncertainty = made["co2_uncertainty"].values
        covered = np.abs(made["co2"].values - (air + polluted).mean(axis=1)) <= 1.96 * uncertainty
        has_plume = np.arange(hours) % 10 == 0
        plain.append(covered[~has_plume])
        disturbed.append(covered[has_plume])
        usual.append(uncertainty[~has_plume].mean() / clean["co2_uncertainty"].values[~has_plume].mean())
    assert 0.93 <= np.mean(plain) <= 0.97
    assert np.mean(disturbed) >= 0.93
    assert np.mean(usual) == pytest.approx(1.0, abs=0.03)


def test_a_late_minute_changes_no_mean_but_its_own() -> None:
    rng = np.random.default_rng(1)
    rows = blocks(48, range(20))
    values = rng.normal(410, 1, rows.size)
    before = one_line(minute_stream(times_of(rows[:-1]), {"co2": values[:-1]}))
    after = one_line(minute_stream(times_of(rows), {"co2": values}))
    for name in ("co2", "co2_stdev", "co2_n"):
        np.testing.assert_array_equal(before[name].values[:-1], after[name].values[:-1])
    assert MINUTE * 60 == HOUR
