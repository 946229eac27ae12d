"""What NMEA 0183 sentences say: fields of each kind → variables of the vocabulary."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_core.raw_text.instrument_clock import INVALID

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icos_core.raw_text.byte_fields import Fields, Pieces
    from icos_ocean.readers.nmea_sentences import Sentences

    FloatArray = NDArray[np.float64]

__all__ = ["NAVIGATION", "POSITIONS", "VARIABLES", "Formatter", "Values", "read_values"]

Formatter = Literal["GGA", "RMC", "GLL", "ZDA", "VTG", "HDT", "THS", "MWV", "MWD"]
"""Kind of sentence that is known."""

KNOT = 1852.0 / 3600.0
"""m s⁻¹"""

_SPEEDS = {"K": 1 / 3.6, "M": 1.0, "N": KNOT, "S": 0.44704}
_NANOSECONDS = 1_000_000_000
_DAY = 86_400 * _NANOSECONDS

_POSITION = ("latitude", "longitude")
_MOTION = ("ship_speed", "ship_course")
VARIABLES: dict[str, tuple[str, ...]] = {
    "GGA": (*_POSITION, "position_quality", "satellites", "antenna_height"),
    "RMC": (*_POSITION, *_MOTION),
    "GLL": _POSITION,
    "ZDA": (),
    "VTG": _MOTION,
    "HDT": ("heading",),
    "THS": ("heading",),
    "MWV": ("relative_wind_speed", "relative_wind_direction", "theoretical_wind_speed", "theoretical_wind_direction"),
    "MWD": ("wind_speed", "wind_direction"),
}
"""Formatter → the variables that it gives."""

NAVIGATION: tuple[Formatter, ...] = ("GGA", "RMC", "GLL", "ZDA", "VTG", "HDT", "THS")
"""Formatters that say where the ship is and where it goes."""


@dataclass
class Values:
    """What the sentences of a log say, each line by itself.

    Attributes
    ----------
    found
        (variable, lines, values), in order of increasing precedence for one variable.
    time_of_day
        (n,) ns since midnight UTC of lines that say it, `INVALID` elsewhere.
    date
        (n,) ns since 1970 at midnight of lines that say the date, `INVALID` elsewhere.
    """

    time_of_day: NDArray[np.int64]
    date: NDArray[np.int64]
    found: list[tuple[str, NDArray[np.intp], FloatArray]] = field(default_factory=list)


@dataclass(frozen=True)
class _Kind:
    """Fields of the lines of one kind."""

    sentences: Sentences
    formatter: str
    rows: NDArray[np.intp]
    fields: Fields
    values: Values

    def number(self, place: int, name: str, factor: float = 1.0) -> FloatArray:
        return np.asarray(self._numbers(self.fields.field(place), name) * factor)

    def letter(self, place: int) -> NDArray[np.uint8]:
        return self.fields.field(place).letters()

    def put(self, variable: str, values: FloatArray) -> None:
        self.values.found.append((variable, self.rows, values))

    def time(self, place: int) -> None:
        """Take the time of day, ``hhmmss.ss``."""
        number = self._numbers(self.fields.field(place), "time")
        whole = np.where((number >= 0) & (number < 240_000), number, np.nan)
        hours, minutes, seconds = whole // 10_000, whole // 100 % 100, whole % 100
        valid = (minutes < 60) & (seconds < 61)  # 60 is a leap second
        nanoseconds = np.rint(np.where(valid, (hours * 60 + minutes) * 60 + seconds, 0.0) * 1e6).astype(np.int64) * 1000
        self.values.time_of_day[self.rows] = np.where(valid, nanoseconds, INVALID)

    def days(self, year: FloatArray, month: FloatArray, day: FloatArray) -> None:
        """Take the date."""
        valid = (year >= 1970) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1)
        months = np.where(valid, (year - 1970) * 12 + month - 1, 0).astype(np.int64)
        first, following = ((months + more).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) for more in (0, 1))
        of_month = np.where(valid, day, 0).astype(np.int64)
        valid &= of_month <= following - first
        self.values.date[self.rows] = np.where(valid, (first + of_month - 1) * _DAY, INVALID)

    def position(self, place: int) -> None:
        """Take latitude and longitude, ``ddmm.mmm,N,dddmm.mmm,E``."""
        for variable, letters, at in (("latitude", "NS", place), ("longitude", "EW", place + 2)):
            number = self.number(at, variable)
            letter = self.letter(at + 1)
            degrees = np.floor(number / 100.0)
            minutes = number - degrees * 100.0
            readable = np.isin(letter, [ord(each) for each in letters]) & (number >= 0) & (minutes < 60)
            unreadable = np.isfinite(number) & ~readable
            self.sentences.log.account.damage(variable, int(unreadable.sum()))
            message = f"{variable} is none in degrees and minutes with {letters[0]} or {letters[1]} behind it"
            self.sentences.log.tell(f"{variable}: unreadable", message, self.rows[unreadable])
            value = degrees + minutes / 60.0
            self.put(variable, np.where(readable, np.where(letter == ord(letters[1]), -value, value), np.nan))

    def speed(self, place: int, units: NDArray[np.uint8]) -> FloatArray:
        """Return a speed in m s⁻¹ whose unit is a letter."""
        factor = np.full(units.shape, np.nan)
        for letter, each in _SPEEDS.items():
            factor[units == ord(letter)] = each
        return np.asarray(self.number(place, "speed") * factor)

    def _numbers(self, piece: Pieces, name: str) -> FloatArray:
        return self.sentences.log.numbers(f"{self.formatter} {name}", piece, self.rows)


def _rejected(sentences: Sentences, formatter: str, place: int, invalid: str, reason: str) -> None:
    """Reject the lines of a kind whose field is one of the letters that stand for invalid data."""
    rows = sentences.rows(formatter)
    letter = sentences.fields(rows).field(place).letters()
    wrong = np.zeros(len(sentences.log.lines), dtype=bool)
    wrong[rows[np.isin(letter, [ord(each) for each in invalid])]] = True
    sentences.log.reject(wrong, reason)


def _gga(kind: _Kind) -> None:
    kind.time(1)
    kind.position(2)
    kind.put("position_quality", kind.number(6, "quality"))
    kind.put("satellites", kind.number(7, "satellites"))
    kind.put("antenna_height", kind.number(9, "height"))


def _gll(kind: _Kind) -> None:
    kind.position(1)
    kind.time(5)


def _rmc(kind: _Kind) -> None:
    kind.time(1)
    kind.position(3)
    kind.put("ship_speed", kind.number(7, "speed", KNOT))
    kind.put("ship_course", kind.number(8, "course"))
    date = kind.number(9, "date")
    year = date % 100
    kind.days(year + np.where(year < 70, 2000, 1900), date // 100 % 100, date // 10_000)


def _zda(kind: _Kind) -> None:
    kind.time(1)
    kind.days(kind.number(4, "year"), kind.number(3, "month"), kind.number(2, "day"))


def _vtg(kind: _Kind) -> None:
    course = kind.number(1, "course")
    kind.put("ship_course", np.where(kind.letter(2) == ord("T"), course, np.nan))
    knots = kind.number(5, "speed", KNOT)
    kilometres = kind.number(7, "speed", 1 / 3.6)
    knots[kind.letter(6) != ord("N")] = np.nan
    kilometres[kind.letter(8) != ord("K")] = np.nan
    kind.put("ship_speed", np.where(np.isnan(knots), kilometres, knots))


def _heading(kind: _Kind) -> None:
    kind.put("heading", kind.number(1, "heading"))


def _mwv(kind: _Kind) -> None:
    angle, reference = kind.number(1, "angle"), kind.letter(2)
    speed = kind.speed(3, kind.letter(4))
    for letter, name in (("R", "relative"), ("T", "theoretical")):
        rows = reference == ord(letter)
        if rows.any():
            kind.put(f"{name}_wind_speed", np.where(rows, speed, np.nan))
            kind.put(f"{name}_wind_direction", np.where(rows, angle, np.nan))


def _mwd(kind: _Kind) -> None:
    direction = kind.number(1, "direction")
    knots, metres = kind.number(5, "speed", KNOT), kind.number(7, "speed")
    kind.put("wind_direction", np.where(kind.letter(2) == ord("T"), direction, np.nan))
    knots[kind.letter(6) != ord("N")] = np.nan
    metres[kind.letter(8) != ord("M")] = np.nan
    kind.put("wind_speed", np.where(np.isnan(metres), knots, metres))


# In order of increasing precedence: GGA has the quality of its position, and VTG what RMC has, too.
_TAKE: dict[str, Callable[[_Kind], None]] = {
    "GLL": _gll,
    "RMC": _rmc,
    "GGA": _gga,
    "ZDA": _zda,
    "VTG": _vtg,
    "HDT": _heading,
    "THS": _heading,
    "MWV": _mwv,
    "MWD": _mwd,
}

POSITIONS = ("GGA", "RMC", "GLL")
"""Kinds that give a position, the preferred one first."""

_NO_FIX = "no position fix"
_INVALID = (
    ("GGA", 6, "0", _NO_FIX),
    ("GLL", 6, "V", _NO_FIX),
    ("GLL", 7, "N", _NO_FIX),
    ("RMC", 2, "V", _NO_FIX),
    ("RMC", 12, "N", _NO_FIX),
    ("VTG", 9, "N", _NO_FIX),
    ("THS", 2, "V", "the sender says that the heading is invalid"),
    ("MWV", 5, "V", "the sender says that the wind is invalid"),
)


def read_values(sentences: Sentences) -> Values:
    """Read all sentences; those whose sender says that they are invalid are rejected."""
    count = len(sentences.log.lines)
    for formatter, place, letters, reason in _INVALID:
        _rejected(sentences, formatter, place, letters, reason)
    values = Values(time_of_day=np.full(count, INVALID), date=np.full(count, INVALID))
    for formatter, take in _TAKE.items():
        rows = sentences.rows(formatter)
        if rows.size:
            take(_Kind(sentences, formatter, rows, sentences.fields(rows), values))
    return values
