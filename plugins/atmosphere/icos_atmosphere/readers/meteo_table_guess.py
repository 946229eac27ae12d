"""What a table of meteorology may be: usual names of columns propose a description, a person decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from icos_atmosphere.readers.meteo_table_options import SEPARATORS, WORDS
from icos_atmosphere.readers.plain_text import without_quotes
from icos_atmosphere.readers.stamps import fitting_orders
from icos_core.components import Guess
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.packed import plain_head
from icos_core.units import can_become

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["guess"]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "air_temperature": ("ta", "t air", "tair", "air temp", "airtemp", "air temperature", "temperature", "temp", "at", "airtc", "t"),
    "relative_humidity": ("rh", "rel hum", "relhum", "relative humidity", "humidity", "hur"),
    "air_pressure": ("pa", "p", "ap", "bp", "press", "pressure", "air pressure", "baro", "barometric pressure", "bp mbar"),
    "wind_speed": ("ws", "wind speed", "windspeed", "wspd", "wind", "ws ms", "ff"),
    "wind_direction": ("wd", "wind dir", "winddir", "wind direction", "wdir", "dd"),
}
_VARIABLE = {name: variable for variable, names in _NAMES.items() for name in names}
_TIMES = ("timestamp", "time stamp", "datetime", "date time", "date and time", "tmstamp", "utc", "time")
_DATES = ("date", "day")
_FORMATS = ("yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy", "dd.mm.yyyy")
_UNITS = {
    "degc": "degree_C",
    "°c": "degree_C",
    "c": "degree_C",
    "deg": "degree",
    "°": "degree",
    "m/s": "m s-1",
    "mb": "mbar",
    "%": "percent",
}
_BRACKETS = re.compile(r"(.*?)\s*[\[(]\s*([^\[\]()]*?)\s*[\])]")
_STAMP = re.compile(r"(\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4})(?:[T ]+\d{1,2}:\d{2}\S*)?")
_MOST_LINES = 5
_SEPARATOR_NAMES = ("comma", "semicolon", "tab")


class _Found(NamedTuple):
    """A header that was understood."""

    separator: str
    names_line: int
    header_lines: int
    clock: dict[str, str]
    columns: dict[str, str]
    units: dict[str, str]
    dates: list[str]


def guess(path: Path) -> Guess | None:
    """Say whether the columns of a file have usual names of meteorology."""
    head = plain_head(path)
    for separator in _SEPARATOR_NAMES:
        found = _look(head, separator)
        if found is not None:
            return _proposal(found)
    return None


def _look(head: bytes, separator: str) -> _Found | None:
    mark = SEPARATORS[separator]
    try:
        lines = split_lines(without_quotes(head, mark))
    except TextError:
        return None
    cells = [[cell.strip() for cell in lines.raw(index).decode("utf-8", errors="replace").split(mark)] for index in range(len(lines))]
    for index, names in enumerate(cells[:_MOST_LINES]):
        clock = _clock(names)
        columns, units = _columns(names)
        if not clock or not columns:
            continue
        place = names.index(clock.get("date_column", clock["time_column"]))
        rows = [number for number, row in enumerate(cells) if number > index and len(row) == len(names) and _STAMP.fullmatch(row[place])]
        if rows:
            dates = [match[1] for number in rows if (match := _STAMP.fullmatch(cells[number][place])) is not None]
            return _Found(separator, index + 1, rows[0], clock, columns, units, dates)
    return None


def _clock(names: Sequence[str]) -> dict[str, str]:
    by_name = {_plain(name): name for name in reversed(names)}
    time = next((by_name[name] for name in _TIMES if name in by_name), None)
    date = next((by_name[name] for name in _DATES if name in by_name), None)
    if time is None:
        return {"time_column": date} if date is not None else {}
    return {"time_column": time} if date is None or _plain(time) != "time" else {"date_column": date, "time_column": time}


def _columns(names: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    for name in names:
        match = _BRACKETS.fullmatch(name)
        bare, unit = (match[1], match[2]) if match is not None else (name, "")
        # FLUXNET's names carry the place of a sensor: TA_1_2_1.
        variable = _VARIABLE.get(re.sub(r"(?: \d+)+$| (?:avg|mean)$", "", _plain(bare)))
        if variable is None or variable in columns.values():
            continue
        columns[name] = variable
        stated = _UNITS.get(unit.casefold(), unit)
        if stated and stated != WORDS[variable].units and can_become(stated, WORDS[variable].units):
            units[variable] = stated
    return columns, units


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_./-]", " ", name.casefold()).split())


def _proposal(found: _Found) -> Guess:
    fitting = fitting_orders(found.dates, _FORMATS)
    options: dict[str, Any] = dict(found.clock)
    if found.separator != "comma":
        options["separator"] = found.separator
    if found.header_lines != 1:
        options |= {"header_lines": found.header_lines, "names_line": found.names_line}
    if fitting and fitting[0] != _FORMATS[0]:
        options["date_format"] = fitting[0]
    options["columns"] = found.columns
    if found.units:
        options["units"] = found.units
    unsure = ["utc_offset: a file does not say how far its clock is from UTC"]
    if len({order.replace(".", "/") for order in fitting}) > 1:
        unsure.insert(0, f"date_format: {found.dates[0]} may be {' or '.join(fitting)}")
    unsure += [f"units: that of {name} is taken to be {WORDS[name].units}" for name in found.columns.values() if name not in found.units]
    named = ", ".join(f"{header!r} as {name}" for header, name in found.columns.items())
    return Guess(
        confidence=0.6 if len(found.columns) > 1 and fitting else 0.4,
        options=options,
        found=(f"usual names of meteorology: {named}",),
        unsure=tuple(unsure),
    )
