"""What an instrument of a station is: what its table states, else what its model is known for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_atmosphere.analyser_models import model_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from icos_atmosphere.calibration.station_tables import Instrument

__all__ = ["gases_of", "method_of", "nominal_status", "valve_of"]

_GASES: Mapping[str, tuple[str, ...]] = {
    "G2301": ("co2", "ch4"),
    "G2401": ("co2", "ch4", "co"),
    "G5310": ("co", "n2o"),
    "G2508": ("co2", "ch4", "n2o"),
    "G2201-i": ("co2", "ch4"),
    "G4301": ("co2", "ch4"),
}
"""Model → gases that it measures, of those that are calibrated here; of others nothing is assumed."""


def gases_of(instrument: Instrument, gases: Iterable[str]) -> tuple[str, ...]:
    """Return which of the gases that are wanted an instrument measures: those that it states, else those that its model is known for."""
    measured = instrument.gases or _GASES.get(model_of(instrument.model).name)
    return tuple(gas for gas in gases if measured is None or gas in measured)


def valve_of(instrument: Instrument) -> str | None:
    """Return the column that says which port is open; None for an instrument without valves."""
    return instrument.valve or model_of(instrument.model).valve


def nominal_status(instrument: Instrument) -> int | None:
    """Return the status word of an instrument in order, or None where it is not known."""
    return instrument.nominal_status if instrument.nominal_status is not None else model_of(instrument.model).nominal_status


def method_of(instrument: Instrument) -> str:
    """Return what an instrument is, for people."""
    return instrument.method or model_of(instrument.model).method
