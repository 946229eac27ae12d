"""Columns of EddyPro's table ``full_output`` that show one variable: group, title, units, and what the number is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_ecosystem.vocabulary.flux_instruments import DIAGNOSTIC_BITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from icos_ecosystem.exporters.flux_table import FluxTable

__all__ = ["GASES", "Gas", "Item", "after_flags", "before_flags", "gases_of"]

_KELVIN = 273.15
_SPEED, _ANGLE, _METRE, _NUMBER, _RECORDS = "[m+1s-1]", "[deg]", "[m]", "[#]", "[#_flagged_recs]"
_FLUX_UNITS = {"Tau": "[kg+1m-1s-2]", "H": "[W+1m-2]", "LE": "[W+1m-2]"}
_MICRO, _MILLI = "[µmol+1s-1m-2]", "[mmol+1s-1m-2]"


@dataclass(frozen=True)
class Gas:
    """A gas: its name in titles, in the flux stream, its flux and storage there; `scale` makes micromoles of the stream's nanomoles."""

    title: str
    name: str
    flux: str
    storage: str
    scale: float = 1.0

    @property
    def units(self) -> str:
        """Units of its flux."""
        return _MILLI if self.name == "H2O" else _MICRO

    @property
    def prefix(self) -> str:
        """Prefix of its mole fraction's units."""
        return "mmol" if self.name == "H2O" else "µmol"


GASES = (
    Gas("co2", "CO2", "FC", "SC"),
    Gas("h2o", "H2O", "FH2O", "SH2O"),
    Gas("ch4", "CH4", "FCH4", "SCH4", 1e-3),
    Gas("none", "N2O", "FN2O", "SN2O", 1e-3),
)


@dataclass(frozen=True)
class Item:
    """A column: ``scale · x^power + offset`` of a variable of the flux stream; `whole` for counts and flags."""

    group: str
    title: str
    units: str
    variable: str
    scale: float = 1.0
    offset: float = 0.0
    power: int = 1
    whole: bool = False

    def values(self, table: FluxTable) -> NDArray[np.float64]:
        """Return the numbers of the column, (n,)."""
        values = table.values(self.variable)
        values = values**self.power if self.power != 1 else values
        return values * self.scale + self.offset


def gases_of(table: FluxTable) -> tuple[Gas, ...]:
    """Return the gases that the stream has fluxes or concentrations of."""
    return tuple(gas for gas in GASES if any(table.has(name) for name in (gas.flux, f"{gas.flux}_UNCORR", f"{gas.name}_MOLAR_DENSITY")))


def before_flags(table: FluxTable, gases: tuple[Gas, ...]) -> Iterator[Item]:
    """Yield the columns from the fluxes to their spectral correction factors."""
    random = any(table.has(f"{name}_RANDUNC_HF") for name in ("TAU", "H", "LE", *(gas.flux for gas in gases)))
    yield from _fluxes(gases, random=random)
    yield from _concentrations(gases)
    yield from _air()
    yield from _wind()
    yield from _uncorrected(gases)


def _fluxes(gases: tuple[Gas, ...], *, random: bool) -> Iterator[Item]:
    group = "corrected_fluxes_and_quality_flags"
    scalars = [(title, title.upper(), title, units, 1.0) for title, units in _FLUX_UNITS.items() if title != "LE" or _water(gases)]
    scalars += [(f"{gas.title}_flux", gas.flux, f"{gas.title}_flux", gas.units, gas.scale) for gas in gases]
    for title, variable, ending, units, scale in scalars:
        yield Item(group, title, units, variable, scale)
        yield Item(group, f"qc_{ending}", _NUMBER, f"{variable}_SSITC_TEST", whole=True)
        if random:
            yield Item(group, f"rand_err_{ending}", units, f"{variable}_RANDUNC_HF", scale)
    group = "storage_fluxes"
    yield Item(group, "H_strg", "[W+1m-2]", "SH_SINGLE")
    if _water(gases):
        yield Item(group, "LE_strg", "[W+1m-2]", "SLE_SINGLE")
    yield from (Item(group, f"{gas.title}_strg", gas.units, f"{gas.storage}_SINGLE", gas.scale) for gas in gases)
    yield from (Item("vertical_advection_fluxes", f"{gas.title}_v-adv", gas.units, f"{gas.flux}_VADV", gas.scale) for gas in gases)


def _water(gases: tuple[Gas, ...]) -> bool:
    return any(gas.name == "H2O" for gas in gases)


def _concentrations(gases: tuple[Gas, ...]) -> Iterator[Item]:
    group = "gas_densities_concentrations_and_timelags"
    for gas in gases:
        yield Item(group, f"{gas.title}_molar_density", "[mmol+1m-3]", f"{gas.name}_MOLAR_DENSITY")
        yield Item(group, f"{gas.title}_mole_fraction", f"[{gas.prefix}+1mol_a-1]", gas.name, gas.scale)
        yield Item(group, f"{gas.title}_mixing_ratio", f"[{gas.prefix}+1mol_d-1]", f"{gas.name}_MIXING_RATIO", gas.scale)
        yield Item(group, f"{gas.title}_time_lag", "[s]", f"{gas.name}_TLAG_USED")
        yield Item(group, f"{gas.title}_def_timelag", "[1=default]", f"{gas.name}_TLAG_DEFAULT", whole=True)


