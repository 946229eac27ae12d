"""Simulator of General Oceanics 8050 files: a cruise whose fCO2 is known, in the instrument's own raw format."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_ocean.simulators.general_oceanics_options import GeneralOceanicsSimulation
from icos_ocean.simulators.general_oceanics_text import write_files
from icos_ocean.simulators.underway_cruise import BAROMETER_HEIGHT, simulate_cruise
from icos_ocean.vocabulary import CALIBRATED, RUN_TYPES, STREAM

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_ocean.simulators.underway_cruise import Cruise

__all__ = ["SIMULATOR", "simulate", "truth_of"]

_TRUE = (
    *("latitude", "longitude", "sst", "salinity", "equilibrator_temperature", "equilibrator_pressure"),
    *("xco2", "fco2", "xco2_air", "fco2_air"),
)


def simulate(folder: Path, options: GeneralOceanicsSimulation, seed: int) -> SimulationResult:
    """Write raw files into ``folder/raw`` and a description that is ready to run beside them.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Cruise, instrument and form of the files.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Files, description, and the truth at the times of the water samples.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    cruise = simulate_cruise(options, seed)
    files = write_files(cruise, raw, options, seed)
    description = folder / "station.toml"
    description.write_text(_description(cruise, options), encoding="utf-8")
    return SimulationResult(files=files, description=description, truth={STREAM: truth_of(cruise)})


def truth_of(cruise: Cruise) -> xr.Dataset:
    """Return the true values at the times of the water samples, under the names of the calibrated variables."""
    water = cruise.run_type == RUN_TYPES["EQU"]
    return make_stream(cruise.time[water].astype("datetime64[ns]"), {name: cruise.truth[name][water] for name in _TRUE}, CALIBRATED)


def _description(cruise: Cruise, options: GeneralOceanicsSimulation) -> str:
    start, end = (moment.astype("datetime64[s]").item() for moment in (cruise.time[0], cruise.time[-1] + np.timedelta64(1, "s")))
    tables = [
        table(
            "[station]",
            {"id": "SIMU", "name": "Simulated Ship", "domain": "ocean", "platform": "ship"},
            'contact = { institution = "Example Institute", email = "data@example.org" }',
        ),
        table(
            "[[deployment]]",
            {"expocode": f"SIMU{start:%Y%m%d}", "start": start.replace(tzinfo=UTC), "end": end.replace(tzinfo=UTC)},
        ),
        table(
            "[[input]]",
            {"reader": "general-oceanics-8050", "files": "raw/*dat.txt", "date_format": options.date_format, "clock": "gps"},
        ),
        table(
            "[[calibrate]]",
            {
                "calibrator": "fco2",
                "temperature_correction": "takahashi-1993",
                "pressure_sources": ["ambient-differential"],
                "differential_sign": "add",
                "barometer_height": BAROMETER_HEIGHT,
                "dry_standards": not options.reports_dry,
                "dry_samples": not options.reports_dry,
                # The cell still holds some of the gas before in the first row of a run, and in no other.
                "flush_after": options.interval / timedelta(seconds=2) if options.memory else 0.0,
            },
        ),
        table("[calibrate.uncertainty]", options.errors.model_dump()),
        *(table("[[calibrate.standards]]", gas.model_dump()) for gas in options.standards),
        *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv", "socat", "icos-otc")),
    ]
    return "\n".join(tables)


SIMULATOR = Simulator(
    name="general-oceanics-8050",
    summary="a cruise with a General Oceanics 8050 system: drifting analyser, standards on schedule, gaps, known fCO2",
    options=GeneralOceanicsSimulation,
    simulate=simulate,
    demo=True,
)
