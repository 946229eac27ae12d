"""Options of the reader `pro-oceanus-co2-pro`, and the fields of the instrument's records."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from icos_core.exceptions import hint
from icos_core.versioned import Options

__all__ = ["FIELDS", "LAYOUTS", "Co2ProOptions"]

FIELDS = (
    "zero_count",
    "current_count",
    "xco2_wet",
    "sensor_temperature",
    "humidity_pressure",
    "humidity_temperature",
    "analyser_pressure",
    "detector_temperature",
    "source_temperature",
    "supply_voltage",
)
"""Quantities of a record of the CO2-Pro ATM, in the order in which they are written."""

_WITHOUT_DIAGNOSTICS = (*FIELDS[:7], "supply_voltage")

LAYOUTS = {len(FIELDS): FIELDS, len(FIELDS) - 1: FIELDS[:-1], len(_WITHOUT_DIAGNOSTICS): _WITHOUT_DIAGNOSTICS}
"""Number of quantities → which they are: with supply voltage, without, and of the CO2-Pro CV without detector and source."""

_SKIPPED = "-"


class Co2ProOptions(Options):
    """How the records of one CO2-Pro are written."""

    clock: Literal["instrument", "logger"] = Field(
        default="instrument", description="whose time is that of a row: the instrument's, in the record, or the data logger's, before it"
    )
    fields: tuple[str, ...] = Field(
        default=(),
        description=(
            "quantities of a record in order, - for one that is not wanted; empty: by their number (10, 9 without supply voltage, "
            "8 without detector and source temperature)"
        ),
    )
    messages: tuple[str, ...] = Field(
        default=(), description="beginnings of further lines that hold no record, beside the menu and the messages of the instrument"
    )

    @field_validator("fields")
    @classmethod
    def _known_fields(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in FIELDS and name != _SKIPPED:
                raise ValueError(f"no quantity {name!r}{hint(name, FIELDS)}; expected {', '.join(FIELDS)} or {_SKIPPED}")
        wanted = [name for name in value if name != _SKIPPED]
        twice = sorted({name for name in wanted if wanted.count(name) > 1})
        if twice:
            raise ValueError(f"named twice: {', '.join(twice)}")
        if value and not wanted:
            raise ValueError("names no quantity")
        return value
