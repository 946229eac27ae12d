"""Whether a file is one of the Ecosystem Thematic Centre's, and how to describe it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from icos_core.components import Guess
from icos_core.raw_text.packed import UNPACKING, plain_bytes, plain_head
from icos_ecosystem.readers.fast_text import split_header
from icos_ecosystem.readers.icos_ec_csv_options import SEPARATORS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["guess", "guessed_frequency"]

_NAME = re.compile(r"[A-Z]{2}-[A-Za-z0-9]{3}_EC_(\d{12})(?!\d)")
_ROWS_PER_SECOND = (10.0, 20.0, 25.0, 32.0, 40.0, 50.0, 100.0)
_HALF_HOUR = 1800
_TOLERANCE = 0.02


def guess(path: Path) -> Guess | None:
    """Say whether the header has the names of the thematic centre's instructions."""
    head = plain_head(path).decode("utf-8", errors="replace").partition("\n")[0]
    for name, separator in SEPARATORS.items():
        headers = {header.upper() for header in split_header(head.encode(), separator)}
        if {"U", "V", "W"} <= headers and headers & {"T_SONIC", "SOS"}:
            return _proposal(path, headers, {} if name == "comma" else {"separator": name})
    return None


def guessed_frequency(path: Path) -> tuple[float, bool]:
    """Return rows per second of a file of half an hour, and whether the number of lines shows it."""
    try:
        count = plain_bytes(path).count(b"\n")
    except UNPACKING:
        count = 0
    near = min(_ROWS_PER_SECOND, key=lambda frequency: abs(count / (frequency * _HALF_HOUR) - 1))
    is_near = abs(count / (near * _HALF_HOUR) - 1) < _TOLERANCE
    return (near, True) if is_near else (20.0, False)


def _proposal(path: Path, headers: set[str], options: dict[str, Any]) -> Guess:
    named = _NAME.match(path.name)
    frequency, shown = guessed_frequency(path)
    options = {"frequency": frequency, **options}
    found = ["the header names the columns as the thematic centre's instructions do"]
    unsure = [
        "frequency: as many rows as half an hour has" if shown else "frequency: the number of rows is not that of half an hour",
        "file_time: whether the time in the name is the end or the start is declared per logger; taken to be the end",
        "utc_offset: a file does not say how far its clock is from UTC; the station's standard time is usual",
    ]
    if named is not None:
        found.append("the name is that of a raw eddy-covariance file of a station")
    else:
        unsure.insert(0, "name_format: the name is not CC-Xxx_EC_YYYYMMDDhhmm")
    unsure += [f"{gas.lower()}: whether it is of dry or of moist air; taken to be of dry air" for gas in ("CO2", "H2O") if gas in headers]
    return Guess(confidence=0.95 if named is not None else 0.7, options=options, found=tuple(found), unsure=tuple(unsure))
