"""What is in the cavity of the simulated analyser: gas of the open port, what remains of that before, and settling cylinders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_atmosphere.simulators.picarro_air import Air, air_at, air_between
from icos_atmosphere.simulators.picarro_columns import layout_of
from icos_atmosphere.simulators.picarro_random import Purpose, uniform
from icos_atmosphere.simulators.picarro_response import true_cylinders
from icos_atmosphere.simulators.picarro_schedule import Segments, segments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from icos_atmosphere.simulators.picarro_analyser_options import GasResponse
    from icos_atmosphere.simulators.picarro_options import PicarroSimulation

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    Source = Callable[[IntArray, FloatArray], FloatArray]

__all__ = ["Cell", "cell_over", "gas_in_cell", "water_in_cell"]

_MARGIN, _LONG_AGO = 86_400.0, 43_200.0  # s


class Cell(NamedTuple):
    """What is needed to say what is in the cavity.

    Attributes
    ----------
    options
        The station.
    begin
        Its start, seconds since 1970.
    segments
        What the valve does.
    air
        At the end of the lines' buffers.
    delays
        (lines,) transport delays, s.
    cylinders
        Gas → (cylinders,) true mole fractions.
    regulator
        (segments,) from -1 to 1: in how far the gas of a cylinder is off at first.
    """

    options: PicarroSimulation
    begin: float
    segments: Segments
    air: Air
    delays: FloatArray
    cylinders: Mapping[str, FloatArray]
    regulator: FloatArray


def cell_over(options: PicarroSimulation, seed: int, first: float, last: float) -> Cell:
    """Return the cavity's history between two times, seconds since the start of the station."""
    begin = options.start.timestamp()
    planned = segments(options)
    drawn = 2.0 * uniform(seed, Purpose.REGULATOR, np.rint(1000.0 * planned.start).astype(np.int64)) - 1.0
    return Cell(
        options=options,
        begin=begin,
        segments=planned,
        air=air_between(options, seed, begin + first - _MARGIN, begin + last, kind="buffered"),
        delays=np.array([line.transport_delay.total_seconds() for line in options.lines]),
        cylinders=true_cylinders(options, seed),
        regulator=np.where(planned.cycle == 0, options.analyser.conditioning, 1.0) * drawn,
    )


def gas_in_cell(cell: Cell, gas: str, time: FloatArray) -> FloatArray:
    """Return the mole fraction of a gas in dry air in the cavity, at times in seconds since the start."""
    response: GasResponse = getattr(cell.options.analyser, gas)
    quantity = layout_of(cell.options.analyser).gases.index(gas)
    settling = cell.options.analyser.regulator_time.total_seconds()

    def source(segment: IntArray, moments: FloatArray) -> FloatArray:
        since = moments - cell.segments.start[segment]
        off = response.regulator * cell.regulator[segment] * np.exp(-since / settling)
        return _source(cell, segment, moments, quantity, cell.cylinders[gas], off)

    return _flushed(cell, time, source, cell.options.analyser.flush_time.total_seconds())


def water_in_cell(cell: Cell, time: FloatArray) -> FloatArray:
    """Return the water vapour in the cavity as an analyser without noise reports it, %, at times in seconds since the start."""
    dry = np.full(len(cell.options.cylinders), cell.options.analyser.cylinder_humidity)

    def source(segment: IntArray, moments: FloatArray) -> FloatArray:
        return _source(cell, segment, moments, -1, dry, np.zeros(moments.size))

    return _flushed(cell, time, source, cell.options.analyser.water_flush_time.total_seconds())


def _source(cell: Cell, segment: IntArray, moments: FloatArray, quantity: int, cylinders: FloatArray, off: FloatArray) -> FloatArray:
    """Return what flows in: air of the line that is open, or gas of the cylinder."""
    line, cylinder = cell.segments.line[segment], cell.segments.cylinder[segment]
    of_line = line >= 0
    values = np.empty(moments.size)
    lines = line[of_line]
    values[of_line] = air_at(cell.air, cell.begin + moments[of_line] - cell.delays[lines], lines, quantity)
    values[~of_line] = cylinders[cylinder[~of_line]] + off[~of_line]
    return values


def _flushed(cell: Cell, time: FloatArray, source: Source, time_constant: float) -> FloatArray:
    """Return what is in the cavity: what flows in, and a rest of what was there at the switch."""
    starts = cell.segments.start
    segment = np.maximum(np.searchsorted(starts, time, side="right") - 1, 0)
    inside, which = np.unique(segment, return_inverse=True)
    before = np.maximum(inside - 1, 0)
    # Of a switch long ago nothing is left, and the air of that time is not at hand.
    at_switch = source(before, np.maximum(starts[inside], time[0] - _LONG_AGO))
    inflow = source(segment, time)
    rest = np.exp(-(time - starts[segment]) / time_constant)
    # Before its first switch the station has always measured what it begins with.
    rest[segment == 0] = 0.0
    mixed: FloatArray = inflow + rest * (at_switch[which] - inflow)
    return mixed
