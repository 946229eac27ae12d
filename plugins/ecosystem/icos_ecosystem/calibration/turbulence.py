"""Rotated wind, time lags and covariances of one combination of methods, by algebra from condensed half hours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from icos_core.versioned import utc64
from icos_ecosystem.calibration.station_files import station_file
from icos_ecosystem.planar_fit import Planes, fit_planes, read_planar_fit, sector_of
from icos_ecosystem.series.time_lags import FoundLag, covariance_maximum
from icos_ecosystem.wind_rotation import double_rotation, plane_rotation, rotate_covariance, rotate_mean, third_rotation, yaw_rotation

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icos_ecosystem.calibration.half_hours import HalfHours

    FloatArray = NDArray[np.float64]

__all__ = ["Rotated", "Turbulence", "maximum_of", "planes_of", "rotated", "turbulence", "wind_direction"]


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """The wind in the mean flow.

    Attributes
    ----------
    matrices
        (n, 3, 3).
    mean
        (n, 3) rotated, a plane's bias taken off where that is asked for [m s-1].
    yaw, pitch, roll
        (n,) degrees, NaN where an angle is not part of the method.
    method
        (n,) codes of EddyPro: 0 none, 1 double, 2 triple, 3 planar fit, 4 planar fit without bias.
    """

    matrices: FloatArray
    mean: FloatArray
    yaw: FloatArray
    pitch: FloatArray
    roll: FloatArray
    method: NDArray[np.int8]


@dataclass(frozen=True, kw_only=True)
class Turbulence:
    """What fluxes are made of, for one combination of rotation and detrending.

    Attributes
    ----------
    rotation
        The wind.
    wind
        (n, 3, 3) covariances of the rotated wind, detrended [m2 s-2].
    intervals_wind
        (n, 7, 3, 3) of the half hour and its sub-intervals, not detrended.
    lags
        Gas → lag.
    covariance
        Scalar → (n, 3) covariance of the rotated wind with it at its lag, detrended.
    intervals
        Scalar → (n, 7) covariance of the vertical wind with it, of the half hour and its sub-intervals, not detrended.
    mean, variance
        Scalar → (n,) mean and variance of the shifted series, the variance detrended.
    """

    rotation: Rotated
    wind: FloatArray
    intervals_wind: FloatArray
    lags: dict[str, FoundLag]
    covariance: dict[str, FloatArray]
    intervals: dict[str, FloatArray]
    mean: dict[str, FloatArray]
    variance: dict[str, FloatArray]
    detrending: str
    halves: HalfHours

    def at_lag_of(self, scalar: str, gas: str) -> FloatArray:
        """Return (n,) the covariance of the vertical wind with a scalar at the lag of another; NaN outside of what is kept."""
        if scalar not in self.halves.layout.scalars:
            return np.full(len(self.halves), np.nan)
        field = _field(self.detrending)
        whole = self.halves.values[field][:, 0] if self.detrending == "block" else self.halves.values[field]
        along = np.einsum("nj,njc->nc", self.rotation.matrices[:, 2], whole[:, :, self.halves.layout.slice_of(scalar)])
        return _at(along, self.halves.layout.windows[scalar][0], self.lags[gas].rows)


def _field(detrending: str) -> str:
    return "lagged" if detrending == "block" else f"lagged_{detrending}"


def wind_direction(halves: HalfHours) -> FloatArray:
    """Return (n,) the direction that the wind comes from, the mean of the rows' directions [degrees]."""
    return np.mod(180.0 - halves.values["wind_angle"][:, 0] + halves.setup.north_offset, 360.0)


def planes_of(halves: HalfHours, *, bias: bool) -> list[tuple[NDArray[np.bool_], Planes]]:
    """Return the planes of every planar-fit period, with the half hours that they hold for."""
    rotation = halves.options.rotation
    mean = np.where(halves.usable[:, np.newaxis], halves.values["plane_mean"], np.nan)
    sector = sector_of(wind_direction(halves), rotation.sectors, rotation.first_sector)
    edges = [np.datetime64("NaT", "ns"), *sorted(map(utc64, rotation.periods)), np.datetime64("NaT", "ns")]
    made = []
    for begin, end in pairwise(edges):
        inside = np.ones(len(halves), dtype=bool)
        if not np.isnat(begin):
            inside &= halves.time >= begin
        if not np.isnat(end):
            inside &= halves.time < end
        if inside.any():
            planes = fit_planes(
                np.where(inside[:, np.newaxis], mean, np.nan),
                sector,
                rotation.sectors,
                first=rotation.first_sector,
                minimum_number=rotation.minimum_number,
                minimum_wind=rotation.minimum_wind,
                maximum_wind=rotation.maximum_wind,
                maximum_vertical_wind=rotation.maximum_vertical_wind,
                bias=bias,
                missing=rotation.missing_sector,
            )
            made.append((inside, planes))
    return made


