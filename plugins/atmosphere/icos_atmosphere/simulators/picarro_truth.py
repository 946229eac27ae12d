"""Truth of the simulated tower, under the names that results have: means over minutes that were sampled, and over whole hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.simulators.picarro_air import air_between, means_of_air
from icos_atmosphere.simulators.picarro_columns import layout_of
from icos_atmosphere.simulators.picarro_random import DAY
from icos_atmosphere.simulators.picarro_rows import seconds_since_start
from icos_atmosphere.simulators.picarro_schedule import segments
from icos_atmosphere.vocabulary.series import series_words
from icos_core.dataset import make_stream
from icos_core.versioned import utc64

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.simulators.picarro_options import PicarroSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["STREAM", "sampled_minutes", "true_hours", "true_minutes", "truth"]

STREAM = "picarro"
"""Stream of the analyser."""
_HOUR, _MINUTE = 3600.0, 60.0
_SUFFIX = {"whole": "", "clean": "_without_spikes"}


def truth(
    options: PicarroSimulation, seed: int, start: np.datetime64 | None = None, end: np.datetime64 | None = None
) -> dict[str, xr.Dataset]:
    """Return stream → truth: ``picarro/<line>`` and ``hourly/<line>``; arguments as for :func:`true_hours`."""
    minutes, hours = true_minutes(options, seed, start, end), true_hours(options, seed, start, end)
    return {
        **{f"{STREAM}/{line}": stream for line, stream in minutes.items()},
        **{f"hourly/{line}": stream for line, stream in hours.items()},
    }


def true_minutes(
    options: PicarroSimulation, seed: int, start: np.datetime64 | None = None, end: np.datetime64 | None = None
) -> dict[str, xr.Dataset]:
    """Return the true means over the minutes that were sampled.

    Parameters
    ----------
    options, seed
        The station.
    start, end
        Minutes of the analyser's clock that begin in this time, UTC, half-open; default: the whole time of the station.

    Returns
    -------
    dict
        Line → mole fractions in dry air at the inlet, under the names of the gases. `time` is the start of the minute at the inlet: that
        on the analyser's clock minus transport delay and mean age in the buffer.
    """
    first, last = _span(options, start, end)
    times = []
    for position, line in enumerate(options.lines):
        minutes = sampled_minutes(options, position)
        times.append(minutes[(minutes >= first) & (minutes < last)] - (line.transport_delay + line.buffer_age).total_seconds())
    return _means(options, seed, times, _MINUTE, ("whole",))


def true_hours(
    options: PicarroSimulation, seed: int, start: np.datetime64 | None = None, end: np.datetime64 | None = None
) -> dict[str, xr.Dataset]:
    """Return the true means over whole hours, sampled or not.

    Parameters
    ----------
    options, seed
        The station.
    start, end
        Hours that begin in this time, UTC, half-open; default: every hour that has a part in the time of the station.

    Returns
    -------
    dict
        Line → mole fractions in dry air at the inlet, under the names of the gases, and without local pollution
        (``<gas>_without_spikes``).
    """
    first, last = _span(options, start, end)
    begin = options.start.timestamp()
    ends = begin + options.duration.total_seconds()
    hours = np.arange(np.floor(begin / _HOUR), np.ceil(ends / _HOUR), dtype=np.float64) * _HOUR - begin
    hours = hours[(hours >= first) & (hours < last)]
    return _means(options, seed, [hours] * len(options.lines), _HOUR, ("whole", "clean"))


def sampled_minutes(options: PicarroSimulation, line: int) -> FloatArray:
    """Return the minutes of the analyser's clock in which a line was measured and had settled, in seconds since the start."""
    planned = segments(options)
    mine = planned.line == line
    begin = options.start.timestamp()
    settled = planned.start[mine] + options.stabilisation_of_air.total_seconds()
    first = np.floor((begin + settled) / _MINUTE).astype(np.int64)
    last = np.ceil((begin + planned.end[mine]) / _MINUTE).astype(np.int64)
    pieces = [np.arange(left, right) for left, right, has in zip(first, last, settled < planned.end[mine], strict=True) if has]
    return np.unique(np.concatenate([*pieces, np.empty(0, dtype=np.int64)])) * _MINUTE - begin


def _span(options: PicarroSimulation, start: np.datetime64 | None, end: np.datetime64 | None) -> tuple[float, float]:
    first = -np.inf if start is None else seconds_since_start(options, start)
    last = np.inf if end is None else seconds_since_start(options, end)
    return first, last


def _means(
    options: PicarroSimulation, seed: int, times: Sequence[FloatArray], length: float, kinds: tuple[str, ...]
) -> dict[str, xr.Dataset]:
    """Return means over intervals that begin at the times of each line, seconds since the start.

    They are made day by day, for all lines at once: a year needs little memory, and no day is drawn twice.
    """
    gases = layout_of(options.analyser).gases
    begin = options.start.timestamp()
    values = [{f"{gas}{_SUFFIX[kind]}": np.empty(time.size) for kind in kinds for gas in gases} for time in times]
    for day in np.unique(np.floor((begin + np.concatenate(times)) / DAY)):
        for line, time in enumerate(times):
            rows = slice(*np.searchsorted(time, day * DAY - begin + np.array([0.0, DAY])))
            moments = begin + time[rows]
            if not moments.size:
                continue
            for kind in kinds:
                air = air_between(options, seed, moments[0], moments[-1] + length, kind=kind)
                for gas, means in zip(gases, means_of_air(air, moments, length, line).T, strict=False):
                    values[line][f"{gas}{_SUFFIX[kind]}"][rows] = means
    start = utc64(options.start)
    return {
        line.name: make_stream(start + np.rint(1000.0 * time).astype("timedelta64[ms]"), of_line, series_words(gases))
        for line, time, of_line in zip(options.lines, times, values, strict=True)
    }
