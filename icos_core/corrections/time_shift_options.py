"""Options of the calibrator `time-shift`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from icos_core.duration import Duration
from icos_core.option_types import StreamName, Text, Texts  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, Versioned, overlaps

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Proposal", "Shift", "TimeShiftOptions"]

FINEST_AVERAGE = 2000
"""Times the window may be as long as rows are averaged over."""
PositiveDuration = Annotated[Duration, Field(gt=timedelta(0))]


class Shift(Versioned):
    """One ``[[calibrate.shift]]``: variables that are moved in time."""

    variables: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(description="variables to move")
    stream: StreamName | None = Field(default=None, description="their stream; where absent, the one that has all variables named here")
    seconds: Annotated[float, Field(ge=-86400, le=86400, allow_inf_nan=False)] = Field(
        description="the value at t becomes the one measured at t + seconds: positive for a sensor that lags, negative for one that leads"
    )
    limit: PositiveDuration = Field(
        default=timedelta(minutes=5), description="how far in time the good values on both sides may be, between which is interpolated"
    )


class Proposal(Options):
    """One ``[[calibrate.propose]]``: two variables between which a shift is looked for, and nothing is moved."""

    variable: Text = Field(description="variable that would be moved")
    against: Text = Field(description="variable that sees the same some time before or after")
    stream: StreamName | None = Field(default=None, description="their stream; where absent, the one that has all variables named here")
    window: PositiveDuration = Field(default=timedelta(minutes=15), description="largest shift looked at, to either side")
    gap: PositiveDuration = Field(default=timedelta(minutes=5), description="rows further apart are not compared with each other")
    average: PositiveDuration | None = Field(
        default=None, description="rows closer than this are averaged first; a sixtieth of the window where absent"
    )
    least_pairs: Annotated[int, Field(ge=10)] = Field(default=100, description="fewer pairs of changes give no proposal")
    where: dict[str, Texts] = Field(default_factory=dict, description="category = words: only such rows are looked at")

    @model_validator(mode="after")
    def _can_be_looked_for(self) -> Self:
        if self.variable == self.against:
            raise ValueError(f"against: another variable than {self.variable!r}")
        if self.average is not None and self.average * FINEST_AVERAGE < self.window:
            raise ValueError(f"average: at least a {FINEST_AVERAGE}th of the window")
        return self


class TimeShiftOptions(Options):
    """Options of the calibrator."""

    shift: tuple[Shift, ...] = Field(default=(), description="shifts that are applied")
    propose: tuple[Proposal, ...] = Field(default=(), description="shifts that are looked for and reported, never applied")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.shift and not self.propose:
            raise ValueError("shift or propose, without which nothing happens")
        for left, right in overlaps(self.shift, key=lambda _table: None):
            both = [name for name in left.variables if name in right.variables]
            if both and (left.stream == right.stream or None in {left.stream, right.stream}):
                raise ValueError(f"shift: shifts of {both[0]!r} that do not overlap; {left.seconds:g} s and {right.seconds:g} s do")
        return self
