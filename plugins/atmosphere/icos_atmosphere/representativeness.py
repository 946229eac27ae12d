r"""How far the mean of the minutes in which a line was sampled may be from the mean of the whole hour.

An analyser that visits several lines sees each of them for some minutes of an hour. With weights :math:`w_i = k_i / n - 1 / 60` over the
minutes of the hour, where :math:`k_i` is 1 in the n minutes that were sampled and 0 in the others, the mean of the sample minus the mean of
the hour is :math:`\sum_i w_i x_i`. As the weights add up to zero, its variance takes no more of the air than the semivariogram
:math:`\gamma(h) = \tfrac{1}{2} E[(x_i - x_{i+h})^2]`:

.. math::
    u^2 = -\sum_i \sum_j w_i w_j \gamma(|i - j|)

The data themselves tell γ, per calendar month: half the mean square of the differences of all pairs of minutes h apart, of the same hour or
of neighbouring ones. Errors of the minutes that are independent of each other make every difference larger and have their own place in
the uncertainty: their mean square s² is subtracted at all lags but 0. What is left is fitted, with weights N(h) / γ(h)², by a sum

.. math::
    \gamma(h) = c \, [h > 0] + b h + \sum_k a_k (1 - e^{-h / \tau_k})

whose terms (white noise, a random walk, and processes that forget within 2 to 240 minutes) are not negative. It bridges lags without pairs,
and no choice of weights w can give a negative variance, which raw estimates from few hours do.

Minutes with a spike are no part of that. Whether a plume lasted while other lines were sampled nobody knows: if it did not, the mean of the
hour is too far from the mean without spikes by the part of the hour that was not sampled, and so much uncertainty is added,

.. math::
    u_{plume} = |\bar x - \bar x_{without}| (1 - n / 60)

One semivariogram stands for all hours of a month: where air is more variable by day than by night, the uncertainty is too small by day and
too large by night, and right over both. It holds for increments that are stationary within the hour; a rise of the whole hour, like at
sunrise, is part of it as far as it is part of the month.

References
----------
Cressie, N. (1985), Fitting variogram models by weighted least squares, Math. Geol. 17, 563-586, doi:10.1007/BF01032109.
Chilès, J.-P. and Delfiner, P. (2012), Geostatistics: Modeling Spatial Uncertainty, 2nd edition, section 2.3 (variance of linear
combinations whose weights add up to zero), doi:10.1002/9781118136188.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import nnls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "FEWEST_HOURS",
    "FEWEST_PAIRS",
    "MINUTES",
    "Pairs",
    "minute_pairs",
    "plume_uncertainty",
    "pooled",
    "sampling_uncertainty",
    "semivariogram",
]

MINUTES = 60
FEWEST_PAIRS = 30
"""Pairs of minutes that the best lag must have."""
FEWEST_HOURS = 120
"""Hours with data from which a month stands for itself."""

_LEAST = 1e-6
"""Part of the largest γ below which a smaller one counts no more."""
_LAGS = np.arange(MINUTES)
_TERMS = np.column_stack(
    [(_LAGS > 0).astype(np.float64), _LAGS / MINUTES, *(1.0 - np.exp(-_LAGS / decay) for decay in (2.0, 5.0, 12.0, 30.0, 80.0, 240.0))]
)


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Pairs of minutes 0 to 59 minutes apart that begin in a month.

    Attributes
    ----------
    count
        (60,) number of pairs per lag.
    squares
        (60,) half the sum of the squares of their differences.
    hours
        Number of hours with data.
    noise, minutes
        Sum of the squared independent uncertainties of the minutes, and of how many minutes it is.
    """

    count: FloatArray
    squares: FloatArray
    hours: int
    noise: float
    minutes: int

    def __add__(self, other: Pairs) -> Pairs:
        """Take the pairs of two months together."""
        return Pairs(
            count=self.count + other.count,
            squares=self.squares + other.squares,
            hours=self.hours + other.hours,
            noise=self.noise + other.noise,
            minutes=self.minutes + other.minutes,
        )


