"""What a table of fast or slow data may be: usual names of columns propose a description, a person decides."""

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
from icos_ecosystem.readers.delimited_options import SEPARATORS
from icos_ecosystem.readers.fast_text import split_header
from icos_ecosystem.readers.raw_clock import SECOND, common_step
from icos_ecosystem.readers.raw_stamps import parse_stamps
from icos_ecosystem.readers.raw_units import UnitError, conversion, usual_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from icos_core.raw_text.delimited_text import Lines

__all__ = ["guess"]

_FAST: Mapping[str, tuple[str, ...]] = {
    "u": ("u", "ux", "uwind"),
    "v": ("v", "uy", "vwind"),
    "w": ("w", "uz", "wwind"),
    "sonic_temperature": ("ts", "t", "tsonic", "sonictemp", "sonictemperature", "tson"),
    "co2_mixing_ratio": ("co2", "co2dry", "co2conc"),
    "h2o_mixing_ratio": ("h2o", "h2odry", "h2oconc"),
    "ch4_mixing_ratio": ("ch4", "ch4dry"),
    "n2o_mixing_ratio": ("n2o", "n2odry"),
}
_SLOW = {"ta": "TA", "rh": "RH", "pa": "PA", "swin": "SW_IN", "rg": "SW_IN", "swout": "SW_OUT", "lwin": "LW_IN", "lwout": "LW_OUT"} | {
    "netrad": "NETRAD", "rn": "NETRAD", "ppfdin": "PPFD_IN", "ppfd": "PPFD_IN", "g": "G", "shf": "G", "ts": "TS", "swc": "SWC", "p": "P",
    "ws": "WS", "wd": "WD",
}  # fmt: skip
_FAST_OF = {name: variable for variable, names in _FAST.items() for name in names}
_USUAL_UNITS = {"PA": "kPa"}
_HOT = 150.0
_TAG = re.compile(r"_?\[[^\]]*\]")
_PLACE = re.compile(r"(?:_\d+)+$|_(?:avg|mean)$", re.IGNORECASE)
_UNIT = re.compile(r"(.+?)(?:_| ?\(| ?\[)([A-Za-z%°µ/][^\s()\[\]]*)[)\]]?")
_FORMATS = ("yyyy-mm-dd", "dd.mm.yyyy", "dd/mm/yyyy", "mm/dd/yyyy", "yyyymmdd")
_MOST_LINES = 5
_SLOW_STEP = 2 * SECOND


class _Found(NamedTuple):
    """A header that was understood: where it stands, the first column that holds times, and what the others are."""

    line: int
    headers: tuple[str, ...]
    clock: int
    date_format: str
    step: int
    columns: dict[str, dict[str, str]]
    shown: tuple[str, ...]


def guess(path: Path) -> Guess | None:
    """Say whether the columns of a file have usual names."""
    head = plain_head(path)
    if head.startswith((b'"TO', b"TOA5", b"TOB")):
        return None
    try:
        lines = split_lines(head)
    except TextError:
        return None
    for name in ("comma", "semicolon", "tab"):
        found = _look(lines, SEPARATORS[name])
        if found is not None:
            return _proposal(name, found)
    return None


def _look(lines: Lines, separator: str) -> _Found | None:
    # The last line of a head is cut off.
    last = len(lines) - (0 if lines.complete else 1)
    for line in range(min(_MOST_LINES, last)):
        headers = split_header(lines.raw(line), separator)
        rows = [split_header(lines.raw(index), separator) for index in range(line + 1, min(last, line + 200))]
        rows = [row for row in rows if len(row) == len(headers)]
        clock = _clock(rows, len(headers))
        if clock is None:
            continue
        place, date_format, step = clock
        columns, shown = _named(headers, rows, place, slow=step > _SLOW_STEP)
        if columns:
            return _Found(line, headers, place, date_format, step, columns, shown)
    return None


