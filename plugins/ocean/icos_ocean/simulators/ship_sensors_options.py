"""Options of the simulator `ship-sensors`: a cruise, the systems that log it, and how far off their clocks are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.readers.logger_time import LoggerTime  # noqa: TC001  # pydantic evaluates annotations
from icos_ocean.simulators.general_oceanics_options import GeneralOceanicsSimulation, SimulatedGas

if TYPE_CHECKING:
    from typing import Self

__all__ = ["SYSTEMS", "ShipSensorsSimulation", "System"]

System = Literal["ldeo-underway", "sea-bird-sbe45", "nmea", "vaisala-wxt"]
SYSTEMS: tuple[System, ...] = ("ldeo-underway", "sea-bird-sbe45", "nmea", "vaisala-wxt")

_GASES = (
    SimulatedGas(run_type="STD1", role="zero", xco2=0.0),
    SimulatedGas(run_type="STD2", xco2=119.01),
    SimulatedGas(run_type="STD3", xco2=241.31),
    SimulatedGas(run_type="STD4", xco2=384.75),
    SimulatedGas(run_type="STD5", xco2=505.85),
)


class ShipSensorsSimulation(Options):
    """A ship with a CO2 system of LDEO, a thermosalinograph, a satellite receiver and a weather station, each with a logger of its own."""

    cruise: GeneralOceanicsSimulation = Field(
        default_factory=lambda: GeneralOceanicsSimulation(
            duration=timedelta(hours=12), interval=timedelta(seconds=164), standards=_GASES, readings_per_standard=1, readings_of_air=3
        ),
        description="the cruise and the analyser; STD1 is nitrogen",
    )
    systems: tuple[System, ...] = Field(default=SYSTEMS, min_length=1, description="the systems whose files are written")
    interval: Duration = Field(default=timedelta(seconds=15), description="time from row to row of every system but the CO2 system")

    co2_clock_ahead: Duration = Field(default=timedelta(seconds=-41), description="logger of the CO2 system minus UTC, whole seconds")
    thermosalinograph_clock_ahead: Duration = Field(default=timedelta(seconds=73), description="logger of the thermosalinograph minus UTC")
    weather_clock_ahead: Duration = Field(default=timedelta(seconds=-12), description="logger of the weather station minus UTC")
    time_tag_behind: Duration = Field(default=timedelta(seconds=587), description="logger of the CO2 system minus its time tag")

    time_stamp: LoggerTime = Field(default="iso", description="how loggers write the time")
    labels: bool = Field(default=False, description="whether the thermosalinograph's lines have labels")
    weather: Literal["wxt", "mast"] = Field(default="wxt", description="a Vaisala WXT, or a weather mast")
    crc: bool = Field(default=False, description="whether the WXT sends a CRC")
    nmea_clock: Literal["logger", "sentence"] = Field(default="logger", description="what the description takes positions' time from")

    @model_validator(mode="after")
    def _has_time(self) -> Self:
        if self.time_stamp == "none" and set(self.systems) - {"nmea", "ldeo-underway"}:
            raise ValueError("time_stamp: only the CO2 system and NMEA sentences have a time of their own")
        if self.interval < timedelta(seconds=2):
            raise ValueError("interval: at least 2 s")
        return self
