"""Words of night-time partitioning.

Stream ``partitioned-nighttime`` is on the grid of ``half-hourly``. Stream ``nighttime-parameters`` has no time but a row per ``window``,
whose coordinates ``time_start``, ``time_end`` and ``time_centre`` (UTC) say when it is.
"""

from __future__ import annotations

from icos_ecosystem.partitioning.night_windows import OUTCOMES
from icos_ecosystem.partitioning.nighttime_results import KINDS
from icos_ecosystem.vocabulary.flux_templates import category, number, quantity

__all__ = ["NIGHTTIME_PARAMETER_STREAM", "NIGHTTIME_PARAMETER_WORDS", "NIGHTTIME_STREAM", "NIGHTTIME_WORDS"]

NIGHTTIME_STREAM = "partitioned-nighttime"
NIGHTTIME_PARAMETER_STREAM = "nighttime-parameters"

_CARBON = "umol m-2 s-1"
_BY_NIGHT = "from the fluxes of the night"

NIGHTTIME_WORDS = (
    quantity("RECO_NT", _CARBON, f"ecosystem respiration {_BY_NIGHT}", comment="positive upwards"),
    quantity("GPP_NT", _CARBON, f"gross primary production {_BY_NIGHT}", comment="RECO_NT - NEE_F: positive downwards, may be negative"),
    quantity("E0_NT", "K", f"temperature sensitivity of respiration {_BY_NIGHT}"),
    quantity("RREF_NT", _CARBON, f"respiration at 15 degree_C {_BY_NIGHT}", comment="between windows interpolated"),
)
NIGHTTIME_PARAMETER_WORDS = (
    category("WINDOW_KIND", "what is looked for in the window", dict(enumerate(KINDS))),
    number("N", "night-time fluxes in the window"),
    quantity("T_RANGE", "K", "range of the temperature in the window"),
    quantity("E0", "K", "temperature sensitivity of respiration", comment="in windows of the reference respiration that of the period"),
    quantity("E0_SE", "K", "standard error of the temperature sensitivity"),
    quantity("RREF", _CARBON, "respiration at 15 degree_C"),
    quantity("RREF_SE", _CARBON, "standard error of the respiration at 15 degree_C"),
    category("OUTCOME", "what became of the window", dict(enumerate(OUTCOMES)), "valid: within limits, but not among the surest"),
)
