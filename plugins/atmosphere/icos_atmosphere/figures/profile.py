"""Mean day at every height, and the mean profile by night and in the afternoon."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from icos_atmosphere.figures.tower import formula, hourly_lines, label_gas
from icos_atmosphere.products.calendar_means import local_shift
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Figure
from icos_core.dataset import usable
from icos_core.report.layout import new_figure, pretty_unit, say_empty
from icos_core.report.palette import INK
from icos_core.report.series import nanoseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_atmosphere.figures.tower import Line
    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["FIGURE"]

_HOUR = 3_600_000_000_000
_PARTS = (("night", range(6), "-", INK), ("afternoon", range(12, 18), "--", "white"))


class _Tower(NamedTuple):
    """Hours in which every height has a good value of a gas.

    Attributes
    ----------
    hour
        (n,) hour of the day, local standard time.
    values
        (n, heights) mole fractions.
    """

    hour: NDArray[np.int64]
    values: FloatArray


def draw(streams: Streams, context: Context) -> MatplotlibFigure | None:
    """Draw a row per gas: the mean day of every height, and where there are several heights the mean profile of night and afternoon.

    Only hours in which every height has a good value count: heights are compared at the same times.
    """
    lines = hourly_lines(streams)
    gases = [gas for gas in GASES if any(gas in line.stream for line in lines)]
    if not gases:
        return None
    shift = int(local_shift(context).astype("timedelta64[ns]").astype(np.int64))
    shown = {gas: [line for line in lines if gas in line.stream] for gas in gases}
    columns = 2 if any(len(_placed(each)) > 1 for each in shown.values()) else 1
    figure = new_figure(0.5 + 2.3 * len(gases))
    panels = figure.subplots(len(gases), columns, squeeze=False, gridspec_kw={"width_ratios": (1.4, 1.0)[:columns]})
    for (gas, own), row in zip(shown.items(), panels, strict=True):
        tower = _common_hours(gas, own, shift)
        _draw_day(row[0], gas, own, tower)
        if columns > 1:
            _draw_profile(row[1], gas, own, tower)
    for column, across in zip(panels.T, (2, 1), strict=False):
        labelled = [axes for axes in column if axes.get_legend_handles_labels()[1]]
        for axes in labelled[:1]:
            # few entries side by side: on a phone a panel is narrow
            axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=across)
    offset = f"{shift / _HOUR:+g}".replace("-", "−")
    panels[-1, 0].set_xlabel(f"local standard time, UTC{offset} (h)")
    return figure


def _placed(lines: Sequence[Line]) -> list[int]:
    return [number for number, line in enumerate(lines) if np.isfinite(line.height)]


def _common_hours(gas: str, lines: Sequence[Line], shift: int) -> _Tower:
    hours = [nanoseconds(line.stream) // _HOUR for line in lines]
    common = hours[0]
    for each in hours[1:]:
        common = np.intersect1d(common, each, assume_unique=True)
    columns = [usable(line.stream, gas)[np.searchsorted(each, common)] for line, each in zip(lines, hours, strict=True)]
    values = np.stack(columns, axis=1)
    full = np.isfinite(values).all(axis=1)
    return _Tower((common[full] * _HOUR + shift) // _HOUR % 24, values[full])


def _draw_day(axes: Axes, gas: str, lines: Sequence[Line], tower: _Tower) -> None:
    label_gas(axes, gas)
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 6))
    if not tower.hour.size:
        say_empty(axes, f"no hour has a good value of {formula(gas)} at every height")
        return
    for line, values in zip(lines, tower.values.T, strict=True):
        mean, error = _means(values, tower.hour)
        at = np.arange(24) + 0.5
        axes.plot(at, mean, color=line.colour, linewidth=1.2, marker="." if np.isnan(mean).any() else "", label=line.label)
        axes.fill_between(at, mean - error, mean + error, color=line.colour, alpha=0.25, linewidth=0)


def _means(values: FloatArray, hour: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard error of the values in each hour of the day, NaN without a value or without a second."""
    number = np.bincount(hour, minlength=24)
    mean, error = np.full(24, np.nan), np.full(24, np.nan)
    np.divide(np.bincount(hour, weights=values, minlength=24), number, out=mean, where=number > 0)
    squares = np.bincount(hour, weights=np.square(values - mean[hour]), minlength=24)
    np.divide(squares, number * (number - 1.0), out=error, where=number > 1)
    return mean, np.sqrt(error)


def _draw_profile(axes: Axes, gas: str, lines: Sequence[Line], tower: _Tower) -> None:
    axes.set_xlabel(f"{formula(gas)} ({pretty_unit(GASES[gas].units)})")
    axes.set_ylabel("height (m)")
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.tick_params(axis="x", labelsize="small")
    placed = _placed(lines)
    heights = np.array([lines[number].height for number in placed])
    drawn = False
    for label, hours, style, face in _PARTS:
        values = tower.values[np.isin(tower.hour, hours)][:, placed]
        if not values.size:
            continue
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.zeros(len(placed))
        axes.errorbar(
            values.mean(axis=0),
            heights,
            xerr=error,
            color=INK,
            linestyle=style,
            linewidth=1.0,
            marker="o",
            markerfacecolor=face,
            markersize=5,
            capsize=2,
            label=label,
        )
        drawn = True
    if drawn:
        axes.set_ylim(bottom=0.0)
    else:
        say_empty(axes, "no such hours by night or in the afternoon")


FIGURE = Figure(
    name="atmosphere-profile",
    summary="Mean day at every height, and mean profile by night (0 to 6 h) and in the afternoon (12 to 18 h), with standard errors, from "
    "the hours in which every height has a good value",
    draw=draw,
    order=50,
)
