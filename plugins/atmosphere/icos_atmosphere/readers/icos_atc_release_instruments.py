"""Several instruments at one time: one row stays.

Where one instrument took over from another, the Thematic Centre fills the gap between them with rows without a value, of an instrument
with the identifier 82 that does not exist; and files may have rows of both instruments for the same hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.icos_atc_release_rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.line_account import LineAccount

__all__ = ["DUMMY_INSTRUMENT", "GAP", "best_of_each_time"]

DUMMY_INSTRUMENT = 82
"""Identifier of the instrument that fills gaps between instruments."""

GAP = "no value at a time at which another row has one"


def best_of_each_time(rows: Rows, gas: str, priority: Sequence[int], account: LineAccount) -> Rows:
    """Leave out rows without a value where another row of that time has one; put the others in order, the best of each time first.

    Parameters
    ----------
    rows
        Rows in the order of the file.
    gas
        Gas whose value and instrument decide.
    priority
        Identifiers of instruments, best first; others follow in the order of the file.
    account
        Takes the account of the rows that are left out.

    Returns
    -------
    Rows
        In order of time; rows of one time stand one after the other.
    """
    if (np.diff(rows.time) > 0).all():
        return rows
    instrument = rows.values.get(f"{gas}_instrument", np.full(rows.time.shape, -1))
    places = {number: place for place, number in enumerate(priority)}
    found, codes = np.unique(instrument, return_inverse=True)
    place = np.array([places.get(int(number), len(places)) for number in found.tolist()], dtype=np.int64)[codes.reshape(-1)]
    rank = 2 * np.isnan(rows.values[gas].astype(np.float64)) + (instrument == DUMMY_INSTRUMENT)
    order = np.lexsort((np.arange(rows.time.size), place, rank, rows.time))
    time, ranked = rows.time[order], rank[order]
    begins = np.concatenate([[True], time[1:] != time[:-1]])
    best = ranked[np.flatnonzero(begins)[np.cumsum(begins) - 1]]
    gap = (ranked > best) & (ranked > 1)
    account.reject(GAP, int(gap.sum()))
    if gap.any():
        at = rows.line[order[gap]]
        account.tell(GAP, f"{GAP}: {gap.sum()} rows are left out, of which this is the first", int(at.min()))
    return _taken(rows, order[~gap])


def _taken(rows: Rows, order: NDArray[np.intp]) -> Rows:
    return Rows(
        line=rows.line[order], time=rows.time[order], values={name: each[order] for name, each in rows.values.items()}, height=rows.height
    )
