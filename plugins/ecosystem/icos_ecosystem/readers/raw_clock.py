"""When a fast file's rows were measured: from its name or from the stamps of its rows, by a declared rule.

The vocabulary's `time` is the *start* of the interval that a row stands for. Loggers stamp a row with the start, the middle or the end of
its interval, and name a file by the start or the end of the time that it covers; neither can be seen from the file, so both are declared.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from icos_core.components import Span
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.exceptions import InputError
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.versioned import Options

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    IntArray = NDArray[np.int64]

__all__ = [
    "SECOND",
    "ClockOptions",
    "NameFormat",
    "Place",
    "common_step",
    "regular_times",
    "span_from_name",
    "stamp_of_name",
    "start_from_name",
    "to_interval_start",
]

SECOND = 1_000_000_000
_HOUR = 3600 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = {
    "YYYY": r"\d{4}",
    "DOY": r"\d{3}",
    "YY": r"\d{2}",
    "MM": r"\d{2}",
    "DD": r"\d{2}",
    "hh": r"\d{2}",
    "mm": r"\d{2}",
    "ss": r"\d{2}",
}
_TOKEN = re.compile("|".join((*_FIELDS, r"\?", r"\*", ".")), re.DOTALL)
_SHARES = {"start": Fraction(0), "middle": Fraction(1, 2), "end": Fraction(1)}
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_EXAMPLE = "??????????YYYYMMDDhhmm*"

Place = Literal["start", "middle", "end"]


def _expression(name_format: str) -> re.Pattern[str]:
    """Return the expression that a format of file names stands for.

    Raises
    ------
    ValueError
        For a format that names no day, or one part of it twice.
    """
    tokens = _TOKEN.findall(name_format)
    fields = [token for token in tokens if token in _FIELDS]
    twice = next((field for field in fields if fields.count(field) > 1), None)
    if twice is not None:
        raise ValueError(f"{name_format!r} has {twice} twice; ? stands for any one character")
    if not ({"YYYY", "YY"} & set(fields)) or not ({"MM", "DD"} <= set(fields) or "DOY" in fields):
        raise ValueError(f"{name_format!r} holds no day; expected YYYY with MM and DD, or with DOY, such as {_EXAMPLE!r}")
    jokers = {"?": ".", "*": ".*?"}
    parts = [f"(?P<{token}>{_FIELDS[token]})" if token in _FIELDS else jokers.get(token, re.escape(token)) for token in tokens]
    return re.compile("".join(parts), re.ASCII | re.DOTALL)


def _checked_format(value: str) -> str:
    _expression(value)
    return value


NameFormat = Annotated[str, AfterValidator(_checked_format)]
"""Where the time stands in a file's name."""


class ClockOptions(Options):
    """How a logger dates its files and rows."""

    frequency: Annotated[float, Field(ge=0.001, le=10_000)] | None = Field(default=None, description="rows per second [Hz]")
    interval: Annotated[Duration, Field(gt=timedelta(0))] | None = Field(
        default=None, description="time that a row stands for, of tables slower than one row per second; in place of frequency"
    )
    row_time: Place = Field(default="start", description="what the stamp of a row is of the interval that the row stands for")
    file_time: Place = Field(default="start", description="what the time in a file's name is of the time that the file covers")
    name_format: NameFormat | None = Field(
        default=None,
        description="where the time stands in a file's name: YYYY or YY, MM and DD or DOY, hh, mm, ss, ? any one character, * any number, "
        f"e.g. {_EXAMPLE!r}",
    )
    utc_offset: float = Field(default=0.0, ge=-14, le=14, description="hours that the logger's clock is ahead of UTC")
    file_duration: Annotated[Duration, Field(gt=timedelta(0))] | None = Field(
        default=None, description="time that a whole file covers; where it is not stated, the number of rows tells"
    )

    @property
    def row_interval(self) -> Fraction | None:
        """Time that a row stands for [ns], None where it is not stated."""
        if self.frequency is not None:
            return SECOND / _exact(self.frequency)
        return None if self.interval is None else _nanoseconds(self.interval)


def _exact(frequency: float) -> Fraction:
    """Return a frequency as it is written: 7.8125 is 125/16, and 0.1 a tenth."""
    return Fraction(repr(float(frequency))).limit_denominator(10**6)


def _nanoseconds(length: timedelta) -> Fraction:
    return Fraction(round(length / timedelta(microseconds=1)) * 1000)


