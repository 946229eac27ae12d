"""Words of SubCtech OceanPack systems that no other instrument has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Variable
from icos_ocean.vocabulary.underway import temperature

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MEASURED", "STATES"]

_NAMED = {
    0: "no_state_defined",
    1: "span1_calibration",
    2: "zero_calibration",
    3: "wash",
    4: "standby",
    5: "operate_sea_co2_analysis",
    6: "chlorination",
    7: "stop_waiting_for_start",
    8: "air_co2_snapshot",
    9: "busy",
    10: "change",
    11: "move_to",
    12: "move_back",
    13: "error_needs_maintenance",
    14: "unknown",
    15: "span2_calibration",
    16: "empty_system",
    17: "quick_stop",
    18: "operate_2_air_co2_analysis",
    19: "warming_up",
    21: "operate_sb_water_pump_only",
    22: "air_measurement",
}
_CODES = 32

STATES: Mapping[int, str] = {code: _NAMED.get(code, f"state_{code}") for code in range(_CODES)}
"""Codes of the column STATUS and what they mean; the codes without a published meaning are numbered."""

MEASURED: tuple[Variable, ...] = (
    Variable(
        name="oceanpack_state",
        dtype="int8",
        long_name="state of the analyser as the OceanPack reports it",
        flag_values=tuple(STATES),
        flag_meanings=tuple(STATES.values()),
    ),
    temperature("cell_dew_point", "dew point of the gas in the analyser's cell", "dew_point_temperature"),
)
"""What the reader `subctech-oceanpack` provides beside the shared words."""
