"""Calibration scales: their spellings, and the conversions that are known.

A scale is never converted silently: who wants another one asks for it, and it is recorded. Conversions by a formula are approximations; the
proper way is to assign the cylinders on the new scale and calibrate again.

References
----------
Hall, B. D. et al. (2021), Atmos. Meas. Tech. 14, 3015-3032, doi:10.5194/amt-14-3015-2021 (WMO CO2 X2007 to X2019).
Prinn, R. G. et al. (2018), Earth Syst. Sci. Data 10, 985-1018, doi:10.5194/essd-10-985-2018 (scales of AGAGE).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from icos_atmosphere.vocabulary.gases import GASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CURRENT", "NONE", "UNKNOWN", "Conversion", "conversion", "convert_scale", "gas_of_scale", "normalised_scale"]

NONE, UNKNOWN = "none", "unknown"
CURRENT: Mapping[str, str] = {"co2": "WMO CO2 X2019", "ch4": "WMO CH4 X2004A", "co": "WMO CO X2014A", "n2o": "WMO N2O X2006A"}
"""Gas → current scale of the World Meteorological Organization."""

_WMO = re.compile(r"(?:(?:WMO|NOAA)[\s_/-]*)?(?:(?P<gas>CO2|CH4|CO|N2O)[\s_/-]*)?(?P<version>X(?:19|20)\d\d[A-Z]?)", re.IGNORECASE)
_FORMULA = re.compile(r"(?<![A-Za-z0-9])(?:CO2|CH4|CO|N2O)(?![A-Za-z0-9])")
_WORDS = {"": UNKNOWN, "unknown": UNKNOWN, "undefined": UNKNOWN, "none": NONE, "uncalibrated": NONE}


class Conversion(NamedTuple):
    """A linear conversion: ``target = factor * source + offset``, in µmol mol⁻¹ for CO2 and nmol mol⁻¹ for the others."""

    factor: float
    offset: float
    reference: str


_CONVERSIONS: Mapping[tuple[str, str, str], Conversion] = {
    ("co2", "WMO CO2 X2007", "WMO CO2 X2019"): Conversion(1.00079, -0.142, "doi:10.5194/amt-14-3015-2021"),
    ("ch4", "CSIRO-94", "TU-87"): Conversion(1.0119, 0.0, "doi:10.5194/essd-10-985-2018"),
}


def normalised_scale(text: str, gas: str) -> str:
    """Return the one spelling of a scale.

    ``WMOX2007``, ``WMO X2007``, ``X2007`` and ``WMO CO2 X2007`` are all ``WMO CO2 X2007``; nothing and ``Unknown`` are ``unknown``. A scale
    of another organisation is kept, with single blanks.

    Parameters
    ----------
    text
        As a file or a description has it.
    gas
        Name of the gas that it is of.
    """
    plain = " ".join(text.split())
    if plain.lower() in _WORDS:
        return _WORDS[plain.lower()]
    found = _WMO.fullmatch(plain)
    if found is None:
        return plain
    return f"WMO {(found['gas'] or GASES[gas].formula).upper()} {found['version'].upper()}"


def gas_of_scale(text: str) -> str | None:
    """Return the name of the gas that a scale is of by its own words, or None where they do not say (``X2019``, ``TU-87``).

    Parameters
    ----------
    text
        As a file or a description has it.
    """
    plain = " ".join(text.split())
    found = _WMO.fullmatch(plain)
    named = {found["gas"]} if found is not None and found["gas"] else set(_FORMULA.findall(plain))
    return named.pop().lower() if len(named) == 1 else None


def conversion(gas: str, source: str, target: str) -> Conversion:
    """Return how values of a gas come from one scale to another.

    Raises
    ------
    ValueError
        Where no conversion is known.
    """
    source, target = normalised_scale(source, gas), normalised_scale(target, gas)
    if source == target:
        return Conversion(1.0, 0.0, "the same scale")
    if (gas, source, target) in _CONVERSIONS:
        return _CONVERSIONS[gas, source, target]
    if (gas, target, source) in _CONVERSIONS:
        inverse = _CONVERSIONS[gas, target, source]
        return Conversion(1.0 / inverse.factor, -inverse.offset / inverse.factor, inverse.reference)
    known = "; ".join(f"{first} to {second} and back" for kind, first, second in _CONVERSIONS if kind == gas)
    raise ValueError(
        f"no conversion of {GASES[gas].formula} from {source} to {target} is known"
        f"{f' (known: {known})' if known else ''}; assign the cylinders on the scale that is wanted"
    )


def convert_scale(values: NDArray[np.float64], gas: str, source: str, target: str) -> NDArray[np.float64]:
    """Convert values of a gas from one scale to another.

    Parameters
    ----------
    values
        Mole fractions, µmol mol⁻¹ for CO2 and nmol mol⁻¹ for the others.
    gas, source, target
        Name of the gas, and the scales in any spelling.

    Raises
    ------
    ValueError
        Where no conversion is known.
    """
    found = conversion(gas, source, target)
    if (found.factor, found.offset) == (1.0, 0.0):
        return values
    return values * found.factor + found.offset