def _stated_planes(halves: HalfHours) -> FloatArray:
    """Return (n, 3) coefficients of planes that the description or a file states."""
    rotation = halves.options.rotation
    direction = wind_direction(halves)
    found = np.full((len(halves), 3), np.nan)
    if rotation.file is not None:
        planes = read_planar_fit(station_file(halves.context.folder, rotation.file, "rotation.file"))
        for first, last, coefficients in zip(planes.first, planes.last, planes.coefficients, strict=True):
            found[_within(direction, first, last)] = coefficients
    for each in rotation.planes:
        found[_within(direction, *each.sector) & each.covers(halves.time)] = [each.b0, each.b1, each.b2]
    return found


def _within(direction: FloatArray, first: float, last: float) -> NDArray[np.bool_]:
    """Return which directions lie from `first` clockwise to `last` [degrees]; the same twice is the whole circle."""
    inside: NDArray[np.bool_] = np.mod(direction - first, 360.0) < (np.mod(last - first, 360.0) or 360.0)
    return inside


def _coefficients(halves: HalfHours, *, bias: bool) -> FloatArray:
    if halves.options.rotation.planes or halves.options.rotation.file is not None:
        return _stated_planes(halves)
    rotation = halves.options.rotation
    sector = sector_of(wind_direction(halves), rotation.sectors, rotation.first_sector)
    found = np.full((len(halves), 3), np.nan)
    for inside, planes in planes_of(halves, bias=bias):
        found[inside] = np.where((sector >= 0)[inside, np.newaxis], planes.coefficients[np.maximum(sector[inside], 0)], np.nan)
    return found


def rotated(halves: HalfHours, method: str) -> Rotated:
    """Return the wind rotated by a method; a sector without a plane takes double rotation where the options say so."""
    mean = halves.values["mean"][:, :3]
    count = len(halves)
    absent = np.full(count, np.nan)
    if method == "none":
        identity = np.broadcast_to(np.eye(3), (count, 3, 3)).copy()
        return Rotated(matrices=identity, mean=mean, yaw=absent, pitch=absent, roll=absent, method=np.zeros(count, dtype=np.int8))
    double, yaw, pitch = double_rotation(mean)
    if method == "double":
        codes = np.ones(count, dtype=np.int8)
        return Rotated(
            matrices=double, mean=rotate_mean(double, mean), yaw=np.degrees(yaw), pitch=np.degrees(pitch), roll=absent, method=codes
        )
    if method == "triple":
        third, roll = third_rotation(rotate_covariance(double, halves.values["wind_covariance"][:, 0]))
        matrices = third @ double
        codes = np.full(count, 2, dtype=np.int8)
        return Rotated(
            matrices=matrices,
            mean=rotate_mean(matrices, mean),
            yaw=np.degrees(yaw),
            pitch=np.degrees(pitch),
            roll=np.degrees(roll),
            method=codes,
        )
    return _planar(halves, double, yaw, pitch, bias=method == "planar-fit")


def _planar(halves: HalfHours, double: FloatArray, yaw: FloatArray, pitch: FloatArray, *, bias: bool) -> Rotated:
    mean = halves.values["mean"][:, :3]
    coefficients = _coefficients(halves, bias=bias)
    fitted = np.isfinite(coefficients[:, 1])
    plane = plane_rotation(coefficients[:, 1], coefficients[:, 2])
    turned, plane_yaw = yaw_rotation(rotate_mean(plane, mean))
    matrices = turned @ plane
    code = 3 if bias else 4
    instead = halves.options.rotation.missing_sector == "double"
    by_double = ~fitted & instead
    result = np.where(fitted[:, np.newaxis, np.newaxis], matrices, np.where(instead, double, np.nan))
    of_mean = rotate_mean(result, mean)
    if halves.options.rotation.subtract_bias:
        of_mean[:, 2] -= np.where(fitted, coefficients[:, 0], 0.0)
    return Rotated(
        matrices=result,
        mean=of_mean,
        yaw=np.degrees(np.where(fitted, plane_yaw, np.where(by_double, yaw, np.nan))),
        pitch=np.degrees(np.where(by_double, pitch, np.nan)),
        roll=np.full(len(halves), np.nan),
        method=np.where(fitted, code, np.where(by_double, 1, 0)).astype(np.int8),
    )


