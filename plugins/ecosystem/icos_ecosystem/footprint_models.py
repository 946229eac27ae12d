"""Which footprint model is used for which half hour, and what happens where it does not apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from icos_ecosystem.footprint_fetch import Fetch
from icos_ecosystem.footprint_hsieh import hsieh
from icos_ecosystem.footprint_kljun_2004 import kljun_2004, kljun_2004_applies
from icos_ecosystem.footprint_kormann_meixner import kormann_meixner

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["HSIEH", "KLJUN_2004", "KORMANN_MEIXNER", "MODELS", "NO_MODEL", "FetchOfModels", "FootprintModel", "fetch_of_models"]

KLJUN_2004, KORMANN_MEIXNER, HSIEH, NO_MODEL = 0, 1, 2, -1
MODELS = {"kljun-2004": KLJUN_2004, "kormann-meixner": KORMANN_MEIXNER, "hsieh": HSIEH}
"""Name of a model → EddyPro's code of it."""

FootprintModel = Literal["kljun-2004", "kormann-meixner", "hsieh"]


class FetchOfModels(NamedTuple):
    """Distances of each half hour, and where they are from.

    Attributes
    ----------
    fetch
        Distances [m], NaN where there is no model.
    model
        Code of the model that was used, shape (n_periods,), int8: see :data:`MODELS`; -1 where none applies.
    fallbacks
        Number of half hours for which the fallback took the place of the model that was asked for.
    """

    fetch: Fetch
    model: NDArray[np.int8]
    fallbacks: int


def fetch_of_models(
    model: FootprintModel,
    *,
    height: ArrayLike,
    roughness: ArrayLike,
    friction_velocity: ArrayLike,
    sigma_w: ArrayLike,
    wind_speed: ArrayLike,
    stability: ArrayLike,
    fallback: FootprintModel | None = None,
    eddypro_steps: bool = False,
) -> FetchOfModels:
    """Return the distances from which shares of the flux come, by one model or by another where it does not apply.

    Only the model of Kljun et al. (2004) has limits. EddyPro falls back on Kormann and Meixner (2001) without saying so, as does
    ``fallback="kormann-meixner"``, which is counted.

    Parameters
    ----------
    model
        The model to use where it applies.
    height, roughness, friction_velocity, sigma_w, wind_speed, stability
        See the models' own functions; they broadcast to (n_periods,).
    fallback
        The model to use elsewhere; None leaves distances missing.
    eddypro_steps
        Quirk of EddyPro: the steps of its sums, see `whole_metres` of
        :func:`~icos_ecosystem.footprint_kormann_meixner.kormann_meixner` and `step` of :func:`~icos_ecosystem.footprint_hsieh.hsieh`.
    """
    inputs = (height, roughness, friction_velocity, sigma_w, wind_speed, stability)
    z, z0, ustar, sigma, wind, zeta = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in inputs))

    def by(name: FootprintModel) -> Fetch:
        if name == "kljun-2004":
            return kljun_2004(z, z0, ustar, sigma)
        if name == "kormann-meixner":
            return kormann_meixner(z, ustar, wind, zeta, whole_metres=eddypro_steps)
        with np.errstate(divide="ignore"):
            return hsieh(z, z0, z / zeta, step=5.0 if eddypro_steps else None)

    applies = _applies(model, by(model), kljun_2004_applies(z, ustar, zeta))
    used = np.where(applies, MODELS[model], NO_MODEL).astype(np.int8)
    fetch = Fetch(*(np.where(applies, x, np.nan) for x in by(model)))
    replaced = np.zeros(applies.shape, dtype=bool)
    if fallback is not None and fallback != model:
        other = by(fallback)
        replaced = ~applies & _applies(fallback, other, kljun_2004_applies(z, ustar, zeta))
        used[replaced] = MODELS[fallback]
        fetch = Fetch(*(np.where(replaced, y, x) for x, y in zip(fetch, other, strict=True)))
    return FetchOfModels(fetch, used, int(replaced.sum()))


def _applies(name: FootprintModel, fetch: Fetch, within: NDArray[np.bool_]) -> NDArray[np.bool_]:
    has_answer: NDArray[np.bool_] = np.isfinite(fetch.peak)
    return has_answer & within if name == "kljun-2004" else has_answer
