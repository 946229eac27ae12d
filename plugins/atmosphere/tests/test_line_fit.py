"""Lines through cylinders: published check value, numpy's polynomials, scipy's orthogonal regression, and derivatives."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_atmosphere.line_fit import fit_line, fit_line_odr

if TYPE_CHECKING:
    from icos_atmosphere.line_fit import LineFit
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

ASSIGNED = np.array([379.84, 399.97, 419.93, 449.72])
MEASURED = (ASSIGNED - 0.304) / 1.00527


def disturbed(seed: int, sequences: int = 1) -> FloatArray:
    return MEASURED + np.random.default_rng(seed).normal(0.0, 0.02, (sequences, 4))


def test_noiseless_cylinders_return_their_line() -> None:
    for line in (fit_line(MEASURED[np.newaxis], ASSIGNED), fit_line_odr(MEASURED[np.newaxis], ASSIGNED, 0.02, 0.03)):
        assert line.slope == pytest.approx([1.00527], abs=1e-12)
        assert line.intercept == pytest.approx([0.304], abs=1e-12)
        assert line.residual == pytest.approx(np.zeros((1, 4)), abs=1e-12)
        assert line.cylinders.tolist() == [4]


def test_interpolated_in_time() -> None:
    """Six of fifteen days from one calibration to the next, at a reading of 410: the check value of the reference, both ways."""
    second = (ASSIGNED - 0.39) / 1.00511
    line = fit_line([MEASURED, second], ASSIGNED)
    late = 6.0 / 15.0
    slope, intercept = ((1.0 - late) * each[0] + late * each[1] for each in (line.slope, line.intercept))
    values = line.at(410.0)
    assert slope * 410.0 + intercept == pytest.approx(412.47286, abs=1e-9)
    assert (1.0 - late) * values[0] + late * values[1] == pytest.approx(412.47286, abs=1e-9)


@pytest.mark.parametrize("weight", [None, np.array([1.0, 2.0, 0.5, 4.0])], ids=["equal", "weighted"])
def test_coefficients_and_covariance_are_those_of_numpy(weight: FloatArray | None) -> None:
    measured = disturbed(1, 5)
    line = fit_line(measured, ASSIGNED, weight)
    for number, reading in enumerate(measured):
        # The centred polynomial, as numpy's own is not exact enough at 400 µmol/mol for a covariance.
        w = None if weight is None else np.sqrt(weight)
        coefficients, covariance = np.polyfit(reading - line.centre[number], ASSIGNED, 1, w=w, cov=True)
        assert line.slope[number] == pytest.approx(coefficients[0], rel=1e-12)
        assert line.at(line.centre)[number] == pytest.approx(coefficients[1], rel=1e-13)
        assert line.slope_variance[number] == pytest.approx(covariance[0, 0], rel=1e-9)
        assert line.variance(line.centre)[number] == pytest.approx(covariance[1, 1], rel=1e-9)


def test_variance_follows_from_the_covariance() -> None:
    line = fit_line(disturbed(2), ASSIGNED)
    reading = 410.0
    from_matrix = line.intercept_variance + 2.0 * reading * line.covariance + reading**2 * line.slope_variance
    assert from_matrix == pytest.approx(line.variance(reading), rel=1e-7)


def test_variance_is_that_of_replicates() -> None:
    """50,000 draws of assigned values with equal errors: spread of the line, and mean of the variance that the residuals tell."""
    rng = np.random.default_rng(3)
    draws = ASSIGNED + rng.normal(0.0, 0.03, (50_000, 4))
    line = fit_line(np.broadcast_to(MEASURED, draws.shape), draws)
    for reading in (380.0, 410.0, 470.0):
        assert np.var(line.at(reading)) == pytest.approx(np.mean(line.variance(reading)), rel=0.03)
    assert np.mean(np.square(line.residual_sd)) == pytest.approx(0.03**2, rel=0.03)


def test_the_line_is_a_weighted_mean_of_the_assigned_values() -> None:
    readings = np.array([[375.0, 380.0, 410.0], [412.0, 430.0, 500.0]])
    measured = disturbed(4, 3)
    measured[1, 2] = np.nan
    line = fit_line(measured, ASSIGNED, [1.0, 2.0, 3.0, 1.0])
    shares = line.shares(readings)
    assert shares.shape == (2, 3, 4)
    assert np.all(shares[:, 1, 2] == 0.0)
    assert np.sum(shares, axis=-1) == pytest.approx(np.ones((2, 3)), abs=1e-12)
    assert shares @ ASSIGNED == pytest.approx(line.at(readings), abs=1e-9)


@pytest.mark.parametrize("weight", [None, [1.0, 2.0, 0.5, 4.0]])
def test_sensitivities_are_derivatives(weight: list[float] | None) -> None:
    measured = MEASURED[np.newaxis] + np.array([0.5, -1.0, 0.7, 0.2])  # large residuals, so that every term counts
    step, reading = 1e-3, np.array([430.0])
    line = fit_line(measured, ASSIGNED, weight)
    for number in range(4):
        nudge = step * (np.arange(4) == number)
        by_value = (fit_line(measured, ASSIGNED + nudge, weight).at(reading) - fit_line(measured, ASSIGNED - nudge, weight).at(reading)) / (
            2 * step
        )
        by_reading = (
            fit_line(measured + nudge, ASSIGNED, weight).at(reading) - fit_line(measured - nudge, ASSIGNED, weight).at(reading)
        ) / (2 * step)
        assert line.shares(reading)[0, number] == pytest.approx(by_value[0], abs=1e-8)
        assert line.reading_sensitivities(reading)[0, number] == pytest.approx(by_reading[0], abs=1e-8)


def test_absent_cylinders_are_as_if_they_were_not() -> None:
    measured, assigned = disturbed(5, 2), np.array([ASSIGNED, ASSIGNED])
    measured[0, 1], assigned[1, 3] = np.nan, np.nan
    for fit in (fit_line, lambda x, y: fit_line_odr(x, y, 0.02, 0.03)):
        line = fit(measured, assigned)
        for number, kept in enumerate(([0, 2, 3], [0, 1, 2])):
            alone = fit(measured[[number]][:, kept], assigned[[number]][:, kept])
            assert line.cylinders[number] == 3
            for name in ("slope", "intercept", "unit_variance", "slope_variance", "intercept_variance", "residual_sd"):
                assert getattr(line, name)[number] == pytest.approx(getattr(alone, name)[0], rel=1e-9), name
            assert line.residual[number, kept] == pytest.approx(alone.residual[0], abs=1e-11)
        assert np.isnan(line.residual[0, 1])
        assert np.isnan(line.residual[1, 3])


def test_what_fixes_no_line_is_missing() -> None:
    nan = np.nan
    measured = [[380.0, nan, nan, nan], [nan] * 4, [400.1, 400.1, nan, 400.1], [380.0, 420.0, nan, nan]]
    for line in (fit_line(measured, ASSIGNED), fit_line_odr(measured, ASSIGNED, 0.02, 0.03)):
        assert np.isnan(line.slope).tolist() == [True, True, True, False]
        assert np.isnan(line.at(400.0)).tolist() == [True, True, True, False]
        assert np.isnan(line.residual_sd).all()
        assert line.cylinders.tolist() == [1, 0, 3, 2]
        assert np.isnan(line.shares(400.0)[:3]).all()
    assert np.isnan(fit_line(measured, ASSIGNED).unit_variance).all()
    assert fit_line_odr(measured, ASSIGNED, 0.02, 0.03).unit_variance[3] == 1.0


def test_no_sequence_at_all() -> None:
    for line in (fit_line(np.empty((0, 4)), ASSIGNED), fit_line_odr(np.empty((0, 4)), ASSIGNED, 0.02, 0.03)):
        assert line.slope.shape == (0,)
        assert line.shares(410.0).shape == (0, 4)


def test_lines_are_taken_by_number() -> None:
    line = fit_line(disturbed(6, 3), ASSIGNED)
    taken = line.take([2, 0, 0, 1, 2])
    readings = np.array([400.0, 401.0, 402.0, 403.0, 404.0])
    assert taken.at(readings).tolist() == [line.at(reading)[number] for reading, number in zip(readings, [2, 0, 0, 1, 2], strict=True)]
    assert taken.shares(readings).shape == (5, 4)


def odr(measured: FloatArray, measured_sd: FloatArray, assigned_sd: FloatArray) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        scipy_odr = pytest.importorskip("scipy.odr", reason="scipy.odr left scipy")
        data = scipy_odr.RealData(measured, ASSIGNED, sx=measured_sd, sy=assigned_sd)
        fit = scipy_odr.ODR(data, scipy_odr.polynomial(1), beta0=[0.0, 1.0], sstol=1e-15, partol=1e-15, maxit=200)
        # The derivatives of the model, instead of differences that cost the covariance its digits.
        fit.set_job(fit_type=0, deriv=2)
        return fit.run()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "uncertainty",
    [(np.full(4, 0.02), np.full(4, 0.03)), (np.array([0.5, 1.0, 2.0, 1.5]), np.array([2.0, 0.7, 1.0, 3.0]))],
    ids=["as cylinders have", "large and unequal"],
)
def test_orthogonal_regression_is_that_of_odrpack(seed: int, uncertainty: tuple[FloatArray, FloatArray]) -> None:
    rng = np.random.default_rng(seed)
    measured = MEASURED + rng.normal(0.0, uncertainty[0])
    line = fit_line_odr(measured[np.newaxis], ASSIGNED, *uncertainty)
    judge = odr(measured, *uncertainty)
    assert line.slope[0] == pytest.approx(judge.beta[1], rel=1e-8)
    assert line.at(410.0)[0] == pytest.approx(judge.beta[0] + 410.0 * judge.beta[1], abs=1e-6)
    ours = [[line.intercept_variance[0], line.covariance[0]], [line.covariance[0], line.slope_variance[0]]]
    assert np.array(ours) == pytest.approx(judge.cov_beta, rel=1e-5)


def test_orthogonal_regression_and_least_squares_hardly_differ() -> None:
    """With errors as cylinders have them; no draw differs by more than a millionth of a µmol/mol at 410."""
    line, other = fit_line(disturbed(7, 500), ASSIGNED), fit_line_odr(disturbed(7, 500), ASSIGNED, 0.02, 0.03)
    difference = np.abs(line.at(410.0) - other.at(410.0))
    assert 0.0 < np.max(difference) < 1e-6


def fits(line: LineFit) -> list[float]:
    return [*line.slope, *line.intercept]


def test_a_cylinder_without_error_is_left_out_of_orthogonal_regression() -> None:
    uncertainty = np.array([0.0, 0.03, 0.03, 0.03])
    found = fit_line_odr(disturbed(8), ASSIGNED, np.where(uncertainty > 0, 0.02, 0.0), uncertainty)
    without = fit_line_odr(disturbed(8)[:, 1:], ASSIGNED[1:], 0.02, 0.03)
    assert fits(found) == pytest.approx(fits(without), rel=1e-12)


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match=r"\(sequences, cylinders\), not of shape \(4,\)"):
        fit_line(MEASURED, ASSIGNED)
    with pytest.raises(ValueError, match=r"assigned values \(3,\) or weights \(\) do not fit the readings \(1, 4\)"):
        fit_line(MEASURED[np.newaxis], ASSIGNED[:3])
    with pytest.raises(ValueError, match="weights of cylinders must not be negative"):
        fit_line(MEASURED[np.newaxis], ASSIGNED, [1.0, -1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="uncertainties of cylinders must not be negative"):
        fit_line_odr(MEASURED[np.newaxis], ASSIGNED, -0.02, 0.03)
