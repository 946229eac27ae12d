"""Reader of near-real-time files of Saildrone surface vehicles with an ASVCO2 system.

A line holds what the vehicle measured in a minute; about once an hour it also holds a cycle of the CO2 system, water and air, which
become a row each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import Lines, TextError, split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named, open_lines
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ocean.readers.saildrone_options import AIR, COLUMNS, WATER, SaildroneOptions
from icos_ocean.readers.saildrone_rows import Rows, layout_of, read_rows
from icos_ocean.vocabulary import VOCABULARY, sensors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from icos_core.components import Context, Variable

__all__ = ["READER", "guess", "provides", "read", "span"]

_HEAD_BYTES = 1 << 16


def read(path: Path, options: SaildroneOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``saildrone`` in order of time; the account of every line after the header, in which a line with water and air counts
        twice; problems.

    Raises
    ------
    InputError
        For a file without times or without any column of the CO2 system.
    """
    account = LineAccount(path.name)
    lines = _lines(path)
    rows = _rows(path, lines, options, account)
    values: dict[str, NDArray[np.generic]] = {"run_type": rows.run_type, **rows.values}
    return row_stream(sensors.SAILDRONE_STREAM, rows.time, rows.line, values, VOCABULARY.values(), lines, account, "latin-1", "Saildrone")


def span(path: Path, options: SaildroneOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps, ``NaT`` where it keeps none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    rows = _rows(path, _lines(path), options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: SaildroneOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    parts = (COLUMNS, WATER, AIR, options.columns, options.water_columns, options.air_columns)
    names = {"run_type", *(name for part in parts for name in part.values())}
    return {sensors.SAILDRONE_STREAM: tuple(word for name, word in VOCABULARY.items() if name in names)}


def guess(path: Path) -> Guess | None:
    """Recognise a file by its headers."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        lines = split_lines(head)
        layout = layout_of(lines.raw(0).decode("latin-1"), SaildroneOptions())
    except (OSError, TextError, IndexError):
        return None
    named = [layout.headers[column] for part in (layout.water, layout.air) for column in next(iter(part.values()), ())]
    return Guess(
        confidence=0.95 if layout.water and layout.air else 0.7,
        found=(f"columns of an ASVCO2 system: {', '.join(named)}",),
        unsure=(
            "air_delay: a line gives one time for water and air",
            "units: the unit of the analyser's pressure is not in the file, taken for kPa",
        ),
    )


def _lines(path: Path) -> Lines:
    lines = open_lines(path)
    if not len(lines):
        raise InputError(path.name, "the file is empty")
    return lines


def _rows(path: Path, lines: Lines, options: SaildroneOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    with faults_named(path):
        layout = layout_of(lines.raw(0).decode("latin-1"), options)
        rows = read_rows(lines, layout, options, account, clock_only=clock_only)
    if layout.unused:
        account.tell("columns", f"columns not used: {', '.join(layout.unused)}", 1)
    return rows


READER = Reader(
    name="saildrone",
    summary="Saildrone surface vehicles with an ASVCO2 system, near-real-time CSV",
    options=SaildroneOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
