"""Errors of a sum of mole fractions, each of which was calibrated by itself with the same gases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from icos_ocean.calibration.sample_errors import OF_DRIFT, OF_GASES, RunMeans
from icos_ocean.shared_errors import drift_covariance, run_covariance, value_covariance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ocean.calibration.sample_errors import SampleErrors
    from icos_ocean.shared_errors import ErrorSources

    FloatArray = NDArray[np.float64]

__all__ = ["SummedErrors", "SummedSources"]


@dataclass(frozen=True)
class SummedSources:
    """What the errors of the parts of a sum come from."""

    parts: tuple[ErrorSources, ...]

    def take(self, which: NDArray[np.intp] | slice) -> Self:
        """Return the sources of some of the values."""
        return type(self)(tuple(part.take(which) for part in self.parts))


@dataclass(frozen=True, kw_only=True)
class SummedErrors:
    """Errors of samples whose mole fraction is a sum of parts.

    The parts have noise, drift and distance from a line of their own. What is stated of a gas, of water vapour and of the choice of a
    method errs in all parts together.

    Attributes
    ----------
    parts : tuple of SampleErrors
        Errors of the parts, with the same k common sources.
    shares : (p, k) ndarray
        How the sources of each part respond to those of the sum: an error of the total is shared as the isotopologues are.
    stated : (k,) ndarray
        Standard uncertainties of the common sources of the sum.
    """

    parts: tuple[SampleErrors, ...]
    shares: FloatArray
    stated: FloatArray

    @property
    def of_runs(self) -> str:
        """The term that the noise of runs and the lack of fit belong to."""
        return self.parts[0].of_runs

    @property
    def lack_of_fit(self) -> float:
        """Distance of the response from a straight line, µmol mol⁻¹."""
        return float(np.sqrt(sum(part.lack_of_fit**2 for part in self.parts)))

    def trace(self, which: NDArray[np.intp]) -> SummedSources:
        """Say what the errors of some samples come from."""
        return SummedSources(tuple(part.trace(which) for part in self.parts))

    def means(self, which: NDArray[np.intp], first: NDArray[np.int64]) -> RunMeans:
        """Say what the errors of means over runs of samples come from; `first` says where among these each run begins."""
        means = [part.means(which, first) for part in self.parts]
        noise, drift = (np.sum([getattr(each, name) for each in means], axis=0) for name in ("noise", "averaged_drift"))
        # The first part is nearly the whole: its readings weigh the times of a run.
        return RunMeans(SummedSources(tuple(each.sources for each in means)), noise, drift, means[0].spread)

    def covariances(self, a: SummedSources, b: SummedSources) -> dict[str, FloatArray]:
        """Covariance of each value of `a` with that of `b` in the same place, term by term, (µmol mol⁻¹)², without noise of readings."""
        kinds = np.array(self.parts[0].kinds)
        found = self.of_common_sources(a, b)
        runs, drift = np.zeros((2, a.parts[0].time.size))
        for part, one, other in zip(self.parts, a.parts, b.parts, strict=True):
            runs += run_covariance(one, other) + value_covariance(one, other, np.where(kinds == OF_GASES, part.lack_of_fit, 0.0))
            drift += drift_covariance(one, other, part.drift)
        return {**found, self.of_runs: runs, OF_DRIFT: drift}

    def of_common_sources(self, a: SummedSources, b: SummedSources) -> dict[str, FloatArray]:
        """Covariance that the common sources make, term by term, (µmol mol⁻¹)²."""
        one, other = (
            np.sum([share[:, np.newaxis] * part.by_value for share, part in zip(self.shares, sources.parts, strict=True)], axis=0)
            for sources in (a, b)
        )
        product = one * other * np.square(self.stated)[:, np.newaxis]
        kinds = np.array(self.parts[0].kinds)
        return {str(kind): product[kinds == kind].sum(axis=0) for kind in dict.fromkeys(kinds)}
