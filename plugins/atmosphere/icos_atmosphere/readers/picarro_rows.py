"""Rows of a Picarro log as the analyser writes it: all of the same length, read in place.

They are read in blocks that stay in the processor's cache. Where anything is out of the ordinary – another length, a field that is no
number, time that does not increase – this way ends, and the file is read line by line: see `picarro_lines`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.readers.picarro_clock import MILLISECOND, regular_ahead, regular_epochs
from icos_atmosphere.readers.picarro_columns import WORDS
from icos_atmosphere.readers.picarro_fields import NumberParser, is_strict, reading
from icos_atmosphere.readers.picarro_runs import MISSING_CODE, code, read_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.readers.picarro_columns import Layout
    from icos_atmosphere.readers.picarro_fields import Block
    from icos_atmosphere.readers.picarro_text import LogText

__all__ = ["ROWS_AT_ONCE", "RowValues", "Rows", "regular_rows"]

ROWS_AT_ONCE = 1 << 13
"""Rows that are read together: of the usual width they stay in the cache, and numpy has enough to do at each call."""

_FIRST_PRINTABLE = ord(" ")
_LARGEST_CODE = {"int16": 2**15 - 1, "int32": 2**31 - 1}
_SELDOM_CHANGING = ("alarm_status", "instrument_status", "mpv_position", "solenoid_valves")


@dataclass
class Rows:
    """Rows of a file.

    Attributes
    ----------
    time
        (n,) time, ns since 1970.
    line
        (n,) line of each row, counted from 1; empty where nothing is to be told of any.
    values
        Variable → (n,) values; empty where only the time was asked for.
    clock_ahead
        How far DATE and TIME are ahead of EPOCH_TIME, ns; None where no row tells it.
    """

    time: NDArray[np.int64]
    line: NDArray[np.int64]
    values: dict[str, NDArray[Any]]
    clock_ahead: int | None


@dataclass
class RowValues:
    """Reads what rows hold beside their time, block by block.

    Attributes
    ----------
    layout
        Where what is read stands in a row.
    size
        Number of rows that there will be.
    first_row
        (1, width) bytes of the first row; (0, width) where there is none.
    unreadable
        Variable → rows in which it is no number.
    """

    layout: Layout
    size: int
    first_row: Block
    unreadable: dict[str, list[NDArray[np.intp]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        positions = self.layout.positions
        self._kinds = {name: WORDS[name].dtype if name in WORDS else "float64" for name in positions}
        self._seldom = {name: np.empty(self.size, dtype=self._kinds[name]) for name in _SELDOM_CHANGING if name in positions}
        self._convert = {
            name: partial(code, largest=_LARGEST_CODE[self._kinds[name]])
            if self._kinds[name] in _LARGEST_CODE
            else partial(reading, strict=is_strict(self.first_row, positions[name]))
            for name in self._seldom
        }
        self._names = sorted((name for name in positions if name not in self._seldom), key=lambda name: positions[name])
        self._numbers = np.empty((len(self._names), self.size))
        self._parser = NumberParser([positions[name] for name in self._names], self.first_row)

    def add(self, first: int, block: Block) -> None:
        """Read a block of rows, the first of which has the number `first`."""
        for name, values in self._seldom.items():
            wrong = read_runs(block, self.layout.positions[name], self._convert[name], values[first : first + block.shape[0]])
            self._note(name, first + wrong)
        at_once = self._parser.rows_at_once
        for start in range(0, block.shape[0] if self._names else 0, at_once):
            part, begin = block[start : start + at_once], first + start
            for index, wrong in self._parser.parse(part, self._numbers[:, begin : begin + part.shape[0]]).items():
                self._note(self._names[index], begin + wrong)

    def _note(self, name: str, rows: NDArray[np.intp]) -> None:
        if rows.size:
            self.unreadable.setdefault(name, []).append(rows)

    def finish(self) -> dict[str, NDArray[Any]]:
        """Return what was read, in the order of the layout."""
        found: dict[str, NDArray[Any]] = dict(self._seldom)
        for name, numbers in zip(self._names, self._numbers, strict=True):
            found[name] = numbers if self._kinds[name] == "float64" else self._whole(name, numbers)
        return {name: found[name] for name in self.layout.positions}

    def _whole(self, name: str, numbers: NDArray[np.float64]) -> NDArray[Any]:
        """Return codes that are written as readings are."""
        kind = self._kinds[name]
        with np.errstate(invalid="ignore"):
            whole = numbers.astype(kind)
        good = (whole == numbers) & (whole >= 0)
        if not good.all():
            self._note(name, np.flatnonzero(~good & ~np.isnan(numbers)))
            whole[~good] = MISSING_CODE
        return whole


def regular_rows(text: LogText, layout: Layout, *, clock_only: bool = False) -> Rows | None:
    """Return the rows of a file in which everything is in order, None where it is not.

    Parameters
    ----------
    text
        The file.
    layout
        Its columns.
    clock_only
        Whether only the time is wanted.
    """
    row_length = layout.width + len(text.line_end)
    size, rest = divmod(text.size - text.start, row_length)
    if layout.epoch is None or layout.date is None or layout.time is None or not layout.is_fixed or text.is_cut or rest:
        return None
    time = np.empty(size, dtype=np.int64)
    values = None if clock_only else RowValues(layout, size, _first_row(text, row_length))
    first, zones = 0, set()
    for block in text.blocks(row_length, ROWS_AT_ONCE):
        epoch = regular_epochs(block, layout.epoch) if _is_regular(block, text.line_end, layout.width, whole=not clock_only) else None
        if epoch is None or (first and epoch[0] * MILLISECOND <= time[first - 1]):
            return None
        np.multiply(epoch, MILLISECOND, out=time[first : first + epoch.size])
        if values is not None:
            values.add(first, block)
            zones.add(regular_ahead(block, layout.date, layout.time, epoch))
            if None in zones or len(zones) > 1 or values.unreadable:
                return None
        first += epoch.size
    found = values.finish() if values is not None else {}
    if values is not None and values.unreadable:
        return None
    return Rows(time, np.empty(0, dtype=np.int64), found, next(iter(zones), None))


def _first_row(text: LogText, row_length: int) -> Block:
    """Return the first row, none where the file is a header only."""
    return next((block.copy() for block in text.blocks(row_length, 1)), np.empty((0, row_length), dtype=np.uint8))


def _is_regular(block: Block, line_end: bytes, width: int, *, whole: bool) -> bool:
    """Whether every row ends where it should, and has no line end or other control character before that; line ends are blanked."""
    ends = np.ndarray(block.shape[0], f"<u{len(line_end)}", block, width, (block.shape[1],))
    if (ends != np.frombuffer(line_end, dtype=ends.dtype)).any():
        return False
    ends[:] = np.frombuffer(b" " * len(line_end), dtype=ends.dtype)
    return not (whole and block.min() < _FIRST_PRINTABLE)
