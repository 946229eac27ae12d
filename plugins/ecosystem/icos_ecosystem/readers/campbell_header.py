"""The header of a file of a Campbell Scientific logger: what the station, the table and its columns are."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from icos_core.raw_text.delimited_text import HeaderError, TextError

__all__ = ["CampbellHeader", "header_lines", "is_campbell", "read_header"]

_LONGEST_HEADER = 1 << 20
# Format → lines of the header: those of names, units and processing (and types) follow the environment, in TOB3 after the table's own.
_LINES = {"TOA5": 4, "TOB1": 5, "TOB3": 6}
_COMPATIBLE = 8


@dataclass(frozen=True)
class CampbellHeader:
    """What a header says.

    Attributes
    ----------
    environment
        Fields of the first line: format, station, model, serial number, operating system, program, signature, and table (TOA5, TOB1) or
        moment at which the file was made (TOB3).
    table
        Fields of the second line of a TOB3 file, else empty.
    names, units, processing
        Of each column; units and processing may be empty.
    types
        Of each column; empty in TOA5.
    end
        Bytes that the header takes.
    """

    environment: tuple[str, ...]
    table: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    processing: tuple[str, ...]
    types: tuple[str, ...]
    end: int

    @property
    def instrument(self) -> str:
        """Model and serial number of the logger."""
        return " ".join(part for part in self.environment[2:4] if part)


def is_campbell(head: bytes, kind: str) -> bool:
    """Return whether a file begins as one of a format, ``TOA5``, ``TOB1`` or ``TOB3``, does."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b'"')[:5].rstrip(b'"').rstrip(b",") == kind.encode()


def header_lines(kind: str) -> int:
    """Return how many lines the header of a format has."""
    return _LINES[kind]


def read_header(data: bytes, kind: str) -> CampbellHeader:
    """Read the header.

    Parameters
    ----------
    data
        The file, or its beginning.
    kind
        ``TOA5``, ``TOB1`` or ``TOB3``.

    Raises
    ------
    TextError
        For a file of another format.
    HeaderError
        For a header that is cut off, or whose lines do not have the same number of fields.
    """
    if not is_campbell(data, kind):
        raise TextError(f"no {kind} file: {_other_format(data)}; expected it to begin with {kind!r} in quotes")
    lines, end = _lines(data, kind)
    fields = [_fields(line, number) for number, line in enumerate(lines, start=1)]
    environment, *rest = fields
    table = rest.pop(0) if kind == "TOB3" else ()
    names, units, processing = rest[:3]
    types = rest[3] if kind != "TOA5" else ()
    first = len(fields) - len(rest) + 1
    for number, (what, each) in enumerate(zip(("units", "processing", "types"), rest[1:], strict=False), start=first + 1):
        if len(each) != len(names):
            raise HeaderError(f"{len(each)} {what} of {len(names)} columns, whose names are in line {first}", line=number)
    return CampbellHeader(environment, table, names, units, processing, types, end)


def _other_format(data: bytes) -> str:
    for other in _LINES:
        if is_campbell(data, other):
            return f"it is {other}, which the reader {other.lower()!r} reads"
    if not data.strip(b"\r\n\t \0"):
        return "it is empty"
    start = data[:_COMPATIBLE].decode("latin-1")
    return f"it begins with {''.join(letter if letter.isprintable() else '·' for letter in start)!r}"


def _lines(data: bytes, kind: str) -> tuple[list[bytes], int]:
    lines: list[bytes] = []
    place = 0
    for _ in range(_LINES[kind]):
        end = data.find(b"\n", place, _LONGEST_HEADER)
        if end < 0:
            raise HeaderError(f"the header of a {kind} file has {_LINES[kind]} lines, this one is cut off", line=len(lines) + 1)
        lines.append(data[place:end])
        place = end + 1
    return lines, place


def _fields(line: bytes, number: int) -> tuple[str, ...]:
    text = line.removeprefix(b"\xef\xbb\xbf").strip(b" \r\0")
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        decoded = text.decode("latin-1")
    try:
        rows = list(csv.reader([decoded.replace("\r", "").replace("\0", "")]))
    except csv.Error as error:
        raise HeaderError(f"the header cannot be taken apart: {error}", line=number) from error
    return tuple(field.strip() for field in rows[0]) if rows else ()
