"""Lines of an OceanPack log → rows, each line accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import nearest
from icos_core.raw_text.delimited_text import HeaderError, TextError, number, parse_block
from icos_core.raw_text.instrument_clock import INVALID, parse_dates, parse_times
from icos_core.raw_text.regular_lines import regular_lines, reject, reject_rows
from icos_core.units import convert
from icos_ocean.readers.subctech_oceanpack_layout import assign_columns, header_lines
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY, oceanpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Block, Lines, Words
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.subctech_oceanpack_layout import Layout, Quantity
    from icos_ocean.readers.subctech_oceanpack_options import OceanPackOptions

__all__ = ["Rows", "read_rows"]

DATA = b"@DATA,"
HEADER = "header"
UNUSABLE_HEADER = "under a header that cannot be used"
UNKNOWN_STATE = "unknown state"
NO_TIME = "no date and time"
_BLOCK_BYTES = 1 << 24
_DAY = 86_400_000_000_000
_MILLISECOND = 1_000_000


@dataclass
class Rows:
    """Rows that were kept: line numbers from 1, times in ns since 1970, codes of run type and state, values by variable."""

    line: NDArray[np.int64]
    time: NDArray[np.int64]
    run_type: NDArray[np.int8]
    state: NDArray[np.int8]
    values: dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class _Work:
    lines: Lines
    options: OceanPackOptions
    account: LineAccount
    clock_only: bool

    def text(self, index: int) -> str:
        return self.lines.raw(index).decode(self.options.encoding, errors="replace")


def read_rows(lines: Lines, options: OceanPackOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    """Read all rows of a log.

    Parameters
    ----------
    lines
        The file.
    options
        Options of the reader.
    account
        Takes the account of every line from the first line of data on.
    clock_only
        Read no quantities, only what decides whether a row is kept and when it was measured.

    Raises
    ------
    TextError
        Where the first header has no @NAME, or cannot be used.
    """
    work = _Work(lines, options, account, clock_only)
    cuts = _headers(lines)
    if not cuts:
        raise TextError("no line begins with @NAME: this is no log of an OceanPack")
    pieces = []
    count = len(lines)
    for number_of, (first, data) in enumerate(cuts):
        stop = cuts[number_of + 1][0] if number_of + 1 < len(cuts) else count
        layout = _layout(work, first, data, stop, is_first=number_of == 0)
        if layout is not None:
            pieces += [_block(work, layout, *run) for run in lines.blocks(data, stop, _BLOCK_BYTES)]
    account.seen = count - cuts[0][1]
    return _joined(pieces)


def _headers(lines: Lines) -> list[tuple[int, int]]:
    """Return the first header line of each header, and the line after its last.

    A header begins with a line that has a tag other than @DATA, and holds @NAME; what a header of its own does not say again does not
    hold any more.
    """
    found: list[tuple[int, int]] = []
    position = lines.data.find(b"@NAME,")
    while position >= 0:
        index = int(np.searchsorted(lines.starts, position, side="right")) - 1
        if lines.starts[index] == position:
            first, last = index, index + 1
            while first and _is_header(lines.raw(first - 1)):
                first -= 1
            while last < len(lines) and _is_header(lines.raw(last)):
                last += 1
            if not found or first >= found[-1][1]:
                found.append((first, last))
        position = lines.data.find(b"@NAME,", position + 1)
    return found


def _is_header(raw: bytes) -> bool:
    return raw.startswith(b"@") and not raw.startswith(b"@DATA")


def _layout(work: _Work, first: int, data: int, stop: int, *, is_first: bool) -> Layout | None:
    options, account = work.options, work.account
    if not is_first:
        reject(account, HEADER, data - first)
    try:
        layout = assign_columns(
            header_lines([work.text(index) for index in range(first, data)]),
            columns=options.columns,
            units=options.units,
            hemispheres=options.hemispheres,
            apply_coefficients=options.apply_coefficients,
        )
    except HeaderError as error:
        if is_first:
            error.line = first + 1
            raise
        reject(account, UNUSABLE_HEADER, stop - data)
        account.tell(UNUSABLE_HEADER, f"{stop - data} lines are left out: their header cannot be used: {error}", first + 1)
        return None
    if not work.clock_only:
        for remark in layout.remarks:
            account.tell("columns", remark, first + 1)
    return layout


def _block(work: _Work, layout: Layout, first: int, last: int) -> Rows:
    options = work.options
    found = regular_lines(
        work.lines,
        first,
        last,
        n_fields=len(layout.names),
        least=len(layout.names),
        account=work.account,
        mark=DATA,
        encoding=options.encoding,
    )
    quantities = () if work.clock_only else layout.quantities
    words = {layout.date, layout.time, layout.status, *(each.hemisphere for each in quantities if each.hemisphere is not None)}
    if layout.gps_time is not None:
        words.add(layout.gps_time)
    numbers: dict[int, Callable[[str], float | None]] = {
        each.column: _hemispheric if each.degrees_minutes else number for each in quantities
    }
    numbers.update({layout.fraction: number} if layout.fraction is not None else {})
    block = parse_block(
        found.text,
        found.rows.size,
        len(layout.names),
        separator=",",
        words=sorted(words),
        numbers={column: convert_text for column, convert_text in numbers.items() if column not in words},
        missing=options.missing_values,
    )
    state, kept = _states(work, block.words[layout.status], found.rows)
    time = _times(work, layout, block, found.rows, kept)
    rows = np.flatnonzero(kept)
    run_types = np.zeros(max(oceanpack.STATES) + 1, dtype=np.int8)
    for code, word in options.run_types.items():
        run_types[code] = RUN_TYPES[word]
    values = {}
    for quantity in quantities:
        if quantity.column in words:
            continue
        label = layout.names[quantity.column]
        value, damaged = _values(quantity, block)
        _tell_damage(work, label, {**block.damaged.get(quantity.column, {}), **damaged}, kept, found.rows)
        values[quantity.name] = np.asarray(convert(value[rows], quantity.units, VOCABULARY[quantity.name].units), dtype=np.float64)
    return Rows(line=found.rows[rows] + 1, time=time[rows], run_type=run_types[state[rows]], state=state[rows], values=values)


def _states(work: _Work, words: Words, index: NDArray[np.int64]) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Return the code of STATUS of each row and whether it is known; count rows by state."""
    known = work.options.run_types
    codes = np.full(len(words.words) + 1, -1, dtype=np.int64)
    for place, word in enumerate(words.words):
        value = number(word)
        if value is not None and value in known:
            codes[place] = int(value)
    state = codes[words.codes]
    for code in np.unique(state[state >= 0]).tolist():
        work.account.count_type(f"{code} {oceanpack.STATES[code]}", int((state == code).sum()))
    for place, word in enumerate(words.words):
        if codes[place] < 0:
            rows = np.flatnonzero(words.codes == place)
            close = nearest(word, [str(code) for code in known])
            message = f"STATUS {word[:30]!r} is not known" + (f"; nearest {close!r}" if close else "")
            at = int(index[rows[0]])
            work.account.count_unknown_type(word, rows.size, message, at + 1, work.text(at))
    empty = np.flatnonzero(words.codes < 0)
    if empty.size:
        work.account.count_type("(no STATUS)", empty.size)
        work.account.tell(UNKNOWN_STATE, "the column STATUS is empty", int(index[empty[0]]) + 1, work.text(int(index[empty[0]])))
    work.account.reject(UNKNOWN_STATE, int((state < 0).sum()))
    return state.astype(np.int8), state >= 0


