"""Options of the reader `saildrone`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.exceptions import DataError, hint
from icos_core.units import convertible
from icos_core.versioned import Options
from icos_ocean.vocabulary import VOCABULARY, saildrone, sensors, underway

__all__ = ["AIR", "COLUMNS", "UNITS", "WATER", "WORDS", "SaildroneOptions"]

WORDS = tuple(word.name for word in (*underway.MEASURED, *sensors.MEASURED, *saildrone.MEASURED) if not word.flag_values)
"""Variables that a column may be."""

COLUMNS = {
    "gps_lat": "latitude",
    "gps_lng": "longitude",
    "sbe37_temperature_filtered": "sst",
    "rbr_temperature_filtered": "sst",
    "ctd_temperature_filtered": "sst",
    "sbe37_practical_salinity_filtered": "salinity",
    "rbr_salinity_filtered": "salinity",
    "ctd_salinity_filtered": "salinity",
    "air_temperature_filtered": "air_temperature",
    "baro_pressure_filtered": "atmospheric_pressure",
    "wind_speed_world_filtered": "wind_speed",
    "wind_direction_world_filtered": "wind_direction",
    "asvco2_zero_post_cal_xco2": "zero_post_calibration",
    "asvco2_span_post_cal_xco2": "span_post_calibration",
}
"""Headers of what a line says of the vehicle, and the variables they are; of several for one variable a row takes the first it has."""

WATER = {
    "asvco2_xco2_seawater_dry": "xco2_dry",
    "asvco2_xco2_seawater_wet": "xco2_wet",
    "asvco2_equilibrator_pump_off_pressure": "analyser_pressure",
    "asvco2_equilibrator_pump_on_pressure": "pump_on_pressure",
}
AIR = {
    "asvco2_xco2_atmospheric_dry": "xco2_dry",
    "asvco2_xco2_atmospheric_wet": "xco2_wet",
    "asvco2_air_pump_off_pressure": "analyser_pressure",
    "asvco2_air_pump_on_pressure": "pump_on_pressure",
}
UNITS = {"analyser_pressure": "kPa", "pump_on_pressure": "kPa", "conductivity": "mS cm-1"}


class SaildroneOptions(Options):
    """How the near-real-time files of one Saildrone are written. No file of one was at hand: every name is an option."""

    time_column: str = Field(default="time_interval", description="header of the time of a line, UTC in ISO 8601")
    suffixes: tuple[str, ...] = Field(
        default=("_biogeFile", "_oceanFile", "_atmosFile"),
        description="ends of headers that say from which data set a column was merged; of two with the same name the first of these counts",
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="further headers, without suffix, and the variables they are; before the known ones"
    )
    water_columns: dict[str, str] = Field(default_factory=dict, description="further headers of what was measured of water")
    air_columns: dict[str, str] = Field(default_factory=dict, description="further headers of what was measured of air")
    units: dict[str, str] = Field(
        default_factory=dict,
        description="units in the file where they are not the usual ones; pressures of the analyser are in kPa, unverified",
    )
    air_delay: Annotated[Duration, Field(gt=timedelta(0))] = Field(
        default=timedelta(seconds=90),
        description="how long after water, whose time a line gives, air is measured in the same cycle; an assumption",
    )
    missing_values: tuple[str, ...] = Field(default=(), description="texts that stand for a missing value beside an empty cell and NaN")

    @field_validator("columns", "water_columns", "air_columns")
    @classmethod
    def _known_variables(cls, value: dict[str, str]) -> dict[str, str]:
        for header, name in value.items():
            if name not in WORDS:
                raise ValueError(f"{header!r}: no variable {name!r}{hint(name, WORDS)}")
        return value

    @model_validator(mode="after")
    def _fitting_units(self) -> SaildroneOptions:
        for name, unit in self.units.items():
            if name not in WORDS:
                raise ValueError(f"units: no variable {name!r}{hint(name, WORDS)}")
            try:
                fits = convertible(unit, VOCABULARY[name].units)
            except DataError as error:
                raise ValueError(f"units: {name}: {error}") from error
            if not fits:
                raise ValueError(f"units: {name}: {unit!r} cannot be converted to {VOCABULARY[name].units!r}")
        return self
