"""Lines of a SOCAT file → rows, each line accounted for.

A preamble of any length comes first; the table begins behind the first line that has titles for date, latitude and longitude. The file is
read in pieces, so that the collection of all cruises, with tens of millions of rows, needs memory for its rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import HeaderError, count_fields, gather, number, parse_block, repaired
from icos_core.raw_text.opened_text import faults_named
from icos_core.units import convert
from icos_ocean.expocodes import NO_EXPOCODE, expocode_numbers
from icos_ocean.readers.socat_table_clock import times_of
from icos_ocean.readers.socat_table_columns import Layout, assign_columns, is_table_header
from icos_ocean.readers.socat_table_pieces import FileLines, pieces
from icos_ocean.vocabulary.socat import DATASET_FLAGS, SOURCES, WOCE_FLAGS, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Block, Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.socat_table_options import SocatTableOptions

__all__ = ["Rows", "Table", "Wanted", "find_header", "read_table"]

_MOST_PREAMBLE = 500_000
BLANK, NUL = "blank line", "NUL bytes in the line"
HEADER, OTHER_HEADER = "header again", "under a header with other columns"
TOO_FEW, TOO_MANY = "too few fields", "too many fields"
NO_CRUISE, OTHER_CRUISE, NO_TIME = "no expocode", "row of another cruise", "no date and time"


class Wanted(Protocol):
    """Tells from expocode numbers which rows are wanted."""

    def __call__(self, expocode: NDArray[np.int64], /) -> NDArray[np.bool_]:
        """Return the rows that are wanted."""
        ...


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows that are kept, in the order of the file: line numbers, times in ns since 1970, expocodes, and the variables by name."""

    line: NDArray[np.int64]
    time: NDArray[np.int64]
    expocode: NDArray[np.int64]
    values: dict[str, NDArray[np.generic]]


@dataclass(kw_only=True)
class Table:
    """A file that has been read.

    Attributes
    ----------
    header
        Index of the line of titles.
    preamble
        Lines before it.
    layout
        What the columns are.
    rows
        The rows.
    lines
        The file's lines, for messages.
    complete
        Whether the last line had an end.
    """

    header: int
    preamble: tuple[str, ...]
    layout: Layout
    lines: FileLines
    rows: Rows
    complete: bool = True


@dataclass
class _Work:
    layout: Layout
    options: SocatTableOptions
    account: LineAccount
    wanted: Wanted
    clock_only: bool
    header: bytes
    active: bool = True
    parts: list[Rows] = field(default_factory=list)


def find_header(lines: Lines, separator: str) -> int | None:
    """Return the index of the line of titles, None where there is none among the first half million lines."""
    mark = separator.encode()
    for index in range(min(len(lines), _MOST_PREAMBLE)):
        raw = lines.raw(index)
        # Every name of a latitude has these letters, and a row of numbers has not.
        if raw.count(mark) >= 3 and b"lat" in raw.lower() and is_table_header(raw.decode("utf-8", errors="replace").split(separator)):
            return index
    return None


def read_table(
    path: Path,
    options: SocatTableOptions,
    account: LineAccount,
    wanted_of: Callable[[Sequence[str]], Wanted],
    *,
    clock_only: bool = False,
) -> Table:
    """Read all rows of a file.

    Parameters
    ----------
    path
        The file.
    options
        How it is written.
    account
        Takes the account of every line behind the titles.
    wanted_of
        Lines of the preamble → function that tells from expocode numbers which rows are wanted.
    clock_only
        Read only what decides whether a row is kept and when it was measured.

    Raises
    ------
    InputError
        For a file that cannot be opened, has no table, or whose titles cannot be used.
    """
    work: _Work | None = None
    places: list[tuple[int, int, int]] = []
    header, complete = 0, True
    preamble: tuple[str, ...] = ()
    with faults_named(path):
        for piece in pieces(path):
            places.append((piece.first, piece.offset, piece.size))
            complete = piece.lines.complete
            start = 0
            if work is None:
                found = find_header(piece.lines, options.separator_character)
                if found is None:
                    break
                header, start = found, found + 1
                preamble = tuple(piece.lines.raw(index).decode("utf-8", errors="replace") for index in range(found))
                layout = _layout(piece.lines, found, options)
                work = _Work(layout, options, account, wanted_of(preamble), clock_only, piece.lines.raw(found).rstrip())
                _tell_columns(work, header)
            account.seen += len(piece.lines) - start
            _read_piece(work, piece.lines, start, piece.first)
    if work is None:
        raise InputError(path.name, "no table of SOCAT: no line has titles for date, latitude and longitude")
    return Table(
        header=header,
        preamble=preamble,
        layout=work.layout,
        lines=FileLines.of(path, places),
        rows=_joined(work.parts),
        complete=complete,
    )


