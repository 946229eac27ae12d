"""What the errors of dry mole fractions come from, whatever instrument measured them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_ocean.shared_errors import covariance

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from icos_ocean.shared_errors import ErrorSources

    FloatArray = NDArray[np.float64]

__all__ = ["SampleErrors"]


@dataclass(frozen=True, kw_only=True)
class SampleErrors:
    """Errors of m samples, which have k sources in common: assigned values of gases, the accuracy of an instrument, water vapour.

    Attributes
    ----------
    trace
        Function from the numbers of some samples that have a mole fraction to what their errors come from.
    stated : (k,) ndarray
        Standard uncertainties of the common sources, in the order of `ErrorSources.by_value`.
    noise : float
        Standard deviation of a single reading, µmol mol⁻¹.
    drift : float
        What the drift of the analyser gathers in one hour, µmol mol⁻¹ h^-½.
    lack_of_fit : float
        Distance of the response from a straight line, µmol mol⁻¹: the same for samples that read nearly the same, independent for others.
    """

    trace: Callable[[NDArray[np.intp]], ErrorSources]
    stated: FloatArray
    noise: float
    drift: float = 0.0
    lack_of_fit: float = 0.0

    def covariance(self, a: ErrorSources, b: ErrorSources) -> FloatArray:
        """Covariance of each value of `a` with that of `b` in the same place, (µmol mol⁻¹)², without noise of readings."""
        return covariance(a, b, self.stated, drift_rate=self.drift)
