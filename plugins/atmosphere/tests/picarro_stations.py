"""Stations that tests simulate, and small tools to look at their rows."""

from __future__ import annotations

import numpy as np
from icos_atmosphere.simulators.picarro import SIMULATOR

QUIET_GAS = {
    "pivot": 400.0,
    "slope": 1.0,
    "intercept": 0.0,
    "slope_drift": 0.0,
    "offset_drift": 0.0,
    "slope_walk": 0.0,
    "offset_walk": 0.0,
    "offset_wander": 0.0,
    "noise": 0.0,
    "regulator": 0.0,
    "pressure_sensitivity": 0.0,
    "assigned_uncertainty": 0.0,
}
QUIET = {
    **dict.fromkeys(("co2", "ch4", "co", "n2o"), QUIET_GAS),
    "humidity_noise": 0.0,
    "pressure_excursions": 0.0,
    "temperature_excursions": 0.0,
    "status_faults": 0.0,
}
"""An analyser that reads what is true."""


def station(**options):
    return SIMULATOR.options.model_validate(options)


def moment(text):
    return np.datetime64(text, "ms")


def fresh(rows, column):
    """Rows in which a column changed."""
    values = rows.columns[column]
    return 1 + np.flatnonzero(values[1:] != values[:-1])


def seconds(rows, options):
    return (rows.time - moment(options.start.replace(tzinfo=None))) / np.timedelta64(1, "s")
