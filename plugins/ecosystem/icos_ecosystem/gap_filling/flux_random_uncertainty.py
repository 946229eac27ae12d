"""Random uncertainty of fluxes from the scatter of those under similar weather at about the same time of day.

References
----------
Hollinger and Richardson (2005), Tree Physiol. 25, 873, doi:10.1093/treephys/25.7.873
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.gap_filling.marginal_distribution import Driver

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["RandomUncertainty", "random_uncertainty"]

_DIRECT_DAYS, _SIMILAR_DAYS = 7, 14
_FEWEST = 6


@dataclass(frozen=True, kw_only=True)
class RandomUncertainty:
    """Random uncertainty of each record.

    Attributes
    ----------
    values
        Standard deviation in the flux's unit, shape (n,); NaN where there is none.
    method
        1 from measured fluxes under similar weather, 2 from the uncertainty of similar fluxes, 0 none; shape (n,).
    count
        How many records it is made of, shape (n,).
    """

    values: FloatArray
    method: NDArray[np.int8]
    count: NDArray[np.int32]


def random_uncertainty(
    flux_filled: FloatArray,
    measured: BoolArray,
    drivers: Sequence[Driver],
    *,
    per_day: int,
    minimum_tolerance: float = 2.0,
    relative: float = 0.2,
    centred: bool = False,
) -> RandomUncertainty:
    """Return the random uncertainty of measured and filled fluxes, as ONEFlux estimates it.

    Parameters
    ----------
    flux_filled
        Flux, shape (n,), on a regular grid with its gaps filled; NaN where they are not.
    measured
        Which records are measured, shape (n,).
    drivers
        What makes weather similar, as for the gap filling. One of which every value is missing is as if absent; without any there is no
        uncertainty.
    per_day
        Records of a day: 48 or 24.
    minimum_tolerance
        Difference up to which fluxes are similar with method 2, in the flux's unit; ONEFlux has 2 umol m-2 s-1 and 10 W m-2.
    relative
        Difference up to which larger fluxes are similar, as part of the flux.
    centred
        Take for method 1 half hours from 1 h before to 1 h after the time of day, as documented. Else, like ONEFlux's program, those from
        half an hour before to 1.5 h after. Hourly records are always centred.

    Returns
    -------
    RandomUncertainty
        Values, methods and numbers.

    Raises
    ------
    ValueError
        Where shapes differ, or `per_day` is no multiple of 24.

    Notes
    -----
    Method 1, for measured records: the standard deviation (n - 1) of six or more measured fluxes within seven days and at about the time
    of day, with all drivers within their tolerances. Method 2, for all others: the median of the method-1 values of records from 14 days
    before to less than 14 days after whose flux differs by not more than ``max(relative · |flux|, minimum_tolerance)``.
    """
    if per_day < 24 or per_day % 24:
        raise ValueError(f"per_day must be 48 (half-hourly) or 24 (hourly), got {per_day}")
    if measured.shape != flux_filled.shape:
        raise ValueError(f"measured must have the shape of the flux {flux_filled.shape}, got {measured.shape}")
    for number, driver in enumerate(drivers):
        if driver.values.shape != flux_filled.shape:
            raise ValueError(f"driver {number} must have the shape of the flux {flux_filled.shape}, got {driver.values.shape}")
    flux = np.ascontiguousarray(flux_filled, np.float64)
    values = np.full(flux.size, np.nan)
    method = np.zeros(flux.size, np.int8)
    count = np.zeros(flux.size, np.int32)
    present = [driver for driver in drivers if np.isfinite(driver.values).any()]
    if present:
        hour = per_day // 24
        # ONEFlux shifts the window of half-hourly records by one of them.
        late = 0 if centred or hour == 1 else 1
        known = np.stack([driver.values for driver in present]).astype(np.float64)
        tolerances = np.stack([np.nan_to_num(driver.tolerances()) for driver in present])
        usable = measured & np.isfinite(flux) & np.isfinite(known).all(axis=0)
        _direct(values, method, count, flux, usable, known, tolerances, per_day, late - hour, hour + late)
        _similar(values, method, count, flux, per_day * _SIMILAR_DAYS, minimum_tolerance, relative)
    return RandomUncertainty(values=values, method=method, count=count)


@njit(cache=True, nogil=True)
def _direct(
    values: FloatArray,
    method: NDArray[np.int8],
    count: NDArray[np.int32],
    flux: FloatArray,
    usable: BoolArray,
    drivers: FloatArray,
    tolerances: FloatArray,
    per_day: int,
    first: int,
    last: int,
) -> None:
    """Take the scatter of measured fluxes under similar weather, in place."""
    chosen = np.empty((2 * _DIRECT_DAYS + 1) * (last - first + 1))
    for i in range(flux.size):
        if not usable[i]:
            continue
        number = 0
        for day in range(-_DIRECT_DAYS, _DIRECT_DAYS + 1):
            for j in range(max(i + day * per_day + first, 0), min(i + day * per_day + last + 1, flux.size)):
                similar = usable[j]
                for k in range(drivers.shape[0]):
                    similar = similar and abs(drivers[k, j] - drivers[k, i]) < tolerances[k, i]
                if similar:
                    chosen[number] = flux[j]
                    number += 1
        if number >= _FEWEST:
            mean = chosen[:number].mean()
            values[i] = np.sqrt(((chosen[:number] - mean) ** 2).sum() / (number - 1))
            method[i] = 1
            count[i] = number


@njit(cache=True, nogil=True)
def _similar(
    values: FloatArray,
    method: NDArray[np.int8],
    count: NDArray[np.int32],
    flux: FloatArray,
    window: int,
    minimum_tolerance: float,
    relative: float,
) -> None:
    """Take the median of what similar fluxes have, in place."""
    direct = np.flatnonzero(method == 1)
    of_flux = flux[direct]
    of_value = values[direct]
    chosen = np.empty(direct.size + 1)
    start = stop = 0
    for i in range(flux.size):
        while start < direct.size and direct[start] < i - window:
            start += 1
        while stop < direct.size and direct[stop] < i + window:
            stop += 1
        if method[i] == 1 or np.isnan(flux[i]):
            continue
        tolerance = max(abs(flux[i] * relative), minimum_tolerance)
        low, high = flux[i] - tolerance, flux[i] + tolerance
        number = 0
        for j in range(start, stop):
            chosen[number] = of_value[j]
            number += 1 if low <= of_flux[j] <= high else 0
        if number > 0:
            values[i] = np.median(chosen[:number])
            method[i] = 2
            count[i] = number
