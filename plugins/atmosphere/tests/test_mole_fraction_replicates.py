"""The uncertainty of minutes over many drawn stations: an independent forward model of the analyser, its cylinders and its drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from cells import FRESH, START, cells_of, cylinder, sequence, station
from icos_atmosphere.calibration.analyser import analyser_of
from icos_atmosphere.calibration.minutes import minutes_of_line
from icos_atmosphere.calibration.targets import find_targets

if TYPE_CHECKING:
    from numpy.typing import NDArray

VALUES = (379.84, 399.97, 419.93, 449.72)
ASSIGNMENT, NOISE = 0.015, 0.03  # µmol/mol: error of each cylinder, scatter of a reading
DAYS, CALIBRATIONS = 30, (0, 15, 30)
REPLICATES = 450


def fluctuation(hours: NDArray[np.float64], size: float, time: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Return an Ornstein-Uhlenbeck process at increasing times."""
    kept = np.exp(-np.diff(hours) / time)
    drawn = random.normal(size=hours.size)
    values = np.empty(hours.size)
    values[0] = size * drawn[0]
    for number in range(1, hours.size):
        values[number] = kept[number - 1] * values[number - 1] + size * np.sqrt(1 - kept[number - 1] ** 2) * drawn[number]
    return values


def random_walk(hours: NDArray[np.float64], variance: float, random: np.random.Generator) -> NDArray[np.float64]:
    steps = random.normal(size=hours.size - 1) * np.sqrt(variance * np.diff(hours))
    return np.concatenate([[0.0], np.cumsum(steps)])


def replicate(seed: int, size: float, time: float, wander: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw a station; return the errors of its minutes and their stated uncertainties."""
    random = np.random.default_rng(seed)
    tables = [cylinder(f"CAL{number}", value, uncertainty=ASSIGNMENT) for number, value in enumerate(VALUES)]
    options = station([*tables, cylinder("STT", 415.0, "short-term-target", uncertainty=ASSIGNMENT)])
    calibrating = [day * 24.0 for day in CALIBRATIONS]
    free = [hour for hour in np.arange(5.0, DAYS * 24.0, 1.0) if not any(begin - 1 <= hour <= begin + 5 for begin in calibrating)]
    visits = [visit for begin in calibrating for visit in sequence(begin, (2, 3, 4, 5), length=1 / 3)]
    visits += [(hour, 1 / 3, 6) for hour in free[::10]]
    visits += [(hour + 0.55, 1 / 60, 1) for hour in sorted(random.choice(free, 48, replace=False))]
    cells = cells_of(sorted(visits), lambda _port, hours: np.zeros(hours.shape), stdev=NOISE)
    hours, port = (cells["time"].values - START) / np.timedelta64(1, "h"), cells["port"].values
    true = np.where(port == 1, 415.0 + random.normal(0.0, 15.0, hours.size), 0.0)
    for number, value in (*enumerate(VALUES, start=2), (6, 415.0)):
        true[port == number] = value + random.normal(0.0, ASSIGNMENT)
    response = 0.03 * hours / 360.0 + random_walk(hours, wander**2 / 360.0, random) + fluctuation(hours, size, time, random)
    slope = (1.0 + 1e-5 * random.normal() * hours / 720.0) / 1.00527
    cells["co2_dry"].values[:] = (true - 0.304) * slope + response + random.normal(0.0, NOISE / np.sqrt(FRESH), hours.size)
    cells["co2_stdev"].values[:] = NOISE * np.sqrt(random.chisquare(FRESH - 1, hours.size) / (FRESH - 1))
    analyser = analyser_of("picarro", cells, options, ())
    if not analyser.gases["co2"].sequences.accepted.any():
        return np.empty(0), np.empty(0)
    minutes = minutes_of_line(analyser, "100m", {"co2": find_targets(analyser, "co2")}, "picarro/100m")
    assert minutes is not None
    return minutes.values["co2"] - true[port == 1], minutes.values["co2_uncertainty"]


@pytest.mark.parametrize(
    ("size", "time", "wander"),
    [(0.02, 5.0, 0.03), (0.0, 5.0, 0.03), (0.02, 12.0, 0.03), (0.01, 5.0, 0.0)],
    ids=["fluctuating and wandering", "wandering", "slowly fluctuating and wandering", "fluctuating"],
)
def test_coverage_of_minutes(size: float, time: float, wander: float, record_property) -> None:
    drawn = [replicate(seed, size, time, wander) for seed in range(REPLICATES)]
    errors = np.concatenate([each[0] for each in drawn])
    stated = np.concatenate([each[1] for each in drawn])
    used = sum(each[0].size > 0 for each in drawn)
    coverage, bias = float(np.mean(np.abs(errors) <= 1.96 * stated)), float(errors.mean())
    record_property("coverage", coverage)
    record_property("bias", bias)
    assert used >= 0.95 * REPLICATES
    assert 0.93 <= coverage <= 0.97
    # The mean error of a station is mostly that of its cylinders.
    assert abs(bias) < 3 * stated.mean() / np.sqrt(used)