def turbulence(halves: HalfHours, rotation: Rotated, detrending: str, find_lag: Callable[[str, FloatArray], FoundLag]) -> Turbulence:
    """Return covariances in a rotated wind.

    Parameters
    ----------
    halves
        Condensed half hours.
    rotation
        The wind.
    detrending
        Way to take off the mean state.
    find_lag
        ``f(gas, covariance)`` → lag, given the (n, n_lags) covariance of the vertical wind with the gas, not detrended.
    """
    layout, values = halves.layout, halves.values
    vertical = rotation.matrices[:, 2]
    along = np.einsum("nj,nijc->nic", vertical, values["lagged"])
    detrended = values["lagged"][:, 0] if detrending == "block" else values[_field(detrending)]
    of_wind = np.einsum("nij,njc->nic", rotation.matrices, detrended)
    own_wind = values["wind_covariance"][:, 0] if detrending == "block" else values[f"wind_covariance_{detrending}"]
    lags: dict[str, FoundLag] = {}
    covariance: dict[str, FloatArray] = {}
    intervals: dict[str, FloatArray] = {}
    mean: dict[str, FloatArray] = {}
    variance: dict[str, FloatArray] = {}
    for name in ("ts", *layout.gases):
        columns, first = layout.slice_of(name), layout.windows[name][0]
        if name == "ts":
            rows = np.zeros(len(halves))
        else:
            lags[name] = find_lag(name, along[:, 0, columns])
            rows = lags[name].rows
        covariance[name] = _at(of_wind[:, :, columns], first, rows)
        intervals[name] = _at(along[:, :, columns], first, rows)
        of_shifted = _at(values["shifted"][:, :, columns], first, rows)
        mean[name] = of_shifted[:, 0]
        variance[name] = _variance(halves, name, detrending, of_shifted)
    return Turbulence(
        rotation=rotation,
        wind=rotate_covariance(rotation.matrices, own_wind),
        intervals_wind=rotate_covariance(rotation.matrices, values["wind_covariance"]),
        lags=lags,
        covariance=covariance,
        intervals=intervals,
        mean=mean,
        variance=variance,
        detrending=detrending,
        halves=halves,
    )


def _variance(halves: HalfHours, name: str, detrending: str, of_shifted: FloatArray) -> FloatArray:
    """Return the variance of an aligned scalar about its mean state; a filter's is kept for the run's own way of detrending."""
    if detrending == "linear":
        return of_shifted[:, 2]
    if detrending == "block" or detrending != halves.options.detrending.method:
        return of_shifted[:, 1]
    return halves.of_scalar("scalar_moments", name)[:, 0]


def _at(values: FloatArray, first: int, rows: FloatArray) -> FloatArray:
    """Return what stands at a lag in rows along the last axis; NaN where there is no lag, or it is not kept."""
    place = np.nan_to_num(rows - first, nan=-1.0).astype(np.int64)
    inside = (place >= 0) & (place < values.shape[-1])
    taken = np.take_along_axis(values, np.where(inside, place, 0).reshape(-1, *(1,) * (values.ndim - 1)), axis=-1)[..., 0]
    return np.where(inside.reshape(-1, *(1,) * (taken.ndim - 1)), taken, np.nan)


def maximum_of(halves: HalfHours, gas: str, covariance: FloatArray, *, default: bool) -> FoundLag:
    """Return the lag of the largest covariance in the usual window of a gas."""
    setup = halves.gas_setup(gas)
    nominal = setup.nominal.astype(np.float64) if default else None
    return covariance_maximum(covariance, halves.layout.windows[gas][0], setup.first, setup.last, nominal)
