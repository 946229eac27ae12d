"""Columns of SOCAT files → variables: names of the published files and those that the SOCAT Dashboard understands in submissions.

A name is compared without its unit in brackets, in small letters, without anything but letters and digits: ``Sal.``, ``SAL`` and
``sal [PSU]`` are one name. Units come from the brackets or from the end of the name; without either they are those usual in SOCAT.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from icos_core.exceptions import hint
from icos_core.raw_text.delimited_text import HeaderError
from icos_core.units import convertible
from icos_ocean.vocabulary.socat import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["CLOCK", "KNOWN", "NUMBERS", "Clock", "Layout", "Quantity", "assign_columns", "is_table_header"]

CLOCK: Mapping[str, frozenset[str]] = {
    "expocode": frozenset({"expocode", "cruiseexpocode"}),
    "datetime": frozenset({"datetime", "dateandtime", "timestamp", "timestamputc", "datetimeutc", "yyyymmddhhmmss"}),
    "date": frozenset({"date", "dategmt", "dateutc", "yyyymmdd", "mmddyyyy", "ddmmyyyy", "mmddyy", "ddmmyy"}),
    "time": frozenset({"time", "timegmt", "timeutc", "hhmmss", "timeofday"}),
    "year": frozenset({"yr", "year", "yyyy"}),
    "month": frozenset({"mon", "month"}),
    "day": frozenset({"day", "dd"}),
    "hour": frozenset({"hh", "hour"}),
    "minute": frozenset({"mm", "min", "minute"}),
    "second": frozenset({"ss", "sec", "second"}),
}
"""Columns that say which cruise a row is of and when it was measured."""

NUMBERS = ("year", "month", "day", "hour", "minute", "second")

_WATER = re.compile(r"(?P<gas>[xpf])co2(?:water|sw)?(?P<where>t?equi?|t?eq|sst)(?:dry|wet|100humidity|actual|insitu)?")
_AIR = re.compile(r"(?P<gas>[xpf])co2(?:atm|air)(?:dry|wet)?(?:actual|interp)?")
_OF_WATER = {
    ("x", "sst"): "xco2_sst",
    ("x", "equilibrator"): "xco2",
    ("p", "sst"): "pco2",
    ("p", "equilibrator"): "pco2_equilibrator",
    ("f", "sst"): "fco2",
    ("f", "equilibrator"): "fco2_equilibrator",
}
KNOWN: Mapping[str, str] = {
    **dict.fromkeys(("longitude", "long", "lon"), "longitude"),
    **dict.fromkeys(("latitude", "lat"), "latitude"),
    **dict.fromkeys(("sampledepth", "intakedepth", "depth"), "sample_depth"),
    **dict.fromkeys(("sal", "salinity", "sss"), "salinity"),
    **dict.fromkeys(("sst", "seasurfacetemperature", "watertemperature", "watertemp"), "sst"),
    **dict.fromkeys(("tequ", "tequi", "teq", "tempequ", "tempequi", "tempeq", "equilibratortemperature"), "equilibrator_temperature"),
    **dict.fromkeys(
        ("atmospherictemperature", "atmtemp", "airtemp", "temperatureatm", "temperatureair", "tatm", "tair"), "air_temperature"
    ),
    **dict.fromkeys(("pppp", "patm", "presatm", "pressureatm", "airpressure", "sealevelpressure", "slp", "pair"), "atmospheric_pressure"),
    **dict.fromkeys(("pequ", "pequi", "peq", "presequ", "presequi", "preseq", "equilibratorpressure"), "equilibrator_pressure"),
    "woasss": "salinity_climatology",
    "ncepslp": "sea_level_pressure_reanalysis",
    **dict.fromkeys(("etopo2depth", "etopo2"), "bottom_depth"),
    **dict.fromkeys(("d2l", "disttoland"), "distance_to_land"),
    "gvco2": "xco2_air_climatology",
    "deltat": "delta_temperature",
    "watervapourpressure": "water_vapour_pressure",
    "fco2rec": "fco2rec",
    "fco2recsrc": "fco2rec_source",
    "fco2recflag": "fco2rec_woce",
    "woceco2water": "fco2_woce",
    "woceco2atm": "fco2_air_woce",
    **dict.fromkeys(("qcflag", "qcid"), "dataset_quality"),
}
"""Name in small letters and digits → variable; names of CO2 in water and air are told by their parts."""

_PASSED_OVER = frozenset({"version", "socatversion", "socatdoi", "sourcedoi", "doi", "commentwoceco2water", "commentwoceco2atm"})
_UNITS: Mapping[str, str] = {
    **dict.fromkeys(("degc", "c", "degreec", "degreescelsius"), "degree_C"),
    **dict.fromkeys(("k", "kelvin"), "K"),
    **dict.fromkeys(("hpa", "mbar", "mb"), "hPa"),
    "kpa": "kPa",
    "pa": "Pa",
    "atm": "atm",
    "mmhg": "mmHg",
    **dict.fromkeys(("umolmol", "molmol", "ppm", "micromolpermol"), "umol mol-1"),
    **dict.fromkeys(("uatm", "atmosphere", "microatm"), "uatm"),
    **dict.fromkeys(("m", "meters", "metres"), "m"),
    "km": "km",
    **dict.fromkeys(("psu", "pss78", "permil", "perm"), "1"),
    **dict.fromkeys(("dege", "decdege", "degreeseast"), "degrees_east"),
    **dict.fromkeys(("degn", "decdegn", "degreesnorth"), "degrees_north"),
    **dict.fromkeys(("deg", "decdeg"), "degree"),
}
_ENDINGS = (
    "umolmol",
    "ppm",
    "uatm",
    "degc",
    "decdege",
    "decdegn",
    "decdeg",
    "dege",
    "degn",
    "deg",
    "meters",
    "hpa",
    "kpa",
    "mbar",
    "mmhg",
    "psu",
)


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A column that holds numbers."""

    column: int
    name: str
    units: str


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Where a row says when it was measured: one or two columns of text, or six of numbers (`second` may be absent)."""

    texts: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What the columns of a file are.

    Attributes
    ----------
    labels
        All headers.
    clock
        Date and time.
    expocode
        Column of the expocode, None where the file has none.
    quality
        Column of the flag of the data set.
    quantities
        Columns of numbers, categories of numbers among them.
    unused
        Headers that nothing is known about.
    """

    labels: tuple[str, ...]
    clock: Clock
    expocode: int | None = None
    quality: int | None = None
    quantities: tuple[Quantity, ...] = ()
    unused: tuple[str, ...] = field(default=())


