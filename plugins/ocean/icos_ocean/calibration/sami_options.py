"""Options of the calibrator `sami`, with the reason for every default."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Versioned, overlaps
from icos_ocean.calibration.partial_pressure_options import PartialPressureOptions, PartialPressureUncertainties
from icos_ocean.sami_spectrophotometry import RESPONSE_TEMPERATURE

if TYPE_CHECKING:
    from typing import Self

__all__ = ["CoefficientTable", "SamiCalibrationOptions", "SamiUncertainties"]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class CoefficientTable(Versioned):
    """One ``[[calibrate.coefficients]]``: the calibration of the instrument, from the maker's certificate."""

    a: Finite = Field(description="CalA, of the square of log10 pCO2")
    b: Finite = Field(description="CalB, of log10 pCO2")
    c: Finite = Field(description="CalC, constant")
    temperature: Finite = Field(description="CalT, temperature of the calibration, °C")


class SamiUncertainties(PartialPressureUncertainties):
    """``uncertainty``: standard uncertainties (k = 1) of the instrument and of what is measured beside it."""

    water_temperature: NotNegative = Field(
        default=0.1, description="°C, of the thermistor, which corrects the response of the dye; the maker's statement of its accuracy"
    )
    calibration: NotNegative = Field(
        default=3.0,
        description=(
            "µatm, of the maker's calibration: the ±3 ppm of the data sheet, which states no coverage, taken as standard uncertainty; "
            "unverified"
        ),
    )
    light_ratio: NotNegative = Field(default=1e-4, description="noise of a light ratio, sample or blank; an assumption")
    blank_drift: NotNegative = Field(
        default=1e-4, description="what the absorbance of the blank gathers in one hour, as a random walk, h^-½; an assumption"
    )
    pressure: NotNegative = Field(default=1.2, description="hPa, where a variable gives the pressure; 2 hPa divided by √3")
    assumed_pressure: NotNegative = Field(default=10.0, description="hPa, where the constant stands for it; an assumption")


class SamiCalibrationOptions(PartialPressureOptions):
    """How pCO2 and fCO2 are computed from the light signals of a SAMI-CO2."""

    sst: str = Field(
        default="equilibrator_temperature",
        description=(
            "variable that gives the temperature in situ; that of the instrument's own thermistor where it hangs in the water itself: then "
            "there is nothing to correct for"
        ),
    )
    coefficients: tuple[CoefficientTable, ...] = Field(
        default=(), description="calibrations of the instrument; where none is valid, those of the header of the file"
    )
    blanks: Literal["linear", "latest"] = Field(
        default="linear",
        description="the blank of a sample: interpolated in time, or the latest before it (the first one before all of them)",
    )
    blank_limit: Annotated[Duration, Field(gt=timedelta(0))] = Field(
        default=timedelta(days=30),
        description="a sample further than this from the nearest blank that it rests on is questionable; twice the usual interval",
    )
    calibrated_range: tuple[NotNegative, NotNegative] = Field(
        default=(150.0, 700.0), description="pCO2 outside is questionable: the range of the usual calibration, µatm"
    )
    response_temperature: Finite = Field(
        default=RESPONSE_TEMPERATURE,
        description="coefficient of temperature in the response, °C⁻¹: 0.008 reproduces the published test vectors, older code has 0.007",
    )
    pressure: Annotated[float, Field(ge=500, le=1100)] = Field(
        default=1013.25, description="pressure for the fugacity where no variable gives it, hPa"
    )
    pressure_variable: str | None = Field(
        default=None, description="variable that gives the pressure for the fugacity, e.g. atmospheric_pressure; missing values: pressure"
    )
    uncertainty: SamiUncertainties = Field(
        default_factory=SamiUncertainties, description="standard uncertainties of the instrument and the inputs"
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.calibrated_range[0] >= self.calibrated_range[1]:
            raise ValueError("calibrated_range: the first number must be smaller than the second")
        if any(overlaps(self.coefficients, key=lambda _: None)):
            raise ValueError("coefficients: two of them are valid at the same time")
        return self
