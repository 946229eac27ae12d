"""Words of the stream ``despiked``: fluxes without spikes, and how far beyond the usual changes each value was."""

from __future__ import annotations

from icos_ecosystem.vocabulary.flux_templates import category
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

__all__ = ["DESPIKED_STREAM", "DESPIKED_WORDS", "SPIKED", "SPIKE_WORDS"]

DESPIKED_STREAM = "despiked"
SPIKED = ("NEE", "LE", "H")
"""Fluxes in which spikes are sought."""

_MEANINGS = {0: "no_spike", 1: "beyond_lowest_limit_or_far_beside_gap", 2: "beyond_middle_limit", 3: "beyond_highest_limit"}

SPIKE_WORDS = tuple(
    category(f"{name}_SPIKE", f"how far the second difference of {name} lies from the median", _MEANINGS, "before spikes were removed")
    for name in SPIKED
)
DESPIKED_WORDS = (*(word for word in GRID_WORDS if word.name in SPIKED), *SPIKE_WORDS)
