"""Series among the streams of a run: which lines there are, who serves them, and what is common to all series that products make."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_atmosphere.scales import UNKNOWN
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Problem, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.interval_means import Means
    from icos_core.components import Streams

__all__ = [
    "ANY_GAS",
    "Series",
    "add_water_vapour",
    "finished",
    "gases_of",
    "height_of",
    "lines_of",
    "one_of_each_line",
    "priority_at",
    "scale_of",
    "with_bounds",
]

# Not required: a day on which an analyser saw cylinders only is no failure.
ANY_GAS: Mapping[str, tuple[Requirement, ...]] = {
    "*": tuple(Requirement(name=gas.name, units=gas.units, optional=True) for gas in GASES.values())
}
"""What products of series take: gases, each in its own unit."""


class Series(NamedTuple):
    """A series: one line, and for minutes one instrument."""

    name: str
    data: xr.Dataset


def lines_of(streams: Streams, interval: str) -> dict[str, list[Series]]:
    """Return the series of an interval by line, lowest line first; of a line the one whose instrument has priority comes first.

    Parameters
    ----------
    streams
        All streams.
    interval
        ``minute``, ``hour``, ``day`` or ``month``.
    """
    found = [
        Series(name, stream)
        for name, stream in streams.items()
        if "time" in stream.dims and stream.attrs.get("averaging_interval") == interval and "line" in stream.attrs and gases_of(stream)
    ]
    found.sort(key=lambda each: (height_of(each.data), str(each.data.attrs["line"]), int(each.data.attrs.get("priority", 1)), each.name))
    lines: dict[str, list[Series]] = {}
    for each in found:
        lines.setdefault(str(each.data.attrs["line"]), []).append(each)
    return lines


def one_of_each_line(streams: Streams, interval: str, made: str, product: str) -> tuple[list[Series], list[Problem]]:
    """Return one series per line: that which a product of this station makes, else the only one there is.

    Parameters
    ----------
    streams, interval
        As of :func:`lines_of`.
    made
        Begin of the names of the streams that serve first: ``hourly/``.
    product
        Name of the product that asks, for problems.

    Returns
    -------
    list of Series
        Those that serve.
    list of Problem
        Lines whose series are of different origin, with those that were left out.
    """
    chosen, problems = [], []
    for line, series in lines_of(streams, interval).items():
        own = [each for each in series if each.name.startswith(made)]
        serving = own or series[:1]
        chosen += serving
        left_out = ", ".join(each.name for each in series if all(each.name != other.name for other in serving))
        if left_out:
            problems.append(Problem(message=f"{product}: {line} is of {serving[0].name}; {left_out} left out"))
    return chosen, problems


def gases_of(stream: xr.Dataset) -> list[str]:
    """Return the gases of a series, in the usual order."""
    return [gas for gas in GASES if gas in stream.data_vars]


def height_of(stream: xr.Dataset) -> float:
    """Return the height of the intake above ground in metres; NaN where it is not said."""
    return float(stream.attrs.get("intake_height", np.nan))


def priority_at(stream: xr.Dataset, moments: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return which priority the instrument of a series has at some times; 1 comes first."""
    since = np.asarray(stream.attrs.get("priorities_since", ()), dtype="datetime64[ns]")
    priorities = np.atleast_1d(stream.attrs.get("priorities", stream.attrs.get("priority", 1))).astype(np.int64)
    found: NDArray[np.int64] = priorities[np.searchsorted(since, moments, side="right")]
    return found


def scale_of(stream: xr.Dataset, gas: str) -> str:
    """Return the calibration scale of a gas."""
    return str(stream[gas].attrs.get("calibration_scale", UNKNOWN))


def add_water_vapour(values: dict[str, NDArray[Any]], water: Means, has_value: NDArray[np.bool_]) -> None:
    """Set the water vapour of the intervals in which a gas has a value and no gas before it had any."""
    mean, stdev = (values.setdefault(name, np.full(has_value.shape, np.nan)) for name in ("h2o", "h2o_stdev"))
    rows = has_value & np.isfinite(water.mean) & ~np.isfinite(mean)
    mean[rows], stdev[rows] = water.mean[rows], water.stdev[rows]


def with_bounds(stream: xr.Dataset, start: NDArray[np.datetime64], end: NDArray[np.datetime64]) -> xr.Dataset:
    """Return a stream with the ends of its intervals beside their start."""
    bounds = np.stack([start, end], axis=1).astype("datetime64[ns]")
    stream = stream.assign(time_bnds=(("time", "nv"), bounds))
    stream["time"].attrs["bounds"] = "time_bnds"
    return stream


def finished(stream: xr.Dataset, gases: Mapping[str, Mapping[str, str]], names: Iterable[str] = ("", "_without_spikes")) -> xr.Dataset:
    """Set in place what readers of a series must know of each gas: attributes such as its scale, and how values became one."""
    for gas, attrs in gases.items():
        for name in (f"{gas}{suffix}" for suffix in names):
            if name in stream:
                stream[name].attrs |= {**attrs, "cell_methods": "time: mean"}
            if f"{name}_stdev" in stream:
                stream[f"{name}_stdev"].attrs["cell_methods"] = "time: standard_deviation"
    return stream
