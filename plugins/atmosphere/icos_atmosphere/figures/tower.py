"""What the figures of towers share: which series are drawn, the label and colour of every height, points of injections and sequences."""

from __future__ import annotations

from itertools import chain, cycle
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.markers import CARETDOWN, CARETUP

from icos_atmosphere.products.series_streams import height_of, lines_of, one_of_each_line
from icos_atmosphere.vocabulary import GASES
from icos_core.dataset import BAD, GOOD, QUESTIONABLE, is_good
from icos_core.report.layout import label_axis, to_dates
from icos_core.report.palette import FLAGS, INK, SERIES
from icos_core.report.series import draw_series

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from icos_atmosphere.products.series_streams import Series
    from icos_core.components import Streams

__all__ = [
    "Line",
    "OfAnalyser",
    "draw_points",
    "formula",
    "frame_time",
    "from_zero",
    "hourly_lines",
    "label_gas",
    "minute_lines",
    "of_analysers",
    "sign",
    "tower_lines",
]

_CALIBRATED, _PRODUCT = "calibrated/", "product/"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_REACH, _ROOM = 2.0, 0.13
_LEAST_TIME = np.timedelta64(12, "h")


class Line(NamedTuple):
    """A sampling line of a figure: what the legend calls it, its colour, its series."""

    label: str
    colour: str
    stream: xr.Dataset

    @property
    def height(self) -> float:
        """Height of the intake above ground in metres; NaN where it is not said."""
        return height_of(self.stream)


class OfAnalyser(NamedTuple):
    """What the calibrator tells of one analyser: its name where there are several, and the stream."""

    name: str
    stream: xr.Dataset


def formula(gas: str) -> str:
    """Return the formula of a gas as people write it: ``co2`` → ``CO₂``."""
    return GASES[gas].formula.translate(_SUBSCRIPTS)


def label_gas(axes: Axes, gas: str, what: str = "") -> None:
    """Write the gas, what is drawn of it and its unit beside the vertical axis; numbers stand there in full."""
    axes.ticklabel_format(axis="y", useOffset=False)
    label_axis(axes, ", ".join(filter(None, (formula(gas), what))), GASES[gas].units)


def hourly_lines(streams: Streams) -> list[Line]:
    """Return one hourly series per line, lowest first: that of the run, else one that was read."""
    return tower_lines(one_of_each_line(_finished(streams), "hour", f"{_PRODUCT}hourly/", "figures")[0])


def tower_lines(series: Sequence[Series]) -> list[Line]:
    """Give labels and colours to series, which come lowest first; the uppermost wears the colour of good data.

    A line is called by its height, and by its name where there is no height or two lines have it.
    """
    heights = [height_of(each.data) for each in series]
    labels = [
        f"{height:g} m" if np.isfinite(height) and heights.count(height) == 1 else str(each.data.attrs["line"])
        for each, height in zip(series, heights, strict=True)
    ]
    colours = cycle(chain([FLAGS[GOOD].colour], SERIES))
    downwards = zip(reversed(labels), colours, reversed(series), strict=False)
    return [Line(label, colour, each.data) for label, colour, each in downwards][::-1]


def minute_lines(streams: Streams) -> list[tuple[Line, list[xr.Dataset]]]:
    """Return every line that has minutes, lowest first, with the minutes of each of its analysers."""
    series = list(lines_of(_finished(streams), "minute").values())
    lines = tower_lines([each[0] for each in series])
    return [(line, [one.data for one in each]) for line, each in zip(lines, series, strict=True)]


def _finished(streams: Streams) -> dict[str, xr.Dataset]:
    return {name: stream for name, stream in streams.items() if name.startswith((_CALIBRATED, _PRODUCT))}


def of_analysers(streams: Streams, kind: str) -> list[OfAnalyser]:
    """Return the streams of one kind (``calibration``, ``targets``) of every analyser, by name."""
    found = sorted(
        (str(stream.attrs["analyser"]), stream)
        for name, stream in streams.items()
        if name.startswith(_CALIBRATED) and name.endswith(f"/{kind}") and "analyser" in stream.attrs
    )
    return [OfAnalyser(name if len(found) > 1 else "", stream) for name, stream in found]


def sign(axes: Axes, *texts: str) -> None:
    """Write what tells a panel from others into its corner, with room above what is drawn; empty texts are left out."""
    text = ", ".join(filter(None, texts))
    if text:
        low, high = axes.get_ylim()
        room = high * (high / low) ** _ROOM if axes.get_yscale() == "log" else high + _ROOM * (high - low)
        axes.set_ylim(low, room)
        axes.text(0.008, 0.97, text, transform=axes.transAxes, ha="left", va="top", fontsize="small", fontweight="bold", color=INK)


