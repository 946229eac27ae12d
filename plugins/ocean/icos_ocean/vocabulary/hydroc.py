"""Words of the CONTROS HydroC: signals of its two-beam detector, states, and what is computed from them."""

from __future__ import annotations

from icos_core.components import Variable
from icos_ocean.vocabulary.partial_pressure import uncertainty_term

__all__ = ["CALIBRATED", "MEASURED", "STATES"]

STATES = {"missing": -1, "off": 0, "on": 1, "mixed": 2}
"""States of valve and pump. A mean over a change of state is mixed."""

MEASURED: tuple[Variable, ...] = (
    Variable(name="signal_raw", units="1", long_name="signal of the detector at the wavelength that CO2 absorbs"),
    Variable(name="signal_reference", units="1", long_name="signal of the detector at the reference wavelength"),
    Variable(name="signal_reported", units="1", long_name="processed signal as the instrument reports it, in the scale of its firmware"),
    Variable(name="runtime", units="s", long_name="time that the instrument has been running"),
    *(
        Variable(
            name=f"{name}_state",
            dtype="int8",
            long_name=f"whether the instrument was {what}",
            flag_values=tuple(STATES.values()),
            flag_meanings=tuple(STATES),
        )
        for name, what in (("zero", "measuring gas without CO2"), ("flush", "recovering from gas without CO2"))
    ),
)
"""What the reader `contros-hydroc` provides beside the words that several instruments share."""

CALIBRATED: tuple[Variable, ...] = (
    Variable(name="signal_ratio", units="1", long_name="ratio of the two signals of the detector"),
    Variable(name="zero_signal_ratio", units="1", long_name="ratio of the two signals in gas without CO2, at the time of the row"),
    Variable(name="signal_processed", units="1", long_name="processed signal: absorption by CO2 in the scale of the calibration sheet"),
    uncertainty_term("cell_pressure", "common", "pressure in the optical cell"),
    uncertainty_term("response", "period", "response time of the membrane, where it is corrected for"),
    uncertainty_term("drift", "period", "change of the calibration polynomial between the calibrations before and after a deployment"),
)
"""What the calibrator `hydroc` computes beside the words that several instruments share."""
