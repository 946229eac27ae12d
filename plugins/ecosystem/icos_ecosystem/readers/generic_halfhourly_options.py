"""Options of the reader `generic-halfhourly`: where the time stands, and what the columns are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from icos_core.raw_text.instrument_clock import DateFormat
from icos_ecosystem.readers.delimited_options import DelimitedOptions
from icos_ecosystem.readers.half_hourly_options import IntervalOptions
from icos_ecosystem.readers.raw_clock import Place  # noqa: TC001  # pydantic evaluates annotations
from icos_ecosystem.readers.raw_columns import Column, ColumnOptions
from icos_ecosystem.vocabulary.half_hourly import TABLE_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from icos_core.components import Variable

__all__ = ["GenericHalfHourlyOptions", "HalfHourlyColumn"]

CalendarPart = Literal["year", "month", "day", "day_of_year", "hour", "minute"]


def _date_format(value: str) -> str:
    DateFormat.from_text(value)
    return value


class HalfHourlyColumn(Column):
    """A column that is a variable of a half-hourly table; in a description a mere text is the variable."""

    words: ClassVar[Mapping[str, Variable]] = TABLE_WORDS


class GenericHalfHourlyOptions(IntervalOptions, ColumnOptions, DelimitedOptions):
    """How a table is written, and what its columns are."""

    time_stamps: Place = Field(description="what the time of a row is of its interval: start, middle or end")
    time_column: str | None = Field(
        default=None, description='column of date and time, or of the time of day where date_column is stated; "#1" is the first column'
    )
    date_column: str | None = Field(default=None, description="column of the date, where it stands apart from the time of day")
    date_format: Annotated[str, AfterValidator(_date_format)] = Field(
        default="yyyy-mm-dd", description="order of day, month and year, e.g. dd.mm.yyyy or yyyymmdd"
    )
    calendar_columns: dict[CalendarPart, str] = Field(
        default_factory=dict,
        description='columns of parts of the calendar, e.g. {year = "Year", day_of_year = "DoY", hour = "Hour"}; hours may have a fraction',
    )
    year: Annotated[int, Field(ge=1970, le=2199)] | None = Field(default=None, description="the year, where calendar_columns has none")
    columns: dict[str, HalfHourlyColumn] = Field(  # type: ignore[assignment]  # a dictionary of a narrower kind of column
        min_length=1,
        description='headers and the variables they are, e.g. {Fc = "FC", Tair = {variable = "TA", unit = "degC"}}; "#3" is the third '
        "column",
    )

    @property
    def words(self) -> Mapping[str, Variable]:
        """Variable → word of the columns."""
        return {column.variable: TABLE_WORDS[column.variable] for column in self.columns.values()}

    @model_validator(mode="after")
    def _clock_is_whole(self) -> Self:
        parts = set(self.calendar_columns)
        if (self.time_column is None) == (not parts):
            raise ValueError("either time_column or calendar_columns has to be stated")
        if self.date_column is not None and parts:
            raise ValueError("date_column needs time_column, the column of the time of day")
        if self.year is not None and (not parts or "year" in parts):
            raise ValueError("year is for calendar_columns without a year")
        if not parts:
            return self
        if "year" not in parts and self.year is None:
            raise ValueError("calendar_columns has no year; state its column, or year")
        by_day = "day_of_year" in parts
        if by_day == bool({"month", "day"} & parts) or (not by_day and not {"month", "day"} <= parts):
            raise ValueError("calendar_columns needs either day_of_year, or month and day")
        if "hour" not in parts:
            raise ValueError("calendar_columns has no hour")
        return self
