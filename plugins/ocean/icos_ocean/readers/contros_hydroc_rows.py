"""Lines of a HydroC file → rows, each line accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import number, parse_block
from icos_core.raw_text.instrument_clock import INVALID, parse_dates, parse_times
from icos_core.raw_text.regular_lines import regular_lines, reject_rows
from icos_ocean.vocabulary import RUN_TYPES
from icos_ocean.vocabulary.hydroc import STATES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Block, Lines, Words
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.contros_hydroc_layout import Layout
    from icos_ocean.readers.contros_hydroc_options import HydroCOptions

    FloatArray = NDArray[np.float64]

__all__ = ["Rows", "read_rows"]

UNKNOWN_VALUE, SIMULATED, DELAY = 1, 2048, 4096
"""Bits of the column Quality. Zeroing (8192) and flushing (16384) are told by the states, too."""

NO_TIME = "no date and time"
SIMULATION = "simulated data"
_CHANNEL = "value"
_STATE_NAMES = ("zero_state", "flush_state")
_BLOCK_BYTES = 1 << 24
_DAY = 86_400_000_000_000
_ROUNDING = 2e-6
_MOST_BITS = 2.0**31


@dataclass
class Rows:
    """Rows that were kept: line numbers from 1, times in ns since 1970, codes and values by variable."""

    line: NDArray[np.int64]
    time: NDArray[np.int64]
    values: dict[str, NDArray[np.generic]]


def read_rows(lines: Lines, layout: Layout, options: HydroCOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    """Read all rows of a file.

    Parameters
    ----------
    lines
        The file.
    layout
        What its columns are.
    options
        Options of the reader.
    account
        Takes the account of every line below the header.
    clock_only
        Read no quantities, only what decides whether a row is kept and when it was measured.
    """
    account.seen = len(lines) - layout.first
    if layout.unused and not clock_only:
        account.tell("columns", f"columns not used: {', '.join(layout.unused)}", layout.first)
    pieces = [
        _block(lines, layout, options, account, *run, clock_only=clock_only) for run in lines.blocks(layout.first, len(lines), _BLOCK_BYTES)
    ]
    if not pieces:
        pieces = [_block(lines, layout, options, account, layout.first, layout.first, clock_only=clock_only)]
    return Rows(
        line=np.concatenate([piece.line for piece in pieces]),
        time=np.concatenate([piece.time for piece in pieces]),
        values={name: np.concatenate([piece.values[name] for piece in pieces]) for name in pieces[0].values},
    )


def _block(lines: Lines, layout: Layout, options: HydroCOptions, account: LineAccount, first: int, last: int, *, clock_only: bool) -> Rows:
    found = regular_lines(
        lines,
        first,
        last,
        n_fields=len(layout.labels),
        least=max(layout.quantities.values()) + 1,
        account=account,
        separator=layout.separator,
        encoding=options.encoding,
    )
    channel = layout.kind == "ferrybox"
    states = {name: layout.quantities[name] for name in _STATE_NAMES if name in layout.quantities}
    read = set(layout.quantities.values()) if not clock_only else set() if channel else set(states.values())
    read |= {column for column in (layout.quality, layout.raw, layout.range) if column is not None}
    block = parse_block(
        found.text,
        found.rows.size,
        len(layout.labels),
        separator=layout.separator,
        words=sorted({layout.date, layout.time}),
        numbers=dict.fromkeys(sorted(read - {layout.date, layout.time}), number),
        missing=options.missing_values,
        decimal="," if layout.kind == "native" and options.decimal_comma else ".",
    )
    quality = _quality(block, layout, found.rows.size)
    kinds = None if channel else _kinds(block, states, quality, found.rows.size)
    _count_kinds(account, kinds, found.rows.size)
    kept = np.ones(found.rows.size, dtype=np.bool_)
    if not options.keep_simulated:
        simulated = (quality & SIMULATED) != 0
        if simulated.any():
            reject_rows(account, SIMULATION, "the FerryBox marks the row as simulated", found.rows[simulated], lines, options.encoding)
            kept &= ~simulated
    time = _times(block, layout, options)
    lost = kept & (time == INVALID)
    if lost.any():
        expected = f"no date and time; expected {options.date_format} and HH:MM:SS"
        reject_rows(account, NO_TIME, expected, found.rows[lost], lines, options.encoding)
        kept &= ~lost
    rows = np.flatnonzero(kept)
    values: dict[str, NDArray[np.generic]] = {}
    if not clock_only:
        values = _values(block, layout, states, kinds, quality, rows)
        for name, column in layout.quantities.items():
            if name not in states or channel:
                _tell_damage(account, lines, layout.labels[column], block.damaged.get(column, {}), kept, found.rows, options.encoding)
    return Rows(line=found.rows[rows] + 1, time=time[rows], values=values)


def _values(
    block: Block,
    layout: Layout,
    states: Mapping[str, int],
    kinds: NDArray[np.int8] | None,
    quality: NDArray[np.int64],
    rows: NDArray[np.intp],
) -> dict[str, NDArray[np.generic]]:
    unknown = (quality & UNKNOWN_VALUE) != 0
    values: dict[str, NDArray[np.generic]] = {}
    for name, column in layout.quantities.items():
        if name in states:
            if kinds is None:
                values[name] = np.where(unknown, np.int8(STATES["missing"]), _state(block.numbers[column]))[rows]
            continue
        value = block.numbers[column]
        if kinds is None and column == 1:
            value = _measured(value, block, layout)
        values[name] = np.where(unknown, np.nan, value)[rows]
    if kinds is not None:
        values["run_type"] = kinds[rows]
    return values


def _quality(block: Block, layout: Layout, size: int) -> NDArray[np.int64]:
    if layout.quality is None:
        return np.zeros(size, dtype=np.int64)
    bits = block.numbers[layout.quality]
    return np.where((bits >= 0) & (bits < _MOST_BITS), bits, 0.0).astype(np.int64)


def _state(value: FloatArray) -> NDArray[np.int8]:
    """Return codes of a state: a mean that is neither 0 nor 1 was taken over a change."""
    with np.errstate(invalid="ignore"):
        known = (value >= 0.0) & (value <= 1.0)
    code = np.where(value == 0.0, STATES["off"], np.where(value == 1.0, STATES["on"], STATES["mixed"]))
    return np.where(known, code, STATES["missing"]).astype(np.int8)


def _kinds(block: Block, states: Mapping[str, int], quality: NDArray[np.int64], size: int) -> NDArray[np.int8]:
    """Return the run type of each row of a file that has both states: IDLE where they are not known."""
    zero, flush = (_state(block.numbers[states[name]]) if name in states else np.zeros(size, dtype=np.int8) for name in _STATE_NAMES)
    kind = np.full(size, RUN_TYPES["EQU"], dtype=np.int8)
    kind[zero == STATES["on"]] = RUN_TYPES["ZERO"]
    kind[(flush == STATES["on"]) | (zero == STATES["mixed"]) | (flush == STATES["mixed"])] = RUN_TYPES["FLUSH"]
    # While the gas is being exchanged the FerryBox calls it a measuring delay.
    kind[(quality & DELAY) != 0] = RUN_TYPES["FLUSH"]
    kind[(zero == STATES["missing"]) | (flush == STATES["missing"])] = RUN_TYPES["IDLE"]
    return kind


def _count_kinds(account: LineAccount, kinds: NDArray[np.int8] | None, size: int) -> None:
    if kinds is None:
        account.count_type(_CHANNEL, size)
        return
    for word in ("EQU", "ZERO", "FLUSH", "IDLE"):
        account.count_type(word, int(np.count_nonzero(kinds == RUN_TYPES[word])))


def _measured(value: FloatArray, block: Block, layout: Layout) -> FloatArray:
    """Return the measured values of a channel.

    The formula of the header leads from the column Rawvalue to the value beside the time, which is measured already. Where a logger wrote
    the raw value into both columns, the formula is applied, once.
    """
    if layout.raw is None or not layout.formula:
        return value
    raw = block.numbers[layout.raw]
    selected = np.nan_to_num(block.numbers[layout.range], nan=1.0) if layout.range is not None else np.ones(raw.size)
    expected = np.full(raw.size, np.nan)
    for key, (a0, a1, a2, a3) in layout.formula.items():
        expected = np.where(selected == key, a0 + raw * (a1 + raw * (a2 + raw * a3)), expected)
    with np.errstate(invalid="ignore"):
        is_raw = (value == raw) & (np.abs(expected - value) > _ROUNDING * np.maximum(1.0, np.abs(value)))
    return np.where(is_raw, expected, value)


def _times(block: Block, layout: Layout, options: HydroCOptions) -> NDArray[np.int64]:
    """Return the time of each row, ns since 1970, `INVALID` where there is none."""
    if layout.date != layout.time:
        return _joined(block.words[layout.date], block.words[layout.time], options)
    stamps = block.words[layout.date]
    parts = [stamp.partition(" ") for stamp in stamps.words]
    days = _days([date for date, _, _ in parts], options)
    clock = parse_times([time.strip() for _, _, time in parts])
    time = np.where((days != INVALID) & (clock != INVALID), days * _DAY + clock, INVALID)
    return np.append(time, INVALID)[stamps.codes]


def _joined(dates: Words, times: Words, options: HydroCOptions) -> NDArray[np.int64]:
    days = np.append(_days(dates.words, options), INVALID)[dates.codes]
    clock = np.append(parse_times(times.words), INVALID)[times.codes]
    return np.where((days != INVALID) & (clock != INVALID), days * _DAY + clock, INVALID)


def _days(dates: Sequence[str], options: HydroCOptions) -> NDArray[np.int64]:
    """Parse each different date once."""
    places = {date: place for place, date in enumerate(dict.fromkeys(dates))}
    return np.asarray(parse_dates(list(places), options.dates)[[places[date] for date in dates]], dtype=np.int64)


def _tell_damage(
    account: LineAccount,
    lines: Lines,
    label: str,
    damaged: Mapping[int, str],
    kept: NDArray[np.bool_],
    index: NDArray[np.int64],
    encoding: str,
) -> None:
    found = [(int(index[row]), text) for row, text in damaged.items() if kept[row]]
    account.damage(label, len(found))
    kind = f"{label}: not a number"
    for told, (at, text) in enumerate(found, start=1):
        shown = lines.raw(at).decode(encoding, errors="replace")
        if not account.tell(kind, f"column {label!r}: {text[:40]!r} is not a number", at + 1, shown):
            account.tell_more(kind, len(found) - told)
            break