def frame_time(axes: Axes, times: Iterable[NDArray[np.datetime64]]) -> None:
    """Give an axis of time that would show a single moment the day around it."""
    moments = np.concatenate([np.asarray(each, dtype="M8[ns]") for each in times] or [np.empty(0, "M8[ns]")])
    if moments.size and moments.min() == moments.max():
        axes.set_xlim(*to_dates(np.array([moments[0] - _LEAST_TIME, moments[0] + _LEAST_TIME])))


def from_zero(axes: Axes) -> None:
    """Let the vertical axis begin at zero, with the usual room above what is drawn."""
    axes.set_ylim(0.0, axes.dataLim.y1 * (1.0 + _ROOM) or 1.0)


def draw_points(
    axes: Axes,
    stream: xr.Dataset,
    name: str,
    *,
    rows: NDArray[np.bool_] | None = None,
    label: str = "",
    colour: str | None = None,
    span: tuple[float, float] | None = None,
    bars: bool = True,
) -> bool:
    """Draw a quantity that is known at moments: points joined by a line, with bars or a band of uncertainty, and flagged ones as marks.

    Parameters
    ----------
    axes
        A panel of a time figure.
    stream
        The stream, with flags and uncertainty beside the quantity where they exist.
    name
        Name of the quantity.
    rows
        (n,) rows to draw; all if not given.
    label
        What the legend calls it.
    colour
        Colour of the good values; that of good data if not given.
    span
        What the panel shows in any case; flagged values within, or not far from it and the good values, stand where they are, others at
        the edge.
    bars
        Whether points have bars of standard uncertainty; if not, the line has a band.

    Returns
    -------
    bool
        False where there was nothing to draw.
    """
    wanted = np.ones(stream.sizes["time"], dtype=bool) if rows is None else rows
    good = is_good(stream, name) & wanted
    dates, values = to_dates(stream["time"].values), stream[name].values
    colour = colour or FLAGS[GOOD].colour
    drawn = draw_series(axes, stream, name, rows=good, label=label, colour=colour, uncertainty=not bars, missing=False)
    axes.plot(dates[good], values[good], linestyle="none", marker="o", markersize=4 if bars else 2, markeredgewidth=0, color=colour)
    if bars and f"{name}_uncertainty" in stream:
        spread = np.nan_to_num(stream[f"{name}_uncertainty"].values[good])
        axes.errorbar(dates[good], values[good], yerr=spread, fmt="none", ecolor=colour, elinewidth=0.8, capsize=2)
    if span is not None:
        axes.update_datalim([(dates[0], each) for each in span] if dates.size else [], updatex=False)
        axes.autoscale_view()
    if f"{name}_flag" not in stream:
        return drawn
    low, high = _reach(values[good], span)
    flag = stream[f"{name}_flag"].values
    flagged = wanted & ((flag == QUESTIONABLE) | (flag == BAD)) & np.isfinite(values)
    below, above = flagged & (values < low), flagged & (values > high)
    draw_series(axes, stream, name, rows=flagged & ~below & ~above, label=label, uncertainty=False, missing=False)
    for off, marker, height, side in ((below, CARETDOWN, 0.0, "below"), (above, CARETUP, 1.0, "above")):
        for level in (QUESTIONABLE, BAD):
            _draw_beyond(axes, dates[off & (flag == level)], level, marker, height, f"{label}: " if label else "", side)
    return drawn or bool(flagged.any())


def _reach(good: NDArray[np.float64], span: tuple[float, float] | None) -> tuple[float, float]:
    known = np.append(good, span or ())
    if not known.size:
        return -np.inf, np.inf
    low, high = float(known.min()), float(known.max())
    margin = _REACH * (high - low) or abs(high) or 1.0
    return low - margin, high + margin


def _draw_beyond(axes: Axes, dates: NDArray[np.float64], level: int, marker: int, height: float, prefix: str, side: str) -> None:
    if dates.size:
        axes.plot(
            dates,
            np.full(dates.shape, height),
            transform=axes.get_xaxis_transform(),
            linestyle="none",
            marker=marker,
            markersize=6,
            color=FLAGS[level].colour,
            label=f"{prefix}{FLAGS[level].word}, {side} the scale ({dates.size:,})",
        )
