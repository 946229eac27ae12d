"""Random uncertainty of fluxes from the covariance functions that condensed half hours keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.lagged_statistics import INTERVALS
from icos_ecosystem.constants import MOLAR_MASS, VAPOUR_MASS_RATIO
from icos_ecosystem.random_uncertainty import finkelstein_sims, integral_time_scale, mahrt, mann_lenschow, per_pair

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.scheme import SchemeFluxes

    FloatArray = NDArray[np.float64]

__all__ = ["covariance_errors", "density_weights", "subrecord_covariances"]

_BLOCK = 500
"""Half hours that are unpacked at once: covariance functions are long."""


def covariance_errors(scheme: SchemeFluxes) -> dict[str, FloatArray]:
    """Return the standard error of the covariances of vertical wind with ``u``, ``ts`` and each gas, (n,), in units of the covariance."""
    halves = scheme.halves
    method = halves.options.random_uncertainty.method
    if method == "mahrt":
        return _of_subrecords(scheme)
    names = ("u", "ts", *scheme.gases)
    errors = {name: np.full(len(halves), np.nan) for name in names}
    for start in range(0, len(halves), _BLOCK):
        rows = slice(start, start + _BLOCK)
        for name, found in _of_block(scheme, names, rows, method).items():
            errors[name][rows] = found
    return errors


def _of_subrecords(scheme: SchemeFluxes) -> dict[str, FloatArray]:
    """Return errors from covariances of sub-records, which are kept at the lag of the largest covariance after double rotation."""
    return {name: mahrt(values) for name, values in subrecord_covariances(scheme).items()}


def subrecord_covariances(scheme: SchemeFluxes) -> dict[str, FloatArray]:
    """Return (n, 6, 6) covariances of the rotated vertical wind with ``u``, ``ts`` and each gas in sub-records."""
    halves = scheme.halves
    matrices = scheme.turbulence.rotation.matrices
    values = halves.values["subrecord_covariance"]
    shape = (len(halves), INTERVALS, INTERVALS)
    found = {"u": np.einsum("nj,nijk,nk->ni", matrices[:, 2], values[:, :, :, :3], matrices[:, 0]).reshape(shape)}
    for name in ("ts", *scheme.gases):
        place = 3 + halves.layout.scalars.index(name)
        found[name] = np.einsum("nj,nij->ni", matrices[:, 2], values[:, :, :, place]).reshape(shape)
    return found


def _of_block(scheme: SchemeFluxes, names: tuple[str, ...], rows: slice, method: str) -> dict[str, FloatArray]:
    halves = scheme.halves
    frequency, count = halves.setup.frequency[rows], halves.number("expected")[rows]
    speed = np.sqrt((scheme.turbulence.rotation.mean[rows] ** 2).sum(axis=1))
    fallback = halves.setup.effective_height[rows] / speed
    functions = _Functions(scheme, rows)
    errors = {}
    for name in names:
        lag = scheme.turbulence.lags[name].rows[rows] if name in scheme.turbulence.lags else np.zeros(len(count))
        of_w, of_x, later, earlier = (per_pair(each, count) for each in functions.of(name))
        scale = integral_time_scale(later, frequency, halves.options.random_uncertainty.integral_time_scale, fallback)
        with np.errstate(invalid="ignore", divide="ignore"):
            if method == "mann-lenschow":
                correlation = later[:, 0] / np.sqrt(of_w[:, 0] * of_x[:, 0])
                error = mann_lenschow(later[:, 0], correlation, scale, count / frequency)
            else:
                error = finkelstein_sims(of_w, of_x, later, earlier, np.rint(np.nan_to_num(scale * frequency)), count)
        errors[name] = np.where(np.isfinite(scale) & np.isfinite(lag), error, np.nan)
    return errors


class _Functions:
    """Covariance functions of some half hours, in the rotated wind, from lag 0 on."""

    def __init__(self, scheme: SchemeFluxes, rows: slice) -> None:
        halves = scheme.halves
        self.scheme, self.rows, self.layout = scheme, rows, halves.layout
        self.along, _, self.vertical = scheme.turbulence.rotation.matrices[rows].transpose(1, 0, 2)
        self.auto, self.cross = halves.packed("auto_covariance", rows), halves.packed("cross_covariance", rows)
        self.wind = self.auto[:, :9].reshape(len(self.auto), 3, 3, -1)
        self.steps = np.arange(self.layout.correlation_rows + 1)

    def of(self, name: str) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return those of the vertical wind, of a series, and of both with the series later and earlier.

        The series of a gas that an open path measures as density is what its flux is made of: the density, and what vapour and heat do to
        it. The errors of the three hang together, and partly cancel.
        """
        of_w = self._of_wind(self.vertical, self.vertical)
        if name == "u":
            of_u = self._of_wind(self.along, self.along)
            return of_w, of_u, self._of_wind(self.vertical, self.along), self._of_wind(self.along, self.vertical)
        weights = density_weights(self.scheme, name)
        later, earlier, of_x = (np.zeros_like(of_w) for _ in range(3))
        for other, weight in weights.items():
            factor = weight[self.rows, np.newaxis]
            ahead, behind = self._with_wind(other)
            later, earlier = later + factor * ahead, earlier + factor * behind
            for another, second in weights.items():
                of_x = of_x + factor * second[self.rows, np.newaxis] * self._of_scalars(other, another)
        return of_w, of_x, later, earlier

    def lag(self, name: str) -> NDArray[np.int64]:
        """Return the lag of a scalar in rows, nil where there is none."""
        lags = self.scheme.turbulence.lags
        return np.nan_to_num(lags[name].rows[self.rows] if name in lags else np.zeros(len(self.auto))).astype(np.int64)

    def _with_wind(self, name: str) -> tuple[FloatArray, FloatArray]:
        place = self.layout.spectral_series.index(name) - 3
        whole = np.einsum("nj,njl->nl", self.vertical, self.cross[:, 3 * place : 3 * place + 3])
        middle = (self.layout.correlation_rows + self.layout.reach + self.lag(name))[:, np.newaxis]
        later, earlier = (np.take_along_axis(whole, middle + each, axis=1) for each in (self.steps, -self.steps))
        return later, earlier

    def _of_scalars(self, name: str, other: str) -> FloatArray:
        """Return the covariance function of two aligned scalars; nil beyond the lags that are kept."""
        first, second = (self.layout.spectral_series.index(each) - 3 for each in (name, other))
        places = {pair: 9 + place for place, pair in enumerate(self.layout.scalar_pairs)}
        apart = self.steps + (self.lag(other) - self.lag(name))[:, np.newaxis]
        distance = np.minimum(np.abs(apart), self.steps[-1])
        forward, backward = self.auto[:, places[first, second]], self.auto[:, places[second, first]]
        found = np.where(apart >= 0, np.take_along_axis(forward, distance, axis=1), np.take_along_axis(backward, distance, axis=1))
        return np.where(np.abs(apart) > self.steps[-1], 0.0, found)

    def _of_wind(self, left: FloatArray, right: FloatArray) -> FloatArray:
        """Return the covariance function of one component with another that much later."""
        function: FloatArray = np.einsum("ni,nijl,nj->nl", left, self.wind, right)
        return function


