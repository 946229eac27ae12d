"""Draw flagged time series: the parts from which plugins build their figures.

Every figure is made here with matplotlib's object interface and the Agg canvas, so that nothing hangs on global state or a display.
Good values are a line with its band of standard uncertainty, questionable and bad ones are marks, missing ones are ticks at the foot
of the panel; gaps are not bridged; marks far off the scale of the good values stand at the edge as arrows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import matplotlib.dates as mdates
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.markers import CARETDOWN, CARETUP
from matplotlib.transforms import blended_transform_factory

from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE, is_good
from icos_core.report.envelope import column_edges, envelope, thin_marks
from icos_core.report.palette import FLAGS, MUTED_INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.legend import Legend
    from numpy.typing import NDArray

__all__ = [
    "WIDTH",
    "add_legend",
    "draw_series",
    "fit_legends",
    "label_axis",
    "new_figure",
    "pretty_unit",
    "say_empty",
    "time_figure",
    "to_dates",
]

WIDTH = 8.6
"""Width of a figure in inches; the page renders it once for a screen and once, narrower, for a phone."""

_PANEL_HEIGHT = 2.4
_FOLDS = "icos-legend-above-the-panel"
_SYMBOLS = {"degree": "°", "degrees": "°", "degree_C": "°C", "degrees_north": "°N", "degrees_east": "°E", "1": ""}
_MICRO = {"uatm", "umol", "ug", "um"}
_FACTOR = re.compile(r"(?P<unit>[A-Za-z_%]+|1)(?P<power>-?\d+)?")
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def new_figure(height: float) -> Figure:
    """Return an empty figure of the usual width; `height` in inches."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def time_figure(panels: int = 1, heights: Sequence[float] | None = None) -> tuple[Figure, list[Axes]]:
    """Return a figure of panels above each other that share their time axis.

    Parameters
    ----------
    panels
        Number of panels.
    heights
        Heights relative to the usual panel; all 1 if not given.
    """
    ratios = list(heights or [1.0] * panels)
    figure = new_figure(_PANEL_HEIGHT * sum(ratios) + 0.3)
    grid = figure.subplots(panels, 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": ratios})
    axes: list[Axes] = list(grid[:, 0])
    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes[-1].xaxis.set_major_locator(locator)
    axes[-1].xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes[-1].set_xlabel("time (UTC)")
    return figure, axes


def to_dates(time: NDArray[np.float64] | NDArray[np.int64] | NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Turn times (``datetime64[ns]``, or nanoseconds since 1970) into matplotlib's dates."""
    dates: NDArray[np.float64] = mdates.date2num(np.asarray(time).astype(np.int64).view("datetime64[ns]"))  # type: ignore[no-untyped-call]
    return dates


def pretty_unit(units: str) -> str:
    """Return a UDUNITS string as people write it: ``umol mol-1`` → ``µmol mol⁻¹``."""
    return " ".join(_pretty_factor(word) for word in units.split()).strip()


def _pretty_factor(word: str) -> str:
    found = _FACTOR.fullmatch(word)
    if found is None:
        return word
    unit, power = found["unit"], found["power"] or ""
    micro = f"µ{unit[1:]}" if unit in _MICRO else unit
    return _SYMBOLS.get(unit, micro) + power.translate(_SUPERSCRIPT)


def label_axis(axes: Axes, quantity: str, units: str) -> None:
    """Write quantity and unit beside the vertical axis."""
    unit = pretty_unit(units)
    axes.set_ylabel(f"{quantity} ({unit})" if unit else quantity)


def say_empty(axes: Axes, reason: str) -> None:
    """Write into an empty panel why it is empty."""
    axes.text(0.5, 0.5, reason, transform=axes.transAxes, ha="center", va="center", color=MUTED_INK, wrap=True)
    axes.set_yticks([])


def add_legend(axes: Axes) -> None:
    """Put the legend of what is labelled above the panel; nothing where nothing is labelled."""
    labels = axes.get_legend_handles_labels()[1]
    if labels:
        _legend_above(axes, len(labels))


def fit_legends(figure: Figure) -> None:
    """Fold the legends of :func:`add_legend` into as few columns as the width of the figure asks for."""
    room = 0.85 * figure.bbox.width
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]  # matplotlib has no types here
    for axes in figure.axes:
        legend = axes.get_legend()
        if legend is None or legend.get_gid() != _FOLDS:
            continue
        columns = len(legend.get_texts())
        legend = _legend_above(axes, columns)
        while columns > 1 and legend.get_window_extent(renderer).width > room:
            columns -= 1
            legend = _legend_above(axes, columns)


def _legend_above(axes: Axes, columns: int) -> Legend:
    legend = axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns)
    legend.set_gid(_FOLDS)
    return legend


