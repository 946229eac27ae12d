"""Headers of General Oceanics 8050 files → variables.

Every maker of software and every ship writes its own headers. Matching ignores case, blanks, underscores and the blanks around a name,
and understands a unit in brackets at the end (``Conductivity [mS/cm]``). What no rule knows is listed as not used, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_core.exceptions import DataError, nearest
from icos_core.raw_text.delimited_text import HeaderError
from icos_core.units import convertible
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["COLUMNS", "Column", "Layout", "Quantity", "assign_columns", "normalised"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """How a variable is called in files.

    Attributes
    ----------
    name
        Name in the vocabulary.
    headers
        Known headers, normalised, the preferred one first.
    units
        Unit that the instrument writes; empty where ships differ, so that header or option must say it.
    required
        Whether a file without it is no file of this instrument.
    """

    name: str
    headers: tuple[str, ...]
    units: str = ""
    required: bool = False


COLUMNS: tuple[Column, ...] = (
    Column(name="latitude", headers=("latitude", "lat", "gps latitude", "gps lat"), units="degrees_north"),
    Column(name="longitude", headers=("longitude", "lon", "long", "gps longitude", "gps lon"), units="degrees_east"),
    Column(
        name="co2",
        headers=("co2 um/m", "co2 umol/mol", "co2 ppm", "licor co2 um/m", "licor co2"),
        units="umol mol-1",
        required=True,
    ),
    Column(name="h2o", headers=("h2o mm/m", "h2o mmol/mol", "h2o ppt", "licor h2o mm/m"), units="mmol mol-1"),
    Column(name="standard_value", headers=("std val", "co2 std val", "std"), units="umol mol-1"),
    Column(
        name="equilibrator_temperature",
        headers=("equ temp", "equ t", "equilibrator temp", "equilibrator temperature"),
        units="degree_C",
        required=True,
    ),
    Column(
        name="sst",
        headers=("intake temp", "intake temperature", "sbe38", "sbe38 temp", "sst", "tsg sst", "t in"),
        units="degree_C",
    ),
    Column(name="salinity", headers=("salinity", "tsg salinity", "sbe salinity", "sbe45 salinity", "sbe21 salinity"), units="1"),
    Column(
        name="conductivity",
        headers=("conductivity", "tsg conductivity", "sbe conductivity", "sbe45 conductivity", "tsg cond", "sbe45 cond"),
    ),
    Column(
        name="conductivity_cell_temperature",
        headers=("tsg temp", "tsg temperature", "sbe45 temp", "sbe45 temperature", "sbe21 temp", "sbe temp"),
        units="degree_C",
    ),
    Column(name="equilibrator_pressure", headers=("equ press abs", "abs equ press", "equilibrator pressure"), units="hPa"),
    Column(name="equilibrator_differential_pressure", headers=("equ press", "equ pressure"), units="hPa"),
    Column(name="ambient_pressure", headers=("wbpressure", "wb pressure", "wet box press", "lab press"), units="hPa"),
    Column(name="analyser_pressure", headers=("licor press", "licor pressure", "cell press"), units="hPa"),
    Column(name="analyser_temperature", headers=("licor temp", "licor temperature", "cell temp"), units="degree_C"),
    Column(name="atmospheric_pressure", headers=("atm press", "atm pressure"), units="hPa"),
    Column(name="water_flow", headers=("h2o flow", "water flow"), units="L min-1"),
    Column(name="analyser_flow", headers=("licor flow",), units="mL min-1"),
    Column(name="vent_flow", headers=("vent flow",), units="mL min-1"),
    Column(name="equilibrator_pump", headers=("equ pump",), units="1"),
    Column(name="condenser_temperature", headers=("cond temp",), units="degree_C"),
    Column(name="dry_box_temperature", headers=("dry box temp", "db temp"), units="degree_C"),
    Column(name="deck_box_temperature", headers=("deck box temp",), units="degree_C"),
    Column(name="air_temperature", headers=("air temp", "air temperature"), units="degree_C"),
    Column(name="wind_speed", headers=("true wind speed", "wind speed")),
    Column(name="wind_direction", headers=("true wind direction", "true wind dir"), units="degree"),
    Column(name="ship_speed", headers=("sog", "speed over ground")),
    Column(name="ship_course", headers=("cog", "course over ground"), units="degree"),
)
"""The dictionary of columns, in the order in which variables are delivered."""

_TYPE = ("type",)
_ERROR = ("error",)
_CLOCKS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "gps": (("gps date",), ("gps time",)),
    "pc": (("pc date", "date"), ("pc time", "time")),
}
_NOT_CARRIED = frozenset(
    {
        *("co2 mv", "co2 raw", "co2a w", "co2b w", "h2o mv", "h2o raw", "h2oa w", "h2ob w"),
        *("atm cond", "equ cond", "drip 1", "drip 2", "na"),
        *("gps date", "gps time", "pc date", "pc time", "date", "time"),
    }
)
_UNIT = re.compile(r"(.*?)\s*[\[(]([^\[\]()]+)[\])]")
_UNITS_NOT_IN_UDUNITS = {"psu": "1", "pss-78": "1", "deg": "degree", "deg.c": "degree_C", "deg c": "degree_C", "°c": "degree_C"}


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A variable of a file: the column that it is read from, further columns of the same header, and the unit in the file."""

    name: str
    column: int
    duplicates: tuple[int, ...]
    units: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the columns under one header line are.

    Attributes
    ----------
    labels
        Header of each column as in the file, ``column 19`` for a blank one.
    least_fields
        Fields a line needs: blank headers at the end may be absent.
    type, error, date, time
        Columns of the type word, the error code (None where absent) and the chosen clock.
    quantities
        Columns that are read.
    unused
        Headers that no rule knows.
    absent
        Headers named in the option `columns` that the file does not have.
    """

    labels: tuple[str, ...]
    least_fields: int
    type: int
    error: int | None
    date: int
    time: int
    quantities: tuple[Quantity, ...]
    unused: tuple[str, ...]
    absent: tuple[str, ...]


def normalised(header: str) -> str:
    """Return a header as it is compared: lower case, single blanks, no underscores."""
    return " ".join(header.replace("_", " ").casefold().split())


def assign_columns(
    header: Sequence[str],
    *,
    clock: str,
    columns: Mapping[str, str],
    units: Mapping[str, str],
    prefer_last: bool = False,
) -> Layout:
    """Find out what each column of a file is.

    Parameters
    ----------
    header
        The fields of the header line.
    clock
        ``"gps"`` or ``"pc"``.
    columns
        Further headers → names in the vocabulary; they go before the dictionary.
    units
        Name in the vocabulary → unit in the file, where it is not the usual one.
    prefer_last
        Read the last instead of the first of several columns with the same header.

    Raises
    ------
    HeaderError
        Where a column is missing that the reader cannot do without, with the nearest header found.
    """
    labels = tuple(text.strip() or f"column {position}" for position, text in enumerate(header, start=1))
    positions: dict[str, list[int]] = {}
    for index, text in enumerate(header):
        if text.strip():
            positions.setdefault(normalised(text), []).append(index)
    declared = {normalised(text): name for text, name in columns.items()}
    date_headers, time_headers = _CLOCKS[clock]
    keys = {
        what: _first(positions, headers)
        for what, headers in (("type", _TYPE), ("error", _ERROR), ("date", date_headers), ("time", time_headers))
    }
    free = {text: found for text, found in positions.items() if not set(found) & set(keys.values())}
    quantities = [
        quantity
        for column in COLUMNS
        if (quantity := _quantity(column, header, free, declared, units, prefer_last=prefer_last)) is not None
    ]
    wanted = {
        "type": ("type", _TYPE),
        "date": (f"date of the {clock.upper()} clock", date_headers),
        "time": (f"time of the {clock.upper()} clock", time_headers),
    }
    lacking = [wanted[what] for what in wanted if keys[what] is None]
    lacking += [
        (column.name, column.headers)
        for column in COLUMNS
        if column.required and column.name not in {quantity.name for quantity in quantities}
    ]
    if lacking:
        raise HeaderError(_complaint(lacking, labels, clock))
    used = {index for index in keys.values() if index is not None}
    used.update(index for quantity in quantities for index in (quantity.column, *quantity.duplicates))
    type_column, date_column, time_column = (keys[what] for what in wanted)
    assert type_column is not None
    assert date_column is not None
    assert time_column is not None
    least = max((index + 1 for index, text in enumerate(header) if text.strip()), default=0)
    return Layout(
        labels=labels,
        least_fields=least,
        type=type_column,
        error=keys["error"],
        date=date_column,
        time=time_column,
        quantities=tuple(quantities),
        unused=tuple(
            _unused_label(label, units)
            for index, label in enumerate(labels)
            if index not in used and normalised(header[index]) not in _NOT_CARRIED
        ),
        absent=tuple(text for text in columns if normalised(text) not in positions),
    )


def _first(positions: Mapping[str, list[int]], headers: Sequence[str]) -> int | None:
    return next((positions[text][0] for text in headers if text in positions), None)


def _quantity(
    column: Column,
    header: Sequence[str],
    positions: Mapping[str, list[int]],
    declared: Mapping[str, str],
    units: Mapping[str, str],
    *,
    prefer_last: bool,
) -> Quantity | None:
    candidates = [text for text, name in declared.items() if name == column.name]
    candidates += [text for text in column.headers if text not in declared]
    for candidate in candidates:
        for text, found in positions.items():
            unit = _unit_of(header[found[0]], text, candidate, column, units)
            if unit:
                order = found[::-1] if prefer_last else found
                return Quantity(name=column.name, column=order[0], duplicates=tuple(order[1:]), units=unit)
    return None


def _unit_of(raw: str, text: str, candidate: str, column: Column, units: Mapping[str, str]) -> str:
    """Return the unit of a column if it is the `candidate`, with or without a unit in brackets, else an empty text."""
    stated = units.get(column.name, column.units)
    if text == candidate:
        return stated
    match = _UNIT.fullmatch(raw.strip())
    if match is None or normalised(match[1]) != candidate:
        return ""
    if column.name in units:
        return stated
    unit = _UNITS_NOT_IN_UDUNITS.get(match[2].strip().casefold(), match[2].strip())
    try:
        return unit if convertible(unit, VOCABULARY[column.name].units) else ""
    except DataError:
        return ""


def _unused_label(label: str, units: Mapping[str, str]) -> str:
    for column in COLUMNS:
        if not column.units and column.name not in units and normalised(label) in column.headers:
            return f"{label} (its unit is not known: set the option units.{column.name})"
    return label


def _complaint(lacking: Sequence[tuple[str, tuple[str, ...]]], labels: Sequence[str], clock: str) -> str:
    parts = []
    for what, headers in lacking:
        found = nearest(headers[0], labels)
        expected = " or ".join(repr(text) for text in headers[:3])
        parts.append(f"no column for {what}: expected {expected}" + (f", nearest header {found!r}" if found else ""))
    message = "; ".join(parts)
    if any(what.endswith("clock") for what, _ in lacking):
        message += f" (clock = {clock!r}; the other choice is {'pc' if clock == 'gps' else 'gps'!r})"
    shown = ", ".join(label[:24] for label in labels[:8])
    return f"{message}; the header begins: {shown}"
