"""Header lines of an OceanPack log → what its columns are, in which unit, and the polynomial that turns what is logged into a quantity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_core.exceptions import DataError, nearest
from icos_core.raw_text.delimited_text import HeaderError, number
from icos_core.units import convertible
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["COLUMNS", "Layout", "OceanPackColumn", "Quantity", "assign_columns", "header_lines", "normalised"]

TAGS = ("@NAME", "@UNIT", "@A0", "@A1", "@A2")


@dataclass(frozen=True)
class OceanPackColumn:
    """A variable, the names that firmware versions give its column, and its unit where the header does not say one."""

    name: str
    headers: tuple[str, ...]
    units: str


COLUMNS: tuple[OceanPackColumn, ...] = (
    OceanPackColumn("latitude", ("latitude", "lat"), "degrees_north"),
    OceanPackColumn("longitude", ("longitude", "lon"), "degrees_east"),
    OceanPackColumn("co2", ("co2",), "umol mol-1"),
    OceanPackColumn("h2o", ("h2o",), "mmol mol-1"),
    OceanPackColumn("cell_dew_point", ("h2odew",), "degree_C"),
    OceanPackColumn("analyser_temperature", ("celltemp", "licor_temp"), "degree_C"),
    OceanPackColumn("analyser_pressure", ("cellpress", "licor_pres"), "hPa"),
    OceanPackColumn("equilibrator_differential_pressure", ("dpressint",), "hPa"),
    OceanPackColumn("sst", ("watertemp", "sbe38temp"), "degree_C"),
    OceanPackColumn("salinity", ("sbe45sal", "watersal"), "1"),
    OceanPackColumn("conductivity", ("watercond", "sbe45cond"), "mS cm-1"),
    # One CTD measures both: the water temperature is that of the conductivity cell, too.
    OceanPackColumn("conductivity_cell_temperature", ("sbe45temp", "watertemp"), "degree_C"),
    OceanPackColumn("water_flow", ("waterflow", *(f"ain{channel}_ma{mark}waterflow" for channel in range(8) for mark in "/_")), "L min-1"),
    OceanPackColumn("analyser_flow", ("flowgas",), "mL min-1"),
    OceanPackColumn("dry_box_temperature", ("tempairint",), "degree_C"),
    OceanPackColumn("ship_speed", ("speed",), "knot"),
    OceanPackColumn("ship_course", ("course",), "degree"),
    OceanPackColumn("supply_voltage", ("pvuavin", "v_in", "vinput"), "V"),
)
"""The dictionary of columns, in the order in which variables are delivered; headers as `normalised` gives them."""

_NOT_CARRIED = re.compile(
    r"date|time|frac|sec|gps time|status|co2abs|h2oabs|co2raw|co2ref|h2oraw|h2oref|h2ozcal|co2zcal|span[12]cal|swvers|co2kzero|"
    r"co2kspan[12]?|h2okzero|magn\.var|pvua\w+|pump|valve\d+|watertemp"
)
_DEGREES_MINUTES = re.compile(r"d+m+\.m+")
_UNITS = {
    "ppm": "umol mol-1",
    "ppt": "mmol mol-1",
    "vdc": "V",
    "knots": "knot",
    "c": "degree_C",
    "deg c": "degree_C",
    "degc": "degree_C",
    "deg": "degree",
    "": "",
    "-": "",
}


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A variable of a log.

    Attributes
    ----------
    name
        Name in the vocabulary.
    column
        Index of the column; the tag @DATA is column 0.
    units
        Unit after the polynomial.
    coefficients
        A0, A1, A2 of the header: ``value = A0 + A1 raw + A2 raw²``.
    degrees_minutes
        Whether the number is degrees and minutes, ``dddmm.mmmm``.
    hemisphere
        Index of the column that holds N, S, E or W, None where there is none.
    """

    name: str
    column: int
    units: str
    coefficients: tuple[float, float, float]
    degrees_minutes: bool = False
    hemisphere: int | None = None


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the columns under one header are; `remarks` are for people."""

    names: tuple[str, ...]
    date: int
    time: int
    fraction: int | None
    gps_time: int | None
    status: int
    quantities: tuple[Quantity, ...]
    remarks: tuple[str, ...]


def normalised(header: str) -> str:
    """Return a column's name as it is compared: lower case, single blanks."""
    return " ".join(header.casefold().split())


def header_lines(texts: Sequence[str]) -> dict[str, list[str]]:
    """Return the fields of the header lines by their tags."""
    rows: dict[str, list[str]] = {}
    for text in texts:
        fields = [field.strip() for field in text.split(",")]
        if fields[0] in TAGS:
            rows[fields[0]] = fields
    return rows


