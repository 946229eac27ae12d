"""Flags of reference table 2, which OceanSITES and the Copernicus in-situ centre share.

0 no QC performed, 1 good, 2 probably good, 3 bad but potentially correctable, 4 bad, 5 value changed, 7 nominal, 8 interpolated, 9 missing;
6 is not used by Copernicus, and a value below detection in OceanSITES.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD, GOOD, MISSING, NOT_EVALUATED, QUESTIONABLE, category_words

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["INTERPOLATED", "MEANINGS", "NOMINAL", "NO_QC", "table_2_flags", "worse"]

NO_QC, NOMINAL, INTERPOLATED = 0, 7, 8
MEANINGS = (
    "no_qc_performed",
    "good_data",
    "probably_good_data",
    "bad_data_that_are_potentially_correctable",
    "bad_data",
    "value_changed",
    "not_used",
    "nominal_value",
    "interpolated_value",
    "missing_value",
)

# From best to worst: good, nominal, interpolated, changed, not evaluated (or not used), probably good, correctable, bad, missing.
_RANK = np.argsort([1, 7, 8, 5, 6, 0, 2, 3, 4, 9])


def table_2_flags(stream: xr.Dataset, name: str, questionable: int = 2) -> NDArray[np.int8]:
    """Return the flag of every row of a quantity.

    Parameters
    ----------
    stream
        Rows with their flags.
    name
        The quantity; one that is not there is missing.
    questionable
        What a questionable value becomes: 2 or 3.

    Notes
    -----
    A good value that was interpolated is 8; a value that no test could be applied to is 0.
    """
    size = stream.sizes["time"]
    if name not in stream:
        return np.full(size, MISSING, dtype=np.int8)
    table = np.full(MISSING + 1, NO_QC, dtype=np.int8)
    table[[GOOD, NOT_EVALUATED, QUESTIONABLE, BAD, MISSING]] = [1, NO_QC, questionable, 4, 9]
    flag, source = f"{name}_flag", f"{name}_source"
    found = table[stream[flag].values] if flag in stream else np.full(size, NO_QC, dtype=np.int8)
    code = category_words(stream, source).get("interpolated") if source in stream else None
    if code is not None:
        found = np.where((stream[source].values == code) & (found == 1), np.int8(INTERPOLATED), found)
    return np.where(np.isnan(stream[name].values), np.int8(MISSING), found)


def worse(left: NDArray[np.int8], right: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return the worse of two flags; their numbers are in no order: interpolated is 8, and not evaluated 0 is worse than good."""
    return np.where(_RANK[left] >= _RANK[right], left, right)
