"""Options of the reader `meteo-table`: how a delimited file of meteorology is written."""

from __future__ import annotations

import codecs
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from icos_atmosphere.vocabulary.measured import DIAGNOSTICS, METEOROLOGY, VALVES
from icos_core.exceptions import DataError, hint
from icos_core.raw_text.instrument_clock import DateFormat
from icos_core.units import convertible
from icos_core.versioned import Options

if TYPE_CHECKING:
    from typing import Self

    from icos_core.components import Variable

__all__ = ["SEPARATORS", "STREAM", "UNIX", "WORDS", "MeteoTableOptions"]

STREAM = "meteo"
UNIX = "unix"
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "blanks": "\t"}
WORDS = {word.name: word for word in (*METEOROLOGY, *VALVES, *DIAGNOSTICS)}
"""What a column may be: meteorology, and what a logger writes of valves and housekeeping beside an analyser that does not."""


def _encoding(value: str) -> str:
    try:
        codecs.lookup(value)
    except LookupError as error:
        raise ValueError(f"{value!r} is no encoding; expected e.g. utf-8, latin-1, windows-1252") from error
    return value


def _date_format(value: str) -> str:
    if value != UNIX:
        DateFormat.from_text(value)
    return value


class MeteoTableOptions(Options):
    """How the files of one logger are written, and what their columns are."""

    separator: Literal["comma", "semicolon", "tab", "blanks"] = Field(
        default="comma", description="what separates the columns; blanks: any number of blanks and tabs"
    )
    decimal_comma: bool = Field(default=False, description="whether numbers are written with a decimal comma")
    encoding: Annotated[str, AfterValidator(_encoding)] = Field(default="utf-8", description="encoding of the headers")
    header_lines: Annotated[int, Field(ge=0, le=10_000)] = Field(default=1, description="lines before the first row")
    names_line: int = Field(
        default=-1, description="line of the header with the names of the columns: 1 is the first line, -1 the last, -2 the one before"
    )
    names: tuple[str, ...] = Field(default=(), description="names of the columns, where the file does not hold them")
    time_column: str = Field(description="column of date and time, or of the time of day where date_column is stated")
    date_column: str | None = Field(default=None, description="column of the date, where it stands apart from the time of day")
    date_format: Annotated[str, AfterValidator(_date_format)] = Field(
        default="yyyy-mm-dd", description="order of day, month and year, e.g. dd.mm.yyyy; unix: seconds since 1970"
    )
    utc_offset: float = Field(default=0.0, ge=-14, le=14, description="hours that the logger's clock is ahead of UTC")
    columns: dict[str, str] = Field(
        min_length=1, description='headers and the variables they are, e.g. {"T_air" = "air_temperature"}; "#7" is the seventh column'
    )
    units: dict[str, str] = Field(
        default_factory=dict, description='variables whose unit in the file is not the usual one, e.g. {"air_pressure" = "kPa"}'
    )
    missing_values: tuple[str, ...] = Field(default=(), description="texts for a missing value beside an empty cell and NaN, e.g. -9999")

    @field_validator("columns")
    @classmethod
    def _known_variables(cls, value: dict[str, str]) -> dict[str, str]:
        for header, name in value.items():
            if name not in WORDS:
                raise ValueError(f"{header!r}: no variable {name!r}{hint(name, WORDS)}")
        names = list(value.values())
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"{twice[0]!r} is given twice; a second sensor is an input of its own, with a stream of its own")
        return value

    @model_validator(mode="after")
    def _units_fit(self) -> Self:
        for name, unit in self.units.items():
            if name not in self.columns.values():
                raise ValueError(f"units: {name!r} is no variable of columns{hint(name, self.columns.values())}")
            try:
                fits = convertible(unit, WORDS[name].units)
            except DataError as error:
                raise ValueError(f"units.{name}: {error}") from error
            if not fits:
                raise ValueError(f"units.{name}: {unit!r} cannot be converted to {WORDS[name].units!r}")
        return self

    @model_validator(mode="after")
    def _header_and_clock_are_whole(self) -> Self:
        if self.decimal_comma and self.separator == "comma":
            raise ValueError("decimal_comma = true and separator = 'comma' exclude each other")
        if not self.names and not 1 <= abs(self.names_line) <= self.header_lines:
            raise ValueError(
                f"names_line = {self.names_line}: the header has {self.header_lines} lines; where it holds no names, names lists them"
            )
        if self.date_format == UNIX and self.date_column is not None:
            raise ValueError("date_format = 'unix' is date and time in one column: leave out date_column")
        return self

    @property
    def words(self) -> dict[str, Variable]:
        """Variable → word, with the unit of the file."""
        return {name: replace(WORDS[name], units=self.units.get(name, WORDS[name].units)) for name in self.columns.values()}
