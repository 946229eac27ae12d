"""What the head of a file says about whether it is of SOCAT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from icos_core.raw_text.delimited_text import TextError
from icos_core.raw_text.instrument_clock import DateFormat
from icos_ocean.expocodes import NO_EXPOCODE, expocode_number
from icos_ocean.readers.socat_table import find_header
from icos_ocean.readers.socat_table_columns import Layout, assign_columns
from icos_ocean.readers.socat_table_pieces import pieces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from icos_core.raw_text.delimited_text import Lines

__all__ = ["Sniffed", "sniff"]

_HEAD = 1 << 22
_ROWS = 5000
_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";"}
_CO2 = frozenset({"xco2", "xco2_sst", "pco2", "pco2_equilibrator", "fco2", "fco2_equilibrator", "fco2rec"})
_FORMATS = ("yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy", "dd/mm/yy", "mm/dd/yy")


@dataclass(frozen=True, kw_only=True)
class Sniffed:
    """What was found.

    Attributes
    ----------
    options
        Keys of the ``[[input]]`` table that are not the defaults.
    cruises
        Number of expocodes in the first rows, 0 where there is no such column.
    recomputed
        Whether SOCAT's recomputed fCO2 is there.
    preamble
        Lines before the titles.
    reasons, unsure
        Sentences for people.
    """

    options: Mapping[str, Any]
    cruises: int
    recomputed: bool
    preamble: tuple[str, ...]
    reasons: tuple[str, ...]
    unsure: tuple[str, ...] = ()


def sniff(path: Path) -> Sniffed | None:
    """Look at the head of a file; None where it has no table of CO2 measurements as SOCAT writes or takes them."""
    try:
        lines = next((piece.lines for piece in pieces(path, _HEAD)), None)
        if lines is None:
            return None
        for name, separator in _SEPARATORS.items():
            header = find_header(lines, separator)
            if header is not None:
                layout = assign_columns(_fields(lines, header, separator), {}, ())
                return _sniffed(lines, header, layout, name, separator)
    except (OSError, TextError):
        return None
    return None


def _fields(lines: Lines, index: int, separator: str) -> list[str]:
    return lines.raw(index).decode("utf-8", errors="replace").split(separator)


def _sniffed(lines: Lines, header: int, layout: Layout, name: str, separator: str) -> Sniffed | None:
    names = {quantity.name for quantity in layout.quantities}
    if not names & _CO2:
        return None
    rows = [_fields(lines, index, separator) for index in range(header + 1, min(len(lines), header + 1 + _ROWS))]
    rows = [row for row in rows if len(row) == len(layout.labels)]
    numbers = {expocode_number(row[layout.expocode]) for row in rows} if layout.expocode is not None else set()
    options: dict[str, Any] = {} if name == "tab" else {"separator": name}
    unsure: list[str] = []
    if layout.clock.texts:
        found = _date_format([row[layout.clock.texts[0]] for row in rows])
        if len(found) != 1:
            unsure.append(f"date_format: the dates fit {' and '.join(found) or 'no format that is known'}")
        if found and found[0] != _FORMATS[0]:
            options["date_format"] = found[0]
    return Sniffed(
        options=options,
        cruises=len(numbers - {NO_EXPOCODE}),
        recomputed="fco2rec" in names,
        preamble=tuple(lines.raw(index).decode("utf-8", errors="replace") for index in range(min(header, 200))),
        reasons=(f"line {header + 1} has titles of SOCAT: {', '.join(sorted(names & _CO2))} among them",),
        unsure=tuple(unsure),
    )


def _date_format(texts: Sequence[str]) -> list[str]:
    dates = {text.strip().replace("T", " ").partition(" ")[0] for text in texts} - {""}
    formats = [DateFormat.from_text(text) for text in _FORMATS]
    return [each.text for each in formats if dates and not any(each.contradicted_by(date) for date in dates)]
