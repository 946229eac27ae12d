"""Options of the simulated air around a tower: what is in it, and how it changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from typing import Self

__all__ = ["AirSimulation", "GasInAir", "SimulatedLine"]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class GasInAir(Options):
    """Mole fraction of one gas in dry air, µmol mol⁻¹ for CO2 and nmol mol⁻¹ for the others."""

    background: Positive = Field(description="mean at the start")
    growth: Finite = Field(default=0.0, description="rise per year")
    seasonal: NotNegative = Field(default=0.0, description="amplitude of the seasonal cycle, highest in February")
    synoptic: NotNegative = Field(default=0.0, description="standard deviation of changes over days, the same at every height")
    night: NotNegative = Field(default=0.0, description="what gathers at the ground in an average night; less with height")
    day: Finite = Field(default=0.0, description="what is taken up until an average afternoon, at every height")
    minutes: NotNegative = Field(default=0.0, description="standard deviation of changes over minutes, at half the scale height")
    pollution: NotNegative = Field(default=0.0, description="mean height of the spikes of local pollution")


class AirSimulation(Options):
    """The air: seasons, weather, day and night, turbulence, local pollution, water vapour."""

    co2: GasInAir = Field(
        default=GasInAir(background=420.0, growth=2.5, seasonal=6.0, synoptic=3.0, night=14.0, day=3.0, minutes=0.4, pollution=8.0),
        description="CO2, µmol mol⁻¹",
    )
    ch4: GasInAir = Field(
        default=GasInAir(background=1960.0, growth=9.0, seasonal=12.0, synoptic=15.0, night=60.0, day=4.0, minutes=2.5, pollution=60.0),
        description="CH4, nmol mol⁻¹",
    )
    co: GasInAir = Field(
        default=GasInAir(background=135.0, growth=-1.0, seasonal=25.0, synoptic=15.0, night=40.0, day=2.0, minutes=2.0, pollution=80.0),
        description="CO, nmol mol⁻¹",
    )
    n2o: GasInAir = Field(
        default=GasInAir(background=338.0, growth=1.1, seasonal=0.4, synoptic=0.4, night=0.8, day=0.1, minutes=0.06, pollution=0.5),
        description="N2O, nmol mol⁻¹",
    )
    correlation_time: Duration = Field(
        default=timedelta(minutes=20), gt=timedelta(0), le=timedelta(days=2), description="correlation time of the changes over minutes"
    )
    scale_height: Positive = Field(default=60.0, description="height in which what gathers at night, and turbulence, fall to 1/e, m")
    pollution_per_day: Annotated[float, Field(ge=0, le=200)] = Field(
        default=1.0, description="spikes of local pollution per day at the ground; fewer with height, at each line its own"
    )
    humidity: NotNegative = Field(default=1.2, description="mean water vapour as the analyser reports it (h2o_reported), %")
    humidity_range: NotNegative = Field(default=0.25, description="standard deviation of its changes over days, %")


class SimulatedLine(Options):
    """A sampling line."""

    name: StreamName = Field(description="name: '150m'")
    height: Positive = Field(description="height of the inlet above ground, m")
    port: int = Field(ge=1, le=16, description="port of the valve that it is connected to")
    transport_delay: Duration = Field(
        default=timedelta(0), ge=timedelta(0), le=timedelta(hours=1), description="how long air travels to the analyser, whole milliseconds"
    )
    buffer_volume: NotNegative = Field(default=0.0, description="volume of the buffer, L; the sample is an exponential mean; 0: none")
    buffer_flow: Positive | None = Field(default=None, description="flow through the buffer, L min⁻¹")

    @model_validator(mode="after")
    def _buffers_are_flushed(self) -> Self:
        if self.buffer_volume > 0 and self.buffer_flow is None:
            raise ValueError("buffer_flow: a buffer needs the flow through it")
        if self.buffer_age > timedelta(hours=3):
            raise ValueError(f"buffer_volume: {self.buffer_volume:g} L at {self.buffer_flow:g} L/min are {self.buffer_age}; at most 3 h")
        return self

    @property
    def buffer_age(self) -> timedelta:
        """Mean age of the air in the buffer, its time constant."""
        return timedelta(minutes=self.buffer_volume / self.buffer_flow) if self.buffer_flow else timedelta(0)