def _clock(rows: Sequence[Sequence[str]], count: int) -> tuple[int, str, int] | None:
    """Return the first column that holds times, their format and their step."""
    for place in range(count if rows else 0):
        texts = [row[place] for row in rows]
        data = "\n".join(texts).encode("latin-1", errors="replace")
        ends = np.cumsum([len(text) + 1 for text in texts]) - 1
        pieces = Pieces(np.frombuffer(data or b" ", dtype=np.uint8), np.append(0, ends[:-1] + 1), ends)
        for date_format in _FORMATS:
            times = parse_stamps(pieces, DateFormat.from_text(date_format))
            if (times != INVALID).mean() > 0.9 and common_step(times):
                return place, date_format, common_step(times)
    return None


def _named(
    headers: Sequence[str], rows: Sequence[Sequence[str]], clock: int, *, slow: bool
) -> tuple[dict[str, dict[str, str]], tuple[str, ...]]:
    """Return header → column for usual names, and the variables whose unit the header shows."""
    names = _SLOW if slow else _FAST_OF
    columns: dict[str, dict[str, str]] = {}
    shown = []
    for place, header in enumerate(headers):
        for text, unit in _readings(header):
            variable = names.get(re.sub(r"[^a-z0-9]", "", text.casefold()))
            if variable is None or place == clock or header in columns or variable in {each["variable"] for each in columns.values()}:
                continue
            if unit and not _fits(variable, unit):
                continue
            columns[header] = {"variable": variable, "unit": unit or _likely_unit(variable, [row[place] for row in rows])}
            shown += [variable] if unit else []
    enough = slow or {"u", "v", "w"} <= {each["variable"] for each in columns.values()}
    return (columns, tuple(shown)) if enough else ({}, ())


def _readings(header: str) -> Iterator[tuple[str, str]]:
    """Yield name and unit as which a header may be understood: ``u_m/s``, ``Ux [m/s]``, ``U_[R350-B]`` with the tag of an instrument."""
    for text in dict.fromkeys((header.strip(), _PLACE.sub("", _TAG.sub("", header).strip()))):
        yield text, ""
        match = _UNIT.fullmatch(text)
        if match is not None:
            yield match[1], match[2]


def _likely_unit(variable: str, texts: Sequence[str]) -> str:
    """Return the usual unit of a variable; temperatures beyond 150 are kelvin."""
    if usual_unit(variable) == "K":
        values = [value for value in map(number, texts) if value is not None]
        return "K" if values and median(values) > _HOT else "degC"
    return _USUAL_UNITS.get(variable, usual_unit(variable))


def _fits(variable: str, unit: str) -> bool:
    try:
        conversion(variable, unit)
    except UnitError:
        return False
    return True


def _proposal(separator: str, found: _Found) -> Guess:
    name = found.headers[found.clock]
    options: dict[str, Any] = {"time_column": name or f"#{found.clock + 1}"}
    slow = found.step > _SLOW_STEP
    if slow:
        options |= {"stream_kind": "meteo", "interval": f"{found.step / SECOND:g} s"}
    else:
        options["frequency"] = SECOND / found.step
    if separator != "comma":
        options["separator"] = separator
    if found.line:
        options |= {"header_lines": found.line + 1, "names_line": found.line + 1}
    if found.date_format != _FORMATS[0]:
        options["date_format"] = found.date_format
    options["columns"] = found.columns
    variables = [column["variable"] for column in found.columns.values()]
    unsure = [
        "row_time: whether a time is the start or the end of its interval a file does not say; taken to be the start",
        "utc_offset: a file does not say how far its clock is from UTC",
    ]
    unsure += [
        f"columns.{header}.unit: taken to be {column['unit']}"
        for header, column in found.columns.items()
        if column["variable"] not in found.shown
    ]
    unsure += [f"columns: {variable} may be of moist air or per volume" for variable in variables if variable.endswith("mixing_ratio")]
    return Guess(
        confidence=0.6 if len(variables) > 3 or not slow else 0.4,
        options=options,
        found=(f"usual names of columns: {', '.join(map(repr, found.columns))}",),
        unsure=tuple(unsure),
    )
