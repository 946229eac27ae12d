"""Header of a SAMI-CO2 download: what the instrument is, and the coefficients that are stored in it.

Cal1 to Cal4 are A, B, C and the temperature of the calibration: the order of the maker's certificates, by which the Ocean Observatories
Initiative fills its calibration files. What Cal5 and Cal6 are is not published; they are not used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BEGINNINGS", "COEFFICIENTS", "Header", "ends_header", "parse_header"]

COEFFICIENTS = {
    "calibration_a": "Cal1",
    "calibration_b": "Cal2",
    "calibration_c": "Cal3",
    "calibration_temperature": "Cal4",
}
"""Variable → its name in the header."""

_ENTRY = re.compile(rb"([A-Za-z][A-Za-z0-9 ]*):[ \t]*(.*?)[ \t]*")
_NUMBER = re.compile(rb"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
BEGINNINGS = re.compile(rb"^(?:File created:|SAMI Client Version:|:SAMIinfo|:Config|:UserText)", re.MULTILINE)
"""Lines that only headers have."""

_END = b":Data"


class Header(NamedTuple):
    """What a header says.

    Attributes
    ----------
    name, serial_number, firmware
        Of the instrument; empty where the header does not say.
    coefficients
        Variable → value; NaN where the header does not say.
    """

    name: str
    serial_number: str
    firmware: str
    coefficients: dict[str, float]


def ends_header(text: bytes) -> bool:
    """Whether records follow a line."""
    return text.strip() == _END


def parse_header(lines: Iterable[bytes]) -> Header:
    """Read the entries ``Name: value`` of a header; what cannot be read is missing."""
    entries: dict[bytes, bytes] = {}
    for text in lines:
        found = _ENTRY.fullmatch(text)
        if found is not None:
            entries.setdefault(found[1], found[2])
    numbers = {name: entries.get(key.encode(), b"") for name, key in COEFFICIENTS.items()}
    return Header(
        name=_plain(entries.get(b"Name", b"")),
        serial_number=_plain(entries.get(b"Serial Number", b"")),
        firmware=_plain(entries.get(b"Firmware", b"")),
        coefficients={name: float(text) if _NUMBER.fullmatch(text) else np.nan for name, text in numbers.items()},
    )


def _plain(text: bytes) -> str:
    return "".join(letter for letter in text.decode("ascii", errors="replace") if letter.isprintable())
