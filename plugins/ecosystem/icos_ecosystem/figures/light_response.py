"""What the net ecosystem exchange of day and night depends on, and what the methods of partitioning make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Figure
from icos_core.dataset import GOOD
from icos_core.report.layout import add_legend, new_figure, pretty_unit, say_empty
from icos_core.report.palette import FLAGS, INK, SERIES
from icos_ecosystem.figures.site_years import QUARTERS, Bins, binned, grid_stream, measured_flux, product_stream, quarter_of, say_here
from icos_ecosystem.half_hourly.streams import calendar_of, column, has, local_offset
from icos_ecosystem.partitioning.nighttime_results import KINDS
from icos_ecosystem.vocabulary.partitioned_daytime import DAYTIME_PARAMETER_STREAM, DAYTIME_STREAM
from icos_ecosystem.vocabulary.partitioned_nighttime import NIGHTTIME_PARAMETER_STREAM, NIGHTTIME_STREAM

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

__all__ = ["FIGURE"]

_CARBON = pretty_unit("umol m-2 s-1")
_DARK = 10.0
_LIGHT_STEP, _TEMPERATURE_STEP = 75.0, 2.0
_FEWEST = 8
_TEMPERATURES = {"TA": "air temperature", "TS": "soil temperature"}


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw a panel per quarter of the year for the day, and one for the night."""
    grid, nee = grid_stream(streams), measured_flux(streams, "NEE")
    if grid is None or nee is None:
        return None
    quarter = quarter_of(calendar_of(grid, context).month)
    offset = local_offset(context)
    figure = new_figure(7.4)
    layout = figure.add_gridspec(3, 2, height_ratios=(1.0, 1.0, 1.4))
    first = figure.add_subplot(layout[0, 0])
    others = [figure.add_subplot(layout[number // 2, number % 2], sharex=first, sharey=first) for number in (1, 2, 3)]
    _draw_days([first, *others], streams, grid, nee, quarter, offset)
    _draw_nights(figure.add_subplot(layout[2, :]), streams, grid, nee, quarter, offset)
    return figure


def _draw_days(panels: list[Axes], streams: Streams, grid: xr.Dataset, nee: FloatArray, quarter: IntArray, offset: np.timedelta64) -> None:
    light = column(grid, "SW_IN")
    parts = product_stream(streams, DAYTIME_STREAM)
    fitted = np.full(nee.shape, np.nan) if parts is None else column(parts, "RECO_DT") - column(parts, "GPP_DT")
    windows = product_stream(streams, DAYTIME_PARAMETER_STREAM)
    for number, (axes, (name, _)) in enumerate(zip(panels, QUARTERS, strict=True)):
        rows = (quarter == number) & (light > _DARK) & np.isfinite(nee)
        axes.axhline(0.0, color=INK, linewidth=0.6)
        beta, alpha = _medians(windows, ("BETA", "ALPHA"), number, offset)
        told = f": β {beta:.0f}, α {alpha:.3f}" if np.isfinite(beta + alpha) else ""
        axes.set_title(f"{name}{told}", fontsize="small", loc="left")
        bins = binned(light[rows], nee[rows], _edges(light[rows], _LIGHT_STEP), _FEWEST)
        if bins.x.size:
            _draw_bins(axes, bins, FLAGS[GOOD].colour, "measured: median, quartiles")
        else:
            say_here(axes, "too few measured by day")
        rows &= np.isfinite(fitted)
        line = binned(light[rows], fitted[rows], _edges(light[rows], _LIGHT_STEP), _FEWEST)
        if line.x.size:
            axes.plot(line.x, line.middle, color=SERIES[2], linewidth=1.4, label="day-time method")
        axes.label_outer()
        if number % 2 == 0:
            axes.set_ylabel(f"NEE by day\n({_CARBON})")
        if number // 2:
            axes.tick_params(labelbottom=True)
            axes.set_xlabel(f"SW_IN ({pretty_unit('W m-2')})")
    handles = {label: handle for axes in panels for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    if handles:
        panels[0].figure.legend(handles.values(), handles, loc="outside upper left", ncols=len(handles))


def _draw_nights(axes: Axes, streams: Streams, grid: xr.Dataset, nee: FloatArray, quarter: IntArray, offset: np.timedelta64) -> None:
    parts = product_stream(streams, NIGHTTIME_STREAM)
    name = "TA" if parts is None else str(parts.attrs.get("temperature", "TA"))
    temperature = column(grid, name)
    fitted = np.full(nee.shape, np.nan) if parts is None else column(parts, "RECO_NT")
    windows = product_stream(streams, NIGHTTIME_PARAMETER_STREAM)
    night = _night(grid) & np.isfinite(nee + temperature)
    axes.axhline(0.0, color=INK, linewidth=0.6)
    for number, (of_year, colour) in enumerate(QUARTERS):
        rows = night & (quarter == number)
        edges = _edges(temperature[rows], _TEMPERATURE_STEP)
        bins = binned(temperature[rows], nee[rows], edges, _FEWEST)
        sensitivity, reference = _medians(windows, ("E0", "RREF"), number, offset)
        told = f": E₀ {sensitivity:.0f} K, R₁₅ {reference:.1f}" if np.isfinite(sensitivity + reference) else ""
        if bins.x.size:
            _draw_bins(axes, bins, colour, f"{of_year}{told}")
        rows &= np.isfinite(fitted)
        line = binned(temperature[rows], fitted[rows], edges, _FEWEST)
        axes.plot(line.x, line.middle, color=colour, linewidth=1.4)
    axes.set_xlabel(f"{_TEMPERATURES.get(name, name)} ({pretty_unit('degree_C')})")
    axes.set_ylabel(f"NEE by night\n({_CARBON})")
    if axes.get_legend_handles_labels()[1]:
        add_legend(axes)
    else:
        say_empty(axes, "too few measured by night" if night.any() else "no night with a measured value")


def _draw_bins(axes: Axes, bins: Bins, colour: str, label: str) -> None:
    axes.vlines(bins.x, bins.low, bins.high, color=colour, linewidth=0.9)
    axes.plot(bins.x, bins.middle, linestyle="none", marker="o", markersize=3.5, color=colour, label=label)


def _night(grid: xr.Dataset) -> BoolArray:
    night: BoolArray = column(grid, "NIGHT") == 1.0 if has(grid, "NIGHT") else column(grid, "SW_IN") < _DARK
    return night


def _edges(values: FloatArray, step: float) -> FloatArray:
    if not values.size:
        return np.array([0.0, step])
    return np.arange(np.floor(values.min() / step), np.floor(values.max() / step) + 2) * step


def _medians(windows: xr.Dataset | None, names: tuple[str, ...], quarter: int, offset: np.timedelta64) -> FloatArray:
    """Return the medians of parameters over the windows of a quarter of the year, NaN where there is none."""
    if windows is None or any(name not in windows for name in names):
        return np.full(len(names), np.nan)
    month = (windows["time_centre"].values + offset).astype("datetime64[M]").astype(np.int64) % 12 + 1
    rows = quarter_of(month) == quarter
    if "WINDOW_KIND" in windows:
        rows &= windows["WINDOW_KIND"].values == KINDS.index("reference_respiration")
    values = np.stack([windows[name].values for name in names])
    values = values[:, rows & np.isfinite(values).all(axis=0)]
    return np.median(values, axis=1) if values.size else np.full(len(names), np.nan)


FIGURE = Figure(
    name="ecosystem-light-response",
    summary="Measured net ecosystem exchange against light by day and temperature by night, by quarter of the year, and what day-time and "
    "night-time partitioning give for the same half hours, with medians of their parameters (β, R₁₅: µmol m⁻² s⁻¹; α: µmol J⁻¹)",
    draw=draw,
    order=140,
)
