"""Options of the reader `underway-table`: how a delimited file is written."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from icos_core.components import Variable
from icos_core.exceptions import DataError, hint
from icos_core.option_types import SnakeCase  # noqa: TC001  # pydantic evaluates annotations
from icos_core.units import convertible
from icos_core.versioned import Options
from icos_ocean.readers.option_kinds import SEPARATORS, Encoding, RunTypesByWord, check_unit
from icos_ocean.readers.table_clock import Clock  # noqa: TC001  # pydantic evaluates annotations
from icos_ocean.readers.table_positions import axis
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY
from icos_ocean.vocabulary.numbered import numbered

__all__ = ["Quantity", "UnderwayTableOptions"]

_SEPARATORS = {**SEPARATORS, "bar": "|", "blanks": "\t"}


class Quantity(Options):
    """One ``[[input.quantities]]``: a quantity that the vocabulary does not have."""

    name: SnakeCase = Field(description="name in data sets")
    units: str = Field(description='unit (UDUNITS); "1" for numbers without')
    long_name: str = Field(default="", description="what it is, for people")
    standard_name: str | None = Field(default=None, description="name in the CF standard name table")

    @property
    def variable(self) -> Variable:
        """The quantity as a word of a vocabulary."""
        long_name = self.long_name or self.name.replace("_", " ")
        return Variable(name=self.name, units=self.units, long_name=long_name, standard_name=self.standard_name)

    @field_validator("units")
    @classmethod
    def _known_unit(cls, value: str) -> str:
        try:
            convertible(value, value)
        except DataError as error:
            raise ValueError(str(error)) from error
        if not value:
            raise ValueError('expected a unit; "1" for numbers without')
        return value


class UnderwayTableOptions(Options):
    """How the files of one logger are written, and what their columns are."""

    separator: Literal["tab", "comma", "semicolon", "bar", "blanks"] = Field(
        default="comma", description="what separates the columns; blanks: any number of blanks and tabs"
    )
    decimal_comma: bool = Field(default=False, description="whether numbers are written with a decimal comma")
    quotes: bool = Field(default=False, description='whether fields may stand in double quotes, as "Smith, Co", with separators inside')
    encoding: Encoding = Field(default="utf-8", description="encoding of headers and words")
    comment: str = Field(default="", description="lines that begin with this text are passed over and counted")
    header_lines: Annotated[int, Field(ge=0, le=100_000)] = Field(default=1, description="lines before the first row")
    header_end: str | None = Field(
        default=None, description="in place of header_lines: the last line before the first row is the first that begins with this text"
    )
    names_line: int = Field(
        default=-1, description="line of the header with the names of the columns: 1 is the first line, -1 the last, -2 the one before"
    )
    names: tuple[str, ...] = Field(default=(), description="names of the columns, where the file does not hold them")
    clock: Clock = Field(description="columns of date and time")
    columns: dict[str, str] = Field(
        min_length=1,
        description='headers and the variables they are, e.g. {"Intake Temp" = "sst"}; "#7" is the seventh column, whatever its header',
    )
    units: dict[str, str] = Field(
        default_factory=dict, description='variables whose unit in the file is not the usual one, e.g. {"analyser_pressure" = "kPa"}'
    )
    quantities: tuple[Quantity, ...] = Field(default=(), description="quantities that the vocabulary does not have")
    position_style: Literal["degrees", "degrees-minutes"] = Field(
        default="degrees", description="degrees: 54.25 or 54.25 N; degrees-minutes: 5415.00 for 54° 15.00'"
    )
    hemispheres: dict[str, str] = Field(
        default_factory=dict,
        description='columns of N or S and of E or W beside the numbers, e.g. {"latitude" = "N/S", "longitude" = "E/W"}',
    )
    missing_values: tuple[str, ...] = Field(default=(), description="texts for a missing value beside an empty cell and NaN, e.g. -999")
    run_type_column: str | None = Field(default=None, description="column that says what the analyser was measuring")
    run_type: str | None = Field(default=None, description="run type of every row, where no column says it, e.g. EQU")
    run_types: RunTypesByWord = Field(
        default_factory=dict, description='words of run_type_column and the run types they are, e.g. {"sea" = "EQU", "1" = "STD1"}'
    )
    housekeeping: tuple[str, ...] = Field(default=(), description="words of run_type_column whose lines hold no measurement")
    flag_columns: dict[str, str] = Field(
        default_factory=dict, description='columns with flags of the values of a variable, e.g. {"Temp QC" = "sst"}'
    )
    flags_to_use: tuple[str, ...] = Field(
        default=("1", "2"), description="flags in flag_columns with which a value is used; with any other it is missing, and counted"
    )

    @field_validator("run_type")
    @classmethod
    def _known_run_type(cls, value: str | None) -> str | None:
        if value is not None and value not in RUN_TYPES:
            raise ValueError(f"no run type {value!r}{hint(value, RUN_TYPES)}")
        return value

    @model_validator(mode="after")
    def _separators_differ(self) -> Self:
        if self.decimal_comma and self.separator == "comma":
            raise ValueError("decimal_comma = true and separator = 'comma' exclude each other")
        if self.names_line == 0:
            raise ValueError("names_line: lines count from 1, or from -1 at the end; where the file holds no names, names lists them")
        if self.header_end is None and not self.names and not 1 <= abs(self.names_line) <= self.header_lines:
            raise ValueError(
                f"names_line = {self.names_line}: the header has {self.header_lines} lines; where it holds no names, names lists them"
            )
        return self

    @model_validator(mode="after")
    def _variables_are_known(self) -> Self:
        own = {quantity.name for quantity in self.quantities}
        for key, names in (
            ("columns", self.columns.values()),
            ("units", self.units),
            ("flag_columns", self.flag_columns.values()),
            ("hemispheres", self.hemispheres),
        ):
            for name in names:
                if name not in own and numbered(name) is None:
                    known = (*own, *VOCABULARY)
                    raise ValueError(f"{key}: no variable {name!r}{hint(name, known)}; quantities of your own are declared in quantities")
        twice = [name for name in self.columns.values() if list(self.columns.values()).count(name) > 1]
        if twice:
            raise ValueError(f"columns: {twice[0]!r} is given twice; a second sensor is {twice[0]}_2")
        for name in (*self.units, *self.flag_columns.values(), *self.hemispheres):
            if name not in self.columns.values():
                raise ValueError(f"{name!r} is no variable of columns{hint(name, self.columns.values())}")
        strange = [name for name in self.hemispheres if axis(name) is None]
        if strange:
            raise ValueError(f"hemispheres: {strange[0]!r} is neither latitude nor longitude")
        return self

    @model_validator(mode="after")
    def _units_fit(self) -> Self:
        for name, unit in self.units.items():
            check_unit(f"units.{name}", unit, self.variable(name).units)
        return self

    @model_validator(mode="after")
    def _run_type_is_said_once(self) -> Self:
        if self.run_type_column is not None and self.run_type is not None:
            raise ValueError("run_type and run_type_column exclude each other")
        if self.run_type_column is None and (self.run_types or self.housekeeping):
            raise ValueError("run_types and housekeeping need run_type_column")
        return self

    @property
    def separator_character(self) -> str:
        """The separator itself; runs of blanks have become tabs before it is looked for."""
        return _SEPARATORS[self.separator]

    def variable(self, name: str) -> Variable:
        """Return the word of a variable named in `columns`."""
        for quantity in self.quantities:
            if quantity.name == name:
                return quantity.variable
        found = numbered(name)
        assert found is not None
        return found
