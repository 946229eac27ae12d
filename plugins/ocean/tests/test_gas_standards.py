"""Calibration with standard gases: exactness, real cruises, another program's method, Monte Carlo and replicates."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from icos_ocean.analyser_response import drift_rate, lack_of_fit
from icos_ocean.gas_runs import run_means
from icos_ocean.gas_standards import calibrate
from icos_ocean.standard_line import AFTER_ONLY, BEFORE_ONLY, BRACKETED, FORMS, MISSING, Standard
from standard_gases import HOUR, cylinder, reading_of, simulated_cruise

CYLINDERS = {"STD2": 228.4, "STD3": 412.5, "STD4": 507.77}


def linear_analyser(xco2, time):
    """Reading of an analyser whose gain and zero drift linearly, which interpolation in time follows exactly."""
    return (1.01 + 2e-7 * time) * xco2 + 0.8 - 3e-5 * time


# The line


@pytest.mark.parametrize("form", FORMS)
def test_a_linear_analyser_is_inverted_exactly(form):
    standards = [
        cylinder(c, t, linear_analyser(c, t))
        for c, t in zip((230.0, 410.0, 510.0), np.array([[0, 9e3], [300, 9.3e3], [600, 9.6e3]]), strict=True)
    ]
    time = np.linspace(600, 9e3, 50)
    truth = np.linspace(150, 620, 50)
    result = calibrate(time, linear_analyser(truth, time), standards, form=form)
    np.testing.assert_allclose(result.xco2, truth, rtol=1e-12)
    reading = linear_analyser(truth, time)
    line = result.slope * reading + result.intercept if form == "true-on-measured" else (reading - result.intercept) / result.slope
    np.testing.assert_allclose(line, truth, rtol=1e-12)
    assert result.bracketed.all()
    np.testing.assert_allclose(result.outside, np.maximum(0, np.maximum(230 - truth, truth - 510)), atol=1e-9)


def test_the_line_is_that_of_polyfit():
    rng = np.random.default_rng(40)
    values = np.array([230.0, 330.0, 410.0, 510.0])
    runs = np.arange(5) * 4 * HOUR
    readings = values[:, None] + rng.normal(0, 1.5, (4, 5))
    standards = [cylinder(c, runs, row) for c, row in zip(values, readings, strict=True)]
    time, reading = rng.uniform(0, runs[-1], 20), rng.uniform(200, 550, 20)
    at = np.array([np.interp(time, runs, row) for row in readings]).T
    slope, intercept = np.array([np.polyfit(m, values, 1) for m in at]).T
    np.testing.assert_allclose(calibrate(time, reading, standards, form="true-on-measured").xco2, slope * reading + intercept, rtol=1e-12)
    slope, intercept = np.array([np.polyfit(values, m, 1) for m in at]).T
    np.testing.assert_allclose(calibrate(time, reading, standards).xco2, (reading - intercept) / slope, rtol=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_standards_before_and_after_only_are_held_constant_and_marked(form):
    standards = [cylinder(c, [1000, 2000], [c + 1, c + 2]) for c in (230.0, 410.0, 510.0)]
    result = calibrate([0, 1000, 1500, 2000, 3000], [300.0] * 5, standards, form=form)
    np.testing.assert_allclose(result.xco2, [299, 299, 298.5, 298, 298], rtol=1e-12)
    assert result.after_only.tolist() == [True, False, False, False, False]
    assert result.before_only.tolist() == [False, False, False, False, True]
    assert result.bracketed.tolist() == [False, True, True, True, False]
    assert result.position[0].tolist() == [AFTER_ONLY, BRACKETED, BRACKETED, BRACKETED, BEFORE_ONLY]


def test_a_bad_run_removes_the_cylinder_on_both_sides():
    runs = np.array([0.0, 1000, 2000, 3000, 4000])
    standards = [cylinder(c, runs, np.full(5, c)) for c in (230.0, 410.0, 510.0)]
    broken = standards[2].reading.copy()
    broken[2] = np.nan
    standards[2] = replace(standards[2], reading=broken)
    result = calibrate([500, 999, 1000, 1001, 2000, 2999, 3000, 3001], [480.0] * 8, standards)
    assert result.n_standards.tolist() == [3, 3, 3, 2, 2, 2, 3, 3]
    assert result.position[2].tolist() == [BRACKETED] * 3 + [MISSING] * 3 + [BRACKETED] * 2
    np.testing.assert_allclose(result.xco2, 480.0)
    np.testing.assert_allclose(result.outside, [0, 0, 0, 70, 70, 70, 0, 0], atol=1e-9)
    assert result.bracketed.all()
    assert np.isfinite(result.regression).all()


def test_a_bad_first_run_is_not_extrapolated_into_the_past():
    standards = [cylinder(230.0, [0, 1000], [230, 230]), cylinder(410.0, [0, 1000], [410, 410]), cylinder(510.0, [0, 1000], [np.nan, 510])]
    result = calibrate([-10, 500, 1000, 2000], [300.0] * 4, standards)
    assert result.n_standards.tolist() == [2, 2, 3, 3]


@pytest.mark.parametrize("form", FORMS)
def test_what_cannot_be_calibrated_is_missing(form):
    one = cylinder(410.0, [0, 1000], [411, 411])
    never = cylinder(510.0, [], [])
    for standards in ([], [never], [one], [one, never], [one, one]):
        result = calibrate([500, 600], [300.0, 300.0], standards, form=form)
        for values in (result.xco2, result.outside, result.standards, result.regression, result.interpolation, result.sample):
            assert np.isnan(values).all()
    result = calibrate([500, np.nan], [np.nan, 300.0], [one, cylinder(510.0, [0, 1000], [511, 511])], form=form)
    assert np.isnan(result.xco2).all()
    assert result.n_standards.tolist() == [2, 0]
    assert calibrate([], [], [one], form=form).xco2.size == 0


def test_long_series_equal_single_samples():
    rng = np.random.default_rng(41)
    runs = np.arange(40) * 4 * HOUR
    standards = [cylinder(c, runs + 300 * i, c + rng.normal(0, 0.3, 40)) for i, c in enumerate((230.0, 410.0, 510.0))]
    time = rng.uniform(-HOUR, runs[-1] + HOUR, 40_000)
    reading = rng.uniform(200, 550, time.size)
    whole = calibrate(time, reading, standards, drift_rate=0.1, sample_uncertainty=0.1, lack_of_fit=0.05)
    for i in (0, 16383, 16384, 39999):
        alone = calibrate(time[i : i + 1], reading[i : i + 1], standards, drift_rate=0.1, sample_uncertainty=0.1, lack_of_fit=0.05)
        for name in ("xco2", "standards", "regression", "interpolation", "sample"):
            assert getattr(whole, name)[i] == pytest.approx(getattr(alone, name)[0], rel=1e-13)


def test_mistakes_are_named():
    good = cylinder(410.0, [0, 1000], [411, 411])
    with pytest.raises(ValueError, match="unknown form of the regression 'inverse', expected one of measured-on-true, true-on-measured"):
        calibrate([0], [1], [good], form="inverse")
    with pytest.raises(ValueError, match="standard 1: times of its runs must increase"):
        calibrate([0], [1], [good, cylinder(510.0, [1000, 0], [511, 511])])
    with pytest.raises(ValueError, match="standard 0: time, reading and reading_uncertainty differ in shape"):
        calibrate([0], [1], [replace(good, reading=np.array([1.0]))])
    with pytest.raises(ValueError, match="time and reading must be of one length"):
        calibrate([0, 1], [1], [good])


# Real cruises


def workshop_rows(real_data, name, date_columns, date_format):
    with (real_data / "ocean" / "icos_otc_workshop" / name).open(encoding="cp1252") as lines:
        header = next(lines).rstrip("\n").split("\t")
        rows = [line.rstrip("\n").split("\t") for line in lines if line.strip()]
    stamps = [" ".join(row[header.index(c)] for c in date_columns) for row in rows]
    time = np.array([dt.datetime.strptime(s, date_format).replace(tzinfo=dt.UTC).timestamp() for s in stamps])
    reading = np.array([float(row[header.index("CO2 um/m")]) for row in rows])
    return time, reading, np.array([row[header.index("Type")] for row in rows])


def workshop_samples(real_data, name):
    if name == "part1_calibration.tsv":
        time, reading, kind = workshop_rows(real_data, name, ["Timestamp"], "%d.%m.%Y %H:%M")
    else:
        time, reading, kind = workshop_rows(real_data, name, ["GPS date", "gps time"], "%d/%m/%Y %H:%M:%S")
    codes = list(CYLINDERS)
    code = np.array([codes.index(k) if k in CYLINDERS else -1 for k in kind])
    runs = run_means(time, reading, code, np.ones(time.size, dtype=bool), 900)
    standards = [cylinder(CYLINDERS[k], runs.time[runs.code == i], runs.reading[runs.code == i]) for i, k in enumerate(codes)]
    return time, reading, kind, standards


@pytest.mark.realdata
@pytest.mark.parametrize("form", FORMS)
def test_workshop_cruise_has_the_regression_values(real_data, form):
    time, reading, kind, standards = workshop_samples(real_data, "part2_input_raw_small.tsv")
    water, air = kind == "EQU", kind == "ATM"
    tolerance = 1e-4 if form == "measured-on-true" else 3e-4
    atmosphere = calibrate(time[air], reading[air], standards, form=form).xco2
    assert atmosphere[:3] == pytest.approx([406.3873, 406.1760, 406.5750], abs=tolerance)
    equilibrator = calibrate(time[water], reading[water], standards, form=form).xco2
    assert equilibrator[:4] == pytest.approx([354.3064, 355.2273, 354.0361, 352.8704], abs=tolerance)


def offset_method(time, reading, standards):
    """QuinCe's regression, stated independently: offsets regressed on the true value, the line read at the measured value."""
    values = np.array([s.xco2 for s in standards])
    result = np.empty(time.size)
    for i, (t, x) in enumerate(zip(time, reading, strict=True)):
        at = np.array([np.interp(t, s.time, s.reading) for s in standards])
        result[i] = x - np.polyval(np.polyfit(values, at - values, 1), x)
    return result


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "samples"), [("part1_calibration.tsv", 18), ("part2_input_raw_small.tsv", 27)])
def test_both_forms_agree_with_each_other_and_with_the_regression_of_offsets(real_data, name, samples):
    time, reading, kind, standards = workshop_samples(real_data, name)
    use = (kind == "EQU") | (kind == "ATM")
    assert np.count_nonzero(use) == samples
    one, other = (calibrate(time[use], reading[use], standards, form=form) for form in FORMS)
    assert one.bracketed.all()
    assert np.max(np.abs(one.xco2 - other.xco2)) <= 3e-4
    offsets = offset_method(time[use], reading[use], standards)
    assert np.max(np.abs(one.xco2 - offsets)) <= 0.0064
    assert np.max(np.abs(other.xco2 - offsets)) <= 0.0064
    assert lack_of_fit(standards) > 0.3  # the gases do not lie on a line: 228.45, 412.55 and 509.01 are read at first


