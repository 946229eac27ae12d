"""What the products of partitioning hand over alike: a row per window, and sums of years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from icos_core.dataset import attributes
from icos_ecosystem.aggregation.calendar_means import GRAMS_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from icos_core.components import Variable
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]
    Places = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.generic]]

__all__ = ["told", "window_stream", "yearly_sums"]


def window_stream(
    columns: Iterable[ArrayLike],
    words: Sequence[Variable],
    places: Places,
    begin: np.datetime64,
    per_day: int,
    attrs: Mapping[str, str],
    *,
    centre: str,
) -> xr.Dataset:
    """Return a data set with a row per window.

    Parameters
    ----------
    columns, words
        Values of the windows, (windows,) each, and what they are.
    places
        First record of each window, the one after its last, and where its parameters stand, as records from the beginning.
    begin
        When the first record starts, UTC.
    per_day
        Records of a day.
    attrs
        Attributes of the data set.
    centre
        What the third of the places is, in words.
    """
    step = np.int64(86_400_000_000_000 // per_day)
    texts = ("start of the window, UTC", "end of the window, UTC", centre)
    times = {
        name: ("window", begin + (np.asarray(place) * step).astype("timedelta64[ns]"), {"long_name": text})
        for name, place, text in zip(("time_start", "time_end", "time_centre"), places, texts, strict=True)
    }
    values = {
        word.name: ("window", np.asarray(column, dtype=word.dtype), attributes(word)) for word, column in zip(words, columns, strict=True)
    }
    return xr.Dataset(values, coords=times, attrs=dict(attrs))


def yearly_sums(values: FloatArray, calendar: SiteCalendar) -> list[float | str]:
    """Return the sum of a flux [umol m-2 s-1] in each year [g m-2 of carbon], or the word that it is incomplete."""
    to_sum = GRAMS_PER_DAY / calendar.per_day
    return [told(float(values[calendar.rows_of(year)].sum()) * to_sum) for year in calendar.years]


def told(value: float) -> float | str:
    """Return a rounded number, or that it is incomplete."""
    return round(value, 1) if np.isfinite(value) else "incomplete"
