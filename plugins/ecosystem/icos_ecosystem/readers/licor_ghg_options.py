"""Options of the reader `licor-ghg`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from icos_ecosystem.readers.raw_clock import Place  # noqa: TC001  # pydantic evaluates annotations
from icos_ecosystem.readers.raw_columns import ColumnOptions
from icos_ecosystem.vocabulary.measured import FAST, GASES, METEOROLOGY

__all__ = ["FAST_WORDS", "METEO_WORDS", "BiometOptions", "LicorGhgOptions", "Measure"]

FAST_WORDS = {word.name: word for word in FAST}
METEO_WORDS = {word.name: word for word in METEOROLOGY}

Measure = Literal["mixing_ratio", "mole_fraction", "molar_density"]
_CHOICE = "which of the columns of this gas is read; default: mixing ratio, else mole fraction, else molar density, as the file has them"


class BiometOptions(ColumnOptions):
    """How the data of the weather station in the archives are read."""

    read: bool = Field(default=True, description="whether the stream meteo is made of them")
    row_time: Place = Field(
        default="end", description="what the stamp of a row is of the interval that the row stands for; the default is not verified"
    )


class LicorGhgOptions(ColumnOptions):
    """What is read of the archives of one station."""

    co2: Measure | None = Field(default=None, description=_CHOICE)
    h2o: Measure | None = Field(default=None, description=_CHOICE)
    ch4: Measure | None = Field(default=None, description=_CHOICE)
    n2o: Measure | None = Field(default=None, description=_CHOICE)
    time_from: Literal["seconds", "date"] = Field(
        default="seconds",
        description="columns that tell the time: Seconds and Nanoseconds, which are UTC, or Date and Time, which are local",
    )
    utc_offset: float | None = Field(
        default=None, ge=-14, le=14, description="hours that Date and Time are ahead of UTC; default: as they differ from Seconds"
    )
    row_time: Place = Field(default="start", description="what the stamp of a row is of the interval that the row stands for")
    biomet: BiometOptions = Field(default_factory=BiometOptions, description="data of the weather station in the archives")

    def measure(self, gas: str) -> Measure | None:
        """Return which column of a gas is asked for, None for the usual one."""
        choices: dict[str, Measure | None] = dict(zip(GASES, (self.co2, self.h2o, self.ch4, self.n2o), strict=True))
        return choices[gas]
