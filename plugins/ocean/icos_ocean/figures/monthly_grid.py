"""Map of the monthly grid: mean fCO2 of all months."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from icos_core.components import Figure
from icos_core.report.layout import new_figure, pretty_unit, say_empty
from icos_core.report.palette import MUTED_INK, SCALE

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_core.components import Context, Streams

__all__ = ["FIGURE", "draw"]

_STREAM = "product/gridded_monthly"
_FLATTEST, _TALLEST = 0.4, 0.75
_FURNITURE, _ACROSS = 1.5, 7.6
_STEEPEST = 80.0


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw the first gridded variable: the mean over the months that have data, each cruise counting once where that was computed."""
    if _STREAM not in streams:
        return None
    grid = streams[_STREAM]
    name = _variable(grid)
    if name is None:
        return None
    values = grid[name].values
    if not np.isfinite(values).any():
        figure = new_figure(_FURNITURE + _ACROSS * _FLATTEST)
        say_empty(figure.subplots(), "no cell of the grid has a value")
        return figure
    with warnings.catch_warnings():
        # A cell without a value in any month is empty in the map.
        warnings.simplefilter("ignore", RuntimeWarning)
        mean = np.nanmean(values, axis=0)
    longitude, latitude = (_edges(grid, each) for each in ("longitude", "latitude"))
    west, east, south, north, squeeze = _frame(longitude, latitude)
    figure = new_figure(_FURNITURE + _ACROSS * (north - south) / ((east - west) * squeeze))
    axes = figure.subplots()
    mesh = axes.pcolormesh(longitude, latitude, np.ma.masked_invalid(mean), cmap=SCALE, shading="flat", linewidth=0)
    bar = figure.colorbar(mesh, ax=axes, location="bottom", shrink=0.75, pad=0.02, aspect=40)
    bar.set_label(f"{_short(name)} ({pretty_unit(str(grid[name].attrs.get('units', '')))})")
    months = grid["time"].values.astype("datetime64[M]")
    span = str(months[0]) if months.size == 1 else f"{months.size} months, {months[0]} to {months[-1]}"
    axes.set_title(f"{span}; {int(np.isfinite(mean).sum()):,} cells", fontsize="medium", color=MUTED_INK)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1.0 / squeeze)
    _name_degrees(axes)
    return figure


def _variable(grid: xr.Dataset) -> str | None:
    for ending in ("_mean_weighted", "_mean"):
        for name in grid.data_vars:
            if str(name).endswith(ending) and grid[name].dims == ("time", "latitude", "longitude"):
                return str(name)
    return None


def _short(name: str) -> str:
    weighted = name.endswith("_mean_weighted")
    variable = name.removesuffix("_mean_weighted").removesuffix("_mean")
    shown = {"fco2rec": "fCO₂", "fco2": "fCO₂", "sst": "sea-surface temperature"}.get(variable, variable.replace("_", " "))
    return f"mean {shown}{', each cruise counting once' if weighted else ''}"


def _edges(grid: xr.Dataset, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    bounds = grid[f"{name}_bnds"].values
    edges: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = np.append(bounds[:, 0], bounds[-1, 1])
    return edges


def _frame(
    longitude: np.ndarray[tuple[int, ...], np.dtype[np.float64]], latitude: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> tuple[float, float, float, float, float]:
    """Return west, east, south and north of a frame that is neither a ribbon nor a tower, and how short a degree of longitude is in it."""
    east, north = 0.5 * float(longitude[0] + longitude[-1]), 0.5 * float(latitude[0] + latitude[-1])
    squeeze = float(np.cos(np.radians(min(abs(north), _STEEPEST))))
    width, height = float(np.ptp(longitude)), float(np.ptp(latitude))
    height = max(height, _FLATTEST * width * squeeze)
    width = max(width, height / _TALLEST / squeeze)
    south, top = max(north - 0.5 * height, -90.0), min(north + 0.5 * height, 90.0)
    return east - 0.5 * width, east + 0.5 * width, south, top, squeeze


def _name_degrees(axes: Axes) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 1.5, 2, 3, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 1.5, 2, 3, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _degrees((value + 180.0) % 360.0 - 180.0, "E", "W")))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _degrees(value, "N", "S")))
    axes.set_xlabel("longitude")
    axes.set_ylabel("latitude")


def _degrees(value: float, positive: str, negative: str) -> str:
    size = round(abs(value), 4)
    return f"{size:g}°" if size in {0.0, 180.0} else f"{size:g}° {positive if value > 0 else negative}"


FIGURE = Figure(name="ocean-monthly-grid", summary="Map of the monthly grid: mean fCO₂ of the months with data", draw=draw, order=85)
