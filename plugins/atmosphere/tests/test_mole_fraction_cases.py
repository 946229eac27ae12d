"""What happens at a station beside the usual: valves that pass ports, swaps, events, refused cylinders, missing water vapour."""

from __future__ import annotations

import numpy as np
import pytest
from cells import START, cells_of, cylinder, sequence, station
from icos_atmosphere.calibration.accounting import accounts, complaints
from icos_atmosphere.calibration.analyser import analyser_of
from icos_atmosphere.calibration.condense import condense
from icos_atmosphere.calibration.minutes import minutes_of_line
from icos_atmosphere.calibration.mole_fraction import CALIBRATOR, calibrate
from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
from icos_atmosphere.calibration.result_streams import calibration_stream
from icos_atmosphere.calibration.targets import find_targets
from icos_atmosphere.line_fit import fit_line_odr
from icos_atmosphere.products.hourly_means import PRODUCT
from icos_atmosphere.vocabulary import VOCABULARY
from sampled_air import minute_stream

from icos_core.components import Outcome
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.people import PersonFlag
from icos_core.testing import example_context

VALUES = (379.84, 399.97, 419.93, 449.72)
PORTS = (2, 3, 4, 5)
CYLINDERS = tuple(cylinder(f"CAL{number}", value) for number, value in enumerate(VALUES, start=1))
DAY = 24.0
SECOND = np.timedelta64(1_000_000_000, "ns")


def measured(value):
    return (value - 0.304) / 1.00527


def at(hours):
    return START + np.round(np.atleast_1d(hours) * 3600e9).astype("m8[ns]")


def steady(port, hours):
    value = VALUES[port - 2] if port in PORTS else 410.0
    return np.full(hours.shape, measured(value))


def moved(cells, rows, seconds):
    time = cells["time"].values.copy()
    time[rows] += seconds * SECOND
    return cells.assign_coords(time=time)


def found(visits, reading=steady, options=None, flags=(), **more):
    return analyser_of("picarro", cells_of(visits, reading, **more), options or station(CYLINDERS), flags)


# Sequences


def test_a_valve_that_passes_the_ports_of_cylinders_makes_no_sequence_of_all():
    """A rotary valve shows each port that it passes for a row or two; none of them settles."""
    cells = cells_of([*sequence(0.0, PORTS), *((6.0 + 3.0 * n, 1 / 60, 2 + n % 4) for n in range(116)), *sequence(15 * DAY, PORTS)], steady)
    passing = (cells["time"].values > at(6.0)[0] - SECOND) & (cells["time"].values < at(15 * DAY)[0])
    cells["settled"][passing] = 0
    analyser = analyser_of("picarro", cells, station(CYLINDERS), ())
    assert analyser.order.count == 2
    assert (analyser.order.sequence >= 0).sum() == 24
    assert analyser.gases["co2"].sequences.cycles.tolist() == [[2, 2, 2, 2]] * 2


@pytest.mark.parametrize("event", ["2024-01-01T07:00:00Z", None])
def test_a_calibration_before_and_one_after_an_event_are_two(event):
    """The analyser is calibrated, served, and calibrated again: it has changed by 2 µmol/mol."""
    options = station(CYLINDERS, events=[{"time": event, "reason": "new pump"}] if event else [])
    analyser = found([*sequence(0.0, PORTS), *sequence(8.0, PORTS)], lambda port, hours: steady(port, hours) + 2.0 * (hours > 7.0), options)
    accepted = analyser.gases["co2"].sequences.accepted
    assert accepted.tolist() == ([True, True] if event else [False])


def test_a_refused_sequence_makes_others_no_less_certain():
    def faulty(port, hours):
        return steady(port, hours) + 5.0 * ((hours > 10 * DAY) & (hours < 10 * DAY + 3.0))

    visits = [each for day in (0, 10, 20) for each in sequence(day * DAY, PORTS)]
    flawless, flawed = found(visits, stdev=0.02), found(visits, faulty, station(CYLINDERS, conditioning_cycles=0), stdev=0.02)
    assert flawed.gases["co2"].sequences.accepted.tolist() == [True, False, True]
    both = [each.gases["co2"].sequences.error[2] for each in (flawless, flawed)]
    assert both[1].max() <= both[0].max()


