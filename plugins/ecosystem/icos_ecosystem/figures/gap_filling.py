"""What share of the fluxes is measured and how well the rest is filled, by month; and the skill of fillers on artificial gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.dates as mdates
import numpy as np

from icos_core.components import Figure
from icos_core.dataset import GOOD, MISSING
from icos_core.report.layout import add_legend, label_axis, new_figure, say_empty, to_dates
from icos_core.report.palette import FLAGS, SERIES
from icos_ecosystem.figures.site_years import FLUX_NAMES, product_stream
from icos_ecosystem.half_hourly.streams import calendar_of
from icos_ecosystem.vocabulary.gap_fill_skill import FILLERS, SKILL_FLUXES, SKILL_STREAM
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

__all__ = ["FIGURE"]

_UNITS = {word.name: word.units for word in GRID_WORDS}
_CLASSES = (
    (0, "measured", FLAGS[GOOD].colour),
    (1, "filled: good", SERIES[5]),
    (2, "medium", SERIES[6]),
    (3, "poor", SERIES[7]),
    (-1, "missing", FLAGS[MISSING].colour),
)
_STYLES = {
    "oneflux": ("ONEFlux", FLAGS[GOOD].colour, "o", True),
    "oneflux_symmetric": ("ONEFlux, symm.", FLAGS[GOOD].colour, "o", False),
    "reddyproc": ("REddyProc", SERIES[0], "s", True),
    "reddyproc_symmetric": ("REddyProc, symm.", SERIES[0], "s", False),
    "learned": ("boosted trees", SERIES[2], "D", True),
}
"""Filler → label, colour, marker, and whether it is filled."""
_SHARES, _SKILL = 1.0, 1.7
_DAY, _HEADROOM = 24.0, 1.1


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw a panel of shares per flux, and one of skill per flux where the run has it."""
    filled, skill = product_stream(streams, FILLED_STREAM), product_stream(streams, SKILL_STREAM)
    shared = [name for name in FLUX_NAMES if filled is not None and f"{name}_F_QC" in filled]
    scored = [] if skill is None else [code for code in SKILL_FLUXES if (skill["FLUX"].values == code).any()]
    if not (shared or scored):
        return None
    heights = (*[_SHARES] * len(shared), *[_SKILL] * len(scored))
    figure = new_figure(1.1 + 1.25 * sum(heights))
    panels: list[Axes] = list(figure.subplots(len(heights), 1, squeeze=False, height_ratios=heights)[:, 0])
    if filled is not None and shared:
        _draw_months(panels[: len(shared)], filled, shared, calendar_of(filled, context))
    if skill is not None:
        for number, (code, axes) in enumerate(zip(scored, panels[len(shared) :], strict=True)):
            _draw_skill(axes, skill.isel(score=skill["FLUX"].values == code))
            label_axis(axes, f"RMSE of {SKILL_FLUXES[code]}\n", _UNITS[SKILL_FLUXES[code]])
            if number == 0:
                add_legend(axes)
        panels[-1].set_xlabel("length of the artificial gaps")
    return figure


def _draw_months(panels: Sequence[Axes], filled: xr.Dataset, fluxes: Sequence[str], calendar: SiteCalendar) -> None:
    for name, axes in zip(fluxes, panels, strict=True):
        _draw_shares(axes, filled[f"{name}_F_QC"].values, calendar)
        axes.set_ylabel(f"{name} (%)")
        axes.sharex(panels[-1])
        axes.tick_params(labelbottom=axes is panels[-1])
    locator = mdates.AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    panels[-1].xaxis.set_major_locator(locator)
    panels[-1].xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    panels[-1].set_xlabel("month")
    add_legend(panels[0])


def _draw_shares(axes: Axes, quality: NDArray[np.int8], calendar: SiteCalendar) -> None:
    month = (calendar.year - calendar.years[0]) * 12 + calendar.month - 1
    count = np.bincount(month)
    first = np.datetime64(f"{calendar.years[0]}-01", "M") + np.arange(count.size + 1)
    edges = to_dates(first.astype("datetime64[ns]"))
    foot = np.zeros(count.size)
    for code, label, colour in _CLASSES:
        top = foot + 100.0 * np.bincount(month[quality == code], minlength=count.size) / count
        axes.stairs(top, edges, baseline=foot, fill=True, color=colour, linewidth=0, label=label)
        foot = top
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, 100)
    axes.grid(visible=False)


def _draw_skill(axes: Axes, scores: xr.Dataset) -> None:
    lengths = np.unique(scores["GAP_LENGTH"].values)
    place = np.searchsorted(lengths, scores["GAP_LENGTH"].values)
    error, filler = scores["GAP_RMSE"].values, scores["FILLER"].values
    axes.set_xticks(range(lengths.size), [_length(hours) for hours in lengths])
    axes.set_xlim(-0.5, lengths.size - 0.5)
    axes.grid(visible=False, axis="x")
    if not np.isfinite(error).any():
        say_empty(axes, "no filler has an estimate of the hidden records")
        return
    beside = np.linspace(-0.2, 0.2, len(FILLERS))
    for (code, name), offset in zip(FILLERS.items(), beside, strict=True):
        label, colour, marker, solid = _STYLES[name]
        rows = filler == code
        axes.plot(
            place[rows] + offset,
            error[rows],
            linestyle="none",
            marker=marker,
            markersize=5,
            color=colour,
            markerfacecolor=colour if solid else "white",
            label=label,
        )
    axes.set_ylim(0.0, _HEADROOM * float(np.nanmax(error)))


def _length(hours: float) -> str:
    return f"{hours:g} h" if hours < _DAY else f"{hours / _DAY:g} d"


FIGURE = Figure(
    name="ecosystem-gap-filling",
    summary="Gap filling: what share of every month is measured, and how well the rest is filled; and, where gap-fill-skill is in the run, "
    "the error of each filler on measured records that were hidden from it",
    draw=draw,
    order=130,
)
