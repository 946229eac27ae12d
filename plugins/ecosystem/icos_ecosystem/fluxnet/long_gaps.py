"""Values deep inside long gaps, taken out of the FLUXNET product again.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.ensemble.member_percentiles import SHARES
from icos_ecosystem.gap_filling.long_gaps import long_gap_mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.fluxnet.table import ProductTable

__all__ = ["clear_long_gaps"]


def clear_long_gaps(
    table: ProductTable,
    carbon: Mapping[str, Mapping[str, NDArray[np.int8]]],
    others: Mapping[str, NDArray[np.int8]],
    *,
    margin: float,
    fewest: float,
) -> None:
    """Take out what fills long gaps, at every resolution.

    Parameters
    ----------
    table
        The columns.
    carbon
        Pool → version (``REF``, ``USTAR50``, ``05`` …) → (n,) quality of its net ecosystem exchange. A version of respiration and
        production is missing where that of the exchange is; mean and standard error are where one of the percentiles is.
    others
        Beginning of the name (``LE``, ``H``, ``G``) → (n,) quality.
    margin, fewest
        See :func:`icos_ecosystem.gap_filling.long_gaps.long_gap_mask`.
    """

    def deep(quality: NDArray[np.int8]) -> NDArray[np.bool_]:
        return long_gap_mask(quality, per_day=table.calendar.per_day, margin=margin, fewest=fewest)

    for pool, versions in carbon.items():
        masks = {version: deep(quality) for version, quality in versions.items()}
        of_percentiles = np.zeros(table.calendar.size, np.bool_)
        for share in SHARES:
            of_percentiles |= masks[f"{share:02d}"]
        for version, mask in (masks | {"MEAN": of_percentiles, "SE": of_percentiles}).items():
            table.clear(mask, re.compile(rf"(?:NEE|(?:RECO|GPP)_[ND]T)_{pool}_{version}(?:_|$)"))
    for stem, quality in others.items():
        table.clear(deep(quality), re.compile(rf"{stem}_"))
