"""Closure of the energy balance: turbulent fluxes against available energy, and both over the mean day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from icos_core.components import Figure
from icos_core.dataset import GOOD, usable
from icos_core.report.layout import new_figure, pretty_unit, say_empty
from icos_core.report.palette import FLAGS, INK, MUTED_INK, SERIES
from icos_core.report.series import nanoseconds
from icos_ecosystem.figures.half_hours import flux_stream, values_of
from icos_ecosystem.figures.site_years import grid_stream, measured_flux, product_stream
from icos_ecosystem.half_hourly.streams import column, has
from icos_ecosystem.vocabulary.energy_balance import ENERGY_BALANCE_STREAM

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["FIGURE"]

_HOUR = 3_600_000_000_000
_UNIT = pretty_unit("W m-2")
_RADIATION = ("SW_IN", "SW_OUT", "LW_IN", "LW_OUT")
_FEWEST = 3
_HEIGHT, _HEIGHT_EMPTY = 4.1, 1.6


class _Balance(NamedTuple):
    """Both sides of the balance of every half hour, (n,), what the available energy is made of, in words, and corrected H + LE."""

    turbulent: FloatArray
    available: FloatArray
    words: str
    corrected: FloatArray


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw H + LE against the available energy with a line of regression, and the mean day of both and of what is between them."""
    chosen = _chosen(streams)
    if chosen is None:
        return None
    stream, correction = chosen
    balance = _balance(stream, correction)
    figure = new_figure(_HEIGHT_EMPTY if isinstance(balance, str) else _HEIGHT)
    if isinstance(balance, str):
        axes = figure.subplots()
        say_empty(axes, balance)
        axes.set_axis_off()
        return figure
    left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.0, 1.25)})
    _draw_closure(left, balance)
    _draw_day(right, balance, nanoseconds(stream), context.station.utc_offset or 0.0)
    figure.supxlabel(f"available energy: {balance.words}", fontsize="small", color=MUTED_INK)
    return figure


def _chosen(streams: Streams) -> tuple[xr.Dataset, xr.Dataset | None] | None:
    """Return the fluxes, and corrected ones of the same half hours: without these calibrated fluxes tell more, as they have storage."""
    fluxes, grid, correction = flux_stream(streams), grid_stream(streams), product_stream(streams, ENERGY_BALANCE_STREAM)
    gridded = grid is not None and all(has(grid, name) for name in ("H", "LE", "NETRAD"))
    calibrated = fluxes is not None and {"H", "LE"} <= set(fluxes.data_vars)
    if grid is not None and gridded and (correction is not None or not calibrated):
        return grid.assign({name: ("time", measured_flux(streams, name)) for name in ("H", "LE")}), correction
    return (fluxes, None) if fluxes is not None and calibrated else None


def _balance(stream: xr.Dataset, correction: xr.Dataset | None) -> _Balance | str:
    """Return the balance, with corrected fluxes where they are on the same grid, or why there is none."""
    net = values_of(stream, "NETRAD")
    if not np.isfinite(net).any():
        short_in, short_out, long_in, long_out = (values_of(stream, name) for name in _RADIATION)
        net = short_in - short_out + long_in - long_out
    if not np.isfinite(net).any():
        return "no net radiation in the stream of fluxes (NETRAD, or SW_IN, SW_OUT, LW_IN and LW_OUT)"
    turbulent = usable(stream, "H") + usable(stream, "LE")
    available, words = net, "net radiation"
    if np.isfinite(values_of(stream, "G")).any():
        available, words = available - values_of(stream, "G"), f"{words} − soil heat flux"
    storage = [name for name in (_storage(stream, "SH"), _storage(stream, "SLE")) if name]
    for name in storage:
        available = available - np.nan_to_num(values_of(stream, name))
    if storage:
        words += " − storage"
    both = np.isfinite(turbulent + available)
    if both.sum() < _FEWEST:
        return f"{both.sum()} half hours have good fluxes of heat and {words}; a regression needs {_FEWEST}"
    corrected = np.full(both.shape, np.nan) if correction is None else column(correction, "H_CORR") + column(correction, "LE_CORR")
    turbulent, available, corrected = (np.where(both, values, np.nan) for values in (turbulent, available, corrected))
    return _Balance(turbulent, available, words, corrected)


