"""Options that the readers of SOCAT files share."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from icos_core.exceptions import hint
from icos_core.raw_text.instrument_clock import DateFormat
from icos_core.versioned import Options
from icos_ocean.expocodes import NO_EXPOCODE, expocode_number
from icos_ocean.readers.option_kinds import SEPARATORS, DateOrder, check_names
from icos_ocean.vocabulary.socat import WORDS

__all__ = ["SocatTableOptions", "checked_expocode"]

_NAMES = tuple(name for name in WORDS if name != "expocode")


def checked_expocode(value: str) -> str:
    """Return an expocode in capitals.

    Raises
    ------
    ValueError
        For a text that is none.
    """
    if expocode_number(value) == NO_EXPOCODE:
        raise ValueError(f"{value!r} is no expocode; expected four letters or digits and a day, such as 58G220240101")
    return value.strip().upper()


class SocatTableOptions(Options):
    """How a table of SOCAT is written, and what of it is read."""

    variables: tuple[str, ...] = Field(
        default=(), description="Variables to read beside time, position and expocode; none means all. Few are read faster."
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description='Further headers and the variables they are, e.g. {"Hull T" = "sst"}; they go before the known ones.',
    )
    separator: Literal["tab", "comma", "semicolon"] = Field(default="tab", description="What separates the columns.")
    missing_values: tuple[str, ...] = Field(
        default=(), description="Texts that stand for a missing number beside an empty cell and NaN, e.g. -999."
    )
    date_format: DateOrder = Field(
        default="yyyy-mm-dd",
        description="Order of day, month and year where a date stands in one column, e.g. dd/mm/yyyy; any separator.",
    )

    @field_validator("variables")
    @classmethod
    def _known_variables(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in _NAMES:
                raise ValueError(f"no variable {name!r}{hint(name, _NAMES)}")
        return value

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, value: dict[str, str]) -> dict[str, str]:
        check_names(value.items(), _NAMES)
        return value

    @property
    def separator_character(self) -> str:
        """The separator itself."""
        return SEPARATORS[self.separator]

    @property
    def dates(self) -> DateFormat:
        """The date format, understood."""
        return DateFormat.from_text(self.date_format)
