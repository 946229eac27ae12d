"""What a delimited file looks like: a proposal for its description, and what the file does not tell.

A file shows its separator, its header and the style of its dates; it does not show for certain what a column is, in which unit, and
whether 06/07 is June or July. What was concluded from a name alone is said, what cannot be told is said, too.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from icos_core.components import Guess
from icos_core.raw_text.delimited_text import number
from icos_ocean.readers.column_names import known, propose, without_unit
from icos_ocean.readers.date_order import date_orders
from icos_ocean.readers.table_clock import months_as_numbers
from icos_ocean.readers.table_run_types import KNOWN_WORDS
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["guess"]

_HEAD = 1 << 18
_LINES = 2000
_SEPARATORS = (("tab", "\t"), ("semicolon", ";"), ("comma", ","), ("bar", "|"))
_DATE = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}|[0-9]{1,2}[./ -][A-Za-z]{3,9}[./ -][0-9]{2,4}")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(\s*[AaPp][Mm])?(Z|\s*(?:UTC|GMT|[+-]00:?00))?")
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}[T _]?[0-9]{6}(?:\.[0-9]+)?Z?")
_DATE_TIME = re.compile(rf"(?:{_DATE.pattern})[T _,]+{_TIME.pattern}|{_TIME.pattern}[ _,]+(?:{_DATE.pattern})|{_COMPACT.pattern}")
_SAYS_UTC = re.compile(r"(?:Z|UTC|GMT|[+-]00:?00)\W*$")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_PARTS = {
    "year": ("year", "yr", "yyyy"),
    "month": ("month", "mon", "mo"),
    "day": ("day", "dd"),
    "hour": ("hour", "hh", "hr"),
    "minute": ("minute", "min", "mi", "mm"),
    "second": ("second", "sec", "ss"),
}
_DAY_OF_YEAR = frozenset({"jday", "julian day", "doy", "day of year", "yday", "yearday", "julianday"})
_COUNTED = re.compile(r"time|date|unix|epoch|excel|matlab|serial", re.IGNORECASE)
_EPOCHS = (("unix", "s", 6.3e8, 2.3e9), ("excel", "d", 32874.0, 51500.0), ("matlab", "d", 726834.0, 745460.0))
"""Epochs, the unit they are counted in, and what numbers of the years from 1990 to 2040 lie between."""
_SENTINELS = ("-99", "-999", "-9999", "9999", "99999", "66666", "-", "n/a", "na", "null", "none")
_LIMITS = {"latitude": 90.0, "longitude": 360.0}
_SURE, _FAIR, _POOR = 0.75, 0.6, 0.3
_MANY = 3


@dataclass
class _Findings:
    """What is known so far."""

    options: dict[str, Any] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def guess(path: Path) -> Guess | None:
    """Look at the head of a file and propose how to describe it to `underway-table`; None where it is no table of times and numbers."""
    try:
        with path.open("rb") as file:
            data = file.read(_HEAD)
    except OSError:
        return None
    findings = _Findings()
    rows = _split(_decoded(data, findings), findings) if data and b"\0" not in data else None
    if rows is None:
        return None
    first = _header(rows, findings)
    width = _width(rows)
    table = [row for row in rows[first:] if len(row) == width][:_LINES]
    names = _names(rows, first, findings)
    columns = [[row[index].strip() for row in table] for index in range(len(names))]
    taken = _clock(names, columns, findings) if table else None
    if taken is None:
        return None
    recognised = _quantities(names, columns, taken, findings)
    if not findings.options["columns"]:
        return None
    _missing(columns, findings)
    named = "names" not in findings.options
    confidence = _POOR if not recognised else _SURE if named and recognised >= _MANY else _FAIR
    return Guess(confidence=confidence, **_result(findings))


def _result(findings: _Findings) -> dict[str, Any]:
    order = ("separator", "decimal_comma", "quotes", "encoding", "header_lines", "names_line", "names", "position_style", "missing_values")
    rest = [key for key in findings.options if key not in order]
    options = {key: findings.options[key] for key in (*order, *rest) if key in findings.options}
    return {"options": options, "found": tuple(findings.found), "unsure": tuple(findings.unsure)}


def _decoded(data: bytes, findings: _Findings) -> list[str]:
    whole = data[: data.rfind(b"\n") + 1] or data
    try:
        text = whole.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = whole.decode("windows-1252", errors="replace")
        findings.options["encoding"] = "windows-1252"
        findings.unsure.append("encoding: not UTF-8; windows-1252 is the usual other one")
    return text.splitlines()


def _split(lines: Sequence[str], findings: _Findings) -> list[list[str]] | None:
    """Cut lines into fields with the separator that cuts most lines into the same number of fields, two or more."""
    best: tuple[float, int, str, list[list[str]]] | None = None
    for name, character in _SEPARATORS:
        rows = [line.split(character) for line in lines]
        best = _better(best, name, rows)
    if best is None or best[0] < 0.6:
        best = _better(best, "blanks", [line.split() for line in lines])
    if best is None or best[0] < 0.6:
        return None
    share, width, name, rows = best
    if name != "comma":
        findings.options["separator"] = name
    findings.found.append(f"separator: {name}, {width} columns in {share:.0%} of the lines looked at")
    cells = [cell.strip() for row in rows[len(rows) // 2 :] for cell in row]
    commas, points = (
        sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in cells),
        sum("." in cell for cell in cells if number(cell) is not None),
    )
    if name not in {"comma", "blanks"} and commas > points:
        findings.options["decimal_comma"] = True
    if any(cell.startswith('"') and cell.endswith('"') and len(cell) > 1 for cell in cells):
        findings.options["quotes"] = True
    return rows


def _better(
    best: tuple[float, int, str, list[list[str]]] | None, name: str, rows: list[list[str]]
) -> tuple[float, int, str, list[list[str]]] | None:
    counts = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    counts.pop(1, None)
    if not counts:
        return best
    width, hits = counts.most_common(1)[0]
    share = hits / max(sum(bool("".join(row).strip()) for row in rows), 1)
    if best is None or (share, width) > (best[0] + 0.05, 0):
        return share, width, name, rows
    return best


def _width(rows: Sequence[Sequence[str]]) -> int:
    return Counter(len(row) for row in rows if any(cell.strip() for cell in row)).most_common(1)[0][0]


def _is_value(cell: str) -> bool:
    text = cell.strip().strip('"')
    return number(text.replace(",", ".")) is not None or bool(_DATE.match(text) or _TIME.match(text))


def _header(rows: Sequence[Sequence[str]], findings: _Findings) -> int:
    """Return the number of lines before the first row: the first line of full width with at least two values, or half of its cells."""
    width = _width(rows)
    for index, row in enumerate(rows):
        values = sum(map(_is_value, row))
        if len(row) == width and (values >= 0.5 * len([cell for cell in row if cell.strip()]) or (values >= 3 and index > 0)) and values:
            if index != 1:
                findings.options["header_lines"] = index
            return index
    return len(rows)


def _names(rows: Sequence[Sequence[str]], first: int, findings: _Findings) -> list[str]:
    width = _width(rows)
    full = [index for index in range(first) if len(rows[index]) == width]
    if not full:
        names = [f"column_{position}" for position in range(1, width + 1)]
        findings.options["names"] = names
        findings.unsure.append("names: the file has no names of columns; give each column its own")
        return names
    # Of two lines of full width the first holds the names, the second the units.
    line = full[0]
    if line != first - 1:
        findings.options["names_line"] = line - first
        findings.found.append(f"names_line: the names stand in line {line + 1}, {first - 1 - line} before the last of the header")
    findings.found.append(f"names of the columns: line {line + 1}")
    return [cell.strip().strip('"') for cell in rows[line]]


def _key(names: Sequence[str], index: int) -> str:
    """Return how a description names a column: by its name, by its number where the name is blank or stands before it already."""
    name = names[index]
    folded = [other.casefold() for other in names[:index]]
    return name if name and name.casefold() not in folded else f"#{index + 1}"


def _filled(column: Sequence[str]) -> list[str]:
    return [cell.strip('"').strip() for cell in column if cell.strip('"').strip()]


def _share(column: Sequence[str], pattern: re.Pattern[str]) -> float:
    cells = _filled(column)
    return sum(bool(pattern.fullmatch(cell)) for cell in cells) / len(cells) if cells else 0.0


def _clock(names: Sequence[str], columns: Sequence[Sequence[str]], findings: _Findings) -> set[int] | None:
    """Find date and time; return the columns that they take, None where there are none."""
    together = [index for index, column in enumerate(columns) if _share(column, _DATE_TIME) > 0.9 and _goes_on(column)]
    dates = [index for index, column in enumerate(columns) if _share(column, _DATE) > 0.9]
    times = [index for index, column in enumerate(columns) if _share(column, _TIME) > 0.9 and _goes_on(column)]
    parts = {part: index for part, known in _PARTS.items() for index, name in enumerate(names) if without_unit(name)[0].casefold() in known}
    day_of_year = [index for index, name in enumerate(names) if without_unit(name)[0].casefold().replace("_", " ") in _DAY_OF_YEAR]
    clock: dict[str, Any]
    used: set[int]
    if together:
        clock, used = {"date_time": _key(names, together[0])}, set(together)
        _date_format(clock, columns[together[0]], findings)
    elif dates and times:
        pairs = list(zip(dates, times, strict=False))
        # Where there are several clocks, the one of the satellites is right.
        chosen = next(((date, time) for date, time in pairs if "gps" in names[date].casefold()), pairs[0])
        clock, used = {"date": _key(names, chosen[0]), "time": _key(names, chosen[1])}, {*dates, *times}
        _date_format(clock, columns[chosen[0]], findings)
        if len(pairs) > 1:
            others = ", ".join(names[date] for date, _ in pairs if date != chosen[0])
            findings.unsure.append(f"clock: there are {len(pairs)} clocks; the other: {others}")
    elif {"year", "month", "day"} <= parts.keys():
        clock, used = {part: _key(names, index) for part, index in parts.items()}, set(parts.values())
    elif day_of_year:
        clock, used = {"day_of_year": _key(names, day_of_year[0])}, {day_of_year[0]}
        if "year" in parts:
            clock["year"] = _key(names, parts["year"])
            used.add(parts["year"])
        else:
            clock["year"] = 1970
            findings.unsure.append("clock.year: the file does not tell the year; 1970 stands in its place")
        if times:
            clock["time"] = _key(names, times[0])
            used |= set(times)
        findings.unsure.append("clock.first_day: 1 January is taken for day 1")
    elif (counted := _counted(names, columns)) is not None:
        index, since, unit = counted
        clock, used = {"elapsed": _key(names, index), "elapsed_unit": unit, "since": since}, {index}
        findings.unsure.append(f"clock.since: numbers such as {_filled(columns[index])[0]} are taken for a time of {since}")
    else:
        return None
    findings.options["clock"] = clock
    findings.found.append(f"date and time: {', '.join(map(str, clock.values()))}")
    if clock.get("since") != "unix" and not any(_SAYS_UTC.search(cell) for index in used for cell in columns[index][:3]):
        findings.unsure.append("clock.utc_offset: the file does not say that its clock is UTC")
    return used


def _counted(names: Sequence[str], columns: Sequence[Sequence[str]]) -> tuple[int, str, str] | None:
    """Find a column that counts from an epoch; return its index, the epoch and the unit."""
    for index, (name, column) in enumerate(zip(names, columns, strict=True)):
        values = [number(cell) for cell in _filled(column)]
        if not values or None in values or not _COUNTED.search(name) or not _goes_on(column):
            continue
        for since, unit, first, last in _EPOCHS:
            if all(value is not None and first <= value <= last for value in values):
                return index, since, unit
    return None


def _goes_on(column: Sequence[str]) -> bool:
    """Whether a column of times changes from row to row: the day of the last calibration does not."""
    return len(set(column)) > 0.3 * len(column)


def _date_format(clock: dict[str, Any], column: Sequence[str], findings: _Findings) -> None:
    texts = [match[0] for cell in column if (match := _DATE.search(cell))]
    if not texts:
        # Without separators the year is first.
        return
    orders = date_orders([months_as_numbers(text) for text in texts])
    if any(letter.isalpha() for letter in texts[0]):
        # A month in words is told from a day, and stands second.
        orders = tuple(order for order in orders if order.startswith("dd"))
    if not orders:
        findings.unsure.append(f"clock.date_format: {texts[0]!r} was not understood")
        return
    if orders[0] != "yyyy-mm-dd":
        clock["date_format"] = orders[0]
    if len(orders) > 1:
        findings.unsure.append(f"clock.date_format: the dates ({texts[0]} …) fit {' and '.join(orders)} alike")


def _quantities(names: Sequence[str], columns: Sequence[Sequence[str]], taken: set[int], findings: _Findings) -> int:
    """Find out what the other columns are; return how many the dictionary knows."""
    hemispheres: dict[str, str] = {}
    free = []
    for index in range(len(names)):
        if index in taken or not _filled(columns[index]) or _run_type(names, index, columns[index], findings):
            continue
        letters = {cell.upper() for cell in _filled(columns[index])}
        if letters <= {"N", "S"} or letters <= {"E", "W"}:
            hemispheres["latitude" if letters <= {"N", "S"} else "longitude"] = _key(names, index)
        else:
            free.append(index)
    chosen = _chosen(names, free, findings)
    if not chosen:
        _own_quantities(names, columns, free, findings)
        return 0
    findings.options["columns"] = {_key(names, index): variable for index, variable in chosen.items()}
    _units(names, chosen, findings)
    if hemispheres:
        findings.options["hemispheres"] = {name: column for name, column in hemispheres.items() if name in chosen.values()}
    _positions(columns, chosen, findings)
    unknown = [(names[index] and _key(names, index)) or f"#{index + 1}" for index in free if index not in chosen]
    if unknown:
        findings.unsure.append(f"columns: what these are cannot be told: {', '.join(unknown)}")
    unstated = [variable for index, variable in chosen.items() if not without_unit(names[index])[1] and VOCABULARY[variable].units != "1"]
    if unstated:
        findings.unsure.append(f"units: the usual ones are assumed for {', '.join(unstated)}")
    return len(chosen)


def _own_quantities(names: Sequence[str], columns: Sequence[Sequence[str]], free: Sequence[int], findings: _Findings) -> None:
    """Propose every column of numbers under a name of its own, where no column is known: a description that reads all there is."""
    own: dict[str, str] = {}
    for index in free:
        cells = _filled(columns[index])
        if sum(number(cell.replace(",", ".")) is not None for cell in cells) > 0.9 * len(cells):
            words = re.sub(r"[^a-z0-9]+", "_", without_unit(names[index])[0].casefold()).strip("_")
            name = words if words[:1].isalpha() and words not in own.values() and words not in VOCABULARY else f"column_{index + 1}"
            own[_key(names, index)] = name
    findings.options["columns"] = own
    findings.options["quantities"] = [{"name": name, "units": "1"} for name in own.values()]
    findings.unsure.append(f"columns: what these are cannot be told, so that they are read under names of their own: {', '.join(own)}")
    findings.unsure.append("quantities: their units cannot be told; give each its unit, or in columns the variable that it is")


def _chosen(names: Sequence[str], free: Sequence[int], findings: _Findings) -> dict[int, str]:
    """Return column → variable: names with one meaning first, then those with several, where none of these is there already."""
    proposals = {index: found for index in free if names[index] and (found := propose(names[index])) is not None}
    chosen: dict[int, str] = {}
    for index, proposal in proposals.items():
        if len(proposal.variables) == 1 and proposal.variables[0] not in chosen.values():
            chosen[index] = proposal.variables[0]
    for index, proposal in proposals.items():
        if len(proposal.variables) > 1:
            findings.unsure.append(f"columns: {names[index]!r} may be any of {', '.join(proposal.variables)}")
            if proposal.variables[0] not in chosen.values():
                chosen[index] = proposal.variables[0]
    return dict(sorted(chosen.items()))


def _units(names: Sequence[str], chosen: Mapping[int, str], findings: _Findings) -> None:
    """Propose the units that headers state, where they are not the usual ones."""
    units = {}
    for index, variable in chosen.items():
        unit, usual = without_unit(names[index])[1], VOCABULARY[variable].units
        if not unit or unit == usual:
            continue
        # A number without a unit is no mass fraction: salinity in g/kg is absolute.
        if usual != "1" and known(unit):
            units[variable] = unit
        else:
            findings.unsure.append(
                f"units: {names[index]!r} states {unit!r}, from which {variable} cannot be converted; it is read as it is"
            )
    if units:
        findings.options["units"] = units


def _run_type(names: Sequence[str], index: int, column: Sequence[str], findings: _Findings) -> bool:
    """Whether a column holds run types: few distinct words, of which some are known ones."""
    if "run_type_column" in findings.options:
        return False
    words = Counter(_filled(column))
    if any(_is_value(word) for word in words) or len(words) > 40:
        return False
    known = [word for word in words if KNOWN_WORDS.knows(word)]
    if not known and names[index].casefold() not in {"type", "run type", "runtype", "run_type"}:
        return False
    findings.options["run_type_column"] = _key(names, index)
    findings.found.append(f"run types: {', '.join(sorted(words))}")
    strange = sorted(set(words) - set(known))
    if strange:
        findings.unsure.append(
            f"run_types: these words are no run types; say what they are, in run_types or housekeeping: {', '.join(strange)}"
        )
    return True


def _positions(columns: Sequence[Sequence[str]], chosen: dict[int, str], findings: _Findings) -> None:
    values: dict[str, list[float]] = {}
    for index, variable in chosen.items():
        if variable in _LIMITS:
            cells = (number(cell.strip("NSEWnsew ").replace(",", ".")) for cell in columns[index])
            values[variable] = [value for value in cells if value is not None]
    beyond = [value for name, found in values.items() for value in found if abs(value) > _LIMITS[name]]
    if beyond and all(abs(value) % 100.0 < 60.0 for found in values.values() for value in found):
        findings.options["position_style"] = "degrees-minutes"
        findings.found.append(f"position_style: positions such as {beyond[0]:g} are degrees and minutes in one number")


def _missing(columns: Sequence[Sequence[str]], findings: _Findings) -> None:
    cells = Counter(_as_sentinel(cell) for column in columns for cell in column)
    seen = [sentinel for sentinel in _SENTINELS if cells[sentinel] > 1]
    if seen:
        findings.options["missing_values"] = seen
        findings.unsure.append(f"missing_values: {', '.join(seen)} may be values, too")


def _as_sentinel(cell: str) -> str:
    """Return a cell as it stands among the sentinels: numbers by their value."""
    text = cell.strip('" ').casefold()
    value = number(text.replace(",", "."))
    return f"{value:g}" if value is not None else text
