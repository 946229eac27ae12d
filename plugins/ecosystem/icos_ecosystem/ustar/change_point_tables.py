"""How probable the largest F of a change-point fit is where there is no change: tables from simulations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.special import fdtrc, fdtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["critical_values", "probability"]

_LEVELS: Final = {2: np.array([0.80, 0.90, 0.95, 0.99]), 3: np.array([0.90, 0.95, 0.99])}
_LOWEST: Final = {2: 0.90, 3: 0.95}
_HIGHEST: Final = 0.995

# Number of bins, then the critical F of each level.
_TWO_PARAMETERS: Final = np.array(
    [
        [10, 3.9293, 6.2992, 9.1471, 18.2659],
        [15, 3.7734, 5.6988, 7.8770, 13.8100],
        [20, 3.7516, 5.5172, 7.4426, 12.6481],
        [30, 3.7538, 5.3224, 7.0306, 11.4461],
        [50, 3.7941, 5.3030, 6.8758, 10.6635],
        [70, 3.8548, 5.3480, 6.8883, 10.5026],
        [100, 3.9798, 5.4465, 6.9184, 10.4527],
        [150, 4.0732, 5.5235, 6.9811, 10.3859],
        [200, 4.1467, 5.6136, 7.0624, 10.5596],
        [300, 4.2770, 5.7391, 7.2005, 10.6871],
        [500, 4.4169, 5.8733, 7.3421, 10.6751],
        [700, 4.5556, 6.0591, 7.5627, 11.0072],
        [1000, 4.7356, 6.2738, 7.7834, 11.2319],
    ]
)
_THREE_PARAMETERS: Final = np.array(
    [
        [10, 11.646, 15.559, 28.412],
        [20, 9.651, 11.948, 18.043],
        [30, 9.379, 11.396, 16.249],
        [40, 9.261, 11.148, 15.750],
        [50, 9.269, 11.068, 15.237],
        [60, 9.296, 11.072, 15.252],
        [70, 9.296, 11.059, 14.985],
        [80, 9.341, 11.072, 15.013],
        [90, 9.397, 11.080, 14.891],
        [100, 9.398, 11.085, 14.874],
        [150, 9.506, 11.127, 14.828],
        [200, 9.694, 11.208, 14.898],
        [250, 9.691, 11.310, 14.975],
        [300, 9.790, 11.406, 14.998],
        [350, 9.794, 11.392, 15.044],
        [400, 9.840, 11.416, 14.980],
        [450, 9.872, 11.474, 15.072],
        [500, 9.929, 11.537, 15.115],
        [550, 9.955, 11.552, 15.086],
        [600, 9.995, 11.549, 15.164],
        [800, 10.102, 11.673, 15.292],
        [1000, 10.169, 11.749, 15.154],
        [2500, 10.478, 12.064, 15.519],
    ]
)
_TABLES: Final = {2: _TWO_PARAMETERS, 3: _THREE_PARAMETERS}
_CURVES: Final = {parameters: PchipInterpolator(table[:, 0], table[:, 1:]) for parameters, table in _TABLES.items()}


def critical_values(bins: FloatArray, *, parameters: int) -> FloatArray:
    """Return the critical F of all levels, shape (..., levels), between rows of the table along monotone cubic curves.

    `bins` beyond the table's last row have its values; `parameters` are 2 (operational model) or 3 (diagnostic model).
    """
    table = _TABLES[parameters]
    values: FloatArray = _CURVES[parameters](np.clip(bins, table[0, 0], table[-1, 0]))
    return values


def probability(f_max: FloatArray, bins: FloatArray, *, parameters: int) -> FloatArray:
    """Return how probable so large an F is without a change point.

    Parameters
    ----------
    f_max
        Largest F of all candidates.
    bins
        Number of bins, of the same shape.
    parameters
        2: operational model (no slope above the change point); 3: diagnostic model.

    Returns
    -------
    ndarray
        Probability; NaN where `f_max` or `bins` is NaN or there are fewer than ten bins.

    Notes
    -----
    Between the critical values a monotone cubic curve through ``1 - level``. Below the lowest one F is scaled such that the critical value
    falls on the 0.90 quantile (0.95 with three parameters) of the distribution of F with 3 and n degrees of freedom; above the highest one
    the critical value of the *third* level falls on its 0.995 quantile; the probability is two-sided. With two parameters the third level
    is that of 0.95, not the highest: probabilities beyond the table are too small by an order of magnitude. This has no bearing on what
    is significant, and is kept as published.

    References
    ----------
    Barr et al. (2013), Agric. For. Meteorol. 171-172, 31, doi:10.1016/j.agrformet.2012.11.023
    Wang (2003), J. Climate 16, 3383, doi:10.1175/1520-0442(2003)016<3383:CODOUC>2.0.CO;2
    """
    found = np.full(np.shape(f_max), np.nan)
    known = ~np.isnan(f_max) & (bins >= _TABLES[parameters][0, 0])
    found[known] = _probability(np.asarray(f_max)[known], np.asarray(bins)[known], parameters)
    return found


def _probability(f_max: FloatArray, bins: FloatArray, parameters: int) -> FloatArray:
    critical = critical_values(bins, parameters=parameters)
    low = f_max < critical[:, 0]
    high = f_max > critical[:, -1]
    level = np.where(low, _LOWEST[parameters], _HIGHEST)
    scaled = fdtri(3.0, bins, level) * f_max / np.where(low, critical[:, 0], critical[:, 2])
    found: FloatArray = np.minimum(2.0 * fdtrc(3.0, bins, scaled), 1.0)
    between = ~(low | high)
    for n in np.unique(bins[between]):
        same = between & (bins == n)
        found[same] = PchipInterpolator(critical[same][0], 1.0 - _LEVELS[parameters])(f_max[same])
    return found
