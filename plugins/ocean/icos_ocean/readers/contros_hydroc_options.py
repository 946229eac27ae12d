"""Options of the reader `contros-hydroc`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from icos_core.raw_text.instrument_clock import DateFormat
from icos_core.versioned import Options
from icos_ocean.readers.contros_hydroc_layout import COLUMNS
from icos_ocean.readers.option_kinds import DateOrder, Encoding, check_names

__all__ = ["HydroCOptions"]

_NAMES = tuple(COLUMNS)


class HydroCOptions(Options):
    """How the files of one HydroC are written."""

    layout: Literal["auto", "native", "ferrybox", "zero-cycle"] = Field(
        default="auto",
        description=(
            "native: log of the instrument itself; ferrybox: log of a 4H-Jena FerryBox with one channel; "
            "zero-cycle: log of a FerryBox with all channels during a zeroing; auto: whichever of them a file is"
        ),
    )
    date_format: DateOrder = Field(
        default="yyyy.mm.dd", description="Order of day, month and year and digits of the year; any separator. FerryBoxes write yyyy.mm.dd."
    )
    decimal_comma: bool = Field(default=True, description="Whether native logs write numbers with a decimal comma.")
    missing_values: tuple[str, ...] = Field(
        default=("66666", "99999"),
        description="Numbers that stand for a missing value beside an empty cell and NaN; what tells the two apart is unverified.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description='Further headers and the variables they are, e.g. {"p_gas" = "analyser_pressure"}; they go before the known ones.',
    )
    positions: bool = Field(
        default=False,
        description="Whether the position is read that a FerryBox writes beside every value; another input may give it instead.",
    )
    keep_simulated: bool = Field(default=False, description="Keep rows that a FerryBox marks as simulated data.")
    encoding: Encoding = Field(default="latin-1", description="Encoding of headers.")

    @field_validator("columns")
    @classmethod
    def _known_names(cls, value: dict[str, str]) -> dict[str, str]:
        check_names(value.items(), _NAMES)
        return value

    @property
    def dates(self) -> DateFormat:
        """The date format, understood."""
        return DateFormat.from_text(self.date_format)
