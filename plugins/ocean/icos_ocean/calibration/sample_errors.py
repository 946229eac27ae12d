"""What the errors of dry mole fractions come from, whatever instrument measured them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.shared_errors import drift_covariance, run_covariance, value_covariance

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icos_ocean.shared_errors import ErrorSources

    FloatArray = NDArray[np.float64]

__all__ = ["OF_DRIFT", "OF_GASES", "OF_INSTRUMENT", "OF_READING", "SampleErrors"]

OF_GASES, OF_INSTRUMENT, OF_DRIFT, OF_READING = "standards", "instrument", "interpolation", "sample"
"""Terms of the uncertainty that assigned values, the accuracy of an instrument, drift and noise of the reading belong to."""


@dataclass(frozen=True, kw_only=True)
class SampleErrors:
    """Errors of m samples, which have k sources in common: assigned values of gases, the accuracy of an instrument, water vapour.

    Attributes
    ----------
    trace
        Function from the numbers of some samples that have a mole fraction to what their errors come from.
    stated : (k,) ndarray
        Standard uncertainties of the common sources, in the order of `ErrorSources.by_value`.
    kinds : tuple of str
        The term of the uncertainty that each common source belongs to; none: all are of the instrument.
    noise : float
        Standard deviation of a single reading, µmol mol⁻¹.
    drift : float
        What the drift of the analyser gathers in one hour, µmol mol⁻¹ h^-½.
    lack_of_fit : float
        Distance of the response from a straight line, µmol mol⁻¹: the same for samples that read nearly the same, independent for others.
    of_runs : str
        The term that the noise of runs and the lack of fit belong to.
    """

    trace: Callable[[NDArray[np.intp]], ErrorSources]
    stated: FloatArray
    noise: float
    kinds: tuple[str, ...] = ()
    drift: float = 0.0
    lack_of_fit: float = 0.0
    of_runs: str = "regression"

    def covariances(self, a: ErrorSources, b: ErrorSources) -> dict[str, FloatArray]:
        """Covariance of each value of `a` with that of `b` in the same place, term by term, (µmol mol⁻¹)², without noise of readings."""
        kinds = np.array(self.kinds or [OF_INSTRUMENT] * self.stated.size)
        found = {str(kind): value_covariance(a, b, np.where(kinds == kind, self.stated, 0.0)) for kind in dict.fromkeys(kinds)}
        off_the_line = np.where(kinds == OF_GASES, self.lack_of_fit, 0.0)
        for kind, more in (
            (self.of_runs, run_covariance(a, b) + value_covariance(a, b, off_the_line)),
            (OF_DRIFT, drift_covariance(a, b, self.drift)),
        ):
            found[kind] = found[kind] + more if kind in found else more
        return found