def _layout(lines: Lines, header: int, options: SocatTableOptions) -> Layout:
    titles = lines.raw(header).decode("utf-8", errors="replace").split(options.separator_character)
    try:
        return assign_columns(titles, options.columns, options.variables)
    except HeaderError as error:
        error.line = header + 1
        raise


def _tell_columns(work: _Work, header: int) -> None:
    if work.layout.unused:
        work.account.tell("columns", f"columns not used: {', '.join(work.layout.unused)}", header + 1)
    for label in work.options.columns:
        if label not in work.layout.labels:
            work.account.tell("columns", f"the option columns names {label!r}, which the file does not have", header + 1)


def _read_piece(work: _Work, lines: Lines, start: int, offset: int) -> None:
    """Read the lines of a piece between repeated headers."""
    at = start
    for index, same in [*_headers(work, lines, start), (len(lines), None)]:
        if index > at:
            if work.active:
                work.parts.append(_read_run(work, lines, at, index, offset))
            else:
                work.account.reject(OTHER_HEADER, index - at)
        if same is not None:
            work.account.reject(HEADER, 1)
            if not same:
                work.account.tell(HEADER, "the columns change here; the lines below are left out", offset + index + 1)
            work.active = same
        at = index + 1


def _headers(work: _Work, lines: Lines, start: int) -> list[tuple[int, bool]]:
    """Find lines that begin like the titles: their index, and whether they are the same titles."""
    first = work.header.split(work.options.separator_character.encode())[0]
    if not first.strip() or start >= len(lines):
        return []
    mark = b"\n" + first + work.options.separator_character.encode()
    begin = int(lines.starts[start])
    found = [start] if lines.data.startswith(mark[1:], begin) else []
    position = lines.data.find(mark, begin)
    while position >= 0:
        found.append(int(np.searchsorted(lines.starts, position + 1)))
        position = lines.data.find(mark, position + 1)
    return [(index, lines.raw(index).rstrip() == work.header) for index in found]


def _read_run(work: _Work, lines: Lines, first: int, last: int, offset: int) -> Rows:
    text, kept_lines = _shape(work, lines, first, last, offset)
    layout, clock = work.layout, work.layout.clock
    quantities = () if work.clock_only else layout.quantities
    quality = None if work.clock_only else layout.quality
    columns = (*clock.numbers, *(quantity.column for quantity in quantities))
    block = parse_block(
        text,
        kept_lines.size,
        len(layout.labels),
        separator=work.options.separator_character,
        words=[column for column in (layout.expocode, quality, *clock.texts) if column is not None],
        numbers=dict.fromkeys(columns, number),
        missing=work.options.missing_values,
    )
    line = kept_lines + offset + 1
    expocode = _expocodes(block, layout.expocode, kept_lines.size)
    wanted = work.wanted(expocode)
    time, timed = times_of(block, clock, work.options.dates)
    nowhere = (expocode == NO_EXPOCODE) & ~wanted
    kept = wanted & timed
    account = work.account
    account.reject(NO_CRUISE, int(nowhere.sum()))
    account.reject(OTHER_CRUISE, int((~wanted & ~nowhere).sum()))
    account.reject(NO_TIME, int((wanted & ~timed).sum()))
    _tell_rows(work, NO_CRUISE, np.flatnonzero(nowhere), line, lines, offset)
    _tell_rows(work, NO_TIME, np.flatnonzero(wanted & ~timed), line, lines, offset)
    rows = np.flatnonzero(kept)
    values: dict[str, NDArray[np.generic]] = {}
    for quantity in quantities:
        damaged = {row: cell for row, cell in block.damaged.get(quantity.column, {}).items() if kept[row]}
        _tell_damage(work, layout.labels[quantity.column], damaged, line, lines, offset)
        found = block.numbers[quantity.column][rows]
        word = WORDS[quantity.name]
        values[quantity.name] = _codes(found, quantity.name) if word.flag_values else np.asarray(convert(found, quantity.units, word.units))
    if quality is not None:
        words = block.words[quality]
        codes = [DATASET_FLAGS.get(word.upper(), DATASET_FLAGS["unknown"]) for word in words.words]
        values["dataset_quality"] = np.array([*codes, DATASET_FLAGS["unknown"]], dtype=np.int8)[words.codes[rows]]
    return Rows(line=line[rows], time=time[rows], expocode=expocode[rows], values=values)


