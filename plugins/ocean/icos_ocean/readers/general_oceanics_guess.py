"""Whether a file is one of a General Oceanics 8050, and what its header and dates tell of the way it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_core.components import Guess
from icos_core.raw_text.delimited_text import HeaderError
from icos_ocean.readers.date_order import date_orders
from icos_ocean.readers.general_oceanics_columns import assign_columns
from icos_ocean.readers.general_oceanics_types import HOUSEKEEPING
from icos_ocean.readers.table_run_types import RunTypes

if TYPE_CHECKING:
    from pathlib import Path

    from icos_ocean.readers.general_oceanics_columns import Layout

__all__ = ["guess"]

_HEAD = 1 << 18
_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";"}
_ALL_KNOWN, _SOME_KNOWN = 0.97, 0.8
_WORDS = RunTypes({}, HOUSEKEEPING)


def guess(path: Path) -> Guess | None:
    """Look at the head of a file and propose how to describe it; None where it has not the columns of the instrument."""
    try:
        with path.open("rb") as file:
            data = file.read(_HEAD)
    except OSError:
        return None
    lines = data.decode("windows-1252", errors="replace").splitlines()
    header = next((line for line in lines if line.strip()), "")
    for separator, character in _SEPARATORS.items():
        for clock in ("gps", "pc"):
            try:
                layout = assign_columns(header.split(character), clock=clock, columns={}, units={})
            except HeaderError:
                continue
            rows = [line.split(character) for line in lines[lines.index(header) + 1 : -1]]
            return _described(rows, layout, separator, clock)
    return None


def _described(rows: list[list[str]], layout: Layout, separator: str, clock: str) -> Guess | None:
    rows = [row for row in rows if len(row) > max(layout.type, layout.date, layout.time)]
    if not rows:
        return None
    options: dict[str, Any] = {}
    unsure = []
    orders = date_orders([text for row in rows if (text := row[layout.date].strip())])
    if orders:
        options["date_format"] = orders[0]
    if len(orders) != 1:
        unsure.append(f"date_format: dates such as {rows[0][layout.date].strip()} fit {' and '.join(orders) or 'none that is known'}")
    if clock != "gps":
        options["clock"] = clock
        unsure.append("clock: the file has no GPS clock; whether that of the computer is UTC it does not say")
    if separator != "tab":
        options["separator"] = separator
    words = sorted({row[layout.type].strip() for row in rows})
    strange = [word for word in words if word and not _WORDS.knows(word)]
    if strange:
        unsure.append(f"run_types: these type words are not known; say what they are in run_types or housekeeping: {', '.join(strange)}")
    if layout.unused:
        unsure.append(f"columns: not used, for the reader does not know them: {', '.join(layout.unused)}")
    found = (
        f"columns of the instrument: {', '.join(quantity.name for quantity in layout.quantities)}",
        f"type words: {', '.join(words)}",
    )
    return Guess(confidence=_SOME_KNOWN if strange else _ALL_KNOWN, options=options, found=found, unsure=tuple(unsure))
