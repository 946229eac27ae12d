"""Tilt of the wind against its direction, before and after the tilt correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Figure
from icos_core.dataset import GOOD, category_words
from icos_core.report.layout import add_legend, new_figure, say_empty
from icos_core.report.palette import FLAGS, INK, MUTED_INK
from icos_ecosystem.figures.half_hours import flux_stream, values_of

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["FIGURE"]

_WIDTH = 15
_LEAST_WIND = 0.5
_FEWEST = 3
_ROTATED_EACH = ("double_rotation", "triple_rotation")
_METHOD = "AXES_ROTATION_METHOD"
_NEEDED = ("U_UNROT", "V_UNROT", "W_UNROT", "WD")


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw the angle of the mean wind out of the horizontal against the wind's direction, before and after, with medians of sectors."""
    stream = flux_stream(streams)
    if stream is None or not set(_NEEDED) <= set(stream.data_vars):
        return None
    figure = new_figure(4.2)
    panels = figure.subplots(2, 1, sharex=True)
    direction = values_of(stream, "WD")
    horizontal = np.hypot(values_of(stream, "U_UNROT"), values_of(stream, "V_UNROT"))
    before = _tilt(values_of(stream, "W_UNROT"), horizontal)
    after = _tilt(values_of(stream, "W"), values_of(stream, "U"))
    _draw_tilt(panels[0], direction, before, "before")
    _draw_tilt(panels[1], direction, after, f"after {_method(stream)}")
    for axes, tilt in zip(panels, (before, after), strict=True):
        known = np.abs(tilt[np.isfinite(tilt)])
        if known.size:
            limit = max(1.0, 1.15 * float(np.quantile(known, 0.99)))
            axes.set_ylim(-limit, limit)
    panels[1].set_xlim(0, 360)
    panels[1].set_xticks(range(0, 361, 45))
    panels[1].set_xlabel("wind direction (°)")
    return figure


def _tilt(vertical: FloatArray, horizontal: FloatArray) -> FloatArray:
    """Return the angle in degrees; NaN where the wind is too weak to have one."""
    with np.errstate(invalid="ignore"):
        return np.where(horizontal >= _LEAST_WIND, np.degrees(np.arctan2(vertical, horizontal)), np.nan)


def _method(stream: xr.Dataset) -> str:
    if _METHOD not in stream:
        return "the tilt correction"
    words = {code: word for word, code in category_words(stream, _METHOD).items()}
    found = {words[int(code)] for code in np.unique(stream[_METHOD].values) if code >= 0}
    own = " (of every half hour by itself)" if found & set(_ROTATED_EACH) else ""
    return (" and ".join(sorted(found)).replace("_", " ") or "the tilt correction") + own


def _draw_tilt(axes: Axes, direction: FloatArray, tilt: FloatArray, when: str) -> None:
    there = np.isfinite(direction + tilt)
    axes.set_ylabel(f"tilt {when.partition(' ')[0]} (°)")
    axes.axhline(0.0, color=INK, linewidth=0.6)
    if not there.any():
        say_empty(axes, f"no half hour has a wind of {_LEAST_WIND:g} m s⁻¹ {when}")
        return
    size = float(np.clip(60 / np.sqrt(there.sum()), 1.0, 4.0))
    axes.plot(direction[there], tilt[there], linestyle="none", marker="o", markersize=size, markeredgewidth=0, alpha=0.35, color=MUTED_INK)
    sector = (direction[there] // _WIDTH).astype(int) % (360 // _WIDTH)
    medians = np.full(360 // _WIDTH, np.nan)
    for each in np.unique(sector):
        rows = tilt[there][sector == each]
        if rows.size >= _FEWEST:
            medians[each] = np.median(rows)
    axes.stairs(medians, np.arange(0, 361, _WIDTH), baseline=None, color=FLAGS[GOOD].colour, linewidth=1.8, label=f"median of {_WIDTH}°")
    axes.plot([], [], linestyle="none", marker="o", markersize=4, markeredgewidth=0, color=MUTED_INK, label=f"{when} ({there.sum():,})")
    add_legend(axes)


FIGURE = Figure(
    name="ecosystem-planar-fit",
    summary="Angle of the mean wind out of the horizontal plane against the direction that it comes from, "
    "before and after the tilt correction",
    draw=draw,
    order=40,
)
