"""Date and time in one text, as analysers and loggers stamp their rows, and which order of day and month a file proves."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import TextError
from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_dates, parse_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["HOUR", "check_order", "fitting_orders", "nanoseconds_of", "parse_stamps", "proven_order"]

HOUR = 3_600_000_000_000
_DAY = 24 * HOUR
_STAMP = re.compile(r"(\S+?)(?:T|\s+)([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)Z?")
_COMMON = re.compile(r"([0-9./-]{8,10})[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?")
_NAMED_DATE = re.compile(r"(?<![0-9])(20[0-9]{2})-([01][0-9])-([0-3][0-9])(?![0-9])")
_MOST_DAMAGED = 0.02  # share of a column's dates that damage may make dates in another order, or none


def nanoseconds_of(days: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return nanoseconds since 1970 of days since 1970 and nanoseconds since midnight, `INVALID` where either is."""
    valid = (days != INVALID) & (times != INVALID)
    return np.where(valid, np.where(valid, days, 0) * _DAY + np.where(valid, times, 0), INVALID)


def parse_stamps(texts: Sequence[str], date_format: DateFormat) -> NDArray[np.int64]:
    """Return nanoseconds since 1970 of each date with time of day, `INVALID` where a text is none.

    Between both stand blanks or a T; Z at the end is passed over. Fractions of a second are kept.

    Parameters
    ----------
    texts
        ``28/09/2022 12:10:45.205``, ``2021-01-01T00:00``.
    date_format
        Order of day, month and year.
    """
    found = np.full(len(texts), INVALID)
    common = _COMMON.fullmatch(texts[0]) if texts else None
    if common is not None:
        _parse_alike(texts, common.end(1), date_format, found)
    rest = [(row, match) for row in np.flatnonzero(found == INVALID).tolist() if (match := _STAMP.fullmatch(texts[row])) is not None]
    if rest:
        rows, matches = zip(*rest, strict=True)
        days = _distinct_days([match[1] for match in matches], date_format)
        found[list(rows)] = nanoseconds_of(days, parse_times([match[2] for match in matches]))
    return found


def _distinct_days(dates: Sequence[str], date_format: DateFormat) -> NDArray[np.int64]:
    """Parse each date once: a file has many rows of a day."""
    distinct, which = np.unique(np.array(dates, dtype=str), return_inverse=True)
    found: NDArray[np.int64] = parse_dates(distinct.tolist(), date_format)[which.reshape(-1)]
    return found


def _parse_alike(texts: Sequence[str], cut: int, date_format: DateFormat, found: NDArray[np.int64]) -> None:
    """Fill in the stamps that are cut as the first one is: the date ends at `cut`."""
    length = len(texts[0])
    every = np.array(texts, dtype=str)
    rows = np.flatnonzero(np.char.str_len(every) == length)
    letters = every[rows].astype(f"U{length}").view(np.uint32).reshape(rows.size, length)
    alike = (letters[:, cut] == ord(" ")) | (letters[:, cut] == ord("T"))
    thousandths = np.zeros(rows.size, dtype=np.int64)
    if length > cut + 9:
        digits = letters[:, cut + 10 :].astype(np.int64) - ord("0")
        alike &= (letters[:, cut + 9] == ord(".")) & ((digits >= 0) & (digits <= 9)).all(axis=1)
        thousandths = digits @ np.array([100, 10, 1])
    rows, letters, thousandths = rows[alike], letters[alike], thousandths[alike]
    times = parse_times(_text(letters[:, cut + 1 : cut + 9]).tolist())
    days = _distinct_days(_text(letters[:, :cut]).tolist(), date_format)
    times = np.where(times == INVALID, INVALID, times + thousandths * 1_000_000)
    found[rows] = nanoseconds_of(days, times)


def _text(letters: NDArray[np.uint32]) -> NDArray[np.str_]:
    joined: NDArray[np.str_] = np.ascontiguousarray(letters).view(f"U{letters.shape[1]}").reshape(-1)
    return joined


def fitting_orders(dates: Sequence[str], orders: Sequence[str]) -> tuple[str, ...]:
    """Return the formats that dates fit, but for one in fifty that may be damaged.

    Parameters
    ----------
    dates
        Dates of rows, in the order of the file.
    orders
        Formats such as ``dd/mm/yyyy``.
    """
    counts = Counter(dates)
    found = []
    for order in orders:
        days = parse_dates(list(counts), DateFormat.from_text(order))
        wrong = sum(count for count, day in zip(counts.values(), days.tolist(), strict=True) if day == INVALID)
        if counts and wrong <= _MOST_DAMAGED * len(dates):
            found.append(order)
    return tuple(found)


def proven_order(dates: Sequence[str], orders: Sequence[str], name: str) -> str | None:
    """Return the one format that a file's dates can be in, None where they do not tell.

    A number beyond 12 is no month; 05/05 is the same day in any order; the date in a file's name, as ``micro_2022-09-28_f0001.txt``, is
    that of its first row; and a file goes on from one day to the next, not from one month to the next.

    Parameters
    ----------
    dates
        Dates of rows, in the order of the file.
    orders
        Formats to choose from.
    name
        Name of the file.
    """
    fitting = fitting_orders(dates, orders)
    if len(fitting) > 1 and all(np.array_equal(_days(dates, order), _days(dates, fitting[0])) for order in fitting):
        return fitting[0]
    named = _NAMED_DATE.search(name)
    if len(fitting) > 1 and named is not None:
        day = int(parse_dates(["-".join(named.groups())], DateFormat.from_text("yyyy-mm-dd"))[0])
        # A clock that is not in UTC may be a day on.
        near = tuple(order for order in fitting if abs(int(_days(dates, order)[0]) - day) <= 1)
        fitting = near if len(near) == 1 else fitting
    if len(fitting) > 1:
        daily = tuple(order for order in fitting if _goes_on_by_days(_days(dates, order)))
        fitting = daily if len(daily) == 1 else fitting
    return fitting[0] if len(fitting) == 1 else None


def _days(dates: Sequence[str], order: str) -> NDArray[np.int64]:
    days = parse_dates(list(dict.fromkeys(dates)), DateFormat.from_text(order))
    good: NDArray[np.int64] = days[days != INVALID]
    return good


def _goes_on_by_days(days: NDArray[np.int64]) -> bool:
    steps = np.diff(days)
    steps = steps[steps != 0]
    return bool(steps.size) and bool((steps == 1).all())


def check_order(dates: Sequence[str], date_format: DateFormat, orders: Sequence[str]) -> None:
    """Refuse dates that speak against the order that is stated: those that fit it by chance would be other days.

    Parameters
    ----------
    dates
        Of rows.
    date_format
        As it is stated.
    orders
        Formats that they may be in.

    Raises
    ------
    TextError
        Where more dates than damage explains are none in this order, but are in another one.
    """
    counts = Counter(dates)
    days = parse_dates(list(counts), date_format)
    wrong = [date for date, day in zip(counts, days.tolist(), strict=True) if day == INVALID]
    for other in (DateFormat.from_text(order) for order in orders if order != date_format.text):
        against = [date for date in wrong if other.days(date) != INVALID]
        if sum(counts[date] for date in against) > _MOST_DAMAGED * len(dates):
            raise TextError(f"{against[0]!r} is no date in {date_format.text}, but is one in {other.text}: see the option date_order")
