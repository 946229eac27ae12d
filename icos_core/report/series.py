"""Draw flagged time series: the part of a figure that every domain shares.

Good values are a line with its band of standard uncertainty, questionable and bad ones are marks, missing ones are ticks at the foot
of the panel; gaps are not bridged; marks far off the scale of the good values stand at the edge as arrows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.markers import CARETDOWN, CARETUP
from matplotlib.transforms import blended_transform_factory

from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE, is_good
from icos_core.report.envelope import column_edges, envelope, thin_marks
from icos_core.report.layout import to_dates
from icos_core.report.palette import FLAGS

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["draw_series", "nanoseconds"]


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
    time = nanoseconds(stream)
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


def nanoseconds(stream: xr.Dataset) -> NDArray[np.int64]:
    """Return the times of a stream as nanoseconds since 1970, without a copy."""
    return np.asarray(stream["time"].values, dtype="datetime64[ns]").view(np.int64)


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
    margin = 2.0 * (high - low) or abs(high) or 1.0
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
