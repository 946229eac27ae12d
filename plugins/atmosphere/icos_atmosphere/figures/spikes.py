"""Minutes of the line and the days with most spikes, and how many of all minutes are spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import matplotlib.dates as mdates
import numpy as np

from icos_atmosphere.figures.tower import formula, label_gas, minute_lines
from icos_atmosphere.products.series_streams import gases_of
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Figure
from icos_core.flags import decode_bits
from icos_core.report.layout import add_legend, new_figure, say_empty, to_dates
from icos_core.report.palette import INK, SERIES
from icos_core.report.series import draw_series, nanoseconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_atmosphere.figures.tower import Line
    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

_DAY, _DAYS = 86_400_000_000_000, 2
_MARKS = (("o", SERIES[2]), ("s", SERIES[0]))
_NAMES = {"spike_sd": "SD", "spike_rebs": "REBS"}


class _Minutes(NamedTuple):
    """Minutes of a line by one analyser, and what each test of spikes says of each gas."""

    line: Line
    stream: xr.Dataset
    spikes: Mapping[str, Mapping[str, NDArray[np.bool_]]]

    @property
    def any_spike(self) -> NDArray[np.bool_]:
        """(n,) minutes that any test finds a spike in any gas."""
        found = np.zeros(self.stream.sizes["time"], dtype=bool)
        for tests in self.spikes.values():
            for rows in tests.values():
                found |= rows
        return found


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw the gases of the line with most spikes within two days, these two days, and below it the share of spikes on every line."""
    minutes = [_Minutes(line, stream, _spikes(stream)) for line, each in minute_lines(streams) for stream in each]
    minutes = [each for each in minutes if each.spikes]
    if not minutes:
        return None
    worst = max(minutes, key=lambda each: _most(each)[0])
    count, rows = _most(worst)
    if not count:
        figure = new_figure(2.2)
        total = sum(each.stream.sizes["time"] for each in minutes)
        say_empty(figure.subplots(), f"none of {total:,} minutes is a spike")
        return figure
    gases = list(worst.spikes)
    figure = new_figure(0.7 + 1.9 * (len(gases) + 1))
    grid = figure.add_gridspec(len(gases) + 1, 1)
    panels: list[Axes] = []
    for number, gas in enumerate(gases):
        panels.append(figure.add_subplot(grid[number], sharex=panels[0] if panels else None))
        _draw_minutes(panels[-1], worst, gas, rows)
        panels[-1].tick_params(labelbottom=number == len(gases) - 1)
    _show_time(panels[-1])
    _draw_shares(figure.add_subplot(grid[-1]), minutes)
    return figure


def _spikes(stream: xr.Dataset) -> dict[str, dict[str, NDArray[np.bool_]]]:
    """Return gas → test → minutes that are spikes, of the tests that were made."""
    found = {
        gas: {
            name: rows
            for name, rows in decode_bits(stream, f"{gas}_tests").items()
            if name.startswith("spike") and not name.endswith(("_questionable", "_bad"))
        }
        for gas in gases_of(stream)
    }
    return {gas: tests for gas, tests in found.items() if tests}


def _most(minutes: _Minutes) -> tuple[int, NDArray[np.bool_]]:
    """Return the most minutes with spikes in days that follow each other, and the rows of these days."""
    day = nanoseconds(minutes.stream) // _DAY
    if not day.size:
        return 0, np.zeros(0, dtype=bool)
    per_day = np.bincount(day - day[0], weights=minutes.any_spike)
    sums = np.convolve(per_day, np.ones(min(_DAYS, per_day.size)), mode="valid")
    first = day[0] + int(np.argmax(sums))
    return int(sums.max()), (day >= first) & (day < first + _DAYS)


def _draw_minutes(axes: Axes, minutes: _Minutes, gas: str, rows: NDArray[np.bool_]) -> None:
    stream = minutes.stream
    draw_series(axes, stream, gas, rows=rows, label=minutes.line.label, colour=minutes.line.colour, missing=False)
    for (test, spikes), (marker, colour) in zip(minutes.spikes[gas].items(), _MARKS, strict=False):
        hit = spikes & rows
        axes.plot(
            to_dates(stream["time"].values[hit]),
            stream[gas].values[hit],
            linestyle="none",
            marker=marker,
            markersize=4,
            markerfacecolor="none",
            color=colour,
            label=f"spike, {_NAMES.get(test, test)} ({int(hit.sum()):,})",
        )
    axes.margins(x=0.01, y=0.07)
    label_gas(axes, gas)
    add_legend(axes)


def _show_time(axes: Axes) -> None:
    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.set_xlabel("time (UTC)")


def _draw_shares(axes: Axes, minutes: Sequence[_Minutes]) -> None:
    """Draw the share of spikes among the minutes that a test could judge: a group of bars per gas and test, a bar per line."""
    lines = list({each.line.label: each.line for each in minutes}.values())
    groups = list(dict.fromkeys((gas, test) for gas in GASES for each in minutes for test in each.spikes.get(gas, {})))
    several = len({test for _, test in groups}) > 1
    width = 0.8 / len(lines)
    for number, line in enumerate(lines):
        shares = [_share([each for each in minutes if each.line.label == line.label], gas, test) for gas, test in groups]
        at = np.arange(len(groups)) + (number - 0.5 * (len(lines) - 1)) * width
        bars = axes.bar(at, shares, width=0.92 * width, color=line.colour, label=line.label)
        axes.bar_label(bars, labels=["" if np.isnan(share) else f"{share:.2f}" for share in shares], fontsize="small", color=INK)
    axes.set_xticks(range(len(groups)), [f"{formula(gas)}, {_NAMES.get(test, test)}" if several else formula(gas) for gas, test in groups])
    axes.grid(visible=False, axis="x")
    axes.margins(y=0.15)
    axes.set_ylabel("spikes (% of minutes)")
    add_legend(axes)


def _share(minutes: Sequence[_Minutes], gas: str, test: str) -> float:
    """Return the percentage of spikes among the minutes that the test could judge; NaN where there is none."""
    spikes = sum(int(each.spikes.get(gas, {}).get(test, np.zeros(0)).sum()) for each in minutes)
    judged = sum(int(decode_bits(each.stream, f"{gas}_evaluated").get(test, np.zeros(0)).sum()) for each in minutes)
    return 100.0 * spikes / judged if judged else np.nan


FIGURE = Figure(
    name="atmosphere-spikes",
    summary="Minutes of the line and the two days with most spikes, and the share of spikes among the minutes of every line; "
    "spikes are marked, never left out of the main hourly values",
    draw=draw,
    order=40,
)
