"""Words of cells, which stand between condensing and calibration; they are never exported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.vocabulary.gases import GASES
from icos_atmosphere.vocabulary.measured import DIAGNOSTICS
from icos_core.components import Variable

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["condensed_words"]


def condensed_words(gases: Iterable[str]) -> tuple[Variable, ...]:
    """Return the words of cells."""
    return (
        Variable(name="port", dtype="int16", long_name="port of the valve"),
        Variable(name="begins", dtype="int8", long_name="whether the cell begins a valve segment"),
        Variable(name="settled", dtype="int8", long_name="whether the sample had settled"),
        Variable(name="elapsed", units="s", long_name="time since the switch, at most the time that settling takes"),
        Variable(name="duration", units="s", long_name="time from the first row to the last"),
        Variable(name="rows", units="1", dtype="int32", long_name="number of rows"),
        Variable(name="rows_status", units="1", dtype="int32", long_name="rows left out by the status of the instrument"),
        Variable(name="rows_diagnostics", units="1", dtype="int32", long_name="rows left out by flags of housekeeping"),
        *(word for gas in gases for word in _of_gas(gas)),
        Variable(name="h2o", units="percent", long_name="water vapour as the analyser reports it"),
        Variable(name="h2o_stdev", units="percent", long_name="standard deviation of water vapour"),
        *DIAGNOSTICS,
    )


def _of_gas(name: str) -> tuple[Variable, ...]:
    gas = GASES[name]
    return (
        Variable(name=f"{name}_dry", units=gas.units, long_name=f"mean of the valid new readings of {gas.long_name} in dry air"),
        Variable(name=f"{name}_stdev", units=gas.units, long_name=f"standard deviation of the valid new readings of {gas.long_name}"),
        Variable(name=f"{name}_n", units="1", dtype="int32", long_name=f"number of the valid new readings of {gas.long_name}"),
        Variable(name=f"{name}_fresh", units="1", dtype="int32", long_name=f"number of all new readings of {gas.long_name}"),
        Variable(name=f"{name}_wet", units=gas.units, long_name=f"mean of the valid new readings of {gas.long_name} in moist air"),
    )
