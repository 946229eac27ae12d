"""Options of the reader `general-oceanics-8050`."""

from __future__ import annotations

import codecs
from typing import Literal

from pydantic import Field, field_validator, model_validator

from icos_core.exceptions import DataError, hint
from icos_core.units import convertible
from icos_core.versioned import Options
from icos_ocean.readers.general_oceanics_columns import COLUMNS
from icos_ocean.readers.instrument_clock import DateFormat
from icos_ocean.vocabulary import RUN_TYPES, VOCABULARY

__all__ = ["GeneralOceanicsOptions"]

_NAMES = tuple(column.name for column in COLUMNS)


class GeneralOceanicsOptions(Options):
    """How the files of one General Oceanics 8050 system are written."""

    date_format: str = Field(
        default="dd/mm/yy",
        description="Order of day, month and year and digits of the year, e.g. dd/mm/yy, mm/dd/yyyy, yyyy-mm-dd; any separator.",
    )
    clock: Literal["gps", "pc"] = Field(default="gps", description="Which of the two clocks gives the time of a row.")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description='Further headers and the variables they are, e.g. {"Hull Temp" = "sst"}; they go before the known ones.',
    )
    units: dict[str, str] = Field(
        default_factory=dict,
        description='Units in the file where they are not the usual ones, e.g. {"analyser_pressure" = "kPa"}.',
    )
    duplicate_columns: Literal["first", "last"] = Field(
        default="first", description="Which of several columns with the same header is read."
    )
    missing_values: tuple[str, ...] = Field(
        default=(), description="Texts that stand for a missing value beside an empty cell and NaN, e.g. -, -999."
    )
    keep_error_rows: bool = Field(default=False, description="Keep rows whose error column is not 0.")
    run_types: dict[str, str] = Field(
        default_factory=dict,
        description='Further type words and the run types they are, e.g. {"SEA" = "EQU"}; -DRAIN is understood by itself.',
    )
    housekeeping: tuple[str, ...] = Field(
        default=(), description="Further type words of lines that hold no measurement, beside FILTER, WAKE UP, SHUT DOWN …"
    )
    separator: Literal["tab", "comma", "semicolon"] = Field(default="tab", description="What separates the columns.")
    decimal_comma: bool = Field(default=False, description="Whether numbers are written with a decimal comma.")
    encoding: str = Field(default="windows-1252", description="Encoding of header and type words.")

    @field_validator("date_format")
    @classmethod
    def _known_date_format(cls, value: str) -> str:
        DateFormat.from_text(value)
        return value

    @field_validator("columns")
    @classmethod
    def _known_names(cls, value: dict[str, str]) -> dict[str, str]:
        for header, name in value.items():
            if name not in _NAMES:
                raise ValueError(f"{header!r}: no variable {name!r}{hint(name, _NAMES)}")
        return value

    @field_validator("units")
    @classmethod
    def _known_units(cls, value: dict[str, str]) -> dict[str, str]:
        for name, unit in value.items():
            if name not in _NAMES:
                raise ValueError(f"no variable {name!r}{hint(name, _NAMES)}")
            usual = VOCABULARY[name].units
            try:
                fits = convertible(unit, usual)
            except DataError as error:
                raise ValueError(f"{name}: {error}") from error
            if not fits:
                raise ValueError(f"{name}: {unit!r} cannot be converted to {usual!r}")
        return value

    @field_validator("run_types")
    @classmethod
    def _known_run_types(cls, value: dict[str, str]) -> dict[str, str]:
        for word, run_type in value.items():
            if run_type not in RUN_TYPES:
                raise ValueError(f"{word!r}: no run type {run_type!r}{hint(run_type, RUN_TYPES)}")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            codecs.lookup(value)
        except LookupError as error:
            raise ValueError(f"{value!r} is no encoding; expected e.g. windows-1252, utf-8") from error
        return value

    @model_validator(mode="after")
    def _one_meaning_of_comma(self) -> GeneralOceanicsOptions:
        if self.decimal_comma and self.separator == "comma":
            raise ValueError("decimal_comma = true and separator = 'comma' exclude each other")
        return self

    @property
    def separator_character(self) -> str:
        """The separator itself."""
        return {"tab": "\t", "comma": ",", "semicolon": ";"}[self.separator]

    @property
    def dates(self) -> DateFormat:
        """The date format, understood."""
        return DateFormat.from_text(self.date_format)
