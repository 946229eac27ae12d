"""Words of the stream ``energy-balance``: heat fluxes that close the energy balance, under their names in FLUXNET's product."""

from __future__ import annotations

from icos_ecosystem.vocabulary.fluxnet_half_hourly import FLUXNET_WORDS

__all__ = ["CORRECTED_FLUXES", "ENERGY_BALANCE_STREAM", "ENERGY_BALANCE_WORDS"]

ENERGY_BALANCE_STREAM = "energy-balance"
CORRECTED_FLUXES = ("LE", "H")
_NAMES = frozenset(
    [f"{flux}_CORR{part}" for flux in CORRECTED_FLUXES for part in ("", "_25", "_75", "_JOINTUNC")] + ["EBC_CF_N", "EBC_CF_METHOD"]
)

ENERGY_BALANCE_WORDS = tuple(word for word in FLUXNET_WORDS if word.name in _NAMES)
