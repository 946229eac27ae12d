"""Footprint climatology on a map of distances: the areas from which shares of the flux come, north up, the tower in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Figure
from icos_core.report.layout import new_figure, say_empty
from icos_core.report.palette import INK, SCALE

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_STREAM = "product/footprint"
_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)
_LABELLED = (0.5, 0.7, 0.9)
_DECADES = 3.0
_ROOM = 1.15


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw how much flux comes from each square metre, with lines around 50 to 90 % of it."""
    stream = streams.get(_STREAM)
    if stream is None or "cumulated_footprint" not in stream:
        return None
    figure = new_figure(6.0)
    axes = figure.subplots()
    axes.set_xlabel("east of the tower (m)")
    axes.set_ylabel("north of the tower (m)")
    map_ = stream.transpose("y", "x")
    if not (map_["footprint"].values > 0).any():
        say_empty(axes, "no half hour has a footprint on the map")
        return figure
    _draw_map(figure, axes, map_)
    return figure


def _draw_map(figure: MatplotlibFigure, axes: Axes, map_: xr.Dataset) -> None:
    east, north = map_["x"].values, map_["y"].values
    cell = float(np.diff(east)[0] * np.diff(north)[0])
    shares, cumulated = map_["footprint"].values / cell, map_["cumulated_footprint"].values
    peak = np.log10(shares.max())
    with np.errstate(divide="ignore"):
        strength = np.log10(shares)
    mesh = axes.pcolormesh(
        east, north, np.where(strength > peak - _DECADES, strength, np.nan), cmap=SCALE, vmin=peak - _DECADES, vmax=peak, rasterized=True
    )
    bar = figure.colorbar(mesh, ax=axes, shrink=0.8, aspect=30)
    bar.set_label("log₁₀ of the share of the flux per m²")
    inside = [share for share in _SHARES if cumulated.min() < share < cumulated.max()]
    if inside:
        lines = axes.contour(east, north, cumulated, levels=inside, colors=[INK], linewidths=0.9)
        axes.clabel(lines, [share for share in inside if share in _LABELLED], fmt=lambda share: f"{share * 100:.0f} %", fontsize=7)
    axes.plot(0.0, 0.0, marker="+", markersize=11, markeredgewidth=2.0, color="white")
    axes.plot(0.0, 0.0, marker="+", markersize=9, markeredgewidth=1.2, color=INK)
    axes.annotate("N", (0.03, 0.97), (0.03, 0.86), "axes fraction", "axes fraction", {"arrowstyle": "->", "color": INK}, ha="center")
    reach = _ROOM * _reach(east, north, cumulated, max(inside, default=1.0))
    axes.set_xlim(max(-reach, east[0]), min(reach, east[-1]))
    axes.set_ylim(max(-reach, north[0]), min(reach, north[-1]))
    axes.set_aspect("equal", adjustable="box")
    axes.set_title(f"{shares.sum() * cell * 100:.0f} % of the flux come from the map", fontsize="small", loc="left")


def _reach(east: NDArray[np.float64], north: NDArray[np.float64], cumulated: NDArray[np.float64], share: float) -> float:
    """Return how far the area of a share reaches from the tower along an axis."""
    rows, columns = np.nonzero(cumulated <= share)
    return float(max(np.abs(east[columns]).max(), np.abs(north[rows]).max()))


FIGURE = Figure(
    name="ecosystem-footprint",
    summary="Where the flux comes from: footprints of all half hours that count, added up, with lines around the smallest areas that hold "
    "50 to 90 % of it",
    draw=draw,
    order=70,
)
