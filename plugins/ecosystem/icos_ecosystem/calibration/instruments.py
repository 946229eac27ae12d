"""What is known of the instruments of a description: of the model, or as the station states it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from icos_ecosystem.instruments import gas_analyser_models, sonic_models

if TYPE_CHECKING:
    from icos_ecosystem.calibration.station_tables import GasAnalyser, Sonic
    from icos_ecosystem.instruments.gas_analyser_models import GasAnalyserModel
    from icos_ecosystem.instruments.sonic_models import SonicModel

__all__ = ["Geometry", "analyser_geometry", "analyser_traits", "instrument_mistakes", "is_open_path", "sonic_geometry", "sonic_traits"]

_LENGTHS = ("vertical_path", "horizontal_path", "time_constant")


class Geometry(NamedTuple):
    """Vertical and horizontal path [m] and response time [s] of an instrument."""

    vertical_path: float
    horizontal_path: float
    time_constant: float


def sonic_traits(sonic: Sonic) -> SonicModel:
    """Return what is known of the model of an anemometer; :class:`ValueError` for a model that is not known."""
    return sonic_models.of_model(sonic.model)


def analyser_traits(analyser: GasAnalyser) -> GasAnalyserModel:
    """Return what is known of the model of an analyser; :class:`ValueError` for a model that is not known."""
    return gas_analyser_models.of_model(analyser.model)


def sonic_geometry(sonic: Sonic) -> Geometry:
    """Return the paths and response time of an anemometer, as stated or of the model."""
    return _geometry(sonic, sonic_traits(sonic))


def analyser_geometry(analyser: GasAnalyser) -> Geometry:
    """Return the paths and response time of an analyser, as stated or of the model."""
    return _geometry(analyser, analyser_traits(analyser))


def is_open_path(analyser: GasAnalyser) -> bool:
    """Return whether an analyser measures in the open air."""
    closed = analyser_traits(analyser).closed_path
    return analyser.path == "open" if analyser.path is not None else not closed


def instrument_mistakes(instrument: Sonic | GasAnalyser, traits: SonicModel | GasAnalyserModel) -> list[str]:
    """Return what a description has to state of an instrument because its model does not tell."""
    return [
        f"{name} of {instrument.model} is not known: state it, in {'seconds' if name == 'time_constant' else 'metres'}"
        for name in _LENGTHS
        if getattr(instrument, name) is None and getattr(traits, name) is None
    ]


def _geometry(instrument: Sonic | GasAnalyser, traits: SonicModel | GasAnalyserModel) -> Geometry:
    found = (getattr(instrument, name) if getattr(instrument, name) is not None else getattr(traits, name) for name in _LENGTHS)
    return Geometry(*(float(each) if each is not None else float("nan") for each in found))
