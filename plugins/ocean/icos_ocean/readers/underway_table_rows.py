"""Lines of a table → rows, each line accounted for."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import count_fields, gather, number, parse_block, repaired, split_lines
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.units import convert
from icos_ocean.readers.table_clock import moments
from icos_ocean.readers.table_positions import axis, converter, in_degrees, signed
from icos_ocean.readers.table_run_types import RunTypes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Block, Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.underway_table_layout import Header, Layout
    from icos_ocean.readers.underway_table_options import UnderwayTableOptions

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["Rows", "in_one_form", "read_rows"]

_BLOCK_BYTES = 1 << 24


class Fate(IntEnum):
    """Why a line is not kept: the first reason that applies."""

    KEPT = 0
    BLANK = 1
    COMMENT = 2
    HEADER = 3
    NUL = 4
    FEW = 5
    MANY = 6
    TIME = 7
    HOUSEKEEPING = 8
    NO_WORD = 9
    UNKNOWN = 10


_REASONS = {
    Fate.BLANK: "blank line",
    Fate.COMMENT: "comment",
    Fate.HEADER: "header line again",
    Fate.NUL: "NUL bytes in the line",
    Fate.FEW: "too few fields",
    Fate.MANY: "too many fields",
    Fate.TIME: "no valid date and time",
    Fate.HOUSEKEEPING: "housekeeping line",
    Fate.NO_WORD: "no word for the run type",
    Fate.UNKNOWN: "unknown word for the run type",
}
_WORDLESS = frozenset({Fate.BLANK, Fate.COMMENT, Fate.HEADER, Fate.NUL, Fate.FEW, Fate.MANY, Fate.NO_WORD})


@dataclass
class Rows:
    """Rows kept, in the order of the file: line numbers, times [ns since 1970], codes (None without run types) and values."""

    line: IntArray
    time: IntArray
    run_type: NDArray[np.int8] | None
    draining: NDArray[np.int8] | None
    values: dict[str, FloatArray]


def in_one_form(data: bytes, options: UnderwayTableOptions) -> Lines:
    """Return the lines of a file with one separator and without quotes.

    Raises
    ------
    TextError
        For a file in a wide encoding.
    """
    lines = split_lines(data)
    text = lines.data
    if options.separator == "blanks":
        text = _without_runs_of_blanks(text)
    if options.quotes and b'"' in text:
        # Latin-1 keeps every byte as it is.
        text = "\n".join(_without_quotes(line, options.separator_character) for line in text.decode("latin-1").split("\n")).encode(
            "latin-1"
        )
    if text is lines.data:
        return lines
    again = split_lines(text)
    return type(again)(data=again.data, starts=again.starts, ends=again.ends, complete=lines.complete)


def _without_quotes(line: str, separator: str) -> str:
    """Return a line without its quotes, a separator within them as a blank; a quote that does not close ends with its line."""
    if '"' not in line:
        return line
    try:
        (fields,) = csv.reader([line], delimiter=separator)
    except csv.Error:
        return line
    return separator.join(field.replace(separator, " ") for field in fields)


def _without_runs_of_blanks(text: bytes) -> bytes:
    """Make one tab of each run of blanks and tabs, and nothing of those at the ends of a line."""
    letters = np.frombuffer(text, dtype=np.uint8)
    blank = (letters == ord(" ")) | (letters == ord("\t"))
    starts_something = np.concatenate([[True], blank[:-1] | (letters[:-1] == ord("\n"))])
    kept = np.where(blank, np.uint8(ord("\t")), letters)[~(blank & starts_something)]
    last = (kept == ord("\t")) & np.concatenate([kept[1:] == ord("\n"), [True]])
    return bytes(kept[~last])


def read_rows(
    lines: Lines, header: Header, layout: Layout, options: UnderwayTableOptions, account: LineAccount, *, clock_only: bool = False
) -> Rows:
    """Read all rows of a file.

    Parameters
    ----------
    lines
        The file, in one form.
    header, layout
        Where the rows begin, and what the columns are.
    options
        Options of the reader.
    account
        Takes the account of every line after the header.
    clock_only
        Read no quantities, only what decides whether a row is kept and when it was measured.
    """
    account.seen = len(lines) - header.size
    table = _Table(lines, header, layout, options, account, clock_only=clock_only)
    pieces = [table.block(first, last) for first, last in lines.blocks(header.size, len(lines), _BLOCK_BYTES)]
    return _joined(pieces, layout)


class _Table:
    """One file being read."""

    def __init__(
        self, lines: Lines, header: Header, layout: Layout, options: UnderwayTableOptions, account: LineAccount, *, clock_only: bool
    ) -> None:
        self.lines, self.layout, self.options, self.account, self.clock_only = lines, layout, options, account, clock_only
        self.start = options.clock.start(header.text)
        self.run_types = RunTypes(options.run_types, options.housekeeping) if layout.run_type is not None else None
        self.names_again = lines.raw(header.line).strip() if header.line is not None else b""
        self.least = 1 + max(
            *layout.words.values(),
            *layout.numbers.values(),
            *layout.quantities.values(),
            -1 if layout.run_type is None else layout.run_type,
        )

    def text(self, line: int) -> str:
        return self.lines.raw(line - 1).decode(self.options.encoding, errors="replace")

    def block(self, first: int, last: int) -> Rows:
        fate, text = self._shape(first, last)
        parsed = np.flatnonzero(fate == Fate.KEPT)
        line = parsed + first + 1
        layout = self.layout
        quantities: Mapping[str, int] = {} if self.clock_only else layout.quantities
        words = {*layout.words.values(), *(() if layout.run_type is None else (layout.run_type,))}
        if not self.clock_only:
            words |= {*layout.flags.values(), *layout.hemispheres.values()}
        numbers: dict[int, Callable[[str], float | None]] = {}
        numbers.update(dict.fromkeys(layout.numbers.values(), number))
        in_minutes = self.options.position_style == "degrees-minutes"
        numbers.update((column, converter(name, in_minutes=in_minutes)) for name, column in quantities.items())
        block = parse_block(
            text,
            parsed.size,
            len(layout.labels),
            separator=self.options.separator_character,
            words=sorted(words - set(numbers)),
            numbers=numbers,
            missing=self.options.missing_values,
            decimal="," if self.options.decimal_comma else ".",
        )
        reason = np.full(parsed.size, int(Fate.KEPT))
        run_type, draining = self._run_types(block, reason, line)
        time = self._times(block, reason, line)
        fate[parsed] = reason
        for code, count in enumerate(np.bincount(fate, minlength=len(Fate)).tolist()):
            if code != Fate.KEPT:
                self.account.reject(_REASONS[Fate(code)], count)
            if self.run_types is not None and code in _WORDLESS:
                self.account.count_type(f"({_REASONS[Fate(code)]})", count)
        kept = reason == Fate.KEPT
        values = {name: self._values(name, column, block, kept, line)[kept] for name, column in quantities.items()}
        return Rows(
            line=line[kept],
            time=time[kept],
            run_type=run_type[kept] if run_type is not None else None,
            draining=draining[kept] if draining is not None else None,
            values=values,
        )

    def _shape(self, first: int, last: int) -> tuple[IntArray, bytes]:
        """Sort out lines that are no rows; return the fate of each and the text of those that can be parsed."""
        lines, separator, wanted = self.lines, self.options.separator_character, len(self.layout.labels)
        fields = count_fields(lines, first, last, separator)
        fate = self._lines_without_data(first, last)
        instead: dict[int, bytes] = {}
        for index in np.flatnonzero((fields != wanted) & (fate == Fate.KEPT)).tolist():
            fixed = repaired(lines.raw(first + index), wanted, self.least, separator)
            if fixed is not None:
                instead[index] = fixed
                continue
            wrong = Fate.FEW if fields[index] < wanted else Fate.MANY
            fate[index] = wrong
            line, reason = first + index + 1, _REASONS[wrong]
            self.account.tell(reason, f"{reason}: expected {wanted}, found {int(fields[index])}", line, self.text(line))
        regular = fate == Fate.KEPT
        if regular.all() and not instead:
            return fate, lines.data[lines.starts[first] : lines.ends[last - 1] + 1]
        regular[list(instead)] = False
        return fate, gather(lines, first, regular, instead)

    def _lines_without_data(self, first: int, last: int) -> IntArray:
        """Find blank lines, comments, the header again, and lines with NUL bytes."""
        lines, separator = self.lines, self.options.separator_character.encode()
        starts, ends = lines.starts[first:last], lines.ends[first:last]
        fate = np.zeros(last - first, dtype=np.int64)
        begins = np.frombuffer(lines.data, dtype=np.uint8)[starts]
        comment = self.options.comment.encode(self.options.encoding, errors="replace")
        marks = b"\n \t\v\f" + separator + comment[:1] + self.names_again[:1]
        for index in np.flatnonzero(np.isin(begins, np.frombuffer(marks, dtype=np.uint8))).tolist():
            raw = lines.raw(first + index)
            if not raw.replace(separator, b"").strip():
                fate[index] = Fate.BLANK
            elif comment and raw.startswith(comment):
                fate[index] = Fate.COMMENT
            elif self.names_again and raw.strip() == self.names_again:
                fate[index] = Fate.HEADER
        text = lines.data[starts[0] : ends[-1] + 1]
        if b"\0" in text:
            nul = np.add.reduceat(np.frombuffer(text, dtype=np.uint8) == 0, starts - starts[0], dtype=np.int64) > 0
            fate[nul & (fate == Fate.KEPT)] = Fate.NUL
        return fate

    def _run_types(self, block: Block, reason: IntArray, line: IntArray) -> tuple[NDArray[np.int8] | None, NDArray[np.int8] | None]:
        if self.run_types is None or self.layout.run_type is None:
            return None, None
        words = block.words[self.layout.run_type]
        meanings = [self.run_types.meaning(word) for word in words.words]
        fates = {"kept": Fate.KEPT, "housekeeping": Fate.HOUSEKEEPING, "unknown": Fate.UNKNOWN}
        reason[:] = np.array([*(fates[each.fate] for each in meanings), Fate.NO_WORD])[words.codes]
        for code, (word, count) in enumerate(
            zip(words.words, np.bincount(words.codes[words.codes >= 0], minlength=len(meanings)), strict=True)
        ):
            if meanings[code].fate != "unknown":
                self.account.count_type(word, int(count))
            elif count:
                at = int(line[int(np.argmax(words.codes == code))])
                self.account.count_unknown_type(word, int(count), self.run_types.complaint(word), at, self.text(at))
        codes = np.array([*(each.code for each in meanings), 0], dtype=np.int8)[words.codes]
        draining = np.array([*(each.draining for each in meanings), 0], dtype=np.int8)[words.codes]
        return codes, draining

    def _times(self, block: Block, reason: IntArray, line: IntArray) -> IntArray:
        layout, clock = self.layout, self.options.clock
        words = {key: block.words[column] for key, column in layout.words.items()}
        numbers = {key: block.numbers[column] for key, column in layout.numbers.items()}
        time = moments(clock, words, numbers, self.start, reason.size)
        invalid = np.flatnonzero((time == INVALID) & (reason == Fate.KEPT))
        reason[invalid] = Fate.TIME
        for told, row in enumerate(invalid.tolist(), start=1):
            at = int(line[row])
            fields = self.text(at).split(self.options.separator_character)
            seen = " ".join(fields[column].strip() for column in (*layout.words.values(), *layout.numbers.values()) if column < len(fields))
            if not self.account.tell(
                _REASONS[Fate.TIME], f"{seen[:60]!r} is no date and time; expected {clock.written}", at, self.text(at)
            ):
                self.account.tell_more(_REASONS[Fate.TIME], invalid.size - told)
                break
        return time

    def _values(self, name: str, column: int, block: Block, kept: NDArray[np.bool_], line: IntArray) -> FloatArray:
        label = self.layout.labels[column]
        damaged = [(int(line[row]), text) for row, text in block.damaged.get(column, {}).items() if kept[row]]
        self.account.damage(label, len(damaged))
        for told, (at, text) in enumerate(damaged, start=1):
            kind = f"{label}: not a number"
            if not self.account.tell(kind, f"column {label!r}: {text[:40]!r} is not a number", at, self.text(at)):
                self.account.tell_more(kind, len(damaged) - told)
                break
        values = block.numbers[column]
        if self.options.position_style == "degrees-minutes" and axis(name) is not None:
            values = in_degrees(values)
        if name in self.layout.hemispheres:
            values, unsigned = signed(name, values, block.words[self.layout.hemispheres[name]])
            self.account.damage(f"{label}: no hemisphere, or a minus beside it", int((unsigned & kept).sum()))
        if name in self.layout.flags:
            words = block.words[self.layout.flags[name]]
            use = np.array([*(word in self.options.flags_to_use for word in words.words), False])[words.codes]
            self.account.damage(f"{label}: flagged in the file", int((~use & kept & np.isfinite(values)).sum()))
            values = np.where(use, values, np.nan)
        usual = self.options.variable(name).units
        converted: FloatArray = np.asarray(convert(values, self.options.units.get(name, usual), usual))
        if axis(name) == "longitude":
            converted = np.where((converted > 180.0) & (converted <= 360.0), converted - 360.0, converted)
        return converted


def _joined(pieces: list[Rows], layout: Layout) -> Rows:
    has_words = layout.run_type is not None
    if not pieces:
        none = np.empty(0, dtype=np.int64)
        codes = none.astype(np.int8) if has_words else None
        return Rows(line=none, time=none, run_type=codes, draining=codes, values={name: np.empty(0) for name in layout.quantities})
    return Rows(
        line=np.concatenate([piece.line for piece in pieces]),
        time=np.concatenate([piece.time for piece in pieces]),
        run_type=np.concatenate([piece.run_type for piece in pieces if piece.run_type is not None]) if has_words else None,
        draining=np.concatenate([piece.draining for piece in pieces if piece.draining is not None]) if has_words else None,
        values={name: np.concatenate([piece.values[name] for piece in pieces]) for name in pieces[0].values},
    )
