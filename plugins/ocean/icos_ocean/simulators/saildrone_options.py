"""Options of the simulator `saildrone`: a vehicle, its CO2 system, and how far off both are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.calibration.dry_xco2_options import InstrumentUncertainties
from icos_ocean.simulators.mooring import MooringSimulation

if TYPE_CHECKING:
    from typing import Self

__all__ = ["SaildroneSimulation"]


class SaildroneSimulation(Options):
    """A Saildrone that stays where it is."""

    mooring: MooringSimulation = Field(default_factory=MooringSimulation, description="where and when")
    interval: Duration = Field(default=timedelta(minutes=1), description="time from line to line, whole seconds")
    cycle: Duration = Field(default=timedelta(hours=1), description="time from cycle to cycle of the CO2 system, whole intervals")
    salinity: Annotated[float, Field(ge=0, le=41)] = Field(default=34.5, description="practical salinity")
    errors: InstrumentUncertainties = Field(
        default_factory=lambda: InstrumentUncertainties(analyser_pressure=1.0, sea_level_pressure=1.0),
        description="standard uncertainties that errors are drawn from",
    )
    mirrored: bool = Field(
        default=False, description="draw the errors that a deployment shares with the other sign: with its twin, it shows a bias sooner"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.interval < timedelta(seconds=1) or self.interval % timedelta(seconds=1):
            raise ValueError("interval: a whole number of seconds")
        if self.cycle < self.interval or self.cycle % self.interval:
            raise ValueError("cycle: a whole number of intervals")
        return self
