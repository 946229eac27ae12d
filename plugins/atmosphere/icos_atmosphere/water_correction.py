"""Dry mole fractions from readings in moist air.

Water vapour dilutes the sample and changes the absorption lines of the other gases. With the water vapour h that the analyser reports, in %
(`h2o_reported` of a Picarro, before its own calibration of water; not its column ``H2O``):

============= =======================================================================================================
quadratic     dry = wet / (1 + a h + b h²), with the factory's coefficients or with those of a test with moist cylinder air
              (Chen et al. 2010, Rella et al. 2013)
reum-2019     dry = wet / (1 + a h + b h² + d (exp(-h / h_p) - 1)): a deviation near zero humidity that two coefficients
              cannot follow (Reum et al. 2019; the form is unverified)
co-2013       dry = (wet - (c1 h + c2 h² + c3 h³ + c4 h⁴)) / (1 + a h + b h²): CO of a G2401, whose reading shifts with
              water lines beside its own (Chen et al. 2013)
cubic         dry = wet / (1 + a h + b h² + c h³) with h as a fraction: N2O and CO of a G5310
none          dry = wet: a sample that is dry
============= =======================================================================================================

An analyser renews its gases one after the other. Its own dry mole fractions take for h the mean of the last two readings of water vapour,
the one before and the one after the gas (`mean_of_last_two`); with it the factory's form repeats the dry columns of a G2301 to the last
digits, with the reading of the same row to 3.2·10⁻⁵ relative.

References
----------
Chen, H. et al. (2010), Atmos. Meas. Tech. 3, 375-386, doi:10.5194/amt-3-375-2010.
Chen, H. et al. (2013), Atmos. Meas. Tech. 6, 1031-1040, doi:10.5194/amt-6-1031-2013.
Rella, C. W. et al. (2013), Atmos. Meas. Tech. 6, 837-860, doi:10.5194/amt-6-837-2013.
Reum, F. et al. (2019), Atmos. Meas. Tech. 12, 1013-1027, doi:10.5194/amt-12-1013-2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "FACTORY",
    "Correction",
    "Form",
    "dry_mole_fraction",
    "factory_correction",
    "mean_of_last_two",
    "water_vapour_from_reported",
    "wet_mole_fraction",
]

Form = Literal["quadratic", "reum-2019", "co-2013", "cubic", "none"]


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Form and coefficients of a water correction; those that a form does not have are 0.

    Attributes
    ----------
    form
        See the module.
    a, b, c
        Coefficients of h, h² and h³; h in %, in the form ``cubic`` as a fraction.
    d, h_p
        Size (1) and scale (%) of the deviation near zero humidity in the form ``reum-2019``.
    c1, c2, c3, c4
        Shift of the reading in the form ``co-2013``, in the unit of the gas per power of %.

    Raises
    ------
    ValueError
        If the form is unknown, or `h_p` is not positive.
    """

    form: Form = "quadratic"
    a: float = 0.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    h_p: float = 1.0
    c1: float = 0.0
    c2: float = 0.0
    c3: float = 0.0
    c4: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what would give wrong numbers silently."""
        if self.form not in get_args(Form):
            raise ValueError(f"unknown form of the water correction {self.form!r}, expected one of {', '.join(get_args(Form))}")
        if not self.h_p > 0.0:
            raise ValueError(f"h_p must be positive, not {self.h_p:g}")


FACTORY: Mapping[str, Correction] = {"co2": Correction(a=-0.0120, b=-2.67e-4), "ch4": Correction(a=-0.00982, b=-2.39e-4)}
"""Gas → the factory's correction of Picarro analysers (Chen et al. 2010, Rella et al. 2013)."""


def factory_correction(gas: str) -> Correction:
    """Return the factory's correction of a gas.

    Raises
    ------
    ValueError
        For a gas without one.
    """
    if gas not in FACTORY:
        raise ValueError(f"no factory coefficients of the water correction of {gas!r} are known (known: {', '.join(FACTORY)})")
    return FACTORY[gas]


