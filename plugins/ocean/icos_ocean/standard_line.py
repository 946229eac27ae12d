"""The straight line through the standard gases at the time of a sample.

Each cylinder's reading is interpolated linearly in time between its runs (`interpolate_standard`), then a line is fitted across the
cylinders (`fit_line`); `line_sensitivities` says how the mole fraction that the line gives depends on every reading and assigned value.
`icos_ocean.gas_standards` states the equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = [
    "AFTER_ONLY",
    "BEFORE_ONLY",
    "BRACKETED",
    "FORMS",
    "MISSING",
    "Form",
    "InterpolatedStandard",
    "Line",
    "Standard",
    "check_standards",
    "fit_line",
    "interpolate_standard",
    "line_sensitivities",
]

Form = Literal["measured-on-true", "true-on-measured"]
FORMS: tuple[Form, ...] = ("measured-on-true", "true-on-measured")

MISSING, BRACKETED, BEFORE_ONLY, AFTER_ONLY = 0, 1, 2, 3
"""How a cylinder stands to a sample: not usable, runs on both sides, only runs before it, only runs after it."""


@dataclass(frozen=True, kw_only=True)
class Standard:
    """A cylinder and its runs.

    Attributes
    ----------
    time : ndarray
        Times of the runs, increasing, s.
    reading : ndarray
        Mean reading of each run. A NaN (missing or bad run) makes the cylinder unusable between the runs on either side of it.
    reading_uncertainty : ndarray
        Standard uncertainty of each mean reading (repeatability divided by the root of the number of readings).
    xco2 : float
        Assigned value.
    xco2_uncertainty : float
        Standard uncertainty of the assigned value.
    """

    time: FloatArray
    reading: FloatArray
    reading_uncertainty: FloatArray
    xco2: float
    xco2_uncertainty: float


class InterpolatedStandard(NamedTuple):
    """One cylinder at the times of n samples; *back* and *ahead* are the runs before and after."""

    used: FloatArray  # 1 where usable, else 0
    reading: FloatArray  # 0 where not usable
    variance: FloatArray  # of `reading`, from the noise of the run means
    back: NDArray[np.intp]  # which run
    ahead: NDArray[np.intp]
    weight_back: FloatArray
    weight_ahead: FloatArray
    since_back: FloatArray  # s
    until_ahead: FloatArray  # s
    position: NDArray[np.int8]


class Line(NamedTuple):
    """Straight line through the cylinders at the time of each sample; lists run over cylinders, arrays over samples."""

    form: Form
    number: FloatArray  # of usable cylinders
    mean_true: FloatArray
    mean_measured: FloatArray
    true: list[FloatArray]  # c_i less its mean, 0 where not usable
    measured: list[FloatArray]
    spread: FloatArray  # S(c,c) or S(M,M), whichever the form divides by
    gain: FloatArray  # change of mole fraction with reading: a or 1/s


def check_standards(standards: Sequence[Standard], form: str) -> None:
    """Refuse what would give wrong numbers silently.

    Raises
    ------
    ValueError
        If shapes do not fit, the runs of a cylinder are not in order of time or `form` is unknown.
    """
    if form not in FORMS:
        raise ValueError(f"unknown form of the regression {form!r}, expected one of {', '.join(FORMS)}")
    for number, standard in enumerate(standards):
        shapes = standard.time.shape, standard.reading.shape, standard.reading_uncertainty.shape
        if len(set(shapes)) != 1 or standard.time.ndim != 1:
            raise ValueError(f"standard {number}: time, reading and reading_uncertainty differ in shape: {shapes}")
        if not np.all(np.diff(standard.time) > 0.0):
            raise ValueError(f"standard {number}: times of its runs must increase")


def interpolate_standard(standard: Standard, t: FloatArray) -> InterpolatedStandard:
    """Interpolate the reading of a cylinder in time; before its first and after its last run it is held.

    Parameters
    ----------
    standard : Standard
        The cylinder.
    t : (n,) ndarray
        Times of the samples, s.
    """
    runs = standard.time.size
    if runs == 0:
        zero, none = np.zeros_like(t), np.zeros(t.shape, dtype=np.intp)
        return InterpolatedStandard(zero, zero, zero, none, none, zero, zero, zero, zero, np.full(t.shape, MISSING, dtype=np.int8))
    following = np.searchsorted(standard.time, t, side="right")
    back = np.maximum(following - 1, 0)
    ahead = np.minimum(following, runs - 1)
    since = t - standard.time[back]
    until = standard.time[ahead] - t
    early = following == 0
    late = following == runs
    since[early] = 0.0
    until[late] = 0.0
    # Beyond the first and last run one of the two distances is 0 and the weight of the only run is 1.
    weight_ahead = np.where(late, 0.0, np.where(early, 1.0, since / (since + until)))
    weight_back = 1.0 - weight_ahead
    # A weight of 0 must silence a bad run: 0 × NaN would not.
    reading = np.where(weight_back > 0.0, weight_back * standard.reading[back], 0.0)
    reading += np.where(weight_ahead > 0.0, weight_ahead * standard.reading[ahead], 0.0)
    u = standard.reading_uncertainty
    variance = np.square(weight_back * u[back]) + np.square(weight_ahead * u[ahead])
    usable = np.isfinite(reading) & np.isfinite(t)
    position = np.where(late, BEFORE_ONLY, np.where(early, AFTER_ONLY, BRACKETED))
    # A sample at the very time of the last run needs no run after it.
    position = np.where(late & (since == 0.0), BRACKETED, position)
    return InterpolatedStandard(
        used=usable.astype(np.float64),
        reading=np.where(usable, reading, 0.0),
        variance=np.where(usable, variance, 0.0),
        back=back,
        ahead=ahead,
        weight_back=weight_back,
        weight_ahead=weight_ahead,
        since_back=since,
        until_ahead=until,
        position=np.where(usable, position, MISSING).astype(np.int8),
    )


def fit_line(standards: Sequence[Standard], at: Sequence[InterpolatedStandard], form: Form, size: int) -> Line:
    """Fit a least-squares line through the usable cylinders of each sample.

    Divisions by zero, where cylinders are missing, give NaN and are the caller's to silence.

    Parameters
    ----------
    standards : sequence of Standard
        The cylinders.
    at : sequence of InterpolatedStandard
        The same at the times of the samples.
    form : {"measured-on-true", "true-on-measured"}
        Which way the line is fitted.
    size : int
        Number of samples.

    Returns
    -------
    Line
        With a gain of NaN where fewer than two cylinders are usable or all agree.
    """
    count = np.zeros(size)
    mean_true = np.zeros(size)
    mean_measured = np.zeros(size)
    for standard, one in zip(standards, at, strict=True):
        count += one.used
        mean_true += standard.xco2 * one.used
        mean_measured += one.reading
    mean_true /= count
    mean_measured /= count
    true = [one.used * (standard.xco2 - mean_true) for standard, one in zip(standards, at, strict=True)]
    measured = [one.used * (one.reading - mean_measured) for one in at]
    products = np.zeros(size)
    spread = np.zeros(size)
    for c, M in zip(true, measured, strict=True):
        products += c * M
        spread += np.square(M if form == "true-on-measured" else c)
    # Two cylinders of one value, or one cylinder, fix no line.
    spread[(count < 2.0) | (spread <= 0.0)] = np.nan
    gain = products / spread if form == "true-on-measured" else spread / products
    gain[~np.isfinite(gain)] = np.nan
    return Line(form, count, mean_true, mean_measured, true, measured, spread, gain)


def line_sensitivities(at: Sequence[InterpolatedStandard], line: Line, m: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield for each cylinder how the mole fraction x of samples read as `m` depends on its value and on its reading.

    Parameters
    ----------
    at : sequence of InterpolatedStandard
        The cylinders at the times of the samples.
    line : Line
        The line through them.
    m : (n,) ndarray
        Readings of the samples, µmol mol⁻¹.

    Yields
    ------
    (n,) ndarray, (n,) ndarray
        ∂x/∂c_i and ∂x/∂M_i; 0 for a cylinder that is not in use.
    """
    above_measured = m - line.mean_measured
    above_true = line.gain * above_measured
    for one, c, M in zip(at, line.true, line.measured, strict=True):
        # Residual of the cylinder as a mole fraction; it enters the derivative of the coefficient that the form divides by.
        residual = c - line.gain * M
        if line.form == "true-on-measured":
            per_value = one.used / line.number + M * above_measured / line.spread
            per_reading = -line.gain * per_value + residual * above_measured / line.spread
        else:
            share = one.used / line.number + c * above_true / line.spread
            per_reading = -line.gain * share
            per_value = share + residual * above_true / line.spread
        yield per_value, per_reading