def _times(work: _Work, layout: Layout, block: Block, index: NDArray[np.int64], kept: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the time of each row, ns since 1970; rows without one are taken out of `kept`."""
    dates, times = block.words[layout.date], block.words[layout.time]
    days = np.append(parse_dates(dates.words, work.options.dates), INVALID)[dates.codes]
    clock = np.append(parse_times(times.words), INVALID)[times.codes]
    valid = (days != INVALID) & (clock != INVALID)
    time = np.where(valid, days * _DAY + clock, 0)
    if layout.fraction is not None:
        fraction = block.numbers[layout.fraction]
        time = time + np.where((fraction >= 0) & (fraction < 1000), fraction, 0.0).astype(np.int64) * _MILLISECOND
    if work.options.clock == "gps":
        gps = np.full(time.shape, INVALID) if layout.gps_time is None else _time_of_day(block.words[layout.gps_time])
        valid &= gps != INVALID
        # The GPS gives no date: of the days around that of the instrument the one on which both clocks are closest.
        ahead = (np.where(valid, gps, 0) - time % _DAY + _DAY // 2) % _DAY - _DAY // 2
        time = np.where(valid, time + ahead, 0)
    lost = kept & ~valid
    if lost.any():
        expected = f"{work.options.date_format} and HH:MM:SS" + (", and HHMMSS of GPS Time" if work.options.clock == "gps" else "")
        reject_rows(work.account, NO_TIME, f"no date and time; expected {expected}", index[lost], work.lines, work.options.encoding)
        kept &= valid
    return time


def _time_of_day(words: Words) -> NDArray[np.int64]:
    # A column of digits alone arrives as numbers: 000156 as 156, and with decimals as 156.0.
    texts = [word.split(".")[0].zfill(6) if word.replace(".", "", 1).isdecimal() else word for word in words.words]
    return np.append(parse_times(texts), INVALID)[words.codes]


def _values(quantity: Quantity, block: Block) -> tuple[NDArray[np.float64], dict[int, str]]:
    """Return a column after its polynomial, and the cells that are no position."""
    raw = block.numbers[quantity.column]
    a0, a1, a2 = quantity.coefficients
    value = a0 + a1 * raw + a2 * raw * raw if (a0, a1, a2) != (0.0, 1.0, 0.0) else raw
    damaged: dict[int, str] = {}
    if quantity.degrees_minutes:
        degrees = np.trunc(value / 100.0)
        minutes = value - 100.0 * degrees
        wrong = np.abs(minutes) >= 60.0
        damaged = {int(row): f"{raw[row]:g}" for row in np.flatnonzero(wrong)}
        value = np.where(wrong, np.nan, degrees + minutes / 60.0)
    if quantity.hemisphere is not None:
        letters = block.words[quantity.hemisphere]
        sign = np.array([_SIGNS.get(word.upper(), np.nan) for word in letters.words] + [np.nan])
        value = np.abs(value) * sign[letters.codes]
    return value, damaged


def _hemispheric(text: str) -> float | None:
    """Return the number of a position with its hemisphere, such as 4806.0341N."""
    sign = _SIGNS.get(text[-1:].upper())
    value = number(text[:-1].strip()) if sign is not None else None
    return None if value is None or sign is None else sign * value


_SIGNS = {"N": 1.0, "E": 1.0, "S": -1.0, "W": -1.0}


def _tell_damage(work: _Work, label: str, damaged: dict[int, str], kept: NDArray[np.bool_], index: NDArray[np.int64]) -> None:
    found = [(int(index[row]), text) for row, text in damaged.items() if kept[row]]
    work.account.damage(label, len(found))
    kind = f"{label}: not a number"
    for told, (at, text) in enumerate(found, start=1):
        if not work.account.tell(kind, f"column {label!r}: {text[:40]!r} is not a number", at + 1, work.text(at)):
            work.account.tell_more(kind, len(found) - told)
            break


def _joined(pieces: list[Rows]) -> Rows:
    """Put the rows of all blocks one after the other; a variable that a block lacks is missing there."""
    if not pieces:
        none = np.empty(0, dtype=np.int64)
        return Rows(line=none, time=none, run_type=none.astype(np.int8), state=none.astype(np.int8), values={})
    names = dict.fromkeys(name for piece in pieces for name in piece.values)
    return Rows(
        line=np.concatenate([piece.line for piece in pieces]),
        time=np.concatenate([piece.time for piece in pieces]),
        run_type=np.concatenate([piece.run_type for piece in pieces]),
        state=np.concatenate([piece.state for piece in pieces]),
        values={name: np.concatenate([piece.values.get(name, np.full(piece.line.size, np.nan)) for piece in pieces]) for name in names},
    )
