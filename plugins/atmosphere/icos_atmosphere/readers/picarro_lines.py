"""Rows of a Picarro log line by line: re-saved, cut off, damaged or out of order, with every line accounted for and damage told.

Lines that lost their fixed width are laid out anew at their blanks, then read as the analyser's own. In a file that has its fixed width
a line of another length is damaged, and of it only numbers that have the instrument's form are taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.picarro_clock import compare, dates_and_times, epochs
from icos_atmosphere.readers.picarro_fields import FIELD_WIDTH
from icos_atmosphere.readers.picarro_rows import ROWS_AT_ONCE, Rows, RowValues
from icos_core.raw_text.delimited_text import gather
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.regular_lines import BLANK, TOO_FEW, TOO_MANY, reject_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_atmosphere.readers.picarro_columns import Layout
    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["CUT", "HEADER_AGAIN", "NO_TIME", "OTHER_HEADER", "TWO_TIMES", "rows_of_lines"]

CUT = "line cut off"
HEADER_AGAIN = "the header again"
OTHER_HEADER = "under another header"
NO_TIME = "no time that can be read"
TWO_TIMES = "two times"

_BLOCK_BYTES = 1 << 24
_NUMBER_AT_END = re.compile(rb"-?[0-9]\.[0-9]{10}E[+-]([0-9]{2,3})$")
_TOO_LONG = b"?"


def rows_of_lines(lines: Lines, layout: Layout, account: LineAccount, *, clock_ahead: int = 0, clock_only: bool = False) -> Rows:
    """Return the rows of a file in its own order, and account for every line that is none.

    Parameters
    ----------
    lines
        The file.
    layout
        Its columns.
    account
        What becomes of its lines; what is wrong with them is told there.
    clock_ahead
        How far DATE and TIME are ahead of UTC where no row tells it, ns.
    clock_only
        Whether only the time is wanted.
    """
    account.seen = len(lines) - 1
    regular, instead = _sorted_out(lines, layout, account)
    is_row = regular.copy()
    is_row[list(instead)] = True
    kept = np.flatnonzero(is_row)
    epoch, shown, contents = _parsed(lines, layout, regular, instead, kept.size, clock_only=clock_only)
    at = kept + 1
    comparison = compare(epoch, shown)
    ahead = clock_ahead if comparison.ahead is None else comparison.ahead
    has_epoch, has_shown = epoch != INVALID, shown != INVALID
    time = np.where(has_epoch, epoch, np.where(has_shown, shown - ahead, INVALID))
    good = time != INVALID
    reject_rows(account, NO_TIME, f"{NO_TIME}, neither EPOCH_TIME nor DATE and TIME", at[~good], lines)
    few_apart = 2 * comparison.apart.size < np.count_nonzero(has_epoch & has_shown)
    if few_apart:
        good[comparison.apart] = False
        reject_rows(account, TWO_TIMES, f"{TWO_TIMES}, EPOCH_TIME and DATE with TIME", at[comparison.apart], lines)
    if contents is None:
        return Rows(time[good], at[good] + 1, {}, comparison.ahead)
    teller = _Teller(lines, account)
    if layout.epoch is None:
        account.tell("no EPOCH_TIME", "there is no EPOCH_TIME; DATE and TIME are used, which follow the clock of the analyser's computer")
    else:
        teller.damage("EPOCH_TIME", "EPOCH_TIME cannot be read; DATE and TIME are used", at[~has_epoch & has_shown])
        if layout.date is not None and layout.time is not None:
            teller.damage("DATE, TIME", "DATE or TIME cannot be read; EPOCH_TIME is used", at[has_epoch & ~has_shown])
    if not few_apart:
        teller.tell("other time", "DATE and TIME are of another time than EPOCH_TIME, which is used", at[comparison.apart])
    teller.tell(
        "other time zone",
        "DATE and TIME are ahead of EPOCH_TIME, which is used, by another time zone than in most rows",
        at[comparison.shifted],
    )
    values = contents.finish()
    for variable, rows in contents.unreadable.items():
        wrong = np.concatenate(rows)
        column = layout.names[layout.positions[variable]]
        teller.damage(column, f"{column} is no number", at[wrong[good[wrong]]])
    return Rows(time[good], at[good] + 1, {name: array[good] for name, array in values.items()}, comparison.ahead)


class _Teller:
    """Tells of lines by their index."""

    def __init__(self, lines: Lines, account: LineAccount) -> None:
        self._lines, self._account = lines, account

    def tell(self, kind: str, message: str, at: NDArray[np.int64]) -> None:
        for told, index in enumerate(at.tolist(), start=1):
            if not self._account.tell(kind, message, index + 1, self._lines.raw(index).decode("latin-1")):
                self._account.tell_more(kind, at.size - told)
                break

    def damage(self, column: str, message: str, at: NDArray[np.int64]) -> None:
        self._account.damage(column, at.size)
        self.tell(message, message, at)


def _sorted_out(lines: Lines, layout: Layout, account: LineAccount) -> tuple[NDArray[np.bool_], dict[int, bytes]]:
    """Return which lines after the header can be read in place, and others laid out anew; lines that are no rows are rejected."""
    regular = _in_place(lines, layout)
    instead: dict[int, bytes] = {}
    wrong: dict[str, list[int]] = {}
    names = [name.encode("latin-1") for name in layout.names]
    elsewhere: list[list[int]] = []  # [header that differs, next header that does not)
    for row in np.flatnonzero(~regular).tolist():
        tokens = lines.raw(row + 1).split()
        if not tokens:
            wrong.setdefault(BLANK, []).append(row)
        elif tokens == names:
            wrong.setdefault(HEADER_AGAIN, []).append(row)
            if elsewhere and len(elsewhere[-1]) == 1:
                elsewhere[-1].append(row)
        elif tokens[0] == names[0] or (elsewhere and len(elsewhere[-1]) == 1):
            wrong.setdefault(OTHER_HEADER, []).append(row)
            if not elsewhere or len(elsewhere[-1]) == 2:
                elsewhere.append([row])
        else:
            is_unended = row == regular.size - 1 and not lines.complete
            reason = _shortcoming(tokens, len(names), is_unended=is_unended, lines=lines)
            if reason:
                wrong.setdefault(reason, []).append(row)
            else:
                instead[row] = b"".join((token if len(token) <= FIELD_WIDTH else _TOO_LONG).ljust(FIELD_WIDTH) for token in tokens)
    for first, end in ((*each, regular.size)[:2] for each in elsewhere):
        wrong[OTHER_HEADER] += (first + np.flatnonzero(regular[first:end])).tolist()
        regular[first:end] = False
    _reject(wrong, len(names), lines, account)
    return regular, instead


def _shortcoming(tokens: list[bytes], n_fields: int, *, is_unended: bool, lines: Lines) -> str:
    """Return why a line is no row; empty where it is one."""
    if is_unended and (len(tokens) < n_fields or not _is_whole(tokens[-1], lines)):
        return CUT
    if len(tokens) == n_fields:
        return ""
    return TOO_FEW if len(tokens) < n_fields else TOO_MANY


def _reject(wrong: Mapping[str, list[int]], n_fields: int, lines: Lines, account: LineAccount) -> None:
    """Reject lines, counted after the header, and tell of those that should have been rows."""
    for reason, rows in wrong.items():
        message = {
            TOO_FEW: f"{TOO_FEW}: expected {n_fields}",
            TOO_MANY: f"{TOO_MANY}: expected {n_fields}",
            OTHER_HEADER: f"{OTHER_HEADER} than the file's first: give it a file of its own",
        }.get(reason, reason)
        at = np.array(sorted(rows), dtype=np.int64) + 1
        if reason in {BLANK, HEADER_AGAIN}:
            account.reject(reason, at.size)
        else:
            reject_rows(account, reason, message, at, lines)


def _in_place(lines: Lines, layout: Layout) -> NDArray[np.bool_]:
    """Tell which lines after the header are rows whose fields have their places."""
    starts, ends = lines.starts[1:], lines.ends[1:]
    if not layout.is_fixed or not starts.size:
        return np.zeros(starts.size, dtype=bool)
    regular = ends - starts == layout.width
    view = np.frombuffer(lines.data, dtype=np.uint8)
    first_letters = layout.names[0].encode("latin-1")[:4]
    looks_like_header = np.ones(starts.size, dtype=bool)
    for place, letter in enumerate(first_letters):
        looks_like_header &= view[np.minimum(starts + place, view.size - 1)] == letter
    regular &= ~looks_like_header
    for first, last in lines.blocks(1, len(lines), _BLOCK_BYTES):
        part = view[lines.starts[first] : lines.ends[last - 1]]
        control = np.flatnonzero((part < ord(" ")) & (part != ord("\n"))) + lines.starts[first]
        regular[np.searchsorted(starts, control, side="right") - 1] = False
    return np.asarray(regular)


def _is_whole(token: bytes, lines: Lines) -> bool:
    """Whether the last number of a line without an end is all there: it has as many digits as in the first line."""
    found = _NUMBER_AT_END.match(token)
    if found is None or len(lines) < 3:
        return False
    model = _NUMBER_AT_END.search(lines.raw(1).rstrip())
    return model is not None and len(model[1]) == len(found[1])


def _parsed(
    lines: Lines, layout: Layout, regular: NDArray[np.bool_], instead: Mapping[int, bytes], size: int, *, clock_only: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], RowValues | None]:
    """Return EPOCH_TIME of the rows, DATE with TIME, and what else they hold."""
    row_length = layout.width + 1
    epoch, shown = np.full(size, INVALID), np.full(size, INVALID)
    contents: RowValues | None = None if clock_only else RowValues(layout, 0, np.empty((0, row_length), dtype=np.uint8))
    number = 0
    others = sorted(instead)
    for first, last in lines.blocks(1, len(lines), _BLOCK_BYTES):
        from_row, to_row = np.searchsorted(others, (first - 1, last - 1)).tolist()
        own = {row - (first - 1): instead[row] for row in others[from_row:to_row]}
        text = np.frombuffer(gather(lines, first, regular[first - 1 : last - 1], own), dtype=np.uint8).reshape(-1, row_length)
        for start in range(0, text.shape[0], ROWS_AT_ONCE):
            block = text[start : start + ROWS_AT_ONCE]
            rows = slice(number, number + block.shape[0])
            if layout.epoch is not None:
                epoch[rows] = epochs(block, layout.epoch)
            if layout.date is not None and layout.time is not None:
                shown[rows] = dates_and_times(block, layout.date, layout.time)
            if contents is not None:
                contents = contents if number else RowValues(layout, size, block[:1])
                contents.add(number, block)
            number = rows.stop
    return epoch, shown, contents
