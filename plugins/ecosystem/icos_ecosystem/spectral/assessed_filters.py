"""What a spectral assessment knows about a station: the filter of each gas, and how its fluxes suffer from a cut-off."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import hint
from icos_ecosystem.spectral.cut_off_fit import water_vapour_cut_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.spectral.factors import IbromModel

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["ClassFilters", "SpectralAssessment"]


@dataclass(frozen=True, kw_only=True)
class ClassFilters:
    """Low-pass filters of first order, one of each class: factor Fn [-], cut-off fc [Hz], number of half hours where it is known."""

    factor: FloatArray
    cut_off: FloatArray
    periods: IntArray | None = None


@dataclass(frozen=True, kw_only=True)
class SpectralAssessment:
    """Filters of a station's gases.

    Parameters
    ----------
    water_vapour
        Of the nine classes of relative humidity, 5-15 % … 85-95 %.
    exponents
        Of water vapour's cut-off, see `cut_off_fit.water_vapour_cut_off`, shape (3,); NaN where there are none.
    gases
        Of the twelve months, by name of the gas.
    model
        Of the factors that a cut-off calls for; None where the station's cospectra gave none.
    """

    water_vapour: ClassFilters
    exponents: FloatArray
    gases: Mapping[str, ClassFilters] = field(default_factory=dict)
    model: IbromModel | None = None

    def cut_off(self, gas: str, *, month: IntArray, relative_humidity: FloatArray) -> FloatArray:
        """Return the cut-off of a gas in each half hour [Hz], shape (n_periods,), NaN where it is unknown.

        Parameters
        ----------
        gas
            ``h2o`` or a name of `gases`.
        month
            1 … 12, shape (n_periods,); enters for gases other than water vapour.
        relative_humidity
            [%], shape (n_periods,); enters for water vapour.

        Raises
        ------
        KeyError
            For a gas that was not assessed.
        """
        if gas == "h2o":
            return water_vapour_cut_off(self.exponents, relative_humidity)
        if gas not in self.gases:
            known = ["h2o", *self.gases]
            raise KeyError(f"no cut-off of {gas!r} in the spectral assessment; it knows {', '.join(known)}{hint(gas, known)}")
        return np.asarray(self.gases[gas].cut_off[np.asarray(month) - 1])
