"""Uncertainty of fCO2 over replicates: cruises drawn independently, each with its own errors of cylinders, probes, barometer and method.

Within one cruise those errors are shared by all rows, so coverage can only be judged over many. Cruises are put one after the other, a
day apart, into one record: each has standards of its own on both sides of its samples, hence nothing of one enters another.
"""

import numpy as np
import pytest
from icos_ocean.calibration.fco2 import TERMS
from icos_ocean.fco2_uncertainty import OWN_TERMS
from icos_ocean.vocabulary import MEASURED, RUN_TYPES
from small_cruise import STANDARDS, START, calibrated, fugacity_over_pressure, mole_fraction_of, pressure_of_vapour, schedule

from icos_core.dataset import make_stream

STATED = {
    "equilibrator_temperature": 0.03,
    "sst": 0.03,
    "temperature_correlation": 0.3,
    "pressure": 1.2,
    "salinity": 0.1,
    "reading": 0.15,
    "h2o": 0.5,
    "drift": 0.3,
    "temperature_coefficient": 0.001,
    "sea_level_pressure": 0.9,
    "variability": {"sst": 0.5, "equilibrator_temperature": 0.4, "salinity": 2.0, "pressure": 3.0, "air": 0.8},
}
CYLINDERS = 0.12
DAY = 86400.0
RESULTS = ("fco2", "xco2_air", "fco2_air", "delta_fco2")


def replicates(cruises, *, cycles, water, seed, only=None, gaps=()):
    """Record of independently drawn cruises, the truth and rows of water; `only` one source of error is drawn, or all.

    What is interpolated wanders as stated: air between its runs, slow sensors over the rows of water that `gaps` counts in every cycle.
    """
    random = np.random.default_rng(seed)

    def error(source, deviation, shape):
        return random.normal(0.0, deviation, shape) if only in (None, source) else np.zeros(shape)

    words, seconds = schedule(cycles, water)
    rows, hours = seconds.size, seconds / 3600
    shared = (cruises, 1)

    def wander(source, name):
        steps = error(source, STATED["variability"][name], (cruises, rows)) * np.sqrt(np.diff(hours, prepend=hours[0]))
        return np.cumsum(steps, axis=1)

    warming = random.uniform(-0.5, 1.0, shared)
    sst = random.uniform(2, 28, shared) + wander("filling", "sst")
    truth = {
        "fco2": random.uniform(280, 450, shared) + 10 * np.sin(2 * hours + random.uniform(0, 6, shared)),
        "sst": sst,
        "equilibrator_temperature": sst[:, :1] + warming + wander("filling", "equilibrator_temperature"),
        "salinity": random.uniform(30, 37, shared) + wander("filling", "salinity"),
        "pressure": random.uniform(990, 1030, shared) + wander("filling", "pressure"),
        "sea_level_pressure": random.uniform(990, 1030, shared) + 0 * hours,
        "xco2_air": 415.0 + wander("air", "air"),
    }
    truth["fco2_air"] = fugacity_of_air(truth["xco2_air"], truth["sst"], truth["sea_level_pressure"], truth["salinity"])
    truth["delta_fco2"] = truth["fco2"] - truth["fco2_air"]
    coefficient = 0.0423 + error("method", STATED["temperature_coefficient"], shared)
    x = mole_fraction_of(
        truth["fco2"], sst, truth["equilibrator_temperature"], truth["pressure"], truth["salinity"], coefficient=coefficient
    )
    for word, value in STANDARDS.items():
        x = np.where(words == word, value + error("standards", CYLINDERS, shared), x)
    x = np.where(words == "ATM", truth["xco2_air"], x)
    walk = error("interpolation", STATED["drift"], (cruises, rows)) * np.sqrt(np.diff(hours, prepend=hours[0]))
    slope, offset = random.normal(1, 0.003, shared), random.normal(0, 0.5, shared)
    on_standards = np.isin(words, list(STANDARDS))
    noise = np.where(
        on_standards, error("regression", STATED["reading"], (cruises, rows)), error("sample", STATED["reading"], (cruises, rows))
    )
    moisture = np.where(on_standards, 0.0, random.uniform(2.0, 15.0, shared) + 0 * hours)
    reading = slope * x * (1 - moisture / 1000) + offset + np.cumsum(walk, axis=1) + noise
    r = STATED["temperature_correlation"]
    first, second = error("temperature", STATED["sst"], shared), error("temperature", STATED["sst"], shared)
    measured = {
        "h2o": moisture + np.where(on_standards, 0.0, error("drying", STATED["h2o"], shared)),
        "sst": sst + first,
        "equilibrator_temperature": truth["equilibrator_temperature"] + r * first + np.sqrt(1 - r**2) * second,
        "salinity": truth["salinity"] + error("salinity", STATED["salinity"], shared),
        "equilibrator_pressure": truth["pressure"] + error("pressure", STATED["pressure"], shared),
        "atmospheric_pressure": truth["sea_level_pressure"] + error("sea_level_pressure", STATED["sea_level_pressure"], shared),
    }
    missing = np.isin(np.cumsum(words == "EQU") - 1, [cycle * water + row for cycle in range(cycles) for row in gaps])
    for name in ("sst", "equilibrator_temperature", "salinity", "equilibrator_pressure"):
        measured[name][:, missing & (words == "EQU")] = np.nan
    time = (np.arange(cruises)[:, None] * DAY + seconds).ravel()
    codes = np.tile([RUN_TYPES[word] for word in words], cruises)
    values = {name: value.ravel() for name, value in measured.items()}
    stream = make_stream(
        START + np.round(time * 1e9).astype("timedelta64[ns]"), {"run_type": codes, "co2": reading.ravel(), **values}, MEASURED
    )
    return stream, {name: truth[name][:, words == "EQU"] for name in RESULTS}, words == "EQU"


