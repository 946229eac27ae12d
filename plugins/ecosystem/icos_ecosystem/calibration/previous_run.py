"""The last half hour of an earlier run, which the first one of this run is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from icos_core.exceptions import InputError
from icos_ecosystem.calibration.flux_variables import GAS_OUTPUT
from icos_ecosystem.calibration.station_files import station_file
from icos_ecosystem.constants import ZERO_CELSIUS

if TYPE_CHECKING:
    from icos_ecosystem.calibration.half_hours import HalfHours

__all__ = ["last_before"]


def last_before(halves: HalfHours) -> dict[str, float]:
    """Return air temperature [K] (``temperature``) and mole fractions of the half hour before the first; nothing where it is not known.

    Raises
    ------
    InputError
        Where a file is named that is not there or holds no stream of fluxes.
    """
    name = halves.options.storage.previous
    if name is None or not len(halves):
        return {}
    path = station_file(halves.context.folder, name, "storage.previous")
    wanted = halves.time[0] - np.timedelta64(halves.options.averaging_period, "ns")
    try:
        with xr.open_dataset(path) as stream:
            known = "TA_EP" in stream.data_vars and "time" in stream.coords
            rows = np.flatnonzero(stream["time"].values == wanted) if known else np.empty(0, dtype=np.int64)
            row = stream.isel(time=int(rows[0])).load() if rows.size else None
    except (OSError, ValueError) as error:
        raise InputError(path.name, f"cannot be read: {error}") from error
    if not known:
        raise InputError(path.name, "holds no TA_EP; storage.previous expects the netCDF file of the stream fluxes of an earlier run")
    if row is None:
        return {}
    found = {"temperature": float(row["TA_EP"]) + ZERO_CELSIUS}
    for gas, (variable, _, scale) in GAS_OUTPUT.items():
        if variable in row.data_vars:
            found[gas] = float(row[variable]) / scale
    return found
