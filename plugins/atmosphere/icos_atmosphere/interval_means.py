r"""Means over intervals (hours of minutes, days of hours, months of days), and what the uncertainty of each value makes of them.

Values belong to groups, which are intervals by number; a value that is NaN does not count. Where errors of the values of a group are
independent they average out, where they are the same in all of them they do not:

.. math::
    u_{independent} = \frac{1}{n} \sqrt{\sum_i u_i^2}, \qquad u_{common} = \frac{1}{n} \sum_i u_i

Where the uncertainty of some values of a group is not known, those count with the mean of the others (for independent errors with that of
the squares).

References
----------
JCGM 100:2008, Evaluation of measurement data: Guide to the expression of uncertainty in measurement, 5.2.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Groups = NDArray[np.intp]

__all__ = ["Means", "combined", "mean_uncertainty", "means"]


class Means(NamedTuple):
    """Statistics of each group.

    Attributes
    ----------
    mean
        Unweighted mean; NaN of an empty group.
    stdev
        Standard deviation with n - 1; NaN of fewer than two values.
    n
        Number of values.
    """

    mean: FloatArray
    stdev: FloatArray
    n: NDArray[np.int32]


def means(values: FloatArray, group: Groups, groups: int) -> Means:
    """Return mean, standard deviation and number of the values of each group.

    Parameters
    ----------
    values
        (n,) values; NaN does not count.
    group
        (n,) number of the group of each, 0 to `groups` - 1.
    groups
        How many groups there are.

    Returns
    -------
    Means
        Three arrays of length `groups`.
    """
    known = np.isfinite(values)
    if not known.all():
        values, group = values[known], group[known]
    n = np.bincount(group, minlength=groups)
    mean = np.full(groups, np.nan)
    np.divide(np.bincount(group, weights=values, minlength=groups), n, out=mean, where=n > 0)
    squares = np.bincount(group, weights=np.square(values - mean[group]), minlength=groups)
    stdev = np.full(groups, np.nan)
    np.sqrt(np.divide(squares, n - 1, out=stdev, where=n > 1), out=stdev)
    return Means(mean, stdev, n.astype(np.int32))


def mean_uncertainty(
    uncertainty: FloatArray, group: Groups, groups: int, errors: Literal["independent", "common"], counted: NDArray[np.bool_] | None = None
) -> FloatArray:
    """Return the standard uncertainty of the mean of each group due to one kind of error.

    Parameters
    ----------
    uncertainty
        (n,) standard uncertainty of each value; NaN where it is not known.
    group
        (n,) number of the group of each, 0 to `groups` - 1.
    groups
        How many groups there are.
    errors
        Whether the errors of the values of a group are independent, or common to them.
    counted
        (n,) which values the mean is of. Default: all.

    Returns
    -------
    ndarray
        (groups,) in the unit of `uncertainty`; NaN of a group in which none is known.
    """
    if counted is not None:
        uncertainty, group = uncertainty[counted], group[counted]
    n = np.bincount(group, minlength=groups)
    known = np.isfinite(uncertainty)
    if not known.all():
        uncertainty, group = uncertainty[known], group[known]
    told = np.bincount(group, minlength=groups)
    found = np.full(groups, np.nan)
    if errors == "common":
        np.divide(np.bincount(group, weights=uncertainty, minlength=groups), told, out=found, where=told > 0)
        return found
    squares = np.bincount(group, weights=np.square(uncertainty), minlength=groups)
    np.divide(squares, told * n, out=found, where=told > 0)
    np.sqrt(found, out=found)
    return found


def combined(terms: list[FloatArray]) -> FloatArray:
    """Return the quadrature sum of terms, leaving out those that are not known; NaN where none is.

    Parameters
    ----------
    terms
        Arrays of one shape, at least one.
    """
    stacked = np.stack(terms)
    known = np.isfinite(stacked)
    total = np.sqrt(np.square(np.where(known, stacked, 0.0)).sum(axis=0))
    return np.where(known.any(axis=0), total, np.nan)
