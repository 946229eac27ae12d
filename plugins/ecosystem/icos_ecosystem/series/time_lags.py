"""Time lags of gases behind the wind: the nominal one, the window in which it is sought, and the maximum of the covariance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["FoundLag", "LagWindow", "closed_path_window", "covariance_maximum", "lag_in_rows", "open_path_window", "shifted"]

_SPREAD = {"h2o": 10.0}
_MARGIN, _BEFORE = 0.3, 2.0


class LagWindow(NamedTuple):
    """Nominal lag of a gas and the first and last that are admissible [s]."""

    nominal: float
    minimum: float
    maximum: float


class FoundLag(NamedTuple):
    """Lag of each half hour.

    Attributes
    ----------
    rows
        (n,) lag in rows; float, NaN where there is none.
    default
        (n,) whether it is the default.
    """

    rows: FloatArray
    default: NDArray[np.bool_]


def closed_path_window(gas: str, tube_volume: float, cell_volume: float, flow_rate: float) -> LagWindow:
    """Return the window of a closed path from the time that air needs through tube and cell.

    Parameters
    ----------
    gas
        Water vapour, which sticks to walls, may come later than others.
    tube_volume, cell_volume
        Volumes [m3].
    flow_rate
        [L min-1].
    """
    nominal = (tube_volume + cell_volume) / (flow_rate / 60000.0) if flow_rate > 0 else 0.0
    return LagWindow(nominal, max(0.0, nominal - _BEFORE), nominal + _SPREAD.get(gas, 2.0) * nominal + _MARGIN)


def open_path_window(horizontal_separation: float, vertical_separation: float) -> LagWindow:
    """Return the window of an open path from its separation [m] from the anemometer: air may come from either side."""
    reach = 2.0 * float(np.hypot(horizontal_separation, vertical_separation)) + _MARGIN
    return LagWindow(0.0, -reach, reach)


def lag_in_rows(lag: float, frequency: float) -> int:
    """Return a lag [s] in rows, halves away from nil."""
    return int(np.floor(abs(lag) * frequency + 0.5)) * (1 if lag >= 0 else -1)


def covariance_maximum(
    covariance: FloatArray, first: int, minimum: NDArray[np.int64], maximum: NDArray[np.int64], default: FloatArray | None = None
) -> FoundLag:
    """Return the lag at which the covariance of vertical wind and gas is largest.

    Parameters
    ----------
    covariance
        (n, n_lags).
    first
        Lag in rows of the first column.
    minimum, maximum
        (n,) window in rows, both included.
    default
        (n,) lag in rows that serves where the largest covariance stands at an end of the window; None: the end is taken.

    Returns
    -------
    FoundLag
        Of equal covariances the first counts; NaN where no covariance is known.
    """
    lags = first + np.arange(covariance.shape[1])
    inside = (lags >= minimum[:, np.newaxis]) & (lags <= maximum[:, np.newaxis])
    size = np.where(inside & np.isfinite(covariance), np.abs(covariance), -1.0)
    place = np.argmax(size, axis=1)
    known = size[np.arange(len(size)), place] >= 0.0
    found = lags[place].astype(np.float64)
    at_end = known & ((lags[place] == minimum) | (lags[place] == maximum))
    if default is None:
        return FoundLag(np.where(known, found, np.nan), np.zeros(len(size), dtype=bool))
    return FoundLag(np.where(known, np.where(at_end, default, found), np.nan), at_end)


def shifted(series: FloatArray, lag: int) -> FloatArray:
    """Return ``x(t + lag)`` for a lag in rows, NaN where nothing is left."""
    if lag == 0:
        return series
    moved = np.full_like(series, np.nan)
    if abs(lag) >= series.size:
        return moved
    if lag > 0:
        moved[: series.size - lag] = series[lag:]
    else:
        moved[-lag:] = series[:lag]
    return moved
