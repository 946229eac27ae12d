"""Rows of a file of the World Data Centre for Greenhouse Gases: 37 columns between single blanks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.atc_flags import CORRECT
from icos_atmosphere.exporters.wdcgg_codes import UNCERTAINTIES, UNCERTAINTY_METHOD
from icos_core.exporters import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from icos_atmosphere.exporters.wdcgg_dataset import DataSet
    from icos_core.components import Context
    from icos_core.exporters.text import Column

__all__ = ["COLUMNS", "FILL", "POSITION_FILL", "rows_of"]

FILL, POSITION_FILL, HEIGHT_FILL = "-999.999", "-999.999999999", "-999999.999"
_PARTS = ("year", "month", "day", "hour", "minute", "second")
_NO_END = "-999 -9 -9 -9 -9 -9"
_WMO = "WMO "
COLUMNS: tuple[str, ...] = (
    "site_wdcgg_id",
    *(f"st_{part}" for part in _PARTS),
    *(f"end_{part}" for part in _PARTS),
    "value",
    "value_wmo_scale",
    "value_sd",
    *(f"value_unc_{number}{suffix}" for number in (1, 2, 3) for suffix in ("", "_id", "_method")),
    "nvalue",
    "latitude",
    "longitude",
    "altitude",
    "elevation",
    "intake_height",
    "flask_no",
    "ORG_QCflag",
    "QCflag",
    "instrument",
    "measurement_method",
    "scale",
)


def rows_of(data_set: DataSet, context: Context) -> Iterator[bytes]:
    """Yield the rows as text, some at a time.

    Parameters
    ----------
    data_set
        What is written.
    context
        For the position of the station.
    """
    columns = list(_cells(data_set, context))
    for first in range(0, data_set.series.size, text.CHUNK):
        yield text.lines((column[first : first + text.CHUNK] for column in columns), " ")


def _cells(data_set: DataSet, context: Context) -> Iterator[Column]:
    series = data_set.series
    size, count = series.size, series.whole("_n", -9)

    def constant(words: str) -> Column:
        return text.constant_column(words, size)

    def amounts(values: NDArray[np.float64] | None) -> Column:
        return constant(FILL) if values is None else text.float_column(values, 3, FILL)

    value = series.numbers("")
    deviation = series.numbers("_stdev")
    yield constant(data_set.site)
    yield _moments(data_set.starts())
    yield constant(_NO_END)
    yield amounts(value)
    yield amounts(value) if series.scale.startswith(_WMO) else constant(FILL)
    yield amounts(None if deviation is None else np.where(count == 1, np.nan, deviation))
    for suffix in UNCERTAINTIES:
        uncertainty = series.numbers(suffix)
        yield amounts(uncertainty)
        yield constant("-9 -9" if uncertainty is None else f"1 {UNCERTAINTY_METHOD}")
    # 0 of a value that is there: not stated.
    yield text.integer_column(np.where(count == 0, -9, count))
    yield constant(_place(context, series.height))
    yield constant(FILL)
    letters, codes = np.unique(series.letters, return_inverse=True)
    yield text.word_column(codes.reshape(-1), [letter or FILL for letter in letters.tolist()])
    yield text.word_column(np.isin(series.letters, list(CORRECT)).astype(np.intp), ("3", "1"))
    instrument = series.instrument_column()
    yield text.integer_column(np.where(instrument < 0, -9, instrument))
    yield text.integer_column(data_set.method_column())
    yield constant(str(data_set.scale_code))


def _moments(time: NDArray[np.datetime64]) -> Column:
    column = text.time_column(time, separator=" ", zone="").copy()
    column[(column == ord("-")) | (column == ord(":"))] = ord(" ")
    return column


def _place(context: Context, height: float) -> str:
    station = context.station
    longitude = None if station.longitude is None else (station.longitude + 180.0) % 360.0 - 180.0
    altitude = None if station.altitude is None else station.altitude + height
    position = (POSITION_FILL if degrees is None else f"{degrees:.9f}".rstrip("0").rstrip(".") for degrees in (station.latitude, longitude))
    heights = (HEIGHT_FILL if metres is None else f"{metres:.3f}" for metres in (altitude, station.altitude, height))
    return " ".join((*position, *heights))
