"""Words of analysers that read the isotopologues of CO2 one by one."""

from __future__ import annotations

from icos_core.components import Variable

__all__ = ["CALIBRATED", "MEASURED"]

MEASURED: tuple[Variable, ...] = (
    Variable(name="co2_12", units="umol mol-1", long_name="mole fraction of 12CO2 as the analyser reports it, not calibrated"),
    Variable(name="co2_13", units="umol mol-1", long_name="mole fraction of 13CO2 as the analyser reports it, not calibrated"),
)
"""What readers of such analysers provide, beside the sum (``co2``) where the analyser gives it."""

CALIBRATED: tuple[Variable, ...] = (
    Variable(name="xco2_12", units="umol mol-1", long_name="mole fraction of 12CO2 in dry gas"),
    Variable(name="xco2_13", units="umol mol-1", long_name="mole fraction of 13CO2 in dry gas"),
)
"""What the calibrator `fco2-isotopologues` provides beside the words of `fco2`."""
