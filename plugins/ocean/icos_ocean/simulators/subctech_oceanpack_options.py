"""Options of the simulator `subctech-oceanpack`: a station, an OceanPack, and how far off it is."""

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

__all__ = ["OceanPackSimulation"]


class OceanPackSimulation(Options):
    """An OceanPack on station, with a conductivity sensor in its water."""

    mooring: MooringSimulation = Field(default_factory=MooringSimulation, description="where and when")
    interval: Duration = Field(default=timedelta(minutes=1), description="time from row to row, whole seconds")
    salinity: Annotated[float, Field(ge=2, le=41)] = Field(default=34.5, description="practical salinity")
    cycle: Duration = Field(default=timedelta(hours=6), description="time from zero to zero; air is measured halfway")
    rows_of_zero: Annotated[int, Field(ge=0)] = Field(default=3, description="rows of zero gas in a cycle")
    rows_of_span: Annotated[int, Field(ge=0)] = Field(default=3, description="rows of span gas in a cycle, after the zero")
    rows_of_change: Annotated[int, Field(ge=0)] = Field(default=2, description="rows in which the system changes, after the span")
    rows_of_air: Annotated[int, Field(ge=0)] = Field(default=3, description="rows of air in a cycle")
    span_gas: Annotated[float, Field(ge=100, le=2000)] = Field(default=500.0, description="mole fraction of span gas, µmol mol⁻¹")
    errors: InstrumentUncertainties = Field(
        default_factory=lambda: InstrumentUncertainties(analyser_pressure=1.0),
        description="standard uncertainties that errors are drawn from",
    )
    mirrored: bool = Field(
        default=False, description="draw the errors that a deployment shares with the other sign: with its twin, it shows a bias sooner"
    )
    gps_ahead: Duration = Field(default=timedelta(seconds=116), description="GPS time minus the clock of the instrument, whole seconds")
    new_header_every: Annotated[int, Field(ge=0)] = Field(
        default=0, description="rows after which the header is written again; 0 for never"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.interval < timedelta(seconds=1) or self.interval % timedelta(seconds=1):
            raise ValueError("interval: a whole number of seconds")
        rows = self.rows_of_zero + self.rows_of_span + self.rows_of_change
        if self.cycle < 2 * max(rows, self.rows_of_air + 1) * self.interval:
            raise ValueError("cycle: too short for its rows of zero, span, change and air")
        return self