# First-order uncertainty

VALUES = np.array([228.4, 412.5, 507.77])
U_VALUES = np.array([0.08, 0.12, 0.2])
RUNS = np.arange(4) * 4 * HOUR + np.array([[0.0], [300.0], [600.0]])
SAMPLE_TIMES = np.array([-2.0, 1.0, 2.1, 3.0, 7.9, 13.5]) * HOUR
SAMPLES = np.array([300.0, 180.0, 380.0, 430.0, 500.0, 620.0])
U_READINGS = np.array([[0.1, 0.05, 0.2, 0.1], [0.15, 0.1, 0.1, 0.2], [0.2, 0.15, 0.1, 0.1]])
DRAWS = 40_000


def straight_line(readings, values, sample_readings, form):
    """Calibrate draws on the first axis, written with other tools than the module: basis functions and lstsq's normal equations."""
    at = np.stack(
        [
            np.stack([np.interp(SAMPLE_TIMES, RUNS[i], unit) for unit in np.eye(RUNS.shape[1])]).T @ readings[:, i, :].T
            for i in range(VALUES.size)
        ]
    )  # cylinder, sample, draw
    true = np.broadcast_to(values.T[:, None, :], at.shape)
    x, y = (at, true) if form == "true-on-measured" else (true, at)
    ones = np.ones_like(x)
    design = np.stack([x, ones], axis=-1).transpose(1, 2, 0, 3)
    slope, intercept = np.moveaxis(
        np.linalg.solve(design.swapaxes(-1, -2) @ design, design.swapaxes(-1, -2) @ y.transpose(1, 2, 0)[..., None])[..., 0], -1, 0
    )
    if form == "true-on-measured":
        return slope * sample_readings.T + intercept
    return (sample_readings.T - intercept) / slope


