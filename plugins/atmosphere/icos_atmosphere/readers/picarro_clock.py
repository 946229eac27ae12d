"""Time of the rows of a Picarro log: EPOCH_TIME, against which DATE and TIME are checked, and for which they stand in.

All three are of one instant in whole milliseconds. EPOCH_TIME is in UTC; DATE and TIME follow the clock of the analyser's computer,
which some users set to local time. TIME is cut off, not rounded, and may be a millisecond behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.picarro_fields import field_texts, words
from icos_atmosphere.readers.picarro_runs import runs, spread
from icos_core.raw_text.delimited_text import number
from icos_core.raw_text.instrument_clock import INVALID, DateFormat, parse_times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.readers.picarro_fields import Block

    Moments = NDArray[np.int64]

__all__ = ["MILLISECOND", "Comparison", "compare", "dates_and_times", "epochs", "regular_ahead", "regular_epochs"]

MILLISECOND = 1_000_000
"""In nanoseconds."""

_SECOND, _DAY = 1_000_000_000, 86_400_000_000_000
_QUARTER = 900 * _SECOND
_FARTHEST_ZONE = 14 * 3600 * _SECOND
_TOLERANCE = _SECOND
_FIRST, _LAST = (int(np.datetime64(day, "ns").astype(np.int64)) for day in ("2000-01-01", "2100-01-01"))
_DATE_FORMAT = DateFormat.from_text("yyyy-mm-dd")
_HIGHEST_BIT = 0x80
_WORD, _MOST_ROWS = 16, 1 << 13
_NONE = np.empty(0, dtype=np.intp)


class _Form:
    """A form of sixteen bytes whose digits make one number.

    Its bytes are taken in pairs, ten times the left one and the right one, whereby what is no digit counts nothing; and the pairs in
    pairs again, of which the left one counts so many times as much as the right one as `fours` say.

    Parameters
    ----------
    text
        The form with a 0 wherever a digit belongs.
    fours
        What each of the four left ones counts; its right one counts 1, or nothing where the left one counts 0.
    scales
        What the four sums are multiplied by, one after the other: ((first · scale + second) · scale + …).
    """

    def __init__(self, text: bytes, fours: tuple[int, int, int, int], scales: tuple[float, float, float]) -> None:
        limits = np.where(np.frombuffer(text, dtype=np.uint8) == ord("0"), 0x76, 0x7F).astype(np.uint8)
        factors = np.array([65536 * left + 1 if left else 65536 for left in fours], dtype=np.uint32)
        self._forms = np.tile(np.frombuffer(text, dtype=np.uint64), _MOST_ROWS)
        self._limits = np.tile(limits, _MOST_ROWS)
        self._factors = np.tile(factors, _MOST_ROWS)
        self._scales = scales

    def numbers(self, block: Block, position: int) -> tuple[Moments, NDArray[np.intp]]:
        """Return the numbers of a field in up to 8192 rows, and the rows in which it has another form."""
        size = block.shape[0]
        text = words(block, position)[0].copy()
        whole, letters, pairs, fours = (text.view(kind) for kind in ("u8", "u1", "u2", "u4"))
        whole ^= self._forms[: 2 * size]
        odd = letters + self._limits[: _WORD * size]
        odd |= letters
        is_formed = odd.max(initial=0) < _HIGHEST_BIT
        pairs *= np.uint16(10 * 256 + 1)
        pairs >>= np.uint16(8)
        fours *= self._factors[: 4 * size]
        fours >>= np.uint32(16)
        found = fours[0::4] * self._scales[0]
        found += fours[1::4]
        found *= self._scales[1]
        found += fours[2::4]
        found *= self._scales[2]
        found += fours[3::4]
        unformed = _NONE if is_formed else np.flatnonzero(odd.reshape(size, _WORD).max(axis=1) >= _HIGHEST_BIT)
        return found.astype(np.int64), unformed


_EPOCH = _Form(b"0000000000.000  ", (100, 100, 10, 0), (1e4, 1e3, 1e2))
"""Milliseconds since 1970."""
_TIME = _Form(b"00:00:00.000    ", (6, 6, 100, 1), (600.0, 1000.0, 1.0))
"""Milliseconds since midnight: the tens of minutes stand beside the hours, their ones, tenfold, beside the seconds."""


@dataclass(frozen=True)
class Comparison:
    """EPOCH_TIME beside DATE and TIME.

    Attributes
    ----------
    ahead
        How far DATE and TIME are ahead in most rows, ns: a time zone, in whole quarters of an hour. None where no row tells it.
    shifted
        Rows in which they are ahead by another time zone.
    apart
        Rows in which they are of another time altogether.
    """

    ahead: int | None
    shifted: NDArray[np.intp]
    apart: NDArray[np.intp]


def epochs(block: Block, position: int) -> Moments:
    """Return EPOCH_TIME of the rows of a block, ns; `INVALID` where it is no time from 2000 to 2099."""
    found, odd = _EPOCH.numbers(block, position)
    found *= MILLISECOND
    found[odd] = [_epoch(text) for text in field_texts(block, position, odd)]
    found[(found < _FIRST) | (found >= _LAST)] = INVALID
    return found


def _epoch(text: str) -> int:
    """Read seconds since 1970 that have other digits than the instrument's, exactly."""
    value = number(text)
    if value is None or not 0 <= value < _LAST / _SECOND:
        return INVALID
    try:
        return round(Decimal(text) * _SECOND)
    except DecimalException:
        return INVALID


