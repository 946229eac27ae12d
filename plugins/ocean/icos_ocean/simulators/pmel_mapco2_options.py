"""Options of the simulators `pmel-mapco2` and `pmel-asvco2`: a place, an instrument that measures in cycles, and its errors."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.calibration.mapco2_options import MapCO2Uncertainties
from icos_ocean.simulators.mooring import MooringSimulation

if TYPE_CHECKING:
    from typing import Self

__all__ = ["ASVCO2Simulation", "CycleSimulation", "MapCO2Simulation"]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class CycleSimulation(Options):
    """What MAPCO2 and ASVCO2 have in common."""

    mooring: MooringSimulation = Field(default_factory=MooringSimulation, description="where and when")
    interval: Duration = Field(default=timedelta(hours=3), description="time from cycle to cycle, whole minutes")
    salinity: Annotated[float, Field(ge=0, le=41)] = Field(default=34.5, description="mean practical salinity")
    span_gas: Annotated[float, Field(ge=100, le=2000)] = Field(default=506.2, description="stated mole fraction of span gas, µmol mol⁻¹")
    span_gas_uncertainty: NotNegative = Field(
        default=0.3, description="its standard uncertainty; the true value is drawn around the stated one"
    )
    errors: MapCO2Uncertainties = Field(
        default_factory=MapCO2Uncertainties, description="standard uncertainties that errors are drawn from"
    )
    mirrored: bool = Field(
        default=False, description="draw the errors that a deployment shares with the other sign: with its twin, it shows a bias sooner"
    )

    @model_validator(mode="after")
    def _cycles_fit(self) -> Self:
        if self.interval < timedelta(minutes=30) or self.interval % timedelta(minutes=1):
            raise ValueError("interval: whole minutes, at least the 30 that a cycle takes")
        if self.mooring.duration < self.interval:
            raise ValueError("mooring.duration: at least one cycle")
        return self


class MapCO2Simulation(CycleSimulation):
    """A buoy with a MAPCO2."""

    sea: Literal["companions", "message"] = Field(
        default="companions", description="where temperature and salinity of the sea are: in a table of their own, or in the messages"
    )
    other_blocks: bool = Field(default=True, description="write blocks of other sensors between those of cycles")
    files: Literal["daily", "one"] = Field(default="daily", description="one file per day, or one in all")


class ASVCO2Simulation(CycleSimulation):
    """A surface vehicle with an ASVCO2."""

    interval: Duration = Field(default=timedelta(hours=1), description="time from cycle to cycle, whole minutes")
    errors: MapCO2Uncertainties = Field(
        default_factory=lambda: MapCO2Uncertainties(humidity_rounding=0.0003),
        description="standard uncertainties that errors are drawn from; humidities are written to a thousandth of a percent",
    )
    sections: bool = Field(default=True, description="write the section's name before each line, and single readings and flags, too")
    files: Literal["daily", "one"] = Field(default="daily", description="one file per day, or one in all")
