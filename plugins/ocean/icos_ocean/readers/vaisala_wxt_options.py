"""Options of the reader `vaisala-wxt`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.exceptions import hint
from icos_ocean.readers.logged_file import LoggedOptions

__all__ = ["MAST_VARIABLES", "SKIPPED", "VaisalaOptions"]

SKIPPED = "-"
"""Stands for a column that is not read."""

MAST_VARIABLES = (
    *("air_temperature", "air_relative_humidity", "atmospheric_pressure", "supply_voltage"),
    *("photosynthetic_radiation_signal", "shortwave_radiation_signal", "longwave_radiation_signal"),
    *("pyrgeometer_case_temperature", "pyrgeometer_dome_temperature"),
)
"""What a column of a mast's MET line may be."""


class VaisalaOptions(LoggedOptions):
    """How the log of a ship's weather station is written."""

    messages: Literal["wxt", "mast"] = Field(
        default="wxt",
        description="wxt: ASCII messages of a Vaisala WXT (0R1,Dm=236D,Sm=2.3M …); mast: lines MET, SUS and PUS of a weather mast.",
    )
    address: Annotated[str, Field(pattern="^[0-9A-Za-z]$")] = Field(
        default="0", description="Address of the WXT whose messages are read: the first character of each."
    )
    wind: Literal["relative", "true"] = Field(
        default="relative",
        description="What the wind of the WXT is: relative to the ship and its bow, or true (a station at rest, aligned to north).",
    )
    mast_columns: tuple[str, ...] = Field(
        default=(
            *("supply_voltage", SKIPPED, "air_temperature", "air_relative_humidity"),
            *("photosynthetic_radiation_signal", "shortwave_radiation_signal", "longwave_radiation_signal"),
            *("pyrgeometer_case_temperature", "pyrgeometer_dome_temperature", "atmospheric_pressure"),
        ),
        min_length=1,
        description="What stands behind MET, in order; - for what is not read. The default is that of the ship of the example.",
    )
    mast_winds: tuple[Annotated[str, Field(pattern="^[A-Z0-9]{2,8}$")], ...] = Field(
        default=("SUS", "PUS"),
        max_length=2,
        description="Words in front of the lines of wind sensors; the second gives relative_wind_speed_2 and relative_wind_direction_2.",
    )
    mast_good_status: tuple[str, ...] = Field(
        default=("00", "60"), description="Status of a wind sensor's line that means good data; of other lines the wind is missing."
    )
    pause: Annotated[Duration, Field(ge=timedelta(0))] = Field(
        default=timedelta(seconds=0.3), description="A pause longer than this between two lines begins a new row."
    )

    @field_validator("time_stamp")
    @classmethod
    def _has_a_time(cls, value: str) -> str:
        if value == "none":
            raise ValueError("the messages have no time of their own")
        return value

    @field_validator("mast_columns")
    @classmethod
    def _known_columns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        named = [name for name in value if name != SKIPPED]
        for name in named:
            if name not in MAST_VARIABLES:
                raise ValueError(f"no variable {name!r}{hint(name, MAST_VARIABLES)}")
        if len(set(named)) != len(named):
            raise ValueError("each variable once")
        return value

    @field_validator("mast_winds")
    @classmethod
    def _no_other_word(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "MET" in value or len(set(value)) != len(value):
            raise ValueError("two different words, neither of them MET")
        return value