def first_order(form, **noise):
    standards = [
        Standard(time=t, reading=reading_of(np.full(t.size, c)), reading_uncertainty=u, xco2=c, xco2_uncertainty=v)
        for t, c, u, v in zip(RUNS, VALUES, U_READINGS, U_VALUES, strict=True)
    ]
    return calibrate(SAMPLE_TIMES, reading_of(SAMPLES), standards, form=form, **noise)


def undisturbed():
    readings = np.broadcast_to(reading_of(VALUES)[:, None], (DRAWS, *RUNS.shape))
    return readings, np.broadcast_to(VALUES, (DRAWS, VALUES.size)), np.broadcast_to(reading_of(SAMPLES), (DRAWS, SAMPLES.size))


def walk(rng, q):
    """Draws of a random walk at the times of the runs and of the samples."""
    times, where = np.unique(np.concatenate([RUNS.ravel(), SAMPLE_TIMES]), return_inverse=True)
    steps = rng.normal(0, q * np.sqrt(np.diff(times, prepend=times[0]) / HOUR), (DRAWS, times.size))
    path = np.cumsum(steps, axis=1)[:, where]
    return path[:, : RUNS.size].reshape(DRAWS, *RUNS.shape), path[:, RUNS.size :]


@pytest.mark.parametrize("form", FORMS)
def test_first_order_agrees_with_monte_carlo(form):
    rng = np.random.default_rng(42)
    readings, values, samples = undisturbed()
    np.testing.assert_allclose(straight_line(readings, values, samples, form)[:, 0], SAMPLES, rtol=1e-9)
    result = first_order(form, sample_uncertainty=0.15, drift_rate=0.4)

    drawn = straight_line(readings, values + rng.normal(0, U_VALUES, values.shape), samples, form)
    np.testing.assert_allclose(result.standards, drawn.std(axis=1), rtol=0.03)

    drawn = straight_line(readings + rng.normal(0, U_READINGS, readings.shape), values, samples, form)
    np.testing.assert_allclose(result.regression, drawn.std(axis=1), rtol=0.03)

    of_runs, of_samples = walk(rng, 0.4)
    drawn = straight_line(readings + of_runs, values, samples + of_samples, form)
    np.testing.assert_allclose(result.interpolation, drawn.std(axis=1), rtol=0.03)

    drawn = straight_line(readings, values, samples + rng.normal(0, 0.15, samples.shape), form)
    np.testing.assert_allclose(result.sample, drawn.std(axis=1), rtol=0.03)

    curved = values + rng.normal(0, 0.3, values.shape)
    drawn = straight_line(readings, curved, samples, form) + rng.normal(0, 0.3, (SAMPLES.size, DRAWS))
    with_curvature = first_order(form, lack_of_fit=0.3)
    expected = np.hypot(result.regression, drawn.std(axis=1))
    np.testing.assert_allclose(with_curvature.regression, expected, rtol=0.03)


