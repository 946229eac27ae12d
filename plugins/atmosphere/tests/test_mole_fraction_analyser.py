"""An analyser calibrated: sequences, lines, interpolation in time, working standard, targets."""

from __future__ import annotations

import numpy as np
import pytest
from cells import START, cells_of, cylinder, sequence, station
from icos_atmosphere.calibration.analyser import analyser_of
from icos_atmosphere.calibration.coefficients import bracket
from icos_atmosphere.calibration.cylinder_tables import cylinder_tables
from icos_atmosphere.calibration.targets import find_targets

from icos_core.people import PersonFlag

VALUES = (379.84, 399.97, 419.93, 449.72)
CYLINDERS = tuple(cylinder(f"CAL{number}", value) for number, value in enumerate(VALUES, start=1))
PORTS = (2, 3, 4, 5)
DAY = 24.0


def measured(value, slope=1.00527, intercept=0.304):
    return (value - intercept) / slope


def at(hours):
    return START + np.round(np.atleast_1d(hours) * 3600e9).astype("m8[ns]")


def drifting(port, hours):
    """Read cylinders by the first line before the eighth day, by the second one later."""
    value = VALUES[port - 2] if port in PORTS else 410.0
    early = hours < 8 * DAY
    return np.where(early, measured(value), measured(value, 1.00511, 0.39))


def test_noiseless_cylinders_return_their_coefficients():
    options = station(CYLINDERS)
    analyser = analyser_of("picarro", cells_of(sequence(0.0, PORTS), drifting), options, ())
    sequences = analyser.gases["co2"].sequences
    assert sequences.accepted.tolist() == [True]
    assert sequences.fit.slope[0] == pytest.approx(1.00527, abs=1e-12)
    assert sequences.fit.intercept[0] == pytest.approx(0.304, abs=1e-9)


@pytest.mark.parametrize("fit", ["ols", "odr"])
def test_coefficients_between_sequences_are_linear_in_time(fit):
    options = station(CYLINDERS, fit=fit)
    visits = [*sequence(0.0, PORTS), *sequence(15 * DAY, PORTS)]
    analyser = analyser_of("picarro", cells_of(visits, drifting), options, ())
    first, second = analyser.gases["co2"].sequences.time
    moment = np.array([first + (second - first) * 6 // 15])
    assert analyser.calibrated("co2", moment, np.array([410.0])).value[0] == pytest.approx(412.47286, abs=1e-8)


def test_before_the_first_and_after_the_last_the_nearest_is_held():
    options = station(CYLINDERS)
    visits = [*sequence(1 * DAY, PORTS), *sequence(15 * DAY, PORTS)]
    analyser = analyser_of("picarro", cells_of(visits, drifting), options, ())
    found = analyser.calibrated("co2", at([0.0, 20 * DAY]), np.array([410.0, 410.0]))
    np.testing.assert_allclose(found.value, [1.00527 * 410 + 0.304, 1.00511 * 410 + 0.39], atol=1e-8)
    assert found.provisional.tolist() == [False, True]


def test_an_event_is_not_interpolated_over():
    options = station(CYLINDERS, events=[{"time": "2024-01-05T00:00:00Z", "reason": "restart"}])
    visits = [*sequence(0.0, PORTS), *sequence(15 * DAY, PORTS)]
    analyser = analyser_of("picarro", cells_of(visits, drifting), options, ())
    found = analyser.calibrated("co2", at([3.9 * DAY, 4.1 * DAY]), np.array([410.0, 410.0]))
    np.testing.assert_allclose(found.value, [1.00527 * 410 + 0.304, 1.00511 * 410 + 0.39], atol=1e-8)
    assert not found.across.any()
    assert not found.provisional.any()


def test_calibrations_too_far_apart_are_each_held():
    options = station(CYLINDERS, maximum_gap="10 d")
    visits = [*sequence(0.0, PORTS), *sequence(15 * DAY, PORTS)]
    analyser = analyser_of("picarro", cells_of(visits, drifting), options, ())
    found = analyser.calibrated("co2", at([7 * DAY, 9 * DAY]), np.array([410.0, 410.0]))
    np.testing.assert_allclose(found.value, [1.00527 * 410 + 0.304, 1.00511 * 410 + 0.39], atol=1e-8)


def test_a_stretch_between_events_without_calibration_takes_the_nearest_and_says_so():
    knots = at([0.0, 100.0])
    found = bracket(at([10.0, 40.0, 60.0, 90.0]), knots, at([20.0, 80.0]), None)
    assert found.left.tolist() == [0, 0, 1, 1]
    assert found.right.tolist() == [0, 0, 1, 1]
    assert found.across.tolist() == [False, True, True, False]


def test_the_first_cycle_only_conditions():
    def conditioned(port, hours):
        return drifting(port, hours) + np.where(hours < 2.0, 5.0, 0.0)  # four cylinders of half an hour are the first cycle

    analyser = analyser_of("picarro", cells_of(sequence(0.0, PORTS), conditioned), station(CYLINDERS), ())
    sequences = analyser.gases["co2"].sequences
    assert sequences.cycles.tolist() == [[2, 2, 2, 2]]
    assert sequences.fit.slope[0] == pytest.approx(1.00527, abs=1e-10)
    assert analyser.order.conditioning.tolist() == [True] * 4 + [False] * 8


def test_a_single_cycle_is_not_dropped():
    analyser = analyser_of("picarro", cells_of(sequence(0.0, PORTS, cycles=1), drifting), station(CYLINDERS), ())
    assert analyser.gases["co2"].sequences.cycles.tolist() == [[1, 1, 1, 1]]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda port, hours: np.where(port == 3, 0.2, 0.0), "residual"),
        (lambda port, hours: np.where((port == 3) & (hours > 4.0), 0.4, 0.0), "cycles differ"),
        (lambda port, hours: 60.0 * (port - 3.5), "slope"),
    ],
)
def test_sequences_are_accepted_by_rules(change, reason):
    def wrong(port, hours):
        return drifting(port, hours) + change(np.full(hours.shape, port), hours)

    analyser = analyser_of("picarro", cells_of(sequence(0.0, PORTS), wrong), station(CYLINDERS), ())
    sequences = analyser.gases["co2"].sequences
    assert not sequences.accepted[0]
    assert reason in sequences.reasons[0]
    assert analyser.calibrated("co2", at([1.0]), np.array([410.0])) is None


