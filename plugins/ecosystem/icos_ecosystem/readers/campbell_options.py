"""Options that the readers of Campbell Scientific's formats share, and what their tables give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from icos_ecosystem.readers.raw_clock import ClockOptions, Place
from icos_ecosystem.readers.raw_columns import Column, ColumnOptions
from icos_ecosystem.readers.raw_units import UnitError, conversion, usual_unit
from icos_ecosystem.vocabulary.measured import FAST, METEO_STREAM, METEOROLOGY, STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.components import Variable

__all__ = ["CampbellOptions", "measures", "provides", "usual_columns", "words_of"]

_WORDS = {STREAM: FAST, METEO_STREAM: METEOROLOGY}


class CampbellOptions(ClockOptions, ColumnOptions):
    """What a logger's table holds, and what its time stamps mean."""

    stream_kind: Literal["eddy", "meteo"] = Field(
        default="eddy", description="eddy: fast data of sonic anemometer and gas analysers; meteo: slow meteorology"
    )
    row_time: Place = Field(default="end", description="what the stamp of a row is of the interval that the row stands for")


def words_of(options: CampbellOptions) -> dict[str, Variable]:
    """Return name → word of the stream that a table is read as."""
    return {word.name: word for word in _WORDS[options.stream_kind]}


def provides(options: CampbellOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that the description names; where it names none, all that the headers may name."""
    words = words_of(options)
    named = [column.variable for column in options.columns.values() if column.variable in words]
    return {options.stream_kind: tuple(words[name] for name in named or words)}


def usual_columns(names: Sequence[str], units: Sequence[str], options: CampbellOptions) -> dict[str, Column]:
    """Return the columns whose header is a word of the vocabulary and whose unit is one of it; none where the description names columns."""
    words = words_of(options)
    once = [(name, unit) for name, unit in zip(names, units, strict=True) if name in words and names.count(name) == 1]
    return {} if options.columns else {name: Column(variable=name) for name, unit in once if measures(name, unit)}


def measures(variable: str, unit: str) -> bool:
    """Return whether a unit is one of a variable."""
    try:
        return not usual_unit(variable) or bool(conversion(variable, unit))
    except UnitError:
        return False
