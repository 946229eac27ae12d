"""ASCII messages of Vaisala weather transmitters WXT510, WXT520 and WXT530: ``0R1,Dm=236D,Sm=2.3M``.

A message is address, ``R``, number (0 composite, 1 wind, 2 pressure, temperature and humidity, 3 rain, 5 supervision) and parameters with
a letter for the unit; ``#`` in its place marks data that are invalid. With ``r`` in place of ``R`` three characters of a CRC stand at the
end.

References
----------
Vaisala, WXT520 User's Guide, M210906EN-C, chapters 7 and 8 and appendix C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import InputError
from icos_core.raw_text.byte_fields import Pieces, split_fields
from icos_ocean.readers.weather_lines import WeatherLines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ocean.readers.logged_file import LoggedFile

__all__ = ["PARAMETERS", "UNITS", "checksum", "read_messages"]

_MILE_PER_HOUR = 0.44704
_KNOT = 1852.0 / 3600.0
_INCH = 25.4
_MERCURY = 1.33322387415  # hPa, of 1 mmHg
_INVALID = ord("#")

_SPEED = {"M": 1.0, "K": 1 / 3.6, "S": _MILE_PER_HOUR, "N": _KNOT}
_PRESSURE = {"H": 1.0, "P": 0.01, "B": 1000.0, "M": _MERCURY, "I": _MERCURY * _INCH}
UNITS: dict[str, Mapping[str, tuple[float, float]]] = {
    "direction": {"D": (1.0, 0.0)},
    "speed": {letter: (factor, 0.0) for letter, factor in _SPEED.items()},
    "temperature": {"C": (1.0, 0.0), "F": (5 / 9, -160 / 9)},
    "humidity": {"P": (1.0, 0.0)},
    "pressure": {letter: (factor, 0.0) for letter, factor in _PRESSURE.items()},
    "rain": {"M": (1.0, 0.0), "I": (_INCH, 0.0)},
    "voltage": {"V": (1.0, 0.0)},
}
"""Kind of quantity → letter → (factor, summand) to the unit of the vocabulary."""

PARAMETERS: dict[str, tuple[str, str]] = {
    "Dm": ("wind_direction", "direction"),
    "Sm": ("wind_speed", "speed"),
    "Sn": ("wind_speed_minimum", "speed"),
    "Sx": ("wind_speed_maximum", "speed"),
    "Ta": ("air_temperature", "temperature"),
    "Ua": ("air_relative_humidity", "humidity"),
    "Pa": ("atmospheric_pressure", "pressure"),
    "Rc": ("rain_accumulation", "rain"),
    "Ri": ("rain_intensity", "rain"),
    "Vs": ("supply_voltage", "voltage"),
}
"""Parameter → variable and kind of quantity; others are not read."""

_MOST_FIELDS = 40
_CRC_LETTERS = 3
_SHORTEST = 3


def _table() -> NDArray[np.int64]:
    """Return what each byte does to the CRC-16 of polynomial A001 (hexadecimal)."""
    crc = np.arange(256, dtype=np.int64)
    for _ in range(8):
        crc = np.where(crc & 1, (crc >> 1) ^ 0xA001, crc >> 1)
    return crc


_OF_BYTE = _table()


def checksum(text: bytes) -> bytes:
    """Return the three characters that a transmitter puts behind a message, address included."""
    piece = Pieces(np.frombuffer(text, dtype=np.uint8), np.zeros(1, dtype=np.int64), np.full(1, len(text), dtype=np.int64))
    return bytes(int(letter[0]) for letter in _checksums(piece))


def _checksums(pieces: Pieces) -> tuple[NDArray[np.int64], ...]:
    """Return the three characters of each piece as (n,) codes."""
    length = pieces.ends - pieces.starts
    crc = np.zeros(len(pieces), dtype=np.int64)
    for place in range(int(length.max(initial=0))):
        byte = pieces.view.take(pieces.starts + place, mode="clip").astype(np.int64)
        crc = np.where(place < length, (crc >> 8) ^ _OF_BYTE[(crc ^ byte) & 0xFF], crc)
    return tuple(0x40 | ((crc >> shift) & 0x3F) for shift in (12, 6, 0))


def read_messages(log: LoggedFile, name: str, address: str, prefix: str) -> WeatherLines:
    """Read the messages of one transmitter; lines that are none of them are rejected.

    Parameters
    ----------
    log
        The log.
    name
        Of the file, for the error.
    address
        Of the transmitter.
    prefix
        In front of the names of wind: ``relative_`` or nothing.

    Raises
    ------
    InputError
        Where no line is a message.
    """
    body = log.body.stripped()
    view = body.view
    first, letter, number = (view.take(body.starts + place, mode="clip") for place in range(3))
    is_address = ((first | 32) >= ord("a")) & ((first | 32) <= ord("z")) | ((first >= ord("0")) & (first <= ord("9")))
    is_message = (body.ends - body.starts > _SHORTEST) & is_address & ((letter | 32) == ord("r"))
    is_message &= np.isin(number, np.frombuffer(b"01235", dtype=np.uint8)) & (view.take(body.starts + _SHORTEST, mode="clip") == ord(","))
    if not (is_message & log.kept).any():
        raise InputError(name, "no line is a message of a Vaisala WXT such as 0R1,Dm=236D,Sm=2.3M", line=int(np.argmax(log.kept)) + 1)
    for code in range(6):
        log.account.count_type(f"R{code}", int((log.kept & is_message & (number == ord(str(code)))).sum()))
    log.account.count_type("(no message)", len(log.lines) - int((log.kept & is_message).sum()))
    log.reject(~is_message, "no message", "expected a message such as 0R1,Dm=236D,Sm=2.3M")
    log.reject(first != ord(address), "message of another address")
    has_crc = letter == ord("r")
    log.reject(has_crc & _is_wrong(body, has_crc & log.kept), "wrong CRC", "the CRC is not that of the message")
    lines = WeatherLines(kind=number.astype(np.int64))
    ends = np.where(has_crc, body.ends - _CRC_LETTERS, body.ends)
    _parameters(log, Pieces(view, body.starts + _SHORTEST + 1, ends), lines, prefix)
    return lines


def _is_wrong(body: Pieces, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    wrong = np.zeros(len(body), dtype=bool)
    ends = body.ends[rows] - _CRC_LETTERS
    letters = _checksums(Pieces(body.view, body.starts[rows], ends))
    written = (body.view.take(ends + place, mode="clip") for place in range(_CRC_LETTERS))
    wrong[rows] = np.any([letter != found for letter, found in zip(letters, written, strict=True)], axis=0)
    return wrong


def _parameters(log: LoggedFile, pieces: Pieces, lines: WeatherLines, prefix: str) -> None:
    """Read the parameters of all messages."""
    rows = np.flatnonzero(log.kept)
    fields = split_fields(pieces[rows], ",")
    names = {int.from_bytes(name.encode(), "big"): name for name in PARAMETERS}
    for place in range(min(int(fields.count.max(initial=0)), _MOST_FIELDS)):
        piece = fields.field(place).stripped()
        high, low, equals = (piece.view.take(piece.starts + step, mode="clip").astype(np.int64) for step in range(3))
        code = np.where((piece.ends - piece.starts > _SHORTEST) & (equals == ord("=")), high * 256 + low, 0)
        for found in np.unique(code[np.isin(code, list(names))]).tolist():
            chosen = np.flatnonzero(code == found)
            variable, values = _values(log, names[found], piece[chosen], rows[chosen])
            lines.found.append((f"{prefix}{variable}" if variable.startswith("wind_") else variable, rows[chosen], values))


def _values(log: LoggedFile, name: str, piece: Pieces, rows: NDArray[np.intp]) -> tuple[str, NDArray[np.float64]]:
    """Return the variable and the values of a parameter, ``Sm=2.3M``."""
    variable, kind = PARAMETERS[name]
    unit = piece.view[piece.ends - 1]
    numbers = log.numbers(name, Pieces(piece.view, piece.starts + 3, piece.ends - 1), rows)
    factor, summand = np.full(256, np.nan), np.zeros(256)
    for letter, (each, more) in UNITS[kind].items():
        factor[ord(letter)], summand[ord(letter)] = each, more
    unknown = np.isnan(factor[unit]) & (unit != _INVALID) & np.isfinite(numbers)
    log.account.damage(name, int(unknown.sum()))
    log.tell(f"{name}: unknown unit", f"the unit of {name} is none of {', '.join(UNITS[kind])}", rows[unknown])
    return variable, numbers * factor[unit] + summand[unit]
