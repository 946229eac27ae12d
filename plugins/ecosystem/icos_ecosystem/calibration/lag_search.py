"""How the time lag of each gas is found, by the method that the station asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.turbulence import maximum_of
from icos_ecosystem.time_lags import FoundLag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.components import Table
    from icos_ecosystem.calibration.half_hours import HalfHours

    FloatArray = NDArray[np.float64]

__all__ = ["LagSearch", "lag_search"]


@dataclass(frozen=True, kw_only=True)
class LagSearch:
    """Finds lags in condensed half hours.

    Attributes
    ----------
    halves
        Condensed half hours.
    decided
        Gas → lags that do not depend on the rotation: of pre-whitening.
    windows
        Gas → (n,) default, first and last lag in rows, of the optimisation.
    tables
        What the report tells of the search.
    """

    halves: HalfHours
    decided: dict[str, FoundLag] = field(default_factory=dict)
    windows: dict[str, tuple[FloatArray, NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()

    def find(self, gas: str, covariance: FloatArray) -> FoundLag:
        """Return the lag of a gas in rows, given the (n, n_lags) covariance of the vertical wind with it."""
        halves = self.halves
        count = len(halves)
        method = halves.options.time_lag.method
        if method == "none":
            return FoundLag(np.zeros(count), np.zeros(count, dtype=bool))
        if method == "constant":
            return FoundLag(halves.gas_setup(gas).nominal.astype(np.float64), np.ones(count, dtype=bool))
        return maximum_of(halves, gas, covariance, default=method == "maximum-with-default")


def lag_search(halves: HalfHours, radiation: FloatArray) -> LagSearch:
    """Prepare the search: what has to be known of all half hours before the lag of one is."""
    del radiation
    return LagSearch(halves=halves)
