"""Simulator `eddy-covariance`: raw files of a flux tower whose fluxes, lags, attenuation and tilt are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_ecosystem.series.time_lags import lag_in_rows
from icos_ecosystem.simulators.eddy_covariance_options import EddyCovarianceSimulation
from icos_ecosystem.simulators.tower_air import tower_air
from icos_ecosystem.simulators.tower_files import write_half_hour, write_meteorology
from icos_ecosystem.simulators.tower_series import half_hour
from icos_ecosystem.simulators.tower_station import station_description
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM, FLUX_WORDS

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_ecosystem.simulators.tower_air import TowerAir

__all__ = ["SIMULATOR", "EddyCovarianceSimulation", "half_hour", "simulate", "tower_air", "truth_of"]


def simulate(folder: Path, options: EddyCovarianceSimulation, seed: int) -> SimulationResult:
    """Write raw files into ``folder/raw`` and a description that is ready to run beside them.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Tower, instruments, and what is wrong with their data.
    seed
        Of all random numbers: the same seed gives the same bytes, and each half hour the same whichever others there are.

    Returns
    -------
    SimulationResult
        Files, description, and the truth: prescribed fluxes and lags, and the covariances that the turbulence of each half hour has.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    air = tower_air(options)
    files, covariances = [], []
    for place in range(options.half_hours):
        made = half_hour(options, air, place, seed)
        files.append(write_half_hour(raw, options, air.time[place], made, place))
        covariances.append(made.covariances)
    files.append(write_meteorology(raw, air))
    description = folder / "station.toml"
    description.write_text(station_description(options), encoding="utf-8")
    return SimulationResult(files=tuple(files), description=description, truth={FLUX_STREAM: truth_of(options, air, covariances)})


def truth_of(options: EddyCovarianceSimulation, air: TowerAir, covariances: list[dict[str, float]]) -> xr.Dataset:
    """Return the prescribed fluxes and lags, and realised covariances, one mapping per half hour, as the stream ``fluxes``."""
    values = dict(air.fluxes)
    values |= {name: np.array([each[name] for each in covariances]) for name in covariances[0]}
    for gas in options.gases:
        lag = lag_in_rows(options.lag_of(gas), options.frequency) / options.frequency
        values[f"{gas.upper()}_TLAG_USED"] = np.full(air.time.size, lag)
    return make_stream(air.time, values, FLUX_WORDS)


SIMULATOR = Simulator(
    name="eddy-covariance",
    summary="raw files of a flux tower whose fluxes, lags, attenuation and tilt are known",
    options=EddyCovarianceSimulation,
    simulate=simulate,
    demo=True,
)
