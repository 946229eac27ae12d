"""Words of the stream ``gap-fill-skill``: how well each filler brings hidden records back, one row per flux, length of gaps and filler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_ecosystem.vocabulary.flux_templates import category, number, quantity

if TYPE_CHECKING:
    from icos_core.components import Variable

__all__ = ["FILLERS", "SKILL_FLUXES", "SKILL_STREAM", "SKILL_WORDS"]

SKILL_STREAM = "gap-fill-skill"
SKILL_FLUXES = {0: "NEE", 1: "LE", 2: "H"}
FILLERS = {0: "oneflux", 1: "oneflux_symmetric", 2: "reddyproc", 3: "reddyproc_symmetric", 4: "learned"}
"""Marginal distribution sampling of either convention, the same with the symmetric mean, and boosted trees."""

_OF_FLUX = "in the unit of the flux: umol m-2 s-1 of NEE, W m-2 of LE and H"

SKILL_WORDS: tuple[Variable, ...] = (
    category("FLUX", "flux whose records were hidden", SKILL_FLUXES),
    category("FILLER", "what filled the gaps", FILLERS),
    quantity("GAP_LENGTH", "h", "length of the artificial gaps"),
    number("GAP_N", "hidden records"),
    number("GAP_MISSING", "hidden records for which the filler has no estimate"),
    number("GAP_RMSE", "root mean square of estimate minus measured", _OF_FLUX),
    number("GAP_BIAS", "mean of estimate minus measured", _OF_FLUX),
    number("GAP_BIAS_DAY", "mean of estimate minus measured by day", _OF_FLUX),
    number("GAP_BIAS_NIGHT", "mean of estimate minus measured by night", _OF_FLUX),
    number("GAP_R2", "squared correlation of estimate and measured"),
)
