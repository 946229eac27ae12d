"""Options that the readers of half-hourly tables share: whose clock the time stamps are of, how long an interval is, what is read."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, field_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.exceptions import InputError, hint
from icos_core.versioned import Options
from icos_ecosystem.vocabulary.half_hourly import TABLE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from icos_core.components import Context, Variable

__all__ = ["HALF_HOUR", "HOUR", "MINUTE", "STATION", "UTC", "HalfHourlyOptions", "IntervalOptions", "NamedColumnsOptions"]

MINUTE = 60_000_000_000
"""ns"""
HALF_HOUR, HOUR = 30 * MINUTE, 60 * MINUTE
STATION, UTC = "station", "UTC"
_OFFSET = re.compile(r"(?:UTC)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?")
_MOST_HOURS = 14


def _offset(text: str) -> int:
    """Return how far a time zone is ahead of UTC [ns]."""
    if text == UTC:
        return 0
    found = _OFFSET.fullmatch(text)
    minutes = int(found[2]) * 60 + int(found[3] or 0) if found else 0
    if found is None or minutes > _MOST_HOURS * 60 or int(found[3] or 0) > 59:
        raise ValueError(f"{text!r} is no time zone; expected 'station', 'UTC' or an offset without summer time such as '+01:00'")
    return (-minutes if found[1] == "-" else minutes) * MINUTE


def _time_zone(value: str) -> str:
    if value != STATION:
        _offset(value)
    return value


def _half_hour_or_hour(value: timedelta) -> timedelta:
    if value not in {timedelta(minutes=30), timedelta(hours=1)}:
        raise ValueError("expected '30 min' or '1 h'")
    return value


class IntervalOptions(Options):
    """Whose clock the time stamps of half-hourly or hourly rows are of, and how long a row is."""

    time_zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default=STATION,
        description="whose clock the time stamps are of: station, its local standard time (utc_offset); UTC; or an offset such as +01:00",
    )
    interval: Annotated[Duration, AfterValidator(_half_hour_or_hour)] | None = Field(
        default=None, description="time that a row stands for, 30 min or 1 h; default: as the file shows"
    )
    missing_values: tuple[str, ...] = Field(
        default=("-9999", "NA"), description="texts for a missing value beside an empty cell and NaN; numbers count by value"
    )

    @property
    def interval_length(self) -> int | None:
        """Time that a row stands for [ns], None where the file shall tell."""
        return None if self.interval is None else round(self.interval.total_seconds()) * (HOUR // 3600)

    def ahead_of_utc(self, context: Context, file: str) -> int:
        """Return how far the clock of the time stamps is ahead of UTC [ns].

        Raises
        ------
        InputError
            Where it is the station's and the station does not say.
        """
        if self.time_zone != STATION:
            return _offset(self.time_zone)
        if context.station.utc_offset is None:
            raise InputError(file, "its times are local standard time, and station.utc_offset is not stated; time_zone may say it, too")
        return round(context.station.utc_offset * HOUR)


class HalfHourlyOptions(IntervalOptions):
    """What is declared of a table whose columns the format names."""

    variables: tuple[str, ...] = Field(default=(), description="variables to read; default: all that are known")

    @field_validator("variables")
    @classmethod
    def _known_variables(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = next((name for name in value if name not in TABLE_WORDS), None)
        if unknown is not None:
            raise ValueError(f"no variable {unknown!r}{hint(unknown, TABLE_WORDS)}")
        return value

    def chosen(self, words: Iterable[Variable]) -> dict[str, Variable]:
        """Return those of some words that are read, by name."""
        return {word.name: word for word in words if not self.variables or word.name in self.variables}


class NamedColumnsOptions(HalfHourlyOptions):
    """How a table is read whose columns have names of FLUXNET."""

    sensors: dict[str, str] = Field(
        default_factory=dict,
        description='variable → which of several columns is read, what follows its name, e.g. {TA = "1_2_1", NEE = "PI"}; default: the '
        "plain name, else 1_1_1 or 1, else the first in the file",
    )

    @field_validator("sensors")
    @classmethod
    def _known_sensors(cls, value: dict[str, str]) -> dict[str, str]:
        unknown = next((name for name in value if name not in TABLE_WORDS), None)
        if unknown is not None:
            raise ValueError(f"no variable {unknown!r}{hint(unknown, TABLE_WORDS)}")
        return value

    @property
    def columns_of_sensors(self) -> Mapping[str, str]:
        """Variable → name of the column that is read."""
        return {name: f"{name}_{sensor}".rstrip("_").upper() for name, sensor in self.sensors.items()}
