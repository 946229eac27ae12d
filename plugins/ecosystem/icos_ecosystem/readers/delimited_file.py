"""A described delimited file opened: its lines, the names of its columns, where the time stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_core.exceptions import hint
from icos_core.raw_text.delimited_text import HeaderError, split_lines
from icos_ecosystem.readers.delimited_options import SEPARATORS
from icos_ecosystem.readers.fast_text import split_header
from icos_ecosystem.readers.raw_columns import find_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icos_core.raw_text.delimited_text import Lines
    from icos_ecosystem.readers.delimited_options import DelimitedOptions

__all__ = ["DelimitedFile", "open_delimited", "time_column"]

_BLANKS, _AT_ENDS = re.compile(rb"[ \t]+"), re.compile(rb"(?m)^[ \t]+|[ \t]+$")
_SHOWN = 12


class DelimitedFile(NamedTuple):
    """Lines of a file, names of its columns, and their units where a line of the header holds them."""

    lines: Lines
    headers: tuple[str, ...]
    units: tuple[str, ...] | None


def open_delimited(data: bytes, options: DelimitedOptions) -> DelimitedFile:
    """Return a file as its description has it.

    Raises
    ------
    HeaderError
        For a file that ends within its header.
    TextError
        For a wide encoding.
    """
    if options.separator == "blanks":
        data = _BLANKS.sub(b"\t", _AT_ENDS.sub(b"", data))
    lines = split_lines(data)
    if len(lines) < options.header_lines:
        raise HeaderError(f"the file has {len(lines)} lines; its header alone should have {options.header_lines}")
    headers = options.names or _fields(lines, options.names_line, options)
    return DelimitedFile(lines, headers, None if options.units_line is None else _fields(lines, options.units_line, options))


def time_column(headers: Sequence[str], name: str) -> int:
    """Return the place of a column of the time.

    Raises
    ------
    HeaderError
        Where there is none, with the nearest name.
    """
    place = find_column(headers, name)
    if place is None:
        shown = ", ".join(map(repr, headers[:_SHOWN])) + (" …" if len(headers) > _SHOWN else "")
        raise HeaderError(f"no column {name!r} for the time{hint(name, headers)}; the columns are: {shown}")
    return place


def _fields(lines: Lines, line: int, options: DelimitedOptions) -> tuple[str, ...]:
    return split_header(lines.raw(line - 1), SEPARATORS[options.separator], options.encoding)
