"""Spread of net ecosystem exchange in like weather: the weights of the light-response fits as ONEFlux finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["spread_in_like_weather", "survival_of"]

_THREE_DRIVERS, _RADIATION, _HOUR = 1, 2, 3
_STAGES = (
    *((_THREE_DRIVERS, 14 * times) for times in (1, 2)),
    (_RADIATION, 14),
    *((_HOUR, days) for days in (1, 3, 5)),
    *((_THREE_DRIVERS, 14 * times) for times in range(3, 12)),
    *((_RADIATION, 14 * times) for times in range(2, 12)),
    *((_HOUR, 7 * times) for times in range(1, 62)),
)
"""What has to be alike, and the whole length of the window in days, in the order of the attempts."""
_FEWEST = 10


def survival_of(kept: BoolArray) -> NDArray[np.int16] | None:
    """Return of how many members each record is part, where members only lose records from one to the next; else nothing.

    Parameters
    ----------
    kept
        (members, n) whether a member has the record.
    """
    if (kept[1:] & ~kept[:-1]).any():
        return None
    survival: NDArray[np.int16] = kept.sum(axis=0).astype(np.int16)
    return survival


def spread_in_like_weather(
    nee: FloatArray, survival: NDArray[np.int16], members: int, sw_in: FloatArray, ta: FloatArray, vpd: FloatArray, *, per_day: int
) -> FloatArray:
    """Return the standard deviation of NEE of records in like weather, for the measured records of every member.

    Parameters
    ----------
    nee
        (n,) net ecosystem exchange [umol m-2 s-1] in a whole calendar year; NaN where no member has it.
    survival
        (n,) a record is part of the first so many members, see :func:`survival_of`.
    members
        How many members there are.
    sw_in, ta, vpd
        (n,) incoming short-wave radiation [W m-2], air temperature [degree_C], vapour pressure deficit [hPa]; NaN where missing.
    per_day
        Records of a day.

    Returns
    -------
    FloatArray
        (members, n) [umol m-2 s-1]; NaN where a member has no value or not ten records are alike in any window.

    Notes
    -----
    Records are alike where radiation differs by less than 50 W m-2 (less in weak light: the larger of 20 W m-2 and the radiation itself),
    temperature by less than 2.5 K and the deficit by less than 5 hPa: first within a fortnight, then four weeks around the record; then
    where only radiation is alike, in a fortnight; then where the hour is (by 1.1 h, not across midnight) in 1, 3 and 5 days; then again
    each of these in windows that grow to 154 days, the hour to the year. At least ten records have to be alike; the record itself counts.

    Two habits of ONEFlux decide on weights and are kept: drivers are compared in single precision (with a resolution of 0.1 K, pairs
    exactly 2.5 K apart are common, and rounding decides on them), and near the ends of a year the first or last record counts as often as
    the window reaches beyond it.
    """
    if members == 0:
        return np.empty((0, nee.size))
    found = np.full((members, nee.size), np.nan)
    radiation, temperature, deficit = (np.ascontiguousarray(each, np.float32) for each in (sw_in, ta, vpd))
    # Records are named after their end.
    hour = ((np.arange(nee.size) + 1) % per_day * (24.0 / per_day)).astype(np.float32)
    values = np.where(survival > 0, nee, 0.0)
    _spread(values, survival, members, radiation, temperature, deficit, hour, np.array(_STAGES, np.int64), per_day, found)
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _add(nee: FloatArray, survival: NDArray[np.int16], i: int, j: int, half: int, sums: FloatArray) -> None:
    """Add a record to the sums; one at an end stands for those that the window would have beyond it too."""
    last = nee.size - 1
    beyond = half - 1 - i if j == 0 else i + half - 1 - last if j == last else 0
    times = 1.0 + max(beyond, 0)
    sums[survival[j], 0] += times
    sums[survival[j], 1] += times * nee[j]
    sums[survival[j], 2] += times * nee[j] * nee[j]


@njit(cache=True, nogil=True, error_model="numpy")
def _add_weather(
    nee: FloatArray,
    survival: NDArray[np.int16],
    sw_in: NDArray[np.float32],
    ta: NDArray[np.float32],
    vpd: NDArray[np.float32],
    all_drivers: bool,
    i: int,
    half: int,
    sums: FloatArray,
) -> None:
    """Add the records in like weather."""
    tolerance = np.float32(max(20.0, min(50.0, sw_in[i])))
    for j in range(max(i - half + 1, 0), min(i + half, nee.size)):
        if survival[j] == 0 or not abs(sw_in[j] - sw_in[i]) < tolerance:
            continue
        if not all_drivers or (abs(ta[j] - ta[i]) < 2.5 and abs(vpd[j] - vpd[i]) < 5.0):
            _add(nee, survival, i, j, half, sums)


@njit(cache=True, nogil=True, error_model="numpy")
def _add_hour(nee: FloatArray, survival: NDArray[np.int16], hour: NDArray[np.float32], i: int, half: int, sums: FloatArray) -> None:
    """Add the records of about the same hour."""
    for j in range(max(i - half + 1, 0), min(i + half, nee.size)):
        if survival[j] > 0 and abs(hour[j] - hour[i]) < 1.1:
            _add(nee, survival, i, j, half, sums)


@njit(cache=True, nogil=True, error_model="numpy")
def _settle(sums: FloatArray, waiting: int, i: int, found: FloatArray) -> bool:
    """Fill the spread of the members for which enough records are alike; True where none is left."""
    complete = True
    count, total, squares = 0.0, 0.0, 0.0
    for rank in range(sums.shape[0] - 1, 0, -1):
        count += sums[rank, 0]
        total += sums[rank, 1]
        squares += sums[rank, 2]
        if rank > waiting or not np.isnan(found[rank - 1, i]):
            continue
        if count >= _FEWEST:
            found[rank - 1, i] = np.sqrt(max(squares - total * total / count, 0.0) / (count - 1.0))
        else:
            complete = False
    return complete


@njit(cache=True, nogil=True, error_model="numpy")
def _spread(
    nee: FloatArray,
    survival: NDArray[np.int16],
    members: int,
    sw_in: NDArray[np.float32],
    ta: NDArray[np.float32],
    vpd: NDArray[np.float32],
    hour: NDArray[np.float32],
    stages: NDArray[np.int64],
    per_day: int,
    found: FloatArray,
) -> None:
    sums = np.empty((members + 1, 3))
    for i in range(nee.size):
        if survival[i] == 0:
            continue
        for stage in range(stages.shape[0]):
            kind, half = stages[stage, 0], stages[stage, 1] * per_day // 2
            sums[:] = 0.0
            if kind == _HOUR:
                _add_hour(nee, survival, hour, i, half, sums)
            else:
                _add_weather(nee, survival, sw_in, ta, vpd, kind == _THREE_DRIVERS, i, half, sums)
            if _settle(sums, int(survival[i]), i, found):
                break
