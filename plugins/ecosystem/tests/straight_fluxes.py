"""Half-hourly fluxes computed straight on: the wind of every row is turned, every gas shifted, and covariances are means of products.

The formulas behind covariances are those of the modules, which have tests of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from icos_ecosystem.ambient_state import AmbientState, ambient_state, barometric_pressure, molar_volume
from icos_ecosystem.density_corrections import CellTerms
from icos_ecosystem.flux_levels import Corrected, corrected_fluxes
from icos_ecosystem.uncorrected_fluxes import GasFlux, Uncorrected, gas_flux, momentum_and_heat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Series = Mapping[str, FloatArray]

__all__ = ["Fluxes", "Straight", "ahead", "covariance", "double", "planar", "straight", "straight_fluxes", "triple"]


def covariance(one: FloatArray, other: FloatArray) -> float:
    """Return the covariance over rows in which both are there."""
    fine = np.isfinite(one) & np.isfinite(other)
    return float(np.mean((one[fine] - one[fine].mean()) * (other[fine] - other[fine].mean())))


def double(series: Series) -> FloatArray:
    """Return the (3, n) wind after double rotation."""
    u, v, w = (series[name] for name in "uvw")
    yaw = np.arctan2(np.nanmean(v), np.nanmean(u))
    u, v = u * np.cos(yaw) + v * np.sin(yaw), v * np.cos(yaw) - u * np.sin(yaw)
    pitch = np.arctan2(np.nanmean(w), np.nanmean(u))
    return np.stack([u * np.cos(pitch) + w * np.sin(pitch), v, w * np.cos(pitch) - u * np.sin(pitch)])


def triple(series: Series) -> FloatArray:
    """Return the (3, n) wind after triple rotation; no third one of more than 10 degrees."""
    u, v, w = double(series)
    roll = 0.5 * np.arctan(2.0 * covariance(v, w) / (covariance(v, v) - covariance(w, w)))
    if abs(np.degrees(roll)) > 10.0:
        return np.stack([u, v, w])
    return np.stack([u, v * np.cos(roll) + w * np.sin(roll), w * np.cos(roll) - v * np.sin(roll)])


def planar(series: Series, b1: float, b2: float) -> FloatArray:
    """Return the (3, n) wind with w normal to the plane ``w = b0 + b1 u + b2 v`` and u along the mean wind within it."""
    wind = np.stack([series[name] for name in "uvw"])
    normal = np.array([-b1, -b2, 1.0]) / np.sqrt(b1**2 + b2**2 + 1.0)
    mean = np.nanmean(wind, axis=1)
    along = mean - (mean @ normal) * normal
    along /= np.sqrt(along @ along)
    return np.stack([along, np.cross(normal, along), normal]) @ wind


@dataclass(frozen=True, kw_only=True)
class Straight:
    """Statistics of one half hour: (3, 3) wind, and of each scalar lag in rows, covariance with w, mean and variance.

    `parts` has the covariance of w with u, v and every scalar in the whole and in six parts, not detrended.
    """

    wind: FloatArray
    mean_wind: FloatArray
    lags: dict[str, float]
    flux: dict[str, float]
    mean: dict[str, float]
    variance: dict[str, float]
    parts: dict[str, FloatArray]


def straight(
    series: Series,
    rotate: Callable[[Series], FloatArray],
    windows: Mapping[str, tuple[int, int, int]],
    *,
    lag: str = "maximum-with-default",
    detrending: str = "block",
) -> Straight:
    """Compute one half hour; `windows` has nominal, first and last lag of each gas in rows."""
    wind = rotate(series)
    free = np.stack([_without_trend(each, detrending) for each in wind])
    lags, flux, mean, variance = {}, {}, {}, {}
    parts = {"u": _in_parts(wind[2], wind[0]), "v": _in_parts(wind[2], wind[1])}
    for name in ("ts", *windows):
        rows = 0 if name == "ts" else _lag(wind[2], series[name], *windows[name], method=lag)
        moved = ahead(series[name], rows)
        mean[name] = float(np.nanmean(moved))
        parts[name] = _in_parts(wind[2], moved)
        anomaly = _without_trend(moved, detrending)
        flux[name], variance[name], lags[name] = covariance(free[2], anomaly), covariance(anomaly, anomaly), float(rows)
    of_wind = np.array([[covariance(one, other) for other in free] for one in free])
    return Straight(wind=of_wind, mean_wind=np.nanmean(wind, axis=1), lags=lags, flux=flux, mean=mean, variance=variance, parts=parts)


def _lag(vertical: FloatArray, gas: FloatArray, nominal: int, first: int, last: int, *, method: str) -> int:
    if method == "none":
        return 0
    if method == "constant":
        return nominal
    sizes = [abs(covariance(vertical, ahead(gas, rows))) for rows in range(first, last + 1)]
    found = first + int(np.argmax(sizes))
    return nominal if method == "maximum-with-default" and found in {first, last} else found


def ahead(values: FloatArray, rows: int) -> FloatArray:
    """Return ``x(t + rows)``, NaN where nothing is left."""
    gap = np.full(abs(rows), np.nan)
    if rows >= 0:
        return np.concatenate([values[rows:], gap])
    return np.concatenate([gap, values[:rows]])


def _without_trend(values: FloatArray, detrending: str) -> FloatArray:
    if detrending == "block":
        return values
    place = np.linspace(-1.0, 1.0, values.size)
    fine = np.isfinite(values)
    return values - np.polynomial.polynomial.polyval(place, np.polynomial.polynomial.polyfit(place[fine], values[fine], 1))


def _in_parts(vertical: FloatArray, other: FloatArray) -> FloatArray:
    halves = zip(np.array_split(vertical, 6), np.array_split(other, 6), strict=True)
    return np.array([covariance(vertical, other), *(covariance(*pair) for pair in halves)])


@dataclass(frozen=True, kw_only=True)
class Fluxes:
    """Fluxes of some half hours, with what they are made of."""

    state: AmbientState
    uncorrected: Uncorrected
    corrected: Corrected
    gases: dict[str, GasFlux]


def straight_fluxes(
    halves: Sequence[Straight],
    *,
    altitude: float,
    height: float,
    factors: Callable[[FloatArray, AmbientState, Uncorrected], Mapping[str, FloatArray]],
    density: bool,
    wpl: bool,
) -> Fluxes:
    """Return the fluxes of half hours, of mixing ratios in a closed path or molar densities (`density`) in an open one."""
    count = len(halves)
    pressure, heights = np.full(count, barometric_pressure(altitude)), np.full(count, height)
    mean = {name: np.array([each.mean[name] for each in halves]) for name in ("ts", "co2", "h2o")}
    volume = molar_volume(mean["ts"], pressure)
    if density:
        fractions = {"co2": mean["co2"] * volume * 1e3, "h2o": mean["h2o"] * volume}
    else:
        vapour = mean["h2o"] / (1.0 + mean["h2o"] / 1000.0)
        fractions = {"co2": mean["co2"] * (1.0 - vapour / 1000.0), "h2o": vapour}
    state = ambient_state(mean["ts"], pressure, fractions["h2o"])
    wind = np.stack([each.wind for each in halves])
    uncorrected = momentum_and_heat(wind, np.array([each.flux["ts"] for each in halves]), mean["ts"], state, heights)
    absent, every = np.full(count, np.nan), np.full(count, fill_value=True)
    gases = {}
    for gas, fraction in fractions.items():
        found = np.array([each.flux[gas] for each in halves])
        gases[gas] = GasFlux(
            covariance=found,
            flux=gas_flux(found, state, every & (not density), every & density, water=gas == "h2o"),
            density=mean[gas] if density else fraction / state.molar_volume * (1.0 if gas == "h2o" else 1e-3),
            fraction=fraction,
            as_ratio=every & (not density),
            as_density=every & density,
            open_path=every & density,
            cell=CellTerms(*(absent,) * 6),
        )
    speed = np.array([np.sqrt(each.mean_wind @ each.mean_wind) for each in halves])
    corrected = corrected_fluxes(uncorrected, gases, factors(speed, state, uncorrected), state, mean["ts"], heights, density_correction=wpl)
    return Fluxes(state=state, uncorrected=uncorrected, corrected=corrected, gases=gases)
