"""Headers of HydroC files → what their columns are.

========== =================================================================================================================
layout     how it is known
========== =================================================================================================================
native     a line of the first few that names Date, Time and Signal_raw, separated by semicolons; or, where no line names
           columns, five lines or more of which the last have 22 fields, or 23 with an empty one at the end
ferrybox   ``$METADATA`` at the top, a line ``$Timestamp`` that names one channel of the instrument before ``Quality``
zero-cycle the same, but ``$Timestamp`` is followed by ``Quality`` and names all channels
========== =================================================================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from icos_core.exceptions import nearest
from icos_core.raw_text.delimited_text import HeaderError, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.raw_text.delimited_text import Lines

__all__ = ["COLUMNS", "NATIVE_COLUMNS", "POSITION", "Layout", "find_layout", "normalised"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "latitude": ("latitude",),
    "longitude": ("longitude",),
    "signal_raw": ("signal_raw",),
    "signal_reference": ("signal_ref",),
    "signal_reported": ("signal_proc",),
    "analyser_pressure": ("p_ndir",),
    "membrane_pressure": ("p_in",),
    "gas_temperature": ("t_gas",),
    "sensor_temperature": ("t_sensor",),
    "relative_humidity": ("%rh", "%rh_gas", "h_gas"),
    "pco2_reported": ("pco2_corr",),
    "xco2_wet": ("xco2_corr",),
    "supply_voltage": ("u_supply",),
    "runtime": ("runtime",),
    "zero_state": ("zero", "state_zero"),
    "flush_state": ("flush", "state_flush"),
}
"""Variable → the headers of its column, as :func:`normalised` gives them. Pressures in mbar, temperatures in °C, runtime in s."""

POSITION = frozenset({"latitude", "longitude"})
"""Variables that a FerryBox writes beside whatever it logs: read on demand, for a ship has them from a better source."""

NATIVE_COLUMNS = (
    *("date", "time", "weekday", "p_pump", "p_ndir", "p_in", "i_total", "u_supply", "zero", "flush", "external_pump", "runtime"),
    *("signal_raw", "signal_ref", "t_sensor", "signal_proc", "conc_estimate", "pco2_corr", "xco2_corr", "t_control", "t_gas", "%rh"),
)
"""Columns of a native log whose header does not name them."""

_KNOWN = {header: name for name, headers in COLUMNS.items() for header in headers}
_BESIDE = frozenset({"$timestamp", "quality", "info", "meascount", "meantime", "range", "minimum", "maximum", "variance", "rawvalue"})
_HEADER_LINES = 400
_NATIVE_HEADER_LINES = 4
_COEFFICIENT = re.compile(r"\$Range([0-9]+)\.a([0-3]);\s*(\S+?)\$?")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the columns of a file are; indices count from 0.

    Attributes
    ----------
    kind
        ``native``, ``ferrybox`` or ``zero-cycle``.
    separator
        One character.
    labels
        Headers of all columns.
    first
        Index of the first line of data.
    quantities
        Variable → column.
    date, time
        Columns of date and time; the same one where one holds both.
    quality, raw, range
        Columns of quality bits, raw values and the range in force, None where there is none.
    formula
        Number of the range → a0 … a3 of ``measured = a0 + a1 raw + a2 raw² + a3 raw³``.
    unused
        Headers that nobody knows.
    """

    kind: str
    separator: str
    labels: tuple[str, ...]
    first: int
    quantities: Mapping[str, int]
    date: int
    time: int
    quality: int | None = None
    raw: int | None = None
    range: int | None = None
    formula: Mapping[int, tuple[float, float, float, float]]
    unused: tuple[str, ...] = ()


def normalised(header: str) -> str:
    """Return a header as it is compared: lower case, no blanks around it."""
    return header.strip().casefold()


def find_layout(lines: Lines, encoding: str, wanted: str, columns: Mapping[str, str], *, positions: bool) -> Layout:
    """Find out what the columns of a file are.

    Parameters
    ----------
    lines
        The file.
    encoding, wanted, columns, positions
        Options of the reader; `wanted` is its layout.

    Raises
    ------
    HeaderError
        For a file that is none of these, or not the one that is wanted.
    """
    head = [lines.raw(index).decode(encoding, errors="replace") for index in range(min(len(lines), _HEADER_LINES))]
    extra = {normalised(header): name for header, name in columns.items()}
    named = next((index for index, text in enumerate(head) if text.startswith("$Timestamp\t")), None)
    passed_over = frozenset() if positions else POSITION - set(extra.values())
    layout = _native(head, extra) if named is None else _ferrybox(head, named, extra)
    if layout is None:
        raise HeaderError(
            "no HydroC log: neither a line $Timestamp nor one that names Date;Time;…;Signal_raw, nor 22 columns below 4 lines"
        )
    if wanted not in {"auto", layout.kind}:
        raise HeaderError(f"the file is of the layout {layout.kind!r}, expected {wanted!r}", line=layout.first)
    layout = replace(layout, quantities={name: column for name, column in layout.quantities.items() if name not in passed_over})
    if not layout.quantities:
        close = next((found for label in layout.labels if (found := nearest(normalised(label), _KNOWN))), None)
        hint = f"; nearest known channel {close!r}" if close else ""
        raise HeaderError(f"no column of a HydroC among {', '.join(layout.labels)}{hint}", line=layout.first)
    return layout


