"""Severe and moderate errors of half-hourly fluxes: the thresholds of Vitale et al. (2020), as RFlux applies them.

No table of decisions that RFlux made was at hand to compare with.

References
----------
Vitale, D., et al. (2020), A robust data cleaning procedure for eddy covariance flux measurements, Biogeosciences 17, 1367-1391,
doi:10.5194/bg-17-1367-2020.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray

__all__ = ["FLUXES", "LIMITS", "MODERATE", "NO_ERROR", "SEVERE", "Bound", "Errors", "Limit", "evaluate"]

NO_ERROR, MODERATE, SEVERE = 0, 1, 2

FLUXES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "FC": ("Fc", ("w", "co2")),
    "H": ("H", ("w", "ts")),
    "LE": ("LE", ("w", "h2o")),
    "TAU": ("TAU", ("u", "v", "w")),
}
"""Flux → its name in statistics, and the series that it is made of."""

_HALF_HOUR = 1800.0
_COMPARE: Mapping[str, Callable[..., NDArray[np.bool_]]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Bound:
    """Values that are an error: those that stand in a relation to a limit.

    Attributes
    ----------
    relation, limit
        ``(">", 50.0)``.
    per_hertz
        The limit is multiplied by the sampling frequency.
    """

    relation: Literal[">", "<", ">=", "<=", "!="]
    limit: float
    per_hertz: bool = False

    def reached(self, values: NDArray[np.float64], frequency: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return where values are an error; missing ones are none."""
        limit = self.limit * frequency if self.per_hertz else self.limit
        return np.asarray(_COMPARE[self.relation](values, limit) & ~np.isnan(values), dtype=bool)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What one test looks at and when it fails.

    Attributes
    ----------
    test
        Its name.
    of
        ``"flux"``: one statistic per flux, ``<test>_<flux>``; ``"series"``: one per series of the flux; ``"all"``: one for all fluxes;
        ``"value"``: the flux itself.
    severe, moderate
        Each of these bounds is an error of its kind; a severe error is no moderate one.
    only
        Fluxes that are tested.
    """

    test: str
    of: Literal["flux", "series", "all", "value"]
    severe: tuple[Bound, ...]
    moderate: tuple[Bound, ...] = ()
    only: tuple[str, ...] = ("FC", "H", "LE", "TAU")


def _samples(share: float) -> Bound:
    return Bound(">", share * _HALF_HOUR, per_hertz=True)


LIMITS: tuple[Limit, ...] = (
    Limit(test="range", of="value", severe=(Bound(">", 70.0), Bound("<", -100.0)), only=("FC",)),
    Limit(test="range", of="value", severe=(Bound(">", 1000.0), Bound("<", -300.0)), only=("LE", "H")),
    Limit(test="range", of="value", severe=(Bound(">", 0.1), Bound("<", -7.0)), only=("TAU",)),
    Limit(test="FMR", of="flux", severe=(Bound(">", 15.0),), moderate=(Bound(">", 5.0),)),
    Limit(test="LGD", of="flux", severe=(Bound(">", 180.0),), moderate=(Bound(">", 90.0),)),
    Limit(test="SADiag", of="all", severe=(Bound(">", 0.0),)),
    Limit(test="GADiag", of="all", severe=(Bound("!=", 0.0),), only=("FC", "LE")),
    Limit(test="wind_sector", of="all", severe=(Bound("!=", 0.0),)),
    Limit(test="AL1", of="series", severe=(Bound("<=", 0.5),), moderate=(Bound("<=", 0.75),)),
    Limit(test="DDI", of="series", severe=(Bound(">=", 300.0, per_hertz=True),), moderate=(Bound(">=", 150.0, per_hertz=True),)),
    Limit(test="LSR", of="flux", severe=(Bound("<", 0.99),), moderate=(Bound("<=", 0.995),)),
    Limit(test="KID", of="series", severe=(Bound(">", 50.0),), moderate=(Bound(">", 30.0),)),
    Limit(test="HF5", of="series", severe=(_samples(0.04),), moderate=(_samples(0.02),)),
    Limit(test="HD5", of="series", severe=(_samples(0.04),), moderate=(_samples(0.02),)),
    Limit(test="HF10", of="series", severe=(_samples(0.01),), moderate=(_samples(0.005),)),
    Limit(test="HD10", of="series", severe=(_samples(0.01),), moderate=(_samples(0.005),)),
    Limit(test="DIP", of="series", severe=(Bound("<", 0.0),), moderate=(Bound("<=", 0.1),)),
    Limit(test="M98", of="flux", severe=(Bound(">", 3.0),), moderate=(Bound(">", 2.0),)),
    Limit(test="ITC_w", of="all", severe=(Bound(">", 100.0),), moderate=(Bound(">", 30.0),)),
)
"""Tests and their thresholds. A probability of the dip is never below 0: no dip is a severe error, a defect of RFlux kept as it is."""


class Errors(NamedTuple):
    """Errors of one flux.

    Attributes
    ----------
    tests
        Test → (n,) int8: `NO_ERROR`, `MODERATE` or `SEVERE`.
    severe, moderate
        (n,) whether any test says so.
    """

    tests: dict[str, NDArray[np.int8]]
    severe: NDArray[np.bool_]
    moderate: NDArray[np.bool_]


def evaluate(values: Mapping[str, ArrayLike], frequency: ArrayLike, limits: tuple[Limit, ...] = LIMITS) -> dict[str, Errors]:
    """Return the errors of each flux.

    Parameters
    ----------
    values
        Names of :data:`icos_ecosystem.vocabulary.rflux.RFLUX_STATISTICS`, and ``FC`` [µmol m-2 s-1], ``H``, ``LE`` [W m-2], ``TAU``
        [kg m-1 s-2, downward negative], ``GADiag`` (number of LI-COR flags), ``wind_sector`` (not 0 where the wind comes from an invalid
        one), ``ITC_w`` (deviation [%]) → (n,) values. What is absent or NaN is no error.
    frequency
        () or (n,) sampling frequency [Hz].
    limits
        Tests; default: RFlux's.
    """
    arrays = {name: np.atleast_1d(np.asarray(value, dtype=np.float64)) for name, value in values.items()}
    size = np.broadcast_shapes(*(array.shape for array in arrays.values())) if arrays else (0,)
    hertz = np.asarray(frequency, dtype=np.float64)
    found: dict[str, Errors] = {}
    for flux in FLUXES:
        tests: dict[str, NDArray[np.int8]] = {}
        for limit in (limit for limit in limits if flux in limit.only):
            level = np.zeros(size, dtype=np.int8)
            for name in _names(limit, flux):
                if name in arrays:
                    array = np.broadcast_to(arrays[name], size)
                    for grade, bounds in ((MODERATE, limit.moderate), (SEVERE, limit.severe)):
                        for bound in bounds:
                            level = np.where(bound.reached(array, hertz), np.maximum(level, grade), level).astype(np.int8)
            tests[limit.test] = level
        levels = np.array(list(tests.values()))
        found[flux] = Errors(tests, np.any(levels == SEVERE, axis=0), np.any(levels == MODERATE, axis=0))
    return found


def _names(limit: Limit, flux: str) -> tuple[str, ...]:
    called, series = FLUXES[flux]
    return {
        "flux": (f"{limit.test}_{called}",),
        "series": tuple(f"{limit.test}_{each}" for each in series),
        "all": (limit.test,),
        "value": (flux,),
    }[limit.of]
