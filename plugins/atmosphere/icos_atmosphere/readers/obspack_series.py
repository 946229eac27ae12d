"""From what a file of a finished product holds to its stream: one gas at one height, in order of time, every row accounted for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.obspack_words import finished_words
from icos_atmosphere.scales import UNKNOWN, normalised_scale
from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import Lines
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.regular_lines import reject_rows
from icos_core.raw_text.row_stream import row_stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_atmosphere.readers.obspack_options import SeriesOptions
    from icos_core.components import ReadResult
    from icos_core.raw_text.line_account import LineAccount

__all__ = ["NO_HEIGHT", "NO_TIME", "OTHER_HEIGHT", "Series", "at_one_height", "listed", "observations", "scale_of", "series_result"]

NO_TIME = "no time"
NO_HEIGHT = "no intake height"
OTHER_HEIGHT = "other intake height"
_SAME = 0.05
_MOST_HEIGHTS = 30


@dataclass(frozen=True, kw_only=True)
class Series:
    """Rows of a file.

    Attributes
    ----------
    gas
        Name of the gas.
    time
        (n,) starts of the intervals, ns since 1970; `INVALID` where there is none.
    place
        (n,) line or observation of each row, counted from 1.
    values
        Suffix of a word (``""``, ``_stdev``) → (n,) values.
    height
        (n,) intake height in metres, NaN where it is not stated; or that of all rows, None where the file does not say it.
    interval
        ``hour`` and so on.
    scale
        Calibration scale, normalised.
    scale_of_instruments
        Where it differs: ``530: unknown; 115: WMO CH4 X2004A``.
    instrument
        Name, for people.
    methods
        Identifier of an instrument → what it is; those that occur, in order of first use.
    """

    gas: str
    time: NDArray[np.int64]
    place: NDArray[np.int64]
    values: Mapping[str, NDArray[np.generic]]
    height: NDArray[np.float64] | float | None
    interval: str
    scale: str = UNKNOWN
    scale_of_instruments: str = ""
    instrument: str = ""
    methods: Mapping[int, str] | None = None


def scale_of(file: str, text: str, gas: str, options: SeriesOptions) -> str:
    """Return the scale that a file states, else that of the option.

    Raises
    ------
    InputError
        Where the two contradict each other.
    """
    found, stated = normalised_scale(text, gas), normalised_scale(options.calibration_scale, gas)
    if stated != UNKNOWN and found not in (UNKNOWN, stated):
        raise InputError(file, f"the file says its scale is {found!r}, the option calibration_scale says {stated!r}")
    return stated if found == UNKNOWN else found


def observations(count: int) -> Lines:
    """Return what stands for the lines of a file that is no text: as many as there are observations, without words."""
    nowhere = np.zeros(count, dtype=np.int64)
    return Lines(data=b"", starts=nowhere, ends=nowhere)


def at_one_height(series: Series, lines: Lines, options: SeriesOptions, account: LineAccount) -> tuple[Series, float]:
    """Return the rows with a time at the one height that the stream is of, and that height; the others are accounted for.

    Raises
    ------
    InputError
        Where a file has several heights and none is chosen, none that is the chosen one, or says none and none is stated.
    """
    file, timed = account.file, series.time != INVALID
    reject_rows(account, NO_TIME, NO_TIME, series.place[~timed] - 1, lines, "utf-8")
    wanted = options.intake_height
    if series.height is None:
        if not isinstance(wanted, float):
            raise InputError(file, "does not say at which height above ground its air was taken in; the option intake_height states it")
        return _rows(series, timed), wanted
    height = np.broadcast_to(np.asarray(series.height, dtype=np.float64), series.time.shape)
    stated = ~np.isnan(height)
    found = np.unique(height[stated])
    if found.size == 0 and not isinstance(wanted, float):
        raise InputError(file, "has no intake height in any row; the option intake_height states it")
    if wanted == "all":
        last = np.flatnonzero(stated)[np.argmax(series.time[stated])]
        return _rows(series, timed), float(height[last])
    if wanted is None and found.size > 1:
        raise InputError(file, f"has air of {listed(found)} above ground: the option intake_height chooses which is read")
    chosen = float(found[0]) if wanted is None else wanted
    if found.size and not (np.abs(found - chosen) < _SAME).any():
        raise InputError(file, f"has no air of {chosen:g} m above ground, which intake_height asks for, but of {listed(found)}")
    same = np.abs(height - chosen) < _SAME
    if found.size <= 1:
        same |= ~stated
    account.reject(NO_HEIGHT, int((timed & ~stated & ~same).sum()))
    account.reject(OTHER_HEIGHT, int((timed & stated & ~same).sum()))
    return _rows(series, timed & same), chosen


def listed(heights: NDArray[np.float64]) -> str:
    """Return heights as a text, the first of them where there are very many."""
    shown = ", ".join(f"{height:g} m" for height in heights[:_MOST_HEIGHTS])
    more = heights.size - _MOST_HEIGHTS
    return f"{shown} and {more} heights more" if more > 0 else shown


def _rows(series: Series, rows: NDArray[np.bool_]) -> Series:
    values = {name: array[rows] for name, array in series.values.items()}
    return replace(series, time=series.time[rows], place=series.place[rows], values=values)


def series_result(
    stream: str, series: Series, lines: Lines, account: LineAccount, options: SeriesOptions, encoding: str = "utf-8"
) -> ReadResult:
    """Return the stream of a series, with its attributes and the account of all rows.

    Parameters
    ----------
    stream
        Name of the stream.
    series
        What the file holds.
    lines
        Its lines; see `observations`.
    account
        What became of its rows so far.
    options
        Which height is wanted.
    encoding
        Of the file.

    Raises
    ------
    InputError
        As :func:`at_one_height`.
    """
    kept, height = at_one_height(series, lines, options, account)
    values = {f"{kept.gas}{suffix}": array for suffix, array in kept.values.items()}
    result = row_stream(stream, kept.time, kept.place, values, finished_words([kept.gas]), lines, account, encoding)
    data = result.streams[stream]
    data.attrs.update(_described(kept, height, data))
    data[kept.gas].attrs["calibration_scale"] = kept.scale
    if kept.scale_of_instruments:
        data[kept.gas].attrs["calibration_scale_of_instruments"] = kept.scale_of_instruments
    return result


def _described(series: Series, height: float, data: xr.Dataset) -> dict[str, str | float | list[int] | list[str]]:
    methods = series.methods or {}
    used = list(methods)
    if f"{series.gas}_instrument" in data:
        found, first = np.unique(data[f"{series.gas}_instrument"].values, return_index=True)
        used = [int(number) for number in found[np.argsort(first)] if number >= 0]
    return {
        "line": f"{height:g}m",
        "intake_height": height,
        "averaging_interval": series.interval,
        "instrument": series.instrument or _named(used, methods),
        "instrument_ids": used,
        "instrument_methods": [methods.get(number, "") for number in used],
    }


def _named(used: Sequence[int], methods: Mapping[int, str]) -> str:
    return "; ".join(f"{methods[number]} ({number})" if methods.get(number) else f"instrument {number}" for number in used) or "not stated"
