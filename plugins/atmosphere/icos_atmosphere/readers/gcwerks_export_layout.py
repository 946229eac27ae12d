"""The header of what GCWerks exports of cavity ring-down analysers, what a file's name says, and other exports of GCWerks.

Two lines name the columns: the upper one the gas, the lower one mean (C), standard deviation (stdev) and number of readings (N)::

         -      -         -    -       ch4     ch4   ch4       co2     co2   co2
      date   time      type port         C   stdev     N         C   stdev     N
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from icos_atmosphere.vocabulary import GASES
from icos_core.raw_text.delimited_text import HeaderError

if TYPE_CHECKING:
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["CLOCK", "Layout", "Named", "find_layout", "named"]

CLOCK = ("date", "time", "type", "port")
_STATISTICS = {"c": "", "stdev": "_stdev", "n": "_n"}
_MOST_LINES_ABOVE = 20
_CREATED = re.compile(r"#?\s*Created:\s*(\d{1,2}) ([A-Za-z]{3}) (\d{2}|\d{4}) (\d{2}):(\d{2}) GMT")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HEIGHT = re.compile(r"(\d{1,4}(?:\.\d+)?)m(?:agl)?", re.IGNORECASE)
_INTERVALS = {"minute": re.compile(r"1-?min(?:ute)?|minute(?:ly)?", re.IGNORECASE), "hour": re.compile(r"hour(?:ly)?|1h", re.IGNORECASE)}
_CHROMATOGRAPH = (
    "an export of GCWerks for gas chromatographs (.C file, columns 'Scale:', 'Unit:', 'Year' and flags); expected one for cavity ring-down "
    "analysers, with the columns date, time, type, port"
)
_PRECISIONS = (
    "precisions that GCWerks exports for gas chromatographs (.precisions.C file, standard deviations of the standard); expected an export "
    "for cavity ring-down analysers, with the columns date, time, type, port"
)


class Layout(NamedTuple):
    """What a file's header says.

    Attributes
    ----------
    header
        Line of the lower names, counted from 0.
    names
        Names of the columns, gas and statistic.
    places
        Variable → column.
    unused
        Columns that are none of those known.
    created
        When the file was written; None where it does not say so.
    """

    header: int
    names: tuple[str, ...]
    places: dict[str, int]
    unused: tuple[str, ...]
    created: datetime | None


class Named(NamedTuple):
    """What a file's name says, such as ``bsd.picarro.1minute.108m.dat``; empty or None what it does not."""

    instrument: str
    interval: str
    height: float | None


def find_layout(lines: Lines) -> Layout:
    """Find the header.

    Raises
    ------
    HeaderError
        For another export of GCWerks, or a file of another kind.
    """
    head = [lines.raw(index).decode("latin-1") for index in range(min(len(lines), _MOST_LINES_ABOVE))]
    for index, (upper, lower) in enumerate(pairwise(head), start=1):
        gases, statistics = upper.split(), lower.split()
        if tuple(statistics[: len(CLOCK)]) == CLOCK and gases[: len(CLOCK)] == ["-"] * len(CLOCK):
            if len(gases) != len(statistics):
                raise HeaderError(f"{len(gases)} gases above {len(statistics)} names of columns", line=index + 1)
            return _layout(index, gases, statistics, _created(head[: index - 1]))
    if any(line.split()[:1] == ["Scale:"] for line in head):
        raise HeaderError(_CHROMATOGRAPH, line=1)
    if any("standard deviations" in line and line.startswith("#") for line in head):
        raise HeaderError(_PRECISIONS, line=1)
    raise HeaderError("no export of GCWerks: no line with the columns date, time, type, port below one with the gases", line=1)


def _layout(header: int, gases: list[str], statistics: list[str], created: datetime | None) -> Layout:
    places: dict[str, int] = {"inlet_number": CLOCK.index("port")}
    unused = []
    for place in range(len(CLOCK), len(gases)):
        gas, suffix = gases[place].lower(), _STATISTICS.get(statistics[place].lower())
        if gas in GASES and suffix is not None:
            places.setdefault(f"{gas}{suffix}", place)
        else:
            unused.append(f"{gases[place]} {statistics[place]}")
    if not any(gas in places for gas in GASES):
        known = ", ".join(GASES)
        raise HeaderError(f"no mean of a gas that is known ({known}); the columns are: {', '.join(unused)[:200]}", line=header + 1)
    names = (*CLOCK, *(f"{gas} {statistic}" for gas, statistic in zip(gases[len(CLOCK) :], statistics[len(CLOCK) :], strict=True)))
    return Layout(header, names, places, tuple(unused), created)


def _created(head: list[str]) -> datetime | None:
    for line in head:
        match = _CREATED.match(line)
        if match is None or match[2].lower() not in _MONTHS:
            continue
        day, year, hour, minute = (int(match[group]) for group in (1, 3, 4, 5))
        try:
            return datetime(year + (2000 if year < 100 else 0), _MONTHS.index(match[2].lower()) + 1, day, hour, minute, tzinfo=UTC)
        except ValueError:
            continue
    return None


def named(file: str) -> Named:
    """Return what the parts of a file's name say."""
    parts = file.split(".")
    interval = next((name for name, form in _INTERVALS.items() if any(form.fullmatch(part) for part in parts[1:-1])), "")
    height = next((float(match[1]) for part in parts if (match := _HEIGHT.fullmatch(part))), None)
    return Named(parts[1] if interval and len(parts) > 3 else "", interval, height)
