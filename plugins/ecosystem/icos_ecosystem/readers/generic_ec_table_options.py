"""Options of the reader `generic-ec-table`: what a delimited file of raw data holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from icos_core.exceptions import hint
from icos_core.raw_text.instrument_clock import DateFormat
from icos_ecosystem.readers.delimited_options import DelimitedOptions
from icos_ecosystem.readers.raw_clock import ClockOptions
from icos_ecosystem.readers.raw_columns import Column, ColumnOptions
from icos_ecosystem.vocabulary.measured import FAST, METEO_STREAM, METEOROLOGY, STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from icos_core.components import Variable

__all__ = ["UNIX", "GenericEcTableOptions"]

UNIX = "unix"
_WORDS = {STREAM: {word.name: word for word in FAST}, METEO_STREAM: {word.name: word for word in METEOROLOGY}}


def _date_format(value: str) -> str:
    if value != UNIX:
        DateFormat.from_text(value)
    return value


class GenericEcTableOptions(ClockOptions, ColumnOptions, DelimitedOptions):
    """How the files of one logger are written, and what their columns are."""

    stream_kind: Literal["eddy", "meteo"] = Field(default="eddy", description="fast data of a sonic and analysers, or slow meteorology")
    time_column: str | None = Field(
        default=None,
        description='column of date and time, or of the time of day where date_column is stated; "#1" is the first column; where there is '
        "none, the name of the file tells the time: name_format",
    )
    date_column: str | None = Field(default=None, description="column of the date, where it stands apart from the time of day")
    date_format: Annotated[str, AfterValidator(_date_format)] = Field(
        default="yyyy-mm-dd", description="order of day, month and year, e.g. dd.mm.yyyy or yyyymmdd; unix: seconds since 1970"
    )
    first_time_only: bool = Field(
        default=False, description="whether only the first row's time counts and the others follow at the frequency: stamps too coarse"
    )
    columns: dict[str, Column] = Field(
        min_length=1,
        description='headers and the variables they are, e.g. {Ux = "u", T = {variable = "sonic_temperature", unit = "degC"}}; "#3" is the '
        "third column",
    )

    @property
    def words(self) -> Mapping[str, Variable]:
        """Variable → word of the stream."""
        return _WORDS[self.stream_kind]

    @model_validator(mode="after")
    def _variables_are_of_the_stream(self) -> Self:
        for header, column in self.columns.items():
            if column.variable not in self.words:
                raise ValueError(
                    f"columns: {header!r}: no variable {column.variable!r} of stream_kind = {self.stream_kind!r}"
                    f"{hint(column.variable, self.words)}"
                )
        return self

    @model_validator(mode="after")
    def _clock_is_whole(self) -> Self:
        if self.time_column is None and self.date_column is not None:
            raise ValueError("date_column needs time_column, the column of the time of day")
        if self.time_column is None and self.name_format is None:
            raise ValueError("time_column, or name_format where the name of the file tells the time, has to be stated")
        if self.date_format == UNIX and self.date_column is not None:
            raise ValueError("date_format = 'unix' is date and time in one column: leave out date_column")
        if (self.time_column is None or self.first_time_only) and self.frequency is None:
            raise ValueError("frequency has to be stated where rows do not tell their times")
        return self
