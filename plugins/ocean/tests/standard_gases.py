"""Standard gases and the readings that an analyser gives of them, for tests of their calibration."""

import numpy as np
from icos_ocean.standard_line import Standard

HOUR = 3600.0


def cylinder(xco2, time, reading, *, u_value=0.1, u_reading=0.1):
    time = np.asarray(time, dtype=float)
    reading = np.asarray(reading, dtype=float)
    return Standard(
        time=time,
        reading=reading,
        reading_uncertainty=np.full(time.size, u_reading),
        xco2=xco2,
        xco2_uncertainty=u_value,
    )


def reading_of(xco2):
    return 1.012 * xco2 - 1.3


def simulated_cruise(rng, *, drift):
    """A cruise with cylinders, readings, drift and samples in error; returns samples' truth and what a user knows."""
    runs = np.arange(7) * 4 * HOUR + np.array([[0.0], [300.0], [600.0]])
    time = np.sort(rng.uniform(0, runs[0, -1], 40))
    truth = rng.uniform(300, 450, time.size)
    times, where = np.unique(np.concatenate([runs.ravel(), time]), return_inverse=True)
    zero = np.cumsum(rng.normal(0, drift * np.sqrt(np.diff(times, prepend=times[0]) / HOUR)))[where]
    assigned = np.array([228.4, 412.5, 507.77])
    held = assigned + rng.normal(0, 0.15, 3)
    readings = reading_of(held)[:, None] + zero[: runs.size].reshape(runs.shape) + rng.normal(0, 0.1, runs.shape)
    standards = [cylinder(c, t, m, u_value=0.15, u_reading=0.1) for c, t, m in zip(assigned, runs, readings, strict=True)]
    return time, reading_of(truth) + zero[runs.size :] + rng.normal(0, 0.12, time.size), truth, standards