def _storage(stream: xr.Dataset, name: str) -> str:
    """Return the name of the storage of heat: that from a profile where it is there, else from the height of the instruments."""
    return next((each for each in (name, f"{name}_SINGLE") if np.isfinite(values_of(stream, each)).any()), "")


def _draw_closure(axes: Axes, balance: _Balance) -> None:
    both = np.isfinite(balance.turbulent)
    x, y = balance.available[both], balance.turbulent[both]
    slope, intercept = np.polyfit(x, y, 1)
    determination = float(np.corrcoef(x, y)[0, 1] ** 2)
    low, high = min(x.min(), y.min()), max(x.max(), y.max())
    ends = np.array([low, high])
    axes.plot(ends, ends, color=MUTED_INK, linewidth=0.9, linestyle="--", label="closed")
    size = float(np.clip(60 / np.sqrt(x.size), 1.0, 4.0))
    axes.plot(x, y, linestyle="none", marker="o", markersize=size, markeredgewidth=0, alpha=0.5, color=FLAGS[GOOD].colour)
    axes.plot(ends, intercept + slope * ends, color=INK, linewidth=1.2, label=_line(slope, intercept))
    told = f"n = {x.size:,}\nr² = {determination:.2f}\nsum: {y.sum() / x.sum():.2f}"
    corrected = np.isfinite(balance.corrected)
    if corrected.sum() >= _FEWEST:
        x, y = balance.available[corrected], balance.corrected[corrected]
        slope, intercept = np.polyfit(x, y, 1)
        axes.plot(ends, intercept + slope * ends, color=SERIES[0], linewidth=1.2, linestyle="-.", label="corrected")
        told += f"\ncorrected: {y.sum() / x.sum():.2f}"
    axes.text(
        0.98,
        0.03,
        told,
        transform=axes.transAxes,
        ha="right",
        va="bottom",
        fontsize="small",
        color=INK,
    )
    margin = 0.05 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    axes.set_ylim(low - margin, high + margin)
    axes.set_aspect("equal", adjustable="box")
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel(f"available energy\n({_UNIT})")
    axes.set_ylabel(f"H + LE ({_UNIT})")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0))


def _line(slope: float, intercept: float) -> str:
    return f"{slope:.2f} x {'−' if intercept < 0 else '+'} {abs(intercept):.0f}"


def _draw_day(axes: Axes, balance: _Balance, time: NDArray[np.int64], offset: float) -> None:
    slot = ((time + round(offset * _HOUR)) // (_HOUR // 2)) % 48
    at = np.arange(48) / 2 + 0.25
    gap = balance.available - balance.turbulent
    for values, label, colour, style in (
        (balance.available, "available", INK, "-"),
        (balance.turbulent, "H + LE", FLAGS[GOOD].colour, "-"),
        (gap, "not closed", SERIES[2], "--"),
        (balance.corrected, "corrected", SERIES[0], "-."),
    ):
        means = _means(values, slot)
        known = np.isfinite(means)
        if known.any():
            axes.plot(at[known], means[known], color=colour, linestyle=style, linewidth=1.3, marker=".", markersize=2.5, label=label)
    axes.axhline(0.0, color=INK, linewidth=0.6)
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 6))
    axes.set_xlabel(f"local standard time,\nUTC{offset:+g} (h)".replace("-", "−"))
    axes.set_ylabel(f"mean ({_UNIT})")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0))


def _means(values: FloatArray, slot: NDArray[np.int64]) -> FloatArray:
    there = np.isfinite(values)
    number = np.bincount(slot[there], minlength=48)
    sums = np.bincount(slot[there], weights=values[there], minlength=48)
    means = np.full(48, np.nan)
    np.divide(sums, number, out=means, where=number > 0)
    return means


FIGURE = Figure(
    name="ecosystem-energy-balance",
    summary="Closure of the energy balance: good half hours of sensible plus latent heat flux against the available energy, and the "
    "mean day of both, with corrected fluxes where the run has them",
    draw=draw,
    order=20,
)
