"""Words of what lies between covariance and flux: partly corrected fluxes, the cell, spectral factors, degraded covariances."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_templates import FLUXES, GASES, number, quantity

__all__ = ["DEGRADATION_FREQUENCIES", "STAGE_WORDS"]

DEGRADATION_FREQUENCIES = {
    "N1626": "1.626",
    "N0614": "0.614",
    "N0277": "0.277",
    "N0133": "0.133",
    "N0065": "0.065",
    "N0032": "0.032",
    "N0016": "0.016",
    "N0008": "0.008",
    "N0004": "0.004",
}

_DRY_CELL = tuple(gas for gas in GASES if gas.name != "H2O")
_STAGES = {
    "UNCORR": "before all corrections",
    "STAGE1": "after level 1: momentum and open-path gases corrected for spectral losses",
    "STAGE2": "after level 2: corrected for humidity and density, not yet for the remaining spectral losses",
}

STAGE_WORDS = (
    quantity("USTAR_UNCORR", "m s-1", "friction velocity before all corrections"),
    quantity("MO_LENGTH_UNCORR", "m", "Monin-Obukhov length before all corrections"),
    number("ZL_UNCORR", "stability before all corrections"),
    *(quantity(f"{name}_{stage}", units, f"{text} {when}") for stage, when in _STAGES.items() for name, units, text in FLUXES),
    quantity("T_CELL", "degree_C", "temperature in the cell of the closed-path analyser"),
    quantity("PA_CELL", "kPa", "pressure in the cell of the closed-path analyser"),
    *(quantity(f"MV_AIR_CELL_{gas.name}", "m3 mol-1", f"molar volume of air in the cell for {gas.long_name}") for gas in GASES),
    *(
        quantity(f"FH2O_CELL_{gas.name}", "mmol m-2 s-1", f"water vapour flux at the time lag and in the cell of {gas.long_name}")
        for gas in _DRY_CELL
    ),
    *(quantity(f"H_CELL_{gas.name}", "W m-2", f"sensible heat flux in the cell at the time lag of {gas.long_name}") for gas in GASES),
    *(
        quantity(f"H_BU_{end}", "W m-2", f"sensible heat flux from the open-path analyser's {text}")
        for end, text in {"BOT": "bottom window", "TOP": "top window", "SPAR": "spars"}.items()
    ),
    *(number(f"SPEC_CORR_LI7700_{end}", f"spectroscopic correction of the LI-7700, multiplier {end}") for end in "ABC"),
    *(number(f"{name}_SCF", f"spectral correction factor of the {text}") for name, _, text in FLUXES),
    quantity("W_T_SONIC_COV_IBROM", "m s-1 K", "covariance of vertical wind and sonic temperature, not degraded"),
    *(
        quantity(
            f"W_T_SONIC_COV_IBROM_{end}", "m s-1 K", f"covariance of vertical wind and sonic temperature, low-pass filtered at {at} Hz"
        )
        for end, at in DEGRADATION_FREQUENCIES.items()
    ),
)