@pytest.mark.parametrize("form", FORMS)
def test_sensitivities_agree_with_central_differences(form):
    rng = np.random.default_rng(43)
    runs = np.arange(3) * 4 * HOUR
    values = [230.0, 330.0, 410.0, 510.0]
    # A response that is far from a line brings out the terms that the residuals contribute.
    standards = [cylinder(c, runs + 300 * i, c + rng.normal(0, 5, 3), u_value=0.0, u_reading=0.0) for i, c in enumerate(values)]
    time, reading = np.array([1.0, 3.9, 6.5]) * HOUR, np.array([250.0, 390.0, 560.0])

    def xco2_with(changed):
        return calibrate(time, reading, [*standards[:2], changed, standards[3]], form=form).xco2

    third, step = standards[2], 1e-3
    numeric = (xco2_with(replace(third, xco2=410.0 + step)) - xco2_with(replace(third, xco2=410.0 - step))) / (2 * step)
    alone = [*standards[:2], replace(third, xco2_uncertainty=1.0), standards[3]]
    np.testing.assert_allclose(calibrate(time, reading, alone, form=form).standards, np.abs(numeric), rtol=1e-6)
    for run in range(3):
        bump = np.zeros(3)
        bump[run] = 1.0
        above, below = (xco2_with(replace(third, reading=third.reading + sign * step * bump)) for sign in (1, -1))
        alone = [*standards[:2], replace(third, reading_uncertainty=bump), standards[3]]
        np.testing.assert_allclose(
            calibrate(time, reading, alone, form=form).regression, np.abs(above - below) / (2 * step), rtol=1e-6, atol=1e-12
        )


def test_interpolation_term_is_zero_at_the_runs_and_largest_midway():
    runs = np.arange(3) * 4 * HOUR
    standards = [cylinder(c, runs, [c] * 3) for c in (230.0, 410.0, 510.0)]
    hours = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 8.0, 9.0, 12.0])
    term = calibrate(hours * HOUR, np.full(hours.size, 400.0), standards, drift_rate=0.5).interpolation
    # Random walk tied down at both ends: q √(a b / (a + b)); beyond the last run q √a.
    np.testing.assert_allclose(term, 0.5 * np.sqrt([0, 0.75, 1, 0.75, 0, 0, 1, 4]), atol=1e-9)


@pytest.mark.parametrize("estimated", [False, True])
def test_intervals_cover_the_truth_over_replicates(estimated):
    rng = np.random.default_rng(45)
    inside, errors = [], []
    for _ in range(600):
        time, reading, truth, standards = simulated_cruise(rng, drift=0.15)
        result = calibrate(
            time,
            reading,
            standards,
            sample_uncertainty=0.12,
            drift_rate=drift_rate(standards) if estimated else 0.15,
            lack_of_fit=lack_of_fit(standards) if estimated else 0.0,
        )
        total = np.sqrt(result.standards**2 + result.regression**2 + result.interpolation**2 + result.sample**2)
        inside.append(np.abs(result.xco2 - truth) <= 1.96 * total)
        errors.append(result.xco2 - truth)
    assert 0.93 <= np.mean(inside) <= 0.97
    assert abs(np.mean(errors)) < 0.05