def fugacity_of_air(xco2, sst, pressure, salinity):
    wet = xco2 * (pressure / 1013.25 - pressure_of_vapour(sst, salinity))
    return wet * fugacity_over_pressure(xco2, pressure, sst)


def reduced(stream, water, **options):
    """Results and uncertainties of the rows of water, one row per cruise."""
    gases = [{"run_type": word, "xco2": value, "uncertainty": CYLINDERS} for word, value in STANDARDS.items()]
    fill = dict.fromkeys(("sst", "equilibrator_temperature", "salinity", "equilibrator_pressure"), "10 min")
    given = {"uncertainty": STATED, "standard_limit": 50, "fill": fill, "barometer_height": 0.0, "air_interpolation_limit": "2 h"}
    given |= {"dry_samples": True, "dry_standards": True}
    found, _ = calibrated(stream, standards=gases, **given, **options)
    names = [name for result in RESULTS for name in (result, f"{result}_uncertainty")]
    names += [*(f"fco2_uncertainty_{term}" for term in (*TERMS, *OWN_TERMS)), "sst_source", "xco2_air_source"]
    names += [f"delta_fco2_uncertainty_{term}" for term in (*TERMS, *OWN_TERMS, "air")]
    return {name: found[name].values.reshape(-1, water.size)[:, water] for name in names}


def assert_covered(error, uncertainty):
    covered = np.abs(error) <= 1.959964 * uncertainty
    assert 0.93 <= covered.mean() <= 0.97
    # The mean of 3,000 cruises, each with errors of about 1 µatm in common to its rows, is itself uncertain by 0.02 µatm.
    assert abs(error.mean()) < 0.05


@pytest.mark.parametrize("form", ["measured-on-true", "true-on-measured"])
def test_coverage_and_bias_over_replicates(form):
    stream, truth, water = replicates(3000, cycles=3, water=8, seed=20240501)
    found = reduced(stream, water, regression=form)
    error = found["fco2"] - truth["fco2"]
    assert np.isfinite(error).all()
    assert_covered(error, found["fco2_uncertainty"])