def dry_mole_fraction(wet: ArrayLike, humidity: ArrayLike, correction: Correction) -> FloatArray:
    """Correct readings in moist air for water vapour.

    Parameters
    ----------
    wet : array_like
        Mole fraction in moist air as the analyser reads it, any unit; in the form ``co-2013`` that of its shift.
    humidity : array_like
        Water vapour as the analyser reports it, %; the shape of `wet` or one that numpy broadcasts to it.
    correction : Correction
        Form and coefficients.

    Returns
    -------
    ndarray
        Mole fraction in dry air, in the unit of `wet`; NaN where either is missing, and where the humidity is so far from what an
        analyser can read that the divisor is not positive.
    """
    wet, humidity = np.asarray(wet, dtype=np.float64), np.asarray(humidity, dtype=np.float64)
    if correction.form == "none":
        return wet.copy()
    dry: FloatArray = (wet - _shift(humidity, correction)) / _divisor(humidity, correction)
    return dry


def wet_mole_fraction(dry: ArrayLike, humidity: ArrayLike, correction: Correction) -> FloatArray:
    """Return what an analyser reads in moist air: the inverse of `dry_mole_fraction`.

    Parameters
    ----------
    dry : array_like
        Mole fraction in dry air, in any unit; in the form ``co-2013`` that of its shift.
    humidity : array_like
        Water vapour as the analyser reports it, %; the shape of `dry` or one that numpy broadcasts to it.
    correction : Correction
        Form and coefficients.

    Returns
    -------
    ndarray
        Mole fraction in moist air, in the unit of `dry`.
    """
    dry, humidity = np.asarray(dry, dtype=np.float64), np.asarray(humidity, dtype=np.float64)
    if correction.form == "none":
        return dry.copy()
    wet: FloatArray = dry * _divisor(humidity, correction) + _shift(humidity, correction)
    return wet


def mean_of_last_two(humidity: ArrayLike) -> FloatArray:
    """Mean of each reading of water vapour and the one before it.

    Parameters
    ----------
    humidity : (n,) array_like
        Successive readings, one per renewal (not per row), %.

    Returns
    -------
    (n,) ndarray
        Means, %. The first, and one after a missing reading, is the reading itself.
    """
    humidity = np.asarray(humidity, dtype=np.float64)
    mean = humidity.copy()
    mean[1:] = np.where(np.isfinite(humidity[:-1]), 0.5 * (humidity[:-1] + humidity[1:]), humidity[1:])
    return mean


def water_vapour_from_reported(humidity: ArrayLike) -> FloatArray:
    """Mole fraction of water vapour as a Picarro G2301 calibrates what it reports: H2O = 0.772 h + 0.019493 h².

    Parameters
    ----------
    humidity : array_like
        Water vapour as the analyser reports it, %.

    Returns
    -------
    ndarray
        Its column ``H2O``, %.
    """
    h = np.asarray(humidity, dtype=np.float64)
    calibrated: FloatArray = h * (0.772 + 0.019493 * h)
    return calibrated


def _shift(h: FloatArray, correction: Correction) -> FloatArray | float:
    if correction.form != "co-2013":
        return 0.0
    shift: FloatArray = h * (correction.c1 + h * (correction.c2 + h * (correction.c3 + h * correction.c4)))
    return shift


def _divisor(h: FloatArray, correction: Correction) -> FloatArray:
    if correction.form == "cubic":
        h = 0.01 * h
    divisor = 1.0 + h * (correction.a + h * (correction.b + h * correction.c))
    if correction.form == "reum-2019":
        with np.errstate(over="ignore"):
            divisor = divisor + correction.d * np.expm1(-h / correction.h_p)
    usable: FloatArray = np.where((divisor > 0.0) & np.isfinite(divisor), divisor, np.nan)
    return usable