def test_too_few_cylinders_make_no_line():
    analyser = analyser_of("picarro", cells_of(sequence(0.0, PORTS[:2]), drifting), station(CYLINDERS), ())
    assert analyser.gases["co2"].sequences.reasons == ("2 cylinders, 3 are needed",)


def test_a_drifting_injection_is_left_out_and_a_person_may_overrule():
    def regulator(port, hours):
        last = (port == 5) & (hours >= 5.5)
        return drifting(port, hours) + np.where(last, 0.4 * (hours - 5.75), 0.0)

    cells = cells_of(sequence(0.0, PORTS), lambda port, hours: regulator(np.full(hours.shape, port)[0], hours))
    options = station(CYLINDERS)
    analyser = analyser_of("picarro", cells, options, ())
    assert np.flatnonzero(analyser.gases["co2"].drifting).tolist() == [11]
    assert analyser.gases["co2"].sequences.cycles.tolist() == [[2, 2, 2, 1]]
    for word, cycles in ((1, 2), (4, 1)):
        flag = PersonFlag(
            id="F1",
            stream="picarro/injections",
            variable="co2_measured",
            start=at(5.4)[0],
            end=at(7.0)[0],
            flag=word,
            who="station",
            when="2024-02-01T00:00:00Z",
            why="looked at it",
        )
        flagged = analyser_of("picarro", cells, options, [flag])
        assert flagged.gases["co2"].sequences.cycles.tolist() == [[2, 2, 2, cycles]]


def test_a_working_standard_takes_drift_out():
    """The analyser drifts by 1 µmol/mol a day; the working standard is read every six hours, what it holds nobody knows."""
    standard = cylinder("STWS", None, "working-standard")
    options = station([*CYLINDERS, standard])

    def reading(port, hours):
        value = {**dict(zip(PORTS, VALUES, strict=True)), 6: 405.5, 1: 412.0}[port]
        return measured(value) + hours / 24.0

    visits = sorted([*sequence(1.0, PORTS), *((begin, 0.5, 6) for begin in (0.0, 7.0, 13.0, 19.0)), (8.0, 1.0, 1)])
    analyser = analyser_of("picarro", cells_of(visits, reading), options, ())
    sequences = analyser.gases["co2"].sequences
    assert sequences.fit.slope[0] == pytest.approx(1.00527, abs=1e-8)
    time = at(8.5)
    found = analyser.calibrated("co2", time, np.array([measured(412.0) + 8.5 / 24.0]))
    assert found.value[0] == pytest.approx(412.0, abs=1e-6)


