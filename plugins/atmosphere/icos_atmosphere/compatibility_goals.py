"""How far apart stations of one network may be: the network compatibility goals of WMO/GAW.

======== ======== ================ ======== ==================================================================================
gas      goal     south of 0°      extended evidence
======== ======== ================ ======== ==================================================================================
CO2      0.1      0.05             0.2      goal: Rella et al. (2013), Reum et al. (2019); extended: unverified
CH4      2        2                5        goal: the same; extended: unverified
CO       2        2                5        goal: seen in the literature; extended: unverified
N2O      0.1      0.1              0.3      unverified
======== ======== ================ ======== ==================================================================================

µmol mol⁻¹ for CO2, nmol mol⁻¹ for the others. The extended goals are for regional studies with large gradients.

References
----------
Rella, C. W. et al. (2013), Atmos. Meas. Tech. 6, 837-860, doi:10.5194/amt-6-837-2013.
Reum, F. et al. (2019), Atmos. Meas. Tech. 12, 1013-1027, doi:10.5194/amt-12-1013-2019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from icos_core.exceptions import hint

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["COMPATIBILITY_GOALS", "SOUTHERN_GOALS", "Goals", "compatibility_goals"]


class Goals(NamedTuple):
    """Largest bias that the network accepts, and the one for regional studies, in the unit of the gas."""

    goal: float
    extended: float


COMPATIBILITY_GOALS: Mapping[str, Goals] = {
    "co2": Goals(0.1, 0.2),
    "ch4": Goals(2.0, 5.0),
    "co": Goals(2.0, 5.0),
    "n2o": Goals(0.1, 0.3),
}
"""Gas → goals."""

SOUTHERN_GOALS: Mapping[str, Goals] = {"co2": Goals(0.05, 0.2)}
"""Gas → goals of the southern hemisphere, where they are others."""


def compatibility_goals(gas: str, latitude: float | None = None) -> Goals:
    """Return the goals of a gas.

    Parameters
    ----------
    gas
        Name of the gas.
    latitude
        Latitude of the station, degrees north; without it those of the northern hemisphere.

    Raises
    ------
    ValueError
        For a gas without goals.
    """
    if gas not in COMPATIBILITY_GOALS:
        raise ValueError(f"no compatibility goal of {gas!r} is known{hint(gas, COMPATIBILITY_GOALS)}")
    if latitude is not None and latitude < 0.0:
        return SOUTHERN_GOALS.get(gas, COMPATIBILITY_GOALS[gas])
    return COMPATIBILITY_GOALS[gas]
