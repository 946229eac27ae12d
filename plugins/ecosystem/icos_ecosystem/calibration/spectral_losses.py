"""Spectral correction factors of one combination of methods, by the method that the station asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.high_pass import high_pass_filter
from icos_ecosystem.calibration.in_situ import in_situ_factors
from icos_ecosystem.spectral.factors import analytic_factors
from icos_ecosystem.spectral.filters import Analyser, Anemometer, HighPass, Tube
from icos_ecosystem.spectral.massman import massman_factors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.ambient_state import AmbientState
    from icos_ecosystem.calibration.half_hours import HalfHours
    from icos_ecosystem.calibration.turbulence import Turbulence
    from icos_ecosystem.spectral.assessed_filters import SpectralAssessment
    from icos_ecosystem.uncorrected_fluxes import GasFlux, Uncorrected

    FloatArray = NDArray[np.float64]

__all__ = ["DIFFUSIVITY", "SpectralLosses", "anemometer_of", "spectral_losses"]

DIFFUSIVITY = {"co2": 1.381e-5, "h2o": 2.178e-5, "ch4": 1.952e-5, "n2o": 1.436e-5}
"""Of gases in air [m2 s-1]."""
_NO_PATH, _LONG = 1e-9, 1e12


@dataclass(frozen=True, kw_only=True)
class SpectralLosses:
    """Factors, and how they were found.

    Attributes
    ----------
    factors
        ``momentum``, ``heat`` and each gas, (n,).
    origin
        Gas → (n,) code of where Fratini's factor comes from.
    cut_off
        Gas → (n,) cut-off frequency [Hz], where an in-situ method found one.
    assessment
        The filters of the station, None without an in-situ method.
    """

    factors: dict[str, FloatArray]
    origin: dict[str, NDArray[np.int8]] = field(default_factory=dict)
    cut_off: dict[str, FloatArray] = field(default_factory=dict)
    assessment: SpectralAssessment | None = None


def spectral_losses(
    halves: HalfHours, found: Turbulence, state: AmbientState, uncorrected: Uncorrected, gases: Mapping[str, GasFlux], detrending: str
) -> SpectralLosses:
    """Return the spectral correction factors of every half hour.

    Parameters
    ----------
    halves
        Condensed half hours.
    found
        Rotated wind and covariances.
    state
        The air.
    uncorrected, gases
        Fluxes before correction.
    detrending
        Way in which the mean state was taken off.
    """
    options = halves.options.spectral
    speed = np.sqrt((found.rotation.mean**2).sum(axis=1))
    high_pass = (
        high_pass_filter(halves.options, detrending, halves.layout.frequency) if options.low_frequency else HighPass(averaging_period=_LONG)
    )
    shared = {
        "height": halves.setup.effective_height,
        "wind_speed": speed,
        "stability": uncorrected.scales.stability,
        "high_pass": high_pass,
    }
    if options.high_frequency == "none":
        if not options.low_frequency:
            return SpectralLosses(factors={name: np.ones(len(halves)) for name in ("momentum", "heat", *gases)})
        perfect = Anemometer(vertical_path=_NO_PATH, horizontal_path=_NO_PATH, response_time=0.0)
        sensors = {gas: Analyser(vertical_path=_NO_PATH, horizontal_path=_NO_PATH, response_time=0.0) for gas in gases}
        return SpectralLosses(factors=analytic_factors(temperature=state.temperature, anemometer=perfect, analysers=sensors, **shared))
    anemometer = anemometer_of(halves)
    analysers = {gas: _analyser(halves, gas) for gas in gases}
    method = massman_factors if options.high_frequency == "massman-2000" else analytic_factors
    factors = method(temperature=state.temperature, anemometer=anemometer, analysers=analysers, **shared)
    if not halves.options.in_situ:
        return SpectralLosses(factors=factors)
    own = in_situ_factors(halves, found, state, uncorrected, gases, factors, anemometer, high_pass)
    return SpectralLosses(factors=own.factors, origin=own.origin, cut_off=own.cut_off, assessment=own.assessment)


def anemometer_of(halves: HalfHours) -> Anemometer:
    """Return the filters of the anemometer."""
    setup = halves.setup
    return Anemometer(vertical_path=setup.vertical_path, horizontal_path=setup.horizontal_path, response_time=setup.time_constant)


def _analyser(halves: HalfHours, gas: str) -> Analyser:
    """Return the filters of an analyser, of its place and of its tube."""
    setup = halves.gas_setup(gas)
    numbers = setup.numbers
    tube = None
    if not setup.open_path.all():
        tube = Tube(
            length=np.where(setup.open_path, 0.0, numbers["tube_length"]),
            diameter=np.where(numbers["tube_diameter"] > 0, numbers["tube_diameter"], 1.0),
            flow_rate=np.where(numbers["flow_rate"] > 0, numbers["flow_rate"], 1.0),
            diffusivity=DIFFUSIVITY[gas],
        )
    return Analyser(
        vertical_path=numbers["vertical_path"],
        horizontal_path=numbers["horizontal_path"],
        response_time=numbers["time_constant"],
        horizontal_separation=np.hypot(numbers["northward_separation"], numbers["eastward_separation"]),
        vertical_separation=numbers["vertical_separation"],
        tube=tube,
    )
