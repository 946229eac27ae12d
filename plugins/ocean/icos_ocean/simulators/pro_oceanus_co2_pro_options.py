"""Options of the simulator `pro-oceanus-co2-pro`: a mooring, a sensor, and how far off it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.calibration.co2_pro_options import Co2ProUncertainties
from icos_ocean.simulators.mooring import MooringSimulation

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Co2ProSimulation"]


class Co2ProSimulation(Options):
    """A CO2-Pro ATM at a mooring, beside it a thermometer and a barometer."""

    mooring: MooringSimulation = Field(default_factory=MooringSimulation, description="where and when")
    interval: Duration = Field(default=timedelta(minutes=5), description="time from row to row, whole seconds")
    zero_every: Duration = Field(default=timedelta(hours=12), description="time from zero to zero")
    readings_of_zero: Annotated[int, Field(ge=0)] = Field(default=3, description="zero records at each zero")
    air_every: Duration = Field(default=timedelta(hours=3), description="time from run to run of air")
    readings_of_air: Annotated[int, Field(ge=0)] = Field(default=3, description="records of each run of air")
    response: Duration = Field(default=timedelta(seconds=120), description="time constant with which the gas recovers after a zero")
    zero_count: Annotated[float, Field(ge=30_000, le=90_000)] = Field(default=44_400.0, description="count of the first zero")
    errors: Co2ProUncertainties = Field(
        default_factory=Co2ProUncertainties, description="standard uncertainties that errors are drawn from"
    )
    mirrored: bool = Field(
        default=False, description="draw the errors that a deployment shares with the other sign: with its twin, it shows a bias sooner"
    )
    style: Literal["commas", "hash"] = Field(default="commas", description="'W M,2024,03,…' or '#2024/03/…, M,…,W'")
    logger: bool = Field(default=True, description="whether a data logger puts its time before each line, and messages between them")
    logger_ahead: Duration = Field(default=timedelta(seconds=-118), description="time of the logger minus that of the instrument")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.interval < timedelta(seconds=1) or self.interval % timedelta(seconds=1):
            raise ValueError("interval: a whole number of seconds")
        if self.zero_every < (self.readings_of_zero + 1) * self.interval:
            raise ValueError(f"zero_every: more than the {self.readings_of_zero} zero records take")
        if self.air_every < (self.readings_of_air + 1) * self.interval:
            raise ValueError(f"air_every: more than the {self.readings_of_air} records of air take")
        return self
