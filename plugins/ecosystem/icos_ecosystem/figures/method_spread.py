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
    "THRESHOLD": "u*, sampling",
    "USTAR_METHOD": "u*, method",
    "FILTER": "filter",
    "FILLER": "gap filling",
    "PARTITIONING": "partitioning",
}
_METHODS = {
    "MP_ONEFLUX": "moving point, ONEFlux",
    "MP_REDDYPROC": "REddyProc",
    "CP": "change point",
    "FILTER_ONEFLUX": "day and night",
    "FILTER_REDDYPROC": "night only",
    "MDS_ONEFLUX": "sampling, ONEFlux",
    "MDS_REDDYPROC": "REddyProc",
    "MDS_SYMMETRIC": "symmetric",
    "LEARNED": "trees",
    "NT": "by night",
    "DT": "by day",
}
_MARKS = (("o", "●"), ("s", "■"), ("^", "▲"), ("D", "◆"))
"""Mark of a method in a row, drawn and written."""


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw, for the last years, the sum by every method above the contributions of the choices."""
    del context
    stream = streams.get(f"product/{SPREAD_STREAM}")
    if stream is None:
        return None
    shown = stream.isel(time=slice(-_MOST_YEARS, None))
    choices = [choice for choice in CHOICES if _has(shown, f"NEE_SPREAD_{choice}")]
    rows = len(choices) * max(1.0, 0.4 * shown.sizes["time"])
    figure = new_figure(2.2 + 0.75 * rows)
    if not choices:
        axes = figure.subplots()
        say_empty(axes, "no year has two methods whose sums could be compared")
        axes.set_axis_off()
        return figure
    above, below = figure.subplots(2, 1, gridspec_kw={"height_ratios": (1.6, 1.0)})
    _draw_sums(above, shown, choices)
    _draw_contributions(below, shown, choices)
    for axes in (above, below):
        axes.set_yticks(-np.arange(len(choices)), [_SHORT[choice] for choice in choices])
        axes.set_ylim(-len(choices) + 0.4, 0.6)
        axes.grid(visible=False, axis="y")
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
    places = _places(choices, stream.sizes["time"])
    for number, choice in enumerate(choices):
        variants = [ending for ending in VARIANTS.get(choice, {}) if _has(stream, f"NEE_{ending}")]
        for (mark, _), colour, ending in zip(_MARKS, SERIES, variants, strict=False):
            axes.plot(stream[f"NEE_{ending}"].values, places[number], linestyle="none", marker=mark, markersize=5, color=colour)
        if variants:
            words = "   ".join(f"{written} {_METHODS[ending]}" for (_, written), ending in zip(_MARKS, variants, strict=False))
            axes.text(0.01, -number - 0.47, words, transform=axes.get_yaxis_transform(), fontsize="x-small", color=MUTED_INK, va="bottom")
        elif _has(stream, "NEE_REF"):
            axes.errorbar(
                stream["NEE_REF"].values,
                places[number],
                xerr=stream[f"NEE_SPREAD_{choice}"].values,
                linestyle="none",
                marker="|",
                color=FLAGS[_GOOD].colour,
                capsize=3,
            )
    for year, value in enumerate(stream["NEE_REF"].values if _has(stream, "NEE_REF") else ()):
        ends = (places[-1, year] - 0.3, places[0, year] + 0.3)
        label = "as in the FLUXNET product" if year == 0 else None
        axes.plot([value, value], ends, color=INK, linewidth=0.7, linestyle=":", label=label)
    if _has(stream, "NEE_REF"):
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0))
    axes.margins(x=0.08)
    axes.set_xlabel(f"annual NEE ({pretty_unit('g m-2 yr-1')} of carbon)")


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
        totals = zip(years, stream["NEE_SPREAD_TOTAL"].values, strict=True)
        together = ", ".join(f"{value:.0f} in {year}" for year, value in totals if np.isfinite(value))
        axes.set_title(f"together: {together}", fontsize="small", color=MUTED_INK, loc="left")
    axes.margins(x=0.25)
    axes.set_xlim(left=0.0)
    axes.set_xlabel(f"standard uncertainty ({pretty_unit('g m-2 yr-1')} of carbon)")


FIGURE = Figure(
    name="ecosystem-method-spread",
    summary="Annual net ecosystem exchange by every method of one choice, the others as in the run, and what each choice adds to its "
    "standard uncertainty",
    draw=draw,
    order=170,
)
