"""Numbers as Fortran's general format writes them: six significant digits, ``0.344001``, ``-22.0754``, ``-0.380340E-13``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.exporters import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.exporters.text import Column

__all__ = ["MISSING", "general", "general_column", "whole_column"]

MISSING = "-9999.0"
_DIGITS = 6


def general(value: float) -> str:
    """Return a number as format G with six significant digits writes it.

    Numbers of at least 0.1 and less than 1 000 000 stand without exponent, others as ``0.dddddd`` times a power of ten. What is not
    finite becomes ``-9999.0``.
    """
    if not np.isfinite(value):
        return MISSING
    mantissa, power = f"{abs(value):.{_DIGITS - 1}E}".split("E")
    digits, before = mantissa.replace(".", ""), int(power) + 1
    sign = "-" if value < 0 else ""
    if 0 <= before <= _DIGITS:
        return f"{sign}{digits[:before] or '0'}.{digits[before:]}"
    return f"{sign}0.{digits}E{before:+03d}"


def general_column(values: NDArray[np.float64]) -> Column:
    """Return numbers of shape (n,) as text, (n, width)."""
    found, codes = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True)
    return text.word_column(codes.reshape(-1), [general(value) for value in found.tolist()])


def whole_column(values: NDArray[np.float64]) -> Column:
    """Return whole numbers of shape (n,) without a point, (n, width); a number that is not whole as :func:`general` writes it."""
    found, codes = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True)
    words = [f"{value:.0f}" if np.isfinite(value) and value == round(value) else general(value) for value in found.tolist()]
    return text.word_column(codes.reshape(-1), words)
