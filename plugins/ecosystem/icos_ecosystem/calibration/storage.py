"""Storage below the instruments from two successive half hours, as variables of the stream `fluxes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.flux_variables import GAS_OUTPUT
from icos_ecosystem.calibration.previous_run import last_before
from icos_ecosystem.constants import EVAPOTRANSPIRATION
from icos_ecosystem.one_point_storage import gas_storage, heat_storage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.scheme import SchemeFluxes

    FloatArray = NDArray[np.float64]

__all__ = ["storage_variables"]

_STORAGES = {"co2": "SC", "h2o": "SH2O", "ch4": "SCH4", "n2o": "SN2O"}


def storage_variables(scheme: SchemeFluxes) -> dict[str, NDArray[np.generic]]:
    """Return storage of heat and gases from the change since the half hour before, where that is known.

    The first half hour of a run has a predecessor where ``storage.previous`` names the result of an earlier run.
    """
    halves, state = scheme.halves, scheme.state
    options = halves.options
    if not options.storage.one_point:
        return {}
    seconds = options.averaging_period.total_seconds()
    height = halves.setup.height
    before = last_before(halves)
    usable = halves.usable
    temperature = _before(halves.time, np.where(usable, state.temperature, np.nan), seconds, before.get("temperature", np.nan))
    heat = heat_storage(state.temperature - temperature, state.heat_capacity, height, seconds)
    made: dict[str, NDArray[np.generic]] = {"SH_SINGLE": heat, "SH": heat}
    for gas in scheme.gases:
        fraction = scheme.gases[gas].fraction
        earlier = _before(halves.time, np.where(usable, fraction, np.nan), seconds, before.get(gas, np.nan))
        stored = gas_storage(fraction - earlier, state.molar_volume, height, seconds)
        name = _STORAGES[gas]
        scaled = stored * GAS_OUTPUT[gas][2]
        made |= {f"{name}_SINGLE": scaled, name: scaled}
        if gas == "h2o":
            latent = stored * state.latent_heat * 0.01802e-3
            made |= {"SLE_SINGLE": latent, "SLE": latent, "SET_SINGLE": stored * EVAPOTRANSPIRATION}
    return made


def _before(time: NDArray[np.datetime64], values: FloatArray, seconds: float, first: float) -> FloatArray:
    """Return each half hour's predecessor, NaN where it is missing; of the first one what is known from elsewhere."""
    found = np.full(values.shape, np.nan)
    follows = np.diff(time) == np.timedelta64(round(seconds * 1e9), "ns")
    found[1:] = np.where(follows, values[:-1], np.nan)
    if found.size:
        found[0] = first
    return found
