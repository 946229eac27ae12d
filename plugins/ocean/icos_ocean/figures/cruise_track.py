"""Where the ship was, coloured by fCO2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from icos_core.components import Figure
from icos_core.dataset import BAD, QUESTIONABLE, is_good, usable
from icos_core.report.envelope import thin_marks
from icos_core.report.layout import add_legend, new_figure, pretty_unit, say_empty
from icos_core.report.palette import FLAGS, INK, MUTED_INK, SCALE
from icos_ocean.figures.underway import WATER, calibrated_underway, rows_of, unit_of

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["FIGURE", "continuous_longitude"]

_COLUMNS, _ROWS = 400, 400
_LEAST_EXTENT = 0.1
_LOWEST, _HIGHEST = 0.4, 0.75
_STEEPEST = 80.0


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw the track on a plain grid of latitude and longitude, so that nothing has to be fetched."""
    stream = calibrated_underway(streams, ["latitude", "longitude"])
    if stream is None:
        return None
    figure = new_figure(4.9)
    axes = figure.subplots()
    latitude, longitude = usable(stream, "latitude"), usable(stream, "longitude")
    placed = np.isfinite(latitude) & np.isfinite(longitude)
    if not placed.any():
        say_empty(axes, "no row has a usable position")
        return figure
    longitude[placed] = continuous_longitude(longitude[placed])
    _draw_track(axes, longitude[placed], latitude[placed])
    if "fco2" in stream:
        _draw_fco2(figure, axes, stream, np.where(placed, longitude, np.nan), latitude)
    _frame(axes, longitude[placed], latitude[placed])
    add_legend(axes)
    return figure


def continuous_longitude(longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitudes (degrees east, n > 0) without a jump at the date line: cut where the largest empty sector lies.

    The result may reach beyond ±180°; its middle lies within.
    """
    shifted = longitude
    if np.ptp(longitude) > 180.0:
        turned = np.mod(longitude, 360.0)
        taken = np.unique(turned)
        empty = np.diff(np.append(taken, taken[0] + 360.0))
        cut = taken[(int(np.argmax(empty)) + 1) % taken.size]
        shifted = np.where(turned < cut, turned + 360.0, turned)
    turns = round(0.5 * (float(shifted.min()) + float(shifted.max())) / 360.0)
    return shifted - 360.0 * turns


def _draw_track(axes: Axes, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> None:
    kept = thin_marks(longitude, latitude, columns=_COLUMNS, rows=_ROWS)
    axes.plot(longitude[kept], latitude[kept], linestyle="none", marker=".", markersize=1.5, color=MUTED_INK, label="track")
    for index, marker, label in ((0, "o", "start"), (-1, "s", "end")):
        axes.plot(
            longitude[index],
            latitude[index],
            linestyle="none",
            marker=marker,
            markersize=6,
            markerfacecolor="white",
            markeredgecolor=INK,
            zorder=4,
            label=label,
        )


def _draw_fco2(
    figure: MatplotlibFigure, axes: Axes, stream: xr.Dataset, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> None:
    water = rows_of(stream, WATER)
    good = is_good(stream, "fco2") & water & np.isfinite(longitude)
    if good.any():
        kept = np.flatnonzero(good)[thin_marks(longitude[good], latitude[good], columns=_COLUMNS, rows=_ROWS)]
        points = axes.scatter(longitude[kept], latitude[kept], c=stream["fco2"].values[kept], cmap=SCALE, s=9, linewidths=0, zorder=3)
        bar = figure.colorbar(points, ax=axes, location="bottom", shrink=0.75, pad=0.02, aspect=40)
        bar.set_label(f"fCO₂ in sea water ({pretty_unit(unit_of(stream, 'fco2'))})")
    else:
        note = "no row of sea water has a good fugacity of CO₂"
        axes.text(0.5, 0.98, note, transform=axes.transAxes, ha="center", va="top", color=MUTED_INK)
    if "fco2_flag" not in stream:
        return
    for level in (QUESTIONABLE, BAD):
        hit = (stream["fco2_flag"].values == level) & water & np.isfinite(longitude)
        if hit.any():
            style = FLAGS[level]
            kept = np.flatnonzero(hit)[thin_marks(longitude[hit], latitude[hit], columns=_COLUMNS, rows=_ROWS)]
            axes.plot(
                longitude[kept],
                latitude[kept],
                linestyle="none",
                marker=style.marker,
                markersize=4,
                color=style.colour,
                markeredgewidth=1.0 if style.marker == "x" else 0.0,
                label=f"{style.word} ({int(hit.sum()):,})",
                zorder=3.5,
            )


def _frame(axes: Axes, longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> None:
    """Give both axes the same scale in kilometres, a frame that is neither a ribbon nor a tower, and names to their degrees."""
    east, north = 0.5 * (longitude.min() + longitude.max()), 0.5 * (latitude.min() + latitude.max())
    squeeze = float(np.cos(np.radians(min(abs(north), _STEEPEST))))
    height = max(1.1 * float(np.ptp(latitude)), _LEAST_EXTENT, _LOWEST * 1.1 * float(np.ptp(longitude)) * squeeze)
    width = max(1.1 * float(np.ptp(longitude)), height / _HIGHEST / squeeze)
    axes.set_xlim(east - 0.5 * width, east + 0.5 * width)
    axes.set_ylim(max(north - 0.5 * height, -90.0), min(north + 0.5 * height, 90.0))
    axes.set_aspect(1.0 / squeeze)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 1.5, 2, 3, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 1.5, 2, 3, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _degrees((value + 180.0) % 360.0 - 180.0, "E", "W")))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _degrees(value, "N", "S")))
    axes.set_xlabel("longitude")
    axes.set_ylabel("latitude")


def _degrees(value: float, positive: str, negative: str) -> str:
    size = round(abs(value), 4)
    side = positive if value > 0 else negative
    return f"{size:g}°" if size in {0.0, 180.0} else f"{size:g}° {side}"


FIGURE = Figure(
    name="ocean-cruise-track",
    summary="Track of the ship, coloured by the fugacity of CO₂ in sea water where it is good",
    draw=draw,
    order=10,
)
