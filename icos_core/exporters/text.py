"""Columns of numbers, times and words as text, fast and exact.

A column is an array of bytes, one row per value, padded with zero bytes wherever a character is absent: columns are laid side by side and
the zero bytes dropped, so a million rows cost seconds, not minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.exporters.shortest import LARGEST, SMALLEST, shortest_decimals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Column = NDArray[np.uint8]

__all__ = ["CHUNK", "constant_column", "float_column", "integer_column", "lines", "quoted", "time_column", "time_digits", "word_column"]

CHUNK = 1 << 15
"""Rows that are made into text at a time: enough for speed, few enough for memory."""

_ZERO, _MINUS, _POINT = ord("0"), ord("-"), ord(".")
_EXACT = 2.0**50
"""Below this a scaled value is a whole number without doubt, and dividing it again rounds once: the text reads back as the same number."""
_SHORT_DECIMALS = 7
_UNIT_OF_DIGITS = {0: "s", 3: "ms", 6: "us", 9: "ns"}


def constant_column(text: str, size: int) -> Column:
    """Return `size` rows of the same text, (size, width)."""
    return np.broadcast_to(np.frombuffer(text.encode(), dtype=np.uint8), (size, len(text.encode())))


def word_column(codes: NDArray[np.integer], words: Sequence[str]) -> Column:
    """Return the words that positions stand for, (n, width).

    Parameters
    ----------
    codes
        (n,) positions in `words`.
    words
        Texts without zero bytes.
    """
    encoded = np.array([word.encode() for word in words] or [b""], dtype=bytes)
    width = max(encoded.dtype.itemsize, 1)
    table = encoded.astype(f"S{width}").view(np.uint8).reshape(-1, width)
    column: Column = table[codes]
    return column


def integer_column(values: NDArray[np.integer]) -> Column:
    """Return whole numbers as text, (n, width)."""
    found, codes = _unique(values)
    if found.size <= 1024:
        return word_column(codes, [str(value) for value in found.tolist()])
    return np.concatenate([_sign(values < 0), _digits(np.abs(values.astype(np.int64)), 0)], axis=1)


def _unique(values: NDArray[np.integer]) -> tuple[NDArray[np.integer], NDArray[np.intp]]:
    if values.dtype.itemsize == 1:
        # A table over all 256 codes needs no sorting.
        present = np.flatnonzero(np.bincount(values.view(np.uint8), minlength=256)).astype(np.uint8)
        position = np.zeros(256, dtype=np.intp)
        position[present] = np.arange(present.size)
        return present.view(values.dtype), position[values.view(np.uint8)]
    found, codes = np.unique(values, return_inverse=True)
    return found, codes.reshape(values.shape)


def float_column(values: NDArray[np.float64], decimals: int | None = None, missing: str = "") -> Column:
    """Return numbers as text, (n, width).

    Parameters
    ----------
    values
        (n,) numbers.
    decimals
        Digits after the point; None writes the shortest text that reads back as the same number.
    missing
        Text for NaN.

    Notes
    -----
    With `decimals` = d the text is that of ``rint(x 10**d)``: numbers that lie within rounding error of a half-way case may differ in the
    last digit from a formatter that works on the exact binary value.
    """
    values = np.asarray(values, dtype=np.float64)
    places = _SHORT_DECIMALS if decimals is None else decimals
    scale = 10.0**places
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(values * scale)
        direct = np.abs(scaled) < _EXACT
        if decimals is None:
            direct &= scaled / scale == values
    whole = np.where(direct, scaled, 0.0).astype(np.int64)
    if decimals is None:
        places, whole = _fewest_places(whole, places)
    column = np.concatenate([_sign(whole < 0), _digits(np.abs(whole), places, strip=decimals is None)], axis=1)
    if decimals is None:
        column, direct = _long_digits(values, column, direct)
    if direct.all():
        return column
    text = _slow_text(values[~direct], decimals, missing)
    return _replace(column, ~direct, text.view(np.uint8).reshape(-1, text.dtype.itemsize))


def _long_digits(values: NDArray[np.float64], column: Column, done: NDArray[np.bool_]) -> tuple[Column, NDArray[np.bool_]]:
    """Write the numbers that need many digits, but no exponent; return the column and which numbers are done."""
    size = np.abs(values)
    rows = np.flatnonzero(~done & (size >= SMALLEST) & (size < LARGEST))
    if rows.size:
        whole, places = shortest_decimals(size[rows])
        for count in np.unique(places).tolist():
            same = places == count
            cells = [_sign(values[rows[same]] < 0), _digits(whole[same], count, strip=True)]
            column = _replace(column, rows[same], np.concatenate(cells, axis=1))
        done = done.copy()
        done[rows] = True
    return column, done


def _slow_text(values: NDArray[np.float64], decimals: int | None, missing: str) -> NDArray[np.bytes_]:
    form = _shortest if decimals is None else f"{{:.{decimals}f}}".format
    present = ~np.isnan(values)
    text = [form(value) for value in values[present].tolist()]
    width = max((len(word) for word in text), default=0)
    column = np.full(values.shape, missing.encode(), dtype=f"S{max(width, len(missing.encode()), 1)}")
    column[present] = np.array(text, dtype=bytes) if text else b""
    return column


def _shortest(value: float) -> str:
    return repr(value).removesuffix(".0")


def _replace(column: Column, rows: NDArray[np.bool_] | NDArray[np.intp], cells: Column) -> Column:
    width = max(column.shape[1], cells.shape[1])
    wide = np.zeros((column.shape[0], width), dtype=np.uint8)
    wide[:, : column.shape[1]] = column
    wide[rows] = 0
    wide[rows, : cells.shape[1]] = cells
    return wide


def _fewest_places(whole: NDArray[np.int64], places: int) -> tuple[int, NDArray[np.int64]]:
    while places and not (whole % 10).any():
        whole, places = whole // 10, places - 1
    return places, whole


def _sign(negative: NDArray[np.bool_]) -> Column:
    if not negative.any():
        return np.zeros((negative.size, 0), dtype=np.uint8)
    return np.where(negative, np.uint8(_MINUS), np.uint8(0))[:, np.newaxis]


def _digits(whole: NDArray[np.int64], places: int, *, strip: bool = False) -> Column:
    """Return the digits of whole numbers with a point before the last `places`; `strip` drops zeros at the end and a bare point."""
    largest = int(whole.max()) if whole.size else 0
    count = max(len(str(largest)), places + 1)
    column = np.zeros((whole.size, count + (places > 0)), dtype=np.uint8)
    rest = whole
    nothing_yet = np.full(whole.shape, strip)
    for position in range(count):
        rest, digit = np.divmod(rest, 10)
        character = (digit + _ZERO).astype(np.uint8)
        if position < places:
            nothing_yet &= digit == 0
            if strip:
                character[nothing_yet] = 0
            column[:, -1 - position] = character
            continue
        if position > places:
            character[(rest == 0) & (digit == 0)] = 0
        column[:, -1 - position - (places > 0)] = character
    if places:
        column[:, -1 - places] = np.where(nothing_yet, np.uint8(0), np.uint8(_POINT))
    return column


def time_column(time: NDArray[np.datetime64], *, digits: int = 0, separator: str = "T", zone: str = "Z") -> Column:
    """Return UTC times in ISO 8601, (n, width): ``2024-01-31T23:59:00Z``.

    Parameters
    ----------
    time
        (n,) ``datetime64``.
    digits
        Digits of the second's fraction: 0, 3, 6 or 9; finer parts are cut off.
    separator
        Between date and time of day.
    zone
        Behind the time.
    """
    unit = _UNIT_OF_DIGITS[digits]
    days = time.astype("datetime64[D]")
    of_day = (time.astype(f"datetime64[{unit}]") - days.astype(f"datetime64[{unit}]")).astype(np.int64)
    found, codes = np.unique(days, return_inverse=True)
    seconds, fraction = np.divmod(of_day, 10**digits)
    minutes, second = np.divmod(seconds, 60)
    hour, minute = np.divmod(minutes, 60)
    size = time.size
    pieces = [word_column(codes.reshape(-1), [str(day) for day in found]), constant_column(separator, size)]
    pieces += [_padded(hour, 2), constant_column(":", size), _padded(minute, 2), constant_column(":", size), _padded(second, 2)]
    if digits:
        pieces += [constant_column(".", size), _padded(fraction, digits)]
    return np.concatenate([*pieces, constant_column(zone, size)], axis=1)


def time_digits(time: NDArray[np.datetime64]) -> int:
    """Return how many digits of the second's fraction the times need: 0, 3, 6 or 9."""
    nanoseconds = time.astype("datetime64[ns]").astype(np.int64)
    for digits in (0, 3, 6):
        if not (nanoseconds % 10 ** (9 - digits)).any():
            return digits
    return 9


def _padded(values: NDArray[np.int64], width: int) -> Column:
    column = np.zeros((values.size, width), dtype=np.uint8)
    rest = values
    for position in range(width):
        rest, digit = np.divmod(rest, 10)
        column[:, -1 - position] = digit + _ZERO
    return column


def quoted(word: str, separator: str = ",") -> str:
    """Return a cell as RFC 4180 wants it: in quotes where it holds the separator, a quote or a line end."""
    if any(mark in word for mark in (separator, '"', "\n", "\r")):
        return '"' + word.replace('"', '""') + '"'
    return word


def lines(columns: Iterable[Column], separator: str = ",", end: str = "\n") -> bytes:
    """Lay columns of equally many rows side by side."""
    pieces: list[Column] = []
    for column in columns:
        if pieces:
            pieces.append(constant_column(separator, column.shape[0]))
        pieces.append(column)
    pieces.append(constant_column(end, pieces[0].shape[0]))
    return np.concatenate(pieces, axis=1).tobytes().translate(None, b"\0")
