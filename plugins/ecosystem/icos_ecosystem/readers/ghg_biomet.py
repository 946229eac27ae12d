"""Data of the weather station in a .ghg archive: which of its columns are which variables.

No file of this kind was at hand: the layout is that of LI-COR's public documentation of embedded biomet data, a table like that of the fast
data whose headers are such as ``TA_1_1_1(C)``, described by keys ``biomet_<number>_variable``, ``_unit_in``, ``_gain`` and ``_offset``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_ecosystem.readers.ghg_metadata import parse_keys, plain_number
from icos_ecosystem.readers.ghg_table import unit_of_header
from icos_ecosystem.readers.licor_ghg_options import METEO_WORDS
from icos_ecosystem.readers.raw_columns import Column, Resolved, resolve_columns
from icos_ecosystem.readers.raw_units import UnitError, conversion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_ecosystem.readers.ghg_table import Table
    from icos_ecosystem.readers.licor_ghg_options import BiometOptions

__all__ = ["biomet_columns", "label_of_data", "written_unit"]

_NAMES: Mapping[str, str] = {
    "TA": "TA",
    "RH": "RH",
    "PA": "PA",
    "SWIN": "SW_IN",
    "SW_IN": "SW_IN",
    "RG": "SW_IN",
    "SWOUT": "SW_OUT",
    "SW_OUT": "SW_OUT",
    "RR": "SW_OUT",
    "LWIN": "LW_IN",
    "LW_IN": "LW_IN",
    "LWOUT": "LW_OUT",
    "LW_OUT": "LW_OUT",
    "RN": "NETRAD",
    "NETRAD": "NETRAD",
    "PPFD": "PPFD_IN",
    "PPFD_IN": "PPFD_IN",
    "PPFDR": "PPFD_OUT",
    "PPFD_OUT": "PPFD_OUT",
    "SHF": "G",
    "G": "G",
    "TS": "TS",
    "SWC": "SWC",
    "P": "P",
    "P_RAIN": "P",
    "WS": "WS",
    "WD": "WD",
}
"""Name without position → variable."""
_POSITION = re.compile(r"((?:_[0-9]+)+)$")
_POWER = re.compile(r"([A-Za-zµμ]+)([+-][0-9]+)?")


class _Candidate(NamedTuple):
    position: tuple[int, ...]
    number: int
    column: Column


def label_of_data(metadata: bytes) -> str:
    """Return what a line of data begins with."""
    return parse_keys(metadata).get("biomet_data_label", "") or "DATA"


def biomet_columns(path: Path, table: Table, metadata: bytes, options: BiometOptions) -> tuple[Resolved, ...]:
    """Return the columns that are read, of several sensors of a kind the first by position; units that are unknown leave a column out.

    Raises
    ------
    InputError
        As :func:`~icos_ecosystem.readers.raw_columns.resolve_columns`, for the columns that the station names.
    """
    keys = parse_keys(metadata)
    units: list[str | None] = []
    candidates: dict[str, list[_Candidate]] = {}
    for number, header in enumerate(table.headers, start=1):
        name, position = _split(header.partition("(")[0])
        described = _split(keys.get(f"biomet_{number}_variable", ""))[0] == name
        unit = (keys.get(f"biomet_{number}_unit_in") if described else None) or unit_of_header(header) or ""
        gain, offset = (
            _value(keys, f"biomet_{number}_{key}", usual) if described else usual for key, usual in (("gain", 1.0), ("offset", 0.0))
        )
        units.append(written_unit(unit) or None)
        variable = _NAMES.get(name)
        if variable is not None and gain != 0 and _measures(variable, written_unit(unit)):
            column = Column(variable=variable, unit=written_unit(unit), scale=gain, offset=offset)
            candidates.setdefault(variable, []).append(_Candidate(position, number, column))
    firsts = (min(each, key=lambda one: (one.position, one.number)) for each in candidates.values())
    usual = {f"#{first.number}": first.column for first in firsts}
    return resolve_columns(path, table.headers, units, options, METEO_WORDS, usual)


def written_unit(unit: str) -> str:
    """Return a unit without the signs that EddyPro writes before positive powers: ``W+1m-2`` is W m-2."""
    if re.search(r"[+-][0-9]", unit) is None or " " in unit:
        return unit
    powers = ((name, power.lstrip("+")) for name, power in _POWER.findall(unit))
    return " ".join(name if power in {"", "1"} else name + power for name, power in powers)


def _split(label: str) -> tuple[str, tuple[int, ...]]:
    """Return a name without its position, and the position."""
    text = label.strip().upper()
    found = _POSITION.search(text)
    if found is None:
        return text, ()
    return text[: found.start()], tuple(int(part[:9]) for part in found[1].split("_")[1:])


def _value(keys: Mapping[str, str], key: str, usual: float) -> float:
    value = plain_number(keys.get(key, ""))
    return usual if value is None else value


def _measures(variable: str, unit: str) -> bool:
    try:
        conversion(variable, unit)
    except UnitError:
        return False
    return True
