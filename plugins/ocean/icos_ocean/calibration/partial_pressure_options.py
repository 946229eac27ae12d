"""Options that calibrators of partial-pressure instruments share, with the reason for every default."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.versioned import Options
from icos_ocean.calibration.method_spread import OneOrMore
from icos_ocean.calibration.underway_options import (  # pydantic evaluates annotations
    NotNegative,  # noqa: TC001
    NotNegativeDuration,  # noqa: TC001
    PositiveDuration,  # noqa: TC001
    TemperatureMethod,  # noqa: TC001
    Word,  # noqa: TC001
)
from icos_ocean.temperature_correction import METHODS

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "OF_CORRECTION",
    "AirFilling",
    "AirOptions",
    "AirUncertainties",
    "AirVariability",
    "PartialPressureFilling",
    "PartialPressureOptions",
    "PartialPressureUncertainties",
    "PartialPressureVariability",
]

OF_CORRECTION = "temperature_correction"
"""Name of the choice among corrections, and of its term of the uncertainty."""


def _field_of(name: str) -> str:
    """Return the option that holds for a variable: what variables a station names as its temperatures is its own choice."""
    if name == "salinity":
        return name
    return "pressure" if name.endswith("pressure") else "temperature"


class PartialPressureFilling(Options):
    """``fill``: how far apart two good values may be for the rows between them to be filled by linear interpolation.

    The limit is the time between the two good neighbours, not the distance to the nearer one. 0 switches filling off.
    """

    temperature: NotNegativeDuration = Field(
        default=timedelta(minutes=5), description="sea-surface temperature and water temperature at the instrument"
    )
    salinity: NotNegativeDuration = Field(default=timedelta(minutes=5), description="salinity, also where it comes from conductivity")

    def limit(self, name: str) -> timedelta:
        """Return the limit of a variable; 0 for one that is never filled."""
        limit: timedelta = getattr(self, _field_of(name), timedelta(0))
        return limit


class AirFilling(PartialPressureFilling):
    """``fill`` of instruments that measure air, too."""

    pressure: NotNegativeDuration = Field(default=timedelta(minutes=5), description="barometer")


class PartialPressureVariability(Options):
    """``uncertainty.variability``: what quantities that are interpolated gather in one hour, as random walks.

    Between two known values, a and b hours away, the standard deviation is the value times √(a b / (a + b)). All are assumptions.
    """

    temperature: NotNegative = Field(default=0.3, description="sea-surface temperature and water temperature at the instrument, °C h^-½")
    salinity: NotNegative = Field(default=0.1, description="practical salinity, h^-½")

    def rate(self, name: str) -> float:
        """Return the value for a variable; 0 for one that is never filled."""
        rate: float = getattr(self, _field_of(name), 0.0)
        return rate


class AirVariability(PartialPressureVariability):
    """``uncertainty.variability`` of instruments that measure air, too."""

    pressure: NotNegative = Field(default=2.0, description="barometer, hPa h^-½")
    air: NotNegative = Field(default=0.3, description="mole fraction of CO2 in air, µmol mol⁻¹ h^-½")


class PartialPressureUncertainties(Options):
    """``uncertainty``: standard uncertainties (k = 1) beside those of the instrument itself."""

    water_temperature: NotNegative = Field(
        default=0.03, description="°C, of the water at the instrument; the 0.05 °C asked of underway systems divided by √3"
    )
    sst: NotNegative = Field(default=0.03, description="°C; the 0.05 °C asked of underway systems divided by √3")
    temperature_correlation: Annotated[float, Field(ge=-1, le=1)] = Field(
        default=0.0, description="correlation of the errors of the two: near 1 for probes compared with the same reference"
    )
    salinity: NotNegative = Field(default=0.1, description="practical salinity")
    temperature_coefficient: NotNegative | None = Field(
        default=None, description="of the coefficient of the temperature correction, °C⁻¹ or J mol⁻¹; default: that of the method"
    )
    variability: PartialPressureVariability = Field(
        default_factory=PartialPressureVariability, description="how fast quantities wander where they are interpolated"
    )


class AirUncertainties(PartialPressureUncertainties):
    """``uncertainty`` of instruments that measure air, too."""

    sea_level_pressure: NotNegative = Field(default=1.2, description="hPa, of air pressure at sea level; 2 hPa divided by √3")
    variability: AirVariability = Field(
        default_factory=AirVariability, description="how fast quantities wander where they are interpolated"
    )


class PartialPressureOptions(Options):
    """How fCO2 at sea-surface temperature is computed from pCO2 at the temperature of the instrument."""

    stream: Word | None = Field(
        default=None, description="stream to calibrate, where there are several instruments; default: the one with its variables"
    )
    water_temperature: Word = Field(
        default="equilibrator_temperature",
        description="variable that gives the temperature of the water at the instrument; sst for one that hangs in the water itself",
    )
    sst: Word = Field(
        default="sst",
        description="variable that gives the temperature in situ; may be that of water_temperature: then there is nothing to correct for",
    )
    temperature_correction: Annotated[tuple[TemperatureMethod, ...], OneOrMore()] = Field(
        default=("takahashi-1993",),
        description="correction from the temperature at the instrument to that in situ; of a list the first, the spread being uncertainty",
    )
    temperature_coefficient: float | None = Field(
        default=None, description="replaces the coefficient of the (first) method, °C⁻¹ or J mol⁻¹"
    )
    water_run_types: tuple[Word, ...] = Field(default=("EQU",), min_length=1, description="type words of water samples")
    flush_after: NotNegativeDuration = Field(
        default=timedelta(0), description="rows less than this after the first row that follows a change of run type are kept but not used"
    )
    run_gap: PositiveDuration = Field(
        default=timedelta(minutes=30), description="successive rows of one run type further apart than this are two runs"
    )
    fill: PartialPressureFilling = Field(default_factory=PartialPressureFilling, description="limits for filling slow sensors")
    uncertainty: PartialPressureUncertainties = Field(
        default_factory=PartialPressureUncertainties, description="standard uncertainties of the inputs"
    )

    @model_validator(mode="after")
    def _coefficient_fits(self) -> Self:
        if self.temperature_coefficient is not None and METHODS[self.correction].coefficient is None:
            raise ValueError(f"temperature_coefficient: {self.correction} computes its coefficient")
        return self

    @property
    def corrects(self) -> bool:
        """Whether there are two temperatures between which to correct."""
        return self.water_temperature != self.sst

    @property
    def needs_salinity(self) -> bool:
        """Whether fCO2 of water depends on salinity: only by a correction whose coefficient is a function of it."""
        return self.corrects and any(METHODS[each].coefficient is None for each in self.temperature_correction)

    @property
    def correction(self) -> str:
        """The correction that gives the result."""
        return self.temperature_correction[0]

    @property
    def listed_methods(self) -> dict[str, tuple[str, ...]]:
        """The methods of each choice of which several are listed, by the term of the uncertainty that it belongs to."""
        several = self.corrects and len(self.temperature_correction) > 1
        return {OF_CORRECTION: self.temperature_correction} if several else {}


class AirOptions(PartialPressureOptions):
    """Further options of instruments that measure air, too."""

    air_run_types: tuple[Word, ...] = Field(default=("ATM",), description="type words of air samples")
    barometer: Word = Field(default="atmospheric_pressure", description="variable that gives the air pressure")
    barometer_height: Annotated[float, Field(ge=-10, le=200)] | None = Field(
        default=None, description="height of the barometer above the sea, m; without it nothing is reduced to sea level"
    )
    sea_level_method: Literal["hydrostatic", "wmo"] = Field(default="hydrostatic", description="reduction to sea level")
    air_interpolation_limit: NotNegativeDuration = Field(
        default=timedelta(hours=12), description="how far apart two runs of air may be for xco2_air to be interpolated between them"
    )
    fill: AirFilling = Field(default_factory=AirFilling, description="limits for filling slow sensors")
    uncertainty: AirUncertainties = Field(default_factory=AirUncertainties, description="standard uncertainties of the inputs")

    @model_validator(mode="after")
    def _kinds_differ(self) -> Self:
        both = sorted(set(self.water_run_types) & set(self.air_run_types))
        if both:
            raise ValueError(f"air_run_types: {both[0]} is a run type of water samples, too")
        return self
