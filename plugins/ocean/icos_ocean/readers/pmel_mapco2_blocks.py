"""Lines of MAPCO2 messages → blocks, each line with its part in one.

A message of firmware 6 has a block per cycle: when it began, position, state of the system, ten readings, dry mole fractions. Blocks of
other sensors stand between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_times

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.pmel_mapco2_options import MapCO2Options

__all__ = ["DAMAGED", "Block", "blocks", "moment"]

NOT_A_READING = "no reading"
BLANK = "blank line"
OTHER_BLOCK = "block of another sensor"
OUTSIDE = "outside of a block"
DAMAGED = "damaged line"
_POSITION = re.compile(r"\d{2}/\d{2}/\d{4} \d{2}:\d{2}:\d{2}\s+([\d.]+)\s+([NS])\s+([\d.]+)\s+([EW])\b")
_DRY = re.compile(r"SW_xCO2\(dry\)\s+(\S+)\s+Atm_xCO2\(dry\)\s+(\S+)\s*")
_READING_FIELDS = 17
_SYSTEM_FIELDS = range(18, 20)
_DAY = 86_400_000_000_000


@dataclass
class Block:
    """One cycle.

    Attributes
    ----------
    line
        Index of its first line.
    start
        When the cycle began, ns since 1970.
    position
        Second line: date, time and position; empty where it is absent or damaged.
    system
        Fields of the third line; empty where it is absent or damaged.
    readings
        Lines of the readings in their order, index and fields; no fields where a line is damaged, which keeps its place.
    dry
        Index and the two numbers of the last line, None where it is absent.
    """

    line: int
    start: int
    position: str = ""
    system: list[str] = field(default_factory=list)
    readings: list[tuple[int, list[str]]] = field(default_factory=list)
    dry: tuple[int, str, str] | None = None


def moment(date: str, time: str, dates: DateFormat) -> int:
    """Return a date and a time of day as ns since 1970, `INVALID` where they are none."""
    days = dates.days(date)
    clock = int(parse_times([time])[0])
    return INVALID if INVALID in {days, clock} else days * _DAY + clock


def blocks(lines: Lines, options: MapCO2Options, account: LineAccount) -> Iterator[Block]:
    """Yield the blocks of cycles; every line that is no reading is accounted for, readings are left to the caller."""
    dates = DateFormat.from_text(options.start_format)
    current: Block | None = None
    other: str | None = None
    for index in range(len(lines)):
        text = lines.raw(index).decode("latin-1")
        stripped = text.strip(" \t\r\x00")
        word = stripped.split(" ", 1)[0]
        if word in options.block_words:
            if current is not None:
                yield current
            current, other = _begun(index, stripped, word, dates, account), None
        elif other is not None:
            _count(account, _label(other), OTHER_BLOCK)
            other = None if stripped == options.other_blocks[other] else other
        elif not stripped:
            _count(account, f"({BLANK})", BLANK)
        elif stripped in options.other_blocks:
            other = stripped
            _count(account, _label(other), OTHER_BLOCK)
        elif current is None or current.dry is not None:
            _count(account, f"({OUTSIDE})", OUTSIDE)
            account.tell(OUTSIDE, "the line belongs to no block", index + 1, text)
        else:
            _line_of(current, index, stripped, account)
    if current is not None:
        yield current


def _label(name: str) -> str:
    """Return how lines of a block of another sensor are counted."""
    return f"block {name}"


def _begun(index: int, text: str, word: str, dates: DateFormat, account: LineAccount) -> Block:
    fields = text.split()
    start = moment(fields[3], fields[4], dates) if len(fields) >= 5 else INVALID
    _count(account, f"{word} first line", NOT_A_READING)
    if start == INVALID:
        account.tell(
            "cycle without a time", f"the block does not say when its cycle began; expected a date {dates.text} and a time", index + 1, text
        )
    return Block(line=index, start=start)


def _line_of(block: Block, index: int, text: str, account: LineAccount) -> None:
    """Give a line of a cycle its part in the block."""
    fields = text.split()
    dry = _DRY.fullmatch(text)
    if dry is not None:
        block.dry = (index, dry[1], dry[2])
        _count(account, "dry mole fractions", NOT_A_READING)
    elif len(fields) == _READING_FIELDS and len(fields[0]) <= 2:
        block.readings.append((index, fields))
    elif not block.readings and not block.position and _POSITION.match(text):
        block.position = text
        _count(account, "position", NOT_A_READING)
    elif not block.readings and not block.system and len(fields) in _SYSTEM_FIELDS:
        block.system = fields
        _count(account, "state of the system", NOT_A_READING)
    else:
        if block.readings:
            block.readings.append((index, []))
        _count(account, f"({DAMAGED})", DAMAGED)
        expected = f"a reading of {_READING_FIELDS} numbers" if block.readings else "position, state of the system or a reading"
        account.tell(DAMAGED, f"{DAMAGED}: expected {expected}, found {len(fields)} fields", index + 1, text)


def position(text: str) -> Sequence[str]:
    """Return latitude, its hemisphere, longitude and its hemisphere of the second line of a block."""
    match = _POSITION.match(text)
    assert match is not None
    return match.groups()


def _count(account: LineAccount, kind: str, reason: str) -> None:
    account.count_type(kind, 1)
    account.reject(reason, 1)
