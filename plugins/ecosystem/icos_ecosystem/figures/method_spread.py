"""Annual net ecosystem exchange by every method, and what each choice contributes to its uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Figure
from icos_core.report.layout import new_figure, pretty_unit, say_empty
from icos_core.report.palette import FLAGS, INK, MUTED_INK, SERIES
from icos_ecosystem.vocabulary.method_spread import CHOICES, SPREAD_STREAM, VARIANTS

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_GOOD = 1
_MOST_YEARS = 6
_SHORT = {
    "RANDOM": "random errors",
    "THRESHOLD": "threshold, sampling",
    "USTAR_METHOD": "threshold, method",
    "FILTER": "filter",
    "FILLER": "gap filling",
    "PARTITIONING": "partitioning",
}
_METHODS = {
    "MP_ONEFLUX": "moving point, ONEFlux",
    "MP_REDDYPROC": "moving point, REddyProc",
    "CP": "change point",
    "FILTER_ONEFLUX": "day and night",
    "FILTER_REDDYPROC": "night only",
    "MDS_ONEFLUX": "sampling, ONEFlux",
    "MDS_REDDYPROC": "sampling, REddyProc",
    "MDS_SYMMETRIC": "sampling, symmetric mean",
    "LEARNED": "boosted trees",
    "NT": "by night",
    "DT": "by day",
}
_MARKS = ("o", "s", "^", "D")


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw, for the last years, the sum by every method beside the contributions of the choices."""
    del context
    stream = streams.get(f"product/{SPREAD_STREAM}")
    if stream is None:
        return None
    shown = stream.isel(time=slice(-_MOST_YEARS, None))
    choices = [choice for choice in CHOICES if _has(shown, f"NEE_SPREAD_{choice}")]
    figure = new_figure(1.6 + 0.45 * len(choices) * max(1, 0.5 * shown.sizes["time"]))
    if not choices:
        axes = figure.subplots()
        say_empty(axes, "no year has two methods whose sums could be compared")
        axes.set_axis_off()
        return figure
    left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": (1.35, 1.0)})
    _draw_sums(left, shown, choices)
    _draw_contributions(right, shown, choices)
    return figure


def _has(stream: xr.Dataset, name: str) -> bool:
    return name in stream and bool(np.isfinite(stream[name].values).any())


def _years(stream: xr.Dataset) -> NDArray[np.int64]:
    """Return the years of the rows: half a year on, whatever the time zone."""
    middle = stream["time"].values + np.timedelta64(180, "D")
    return middle.astype("datetime64[Y]").astype(np.int64) + 1970


def _places(choices: list[str], years: int) -> NDArray[np.float64]:
    """Return (choices, years) where rows are drawn, from the top."""
    return -np.arange(len(choices))[:, np.newaxis] - (np.arange(years) - (years - 1) / 2.0) * 0.8 / years


def _draw_sums(axes: Axes, stream: xr.Dataset, choices: list[str]) -> None:
    years = _years(stream)
    places = _places(choices, years.size)
    labelled: set[int] = set()
    for number, choice in enumerate(choices):
        for rank, ending in enumerate(VARIANTS.get(choice, {})):
            name = f"NEE_{ending}"
            if not _has(stream, name):
                continue
            sums = stream[name].values
            axes.plot(sums, places[number], linestyle="none", marker=_MARKS[rank], markersize=5, color=SERIES[rank], alpha=0.9)
            for year in np.flatnonzero(np.isfinite(sums))[:1]:
                axes.annotate(
                    _METHODS[ending],
                    (sums[year], places[number, year]),
                    xytext=(0, 6 if rank % 2 == 0 else -11),
                    textcoords="offset points",
                    ha="center",
                    fontsize="x-small",
                    color=MUTED_INK,
                )
        if choice not in VARIANTS and _has(stream, f"NEE_SPREAD_{choice}") and _has(stream, "NEE_REF"):
            axes.errorbar(
                stream["NEE_REF"].values,
                places[number],
                xerr=stream[f"NEE_SPREAD_{choice}"].values,
                linestyle="none",
                marker="|",
                color=FLAGS[_GOOD].colour,
                capsize=3,
            )
    if _has(stream, "NEE_REF"):
        for year, value in enumerate(stream["NEE_REF"].values):
            ends = (places[-1, year] - 0.4, places[0, year] + 0.4)
            axes.plot([value, value], ends, color=INK, linewidth=0.7, linestyle=":", label="" if labelled else "reference")
            labelled.add(year)
    axes.set_yticks(-np.arange(len(choices)), [_SHORT[choice] for choice in choices])
    axes.set_ylim(-len(choices) + 0.4, 0.6)
    axes.set_xlabel(f"annual net exchange\n({pretty_unit('g m-2 yr-1')} of carbon)")


def _draw_contributions(axes: Axes, stream: xr.Dataset, choices: list[str]) -> None:
    years = _years(stream)
    places = _places(choices, years.size)
    height = 0.8 / years.size
    for number, choice in enumerate(choices):
        spread = stream[f"NEE_SPREAD_{choice}"].values
        axes.barh(places[number], np.nan_to_num(spread), height=0.9 * height, color=FLAGS[_GOOD].colour)
        for year, value in enumerate(spread):
            if np.isfinite(value):
                label = f"{value:.1f}" if years.size == 1 else f"{value:.1f} ({years[year]})"
                axes.annotate(
                    label,
                    (value, places[number, year]),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize="x-small",
                    color=INK,
                )
    if _has(stream, "NEE_SPREAD_TOTAL"):
        total = ", ".join(
            f"{value:.0f} in {year}" for year, value in zip(years, stream["NEE_SPREAD_TOTAL"].values, strict=True) if np.isfinite(value)
        )
        axes.set_title(f"together: {total}", fontsize="small", color=MUTED_INK, loc="left")
    axes.margins(x=0.25)
    axes.set_xlim(left=0.0)
    axes.set_xlabel(f"standard uncertainty\n({pretty_unit('g m-2 yr-1')} of carbon)")


FIGURE = Figure(
    name="ecosystem-method-spread",
    summary="Annual net ecosystem exchange by every method of one choice, the others as in the run, and what each choice adds to its "
    "standard uncertainty",
    draw=draw,
    order=170,
)
