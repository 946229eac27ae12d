"""Lines of a Saildrone file → rows: one for water and one for air where a line holds a cycle of the CO2 system, else one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import TextError, number, parse_block
from icos_core.raw_text.regular_lines import regular_lines, reject_rows
from icos_core.units import convert
from icos_ocean.readers.saildrone_options import AIR, COLUMNS, UNITS, WATER
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Block, Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.saildrone_options import SaildroneOptions

    FloatArray = NDArray[np.float64]

__all__ = ["Layout", "Rows", "layout_of", "read_rows"]

NO_TIME = "no date and time"
LINE = "line of data"
_BLOCK_BYTES = 1 << 24
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|\+00:00)?")
_FIRST, _LAST = (int(np.datetime64(text, "ns").astype(np.int64)) for text in ("1970-01-01", "2200-01-01"))
_MISSING_TIME = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Layout:
    """Columns of a file: headers, those of the time, and for each variable of the vehicle, of water and of air its columns in order."""

    headers: tuple[str, ...]
    time: tuple[int, ...]
    shared: Mapping[str, Sequence[int]]
    water: Mapping[str, Sequence[int]]
    air: Mapping[str, Sequence[int]]
    unused: tuple[str, ...]

    @property
    def numbers(self) -> list[int]:
        """Columns that hold numbers which are read."""
        return sorted({column for part in (self.shared, self.water, self.air) for columns in part.values() for column in columns})


@dataclass(frozen=True)
class Rows:
    """Rows that were kept: line numbers from 1, times in ns since 1970, run types, values by variable; `lines` were read for them."""

    line: NDArray[np.int64]
    time: NDArray[np.int64]
    run_type: NDArray[np.int8]
    values: dict[str, FloatArray]
    lines: int


def layout_of(header: str, options: SaildroneOptions) -> Layout:
    """Find out what the columns of a file are.

    Raises
    ------
    TextError
        Without a column of times or any of the CO2 system.
    """
    headers = tuple(text.strip().strip('"') for text in header.split(","))
    # Of the same name the preferred data set comes first.
    ranked = sorted((rank, column, plain) for column, text in enumerate(headers) for rank, plain in [_plain(text, options.suffixes)])

    def columns(known: Mapping[str, str], declared: Mapping[str, str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for wanted, name in {**declared, **{text: name for text, name in known.items() if text not in declared}}.items():
            found.setdefault(name, []).extend(column for _, column, plain in ranked if plain == wanted or headers[column] == wanted)
        return {name: places for name, places in found.items() if places}

    time = tuple(column for _, column, plain in ranked if options.time_column in {plain, headers[column]})
    if not time:
        raise TextError(f"no column {options.time_column!r} for the time: set time_column", line=1)
    layout = Layout(
        headers=headers,
        time=time,
        shared=columns(COLUMNS, options.columns),
        water=columns(WATER, options.water_columns),
        air=columns(AIR, options.air_columns),
        unused=(),
    )
    if not (layout.water or layout.air):
        raise TextError(f"no column of the CO2 system, such as {next(iter(WATER))!r}: set water_columns and air_columns", line=1)
    used = {*time, *layout.numbers}
    return replace(layout, unused=tuple(text for column, text in enumerate(headers) if column not in used and text))


def _plain(header: str, suffixes: Sequence[str]) -> tuple[int, str]:
    """Return the rank of a header's data set and the header without its suffix."""
    for rank, suffix in enumerate(suffixes):
        if suffix and header.endswith(suffix):
            return rank, header.removesuffix(suffix)
    return -1, header


