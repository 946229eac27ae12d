"""When the rows of a SOCAT table were measured: from one or two columns of text, or from six of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.instrument_clock import INVALID, parse_dates, parse_times

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Block, Words
    from icos_core.raw_text.instrument_clock import DateFormat
    from icos_ocean.readers.socat_table_columns import Clock

__all__ = ["times_of"]

_DAY, _HOUR, _MINUTE, _SECOND = 86_400_000_000_000, 3_600_000_000_000, 60_000_000_000, 1_000_000_000
_FIRST_YEAR, _LAST_YEAR = 1930, 2199


def times_of(block: Block, clock: Clock, date_format: DateFormat) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the time of each row in ns since 1970, and which rows have one; a time without seconds is of the full minute.

    Parameters
    ----------
    block
        The parsed columns.
    clock
        Which of them hold date and time.
    date_format
        How a date is written where it stands in one column.
    """
    if clock.numbers:
        return _from_numbers([block.numbers[column] for column in clock.numbers])

    def days_of(texts: Sequence[str]) -> NDArray[np.int64]:
        return parse_dates(texts, date_format)

    columns = [block.words[column] for column in clock.texts]
    if len(columns) == 2:
        days, times = _coded(columns[0], days_of), _coded(columns[1], parse_times)
    else:
        halves = [word.replace("T", " ").rstrip("Z").strip().rpartition(" ") for word in columns[0].words]
        dates = list(dict.fromkeys(date for date, _, _ in halves))
        known = dict(zip(dates, days_of(dates).tolist(), strict=True))
        days = np.append(np.array([known[date] for date, _, _ in halves], dtype=np.int64), np.int64(INVALID))[columns[0].codes]
        times = np.append(parse_times([time for _, _, time in halves]), np.int64(INVALID))[columns[0].codes]
    valid = (days != INVALID) & (times != INVALID)
    return np.where(valid, days * _DAY + times, 0), valid


def _coded(words: Words, parse: Callable[[Sequence[str]], NDArray[np.int64]]) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.append(parse(words.words), np.int64(INVALID))[words.codes]
    return found


def _from_numbers(parts: Sequence[NDArray[np.float64]]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    year, month, day, hour, minute, *rest = parts
    second = rest[0] if rest else np.zeros_like(year)
    # Comparisons with NaN are false: a missing part makes a row invalid, but for seconds, which count as 0.
    second = np.where(np.isnan(second), 0.0, second)
    valid = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    valid &= (hour >= 0) & (hour < 24) & (minute >= 0) & (minute < 60) & (second >= 0) & (second < 60)
    whole = [np.where(valid, part, 1.0).astype(np.int64) for part in (year, month, day, hour, minute)]
    for part, integer in zip((year, month, day, hour, minute), whole, strict=True):
        valid &= part == integer
    months = ((whole[0] - 1970) * 12 + whole[1] - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (whole[2] - 1)
    valid &= dates.astype("datetime64[M]") == months
    time = dates.astype(np.int64) * _DAY + whole[3] * _HOUR + whole[4] * _MINUTE
    return np.where(valid, time + np.rint(np.where(valid, second, 0.0) * _SECOND).astype(np.int64), 0), valid
