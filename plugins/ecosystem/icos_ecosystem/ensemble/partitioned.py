"""Respiration and gross primary production of the FLUXNET product at every resolution, from their members.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icos_ecosystem.ensemble.member_percentiles import SHARES, across_members
from icos_ecosystem.ensemble.references import aggregated_members, references_by_resolution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["PartitionedFlux", "summarise_partitioned"]

_LEAST, _LEAST_FOR_ALL = 11, 30
"""Members that must have a value for the quartiles, mean and standard error, and for all percentiles."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PartitionedFlux:
    """Columns of respiration or gross primary production.

    Attributes
    ----------
    columns
        Resolution → end of the name (``REF``, ``USTAR50``, ``MEAN``, ``SE``, ``05`` …) → (p,).
    references
        Resolution → number of the member that is the reference; None where there is none.
    """

    columns: dict[str, dict[str, FloatArray]]
    references: dict[str, int | None]


def summarise_partitioned(values: FloatArray, calendar: SiteCalendar) -> PartitionedFlux:
    """Return reference, median threshold, mean and percentiles of a partitioned flux.

    Parameters
    ----------
    values
        Versions of the flux [umol m-2 s-1], shape (members, n); the last one is that of the median threshold. NaN where the partitioning
        failed: whole years, or members with few records left.
    calendar
        Of the records.

    Returns
    -------
    PartitionedFlux
        Half-hourly (or hourly) [umol m-2 s-1], ``dd``, ``ww``, ``mm`` [g C m-2 d-1], ``yy`` [g C m-2 y-1]. With ten members or fewer
        nothing is told of their mean and percentiles, with fewer than thirty only the quartiles.

    Notes
    -----
    The reference is one among these versions, not that of the net ecosystem exchange: that of respiration, that of gross primary
    production and that of the exchange do not add up.
    """
    aggregated = aggregated_members(values, calendar)
    ensemble = {resolution: members[:-1] for resolution, members in aggregated.items()}
    references = references_by_resolution(ensemble, calendar)
    columns = {}
    for resolution, members in aggregated.items():
        across = across_members(members[:-1], least=_LEAST, least_for_all=_LEAST_FOR_ALL)
        reference = references[resolution]
        found = {} if reference is None else {"REF": members[reference]}
        found |= {"USTAR50": members[-1], "MEAN": across.mean, "SE": across.standard_error}
        columns[resolution] = found | {f"{share:02d}": across.percentiles[index] for index, share in enumerate(SHARES)}
    return PartitionedFlux(columns=columns, references=references)
