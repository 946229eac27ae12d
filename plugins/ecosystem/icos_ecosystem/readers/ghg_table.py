"""A table of LI-COR's: a preamble, a line of headers (``DATAH``), and lines of data (``DATA``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.regular_lines import NO_DATA, reject_rows
from icos_ecosystem.readers.fast_text import TextForm, TextTable, read_table, split_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["Table", "open_table", "rows_of", "unit_of_header"]

SEPARATOR = "\t"
_MOST_LINES_ABOVE = 60
_UNIT = re.compile(r"\(([^()]*)\)\s*$")


class Table(NamedTuple):
    """A table whose header is known.

    Attributes
    ----------
    lines
        Of the file.
    header
        Index of the line of headers.
    headers
        Names of the columns, the label left out.
    preamble
        What stands above: key → text.
    label
        What a line of data begins with.
    """

    lines: Lines
    header: int
    headers: tuple[str, ...]
    preamble: dict[str, str]
    label: str


def open_table(data: bytes, label: str) -> Table:
    """Find the header of a table.

    Raises
    ------
    TextError
        Where none of the first lines begins with the label and ``H``.
    """
    lines = split_lines(data)
    preamble: dict[str, str] = {}
    for index in range(min(len(lines), _MOST_LINES_ABOVE)):
        fields = split_header(lines.raw(index), SEPARATOR)
        if fields and fields[0] == f"{label}H":
            return Table(lines, index, fields[1:], preamble, label)
        if len(fields) == 2:
            preamble.setdefault(fields[0].rstrip(":"), fields[1])
    raise TextError(f"no line of headers in its data: none of the first lines begins with {label + 'H'!r}")


def rows_of(table: Table, numbers: Sequence[int], missing: Sequence[str], account: LineAccount, texts: Sequence[int] = ()) -> TextTable:
    """Return columns of a table, places counted without the label; lines that do not begin with it are left out and accounted for."""
    form = TextForm(
        headers=(table.label, *table.headers),
        numbers=[place + 1 for place in numbers],
        texts=[place + 1 for place in texts],
        missing=missing,
        separator=SEPARATOR,
        encoding="utf-8",
    )
    found = read_table(table.lines, table.header + 1, form, account, table.header)
    good = _labelled(table, found.line - 1)
    account.count_type(table.label, int(np.count_nonzero(good)))
    if good.all():
        kept: slice | NDArray[np.bool_] = slice(None)
    else:
        wrong = found.line[~good] - 1
        account.count_type(f"({NO_DATA})", wrong.size)
        reject_rows(account, NO_DATA, f"{NO_DATA}: expected {table.label!r} at its beginning", wrong, table.lines)
        kept = good
    return TextTable(
        found.line[kept],
        {place - 1: values[kept] for place, values in found.numbers.items()},
        {place - 1: pieces[kept] for place, pieces in found.texts.items()},
    )


def _labelled(table: Table, index: NDArray[np.int64]) -> NDArray[np.bool_]:
    view = np.frombuffer(table.lines.data, dtype=np.uint8)
    starts = table.lines.starts[index]
    good = np.ones(index.size, dtype=bool)
    for place, letter in enumerate((table.label + SEPARATOR).encode()):
        good &= view.take(starts + place, mode="clip") == letter
    return good


def unit_of_header(header: str) -> str | None:
    """Return the unit that a header ends with, ``CO2 dry(umol/mol)``, None where there is none."""
    found = _UNIT.search(header)
    return found[1].strip() if found is not None else None
