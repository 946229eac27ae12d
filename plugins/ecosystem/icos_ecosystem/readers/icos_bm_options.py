"""Options of the reader `icos-bm`, and the names of its columns: VAR_H_V_R, a variable and where its sensor stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

from icos_core.exceptions import hint
from icos_ecosystem.constants import MOLAR_MASS
from icos_ecosystem.readers.raw_clock import ClockOptions, Place
from icos_ecosystem.readers.raw_units import UnitError, conversion_to
from icos_ecosystem.vocabulary.measured import METEOROLOGY
from icos_ecosystem.vocabulary.profile import PROFILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

__all__ = ["LEVELS", "SEPARATORS", "USUAL_UNITS", "WORDS", "IcosBmOptions", "Sensor", "sensor_of", "unit_of"]

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
WORDS = {word.name: word for word in METEOROLOGY}
LEVELS = {word.name: word for word in PROFILE}
USUAL_UNITS = {"TA": "degC", "TS": "degC", "PA": "kPa", "CH4": "nmol mol-1", "N2O": "nmol mol-1"}
"""Units of the thematic centre where they are not those of the vocabulary."""

_COLUMN = re.compile(r"([A-Z][A-Z0-9_]*?)_([0-9]{1,3})_([0-9]{1,3})_([0-9]{1,3})")
_POSITION = re.compile(r"[0-9]{1,3}_[0-9]{1,3}_[0-9]{1,3}")


class Sensor(NamedTuple):
    """What the name of a column says: the variable, and horizontal and vertical position and replicate of its sensor."""

    variable: str
    position: str


def sensor_of(header: str) -> Sensor | None:
    """Return what ``TA_1_2_1`` stands for, None for a header that has another form; a bare ``TA`` is ``TA_1_1_1``."""
    name = header.strip().upper()
    found = _COLUMN.fullmatch(name)
    if found is not None:
        return Sensor(found[1], "_".join(str(int(part)) for part in found.groups()[1:]))
    return Sensor(name, "1_1_1") if name in WORDS or name in LEVELS else None


def unit_of(variable: str, units: Mapping[str, str]) -> str:
    """Return the unit of a variable in the file: the stated one, or that of the thematic centre."""
    word = WORDS.get(variable) or LEVELS[variable]
    return units.get(variable, USUAL_UNITS.get(variable, word.units))


class IcosBmOptions(ClockOptions):
    """How the meteorological files of one logger are written."""

    row_time: Place = Field(default="end", description="what the stamp of a row is of the interval that the row stands for")
    separator: Literal["comma", "semicolon", "tab"] = Field(default="comma", description="what separates the columns")
    header_lines: Annotated[int, Field(ge=1, le=10_000)] = Field(default=1, description="lines before the first row")
    names_line: Annotated[int, Field(ge=1)] = Field(default=1, description="line of the header with the names of the columns, from 1")
    time_column: str = Field(default="TIMESTAMP", description="column of date and time, YYYYMMDDhhmmss")
    date_format: Literal["yyyymmdd", "yyyy-mm-dd"] = Field(default="yyyymmdd", description="how dates are written")
    missing_values: tuple[str, ...] = Field(default=("-9999",), description="texts for a missing value beside an empty cell and NaN")
    sensors: dict[str, str] = Field(
        default_factory=dict,
        description='variable → position of the sensor that is read, e.g. {TA = "1_2_1"}; default: 1_1_1, else the first in the file',
    )
    units: dict[str, str] = Field(
        default_factory=dict, description='variable → unit in the file, where it is not that of the thematic centre, e.g. {PA = "hPa"}'
    )
    heights: dict[str, float] = Field(
        default_factory=dict,
        description="columns of the stream profile → height above ground [m], e.g. {CO2_1_1_1 = 0.5}; a position stands for all variables "
        'of a profile there: {"1_2_1" = 8.0}',
    )

    @field_validator("sensors")
    @classmethod
    def _known_sensors(cls, value: dict[str, str]) -> dict[str, str]:
        for variable, position in value.items():
            if variable not in WORDS:
                raise ValueError(f"no variable {variable!r}{hint(variable, WORDS)}")
            if _POSITION.fullmatch(position) is None:
                raise ValueError(f"{variable}: {position!r} is no position; expected horizontal_vertical_replicate, such as '1_2_1'")
        return value

    @field_validator("units")
    @classmethod
    def _known_units(cls, value: dict[str, str]) -> dict[str, str]:
        for variable, unit in value.items():
            word = WORDS.get(variable) or LEVELS.get(variable)
            if word is None:
                raise ValueError(f"no variable {variable!r}{hint(variable, (*WORDS, *LEVELS))}")
            try:
                conversion_to(word.units, unit, MOLAR_MASS.get(variable.lower()))
            except UnitError as error:
                raise ValueError(f"{variable}: {error}") from error
        return value

    @field_validator("heights")
    @classmethod
    def _known_levels(cls, value: dict[str, float]) -> dict[str, float]:
        for name in value:
            sensor = sensor_of(name)
            if _POSITION.fullmatch(name) is None and (sensor is None or sensor.variable not in LEVELS):
                raise ValueError(
                    f"{name!r} is neither a position such as '1_2_1' nor a column of a profile such as 'CO2_1_2_1'; "
                    f"variables of a profile: {', '.join(LEVELS)}"
                )
        return value

    @model_validator(mode="before")
    @classmethod
    def _names_are_upper(cls, value: Any) -> Any:
        """Take names of variables in any case, as files have them."""
        if not isinstance(value, dict):
            return value
        keys = [key for key in ("sensors", "units", "heights") if isinstance(value.get(key), dict)]
        return value | {key: {str(name).upper(): each for name, each in value[key].items()} for key in keys}

    @model_validator(mode="after")
    def _header_is_whole(self) -> Self:
        if self.names_line > self.header_lines:
            raise ValueError(f"names_line = {self.names_line}: the header has {self.header_lines} lines")
        return self

    @property
    def levels(self) -> tuple[float, ...]:
        """Every height of the profile, increasing."""
        return tuple(sorted(set(self.heights.values())))

    def height_of(self, sensor: Sensor) -> float | None:
        """Return the height of a level of the profile, None for a column that is none of it."""
        if sensor.variable not in LEVELS:
            return None
        stated = {_key(name): height for name, height in self.heights.items()}
        return stated.get(f"{sensor.variable}_{sensor.position}", stated.get(sensor.position))


def _key(name: str) -> str:
    sensor = sensor_of(name)
    if sensor is not None:
        return f"{sensor.variable}_{sensor.position}"
    return "_".join(str(int(part)) for part in name.split("_"))
