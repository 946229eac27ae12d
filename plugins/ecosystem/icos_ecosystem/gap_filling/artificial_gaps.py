"""Artificial gaps: measured records hidden from gap fillers, to see how well they are brought back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]
    Filler = Callable[[FloatArray], FloatArray]

__all__ = ["GAP_HOURS", "NIGHT_BELOW", "GapScore", "artificial_gaps", "fill_skill", "score", "squared_correlation"]

GAP_HOURS: Mapping[str, float] = {"single": 0.0, "short": 8.0, "medium": 36.0, "long": 288.0}
"""Lengths of artificial gaps [h]: single records, 8 h, 1.5 days, 12 days."""

NIGHT_BELOW = 10.0
"""Incoming short-wave radiation [W m-2] up to which a record counts as night."""

_LARGEST_DISTANCE_HOURS = 24.0


@dataclass(frozen=True, kw_only=True)
class GapScore:
    """How well a filler brought hidden records back: estimate minus measured, in the unit of the target; NaN where there are no records.

    Attributes
    ----------
    count, missing
        Hidden records; those of them for which the filler had no estimate, which do not enter the figures.
    rmse, bias
        Root mean square and mean.
    r2
        Squared correlation with the measured.
    bias_day, bias_night
        Means by day and by night.
    """

    count: int
    missing: int
    rmse: float
    bias: float
    r2: float
    bias_day: float
    bias_night: float


def artificial_gaps(measured: BoolArray, *, per_day: int, hours: float, share: float = 0.1, seed: int = 0) -> BoolArray:
    """Return which measured records to hide so that gaps of one length arise.

    Parameters
    ----------
    measured
        (n,) which records are measured.
    per_day
        Records of a day.
    hours
        Length of the gaps; at least one record.
    share
        Share of the measured records to hide, about: gaps are added at random until it is reached.
    seed
        Where the gaps lie.

    Returns
    -------
    ndarray
        (n,) which are hidden. Gaps keep apart by their own length, at most by a day; of long gaps there may be room for fewer.

    Raises
    ------
    ValueError
        Where `share` is not between 0 and 1.
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"the share of records to hide must be between 0 and 1, got {share}")
    length = max(round(hours * per_day / 24.0), 1)
    apart = min(length, round(_LARGEST_DISTANCE_HOURS * per_day / 24.0))
    wanted = share * measured.sum()
    gap = np.zeros(measured.size, dtype=bool)
    hidden = 0
    places = np.flatnonzero(measured) if length == 1 else np.arange(max(measured.size - length + 1, 0))
    for start in np.random.default_rng(seed).permutation(places):
        if hidden >= wanted:
            break
        if not gap[max(start - apart, 0) : start + length + apart].any():
            gap[start : start + length] = True
            hidden += int(measured[start : start + length].sum())
    return gap & measured


def score(estimate: FloatArray, measured: FloatArray, day: BoolArray) -> GapScore:
    """Compare estimates of hidden records with what was measured.

    Parameters
    ----------
    estimate, measured
        (m,) NaN where there is no estimate.
    day
        (m,) whether it is day.
    """
    known = np.isfinite(estimate)
    error, truth = (estimate - measured)[known], measured[known]
    return GapScore(
        count=measured.size,
        missing=int((~known).sum()),
        rmse=float(np.sqrt(_mean(error**2))),
        bias=_mean(error),
        r2=squared_correlation(estimate[known], truth),
        bias_day=_mean(error[day[known]]),
        bias_night=_mean(error[~day[known]]),
    )


def fill_skill(
    target: FloatArray, gaps: Mapping[str, BoolArray], fillers: Mapping[str, Filler], day: BoolArray
) -> dict[tuple[str, str], GapScore]:
    """Let fillers fill artificial gaps, each without the records that are hidden.

    Parameters
    ----------
    target
        (n,) measured records; NaN where missing.
    gaps
        Name → (n,) which records are hidden, see :func:`artificial_gaps`.
    fillers
        Name → function of the series with its gaps that returns (n,) estimates. It sees nothing else of the target.
    day
        (n,) whether it is day.

    Returns
    -------
    dict
        (name of the gaps, name of the filler) → score.
    """
    found = {}
    for length, hidden in gaps.items():
        seen = np.where(hidden, np.nan, target)
        chosen = hidden & np.isfinite(target)
        for name, filler in fillers.items():
            found[length, name] = score(filler(seen)[chosen], target[chosen], day[chosen])
    return found


def squared_correlation(x: FloatArray, y: FloatArray) -> float:
    """Return the squared correlation of two series of shape (m,); NaN where one of them does not vary."""
    if not x.size:
        return np.nan
    from_x, from_y = x - x.mean(), y - y.mean()
    varying = float(from_x @ from_x) * float(from_y @ from_y)
    return float(from_x @ from_y) ** 2 / varying if varying > 0.0 else np.nan


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if values.size else np.nan
