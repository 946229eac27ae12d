"""Time lags of the gases: what was found in every half hour, the window, the default, and how often each lag occurs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Figure
from icos_core.dataset import GOOD, QUESTIONABLE
from icos_core.report.layout import new_figure, say_empty, to_dates
from icos_core.report.palette import FLAGS, INK, MUTED_INK
from icos_ecosystem.figures.half_hours import FORMULAS, dates_below, flux_stream, values_of

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_BINS = 60
_SAME = 1e-6


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw a row per gas: lags against time, and beside it how many half hours have each."""
    stream = flux_stream(streams)
    gases = [gas for gas in FORMULAS if stream is not None and np.isfinite(values_of(stream, f"{gas}_TLAG_USED")).any()]
    if stream is None or not gases:
        return None
    figure = new_figure(0.5 + 2.0 * len(gases))
    panels = figure.subplots(len(gases), 2, squeeze=False, sharey="row", sharex="col", gridspec_kw={"width_ratios": (3.0, 1.0)})
    for gas, (left, right) in zip(gases, panels, strict=True):
        _draw_gas(left, right, gas, stream)
    handles = {label: handle for left in panels[:, 0] for handle, label in zip(*left.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles, loc="outside upper left", ncols=len(handles))
    dates_below(panels[-1, 0], stream)
    panels[-1, 1].set_xlabel("half hours")
    return figure


def _draw_gas(left: Axes, right: Axes, gas: str, stream: xr.Dataset) -> None:
    used, found, nominal, low, high = (values_of(stream, f"{gas}_TLAG_{end}") for end in ("USED", "ACTUAL", "NOMINAL", "MIN", "MAX"))
    dates = to_dates(stream["time"].values)
    replaced = np.abs(found - used) > _SAME
    if np.isfinite(low + high).any():
        left.fill_between(dates, low, high, color=MUTED_INK, alpha=0.12, linewidth=0, step="post", label="window")
    for name, rows, flag in (("found", ~replaced, GOOD), ("default", replaced, QUESTIONABLE)):
        if rows.any():
            style = FLAGS[flag]
            left.plot(dates[rows], used[rows], style.marker, color=style.colour, markersize=4, markeredgewidth=0, label=name)
    if np.isfinite(nominal).any():
        for axes in (left, right):
            axes.axhline(float(np.nanmedian(nominal)), color=INK, linewidth=0.9, linestyle="--", label="nominal" if axes is left else None)
    left.set_ylabel(f"lag of {FORMULAS[gas]} (s)")
    left.set_title(f"default in {replaced.sum():,} of {np.isfinite(used).sum():,}", fontsize="small", loc="left")
    free = used[~replaced & np.isfinite(used)]
    if free.size:
        edges = np.linspace(np.nanmin(np.append(low, used)), np.nanmax(np.append(high, used)) + 1e-9, _BINS + 1)
        right.hist(free, bins=list(edges), orientation="horizontal", color=FLAGS[GOOD].colour)
    else:
        say_empty(right, "no lag was found")


FIGURE = Figure(
    name="ecosystem-lags",
    summary="Time lags of the gases behind the vertical wind: found in the window of search, or replaced by the default, and how "
    "often each was found",
    draw=draw,
    order=30,
)
