"""What a half-hourly table may be: usual names of columns propose a description, a person decides."""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icos_core.components import Guess
from icos_core.raw_text.byte_fields import Pieces
from icos_core.raw_text.delimited_text import TextError, number, split_lines
from icos_core.raw_text.instrument_clock import INVALID, DateFormat
from icos_core.raw_text.packed import plain_head
from icos_ecosystem.readers.clock_columns import calendar_stamps
from icos_ecosystem.readers.delimited_options import SEPARATORS
from icos_ecosystem.readers.fast_text import split_header
from icos_ecosystem.readers.half_hourly_options import HALF_HOUR, HOUR, MINUTE
from icos_ecosystem.readers.parquet_table import delimited_of_parquet, is_parquet
from icos_ecosystem.readers.raw_clock import common_step
from icos_ecosystem.readers.raw_stamps import parse_dates_and_times, parse_stamps
from icos_ecosystem.readers.raw_units import UnitError, conversion
from icos_ecosystem.vocabulary.half_hourly import TABLE_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from icos_core.raw_text.delimited_text import Lines

__all__ = ["guess"]

_USUAL: Mapping[str, tuple[str, ...]] = {
    "NEE": ("nee",),
    "FC": ("fc", "fco2", "co2flux"),
    "LE": ("le", "lef", "latentheat"),
    "H": ("h", "hf", "sensibleheat"),
    "USTAR": ("ustar", "u*", "frictionvelocity"),
    "GPP": ("gpp",),
    "RECO": ("reco",),
    "TA": ("ta", "tair", "airtemperature", "airtemp"),
    "TS": ("ts", "tsoil", "soiltemperature"),
    "RH": ("rh", "relativehumidity"),
    "VPD": ("vpd",),
    "SW_IN": ("swin", "rg", "globalradiation"),
    "SW_OUT": ("swout",),
    "LW_IN": ("lwin",),
    "LW_OUT": ("lwout",),
    "PPFD_IN": ("ppfdin", "ppfd", "par"),
    "NETRAD": ("netrad", "rn", "rnet"),
    "G": ("g", "shf"),
    "SWC": ("swc",),
    "P": ("p", "precip", "rain"),
    "PA": ("pa", "pressure"),
    "WS": ("ws", "windspeed"),
    "WD": ("wd", "winddirection"),
}
_FLUXES = frozenset({"NEE", "FC", "LE", "H", "USTAR"})
_VARIABLES = {name: variable for variable, names in _USUAL.items() for name in names}
_PARTS = {"year": ("year",), "month": ("month",), "day": ("day",), "hour": ("hour",), "minute": ("minute",)}
_DAY_OF_YEAR = ("doy", "dayofyear")
_FORMATS = ("yyyy-mm-dd", "yyyymmdd", "dd.mm.yyyy", "dd/mm/yyyy", "mm/dd/yyyy")
_NOTE = re.compile(r"\s*[\[(]([^)\]]+)[)\]]$")
_START_OR_END = "time_stamps: whether a time is the start or the end of its interval a file does not say; taken to be the end"
_SAYS_SOMETHING_OF = re.compile(r"(?:^|_)(?:qc(?![a-z])|flag|sd|std|err|unc)", re.IGNORECASE)
_MOST_LINES = 5
_MOST_ROWS = 200
_HOT = 150.0
_MOST_OF = 0.9


class _Head(NamedTuple):
    """The first lines of a table, taken apart."""

    separator: str
    line: int
    headers: tuple[str, ...]
    units: tuple[str, ...] | None
    rows: list[tuple[str, ...]]
    parquet: bool

    def texts(self, place: int) -> list[str]:
        return [row[place] for row in self.rows]


class _Clock(NamedTuple):
    options: dict[str, Any]
    places: tuple[int, ...]
    stamps: np.ndarray[Any, np.dtype[np.int64]]


