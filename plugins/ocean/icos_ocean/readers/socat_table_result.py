"""A SOCAT table that has been read → stream, account and problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import ReadResult
from icos_core.dataset import make_stream
from icos_core.raw_text.row_order import in_order
from icos_core.raw_text.row_stream import CUT_OFF
from icos_ocean.vocabulary.socat import STREAM, WORDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.socat_table import Table

__all__ = ["result_of"]

_ENCODING = "utf-8"


def result_of(table: Table, account: LineAccount) -> ReadResult:
    """Return the stream of a table, in order of time, each time once."""
    rows = table.rows
    order = in_order(rows.time, {"expocode": rows.expocode, **rows.values}, rows.line, table.lines, account, _ENCODING)
    time = rows.time[order].astype("datetime64[ns]")
    values: dict[str, NDArray[np.generic]] = {"expocode": rows.expocode[order]}
    for name in list(rows.values):
        values[name] = rows.values.pop(name)[order]
    account.kept = time.size
    if not table.complete:
        account.tell("end", CUT_OFF, table.header + 1 + account.seen)
    return ReadResult(streams={STREAM: make_stream(time, values, WORDS.values())}, tally=account.tally, problems=account.problems)
