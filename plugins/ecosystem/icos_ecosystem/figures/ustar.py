"""Thresholds of the friction velocity: the fluxes of the night that they come from, and how far bootstraps scatter."""

from __future__ import annotations

from calendar import month_abbr
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.components import Figure
from icos_core.dataset import GOOD
from icos_core.report.layout import add_legend, new_figure, pretty_unit, say_empty
from icos_core.report.palette import FLAGS, INK, MUTED_INK, SERIES
from icos_ecosystem.figures.site_years import binned, product_stream, say_here, years_below
from icos_ecosystem.vocabulary.ustar import BOOTSTRAP_STREAM, TABLE_STREAM, THRESHOLD_STREAM

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from matplotlib.gridspec import GridSpec
    from numpy.typing import NDArray

    from icos_core.components import Streams

    FloatArray = NDArray[np.float64]

__all__ = ["FIGURE"]

_UNIT = pretty_unit("m s-1")
_METHODS = {
    "BOOTSTRAP_MP": ("moving point", FLAGS[GOOD].colour),
    "BOOTSTRAP_CP": ("change point", SERIES[0]),
    "BOOTSTRAP_EXTERNAL": ("as given", SERIES[2]),
}
_MARKED = (5.0, 50.0, 95.0)
_DRAWN = (0.05, 0.25, 0.5, 0.75, 0.95)
_HALF_BOX = 0.08
_BINS, _FEWEST = 12, 3
_MOST_NAMED = 3
_LOWEST, _HIGHEST = -1.0, 2.5


class _Season(NamedTuple):
    """Seasons that begin with the same month: friction velocity and scaled flux of their classes, (m,), thresholds, and columns."""

    month: int
    ustar: FloatArray
    scaled: FloatArray
    thresholds: FloatArray


