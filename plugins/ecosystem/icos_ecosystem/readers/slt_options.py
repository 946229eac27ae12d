"""Options of the reader `slt`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ecosystem.readers.raw_clock import ClockOptions, Place
from icos_ecosystem.readers.raw_units import conversion, usual_unit
from icos_ecosystem.vocabulary.measured import FAST, STREAM

if TYPE_CHECKING:
    from typing import Self

__all__ = ["STREAM", "WORDS", "AnalogInput", "SltOptions"]

WORDS = {word.name: word for word in FAST}
_WIND = ("u", "v", "w")


def _range(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] == value[1]:
        raise ValueError("both ends are the same")
    return value


class AnalogInput(Options):
    """What an analog input measures: `minimum` and `maximum` stand at the ends of the analog range."""

    variable: str = Field(description="variable of the vocabulary")
    unit: str | None = Field(default=None, description="unit of minimum and maximum; not of a diagnostic word")
    minimum: float = Field(description="value at the lower end of analog_range")
    maximum: float = Field(description="value at the upper end of analog_range")
    high_resolution: bool | None = Field(
        default=None,
        description="whether its numbers are tenths of a millivolt from -2500 mV on, not millivolts; default: as the file says",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        needed = usual_unit(self.variable)
        if self.variable not in WORDS:
            raise ValueError(f"{self.variable} is no variable of the stream {STREAM}")
        if self.unit is not None:
            conversion(self.variable, self.unit)
        elif needed:
            raise ValueError(f"unit is needed: minimum and maximum of {self.variable} are numbers in what?")
        if self.minimum == self.maximum:
            raise ValueError("minimum and maximum are the same: every value would be")
        return self


class SltOptions(Options):
    """How the files of one station are written."""

    frequency: Annotated[float, Field(gt=0, le=10_000)] = Field(description="rows per second [Hz]; the file does not tell")
    name_format: str | None = Field(
        default="?YYYYDOYhhmm.*",
        description="where the time stands in a file's name: YYYY or YY, MM and DD or DOY, hh, mm, ss, ? any one character, * any number",
    )
    file_time: Place = Field(default="start", description="what the time in a file's name is of the time that the file covers")
    file_duration: Annotated[Duration, Field(gt=timedelta(0))] | None = Field(
        default=None, description="time that a file covers; records beyond it are left out"
    )
    utc_offset: float = Field(default=0.0, ge=-14, le=14, description="hours that the recorder's clock is ahead of UTC")
    variant: Literal["eddymeas", "eddysoft", "edisol"] = Field(
        default="eddymeas", description="program that wrote the files; only EddyMeas is relied upon to date them in their header"
    )
    time_from: Literal["both", "header", "name"] = Field(
        default="both",
        description="where the time of a file is taken from. Both: a name that has the format of name_format must not contradict it",
    )
    fourth_column: Literal["speed_of_sound", "sonic_temperature"] = Field(
        default="speed_of_sound", description="what stands after the wind: speed of sound [m/s] × 50, or sonic temperature [degC] × 100"
    )
    analog_range: Annotated[tuple[float, float], AfterValidator(_range)] = Field(
        default=(0.0, 5000.0), description="voltages [mV] at which minimum and maximum of the analog inputs stand"
    )
    channels: dict[str, AnalogInput] = Field(
        default_factory=dict,
        description='analog inputs, counted from "1" in their order in the file, e.g. '
        '{1 = {variable = "co2_molar_density", unit = "mmol/m3", minimum = 10, maximum = 40}}',
    )

    @field_validator("name_format")
    @classmethod
    def _holds_a_day(cls, value: str | None) -> str | None:
        return ClockOptions(name_format=value).name_format

    @field_validator("channels")
    @classmethod
    def _numbered(cls, value: dict[str, AnalogInput]) -> dict[str, AnalogInput]:
        taken: dict[str, str] = dict.fromkeys((*_WIND, "speed_of_sound", "sonic_temperature"), "the anemometer")
        for key, channel in value.items():
            if not (key.isascii() and key.isdigit() and int(key) > 0 and key == str(int(key))):
                raise ValueError(f"{key!r}: expected the number of an analog input, such as 1")
            if channel.variable in taken:
                raise ValueError(f"{key}: {channel.variable} comes from {taken[channel.variable]} already")
            taken[channel.variable] = f"input {key}"
        return value

    @property
    def clock(self) -> ClockOptions:
        """The options of the shared clock."""
        return ClockOptions(
            frequency=self.frequency,
            name_format=self.name_format,
            file_time=self.file_time,
            file_duration=self.file_duration,
            utc_offset=self.utc_offset,
        )

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.variant != "eddymeas" and self.time_from == "header":
            raise ValueError(f'time_from = "header": the header of {self.variant} is not relied upon to tell the time')
        return self
