"""Reader of any delimited file that the station description describes: one reader instead of a database of file definitions.

Separator, header, columns, date and time, units, positions, missing values, words for run types and flags are all declared in the
``[[input]]`` table; ``icos describe --guess FILE`` proposes one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Reader, ReadResult, Span, Variable
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ocean.readers.underway_table_guess import guess
from icos_ocean.readers.underway_table_layout import assign, find_header
from icos_ocean.readers.underway_table_options import UnderwayTableOptions
from icos_ocean.readers.underway_table_rows import in_one_form, read_rows
from icos_ocean.vocabulary import RUN_TYPES, STREAM, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_core.raw_text.delimited_text import Lines
    from icos_ocean.readers.underway_table_rows import Rows

__all__ = ["READER", "provides", "read", "span"]

_CATEGORIES = ("run_type", "draining")


def read(path: Path, options: UnderwayTableOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Returns
    -------
    ReadResult
        Stream ``underway`` (``[input] stream`` gives it another name) in order of time; the account of every line after the header;
        problems.

    Raises
    ------
    InputError
        For a file that cannot be read, or lacks columns without which it is not the one described.
    """
    account = LineAccount(path.name)
    lines, rows = _rows(path, options, account)
    codes: dict[str, NDArray[np.int8]] = {}
    if rows.run_type is not None and rows.draining is not None:
        codes = {"run_type": rows.run_type, "draining": rows.draining}
    elif options.run_type is not None:
        codes = {"run_type": np.full(rows.time.size, RUN_TYPES[options.run_type], dtype=np.int8)}
    values: dict[str, NDArray[np.generic]] = {**codes, **rows.values}
    return row_stream(STREAM, rows.time, rows.line, values, provides(options)[STREAM], lines, account, options.encoding)


def span(path: Path, options: UnderwayTableOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    _, rows = _rows(path, options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: UnderwayTableOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that the description names."""
    categories = _CATEGORIES if options.run_type_column is not None else _CATEGORIES[:1] if options.run_type is not None else ()
    return {STREAM: (*(VOCABULARY[name] for name in categories), *(options.variable(name) for name in options.columns.values()))}


def _rows(path: Path, options: UnderwayTableOptions, account: LineAccount, *, clock_only: bool = False) -> tuple[Lines, Rows]:
    with faults_named(path):
        lines = in_one_form(path.read_bytes(), options)
        header = find_header(lines, options)
        layout = assign(header.names, options)
        if not clock_only and layout.absent:
            account.tell("columns", f"the description names columns that the file does not have: {', '.join(layout.absent)}")
        return lines, read_rows(lines, header, layout, options, account, clock_only=clock_only)


READER = Reader(
    name="underway-table",
    summary="any delimited file, described by its columns",
    options=UnderwayTableOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
