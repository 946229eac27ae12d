"""What a station's tables say of rows and moments: which instrument, port, line and cylinder hold when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.versioned import utc64

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
    from icos_atmosphere.calibration.station_tables import Instrument, Port

__all__ = [
    "NOWHERE",
    "Assignment",
    "assign_ports",
    "boundaries",
    "instruments_of",
    "ports_of",
    "stabilisation_of",
    "streams_of",
]


NOWHERE = -1
"""Where a port leads that no table speaks of."""


class Assignment(NamedTuple):
    """Where ports lead: (n,) positions in `options.lines` and in `options.cylinders`, `NOWHERE` where they lead elsewhere."""

    line: NDArray[np.int16]
    cylinder: NDArray[np.int16]


def streams_of(options: MoleFractionOptions) -> tuple[str, ...]:
    """Return the streams of the instruments, in order of mention."""
    return tuple(dict.fromkeys(instrument.stream for instrument in options.instruments))


def instruments_of(options: MoleFractionOptions, stream: str) -> tuple[Instrument, ...]:
    """Return the tables of one instrument's stream."""
    return tuple(instrument for instrument in options.instruments if instrument.stream == stream)


def ports_of(options: MoleFractionOptions, stream: str) -> tuple[Port, ...]:
    """Return the tables of ports that hold for a stream."""
    return tuple(port for port in options.ports if port.stream in {None, stream})


def stabilisation_of(port: Port, options: MoleFractionOptions) -> np.timedelta64:
    """Return how long after a switch to a port rows are not used."""
    kind = options.stabilisation.ambient if port.line is not None else options.stabilisation.cylinder
    return np.timedelta64(port.stabilisation if port.stabilisation is not None else kind, "ns")


def assign_ports(time: NDArray[np.datetime64], port: NDArray[np.int16], options: MoleFractionOptions, stream: str) -> Assignment:
    """Say where ports lead.

    Parameters
    ----------
    time
        (n,) times, UTC.
    port
        (n,) port that is open.
    options, stream
        The tables, and the stream of the instrument.
    """
    line = np.full(time.shape, NOWHERE, dtype=np.int16)
    cylinder = np.full(time.shape, NOWHERE, dtype=np.int16)
    for table in ports_of(options, stream):
        rows = (port == table.port) & table.covers(time)
        if table.line is not None:
            for position, each in enumerate(options.lines):
                if each.name == table.line:
                    line[rows & each.covers(time)] = position
        elif table.cylinder is not None:
            for position, held in enumerate(options.cylinders):
                if held.name == table.cylinder:
                    cylinder[rows & held.covers(time)] = position
    return Assignment(line=line, cylinder=cylinder)


def boundaries(options: MoleFractionOptions, stream: str) -> NDArray[np.datetime64]:
    """Return the moments over which no calibration is interpolated: events, another instrument, another set of calibration cylinders.

    Tables that follow each other of one instrument (the same `id`, `model` and `serial`) are no other instrument: its valve was exchanged,
    or its nominal status word.
    """
    found = [utc64(event.time) for event in options.events if event.stream in {None, stream}]
    instruments = instruments_of(options, stream)
    starts = {table.valid_from: _identity(table) for table in instruments if table.valid_from is not None}
    ends = {table.valid_to: _identity(table) for table in instruments if table.valid_to is not None}
    found += [utc64(moment) for moment in starts.keys() | ends.keys() if starts.get(moment) != ends.get(moment)]
    for cylinder in (each for each in options.cylinders if each.role == "calibration"):
        found += [utc64(moment) for moment in (cylinder.valid_from, cylinder.valid_to) if moment is not None]
    return np.unique(np.array(found, dtype="datetime64[ns]"))


def _identity(instrument: Instrument) -> tuple[int | None, str, str]:
    return instrument.id, instrument.model, instrument.serial
