"""Kinds of options that readers share: what they expect is said once."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from icos_core.exceptions import DataError, hint
from icos_core.raw_text.instrument_clock import DateFormat
from icos_core.units import convertible
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

__all__ = ["SEPARATORS", "DateOrder", "Encoding", "RunTypesByWord", "check_names", "check_unit", "check_units"]

SEPARATORS: Mapping[str, str] = {"tab": "\t", "comma": ",", "semicolon": ";"}
"""Separators by name."""


def _date_order(value: str) -> str:
    DateFormat.from_text(value)
    return value


def _encoding(value: str) -> str:
    try:
        codecs.lookup(value)
    except LookupError as error:
        raise ValueError(f"{value!r} is no encoding; expected e.g. utf-8, latin-1, windows-1252") from error
    return value


def _run_types_by_word(value: dict[str, str]) -> dict[str, str]:
    for word, run_type in value.items():
        if run_type not in RUN_TYPES:
            raise ValueError(f"{word!r}: no run type {run_type!r}{hint(run_type, RUN_TYPES)}")
    return value


DateOrder = Annotated[str, AfterValidator(_date_order)]
"""Order of day, month and year as `DateFormat` understands it."""

Encoding = Annotated[str, AfterValidator(_encoding)]
"""Name of an encoding that Python knows."""

RunTypesByWord = Annotated[dict[str, str], AfterValidator(_run_types_by_word)]
"""Word of a file → run type of the vocabulary."""


def check_names(pairs: Iterable[tuple[str, str]], names: Collection[str]) -> None:
    """Raise ValueError for a header that is given a variable which is none of `names`; `pairs` are headers and variables."""
    for header, name in pairs:
        if name not in names:
            raise ValueError(f"{header!r}: no variable {name!r}{hint(name, names)}")


def check_unit(name: str, unit: str, usual: str) -> None:
    """Raise ValueError for a unit of a variable that cannot be converted to the usual one."""
    try:
        fits = convertible(unit, usual)
    except DataError as error:
        raise ValueError(f"{name}: {error}") from error
    if not fits:
        raise ValueError(f"{name}: {unit!r} cannot be converted to {usual!r}")


def check_units(units: Mapping[str, str], names: Collection[str]) -> None:
    """Raise ValueError for a variable that is none of `names`, or a unit that does not fit the vocabulary's."""
    for name, unit in units.items():
        if name not in names:
            raise ValueError(f"no variable {name!r}{hint(name, names)}")
        check_unit(name, unit, VOCABULARY[name].units)
