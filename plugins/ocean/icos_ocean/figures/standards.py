"""Readings of the standard gases against time, as distances from their assigned values."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from icos_core.components import Figure
from icos_core.dataset import category_words
from icos_core.flags import decode_bits
from icos_core.report.layout import add_legend, label_axis, pretty_unit, say_empty, time_figure
from icos_core.report.palette import INK, SERIES
from icos_core.report.series import draw_series
from icos_ocean.figures.underway import calibrated_systems, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["FIGURE"]

READINGS, ASSIGNED = ("co2", "xco2_dry"), "standard_xco2"
_SETTINGS = "zs"
_LEAST_RANGE = 0.05
_LONGEST_STEP = 24 * 3600 * 1_000_000_000


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw what the analyser read of each gas minus its assigned value, after flushing; its drift is what the calibration follows."""
    found = calibrated_systems(streams, [ASSIGNED, "run_type"])
    systems = [system for system in found if any(reading in system.stream for reading in READINGS)]
    if not systems:
        return None
    figure, panels = time_figure(len(systems))
    for system, axes in zip(systems, panels, strict=True):
        _draw_one(axes, system.stream)
        system.sign(axes)
    return figure


def _draw_one(axes: Axes, stream: xr.Dataset) -> None:
    axes.axhline(0.0, color=INK, linewidth=0.8)
    reading = next(name for name in READINGS if name in stream)
    unit = unit_of(stream, reading)
    readings = _settled(stream, reading)
    offset = xr.Dataset({"offset": ("time", readings[reading].values - readings[ASSIGNED].values)}, coords={"time": readings["time"]})
    if f"{reading}_flag" in readings:
        offset["offset_flag"] = ("time", readings[f"{reading}_flag"].values)
    drawn = False
    for (word, value, rows), colour in zip(_gases(readings), cycle(SERIES), strict=False):
        label = f"{word}, {value:g} {pretty_unit(unit)}"
        drawn |= draw_series(axes, offset, "offset", rows=rows, label=label, colour=colour, missing=False, gap=_LONGEST_STEP)
    if drawn:
        low, high = axes.get_ylim()
        # An instrument that calibrates itself shows its values to the last digit: rounding is no drift.
        axes.set_ylim(min(low, -_LEAST_RANGE), max(high, _LEAST_RANGE))
        add_legend(axes)
    else:
        say_empty(axes, "no row holds a reading of a standard gas that the description gives a value for")
    label_axis(axes, "reading − assigned value", unit)


def _settled(stream: xr.Dataset, reading: str) -> xr.Dataset:
    """Return the rows that hold a reading of a gas after flushing."""
    held = np.isfinite(stream[ASSIGNED].values)
    flushing = decode_bits(stream, f"{reading}_tests").get("flushing")
    names = [name for name in (reading, f"{reading}_flag", ASSIGNED, "run_type") if name in stream]
    return stream[names].isel(time=held if flushing is None else held & ~flushing)


def _gases(readings: xr.Dataset) -> Iterator[tuple[str, float, NDArray[np.bool_]]]:
    """Yield run type, assigned value and rows of each gas; a cylinder that was exchanged is a gas of its own.

    What is read while zero and span of the analyser are being set (run types ending in z and s) tells nothing of its drift.
    """
    assigned, run_type = readings[ASSIGNED].values, readings["run_type"].values
    for word, code in category_words(readings, "run_type").items():
        mine = run_type == code
        if word[-1] not in _SETTINGS and mine.any():
            for value in np.unique(assigned[mine]):
                yield word, float(value), mine & (assigned == value)


FIGURE = Figure(
    name="ocean-standards",
    summary="Readings of the standard gases after flushing, minus their assigned values",
    draw=draw,
    order=30,
)