def density_weights(scheme: SchemeFluxes, name: str) -> dict[str, FloatArray]:
    """Return with what (n,) weights scalars make up the series of which a flux is the covariance with the vertical wind.

    Of what is no density of an open path, or not corrected for density fluctuations, it is the scalar itself.
    """
    one = np.ones(len(scheme.halves))
    layout = scheme.halves.layout
    if not layout.mixed or name == "ts" or scheme.halves.options.eddypro_compatible:
        return {name: one}
    gas, state = scheme.gases[name], scheme.state
    dense = (gas.open_path & gas.as_density).astype(np.float64)
    expansion = 1.0 + VAPOUR_MASS_RATIO * np.nan_to_num(state.vapour_ratio)
    if name == "h2o":
        return {name: np.where(dense > 0, expansion, 1.0), "ts": dense * expansion * gas.density / state.temperature}
    weights = {name: one, "ts": dense * expansion * gas.density / state.temperature}
    vapour = scheme.gases.get("h2o")
    if vapour is not None:
        of_vapour = VAPOUR_MASS_RATIO * gas.density / state.dry_density * MOLAR_MASS["h2o"] * 1e-3
        weights["h2o"] = np.where((dense > 0) & vapour.open_path & vapour.as_density, of_vapour, 0.0)
    return weights
