"""Which words of the flux table people and tests may flag, and which quantity each of the others says something of."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_templates import FLUX_NAMES
from icos_ecosystem.vocabulary.measured import METEOROLOGY

__all__ = ["carries_flags", "described_by"]

_METEOROLOGY = frozenset(word.name for word in METEOROLOGY)
_FLAGGED = (
    *FLUX_NAMES,
    "USTAR",
    "WS",
    "WD",
    "TA_EP",
    "PA_EP",
    "RH_EP",
    "VPD_EP",
    "CO2",
    "H2O",
    "CH4",
    "N2O",
    "SC",
    "SH",
    "SLE",
    "SH2O",
    "SCH4",
    "SN2O",
)
_OF_FLUX = (
    ("H", ("H_", "T_SONIC", "SH", "T_", "TSTAR", "BOWEN", "W_T_SONIC")),
    ("LE", ("LE", "SLE")),
    ("ET", ("ET", "SET")),
)


def carries_flags(name: str) -> bool:
    """Whether people and tests may flag a variable; of the others each says something of one that they may."""
    return name in _FLAGGED or "_uncertainty" in name or name in _METEOROLOGY


def described_by(name: str) -> str:
    """Return the flux that a number says something of."""
    for gas, flux in (("CO2", "FC"), ("H2O", "FH2O"), ("CH4", "FCH4"), ("N2O", "FN2O")):
        if gas in name or name.startswith((f"{flux}_", f"S{flux[1:]}")):
            return flux
    return next((flux for flux, begins in _OF_FLUX if name.startswith(begins)), "TAU")
