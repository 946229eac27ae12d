"""Product ``daily-means``: daily means from hourly means, in the station's local standard time.

It makes ``daily/<line>``, or ``daily/<line>_<label>`` of some hours of the day: the afternoon of tall towers, when air is mixed over the
height of the tower, or the night of mountains, when it is that of the free troposphere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from icos_atmosphere.products.calendar_means import Calendar, calendar_means, local_shift
from icos_atmosphere.products.series_streams import ANY_GAS, one_of_each_line
from icos_atmosphere.vocabulary import series_words
from icos_core.components import Product, ProductResult, Requirement, Variable
from icos_core.option_types import StreamName, expected
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Outcome, Streams

__all__ = ["PRODUCT", "DailyMeansOptions", "derive"]

_PREFIX = "daily/"
_HOUR, _DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")
_INDEPENDENT = ("repeatability", "representativeness")


def _of_a_day(value: tuple[int, int]) -> tuple[int, int]:
    first, end = value
    if not (0 <= first <= 23 and 1 <= end <= 24) or first == end:
        raise expected("first hour (0 to 23) and end (1 to 24) in local standard time, such as [12, 18], or [20, 4] over midnight")
    return value


Hours = Annotated[tuple[int, int], AfterValidator(_of_a_day)]
"""First hour and end, local standard time."""


class DailyMeansOptions(Options):
    """Options of ``daily-means``."""

    minimum: int = Field(default=1, ge=1, le=24, description="fewest hours of a day that has a value")
    hours: Hours | None = Field(
        default=None, description="hours of the day that count, local standard time: first and end, [20, 4] over midnight; default: all"
    )
    label: StreamName | None = Field(
        default=None, description="end of the stream's name where hours are chosen; default: 12to18 and the like"
    )

    @model_validator(mode="after")
    def _labels_say_something(self) -> Self:
        if self.label is not None and self.hours is None:
            raise ValueError("label: without hours there is nothing to label")
        if self.hours is not None and self.minimum > _length(self.hours):
            raise ValueError(f"minimum: there are {_length(self.hours)} hours in the hours that count")
        return self


def _length(hours: tuple[int, int]) -> int:
    first, end = hours
    return (end - first) % 24 or 24


def derive(streams: Streams, options: DailyMeansOptions, context: Context) -> ProductResult:
    """Make the daily means of every line."""
    series, problems = one_of_each_line(streams, "hour", "hourly/", "daily-means")
    made: dict[str, xr.Dataset] = {}
    outcomes: list[Outcome] = []
    suffix, attrs = "", {}
    if options.hours is not None:
        first, end = options.hours
        suffix = f"_{options.label or f'{first}to{end}'}"
        attrs = {"selection": f"{first:02}:00 to {end:02}:00 local standard time"}
    for each in series:
        calendar = _days(each.data["time"].values, local_shift(context), options)
        name = f"{_PREFIX}{each.data.attrs['line']}{suffix}"
        made[name], of_line, told = calendar_means(name, each.data, calendar, attrs)
        outcomes += of_line
        problems += told
    return ProductResult(streams=made, outcomes=tuple(outcomes), problems=tuple(problems))


def _days(time: NDArray[np.datetime64], shift: np.timedelta64, options: DailyMeansOptions) -> Calendar:
    first, length = (options.hours[0], _length(options.hours)) if options.hours is not None else (0, 24)
    # Hours over midnight are of the day on which they begin.
    since = time + (shift - first * _HOUR)
    day = since.astype("datetime64[D]")
    rows = np.flatnonzero(since - day < length * _HOUR)
    days: NDArray[np.datetime64] = np.arange(day[rows[0]], day[rows[-1]] + _DAY) if rows.size else day[:0]
    midnight: NDArray[np.datetime64] = days.astype("datetime64[ns]")
    start = midnight + (first * _HOUR - shift)
    return Calendar(
        interval="day",
        rows=rows,
        group=((day[rows] - days[0]) // _DAY).astype(np.intp) if rows.size else np.zeros(0, dtype=np.intp),
        start=start,
        end=start + length * _HOUR,
        independent=_INDEPENDENT,
        minimum=options.minimum,
    )


def _requires(_options: DailyMeansOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return ANY_GAS


def _provides(_options: DailyMeansOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {f"{_PREFIX}*": series_words()}


PRODUCT = Product(
    name="daily-means",
    summary="daily means from hours, in local standard time, of the whole day or of some hours",
    options=DailyMeansOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("hourly-means",),
)
"""Daily means."""
