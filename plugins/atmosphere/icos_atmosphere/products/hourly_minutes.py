"""The minutes that make the hourly means of one gas on one line: those that count, of the instrument that serves the hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.calibration.result_words import MARKS
from icos_atmosphere.products.series_streams import priority_at
from icos_atmosphere.vocabulary import UNCERTAINTY_TERMS
from icos_core.dataset import GOOD, NOT_EVALUATED, is_good
from icos_core.flags import PROPAGATED, decode_bits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["HOUR", "GasMinutes", "Source", "counting", "hour_numbers", "minutes_of_gas"]

HOUR, _MINUTE = np.timedelta64(1, "h"), np.timedelta64(1, "m")
_SUFFIXES = ("", "_uncertainty", *(f"_uncertainty_{term}" for term in UNCERTAINTY_TERMS), "_raw", "_raw_dry")
_OUTCOMES = ("_questionable", "_bad")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A series of minutes that may serve, and by what its values come to the scale of the line.

    Attributes
    ----------
    number
        Number of the series among those of the line.
    data
        The series.
    factor, offset
        Of the conversion to the scale of the line.
    """

    number: int
    data: xr.Dataset
    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, kw_only=True)
class GasMinutes:
    """Minutes of one gas on one line, n of them.

    Attributes
    ----------
    hour, minute
        (n,) number of the hour since the first of the line, and minute of that hour, 0 to 59.
    columns
        Suffix → (n,) values: ``""`` the gas, ``_uncertainty_fit`` …; what some of the instruments do not have is NaN.
    water
        (n,) water vapour in %, NaN where it is not known.
    spike
        (n,) minutes with a spike.
    level
        (n,) 1: tested and good, 2: not evaluated.
    marks
        Bit of the calibrator or of a test of spikes that does not change a flag → (n,) minutes that have it.
    instrument
        (n,) identifier of the instrument, -1 where it has none.
    serving
        (hours,) number of the series that serves each hour, -1 where none does.
    """

    hour: NDArray[np.intp]
    minute: NDArray[np.intp]
    columns: Mapping[str, FloatArray]
    water: FloatArray
    spike: BoolArray
    level: NDArray[np.int8]
    marks: Mapping[str, BoolArray]
    instrument: NDArray[np.int32]
    serving: NDArray[np.intp]


def hour_numbers(time: NDArray[np.datetime64], first: np.datetime64) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return number of the hour since `first` and minute of that hour, both of the start of each minute.

    A delay of the line may put the start between two minutes; one that begins in the last seconds of an hour is of that hour.
    """
    minutes = (time - first) // _MINUTE
    return (minutes // 60).astype(np.intp), (minutes % 60).astype(np.intp)


def counting(stream: xr.Dataset, gas: str) -> BoolArray:
    """Rows of a series whose value counts: there and not questionable or bad.

    What is bad because a person flagged the hourly mean counts: else that mean would be gone, and the flag with it.
    """
    rows = is_good(stream, gas)
    if f"{gas}_flag_origin" not in stream:
        return rows
    followed = stream[f"{gas}_flag_origin"].values == PROPAGATED
    if followed.any():
        for meaning, hit in decode_bits(stream, f"{gas}_tests").items():
            if meaning.endswith(_OUTCOMES):
                followed &= ~hit
        rows |= followed & np.isfinite(stream[gas].values)
    return rows


def minutes_of_gas(sources: Sequence[Source], gas: str, first: np.datetime64, hours: int) -> GasMinutes:
    """Choose the minutes that count.

    Parameters
    ----------
    sources
        Series of the gas on the line, first in priority first.
    gas
        Name of the gas.
    first
        Start of the first hour of the line.
    hours
        Number of hours of the line.
    """
    numbered = [hour_numbers(each.data["time"].values, first) for each in sources]
    counts = [counting(each.data, gas) for each in sources]
    serving = np.full(hours, -1, dtype=np.intp)
    best = np.full(hours, np.iinfo(np.int64).max)
    for each, (hour, _), rows in zip(sources, numbered, counts, strict=True):
        there = np.zeros(hours, dtype=bool)
        there[hour[rows]] = True
        priority = priority_at(each.data, first + np.arange(hours) * HOUR)
        better = there & (priority < best)
        serving[better], best[better] = each.number, priority[better]
    chosen = [
        np.flatnonzero(rows & (serving[hour] == each.number)) for each, (hour, _), rows in zip(sources, numbered, counts, strict=True)
    ]
    parts = list(zip(sources, chosen, strict=True))
    marked = [_marks(each.data, gas, rows) for each, rows in parts]
    names = sorted({name for marks in marked for name in marks})
    nothing = [np.zeros(rows.size, dtype=bool) for rows in chosen]
    marks = {name: np.concatenate([marks.get(name, none) for marks, none in zip(marked, nothing, strict=True)]) for name in names}
    of_spikes = [hit for name, hit in marks.items() if name.startswith("spike")]
    return GasMinutes(
        hour=np.concatenate([hour[rows] for (hour, _), rows in zip(numbered, chosen, strict=True)]),
        minute=np.concatenate([minute[rows] for (_, minute), rows in zip(numbered, chosen, strict=True)]),
        columns={
            suffix: np.concatenate([_column(each, f"{gas}{suffix}", rows) for each, rows in parts])
            for suffix in _SUFFIXES
            if any(f"{gas}{suffix}" in each.data for each in sources)
        },
        water=np.concatenate([_column(each, "h2o", rows) for each, rows in parts]),
        spike=np.logical_or.reduce(of_spikes) if of_spikes else np.concatenate(nothing),
        level=np.concatenate([_level(each.data, gas, rows) for each, rows in parts]),
        marks=marks,
        instrument=np.concatenate([_instrument(each.data, gas, rows) for each, rows in parts]),
        serving=serving,
    )


def _column(source: Source, name: str, rows: NDArray[np.intp]) -> FloatArray:
    if name not in source.data:
        return np.full(rows.size, np.nan)
    values: FloatArray = source.data[name].values[rows]
    if "_raw" in name or name == "h2o" or (source.factor, source.offset) == (1.0, 0.0):
        return values
    return values * source.factor + (0.0 if "_uncertainty" in name else source.offset)


def _level(stream: xr.Dataset, gas: str, rows: NDArray[np.intp]) -> NDArray[np.int8]:
    if f"{gas}_flag" not in stream:
        return np.full(rows.size, NOT_EVALUATED, dtype=np.int8)
    return np.where(stream[f"{gas}_flag"].values[rows] == NOT_EVALUATED, NOT_EVALUATED, GOOD).astype(np.int8)


def _instrument(stream: xr.Dataset, gas: str, rows: NDArray[np.intp]) -> NDArray[np.int32]:
    """Return who measured each row: the series has one instrument, or says it row by row."""
    if f"{gas}_instrument" in stream:
        return stream[f"{gas}_instrument"].values[rows].astype(np.int32)
    first: int = next(iter(stream.attrs.get("instrument_ids", ())), -1)
    return np.full(rows.size, first, dtype=np.int32)


def _marks(stream: xr.Dataset, gas: str, rows: NDArray[np.intp]) -> dict[str, BoolArray]:
    """Return the spikes, and what the calibrator has to say; other tests may run again on hours and say for themselves."""
    bits = decode_bits(stream, f"{gas}_tests")
    spikes = [meaning for meaning in bits if meaning.startswith("spike") and not meaning.endswith(_OUTCOMES)]
    return {meaning: bits[meaning][rows] for meaning in (*MARKS, *spikes) if meaning in bits}
