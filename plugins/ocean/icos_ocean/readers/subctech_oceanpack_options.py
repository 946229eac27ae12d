"""Options of the reader `subctech-oceanpack`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from icos_core.exceptions import hint
from icos_core.option_types import Texts  # noqa: TC001  # pydantic evaluates annotations
from icos_core.raw_text.instrument_clock import DateFormat
from icos_core.versioned import Options
from icos_ocean.readers.option_kinds import DateOrder, Encoding, check_names, check_units
from icos_ocean.vocabulary import RUN_TYPES, oceanpack, sensors, underway

__all__ = ["STATES", "WORDS", "OceanPackOptions"]

STATES = {
    **dict.fromkeys(map(str, oceanpack.STATES), "IDLE"),
    "1": "SPAN",
    "2": "ZERO",
    "3": "FLUSH",
    "5": "EQU",
    "8": "ATM",
    "10": "FLUSH",
    "15": "UNK",
    "16": "FLUSH",
    "18": "ATM",
    "22": "ATM",
}
"""Code of the column STATUS → run type, unless a station says otherwise."""

_NO_STATE = frozenset(str(code) for code in oceanpack.STATES if oceanpack.STATES[code] == f"state_{code}")

WORDS = tuple(word.name for word in (*underway.MEASURED, *sensors.MEASURED, *oceanpack.MEASURED) if not word.flag_values)
"""Variables that a column may be."""


class OceanPackOptions(Options):
    """How the logs of one OceanPack are written."""

    clock: Literal["instrument", "gps"] = Field(
        default="instrument",
        description="which clock gives the time of a row: DATE and TIME, or GPS Time, whose date is the one nearest to the instrument's",
    )
    date_format: DateOrder = Field(default="yyyy-mm-dd", description="order of day, month and year in DATE; any separator")
    states: dict[str, str] = Field(
        default_factory=dict,
        description='codes of STATUS and the run types they are, where not the usual ones, e.g. {"22" = "IDLE"}',
    )
    columns: dict[str, Texts] = Field(
        default_factory=dict,
        description=(
            "further names in @NAME and the variable, or variables, they are; they go before the known ones, "
            'e.g. {"CellPress" = "ambient_pressure", "waterTemp" = ["sst", "equilibrator_temperature"]}'
        ),
    )
    units: dict[str, str] = Field(
        default_factory=dict, description='units of variables where @UNIT does not say or says wrong, e.g. {"h2o" = "mmol mol-1"}'
    )
    hemispheres: dict[str, str] = Field(
        default_factory=dict,
        description='columns that hold N, S, E or W where positions have no sign, e.g. {"latitude" = "NS"}',
    )
    apply_coefficients: bool = Field(
        default=True, description="compute A0 + A1 raw + A2 raw² from the header; false where a logger has done so already"
    )
    missing_values: tuple[str, ...] = Field(default=(), description="texts that stand for a missing value beside an empty cell and NaN")
    encoding: Encoding = Field(default="latin-1", description="encoding of the header")

    @field_validator("states")
    @classmethod
    def _known_states(cls, value: dict[str, str]) -> dict[str, str]:
        for code, run_type in value.items():
            if code not in STATES:
                raise ValueError(f"{code!r} is no code of STATUS; expected 0 to {len(STATES) - 1}")
            if run_type not in RUN_TYPES:
                raise ValueError(f"{code!r}: no run type {run_type!r}{hint(run_type, RUN_TYPES)}")
        return value

    @field_validator("columns")
    @classmethod
    def _known_variables(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        check_names(((header, name) for header, names in value.items() for name in names), WORDS)
        return value

    @field_validator("units")
    @classmethod
    def _fitting_units(cls, value: dict[str, str]) -> dict[str, str]:
        check_units(value, WORDS)
        return value

    @field_validator("hemispheres")
    @classmethod
    def _of_positions(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if name not in {"latitude", "longitude"}:
                raise ValueError(f"{name!r}: expected latitude or longitude")
        return value

    @property
    def dates(self) -> DateFormat:
        """The date format, understood."""
        return DateFormat.from_text(self.date_format)

    @property
    def run_types(self) -> dict[int, str]:
        """Code of STATUS → run type; codes without a published meaning only where the station gives them one."""
        known = {code: word for code, word in STATES.items() if code not in _NO_STATE}
        return {int(code): word for code, word in {**known, **self.states}.items()}