def draw(streams: Streams, _context: object) -> MatplotlibFigure | None:
    """Draw a panel per season with the classes of all years, and below them thresholds and their bootstraps by year."""
    thresholds = product_stream(streams, THRESHOLD_STREAM)
    if thresholds is None:
        return None
    table = product_stream(streams, TABLE_STREAM)
    seasons = [] if table is None else _seasons(table, thresholds)
    rows = -(-len(seasons) // 2)
    figure = new_figure(3.1 + 1.75 * rows)
    grid = figure.add_gridspec(rows + 1, 2, height_ratios=(*[1.75] * rows, 2.6))
    _draw_seasons(figure, grid, seasons)
    _draw_years(figure.add_subplot(grid[rows, :]), thresholds, product_stream(streams, BOOTSTRAP_STREAM))
    return figure


def _draw_seasons(figure: MatplotlibFigure, grid: GridSpec, seasons: Sequence[_Season]) -> None:
    panels: list[Axes] = []
    for number, season in enumerate(seasons):
        first = panels[0] if panels else None
        axes = figure.add_subplot(grid[number // 2, number % 2], sharex=first, sharey=first)
        panels.append(axes)
        _draw_season(axes, season)
        axes.label_outer()
        if number % 2 == 0:
            axes.set_ylabel("relative NEE")
        if number + 2 >= len(seasons):
            axes.tick_params(labelbottom=True)
            axes.set_xlabel(f"friction velocity ({_UNIT})")
    every = np.concatenate([np.empty(0), *(season.scaled for season in seasons)])
    if every.size:
        low, high = np.percentile(every, (1.0, 99.0))
        panels[0].set_ylim(max(min(low, 0.0), _LOWEST), min(max(high, 1.2), _HIGHEST))
        panels[0].set_xlim(left=0.0)
    handles = {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    if handles:
        figure.legend(handles.values(), handles, loc="outside upper left", ncols=len(handles))


def _seasons(table: xr.Dataset, thresholds: xr.Dataset) -> list[_Season]:
    """Return the classes by the month with which their season begins; each class of temperature over its flux in strong turbulence."""
    identifiers = table["year_season"].values
    ustar, nee = (
        table[name].transpose("year_season", "temperature_class", "ustar_class").values.astype(np.float64)
        for name in ("CLASS_USTAR", "CLASS_NEE")
    )
    there = np.isfinite(ustar + nee)
    upper = there & (np.arange(ustar.shape[2]) >= ustar.shape[2] // 2)
    count = upper.sum(axis=2)
    level = np.where(upper, nee, 0.0).sum(axis=2) / np.maximum(count, 1)
    there &= (level > 0.0)[..., np.newaxis]
    scaled = nee / np.where(level > 0.0, level, 1.0)[..., np.newaxis]
    own = thresholds["SEASON_ESTIMATE"].sel(year_season=identifiers).values
    found = []
    for month in np.unique(identifiers % 1000):
        of_month = identifiers % 1000 == month
        kept = there & of_month[:, np.newaxis, np.newaxis]
        found.append(_Season(int(month), ustar[kept], scaled[kept], own[of_month & np.isfinite(own)]))
    return found


def _draw_season(axes: Axes, season: _Season) -> None:
    axes.set_title(f"from {month_abbr[season.month]}: {_told(season.thresholds)}", fontsize="small", loc="left")
    if not season.ustar.size:
        say_here(axes, "no class of friction velocity\nwith a positive flux")
        return
    axes.axhline(1.0, color=INK, linewidth=0.6)
    axes.plot(
        season.ustar,
        season.scaled,
        linestyle="none",
        marker=".",
        markersize=4,
        markeredgewidth=0,
        color=FLAGS[GOOD].colour,
        alpha=0.4,
        label="class",
    )
    edges = np.unique(np.quantile(season.ustar, np.linspace(0.0, 1.0, _BINS + 1)))
    edges[-1] *= 1.0 + 1e-9
    bins = binned(season.ustar, season.scaled, edges, _FEWEST)
    axes.plot(bins.x, bins.middle, color=FLAGS[GOOD].colour, linewidth=1.6, label="median")
    for number, threshold in enumerate(season.thresholds):
        axes.axvline(threshold, color=SERIES[2], linewidth=1.1, linestyle="--", label=None if number else "threshold")


def _told(thresholds: FloatArray) -> str:
    if not thresholds.size:
        return "no threshold"
    if thresholds.size <= _MOST_NAMED:
        return f"{', '.join(f'{each:.2f}' for each in thresholds)} {_UNIT}"
    return f"{thresholds.min():.2f} to {thresholds.max():.2f} {_UNIT}"


def _draw_years(axes: Axes, thresholds: xr.Dataset, bootstraps: xr.Dataset | None) -> None:
    """Draw boxes of the bootstraps of every year, beside them quantiles of the year's pool, and those of the pool of all years."""
    years = thresholds["year"].values
    percentile = thresholds["percentile"].values
    order = np.argsort(percentile)
    pooled = thresholds["THRESHOLD_VUT"].transpose("year", "percentile").values[:, order]
    marked = np.array([np.interp(_MARKED, percentile[order], row) for row in pooled])
    if "THRESHOLD_CUT" in thresholds and np.isfinite(thresholds["THRESHOLD_CUT"].values).all():
        low, middle, high = np.interp(_MARKED, percentile[order], thresholds["THRESHOLD_CUT"].values[order])
        axes.axhspan(low, high, color=MUTED_INK, alpha=0.15, linewidth=0, label="CUT")
        axes.axhline(middle, color=MUTED_INK, linewidth=1.1, linestyle="--")
    drawn = {} if bootstraps is None else {name: bootstraps[name] for name in _METHODS if name in bootstraps}
    places = np.linspace(-0.28, 0.28, len(drawn) + 1)
    for place, (name, of_method) in zip(places, drawn.items(), strict=False):
        label, colour = _METHODS[name]
        values = [row[np.isfinite(row)] for row in of_method.transpose("year", "bootstrap").values]
        _draw_boxes(axes, years + place, values, label=label, colour=colour)
    known = np.isfinite(marked).all(axis=1)
    if known.any():
        low, middle, high = marked[known].T
        axes.errorbar(
            years[known] + places[-1],
            middle,
            yerr=[(middle - low).tolist(), (high - middle).tolist()],
            linestyle="none",
            marker="o",
            markersize=4,
            capsize=4,
            linewidth=1.4,
            color=INK,
            label="VUT",
        )
    years_below(axes, years)
    axes.set_ylabel(f"threshold ({_UNIT})")
    if axes.has_data():
        add_legend(axes)
    else:
        say_empty(axes, "no year has a threshold")


def _draw_boxes(axes: Axes, at: FloatArray, values: Sequence[FloatArray], *, label: str, colour: str) -> None:
    kept = [number for number, each in enumerate(values) if each.size]
    if not kept:
        return
    place = at[kept]
    low, first, middle, third, high = np.array([np.quantile(values[number], _DRAWN) for number in kept]).T
    axes.bar(place, third - first, 2 * _HALF_BOX, first, color=colour, alpha=0.35, linewidth=0, label=label)
    axes.hlines(middle, place - _HALF_BOX, place + _HALF_BOX, color=colour, linewidth=1.6)
    axes.vlines(np.tile(place, 2), np.append(low, third), np.append(first, high), color=colour, linewidth=1.1)


FIGURE = Figure(
    name="ecosystem-ustar",
    summary="Thresholds of the friction velocity. Above: exchange of the night in classes of friction velocity, over its mean in strong "
    "turbulence, with the thresholds of each year. Below: bootstraps of each year (boxes: quartiles; whiskers: 5 and 95 %), and 5, 50 and "
    "95 % of the pools of a year and its neighbours (VUT) and of all years (CUT)",
    draw=draw,
    order=120,
)
