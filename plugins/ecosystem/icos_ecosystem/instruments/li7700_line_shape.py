"""What temperature, pressure and water vapour do to the absorption line that a LI-7700 measures methane with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.ambient_state import AmbientState

    FloatArray = NDArray[np.float64]

__all__ = ["NO_CORRECTION", "LineShape", "li7700_line_shape"]

NO_CORRECTION: tuple[tuple[float, ...], ...] = ((1.0,),)
"""Coefficients of a kappa that is one everywhere."""
_BROADENING = 0.46
_TEMPERATURE, _PRESSURE = 298.15, 101_325.0
_TEMPERATURE_STEP, _PRESSURE_STEP = 100.0, 100_000.0


class LineShape(NamedTuple):
    """Multipliers of the LI-7700, arrays of shape (n,): A of the whole, B of the term of vapour, C of the term of heat."""

    whole: FloatArray
    vapour: FloatArray
    heat: FloatArray


def li7700_line_shape(
    state: AmbientState, coefficients: Sequence[Sequence[float]] = NO_CORRECTION, broadening: float = _BROADENING
) -> LineShape:
    """Return the multipliers by which the spectroscopic effects of a LI-7700 enter the correction for density fluctuations.

    Parameters
    ----------
    state
        The air; taken as dry where its humidity is unknown.
    coefficients
        Of the polynomial ``kappa = sum c[i][j] t^i p^j`` with ``t = (T - 298.15 K) / 100 K`` and ``p = (Pe - 101325 Pa) / 100000 Pa``.
        Default: one, so that nothing is corrected.
    broadening
        How much more than dry air water vapour broadens the line.

    Returns
    -------
    LineShape
        For :func:`icos_ecosystem.density_corrections.open_path_gas`.

    Raises
    ------
    ValueError
        For no coefficients, or rows of unequal length.

    Notes
    -----
    The true molar density is ``kappa(T, Pe)`` times the measured one, with the equivalent pressure ``Pe = P (1 + broadening x)`` of air
    with the mole fraction x of vapour. To first order in the fluctuations of temperature and vapour density it follows that::

        A = kappa
        B = 1 + (1 - x) broadening P (dkappa/dPe) / kappa
        C = 1 + (1 - x) T (dkappa/dT) / kappa + x (B - 1)

    The manual of the analyser tabulates kappa and its derivatives. That table is neither free nor part of this suite, hence the default:
    without coefficients a run makes no spectroscopic correction. A least-squares polynomial through the manual's kappa gives them. The
    broadening of 0.46 is unverified.

    References
    ----------
    McDermitt, D. et al. (2011), Appl. Phys. B 102, 391-405, doi:10.1007/s00340-010-4307-0.
    """
    if not coefficients or not coefficients[0] or any(len(row) != len(coefficients[0]) for row in coefficients):
        raise ValueError("coefficients of kappa: expected rows (powers of temperature) of the same number of columns (powers of pressure)")
    matrix = np.array(coefficients, dtype=np.float64)
    fraction = np.nan_to_num(state.vapour_pressure / state.pressure)
    temperature = (state.temperature - _TEMPERATURE) / _TEMPERATURE_STEP
    pressure = (state.pressure * (1.0 + broadening * fraction) - _PRESSURE) / _PRESSURE_STEP
    polynomial = np.polynomial.polynomial
    kappa = np.asarray(polynomial.polyval2d(temperature, pressure, matrix), dtype=np.float64)
    by_temperature = polynomial.polyval2d(temperature, pressure, polynomial.polyder(matrix, axis=0)) / _TEMPERATURE_STEP
    by_pressure = polynomial.polyval2d(temperature, pressure, polynomial.polyder(matrix, axis=1)) / _PRESSURE_STEP
    vapour = 1.0 + (1.0 - fraction) * broadening * state.pressure * by_pressure / kappa
    heat = 1.0 + (1.0 - fraction) * state.temperature * by_temperature / kappa + fraction * (vapour - 1.0)
    return LineShape(kappa, vapour, heat)
