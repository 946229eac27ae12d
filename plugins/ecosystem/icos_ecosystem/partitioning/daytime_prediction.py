"""Fluxes of every record from the parameters of the windows before and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ecosystem.partitioning.daytime_results import FITTED, FIXED_SLOPE, FIXED_VPD_EFFECT, RESPIRATION_ONLY
from icos_ecosystem.partitioning.light_response import RESPIRATION, SENSITIVITY, LightResponse, gradient, light_response

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.partitioning.daytime_results import LightResponseWindows

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["Neighbours", "night_respiration", "predicted", "predicted_sd", "quality_of", "windows_around"]

_FORTNIGHT = 14
_LARGEST_EXPONENT = 50.0


class Neighbours(NamedTuple):
    """Of each record the fitted windows before and after it, as indices of windows, the weight of the latter and the distance.

    Attributes
    ----------
    before, after
        (n,) indices; the same one before the first and after the last window.
    weight
        (n,) of the window after.
    distance
        (n,) records to the nearer one.
    """

    before: IntArray
    after: IntArray
    weight: FloatArray
    distance: IntArray


def windows_around(windows: LightResponseWindows, rows: int) -> Neighbours | None:
    """Return the fitted windows around each of so many records; None where no window is fitted.

    Of windows that stand at the same place the first counts.
    """
    fitted = np.flatnonzero(windows.outcome == FITTED)
    if fitted.size == 0:
        return None
    places, first = np.unique(windows.position[fitted], return_index=True)
    index = fitted[first]
    row = np.arange(rows)
    following = np.searchsorted(places, row, side="right")
    before, after = np.maximum(following - 1, 0), np.minimum(following, places.size - 1)
    span = places[after] - places[before]
    weight = np.where((span > 0) & (following > 0), (row - places[before]) / np.maximum(span, 1), 0.0)
    distance = np.minimum(np.abs(row - places[before]), np.abs(places[after] - row))
    return Neighbours(index[before], index[after], weight, distance)


def predicted(windows: LightResponseWindows, around: Neighbours, sw_in: FloatArray, vpd: FloatArray, ta: FloatArray) -> LightResponse:
    """Return production and respiration, linearly between what the parameters of both windows give; drivers as for `light_response`."""
    one = light_response(windows.parameters[around.before], sw_in, vpd, ta)
    other = light_response(windows.parameters[around.after], sw_in, vpd, ta)
    return LightResponse(one.gpp + around.weight * (other.gpp - one.gpp), one.reco + around.weight * (other.reco - one.reco))


def predicted_sd(windows: LightResponseWindows, around: Neighbours, sw_in: FloatArray, vpd: FloatArray, ta: FloatArray) -> LightResponse:
    """Return the standard deviation of production and respiration that follows from those of the parameters.

    Notes
    -----
    The variance of what a window gives is ``gᵀ C g``, with the gradient g of the light response and the parameters' covariance C; between
    windows it is ``(1 - w)² v₁ + w² v₂``, as if their errors were independent. They share half of their records: in truth it is larger.
    """
    by_light, by_warmth = slice(RESPIRATION), slice(RESPIRATION, SENSITIVITY + 1)
    variances = []
    for index, weight in ((around.before, 1.0 - around.weight), (around.after, around.weight)):
        slopes, covariance = gradient(windows.parameters[index], sw_in, vpd, ta), windows.covariance[index]
        variances.append(
            (weight**2 * _variance(slopes.gpp, covariance, by_light), weight**2 * _variance(slopes.reco, covariance, by_warmth))
        )
    return LightResponse(*(np.sqrt(np.maximum(one + other, 0.0)) for one, other in zip(*variances, strict=True)))


def _variance(slopes: FloatArray, covariance: FloatArray, part: slice) -> FloatArray:
    variance: FloatArray = np.einsum("ni,nij,nj->n", slopes[:, part], covariance[:, part, part], slopes[:, part])
    return variance


def quality_of(windows: LightResponseWindows, around: Neighbours, per_day: int) -> NDArray[np.int8]:
    """Return (n,) 0 where all parameters of the nearest window were fitted, 1 where some were not, 2 where it is over a fortnight away."""
    nearest = np.where(around.weight > 0.5, around.after, around.before)
    reduced = (windows.assumed[nearest] & (FIXED_VPD_EFFECT | FIXED_SLOPE | RESPIRATION_ONLY)) != 0
    return np.where(around.distance > _FORTNIGHT * per_day, 2, reduced).astype(np.int8)


def night_respiration(windows: LightResponseWindows, term: FloatArray) -> LightResponse | None:
    """Return respiration from the reference respiration of the nights, and its standard deviation; None where no window has one.

    Parameters
    ----------
    windows
        They stand at their middles; between these, reference respiration and sensitivity are linear.
    term
        (n,) :func:`icos_ecosystem.partitioning.light_response.temperature_effect`.

    Returns
    -------
    LightResponse
        Respiration is `reco`; its standard deviation, that of the sensitivity alone, is in the place of `gpp`.

    Notes
    -----
    With a sensitivity that is uncertain by s, respiration is log-normally distributed: its standard deviation is
    ``R sqrt(exp((s T)²) - 1)`` with the temperature term T.
    """
    known = np.isfinite(windows.sensitivity) & np.isfinite(windows.night_respiration)
    if not known.any():
        return None
    row, centre = np.arange(term.size), windows.centre[known]
    reference = np.interp(row, centre, windows.night_respiration[known])
    reco = reference * np.exp(np.interp(row, centre, windows.sensitivity[known]) * term)
    variance = np.interp(row, centre, windows.sensitivity_sd[known] ** 2)
    return LightResponse(gpp=reco * np.sqrt(np.expm1(np.minimum(variance * term**2, _LARGEST_EXPONENT))), reco=reco)
