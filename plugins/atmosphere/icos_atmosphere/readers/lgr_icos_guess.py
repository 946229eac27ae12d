"""What a file of a Los Gatos analyser looks like, and whether its dates tell their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.readers.lgr_icos_clock import dates_of
from icos_atmosphere.readers.lgr_icos_layout import find_header, parts_of, serial_number
from icos_atmosphere.readers.lgr_icos_options import DATE_ORDERS, LgrIcosOptions
from icos_atmosphere.readers.stamps import fitting_orders, proven_order
from icos_core.components import Guess
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.packed import plain_head

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["guess"]


def guess(path: Path) -> Guess | None:
    """Recognise a file by its header."""
    try:
        lines = split_lines(plain_head(path))
        header = find_header(lines)
        parts = parts_of(lines, header, LgrIcosOptions())
    except TextError:
        return None
    dates = dates_of(lines, parts)
    if not dates:
        return None
    proven = proven_order(dates, DATE_ORDERS, path.name)
    fitting = (proven,) if proven is not None else fitting_orders(dates, DATE_ORDERS)
    serial = serial_number(lines, header)
    unsure = ["utc_offset: a file does not say how far its clock is from UTC"]
    if len(fitting) > 1:
        unsure.insert(0, f"date_order: {dates[0]} is two different days; state {' or '.join(fitting)}, as the analyser is set")
    elif proven is not None:
        unsure.insert(0, "date_order: proven here; state it if files of the first twelve days of a month are to be read, too")
    read = sorted({name for part in parts for name in part.places})
    return Guess(
        confidence=0.95 if serial else 0.8,
        options={"date_order": fitting[0]} if len(fitting) == 1 else {},
        found=(*((f"analyser {serial}",) if serial else ()), f"columns of a Los Gatos analyser: {', '.join(read)}"),
        unsure=tuple(unsure),
    )
