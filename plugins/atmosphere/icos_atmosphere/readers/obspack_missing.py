"""Codes of missing values that finished products have beside the fill value that they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["whole_numbers", "without_codes"]

_CODES = (-999.99, -999.999, -9999.0, -99999.999, -999999.999)
_TOLERANCE = 1e-6
_LARGEST = 2**31 - 1


def without_codes(values: NDArray[np.float64], *, can_be_negative: bool) -> NDArray[np.float64]:
    """Return values with NaN for codes of missing ones.

    ICOS and NOAA write −999.99 where the declared fill value is −999.999 or NaN, in the units of the gas even where the file is in
    mol mol⁻¹. A value or a bias of exactly that is none; of what cannot be negative, such as a standard deviation, any negative number is a
    code.

    Parameters
    ----------
    values
        (n,) values in the units of the gas.
    can_be_negative
        Whether numbers beside the codes −999.99 and so on may be negative. −9.99 and −99.99 are biases that occur.
    """
    if not can_be_negative:
        return np.where(values < 0, np.nan, values)
    is_code = np.any([np.abs(values - code) < _TOLERANCE for code in _CODES], axis=0)
    return np.where(is_code, np.nan, values)


def whole_numbers(values: NDArray[np.float64], missing: int) -> NDArray[np.int32]:
    """Return counts and identifiers as whole numbers; `missing` for NaN, negative codes and what is beyond 32 bits."""
    plausible = (values >= 0) & (values <= _LARGEST)
    return np.where(plausible, np.where(plausible, values, 0.0), missing).astype(np.int32)
