"""Sonic temperature and the wind across the paths on which it is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.instruments.sonic_models import SonicModel

__all__ = ["cross_wind_correction"]

_SPEED_SQUARED_PER_KELVIN = 403.0


def cross_wind_correction(u: NDArray[np.float64], v: NDArray[np.float64], w: NDArray[np.float64], model: SonicModel) -> NDArray[np.float64]:
    """Return what has to be added to a sonic temperature that is not corrected for cross wind.

    Parameters
    ----------
    u, v, w
        Wind in the anemometer's axes before any rotation, m s-1, each (n,).
    model
        The anemometer.

    Returns
    -------
    ndarray
        (n,) K; NaN where the wind is missing.

    Raises
    ------
    ValueError
        For a model that corrects the temperature itself, or whose paths are not known.

    Notes
    -----
    Sound along a path takes longer the stronger the wind across it: ``ΔT = V²/403`` with the wind V normal to the path, as mean over three
    paths. In table 1 of the paper, ``V² = A u² + B v² + C uv`` for each path. With paths at 120° that rise by φ, the directions cancel
    in the mean, ``V² = (1 - cos²φ/2)(u² + v²)``: this holds for each anemometer of the table. A Gill R2 measures the temperature on its
    first path only, ``V² = (1 - cos²φ) u² + v²``. The vertical wind's share is neglected there, and here.

    References
    ----------
    Liu et al. (2001), Boundary-Layer Meteorol. 100, 459, doi:10.1023/A:1019207031397
    """
    if model.corrects_cross_wind:
        raise ValueError(f"cross wind: {model.name} corrects its sonic temperature itself, a second time would be too much")
    if model.path_elevation is None:
        raise ValueError(f"cross wind: the transducer paths of {model.name} are not known, its sonic temperature cannot be corrected")
    along = np.cos(np.radians(model.path_elevation)) ** 2
    normal = (1.0 - along) * u**2 + v**2 if model.single_path else (1.0 - along / 2.0) * (u**2 + v**2)
    return np.where(np.isnan(w), np.nan, normal / _SPEED_SQUARED_PER_KELVIN)
