"""The variables that the learned filler learns from, as an option of a station description."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from icos_core.exceptions import hint
from icos_ecosystem.vocabulary.gap_filled import FILLED_FLUXES
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

__all__ = ["FeatureNames"]

_KNOWN = tuple(word.name for word in GRID_WORDS if word.name not in FILLED_FLUXES)


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name in FILLED_FLUXES:
            raise ValueError(
                f"features: {name!r} is a flux that is filled itself: records that are hidden or removed would be learned from"
            )
        if name not in _KNOWN:
            raise ValueError(f"features: {name!r} is no variable of half-hourly{hint(name, _KNOWN)}")
    return names


FeatureNames = Annotated[tuple[str, ...], AfterValidator(_known)]
