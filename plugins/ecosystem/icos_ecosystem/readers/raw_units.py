"""Units as loggers and their software write them → units of the vocabulary.

A unit may be written as UDUNITS has it (``mg m-3``), as a Campbell header does (``mg/m^3``, ``Deg C``), or with the words of EddyPro's
metadata (``mmol_m3``, ``cm_sec``, ``ckelvin``). Three traps are taken care of: ``ppt`` is parts per *thousand*, as everywhere with water
vapour and in EddyPro (UDUNITS has parts per trillion); ``C`` is a degree Celsius, not a coulomb; and a mass of gas per volume becomes a
molar density by the molar mass of that gas.
"""

from __future__ import annotations

import re
from functools import cache
from math import isclose
from typing import TYPE_CHECKING

from icos_core.exceptions import hint
from icos_core.units import can_become, convert
from icos_ecosystem.constants import MOLAR_MASS, ZERO_CELSIUS
from icos_ecosystem.vocabulary.measured import FAST, METEOROLOGY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.components import Variable

__all__ = ["MEASURED_WORDS", "UnitError", "conversion", "conversion_to", "same_unit", "usual_unit"]

MEASURED_WORDS: Mapping[str, Variable] = {word.name: word for word in (*FAST, *METEOROLOGY)}
"""Words of the measured streams by name."""
_TEMPERATURES = {
    "k": (1.0, 0.0),
    "kelvin": (1.0, 0.0),
    "degk": (1.0, 0.0),
    "c": (1.0, ZERO_CELSIUS),
    "degc": (1.0, ZERO_CELSIUS),
    "deg": (1.0, ZERO_CELSIUS),
    "celsius": (1.0, ZERO_CELSIUS),
    "degreec": (1.0, ZERO_CELSIUS),
    "degreesc": (1.0, ZERO_CELSIUS),
    "degreecelsius": (1.0, ZERO_CELSIUS),
    "degreescelsius": (1.0, ZERO_CELSIUS),
    "degcelsius": (1.0, ZERO_CELSIUS),
    "ckelvin": (0.01, 0.0),
    "ccelsius": (0.01, ZERO_CELSIUS),
    "f": (5 / 9, ZERO_CELSIUS - 160 / 9),
    "degf": (5 / 9, ZERO_CELSIUS - 160 / 9),
    "fahrenheit": (5 / 9, ZERO_CELSIUS - 160 / 9),
}
"""Words of temperatures on a scale → factor and offset to K."""
_SCALES = {"K": 0.0, "degree_C": ZERO_CELSIUS}
"""Scale of the vocabulary → its zero [K]."""
_WORDS = {
    "m/sec": "m s-1",
    "mps": "m s-1",
    "cm/sec": "cm s-1",
    "mm/sec": "mm s-1",
    "km/h": "km h-1",
    "kmh": "km h-1",
    "ppt": "1e-3",
    "ppth": "1e-3",
    "permil": "1e-3",
    "permille": "1e-3",
    "ppm": "1e-6",
    "ppmv": "1e-6",
    "ppb": "1e-9",
    "ppbv": "1e-9",
    "pa": "Pa",
    "hpa": "hPa",
    "kpa": "kPa",
    "mb": "mbar",
    "mbar": "mbar",
    "torr": "mmHg",
    "mmhg": "mmHg",
    "psi": "psi",
    "atm": "atm",
    "%": "percent",
    "pct": "percent",
    "perc": "percent",
    "percentage": "percent",
    "degrees": "degree",
    "deg": "degree",
    "degreesn": "degree",
    "deg_from_north": "degree",
    "w/m2": "W m-2",
    "j/m2": "J m-2",
    "umol/m2/s": "umol m-2 s-1",
    "umol/m2s": "umol m-2 s-1",
    "umol/s/m2": "umol m-2 s-1",
    "umol/m2s1": "umol m-2 s-1",
    "umolm-2s-1": "umol m-2 s-1",
    "umol_m-2_s-1": "umol m-2 s-1",
    "mmolm-2s-1": "mmol m-2 s-1",
    "nmolm-2s-1": "nmol m-2 s-1",
    "wm-2": "W m-2",
    "ms-1": "m s-1",
}
"""Folded spellings → UDUNITS, where UDUNITS would not understand them, or would understand something else."""
_OF_NO_DIMENSION = frozenset({"", "1", "dimensionless", "none", "unitless", "adimensional", "#", "-", "int", "integer", "count", "counts"})
_LETTERS = str.maketrans({"µ": "u", "μ": "u", "²": "2", "³": "3", "⁻": "-", "¹": "1", "°": "deg ", "\ufffd": "", "[": "(", "]": ")"})
_IN_BRACKETS = re.compile(r"\((.*)\)")
_FORMULA = re.compile(r"(?:(?<![a-zA-Z])|(?<=mol))(?:CO2|H2O|CH4|N2O|[Pp]hotons?)(?![a-zA-Z0-9])")
_PER_VOLUME = re.compile(r"^((?:[munpk]?mol|[mucdk]?g|[cm]?m|umol))_(m3|mol|sec|s|l)$")


