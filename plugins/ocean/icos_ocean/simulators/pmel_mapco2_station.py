"""Station descriptions of simulated MAPCO2 and ASVCO2 deployments, and the thermosalinograph beside the instrument."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.describing.station_file import table
from icos_ocean.simulators.pmel_mapco2_signals import BAROMETER_HEIGHT
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_ocean.simulators.pmel_mapco2_options import CycleSimulation
    from icos_ocean.simulators.pmel_mapco2_signals import Cycles

__all__ = ["companions", "description"]

_BEFORE = np.timedelta64(20, "m")


def companions(path: Path, cycles: Cycles) -> None:
    """Write temperature and salinity of the sea at the times of the water samples, and ahead of the first and behind the last."""
    time = cycles.time[:, CYCLE_POINTS["equilibrator_pump_off"]]
    time = np.concatenate([time[:1] - _BEFORE, time, time[-1:] + _BEFORE])
    columns = [np.concatenate([column[:1], column, column[-1:]]) for column in (cycles.measured["sst"], cycles.measured["salinity"])]
    rows = zip(time.astype("datetime64[s]").astype(str).tolist(), *(column.tolist() for column in columns), strict=True)
    text = ["time,sst,salinity", *(f"{moment},{sst:.4f},{salinity:.4f}" for moment, sst, salinity in rows)]
    path.write_text("\n".join(text) + "\n", encoding="ascii")


def description(cycles: Cycles, options: CycleSimulation, source: Mapping[str, Any], joined_onto: str | None) -> str:
    """Return a description that is ready to run.

    Parameters
    ----------
    cycles
        The deployment.
    options
        Place, instrument and errors.
    source
        Entries of the first input: reader, files and options of the reader.
    joined_onto
        Stream that the companions are joined to; None where there are none.
    """
    start, end = (
        moment.astype("datetime64[s]").item().replace(tzinfo=UTC)
        for moment in (cycles.start[0], cycles.time[-1, -1] + np.timedelta64(1, "s"))
    )
    place: dict[str, Any] = {"latitude": options.mooring.latitude, "longitude": options.mooring.longitude, "altitude": 0.0, "utc_offset": 0}
    tables = [
        table(
            "[station]",
            {"id": "SIMU", "name": "Simulated Buoy", "domain": "ocean", "platform": "fixed", **place},
            'contact = { institution = "Example Institute", email = "data@example.org" }',
        ),
        table("[[deployment]]", {"expocode": f"SIMU{start:%Y%m%d}", "start": start, "end": end}),
        table("[[input]]", source),
    ]
    if joined_onto is not None:
        tables.append(
            table(
                "[[input]]",
                {"reader": "underway-table", "files": "raw/companions.csv"},
                'clock = { date_time = "time" }',
                'columns = { sst = "sst", salinity = "salinity" }',
                f'join = {{ onto = "{joined_onto}", method = "linear", limit = "4 h" }}',
            )
        )
    errors = options.errors.model_dump(exclude={"variability", "temperature_coefficient"})
    tables += [
        table("[[calibrate]]", {"calibrator": "mapco2", "barometer_height": BAROMETER_HEIGHT}),
        table("[calibrate.uncertainty]", errors),
        table("[[calibrate.span_gases]]", {"xco2": options.span_gas, "uncertainty": options.span_gas_uncertainty}),
        *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
    ]
    return "\n".join(tables)
