"""Means of means over days and months: what hourly, daily and monthly series have in common beside their lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.calibration.released_mole_fraction_scales import row_scales
from icos_atmosphere.calibration.result_words import MARKS
from icos_atmosphere.interval_means import combined, mean_uncertainty, means
from icos_atmosphere.products.series_streams import add_water_vapour, finished, gases_of, scale_of, with_bounds
from icos_atmosphere.vocabulary import GASES, UNCERTAINTY_TERMS, series_words
from icos_core.components import Outcome, Problem
from icos_core.dataset import GOOD, NOT_EVALUATED, is_good, make_stream
from icos_core.flags import decode_bits

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["Calendar", "calendar_means", "local_shift"]

_CARRIED = ("_raw", "_raw_dry", "_cmr", "_ltr", "_sttb")
_SPREAD = ("_raw", "_raw_dry")


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Which interval each row of a series belongs to.

    Attributes
    ----------
    interval
        ``day`` or ``month``.
    rows
        (n,) rows of the series that belong to an interval.
    group
        (n,) number of the interval of each.
    start, end
        (intervals,) their ends, UTC.
    independent
        Terms of the uncertainty whose errors are independent between the rows.
    minimum
        Fewest rows of an interval that has a value.
    """

    interval: str
    rows: NDArray[np.intp]
    group: NDArray[np.intp]
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    independent: Collection[str]
    minimum: int


def local_shift(context: Context) -> np.timedelta64:
    """Return what is added to UTC for the calendar: the station's local standard time; UTC where a moving platform has none."""
    return np.timedelta64(round((context.station.utc_offset or 0.0) * 3.6e12), "ns")


def calendar_means(
    name: str, source: xr.Dataset, calendar: Calendar, attrs: dict[str, Any]
) -> tuple[xr.Dataset, list[Outcome], list[Problem]]:
    """Make the series of means of a series.

    Parameters
    ----------
    name
        Name of the stream that is made.
    source
        The series.
    calendar
        What belongs together.
    attrs
        Attributes of the stream beside those of the series.

    Returns
    -------
    Dataset
        The stream.
    list of Outcome
        An interval is good where its rows are; what the calibrator marked in a row marks its interval.
    list of Problem
        Intervals whose rows are on different scales: they have no value.
    """
    values: dict[str, NDArray[Any]] = {}
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    of_gas: dict[str, dict[str, str]] = {}
    part = source.isel(time=calendar.rows)
    for gas in gases_of(source):
        counts = is_good(part, gas)
        scales = row_scales(part, gas)
        mixed = _several(scales.codes, counts, calendar)
        if mixed.any():
            what = f"{int(mixed.sum())} {calendar.interval}s of {GASES[gas].formula} have no value, as their rows are on different scales"
            problems.append(Problem(message=f"{name}: {what}"))
            counts &= ~mixed[calendar.group]
        columns, has_value = _means(part, gas, counts, calendar)
        values |= {f"{gas}{suffix}": column for suffix, column in columns.items()}
        outcomes += _outcomes(name, part, gas, counts, calendar, has_value)
        of_gas[gas] = _scale_attributes(source, gas, scales.used(counts))
        if "h2o" in part:
            add_water_vapour(values, means(np.where(counts, part["h2o"].values, np.nan), calendar.group, has_value.size), has_value)
    stream = make_stream(calendar.start, values, series_words(), {**source.attrs, "averaging_interval": calendar.interval, **attrs})
    return finished(with_bounds(stream, calendar.start, calendar.end), of_gas), outcomes, problems


def _scale_attributes(source: xr.Dataset, gas: str, used: Sequence[str]) -> dict[str, str]:
    kept = ("calibration_scale_of_instruments", "calibration_scale_conversion")
    attrs = {key: str(source[gas].attrs[key]) for key in kept if key in source[gas].attrs}
    return {"calibration_scale": used[0] if len(used) == 1 else scale_of(source, gas), **attrs}


def _several(code: NDArray[np.integer[Any]], counts: BoolArray, calendar: Calendar) -> BoolArray:
    """Return the intervals whose rows have several codes."""
    lowest, highest = _range(code, counts, calendar)
    return highest > lowest


