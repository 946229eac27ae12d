"""Lines of ASVCO2 text → cycles, each line with its part.

Statistics, dry mole fractions, coefficients and flags come in files of their own, or in one file with the section's name before each line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import number
from icos_ocean.readers.pmel_asvco2_options import COLUMNS, STATES
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.pmel_asvco2_options import ASVCO2Options

__all__ = ["Cycle", "Reading", "read_cycles"]

NOT_A_READING = "no reading"
BLANK = "blank line"
SHAPE = "wrong number of fields"
NO_TIME = "no date and time"
UNKNOWN = "line of an unknown kind"
USUAL_HEADER = ("State", "SN", "Timestamp", *COLUMNS)
_SECTION = re.compile(r"(STATS|DRY|COEFF|FLAGS|DATA|LOG|REPORT)\s*:\s?(.*)", re.DOTALL)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z?")
_COEFFICIENT = re.compile(r"(CO2\w+)\s*:\s*(.*)")
_FLAGS = re.compile(r"(?:[0-9A-Fa-f]{4}[ ,]*){8}")
_COEFFICIENTS = {"CO2kzero": "zero_coefficient", "CO2kspan": "span_coefficient", "CO2kspan2": "secondary_span_coefficient"}
_EARLIEST, _LATEST = np.datetime64("1970-01-01", "ns").astype(np.int64), np.datetime64("2200-01-01", "ns").astype(np.int64)


@dataclass
class Reading:
    """A line of statistics: its index, time in ns since 1970, point of the cycle, and cells by header."""

    line: int
    time: int
    point: int
    cells: dict[str, str]


@dataclass
class Cycle:
    """The readings of a cycle, and what was said about all of them; `dry` are the mole fractions of water and air."""

    readings: list[Reading] = field(default_factory=list)
    shared: dict[str, float] = field(default_factory=dict)
    dry: tuple[float | None, float | None] | None = None


@dataclass
class _State:
    header: tuple[str, ...] = USUAL_HEADER
    dry_header: tuple[str, ...] = ()
    cycles: list[Cycle] = field(default_factory=lambda: [Cycle()])


def read_cycles(lines: Lines, options: ASVCO2Options, account: LineAccount) -> list[Cycle]:
    """Sort the lines of a file; every line is accounted for, but for readings, which the caller counts."""
    state = _State()
    account.seen = len(lines)
    states = {**STATES, **options.states}
    for index in range(len(lines)):
        text = lines.raw(index).decode("latin-1").strip(" \t\r\x00")
        match = _SECTION.fullmatch(text)
        section, body = (match[1], match[2].strip()) if match else ("", text)
        fields = [each.strip() for each in body.split(",")]
        if not text:
            _count(account, f"({BLANK})", BLANK)
        elif section in {"DATA", "LOG", "REPORT"}:
            _count(account, section, NOT_A_READING)
        elif fields[0] == options.state_column:
            state.header = tuple(fields)
            _count(account, "header", NOT_A_READING)
        elif fields[0] in states:
            _reading(state, index, fields, states[fields[0]], options, account, text)
        elif not _about_cycle(state, body, fields, options, account):
            _count(account, f"({UNKNOWN})", UNKNOWN)
            account.tell(UNKNOWN, f"{UNKNOWN}: neither a reading nor known beside readings", index + 1, text)
    return [cycle for cycle in state.cycles if cycle.readings]


def _reading(state: _State, index: int, fields: list[str], point: str, options: ASVCO2Options, account: LineAccount, text: str) -> None:
    if len(fields) != len(state.header):
        _count(account, f"({SHAPE})", SHAPE)
        account.tell(SHAPE, f"{SHAPE}: expected {len(state.header)}, found {len(fields)}", index + 1, text)
        return
    cells = dict(zip(state.header, fields, strict=True))
    time = _moment(cells.get(options.time_column, ""))
    if time is None:
        _count(account, f"({NO_TIME})", NO_TIME)
        account.tell(NO_TIME, f"column {options.time_column!r} is no time such as 2021-04-29T18:30:17Z", index + 1, text)
        return
    number_of = CYCLE_POINTS[point]
    current = state.cycles[-1]
    # A cycle goes through its points in order: one that is not ahead of the last begins another.
    if current.readings and number_of <= current.readings[-1].point:
        state.cycles.append(current := Cycle())
    current.readings.append(Reading(index, time, number_of, cells))


def _about_cycle(state: _State, body: str, fields: Sequence[str], options: ASVCO2Options, account: LineAccount) -> bool:
    """Take a line about a whole cycle; returns whether it is one."""
    cycle = state.cycles[-1]
    coefficient = _COEFFICIENT.fullmatch(body)
    if all(column in fields for column in options.dry_columns):
        state.dry_header = tuple(fields)
        _count(account, "header", NOT_A_READING)
    elif state.dry_header and len(fields) == len(state.dry_header) and _TIME.fullmatch(fields[0]):
        cells = dict(zip(state.dry_header, fields, strict=True))
        water, air = (number(cells[column]) for column in options.dry_columns)
        cycle.dry = (water, air)
        _count(account, "dry mole fractions", NOT_A_READING)
    elif coefficient is not None:
        name, value = _COEFFICIENTS.get(coefficient[1]), number(coefficient[2])
        if name is not None and value is not None:
            cycle.shared[name] = value
        _count(account, "coefficient", NOT_A_READING)
    elif _FLAGS.fullmatch(body):
        words = re.findall(r"[0-9A-Fa-f]{4}", body)
        cycle.shared["zero_errors"], cycle.shared["span_errors"] = float(int(words[1], 16)), float(int(words[2], 16))
        _count(account, "flags", NOT_A_READING)
    elif "=" in body or body.rstrip(":").casefold() in {"licor", "flags", "stats", "dry", "coeff"}:
        _count(account, "report", NOT_A_READING)
    else:
        return False
    return True


def _moment(text: str) -> int | None:
    if not _TIME.fullmatch(text):
        return None
    try:
        moment = int(np.datetime64(text.rstrip("Z").replace(" ", "T"), "ns").astype(np.int64))
    except ValueError:
        return None
    return moment if _EARLIEST <= moment < _LATEST else None


def _count(account: LineAccount, kind: str, reason: str) -> None:
    account.count_type(kind, 1)
    account.reject(reason, 1)
