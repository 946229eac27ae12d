"""Which date formats a column of dates can be in.

06/07/2019 is two days; a column of such dates is mostly one: a number beyond 12 is no month, and a logger's time goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_dates

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["date_orders"]

_FORMATS = ("yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy", "dd/mm/yy", "mm/dd/yy", "yy/mm/dd")
_SMOOTHER = 3.0


def date_orders(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the formats that the dates fit, but for one in fifty that may be damaged, and in which time goes on smoothly.

    Parameters
    ----------
    texts
        Dates in the order of the file.

    Returns
    -------
    tuple of str
        Formats, the likeliest first; several where the dates do not tell.
    """
    ways: dict[str, float] = {}
    for text in _FORMATS:
        days = parse_dates(list(texts), DateFormat.from_text(text))
        good = days[days != INVALID]
        if good.size and good.size >= 0.98 * len(texts):
            # How far the calendar runs from one row to the next, back and forth, in days.
            ways[text] = float(np.abs(np.diff(good)).sum())
    if not ways:
        return ()
    shortest = min(ways.values())
    return tuple(text for text, way in ways.items() if way <= _SMOOTHER * shortest)