def test_a_later_sequence_leaves_the_reference_of_earlier_ones():
    more = cylinder("CAL5", 900.0)
    options = station([*CYLINDERS, more])
    visits = [*sequence(0.0, PORTS), *sequence(10 * DAY, (2, 3, 4, 6))]

    def reading(port, hours):
        return np.full(hours.shape, measured(900.0)) if port == 6 else steady(port, hours)

    early = calibration_stream(found(visits[:12], reading, options), {})[0]
    late = calibration_stream(found(visits, reading, options), {})[0]
    assert late["co2_reference"].values[0] == early["co2_reference"].values[0]


def test_orthogonal_distances_of_one_line_do_not_depend_on_others():
    random = np.random.default_rng(0)
    readings = measured(np.array(VALUES)) + random.normal(0.0, 0.02, (300, 4))
    readings[-1] += random.normal(0.0, 30.0, 4)  # takes longer than all others
    many = fit_line_odr(readings, VALUES, 0.02, 0.03)
    fewer = fit_line_odr(readings[:-1], VALUES, 0.02, 0.03)
    for name in ("slope", "intercept", "centre", "offset", "residual"):
        np.testing.assert_array_equal(getattr(many, name)[:-1], getattr(fewer, name), err_msg=name)


# Working standard


def test_the_working_standard_is_not_interpolated_over_an_event():
    """The analyser jumps by 1 µmol/mol at 10:00; the working standard was read at 9:00 and is read again at 15:00."""
    standard = cylinder("STWS", None, "working-standard")
    options = station([*CYLINDERS, standard], events=[{"time": "2024-01-01T10:00:00Z", "reason": "restart"}])

    def reading(port, hours):
        value = {**dict(zip(PORTS, VALUES, strict=True)), 6: 405.5}[port]
        return measured(value) + 1.0 * (hours > 10.0)

    analyser = found([*sequence(0.0, PORTS), (9.0, 0.5, 6), (15.0, 0.5, 6), *sequence(16.0, PORTS)], reading, options)
    value = analyser.calibrated("co2", at([9.9, 10.1, 12.0]), measured(np.full(3, 412.0)) + np.array([0.0, 1.0, 1.0])).value
    np.testing.assert_allclose(value, 412.0, atol=1e-6)


def test_two_working_standards_in_turns_tell_the_drift_as_one_does():
    """The analyser drifts by 1 µmol/mol a day; two working standards are read in turns every three hours."""
    options = station([*CYLINDERS, cylinder("A", None, "working-standard"), cylinder("B", None, "working-standard")])

    def reading(port, hours):
        value = {**dict(zip(PORTS, VALUES, strict=True)), 6: 405.5, 7: 431.0}[port]
        return measured(value) + hours / DAY

    visits = sorted([*sequence(1.0, PORTS), *((3.0 * number + 7.5, 0.5, 6 + number % 2) for number in range(8)), (0.0, 0.5, 6)])
    moments = np.array([12.2, 18.2])
    value = found(visits, reading, options).calibrated("co2", at(moments), measured(412.0) + moments / DAY).value
    # What B's first reading lacks, which has nothing to be compared with, is the same six hours later.
    np.testing.assert_allclose(np.diff(value), 0.0, atol=1e-6)


# Scheme per sample


def one_by_one(days, ports=PORTS):
    """Cylinders one by one, each of them every five hours."""
    return [(5.0 * number + 1.25 * place, 0.5, port) for number in range(round(days * DAY / 5.0)) for place, port in enumerate(ports)]


def test_per_sample_a_cylinder_that_was_swapped_is_left_out_after_it():
    """CAL4 is replaced on the tenth day; the analyser drifts by 0.1 µmol/mol a day."""
    swap = "2024-01-11T00:00:00Z"
    old, new = cylinder("CAL4", VALUES[3], valid_to=swap), cylinder("CAL4", 439.0, valid_from=swap)
    options = station([*CYLINDERS[:3], old], scheme="per-sample").model_dump(exclude_none=True)
    options = MoleFractionOptions.model_validate(options | {"cylinders": [*options["cylinders"], new]})

    def reading(port, hours):
        value = np.full(hours.shape, VALUES[port - 2] if port in PORTS else 412.0)
        if port == 5:
            value[hours >= 10 * DAY] = 439.0
        return measured(value) + 0.1 * hours / DAY

    analyser = found(one_by_one(20.0), reading, options)
    moments = np.array([5.0, 9.0, 11.0, 18.0]) * DAY
    calibrated = analyser.calibrated("co2", at(moments), measured(412.0) + 0.1 * moments / DAY)
    np.testing.assert_allclose(calibrated.value, 412.0, atol=0.01)
    assert not calibrated.across.any()
    assert calibrated.high.tolist() == [449.72, 449.72, 439.0, 439.0]


