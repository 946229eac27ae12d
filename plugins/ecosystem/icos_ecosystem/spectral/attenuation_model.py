"""How much a cut-off takes from the fluxes of a site: degraded heat fluxes, and the model of Ibrom et al. 2007 fitted to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import least_squares

from icos_ecosystem.spectral.factors import IbromModel
from icos_ecosystem.spectral.transfer_functions import first_order_power

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["CUT_OFFS", "ModelFit", "degraded_covariances", "fit_attenuation_model"]

CUT_OFFS = np.array([1.626, 0.614, 0.277, 0.133, 0.065, 0.032, 0.016, 0.008, 0.004])
"""Cut-off frequencies to which covariances are degraded [Hz]; EddyPro's names N1626 … N0004 are these in mHz."""

# Where the fits start, unstable and stable (c1 [m-1], c2 [Hz]).
_START = {"unstable": (0.0025, 0.0006), "stable": (0.0065, 0.003)}


class ModelFit(NamedTuple):
    """The fitted model, None where neither class has periods enough, and how many periods each class has."""

    model: IbromModel | None
    unstable: int
    stable: int


def degraded_covariances(
    *, node_frequency: FloatArray, node_weight: FloatArray, mean_product: FloatArray | float = 0.0, line_shift: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """Return the covariance that a cospectrum holds, and what is left of it behind each of `CUT_OFFS`.

    Parameters
    ----------
    node_frequency
        Frequencies of the cospectrum of w and temperature, shape (n_nodes,) [Hz]: those of `spectral_nodes`, or of all lines.
    node_weight
        What they hold of the covariance, shape (n_periods, n_nodes).
    mean_product
        What the cospectrum holds at frequency zero, shape (n_periods,): the product of the means of both signals over its samples. It is
        not zero where the samples are the first 2^m of a period and the signals' deviations are from the means of the whole period.
    line_shift
        Added to every frequency before it is filtered [Hz]. EddyPro's columns ``W_T_SONIC_COV_IBROM…`` filter each line with the
        frequency of the next one: the distance of two lines reproduces them, zero is right.

    Returns
    -------
    tuple
        Covariances of shape (n_periods,) and degraded covariances of shape (n_periods, 9).

    Notes
    -----
    ``cov_i = sum(Co / sqrt(1 + (f / fc_i)^2))``: one of two signals passes a filter of first order, without its phase.

    References
    ----------
    Ibrom et al. 2007, Agric. For. Meteorol. 147, 140, doi:10.1016/j.agrformet.2007.07.007.
    """
    mean = np.broadcast_to(np.asarray(mean_product, dtype=np.float64), len(node_weight))
    amplitude = np.sqrt(first_order_power(node_frequency + line_shift, CUT_OFFS[:, None]))
    constant = np.sqrt(first_order_power(np.full(1, line_shift), CUT_OFFS[:, None]))[:, 0]
    return node_weight.sum(axis=1) + mean, node_weight @ amplitude.T + mean[:, None] * constant


def fit_attenuation_model(
    *, covariance: FloatArray, degraded: FloatArray, wind_speed: FloatArray, stability: FloatArray, least_periods: int = 1
) -> ModelFit:
    """Return the model ``CF = c1 U / (c2 + fc) + 1`` that gives back the heat flux from its degraded values.

    Parameters
    ----------
    covariance, degraded
        Of `degraded_covariances`, shapes (n_periods,) and (n_periods, 9).
    wind_speed
        Mean wind speed U [m s-1], shape (n_periods,).
    stability
        (z - d) / L [-], shape (n_periods,).
    least_periods
        A class with fewer periods has no parameters; where the other class has, it takes those.

    Notes
    -----
    Periods enter whose factors ``covariance / degraded`` are at least one and grow with every lower cut-off. The fit minimises
    the squares of ``(c1 U / (c2 + fc) + 1) degraded - covariance``, for unstable and stable periods apart.
    """
    factor = covariance[:, None] / degraded
    grows = (factor[:, 0] >= 1.0) & (np.diff(factor, axis=1) >= 0.0).all(axis=1)
    usable = grows & np.isfinite(factor).all(axis=1) & np.isfinite(wind_speed)
    found: dict[str, tuple[float, float] | None] = {}
    counts: dict[str, int] = {}
    for name, chosen in (("unstable", usable & (stability <= 0.0)), ("stable", usable & (stability > 0.0))):
        counts[name] = int(chosen.sum())
        enough = counts[name] >= max(least_periods, 1)
        found[name] = _fit(covariance[chosen], degraded[chosen], wind_speed[chosen], _START[name]) if enough else None
    unstable, stable = found["unstable"] or found["stable"], found["stable"] or found["unstable"]
    model = IbromModel(unstable=unstable, stable=stable) if unstable and stable else None
    return ModelFit(model=model, **counts)


def _fit(covariance: FloatArray, degraded: FloatArray, wind_speed: FloatArray, start: tuple[float, float]) -> tuple[float, float]:
    def residuals(parameters: FloatArray) -> FloatArray:
        c1, c2 = parameters
        modelled = (c1 * wind_speed[:, None] / (c2 + CUT_OFFS) + 1.0) * degraded
        return np.asarray((modelled - covariance[:, None]).ravel())

    c1, c2 = least_squares(residuals, start, x_scale=np.asarray(start), xtol=1e-12, ftol=1e-12, gtol=1e-12).x
    return float(c1), float(c2)
