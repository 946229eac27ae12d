"""Rows of a file in order of time, each time once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["CONFLICT", "DUPLICATE", "in_order"]

DUPLICATE = "the same row again"
CONFLICT = "same time, other values"


def in_order(
    time: NDArray[np.int64],
    values: Mapping[str, NDArray[np.generic]],
    line: NDArray[np.int64],
    lines: Lines,
    account: LineAccount,
    encoding: str = "ascii",
) -> NDArray[np.intp] | slice:
    """Return the rows to keep in order of time; of rows with the same time the first in the file stays, the others are accounted for.

    Parameters
    ----------
    time
        (n,) times, ns.
    values
        Name → (n,) values, to tell the same row again from another one.
    line
        (n,) number of the line of each row.
    lines
        The file, for messages.
    account
        Where repeated rows are counted and told.
    encoding
        Of the file.
    """
    if (np.diff(time) > 0).all():
        return slice(None)
    order = np.argsort(time, kind="stable")
    time = time[order]
    repeats = np.flatnonzero(time[1:] == time[:-1]) + 1
    is_first = np.ones(time.size, dtype=bool)
    is_first[repeats] = False
    firsts = np.maximum.accumulate(np.where(is_first, np.arange(time.size), 0))[repeats]
    left, right = order[firsts], order[repeats]
    same = np.ones(repeats.size, dtype=bool)
    for array in values.values():
        one, other = array[left], array[right]
        same &= (one == other) | ((one != one) & (other != other))  # noqa: PLR0124  # NaN equals NaN here
    account.reject(DUPLICATE, int(same.sum()))
    account.reject(CONFLICT, int((~same).sum()))
    for told, index in enumerate(np.flatnonzero(~same).tolist(), start=1):
        kept, dropped = int(line[left[index]]), int(line[right[index]])
        text = lines.raw(dropped - 1).decode(encoding, errors="replace")
        message = f"{CONFLICT} as line {kept}, which is kept"
        if not account.tell(CONFLICT, message, dropped, text):
            account.tell_more(CONFLICT, int((~same).sum()) - told)
            break
    return order[is_first]
