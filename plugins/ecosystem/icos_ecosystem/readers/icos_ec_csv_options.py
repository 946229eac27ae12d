"""Options of the reader `icos-ec-csv`, and the columns that such files have."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_ecosystem.readers.raw_clock import ClockOptions, NameFormat, Place
from icos_ecosystem.readers.raw_columns import Column, ColumnOptions
from icos_ecosystem.vocabulary.measured import FAST, GASES

if TYPE_CHECKING:
    from typing import Self

__all__ = ["SEPARATORS", "WORDS", "BinaryType", "IcosEcCsvOptions", "usual_columns"]

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
WORDS = {word.name: word for word in FAST}

_COLUMNS = {
    "U": Column(variable="u", unit="m s-1"),
    "V": Column(variable="v", unit="m s-1"),
    "W": Column(variable="w", unit="m s-1"),
    "T_SONIC": Column(variable="sonic_temperature", unit="K"),
    "SOS": Column(variable="speed_of_sound", unit="m s-1"),
    "SA_DIAG": Column(variable="sonic_diagnostic"),
    "T_CELL": Column(variable="cell_temperature", unit="degC"),
    "T_CELL_IN": Column(variable="cell_temperature_in", unit="degC"),
    "T_CELL_OUT": Column(variable="cell_temperature_out", unit="degC"),
    "PRESS_CELL": Column(variable="cell_pressure", unit="kPa"),
}

Measure = Literal["mixing_ratio", "mole_fraction", "molar_density"]
BinaryType = Literal["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]


class IcosEcCsvOptions(ClockOptions, ColumnOptions):
    """How the files of one logger are written."""

    frequency: Annotated[float, Field(ge=0.001, le=10_000)] = Field(description="rows per second [Hz]")
    file_time: Place = Field(default="end", description="what the time in a file's name is of the time that the file covers")
    name_format: NameFormat = Field(
        default="??????????YYYYMMDDhhmm*",
        description="where the time stands in a file's name: YYYY, MM and DD or DOY, hh, mm, ss, ? any one character, * any number",
    )
    file_duration: Annotated[Duration, Field(gt=timedelta(0))] | None = Field(
        default=timedelta(minutes=30), description="time that a whole file covers; rows beyond it are left out"
    )
    format: Literal["text", "binary"] = Field(default="text", description="text, or binary records of one length")
    separator: Literal["comma", "semicolon", "tab"] = Field(default="comma", description="what separates the columns of text")
    header_lines: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=1, description="lines before the first row; the last of them names the columns"
    )
    names: tuple[str, ...] = Field(default=(), description="names of the columns in their order, where the file does not hold them")
    types: tuple[BinaryType, ...] = Field(default=(), description="types of binary columns; a single one is that of all")
    byte_order: Literal["little", "big"] = Field(default="little", description="byte order of binary columns")
    co2: Measure = Field(default="mixing_ratio", description="what the column CO2 is: of dry air, of moist air, or per volume")
    h2o: Measure = Field(default="mixing_ratio", description="what the column H2O is")
    ch4: Measure = Field(default="mixing_ratio", description="what the column CH4 is")
    n2o: Measure = Field(default="mixing_ratio", description="what the column N2O is")
    analyser: Literal["li7200", "li7500"] = Field(default="li7200", description="analyser whose diagnostic word GA_DIAG is")

    @model_validator(mode="after")
    def _names_are_known(self) -> Self:
        if not self.names and self.format == "text" and not self.header_lines:
            raise ValueError("header_lines = 0: the file does not name its columns, so names has to")
        if self.format == "binary":
            if not self.names or not self.types:
                raise ValueError("format = 'binary': names and types of the columns have to be stated")
            if len(self.types) not in {1, len(self.names)}:
                raise ValueError(f"types: {len(self.types)} for {len(self.names)} names; expected one for each, or a single one for all")
        return self


def usual_columns(options: IcosEcCsvOptions) -> dict[str, Column]:
    """Return header → column, of the names that the thematic centre's instructions fix."""
    measures = {"co2": options.co2, "h2o": options.h2o, "ch4": options.ch4, "n2o": options.n2o}
    gases = {gas: f"{gas}_{measures[gas]}" for gas in GASES}
    return {
        **_COLUMNS,
        **{gas.upper(): Column(variable=variable, unit=WORDS[variable].units) for gas, variable in gases.items()},
        "GA_DIAG": Column(variable=f"{options.analyser}_diagnostic"),
    }
