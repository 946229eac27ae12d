"""Options of the calibrator `co2-pro`, with the reason for every default."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Versioned, overlaps
from icos_ocean.calibration.partial_pressure_options import AirOptions, AirUncertainties

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Co2ProCalibrationOptions", "Co2ProUncertainties", "Correction"]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Correction(Versioned):
    """One ``[[calibrate.corrections]]``: a line found by comparison with reference measurements, of water and air alike."""

    factor: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        default=1.0, description="corrected = factor · reported + offset, both mole fractions in moist gas"
    )
    offset: Finite = Field(default=0.0, description="µmol mol⁻¹")
    uncertainty: NotNegative = Field(description="standard uncertainty of a corrected value, in place of accuracy, µmol mol⁻¹")


class Co2ProUncertainties(AirUncertainties):
    """``uncertainty``: standard uncertainties (k = 1) of the sensor and of what is measured beside it."""

    accuracy: NotNegative = Field(
        default=0.005, description="of the sensor's calibration, as a fraction of the reading; the usual statement of 0.5 %, unverified"
    )
    zero: NotNegative = Field(
        default=0.5, description="noise of a zero and drift until the next, shared by all rows between two zeros, µmol mol⁻¹; an assumption"
    )
    reading: NotNegative = Field(default=0.3, description="noise of a single reading, µmol mol⁻¹; an assumption")
    pressure: NotNegative = Field(default=1.0, description="gas pressure, hPa; an assumption, and the resolution of the records")
    humidity: NotNegative = Field(default=0.5, description="partial pressure of water vapour in the instrument, hPa; an assumption")


class Co2ProCalibrationOptions(AirOptions):
    """How pCO2 and fCO2 are computed from the records of a CO2-Pro."""

    water_temperature: str = Field(
        default="sst", description="variable that gives the temperature of the water at the membrane; sst for a sensor in the water itself"
    )
    corrections: tuple[Correction, ...] = Field(
        default=(), description="linear corrections from reference measurements; outside their validity the reading stays as it is"
    )
    recovery: Annotated[Duration, Field(ge=timedelta(0))] = Field(
        default=timedelta(minutes=30),
        description="rows less than this after a zero are kept but not used: some ten response times of the membrane, unverified",
    )
    zero_count_range: tuple[Finite, Finite] = Field(
        default=(25_000.0, 100_000.0), description="zero counts outside make a row bad: the infrared source or detector fails"
    )
    zero_drift_limit: Annotated[float, Field(gt=0)] = Field(
        default=0.05, description="a zero count that differs more than this fraction from the one before is questionable; an assumption"
    )
    uncertainty: Co2ProUncertainties = Field(
        default_factory=Co2ProUncertainties, description="standard uncertainties of the sensor and the inputs"
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.zero_count_range[0] >= self.zero_count_range[1]:
            raise ValueError("zero_count_range: the first number must be smaller than the second")
        if any(overlaps(self.corrections, key=lambda _: None)):
            raise ValueError("corrections: two of them are valid at the same time")
        return self
