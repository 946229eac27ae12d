"""The order of day and month in a file of a Los Gatos analyser: stated, or proven by the file; never guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.lgr_icos_options import DATE_ORDERS
from icos_atmosphere.readers.stamps import fitting_orders, proven_order
from icos_core.raw_text.byte_fields import Pieces, split_fields
from icos_core.raw_text.delimited_text import TextError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from icos_atmosphere.readers.lgr_icos_layout import Part
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["dates_of", "order_of"]

_DATE = re.compile(r"([0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4})\s")


def dates_of(lines: Lines, parts: Iterable[Part]) -> list[str]:
    """Return the dates of the rows of a file, in its order."""
    view = np.frombuffer(lines.data, dtype=np.uint8)
    found = []
    for part in parts:
        rows = Pieces(view, lines.starts[part.first : part.last], lines.ends[part.first : part.last])
        texts = split_fields(rows, ",").field(part.time).stripped().texts()
        found += [match[1] for match in map(_DATE.match, texts) if match is not None]
    return found


def order_of(dates: Sequence[str], name: str) -> str:
    """Return the order that dates prove.

    Parameters
    ----------
    dates
        Of the rows of a file, in its order.
    name
        Name of the file, which may hold a date of its own.

    Raises
    ------
    TextError
        Where they can be in several, or in none.
    """
    if not dates:
        return DATE_ORDERS[0]
    proven = proven_order(dates, DATE_ORDERS, name)
    if proven is not None:
        return proven
    fitting = fitting_orders(dates, DATE_ORDERS)
    if not fitting:
        raise TextError(f"dates such as {dates[0]!r} are in no order that is known: expected {', '.join(DATE_ORDERS)}")
    choice = " or ".join(f'date_order = "{order}"' for order in fitting)
    raise TextError(f"{dates[0]!r} is two different days, and the file does not tell which: state {choice}, as the analyser is set")
