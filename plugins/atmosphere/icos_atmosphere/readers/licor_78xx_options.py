"""Options of the reader `licor-78xx`, and the columns that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from icos_atmosphere.readers.analyser_columns import Column, ColumnOptions, check_columns, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from icos_core.components import Variable

__all__ = ["STREAM", "UNITS", "Licor78xxOptions", "columns"]

STREAM = "licor_78xx"

UNITS: Mapping[str, str] = {
    "ppm": "umol mol-1",
    "ppb": "nmol mol-1",
    "ppt": "pmol mol-1",
    "umol/mol": "umol mol-1",
    "µmol/mol": "umol mol-1",
    "nmol/mol": "nmol mol-1",
    "mmol/mol": "mmol mol-1",
    "%": "percent",
    "kpa": "kPa",
    "hpa": "hPa",
    "pa": "Pa",
    "mbar": "mbar",
    "torr": "torr",
    "°c": "degree_C",
    "c": "degree_C",
    "k": "K",
    "v": "V",
    "secs": "s",
    "µsecs": "us",
    "counts": "1",
    "diag": "1",
    "": "1",
}
"""Unit in the file, in lower case → UDUNITS."""


def columns(mole_fractions: Literal["dry", "wet"]) -> dict[str, Column]:
    """Return header → variable and the unit that LI-COR's analysers usually write."""
    gases = {"CO2": "umol mol-1", "CH4": "nmol mol-1", "N2O": "nmol mol-1", "CO": "nmol mol-1"}
    return {
        **{formula: Column(f"{formula.lower()}_{mole_fractions}", units) for formula, units in gases.items()},
        "H2O": Column("h2o", "umol mol-1"),
        "CAVITY_P": Column("cavity_pressure", "kPa"),
        "CAVITY_T": Column("cavity_temperature", "degree_C"),
        "DIAG": Column("instrument_status", "1"),
    }


class Licor78xxOptions(ColumnOptions):
    """How the files of one analyser are written."""

    mole_fractions: Literal["dry", "wet"] = Field(
        default="dry",
        description="whether the gas columns are mole fractions in dry air; dry is taken from LI-COR's names of the same values",
    )

    @model_validator(mode="after")
    def _columns_can_be_read(self) -> Self:
        check_columns(columns(self.mole_fractions), self)
        return self

    @property
    def words(self) -> dict[str, Variable]:
        """Header → word of everything that is read."""
        return words_of(columns(self.mole_fractions), self)
