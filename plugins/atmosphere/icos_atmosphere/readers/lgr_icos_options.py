"""Options of the reader `lgr-icos`, and the columns that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from icos_atmosphere.readers.analyser_columns import Column, ColumnOptions, check_columns, words_of
from icos_atmosphere.vocabulary import GASES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from icos_core.components import Variable

__all__ = ["COLUMNS", "DATE_ORDERS", "STREAM", "LgrIcosOptions"]

STREAM = "lgr_icos"
DATE_ORDERS = ("dd/mm/yyyy", "mm/dd/yyyy", "yyyy/mm/dd")
_PPM = "umol mol-1"

COLUMNS: Mapping[str, Column] = {
    **{f"[{gas.formula}]_ppm": Column(f"{gas.name}_wet", _PPM) for gas in GASES.values()},
    **{f"[{gas.formula}]d_ppm": Column(f"{gas.name}_dry", _PPM) for gas in GASES.values()},
    "[H2O]_ppm": Column("h2o", _PPM),
    "GasP_torr": Column("cavity_pressure", "torr"),
    "GasT_C": Column("cavity_temperature", "degree_C"),
    "AmbT_C": Column("ambient_temperature", "degree_C"),
    "MIU_VALVE": Column("mpv_position", "1"),
}
"""Header → variable and unit."""


class LgrIcosOptions(ColumnOptions):
    """How the files of one analyser are written."""

    date_order: Literal["dd/mm/yyyy", "mm/dd/yyyy", "yyyy/mm/dd"] | None = Field(
        default=None,
        description="order of day, month and year, which is a setting of the analyser; default: the one that a file proves. "
        "A file whose dates can be in several orders is refused",
    )
    utc_offset: float = Field(default=0.0, ge=-14, le=14, description="hours that the analyser's clock is ahead of UTC")

    @model_validator(mode="after")
    def _columns_can_be_read(self) -> Self:
        check_columns(COLUMNS, self)
        return self

    @property
    def words(self) -> dict[str, Variable]:
        """Header → word of everything that is read."""
        return words_of(COLUMNS, self)