_FACTOR = re.compile(r"([a-zA-Z]+)(?:_[ad])?([+-][0-9])")
_SIGNED = re.compile(r"(?:[a-zA-Z]+(?:_[ad])?[+-][0-9])+")
"""As EddyPro writes units of its results: ``kg+1m-1s-2``, and ``umol+1mol_a-1`` per mole of air."""
_MASS = re.compile(r"(?<![a-zA-Z])[munk]?g(?![a-zA-Z])")


_NO_NUMBER = re.compile(r"[0-9]{3}|^0(?!\.)")
"""No unit has such a number; UDUNITS takes it for a power or for nothing, and complains on the terminal."""


class UnitError(ValueError):
    """A unit that is unknown, or that does not measure what the variable does."""


def usual_unit(variable: str, words: Mapping[str, Variable] = MEASURED_WORDS) -> str:
    """Return the unit of a word, empty for diagnostic words and other codes.

    Raises
    ------
    UnitError
        For a word that there is not.
    """
    try:
        word = words[variable]
    except KeyError:
        raise UnitError(f"no variable {variable!r}{hint(variable, words)}") from None
    return word.units if word.dtype == "float64" else ""


def conversion(variable: str, unit: str, words: Mapping[str, Variable] = MEASURED_WORDS) -> tuple[float, float]:
    """Return how values of a variable become those of the vocabulary.

    Parameters
    ----------
    variable
        Word of the vocabulary, such as ``"co2_molar_density"``.
    unit
        Unit of the values, in any of the spellings that the module's description names.
    words
        The vocabulary.

    Returns
    -------
    factor, offset : float
        The vocabulary's value is ``factor * value + offset``.

    Raises
    ------
    UnitError
        For a variable that there is not, a unit that nobody knows, with the nearest ones, and one of another kind of quantity.
    """
    target = usual_unit(variable, words)
    gas, _, measure = variable.casefold().partition("_")
    if measure == "molar_density":
        return conversion_to(target, unit, MOLAR_MASS.get(gas))
    try:
        factor, offset = conversion_to(target, unit)
    except UnitError as error:
        density = f"{gas}_molar_density"
        density = density if density in words else density.upper()
        if density in words and _fits(density, unit, words):
            raise UnitError(f"{unit!r} is an amount or mass per volume, and {variable} is none: the column is {density}") from error
        raise
    # Of a difference of temperatures the zero of the scale does not matter.
    return factor, 0.0 if words[variable].attributes.get("units_metadata") == "temperature: difference" else offset


