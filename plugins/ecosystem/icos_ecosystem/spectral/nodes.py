"""A full cospectrum in little room: some two hundred nodes and weights that integrate like its thousands of lines.

The corrections of a flux need integrals of a half hour's own cospectrum with transfer functions that are known only later, when all
half hours are there. Transfer functions are smooth in the logarithm of frequency: within half an octave a polynomial of degree
`ORDER` - 1 through Chebyshev nodes gives them to twelve digits. What such a polynomial needs of the cospectrum are as many weights.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["ORDER", "condense", "node_frequencies", "number_of_nodes"]

ORDER = 10
"""Nodes of each half octave."""

_WIDTH = np.sqrt(2.0)


class _Plan(NamedTuple):
    """Nodes in units of the line number; how many of the lowest lines are kept; the first line, the lines and the matrix of each bin."""

    nodes: FloatArray
    kept: int
    bins: tuple[tuple[int, int, FloatArray], ...]


def number_of_nodes(n_lines: int) -> int:
    """Return how many nodes stand for a cospectrum of `n_lines` lines."""
    return len(_plan(n_lines).nodes)


def node_frequencies(n_lines: int, line_width: float) -> FloatArray:
    """Return the frequencies of the nodes [Hz], shape (n_nodes,), rising.

    Parameters
    ----------
    n_lines
        Lines k = 1 … n_lines of the cospectrum; the constant is none of them.
    line_width
        Distance df between two lines [Hz]; line k stands at k df.
    """
    return _plan(n_lines).nodes * line_width


def condense(cospectrum: FloatArray) -> FloatArray:
    """Return the weights of the nodes, shape (..., n_nodes).

    Parameters
    ----------
    cospectrum
        What each line k = 1 … n_lines holds of the covariance (Co(f_k) df), shape (..., n_lines), in any unit. Transfer functions that
        are not smooth, such as those of a block average with its zeros at every line, have to be in it already.

    Returns
    -------
    numpy.ndarray
        Weights w_j with ``sum_k co_k g(k df) = sum_j w_j g(x_j)`` for every g that is smooth in ln f, x_j from `node_frequencies`.

    Notes
    -----
    ``w_j = sum_k co_k L_j(ln k)`` with the Lagrange polynomials L_j of the Chebyshev nodes of the bin that holds line k. The lowest
    lines, where half an octave has fewer lines than nodes, stay as they are.
    For g = 1 / (1 + (f / fc)^2) with any fc, also times an anemometer's inverse transfer functions, the error is below
    1e-11 of sum |co_k| max |g|.

    References
    ----------
    Berrut & Trefethen 2004, SIAM Rev. 46, 501, doi:10.1137/S0036144502417715.
    """
    lines = np.asarray(cospectrum, dtype=np.float64)
    plan = _plan(lines.shape[-1])
    weights = np.empty((*lines.shape[:-1], len(plan.nodes)))
    weights[..., : plan.kept] = lines[..., : plan.kept]
    position = plan.kept
    for first, last, matrix in plan.bins:
        weights[..., position : position + ORDER] = lines[..., first:last] @ matrix
        position += ORDER
    return weights


@lru_cache(maxsize=16)
def _plan(n_lines: int) -> _Plan:
    """Return bins of half an octave from the highest line down, as long as they hold more lines than nodes."""
    if n_lines < 1:
        raise ValueError(f"a cospectrum has at least one line, not {n_lines}")
    edges = [n_lines]
    while (below := int(edges[-1] / _WIDTH)) and edges[-1] - below > ORDER:
        edges.append(below)
    kept = edges[-1]
    nodes = [np.arange(1.0, kept + 1.0)]
    bins = []
    for first, last in zip(edges[:0:-1], edges[-2::-1], strict=True):
        logarithms = np.log(np.arange(first + 1.0, last + 1.0))
        places = _chebyshev(logarithms[0], logarithms[-1])
        nodes.append(np.exp(places))
        bins.append((first, last, _lagrange(logarithms, places)))
    return _Plan(nodes=np.concatenate(nodes), kept=kept, bins=tuple(bins))


def _chebyshev(low: float, high: float) -> FloatArray:
    """Return Chebyshev nodes of the first kind between two ends, rising."""
    angles = (2.0 * np.arange(ORDER)[::-1] + 1.0) * np.pi / (2.0 * ORDER)
    return np.asarray((low + high) / 2.0 + (high - low) / 2.0 * np.cos(angles))


def _lagrange(points: FloatArray, nodes: FloatArray) -> FloatArray:
    """Return the Lagrange polynomials of the nodes at some points by the barycentric formula, shape (n_points, n_nodes)."""
    signs = np.where(np.arange(ORDER) % 2 == 0, 1.0, -1.0)
    barycentric = signs * np.sin((2.0 * np.arange(ORDER) + 1.0) * np.pi / (2.0 * ORDER))
    distance = points[:, None] - nodes
    hit = distance == 0.0
    terms = barycentric / np.where(hit, 1.0, distance)
    matrix = terms / terms.sum(axis=1, keepdims=True)
    exact = hit.any(axis=1)
    matrix[exact] = hit[exact]
    return np.asarray(matrix)
