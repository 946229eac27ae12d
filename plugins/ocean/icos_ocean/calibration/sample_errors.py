"""What the errors of dry mole fractions come from, whatever instrument measured them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from icos_ocean.shared_errors import drift_covariance, mean_over_runs, run_covariance, value_covariance

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icos_ocean.shared_errors import ErrorSources

    FloatArray = NDArray[np.float64]

__all__ = ["OF_DRIFT", "OF_GASES", "OF_INSTRUMENT", "OF_READING", "ErrorModel", "RunMeans", "SampleErrors"]

OF_GASES, OF_INSTRUMENT, OF_DRIFT, OF_READING = "standards", "instrument", "interpolation", "sample"
"""Terms of the uncertainty that assigned values, the accuracy of an instrument, drift and noise of the reading belong to."""


class RunMeans(NamedTuple):
    """Errors of the means of r runs.

    Attributes
    ----------
    sources
        What they come from, with a method ``take``.
    noise : (r,) ndarray
        Variance that the noise of the readings makes, (µmol mol⁻¹)².
    averaged_drift : (r,) ndarray
        What the variance that drift makes is less than at the mean time of the readings, (µmol mol⁻¹)².
    spread : (r,) ndarray
        What the variance of the mean of a random walk of unit variance per hour is less than at the mean time of the readings.
    """

    sources: Any
    noise: FloatArray
    averaged_drift: FloatArray
    spread: FloatArray


class ErrorModel(Protocol):
    """What the errors of samples come from; what `trace` returns is handed back to `covariances`, whole or taken from."""

    @property
    def lack_of_fit(self) -> float:
        """Distance of the response from a straight line, µmol mol⁻¹."""

    @property
    def of_runs(self) -> str:
        """The term that the noise of runs and the lack of fit belong to."""

    @property
    def trace(self) -> Callable[[NDArray[np.intp]], Any]:
        """Function from the numbers of some samples that have a mole fraction to what their errors come from."""

    def means(self, which: NDArray[np.intp], first: NDArray[np.int64]) -> RunMeans:
        """Say what the errors of means over runs of the samples `which` come from; `first` says where among these each run begins."""

    def covariances(self, a: Any, b: Any) -> dict[str, FloatArray]:
        """Covariance of each value of `a` with that of `b` in the same place, term by term, (µmol mol⁻¹)², without noise of readings."""


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

    def means(self, which: NDArray[np.intp], first: NDArray[np.int64]) -> RunMeans:
        """Say what the errors of means over runs of the samples `which` come from; `first` says where among these each run begins."""
        means, noise, spread = mean_over_runs(self.trace(which), first)
        return RunMeans(means, noise * self.noise**2, spread * self.drift**2, spread / np.square(means.by_reading))

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
