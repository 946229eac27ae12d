"""Trend, seasonal cycle and annual growth of the curve fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_atmosphere.figures.tower import Line, label_gas, sign, tower_lines
from icos_atmosphere.products.series_streams import Series, height_of
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Figure
from icos_core.report.envelope import thin_marks
from icos_core.report.layout import add_legend, label_axis, say_empty, time_figure, to_dates
from icos_core.report.palette import INK, MUTED_INK
from icos_core.report.series import draw_series

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_TREND, _GROWTH = "product/trend/", "product/growth/"
_HEIGHTS = (1.0, 0.8, 0.8)
_SHARE_OF_YEAR = 0.7


class _Fit(NamedTuple):
    """A line with its curves by day, and its calendar years where there is a whole one."""

    line: Line
    years: xr.Dataset | None


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw three panels per gas: daily means and trend of the uppermost line, seasonal cycle and annual growth of every line."""
    series = [Series(name, stream) for name, stream in streams.items() if name.startswith(_TREND) and "line" in stream.attrs]
    series.sort(key=lambda each: (height_of(each.data), each.name))
    fits = [
        _Fit(line, streams.get(f"{_GROWTH}{each.name.removeprefix(_TREND)}"))
        for line, each in zip(tower_lines(series), series, strict=True)
    ]
    gases = [gas for gas in GASES if any(f"{gas}_trend" in fit.line.stream for fit in fits)]
    if not gases:
        return None
    figure, panels = time_figure(len(_HEIGHTS) * len(gases), _HEIGHTS * len(gases))
    for number, gas in enumerate(gases):
        upper, middle, lower = panels[len(_HEIGHTS) * number :][: len(_HEIGHTS)]
        own = [fit for fit in fits if f"{gas}_trend" in fit.line.stream]
        _draw_trend(upper, gas, own[-1].line)
        _draw_cycle(middle, gas, own)
        _draw_growth(lower, gas, own)
    return figure


def _draw_trend(axes: Axes, gas: str, line: Line) -> None:
    stream = line.stream
    dates, values = to_dates(stream["time"].values), stream[gas].values
    kept = thin_marks(dates, values)
    axes.plot(dates[kept], values[kept], linestyle="none", marker=".", markersize=2, color=MUTED_INK, alpha=0.4, label="daily means")
    draw_series(axes, stream, f"{gas}_smooth", label="smooth curve", colour=line.colour, missing=False)
    draw_series(axes, stream, f"{gas}_trend", label="trend", colour=INK, missing=False)
    label_gas(axes, gas)
    sign(axes, line.label)
    add_legend(axes)


def _draw_cycle(axes: Axes, gas: str, fits: Sequence[_Fit]) -> None:
    axes.axhline(0.0, color=INK, linewidth=0.8)
    for fit in fits:
        draw_series(axes, fit.line.stream, f"{gas}_cycle", label=f"seasonal cycle, {fit.line.label}", colour=fit.line.colour, missing=False)
    label_axis(axes, "cycle", GASES[gas].units)
    add_legend(axes)


def _draw_growth(axes: Axes, gas: str, fits: Sequence[_Fit]) -> None:
    """Draw a bar per calendar year and line, as high as the increase over it, over the growth rate of the trend at any time."""
    axes.axhline(0.0, color=INK, linewidth=0.8)
    drawn = False
    for number, fit in enumerate(fits):
        draw_series(axes, fit.line.stream, f"{gas}_growth", label=f"growth rate, {fit.line.label}", colour=fit.line.colour, missing=False)
        if fit.years is None or f"{gas}_increase" not in fit.years:
            continue
        begin, end = to_dates(fit.years["time_bnds"].values).T
        increase = fit.years[f"{gas}_increase"].values
        width = _SHARE_OF_YEAR * (end - begin) / len(fits)
        at = 0.5 * (begin + end) + (number - 0.5 * (len(fits) - 1)) * width
        axes.bar(at, increase, width=0.9 * width, color=fit.line.colour, alpha=0.45, label=f"annual growth, {fit.line.label}")
        spread = np.nan_to_num(fit.years[f"{gas}_increase_uncertainty"].values)
        axes.errorbar(at, increase, yerr=spread, fmt="none", ecolor=INK, elinewidth=0.9, capsize=2)
        drawn |= bool(np.isfinite(increase).any())
    label_axis(axes, "growth", f"{GASES[gas].units} year-1")
    if drawn:
        add_legend(axes)
    else:
        say_empty(axes, "the trend covers no whole calendar year")


FIGURE = Figure(
    name="atmosphere-growth-rate",
    summary="Curve fit of daily means: trend, seasonal cycle, and growth of every calendar year with standard uncertainty (k = 1)",
    draw=draw,
    order=55,
)
