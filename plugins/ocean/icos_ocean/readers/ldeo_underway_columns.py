"""Columns of LDEO's underway logs, and the options that say how a log is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from icos_core.exceptions import hint
from icos_ocean.readers.logged_file import LoggedOptions
from icos_ocean.vocabulary import RUN_TYPES

if TYPE_CHECKING:
    from typing import Self

__all__ = ["COLUMNS", "SKIPPED", "LdeoOptions"]

COLUMNS: dict[str, str | None] = {
    "time_tag": None,
    "voltage": "analyser_signal",
    "cell_temperature": "analyser_temperature",
    "pressure": "equilibrator_pressure",
    "flow": "analyser_flow",
    "vco2": "co2",
    "pco2": "pco2_reported",
    "temperature_rtd": None,
    "temperature_sbe38": None,
    "valve": "valve_position",
    "source": None,
}
"""Name of a column → the variable that it is; None where an option or the reader decides."""

SKIPPED = "-"
"""Stands for a column that is not read."""

_SOURCES = {"Equil": "EQU", "Atmos": "ATM", "Nitrogen": "ZERO"}


class LdeoOptions(LoggedOptions):
    """How the logs of one LDEO underway system are written."""

    clock: Literal["logger", "time-tag"] = Field(
        default="logger",
        description="Which clock gives the time of a row: that of the logger, in front of the line, or the instrument's time tag.",
    )
    sources: dict[str, str] = Field(
        default_factory=dict,
        description='Further sources and the run types they are, e.g. {"CC77922" = "STD3"}; Equil, Atmos and Nitrogen are EQU, ATM, ZERO.',
    )
    equilibrator_temperature: Literal["sbe38", "rtd"] = Field(
        default="sbe38",
        description="Which probe is equilibrator_temperature; the other is equilibrator_temperature_2. Unverified which is the better one.",
    )
    columns: tuple[str, ...] = Field(
        default=tuple(COLUMNS), description="Columns behind the logger's time, in order; - for one that is not read."
    )

    @field_validator("sources")
    @classmethod
    def _known_run_types(cls, value: dict[str, str]) -> dict[str, str]:
        for source, run_type in value.items():
            if run_type not in RUN_TYPES:
                raise ValueError(f"{source!r}: no run type {run_type!r}{hint(run_type, RUN_TYPES)}")
        return value

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        named = [name for name in value if name != SKIPPED]
        for name in named:
            if name not in COLUMNS:
                raise ValueError(f"no column {name!r}{hint(name, COLUMNS)}")
        if len(set(named)) != len(named):
            raise ValueError("each column once")
        if "source" not in named or "vco2" not in named:
            raise ValueError("source and vco2 among them")
        return value

    @model_validator(mode="after")
    def _has_its_clock(self) -> Self:
        if self.clock == "logger" and self.time_stamp == "none":
            raise ValueError("time_stamp = 'none' leaves the time tag only: set clock = 'time-tag'")
        if self.clock == "time-tag" and "time_tag" not in self.columns:
            raise ValueError("columns: clock = 'time-tag' needs the column time_tag")
        return self

    @property
    def run_types(self) -> dict[str, str]:
        """Source in lower case → run type."""
        return {source.casefold(): run_type for source, run_type in (_SOURCES | self.sources).items()}

    @property
    def variables(self) -> dict[str, str]:
        """Column → variable, of the columns that are numbers."""
        first, second = "equilibrator_temperature", "equilibrator_temperature_2"
        probes = {"temperature_sbe38": first, "temperature_rtd": second}
        if self.equilibrator_temperature == "rtd":
            probes = {"temperature_sbe38": second, "temperature_rtd": first}
        found = {name: variable for name, variable in COLUMNS.items() if variable is not None} | probes
        return {name: found[name] for name in self.columns if name in found}
