"""Options of the reader `general-oceanics-8050`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from icos_core.raw_text.instrument_clock import DateFormat
from icos_core.versioned import Options
from icos_ocean.readers.general_oceanics_columns import COLUMNS
from icos_ocean.readers.option_kinds import SEPARATORS, DateOrder, Encoding, RunTypesByWord, check_names, check_units

__all__ = ["GeneralOceanicsOptions"]

_NAMES = tuple(column.name for column in COLUMNS)


class GeneralOceanicsOptions(Options):
    """How the files of one General Oceanics 8050 system are written."""

    date_format: DateOrder = Field(
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
    run_types: RunTypesByWord = Field(
        default_factory=dict,
        description='Further type words and the run types they are, e.g. {"SEA" = "EQU"}; -DRAIN is understood by itself.',
    )
    housekeeping: tuple[str, ...] = Field(
        default=(), description="Further type words of lines that hold no measurement, beside FILTER, WAKE UP, SHUT DOWN …"
    )
    separator: Literal["tab", "comma", "semicolon"] = Field(default="tab", description="What separates the columns.")
    decimal_comma: bool = Field(default=False, description="Whether numbers are written with a decimal comma.")
    encoding: Encoding = Field(default="windows-1252", description="Encoding of header and type words.")

    @field_validator("columns")
    @classmethod
    def _known_names(cls, value: dict[str, str]) -> dict[str, str]:
        check_names(value.items(), _NAMES)
        return value

    @field_validator("units")
    @classmethod
    def _known_units(cls, value: dict[str, str]) -> dict[str, str]:
        check_units(value, _NAMES)
        return value

    @model_validator(mode="after")
    def _one_meaning_of_comma(self) -> GeneralOceanicsOptions:
        if self.decimal_comma and self.separator == "comma":
            raise ValueError("decimal_comma = true and separator = 'comma' exclude each other")
        return self

    @property
    def separator_character(self) -> str:
        """The separator itself."""
        return SEPARATORS[self.separator]

    @property
    def dates(self) -> DateFormat:
        """The date format, understood."""
        return DateFormat.from_text(self.date_format)