@cache
def conversion_to(target: str, unit: str, molar_mass: float | None = None) -> tuple[float, float]:
    """Return factor and offset from a unit to a UDUNITS unit.

    Parameters
    ----------
    target
        UDUNITS; empty for a number of no kind, for which any unit does.
    unit
        As it is written.
    molar_mass
        Of the gas [kg mol-1], where a mass per volume may become a molar density.

    Raises
    ------
    UnitError
        As :func:`conversion`.
    """
    if not target:
        return 1.0, 0.0
    if target in _SCALES:
        factor, offset = _temperature(unit)
        return factor, offset - _SCALES[target]
    source = _udunits(unit, target)
    if _NO_NUMBER.search(source):
        raise UnitError(f"{unit!r} is no unit{hint(unit, _candidates(target))}")
    if "mol" in target and "m-3" not in target and _MASS.search(source) and can_become(source, "1"):
        # UDUNITS takes g/kg for a number; of a gas it is another one than mol/mol.
        raise UnitError(f"unit {unit!r} is a mass per mass, expected an amount per amount such as {target!r}")
    if can_become(source, target):
        return _rounded(convert(1.0, source, target)), 0.0
    if molar_mass is not None and can_become(source, "kg m-3"):
        moles = convert(1.0, source, "kg m-3") / molar_mass
        return _rounded(convert(moles, "mol m-3", target)), 0.0
    raise UnitError(f"unit {unit!r} does not stand for {target!r} or what can be converted to it{hint(unit, _candidates(target))}")


def same_unit(variable: str, first: str, second: str, words: Mapping[str, Variable] = MEASURED_WORDS) -> bool:
    """Whether two spellings stand for the same unit of a variable.

    Raises
    ------
    UnitError
        As :func:`conversion`, for either.
    """
    ours, theirs = conversion(variable, first, words), conversion(variable, second, words)
    return all(isclose(one, other, rel_tol=1e-12) for one, other in zip(ours, theirs, strict=True))


def _temperature(unit: str) -> tuple[float, float]:
    found = _TEMPERATURES.get(re.sub(r"[ _.]", "", _folded(unit)))
    if found is None:
        raise UnitError(f"unit {unit!r} is none of a temperature; expected K or degC{hint(unit, _TEMPERATURES)}")
    return found


def _udunits(unit: str, target: str) -> str:
    """Return a unit as UDUNITS understands it, as far as that can be done."""
    folded = _folded(unit)
    tight = folded.replace(" ", "")
    if tight in _OF_NO_DIMENSION:
        return "1"
    for spelling in (folded, tight, _PER_VOLUME.sub(r"\1/\2", tight), tight.replace("_", "/")):
        if spelling in _WORDS:
            return _WORDS[spelling]
    plain = _plain(unit)
    if "+" in plain and _SIGNED.fullmatch(plain):
        return " ".join(f"{symbol}{int(power)}" for symbol, power in _FACTOR.findall(plain))
    spellings = (plain, _PER_VOLUME.sub(r"\1/\2", plain), folded, _PER_VOLUME.sub(r"\1/\2", tight), tight.replace("^", ""))
    if _NO_NUMBER.search(plain):
        return plain
    return next((each for each in spellings if can_become(each, target) or can_become(each, "kg m-3")), plain)


def _plain(unit: str) -> str:
    """Return a unit without what is written around and into it: brackets, the formula of the gas, letters beyond ASCII."""
    text = unit.translate(_LETTERS).strip()
    whole = _IN_BRACKETS.fullmatch(text)
    text = whole[1] if whole and whole[1].count("(") == whole[1].count(")") else text
    return " ".join(_FORMULA.sub("", text).split())


def _folded(unit: str) -> str:
    return _plain(unit).casefold().replace("^", "").replace("**", "")


def _rounded(factor: float) -> float:
    """Return a factor without the last bits that a chain of conversions leaves: 1000 for kPa, not 1000.0000000000001."""
    return float(f"{float(factor):.15g}")


def _fits(variable: str, unit: str, words: Mapping[str, Variable]) -> bool:
    try:
        conversion(variable, unit, words)
    except UnitError:
        return False
    return True


def _candidates(target: str) -> list[str]:
    named = ("m/s", "umol/mol", "mmol/mol", "umol m-2 s-1", "mmol/m^3", "umol/m^3", "mg/m^3", "g/m^3", "mmol_m3", "m_sec", "mm", target)
    return [*named, *_WORDS]
