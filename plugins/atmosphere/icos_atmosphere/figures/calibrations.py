"""Calibration history: how far the line of every sequence has moved, and how well the cylinders lie on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from icos_atmosphere.compatibility_goals import COMPATIBILITY_GOALS
from icos_atmosphere.figures.tower import draw_points, formula, frame_time, from_zero, label_gas, of_analysers, sign
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Figure
from icos_core.dataset import GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE
from icos_core.report.layout import add_legend, label_axis, say_empty, time_figure
from icos_core.report.palette import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_HEIGHTS = (1.0, 0.75)
_LEAST_SPAN = 0.5


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw two panels per analyser and gas: the value of a fixed reading since the first accepted sequence, and the largest residual.

    A sequence that was not accepted is questionable; the line joins those that are used. Changes well within the network compatibility goal
    look small: the axis reaches over half of it at least.
    """
    found = [(each, gas) for each in of_analysers(streams, "calibration") for gas in GASES if f"{gas}_reference" in each.stream]
    if not found:
        return None
    figure, panels = time_figure(len(_HEIGHTS) * len(found), _HEIGHTS * len(found))
    for (analyser, gas), upper, lower in zip(found, panels[::2], panels[1::2], strict=True):
        _draw_one(upper, lower, gas, analyser.stream)
        sign(upper, analyser.name)
    frame_time(panels[-1], [analyser.stream["time"].values for analyser, _ in found])
    return figure


def _draw_one(upper: Axes, lower: Axes, gas: str, stream: xr.Dataset) -> None:
    sequences = _sequences(gas, stream)
    upper.axhline(0.0, color=INK, linewidth=0.8)
    shown = _LEAST_SPAN * COMPATIBILITY_GOALS[gas].goal
    drawn = draw_points(upper, sequences, "change", span=(-shown, shown))
    draw_points(lower, sequences, "residual")
    label_gas(upper, gas, "change")
    label_axis(lower, "residual", GASES[gas].units)
    if drawn:
        from_zero(lower)
        add_legend(upper)
        if len(lower.get_legend_handles_labels()[1]) > 1:
            add_legend(lower)
    else:
        say_empty(upper, f"no calibration sequence has a line of {formula(gas)}")
        say_empty(lower, "no residuals without a line")


def _sequences(gas: str, stream: xr.Dataset) -> xr.Dataset:
    """Return change since the first accepted sequence, and largest residual; flagged as the line is."""
    reference = stream[f"{gas}_reference"].values
    flag = np.where(stream[f"{gas}_accepted"].values == 1, GOOD, QUESTIONABLE)
    if f"{gas}_slope_flag" in stream:
        flag = np.maximum(flag, stream[f"{gas}_slope_flag"].values)
    flag[np.isnan(reference)] = MISSING
    used, present = np.flatnonzero(flag <= NOT_EVALUATED), np.flatnonzero(flag != MISSING)
    first = (*used, *present)[:1]
    change = reference - (reference[first[0]] if first else 0.0)
    columns = {"change": change, "change_flag": flag, "residual": stream[f"{gas}_residual"].values, "residual_flag": flag}
    if f"{gas}_reference_uncertainty" in stream:
        columns["change_uncertainty"] = stream[f"{gas}_reference_uncertainty"].values
    return xr.Dataset({name: ("time", column) for name, column in columns.items()}, coords={"time": stream["time"]})


FIGURE = Figure(
    name="atmosphere-calibrations",
    summary="Calibration history: value of a fixed reading on the line of each sequence since the first that was accepted, with standard "
    "uncertainty (k = 1), and the largest residual; sequences that are not used are questionable",
    draw=draw,
    order=20,
)
