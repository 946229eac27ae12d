"""Times as membrane sensors and their data loggers write them: ``2014/02/17 00:58:14.840`` or ``2014,02,17,00,58,14``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.readers.instrument_clock import INVALID, DateFormat, parse_dates, parse_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["parse_stamps"]

_DATES = DateFormat.from_text("yyyy-mm-dd")
_DAY = 86_400_000_000_000


def parse_stamps(stamps: Sequence[bytes]) -> NDArray[np.int64]:
    """Nanoseconds since 1970 of each time, `INVALID` where it is none, an empty one among them."""
    if not stamps:
        return np.empty(0, dtype=np.int64)
    dates, clocks = [], []
    for stamp in stamps:
        text = stamp.decode("ascii")
        if "," in text:
            parts = text.split(",")
            date, clock = "-".join(parts[:3]), ":".join(part.zfill(2) for part in parts[3:])
        else:
            date, _, clock = text.partition(" ")
        dates.append(date)
        clocks.append(clock)
    words = {date: index for index, date in enumerate(dict.fromkeys(dates))}
    days = parse_dates(list(words), _DATES)[[words[date] for date in dates]]
    seconds = parse_times(clocks)
    return np.where((days != INVALID) & (seconds != INVALID), days * _DAY + seconds, INVALID)