def _quantities(labels: Sequence[str], extra: Mapping[str, str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return variable → column, the first of a name, and the headers that stand for none."""
    found: dict[str, int] = {}
    unused = []
    declared = set(extra.values())
    for index, label in enumerate(labels):
        header = normalised(label)
        name = extra.get(header) or (_KNOWN.get(header) if _KNOWN.get(header) not in declared else None)
        if name is not None and name not in found:
            found[name] = index
        elif header and name is None and header not in _BESIDE and header not in NATIVE_COLUMNS:
            unused.append(label.strip())
    return found, tuple(unused)


def _ferrybox(head: Sequence[str], named: int, extra: Mapping[str, str]) -> Layout | None:
    if not head[0].startswith("$METADATA"):
        return None
    labels = tuple(label.strip() for label in head[named].split("\t"))
    headers = [normalised(label) for label in labels]
    quantities, unused = _quantities(labels, extra)
    one_channel = "rawvalue" in headers or len(headers) < 3 or headers[1] != "quality"
    if one_channel:
        # The value stands beside the time; what else the line holds is about it.
        quantities = {name: column for name, column in quantities.items() if column == 1 or name in POSITION}
        quantities = quantities if 1 in quantities.values() else {}
        unused = ()
    first = named + 1
    if first < len(head) and head[first].startswith("$"):
        first += 1
    formula: dict[int, list[float]] = {}
    for text in head[:named]:
        match = _COEFFICIENT.fullmatch(text.strip())
        if match is not None:
            value = number(match[3])
            if value is None:
                raise HeaderError(f"coefficient a{match[2]} of range {match[1]} is no number: {match[3]!r}", line=head.index(text) + 1)
            formula.setdefault(int(match[1]), [0.0, 0.0, 0.0, 0.0])[int(match[2])] = value
    place = {header: index for index, header in reversed(list(enumerate(headers)))}
    return Layout(
        kind="ferrybox" if one_channel else "zero-cycle",
        separator="\t",
        labels=labels,
        first=first,
        quantities=quantities,
        date=0,
        time=0,
        quality=place.get("quality"),
        raw=place.get("rawvalue") if one_channel else None,
        range=place.get("range") if one_channel else None,
        formula={key: (one, two, three, four) for key, (one, two, three, four) in formula.items()},
        unused=unused,
    )


def _native(head: Sequence[str], extra: Mapping[str, str]) -> Layout | None:
    for index, text in enumerate(head[: 2 * _NATIVE_HEADER_LINES]):
        headers = [normalised(label) for label in text.split(";")]
        if {"date", "time", "signal_raw"} <= set(headers):
            first = max(index + 1, _NATIVE_HEADER_LINES)
            return _native_layout(tuple(label.strip() for label in text.split(";")), first, extra, head[first : first + 1])
    below = head[_NATIVE_HEADER_LINES : _NATIVE_HEADER_LINES + 1]
    count = len(NATIVE_COLUMNS)
    if below and below[0].count(";") in {count - 1, count} and any(letter.isdigit() for letter in below[0].split(";")[0]):
        return _native_layout(NATIVE_COLUMNS, _NATIVE_HEADER_LINES, extra, below)
    return None


def _native_layout(labels: tuple[str, ...], first: int, extra: Mapping[str, str], data: Sequence[str]) -> Layout:
    while labels and not labels[-1]:
        labels = labels[:-1]
    if data and data[0].count(";") == len(labels):
        # Lines end with a separator: an empty column behind the last one.
        labels = (*labels, "")
    headers = [normalised(label) for label in labels]
    quantities, unused = _quantities(labels, extra)
    return Layout(
        kind="native",
        separator=";",
        labels=labels,
        first=first,
        quantities=quantities,
        date=headers.index("date"),
        time=headers.index("time"),
        formula={},
        unused=unused,
    )
