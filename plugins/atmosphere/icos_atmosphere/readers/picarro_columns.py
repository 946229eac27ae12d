"""Columns of a Picarro log: which variables they are, found by their names in the header and never by their place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from icos_atmosphere.readers.picarro_fields import FIELD_WIDTH
from icos_atmosphere.vocabulary import GASES, VOCABULARY
from icos_core.components import Variable
from icos_core.exceptions import hint
from icos_core.raw_text.delimited_text import HeaderError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["COLUMNS", "DATE", "EPOCH", "TIME", "WORDS", "Layout", "layout_of", "variable_name", "words_with"]

DATE, TIME, EPOCH = "DATE", "TIME", "EPOCH_TIME"

COLUMNS: Mapping[str, str] = {
    "ALARM_STATUS": "alarm_status",
    "INST_STATUS": "instrument_status",
    "species": "species",
    "MPVPosition": "mpv_position",
    "solenoid_valves": "solenoid_valves",
    "OutletValve": "outlet_valve",
    "CavityPressure": "cavity_pressure",
    "CavityTemp": "cavity_temperature",
    "DasTemp": "das_temperature",
    "EtalonTemp": "etalon_temperature",
    "WarmBoxTemp": "warm_box_temperature",
    "CO2": "co2_wet",
    "CO2_dry": "co2_dry",
    "CH4": "ch4_wet",
    "CH4_dry": "ch4_dry",
    "CO": "co_wet",
    "CO_dry": "co_dry",
    "N2O": "n2o_wet",
    "N2O_dry": "n2o_dry",
    "H2O": "h2o",
    "h2o_reported": "h2o_reported",
}
"""Name in the header → measured variable."""

_READINGS = frozenset(f"{gas}_{state}" for gas in GASES for state in ("wet", "dry"))

WORDS: Mapping[str, Variable] = {
    name: replace(VOCABULARY[name], units="umol mol-1") if name in _READINGS else VOCABULARY[name] for name in COLUMNS.values()
}
"""Measured variable → its word with the unit of the file: gases are in ppm, water in %."""


@dataclass(frozen=True)
class Layout:
    """Where what is read stands in a row.

    Attributes
    ----------
    names
        Names of all columns.
    positions
        Variable → number of its column, from 0.
    epoch, date, time
        Columns of time, None where there is none.
    is_fixed
        Whether every name stands where it does in a header of fields of 26 bytes.
    remarks
        What a person should know about the header.
    """

    names: tuple[str, ...]
    positions: Mapping[str, int]
    epoch: int | None
    date: int | None
    time: int | None
    is_fixed: bool
    remarks: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """Bytes of a row without its line end."""
        return FIELD_WIDTH * len(self.names)


def variable_name(column: str) -> str:
    """Return the name that a further column has as a variable: ``ChemDetect`` is ``chem_detect``, ``12CO2`` is ``x12co2``."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column)
    name = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return name if name[:1].isalpha() else f"x{name}"


def words_with(extra_columns: Sequence[str], units: Mapping[str, str]) -> tuple[Variable, ...]:
    """Return the words of all that a file may have: usual variables, then further columns, in the units that a user states."""
    further = [Variable(name=variable_name(column), units="1", long_name=f"{column} as the analyser writes it") for column in extra_columns]
    return tuple(replace(word, units=units.get(word.name, word.units)) for word in (*WORDS.values(), *further))


def layout_of(header: str, extra_columns: Sequence[str] = ()) -> Layout:
    """Find the columns of a file.

    Parameters
    ----------
    header
        First line of the file, without its end.
    extra_columns
        Further columns that are wanted.

    Raises
    ------
    HeaderError
        For a line that is no header of a Picarro log, and for a further column that is not there.
    """
    names = tuple(header.split())
    places = {name: place for place, name in reversed(list(enumerate(names)))}
    read = {variable: places[name] for name, variable in COLUMNS.items() if name in places}
    if EPOCH not in places and not (DATE in places and TIME in places):
        raise HeaderError(f"no header of a Picarro DataLog_User file: neither {EPOCH} nor {DATE} and {TIME} among its columns", line=1)
    if not _READINGS & read.keys() and "INST_STATUS" not in places:
        raise HeaderError("no header of a Picarro DataLog_User file: no column of a gas (CO2, CO2_dry, CH4 …) and no INST_STATUS", line=1)
    for name in extra_columns:
        if name not in places:
            raise HeaderError(f"extra_columns: the file has no column {name!r}{hint(name, names)}", line=1)
        read[variable_name(name)] = places[name]
    fixed = "".join(name.ljust(FIELD_WIDTH) for name in names)
    return Layout(
        names=names,
        positions=read,
        epoch=places.get(EPOCH),
        date=places.get(DATE),
        time=places.get(TIME),
        is_fixed=header == fixed,
        remarks=tuple(_remarks(names)),
    )


def _remarks(names: Sequence[str]) -> list[str]:
    repeated = sorted({name for name in names if names.count(name) > 1})
    remarks = [f"the header has {name} more than once; the first is read" for name in repeated]
    for name in sorted({*names} - COLUMNS.keys()):
        # One or two letters off, and the right one is not there: a damaged header, not another column.
        meant = [known for known in (*COLUMNS, EPOCH, DATE, TIME) if known not in names and _nearly(name, known)]
        remarks += [f"the header has {name}, which is not read; was it {known}?" for known in meant[:1]]
    return remarks


def _nearly(name: str, known: str) -> bool:
    return len(name) == len(known) >= 3 and sum(one != other for one, other in zip(name, known, strict=True)) <= min(len(name) // 3, 2)
