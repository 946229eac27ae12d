"""Storage below the height of measurement from the change of one value in time, as if it held for the whole column."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["gas_storage", "heat_storage"]


def heat_storage(change: FloatArray, heat_capacity: FloatArray, height: FloatArray, seconds: float) -> FloatArray:
    """Return the heat [W m-2] that the column takes up.

    Parameters
    ----------
    change
        (n,) of the air's temperature since the period before [K].
    heat_capacity
        (n,) ``rho cp`` [J m-3 K-1].
    height
        (n,) of the instruments above ground [m].
    seconds
        Length of a period.

    References
    ----------
    Aubinet, M. et al. (2012), Eddy Covariance, chapter 2, doi:10.1007/978-94-007-2351-1_2.
    """
    return heat_capacity * change * height / seconds


def gas_storage(change: FloatArray, molar_volume: FloatArray, height: FloatArray, seconds: float) -> FloatArray:
    """Return the amount of a gas [µmol m-2 s-1; of water vapour mmol m-2 s-1] that the column takes up.

    Parameters
    ----------
    change
        (n,) of its mole fraction since the period before [µmol mol-1; of water vapour mmol mol-1].
    molar_volume
        (n,) of the air [m3 mol-1].
    height, seconds
        As in :func:`heat_storage`.
    """
    return change / molar_volume * height / seconds
