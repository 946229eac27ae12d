"""The gases that the atmosphere's chain calibrates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GASES", "Gas"]


@dataclass(frozen=True, kw_only=True)
class Gas:
    """One gas.

    Attributes
    ----------
    name
        Name in data sets: ``co2``.
    formula
        As it is written in files: ``CO2``.
    long_name
        In words.
    units
        UDUNITS string of calibrated values: µmol mol⁻¹ (ppm) for CO2, nmol mol⁻¹ (ppb) for the others.
    standard_name
        CF standard name.
    decimals
        Digits after the point that communities write.
    """

    name: str
    formula: str
    long_name: str
    units: str
    standard_name: str
    decimals: int = 3

    @property
    def prefixed_units(self) -> str:
        """Units as tables of the field print them: ppm or ppb."""
        return "ppm" if self.units == "umol mol-1" else "ppb"


GASES: Mapping[str, Gas] = {
    gas.name: gas
    for gas in (
        Gas(
            name="co2",
            formula="CO2",
            long_name="carbon dioxide",
            units="umol mol-1",
            standard_name="mole_fraction_of_carbon_dioxide_in_dry_air",
        ),
        Gas(name="ch4", formula="CH4", long_name="methane", units="nmol mol-1", standard_name="mole_fraction_of_methane_in_dry_air"),
        Gas(
            name="co",
            formula="CO",
            long_name="carbon monoxide",
            units="nmol mol-1",
            standard_name="mole_fraction_of_carbon_monoxide_in_dry_air",
        ),
        Gas(
            name="n2o",
            formula="N2O",
            long_name="nitrous oxide",
            units="nmol mol-1",
            standard_name="mole_fraction_of_nitrous_oxide_in_dry_air",
        ),
    )
}
"""Name → gas, in the order in which files and figures show them."""
