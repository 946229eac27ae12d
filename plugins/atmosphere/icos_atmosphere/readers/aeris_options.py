"""Options of the reader `aeris`, and the columns that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from icos_atmosphere.readers.analyser_columns import Column, ColumnOptions, check_columns, words_of
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

__all__ = ["DATE_ORDERS", "STREAM", "TIME", "WORDS", "AerisOptions", "columns"]

STREAM = "aeris"
TIME = "Time Stamp"
DATE_ORDERS = ("mm/dd/yyyy", "dd/mm/yyyy", "yyyy/mm/dd")
_PPM = "umol mol-1"

WORDS = (
    Variable(name="c2h6_wet", units="nmol mol-1", long_name="mole fraction of ethane in moist air, as the analyser reads it"),
    Variable(name="c2h6_dry", units="nmol mol-1", long_name="mole fraction of ethane in dry air, as the analyser reports it"),
)
"""Words beside those of the vocabulary: ethane tells methane of fossil origin."""


def columns(mole_fractions: Literal["dry", "wet"]) -> Mapping[str, Column]:
    """Return header → variable and unit."""
    return {
        **{f"{gas.formula} (ppm)": Column(f"{gas.name}_{mole_fractions}", _PPM) for gas in GASES.values()},
        "C2H6 (ppb)": Column(f"c2h6_{mole_fractions}", "nmol mol-1"),
        "H2O (ppm)": Column("h2o", _PPM),
        "Inlet Number": Column("inlet_number", "1"),
        "P (mbars)": Column("cavity_pressure", "mbar"),
        "Tgas (degC)": Column("cavity_temperature", "degree_C"),
        "T (degC)": Column("cavity_temperature", "degree_C"),
    }


class AerisOptions(ColumnOptions):
    """How the files of one analyser are written. No file of one was at hand: what may differ is an option."""

    date_order: Literal["mm/dd/yyyy", "dd/mm/yyyy", "yyyy/mm/dd"] = Field(
        default="mm/dd/yyyy", description="order of day, month and year; a file whose dates cannot be in it is refused"
    )
    utc_offset: float = Field(default=0.0, ge=-14, le=14, description="hours that the analyser's clock is ahead of UTC")
    mole_fractions: Literal["dry", "wet"] = Field(
        default="dry", description="whether the gas columns are mole fractions in dry air, which is what the maker says of them; unverified"
    )

    @model_validator(mode="after")
    def _columns_can_be_read(self) -> Self:
        check_columns(columns(self.mole_fractions), self)
        return self

    @property
    def words(self) -> dict[str, Variable]:
        """Header → word of everything that is read."""
        return words_of(columns(self.mole_fractions), self, WORDS)
