"""Small makers of words: quantities, categories and one word per gas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_core.components import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FLUXES", "FLUX_NAMES", "GASES", "NOT_STATED", "SERIES", "FluxGas", "Series", "category", "number", "quantity"]

NOT_STATED = "not_stated"
_TEMPERATURES = {"degree_C": "on_scale", "K": "difference"}


def quantity(name: str, units: str, long_name: str, standard_name: str | None = None, comment: str = "") -> Variable:
    """Return the word of a quantity; temperatures in degrees Celsius are on the scale, those in kelvin are differences."""
    attributes = {"units_metadata": f"temperature: {_TEMPERATURES[units]}"} if units in _TEMPERATURES else {}
    return Variable(name=name, units=units, long_name=long_name, standard_name=standard_name, comment=comment, attributes=attributes)


def number(name: str, long_name: str, comment: str = "") -> Variable:
    """Return the word of a count, a flag or a ratio: dimensionless, NaN where missing."""
    return Variable(name=name, units="1", long_name=long_name, comment=comment)


def category(name: str, long_name: str, meanings: Mapping[int, str], comment: str = "") -> Variable:
    """Return the word of a code: int8 with words, -1 where it is not stated."""
    codes = {-1: NOT_STATED, **meanings}
    return Variable(
        name=name, long_name=long_name, dtype="int8", flag_values=tuple(codes), flag_meanings=tuple(codes.values()), comment=comment
    )


@dataclass(frozen=True, kw_only=True)
class FluxGas:
    """A gas in words of the flux table.

    Attributes
    ----------
    name, flux
        ``CO2``, ``FC``; `storage` is its storage below the instruments, ``SC``.
    long_name
        In words.
    flux_units, fraction_units
        FLUXNET's: micromoles for CO2, millimoles for water vapour, nanomoles for methane and nitrous oxide.
    fraction_standard_name
        CF standard name of the mole fraction in moist air.
    """

    name: str
    flux: str
    storage: str
    long_name: str
    flux_units: str
    fraction_units: str
    fraction_standard_name: str


GASES = (
    FluxGas(
        name="CO2",
        flux="FC",
        storage="SC",
        long_name="carbon dioxide",
        flux_units="umol m-2 s-1",
        fraction_units="umol mol-1",
        fraction_standard_name="mole_fraction_of_carbon_dioxide_in_air",
    ),
    FluxGas(
        name="H2O",
        flux="FH2O",
        storage="SH2O",
        long_name="water vapour",
        flux_units="mmol m-2 s-1",
        fraction_units="mmol mol-1",
        fraction_standard_name="mole_fraction_of_water_vapor_in_air",
    ),
    FluxGas(
        name="CH4",
        flux="FCH4",
        storage="SCH4",
        long_name="methane",
        flux_units="nmol m-2 s-1",
        fraction_units="nmol mol-1",
        fraction_standard_name="mole_fraction_of_methane_in_air",
    ),
    FluxGas(
        name="N2O",
        flux="FN2O",
        storage="SN2O",
        long_name="nitrous oxide",
        flux_units="nmol m-2 s-1",
        fraction_units="nmol mol-1",
        fraction_standard_name="mole_fraction_of_nitrous_oxide_in_air",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Series:
    """A fast series in words of the flux table: ``U``, or ``CO2`` with `measured` ``CO2_MEAS`` for what is as the analyser measured it."""

    name: str
    measured: str
    long_name: str
    units: str


SERIES = (
    Series(name="U", measured="U", long_name="streamwise wind", units="m s-1"),
    Series(name="V", measured="V", long_name="crosswind", units="m s-1"),
    Series(name="W", measured="W", long_name="vertical wind", units="m s-1"),
    Series(name="T_SONIC", measured="T_SONIC", long_name="sonic temperature", units="degree_C"),
    *(Series(name=gas.name, measured=f"{gas.name}_MEAS", long_name=gas.long_name, units=gas.fraction_units) for gas in GASES),
)

FLUXES: tuple[tuple[str, str, str], ...] = (
    ("TAU", "kg m-1 s-2", "momentum flux"),
    ("H", "W m-2", "sensible heat flux"),
    ("LE", "W m-2", "latent heat flux"),
    ("ET", "mm h-1", "evapotranspiration"),
    *((gas.flux, gas.flux_units, f"{gas.long_name} flux") for gas in GASES),
)
"""Name, units and long name of the fluxes in the order of the table."""
FLUX_NAMES = tuple(name for name, _, _ in FLUXES)
