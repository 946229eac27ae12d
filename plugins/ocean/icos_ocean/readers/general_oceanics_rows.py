"""Lines of a General Oceanics 8050 file → rows, each line accounted for.

A line is kept, or rejected for the first reason in the order of :class:`Rejection`. Nothing is judged here that is physically
impossible but written clearly (a latitude of 991): that is for quality tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import nearest
from icos_core.raw_text.delimited_text import (
    HeaderError,
    TextError,
    count_fields,
    cut_at_headers,
    gather,
    number,
    parse_block,
    repaired,
)
from icos_core.raw_text.instrument_clock import INVALID, parse_dates, parse_times
from icos_core.units import convert
from icos_ocean.readers.general_oceanics_types import REASONS, Rejection, TypeWord, TypeWords
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Block, Lines, Words
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.general_oceanics_columns import Layout
    from icos_ocean.readers.general_oceanics_options import GeneralOceanicsOptions

__all__ = ["Rows", "read_rows"]

_BLOCK_BYTES = 1 << 24
_DAY = 86_400_000_000_000
_POSITION = re.compile(r"([NSEW])?\s*([0-9.]+)\s*([NSEW])?")
_HEMISPHERES = {"latitude": "NS", "longitude": "EW"}


@dataclass
class Rows:
    """Rows kept, in the order of the file.

    Attributes
    ----------
    line
        (n,) line numbers in the file, from 1.
    time
        (n,) nanoseconds since 1970.
    run_type, draining
        (n,) int8.
    values
        Variable → (n,) float64 in the unit of the vocabulary.
    """

    line: NDArray[np.int64]
    time: NDArray[np.int64]
    run_type: NDArray[np.int8]
    draining: NDArray[np.int8]
    values: dict[str, NDArray[np.float64]]


@dataclass
class _Dates:
    """What the dates of a file say about the declared format."""

    rows: int = 0
    contradicting: int = 0
    first: tuple[int, str] | None = None


@dataclass
class _Work:
    """What the blocks of one file share."""

    lines: Lines
    options: GeneralOceanicsOptions
    account: LineAccount
    words: TypeWords
    clock_only: bool
    dates: _Dates = field(default_factory=_Dates)

    def text(self, index: int) -> str:
        return self.lines.raw(index).decode(self.options.encoding, errors="replace")


def read_rows(
    lines: Lines,
    layout_of: Callable[[list[str]], Layout],
    options: GeneralOceanicsOptions,
    account: LineAccount,
    *,
    clock_only: bool = False,
) -> Rows:
    """Read all rows of a file.

    Parameters
    ----------
    lines
        The file.
    layout_of
        Header fields → layout; raises :class:`HeaderError`.
    options
        Options of the reader.
    account
        Takes the account of every line but the first header.
    clock_only
        Read no quantities, only what decides whether a row is kept and when it was measured.

    Raises
    ------
    HeaderError
        For the first header.
    TextError
        For a file without lines, and for dates that contradict the declared format.
    """
    work = _Work(lines=lines, options=options, account=account, words=TypeWords(options), clock_only=clock_only)
    header = next((index for index in range(len(lines)) if lines.raw(index).strip()), None)
    if header is None:
        raise TextError("the file is empty")
    account.seen = len(lines) - 1
    _count_wordless(account, Rejection.BLANK, header)
    pieces = []
    layout: Layout | None = None
    for start, stop in cut_at_headers(lines, header, options.separator_character):
        layout = _layout_of(work, start, stop, layout_of, is_first=start == header)
        if layout is not None:
            pieces += [_block(work, layout, *run) for run in lines.blocks(start + 1, stop, _BLOCK_BYTES)]
    _check_dates(work)
    return _joined(pieces)


def _count_wordless(account: LineAccount, why: Rejection, count: int) -> None:
    account.reject(REASONS[why], count)
    account.count_type(f"({REASONS[why]})", count)


def _layout_of(work: _Work, start: int, stop: int, layout_of: Callable[[list[str]], Layout], *, is_first: bool) -> Layout | None:
    try:
        layout = layout_of(work.text(start).split(work.options.separator_character))
    except HeaderError as error:
        error.line = start + 1
        if is_first:
            raise
        _count_wordless(work.account, Rejection.HEADER, 1)
        _count_wordless(work.account, Rejection.UNUSABLE_HEADER, stop - start - 1)
        work.account.tell(
            REASONS[Rejection.UNUSABLE_HEADER],
            f"{stop - start - 1} lines are left out: their header cannot be used: {error}",
            start + 1,
            work.text(start),
        )
        return None
    if not is_first:
        _count_wordless(work.account, Rejection.HEADER, 1)
        if not work.clock_only:
            work.account.tell("new header", "the columns change here", start + 1, work.text(start))
    if layout.unused:
        work.account.tell("columns", f"columns not used: {', '.join(layout.unused)}", start + 1)
    for name in layout.absent:
        close = nearest(name, layout.labels)
        hint = f"; nearest header {close!r}" if close else ""
        work.account.tell("columns", f"the option columns names {name!r}, which the file does not have{hint}", start + 1)
    return layout


def _block(work: _Work, layout: Layout, first: int, last: int) -> Rows:
    shaped, texts, fate = _shape(work, layout, first, last)
    parsed = np.flatnonzero(shaped)
    quantities = () if work.clock_only else layout.quantities
    numbers: dict[int, Callable[[str], float | None]] = {
        column: _converter(quantity.name) for quantity in quantities for column in (quantity.column, *quantity.duplicates)
    }
    if layout.error is not None:
        numbers[layout.error] = number
    block = parse_block(
        texts,
        parsed.size,
        len(layout.labels),
        separator=work.options.separator_character,
        words=(layout.type, layout.date, layout.time),
        numbers=numbers,
        missing=work.options.missing_values,
        decimal="," if work.options.decimal_comma else ".",
    )
    line = parsed + first + 1
    reason, run_type, draining = _types(work, block.words[layout.type], line)
    if layout.error is not None and not work.options.keep_error_rows:
        failed = np.nan_to_num(block.numbers[layout.error], nan=0.0) != 0
        failed[list(block.damaged.get(layout.error, ()))] = True
        reason[(reason == Rejection.KEPT) & failed] = Rejection.ERROR
    time = _times(work, block.words[layout.date], block.words[layout.time], reason, line)
    fate[parsed] = reason
    for code, count in enumerate(np.bincount(fate, minlength=len(Rejection)).tolist()):
        if code != Rejection.KEPT:
            work.account.reject(REASONS[Rejection(code)], count)
    kept = np.flatnonzero(reason == Rejection.KEPT)
    is_kept = reason == Rejection.KEPT
    values = {}
    for quantity in quantities:
        _tell_damage(work, layout.labels[quantity.column], block.damaged.get(quantity.column, {}), is_kept, line)
        for other in quantity.duplicates:
            _tell_difference(work, layout, (quantity.column, other), block, np.where(is_kept, line, 0))
        units = VOCABULARY[quantity.name].units
        values[quantity.name] = np.asarray(convert(block.numbers[quantity.column][kept], quantity.units, units))
    return Rows(line=line[kept], time=time[kept], run_type=run_type[kept], draining=draining[kept], values=values)


def _shape(work: _Work, layout: Layout, first: int, last: int) -> tuple[NDArray[np.bool_], bytes, NDArray[np.int64]]:
    """Sort out lines of the wrong shape: which lines can be parsed, their text, and the fate of the others."""
    lines, separator = work.lines, work.options.separator_character.encode()
    starts, ends = lines.starts[first:last], lines.ends[first:last]
    fields = count_fields(lines, first, last, work.options.separator_character)
    fate = np.zeros(last - first, dtype=np.int64)
    view = np.frombuffer(lines.data, dtype=np.uint8)
    blank_first = np.isin(view[starts], np.frombuffer(b"\n \t\v\f" + separator, dtype=np.uint8))
    for index in np.flatnonzero(blank_first).tolist():
        if not lines.raw(first + index).replace(separator, b"").strip():
            fate[index] = Rejection.BLANK
            work.account.count_type(f"({REASONS[Rejection.BLANK]})", 1)
    text = lines.data[starts[0] : ends[-1] + 1]
    if b"\0" in text:
        nul = np.add.reduceat(np.frombuffer(text, dtype=np.uint8) == 0, starts - starts[0], dtype=np.int64) > 0
        fate[nul] = Rejection.NUL
        for index in np.flatnonzero(nul).tolist():
            _count_by_hand(work, layout, first + index, Rejection.NUL)
    odd = np.flatnonzero((fields != len(layout.labels)) & (fate == Rejection.KEPT))
    instead: dict[int, bytes] = {}
    for index in odd.tolist():
        fixed = repaired(lines.raw(first + index), len(layout.labels), layout.least_fields, work.options.separator_character)
        if fixed is None:
            wrong = Rejection.TOO_FEW if fields[index] < len(layout.labels) else Rejection.TOO_MANY
            fate[index] = _count_by_hand(work, layout, first + index, wrong)
        else:
            instead[index] = fixed
    shaped = fate == Rejection.KEPT
    if shaped.all() and not instead:
        return shaped, text, fate
    regular = shaped.copy()
    regular[list(instead)] = False
    return shaped, gather(lines, first, regular, instead), fate


def _count_by_hand(work: _Work, layout: Layout, index: int, wrong: Rejection) -> Rejection:
    """Count a line that cannot be parsed by its type word; short lines are normal for housekeeping."""
    text = work.text(index)
    parts = text.split(work.options.separator_character)
    word = parts[layout.type].strip().replace("\0", "") if layout.type < len(parts) else ""
    fate = work.words.meaning(word).fate if word else Rejection.NO_TYPE
    _count_word(work, word, 1, fate, index + 1)
    if wrong != Rejection.NUL and fate != Rejection.KEPT:
        return fate
    expected = f"{len(layout.labels)} fields, found {len(parts)}" if wrong != Rejection.NUL else "text"
    work.account.tell(REASONS[wrong], f"{REASONS[wrong]}: expected {expected}", index + 1, text)
    return wrong


def _types(work: _Work, words: Words, line: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int8]]:
    known = [work.words.meaning(word) for word in words.words]
    table = np.array([*known, TypeWord(Rejection.NO_TYPE)], dtype=np.int64)
    counts = np.bincount(words.codes[words.codes >= 0], minlength=len(known)).tolist()
    for code, (word, count) in enumerate(zip(words.words, counts, strict=True)):
        if count:
            fate = known[code].fate
            row = int(np.argmax(words.codes == code)) if fate == Rejection.UNKNOWN_TYPE else 0
            _count_word(work, word, count, fate, int(line[row]))
    _count_word(work, "", int((words.codes < 0).sum()), Rejection.NO_TYPE, 0)
    reason, run_type, draining = table[words.codes].T
    return reason.copy(), run_type.astype(np.int8), draining.astype(np.int8)


def _count_word(work: _Work, word: str, count: int, fate: Rejection, line: int) -> None:
    if fate != Rejection.UNKNOWN_TYPE:
        own = fate not in {Rejection.HEADER, Rejection.NO_TYPE}
        work.account.count_type(word if own else f"({REASONS[fate]})", count)
        return
    close = nearest(word, work.words.known)
    message = f"type word {word[:30]!r} is not known" + (f"; nearest {close!r}" if close else "")
    work.account.count_unknown_type(word, count, message, line, work.text(line - 1))


def _times(work: _Work, dates: Words, times: Words, reason: NDArray[np.int64], line: NDArray[np.int64]) -> NDArray[np.int64]:
    """Nanoseconds since 1970 of each row; rows without go to `reason`."""
    date_format = work.options.dates
    days = np.append(parse_dates(dates.words, date_format), INVALID)[dates.codes]
    clock = np.append(parse_times(times.words), INVALID)[times.codes]
    candidates = reason == Rejection.KEPT
    valid = (days != INVALID) & (clock != INVALID)
    contradicts = np.array([*(date_format.contradicted_by(text) for text in dates.words), False])[dates.codes] & candidates
    work.dates.rows += int(candidates.sum())
    work.dates.contradicting += int(contradicts.sum())
    if work.dates.first is None and contradicts.any():
        row = int(np.argmax(contradicts))
        work.dates.first = (int(line[row]), dates.words[dates.codes[row]])
    invalid = np.flatnonzero(candidates & ~valid)
    reason[invalid] = Rejection.TIME
    kind = REASONS[Rejection.TIME]
    for told, row in enumerate(invalid.tolist(), start=1):
        seen = " ".join(column.words[column.codes[row]] if column.codes[row] >= 0 else "(none)" for column in (dates, times))
        message = f"{seen[:60]!r} is no date and time; expected {work.options.date_format} and HH:MM:SS"
        if not work.account.tell(kind, message, int(line[row]), work.text(int(line[row]) - 1)):
            work.account.tell_more(kind, invalid.size - told)
            break
    return np.where(valid, days * _DAY + clock, 0)


def _check_dates(work: _Work) -> None:
    """Raise if the dates are written otherwise than declared: a misread date is worse than none.

    A damaged date can look like another format, too; that is told from a wrong declaration by its rarity.
    """
    dates = work.dates
    if dates.first is None:
        return
    if dates.contradicting == dates.rows or (dates.contradicting >= 3 and dates.contradicting > 0.02 * dates.rows):
        line, text = dates.first
        raise TextError(
            f"date {text!r} contradicts date_format = {work.options.date_format!r} ({dates.contradicting} of {dates.rows} rows)",
            line,
        )


def _converter(name: str) -> Callable[[str], float | None]:
    letters = _HEMISPHERES.get(name)
    if letters is None:
        return number

    def degrees(text: str) -> float | None:
        plain = number(text)
        match = _POSITION.fullmatch(text.upper())
        if plain is not None or match is None or (match[1] is None) == (match[3] is None):
            return plain
        letter, value = match[1] or match[3], number(match[2])
        if value is None or letter not in letters:
            return None
        return -value if letter in "SW" else value

    return degrees


def _tell_damage(work: _Work, label: str, damaged: Mapping[int, str], is_kept: NDArray[np.bool_], line: NDArray[np.int64]) -> None:
    found = [(int(line[row]), text) for row, text in damaged.items() if is_kept[row]]
    work.account.damage(label, len(found))
    kind = f"{label}: not a number"
    for told, (at, text) in enumerate(found, start=1):
        message = f"column {label!r}: {text[:40]!r} is not a number"
        if not work.account.tell(kind, message, at, work.text(at - 1)):
            work.account.tell_more(kind, len(found) - told)
            break


def _tell_difference(work: _Work, layout: Layout, columns: tuple[int, int], block: Block, line: NDArray[np.int64]) -> None:
    """Tell where two columns of the same header differ; `line` is 0 for rows that are not kept."""
    used, other = (block.numbers[column] for column in columns)
    differs = np.flatnonzero((line > 0) & (used != other) & ~np.isnan(used) & ~np.isnan(other))
    if differs.size:
        row = int(differs[0])
        at = int(line[row])
        kind = f"columns {columns[0] + 1} and {columns[1] + 1} are both called {layout.labels[columns[0]]!r} and differ"
        work.account.tell(kind, f"{kind}: {used[row]:g} and {other[row]:g}; the former is used", at, work.text(at - 1))
        work.account.tell_more(kind, differs.size - 1)


def _joined(pieces: list[Rows]) -> Rows:
    """Put the rows of all blocks one after the other; a variable that a block lacks is missing there."""
    if not pieces:
        none = np.empty(0, dtype=np.int64)
        return Rows(line=none, time=none, run_type=none.astype(np.int8), draining=none.astype(np.int8), values={})
    names = dict.fromkeys(name for piece in pieces for name in piece.values)
    values = {}
    for name in names:
        values[name] = np.concatenate(
            [piece.values[name] if name in piece.values else np.full(piece.line.size, np.nan) for piece in pieces]
        )
        for piece in pieces:
            piece.values.pop(name, None)
    return Rows(
        line=np.concatenate([piece.line for piece in pieces]),
        time=np.concatenate([piece.time for piece in pieces]),
        run_type=np.concatenate([piece.run_type for piece in pieces]),
        draining=np.concatenate([piece.draining for piece in pieces]),
        values=values,
    )
