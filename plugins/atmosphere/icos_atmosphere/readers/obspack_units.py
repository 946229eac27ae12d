"""Values of netCDF files in the units of the vocabulary, free of the noise of 32-bit numbers.

A file that holds 412.34 ppm as a 32-bit 4.1234e-4 mol mol⁻¹ means the decimal number, not the binary one nearest to it: a value is taken as
the shortest decimal number that reads back as the same 32-bit number, and shifted by its power of ten.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from icos_core.exceptions import hint

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["POWERS", "in_power_of_ten", "power_of_units"]

POWERS = {
    "1": 0,
    "mol mol-1": 0,
    "mol/mol": 0,
    "1e-6": -6,
    "umol mol-1": -6,
    "µmol mol-1": -6,
    "micromol mol-1": -6,
    "ppm": -6,
    "1e-9": -9,
    "nmol mol-1": -9,
    "nanomol mol-1": -9,
    "ppb": -9,
    "1e-12": -12,
    "pmol mol-1": -12,
    "picomol mol-1": -12,
    "ppt": -12,
}
"""Spellings of units of mole fractions → power of ten."""

_MOST_DIGITS = 10
_EXACT = 22
"""Largest power of ten that is a float64 without rounding."""


def power_of_units(units: str) -> int:
    """Return the power of ten that a unit of mole fractions stands for.

    Raises
    ------
    ValueError
        For any other unit, with the nearest one.
    """
    plain = " ".join(units.replace("μ", "µ").replace("-¹", "-1").replace("^", "").split())
    if plain not in POWERS:
        raise ValueError(f"{units!r} is no unit of mole fractions that is known; expected one of {', '.join(POWERS)}{hint(units, POWERS)}")
    return POWERS[plain]


def in_power_of_ten(values: NDArray[np.floating], power: int) -> NDArray[np.float64]:
    """Return values times a power of ten, as decimal numbers.

    Parameters
    ----------
    values
        (n,) numbers; 64-bit ones that are all 32-bit numbers count as such.
    power
        -9 to 12.
    """
    wide = np.asarray(values, dtype=np.float64)
    narrow = _narrow(wide)
    if narrow is None:
        return wide if power == 0 else np.array([float(Decimal(repr(value)).scaleb(power)) for value in wide.tolist()], dtype=np.float64)
    result = wide.copy()
    rows = np.flatnonzero(np.isfinite(wide) & (wide != 0.0))
    whole, places = _shortest_decimals(narrow[rows])
    shift = places - power
    result[rows] = np.where(shift >= 0, whole / 10.0 ** np.maximum(shift, 0), whole * 10.0 ** np.maximum(-shift, 0))
    for row, digits, exponent in ((rows[at], whole[at], -shift[at]) for at in np.flatnonzero(np.abs(shift) > _EXACT)):
        result[row] = float(f"{int(digits)}e{int(exponent)}")
    return result


def _narrow(wide: NDArray[np.float64]) -> NDArray[np.float32] | None:
    with np.errstate(over="ignore"):
        narrow = wide.astype(np.float32)
    same = (narrow == wide) | np.isnan(wide)
    return narrow if same.all() else None


def _shortest_decimals(values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return whole numbers and places with ``values == float32(whole / 10**places)`` and as few digits as can be."""
    wide = values.astype(np.float64)
    exponent = np.floor(np.log10(np.abs(wide))).astype(np.int64)
    whole, found = np.zeros(wide.shape), np.zeros(wide.shape, dtype=np.int64)
    left = np.arange(wide.size)
    for digits in range(1, _MOST_DIGITS + 1):
        places = digits - 1 - exponent[left]
        scale = 10.0 ** places.astype(np.float64)
        rounded = np.rint(wide[left] * scale)
        with np.errstate(over="ignore"):
            done = (rounded / scale).astype(np.float32) == values[left]
        if digits == _MOST_DIGITS:
            done[:] = True
        whole[left[done]], found[left[done]] = rounded[done], places[done]
        left = left[~done]
    return whole, found