def _range(code: NDArray[np.integer[Any]], counts: BoolArray, calendar: Calendar) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return lowest and highest code of each interval; the lowest is above the highest where there is none."""
    lowest = np.full(calendar.start.size, np.iinfo(np.int64).max)
    highest = np.full(calendar.start.size, -1)
    np.minimum.at(lowest, calendar.group[counts], code[counts])
    np.maximum.at(highest, calendar.group[counts], code[counts])
    return lowest, highest


def _means(part: xr.Dataset, gas: str, counts: BoolArray, calendar: Calendar) -> tuple[dict[str, NDArray[Any]], BoolArray]:
    """Return suffix → value per interval, and the intervals that have one."""
    group, size = calendar.group, calendar.start.size

    def column(suffix: str) -> FloatArray:
        return np.where(counts, part[f"{gas}{suffix}"].values, np.nan)

    made: dict[str, NDArray[Any]] = {}
    for suffix in (suffix for suffix in ("", "_without_spikes") if f"{gas}{suffix}" in part):
        usable = is_good(part, f"{gas}{suffix}")
        found = means(np.where(usable, column(suffix), np.nan), group, size)
        enough = found.n >= calendar.minimum
        made[suffix] = np.where(enough, found.mean, np.nan)
        made[f"{suffix}_stdev"] = np.where(enough, found.stdev, np.nan)
        made[f"{suffix}_n"] = np.where(enough, found.n, 0)
    has_value = made["_n"] > 0
    beside: dict[str, FloatArray] = {}
    for suffix in (suffix for suffix in _CARRIED if f"{gas}{suffix}" in part):
        found = means(column(suffix), group, size)
        beside[suffix] = found.mean
        if suffix in _SPREAD:
            beside[f"{suffix}_stdev"] = found.stdev
    beside |= _uncertainty(part, gas, counts, calendar)
    made |= {suffix: np.where(has_value, values, np.nan) for suffix, values in beside.items()}
    if f"{gas}_instrument" in part:
        made["_instrument"] = _one_instrument(part[f"{gas}_instrument"].values, counts, calendar, has_value)
    return made, has_value


def _uncertainty(part: xr.Dataset, gas: str, counts: BoolArray, calendar: Calendar) -> dict[str, FloatArray]:
    group, size = calendar.group, calendar.start.size
    terms: dict[str, FloatArray] = {}
    for term in (term for term in UNCERTAINTY_TERMS if f"{gas}_uncertainty_{term}" in part):
        uncertainty = part[f"{gas}_uncertainty_{term}"].values
        terms[term] = mean_uncertainty(uncertainty, group, size, "independent" if term in calendar.independent else "common", counts)
    made = {f"_uncertainty_{term}": values for term, values in terms.items()}
    if f"{gas}_uncertainty" in part:
        # Of a total nobody knows what is independent: that it is common is the upper limit.
        undivided = [] if terms else [mean_uncertainty(part[f"{gas}_uncertainty"].values, group, size, "common", counts)]
        made["_uncertainty"] = combined([*terms.values(), *undivided])
    return made


def _one_instrument(identifier: NDArray[np.int32], counts: BoolArray, calendar: Calendar, has_value: BoolArray) -> NDArray[np.int32]:
    """Return the instrument of each interval that only one has served, else -1."""
    lowest, highest = _range(identifier, counts, calendar)
    return np.where(has_value & (lowest == highest), highest, -1).astype(np.int32)


def _outcomes(name: str, part: xr.Dataset, gas: str, counts: BoolArray, calendar: Calendar, has_value: BoolArray) -> list[Outcome]:
    def any_of(rows: BoolArray) -> BoolArray:
        return has_value & (np.bincount(calendar.group[rows & counts], minlength=has_value.size) > 0)

    untested = part[f"{gas}_flag"].values == NOT_EVALUATED if f"{gas}_flag" in part else np.ones(counts.shape, dtype=bool)
    level = np.where(has_value & ~any_of(untested), GOOD, NOT_EVALUATED).astype(np.int8)
    rows = {"day": "hours", "month": "days"}[calendar.interval]
    made = [Outcome(stream=name, variable=gas, name=rows, level=level)]
    bits = decode_bits(part, f"{gas}_tests")
    made += [Outcome(stream=name, variable=gas, name=mark, level=level, mark=any_of(bits[mark])) for mark in MARKS if mark in bits]
    return made
