"""Measurements of other cruises, from files of SOCAT, from the suite's own netCDF and CSV, and from tables of the Carbon Portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from icos_core.exceptions import DataError, InputError
from icos_ocean.expocodes import NO_EXPOCODE
from icos_ocean.products.crossovers_measurements import good_measurements
from icos_ocean.readers import socat_cruise, socat_synthesis

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import Context
    from icos_ocean.products.crossovers_measurements import Measurements

__all__ = ["read_measurements"]

_PORTAL = {
    "Date/Time": "time",
    "fCO2 [uatm] QC Flag": "fco2_woce",
    "fCO2 [uatm]": "fco2",
    "Temp [degC]": "sst",
    "Latitude": "latitude",
    "Longitude": "longitude",
}
"""Titles of the tables that the exporter `icos-otc` writes → variables."""


def read_measurements(path: Path, context: Context) -> Measurements:
    """Read the good measurements of one file.

    Raises
    ------
    InputError
        For a file that cannot be read or holds no measurements of CO2 in sea water along a track.
    """
    try:
        data, name = _netcdf(path) if path.suffix.lower() in {".nc", ".nc4"} else _text(path, context)
        return good_measurements(data, name)
    except (OSError, DataError, KeyError) as error:
        raise InputError(path.name, f"no measurements of CO2 in sea water: {error}") from error


def _netcdf(path: Path) -> tuple[xr.Dataset, str]:
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_timedelta=False) as file:
            names = [each for each in file.variables if file[each].dims in {("time",), ()}]
            data = file[names].load()
    except (ValueError, RuntimeError) as error:
        raise InputError(path.name, f"cannot be read as netCDF: {error}") from error
    identifiers = [str(np.asarray(data[each].values).astype(str)) for each in ("trajectory", "station_id") if each in data]
    return data, (identifiers[0].strip() if identifiers else path.stem)


def _text(path: Path, context: Context) -> tuple[xr.Dataset, str]:
    readers = (socat_cruise, socat_synthesis)
    guesses = [(guess.confidence, guess.options, reader) for reader in readers if (guess := reader.guess(path)) is not None]
    if guesses:
        _, options, reader = max(guesses, key=lambda each: each[0])
        result = reader.READER.read(path, reader.READER.options(**options), context)
        (data,) = result.streams.values()
        return data, path.stem
    return _table(path), path.stem


def _table(path: Path) -> xr.Dataset:
    """Read a table of the exporters `csv` or `icos-otc`."""
    try:
        head = pd.read_csv(path, nrows=0, encoding="utf-8")
        titles = {str(title): _PORTAL.get(str(title), str(title).partition(" [")[0]) for title in head.columns}
        frame = pd.read_csv(path, usecols=list(titles), encoding="utf-8", low_memory=False).rename(columns=titles)
    except (ValueError, pd.errors.ParserError) as error:
        raise InputError(path.name, f"neither a file of SOCAT nor a table that the suite writes: {error}") from error
    if "time" not in frame or "latitude" not in frame or "longitude" not in frame:
        raise InputError(path.name, "neither a file of SOCAT nor a table with time, latitude and longitude that the suite writes")
    time = pd.to_datetime(frame["time"], utc=True, errors="coerce", format="ISO8601").dt.tz_localize(None)
    frame = frame.loc[time.notna(), ~frame.columns.duplicated()]
    numbers = {str(name): ("time", pd.to_numeric(frame[name], errors="coerce").to_numpy()) for name in frame.columns if name != "time"}
    numbers = {name: each for name, each in numbers.items() if np.isfinite(each[1].astype(np.float64)).any()}
    if "expocode" in numbers and np.isnan(numbers["expocode"][1]).any():
        numbers["expocode"] = ("time", np.nan_to_num(numbers["expocode"][1], nan=NO_EXPOCODE))
    return xr.Dataset(numbers, coords={"time": ("time", time[time.notna()].to_numpy().astype("datetime64[ns]"))})
