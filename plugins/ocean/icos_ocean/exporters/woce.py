"""Flags of the World Ocean Circulation Experiment as the ocean's data centres use them: 2 good, 3 questionable, 4 bad, 9 missing.

The primary flags "good" and "not evaluated" both become 2: an automatic test that could not be applied says nothing against a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["WOCE_BAD", "WOCE_GOOD", "WOCE_MISSING", "WOCE_QUESTIONABLE", "woce_flags", "woce_of"]

WOCE_GOOD, WOCE_QUESTIONABLE, WOCE_BAD, WOCE_MISSING = 2, 3, 4, 9
_OF_PRIMARY = {GOOD: WOCE_GOOD, NOT_EVALUATED: WOCE_GOOD, QUESTIONABLE: WOCE_QUESTIONABLE, BAD: WOCE_BAD, MISSING: WOCE_MISSING}


def woce_of(flags: NDArray[np.integer]) -> NDArray[np.int8]:
    """Return the WOCE flags of primary flags.

    Raises
    ------
    ValueError
        For a primary flag that the suite does not have.
    """
    table = np.zeros(256, dtype=np.int8)
    table[list(_OF_PRIMARY)] = list(_OF_PRIMARY.values())
    found: NDArray[np.int8] = table[np.asarray(flags, dtype=np.int16)]
    if not found.all():
        unknown = sorted(set(np.asarray(flags)[found == 0].tolist()))
        raise ValueError(f"no WOCE flag for primary flag {unknown[0]}; there are {', '.join(str(flag) for flag in sorted(_OF_PRIMARY))}")
    return found


def woce_flags(stream: xr.Dataset, name: str) -> NDArray[np.int8]:
    """Return the WOCE flag of every row of a quantity: 9 where it is not there, 2 where it has no flag."""
    if name not in stream:
        return np.full(stream.sizes["time"], WOCE_MISSING, dtype=np.int8)
    flag = f"{name}_flag"
    found = woce_of(stream[flag].values) if flag in stream else np.full(stream.sizes["time"], WOCE_GOOD, dtype=np.int8)
    return np.where(np.isnan(stream[name].values), np.int8(WOCE_MISSING), found)
