"""What the standard uncertainty of hourly means is made of, against time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from icos_atmosphere.figures.tower import formula, frame_time, hourly_lines, label_gas, sign
from icos_atmosphere.vocabulary import GASES, UNCERTAINTY_TERMS
from icos_core.components import Figure
from icos_core.dataset import GOOD, is_good
from icos_core.report.layout import add_legend, say_empty, time_figure, to_dates
from icos_core.report.palette import FLAGS, MUTED_INK, SERIES
from icos_core.report.series import nanoseconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_atmosphere.figures.tower import Line
    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["FIGURE"]

_HOUR = 3_600_000_000_000
_BINS = (("hour", 1), ("day", 24), ("week", 168), ("month", 730))
_MOST_BINS = 100
_FEW_DECADES = 300.0
_STYLES = ((SERIES[0], "-"), (SERIES[1], "-"), (SERIES[2], "-"), (SERIES[4], "--"), (FLAGS[GOOD].colour, "-"))


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw a panel per gas: medians of the terms and of the total, of good hours of the uppermost line that has an uncertainty."""
    lines = hourly_lines(streams)
    found = [(gas, line) for gas in GASES for line in [_uppermost(lines, gas)] if line is not None]
    if not found:
        return None
    figure, panels = time_figure(len(found))
    for (gas, line), axes in zip(found, panels, strict=True):
        _draw_one(axes, gas, line)
    frame_time(panels[-1], [line.stream["time"].values for _, line in found])
    return figure


def _uppermost(lines: list[Line], gas: str) -> Line | None:
    return next((line for line in reversed(lines) if gas in line.stream and f"{gas}_uncertainty" in line.stream), None)


def _draw_one(axes: Axes, gas: str, line: Line) -> None:
    total, stream = f"{gas}_uncertainty", line.stream
    label_gas(axes, gas, "uncertainty")
    good = is_good(stream, gas) & np.isfinite(stream[total].values)
    if not good.any():
        say_empty(axes, f"no good hour of {line.label} has an uncertainty of {formula(gas)}")
        return
    word, number, middle = _bins(nanoseconds(stream)[good])
    dates = to_dates(middle)
    # beneath the terms, one of which is often nearly all of it
    axes.plot(
        dates,
        _medians(stream[total].values[good], number, middle.size),
        color=MUTED_INK,
        linewidth=3.5,
        marker="o",
        markersize=3.5,
        label="total",
    )
    for term, (colour, style) in zip(UNCERTAINTY_TERMS, _STYLES, strict=True):
        if f"{total}_{term}" in stream:
            median = _medians(stream[f"{total}_{term}"].values[good], number, middle.size)
            if (median > 0).any():
                shown = np.where(median > 0, median, np.nan)
                label = term.replace("_", " ").replace("long term", "long-term")
                axes.plot(dates, shown, color=colour, linestyle=style, linewidth=1.2, marker=".", markersize=3, label=label)
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < _FEW_DECADES * low else (1.0,)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    sign(axes, line.label, f"medians by {word}" if word != "hour" else "")
    add_legend(axes)


def _bins(time: NDArray[np.int64]) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
    """Return the word of the shortest bins of which there are not too many, the bin of each time, and their middles; bins are aligned."""
    word, hours = next(((word, hours) for word, hours in _BINS if (time[-1] - time[0]) // (hours * _HOUR) < _MOST_BINS), _BINS[-1])
    width = hours * _HOUR
    number = time // width
    return word, number - number[0], (np.arange(number[0], number[-1] + 1) * width + width // 2)


def _medians(values: FloatArray, number: NDArray[np.int64], bins: int) -> FloatArray:
    """Return the median of the values in each bin, NaN where it has none; `number` increases."""
    found = np.full(bins, np.nan)
    starts = np.flatnonzero(np.append(True, number[1:] != number[:-1]))
    for start, part in zip(starts, np.split(values, starts[1:]), strict=True):
        known = part[np.isfinite(part)]
        if known.size:
            found[number[start]] = np.median(known)
    return found


FIGURE = Figure(
    name="atmosphere-uncertainty",
    summary="What the standard uncertainty (k = 1) of hourly means is made of: medians of its terms on the uppermost line; the total is "
    "the root of the sum of their squares in every hour",
    draw=draw,
    order=60,
)