def assign_columns(
    rows: Mapping[str, Sequence[str]],
    *,
    columns: Mapping[str, Sequence[str]],
    units: Mapping[str, str],
    hemispheres: Mapping[str, str],
    apply_coefficients: bool = True,
) -> Layout:
    """Find out what each column of a log is.

    Parameters
    ----------
    rows
        Tag → fields of the header line, from :func:`header_lines`.
    columns, units, hemispheres
        Options of the reader.
    apply_coefficients
        Whether A0 to A2 are used.

    Raises
    ------
    HeaderError
        Without @NAME, DATE, TIME or STATUS, or where a coefficient of a column that is read is no number.
    """
    if "@NAME" not in rows:
        raise HeaderError("no line @NAME")
    names = list(rows["@NAME"])
    while len(names) > 1 and not names[-1]:
        names.pop()
    position = {normalised(name): index for index, name in reversed(list(enumerate(names))) if index and name}
    keys = {key: position.get(key) for key in ("date", "time", "frac", "gps time", "status")}
    for key in ("date", "time", "status"):
        if keys[key] is None:
            found = nearest(key.upper(), names)
            raise HeaderError(f"@NAME has no column {key.upper()}" + (f", nearest {found!r}" if found else ""))
    declared = {normalised(header): tuple(names_of) for header, names_of in columns.items()}
    remarks = [
        f"the option columns names {header!r}, which the file does not have" for header in columns if normalised(header) not in position
    ]
    quantities = []
    used = set()
    for column in _wanted(declared):
        header = next((each for each in column.headers if each in position and column.name in declared.get(each, (column.name,))), None)
        if header is None:
            continue
        index = position[header]
        used.add(header)
        unit, degrees_minutes = _unit(column, names[index], _field(rows, "@UNIT", index), units, remarks)
        hemisphere = position.get(normalised(hemispheres.get(column.name, "")))
        coefficients = _coefficients(rows, index, names[index]) if apply_coefficients else (0.0, 1.0, 0.0)
        quantities.append(
            Quantity(
                name=column.name,
                column=index,
                units=unit,
                coefficients=coefficients,
                degrees_minutes=degrees_minutes,
                hemisphere=hemisphere,
            )
        )
    unused = [names[index] for header, index in position.items() if header not in used and not _NOT_CARRIED.fullmatch(header)]
    if unused:
        remarks.append(f"columns not used: {', '.join(sorted(unused, key=names.index))}")
    if apply_coefficients and (lacking := [tag for tag in ("@A0", "@A1", "@A2") if tag not in rows]):
        remarks.append(f"the header has no {', '.join(lacking)}: values are taken as if it held 0, 1, 0")
    assert keys["date"] is not None
    assert keys["time"] is not None
    assert keys["status"] is not None
    return Layout(
        names=tuple(names),
        date=keys["date"],
        time=keys["time"],
        fraction=keys["frac"],
        gps_time=keys["gps time"],
        status=keys["status"],
        quantities=tuple(quantities),
        remarks=tuple(remarks),
    )


def _wanted(declared: Mapping[str, Sequence[str]]) -> list[OceanPackColumn]:
    """Return the dictionary with the declared headers in front, and columns for variables that only the station declares."""
    known = {column.name for column in COLUMNS}
    wanted = []
    for column in COLUMNS:
        first = tuple(header for header, names in declared.items() if column.name in names)
        wanted.append(OceanPackColumn(column.name, (*first, *column.headers), column.units))
    wanted += [
        OceanPackColumn(name, tuple(header for header, names in declared.items() if name in names), VOCABULARY[name].units)
        for name in dict.fromkeys(each for names in declared.values() for each in names)
        if name not in known
    ]
    return wanted


def _field(rows: Mapping[str, Sequence[str]], tag: str, index: int) -> str:
    fields = rows.get(tag, ())
    return fields[index] if index < len(fields) else ""


def _unit(column: OceanPackColumn, header: str, stated: str, units: Mapping[str, str], remarks: list[str]) -> tuple[str, bool]:
    """Return the unit of a column and whether it holds degrees and minutes."""
    if column.name in units:
        return units[column.name], False
    plain = " ".join(stated.encode("ascii", errors="ignore").decode().casefold().split())
    if column.name in {"latitude", "longitude"} and _DEGREES_MINUTES.fullmatch(plain):
        return column.units, True
    # UDUNITS would take a C without its degree sign for coulomb.
    unit = _UNITS.get(plain, stated)
    if not unit:
        return column.units, False
    try:
        if convertible(unit, VOCABULARY[column.name].units):
            return unit, False
    except DataError:
        pass
    remarks.append(f"column {header!r}: the unit {stated!r} is no unit of {column.name}; taken for {column.units}")
    return column.units, False


def _coefficients(rows: Mapping[str, Sequence[str]], index: int, header: str) -> tuple[float, float, float]:
    found = []
    for tag, usual in (("@A0", 0.0), ("@A1", 1.0), ("@A2", 0.0)):
        text = _field(rows, tag, index)
        value = number(text) if text else usual
        if value is None:
            raise HeaderError(f"{tag} of column {header!r} is {text[:40]!r}; expected a number")
        found.append(value)
    return found[0], found[1], found[2]
