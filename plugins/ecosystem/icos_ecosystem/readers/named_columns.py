"""Columns with names of FLUXNET and AmeriFlux: a variable, qualifiers, and where its sensor stands.

``TA_PI_F_1_2_1`` is air temperature (TA), provided by the station (PI), its gaps filled (F), from the sensor at horizontal position 1,
vertical position 2, replicate 1. ``TS_2`` is the second layer, ``TS_1_1_A`` a mean over replicates, with ``_SD`` and ``_N`` of that mean.

References
----------
AmeriFlux, Half-hourly and hourly data upload format and data variables: base names, qualifiers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_core.raw_text.delimited_text import HeaderError
from icos_ecosystem.readers.raw_columns import Resolved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.components import Variable

__all__ = ["NamedColumns", "name_of", "named_columns"]

_NAME = re.compile(
    r"(?P<base>[A-Z][A-Z0-9_]*?)(?P<provided>_PI)?(?P<quality>_QC)?(?P<filled>_F)?(?P<units>_IU)?"
    r"(?P<place>_[0-9]{1,3}_[0-9]{1,3}_(?:[0-9]{1,3}|A)|_[0-9]{1,3})?(?P<statistic>_SD|_N)?"
)
_FIRST = {"": 0, "_1_1_1": 1, "_1_1_A": 1, "_1": 1}
_OTHER = 2


class Name(NamedTuple):
    """What a column's name says: the word that it may serve as, and how well it serves."""

    variable: str
    rank: tuple[bool, int]


class NamedColumns(NamedTuple):
    """Columns that are read; names of those of other sensors than the ones chosen, and of those that nobody knows."""

    read: tuple[Resolved, ...]
    others: tuple[str, ...]
    unknown: tuple[str, ...]


def name_of(header: str, words: Mapping[str, Variable]) -> Name | None:
    """Return what a column may serve as, None where it is none of the words, or says something of one (quality, raw unit, spread)."""
    plain = header.strip()
    name = plain if plain in words else plain.upper()
    if name in words:
        return Name(name, (False, 0))
    found = _NAME.fullmatch(name)
    if found is None or found["quality"] or found["units"] or found["statistic"]:
        return None
    variable = found["base"] + (found["filled"] or "")
    if variable not in words:
        return None
    return Name(variable, (found["provided"] is not None, _FIRST.get(found["place"] or "", _OTHER)))


def named_columns(
    headers: Sequence[str],
    clock: Sequence[int],
    words: Mapping[str, Variable],
    chosen: Mapping[str, Variable],
    sensors: Mapping[str, str],
) -> NamedColumns:
    """Return one column for every variable.

    Parameters
    ----------
    headers
        Names of the columns.
    clock
        Places of columns that are none of a variable.
    words
        Every word of the format; units of the columns are those of the words.
    chosen
        Those that are read.
    sensors
        Variable → name of its column, where it is not the first.

    Raises
    ------
    HeaderError
        For a stated sensor that the file does not have while it has others of that variable.
    """
    found: dict[str, list[tuple[tuple[bool, int], int]]] = {}
    unknown = []
    for place, header in enumerate(headers):
        if place in clock or not header.strip():
            continue
        name = name_of(header, words)
        if name is None:
            unknown.append(header.strip())
        else:
            found.setdefault(name.variable, []).append((name.rank, place))
    read, others = [], []
    for variable, candidates in found.items():
        if variable not in chosen:
            continue
        place = _place(variable, candidates, headers, sensors.get(variable))
        read.append(Resolved(place, variable, header=headers[place].strip()))
        others += [headers[other].strip() for _, other in candidates if other != place]
    return NamedColumns(tuple(read), tuple(others), tuple(unknown))


def _place(variable: str, candidates: Sequence[tuple[tuple[bool, int], int]], headers: Sequence[str], stated: str | None) -> int:
    if stated is None:
        return min(candidates)[1]
    names = {headers[place].strip().upper(): place for _, place in candidates}
    if stated not in names:
        raise HeaderError(f"sensors: no column {stated}; those of {variable} are {', '.join(names)}")
    return names[stated]
