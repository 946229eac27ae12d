"""Runs of standard gas that a person flagged."""

import numpy as np
from icos_ocean.exporters.standard_runs import flagged_runs
from small_cruise import calibrated, cruise, person


def times_of(stream, word):
    codes = dict(zip(stream["run_type"].attrs["flag_meanings"].split(), stream["run_type"].attrs["flag_values"].tolist(), strict=True))
    return stream["time"].values[stream["run_type"].values == codes[word]]


def test_no_flags_no_runs() -> None:
    measured, _ = cruise()
    stream, _ = calibrated(measured)
    assert flagged_runs(stream, "underway", ()) == ()


def test_a_flagged_run_touches_exactly_the_samples_whose_fco2_it_changes() -> None:
    # A reading that is off makes the flag matter: with and without it the samples around it differ.
    measured, truth = cruise(cycles=4)
    third = times_of(measured, "STD3")[2]
    measured["co2"].values[measured["time"].values == third] += 1.0
    flag = person("co2", third, third + np.timedelta64(1, "s"), 4)
    before, _ = calibrated(measured)
    after, _ = calibrated(measured, people=(flag,))
    (run,) = flagged_runs(after, "underway", (flag,))
    assert (run.run_type, run.start, run.end, run.flag) == ("STD3", third, third, 4)
    assert run.comment == "co2 flagged bad by a person: test"
    water = truth["water"]
    changed = before["fco2"].values[water] != after["fco2"].values[water]
    assert changed.any()
    assert (run.touches(after["time"].values[water]) == changed).all()


def test_the_first_run_touches_everything_before_the_second() -> None:
    measured, _ = cruise()
    first, second, *_ = times_of(measured, "STD2")
    flag = person("co2", first, first + np.timedelta64(1, "s"), 3)
    stream, _ = calibrated(measured, people=(flag,))
    (run,) = flagged_runs(stream, "underway", (flag,))
    assert np.isnat(run.after)
    assert run.before == second
    moment = f"{first.astype('datetime64[s]')}Z"
    assert str(run) == f"STD2 {moment}/{moment} questionable: co2 flagged questionable by a person: test"


def test_two_flagged_runs_in_a_row_reach_to_the_next_good_ones() -> None:
    measured, _ = cruise()
    times = times_of(measured, "STD4")
    flag = person("co2", times[1], times[2] + np.timedelta64(1, "s"), 4)
    stream, _ = calibrated(measured, people=(flag,))
    gases = [run for run in flagged_runs(stream, "underway", (flag,)) if run.run_type == "STD4"]
    assert [(run.after, run.before) for run in gases] == [(times[0], times[3])] * 2


def test_flags_on_samples_are_no_flagged_runs() -> None:
    measured, truth = cruise()
    sample = measured["time"].values[truth["water"]][3]
    flag = person("co2", sample, sample + np.timedelta64(1, "s"), 4)
    stream, _ = calibrated(measured, people=(flag,))
    assert flagged_runs(stream, "underway", (flag,)) == ()