def test_per_sample_a_drift_is_no_scatter_and_later_data_leave_uncertainty_alone():
    def reading(port, hours):
        return steady(port, hours) + 0.1 * hours / DAY

    options = station(CYLINDERS, scheme="per-sample")
    moments = at(np.array([2.1, 4.2]) * DAY)
    short, long = (found(one_by_one(days), reading, options).calibrated("co2", moments, np.full(2, 410.0)) for days in (10.0, 40.0))
    np.testing.assert_array_equal(short.fit, long.fit)
    # From one injection of a cylinder to the next it is 0.1 * 5 / 24.
    assert short.fit.max() < 0.03


@pytest.mark.parametrize("uncertainty", [0.0, 0.02])
def test_per_sample_orthogonal_distances_need_no_stated_errors(uncertainty):
    cylinders = [cylinder(f"CAL{number}", value, uncertainty=uncertainty) for number, value in enumerate(VALUES)]
    options = station(cylinders, scheme="per-sample", fit="odr")
    value = found(one_by_one(3.0), options=options).calibrated("co2", at([20.0]), np.array([measured(412.0)])).value
    assert value[0] == pytest.approx(412.0, abs=1e-6)


def test_per_sample_nothing_is_said_of_sequences_that_nothing_uses():
    def reading(port, hours):
        return steady(port, hours) + 0.1 * hours / DAY

    analyser = found(one_by_one(40.0), reading, station(CYLINDERS, scheme="per-sample"))
    assert [problem.message for problem in complaints(analyser)] == []
    few = found(one_by_one(2.0, PORTS[:2]), reading, station(CYLINDERS, scheme="per-sample"))
    assert "picarro: 2 cylinders of CO2 have readings that count, 3 are needed: it has no values" in {
        problem.message for problem in complaints(few)
    }


# Cells


def rows_of(columns, seconds=4_000, step=1.0, **changes):
    count = round(seconds / step)
    time = START + (np.arange(count) * step * 1e9).astype("m8[ns]")
    fresh = np.arange(count) % 3 == 2
    latest = np.maximum.accumulate(np.where(fresh, np.arange(count), 0))
    values = {
        "co2_wet": (400.0 + 0.001 * np.arange(count))[latest],
        "co2_dry": (400.0 + 0.001 * np.arange(count))[latest],
        "h2o_reported": np.full(count, 1.5) + 1e-6 * latest,
        "mpv_position": np.ones(count),
        "species": (np.arange(count) % 3 + 1).astype(np.int16),
        **columns(count),
    }
    values |= changes
    return make_stream(time, values, VOCABULARY.values())


def condensed(stream, **more):
    options = MoleFractionOptions.model_validate(
        {
            "scales": {"co2": "none"},
            "instruments": [{"stream": "picarro", "model": "G2401"}],
            "lines": [{"name": "100m", "height": 100.0}, {"name": "50m", "height": 50.0}],
            "ports": [{"port": 1, "line": "100m"}],
        }
        | more
    )
    period = (START, START + np.timedelta64(1, "D"))
    return condense({"picarro": stream}, options, example_context(), period=period)["picarro"]


def test_water_vapour_that_is_missing_is_not_that_of_long_ago():
    """The humidity sensor fails after half an hour, at 1.5 %."""

    def failing(count):
        latest = np.maximum.accumulate(np.where(np.arange(count) % 3 == 2, np.arange(count), 0))
        return {"h2o_reported": np.where(np.arange(count) < 1800, 1.5 + 1e-6 * latest, np.nan)}

    cells = condensed(rows_of(failing), water=[{"gas": "co2", "form": "factory"}])
    minute = (cells["time"].values - START) // (60 * SECOND)
    assert (cells["co2_n"].values[(minute > 6) & (minute < 30)] > 0).all()
    assert (cells["co2_n"].values[minute > 31] == 0).all()