def assign_columns(labels: Sequence[str], columns: Mapping[str, str], wanted: Sequence[str]) -> Layout:
    """Assign the columns of a table.

    Parameters
    ----------
    labels
        The header's fields.
    columns
        Header → variable, before the known names.
    wanted
        Variables to read beside the position; none means all.

    Raises
    ------
    HeaderError
        Where there is no date and time or no position, a variable stands in two columns, or a unit is not understood.
    """
    clock: dict[str, int] = {}
    quantities: dict[str, Quantity] = {}
    quality = None
    unused = []
    for position, label in enumerate(labels):
        plain, unit = _parts(label)
        part = next((key for key, names in CLOCK.items() if plain in names), None)
        name = columns.get(label.strip()) or (None if part else _variable(plain))
        if name is None and part is not None:
            if part in clock:
                raise HeaderError(f"columns {labels[clock[part]].strip()!r} and {label.strip()!r} both are the {part}")
            clock[part] = position
        elif name is None:
            if plain not in _PASSED_OVER:
                unused.append(label.strip() or f"(column {position + 1})")
        elif name == "dataset_quality":
            quality = position
        elif name in quantities:
            raise HeaderError(f"columns {labels[quantities[name].column].strip()!r} and {label.strip()!r} both are {name}")
        else:
            quantities[name] = Quantity(column=position, name=name, units=_units(label, unit, name))
    for name in ("latitude", "longitude"):
        if name not in quantities:
            raise HeaderError(f"no column of {name}{hint(name, [label.strip() for label in labels])}")
    kept = [each for each in quantities.values() if not wanted or each.name in {"latitude", "longitude", *wanted}]
    return Layout(
        labels=tuple(label.strip() for label in labels),
        clock=_clock(clock),
        expocode=clock.get("expocode"),
        quality=quality if not wanted or "dataset_quality" in wanted else None,
        quantities=tuple(kept),
        unused=tuple(unused),
    )


def is_table_header(fields: Sequence[str]) -> bool:
    """Whether fields are the titles of a table that can be read: a date, latitude and longitude are among them."""
    names = {_parts(label)[0] for label in fields}
    dated = names & (CLOCK["datetime"] | CLOCK["date"]) or (names & CLOCK["year"] and names & CLOCK["month"])
    return bool(dated) and all(any(KNOWN.get(name) == wanted for name in names) for wanted in ("latitude", "longitude"))


def _parts(label: str) -> tuple[str, str]:
    """Return the plain name and the plain unit of a header."""
    base, _, rest = label.partition("[")
    if not rest and base.rstrip().endswith(")") and _plain(base.rpartition("(")[2]) in _UNITS:
        base, _, rest = base.rpartition("(")
    plain, unit = _plain(base), _plain(rest)
    if not unit and not _is_known(plain):
        for ending in _ENDINGS:
            if plain.endswith(ending) and _is_known(plain.removesuffix(ending)):
                return plain.removesuffix(ending), ending
    return plain, unit


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _is_known(plain: str) -> bool:
    return _variable(plain) is not None or plain in _PASSED_OVER or any(plain in names for names in CLOCK.values())


def _variable(plain: str) -> str | None:
    water, air = _WATER.fullmatch(plain), _AIR.fullmatch(plain)
    if water is not None:
        return _OF_WATER[water["gas"], "sst" if water["where"] == "sst" else "equilibrator"]
    if air is not None:
        return f"{air['gas']}co2_air"
    return KNOWN.get(plain)


def _units(label: str, plain: str, name: str) -> str:
    usual = WORDS[name].units
    if not plain or not usual:
        return usual
    units = _UNITS.get(plain, "")
    if not units or (units != "degree" and not convertible(units, usual)):
        raise HeaderError(f"column {label.strip()!r}: the unit is not understood; expected one that converts to {usual}")
    return usual if units == "degree" else units


def _clock(found: Mapping[str, int]) -> Clock:
    if "datetime" in found:
        return Clock(texts=(found["datetime"],))
    if "date" in found and "time" in found:
        return Clock(texts=(found["date"], found["time"]))
    absent = [part for part in NUMBERS[:5] if part not in found]
    if absent:
        raise HeaderError(f"no date and time: no column of {', '.join(absent)}, nor one of date and time together")
    return Clock(numbers=tuple(found[part] for part in NUMBERS if part in found))
