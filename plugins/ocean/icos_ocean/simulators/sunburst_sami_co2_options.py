"""Options of the simulator `sunburst-sami-co2`: a mooring, an instrument, and how far off it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.calibration.sami_options import CoefficientTable, SamiUncertainties
from icos_ocean.simulators.mooring import MooringSimulation

if TYPE_CHECKING:
    from typing import Self

__all__ = ["SamiSimulation"]


class SamiSimulation(Options):
    """A SAMI-CO2 at a mooring."""

    mooring: MooringSimulation = Field(default_factory=lambda: MooringSimulation(duration=timedelta(days=30)), description="where and when")
    interval: Duration = Field(default=timedelta(hours=2), description="time from record to record, whole seconds")
    records_per_blank: Annotated[int, Field(ge=2)] = Field(default=84, description="each of so many records is a blank, as is the last")
    coefficients: CoefficientTable = Field(
        default_factory=lambda: CoefficientTable(a=0.0888, b=0.2026, c=-0.7048, temperature=15.6785),
        description="calibration; the file holds four decimals",
    )
    dye: Annotated[float, Field(gt=0.2, lt=2)] = Field(
        default=0.84, description="absorbance at 434 nm of the dye if all of it were in its acid form"
    )
    blank_434: Annotated[float, Field(gt=0.1, lt=3)] = Field(default=0.53, description="light ratio of the first blank at 434 nm")
    blank_620: Annotated[float, Field(gt=0.1, lt=3)] = Field(default=0.92, description="light ratio of the first blank at 620 nm")
    errors: SamiUncertainties = Field(default_factory=SamiUncertainties, description="standard uncertainties that errors are drawn from")
    mirrored: bool = Field(
        default=False, description="draw the errors that a deployment shares with the other sign: with its twin, it shows a bias sooner"
    )
    form: Literal["download", "records", "logger"] = Field(
        default="download",
        description="decimal records under the header of the maker's program, hexadecimal ones, or these behind the time of a data logger",
    )
    adc_bits: Literal[12, 14] = Field(default=12, description="bits of the converter for thermistor and battery")
    housekeeping: bool = Field(default=True, description="write status and device records between samples, as the instrument does")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.interval < timedelta(minutes=1) or self.interval % timedelta(seconds=1):
            raise ValueError("interval: at least a minute, and a whole number of seconds")
        return self
