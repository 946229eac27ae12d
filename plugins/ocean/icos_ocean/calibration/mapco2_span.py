"""Readings of span gas after the analyser has set itself, and what they say about samples between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.dataset import is_good

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_ocean.calibration.mapco2_options import MapCO2CalibrationOptions
    from icos_ocean.calibration.record import Record

    FloatArray = NDArray[np.float64]

__all__ = ["NO_GAS", "SpanChecks", "SpanWeights", "cycle_rows", "span_checks", "span_weights"]

NO_GAS = -1


class SpanChecks(NamedTuple):
    """Readings that serve, in order of time.

    Attributes
    ----------
    time : (k,) ndarray
        s.
    reading : (k,) ndarray
        Mole fraction less that of zero gas where it is subtracted, µmol mol⁻¹.
    gas : (k,) ndarray of int
        Which of the declared cylinders it is.
    rejected : int
        Readings that do not serve: flagged, without a cylinder, or too far from its value.
    """

    time: FloatArray
    reading: FloatArray
    gas: NDArray[np.int64]
    rejected: int


class SpanWeights(NamedTuple):
    """For m samples: two readings of span gas each and how much they count.

    Attributes
    ----------
    check : (2, m) ndarray of int
        Numbers of the readings.
    weight : (2, m) ndarray
        Their weights, which add up to one.
    own : (2, m) ndarray of bool
        Whether the reading is of the sample's own cycle.
    distance : (m,) ndarray
        Time to the nearest of both, s.
    """

    check: NDArray[np.intp]
    weight: FloatArray
    own: NDArray[np.bool_]
    distance: FloatArray


def cycle_rows(record: Record, point: int, rows: NDArray[np.intp], limit: float) -> NDArray[np.intp]:
    """Return the last row up to each of `rows` that is of a point of the cycle, -1 where there is none within `limit` s."""
    candidates = np.flatnonzero(record.stream["cycle_point"].values == point)
    if not candidates.size:
        return np.full(rows.size, -1)
    place = np.searchsorted(candidates, rows, side="right") - 1
    found = candidates[np.maximum(place, 0)]
    late = record.time[rows] - record.time[found] > limit
    return np.where((place < 0) | late, -1, found)


def span_checks(record: Record, point: int, zero: FloatArray, options: MapCO2CalibrationOptions) -> SpanChecks:
    """Choose the readings of span gas that serve; `zero` is what is subtracted from each row."""
    stream: xr.Dataset = record.stream
    rows = np.flatnonzero((stream["cycle_point"].values == point) & np.isfinite(stream["xco2_wet"].values))
    gas = np.full(rows.size, NO_GAS)
    for number, cylinder in enumerate(options.span_gases):
        gas[cylinder.covers(record.moment[rows])] = number
    reading = stream["xco2_wet"].values[rows] - zero[rows]
    value = np.array([*(cylinder.xco2 for cylinder in options.span_gases), np.nan])[gas]
    serves = is_good(stream, "xco2_wet")[rows] & (np.abs(reading - value) <= options.span_limit)
    return SpanChecks(record.time[rows][serves], reading[serves], gas[serves], int(np.count_nonzero(~serves)))


def span_weights(time: FloatArray, checks: SpanChecks, options: MapCO2CalibrationOptions) -> SpanWeights:
    """Say which readings of span gas count for samples at some times; `checks` has at least one."""
    last = checks.time.size - 1
    after = np.searchsorted(checks.time, time, side="right")
    before = np.clip(after - 1, 0, last)
    after = np.clip(after, 0, last)
    cycle = options.cycle_limit.total_seconds()
    check = np.stack([before, after])
    lag = time - checks.time[check]
    # A sample follows the span gas of its cycle; what comes after it is of another one.
    own = (lag >= 0.0) & (lag <= cycle)
    apart = checks.time[after] - checks.time[before]
    share = np.clip(np.divide(time - checks.time[before], apart, out=np.zeros(time.shape), where=apart > 0.0), 0.0, 1.0)
    if options.span_interpolation == "cycle":
        share = np.where(own[0], 0.0, share)
    own[1] &= before != after
    return SpanWeights(check=check, weight=np.stack([1.0 - share, share]), own=own, distance=np.abs(lag).min(axis=0))