def draw_series(
    axes: Axes,
    stream: xr.Dataset,
    name: str,
    *,
    rows: NDArray[np.bool_] | None = None,
    label: str = "",
    colour: str | None = None,
    uncertainty: bool = True,
    missing: bool = True,
    gap: int | None = None,
) -> bool:
    """Draw one flagged quantity against time.

    Parameters
    ----------
    axes
        A panel of :func:`time_figure`.
    stream
        The stream, with flags and uncertainty beside the quantity where they exist.
    name
        Name of the quantity.
    rows
        (n,) rows to draw; all if not given.
    label
        What the legend calls the quantity.
    colour
        Colour of the good values; the palette's if not given. Flags keep their own colours.
    uncertainty, missing
        Whether to draw the band of standard uncertainty (k = 1), and the times of missing values.
    gap
        Steps longer than this many nanoseconds are not drawn across; five times the usual step if not given.

    Returns
    -------
    bool
        False where there was nothing to draw; the caller then says why.
    """
    values = stream[name].values
    flag = stream[f"{name}_flag"].values if f"{name}_flag" in stream else np.where(np.isnan(values), MISSING, NOT_EVALUATED)
    wanted = np.ones(values.shape, dtype=np.bool_) if rows is None else rows
    time = stream["time"].values.astype("datetime64[ns]").astype(np.int64)
    good = is_good(stream, name) & wanted
    prefix = f"{label}: " if label else ""
    line = colour or FLAGS[GOOD].colour
    _draw_line(axes, time[good], values[good], colour=line, label=label or FLAGS[GOOD].word, gap=gap)
    if uncertainty and f"{name}_uncertainty" in stream:
        spread = stream[f"{name}_uncertainty"].values[good]
        _draw_band(axes, time[good], values[good], spread, colour=line, label=f"{prefix}± standard uncertainty", gap=gap)
    reach = _reach(values[good])
    for level in (QUESTIONABLE, BAD):
        hit = (flag == level) & wanted
        if hit.any():
            _draw_marks(axes, time[hit], values[hit], level=level, prefix=prefix, reach=reach)
    absent = (flag == MISSING) & wanted
    if missing and absent.any():
        _draw_missing(axes, time[absent], prefix)
    return bool((wanted & ~absent).any())


def _draw_line(axes: Axes, time: NDArray[np.int64], values: NDArray[np.float64], *, colour: str, label: str, gap: int | None) -> None:
    reduced = envelope(time, values, gap=gap)
    if reduced.size == 0:
        return
    x, y = reduced.polyline()
    axes.plot(to_dates(x), y, color=colour, linewidth=0.9, label=label)
    breaks = reduced.broken[1:]
    alone = (reduced.start == reduced.stop) & np.append(True, breaks) & np.append(breaks, True)
    if alone.any():
        axes.plot(to_dates(reduced.start[alone]), reduced.first[alone], linestyle="none", marker=".", markersize=3, color=colour)


def _draw_band(
    axes: Axes,
    time: NDArray[np.int64],
    values: NDArray[np.float64],
    spread: NDArray[np.float64],
    *,
    colour: str,
    label: str,
    gap: int | None,
) -> None:
    reduced = envelope(time, values - spread, upper=values + spread, gap=gap)
    if reduced.size:
        x, low, high = reduced.edges()
        axes.fill_between(to_dates(x), low, high, color=colour, alpha=0.25, linewidth=0, label=label)


def _reach(good: NDArray[np.float64]) -> tuple[float, float]:
    """Return the span within which flagged values share the scale of the good ones."""
    if good.size == 0:
        return -np.inf, np.inf
    low, high = float(good.min()), float(good.max())
    margin = (high - low) or abs(high) or 1.0
    return low - margin, high + margin


def _draw_marks(
    axes: Axes, time: NDArray[np.int64], values: NDArray[np.float64], *, level: int, prefix: str, reach: tuple[float, float]
) -> None:
    style = FLAGS[level]
    below, above = values < reach[0], values > reach[1]
    near = ~(below | above)
    if near.any():
        kept = thin_marks(time[near], values[near])
        label = f"{prefix}{style.word} ({int(near.sum()):,})"
        axes.plot(
            to_dates(time[near][kept]),
            values[near][kept],
            linestyle="none",
            marker=style.marker,
            markersize=4,
            markeredgewidth=1.0 if style.marker == "x" else 0.0,
            color=style.colour,
            label=label,
        )
    for off, marker, height, side in ((below, CARETDOWN, 0.0, "below"), (above, CARETUP, 1.0, "above")):
        if off.any():
            label = f"{prefix}{style.word}, {side} the scale ({int(off.sum()):,})"
            _draw_ticks(axes, time[off], height=height, marker=marker, size=6, colour=style.colour, label=label)


def _draw_missing(axes: Axes, time: NDArray[np.int64], prefix: str) -> None:
    style = FLAGS[MISSING]
    label = f"{prefix}{style.word} ({time.size:,})"
    _draw_ticks(axes, time, height=0.025, marker=style.marker, size=5, colour=style.colour, label=label)


def _draw_ticks(axes: Axes, time: NDArray[np.int64], *, height: float, marker: str | int, size: float, colour: str, label: str) -> None:
    """Draw marks at a height given as a fraction of the panel, one per column at most."""
    starts = column_edges(time, (int(time[0]), int(time[-1])))
    at = blended_transform_factory(axes.transData, axes.transAxes)
    axes.plot(
        to_dates(time[starts]),
        np.full(starts.shape, height),
        transform=at,
        linestyle="none",
        marker=marker,
        markersize=size,
        color=colour,
        label=label,
    )
