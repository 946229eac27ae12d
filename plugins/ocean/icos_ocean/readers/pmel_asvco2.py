"""Reader of the text files of PMEL's ASVCO2, the system of autonomous surface vehicles.

A cycle measures gas without CO2, span gas, water by an equilibrator, and air, as the MAPCO2 of buoys does; a file holds the mean and the
standard deviation of each reading (STATS) and may hold what else the system says in the same cycle (DRY, COEFF, FLAGS, DATA).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import Lines, number
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import open_lines
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_core.units import convert
from icos_ocean.readers.pmel_asvco2_cycles import Cycle, Reading, read_cycles
from icos_ocean.readers.pmel_asvco2_options import COLUMNS, STATES, UNITS, ASVCO2Options
from icos_ocean.vocabulary import VOCABULARY, sensors
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS, RUN_TYPE_OF_POINT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context, Variable

__all__ = ["READER", "guess", "provides", "read", "span"]

_SHARED = ("zero_coefficient", "span_coefficient", "secondary_span_coefficient", "span_errors", "zero_errors")
_HEAD_BYTES = 1 << 16


def read(path: Path, options: ASVCO2Options, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

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
        Stream ``asvco2``, a row per reading in order of time; the account of every line; problems.

    Raises
    ------
    InputError
        For a file without any reading.
    """
    account = LineAccount(path.name)
    lines = open_lines(path)
    cycles = _cycles(path, lines, options, account)
    readings = [reading for cycle in cycles for reading in cycle.readings]
    for name, code in CYCLE_POINTS.items():
        account.count_type(name, sum(reading.point == code for reading in readings))
    values = _values(cycles, lines, options, account)
    point = np.array([reading.point for reading in readings], dtype=np.int8)
    run_types = np.array(list(RUN_TYPE_OF_POINT.values()), dtype=np.int8)
    arrays: dict[str, NDArray[np.generic]] = {"run_type": run_types[point], "cycle_point": point, **values}
    time = np.array([reading.time for reading in readings], dtype=np.int64)
    line = np.array([reading.line + 1 for reading in readings], dtype=np.int64)
    return row_stream(sensors.ASVCO2_STREAM, time, line, arrays, VOCABULARY.values(), lines, account, "latin-1", "PMEL ASVCO2")


def span(path: Path, options: ASVCO2Options, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the first to the last reading; files are small, so that all of them are read.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    times = [reading.time for cycle in _cycles(path, open_lines(path), options, LineAccount(path.name)) for reading in cycle.readings]
    return span_of(np.array(times, dtype=np.int64))


def provides(options: ASVCO2Options) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    names = {"run_type", "cycle_point", *COLUMNS.values(), *options.columns.values(), *_SHARED, "xco2_dry"}
    return {sensors.ASVCO2_STREAM: tuple(word for name, word in VOCABULARY.items() if name in names)}


def guess(path: Path) -> Guess | None:
    """Recognise a file by its header of statistics and the words of its readings."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES).decode("latin-1")
    except OSError:
        return None
    words = [word for word in STATES if f"{word}," in head]
    if "Li_Temp_ave" not in head or len(words) < 2:
        return None
    return Guess(
        confidence=0.95,
        found=(f"statistics of a LI-COR analyser, with the readings {', '.join(words)}",),
        unsure=("columns: names are those of public descriptions; no file of an ASVCO2 was at hand",),
    )


def _cycles(path: Path, lines: Lines, options: ASVCO2Options, account: LineAccount) -> list[Cycle]:
    cycles = read_cycles(lines, options, account)
    if not cycles:
        words = ", ".join({**STATES, **options.states})
        raise InputError(path.name, f"no line is a reading of an ASVCO2: expected one of {words} before a comma, a time and numbers")
    return cycles


def _values(cycles: list[Cycle], lines: Lines, options: ASVCO2Options, account: LineAccount) -> dict[str, NDArray[np.float64]]:
    """Return the quantities of all readings in the units of the vocabulary."""
    variable = {**COLUMNS, **options.columns}
    units = {**UNITS, **options.units}
    found: dict[str, list[float]] = {name: [] for name in dict.fromkeys((*variable.values(), *_SHARED, "xco2_dry"))}
    unread: set[str] = set()
    for cycle in cycles:
        for reading in cycle.readings:
            # What is said of a cycle is said at its end, and so is what the analyser was set to.
            row = {**(cycle.shared if reading is cycle.readings[-1] else {}), **_dry(cycle, reading)}
            for header, cell in reading.cells.items():
                if header in variable:
                    row[variable[header]] = _number(header, cell, reading, lines, options, account)
                elif header not in {options.state_column, options.time_column, "SN"}:
                    unread.add(header)
            for name, column in found.items():
                column.append(row.get(name, np.nan))
    if unread:
        account.tell("columns", f"columns not used: {', '.join(sorted(unread))}")
    arrays = {name: np.array(column, dtype=np.float64) for name, column in found.items()}
    optional = {*options.columns.values(), *_SHARED}
    return {
        name: np.asarray(convert(array, units.get(name, VOCABULARY[name].units), VOCABULARY[name].units), dtype=np.float64)
        for name, array in arrays.items()
        if name not in optional or np.isfinite(array).any()
    }


def _number(header: str, cell: str, reading: Reading, lines: Lines, options: ASVCO2Options, account: LineAccount) -> float:
    value = number(cell)
    if value is None:
        if cell and cell.casefold() != "nan":
            account.damage(header, 1)
            text = lines.raw(reading.line).decode("latin-1")
            account.tell(f"{header}: not a number", f"column {header!r}: {cell[:40]!r} is not a number", reading.line + 1, text)
        return np.nan
    return np.nan if value in options.missing_values else value


def _dry(cycle: Cycle, reading: Reading) -> dict[str, float]:
    """Return the instrument's own dry mole fraction for the readings that it is of."""
    if cycle.dry is None:
        return {}
    points = (CYCLE_POINTS["equilibrator_pump_off"], CYCLE_POINTS["air_pump_off"])
    value = dict(zip(points, cycle.dry, strict=True)).get(reading.point)
    return {} if value is None else {"xco2_dry": value}


READER = Reader(
    name="pmel-asvco2",
    summary="PMEL ASVCO2 of autonomous surface vehicles, text files of statistics",
    options=ASVCO2Options,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