def guess(path: Path) -> Guess | None:
    """Say whether a file has half-hourly or hourly rows and columns with usual names."""
    lines, parquet = _lines(path)
    if lines is None:
        return None
    for name in ("comma", "semicolon", "tab"):
        for line in range(min(_MOST_LINES, len(lines))):
            head = _head(lines, name, line, parquet=parquet)
            clock = _clock(head) if head is not None else None
            if head is None or clock is None or common_step(clock.stamps) not in {HALF_HOUR, HOUR}:
                continue
            columns, stated = _columns(head, clock.places)
            if columns:
                return _proposal(head, clock, columns, stated)
    return None


def _lines(path: Path) -> tuple[Lines | None, bool]:
    head = plain_head(path)
    parquet = is_parquet(head)
    try:
        data = delimited_of_parquet(path.read_bytes()) if parquet else head
        return split_lines(data), parquet
    except (TextError, OSError):
        return None, parquet


def _head(lines: Lines, separator: str, line: int, *, parquet: bool) -> _Head | None:
    sign = SEPARATORS[separator]
    last = min(len(lines) - (0 if lines.complete else 1), line + _MOST_ROWS)
    headers = split_header(lines.raw(line), sign)
    if len(headers) < 3 or any(number(header) is not None for header in headers):
        return None
    rows = [split_header(lines.raw(index), sign) for index in range(line + 1, last)]
    rows = [row for row in rows if len(row) == len(headers)]
    units = rows[0] if rows and not any(number(cell) is not None or not cell for cell in rows[0]) else None
    return _Head(separator, line, headers, units, rows[1:] if units is not None else rows, parquet) if len(rows) > 3 else None


def _clock(head: _Head) -> _Clock | None:
    return _calendar(head) or _stamped(head)


def _calendar(head: _Head) -> _Clock | None:
    """Return parts of the calendar in columns of their own."""
    folded = [header.casefold().replace("_", "").strip() for header in head.headers]
    places = {part: folded.index(name) for part, names in _PARTS.items() for name in names if name in folded}
    day = next((folded.index(name) for name in _DAY_OF_YEAR if name in folded), None)
    if day is not None:
        places = {part: place for part, place in places.items() if part not in {"month", "day"}} | {"day_of_year": day}
    elif "day" in places and "month" not in places:
        places["day_of_year"] = places.pop("day")
    if "hour" not in places or not {"day_of_year", "day"} & set(places):
        return None
    parts = {part: np.array([_value(text) for text in head.texts(place)]) for part, place in places.items()}
    without_year = "year" not in parts
    stamps = calendar_stamps(parts | ({"year": np.full(len(head.rows), 2001.0)} if without_year else {}))
    if (stamps != INVALID).mean() < _MOST_OF:
        return None
    options: dict[str, Any] = {"calendar_columns": {part: head.headers[place] for part, place in places.items()}}
    return _Clock(options, tuple(places.values()), stamps)


def _value(text: str) -> float:
    found = number(text)
    return np.nan if found is None else found


def _stamped(head: _Head) -> _Clock | None:
    """Return a column of date and time, or two of date and time of day."""
    for place in range(len(head.headers)):
        pieces = _pieces(head.texts(place))
        for date_format in _FORMATS:
            order = DateFormat.from_text(date_format)
            stamps = parse_stamps(pieces, order)
            if (stamps != INVALID).mean() < _MOST_OF:
                continue
            named = {} if date_format == _FORMATS[0] else {"date_format": date_format}
            if common_step(stamps):
                return _Clock({"time_column": _name(head, place), **named}, (place,), stamps)
            if place + 1 < len(head.headers):
                both = parse_dates_and_times(pieces, _pieces(head.texts(place + 1)), order)
                if (both != INVALID).mean() > _MOST_OF and common_step(both):
                    options = {"date_column": _name(head, place), "time_column": _name(head, place + 1), **named}
                    return _Clock(options, (place, place + 1), both)
    return None


def _name(head: _Head, place: int) -> str:
    return head.headers[place] or f"#{place + 1}"


def _pieces(texts: Sequence[str]) -> Pieces:
    data = "\n".join(texts).encode("latin-1", errors="replace")
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    return Pieces(np.frombuffer(data or b" ", dtype=np.uint8), np.append(0, ends[:-1] + 1), ends)


