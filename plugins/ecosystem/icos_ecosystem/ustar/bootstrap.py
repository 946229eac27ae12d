"""Bootstraps of the moving-point test: how sure a friction-velocity threshold is.

References
----------
Wutzler et al. (2018), Biogeosciences 15, 5015, doi:10.5194/bg-15-5015-2018
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.ustar.moving_point import year_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.ustar.moving_point_rules import MovingPointRules
    from icos_ecosystem.ustar.night_records import NightRecords

    FloatArray = NDArray[np.float64]

__all__ = ["BOOTSTRAPS", "QUANTILES", "Bootstraps", "bootstrap_quantiles", "moving_point_bootstraps"]

BOOTSTRAPS = {"oneflux": 100, "reddyproc": 200}
"""How many bootstraps the peers make."""
QUANTILES = (0.05, 0.5, 0.95)
"""Quantiles that REddyProc tells."""
_CHUNK = 100
_LEAST_VALID_SHARE = 0.4


@dataclass(frozen=True, eq=False)
class Bootstraps:
    """Thresholds of bootstraps.

    Attributes
    ----------
    year
        Of each year [m s-1], NaN where a bootstrap found none; shape (years, bootstraps).
    season
        Of each season, shape (seasons, bootstraps).
    """

    year: FloatArray
    season: FloatArray


def moving_point_bootstraps(nights: Sequence[NightRecords], rules: MovingPointRules, *, bootstraps: int, seed: int) -> Bootstraps:
    """Repeat the test on samples drawn from the records of each year.

    Parameters
    ----------
    nights
        Night-time records of every year.
    rules
        Rules of a convention. ONEFlux draws from all records of a year, day and night, so that the number of valid ones of a season varies
        freely; REddyProc from those of each season, and its first sample is the data as measured.
    bootstraps
        Number of samples.
    seed
        The same seed gives the same samples of a year, whatever other years there are.

    Returns
    -------
    Bootstraps
        Without anything filled in.
    """
    seasons = sum(night.seasons.size for night in nights)
    found = Bootstraps(np.full((len(nights), bootstraps), np.nan), np.full((seasons, bootstraps), np.nan))
    for number, night in enumerate(nights):
        random = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, night.year))))
        for first in range(0, bootstraps, _CHUNK):
            chosen = slice(first, min(first + _CHUNK, bootstraps))
            drawn = _drawn(night, rules, chosen.stop - chosen.start, random)
            if first == 0 and rules.convention == "reddyproc":
                drawn[0] = 1
            samples = year_samples(night, drawn, rules)
            found.year[number, chosen] = samples.year
            found.season[night.seasons, chosen] = samples.season.T
    return found


def bootstrap_quantiles(
    thresholds: FloatArray, quantiles: Sequence[float] = QUANTILES, least_valid_share: float = _LEAST_VALID_SHARE
) -> FloatArray:
    """Return quantiles of the bootstraps, interpolated as REddyProc does it.

    Parameters
    ----------
    thresholds
        Shape (…, bootstraps) [m s-1]; NaN where a bootstrap found none.
    quantiles
        0 to 1.
    least_valid_share
        Share of the bootstraps that must have found a threshold.

    Returns
    -------
    ndarray
        Shape (…, quantiles); NaN where too few bootstraps have a threshold.
    """
    rows = thresholds.reshape(-1, thresholds.shape[-1])
    result = np.full((rows.shape[0], len(quantiles)), np.nan)
    for row, values in enumerate(rows):
        valid = values[np.isfinite(values)]
        if valid.size and valid.size >= least_valid_share * values.size:
            result[row] = np.quantile(valid, quantiles)
    return result.reshape(*thresholds.shape[:-1], len(quantiles))


def _drawn(night: NightRecords, rules: MovingPointRules, samples: int, random: np.random.Generator) -> NDArray[np.int16]:
    """Return how often each row is drawn, shape (samples, rows)."""
    rows = night.rows.size
    drawn = np.zeros((samples, rows), np.int16)
    groups = (
        [slice(None)] if rules.convention == "oneflux" else [np.flatnonzero(night.season == each) for each in range(night.seasons.size)]
    )
    for group in groups:
        size = rows if isinstance(group, slice) else group.size
        for sample in range(samples):
            drawn[sample, group] = np.bincount(random.integers(0, size, size, np.int32), minlength=size)
    return drawn