@pytest.mark.parametrize("name", ["xco2_air", "fco2_air", "delta_fco2"])
def test_coverage_and_bias_of_air_that_is_interpolated(name):
    stream, truth, water = replicates(3000, cycles=3, water=8, seed=20240502)
    found = reduced(stream, water)
    known = np.isfinite(found["xco2_air"])
    # After the last run of air nothing is interpolated.
    assert known.all(axis=0).tolist() == [True] * 16 + [False] * 8
    assert (found["xco2_air_source"] == known).all()
    error = found[name] - truth[name]
    assert_covered(error[known], found[f"{name}_uncertainty"][known])
    for part in (slice(0, 3), slice(3, 6), slice(6, 8)):  # near a run of air, midway, near the next run
        stated = np.sqrt(np.mean(found[f"{name}_uncertainty"][:, part] ** 2))
        assert np.sqrt(np.mean(error[:, part] ** 2)) == pytest.approx(stated, rel=0.04)


@pytest.mark.parametrize("name", ["fco2", "delta_fco2"])
def test_coverage_and_bias_where_slow_sensors_were_filled(name):
    gaps = (1, 4, 5)
    stream, truth, water = replicates(3000, cycles=3, water=8, seed=20240503, gaps=gaps)
    found = reduced(stream, water)
    filled = found["sst_source"] == 1
    assert filled[0].reshape(3, 8).sum(axis=0).tolist() == [0, 3, 0, 0, 3, 3, 0, 0]
    known = filled & np.isfinite(found[name])
    error = (found[name] - truth[name])[known]
    assert_covered(error, found[f"{name}_uncertainty"][known])
    # Without the term the intervals would be too narrow.
    without = np.sqrt(found["fco2_uncertainty"] ** 2 - found["fco2_uncertainty_filling"] ** 2)
    assert (np.abs(found["fco2"] - truth["fco2"]) <= 1.96 * without)[filled].mean() < 0.93
    measured = ~filled & np.isfinite(found[name])
    assert (found["fco2_uncertainty_filling"][measured] == 0).all()
    assert_covered((found[name] - truth[name])[measured], found[f"{name}_uncertainty"][measured])


def test_what_is_stated_is_what_is_found_by_monte_carlo():
    stream, truth, water = replicates(20_000, cycles=1, water=3, seed=7)
    found = reduced(stream, water)
    error = found["fco2"] - truth["fco2"]
    stated = np.sqrt(np.mean(found["fco2_uncertainty"] ** 2))
    assert np.sqrt(np.mean(error**2)) == pytest.approx(stated, rel=0.03)


@pytest.mark.parametrize("term", [*TERMS, *OWN_TERMS])
def test_each_term_is_what_monte_carlo_finds_for_its_source(term):
    gaps = (1,) if term == "filling" else ()
    stream, truth, water = replicates(12_000, cycles=1, water=3, seed=11, only=term, gaps=gaps)
    found = reduced(stream, water)
    error = found["fco2"] - truth["fco2"]
    stated = np.sqrt(np.mean(found[f"fco2_uncertainty_{term}"] ** 2))
    assert stated > 0
    assert np.sqrt(np.mean(error**2)) == pytest.approx(stated, rel=0.03)


@pytest.mark.parametrize("term", [*TERMS, *OWN_TERMS, "air"])
def test_each_term_of_the_difference_is_what_monte_carlo_finds_for_its_source(term):
    gaps = (1,) if term == "filling" else ()
    squares = 0.0
    # The pressure at sea level, from a barometer of its own here, belongs to the same term as that in the equilibrator.
    for source in ("pressure", "sea_level_pressure") if term == "pressure" else (term,):
        stream, truth, water = replicates(5000, cycles=2, water=3, seed=13, only=source, gaps=gaps)
        found = reduced(stream, water)
        error = found["delta_fco2"] - truth["delta_fco2"]
        known = np.isfinite(error)
        assert known.all(axis=0).tolist() == [True] * 3 + [False] * 3
        squares += np.mean(error[known] ** 2)
    stated = np.sqrt(np.mean(found[f"delta_fco2_uncertainty_{term}"][known] ** 2))
    assert stated > 0
    assert np.sqrt(squares) == pytest.approx(stated, rel=0.04)
