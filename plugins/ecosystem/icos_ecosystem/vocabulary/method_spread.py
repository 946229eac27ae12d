"""Words of the stream ``method-spread``: annual sums by every method, and what each choice contributes to their uncertainty."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_templates import quantity

__all__ = ["CHOICES", "SPREADS", "SPREAD_STREAM", "SPREAD_WORDS", "VARIANTS"]

SPREAD_STREAM = "method-spread"
_UNIT = "g m-2 yr-1"
_FLUXES = {"NEE": "net ecosystem exchange", "GPP": "gross primary production", "RECO": "ecosystem respiration"}

CHOICES = {
    "RANDOM": "random errors of half hours",
    "THRESHOLD": "sampling of the friction-velocity threshold",
    "USTAR_METHOD": "method of the friction-velocity threshold",
    "FILTER": "records that the threshold removes",
    "FILLER": "gap filling",
    "PARTITIONING": "partitioning by night or by day",
}
"""What is chosen, or left to chance → in words."""

VARIANTS = {
    "USTAR_METHOD": {
        "MP_ONEFLUX": "threshold by moving point as in ONEFlux",
        "MP_REDDYPROC": "threshold by moving point as in REddyProc",
        "CP": "threshold by change point",
    },
    "FILTER": {"FILTER_ONEFLUX": "low records of day and night removed", "FILTER_REDDYPROC": "low records of the night removed"},
    "FILLER": {
        "MDS_ONEFLUX": "gaps filled by sampling as in ONEFlux",
        "MDS_REDDYPROC": "gaps filled by sampling as in REddyProc",
        "MDS_SYMMETRIC": "gaps filled by sampling with the symmetric mean",
        "LEARNED": "gaps filled by boosted trees",
    },
    "PARTITIONING": {"NT": "partitioned by night", "DT": "partitioned by day"},
}
"""Choice → ending of a method's variable → in words."""

SPREADS = {"NEE": tuple(CHOICES), "GPP": ("THRESHOLD", "PARTITIONING"), "RECO": ("THRESHOLD", "PARTITIONING")}
"""Flux → what contributes to the uncertainty of its annual sum."""


def _variant(flux: str, ending: str, text: str) -> str:
    if flux == "NEE" and ending in VARIANTS["PARTITIONING"]:
        return f"annual {_FLUXES[flux]}: respiration less gross primary production, {text}"
    return f"annual {_FLUXES[flux]}, {text}"


SPREAD_WORDS = (
    *(
        quantity(f"{flux}_{ending}", _UNIT, _variant(flux, ending, text))
        for flux in _FLUXES
        for choice, endings in VARIANTS.items()
        if flux == "NEE" or choice == "PARTITIONING"
        for ending, text in endings.items()
    ),
    *(
        quantity(f"{flux}_REF", _UNIT, f"annual {words} of the FLUXNET product, most representative threshold")
        for flux, words in _FLUXES.items()
    ),
    *(
        quantity(f"{flux}_SPREAD_{choice}", _UNIT, f"standard uncertainty of annual {_FLUXES[flux]}, share of: {CHOICES[choice]}")
        for flux, choices in SPREADS.items()
        for choice in choices
    ),
    *(
        quantity(f"{flux}_SPREAD_TOTAL", _UNIT, f"standard uncertainty of annual {words}: all shares together")
        for flux, words in _FLUXES.items()
    ),
)