def _air() -> Iterator[Item]:
    group = "air_properties"
    yield Item(group, "sonic_temperature", "[K]", "T_SONIC", offset=_KELVIN)
    yield Item(group, "air_temperature", "[K]", "TA_EP", offset=_KELVIN)
    yield Item(group, "air_pressure", "[Pa]", "PA_EP", 1e3)
    yield Item(group, "air_density", "[kg+1m-3]", "AIR_DENSITY")
    yield Item(group, "air_heat_capacity", "[J+1kg-1K-1]", "AIR_CP")
    yield Item(group, "air_molar_volume", "[m+3mol-1]", "AIR_MV")
    yield Item(group, "ET", "[mm+1hour-1]", "ET")
    yield Item(group, "water_vapor_density", "[kg+1m-3]", "VAPOR_DENSITY")
    yield Item(group, "e", "[Pa]", "VAPOR_PARTIAL_PRESSURE", 1e2)
    yield Item(group, "es", "[Pa]", "VAPOR_PARTIAL_PRESSURE_SAT", 1e2)
    yield Item(group, "specific_humidity", "[kg+1kg-1]", "SPECIFIC_HUMIDITY")
    yield Item(group, "RH", "[%]", "RH_EP")
    yield Item(group, "VPD", "[Pa]", "VPD_EP", 1e2)
    yield Item(group, "Tdew", "[K]", "TDEW", offset=_KELVIN)


def _wind() -> Iterator[Item]:
    yield from (Item("unrotated_wind", f"{axis}_unrot", _SPEED, f"{axis.upper()}_UNROT") for axis in "uvw")
    group = "rotated_wind"
    yield from (Item(group, f"{axis}_rot", _SPEED, axis.upper()) for axis in "uvw")
    yield Item(group, "wind_speed", _SPEED, "WS")
    yield Item(group, "max_wind_speed", _SPEED, "WS_MAX")
    yield Item(group, "wind_dir", "[deg_from_north]", "WD")
    group = "rotation_angles_for_tilt_correction"
    yield from (Item(group, angle, _ANGLE, f"ROT_{angle.upper()}") for angle in ("yaw", "pitch", "roll"))
    group = "turbulence"
    yield Item(group, "u*", _SPEED, "USTAR")
    yield Item(group, "TKE", "[m+2s-2]", "TKE")
    yield Item(group, "L", _METRE, "MO_LENGTH")
    yield Item(group, "(z-d)/L", _NUMBER, "ZL")
    yield Item(group, "bowen_ratio", _NUMBER, "BOWEN")
    yield Item(group, "T*", "[K]", "TSTAR")
    group = "footprint"
    yield Item(group, "model", "[0=KJ/1=KM/2=HS]", "FOOTPRINT_MODEL", whole=True)
    yield Item(group, "x_peak", _METRE, "FETCH_MAX")
    yield Item(group, "x_offset", _METRE, "FETCH_OFFSET")
    yield from (Item(group, f"x_{share}%", _METRE, f"FETCH_{share}") for share in (10, 30, 50, 70, 90))


def _uncorrected(gases: tuple[Gas, ...]) -> Iterator[Item]:
    group = "uncorrected_fluxes"
    for title, units in _FLUX_UNITS.items():
        if title != "LE" or _water(gases):
            yield Item(group, f"un_{title}", units, f"{title.upper()}_UNCORR")
            yield Item(group, f"{title}_scf", _NUMBER, f"{title.upper()}_SCF")
    for gas in gases:
        yield Item(group, f"un_{gas.title}_flux", gas.units, f"{gas.flux}_UNCORR", gas.scale)
        yield Item(group, f"{gas.title}_scf", _NUMBER, f"{gas.flux}_SCF")


def after_flags(table: FluxTable, gases: tuple[Gas, ...]) -> Iterator[Item]:
    """Yield the columns from the spikes to the covariances."""
    for title, variable in (*((axis, axis.upper()) for axis in "uvw"), ("ts", "T_SONIC"), *((gas.title, gas.name) for gas in gases)):
        yield Item("spikes", f"{title}_spikes", _NUMBER, f"{variable}_NUM_SPIKES", whole=True)
    yield from _diagnostics(table)
    group = "variances"
    yield from (Item(group, f"{axis}_var", "[m+2s-2]", f"{axis.upper()}_SIGMA", power=2) for axis in "uvw")
    yield Item(group, "ts_var", "[K+2]", "T_SONIC_SIGMA", power=2)
    yield from (Item(group, f"{gas.title}_var", "--", f"{gas.name}_MEAS_SIGMA", gas.scale**2, power=2) for gas in gases)
    group = "covariances"
    yield Item(group, "w/ts_cov", "[m+1K+1s-1]", "W_T_SONIC_COV")
    yield from (Item(group, f"w/{gas.title}_cov", "--", f"W_{gas.name}_MEAS_COV", gas.scale) for gas in gases)


def _diagnostics(table: FluxTable) -> Iterator[Item]:
    present = [model for model, bits in DIAGNOSTIC_BITS.items() if any(table.has(f"INST_{model}_{bit}") for bit in bits)]
    for model in present:
        name = f"{model[:2]}-{model[2:]}"
        yield from (
            Item(f"diagnostic_flags_{name}", f"{bit.lower()}_{name}", _RECORDS, f"INST_{model}_{bit}", whole=True)
            for bit in DIAGNOSTIC_BITS[model]
        )
    for model in present:
        name = f"{model[:2]}-{model[2:]}"
        variable = f"INST_{model}_RSSI" if model == "LI7700" else f"INST_{model}_AGC_OR_RSSI"
        gain_control = bool((table.values(variable) < 0).any())
        kind = "AGC" if gain_control else "RSSI"
        yield Item(f"{kind}_{name}", f"mean_value_{kind}_{name}", _NUMBER, variable, scale=-1.0 if gain_control else 1.0, whole=True)
