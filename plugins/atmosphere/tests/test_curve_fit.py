"""Curve fit after Thoning et al.: series of known trend and cycle, replicates, and a real record beside NOAA's own program."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from icos_atmosphere.curve_fit import CurveFit, fit_curve

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    TimeArray = NDArray[np.datetime64]

YEARS = 12


def times(step: int = 1, years: int = YEARS) -> TimeArray:
    """Return the middle of every day, or of every so many days, of some years."""
    first, last = np.datetime64("2008-01-01T12:00", "ns"), np.datetime64(f"{2008 + years}-01-01", "ns")
    return np.arange(first, last, np.timedelta64(step, "D"))


def in_years(time: TimeArray) -> FloatArray:
    return (time - np.datetime64("2008-01-01", "ns")) / np.timedelta64(1, "D") / 365.25


def calendar_phase(time: TimeArray) -> FloatArray:
    year = time.astype("datetime64[Y]")
    passed = (time - year.astype("datetime64[ns]")) / np.timedelta64(1, "D")
    return 2.0 * np.pi * passed / np.where(np.isin(year.astype(int) + 1970, (2008, 2012, 2016, 2020)), 366.0, 365.0)


def trend(time: TimeArray) -> FloatArray:
    x = in_years(time)
    return 385.0 + 2.0 * x + 0.03 * x**2


def cycle(time: TimeArray) -> FloatArray:
    y = calendar_phase(time)
    return 6.0 * np.cos(y - 1.0) + 2.0 * np.sin(2.0 * y) - 0.5 * np.cos(3.0 * y) + 0.2 * np.sin(4.0 * y)


def new_year(*years: int) -> TimeArray:
    return np.array([f"{year}-01-01" for year in years], dtype="datetime64[ns]")


def test_what_the_function_can_say_is_recovered() -> None:
    """Polynomial and harmonics without noise come back to rounding, derivative and annual increases too."""
    time = times()
    fit = fit_curve(time, trend(time) + cycle(time))
    assert fit.time.tolist() == time.tolist()
    for found, truth in (
        (fit.trend, trend(time)),
        (fit.cycle, cycle(time)),
        (fit.smooth, trend(time) + cycle(time)),
        (fit.function, trend(time) + cycle(time)),
        (fit.growth, 2.0 + 0.06 * in_years(time)),
    ):
        assert found == pytest.approx(truth, abs=1e-7)
    increases = fit.annual_increases()
    assert increases.year.tolist() == list(range(2008, 2020))
    truth = np.diff(trend(new_year(*range(2008, 2021))))
    assert increases.value == pytest.approx(truth, abs=1e-4)  # half a step is continued at either end, by a straight line


def test_variations_between_years_are_trend_and_those_of_weeks_are_not() -> None:
    """The filter passes H(ν) = 2^-(ν/ν_c)⁴ of a wave: 98.8 % at five years, 1.6·10⁻⁵ at 40 days of what is shorter."""
    time = times()
    day = in_years(time) * 365.25
    slow, fast = 0.5 * np.sin(2 * np.pi * day / 1826.0), 1.0 * np.sin(2 * np.pi * day / 40.0)
    fit = fit_curve(time, trend(time) + cycle(time) + slow + fast)
    middle = slice(700, -700)
    passed = 2.0 ** -((667.0 / 1826.0) ** 4)
    assert fit.trend[middle] - trend(time)[middle] == pytest.approx(passed * slow[middle], abs=0.02)
    derivative = 2 * np.pi / 1826.0 * 365.25 * 0.5 * np.cos(2 * np.pi * day / 1826.0)
    assert (fit.growth - 2.0 - 0.06 * in_years(time))[middle] == pytest.approx(passed * derivative[middle], abs=0.03)
    assert np.std((fit.smooth - fit.trend - cycle(time))[middle]) < 0.02


@pytest.mark.parametrize("power", [4.0, 6.0])
@pytest.mark.parametrize("period", [800.0, 667.0, 400.0])
def test_response_of_the_filter(period: float, power: float) -> None:
    """The wave that the trend holds beside the one that went in; the function takes a little of it."""
    time = times(7, 40)
    day = in_years(time) * 365.25
    wave = np.sin(2 * np.pi * day / period)
    fit = fit_curve(time, wave, power=power, harmonics=0, polynomial=1, short_cutoff=700.0)
    middle = slice(400, -400)
    passed = np.dot(fit.trend[middle], wave[middle]) / np.dot(wave[middle], wave[middle])
    assert passed == pytest.approx(2.0 ** -((667.0 / period) ** power), abs=0.01)


def test_gaps_are_bridged() -> None:
    time = times()
    truth = trend(time) + cycle(time) + 0.3 * np.sin(2 * np.pi * in_years(time) / 4.0)
    kept = (np.random.default_rng(0).random(time.size) < 0.8) & ~(
        (time > np.datetime64("2012-03-01")) & (time < np.datetime64("2012-07-01"))
    )
    whole, gappy = fit_curve(time, truth), fit_curve(time[kept], truth[kept])
    same = np.isin(whole.time, gappy.time)
    assert gappy.interval == 1.0
    assert whole.trend[same] == pytest.approx(gappy.trend, abs=0.05)
    blanked = fit_curve(time, np.where(kept, truth, np.nan))
    assert blanked.trend.tolist() == gappy.trend.tolist()


def test_months_do_as_well() -> None:
    time = np.arange("2008-01", "2020-01", dtype="datetime64[M]").astype("datetime64[D]").astype("datetime64[ns]") + np.timedelta64(15, "D")
    fit = fit_curve(time, trend(time) + cycle(time))
    assert fit.interval == 31.0
    increases = fit.annual_increases()
    assert increases.year.tolist() == list(range(2008, 2020))
    assert increases.value == pytest.approx(np.diff(trend(new_year(*range(2008, 2021)))), abs=0.01)


def test_years_that_are_not_covered_have_no_increase() -> None:
    time = times()[200:-200]
    increases = fit_curve(time, trend(time) + cycle(time)).annual_increases()
    assert increases.year.tolist() == list(range(2009, 2019))
    fit = fit_curve(time, trend(time))
    assert np.isnan(fit.trend_at(new_year(2008, 2020))).all()
    assert np.isnan(fit.trend_uncertainty(new_year(2008, 2020))).all()
    assert np.isnan(fit.increase(new_year(2008, 2012), new_year(2012, 2020))).all()


def autoregressive(rng: np.random.Generator, shape: tuple[int, int], deviation: float, correlation: float) -> FloatArray:
    """Noise with a memory, one series per row."""
    noise = deviation * rng.normal(size=shape)
    for column in range(1, shape[1]):
        noise[:, column] = correlation * noise[:, column - 1] + np.sqrt(1.0 - correlation**2) * noise[:, column]
    return noise


def with_noise(fit: CurveFit, deviation: float, correlation: float) -> CurveFit:
    """Return the same fit with the noise that is known rather than estimated."""
    return CurveFit(**{**fit.__dict__, "noise": deviation, "autocorrelation": correlation})


def weights_by_impulses(time: TimeArray) -> FloatArray:
    """How each value counts in each annual increase: what the fit makes of a 1 among zeros."""
    rows = []
    for number in range(time.size):
        fit = fit_curve(time, 1.0 * (np.arange(time.size) == number))
        rows.append(fit.increase(new_year(*range(2009, 2019)), new_year(*range(2010, 2020))).value)
    return np.array(rows)


@pytest.mark.parametrize("gaps", [False, True], ids=["whole", "with gaps"])
def test_uncertainty_is_that_of_ten_thousand_draws(gaps: bool) -> None:
    """Of the noise that the formula supposes; the fit is linear, so that draws go through its weights."""
    time = times(14)
    noise = autoregressive(np.random.default_rng(1), (20_000, time.size), 1.5, 0.6)
    if gaps:
        kept = np.random.default_rng(2).random(time.size) < 0.7
        kept[120:140] = False
        time, noise = time[kept], noise[:, kept]
    increases = noise @ weights_by_impulses(time)
    fit = with_noise(fit_curve(time, trend(time) + cycle(time)), 1.5, 0.6)
    assert fit.interval == 14.0
    expected = fit.increase(new_year(*range(2009, 2019)), new_year(*range(2010, 2020))).uncertainty
    assert expected == pytest.approx(np.std(increases, axis=0), rel=0.03)


def test_uncertainty_of_the_trend_is_that_of_draws() -> None:
    time, at = times(14), new_year(2008, 2010, 2014, 2020)
    weights = np.array([fit_curve(time, 1.0 * (np.arange(time.size) == number)).trend_at(at) for number in range(time.size)])
    draws = autoregressive(np.random.default_rng(3), (20_000, time.size), 1.0, 0.5) @ weights
    fit = with_noise(fit_curve(time, trend(time)), 1.0, 0.5)
    assert fit.trend_uncertainty(at) == pytest.approx(np.std(draws, axis=0), rel=0.03)
    assert fit.trend_uncertainty(at)[[0, 3]].min() > 1.3 * fit.trend_uncertainty(at)[[1, 2]].max()


@pytest.mark.parametrize(("step", "correlation"), [(7, 0.4), (30, 0.3)], ids=["weeks", "months"])
def test_coverage_over_replicates(step: int, correlation: float) -> None:
    """400 series whose noise is estimated like that of any other: 95 % intervals hold the truth in 93 to 97 % of all years, no bias."""
    time = times(step)
    signal, truth = trend(time) + cycle(time), np.diff(trend(new_year(*range(2008, 2021))))
    errors, uncertainties, deviations = [], [], []
    for noise in autoregressive(np.random.default_rng(4), (400, time.size), 1.2, correlation):
        fit = fit_curve(time, signal + noise)
        found = fit.annual_increases()
        errors.append(found.value - truth)
        uncertainties.append(found.uncertainty)
        deviations.append(fit.noise)
    assert np.mean(deviations) == pytest.approx(1.2, rel=0.02)
    assert np.mean(uncertainties) == pytest.approx(np.std(errors), rel=0.05)
    inside = np.abs(errors) <= 1.96 * np.array(uncertainties)
    assert 0.93 <= np.mean(inside) <= 0.97
    assert abs(np.mean(errors)) < 0.1 * np.mean(uncertainties)


def test_noise_is_estimated() -> None:
    time = times()
    noise = autoregressive(np.random.default_rng(5), (1, time.size), 1.2, 0.6)[0]
    fit = fit_curve(time, trend(time) + cycle(time) + noise)
    assert fit.noise == pytest.approx(1.2, rel=0.05)
    assert fit.autocorrelation == pytest.approx(0.6, abs=0.05)
    assert np.std(fit.residual) < fit.noise
    assert fit_curve(time, np.full(time.size, 400.0)).annual_increases().uncertainty == pytest.approx(np.zeros(YEARS), abs=1e-9)


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        (11, {}, "a function of 11 terms needs more than 11 values, there are 11"),
        (600, {}, "cut-off of 667 days needs a longer series, this one has 599 days"),
        (4000, {"interval": 400.0}, "steps of 400 days are not between 0 and half"),
    ],
)
def test_what_cannot_be_fitted_is_refused(rows: int, options: dict[str, Any], words: str) -> None:
    time = times()[:rows]
    with pytest.raises(ValueError, match=words):
        fit_curve(time, trend(time), **options)


def test_mistakes_are_named() -> None:
    time = times()
    with pytest.raises(ValueError, match="must be as many"):
        fit_curve(time, trend(time)[1:])
    with pytest.raises(ValueError, match="times of a series must increase"):
        fit_curve(time[::-1], trend(time))
    with pytest.raises(ValueError, match="more than 11 values, there are 0"):
        fit_curve(time, np.full(time.size, np.nan))


def barrow(real_data: Path) -> tuple[TimeArray, FloatArray]:
    """Read the daily means whose rejection flag is none."""
    path = real_data / "atmosphere" / "noaa_ccgg" / "co2_brw_surface-insitu_1_ccgg_DailyData.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    header = int(lines[0].partition(":")[2])
    rows = pd.DataFrame([line.split() for line in lines[header:]], columns=lines[header - 1].split())
    kept = rows[rows["qcflag"].str.startswith(".") & (rows["value"].astype(float) > 0.0)]
    return pd.to_datetime(kept[["year", "month", "day"]]).to_numpy().astype("datetime64[ns]"), kept["value"].astype(float).to_numpy()


@pytest.mark.realdata
def test_barrow_beside_the_program_of_noaa(real_data: Path) -> None:
    """Values of NOAA's own program (ccg_filter.py, 80 and 667 days, 3 terms, 4 harmonics, its exponent 6) on the same 15,472 days.

    It interpolates on steps of 1/365 year, we on days; its last year lacks the day to the end of the record.
    """
    time, values = barrow(real_data)
    fit = fit_curve(time, values, power=6.0, interval=1.0)
    assert values.size == 15_472
    noaa = {1975: 333.9018, 1980: 338.6394, 1998: 365.9126, 2000: 370.3247, 2010: 389.1057, 2016: 403.1103, 2019: 411.4653, 2020: 414.0650}
    assert fit.trend_at(new_year(*noaa)) == pytest.approx(list(noaa.values()), abs=0.005)
    growth = {1980: 2.8080, 1998: 3.4977, 2000: 1.7145, 2010: 3.6268, 2016: 4.0715, 2019: 2.5997}
    found = fit.annual_increases()
    years = found.year.tolist()
    chosen = [years.index(year) for year in growth]
    assert found.value[chosen] == pytest.approx(list(growth.values()), abs=0.006)
    # Of a growth rate it gives 0.2514 throughout, by the variance of the filter and of the polynomial, without covariances.
    assert found.uncertainty[chosen] == pytest.approx(np.full(6, 0.2514), rel=0.08)
    assert np.std(fit.residual, ddof=1) == pytest.approx(1.187859, abs=0.002)


@pytest.mark.realdata
def test_barrow_with_the_published_exponent(real_data: Path) -> None:
    """NOAA's program with its exponent set to 4; and the record as the world knows it: growth and seasonal cycle."""
    fit = fit_curve(*barrow(real_data), interval=1.0)
    noaa = {1998: 365.9379, 2000: 370.3451, 2010: 389.1265, 2016: 403.1435, 2019: 411.4673}
    assert fit.trend_at(new_year(*noaa)) == pytest.approx(list(noaa.values()), abs=0.005)
    increases = fit.annual_increases()
    assert increases.year.tolist() == list(range(1974, 2021))
    recent = increases.value[increases.year >= 2001]
    # The global mean grew by 2.20 ppm a year from 2001 to 2020 (table of NOAA, 2023).
    assert np.mean(recent) == pytest.approx(2.20, abs=0.1)
    assert np.all((increases.value > -1.0) & (increases.value < 5.0))
    year = fit.time.astype("datetime64[Y]").astype(int) + 1970
    amplitudes = [np.ptp(fit.cycle[year == each]) for each in range(1980, 2020)]
    assert 15.0 < np.mean(amplitudes) < 20.0