def test_water_vapour_that_stays_the_same_is_what_it_is():
    """Of an analyser whose fresh rows are those that change: moist air, then a dry cylinder that reads 0.0 all the time."""

    def dried(count):
        return {"h2o_reported": np.where(np.arange(count) < 1800, 1.5 + 1e-6 * (np.arange(count) // 3), 0.0)}

    cells = condensed(rows_of(dried), water=[{"gas": "co2", "form": "factory"}])
    late = cells["time"].values > START + 2000 * SECOND
    np.testing.assert_allclose(cells["co2_dry"].values[late], cells["co2_wet"].values[late], rtol=1e-12)


def test_a_reading_that_comes_again_after_damaged_rows_is_not_new():
    """A row in four is damaged; the analyser has a new reading in every third row."""

    def damaged(count):
        latest = np.arange(count) // 3
        values = np.where(np.arange(count) % 4 == 3, np.nan, 400.0 + 0.001 * latest)
        return {"co2_dry": values, "co2_wet": values}

    cells = condensed(rows_of(damaged))
    assert cells["co2_n"].values[10:20].tolist() == [20] * 10


def test_a_reading_after_a_gap_is_new_wherever_periods_end():
    """Of an analyser whose fresh rows are those that change: the same reading before and after a gap of an hour."""
    stream = rows_of(lambda _count: {"co2_dry": np.full(4_000, 400.0), "co2_wet": np.full(4_000, 400.0)})
    time = stream["time"].values.copy()
    time[2_000:] += 3_600 * SECOND
    stream = stream.assign_coords(time=time)
    whole, cut = condensed(stream), condensed(stream.isel(time=slice(2_000, None)))
    np.testing.assert_array_equal(whole["co2_n"].values[-cut.sizes["time"] :], cut["co2_n"].values)
    assert cut["co2_n"].values.sum() == 1


def test_what_is_behind_a_port_may_change_while_it_is_open():
    """At 00:30 the tube of the one port is moved from 100 m to 50 m: what comes then must settle, and is another segment."""
    moved = "2024-01-01T00:30:00Z"
    ports = [{"port": 1, "line": "100m", "valid_to": moved}, {"port": 1, "line": "50m", "valid_from": moved}]
    cells = condensed(rows_of(lambda _count: {}), ports=ports)
    minute = (cells["time"].values - START) // (60 * SECOND)
    assert minute[cells["settled"].values == 0].tolist() == [0, 1, 2, 3, 4, 30, 31, 32, 33, 34]
    assert minute[cells["begins"].values > 0].tolist() == [0, 30]


def test_a_cylinder_that_is_swapped_while_its_port_is_open_is_another_injection():
    swap = "2024-01-01T00:30:00Z"
    cylinders = [
        {"name": "T", "role": "short-term-target", "valid_to": swap},
        {"name": "T", "role": "short-term-target", "valid_from": swap},
    ]
    cells = condensed(rows_of(lambda _count: {}), ports=[{"port": 1, "cylinder": "T"}, {"port": 2, "line": "100m"}], cylinders=cylinders)
    assert (cells["begins"].values > 0).sum() == 2


def test_a_factory_correction_is_only_taken_where_there_is_one():
    with pytest.raises(ValueError, match="known of CO2 and CH4, not of CO"):
        MoleFractionOptions.model_validate(
            {
                "scales": {"co": "none"},
                "instruments": [{"stream": "picarro", "model": "G2401"}],
                "lines": [{"name": "100m", "height": 100.0}],
                "ports": [{"port": 1, "line": "100m"}],
                "water": [{"gas": "co", "form": "factory"}],
            }
        )


# Minutes


def test_a_line_that_is_visited_twice_in_one_minute_changes_no_other_minute():
    random = np.random.default_rng(0)
    readings = 410.0 + random.normal(0.0, 1.0, 3000)

    def reading(port, hours):
        return readings[np.floor(hours * 60.0).astype(int)] if port == 1 else steady(port, hours)

    cells = cells_of([*sequence(0.0, PORTS), (7.0, 40.0, 1)], reading, stdev=0.1)
    twice = moved(cells, -1, -30)
    options = station(CYLINDERS)
    made = []
    for each in (cells, twice):
        analyser = analyser_of("picarro", each, options, ())
        made.append(minutes_of_line(analyser, "100m", {"co2": find_targets(analyser, "co2")}, "picarro/100m"))
    for name in ("co2", "co2_stdev", "co2_raw_dry", "co2_raw", "h2o"):
        np.testing.assert_array_equal(made[0].values[name][:-2], made[1].values[name][:-1], err_msg=name)


def test_the_spread_of_a_minute_of_two_visits_is_that_of_all_its_readings():
    cells = cells_of([*sequence(0.0, PORTS), (7.0, 1.0, 1)], steady, stdev=0.1)
    cells = moved(cells, -1, -30)
    cells["co2_dry"].values[-1] += 2.0
    analyser = analyser_of("picarro", cells, station(CYLINDERS), ())
    minutes = minutes_of_line(analyser, "100m", {"co2": find_targets(analyser, "co2")}, "picarro/100m")
    n = 21
    expected = np.sqrt((2 * (n - 1) * 0.1**2 + 2 * n * 1.0**2) / (2 * n - 1))
    assert minutes.values["co2_stdev"][-1] == pytest.approx(1.00527 * expected, rel=1e-9)


# What is told


def test_a_port_whose_cylinder_has_no_table_at_that_time_is_called_so():
    cylinders = [*CYLINDERS[:3], cylinder("CAL4", VALUES[3], valid_to="2024-01-01T01:00:00Z")]
    told = " ".join(problem.message for problem in complaints(found(sequence(0.0, PORTS), options=station(cylinders))))
    assert "port 5 is in no table" not in told
    assert "port 5 leads to 'CAL4', of which no table holds at that time" in told


def test_a_sequence_of_which_nothing_is_kept_is_told_with_its_time():
    flag = PersonFlag(
        id="F1",
        stream="picarro/injections",
        variable="co2_measured",
        start=at(9 * DAY)[0],
        end=at(11 * DAY)[0],
        flag=4,
        who="station",
        when="2024-02-01T00:00:00Z",
        why="regulator closed",
    )
    analyser = found([*sequence(0.0, PORTS), *sequence(10 * DAY, PORTS)], flags=[flag])
    told = [problem.message for problem in complaints(analyser)]
    assert len(told) == 1
    assert "2024-01-11T0" in told[0]
    assert "NaT" not in told[0]


def test_rows_that_a_flag_reaches_are_those_of_the_minutes_that_it_reaches():
    """The first row of a minute is at second 45, the minute's time is its beginning less the delay of 40 s: it is of the hour before."""
    options = station(CYLINDERS, lines=[{"name": "100m", "height": 100.0, "transport_delay": "40 s"}])
    cells = cells_of([*sequence(0.0, PORTS), (7.0, 2.0, 1)], steady)
    cells = moved(cells, cells["port"].values == 1, 45)
    flag = PersonFlag(
        id="F1", stream="hourly/100m", variable="co2", start=at(8)[0], end=at(9)[0], flag=4, who="s", when="2024-02-01T00:00:00Z", why="w"
    )
    analyser = analyser_of("picarro", cells, options, [flag])
    minutes = minutes_of_line(analyser, "100m", {"co2": find_targets(analyser, "co2")}, "picarro/100m")
    reached = int(((minutes.time >= flag.start) & (minutes.time < flag.end)).sum())
    assert accounts(analyser, [flag])[1].rows[0][6] == reached


# Hours


def minutes(hours, gases, **attrs):
    rows = np.concatenate([np.arange(10) + 60 * hour for hour in hours])
    return minute_stream(START + rows.astype("m8[m]"), {name: np.full(rows.size, value) for name, value in gases.items()}, **attrs)


def hours_of(streams):
    return PRODUCT.derive(streams, PRODUCT.options.model_validate({}), example_context()).streams["hourly/150m"]


def test_priorities_may_change():
    """The spare analyser becomes the main one at 02:00."""
    tables = [
        {"stream": "a", "model": "G2401", "priority": 1, "valid_to": "2024-01-01T02:00:00Z"},
        {"stream": "a", "model": "G2401", "priority": 2, "valid_from": "2024-01-01T02:00:00Z"},
        {"stream": "b", "model": "G2401", "priority": 2, "valid_to": "2024-01-01T02:00:00Z"},
        {"stream": "b", "model": "G2401", "priority": 1, "valid_from": "2024-01-01T02:00:00Z"},
    ]
    options = MoleFractionOptions.model_validate(
        {
            "scales": {"co2": "none"},
            "instruments": tables,
            "lines": [{"name": "150m", "height": 150.0}],
            "ports": [{"port": 1, "line": "150m"}],
        }
    )
    cells = {"a": cells_of([(0.0, 4.0, 1)], steady), "b": cells_of([(0.0, 4.0, 1)], lambda _port, hours: np.full(hours.shape, 420.0))}
    made = calibrate(cells, options, example_context())
    for stream in made.streams.values():
        apply_flags(stream, [])
    values = hours_of(made.streams)["co2"].values
    np.testing.assert_allclose(values, [measured(410.0), measured(410.0), 420.0, 420.0], rtol=1e-12)


def test_hours_of_which_only_the_second_gas_is_good_have_their_water_vapour():
    stream = minutes([0, 1], {"co2": 410.0, "ch4": 1950.0, "h2o": 1.5})
    level = np.where(np.arange(20) < 10, 4, 1).astype(np.int8)
    apply_flags(stream, [Outcome(variable="co2", name="rule", level=level)])
    made = hours_of({"picarro/150m": stream})
    assert np.isnan(made["co2"].values[0])
    assert made["ch4"].values[0] == 1950.0
    np.testing.assert_array_equal(made["h2o"].values, [1.5, 1.5])
    np.testing.assert_array_equal(made["h2o_stdev"].values, [0.0, 0.0])


def test_a_line_that_moves_needs_another_name():
    moved_at = "2024-06-01T00:00:00Z"
    lines = [{"name": "top", "height": 100.0, "valid_to": moved_at}, {"name": "top", "height": 120.0, "valid_from": moved_at}]
    with pytest.raises(ValueError, match="give a line that moved another name"):
        station(CYLINDERS, lines=lines, ports=[{"port": 1, "line": "top"}])


# Targets


def test_a_target_without_a_calibration_of_its_time_tells_nothing():
    """Between two events, on the fifth and the sixth day, the analyser reads 3 µmol/mol too much, and is not calibrated."""
    events = [{"time": "2024-01-05T00:00:00Z"}, {"time": "2024-01-06T00:00:00Z"}]
    options = station([*CYLINDERS, cylinder("STT", 415.0, "short-term-target")], events=events)

    def reading(port, hours):
        value = measured(np.full(hours.shape, 415.0 if port == 6 else VALUES[port - 2]))
        return value + np.where((hours > 4 * DAY) & (hours < 5 * DAY), 3.0, 0.0)

    visits = [*sequence(0.0, PORTS), *((12.0 + 6.0 * number, 0.5, 6) for number in range(36)), *sequence(10 * DAY, PORTS)]
    analyser = found(visits, reading, options, stdev=0.02)
    targets = find_targets(analyser, "co2")
    between = (targets.time >= at(4 * DAY)[0]) & (targets.time < at(5 * DAY)[0])
    assert between.sum() == 4
    assert not targets.kept[between].any()
    assert np.nanmax(targets.ltr) < 1e-6
    np.testing.assert_allclose(targets.cmr, 0.02 * 1.00527, rtol=1e-9)


# Usual tests


@pytest.mark.parametrize(("second", "tested"), [("G2401-m", True), ("G2201-i", False)])
def test_the_range_of_one_model_does_not_condemn_the_one_that_follows(second, tested):
    """The cavity of a G2201-i is at 148 torr, that of the G2401 before it was at 140."""
    change = "2024-06-01T00:00:00Z"
    options = station(
        CYLINDERS,
        instruments=[
            {"stream": "picarro", "model": "G2401", "valid_to": change},
            {"stream": "picarro", "model": second, "valid_from": change},
        ],
    )
    cavity = {table["variable"] for table in CALIBRATOR.default_tests(options) if "stream" in table}
    assert ("cavity_pressure" in cavity) == tested
