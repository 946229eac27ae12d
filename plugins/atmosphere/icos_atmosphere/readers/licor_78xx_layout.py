"""The header of a file of a LI-COR trace-gas analyser, and the rows below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from icos_atmosphere.readers.analyser_columns import places_of
from icos_core.raw_text.delimited_text import HeaderError, cut_at_headers

if TYPE_CHECKING:
    from icos_atmosphere.readers.licor_78xx_options import Licor78xxOptions
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["HEADER_AGAIN", "MARK", "Part", "find_header", "identity", "parts_of"]

HEADER_AGAIN = "header line again"
MARK = b"DATA\t"
_HEADER, _UNITS = b"DATAH\t", b"DATAU\t"
_ABOVE = (b"Model:", b"SN:", b"Software Version:", b"Timestamp:", b"Timezone:", _HEADER, _UNITS)
_MOST_LINES_ABOVE = 50
_CLOCK = ("SECONDS", "NANOSECONDS")


class Part(NamedTuple):
    """Rows under one header.

    Attributes
    ----------
    headers
        Names of the columns.
    units
        Their units as the file writes them; None where it has no such line.
    clock
        Columns of the seconds and nanoseconds.
    places
        Variable → column.
    first, last
        First line of it and the one after the last, counted from 0.
    header_again
        Lines within it that repeat the header.
    """

    headers: tuple[str, ...]
    units: tuple[str, ...] | None
    clock: tuple[int, int]
    places: dict[str, int]
    first: int
    last: int
    header_again: tuple[int, ...]


def find_header(lines: Lines) -> int:
    """Return the line that holds the names of the columns, counted from 0.

    Raises
    ------
    HeaderError
        Where there is none among the first lines.
    """
    for index in range(min(len(lines), _MOST_LINES_ABOVE)):
        if lines.raw(index).startswith(_HEADER):
            return index
    raise HeaderError("no file of a LI-COR trace-gas analyser: none of the first lines begins with 'DATAH' and a tab", line=1)


def identity(lines: Lines, header: int) -> dict[str, str]:
    """Return what the lines above the header say of the analyser: Model, SN, Software Version, Timestamp, Timezone."""
    found = {}
    for index in range(header):
        key, separator, value = lines.raw(index).decode("utf-8", errors="replace").partition(":")
        if separator:
            found[key.strip()] = value.strip()
    return found


def parts_of(lines: Lines, header: int, options: Licor78xxOptions) -> list[Part]:
    """Return the parts of a file: rows under one header, and under others where files were put one behind the other.

    Raises
    ------
    HeaderError
        For a header without the columns of time, or without any that is known.
    """
    return [_part(lines, start, end, options) for start, end in cut_at_headers(lines, header, "\t")]


def _part(lines: Lines, header: int, last: int, options: Licor78xxOptions) -> Part:
    headers = _cells(lines, header)
    if any(name not in headers for name in _CLOCK):
        raise HeaderError(f"no columns {' and '.join(_CLOCK)}; the columns are: {', '.join(headers)[:200]}", line=header + 1)
    seconds, nanoseconds = (headers.index(name) for name in _CLOCK)
    places = places_of(headers, {name: word for name, word in options.words.items() if name not in _CLOCK})
    if not any(name.endswith(("_dry", "_wet")) or name == "h2o" for name in places):
        raise HeaderError(f"no column of a gas, such as CO2, CH4, N2O or H2O: {', '.join(headers)[:200]}", line=header + 1)
    has_units = header + 1 < last and lines.raw(header + 1).startswith(_UNITS)
    units = _cells(lines, header + 1) if has_units else None
    if units is not None and len(units) != len(headers):
        raise HeaderError(f"{len(headers)} names of columns, but {len(units)} units", line=header + 2)
    first = header + 1 + has_units
    again = tuple(index for index in range(first, last) if _is_header(lines, index))
    return Part(headers, units, (seconds, nanoseconds), places, first, last, again)


def _is_header(lines: Lines, index: int) -> bool:
    # Rows begin with DATA and a tab: their fifth letter tells them apart without a copy of the line.
    start = int(lines.starts[index])
    return lines.data[start : start + len(MARK)] != MARK and lines.raw(index).startswith(_ABOVE)


def _cells(lines: Lines, index: int) -> tuple[str, ...]:
    raw = lines.raw(index)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return tuple(cell.strip() for cell in text.split("\t"))