def dates_and_times(block: Block, date: int, time: int) -> Moments:
    """Return DATE and TIME of the rows of a block, ns; `INVALID` where one of them is none."""
    found, odd = _TIME.numbers(block, time)
    found *= MILLISECOND
    found[odd] = parse_times(field_texts(block, time, odd))
    starts, texts = runs(block, date)
    days = [_DATE_FORMAT.days(text) for text in texts]
    midnight = spread([day * _DAY if day >= 0 else INVALID for day in days], starts, found.size)
    invalid = (found < 0) | (found >= _DAY) | (midnight == INVALID)
    found += midnight
    found[invalid] = INVALID
    return found


def regular_epochs(block: Block, position: int) -> Moments | None:
    """Return EPOCH_TIME of the rows of a block, ms; None unless all have the usual form and increase."""
    found, odd = _EPOCH.numbers(block, position)
    usual = not odd.size and bool((found[1:] > found[:-1]).all())
    return found if usual and found[0] * MILLISECOND >= _FIRST and found[-1] * MILLISECOND < _LAST else None


def regular_ahead(block: Block, date: int, time: int, epoch: Moments) -> int | None:
    """Return how far DATE and TIME are ahead of EPOCH_TIME in all rows of a block, ns; None where rows differ or one is damaged.

    Parameters
    ----------
    block
        (n, width) bytes of rows, contiguous.
    date, time
        Numbers of their columns in the file.
    epoch
        (n,) EPOCH_TIME, ms.
    """
    of_day, odd = _TIME.numbers(block, time)
    starts, texts = runs(block, date)
    days = [_DATE_FORMAT.days(text) for text in texts]
    if odd.size or of_day.max() * MILLISECOND >= _DAY or min(days) < 0:
        return None
    of_day -= epoch
    if len(days) > 1:
        of_day += spread([(day - days[0]) * (_DAY // MILLISECOND) for day in days], starts, of_day.size)
    least, most = (int(ahead) * MILLISECOND + days[0] * _DAY for ahead in (of_day.min(), of_day.max()))
    zone = round(least / _QUARTER) * _QUARTER
    return zone if zone - _TOLERANCE <= least and most <= zone + _TOLERANCE and abs(zone) <= _FARTHEST_ZONE else None


def compare(epoch: Moments, shown: Moments) -> Comparison:
    """Compare EPOCH_TIME with DATE and TIME, (n,) ns each, where both can be read."""
    both = np.flatnonzero((epoch != INVALID) & (shown != INVALID))
    if not both.size:
        return Comparison(None, _NONE, _NONE)
    ahead = shown[both] - epoch[both]
    if ahead.min() > -_TOLERANCE and ahead.max() < _TOLERANCE:
        return Comparison(0, _NONE, _NONE)
    zone = np.rint(ahead / _QUARTER).astype(np.int64) * _QUARTER
    apart = (np.abs(ahead - zone) > _TOLERANCE) | (np.abs(zone) > _FARTHEST_ZONE)
    zones, counts = np.unique(zone[~apart], return_counts=True)
    usual = int(zones[counts.argmax()]) if zones.size else None
    return Comparison(usual, both[~apart & (zone != usual)], both[apart])