def _rounded(value: Fraction) -> int:
    """Round to the nearest whole number, halves up: the rule that :func:`regular_times` follows, too."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def stamp_of_name(name: str, options: ClockOptions) -> int:
    """Return the time in a file's name [ns since 1970 UTC].

    Raises
    ------
    InputError
        For a name that does not have the declared format, or holds no time that there is.
    """
    if options.name_format is None:
        raise InputError(name, f"the name of the file has to tell its time: name_format says where it stands, such as {_EXAMPLE!r}")
    found = _expression(options.name_format).fullmatch(name)
    if found is None:
        raise InputError(name, f"the name does not have the format name_format = {options.name_format!r}")
    parts = {field: int(text) for field, text in found.groupdict().items()}
    year = parts["YYYY"] if "YYYY" in parts else parts["YY"] + (2000 if parts["YY"] < 70 else 1900)
    try:
        if "DOY" in parts:
            day = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=parts["DOY"] - 1)
        else:
            day = datetime(year, parts["MM"], parts["DD"], tzinfo=UTC)
        in_order = day.year == year and _FIRST_YEAR <= year <= _LAST_YEAR
    except (ValueError, OverflowError):
        in_order = False
    hour, minute, second = (parts.get(field, 0) for field in ("hh", "mm", "ss"))
    # 24:00 is how some loggers name the file that ends with its day.
    if not in_order or minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        raise InputError(name, f"the name holds no time that there is, read as name_format = {options.name_format!r}")
    seconds = (day - _EPOCH).days * 86400 + hour * 3600 + minute * 60 + second
    return seconds * SECOND - _utc_offset(options)


def start_from_name(path: Path, options: ClockOptions, n_rows: int) -> int:
    """Return when the interval of a file's first row starts [ns since 1970 UTC].

    Parameters
    ----------
    path
        Its name holds the time.
    options
        `file_time` says what the time is of the file. With `file_duration` the file covers that time, however many rows are missing or
        too many; without it the number of rows tells how long it is.
    n_rows
        Number of rows.

    Raises
    ------
    InputError
        As :func:`stamp_of_name`, and where the length of the file is needed and cannot be told.
    """
    stamp = stamp_of_name(path.name, options)
    share = _SHARES[options.file_time]
    return stamp - _rounded(share * _covered(path, options, n_rows)) if share else stamp


def _covered(path: Path, options: ClockOptions, n_rows: int) -> Fraction:
    if options.file_duration is not None:
        return _nanoseconds(options.file_duration)
    if options.row_interval is None:
        raise InputError(path.name, f"the name is of the {options.file_time} of the file: frequency or file_duration is needed")
    return n_rows * options.row_interval


def span_from_name(path: Path, options: ClockOptions) -> Span | None:
    """Return the span of a whole file from its name alone, None where name, duration or frequency do not suffice.

    A file with more rows than belong into its time goes on after this span: for how many files are looked at that is of no account.

    Raises
    ------
    InputError
        For a name that does not have the declared format.
    """
    if options.name_format is None or options.file_duration is None or options.row_interval is None:
        return None
    start = start_from_name(path, options, 0)
    end = start + max(_rounded(_nanoseconds(options.file_duration) - options.row_interval), 0)
    return Span(np.datetime64(start, "ns"), np.datetime64(end, "ns"))


def regular_times(start: int, n: int, frequency: float) -> IntArray:
    """Return the times of rows at a regular frequency, each exact to the nanosecond.

    Parameters
    ----------
    start
        Time of the first row [ns since 1970].
    n
        Number of rows.
    frequency
        Rows per second [Hz].

    Returns
    -------
    (n,) ndarray of int64
        ``start + round(i * 10**9 / frequency)``: rounding does not add up.
    """
    return start + _multiples(np.arange(n, dtype=np.int64), SECOND / _exact(frequency))


def _multiples(index: IntArray, step: Fraction) -> IntArray:
    whole, rest = divmod(step.numerator, step.denominator)
    multiples: IntArray = index * whole + (2 * index * rest + step.denominator) // (2 * step.denominator)
    return multiples


def to_interval_start(times: IntArray, options: ClockOptions, interval: Fraction | None = None) -> IntArray:
    """Return when the interval of each row starts, in UTC, from the stamps of the logger's clock.

    Parameters
    ----------
    times
        (n,) stamps [ns since 1970 by the logger's clock], `INVALID` where there is none.
    options
        What the stamps are of the interval, and how far the clock is ahead of UTC.
    interval
        Time that a row stands for [ns], where the file tells it; else that of the options, else the step that is most common.
    """
    share = _SHARES[options.row_time]
    back = _utc_offset(options)
    if share:
        length = interval if interval is not None else options.row_interval
        back += _rounded(share * (length if length is not None else Fraction(common_step(times))))
    return np.where(times == INVALID, INVALID, times - back)


def common_step(times: IntArray) -> int:
    """Return the most common step between times one after the other [ns], 0 where there is none."""
    valid = times[times != INVALID]
    steps = np.diff(valid)
    steps = steps[steps > 0]
    if not steps.size:
        return 0
    values, counts = np.unique(steps, return_counts=True)
    return int(values[counts.argmax()])


def _utc_offset(options: ClockOptions) -> int:
    return round(options.utc_offset * _HOUR)
