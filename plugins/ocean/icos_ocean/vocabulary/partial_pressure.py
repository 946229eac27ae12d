"""Words of instruments that measure the partial pressure of CO2 without gas from an equilibrator: membrane sensors and dyes."""

from __future__ import annotations

from typing import Literal

from icos_core.components import Variable

__all__ = ["CALIBRATED", "Correlation", "uncertainty_term"]

Correlation = Literal["independent", "period", "common"]


def uncertainty_term(term: str, error_correlation: Correlation, source: str) -> Variable:
    """Return the word of one term of the uncertainty of fCO2.

    Parameters
    ----------
    term
        Name of the term.
    error_correlation
        How errors of neighbouring rows correlate: not at all, within a period (between two zeros, say), or throughout.
    source
        What the term comes from, for people.
    """
    return Variable(
        name=f"fco2_uncertainty_{term}",
        units="uatm",
        long_name=f"standard uncertainty of the fugacity of CO2 in sea water due to: {source}",
        attributes={"error_correlation": error_correlation},
    )


CALIBRATED: tuple[Variable, ...] = (
    uncertainty_term("noise", "independent", "noise of the signal of a single reading"),
    uncertainty_term("zero", "period", "noise and drift of the zero signal"),
    uncertainty_term("calibration", "common", "calibration of the instrument at its maker's"),
    uncertainty_term("gas_temperature", "common", "temperature of the gas in the optical cell"),
    uncertainty_term("humidity", "common", "humidity of the gas in the instrument"),
)
"""Terms that several such instruments have; what only one has stands with its words."""
