"""Options of the simulator `socat-cruise`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from typing import Self

__all__ = ["SocatSimulation"]

Fraction = Annotated[float, Field(ge=0, le=0.5)]


class SocatSimulation(Options):
    """One cruise or several, as SOCAT publishes them or takes them."""

    form: Literal["published", "submission", "synthesis"] = Field(
        default="published", description="columns of a published cruise, of a submission, or several cruises in one file"
    )
    cruises: int = Field(default=3, ge=1, le=30, description="number of cruises of a synthesis; they are at sea at the same time")
    start: Moment = Field(default=datetime(2019, 5, 1, tzinfo=UTC), description="time of the first row (UTC)")
    duration: Duration = Field(default=timedelta(days=2), description="length of a cruise, at least 3 h")
    interval: Duration = Field(default=timedelta(minutes=2), description="time from row to row, whole seconds")
    platform: str = Field(default="SIMU", pattern=r"^[0-9A-Z]{4}$", description="NODC code of the (first) platform")
    latitude: float = Field(default=48.0, ge=-70, le=70, description="where the cruise begins, degrees north")
    longitude: float = Field(default=-10.0, ge=-180, le=180, description="where the cruise begins, degrees east")
    sources: tuple[Annotated[int, Field(ge=1, le=14)], ...] = Field(
        default=tuple(range(1, 15)), min_length=1, description="sources of fCO2 that rows have in turn; a submission has those up to 6"
    )
    questionable: Fraction = Field(default=0.02, description="fraction of rows with WOCE flag 3")
    bad: Fraction = Field(default=0.01, description="fraction of rows with WOCE flag 4")
    others: int = Field(default=1, ge=0, le=9, description="cruises in the folder others, which follow the first one at a distance")
    other_offset: float = Field(default=2.0, ge=-100, le=100, description="fCO2 of those cruises minus the truth, µatm")
    other_delay: Duration = Field(default=timedelta(hours=6), description="how much later those cruises come by")

    @field_validator("interval")
    @classmethod
    def _whole_seconds(cls, value: timedelta) -> timedelta:
        if value <= timedelta(0) or value % timedelta(seconds=1):
            raise ValueError("a whole number of seconds, more than 0")
        return value

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        if self.duration < timedelta(hours=3):
            raise ValueError("duration: at least 3 h")
        if self.form == "submission" and min(self.sources) > 6:
            raise ValueError("sources: a submission has those up to 6")
        return self
