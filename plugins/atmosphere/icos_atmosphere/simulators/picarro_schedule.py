"""Which port of the simulated station's valve is open when."""

from __future__ import annotations

from bisect import bisect_right, insort
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from datetime import timedelta

    from numpy.typing import NDArray

    from icos_atmosphere.simulators.picarro_options import PicarroSimulation, TargetSchedule

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["Injection", "Segments", "injections", "segments"]


class Injection(NamedTuple):
    """One measurement of a cylinder, in seconds since the start; `sequence` and `cycle` are -1 for targets."""

    start: float
    end: float
    cylinder: int
    sequence: int
    cycle: int


class Segments(NamedTuple):
    """(n,) times without a switch, one after the other.

    Attributes
    ----------
    start, end
        Seconds since the start of the station.
    line, cylinder
        Position of the line or of the cylinder in the options; -1 where it is the other.
    sequence, cycle
        Of calibrations, counted from 0; -1 elsewhere.
    port
        Number of the open port.
    """

    start: FloatArray
    end: FloatArray
    line: IntArray
    cylinder: IntArray
    sequence: IntArray
    cycle: IntArray
    port: IntArray


@lru_cache(maxsize=8)
def injections(options: PicarroSimulation) -> tuple[Injection, ...]:
    """Return all measurements of cylinders, in order of time."""
    duration = options.duration.total_seconds()
    placed = _sequences(options)
    for role, schedule in (("long-term-target", options.long_term_target), ("short-term-target", options.short_term_target)):
        for cylinder in options.of_role(role):
            for start in _times(schedule.first, schedule.every, options.duration):
                _place(placed, start, schedule, cylinder)
    return tuple(each._replace(end=min(each.end, duration)) for each in placed if each.start < duration)


@lru_cache(maxsize=8)
def segments(options: PicarroSimulation) -> Segments:
    """Return what the valve does from start to end: lines in turn by the clock, and cylinders where they are due."""
    duration, rotation = options.duration.total_seconds(), options.rotation.total_seconds()
    due = injections(options)
    starts, ends = np.array([each.start for each in due]), np.array([each.end for each in due])
    switches = np.unique(np.concatenate([np.arange(0.0, duration, rotation), starts, ends, [0.0, duration]]))
    middle = 0.5 * (switches[1:] + switches[:-1])
    which = np.searchsorted(starts, middle, side="right") - 1
    is_cylinder = which >= 0
    is_cylinder[is_cylinder] = middle[is_cylinder] < ends[which[is_cylinder]]
    line = np.where(is_cylinder, -1, (middle // rotation).astype(np.int64) % len(options.lines))
    injection = np.where(is_cylinder, which, -1)
    changes = np.flatnonzero(np.append(True, (line[1:] != line[:-1]) | (injection[1:] != injection[:-1])))
    line, injection = line[changes], injection[changes]
    of_injection = np.array([(each.cylinder, each.sequence, each.cycle) for each in due] + [(-1, -1, -1)], dtype=np.int64)
    cylinder, sequence, cycle = of_injection[injection].T
    ports_of_lines, ports_of_cylinders = ([each.port for each in those] for those in (options.lines, options.cylinders))
    port = np.where(line >= 0, np.array(ports_of_lines)[line], np.array([*ports_of_cylinders, 0])[cylinder])
    start = switches[changes]
    return Segments(start, np.append(start[1:], duration), line, cylinder, sequence, cycle, port)


def _times(first: timedelta, every: timedelta, duration: timedelta) -> list[float]:
    count = max(0, -((first - duration) // every))
    return [(first + number * every).total_seconds() for number in range(count)]


def _sequences(options: PicarroSimulation) -> list[Injection]:
    schedule = options.calibration
    length = schedule.injection.total_seconds()
    cylinders = options.of_role("calibration")
    placed = []
    for sequence, first in enumerate(_times(schedule.first, schedule.every, options.duration) if cylinders else ()):
        for number in range(schedule.cycles * len(cylinders)):
            cycle, position = divmod(number, len(cylinders))
            start = first + number * length
            placed.append(Injection(start, start + length, cylinders[position], sequence, cycle))
    return placed


def _place(placed: list[Injection], start: float, schedule: TargetSchedule, cylinder: int) -> None:
    """Put a measurement where nothing else is, at its time or later."""
    length = schedule.injection.total_seconds()
    following = bisect_right(placed, start, key=lambda each: each.start)
    if following and placed[following - 1].end > start:
        start = placed[following - 1].end
    while following < len(placed) and placed[following].start < start + length:
        start = placed[following].end
        following += 1
    insort(placed, Injection(start, start + length, cylinder, -1, -1))
