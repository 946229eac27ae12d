"""Columns of files of the Atmosphere Thematic Centre, as text.

A value that is missing, or that its letter calls incorrect, is written as the Centre writes it: ``-999.990``, its standard deviation
``-9.990``, and 0 points. Cells are empty where nothing is stated, and those of repeatability also in rows of the letter N, where no
instrument measured that it could be of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.atc_flags import LETTERS
from icos_atmosphere.readers.icos_atc_release_clock import decimal_dates
from icos_atmosphere.readers.icos_atc_release_words import DESCRIPTIVE, NOT_STATED
from icos_atmosphere.vocabulary import ATC_FLAGS
from icos_core.exporters import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.exporters.icos_atc_series import Series
    from icos_core.exporters.text import Column

__all__ = ["MISSING", "MISSING_SPREAD", "near_real_time_columns", "release_columns"]

MISSING, MISSING_SPREAD = "-999.990", "-9.990"
_DECIMALS = 3


def release_columns(series: Series, station: str, quality_id: int, rows: slice) -> Iterator[tuple[str, Column]]:
    """Yield title and column of a release, in order.

    Parameters
    ----------
    series
        The series.
    station
        Code of the station.
    quality_id
        Quality identifier where the series states none.
    rows
        Which rows.
    """
    data, gas = series.data.isel(time=rows), series.gas
    yield from _common(series, data, station, quality_id, rows)
    unmeasured = series.letters[rows] == ATC_FLAGS["N"]
    for title, suffix in (("LTR", "_ltr"), ("CMR", "_cmr")):
        yield title, _stated(data, f"{gas}{suffix}", MISSING, empty=unmeasured)
    yield "STTB", _stated(data, f"{gas}_sttb", MISSING)
    yield "QcBias", _stated(data, f"{gas}_qc_bias", "")
    yield "QcBiasUncertainty", _stated(data, f"{gas}_qc_bias_uncertainty", "")
    yield from _values(series, data, f"{gas}_without_spikes", f"{gas}-WithoutSpikes", "-WithoutSpikes", rows)


def near_real_time_columns(series: Series, station: str, quality_id: int, rows: slice) -> Iterator[tuple[str, Column]]:
    """Yield title and column of a file in near real time, in order; parameters as for :func:`release_columns`."""
    data, gas = series.data.isel(time=rows), series.gas
    size = data.sizes["time"]
    yield from _common(series, data, station, quality_id, rows)
    titles = ("InternalFlag", "AutoDescriptiveFlag", "ManualDescriptiveFlag")
    for title, kind in zip(titles, DESCRIPTIVE, strict=True):
        yield title, _descriptive(data, f"{gas}_{kind}")
    for title, name in (
        ("H2O", "h2o"),
        ("H2O-Stdev", "h2o_stdev"),
        (f"{gas}Raw", f"{gas}_raw"),
        (f"{gas}Raw-Stdev", f"{gas}_raw_stdev"),
        (f"{gas}Raw-withH2oCorrection", f"{gas}_raw_dry"),
        (f"{gas}Raw-withH2oCorrection-Stdev", f"{gas}_raw_dry_stdev"),
    ):
        values = data[name].values if name in data else np.full(size, np.nan)
        yield title, text.float_column(values, _DECIMALS, MISSING)


def _common(series: Series, data: xr.Dataset, station: str, quality_id: int, rows: slice) -> Iterator[tuple[str, Column]]:
    time = data["time"].values
    size, gas = time.size, series.gas
    yield "#Site", text.constant_column(station, size)
    yield "SamplingHeight", text.constant_column(f"{series.height:g}", size)
    days, codes = np.unique(time.astype("datetime64[D]"), return_inverse=True)
    yield "Year;Month;Day", text.word_column(codes.reshape(-1), [str(day).replace("-", ";") for day in days])
    minute = (time.astype("datetime64[m]") - time.astype("datetime64[D]")).astype(np.int64)
    yield "Hour;Minute", text.word_column(minute, [f"{each // 60:02d};{each % 60:02d}" for each in range(1440)])
    yield "DecimalDate", text.float_column(decimal_dates(time), 8)
    yield from _values(series, data, gas, gas, "", rows)
    yield "Flag", text.word_column(series.letters[rows].astype(np.intp), LETTERS)
    yield "InstrumentId", text.integer_column(series.instrument[rows])
    stated = data[f"{gas}_quality_id"].values if f"{gas}_quality_id" in data else np.full(size, -1)
    yield "QualityId", text.integer_column(np.where(stated < 0, quality_id, stated))


def _values(series: Series, data: xr.Dataset, name: str, title: str, ending: str, rows: slice) -> Iterator[tuple[str, Column]]:
    """Yield value, standard deviation and number of points; empty where the series does not have such values."""
    size = data.sizes["time"]
    titles = (title, f"Stdev{ending}", f"NbPoints{ending}")
    if name not in data:
        yield from ((each, text.constant_column("", size)) for each in titles)
        return
    values = data[name].values
    there = series.correct[rows] & ~np.isnan(values)
    points = data[f"{name}_n"].values if f"{name}_n" in data else np.full(size, -1)
    spread = data[f"{name}_stdev"].values if f"{name}_stdev" in data else np.full(size, np.nan)
    yield titles[0], text.float_column(np.where(there, values, np.nan), _DECIMALS, MISSING)
    yield titles[1], text.float_column(np.where(there & (points != 1), spread, np.nan), _DECIMALS, MISSING_SPREAD)
    yield titles[2], _blanked(text.integer_column(np.where(there, points, 0)), there & (points < 0))


def _stated(data: xr.Dataset, name: str, missing: str, empty: NDArray[np.bool_] | None = None) -> Column:
    size = data.sizes["time"]
    if name not in data:
        return text.constant_column("", size)
    values = data[name].values
    column = text.float_column(values, _DECIMALS, missing)
    return column if empty is None else _blanked(column, empty & np.isnan(values))


def _blanked(column: Column, rows: NDArray[np.bool_]) -> Column:
    """Return a column with some cells empty: zero bytes are no text."""
    return np.where(rows[:, np.newaxis], np.uint8(0), column) if rows.any() else column


def _descriptive(data: xr.Dataset, name: str) -> Column:
    if name not in data:
        return text.constant_column("", data.sizes["time"])
    texts = str(data[name].attrs.get("flag_texts", ";")).split(";")
    return text.word_column(data[name].values.astype(np.intp) - NOT_STATED, texts)
