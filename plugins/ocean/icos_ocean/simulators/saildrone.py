"""Simulator of Saildrone files: a vehicle whose fCO2 is known, with the columns of public configurations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, fugacity_coefficient, water_vapour_pressure
from icos_ocean.simulators.mooring import mooring_at, times
from icos_ocean.simulators.saildrone_options import SaildroneSimulation
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.sensors import SAILDRONE_STREAM

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["SIMULATOR", "Deployment", "simulate", "simulate_deployment", "write_file"]

_HEIGHT = 1.0  # m, of the inlet of air
_SHARED = {
    "time_interval_biogeFile": "",
    "gps_lat_biogeFile": "latitude",
    "gps_lng_biogeFile": "longitude",
    "air_temperature_filtered_atmosFile": "air_temperature",
    "sbe37_temperature_filtered_oceanFile": "sst",
    "sbe37_practical_salinity_filtered_oceanFile": "salinity",
    "wave_significant_height_oceanFile": "",
}
_CYCLE = {
    "asvco2_xco2_atmospheric_dry_biogeFile": "air",
    "asvco2_xco2_seawater_dry_biogeFile": "water",
    "asvco2_span_post_cal_xco2_biogeFile": "span",
    "asvco2_air_pump_off_pressure_biogeFile": "pressure",
    "asvco2_equilibrator_pump_off_pressure_biogeFile": "pressure",
}


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """n lines: times (``datetime64[s]``), which of them hold a cycle, readings, and the truth under the names of calibrated variables."""

    time: NDArray[np.datetime64]
    cycle: NDArray[np.bool_]
    measured: dict[str, FloatArray]
    truth: dict[str, FloatArray]


def simulate(folder: Path, options: SaildroneSimulation, seed: int) -> SimulationResult:
    """Write a file into ``folder/raw`` and a description that is ready to run beside it.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Vehicle, instrument and errors.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        File, description, and the truth at the times of the water samples.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    deployment = simulate_deployment(options, seed)
    path = write_file(deployment, raw)
    station = folder / "station.toml"
    station.write_text(_description(deployment, options), encoding="utf-8")
    rows = deployment.cycle
    truth = make_stream(deployment.time[rows], {name: array[rows] for name, array in deployment.truth.items()}, VOCABULARY.values())
    return SimulationResult(files=(path,), description=station, truth={SAILDRONE_STREAM: truth})


def simulate_deployment(options: SaildroneSimulation, seed: int) -> Deployment:
    """Draw one deployment."""
    random = np.random.default_rng(seed)
    errors = options.errors
    time = times(options.mooring, options.interval)
    count = time.size
    cycle = np.arange(count) % (options.cycle // options.interval) == 0
    place = mooring_at(time, options.mooring, random)
    salinity = options.salinity + 0.02 * random.standard_normal(count)
    x = place.pco2 / (place.air_pressure / STANDARD_ATMOSPHERE - water_vapour_pressure(place.sst, salinity))
    sign = -1.0 if options.mirrored else 1.0
    of_instrument, of_pressure, of_sst, of_salinity = sign * random.standard_normal(4)
    noise = errors.reading * random.standard_normal((2, count)) + errors.instrument * of_instrument
    position = {"latitude": np.full(count, options.mooring.latitude), "longitude": np.full(count, options.mooring.longitude)}
    measured = {
        **position,
        "water": x + noise[0],
        "air": place.xco2_air + noise[1],
        "span": 506.2 + errors.reading * random.standard_normal(count),
        "pressure": (place.air_pressure + errors.analyser_pressure * of_pressure) / 10.0,
        "sst": place.sst + errors.sst * of_sst,
        "salinity": salinity + errors.salinity * of_salinity,
        "air_temperature": place.sst - 1.0,
    }
    truth = {
        **position,
        "xco2": x,
        "pco2": place.pco2,
        "fco2": place.pco2 * fugacity_coefficient(x, place.air_pressure, place.sst),
        "sst": place.sst,
        "salinity": salinity,
        "water_vapour_pressure": water_vapour_pressure(place.sst, salinity) * STANDARD_ATMOSPHERE,
    }
    return Deployment(time=time, cycle=cycle, measured=measured, truth=truth)


def write_file(deployment: Deployment, folder: Path) -> Path:
    """Write all lines; those without a cycle of the CO2 system leave its columns empty."""
    path = folder / "saildrone.csv"
    columns = [[f"{moment}.000Z" for moment in deployment.time.astype(str).tolist()]]
    # A column that no variable is read from stands for the many that a vehicle has.
    columns += [
        [f"{value:.5f}" for value in deployment.measured[name].tolist()] if name else ["1.2"] * deployment.time.size
        for name in list(_SHARED.values())[1:]
    ]
    for name in _CYCLE.values():
        values = zip(deployment.measured[name].tolist(), deployment.cycle.tolist(), strict=True)
        columns.append([f"{value:.4f}" if there else "" for value, there in values])
    rows = [",".join(cells) for cells in zip(*columns, strict=True)]
    path.write_text("\n".join([",".join((*_SHARED, *_CYCLE)), *rows]) + "\n", encoding="ascii")
    return path


def _description(deployment: Deployment, options: SaildroneSimulation) -> str:
    start, end = (
        moment.astype("datetime64[s]").item().replace(tzinfo=UTC)
        for moment in (deployment.time[0], deployment.time[-1] + np.timedelta64(10, "m"))
    )
    errors = options.errors.model_dump(exclude={"variability", "temperature_coefficient"})
    return "\n".join(
        [
            table(
                "[station]",
                {"id": "SIMU", "name": "Simulated Vehicle", "domain": "ocean", "platform": "vehicle"},
                'contact = { institution = "Example Institute", email = "data@example.org" }',
            ),
            table("[[deployment]]", {"expocode": f"SIMU{start:%Y%m%d}", "start": start, "end": end}),
            table("[[input]]", {"reader": "saildrone", "files": "raw/*.csv"}),
            table(
                "[[calibrate]]",
                {
                    "calibrator": "dry-xco2",
                    "pressure_sources": ["analyser"],
                    "barometer": "analyser_pressure",
                    "barometer_height": _HEIGHT,
                },
            ),
            table("[calibrate.uncertainty]", errors),
            *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
        ]
    )


SIMULATOR = Simulator(
    name="saildrone",
    summary="a Saildrone with an ASVCO2 system whose fCO2 is known",
    options=SaildroneSimulation,
    simulate=simulate,
)
