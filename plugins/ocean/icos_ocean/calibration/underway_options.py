"""Options that every calibrator of an underway system shares, with the reason for every default.

What turns a reading into a dry mole fraction is the business of each calibrator; what follows from there to fCO2 stands here.

Values that a station should look up for its own instruments are the uncertainties: the defaults are what the guide to underway systems
asks for (temperatures within 0.05 °C, pressure within 2 hPa), read as half-widths of rectangular distributions.

References
----------
Pierrot, D. et al. (2009), Recommendations for autonomous underway pCO2 measuring systems and data-reduction routines,
Deep-Sea Res. II 56, 512-522, doi:10.1016/j.dsr2.2008.12.005.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from icos_core.duration import Duration
from icos_core.versioned import Options
from icos_ocean.calibration.method_spread import OneOrMore
from icos_ocean.temperature_correction import METHODS

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "USUAL_DIAGNOSTICS",
    "Diagnostic",
    "Filling",
    "NotNegative",
    "NotNegativeDuration",
    "PositiveDuration",
    "PressureSource",
    "UnderwayOptions",
    "UnderwayUncertainties",
    "Variability",
    "Word",
]

PressureSource = Literal["equilibrator", "ambient-differential", "analyser-differential", "analyser", "atmospheric"]
TemperatureMethod = Literal[
    "takahashi-1993",
    "takahashi-2009",
    "wanninkhof-2022",
    "humphreys-2024-fit",
    "humphreys-2024-enthalpy",
    "humphreys-2024-parametrised",
]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
NotNegativeDuration = Annotated[Duration, Field(ge=timedelta(0))]
PositiveDuration = Annotated[Duration, Field(gt=timedelta(0))]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_UNITS_IN_HPA = {"hPa": 1.0, "mbar": 1.0, "Pa": 0.01, "kPa": 10.0}


class Diagnostic(Options):
    """One ``[[calibrate.diagnostics]]``: a sensor that watches the instrument, and the readings that its flag is passed on to.

    A questionable sensor makes them questionable, a bad one bad.
    """

    sensor: Literal[
        "water_flow",
        "analyser_flow",
        "vent_flow",
        "equilibrator_pump",
        "analyser_pressure",
        "analyser_temperature",
        "condenser_temperature",
        "dry_box_temperature",
        "deck_box_temperature",
    ] = Field(description="variable whose flag is passed on")
    affects: Literal["water", "air", "all"] = Field(
        description="samples of water, samples of air, or all readings: those of standard gases that it flags then enter no calibration"
    )


USUAL_DIAGNOSTICS = (Diagnostic(sensor="water_flow", affects="water"), Diagnostic(sensor="analyser_flow", affects="all"))
"""Without water nothing comes into equilibrium, whatever the analyser reads; without flow no reading is of the gas that it should be."""


class Filling(Options):
    """``fill``: how far apart two good values may be for the rows between them to be filled by linear interpolation.

    The limit is the time between the two good neighbours, not the distance to the nearer one. 0 switches filling off.
    """

    sst: NotNegativeDuration = Field(default=timedelta(minutes=5), description="sea-surface temperature")
    salinity: NotNegativeDuration = Field(default=timedelta(minutes=5), description="salinity, also where it comes from conductivity")
    equilibrator_temperature: NotNegativeDuration = Field(default=timedelta(0), description="temperature in the equilibrator")
    ambient_pressure: NotNegativeDuration = Field(default=timedelta(minutes=5), description="pressure beside the equilibrator")
    equilibrator_pressure: NotNegativeDuration = Field(default=timedelta(0), description="absolute pressure in the equilibrator")
    equilibrator_differential_pressure: NotNegativeDuration = Field(default=timedelta(0), description="differential pressure")
    analyser_pressure: NotNegativeDuration = Field(default=timedelta(0), description="pressure in the analyser's cell")
    atmospheric_pressure: NotNegativeDuration = Field(default=timedelta(minutes=5), description="barometer")

    def limit(self, name: str) -> timedelta:
        """Return the limit of a variable; 0 for one that is never filled."""
        limit: timedelta = getattr(self, name) if name in type(self).model_fields else timedelta(0)
        return limit


class Variability(Options):
    """``uncertainty.variability``: how fast quantities wander, which makes interpolated values uncertain.

    Each is taken for a random walk, of which the value is what it gathers in one hour. Between two known values, a and b hours away, its
    standard deviation is then the value times √(a b / (a + b)): 0 at both ends, largest midway. The defaults are about what a cruise in
    the Norwegian and Barents Seas shows over gaps of minutes to hours; all are assumptions.
    """

    sst: NotNegative = Field(default=0.3, description="sea-surface temperature, °C h^-½")
    equilibrator_temperature: NotNegative = Field(default=0.3, description="temperature in the equilibrator, °C h^-½")
    salinity: NotNegative = Field(default=0.1, description="practical salinity, h^-½")
    pressure: NotNegative = Field(default=2.0, description="every pressure, hPa h^-½; over minutes that is mostly the motion of the ship")
    air: NotNegative = Field(default=0.3, description="mole fraction of CO2 in air, µmol mol⁻¹ h^-½")

    def rate(self, name: str) -> float:
        """Return the value for a variable of the vocabulary; 0 for one that is never filled."""
        rate: float = getattr(self, "pressure" if name.endswith("_pressure") else name, 0.0)
        return rate


class UnderwayUncertainties(Options):
    """``uncertainty``: standard uncertainties (k = 1) of what fCO2 is computed from."""

    equilibrator_temperature: NotNegative = Field(default=0.03, description="°C; the guide's 0.05 °C divided by √3")
    sst: NotNegative = Field(default=0.03, description="°C; the guide's 0.05 °C divided by √3")
    temperature_correlation: Annotated[float, Field(ge=-1, le=1)] = Field(
        default=0.0, description="correlation of the errors of the two: near 1 for probes compared with the same reference"
    )
    pressure: NotNegative = Field(
        default=1.2, description="hPa, of a pressure measured in or beside the equilibrator; the guide's 2 hPa divided by √3"
    )
    analyser_pressure: NotNegative = Field(default=2.5, description="hPa, where the analyser's cell stands in; an assumption")
    atmospheric_pressure: NotNegative = Field(
        default=2.5, description="hPa, where air pressure at sea level and the overpressure of the ship stand in; an assumption"
    )
    sea_level_pressure: NotNegative = Field(
        default=1.2, description="hPa, of air pressure at sea level, for air; that of pressures beside the equilibrator"
    )
    salinity: NotNegative = Field(default=0.1, description="practical salinity")
    assumed_salinity: NotNegative = Field(default=1.0, description="practical salinity where the option salinity stands in; an assumption")
    variability: Variability = Field(default_factory=Variability, description="how fast quantities wander where they are interpolated")
    h2o: NotNegative = Field(
        default=0.1, description="water vapour in samples relative to that in standards, mmol mol⁻¹, where either is dried; an assumption"
    )
    reading: NotNegative = Field(default=0.2, description="noise of one reading of sample or standard, µmol mol⁻¹; an assumption")
    temperature_coefficient: NotNegative | None = Field(
        default=None, description="of the coefficient of the temperature correction, °C⁻¹ or J mol⁻¹; default: that of the method"
    )


class UnderwayOptions(Options):
    """How fCO2 is computed from dry mole fractions in the rows of an underway system."""

    stream: Word | None = Field(
        default=None, description="stream to calibrate, where there are several systems; default: the one with run types and readings"
    )
    water_run_types: tuple[Word, ...] = Field(default=("EQU",), min_length=1, description="type words of water samples")
    air_run_types: tuple[Word, ...] = Field(default=("ATM",), description="type words of air samples")

    flush_before: NotNegativeDuration = Field(
        default=timedelta(0), description="rows less than this before the last row ahead of a change of run type are kept but not used"
    )
    flush_after: NotNegativeDuration = Field(
        default=timedelta(0), description="rows less than this after the first row that follows a change of run type are kept but not used"
    )
    run_gap: PositiveDuration = Field(
        default=timedelta(minutes=30), description="successive rows of one run type further apart than this are two runs"
    )

    diagnostics: tuple[Diagnostic, ...] = Field(
        default=USUAL_DIAGNOSTICS, description="sensors that watch the instrument, whose flags are passed on; an empty list for none"
    )

    temperature_correction: Annotated[tuple[TemperatureMethod, ...], OneOrMore()] = Field(
        default=("takahashi-1993",),
        description="correction from equilibrator to sea-surface temperature; of a list the first, the spread of all being uncertainty",
    )
    temperature_coefficient: float | None = Field(
        default=None, description="replaces the coefficient of the (first) method, °C⁻¹ or J mol⁻¹"
    )

    pressure_sources: tuple[PressureSource, ...] = Field(
        default=("equilibrator", "ambient-differential", "analyser", "atmospheric"),
        min_length=1,
        description="what the equilibrator pressure is taken from, the first that a row has",
    )
    differential_sign: Literal["add", "subtract"] = Field(
        default="add",
        description="whether equilibrator_differential_pressure is added to ambient_pressure (or analyser_pressure) or subtracted from it",
    )
    differential_unit: Literal["hPa", "mbar", "Pa", "kPa"] = Field(
        default="hPa", description="unit of the numbers of the differential pressure where the reader takes them for hPa"
    )
    analyser_pressure_offset: Annotated[float, Field(allow_inf_nan=False)] = Field(
        default=0.0, description="hPa added to analyser_pressure where it stands in for the equilibrator's"
    )
    overpressure: Annotated[float, Field(allow_inf_nan=False)] = Field(
        default=3.0, description="hPa added to air pressure at sea level where it stands in for the equilibrator's: overpressure of a ship"
    )
    barometer: Literal["atmospheric_pressure", "ambient_pressure", "analyser_pressure"] = Field(
        default="atmospheric_pressure", description="variable that gives the air pressure"
    )
    barometer_height: Annotated[float, Field(ge=-10, le=200)] | None = Field(
        default=None, description="height of the barometer above the sea, m; without it nothing is reduced to sea level"
    )
    sea_level_method: Literal["hydrostatic", "wmo"] = Field(default="hydrostatic", description="reduction to sea level")

    salinity: Annotated[float, Field(ge=0, le=50)] | None = Field(
        default=None, description="practical salinity where none is measured; see uncertainty.assumed_salinity"
    )

    air_interpolation_limit: NotNegativeDuration = Field(
        default=timedelta(hours=12), description="how far apart two runs of air may be for xco2_air to be interpolated between them"
    )
    fill: Filling = Field(default_factory=Filling, description="limits for filling slow sensors")
    uncertainty: UnderwayUncertainties = Field(default_factory=UnderwayUncertainties, description="standard uncertainties of the inputs")

    @model_validator(mode="after")
    def _run_types_differ(self) -> Self:
        both = sorted(set(self.water_run_types) & set(self.air_run_types))
        if both:
            raise ValueError(f"air_run_types: {both[0]} is a run type of water samples, too")
        return self

    @model_validator(mode="after")
    def _coefficient_fits(self) -> Self:
        if self.temperature_coefficient is not None and METHODS[self.correction].coefficient is None:
            raise ValueError(f"temperature_coefficient: {self.correction} computes its coefficient")
        if len(set(self.pressure_sources)) != len(self.pressure_sources):
            raise ValueError("pressure_sources: each source at most once")
        return self

    @property
    @abstractmethod
    def reading_variable(self) -> str:
        """Variable that holds what the instrument reads."""

    @property
    @abstractmethod
    def humidity_variables(self) -> tuple[str, ...]:
        """Variables that samples are dried with; none where the instrument reads dry mole fractions."""

    @property
    def correction(self) -> TemperatureMethod:
        """The correction to sea-surface temperature that gives the result."""
        return self.temperature_correction[0]

    @property
    def listed_methods(self) -> dict[str, tuple[str, ...]]:
        """The methods of each choice of which several are listed, by the term of the uncertainty that it belongs to."""
        return {"temperature_correction": self.temperature_correction} if len(self.temperature_correction) > 1 else {}

    @property
    def differential_factor(self) -> float:
        """What the differential pressure is multiplied by before it is added to another pressure, hPa."""
        sign = 1.0 if self.differential_sign == "add" else -1.0
        return sign * _UNITS_IN_HPA[self.differential_unit]
