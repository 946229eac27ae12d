"""Columns of Sea-Bird SBE 45 logs, and the options that say how a log is written."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from icos_core.exceptions import hint
from icos_ocean.readers.logged_file import LoggedOptions

__all__ = ["COLUMNS", "SKIPPED", "USUAL", "SeaBirdOptions"]

COLUMNS: dict[str, tuple[str, str]] = {
    "temperature": ("conductivity_cell_temperature", "t1"),
    "conductivity": ("conductivity", "c1"),
    "salinity": ("salinity", "s"),
    "sound_speed": ("sound_speed", "sv"),
    "remote_temperature": ("sst", "t2"),
}
"""Name of a column → the variable that it is, and the label that it has where there are labels."""

SKIPPED = "-"
USUAL = ("temperature", "conductivity", "salinity", "sound_speed")


class SeaBirdOptions(LoggedOptions):
    """How the lines of one SBE 45 are written."""

    columns: tuple[str, ...] = Field(
        default=USUAL,
        min_length=1,
        description="What the instrument sends, in order: "
        + ", ".join(COLUMNS)
        + "; - for what is not read. Lines with labels (t1=, c1=, s=, sv=, t2=) are read by these, whatever the order.",
    )
    conductivity_units: Literal["S m-1", "mS cm-1"] = Field(default="S m-1", description="Units of conductivity in the file.")

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        named = [name for name in value if name != SKIPPED]
        for name in named:
            if name not in COLUMNS:
                raise ValueError(f"no column {name!r}{hint(name, COLUMNS)}")
        if not named or len(set(named)) != len(named):
            raise ValueError("each column once, and at least one")
        return value

    @field_validator("time_stamp")
    @classmethod
    def _has_a_time(cls, value: str) -> str:
        if value == "none":
            raise ValueError("the lines of an SBE 45 have no time of their own")
        return value
