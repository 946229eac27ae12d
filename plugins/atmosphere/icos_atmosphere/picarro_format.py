r"""Text of a Picarro analyser's ``DataLog_User`` files, byte for byte as the instruments write it.

Every field is put to the left of 26 characters, in the header too; the line ends follow (``\r\n`` of G2301, ``\n`` of G2508, G2201-i and
G4301). Readings have the form ``%.10E``, with two digits of the exponent or, of older software, three. The columns of time are those of
one instant in whole milliseconds, made of it in floating point: TIME is cut off after the third decimal, so 27.155 s can stand there as
27.154. On some analysers DATE and TIME, or the fractions of the year, are in local time; EPOCH_TIME is in UTC on all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    Text = NDArray[np.uint8]

__all__ = ["FIELD_WIDTH", "clock_columns", "log_bytes", "write_log"]

FIELD_WIDTH = 26
"""Characters of a field."""

_DAY = 86_400_000
_INTEGERS = ("ALARM_STATUS", "INST_STATUS")
_DIGITS_AFTER_POINT = 10
_NEAR_HALF = 0.4999  # beyond it the last bit of a scaled number may decide how its last digit is rounded
_EXACT_POWER = 22  # 10**22 is the largest power of ten that float64 holds exactly
_POWERS = 10.0 ** np.arange(_EXACT_POWER + 1)
_FOUR_DIGITS = np.frombuffer("".join(f"{number:04d}" for number in range(10_000)).encode(), dtype=np.uint32)


def write_log(
    path: Path, columns: Mapping[str, ArrayLike], *, line_end: Literal["\r\n", "\n"] = "\r\n", exponent_digits: Literal[2, 3] = 2
) -> None:
    r"""Write a file as the analyser writes it.

    Parameters
    ----------
    path
        File to write.
    columns
        Name in the header → (n,) values, in the order of the file. DATE, TIME, FRAC_DAYS_SINCE_JAN1, FRAC_HRS_SINCE_JAN1, JULIAN_DAYS
        and EPOCH_TIME take moments in UTC (``datetime64``): see :func:`clock_columns`. ALARM_STATUS and INST_STATUS take integers,
        all others numbers.
    line_end
        ``"\r\n"`` or ``"\n"``.
    exponent_digits
        2 or 3 digits of the exponent.

    Raises
    ------
    ValueError
        For columns of different length, a name that is too long for a field or has blanks, or moments before 1970.
    """
    path.write_bytes(log_bytes(columns, line_end=line_end, exponent_digits=exponent_digits))


def clock_columns(time: ArrayLike, *, julian_days: bool = True) -> dict[str, NDArray[np.datetime64]]:
    """Return the columns of time that a file begins with; G2201-i and G4301 write no JULIAN_DAYS.

    Parameters
    ----------
    time
        (n,) moments in UTC.
    julian_days
        Whether there is a column JULIAN_DAYS.
    """
    moments = np.asarray(time, dtype="datetime64[ns]")
    names = ("DATE", "TIME", "FRAC_DAYS_SINCE_JAN1", "FRAC_HRS_SINCE_JAN1", *(("JULIAN_DAYS",) if julian_days else ()), "EPOCH_TIME")
    return dict.fromkeys(names, moments)


def log_bytes(columns: Mapping[str, ArrayLike], *, line_end: Literal["\r\n", "\n"] = "\r\n", exponent_digits: Literal[2, 3] = 2) -> bytes:
    """Return the content of the file that :func:`write_log` writes."""
    arrays = {name: np.asarray(values, dtype="datetime64[ns]" if name in _CLOCK else None) for name, values in columns.items()}
    sizes = {name: array.size for name, array in arrays.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(f"columns of different length: {sizes}")
    unfit = [name for name in arrays if len(name) >= FIELD_WIDTH or name.split() != [name]]
    if unfit:
        raise ValueError(f"names of columns have up to {FIELD_WIDTH - 1} characters and no blanks: {unfit}")
    width = FIELD_WIDTH * len(arrays)
    text = np.full((max(sizes.values(), default=0), width + len(line_end)), ord(" "), dtype=np.uint8)
    text[:, width:] = np.frombuffer(line_end.encode(), dtype=np.uint8)
    for number, (name, array) in enumerate(arrays.items()):
        field = text[:, FIELD_WIDTH * number : FIELD_WIDTH * (number + 1)]
        if name in _CLOCK:
            milliseconds = (array.astype(np.int64) + 500_000) // 1_000_000
            if (milliseconds < 0).any():
                raise ValueError(f"{name}: moments before 1970 or missing")
            _CLOCK[name](field, milliseconds)
        elif name in _INTEGERS:
            _write_texts(field, [str(int(value)) for value in array.tolist()])
        else:
            _write_scientific(field, np.asarray(array, dtype=np.float64), exponent_digits)
    header = "".join(name.ljust(FIELD_WIDTH) for name in arrays) + line_end
    return header.encode("ascii") + text.tobytes()


def _letters(text: str) -> Text:
    return np.frombuffer(text.ljust(FIELD_WIDTH).encode("ascii"), dtype=np.uint8)


def _write_texts(field: Text, texts: list[str]) -> None:
    """Write texts, few of them different, to the left of a field."""
    distinct, rows = np.unique(np.array(texts, dtype=f"S{FIELD_WIDTH}"), return_inverse=True)
    letters = distinct.view(np.uint8).reshape(distinct.size, FIELD_WIDTH)
    field[:] = np.where(letters == 0, np.uint8(ord(" ")), letters)[rows.reshape(-1)]


def _digits(numbers: NDArray[np.int64], count: int) -> Text:
    """Return the last digits of each number as text, with zeros in front: (n, count)."""
    groups = -(-count // 4)
    text = np.empty((numbers.size, groups), dtype=np.uint32)
    rest = numbers
    for group in reversed(range(groups)):
        rest, last = np.divmod(rest, 10_000)
        text[:, group] = _FOUR_DIGITS[last]
    return text.view(np.uint8)[:, 4 * groups - count :]


def _write_fixed(field: Text, scaled: NDArray[np.int64], decimals: int) -> None:
    """Write integers over 10**decimals with a point, to the left."""
    longest = len(str(int(scaled.max(initial=0))))
    for before in range(1, max(longest - decimals, 1) + 1):
        lowest = 10 ** (before + decimals - 1) if before > 1 else 0
        rows = np.flatnonzero((scaled >= lowest) & (scaled < 10 ** (before + decimals)))
        text = _digits(scaled[rows], before + decimals)
        field[rows, :before] = text[:, :before]
        field[rows, before] = ord(".")
        field[rows, before + 1 : before + 1 + decimals] = text[:, before:]


def _write_decimal(field: Text, values: NDArray[np.float64], decimals: int) -> None:
    """Write numbers from 0 on with a fixed number of decimals, as ``%.8f`` does."""
    scaled = values * 10.0**decimals
    nearest = np.rint(scaled)
    _write_fixed(field, nearest.astype(np.int64), decimals)
    for row in np.flatnonzero(np.abs(scaled - nearest) >= _NEAR_HALF).tolist():
        field[row] = _letters(f"{values[row]:.{decimals}f}")


def _write_date(field: Text, milliseconds: NDArray[np.int64]) -> None:
    days, rows = np.unique(milliseconds // _DAY, return_inverse=True)
    texts = np.datetime_as_string(days.astype("datetime64[D]")).astype("S10")
    field[:, :10] = texts.view(np.uint8).reshape(days.size, 10)[rows.reshape(-1)]


def _write_time(field: Text, milliseconds: NDArray[np.int64]) -> None:
    seconds = milliseconds // 1000
    below = milliseconds / 1000.0 - seconds
    for place, (part, count) in {
        0: (seconds // 3600 % 24, 2),
        3: (seconds // 60 % 60, 2),
        6: (seconds % 60, 2),
        9: (np.floor(below * 1e6).astype(np.int64) // 1000, 3),
    }.items():
        field[:, place : place + count] = _digits(part, count)
    field[:, (2, 5)] = ord(":")
    field[:, 8] = ord(".")


def _since_new_year(milliseconds: NDArray[np.int64]) -> NDArray[np.float64]:
    new_year = milliseconds.astype("datetime64[ms]").astype("datetime64[Y]").astype("datetime64[s]").astype(np.int64)
    return np.asarray(milliseconds / 1000.0 - new_year)


def _write_days(field: Text, milliseconds: NDArray[np.int64]) -> None:
    _write_decimal(field, _since_new_year(milliseconds) / 86400, 8)


def _write_julian_days(field: Text, milliseconds: NDArray[np.int64]) -> None:
    _write_decimal(field, _since_new_year(milliseconds) / 86400 + 1, 8)


def _write_hours(field: Text, milliseconds: NDArray[np.int64]) -> None:
    _write_decimal(field, _since_new_year(milliseconds) / 3600, 6)


def _write_epoch(field: Text, milliseconds: NDArray[np.int64]) -> None:
    _write_fixed(field, milliseconds, 3)


_CLOCK: Mapping[str, Callable[[Text, NDArray[np.int64]], None]] = {
    "DATE": _write_date,
    "TIME": _write_time,
    "FRAC_DAYS_SINCE_JAN1": _write_days,
    "FRAC_HRS_SINCE_JAN1": _write_hours,
    "JULIAN_DAYS": _write_julian_days,
    "EPOCH_TIME": _write_epoch,
}


def _write_scientific(field: Text, values: NDArray[np.float64], exponent_digits: int) -> None:
    """Write numbers as ``%.10E`` does.

    Eleven digits are an integer that float64 holds, and so is the power of ten that a number is scaled by: the scaled number is off by
    its last bit at most, which decides a digit only near half-way. Those few, and what the scale does not reach, are left to Python.
    """
    magnitude = np.abs(values)
    is_zero = magnitude == 0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        exponent = np.floor(np.log10(np.where(is_zero | ~np.isfinite(values), 1.0, magnitude))).astype(np.int64)
        power = _DIGITS_AFTER_POINT - exponent
        factor = _POWERS[np.minimum(np.abs(power), _EXACT_POWER)]
        scaled = np.where(power >= 0, magnitude * factor, magnitude / factor)
        nearest = np.rint(scaled)
        plain = (np.abs(power) <= _EXACT_POWER) & (nearest >= 10.0**10) & (nearest < 10.0**11) & (np.abs(scaled - nearest) < _NEAR_HALF)
    mantissa = np.where(plain, nearest, 0.0).astype(np.int64)
    plain |= is_zero
    digits = _digits(mantissa, 1 + _DIGITS_AFTER_POINT)
    end = 2 + _DIGITS_AFTER_POINT
    text = np.empty((values.size, end + 2 + exponent_digits), dtype=np.uint8)
    text[:, 0] = digits[:, 0]
    text[:, 1] = ord(".")
    text[:, 2:end] = digits[:, 1:]
    text[:, end] = ord("E")
    text[:, end + 1] = np.where(exponent < 0, ord("-"), ord("+"))
    text[:, end + 2 :] = _digits(np.abs(exponent), exponent_digits)
    is_negative = np.signbit(values)
    if is_negative.any():
        rows = np.flatnonzero(is_negative)
        field[:, : text.shape[1]] = text
        field[rows, 0] = ord("-")
        field[rows, 1 : text.shape[1] + 1] = text[rows]
    else:
        field[:, : text.shape[1]] = text
    for row in np.flatnonzero(~plain).tolist():
        number, _, power_text = f"{values[row]:.{_DIGITS_AFTER_POINT}E}".partition("E")
        whole = f"{number}E{power_text[0]}{power_text[1:].zfill(exponent_digits)}" if power_text else number
        field[row] = _letters(whole)
