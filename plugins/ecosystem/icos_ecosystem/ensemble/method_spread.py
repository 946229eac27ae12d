"""What the choice of methods contributes to the uncertainty of annual sums.

References
----------
JCGM 100:2008, Evaluation of measurement data: guide to the expression of uncertainty in measurement, 4.3.7.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["combined", "spread_of_choice", "spread_of_percentiles"]


def spread_of_choice(sums: Sequence[FloatArray]) -> FloatArray:
    """Return the standard uncertainty of a choice between methods that are equally good.

    Parameters
    ----------
    sums
        Annual sums by each method, (years,) each; NaN where a method gives none.

    Returns
    -------
    ndarray
        (years,); NaN where fewer than two methods give a sum.

    Notes
    -----
    Any value between the least and the largest is taken as equally likely, so it is half their distance over the square root of 3.
    """
    table = np.array(sums, dtype=np.float64)
    several = np.isfinite(table).sum(axis=0) >= 2 if len(table) else np.zeros(0, dtype=bool)
    if not several.any():
        return np.full(table.shape[1:], np.nan)
    spread = np.full(table.shape[1], np.nan)
    spread[several] = (np.nanmax(table[:, several], axis=0) - np.nanmin(table[:, several], axis=0)) / np.sqrt(12.0)
    return spread


def spread_of_percentiles(sixteenth: FloatArray, eighty_fourth: FloatArray) -> FloatArray:
    """Return half the distance of two percentiles, the standard uncertainty of a normal distribution."""
    return np.abs(eighty_fourth - sixteenth) / 2.0


def combined(terms: Sequence[FloatArray]) -> FloatArray:
    """Return the quadrature sum of standard uncertainties, (years,); a term that is missing contributes nothing, NaN where all are."""
    table = np.array(terms, dtype=np.float64)
    return np.where(np.isfinite(table).any(axis=0), np.sqrt(np.nansum(table**2, axis=0)), np.nan)
