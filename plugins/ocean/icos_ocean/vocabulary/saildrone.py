"""Words of Saildrone surface vehicles that no other instrument has."""

from __future__ import annotations

from icos_core.components import Variable

__all__ = ["MEASURED"]

MEASURED: tuple[Variable, ...] = (
    Variable(
        name="zero_post_calibration", units="umol mol-1", long_name="mole fraction of CO2 read of zero gas after the analyser was set"
    ),
    Variable(
        name="span_post_calibration", units="umol mol-1", long_name="mole fraction of CO2 read of span gas after the analyser was set"
    ),
    Variable(name="pump_on_pressure", units="hPa", long_name="absolute pressure in the cell of the analyser while the pump runs"),
)
"""What the reader `saildrone` provides beside the shared words."""
