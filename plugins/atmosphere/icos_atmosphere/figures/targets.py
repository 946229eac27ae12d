"""Targets against the network compatibility goals of WMO/GAW, and what they tell of repeatability."""

from __future__ import annotations

from itertools import chain, cycle
from typing import TYPE_CHECKING, NamedTuple

import xarray as xr

from icos_atmosphere.compatibility_goals import compatibility_goals
from icos_atmosphere.figures.tower import draw_points, formula, frame_time, from_zero, label_gas, of_analysers, sign
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Figure
from icos_core.dataset import GOOD, category_words
from icos_core.report.layout import add_legend, label_axis, say_empty, time_figure
from icos_core.report.palette import FLAGS, INK, MUTED_INK, SERIES
from icos_core.report.series import draw_series

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_atmosphere.compatibility_goals import Goals
    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_HEIGHTS = (1.0, 0.75)
_SHORT = "short_term_target"
_ROLES = {_SHORT: "short-term", "long_term_target": "long-term"}
_REPEATABILITY = {"ltr": "long-term repeatability (LTR)", "cmr": "repeatability within minutes (CMR)"}


class _Target(NamedTuple):
    """A cylinder among the injections: what the legend calls it, its colour, its rows."""

    label: str
    colour: str
    rows: NDArray[np.bool_]
    is_short: bool


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw two panels per analyser and gas: measured minus assigned value of every injection with the goals, and repeatability."""
    found = [(each, gas) for each in of_analysers(streams, "targets") for gas in GASES if f"{gas}_bias" in each.stream]
    if not found:
        return None
    figure, panels = time_figure(len(_HEIGHTS) * len(found), _HEIGHTS * len(found))
    for (analyser, gas), upper, lower in zip(found, panels[::2], panels[1::2], strict=True):
        _draw_bias(upper, gas, analyser.stream, context.station.latitude)
        _draw_repeatability(lower, gas, analyser.stream)
        sign(upper, analyser.name)
    frame_time(panels[-1], [analyser.stream["time"].values for analyser, _ in found])
    return figure


def _targets(stream: xr.Dataset) -> Iterator[_Target]:
    """Yield the cylinders that served as targets, short-term ones first."""
    colours = cycle(chain([FLAGS[GOOD].colour], SERIES))
    names, roles = category_words(stream, "cylinder"), category_words(stream, "role")
    for role, word in _ROLES.items():
        of_role = stream["role"].values == roles.get(role, -1)
        for name, code in names.items():
            rows = of_role & (stream["cylinder"].values == code)
            if rows.any():
                yield _Target(f"{word} {name.replace('_', ' ')}", next(colours), rows, role == _SHORT)


def _draw_bias(axes: Axes, gas: str, stream: xr.Dataset, latitude: float | None) -> None:
    goals = compatibility_goals(gas, latitude)
    axes.axhline(0.0, color=INK, linewidth=0.8)
    bias = xr.Dataset({"bias": stream[f"{gas}_bias"]})
    if f"{gas}_bias_flag" in stream:
        bias["bias_flag"] = stream[f"{gas}_bias_flag"]
    if f"{gas}_uncertainty" in stream:
        bias["bias_uncertainty"] = stream[f"{gas}_uncertainty"]
    drawn = False
    for target in _targets(stream):
        span = (-goals.extended, goals.extended)
        drawn |= draw_points(
            axes, bias, "bias", rows=target.rows, label=target.label, colour=target.colour, span=span, bars=not target.is_short
        )
    label_gas(axes, gas, "bias")
    if drawn:
        _draw_goals(axes, goals)
        add_legend(axes)
    else:
        say_empty(axes, f"no injection of a target has a value of {formula(gas)} beside an assigned one")


def _draw_goals(axes: Axes, goals: Goals) -> None:
    """Draw both goals as bands; the edges stay to be seen in print."""
    for limit, word, style in ((goals.goal, "WMO/GAW goal", "-"), (goals.extended, "extended goal", "--")):
        axes.axhspan(-limit, limit, color=MUTED_INK, alpha=0.08, linewidth=0, zorder=0)
        axes.axhline(-limit, color=MUTED_INK, linewidth=0.8, linestyle=style)
        axes.axhline(limit, color=MUTED_INK, linewidth=0.8, linestyle=style, label=f"{word} ±{limit:g}")


def _draw_repeatability(axes: Axes, gas: str, stream: xr.Dataset) -> None:
    short = stream["role"].values == category_words(stream, "role").get(_SHORT, -1)
    drawn = False
    for (suffix, word), colour in zip(_REPEATABILITY.items(), (FLAGS[GOOD].colour, SERIES[0]), strict=True):
        if f"{gas}_{suffix}" in stream:
            drawn |= draw_series(axes, stream, f"{gas}_{suffix}", rows=short, label=word, colour=colour, missing=False)
    label_axis(axes, "LTR, CMR", GASES[gas].units)
    if drawn:
        from_zero(axes)
        add_legend(axes)
    else:
        say_empty(axes, "no short-term target tells the repeatability")


FIGURE = Figure(
    name="atmosphere-targets",
    summary="Targets: measured minus assigned values with standard uncertainty (k = 1) against the network compatibility goals, and the "
    "repeatability that short-term targets show",
    draw=draw,
    order=30,
)
