"""Options of the simulator `general-oceanics-8050`: a cruise, an instrument, and how far off both are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations
from icos_core.raw_text.instrument_clock import DateFormat
from icos_core.versioned import Options
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from typing import Self

__all__ = ["GeneralOceanicsSimulation", "SimulatedErrors", "SimulatedGas"]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=0.5)]


class SimulatedGas(Options):
    """One standard gas: what its certificate says, and how well it is known."""

    run_type: str = Field(description="type word of its rows, e.g. STD2")
    role: Literal["standard", "zero", "span"] = Field(default="standard", description="what it is for")
    xco2: NotNegative = Field(description="stated mole fraction, µmol mol⁻¹; the true one is drawn around it")
    uncertainty: NotNegative = Field(default=0.1, description="standard uncertainty of the stated value, µmol mol⁻¹")

    @field_validator("run_type")
    @classmethod
    def _of_a_gas(cls, value: str) -> str:
        if value not in RUN_TYPES or not value.startswith("STD"):
            raise ValueError(f"{value!r} is no run type of a standard gas; expected STD1 to STD9, with z or s where it sets the analyser")
        return value


class SimulatedErrors(Options):
    """Standard uncertainties that errors are drawn from: one error per cruise for a probe, one per reading for noise."""

    equilibrator_temperature: NotNegative = Field(default=0.03, description="°C")
    sst: NotNegative = Field(default=0.03, description="°C")
    temperature_correlation: Annotated[float, Field(ge=-1, le=1)] = Field(default=0.0, description="correlation of the two errors")
    pressure: NotNegative = Field(default=1.2, description="hPa, of the pressure beside the equilibrator")
    salinity: NotNegative = Field(default=0.1, description="practical salinity")
    reading: NotNegative = Field(default=0.2, description="noise of one reading of the analyser, µmol mol⁻¹")
    drift: NotNegative = Field(default=0.3, description="random walk of the analyser's zero: what it gathers in one hour, µmol mol⁻¹ h^-½")
    temperature_coefficient: NotNegative = Field(default=0.001, description="of the 0.0423 °C⁻¹ of the temperature correction")


class GeneralOceanicsSimulation(Options):
    """A cruise of a ship of opportunity."""

    start: Moment = Field(default=datetime(2024, 3, 1, tzinfo=UTC), description="time of the first row (UTC)")
    duration: Duration = Field(default=timedelta(days=5), description="length of the cruise")
    interval: Duration = Field(default=timedelta(seconds=100), description="time from row to row, whole seconds")

    standards: tuple[SimulatedGas, ...] = Field(
        default=(
            SimulatedGas(run_type="STD1z", role="zero", xco2=0.0),
            SimulatedGas(run_type="STD4s", role="span", xco2=510.42),
            SimulatedGas(run_type="STD1", role="zero", xco2=0.0),
            SimulatedGas(run_type="STD2", xco2=249.87),
            SimulatedGas(run_type="STD3", xco2=395.13),
            SimulatedGas(run_type="STD4", xco2=510.42),
        ),
        description="the gases in the order in which they are measured; run types that end in z or s only when the analyser is set",
    )
    standards_every: Duration = Field(default=timedelta(hours=3), description="time from one round of standards to the next")
    readings_per_standard: int = Field(default=2, ge=1, description="rows of each standard in a round")
    readings_of_air: int = Field(default=5, ge=0, description="rows of air after each round of standards")
    set_analyser_every: int = Field(default=8, ge=1, description="the analyser is set with zero and span in every n-th round")

    fco2: Annotated[float, Field(ge=50, le=1000)] = Field(default=350.0, description="mean fCO2 of the sea, µatm")
    fco2_range: NotNegative = Field(default=40.0, description="standard deviation of fCO2 along the cruise, µatm")
    sst: Annotated[float, Field(ge=-1, le=30)] = Field(default=12.0, description="mean sea-surface temperature, °C")
    sst_range: NotNegative = Field(default=2.0, description="standard deviation of the temperature along the cruise, °C")
    salinity: Annotated[float, Field(ge=0, le=41)] = Field(default=34.5, description="mean salinity")
    warming: float = Field(default=0.3, ge=-3, le=3, description="equilibrator minus sea-surface temperature, °C")
    air: Annotated[float, Field(ge=300, le=700)] = Field(default=421.0, description="mean dry mole fraction of CO2 in air, µmol mol⁻¹")
    latitude: float = Field(default=48.0, ge=-80, le=80, description="where the cruise begins, degrees north")
    longitude: float = Field(default=-10.0, ge=-180, le=180, description="where the cruise begins, degrees east")

    span: float = Field(default=1.002, gt=0.5, lt=2, description="slope of the analyser's response")
    span_wander: NotNegative = Field(default=5e-4, description="standard deviation of slow changes of the slope, over days")
    offset: float = Field(default=0.3, description="mean zero of the analyser, µmol mol⁻¹")
    reports_dry: bool = Field(default=True, description="whether the analyser corrects for water vapour itself")
    memory: Duration = Field(default=timedelta(0), description="time constant with which the gas before is flushed from the cell")
    errors: SimulatedErrors = Field(default_factory=SimulatedErrors, description="standard uncertainties that errors are drawn from")
    mirrored: bool = Field(
        default=False,
        description="draw the errors of probes, cylinders and coefficient with the other sign: with its twin, a cruise shows a bias sooner",
    )

    gaps: Fraction = Field(default=0.03, description="fraction of rows in which the ship's feed (sst, salinity) is absent")
    damaged_pressures: Fraction = Field(default=0.02, description="fraction of rows with a damaged WBPressure")
    draining: Fraction = Field(default=0.03, description="fraction of rows measured while water is drained (-DRAIN)")
    housekeeping: bool = Field(default=True, description="write WAKE UP, FILTER, GO TO SLEEP and SHUT DOWN lines")
    stale_standard_values: bool = Field(default=False, description="the column std val holds the gases of an earlier cruise")
    pc_clock_ahead: Duration = Field(default=timedelta(seconds=82), description="time of the PC clock minus GPS time, whole seconds")

    columns: Literal["short", "long"] = Field(default="long", description="27 columns, or 38 with a blank header and further sensors")
    date_format: str = Field(default="dd/mm/yy", description="how dates are written; separators as given")
    files: Literal["daily", "one"] = Field(default="daily", description="one file per day of the PC clock, or one in all")

    @field_validator("date_format")
    @classmethod
    def _a_date_format(cls, value: str) -> str:
        DateFormat.from_text(value)
        return value

    @field_validator("interval", "pc_clock_ahead")
    @classmethod
    def _whole_seconds(cls, value: timedelta) -> timedelta:
        if value % timedelta(seconds=1):
            raise ValueError("a whole number of seconds")
        return value

    @model_validator(mode="after")
    def _a_round_fits(self) -> Self:
        if self.interval <= timedelta(0) or self.memory < timedelta(0):
            raise ValueError("interval: more than nothing, and no negative memory")
        rows = len(self.standards) * self.readings_per_standard + self.readings_of_air
        if (rows + 1) * self.interval > self.standards_every:
            raise ValueError(f"standards_every: a round of standards and air takes {rows} rows; expected more than that")
        if self.duration < self.standards_every:
            raise ValueError("duration: at least one round of standards")
        if len({gas.run_type for gas in self.standards}) != len(self.standards):
            raise ValueError("standards: each run type once")
        return self
