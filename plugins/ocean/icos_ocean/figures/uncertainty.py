"""What the standard uncertainty of fCO2 is made of, against time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Figure
from icos_core.dataset import is_good
from icos_core.report.envelope import column_edges, column_means, usual_gap
from icos_core.report.layout import add_legend, label_axis, say_empty, time_figure, to_dates
from icos_core.report.palette import GRID, INK, SERIES
from icos_core.report.series import nanoseconds
from icos_ocean.figures.underway import WATER, calibrated_systems, rows_of, unit_of
from icos_ocean.vocabulary import UNCERTAINTY_TERMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

TOTAL = "fco2_uncertainty"
_COLUMNS = 1000
_AREAS = tuple(colour for colour in SERIES if colour != "#000000")  # a black area hides the line of the total


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Stack the terms of the uncertainty of good fCO2, each by its share in the variance, so that the stack is as high as the total.

    Of more terms than there are colours the smallest share one band.

    Notes
    -----
    Terms add in quadrature, ``u² = Σ u_i²``; the band of a term is ``u_i² / u`` high. Columns hold means of the variances.
    """
    systems = calibrated_systems(streams, ["fco2", TOTAL])
    if not systems:
        return None
    figure, panels = time_figure(len(systems))
    for system, axes in zip(systems, panels, strict=True):
        _draw_one(axes, system.stream)
        system.sign(axes)
    return figure


def _draw_one(axes: Axes, stream: xr.Dataset) -> None:
    good = is_good(stream, "fco2") & is_good(stream, TOTAL) & rows_of(stream, WATER)
    if good.any():
        _stack(axes, stream, good)
        axes.set_ylim(bottom=0.0)
        add_legend(axes)
    else:
        say_empty(axes, "no row of sea water has a good fugacity of CO₂ with an uncertainty")
    label_axis(axes, "standard uncertainty of fCO₂", unit_of(stream, TOTAL))


def _stack(axes: Axes, stream: xr.Dataset, good: NDArray[np.bool_]) -> None:
    time = nanoseconds(stream)[good]
    starts = column_edges(time, (int(time[0]), int(time[-1])), _COLUMNS)
    total = np.sqrt(column_means(stream[TOTAL].values[good] ** 2, starts))
    variances = {term: column_means(np.nan_to_num(stream[f"{TOTAL}_{term}"].values[good]) ** 2, starts) for term in terms_of(stream, TOTAL)}
    x, before = _with_gaps(time, starts)
    foot = np.zeros(total.shape)
    for (term, variance), colour in zip(_few(variances), (*_AREAS, GRID), strict=False):
        top = foot + np.divide(variance, total, out=np.zeros(total.shape), where=total > 0)
        low, high = np.insert(foot, before, np.nan), np.insert(top, before, np.nan)
        axes.fill_between(x, low, high, color=colour, linewidth=0, label=term.replace("_", " "))
        foot = top
    axes.plot(x, np.insert(total, before, np.nan), color=INK, linewidth=0.9, label="total")


def terms_of(stream: xr.Dataset, total: str) -> list[str]:
    """Return the terms of an uncertainty that a stream has: the usual ones in their order, then others."""
    prefix = f"{total}_"
    found = [
        str(name).removeprefix(prefix)
        for name, variable in stream.data_vars.items()
        if str(name).startswith(prefix) and "error_correlation" in variable.attrs
    ]
    usual = list(UNCERTAINTY_TERMS)
    return sorted(found, key=lambda term: usual.index(term) if term in usual else len(usual))


def _few(variances: Mapping[str, NDArray[np.float64]]) -> list[tuple[str, NDArray[np.float64]]]:
    """Return bands for which the colours suffice: all terms, or the greatest and the rest together."""
    if len(variances) <= len(_AREAS):
        return list(variances.items())
    greatest = sorted(variances, key=lambda term: -float(variances[term].mean()))[: len(_AREAS)]
    rest = [term for term in variances if term not in greatest]
    together = np.sum([variances[term] for term in rest], axis=0)
    return [*((term, variances[term]) for term in variances if term in greatest), (f"rest ({', '.join(rest)})", together)]


def _with_gaps(time: NDArray[np.int64], starts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the dates of the columns with one more wherever a gap lies between two of them, and where those were put in."""
    at = time[starts]
    limit = max(usual_gap(time), usual_gap(at))
    before = np.flatnonzero(np.diff(at) > limit) + 1
    return to_dates(np.insert(at, before, at[before])), before


FIGURE = Figure(
    name="ocean-uncertainty",
    summary="What the standard uncertainty of fCO₂ in sea water is made of: shares of its terms in the variance, good values only",
    draw=draw,
    order=70,
)
