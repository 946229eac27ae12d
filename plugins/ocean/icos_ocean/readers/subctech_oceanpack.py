"""Reader of the logs of SubCtech OceanPack systems: FerryBox and racing-yacht pCO2 systems with a membrane and a LI-COR analyser.

A log begins with lines that name its columns (@NAME), their units (@UNIT) and the polynomials (@A0, @A1, @A2) that turn the numbers of
the lines @DATA into quantities. The column STATUS says what the analyser was measuring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named, open_lines
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ocean.readers.subctech_oceanpack_layout import COLUMNS
from icos_ocean.readers.subctech_oceanpack_options import OceanPackOptions
from icos_ocean.readers.subctech_oceanpack_rows import Rows, read_rows
from icos_ocean.vocabulary import oceanpack, sensors, underway

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["READER", "guess", "provides", "read", "span"]

_WORDS = (*underway.MEASURED, *sensors.MEASURED, *oceanpack.MEASURED)
_HEAD_BYTES = 1 << 16


def read(path: Path, options: OceanPackOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one log.

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
        Stream ``oceanpack`` in order of time; the account of every line from the first line of data on; problems.

    Raises
    ------
    InputError
        For a file that is no log of an OceanPack, or whose header cannot be used.
    """
    account = LineAccount(path.name)
    lines = open_lines(path)
    rows = _rows(path, lines, options, account)
    values: dict[str, NDArray[np.generic]] = {"run_type": rows.run_type, "oceanpack_state": rows.state, **rows.values}
    return row_stream(
        sensors.OCEANPACK_STREAM, rows.time, rows.line, values, _WORDS, lines, account, options.encoding, "SubCtech OceanPack"
    )


def span(path: Path, options: OceanPackOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps, ``NaT`` where it keeps none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    rows = _rows(path, open_lines(path), options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: OceanPackOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a log may have."""
    names = {
        "run_type",
        "oceanpack_state",
        *(column.name for column in COLUMNS),
        *(name for names in options.columns.values() for name in names),
    }
    return {sensors.OCEANPACK_STREAM: tuple(word for word in _WORDS if word.name in names)}


def guess(path: Path) -> Guess | None:
    """Recognise a log by its tags."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None
    lines = [line.strip() for line in head.splitlines()]
    names = next((line for line in lines if line.startswith(b"@NAME,")), None)
    if names is None or not any(line.startswith(b"@DATA,") for line in lines):
        return None
    fields = [field.strip() for field in names.split(b",")]
    has_gps = b"GPS Time" in fields
    return Guess(
        confidence=0.98 if b"STATUS" in fields else 0.3,
        found=(f"the header names {len(fields) - 1} columns with @NAME, and lines of data begin with @DATA",),
        unsure=(
            *(("clock: the log has GPS Time beside the instrument's clock; which one is right it does not tell",) if has_gps else ()),
            "apply_coefficients: whether a logger has applied @A0, @A1 and @A2 already",
        ),
    )


def _rows(path: Path, lines: Lines, options: OceanPackOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    with faults_named(path):
        return read_rows(lines, options, account, clock_only=clock_only)


READER = Reader(
    name="subctech-oceanpack",
    summary="SubCtech OceanPack pCO2 systems, logs with @NAME, @UNIT, @A0 to @A2 and @DATA",
    options=OceanPackOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
