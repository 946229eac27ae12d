"""What happens at a station beside the usual: valves that pass ports, swaps, events, refused cylinders, missing water vapour."""

from __future__ import annotations

import numpy as np
import pytest
from cells import START, cells_of, cylinder, sequence, station
from icos_atmosphere.calibration.analyser import analyser_of
from icos_atmosphere.calibration.result_streams import calibration_stream

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