def read_rows(lines: Lines, layout: Layout, options: SaildroneOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    """Read all lines after the header; each is accounted for, and counts twice where it holds water and air."""
    pieces = [
        _block(lines, layout, first, last, options, account, clock_only=clock_only)
        for first, last in lines.blocks(1, len(lines), _BLOCK_BYTES)
    ]
    names = dict.fromkeys(name for piece in pieces for name in piece.values)
    line, time = (np.concatenate([getattr(piece, name) for piece in pieces] or [np.empty(0, dtype=np.int64)]) for name in ("line", "time"))
    run_type = np.concatenate([piece.run_type for piece in pieces] or [np.empty(0, dtype=np.int8)])
    values = {name: np.concatenate([piece.values[name] for piece in pieces]) for name in names}
    count = sum(piece.lines for piece in pieces)
    account.seen = len(lines) - 1 + line.size - count
    return Rows(line, time, run_type, values, count)


def _block(
    lines: Lines, layout: Layout, first: int, last: int, options: SaildroneOptions, account: LineAccount, *, clock_only: bool
) -> Rows:
    count = len(layout.headers)
    found = regular_lines(lines, first, last, n_fields=count, least=count, account=account)
    block = parse_block(
        found.text,
        found.rows.size,
        count,
        separator=",",
        words=layout.time,
        numbers=dict.fromkeys([column for column in layout.numbers if column not in layout.time], number),
        missing=options.missing_values,
    )
    time = _times(block, layout)
    valid = time != _MISSING_TIME
    if not valid.all():
        account.count_type(f"({NO_TIME})", int((~valid).sum()))
        expected = f"{NO_TIME}: expected one in ISO 8601 such as 2019-09-01T00:17:00.000Z"
        reject_rows(account, NO_TIME, expected, found.rows[~valid], lines)
    if not clock_only:
        _tell_damage(block, layout, found.rows, valid, lines, account)
    shared, water, air = (_quantities(block, part, options) for part in (layout.shared, layout.water, layout.air))
    has_water, has_air = (valid & _any(part, found.rows.size) for part in (water, air))
    delay = int(options.air_delay.total_seconds() * 1e9)
    idle = valid & ~has_water & ~has_air
    parts = [
        (np.flatnonzero(has_water), 0, "EQU", water),
        (np.flatnonzero(has_air), delay, "ATM", air),
        (np.flatnonzero(idle), 0, "IDLE", {}),
    ]
    for rows, _, word, _ in parts:
        account.count_type(word, rows.size)
    names = dict.fromkeys((*shared, *water, *air))
    nothing = np.full(found.rows.size, np.nan)
    values = {name: np.concatenate([own.get(name, shared.get(name, nothing))[rows] for rows, _, _, own in parts]) for name in names}
    return Rows(
        line=np.concatenate([found.rows[rows] + 1 for rows, *_ in parts]),
        time=np.concatenate([time[rows] + later for rows, later, *_ in parts]),
        run_type=np.concatenate([np.full(rows.size, RUN_TYPES[word], dtype=np.int8) for rows, _, word, _ in parts]),
        values={} if clock_only else values,
        lines=int(valid.sum()),
    )


def _times(block: Block, layout: Layout) -> NDArray[np.int64]:
    """Return the time of each line: that of the first of its columns that holds one."""
    result = None
    for column in layout.time:
        words = block.words[column]
        moments = np.append(_moments(words.words), _MISSING_TIME)[words.codes]
        result = moments if result is None else np.where(result == _MISSING_TIME, moments, result)
    assert result is not None
    return result


def _moments(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return times as ns since 1970, `_MISSING_TIME` where a text is none."""
    plain = [text.strip('"') for text in texts]
    plain = [text.removesuffix("Z").removesuffix("+00:00").replace(" ", "T") if _TIME.fullmatch(text) else "NaT" for text in plain]
    try:
        moments = np.array(plain, dtype="datetime64[ns]").astype(np.int64)
    except ValueError:
        # One of them has the form of a time and is none, such as 31 September.
        moments = np.array([_moment(text) for text in plain], dtype=np.int64)
    return np.where((moments >= _FIRST) & (moments < _LAST), moments, _MISSING_TIME)


def _moment(text: str) -> int:
    try:
        return int(np.datetime64(text, "ns").astype(np.int64))
    except ValueError:
        return _MISSING_TIME


def _quantities(block: Block, part: Mapping[str, Sequence[int]], options: SaildroneOptions) -> dict[str, FloatArray]:
    """Return variables in the units of the vocabulary: each from the first of its columns that a row has."""
    found = {}
    units = {**UNITS, **options.units}
    for name, columns in part.items():
        values = None
        for column in columns:
            if column in block.numbers:
                own = block.numbers[column]
                values = own if values is None else np.where(np.isnan(values), own, values)
        if values is not None:
            usual = VOCABULARY[name].units
            found[name] = np.asarray(convert(values, units.get(name, usual), usual), dtype=np.float64)
    return found


def _any(part: Mapping[str, FloatArray], size: int) -> NDArray[np.bool_]:
    """Rows that hold a mole fraction."""
    found = np.zeros(size, dtype=np.bool_)
    for name in ("xco2_dry", "xco2_wet"):
        if name in part:
            found |= np.isfinite(part[name])
    return found


def _tell_damage(
    block: Block, layout: Layout, index: NDArray[np.int64], valid: NDArray[np.bool_], lines: Lines, account: LineAccount
) -> None:
    for column, cells in block.damaged.items():
        label = layout.headers[column]
        found = [(int(index[row]), text) for row, text in cells.items() if valid[row]]
        account.damage(label, len(found))
        for told, (at, text) in enumerate(found, start=1):
            shown = lines.raw(at).decode("latin-1")
            if not account.tell(f"{label}: not a number", f"column {label!r}: {text[:40]!r} is not a number", at + 1, shown):
                account.tell_more(f"{label}: not a number", len(found) - told)
                break
