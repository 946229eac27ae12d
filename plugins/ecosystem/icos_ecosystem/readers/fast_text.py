"""Wanted columns of a delimited file as numbers: in one go where every line is regular, line by line accounted for where one is not.

Half an hour at 20 Hz is 36,000 lines, nearly always without a fault. Then the parser of Arrow takes the wanted columns out of the bytes. As
soon as it meets a line of the wrong shape or a number that is none, the file goes the way of all other text files of the suite,
:mod:`icos_core.raw_text`, which tells what is wrong with which line. Both ways give the same values for what both can read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyarrow import csv

from icos_core.raw_text.byte_fields import Pieces, split_fields
from icos_core.raw_text.delimited_text import Block, number, parse_block, split_lines
from icos_core.raw_text.regular_lines import regular_lines, reject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_core.raw_text.regular_lines import RegularLines

    IntArray = NDArray[np.int64]
    FloatArray = NDArray[np.float64]

__all__ = ["HEADER_AGAIN", "TextForm", "TextTable", "read_table", "split_header"]

HEADER_AGAIN = "header line again"
_WORDS_OF_MISSING = ("", "NaN", "NAN", "nan")
_BLOCK_BYTES = 1 << 24
_ARROW_BLOCK = 1 << 28
_QUOTED = re.compile(rb'"([^"\n]*)"')


@dataclass(frozen=True, kw_only=True)
class TextForm:
    """How the rows of a file are written, and what is wanted of them.

    Attributes
    ----------
    headers
        Name of each column, for messages.
    numbers, texts
        Columns, from 0, that are wanted as numbers and as they are.
    missing
        Texts for a missing value beside an empty cell and NaN; those that are numbers count by value.
    separator, decimal, encoding
        Separator of the columns and decimal sign, one character each; encoding of the file, for messages.
    """

    headers: Sequence[str]
    numbers: Sequence[int]
    texts: Sequence[int] = ()
    missing: Sequence[str] = ("-9999",)
    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"

    @property
    def absent(self) -> tuple[float, ...]:
        """Numbers that stand for a missing value."""
        return tuple(value for value in map(number, self.missing) if value is not None)


@dataclass(frozen=True)
class TextTable:
    """Rows of a file, in its order.

    Attributes
    ----------
    line
        (n,) line of each row, counted from 1.
    numbers
        Column → (n,) numbers, NaN where missing.
    texts
        Column → (n,) pieces of text.
    """

    line: IntArray
    numbers: dict[int, FloatArray]
    texts: dict[int, Pieces]


def split_header(raw: bytes, separator: str, encoding: str = "utf-8") -> tuple[str, ...]:
    """Return the fields of a header line, without their quotes; a separator within quotes belongs to the field."""
    text = raw.decode(encoding, errors="replace").rstrip("\r\n")
    if '"' not in text:
        return tuple(field.strip() for field in text.split(separator))
    mark = re.escape(separator)
    fields = re.findall(rf'(?:^|{mark})(?:\s*"([^"]*)"\s*(?={mark}|$)|([^{mark}]*))', text)
    return tuple((quoted or plain).strip() for quoted, plain in fields)


def read_table(lines: Lines, first: int, form: TextForm, account: LineAccount, header: int | None = None) -> TextTable:
    """Read the rows of a file.

    Parameters
    ----------
    lines
        The file.
    first
        Index of the first row.
    form
        How rows are written.
    account
        Is given the number of lines seen, those rejected with their reason, and cells that are no number. Rows that are returned are for
        the caller to count by type.
    header
        Index of the header line, which may come again where files were put one behind the other.
    """
    account.seen += len(lines) - first
    if first >= len(lines):
        return _slow(lines, [], form, account)
    table = _fast(lines, first, form)
    if table is not None:
        return table
    again = [] if header is None else [index for index in _repeats_of(lines, header) if index >= first]
    reject(account, HEADER_AGAIN, len(again))
    return _slow(lines, _ranges_without(first, len(lines), again), form, account)


def _fast(lines: Lines, first: int, form: TextForm) -> TextTable | None:
    """Return all rows, None where there is a line or a number that is not as it should be."""
    begin, stop = int(lines.starts[first]), int(lines.ends[-1]) + 1
    starts = np.frombuffer(lines.data, dtype=np.uint8)[lines.starts[first:]]
    # Lines that begin with a blank or a separator may be blank altogether, which Arrow takes for rows of missing values.
    if lines.data.find(b"\0", begin) >= 0 or np.isin(starts, np.frombuffer(b"\n \t\v\f" + form.separator.encode(), dtype=np.uint8)).any():
        return None
    names = [f"f{place}" for place in range(len(form.headers))]
    types = {names[place]: pa.float64() for place in form.numbers} | {names[place]: pa.binary() for place in form.texts}
    try:
        table = csv.read_csv(
            pa.BufferReader(pa.py_buffer(memoryview(lines.data)[begin:stop])),
            csv.ReadOptions(use_threads=False, block_size=min(stop - begin + 1, _ARROW_BLOCK), column_names=names),
            csv.ParseOptions(delimiter=form.separator, quote_char='"' if b'"' in lines.data else False, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types=types,
                include_columns=list(types),
                null_values=[*dict.fromkeys((*_WORDS_OF_MISSING, *form.missing))],
                strings_can_be_null=False,
                check_utf8=False,
                decimal_point=form.decimal,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != len(lines) - first:
        return None
    numbers = {place: _numbers(table.column(names[place])) for place in form.numbers}
    # Arrow also takes "inf" and "-nan" for numbers; what is missing is null there.
    if any(np.isfinite(values).sum() != table.num_rows - table.column(names[place]).null_count for place, values in numbers.items()):
        return None
    _blank_out(numbers, form.absent)
    texts = {place: _pieces(table.column(names[place])) for place in form.texts}
    return TextTable(np.arange(first + 1, len(lines) + 1, dtype=np.int64), numbers, texts)


def _numbers(column: pa.ChunkedArray) -> FloatArray:
    values: FloatArray = column.to_numpy()
    return values if values.flags.writeable else values.copy()


def _pieces(column: pa.ChunkedArray) -> Pieces:
    array = column.combine_chunks()
    _, offsets, content = array.buffers()
    places = np.frombuffer(offsets, dtype=np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    view = np.frombuffer(content, dtype=np.uint8) if content is not None and content.size else np.zeros(1, dtype=np.uint8)
    return Pieces(view, places[:-1], places[1:])


def _blank_out(numbers: Mapping[int, FloatArray], absent: Iterable[float]) -> None:
    for value in absent:
        for values in numbers.values():
            values[values == value] = np.nan


def _slow(lines: Lines, ranges: Sequence[tuple[int, int]], form: TextForm, account: LineAccount) -> TextTable:
    if b'"' in lines.data:
        lines = _without_quotes(lines, form.separator)
    blocks = [_block(lines, start, stop, form, account) for begin, end in ranges for start, stop in lines.blocks(begin, end, _BLOCK_BYTES)]
    line = np.concatenate([np.empty(0, dtype=np.int64), *(block.line for block in blocks)])
    numbers = {place: np.concatenate([np.empty(0), *(block.numbers[place] for block in blocks)]) for place in form.numbers}
    return TextTable(line, numbers, {place: _joined([block.texts[place] for block in blocks]) for place in form.texts})


def _block(lines: Lines, first: int, last: int, form: TextForm, account: LineAccount) -> TextTable:
    count = len(form.headers)
    least = 1 + max((*form.numbers, *form.texts), default=0)
    found = regular_lines(
        lines, first, last, n_fields=count, least=least, account=account, separator=form.separator, encoding=form.encoding
    )
    block = _numbers_of(found, form)
    for place, cells in block.damaged.items():
        _tell_damage(form.headers[place].strip() or f"#{place + 1}", cells, found.rows, lines, account, form.encoding)
    rows = split_lines(found.text)
    fields = split_fields(Pieces(np.frombuffer(rows.data, dtype=np.uint8), rows.starts, rows.ends), form.separator)
    return TextTable(found.rows + 1, block.numbers, {place: fields.field(place) for place in form.texts})


def _numbers_of(found: RegularLines, form: TextForm) -> Block:
    if not form.numbers:
        return Block(numbers={}, words={})
    return parse_block(
        found.text,
        found.rows.size,
        len(form.headers),
        separator=form.separator,
        words=(),
        numbers=dict.fromkeys(sorted(form.numbers), number),
        missing=form.missing,
        decimal=form.decimal,
    )


def _joined(pieces: Sequence[Pieces]) -> Pieces:
    empty = np.empty(0, dtype=np.int64)
    before = np.cumsum([0, *(piece.view.size for piece in pieces)])
    return Pieces(
        np.concatenate([np.empty(0, dtype=np.uint8), *(piece.view for piece in pieces)]),
        np.concatenate([empty, *(piece.starts + start for piece, start in zip(pieces, before, strict=False))]),
        np.concatenate([empty, *(piece.ends + start for piece, start in zip(pieces, before, strict=False))]),
    )


def _without_quotes(lines: Lines, separator: str) -> Lines:
    """Return lines without the quotes around fields; a separator within quotes becomes a blank. Lines keep their numbers."""
    mark = separator.encode()
    return split_lines(_QUOTED.sub(lambda found: found[1].replace(mark, b" "), lines.data))


def _tell_damage(label: str, cells: Mapping[int, str], index: IntArray, lines: Lines, account: LineAccount, encoding: str) -> None:
    """Count the damaged cells of a column, and tell the first of them."""
    account.damage(label, len(cells))
    kind = f"{label}: not a number"
    for told, row in enumerate(sorted(cells), start=1):
        at = int(index[row])
        text = lines.raw(at).decode(encoding, errors="replace")
        if not account.tell(kind, f"column {label!r}: {cells[row][:40]!r} is not a number", at + 1, text):
            account.tell_more(kind, len(cells) - told)
            break


def _repeats_of(lines: Lines, index: int) -> list[int]:
    """Return the lines after one, counted from 0, that are that line again."""
    found = []
    text = lines.raw(index).rstrip()
    place = lines.data.find(b"\n" + text, int(lines.ends[index])) if text else -1
    while place >= 0:
        again = int(lines.starts.searchsorted(place + 1))
        if lines.raw(again).rstrip() == text:
            found.append(again)
        place = lines.data.find(b"\n" + text, place + 1)
    return found


def _ranges_without(first: int, last: int, without: Iterable[int]) -> list[tuple[int, int]]:
    """Return the ranges of lines, ends exclusive, from `first` to `last` that are left without some lines."""
    left, start = [], first
    for line in sorted(without):
        if line > start:
            left.append((start, line))
        start = line + 1
    return [*left, (start, last)] if start < last else left
