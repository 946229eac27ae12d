"""Product ``monthly-means``: monthly means from daily means, in the station's local standard time.

It makes ``monthly/<line>``, and ``monthly/<line>_<label>`` where the days are of some hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from icos_atmosphere.products.calendar_means import Calendar, calendar_means, local_shift
from icos_atmosphere.products.series_streams import ANY_GAS, one_of_each_line
from icos_atmosphere.vocabulary import series_words
from icos_core.components import Product, ProductResult, Requirement, Variable
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Outcome, Streams

__all__ = ["PRODUCT", "MonthlyMeansOptions", "derive"]

_PREFIX, _OF_DAYS = "monthly/", "daily/"
# What an analyser does from day to day averages out over a month.
_INDEPENDENT = ("repeatability", "representativeness", "long_term_repeatability")


class MonthlyMeansOptions(Options):
    """Options of ``monthly-means``."""

    minimum: int = Field(default=1, ge=1, le=31, description="fewest days of a month that has a value")


def derive(streams: Streams, options: MonthlyMeansOptions, context: Context) -> ProductResult:
    """Make the monthly means of every line."""
    series, problems = one_of_each_line(streams, "day", _OF_DAYS, "monthly-means")
    made: dict[str, xr.Dataset] = {}
    outcomes: list[Outcome] = []
    for each in series:
        own = each.name.startswith(_OF_DAYS)
        name = f"{_PREFIX}{each.name.removeprefix(_OF_DAYS) if own else each.data.attrs['line']}"
        calendar = _months(each.data["time"].values, local_shift(context), options.minimum)
        made[name], of_line, told = calendar_means(name, each.data, calendar, {})
        outcomes += of_line
        problems += told
    return ProductResult(streams=made, outcomes=tuple(outcomes), problems=tuple(problems))


def _months(time: NDArray[np.datetime64], shift: np.timedelta64, minimum: int) -> Calendar:
    month = (time + shift).astype("datetime64[M]")
    months: NDArray[np.datetime64] = np.arange(month[0], month[-1] + 1) if month.size else month
    start: NDArray[np.datetime64] = months.astype("datetime64[ns]")
    end: NDArray[np.datetime64] = (months + 1).astype("datetime64[ns]")
    return Calendar(
        interval="month",
        rows=np.arange(time.size),
        group=(month - months[0]).astype(np.intp) if month.size else np.zeros(0, dtype=np.intp),
        start=start - shift,
        end=end - shift,
        independent=_INDEPENDENT,
        minimum=minimum,
    )


def _requires(_options: MonthlyMeansOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return ANY_GAS


def _provides(_options: MonthlyMeansOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {f"{_PREFIX}*": series_words()}


PRODUCT = Product(
    name="monthly-means",
    summary="monthly means from days, in local standard time",
    options=MonthlyMeansOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("daily-means",),
)
"""Monthly means."""
