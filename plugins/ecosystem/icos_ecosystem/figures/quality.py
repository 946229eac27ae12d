"""Flags of every half hour: a strip per test, and over long times the share that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch

from icos_core.components import Figure
from icos_core.dataset import BAD, GOOD, QUESTIONABLE
from icos_core.report.layout import new_figure, to_dates
from icos_core.report.palette import FLAGS, INK
from icos_ecosystem.figures.half_hours import FORMULAS, dates_below, flux_stream, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["FIGURE"]

_FLUXES = ("TAU", "H", "LE", "FC", "FCH4", "FN2O")
_SERIES = {"U": "u", "V": "v", "W": "w", "T_SONIC": "Tₛ", **FORMULAS}
_TESTS = ("spikes", "resolution", "drop-outs", "limits", "skewness, kurtosis", "", "discontinuities", "")
"""Tests of raw data by digit; an empty one is the soft flag of the test before."""
_ALONE = {
    "time lag": ("VM97_TLAG_HF", "VM97_TLAG_SF", 4),
    "angle of attack": ("VM97_AOA_HF", "", 1),
    "non-steady wind": ("VM97_NSHW_HF", "", 1),
}
"""Tests that are of no single series: hard flags, soft flags, number of digits."""
_NOT_TESTED = 9
_MOST_COLUMNS = 800
_FAILED = 2.0


class _Strip(NamedTuple):
    """A test: its name, and the result of every half hour, (n,): 0 passed, 1 soft or middle, 2 failed, NaN not tested."""

    name: str
    result: FloatArray


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw a row per test and a column per half hour, or per several half hours their mean."""
    stream = flux_stream(streams)
    strips = [] if stream is None else [strip for strip in _strips(stream) if np.isfinite(strip.result).any()]
    if stream is None or not strips:
        return None
    figure = new_figure(1.1 + 0.22 * len(strips))
    axes = figure.subplots()
    field, edges = _columns(np.stack([strip.result for strip in strips]), stream["time"].values)
    colours = [FLAGS[flag].colour for flag in (GOOD, QUESTIONABLE, BAD)]
    scale = LinearSegmentedColormap.from_list("flags", colours)
    axes.pcolormesh(to_dates(edges), np.arange(len(strips) + 1), field, cmap=scale, vmin=0.0, vmax=_FAILED, rasterized=True)
    axes.set_yticks(np.arange(len(strips)) + 0.5, [strip.name for strip in strips], fontsize="small")
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.tick_params(axis="y", length=0)
    for border in range(1, len(strips)):
        axes.axhline(border, color="white", linewidth=1.0)
    for border in _borders([strip.name for strip in strips]):
        axes.axhline(border, color=INK, linewidth=1.0)
    words = ("passed", "middle", "failed")
    patches = [Patch(color=colour, label=word) for colour, word in zip(colours, words, strict=True)]
    figure.legend(handles=patches, loc="outside upper left", ncols=3)
    dates_below(axes, stream)
    return figure


def _borders(names: list[str]) -> list[int]:
    """Return where flags of fluxes, tests and series meet."""
    kinds = [name.startswith("flag ") - name.startswith("tests of ") for name in names]
    return [row for row, (kind, before) in enumerate(zip(kinds[1:], kinds, strict=False), start=1) if kind != before]


def _strips(stream: xr.Dataset) -> Iterator[_Strip]:
    """Yield flags per flux, then results per test, the worst of all series, and per series, the worst of all tests."""
    for name in _FLUXES:
        yield _Strip(f"flag {name}", np.clip(values_of(stream, f"{name}_SSITC_TEST"), 0, _FAILED))
    results = np.stack([_of_series(values_of(stream, f"{series}_VM97_TEST")) for series in _SERIES])
    for test, of_test in zip(filter(None, _TESTS), np.moveaxis(results, 1, 0), strict=True):
        yield _Strip(test, _worst(of_test))
    for test, (hard, soft, count) in _ALONE.items():
        of_hard, of_soft = (_worst(_digits(values_of(stream, name), count)) for name in (hard, soft))
        yield _Strip(test, np.fmax(of_hard * _FAILED, of_soft))
    for label, of_series in zip(_SERIES.values(), results, strict=True):
        yield _Strip(f"tests of {label}", _worst(of_series))


def _of_series(numbers: FloatArray) -> FloatArray:
    """Return the results of the six tests of a series, (6, n)."""
    results: list[FloatArray] = []
    for test, digit in zip(_TESTS, _digits(numbers, len(_TESTS)), strict=True):
        if test:
            results.append(digit * _FAILED)
        else:
            results[-1] = np.fmax(results[-1], digit)
    return np.stack(results)


def _digits(numbers: FloatArray, count: int) -> FloatArray:
    """Return the digits behind the leading 8, (count, n): 0, 1, or NaN where not tested."""
    there = np.isfinite(numbers)
    whole = np.where(there, numbers, 0).astype(np.int64)
    digits = (whole // 10 ** np.arange(count - 1, -1, -1, dtype=np.int64)[:, np.newaxis]) % 10
    return np.where(there & (digits != _NOT_TESTED), digits, np.nan)


def _worst(results: FloatArray) -> FloatArray:
    return np.asarray(np.fmax.reduce(results, axis=0))


def _columns(results: FloatArray, time: NDArray[np.datetime64]) -> tuple[FloatArray, NDArray[np.datetime64]]:
    """Return the means of equal steps of time, (tests, columns), and their edges, (columns + 1,)."""
    step = np.median(np.diff(time)) if time.size > 1 else np.timedelta64(30, "m").astype("timedelta64[ns]")
    number = ((time - time[0]) // step).astype(np.int64)
    together = int(number[-1] // _MOST_COLUMNS) + 1
    column = number // together
    field = np.full((len(results), int(column[-1]) + 1), np.nan)
    for row, result in zip(field, results, strict=True):
        there = np.isfinite(result)
        count = np.bincount(column[there], minlength=row.size)
        sums = np.bincount(column[there], weights=result[there], minlength=row.size)
        np.divide(sums, count, out=row, where=count > 0)
    return field, time[0] + np.arange(field.shape[1] + 1) * together * step


FIGURE = Figure(
    name="ecosystem-quality",
    summary="Flags of every half hour: classes of stationarity and turbulence per flux, then tests of raw data, each with the worst "
    "result of all series, and each series with the worst of all tests. Middle: the middle class, or a soft flag alone; white: not tested. "
    "Over long times a colour is the mean of several half hours",
    draw=draw,
    order=60,
)
