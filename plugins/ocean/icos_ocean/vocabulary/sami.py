"""Words that only the Sunburst SAMI-CO2 has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Variable
from icos_ocean.vocabulary.partial_pressure import uncertainty_term
from icos_ocean.vocabulary.underway import temperature

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CALIBRATED", "MEASURED", "MEASUREMENT_TYPES"]

MEASUREMENT_TYPES: Mapping[str, int] = {"sample": 4, "blank": 5}
"""Types of record that hold light signals, with the instrument's own numbers."""

_LIGHTS = {
    "dark_reference": "dark signal of the reference detector",
    "dark_signal": "dark signal of the signal detector",
    "reference_434": "signal of the reference detector at 434 nm",
    "signal_434": "signal of the detector behind the dye at 434 nm",
    "reference_620": "signal of the reference detector at 620 nm",
    "signal_620": "signal of the detector behind the dye at 620 nm",
}

_COEFFICIENTS = {
    "calibration_a": "coefficient A of the calibration, of the square of the decadic logarithm of pCO2 in µatm",
    "calibration_b": "coefficient B of the calibration, of the decadic logarithm of pCO2 in µatm",
    "calibration_c": "coefficient C of the calibration, constant",
}

MEASURED: tuple[Variable, ...] = (
    Variable(
        name="measurement_type",
        dtype="int8",
        long_name="whether the dye was measured or a blank",
        flag_values=tuple(MEASUREMENT_TYPES.values()),
        flag_meanings=tuple(MEASUREMENT_TYPES),
    ),
    *(
        Variable(
            name=f"light_ratio_{wavelength}", units="1", long_name=f"ratio of the light behind the dye to the reference at {wavelength} nm"
        )
        for wavelength in (434, 620)
    ),
    *(Variable(name=name, units="1", long_name=f"{text}, mean of two readings, counts") for name, text in _LIGHTS.items()),
    *(Variable(name=name, units="1", long_name=f"{text}, as the instrument has it") for name, text in _COEFFICIENTS.items()),
    temperature("calibration_temperature", "temperature of the calibration, as the instrument has it"),
)
"""What its reader provides beside the words that it shares with other instruments."""

CALIBRATED: tuple[Variable, ...] = (
    *(
        Variable(name=f"blank_{wavelength}", units="1", long_name=f"light ratio of the blank at {wavelength} nm, at the time of the sample")
        for wavelength in (434, 620)
    ),
    *(
        Variable(name=f"absorbance_{wavelength}", units="1", long_name=f"absorbance of the dye at {wavelength} nm")
        for wavelength in (434, 620)
    ),
    uncertainty_term("blank", "period", "noise and drift of the blanks"),
)
"""What its calibrator provides beside the words of all such instruments."""