def _shape(work: _Work, lines: Lines, first: int, last: int, offset: int) -> tuple[bytes, NDArray[np.int64]]:
    """Sort out lines that cannot be parsed; return the text of the others and their indices."""
    width, separator = len(work.layout.labels), work.options.separator_character
    starts, ends = lines.starts[first:last], lines.ends[first:last]
    text = lines.data[starts[0] : ends[-1] + 1]
    view = np.frombuffer(text, dtype=np.uint8)
    marks = np.flatnonzero(view == ord(separator)) + starts[0]
    if marks.size == (width - 1) * (last - first) and b"\0" not in text and width > 1:
        grid = marks.reshape(-1, width - 1)
        if (grid[:, 0] >= starts).all() and (grid[:, -1] < ends).all():
            return text, np.arange(first, last)
    fields = count_fields(lines, first, last, separator)
    regular = fields == width
    instead: dict[int, bytes] = {}
    least = 1 + max([*work.layout.clock.texts, *work.layout.clock.numbers, work.layout.expocode or 0])
    suspects = np.flatnonzero(~regular) if b"\0" not in text else np.arange(last - first)
    for index in suspects.tolist():
        raw = lines.raw(first + index)
        why = ""
        if not raw.replace(separator.encode(), b"").strip():
            why = BLANK
        elif b"\0" in raw:
            why = NUL
        elif not regular[index]:
            fixed = repaired(raw, width, least, separator) if fields[index] > width else None
            if fixed is not None:
                instead[index] = fixed
            else:
                why = TOO_FEW if fields[index] < width else TOO_MANY
                message = f"{why}: expected {width}, found {fields[index]}"
                work.account.tell(why, message, offset + first + index + 1, raw.decode("utf-8", errors="replace"))
        if why:
            regular[index] = False
            work.account.reject(why, 1)
    used = regular.copy()
    used[list(instead)] = True
    return gather(lines, first, regular, instead), np.flatnonzero(used) + first


def _expocodes(block: Block, column: int | None, size: int) -> NDArray[np.int64]:
    if column is None:
        return np.full(size, NO_EXPOCODE, dtype=np.int64)
    words = block.words[column]
    numbers: NDArray[np.int64] = np.append(expocode_numbers(words.words), np.int64(NO_EXPOCODE))[words.codes]
    return numbers


def _codes(values: NDArray[np.float64], name: str) -> NDArray[np.int8]:
    codes, absent = (SOURCES, SOURCES["none"]) if name == "fco2rec_source" else (WOCE_FLAGS, WOCE_FLAGS["not_generated"])
    known = np.isin(values, list(codes.values()))
    return np.where(known, values, absent).astype(np.int8)


def _tell_rows(work: _Work, kind: str, rows: NDArray[np.intp], line: NDArray[np.int64], lines: Lines, offset: int) -> None:
    for told, row in enumerate(rows.tolist(), start=1):
        at = int(line[row])
        if not work.account.tell(kind, kind, at, lines.raw(at - 1 - offset).decode("utf-8", errors="replace")):
            work.account.tell_more(kind, rows.size - told)
            break


def _tell_damage(work: _Work, label: str, damaged: Mapping[int, str], line: NDArray[np.int64], lines: Lines, offset: int) -> None:
    work.account.damage(label, len(damaged))
    kind = f"{label}: not a number"
    for told, (row, cell) in enumerate(damaged.items(), start=1):
        at = int(line[row])
        text = lines.raw(at - 1 - offset).decode("utf-8", errors="replace")
        if not work.account.tell(kind, f"column {label!r}: {cell[:40]!r} is not a number", at, text):
            work.account.tell_more(kind, len(damaged) - told)
            break


def _joined(parts: list[Rows]) -> Rows:
    """Put the rows of all pieces one after the other, giving up each piece as it goes."""
    names = list(dict.fromkeys(name for part in parts for name in part.values))
    values = {name: _one(part.values.pop(name) for part in parts) for name in names}
    return Rows(
        line=_one(part.line for part in parts),
        time=_one(part.time for part in parts),
        expocode=_one(part.expocode for part in parts),
        values=values,
    )


def _one(arrays: Iterable[NDArray[Any]]) -> NDArray[Any]:
    found = list(arrays)
    if not found:
        return np.empty(0, dtype=np.int64)
    return found[0] if len(found) == 1 else np.concatenate(found)