def _columns(head: _Head, clock: Sequence[int]) -> tuple[dict[str, dict[str, str]], tuple[str, ...]]:
    """Return header → column for usual names, and the variables whose unit the file states."""
    columns: dict[str, dict[str, str]] = {}
    stated = []
    for place, header in enumerate(head.headers):
        noted = _NOTE.search(header)
        plain = _NOTE.sub("", header).strip()
        variable = plain if plain in TABLE_WORDS else _VARIABLES.get(re.sub(r"[^a-z0-9*]", "", plain.casefold()))
        if variable is None and head.parquet:
            variable = _begins_with(plain)
        if variable is None or place in clock or header in columns or variable in {each["variable"] for each in columns.values()}:
            continue
        in_row = head.units[place] if head.units is not None else ""
        unit = in_row or (noted[1] if noted else "")
        if unit and _fits(variable, unit):
            stated.append(variable)
            columns[header] = {"variable": variable} if in_row else {"variable": variable, "unit": unit}
        elif not unit and TABLE_WORDS[variable].dtype == "float64":
            columns[header] = {"variable": variable, "unit": _likely_unit(variable, head.texts(place))}
    return columns, tuple(stated)


def _begins_with(header: str) -> str | None:
    """Return the word that a longer name begins with: ``USTAR_IRGA72``."""
    parts = header.split("_")
    names = ("_".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
    found = next((name for name in names if name in TABLE_WORDS), None)
    return None if found is None or _SAYS_SOMETHING_OF.search(header.removeprefix(found)) else found


def _fits(variable: str, unit: str) -> bool:
    try:
        conversion(variable, unit, TABLE_WORDS)
    except UnitError:
        return False
    return True


def _likely_unit(variable: str, texts: Sequence[str]) -> str:
    """Return the usual unit of a variable; temperatures beyond 150 are kelvin."""
    usual = TABLE_WORDS[variable].units
    if usual == "degree_C":
        values = [value for value in map(number, texts) if value is not None]
        return "K" if values and median(values) > _HOT else "degC"
    return usual


def _confidence(variables: set[str]) -> float:
    """Return how sure it is: meteorology alone is the business of another reader as well."""
    fluxes = len(variables & _FLUXES)
    if not fluxes:
        return 0.35
    return 0.75 if fluxes > 1 else 0.65 if len(variables) > 2 else 0.55


def _place(head: _Head, clock: _Clock) -> str | None:
    """Return what times are of their intervals, None where nothing tells."""
    minutes = set((clock.stamps[clock.stamps != INVALID] // MINUTE % 60).tolist())
    if minutes <= ({15, 45} if common_step(clock.stamps) == HALF_HOUR else {30}):
        return "middle"
    named = " ".join(head.headers[place].casefold() for place in clock.places)
    return next((place for place in ("start", "end") if place in named), None)


def _proposal(head: _Head, clock: _Clock, columns: dict[str, dict[str, str]], stated: Sequence[str]) -> Guess:
    place = _place(head, clock)
    options: dict[str, Any] = {"time_stamps": place or "end", **clock.options}
    if head.separator != "comma":
        options["separator"] = head.separator
    last = head.line + (2 if head.units is not None else 1)
    if last != 1:
        options["header_lines"] = last
    if head.line:
        options["names_line"] = head.line + 1
    if head.units is not None:
        options["units_line"] = head.line + 2
    plain = {header: column["variable"] if set(column) == {"variable"} else column for header, column in columns.items()}
    options["columns"] = plain
    variables = {column["variable"] for column in columns.values()}
    unsure = [] if place else [_START_OR_END]
    unsure.append("time_zone: a file does not say whose clock its times are of; local standard time of the station is usual")
    if "calendar_columns" in options and "year" not in options["calendar_columns"]:
        unsure.append("year: no column has it; it has to be stated")
    unsure += [
        f"columns.{header}.unit: taken to be {column['unit']}"
        for header, column in columns.items()
        if "unit" in column and column["variable"] not in stated
    ]
    kind = "a parquet file; " if head.parquet else ""
    return Guess(
        confidence=_confidence(variables),
        options=options,
        found=(f"{kind}half-hourly or hourly rows, usual names of columns: {', '.join(map(repr, columns))}",),
        unsure=tuple(unsure),
    )
