"""Random uncertainty of fluxes from the covariance functions that condensed half hours keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.statistics import INTERVALS
from icos_ecosystem.random_uncertainty import finkelstein_sims, integral_time_scale, mahrt, mann_lenschow
from icos_ecosystem.symmetric_products import WIND_PAIRS, rotated_product

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.calibration.scheme import SchemeFluxes

    FloatArray = NDArray[np.float64]

__all__ = ["covariance_errors"]

_TIME_SCALES = {"first-crossing": "zero-crossing", "full": "whole", "one-over-e": "one-over-e"}
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
    halves = scheme.halves
    vertical = scheme.turbulence.rotation.matrices[:, 2]
    along = np.einsum("nj,nijc->nic", vertical, halves.values["subrecord_covariance"])
    errors = {}
    for name in ("ts", *scheme.gases):
        columns = halves.layout.slice_of(name)
        lag = np.zeros(len(halves)) if name == "ts" else scheme.turbulence.lags[name].rows
        place = np.nan_to_num(lag - halves.layout.windows[name][0]).astype(np.int64)
        taken = np.take_along_axis(along[:, :, columns], place[:, np.newaxis, np.newaxis], axis=2)[..., 0]
        errors[name] = mahrt(taken.reshape(len(halves), INTERVALS, INTERVALS))
    return errors


def _of_block(scheme: SchemeFluxes, names: tuple[str, ...], rows: slice, method: str) -> dict[str, FloatArray]:
    halves = scheme.halves
    layout = halves.layout
    matrices = scheme.turbulence.rotation.matrices[rows]
    auto, cross = halves.packed("auto_covariance", rows), halves.packed("cross_covariance", rows)
    length = layout.correlation_rows
    frequency = halves.setup.frequency[rows]
    count = halves.number("expected")[rows]
    wind = auto[:, : len(WIND_PAIRS)]
    of_w = rotated_product(matrices[:, 2], matrices[:, 2], wind)
    scalars = layout.spectral_series[3:]
    speed = np.sqrt((scheme.turbulence.rotation.mean[rows] ** 2).sum(axis=1))
    fallback = halves.setup.effective_height[rows] / speed
    errors = {}
    for name in names:
        if name == "u":
            of_x = rotated_product(matrices[:, 0], matrices[:, 0], wind)
            later = earlier = rotated_product(matrices[:, 2], matrices[:, 0], wind)
            lag = np.zeros(len(of_w))
        else:
            place = scalars.index(name)
            of_x = auto[:, len(WIND_PAIRS) + place]
            lag = np.zeros(len(of_w)) if name == "ts" else scheme.turbulence.lags[name].rows[rows]
            whole = np.einsum("nj,njl->nl", matrices[:, 2], cross[:, 3 * place : 3 * place + 3])
            middle = length + layout.reach + np.nan_to_num(lag).astype(np.int64)
            steps = np.arange(length + 1)
            later = np.take_along_axis(whole, middle[:, np.newaxis] + steps, axis=1)
            earlier = np.take_along_axis(whole, middle[:, np.newaxis] - steps, axis=1)
        # A time scale is found from means over the pairs that there are at each lag.
        pairs = count[:, np.newaxis] / (count[:, np.newaxis] - np.arange(length + 1))
        scale = integral_time_scale(later * pairs, frequency, _TIME_SCALES[halves.options.random_uncertainty.integral_time_scale], fallback)  # type: ignore[arg-type]
        with np.errstate(invalid="ignore", divide="ignore"):
            if method == "mann-lenschow":
                correlation = later[:, 0] / np.sqrt(of_w[:, 0] * of_x[:, 0])
                errors[name] = mann_lenschow(later[:, 0], correlation, scale, count / frequency)
            else:
                terms = np.rint(np.nan_to_num(scale * frequency))
                errors[name] = np.where(np.isfinite(scale), finkelstein_sims(of_w, of_x, later, earlier, terms, count), np.nan)
        if name != "u":
            errors[name] = np.where(np.isfinite(lag), errors[name], np.nan)
    return errors
