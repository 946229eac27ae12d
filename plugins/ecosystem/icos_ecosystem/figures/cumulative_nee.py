"""Net ecosystem exchange cumulated through every year, with a band of its uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Figure
from icos_core.report.layout import add_legend, new_figure, say_empty
from icos_core.report.palette import INK, MUTED_INK, SERIES
from icos_ecosystem.figures.site_years import CARBON_SUM, pool_of, product_stream, signed
from icos_ecosystem.half_hourly.streams import column, local_offset, local_start
from icos_ecosystem.vocabulary.fluxnet_product import fluxnet_stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["FIGURE"]

_LONGEST, _APART = 366, 6.0
_STYLES = tuple((colour, dashes) for dashes in ("-", "--") for colour in SERIES[:4])


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw a line with a band per year; years before the last eight are grey and have none."""
    days = product_stream(streams, fluxnet_stream("dd"))
    if days is None:
        return None
    figure = new_figure(4.4)
    axes = figure.subplots()
    axes.axhline(0.0, color=INK, linewidth=0.6)
    pool = pool_of(days)
    if pool is None:
        say_empty(axes, "no day has a reference of the net ecosystem exchange")
        return figure
    offset = local_offset(context)
    year = _year(days, offset)
    spread = (column(days, f"NEE_{pool}_CUMULATED_84") - column(days, f"NEE_{pool}_CUMULATED_16")) / 2.0
    _draw_years(axes, days, pool, year, spread, _yearly(product_stream(streams, fluxnet_stream("yy")), pool, offset))
    axes.set_xlabel("day of the year")
    axes.set_ylabel(f"cumulative NEE_{pool}_REF ({CARBON_SUM})")
    add_legend(axes)
    return figure


def _draw_years(
    axes: Axes, days: xr.Dataset, pool: str, year: IntArray, spread: FloatArray, sums: Mapping[int, tuple[float, float]]
) -> None:
    nee, random = column(days, f"NEE_{pool}_REF"), column(days, f"NEE_{pool}_REF_RANDUNC")
    years = np.unique(year)
    earlier, later = years[: -len(_STYLES)], years[-len(_STYLES) :]
    for number, each in enumerate(earlier):
        label = None if number else f"{earlier[0]} to {earlier[-1]}"
        axes.plot(*_from_zero(np.cumsum(nee[year == each])), color=MUTED_INK, linewidth=0.7, alpha=0.6, label=label)
    end = float(_LONGEST)
    for each, (colour, dashes) in zip(later, _STYLES, strict=False):
        rows = year == each
        through, cumulated = _from_zero(np.cumsum(nee[rows]))
        _, width = _from_zero(np.sqrt(np.cumsum(random[rows] ** 2) + spread[rows] ** 2))
        axes.fill_between(through, cumulated - width, cumulated + width, color=colour, alpha=0.16, linewidth=0)
        label = str(each) if np.isfinite(cumulated[-1]) else f"{each}: days are missing"
        if each in sums:
            middle, joint = sums[each]
            label = f"{each}: {signed(middle)} ± {joint:.0f}"
            end += _APART
            axes.errorbar(end, middle, joint, marker="o", markersize=3, capsize=2.5, color=colour)
        axes.plot(through, cumulated, color=colour, linestyle=dashes, linewidth=1.3, label=label)
    axes.set_xlim(0.0, end + _APART)
    axes.set_xticks(range(0, _LONGEST, 60))


def _year(stream: xr.Dataset, offset: np.timedelta64) -> IntArray:
    return local_start(stream, offset).astype("datetime64[Y]").astype(np.int64) + 1970


def _yearly(sums: xr.Dataset | None, pool: str, offset: np.timedelta64) -> dict[int, tuple[float, float]]:
    """Return year → sum and joint uncertainty, where both are there."""
    if sums is None:
        return {}
    nee, joint = column(sums, f"NEE_{pool}_REF"), column(sums, f"NEE_{pool}_REF_JOINTUNC")
    return {int(year): (one, other) for year, one, other in zip(_year(sums, offset), nee, joint, strict=True) if np.isfinite(one + other)}


def _from_zero(cumulated: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return days that have passed and what has cumulated by then, beginning with nothing."""
    return np.arange(cumulated.size + 1.0), np.append(0.0, cumulated)


FIGURE = Figure(
    name="ecosystem-cumulative-nee",
    summary="Net ecosystem exchange cumulated through every year; below zero carbon is taken up. Band (k = 1): random uncertainty of the "
    "days so far and half the distance between the percentiles 84 and 16 of what the versions with different u* thresholds have cumulated, "
    "as root of the sum of squares. Right, and in the legend: the year's sum with its joint uncertainty",
    draw=draw,
    order=150,
)
