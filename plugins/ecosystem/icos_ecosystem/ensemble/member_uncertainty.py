"""Random uncertainty of one version of a flux.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.gap_filling.flux_random_uncertainty import random_uncertainty
from icos_ecosystem.gap_filling.marginal_distribution import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icos_ecosystem.ensemble.members import Members
    from icos_ecosystem.gap_filling.flux_random_uncertainty import RandomUncertainty
    from icos_ecosystem.gap_filling.marginal_distribution import Driver
    from icos_ecosystem.gap_filling.schedules import Scheme

__all__ = ["uncertainty_of_member"]


def uncertainty_of_member(members: Members, member: int, drivers: Sequence[Driver], *, per_day: int, scheme: Scheme) -> RandomUncertainty:
    """Return the random uncertainty of the records of a member.

    Parameters
    ----------
    members
        Versions of net ecosystem exchange [umol m-2 s-1].
    member
        Which of them.
    drivers, per_day, scheme
        What they were filled with.

    Returns
    -------
    RandomUncertainty
        [umol m-2 s-1], n records.

    Notes
    -----
    Whether fluxes of two decimals differ by just 2 umol m-2 s-1 is decided by the last bit of a mean. Filled alone, a member's records are
    added up in the order of time, as ONEFlux does; filled together with the others they are not.
    """
    measured = members.quality[member] == 0
    kept = np.where(measured, members.values[member], np.nan)
    alone, _ = fill(kept, drivers, per_day=per_day, scheme=scheme, only_gaps=True).filled(kept)
    return random_uncertainty(alone, measured, drivers, per_day=per_day)
