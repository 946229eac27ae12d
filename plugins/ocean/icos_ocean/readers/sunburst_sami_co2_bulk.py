"""Regular lines of a SAMI-CO2 file in one piece: what stands to the letter as the instrument writes it, with a checksum that fits.

Everything else is left to `icos_ocean.readers.sunburst_sami_co2_records`, which looks at single lines and says what is wrong with them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Lines

__all__ = ["DEVICES", "FIRST_STATUS", "LIGHT", "LIGHT_NUMBERS", "Lights", "Regular", "regular_lines"]

LIGHT, DEVICES, FIRST_STATUS = (4, 5), (17, 33, 49), 128
"""Types of records: sample and blank, external devices, and the first of those that tell a status."""

LIGHT_NUMBERS = 16
"""Numbers in a sample or blank after its type and time."""

_STAMP = rb"(?:(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)[ \t]+)?"
_DECIMAL_LIGHT = re.compile(rb"^([45])[ \t]+(\d{1,10})((?:[ \t]+\d{1,8}){16})[ \t]*$", re.MULTILINE)
_DECIMAL_DEVICE = re.compile(rb"^(?:17|33|49)[ \t]+\d{1,10}[ \t]*$", re.MULTILINE)
_DECIMAL_STATUS = re.compile(rb"^(?:12[89]|1[3-9]\d|[2-9]\d\d)[ \t]+\d{1,10}[ \t]+(\d{1,8})(?:[ \t]+\d{1,8}){3,4}[ \t]*$", re.MULTILINE)
_HEXADECIMAL = re.compile(rb"^" + _STAMP + rb"(?:Record\[\d+\]:)?\*((?:[0-9A-Fa-f]{2}){8,40})[ \t]*$", re.MULTILINE)
# Bytes of a record with its identifier and checksum.
_LIGHT_BYTES, _DEVICE_BYTES, _STATUS_BYTES = 40, 8, (19, 21)


class Lights(NamedTuple):
    """Samples and blanks.

    Attributes
    ----------
    line : (n,) ndarray of int64
        Numbers of their lines, from 1.
    logger : (n,) ndarray of bytes
        Time stamps of a logger, empty where there are none.
    kind : (n,) ndarray of int64
        4 sample, 5 blank.
    seconds : (n,) ndarray of int64
        Since 1904-01-01.
    numbers : (n, 16) ndarray of int64
        Light signals, battery and thermistor.
    """

    line: NDArray[np.int64]
    logger: NDArray[np.bytes_]
    kind: NDArray[np.int64]
    seconds: NDArray[np.int64]
    numbers: NDArray[np.int64]

    @classmethod
    def of(
        cls, line: Sequence[int] | NDArray[np.int64], logger: Sequence[bytes], kind: Sequence[int], seconds: Sequence[int], numbers: object
    ) -> Lights:
        """Return lists as arrays."""
        return cls(
            line=np.array(line, dtype=np.int64),
            logger=np.array(logger, dtype="S26"),
            kind=np.array(kind, dtype=np.int64),
            seconds=np.array(seconds, dtype=np.int64),
            numbers=np.array(numbers, dtype=np.int64).reshape(-1, LIGHT_NUMBERS),
        )

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Lights:
        """Return some of them."""
        return Lights(**{name: column[rows] for name, column in self._asdict().items()})

    @classmethod
    def joined(cls, parts: Sequence[Lights]) -> Lights:
        """Return several in the order of their lines."""
        every = cls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
        return every.take(np.argsort(every.line, kind="stable"))


class Regular(NamedTuple):
    """Regular lines.

    Attributes
    ----------
    lights
        Samples and blanks.
    devices : (k,) ndarray of int64
        Lines of records of external devices.
    status, flags : (m,) ndarray of int64
        Lines of status records, and their flags.
    """

    lights: Lights
    devices: NDArray[np.int64]
    status: NDArray[np.int64]
    flags: NDArray[np.int64]


def regular_lines(lines: Lines) -> Regular:
    """Find the regular lines of a file."""
    decimal, hexadecimal = _decimal(lines), _hexadecimal(lines)
    return Regular(
        lights=Lights.joined([decimal.lights, hexadecimal.lights]),
        devices=np.concatenate([decimal.devices, hexadecimal.devices]),
        status=np.concatenate([decimal.status, hexadecimal.status]),
        flags=np.concatenate([decimal.flags, hexadecimal.flags]),
    )


def _lines_of(pattern: re.Pattern[bytes], lines: Lines) -> NDArray[np.int64]:
    starts = np.array([match.start() for match in pattern.finditer(lines.data)], dtype=np.int64)
    return np.searchsorted(lines.starts, starts).astype(np.int64) + 1


def _decimal(lines: Lines) -> Regular:
    groups = _DECIMAL_LIGHT.findall(lines.data)
    kinds, seconds, rests = zip(*groups, strict=True) if groups else ((), (), ())
    numbers = np.array(b" ".join(rests).split(), dtype="S8").astype(np.int64)
    return Regular(
        lights=Lights.of(_lines_of(_DECIMAL_LIGHT, lines), [b""] * len(groups), list(map(int, kinds)), list(map(int, seconds)), numbers),
        devices=_lines_of(_DECIMAL_DEVICE, lines),
        status=_lines_of(_DECIMAL_STATUS, lines),
        flags=np.array(_DECIMAL_STATUS.findall(lines.data), dtype="S8").astype(np.int64),
    )


def _hexadecimal(lines: Lines) -> Regular:
    groups = _HEXADECIMAL.findall(lines.data)
    line = _lines_of(_HEXADECIMAL, lines)
    stamps = np.array([stamp for stamp, _ in groups], dtype="S26")
    digits = [each for _, each in groups]
    sizes = np.array([len(each) // 2 for each in digits], dtype=np.int64)
    lights, devices, status, flags = [Lights.of([], [], [], [], [])], [], [], []
    for size in (_LIGHT_BYTES, _DEVICE_BYTES, *_STATUS_BYTES):
        rows = np.flatnonzero(sizes == size)
        data = np.frombuffer(bytes.fromhex(b"".join(digits[row] for row in rows.tolist()).decode("ascii")), dtype=np.uint8)
        data = data.reshape(-1, size)
        kind = data[:, 2].astype(np.int64)
        fits = (data[:, 1] == size - 1) & (data[:, 1:-1].sum(axis=1, dtype=np.int64) % 256 == data[:, -1])
        if size == _LIGHT_BYTES:
            fits &= np.isin(kind, LIGHT)
            words = np.ascontiguousarray(data[:, 7:-1]).view(">u2").astype(np.int64)
            seconds = np.ascontiguousarray(data[:, 3:7]).view(">u4").astype(np.int64)[:, 0]
            lights.append(Lights(line[rows], stamps[rows], kind, seconds, words).take(fits))
        elif size == _DEVICE_BYTES:
            devices.append(line[rows[fits & np.isin(kind, DEVICES)]])
        else:
            fits &= kind >= FIRST_STATUS
            status.append(line[rows[fits]])
            flags.append(np.ascontiguousarray(data[fits, 7:9]).view(">u2").astype(np.int64)[:, 0])
    return Regular(Lights.joined(lights), np.concatenate(devices), np.concatenate(status), np.concatenate(flags))
