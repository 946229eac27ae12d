"""Lines of a SAMI-CO2 file → records, each line accounted for.

Records are written in decimal (download by the maker's program) or hexadecimal (as the instrument sends them, which data loggers keep)::

    4	3466976441	43	38	2899	365	1906	613	1876	5063	41	37	2916	368	1909	615	3202	2174
    2014/08/17 01:05:32.967 *C22704D015B0C50040004C0D290177079C048205C6249B0044004C0D2F0178079E04810C5A07ED3B

A hexadecimal record has the low byte of the instrument's identifier (which some loggers leave out), the number of bytes that follow, the
record itself and a checksum, the low byte of the sum of all bytes after the identifier. A record is its type, seconds since 1904-01-01 and:

========================= =============================================================================================
type                      content
========================= =============================================================================================
4 sample, 5 blank         dark reference, dark signal, reference and signal at 434 nm, at 620 nm, light ratio at 434 and at
                          620 nm, the first six once more, battery, thermistor: 16 numbers of two bytes
17, 33, 49                an external device was switched on: nothing
128 and above             status: flags, numbers of records, errors and bytes, of some types the battery
========================= =============================================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ocean.readers.sunburst_sami_co2_bulk import DEVICES, FIRST_STATUS, LIGHT, LIGHT_NUMBERS, Lights, regular_lines
from icos_ocean.readers.sunburst_sami_co2_header import BEGINNINGS, ends_header, parse_header

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.sunburst_sami_co2_header import Header

__all__ = ["NO_TIME", "Found", "find_records", "interpret", "plain_header"]

_DECIMAL = re.compile(rb"[ \t]*(\d{1,3})[ \t]+(\d{1,10})((?:[ \t]+\d{1,8})*)[ \t]*")
_HEXADECIMAL = re.compile(rb"(?:(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)[ \t]+)?(?:Record\[\d+\]:)?\*?([0-9A-Fa-f]{14,100})[ \t]*")
_OF_LOGGER = re.compile(
    rb"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[ \t]+\[[^\]]*\]|#(?:UIMM |\d+_DateTime:|[A-Z][a-zA-Z]*=|Begin |End )"
)
_STATUS_BYTES = {11, 13}
_FAULTS = {
    3: "the memory was full",
    4: "the record ended because of errors",
    7: "the battery was low before the start",
    8: "the battery was low at a sample",
    9: "the battery was low at a blank",
    10: "the battery was too low for external devices",
    11: "external device 1 had a fault",
    12: "external device 2 had a fault",
    13: "external device 3 had a fault",
    15: "the power failed",
}

BLANK_LINE = "blank line"
HEADER = "header"
OF_LOGGER = "message of the logger"
DEVICE = "record of an external device"
STATUS = "status record"
NO_RECORD = "no record"
CHECKSUM = "wrong checksum"
LENGTH = "wrong length"
OTHER_TYPE = "record of another type"
NO_TIME = "no valid time"
_HOUSEKEEPING = {DEVICE, STATUS, OF_LOGGER}


class _Read(NamedTuple):
    """What a line says: the reason why it is no record, or type, seconds, numbers."""

    reason: str
    kind: int = 0
    seconds: int = 0
    numbers: tuple[int, ...] = ()
    logger: bytes = b""


@dataclass(kw_only=True)
class Found:
    """What was found in a file.

    Attributes
    ----------
    lights
        Samples and blanks.
    headers
        (line from which it holds, header) in order.
    reasons
        What other lines were.
    """

    lights: Lights
    headers: list[tuple[int, Header]]
    reasons: set[str] = field(default_factory=set)

    @property
    def only_housekeeping(self) -> bool:
        """Whether there are status or device records or messages of a logger, and no line that nobody understands."""
        return bool(self.reasons & _HOUSEKEEPING) and self.reasons <= {*_HOUSEKEEPING, BLANK_LINE}


def plain_header(lines: Lines) -> int:
    """Return how many lines at the top are a header; 0 for a file that begins with its records."""
    first = next((index for index in range(len(lines)) if lines.raw(index).strip()), 0)
    if not len(lines) or BEGINNINGS.match(lines.raw(first)) is None:
        return 0
    return next((index + 1 for index in range(first, len(lines)) if ends_header(lines.raw(index))), 0)


def find_records(lines: Lines, account: LineAccount) -> Found:
    """Find samples and blanks, and account for every line but those of the header at the top."""
    start = plain_header(lines)
    account.seen = len(lines) - start
    headers, open_lines = _headers(lines, start)
    _count(account, HEADER, int(np.count_nonzero(~open_lines[start:])))
    regular = regular_lines(lines)
    devices, status = (line[open_lines[line - 1]] for line in (regular.devices, regular.status))
    flags = regular.flags[open_lines[regular.status - 1]]
    lights = [regular.lights.take(open_lines[regular.lights.line - 1])]
    for line in (devices, status, lights[0].line):
        open_lines[line - 1] = False
    found = Found(lights=lights[0], headers=headers)
    for reason, line in ((DEVICE, devices), (STATUS, status)):
        _count(account, reason, line.size)
        found.reasons |= {reason} if line.size else set()
    faults = _faults(flags, status)
    by_hand: list[_Read] = []
    numbers: list[int] = []
    for index in np.flatnonzero(open_lines).tolist():
        text = lines.raw(index)
        read = interpret(text)
        if read.reason:
            found.reasons.add(read.reason)
            _reject(read, text, index + 1, account)
            for message in _messages(read.numbers[0]) if read.reason == STATUS else ():
                faults.setdefault(message, []).append(index + 1)
        else:
            by_hand.append(read)
            numbers.append(index + 1)
    lights.append(Lights.of(numbers, [each.logger for each in by_hand], *_columns(by_hand)))
    found.lights = Lights.joined(lights)
    for kind, word in zip(LIGHT, ("sample", "blank"), strict=True):
        account.count_type(word, int(np.count_nonzero(found.lights.kind == kind)))
    for message, at in faults.items():
        account.tell(message, f"the instrument reports: {message} ({len(at)} status records)", min(at))
    return found


def _columns(reads: list[_Read]) -> tuple[list[int], list[int], list[tuple[int, ...]]]:
    return [each.kind for each in reads], [each.seconds for each in reads], [each.numbers for each in reads]


def _headers(lines: Lines, start: int) -> tuple[list[tuple[int, Header]], NDArray[np.bool_]]:
    """Return the headers with the line from which each holds, and which lines belong to none."""
    open_lines = np.ones(len(lines), dtype=np.bool_)
    open_lines[:start] = False
    headers = [(1, parse_header(lines.raw(index) for index in range(start)))] if start else []
    starts = np.array([match.start() for match in BEGINNINGS.finditer(lines.data)], dtype=np.int64)
    end = start
    for first in np.searchsorted(lines.starts, starts).tolist():
        if first < end:
            continue
        closing = next((index for index in range(first, len(lines)) if ends_header(lines.raw(index))), None)
        end = len(lines) if closing is None else closing + 1
        open_lines[first:end] = False
        if closing is not None:
            headers.append((first + 1, parse_header(lines.raw(index) for index in range(first, closing))))
    return headers, open_lines


def _count(account: LineAccount, reason: str, count: int) -> None:
    account.reject(reason, count)
    account.count_type(f"({reason})", count)


def _reject(read: _Read, text: bytes, line: int, account: LineAccount) -> None:
    _count(account, read.reason, 1)
    shown = text.decode("ascii", errors="replace")
    if read.reason == NO_RECORD:
        account.tell(NO_RECORD, "the line is neither a decimal nor a hexadecimal record", line, shown)
    elif read.reason == LENGTH:
        account.tell(LENGTH, f"a record of type {read.kind} has another number of values or bytes: the line may be cut off", line, shown)
    elif read.reason == CHECKSUM:
        account.tell(CHECKSUM, "the checksum does not fit: the record is damaged", line, shown)
    elif read.reason == OTHER_TYPE:
        account.tell(OTHER_TYPE, f"records of type {read.kind} are not of a SAMI-CO2", line, shown)


def interpret(text: bytes) -> _Read:
    """Return what a line says."""
    found = _HEXADECIMAL.fullmatch(text)
    if found is not None and not text.strip().isdigit():
        return _hexadecimal(found[2])._replace(logger=found[1] or b"")
    decimal = _DECIMAL.fullmatch(text)
    if decimal is not None:
        return _decimal(int(decimal[1]), int(decimal[2]), tuple(map(int, decimal[3].split())))
    if not text.strip():
        return _Read(BLANK_LINE)
    return _Read(OF_LOGGER if _OF_LOGGER.match(text) else NO_RECORD)


def _decimal(kind: int, seconds: int, numbers: tuple[int, ...]) -> _Read:
    if kind in LIGHT:
        return _Read("" if len(numbers) == LIGHT_NUMBERS else LENGTH, kind, seconds, numbers)
    if kind in DEVICES:
        return _Read(DEVICE if not numbers else LENGTH, kind, seconds)
    if kind >= FIRST_STATUS:
        return _Read(STATUS if len(numbers) in {4, 5} else LENGTH, kind, seconds, numbers)
    return _Read(OTHER_TYPE, kind, seconds)


def _hexadecimal(digits: bytes) -> _Read:
    if len(digits) % 2:
        return _Read(LENGTH)
    data = bytes.fromhex(digits.decode("ascii"))
    # With the identifier, or without: only one of the two can have the number of bytes that it states.
    if data[1] == len(data) - 1:
        data = data[1:]
    elif data[0] != len(data):
        return _Read(LENGTH, data[2])
    kind = data[1]
    if sum(data[:-1]) % 256 != data[-1]:
        return _Read(CHECKSUM, kind)
    return _checked(kind, int.from_bytes(data[2:6], "big"), data[6:-1])


def _checked(kind: int, seconds: int, content: bytes) -> _Read:
    if kind in LIGHT:
        reason = "" if len(content) == 2 * LIGHT_NUMBERS else LENGTH
    elif kind in DEVICES:
        reason = DEVICE if not content else LENGTH
    elif kind >= FIRST_STATUS:
        reason = STATUS if len(content) in _STATUS_BYTES else LENGTH
    else:
        reason = OTHER_TYPE
    # The flags of a status record are two bytes, too; what follows them is not of interest.
    words = content if not reason else content[:2] if reason == STATUS else b""
    numbers = tuple(np.frombuffer(words, dtype=">u2").tolist())
    return _Read(reason, kind, seconds, numbers)


def _messages(flags: int) -> list[str]:
    return [message for bit, message in _FAULTS.items() if flags >> bit & 1]


def _faults(flags: NDArray[np.int64], line: NDArray[np.int64]) -> dict[str, list[int]]:
    """Return what status records report as a fault, with their lines."""
    return {message: line[rows].tolist() for bit, message in _FAULTS.items() if (rows := (flags >> bit & 1).astype(np.bool_)).any()}