def minute_pairs(minute: NDArray[np.int64], values: FloatArray, end: int, noise: FloatArray | None = None) -> Pairs:
    """Count the pairs of minutes that begin in a month and add up their squared differences.

    Parameters
    ----------
    minute
        (n,) numbers of the minutes, in order; minutes of an hour have the same whole part of ``minute / 60``.
    values
        (n,) their means.
    end
        Number of the first minute after the month; pairs end there, but do not begin.
    noise
        (n,) independent standard uncertainty of the minutes. Default: none is known.
    """
    begin = int(np.searchsorted(minute, end))
    count, squares = np.zeros(MINUTES), np.zeros(MINUTES)
    # A row and its neighbours, the next, the one after it …: of minutes that are sampled in turns only few are near.
    for step in range(1, minute.size):
        first = min(begin, minute.size - step)
        lag = minute[step : step + first] - minute[:first]
        near = np.flatnonzero(lag < MINUTES)
        if not near.size:
            break
        lag = lag[near]
        difference = values[near + step] - values[near]
        count += np.bincount(lag, minlength=MINUTES)
        squares += np.bincount(lag, weights=np.square(difference), minlength=MINUTES)
    return Pairs(
        count=count,
        squares=0.5 * squares,
        hours=np.unique(minute[:begin] // MINUTES).size,
        noise=float(np.square(noise[:begin]).sum()) if noise is not None else 0.0,
        minutes=begin if noise is not None else 0,
    )


def pooled(months: list[Pairs], fewest_hours: int = FEWEST_HOURS) -> list[Pairs]:
    """Return the pairs that stand for each month: its own, and of as many neighbours as it takes to have enough hours.

    Parameters
    ----------
    months
        Pairs of successive calendar months.
    fewest_hours
        Hours with data from which a month stands for itself.
    """
    found = []
    for number, own in enumerate(months):
        total = own
        for distance in range(1, len(months)):
            if total.hours >= fewest_hours:
                break
            for other in (number - distance, number + distance):
                if 0 <= other < len(months):
                    total += months[other]
        found.append(total)
    return found


def semivariogram(pairs: Pairs, fewest_pairs: int = FEWEST_PAIRS) -> FloatArray | None:
    """Return the semivariogram of the air, without what is independent noise of the minutes.

    Parameters
    ----------
    pairs
        What :func:`minute_pairs` counts.
    fewest_pairs
        Pairs of minutes without which nothing is known: the best lag must have as many.

    Returns
    -------
    ndarray or None
        (60,) γ at lags of 0 to 59 minutes, in the square of the unit of the values; None where no lag has enough pairs.
    """
    believed = np.flatnonzero((pairs.count > 0) & (_LAGS > 0))
    if not believed.size or pairs.count[believed].max() < fewest_pairs:
        return None
    noise = pairs.noise / pairs.minutes if pairs.minutes else 0.0
    raw = pairs.squares[believed] / pairs.count[believed]
    largest = raw.max()
    if largest == 0.0:
        return np.zeros(MINUTES)
    weight = np.sqrt(pairs.count[believed]) / np.maximum(raw / largest, _LEAST)
    share, _ = nnls(_TERMS[believed] * weight[:, None], (raw - noise) / largest * weight, maxiter=1000)
    gamma: FloatArray = largest * (_TERMS @ share)
    return gamma


def sampling_uncertainty(sampled: NDArray[np.bool_], gamma: FloatArray) -> FloatArray:
    """Return the standard uncertainty of the mean of sampled minutes as the mean of their hour.

    Parameters
    ----------
    sampled
        (hours, 60) which minutes of the hour were sampled.
    gamma
        (60,) semivariogram at lags of 0 to 59 minutes.

    Returns
    -------
    ndarray
        (hours,) in the unit of the values; NaN for hours without a sample.
    """
    # Hours are sampled alike: of thousands there are a few kinds.
    _, example, of_hour = np.unique(np.packbits(sampled, axis=1).view(np.uint64).ravel(), return_index=True, return_inverse=True)
    kinds = sampled[example]
    n = kinds.sum(axis=1)
    weights = kinds / np.where(n > 0, n, np.nan)[:, None] - 1.0 / MINUTES
    between = gamma[np.abs(_LAGS[:, None] - _LAGS)]
    variance = -np.einsum("hi,ij,hj->h", weights, between, weights)
    uncertainty: FloatArray = np.sqrt(np.maximum(variance, 0.0))
    return uncertainty[of_hour]


def plume_uncertainty(excess: FloatArray, sampled: NDArray[np.bool_]) -> FloatArray:
    """Return the standard uncertainty of hourly means because a plume may have been there only while the line was sampled.

    Parameters
    ----------
    excess
        (hours,) mean with spikes minus mean without; NaN where either is not known, for which 0 is returned.
    sampled
        (hours, 60) which minutes of the hour were sampled.
    """
    part = sampled.mean(axis=1)
    uncertainty: FloatArray = np.abs(np.nan_to_num(excess)) * (1.0 - part)
    return uncertainty
