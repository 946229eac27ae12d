"""A histogram of bins as wide as Freedman and Diaconis (1981) advise, with round edges.

References
----------
Freedman, D., and P. Diaconis (1981), On the histogram as a density estimator: L2 theory, Z. Wahrscheinlichkeitstheorie verw. Gebiete 57,
453-476, doi:10.1007/BF01025868.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["fullest_bin", "round_edges"]

_FUZZ = 1e-7


def round_edges(low: float, high: float, bins: int) -> NDArray[np.float64]:
    """Return equally spaced round edges that cover a span with about so many bins.

    Parameters
    ----------
    low, high
        Span, `high` above `low`.
    bins
        Number of bins to come near to.

    Notes
    -----
    The width is 1, 2, 5 or 10 times a power of ten; the wider one is taken while it is nearer than 1.5 times (for 5: 2.75 times) the
    excess over the narrower one, as R's `pretty` documents (``high.u.bias = 1.5``).
    """
    cell = (high - low) / bins
    base = 10.0 ** np.floor(np.log10(cell))
    width = base
    for factor, bias in ((2.0, 1.5), (5.0, 2.75), (10.0, 1.5)):
        if factor * base - cell >= bias * (cell - width):
            break
        width = factor * base
    first, last = np.floor(low / width + _FUZZ), np.ceil(high / width - _FUZZ)
    return np.asarray(np.arange(first, last + 1.0) * width, dtype=np.float64)


def fullest_bin(sample: ArrayLike) -> int:
    """Return the largest count of a Freedman-Diaconis histogram.

    Parameters
    ----------
    sample
        (n,) values, without missing ones. Where the interquartile range is zero, all values are in one bin.

    Notes
    -----
    Bins are 2 IQR / n^(1/3) wide before their edges are rounded, and hold their upper edge.
    """
    values = np.sort(np.asarray(sample, dtype=np.float64))
    lower, upper = np.quantile(values, [0.25, 0.75])
    width = 2.0 * (upper - lower) / values.size ** (1.0 / 3.0)
    if not width > 0.0:
        return int(values.size)
    edges = round_edges(values[0], values[-1], int(np.ceil((values[-1] - values[0]) / width)))
    slack = _FUZZ * (edges[1] - edges[0])
    edges = edges + slack
    edges[0] -= 2.0 * slack
    return int(np.diff(np.searchsorted(values, edges, side="right")).max())
