"""Simulated towers through the calibrator without files: half hours are drawn, condensed and made fluxes of in memory."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from icos_ecosystem.calibration.eddy_covariance import CALIBRATOR
from icos_ecosystem.calibration.options import EddyCovarianceOptions
from icos_ecosystem.simulators.eddy_covariance import EddyCovarianceSimulation, half_hour, tower_air, truth_of
from icos_ecosystem.simulators.tower_station import station_description
from icos_ecosystem.vocabulary.measured import FAST, METEOROLOGY

from icos_core.dataset import make_stream
from icos_core.station import Contact, Station
from icos_core.testing import example_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icos_core.components import Context

__all__ = ["PLAIN", "TILT", "calibrator_options", "fluxes_of", "measured_half_hours", "processed", "tower"]

TILT = (0.03, 0.04, -0.03)
PLAIN: dict[str, Any] = {
    "raw": {"despiking": "none"},
    "rotation": {"method": "planar-fit", "planes": [{"sector": (0.0, 360.0), "b0": TILT[0], "b1": TILT[1], "b2": TILT[2]}]},
    "time_lag": {"method": "constant"},
    "spectra": {"binned": False},
}
"""What is known of the tower is told, and nothing is searched for."""


def tower() -> Context:
    """Return the context of a run on the simulated tower."""
    station = Station(
        id="ES-Sim",
        name="Simulated Tower",
        domain="ecosystem",
        platform="fixed",
        latitude=50.0,
        longitude=10.0,
        altitude=320.0,
        utc_offset=0.0,
        contact=Contact(institution="Example Institute", email="data@example.org"),
    )
    return example_context(station=station, deployments=())


def calibrator_options(simulation: EddyCovarianceSimulation, **changes: Any) -> EddyCovarianceOptions:
    """Return the calibrator's options as the simulated station describes them, with changes."""
    (table,) = tomllib.loads(station_description(simulation))["calibrate"]
    return EddyCovarianceOptions.model_validate({key: value for key, value in table.items() if key != "calibrator"} | changes)


def measured_half_hours(simulation: EddyCovarianceSimulation, seed: int) -> Iterator[tuple[dict[str, xr.Dataset], dict[str, float]]]:
    """Yield the measured streams and the realised covariances of each half hour."""
    air = tower_air(simulation)
    after = np.rint(np.arange(simulation.rows) * (1e9 / simulation.frequency)).astype("timedelta64[ns]")
    for place, start in enumerate(air.time):
        made = half_hour(simulation, air, place, seed)
        columns = {name: values[made.written] for name, values in made.columns.items()}
        one = slice(place, place + 1)
        weather = {"TA": air.state.temperature[one], "RH": air.state.relative_humidity[one], "PA": air.state.pressure[one]}
        streams = {
            "eddy": make_stream((start + after)[made.written], columns, FAST),
            "meteo": make_stream(air.time[one], weather, METEOROLOGY),
        }
        yield streams, made.covariances


def processed(measured: list[dict[str, xr.Dataset]], options: EddyCovarianceOptions) -> xr.Dataset:
    """Return the fluxes of half hours, each condensed by itself; the first row of the weather tells when one begins."""
    condensing, context = CALIBRATOR.condensing(options), tower()
    assert CALIBRATOR.condense is not None
    condensed = []
    for streams in measured:
        start = streams["meteo"]["time"].values[0]
        period = (start, start + np.timedelta64(30, "m"))
        condensed.append(CALIBRATOR.condense(streams, condensing, context, period=period)["eddy"])
    return CALIBRATOR.calibrate({"eddy": xr.concat(condensed, "time")}, options, context).streams["fluxes"]


def fluxes_of(simulation: EddyCovarianceSimulation, seed: int = 1, **changes: Any) -> tuple[xr.Dataset, xr.Dataset]:
    """Return calibrated fluxes and the truth of all half hours; `changes` are of the calibrator's options."""
    streams, covariances = zip(*measured_half_hours(simulation, seed), strict=True)
    found = processed(list(streams), calibrator_options(simulation, **(PLAIN | changes)))
    return found, truth_of(simulation, tower_air(simulation), list(covariances))
