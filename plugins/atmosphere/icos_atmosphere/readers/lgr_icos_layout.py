"""The parts of a file of a Los Gatos analyser: its first line, the header, rows, and the signature at its end.

Files that were put one behind the other have these parts several times.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_atmosphere.readers.analyser_columns import places_of, plain
from icos_core.raw_text.delimited_text import HeaderError, cut_at_headers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icos_atmosphere.readers.lgr_icos_options import LgrIcosOptions
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["HEADER_AGAIN", "SIGNATURE", "Part", "find_header", "parts_of", "serial_number"]

SIGNATURE = "signature"
HEADER_AGAIN = "header line again"
_TIME = "Time"
_MOST_LINES_ABOVE = 20
_BEGIN, _END = b"-----BEGIN PGP", b"-----END PGP"
_FIRST_LINE = re.compile(rb"(?:SN|BD|VC|MD5):\S")
_SERIAL = re.compile(rb"\bSN:(\S+)")
_READING = re.compile(r"\[\w+\]d?_\w+")


class Part(NamedTuple):
    """Rows under one header.

    Attributes
    ----------
    headers
        Names of the columns.
    time
        Column of the time.
    places
        Variable → column.
    first, last
        First line of it and the one after the last, counted from 0.
    passed_over
        Lines within it that are no rows: line → why.
    """

    headers: tuple[str, ...]
    time: int
    places: dict[str, int]
    first: int
    last: int
    passed_over: dict[int, str]


def find_header(lines: Lines) -> int:
    """Return the line that holds the header, counted from 0.

    Raises
    ------
    HeaderError
        Where none of the first lines has the column of times and one of readings.
    """
    for index in range(min(len(lines), _MOST_LINES_ABOVE)):
        headers = _headers(lines.raw(index))
        if _TIME in headers and any(_READING.fullmatch(header) for header in headers):
            return index
    raise HeaderError(
        "no file of a Los Gatos analyser: none of the first lines has the columns 'Time' and a reading such as '[CO2]_ppm'", line=1
    )


def serial_number(lines: Lines, header: int) -> str:
    """Return the serial number that the lines above the header state, empty where there is none."""
    for index in range(header):
        match = _SERIAL.search(lines.raw(index))
        if match is not None:
            return match[1].decode("ascii", errors="replace")
    return ""


def parts_of(lines: Lines, header: int, options: LgrIcosOptions) -> list[Part]:
    """Return the parts of a file.

    Raises
    ------
    HeaderError
        For a header that lacks what the reader cannot do without.
    """
    return [_part(lines, start, end, options) for start, end in cut_at_headers(lines, header, ",")]


def _part(lines: Lines, header: int, last: int, options: LgrIcosOptions) -> Part:
    headers = tuple(_headers(lines.raw(header)))
    if _TIME not in headers:
        raise HeaderError(f"no column {_TIME!r}; the columns are: {', '.join(headers)[:200]}", line=header + 1)
    time = headers.index(_TIME)
    words = {name: word for name, word in options.words.items() if plain(name) != plain(_TIME)}
    places = places_of(headers, words)
    if not places:
        raise HeaderError(f"none of the columns is known, such as '[CO2]_ppm': {', '.join(headers)[:200]}", line=header + 1)
    return Part(headers, time, places, header + 1, last, _passed_over(lines, header, last))


def _passed_over(lines: Lines, header: int, last: int) -> dict[int, str]:
    """Return the lines of signatures, and those of a header that is there again, which is all that stands above rows."""
    found: dict[int, str] = {}
    text = lines.data
    again = lines.raw(header).rstrip()
    for mark in (_BEGIN, b"SN:", b"BD:", b"VC:", b"MD5:", again[:40]):
        place = text.find(b"\n" + mark, int(lines.ends[header]))
        while 0 <= place < lines.ends[last - 1]:
            index = int(lines.starts.searchsorted(place + 1))
            if mark == _BEGIN:
                found |= dict.fromkeys(_signature(lines, index, last), SIGNATURE)
            elif (mark != again[:40] and _FIRST_LINE.match(lines.raw(index))) or lines.raw(index).rstrip() == again:
                found.setdefault(index, HEADER_AGAIN)
            place = text.find(b"\n" + mark, place + 1)
    return found


def _signature(lines: Lines, begin: int, last: int) -> range:
    """Return the lines of a signature: to its end, or to that of the file where it was cut off."""
    end = lines.data.find(b"\n" + _END, int(lines.starts[begin]))
    if end < 0 or end >= lines.ends[last - 1]:
        return range(begin, last)
    return range(begin, int(lines.starts.searchsorted(end + 1)) + 1)


def _headers(raw: bytes) -> Sequence[str]:
    return [header.strip() for header in raw.decode("ascii", errors="replace").split(",")]
