"""Options of the simulator `contros-hydroc`: a place, a sensor in a FerryBox, and how far off it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.calibration.hydroc_options import HydroCUncertainties
from icos_ocean.simulators.mooring import MooringSimulation

if TYPE_CHECKING:
    from typing import Self

__all__ = ["HydroCSimulation"]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Coefficients = tuple[float, float, float]
Fraction = Annotated[float, Field(ge=0, le=0.5)]


class HydroCSimulation(Options):
    """A HydroC in the FerryBox of a fixed station, beside it thermometers in the sea and in the box."""

    mooring: MooringSimulation = Field(default_factory=MooringSimulation, description="where and when")
    interval: Duration = Field(default=timedelta(seconds=60), description="time from row to row, whole seconds")
    layout: Literal["native", "ferrybox"] = Field(default="native", description="log of the instrument itself, or one channel per file")
    named_columns: bool = Field(default=True, description="whether the header of a native log names the columns")
    zero_every: Duration = Field(default=timedelta(hours=8), description="time from zeroing to zeroing")
    zero_length: Duration = Field(default=timedelta(minutes=3), description="length of a zeroing")
    flush_length: Duration = Field(default=timedelta(minutes=15), description="length of the recovery after it")
    warming: float = Field(default=0.4, ge=-3, le=3, description="water at the sensor minus sea-surface temperature, °C")

    scale_factor: Positive = Field(default=60625.0, description="F of the calibration sheet")
    before: Coefficients = Field(default=(0.06893709, 6.124565e-6, 3.484077e-10), description="k1, k2, k3 before the deployment")
    after: Coefficients | None = Field(
        default=(0.06999492, 5.529816e-6, 3.857533e-10), description="k1, k2, k3 after the deployment; none where there was no calibration"
    )
    runtime: NotNegative = Field(default=200_000.0, description="runtime at the first row, s")
    runtime_between: Positive = Field(default=2_500_000.0, description="runtime from the calibration before to that after, s")
    zero_ratio: Positive = Field(default=1.8605, description="ratio of the signals in gas without CO2 at the first row")
    zero_trend: float = Field(default=-2e-6, description="steady change of that ratio, relative, h⁻¹")
    response_time: Duration = Field(default=timedelta(seconds=60), description="response time of the membrane")
    correct_response: bool = Field(default=False, description="whether the description asks for the correction of the response time")

    errors: HydroCUncertainties = Field(
        default_factory=HydroCUncertainties, description="standard uncertainties that errors are drawn from: one per deployment, or per row"
    )
    mirrored: bool = Field(
        default=False, description="draw the errors that a deployment shares with the other sign: with its twin, it shows a bias sooner"
    )
    missing: Fraction = Field(default=0.005, description="share of the values of each channel that are missing")

    @model_validator(mode="after")
    def _a_round_fits(self) -> Self:
        if self.interval < timedelta(seconds=1) or self.interval % timedelta(seconds=1):
            raise ValueError("interval: a whole number of seconds")
        if self.zero_length < self.interval or self.zero_every <= self.zero_length + self.flush_length:
            raise ValueError("zero_every: longer than zeroing and recovery; zero_length: at least one row")
        if self.response_time <= timedelta(0):
            raise ValueError("response_time: more than nothing")
        return self
