"""Fingerprints of the fluxes: every half hour of a year, hour of the day across and day of the year downwards."""

from __future__ import annotations

from calendar import month_abbr
from typing import TYPE_CHECKING, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.patches import Patch

from icos_core.components import Figure
from icos_core.dataset import MISSING
from icos_core.report.layout import new_figure, pretty_unit, say_empty
from icos_core.report.palette import DIVERGING, FLAGS, INK
from icos_ecosystem.figures.site_years import FLUX_NAMES, grid_stream, measured_flux, product_stream
from icos_ecosystem.half_hourly.streams import calendar_of, column
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from matplotlib.image import AxesImage
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["FIGURE"]

_MOST_YEARS = 3
_WITHIN = 99.0
_BARS = (("NEE",), ("LE", "H"))
"""Fluxes that share a scale of colours."""
_UNITS = {word.name: word.units for word in GRID_WORDS}


class _Column(NamedTuple):
    """A column of panels: what flux it is of, whether measured or filled, and its values, (n,)."""

    flux: str
    what: str
    values: FloatArray


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw the last three years at most, below each other, with a column for the fluxes as measured and as filled."""
    grid = grid_stream(streams)
    columns = _columns(streams)
    if grid is None or not columns:
        return None
    calendar = calendar_of(grid, context)
    years = calendar.years[-_MOST_YEARS:]
    shown = slice(calendar.rows_of(years[0]).start, calendar.size)
    if not any(np.isfinite(each.values[shown]).any() for each in columns):
        figure = new_figure(1.6)
        axes = figure.subplots()
        say_empty(axes, f"no flux has a value in {years[0]} to {years[-1]}")
        axes.set_axis_off()
        return figure
    figure = new_figure(1.6 + 2.2 * len(years))
    panels = figure.subplots(1, len(columns), squeeze=False, sharex=True, sharey=True)[0]
    for fluxes in _BARS:
        chosen = [number for number, each in enumerate(columns) if each.flux in fluxes]
        if not chosen:
            continue
        limit = _limit([columns[number].values[shown] for number in chosen])
        images = [_draw_column(panels[number], columns[number], columns[number].values[shown], calendar, limit) for number in chosen]
        bar = figure.colorbar(images[0], ax=panels[chosen], location="bottom", extend="both", aspect=22, shrink=0.9)
        names = " and ".join(dict.fromkeys(columns[number].flux for number in chosen))
        bar.set_label(f"{names} ({pretty_unit(_UNITS[fluxes[0]])})")
    _label_days(panels, calendar.start[shown][:: calendar.per_day].astype("datetime64[D]"))
    if any(np.isnan(each.values[shown]).any() for each in columns):
        figure.legend(handles=[Patch(color=FLAGS[MISSING].colour, label=FLAGS[MISSING].word)], loc="outside upper left")
    return figure


def _columns(streams: Streams) -> list[_Column]:
    """Return the columns: net ecosystem exchange as measured and filled, heat fluxes as filled or, where they are not, as measured."""
    filled = product_stream(streams, FILLED_STREAM)
    columns = []
    for flux in FLUX_NAMES:
        measured = measured_flux(streams, flux)
        is_filled = filled is not None and f"{flux}_F" in filled
        if measured is not None and (flux == "NEE" or not is_filled):
            columns.append(_Column(flux, "measured", measured))
        if filled is not None and is_filled:
            columns.append(_Column(flux, "filled", column(filled, f"{flux}_F")))
    return columns


def _limit(fields: Sequence[FloatArray]) -> float:
    """Return the end of a scale that is as long to both sides and leaves out the largest hundredth, rounded up."""
    sizes = np.abs(np.concatenate(fields))
    sizes = sizes[np.isfinite(sizes)]
    size = float(np.percentile(sizes, _WITHIN)) if sizes.size else 0.0
    if size == 0.0:
        return 1.0
    step = 10.0 ** np.floor(np.log10(size)) / 5.0
    return float(np.ceil(size / step) * step)


def _draw_column(axes: Axes, shown: _Column, values: FloatArray, calendar: SiteCalendar, limit: float) -> AxesImage:
    field = values.reshape(-1, calendar.per_day)
    image = axes.imshow(
        field,
        extent=(0.0, 24.0, len(field), 0.0),
        aspect="auto",
        interpolation="nearest",
        cmap=mpl.colormaps[DIVERGING].with_extremes(bad=FLAGS[MISSING].colour),
        vmin=-limit,
        vmax=limit,
    )
    share = f"\n({100 * np.isfinite(field).mean():.0f} %)" if shown.what == "measured" else "\n"
    axes.set_title(f"{shown.flux} {shown.what}{share}", fontsize="small")
    return image


def _label_days(panels: Sequence[Axes], days: NDArray[np.datetime64]) -> None:
    """Label the first days of quarters, and draw lines between years."""
    month = days.astype("datetime64[M]").astype(np.int64)
    first = np.flatnonzero((days == days.astype("datetime64[M]")) & (month % 3 == 0))
    names = [f"{month_abbr[month[row] % 12 + 1]}{'' if month[row] % 12 else f' {month[row] // 12 + 1970}'}" for row in first]
    panels[0].set_yticks(first, names)
    for axes in panels:
        axes.grid(visible=False)
        axes.set_xticks((0, 12, 24))
        axes.set_xlabel("hour")
        for row in first[month[first] % 12 == 0][1:]:
            axes.axhline(row, color=INK, linewidth=0.9)
    panels[0].set_ylabel("day")


FIGURE = Figure(
    name="ecosystem-fingerprint",
    summary="Every half hour of the last three years, in local standard time: net ecosystem exchange as it goes into gap filling, with the "
    "share of half hours that have a value, and filled; heat fluxes filled",
    draw=draw,
    order=110,
)
