"""Wind speed at 10 m from wind at the height of an anemometer.

References
----------
Peixoto, J. P., and Oort, A. H. (1992), Physics of Climate, American Institute of Physics, ISBN 0-88318-712-4.
Hsu, S. A., Meindl, E. A., and Gilhousen, D. B. (1994), Determining the power-law wind-profile exponent under near-neutral stability
conditions at sea, J. Appl. Meteorol. 33, 757-765, doi:10.1175/1520-0450(1994)033<0757:DTPLWP>2.0.CO;2.
"""

from __future__ import annotations

import math

__all__ = ["PROFILES", "REFERENCE_HEIGHT", "wind_factor"]

REFERENCE_HEIGHT = 10.0
"""m."""

PROFILES = {"logarithmic": 1.52e-4, "power": 0.11}
"""Profile → its parameter: roughness length in m (Peixoto and Oort 1992), exponent (Hsu et al. 1994); both unverified."""


def wind_factor(height: float, profile: str = "logarithmic", parameter: float | None = None) -> float:
    """Return what wind speed at a height is multiplied by to give that at 10 m, in a neutral atmosphere.

    Parameters
    ----------
    height : float
        Of the anemometer above the sea, m.
    profile : {"logarithmic", "power"}
        ``ln(10 / z0) / ln(height / z0)`` or ``(10 / height) ** exponent``.
    parameter : float, optional
        Roughness length z0 in m, or exponent; default is that of `PROFILES`.

    Raises
    ------
    ValueError
        For an unknown profile, or a height not above the roughness length.
    """
    if profile not in PROFILES:
        raise ValueError(f"no wind profile {profile!r}; there are {', '.join(PROFILES)}")
    value = PROFILES[profile] if parameter is None else parameter
    if not height > (value if profile == "logarithmic" else 0.0):
        raise ValueError(f"the anemometer's height must be above {value if profile == 'logarithmic' else 0.0:g} m, got {height:g}")
    if profile == "logarithmic":
        return math.log(REFERENCE_HEIGHT / value) / math.log(height / value)
    return float((REFERENCE_HEIGHT / height) ** value)
