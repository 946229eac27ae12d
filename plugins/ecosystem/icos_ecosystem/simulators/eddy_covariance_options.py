"""Options of the simulator `eddy-covariance`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ecosystem.calibration.station_tables import GasName  # noqa: TC001  # pydantic evaluates annotations
from icos_ecosystem.vocabulary.measured import GASES

if TYPE_CHECKING:
    from typing import Self

__all__ = ["EddyCovarianceSimulation", "Measure"]

Measure = Literal["mixing_ratio", "mole_fraction", "molar_density"]
_NightAndNoon = tuple[float, float]
_ROUND_OFF = 1e-6
_LAGS_OF_CELL = {"co2": 0.3, "h2o": 0.5, "ch4": 1.0, "n2o": 1.0}


class EddyCovarianceSimulation(Options):
    """A flux tower: its air, its instruments, and what is wrong with their data.

    Pairs of numbers are of night and noon; with ``course = "constant"`` every half hour is like noon.
    """

    start: Moment = Field(default=datetime(2024, 6, 15, tzinfo=UTC), description="start of the first half hour (UTC)")
    half_hours: int = Field(default=96, ge=1, description="number of half hours")
    frequency: float = Field(default=10.0, ge=1, le=100, description="rows per second")
    format: Literal["toa5", "tob1", "licor-ghg", "icos-ec-csv"] = Field(default="tob1", description="format of the raw files")
    number_type: Literal["IEEE4", "IEEE8"] = Field(default="IEEE4", description="type of the numbers in TOB1 files")

    course: Literal["diurnal", "constant"] = Field(default="diurnal", description="whether fluxes and air go with the sun")
    sensible_heat: _NightAndNoon = Field(default=(-25.0, 250.0), description="W m-2")
    latent_heat: _NightAndNoon = Field(default=(5.0, 200.0), description="W m-2")
    co2_flux: _NightAndNoon = Field(default=(5.0, -20.0), description="µmol m-2 s-1")
    ch4_flux: _NightAndNoon = Field(default=(20.0, 40.0), description="nmol m-2 s-1")
    n2o_flux: _NightAndNoon = Field(default=(1.0, 2.0), description="nmol m-2 s-1")
    friction_velocity: _NightAndNoon = Field(default=(0.15, 0.5), description="m s-1")
    air_temperature: _NightAndNoon = Field(default=(284.15, 295.15), description="K")
    relative_humidity: _NightAndNoon = Field(default=(85.0, 55.0), description="percent")
    air_pressure: float = Field(default=97_500.0, gt=0, description="Pa")
    co2: float = Field(default=415.0, gt=0, description="mean mixing ratio, µmol mol-1")
    ch4: float = Field(default=1.95, gt=0, description="mean mixing ratio, µmol mol-1")
    n2o: float = Field(default=0.336, gt=0, description="mean mixing ratio, µmol mol-1")
    energy_balance: Annotated[float, Field(gt=0, le=1.5)] = Field(
        default=0.85, description="turbulent heat fluxes over net radiation less soil heat flux"
    )
    soil_heat_share: Annotated[float, Field(ge=0, lt=1)] = Field(default=0.1, description="soil heat flux over net radiation")

    height: float = Field(default=10.0, gt=0, description="height of the anemometer above ground in metres")
    canopy_height: float = Field(default=1.0, gt=0, description="metres")
    wind_direction: float = Field(default=230.0, ge=0, lt=360, description="mean direction that the wind comes from in degrees")
    wind_turn: float = Field(default=60.0, ge=0, le=180, description="how far the wind turns from it over a day, in degrees")
    tilt: tuple[float, float, float] = Field(
        default=(0.03, 0.04, -0.03), description="plane of the mean wind in the anemometer's axes: b0 (m s-1), b1 and b2"
    )

    path: Literal["closed", "open"] = Field(default="closed", description="closed: a LI-7200; open: a LI-7500")
    measure: Measure | None = Field(
        default=None, description="what the closed path puts out; default mixing ratio. An open path measures molar densities"
    )
    laser: bool = Field(default=False, description="whether a closed-path laser measures mixing ratios of CH4 and N2O beside it")
    open_methane: bool = Field(default=False, description="whether a LI-7700 measures CH4, as molar density, in the laser's place")
    lags: dict[GasName, float] = Field(
        default_factory=dict, description="s; default: closed path co2 0.3, h2o 0.5, ch4 and n2o 1; open paths 0"
    )
    attenuation: bool = Field(default=True, description="whether sensors, tubes and distances take from fluctuations")
    time_constant: float = Field(default=0.1, gt=0, description="response time of the gas analysers in seconds")

    spikes: int = Field(default=4, ge=0, description="spikes in each series and half hour, of one to three rows and eight deviations")
    stuck: float = Field(default=0.0, ge=0, le=600, description="seconds of each half hour in which the analyser repeats its last values")
    missing: Annotated[float, Field(ge=0, le=0.9)] = Field(
        default=0.0, description="share of the rows that the logger did not write, in one block of each half hour"
    )

    record: int = Field(
        default=4, ge=1, le=16, description="half hours from a record of which each one is cut: how slow the slowest fluctuations are"
    )
    sampling_error: bool = Field(
        default=True, description="false: a record's covariances are the prescribed ones exactly, not only in the mean over many"
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.path == "open" and self.measure not in {None, "molar_density"}:
            raise ValueError(f"measure: an open path measures molar densities, not {self.measure}")
        if self.canopy_height * 0.67 >= self.height:
            raise ValueError(f"height: {self.height:g} m is within the canopy of {self.canopy_height:g} m")
        unknown = [gas for gas in self.lags if gas not in self.gases]
        if unknown:
            raise ValueError(f"lags: {unknown[0]} is not measured; expected one of {', '.join(self.gases)}")
        rows = 1800.0 * self.frequency
        if abs(rows - round(rows)) > _ROUND_OFF or self.rows % 2:
            raise ValueError(f"frequency: {self.frequency:g} Hz gives {rows:.8g} rows in a half hour; an even number is needed")
        return self

    @property
    def rows(self) -> int:
        """Rows of a half hour."""
        return round(1800.0 * self.frequency)

    @property
    def gases(self) -> tuple[str, ...]:
        """Gases that are measured."""
        there = {"ch4": self.laser or self.open_methane, "n2o": self.laser}
        return tuple(gas for gas in GASES if there.get(gas, True))

    def is_open(self, gas: str) -> bool:
        """Return whether the analyser of a gas has an open path."""
        return self.open_methane if gas == "ch4" else gas != "n2o" and self.path == "open"

    def measured_as(self, gas: str) -> Measure:
        """Return what the analyser of a gas puts out."""
        if self.is_open(gas):
            return "molar_density"
        return (self.measure or "mixing_ratio") if gas in {"co2", "h2o"} else "mixing_ratio"

    def lag_of(self, gas: str) -> float:
        """Return the lag [s] of a gas behind the wind."""
        usual = 0.0 if self.is_open(gas) else _LAGS_OF_CELL[gas]
        return next((lag for stated, lag in self.lags.items() if stated == gas), usual)
