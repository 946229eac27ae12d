"""Reader of General Oceanics 8050 files: the underway system for pCO2 by air–water equilibration.

The instrument writes one line per measurement of water (EQU), air (ATM) or standard gas (STDn) with all its sensors, and whatever
the ship feeds it. See Pierrot et al. (2009) for the system.

References
----------
Pierrot, D., Neill, C., Sullivan, K., et al. (2009). Recommendations for autonomous underway pCO2 measuring systems and
data-reduction routines. Deep-Sea Research II 56, 512-522. https://doi.org/10.1016/j.dsr2.2008.12.005
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from icos_core.components import Reader, ReadResult, Span, Variable
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named, open_lines
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ocean.readers.general_oceanics_columns import COLUMNS, Layout, assign_columns
from icos_ocean.readers.general_oceanics_guess import guess
from icos_ocean.readers.general_oceanics_options import GeneralOceanicsOptions
from icos_ocean.readers.general_oceanics_rows import Rows, read_rows
from icos_ocean.vocabulary import MEASURED, STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["READER", "provides", "read", "span"]


def read(path: Path, options: GeneralOceanicsOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``underway`` in order of time, without rows where the file has none to keep; the account of every line but the first
        header; problems.

    Raises
    ------
    InputError
        For a file that cannot be read: missing, empty, of another instrument, in a wide encoding, or with dates that contradict the
        declared format.
    """
    account = LineAccount(path.name)
    lines = open_lines(path)
    rows = _rows(path, lines, options, account)
    values: dict[str, NDArray[np.generic]] = {"run_type": rows.run_type, "draining": rows.draining, **rows.values}
    rows.values.clear()
    return row_stream(STREAM, rows.time, rows.line, values, MEASURED, lines, account, options.encoding, "General Oceanics 8050")


def span(path: Path, options: GeneralOceanicsOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps.

    The clock jumps, and rows come out of order: head and tail of a file do not tell. All lines are read, but of each only type,
    error, date and time. ``NaT`` at both ends where the file has no row to keep.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    rows = _rows(path, open_lines(path), options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: GeneralOceanicsOptions) -> Mapping[str, tuple[Variable, ...]]:  # noqa: ARG001  # the signature is the contract's
    """Return the variables that a file may have."""
    names = {"run_type", "draining", *(column.name for column in COLUMNS)}
    return {STREAM: tuple(variable for variable in MEASURED if variable.name in names)}


@lru_cache(maxsize=64)
def _layout(
    header: tuple[str, ...],
    clock: str,
    columns: tuple[tuple[str, str], ...],
    units: tuple[tuple[str, str], ...],
    *,
    prefer_last: bool,
) -> Layout:
    """Assign columns once for the many daily files that have the same header."""
    return assign_columns(header, clock=clock, columns=dict(columns), units=dict(units), prefer_last=prefer_last)


def _rows(path: Path, lines: Lines, options: GeneralOceanicsOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    def layout_of(header: list[str]) -> Layout:
        return _layout(
            tuple(header),
            options.clock,
            tuple(options.columns.items()),
            tuple(options.units.items()),
            prefer_last=options.duplicate_columns == "last",
        )

    with faults_named(path):
        return read_rows(lines, layout_of, options, account, clock_only=clock_only)


READER = Reader(
    name="general-oceanics-8050",
    summary="General Oceanics 8050 underway pCO2 system, *dat.txt",
    options=GeneralOceanicsOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
