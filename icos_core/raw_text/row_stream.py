"""What a reader gives of the rows that it found: their stream with the account of all lines, and their span."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import ReadResult, Span
from icos_core.dataset import make_stream
from icos_core.raw_text.row_order import in_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from icos_core.components import Variable
    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["CUT_OFF", "row_stream", "span_of"]

CUT_OFF = "the last line has no line end: the file may have been cut off"


def row_stream(
    name: str,
    time: NDArray[np.int64],
    line: NDArray[np.int64],
    values: dict[str, NDArray[np.generic]],
    words: Iterable[Variable],
    lines: Lines,
    account: LineAccount,
    encoding: str = "ascii",
    instrument: str = "",
) -> ReadResult:
    """Return the stream of rows in order of time, each time once, with the account of all lines; a file that was cut off is told.

    Parameters
    ----------
    name
        Name of the stream.
    time
        (n,) time of each row, ns since 1970.
    line
        (n,) line of each row, counted from 1.
    values
        Variable → (n,) values; emptied on the way, so that no large file is held twice.
    words
        The vocabulary.
    lines
        The file.
    account
        What became of its lines so far.
    encoding
        Of the file.
    instrument
        Name of the instrument, for an attribute; empty for none.
    """
    order = in_order(time, values, line, lines, account, encoding)
    moments = time[order].astype("datetime64[ns]")
    account.kept = moments.size
    if not lines.complete:
        account.tell("end", CUT_OFF, len(lines), lines.raw(len(lines) - 1).decode(encoding, errors="replace"))
    columns = {variable: values.pop(variable)[order] for variable in list(values)}
    stream = make_stream(moments, columns, words, attrs={"instrument": instrument} if instrument else None)
    return ReadResult(streams={name: stream}, tally=account.tally, problems=account.problems)


def span_of(time: NDArray[np.int64]) -> Span:
    """Return the span of the times of rows, ``NaT`` at both ends where there is none."""
    if not time.size:
        return Span(np.datetime64("NaT", "ns"), np.datetime64("NaT", "ns"))
    return Span(np.datetime64(int(time.min()), "ns"), np.datetime64(int(time.max()), "ns"))
