"""Product ``growth-rate``: trend, seasonal cycle and annual increase from daily means, by curve fit.

It makes ``trend/<line>``, one row per day with the curves, ``growth/<line>``, one row per calendar year, and a table of the years: the
annual figures of bulletins. Years and days are those of the station's local standard time.

References
----------
Thoning, K. W., Tans, P. P., Komhyr, W. D. (1989), J. Geophys. Res. 94, 8549-8565, doi:10.1029/JD094iD06p08549.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.calibration.released_mole_fraction_scales import row_scales
from icos_atmosphere.curve_fit import fit_curve
from icos_atmosphere.interval_means import means
from icos_atmosphere.products.calendar_means import local_shift
from icos_atmosphere.products.growth_rate_words import GrowthRateOptions, trend_words, year_words
from icos_atmosphere.products.series_streams import ANY_GAS, gases_of, one_of_each_line, with_bounds
from icos_atmosphere.vocabulary import GASES
from icos_core.components import Problem, Product, ProductResult, Requirement, Table, Variable
from icos_core.dataset import is_good, make_stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.curve_fit import CurveFit
    from icos_atmosphere.interval_means import Means
    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "GrowthRateOptions", "derive"]

_OF_DAYS, _TREND, _GROWTH = "daily/", "trend/", "growth/"
_YEAR = 365.25
_DAY = np.timedelta64(1, "D")
_CURVES = ("function", "smooth", "trend", "cycle", "growth")
_TOLERATED = 0.01
"""Years that may be missing at the ends of the series."""
_KEPT = ("line", "intake_height", "instrument", "instrument_ids", "instrument_methods", "selection")


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    """A gas of a line with its daily means, the scale that they are on, and its curves."""

    gas: str
    values: FloatArray
    scale: str
    fit: CurveFit


class _Days:
    """Daily means of a line, on the clock of the station."""

    def __init__(self, data: xr.Dataset, shift: np.timedelta64) -> None:
        self.data, self.shift = data, shift
        self.start: NDArray[np.datetime64] = data["time"].values
        self.end: NDArray[np.datetime64] = data["time_bnds"].values[:, 1] if "time_bnds" in data else self.start + _DAY
        self.middle = self.start + (self.end - self.start) // 2 + shift
        self.attrs = {name: data.attrs[name] for name in _KEPT if name in data.attrs}

    def fitted(self, gas: str, options: GrowthRateOptions) -> _Fitted | str:
        """Fit a gas, or say why it is not fitted."""
        name = f"{gas}_without_spikes" if options.without_spikes and f"{gas}_without_spikes" in self.data else gas
        values = np.where(is_good(self.data, gas) & is_good(self.data, name), self.data[name].values, np.nan)
        known = np.flatnonzero(np.isfinite(values))
        if not known.size:
            return "there is no daily mean"
        first, last = self.middle[known[0]], self.middle[known[-1]]
        span = float((last - first) / _DAY + 1) / _YEAR
        if span < options.minimum_years - _TOLERATED:
            days = f"from {first.astype('datetime64[D]')} to {last.astype('datetime64[D]')}"
            return f"daily means {days} are {span:.1f} years, {options.minimum_years:g} are needed to tell a trend from the seasonal cycle"
        scales = row_scales(self.data, gas).used(np.isfinite(values))
        if len(scales) > 1:
            return f"days are on different scales, {', '.join(scales)}: a step from one to the other would be growth"
        try:
            fit = fit_curve(
                self.middle,
                values,
                short_cutoff=options.short_cutoff,
                long_cutoff=options.long_cutoff,
                polynomial=options.polynomial,
                harmonics=options.harmonics,
                power=options.power,
                interval=1.0,
            )
        except ValueError as reason:
            return str(reason)
        return _Fitted(gas=gas, values=values, scale=scales[0], fit=fit)

    def curves(self, fitted: Sequence[_Fitted]) -> xr.Dataset:
        """Return values and curves, day by day; NaN outside the days of a gas."""
        values: dict[str, FloatArray] = {}
        for each in fitted:
            values[each.gas] = each.values
            begin = int(np.searchsorted(self.middle, each.fit.time[0]))
            for curve in _CURVES:
                column = np.full(self.middle.size, np.nan)
                column[begin : begin + each.fit.time.size] = getattr(each.fit, curve)
                values[f"{each.gas}_{curve}"] = column
        stream = with_bounds(make_stream(self.start, values, trend_words(), self.attrs), self.start, self.end)
        for each in fitted:
            for name in (each.gas, *(f"{each.gas}_{curve}" for curve in ("function", "smooth", "trend"))):
                stream[name].attrs["calibration_scale"] = each.scale
        return stream

    def years(self, fitted: Sequence[_Fitted]) -> xr.Dataset:
        """Return the calendar years whose increase is known."""
        increases = [each.fit.annual_increases() for each in fitted]
        years = np.unique(np.concatenate([each.year for each in increases]))
        values: dict[str, NDArray[Any]] = {}
        for each, found in zip(fitted, increases, strict=True):
            at = np.searchsorted(years, found.year)
            columns = {"_increase": found.value, "_increase_uncertainty": found.uncertainty}
            columns[""] = _of_years(found.year, each.fit.time, each.fit.smooth).mean
            for suffix, column in columns.items():
                values[f"{each.gas}{suffix}"] = np.full(years.size, np.nan)
                values[f"{each.gas}{suffix}"][at] = column
            values[f"{each.gas}_n"] = np.zeros(years.size, dtype=np.int32)
            values[f"{each.gas}_n"][at] = _of_years(found.year, self.middle, each.values).n
        calendar = (years - 1970).astype("datetime64[Y]")
        start: NDArray[np.datetime64] = calendar.astype("datetime64[ns]")
        end: NDArray[np.datetime64] = (calendar + 1).astype("datetime64[ns]")
        stream = with_bounds(make_stream(start - self.shift, values, year_words(), self.attrs), start - self.shift, end - self.shift)
        for each in fitted:
            stream[each.gas].attrs["calibration_scale"] = each.scale
        return stream


def _of_years(years: NDArray[np.int64], time: NDArray[np.datetime64], values: FloatArray) -> Means:
    """Return the statistics of the values of some years."""
    year = time.astype("datetime64[Y]").astype(np.int64) + 1970
    rows = np.isin(year, years)
    return means(values[rows], np.searchsorted(years, year[rows]), years.size)


def derive(streams: Streams, options: GrowthRateOptions, context: Context) -> ProductResult:
    """Fit the curve of every line and gas that is long enough."""
    series, problems = one_of_each_line(streams, "day", _OF_DAYS, "growth-rate")
    made: dict[str, xr.Dataset] = {}
    rows: list[tuple[Any, ...]] = []
    reasons: dict[str, list[str]] = {}
    for each in series:
        tail = each.name.removeprefix(_OF_DAYS) if each.name.startswith(_OF_DAYS) else str(each.data.attrs["line"])
        days = _Days(each.data, local_shift(context))
        tried = {gas: days.fitted(gas, options) for gas in gases_of(each.data)}
        for gas, reason in ((gas, found) for gas, found in tried.items() if isinstance(found, str)):
            reasons.setdefault(reason, []).append(f"{GASES[gas].formula} of {tail}")
        fitted = [found for found in tried.values() if isinstance(found, _Fitted)]
        if not fitted:
            continue
        made[f"{_TREND}{tail}"] = days.curves(fitted)
        years = days.years(fitted)
        if years.sizes["time"]:
            made[f"{_GROWTH}{tail}"] = years
            rows += [(tail, *row) for found in fitted for row in _rows(years, found.gas, days.shift)]
    problems += [Problem(message=f"growth-rate: {', '.join(names)}: {reason}") for reason, names in reasons.items()]
    table = Table(
        title="Annual means and growth",
        columns=("line", "gas", "year", "annual mean", "days", "increase over the year", "its standard uncertainty", "unit"),
        rows=tuple(rows),
        note="Mean of the smooth curve; increase of the trend from 1 January to 1 January, after Thoning et al. (1989).",
    )
    return ProductResult(streams=made, problems=tuple(problems), tables=(table,) if rows else ())


def _rows(years: xr.Dataset, gas: str, shift: np.timedelta64) -> Iterator[tuple[Any, ...]]:
    increase, uncertainty = years[f"{gas}_increase"].values, years[f"{gas}_increase_uncertainty"].values
    for row, year in enumerate((years["time"].values + shift).astype("datetime64[Y]")):
        if np.isfinite(increase[row]):
            mean, days = round(float(years[gas].values[row]), 2), int(years[f"{gas}_n"].values[row])
            figures = (mean, days, round(float(increase[row]), 2), round(float(uncertainty[row]), 2))
            yield (GASES[gas].formula, int(str(year)), *figures, GASES[gas].prefixed_units)


def _requires(_options: GrowthRateOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return ANY_GAS


def _provides(_options: GrowthRateOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {f"{_TREND}*": trend_words(), f"{_GROWTH}*": year_words()}


PRODUCT = Product(
    name="growth-rate",
    summary="trend, seasonal cycle and annual growth rate by curve fit",
    options=GrowthRateOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("daily-means",),
)
"""Growth rates."""
