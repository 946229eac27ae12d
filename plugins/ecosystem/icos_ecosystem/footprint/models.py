"""Which footprint model is used for which half hour, and what happens where it does not apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from icos_ecosystem.footprint.fetch import Fetch
from icos_ecosystem.footprint.hsieh import hsieh
from icos_ecosystem.footprint.kljun_2004 import kljun_2004, kljun_2004_applies
from icos_ecosystem.footprint.kljun_2015 import fetch_of_shape, footprint_shape, refused
from icos_ecosystem.footprint.kormann_meixner import kormann_meixner

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "HSIEH",
    "KLJUN_2004",
    "KLJUN_2015",
    "KORMANN_MEIXNER",
    "MODELS",
    "NO_MODEL",
    "FetchOfModels",
    "FootprintModel",
    "fetch_of_models",
]

KLJUN_2004, KORMANN_MEIXNER, HSIEH, NO_MODEL, KLJUN_2015 = range(5)
MODELS = {"kljun-2004": KLJUN_2004, "kormann-meixner": KORMANN_MEIXNER, "hsieh": HSIEH, "kljun-2015": KLJUN_2015}
"""Name of a model → its code; the first three are EddyPro's."""

FootprintModel = Literal["kljun-2004", "kormann-meixner", "hsieh", "kljun-2015"]


class FetchOfModels(NamedTuple):
    """Distances of each half hour, and where they are from.

    Attributes
    ----------
    fetch
        Distances [m], NaN where there is no model.
    model
        Code of the model that was used, shape (n_periods,), int8: see :data:`MODELS`; 3 where none applies.
    fallbacks
        Number of half hours for which the fallback took the place of the model that was asked for.
    """

    fetch: Fetch
    model: NDArray[np.int8]
    fallbacks: int


class _Inputs(NamedTuple):
    z: FloatArray
    z0: FloatArray
    ustar: FloatArray
    sigma_w: FloatArray
    wind: FloatArray
    zeta: FloatArray
    sigma_v: FloatArray
    layer: FloatArray


def fetch_of_models(
    model: FootprintModel,
    *,
    height: ArrayLike,
    roughness: ArrayLike,
    friction_velocity: ArrayLike,
    sigma_w: ArrayLike,
    wind_speed: ArrayLike,
    stability: ArrayLike,
    sigma_v: ArrayLike = np.nan,
    boundary_layer: ArrayLike = np.nan,
    fallback: FootprintModel | None = None,
    eddypro_steps: bool = False,
) -> FetchOfModels:
    """Return the distances from which shares of the flux come, by one model or by another where it does not apply.

    Those of Kljun et al. have limits. EddyPro falls back from the one of 2004 on Kormann and Meixner (2001) without saying so, as does
    ``fallback="kormann-meixner"``, which is counted. Where EddyPro runs two programs (spectral corrections after Horst, Ibrom or
    Fratini), its friction velocity here is that before spectral corrections, but its stability the final one.

    Parameters
    ----------
    model
        The model to use where it applies.
    height, roughness, friction_velocity, sigma_w, wind_speed, stability
        See the models' own functions; they broadcast to (n_periods,).
    sigma_v, boundary_layer
        Standard deviation of the crosswind [m s-1] and height of the boundary layer [m], for ``kljun-2015``.
    fallback
        The model to use elsewhere; None leaves distances missing.
    eddypro_steps
        Quirk of EddyPro: the steps of its sums, see `whole_metres` of
        :func:`~icos_ecosystem.footprint.kormann_meixner.kormann_meixner` and `step` of :func:`~icos_ecosystem.footprint.hsieh.hsieh`.
    """
    given = (height, roughness, friction_velocity, sigma_w, wind_speed, stability, sigma_v, boundary_layer)
    inputs = _Inputs(*np.broadcast_arrays(*(np.asarray(each, np.float64) for each in given)))
    fetch, applies = _by(model, inputs, eddypro_steps)
    used = np.where(applies, MODELS[model], NO_MODEL).astype(np.int8)
    fetch = Fetch(*(np.where(applies, x, np.nan) for x in fetch))
    replaced = np.zeros(applies.shape, dtype=bool)
    if fallback is not None and fallback != model:
        other, helps = _by(fallback, inputs, eddypro_steps)
        replaced = ~applies & helps
        used[replaced] = MODELS[fallback]
        fetch = Fetch(*(np.where(replaced, y, x) for x, y in zip(fetch, other, strict=True)))
    return FetchOfModels(fetch, used, int(replaced.sum()))


def _by(name: FootprintModel, inputs: _Inputs, eddypro_steps: bool) -> tuple[Fetch, NDArray[np.bool_]]:
    """Return distances after a model, and where it applies."""
    z, z0, ustar, sigma_w, wind, zeta, sigma_v, layer = inputs
    with np.errstate(divide="ignore", invalid="ignore"):
        length = z / zeta
    applies = np.ones(z.shape, dtype=bool)
    if name == "kljun-2004":
        fetch, applies = kljun_2004(z, z0, ustar, sigma_w), kljun_2004_applies(z, ustar, zeta)
    elif name == "kljun-2015":
        fetch = fetch_of_shape(footprint_shape(z, layer, length, ustar, sigma_v, roughness=z0))
        applies = refused(z, layer, length, ustar, sigma_v, roughness=z0) == 0
    elif name == "kormann-meixner":
        fetch = kormann_meixner(z, ustar, wind, zeta, whole_metres=eddypro_steps)
    else:
        fetch = hsieh(z, z0, length, step=5.0 if eddypro_steps else None)
    return fetch, applies & np.isfinite(fetch.peak)
