"""Words of day-time partitioning.

Stream ``partitioned-daytime`` is on the grid of ``half-hourly``. Stream ``daytime-parameters`` has no time but a row per ``window``,
whose coordinates ``time_start``, ``time_end`` and ``time_centre`` (UTC) say when it is.
"""

from __future__ import annotations

from icos_ecosystem.partitioning.daytime_results import ASSUMED, OUTCOMES
from icos_ecosystem.vocabulary.flux_templates import category, number, quantity

__all__ = ["DAYTIME_PARAMETER_STREAM", "DAYTIME_PARAMETER_WORDS", "DAYTIME_STREAM", "DAYTIME_WORDS"]

DAYTIME_STREAM = "partitioned-daytime"
DAYTIME_PARAMETER_STREAM = "daytime-parameters"

_CARBON = "umol m-2 s-1"
_BY_DAY = "from the light response of the day"
_SD = "standard deviation of the"
_QUALITY = {0: "all_parameters_fitted", 1: "some_parameters_assumed", 2: "window_more_than_a_fortnight_away"}

DAYTIME_WORDS = (
    quantity("RECO_DT", _CARBON, f"ecosystem respiration {_BY_DAY}", comment="positive upwards"),
    quantity("GPP_DT", _CARBON, f"gross primary production {_BY_DAY}", comment="positive downwards"),
    quantity("RECO_DT_SD", _CARBON, f"{_SD} ecosystem respiration {_BY_DAY}", comment="from those of the parameters"),
    quantity("GPP_DT_SD", _CARBON, f"{_SD} gross primary production {_BY_DAY}", comment="from those of the parameters"),
    category("PARTITION_DT_QC", f"quality of the fluxes {_BY_DAY}", _QUALITY, "of the nearest window"),
)

_PARAMETERS = (
    ("K", "hPa-1", "effect of the vapour pressure deficit on the saturation"),
    ("BETA", _CARBON, "gross primary production at saturation"),
    ("ALPHA", "umol J-1", "initial slope of the light response"),
    ("RREF", _CARBON, "respiration at 15 degree_C"),
    ("E0", "K", "temperature sensitivity of respiration"),
)
_BITS = ", ".join(f"{2**bit} {name}" for bit, name in enumerate(ASSUMED))

DAYTIME_PARAMETER_WORDS = (
    number("N_DAY", "fluxes by day in the window"),
    number("N_NIGHT", "fluxes by night in the wider window around"),
    *(quantity(name, units, long_name) for name, units, long_name in _PARAMETERS),
    *(quantity(f"{name}_SD", units, f"{_SD} {long_name}") for name, units, long_name in _PARAMETERS),
    quantity("RREF_NIGHT", _CARBON, "respiration at 15 degree_C of the nights"),
    category("OUTCOME", "what became of the window", dict(enumerate(OUTCOMES))),
    number("ASSUMED", "what was not fitted in the window", comment=f"sum of {_BITS}"),
)
