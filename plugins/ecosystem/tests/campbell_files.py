"""Files of Campbell Scientific loggers, written byte by byte with `struct`: what the readers have to understand."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NAMES", "ROWS", "START", "STEP", "UNITS", "fp2", "frame", "header", "minor", "toa5", "tob1", "tob3", "tob3_header"]

START = datetime(2024, 7, 6, 12, 0, tzinfo=UTC)
STEP = timedelta(milliseconds=50)
NAMES = ("Ux", "Uy", "Uz", "Ts", "CO2")
UNITS = ("m/s", "m/s", "m/s", "degC", "mg/m^3")
# Numbers that a float32 holds exactly, so that the three formats hold the same.
ROWS = tuple((1.5 + 0.25 * row, -0.5, 0.125 * (row % 7), 20.25 + 0.5 * row, 700.5 + row) for row in range(24))
_SINCE = datetime(1990, 1, 1, tzinfo=UTC)


def header(first: Sequence[str], *lines: Sequence[str]) -> bytes:
    """Return header lines, every field in quotes."""
    return b"".join(",".join(f'"{field}"' for field in line).encode() + b"\r\n" for line in (first, *lines))


def _environment(kind: str, last: str) -> tuple[str, ...]:
    return (kind, "Mast", "CR1000X", "1234", "CR1000X.Std.08.01", "CPU:flux.cr1x", "4711", last)


def _stamp(row: int) -> datetime:
    """Return the end of the interval of a row."""
    return START + (row + 1) * STEP


def _text(moment: datetime) -> str:
    """Return a stamp as a logger writes it: the fraction without zeros at its end, and none at all on the full second."""
    text = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return text.rstrip("0").rstrip(".")


def toa5(rows: Sequence[Sequence[float]] = ROWS, names: Sequence[str] = NAMES, units: Sequence[str] = UNITS) -> bytes:
    """Return a TOA5 file."""
    lines = header(_environment("TOA5", "Flux"), ("TIMESTAMP", "RECORD", *names), ("TS", "RN", *units), ("", "", *("Smp" for _ in names)))
    for number, row in enumerate(rows):
        cells = ",".join('"NAN"' if value != value else f"{value:.7g}" for value in row)  # noqa: PLR0124  # NaN differs from itself
        lines += f'"{_text(_stamp(number))}",{number},{cells}\r\n'.encode()
    return lines


def tob1(
    rows: Sequence[Sequence[float]] = ROWS, names: Sequence[str] = NAMES, units: Sequence[str] = UNITS, *, stamps: bool = True
) -> bytes:
    """Return a TOB1 file of IEEE4 columns."""
    clock = ("SECONDS", "NANOSECONDS", "RECORD") if stamps else ()
    content = header(
        _environment("TOB1", "Flux"),
        (*clock, *names),
        (*("SECONDS", "NANOSECONDS", "RN")[: len(clock)], *units),
        (*("" for _ in clock), *("Smp" for _ in names)),
        (*("ULONG" for _ in clock), *("IEEE4" for _ in names)),
    )
    for number, row in enumerate(rows):
        if stamps:
            since = _stamp(number) - _SINCE
            content += struct.pack("<III", since.days * 86400 + since.seconds, since.microseconds * 1000, number)
        content += struct.pack(f"<{len(row)}f", *row)
    return content


def tob3_header(size: int, stamp: int = 4660, interval: str = "50 MSEC", types: Sequence[str] = ("IEEE4B",) * 5) -> bytes:
    """Return the header of a TOB3 file, filled up with blanks to a multiple of 512 bytes."""
    table = ("Flux", interval, str(size), "1000", str(stamp), "Sec100Usec", "           0", "           0", "0123456789")
    lines = header(_environment("TOB3", "2024-07-06 12:00:00"), table, NAMES, UNITS, ("Smp",) * len(NAMES), types)
    padding = -len(lines) % 512
    return lines[:-2] + b" " * padding + b"\r\n"


def frame(rows: Sequence[Sequence[float]], first: int, stamp: int = 4660, flags: int = 0) -> bytes:
    """Return a frame of records, the first of which has a number; flags 0 are those of a whole frame."""
    since = _stamp(first) - _SINCE
    head = struct.pack("<III", since.days * 86400 + since.seconds, since.microseconds // 100, first)
    return head + b"".join(struct.pack(f">{len(row)}f", *row) for row in rows) + struct.pack("<HH", flags, stamp)


def minor(rows: Sequence[Sequence[float]], first: int, stamp: int = 4660) -> bytes:
    """Return a minor frame of records."""
    size = len(frame(rows, first))
    return frame(rows, first, stamp, 0x8000 | size)


def tob3(rows: Sequence[Sequence[float]] = ROWS, slots: int = 1) -> bytes:
    """Return a TOB3 file of whole frames."""
    size = 16 + slots * 4 * len(NAMES)
    return tob3_header(size) + b"".join(frame(rows[first : first + slots], first) for first in range(0, len(rows), slots))


def fp2(value: float) -> bytes:
    """Return a number as two bytes of Campbell's floating point, with as many decimals as fit."""
    for decimals in (3, 2, 1, 0):
        mantissa = round(abs(value) * 10**decimals)
        if mantissa < 7999:
            return struct.pack(">H", (0x8000 if value < 0 else 0) | decimals << 13 | mantissa)
    return struct.pack(">H", 0x9FFE)
