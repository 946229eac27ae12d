"""Yearly sums of net ecosystem exchange, gross primary production and respiration, with their uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.components import Figure
from icos_core.dataset import GOOD
from icos_core.report.layout import add_legend, new_figure, say_empty
from icos_core.report.palette import FLAGS, INK, SERIES
from icos_ecosystem.figures.site_years import CARBON_SUM, pool_of, product_stream, signed, years_below
from icos_ecosystem.half_hourly.streams import column, has, local_offset, local_start
from icos_ecosystem.vocabulary.fluxnet_product import fluxnet_stream

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["FIGURE"]

_FEW_YEARS = 4


class _Series(NamedTuple):
    """A series of sums: name in the stream, label, colour, marker, and where it stands beside its year."""

    stem: str
    label: str
    colour: str
    marker: str
    place: float


_PARTS = (
    _Series("GPP_NT", "GPP, night-time method", SERIES[0], "o", -0.18),
    _Series("GPP_DT", "GPP, day-time method", SERIES[0], "D", -0.06),
    _Series("RECO_NT", "RECO, night-time method", SERIES[2], "o", 0.06),
    _Series("RECO_DT", "RECO, day-time method", SERIES[2], "D", 0.18),
)


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw a panel of the exchange and one of what it consists of."""
    sums = product_stream(streams, fluxnet_stream("yy"))
    if sums is None:
        return None
    pool = pool_of(sums)
    if pool is None:
        figure = new_figure(2.0)
        axes = figure.subplots()
        say_empty(axes, "no year is complete enough for a sum of the net ecosystem exchange")
        axes.set_axis_off()
        return figure
    years = local_start(sums, local_offset(context)).astype("datetime64[Y]").astype(np.int64) + 1970
    figure = new_figure(5.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.0, 1.2))
    _draw_exchange(upper, sums, pool, years)
    _draw_parts(lower, sums, pool, years)
    for axes in (upper, lower):
        years_below(axes, years)
    upper.set_xlabel("")
    return figure


def _draw_exchange(axes: Axes, sums: xr.Dataset, pool: str, years: NDArray[np.int64]) -> None:
    stem = f"NEE_{pool}_REF"
    nee, joint = column(sums, stem), column(sums, f"{stem}_JOINTUNC")
    axes.axhline(0.0, color=INK, linewidth=0.6)
    axes.errorbar(
        years,
        nee,
        yerr=np.nan_to_num(joint),
        linestyle="none",
        marker="o",
        markersize=5,
        capsize=4,
        color=FLAGS[GOOD].colour,
        label=f"{stem} ± joint uncertainty",
    )
    if years.size <= _FEW_YEARS:
        for year, value in zip(years, nee, strict=True):
            if np.isfinite(value):
                axes.annotate(signed(value), (year, value), (7, 0), textcoords="offset points", va="center", fontsize="small")
    axes.set_ylabel(f"NEE ({CARBON_SUM} per year)")
    add_legend(axes)


def _draw_parts(axes: Axes, sums: xr.Dataset, pool: str, years: NDArray[np.int64]) -> None:
    shown = [each for each in _PARTS if has(sums, f"{each.stem}_{pool}_REF")]
    for each in shown:
        middle, low, high = (column(sums, f"{each.stem}_{pool}_{end}") for end in ("REF", "16", "84"))
        # The reference need not lie between the percentiles.
        reach = np.nan_to_num(np.maximum([middle - low, high - middle], 0.0))
        axes.errorbar(
            years + each.place,
            middle,
            yerr=reach,
            linestyle="none",
            marker=each.marker,
            markersize=5,
            capsize=3,
            color=each.colour,
            markerfacecolor=each.colour if each.marker == "o" else "white",
            label=each.label,
        )
    if not shown:
        say_empty(axes, "not partitioned, or no year\nis complete enough for a sum")
    axes.set_ylabel(f"GPP, RECO ({CARBON_SUM} per year)")
    add_legend(axes)


FIGURE = Figure(
    name="ecosystem-annual-sums",
    summary="Yearly sums: net ecosystem exchange with its joint uncertainty (k = 1), gross primary production and ecosystem respiration by "
    "either method with percentiles 16 to 84 over the u* thresholds",
    draw=draw,
    order=160,
)
