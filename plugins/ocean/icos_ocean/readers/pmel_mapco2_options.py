"""Options of the reader `pmel-mapco2`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, field_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.readers.option_kinds import DateOrder  # noqa: TC001  # pydantic evaluates annotations
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS

__all__ = ["MapCO2Options"]


class MapCO2Options(Options):
    """How the messages of one MAPCO2 buoy are written."""

    block_words: tuple[str, ...] = Field(
        default=("NORM", "FAST", "DEPL", "POSO", "RECV", "STSF"),
        min_length=1,
        description="words with which the block of a cycle begins: the modes of the system",
    )
    other_blocks: dict[str, str] = Field(
        default_factory=lambda: {"Seafet Data": "End Seafet Data", "PH": "END PH", "SBE16 DATA": "END SBE16"},
        description="first and last line of blocks of other sensors, which are counted and left out",
    )
    start_format: DateOrder = Field(default="yyyy/mm/dd", description="date in the first line of a block, when the cycle began")
    position_format: DateOrder = Field(default="mm/dd/yyyy", description="date in the second line of a block, when the position was found")
    clock_tolerance: Annotated[Duration, Field(gt=timedelta(0))] = Field(
        default=timedelta(minutes=30),
        description="a position found further from the beginning of its cycle than this is told: one of the two clocks is wrong",
    )
    minutes: tuple[int, ...] = Field(
        default=(0, 1, 2, 3, 4, 5, 16, 17, 18, 18),
        description="minute of each of the ten readings, by which a reading is known in a block that has not all ten lines",
    )
    same_minute_delay: Annotated[Duration, Field(gt=timedelta(0), lt=timedelta(minutes=1))] = Field(
        default=timedelta(seconds=30), description="how long after the reading before it a reading of the same minute is; an assumption"
    )
    sea_sensors: bool = Field(
        default=False,
        description="read temperature and salinity of sea water from the third line of a block, where they are not 0; most buoys write 0",
    )
    missing_values: tuple[float, ...] = Field(
        default=(99.999, 99.9999, 9999.999, 9999.99), description="numbers that stand for a missing value"
    )

    @field_validator("minutes")
    @classmethod
    def _ten_in_order(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) != len(CYCLE_POINTS) or list(value) != sorted(value) or not all(0 <= minute < 60 for minute in value):
            raise ValueError(f"expected {len(CYCLE_POINTS)} minutes between 0 and 59, none before the one ahead of it")
        return value

    @field_validator("other_blocks")
    @classmethod
    def _not_empty(cls, value: dict[str, str]) -> dict[str, str]:
        if not all(begin.strip() and end.strip() for begin, end in value.items()):
            raise ValueError("expected a first and a last line for each block")
        return value
