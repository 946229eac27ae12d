"""Reader of the messages of PMEL's MAPCO2 buoys, Iridium data format 6.

A cycle measures gas without CO2, span gas, water by an equilibrator, and air, each with the flow on and off; what it sends is the mean
and the standard deviation of each reading.

References
----------
Sutton, A. J. et al. (2014), A high-frequency atmospheric and seawater pCO2 data set from 14 open-ocean sites using a moored autonomous
system, Earth Syst. Sci. Data 6, 353-366, doi:10.5194/essd-6-353-2014.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.exceptions import InputError
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import open_lines
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ocean.readers.pmel_mapco2_options import MapCO2Options
from icos_ocean.readers.pmel_mapco2_rows import NAMES, Rows, read_rows
from icos_ocean.vocabulary import mapco2, sensors, underway

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["READER", "guess", "provides", "read", "span"]

_WORDS = (*underway.MEASURED, *sensors.MEASURED, *mapco2.MEASURED)
_HEAD_BYTES = 1 << 16
_BEGIN = re.compile(rb"^(?:NORM|FAST|DEPL|POSO|RECV|STSF) \d+ \d+ \d{4}/\d{2}/\d{2} \d{2}:\d{2}:\d{2}", re.MULTILINE)
_DRY = re.compile(rb"^SW_xCO2\(dry\)", re.MULTILINE)


def read(path: Path, options: MapCO2Options, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file of messages.

    Parameters
    ----------
    path
        The file.
    options
        How it is written.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``mapco2``, a row per reading in order of time; the account of every line; problems.

    Raises
    ------
    InputError
        For a file without the block of any cycle.
    """
    account = LineAccount(path.name)
    lines = open_lines(path)
    rows = _rows(path, lines, options, account)
    time, line = np.array(rows.time, dtype=np.int64), np.array(rows.line, dtype=np.int64)
    values = rows.arrays(options.missing_values)
    return row_stream(sensors.MAPCO2_STREAM, time, line, values, _WORDS, lines, account, "latin-1", "PMEL MAPCO2")


def span(path: Path, options: MapCO2Options, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the first to the last reading, ``NaT`` where there is none; messages are few, so that all are read.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    return span_of(np.array(_rows(path, open_lines(path), options, LineAccount(path.name)).time, dtype=np.int64))


def provides(options: MapCO2Options) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    names = {"run_type", "cycle_point", *NAMES}
    if not options.sea_sensors:
        names -= {"sst", "salinity"}
    return {sensors.MAPCO2_STREAM: tuple(word for word in _WORDS if word.name in names)}


def guess(path: Path) -> Guess | None:
    """Recognise messages by the first line of a cycle and its line of dry mole fractions."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None
    cycles = len(_BEGIN.findall(head))
    if not cycles:
        return None
    return Guess(
        confidence=0.98 if _DRY.search(head) else 0.7,
        found=(f"{cycles} cycles of a MAPCO2 in the first {len(head)} bytes",),
        unsure=("same_minute_delay: the messages give the minutes of readings, not their seconds",),
    )


def _rows(path: Path, lines: Lines, options: MapCO2Options, account: LineAccount) -> Rows:
    begins = tuple(f"{word} ".encode("latin-1") for word in options.block_words)
    if not any(lines.raw(index).lstrip(b" \t\0").startswith(begins) for index in range(len(lines))):
        expected = ", ".join(options.block_words)
        raise InputError(path.name, f"no line begins with the word of a cycle ({expected}): these are no messages of a MAPCO2")
    return read_rows(lines, options, account)


READER = Reader(
    name="pmel-mapco2",
    summary="PMEL MAPCO2 buoys, Iridium messages of firmware 6",
    options=MapCO2Options,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