def test_per_sample_follows_a_drift_that_sequences_miss():
    options = station(CYLINDERS, scheme="per-sample", sequence_gap="30 min")

    def reading(port, hours):
        value = VALUES[port - 2] if port in PORTS else 412.0
        return measured(value) + hours / 24.0

    visits = sorted((begin + number, 0.5, port) for begin in (0.0, 6.0, 12.0) for number, port in enumerate(PORTS))
    analyser = analyser_of("picarro", cells_of(visits, reading), options, ())
    found = analyser.calibrated("co2", at([5.0, 9.0]), measured(412.0) + np.array([5.0, 9.0]) / 24.0)
    np.testing.assert_allclose(found.value, 412.0, atol=1e-6)


def test_targets_are_calibrated_and_tell_repeatability():
    target = cylinder("STT", 415.0, "short-term-target")
    options = station([*CYLINDERS, target])
    offsets = np.array([0.02, -0.01, 0.03, 0.0, -0.02, 0.01])

    def reading(port, hours):
        if port == 6:
            return measured(415.0 + offsets[np.floor(hours / 5.0).astype(int) - 2])
        return drifting(port, hours)

    visits = [*sequence(0.0, PORTS), *((10.0 + 5.0 * number, 0.5, 6) for number in range(6))]
    analyser = analyser_of("picarro", cells_of(visits, reading, stdev=0.03), options, ())
    targets = find_targets(analyser, "co2")
    np.testing.assert_allclose(targets.value - 415.0, offsets, atol=1e-9)
    np.testing.assert_allclose(targets.cmr, 0.03 * 1.00527, rtol=1e-12)
    assert np.isnan(targets.ltr[:2]).all()
    np.testing.assert_allclose(targets.ltr[-1], offsets.std(ddof=1), rtol=1e-9)


def test_a_conversion_of_cylinders_is_explicit():
    old = [cylinder(f"CAL{number}", value) for number, value in enumerate(VALUES)]
    for each in old:
        each["co2"] = {**each["co2"], "scale": "WMOX2007"}
    with pytest.raises(ValueError, match="convert = true"):
        station(old)
    for each in old:
        each["co2"]["convert"] = True
    analyser = analyser_of("picarro", cells_of(sequence(0.0, PORTS), drifting), station(old), ())
    np.testing.assert_allclose(analyser.gases["co2"].assigned, 1.00079 * np.array(VALUES) - 0.142, rtol=1e-14)


def test_cylinders_and_conversions_are_recorded():
    old = [cylinder(f"CAL{number}", value, uncertainty=0.02, serial=f"D{number}") for number, value in enumerate(VALUES)]
    old[3]["co2"] = {**old[3]["co2"], "scale": "WMOX2007", "convert": True}
    events = [{"time": "2024-01-05T00:00:00Z", "reason": "new pump"}]
    analyser = analyser_of("picarro", cells_of(sequence(0.0, PORTS), drifting), station(old, events=events), ())
    cylinders, told = cylinder_tables(analyser)
    rows = [dict(zip(cylinders.columns, row, strict=True)) for row in cylinders.rows]
    assert [(row["cylinder"], row["number"], row["stated"]) for row in rows] == [
        (f"CAL{n}", f"D{n}", value) for n, value in enumerate(VALUES)
    ]
    assert [row["conversion"] for row in rows[:3]] == ["", "", ""]
    assert rows[3]["on"] == "WMO CO2 X2007"
    assert rows[3]["used"] == pytest.approx(1.00079 * VALUES[3] - 0.142, abs=1e-6)
    assert rows[3]["conversion"] == "1.00079 x -0.142, to WMO CO2 X2019, doi:10.5194/amt-14-3015-2021"
    assert told.rows == (("2024-01-05T00:00:00+00:00", "new pump"),)
