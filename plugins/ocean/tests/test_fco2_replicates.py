"""Uncertainty of fCO2 over replicates: cruises drawn independently, each with its own errors of cylinders, probes, barometer and method.

Within one cruise those errors are shared by all rows, so coverage can only be judged over many. Cruises are put one after the other, a
day apart, into one record: each has standards of its own on both sides of its samples, hence nothing of one enters another.
"""

import numpy as np
import pytest
from icos_ocean.vocabulary import MEASURED, RUN_TYPES, UNCERTAINTY_TERMS
from small_cruise import STANDARDS, START, calibrated, mole_fraction_of, schedule

from icos_core.dataset import make_stream

STATED = {
    "equilibrator_temperature": 0.03,
    "sst": 0.03,
    "temperature_correlation": 0.3,
    "pressure": 1.2,
    "salinity": 0.1,
    "reading": 0.15,
    "drift": 0.3,
    "temperature_coefficient": 0.001,
}
CYLINDERS = 0.12
DAY = 86400.0


def replicates(cruises, *, cycles, water, seed, only=None):
    """Record of independently drawn cruises, true fCO2 and rows of water; `only` one source of error is drawn, or all."""
    random = np.random.default_rng(seed)

    def error(source, deviation, shape):
        return random.normal(0.0, deviation, shape) if only in (None, source) else np.zeros(shape)

    words, seconds = schedule(cycles, water)
    rows, hours = seconds.size, seconds / 3600
    shared = (cruises, 1)
    warming = random.uniform(-0.5, 1.0, shared)
    sst = random.uniform(2, 28, shared) + 0.3 * np.sin(hours + random.uniform(0, 6, shared))
    truth = {
        "fco2": random.uniform(280, 450, shared) + 10 * np.sin(2 * hours + random.uniform(0, 6, shared)),
        "sst": sst,
        "equilibrator_temperature": sst + warming,
        "salinity": random.uniform(30, 37, shared) + 0 * hours,
        "pressure": random.uniform(990, 1030, shared) + 0 * hours,
    }
    coefficient = 0.0423 + error("method", STATED["temperature_coefficient"], shared)
    x = mole_fraction_of(
        truth["fco2"], sst, truth["equilibrator_temperature"], truth["pressure"], truth["salinity"], coefficient=coefficient
    )
    for word, value in STANDARDS.items():
        x = np.where(words == word, value + error("standards", CYLINDERS, shared), x)
    x = np.where(words == "ATM", 415.0, x)
    walk = error("interpolation", STATED["drift"], (cruises, rows)) * np.sqrt(np.diff(hours, prepend=hours[0]))
    slope, offset = random.normal(1, 0.003, shared), random.normal(0, 0.5, shared)
    on_standards = np.isin(words, list(STANDARDS))
    noise = np.where(
        on_standards, error("regression", STATED["reading"], (cruises, rows)), error("sample", STATED["reading"], (cruises, rows))
    )
    reading = slope * x + offset + np.cumsum(walk, axis=1) + noise
    r = STATED["temperature_correlation"]
    first, second = error("temperature", STATED["sst"], shared), error("temperature", STATED["sst"], shared)
    measured = {
        "sst": sst + first,
        "equilibrator_temperature": truth["equilibrator_temperature"] + r * first + np.sqrt(1 - r**2) * second,
        "salinity": truth["salinity"] + error("salinity", STATED["salinity"], shared),
        "equilibrator_pressure": truth["pressure"] + error("pressure", STATED["pressure"], shared),
    }
    time = (np.arange(cruises)[:, None] * DAY + seconds).ravel()
    codes = np.tile([RUN_TYPES[word] for word in words], cruises)
    values = {name: value.ravel() for name, value in measured.items()}
    stream = make_stream(
        START + np.round(time * 1e9).astype("timedelta64[ns]"), {"run_type": codes, "co2": reading.ravel(), **values}, MEASURED
    )
    return stream, truth["fco2"], words == "EQU"


def reduced(stream, shape, water, **options):
    gases = [{"run_type": word, "xco2": value, "uncertainty": CYLINDERS} for word, value in STANDARDS.items()]
    found, _ = calibrated(stream, standards=gases, uncertainty=STATED, standard_limit=50, **options)
    names = ["fco2", "fco2_uncertainty", *(f"fco2_uncertainty_{term}" for term in UNCERTAINTY_TERMS)]
    return {name: found[name].values.reshape(shape)[:, water] for name in names}


@pytest.mark.parametrize("form", ["measured-on-true", "true-on-measured"])
def test_coverage_and_bias_over_replicates(form):
    cruises = 3000
    stream, truth, water = replicates(cruises, cycles=3, water=8, seed=20240501)
    found = reduced(stream, truth.shape, water, regression=form)
    error = found["fco2"] - truth[:, water]
    assert np.isfinite(error).all()
    covered = np.abs(error) <= 1.959964 * found["fco2_uncertainty"]
    assert 0.93 <= covered.mean() <= 0.97
    # The mean of 3,000 cruises, each with errors of about 1 µatm in common to its rows, is itself uncertain by 0.02 µatm.
    assert abs(error.mean()) < 0.05


def test_what_is_stated_is_what_is_found_by_monte_carlo():
    cruises = 20_000
    stream, truth, water = replicates(cruises, cycles=1, water=3, seed=7)
    found = reduced(stream, truth.shape, water)
    error = found["fco2"] - truth[:, water]
    stated = np.sqrt(np.mean(found["fco2_uncertainty"] ** 2))
    assert np.sqrt(np.mean(error**2)) == pytest.approx(stated, rel=0.03)


@pytest.mark.parametrize("term", UNCERTAINTY_TERMS)
def test_each_term_is_what_monte_carlo_finds_for_its_source(term):
    cruises = 12_000
    stream, truth, water = replicates(cruises, cycles=1, water=3, seed=11, only=term)
    found = reduced(stream, truth.shape, water)
    error = found["fco2"] - truth[:, water]
    stated = np.sqrt(np.mean(found[f"fco2_uncertainty_{term}"] ** 2))
    assert stated > 0
    assert np.sqrt(np.mean(error**2)) == pytest.approx(stated, rel=0.03)
