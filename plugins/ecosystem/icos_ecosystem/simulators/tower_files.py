"""Rows of the simulated tower → raw files, one per half hour, as loggers and a SmartFlux system write them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.constants import ZERO_CELSIUS
from icos_ecosystem.simulators.tower_ghg import ghg_members
from icos_ecosystem.simulators.tower_logger import toa5_bytes, tob1_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_ecosystem.simulators.eddy_covariance_options import EddyCovarianceSimulation
    from icos_ecosystem.simulators.tower_air import TowerAir
    from icos_ecosystem.simulators.tower_series import HalfHour

    FloatArray = NDArray[np.float64]

__all__ = ["COLUMNS", "STATION", "write_half_hour", "write_meteorology"]

STATION = "ES-Sim"
COLUMNS = {
    "u": ("U", "m/s"),
    "v": ("V", "m/s"),
    "w": ("W", "m/s"),
    "sonic_temperature": ("T_SONIC", "K"),
    **{f"{gas}_mixing_ratio": (gas.upper(), "umol/mol") for gas in ("co2", "ch4", "n2o")},
    "co2_mole_fraction": ("CO2", "umol/mol"),
    "co2_molar_density": ("CO2", "mmol/m^3"),
    "h2o_mixing_ratio": ("H2O", "mmol/mol"),
    "h2o_mole_fraction": ("H2O", "mmol/mol"),
    "h2o_molar_density": ("H2O", "mmol/m^3"),
    "cell_temperature": ("T_CELL", "degC"),
    "cell_pressure": ("PRESS_CELL", "kPa"),
}
"""Variable → header and unit in the files of loggers."""
_SCALES = {"cell_pressure": (1e-3, 0.0), "cell_temperature": (1.0, -ZERO_CELSIUS)}
_MISSING = "-9999"
_METEO = {"TA": "degC", "RH": "%", "PA": "kPa", "SW_IN": "W/m2", "NETRAD": "W/m2", "G": "W/m2"}
_METEO_ROWS = 3
_BOWEN_OF_LIGHT = 0.7
"""Of net radiation to incoming short-wave radiation by day."""


def write_half_hour(folder: Path, options: EddyCovarianceSimulation, start: np.datetime64, made: HalfHour, number: int) -> Path:
    """Write the file of a half hour.

    Parameters
    ----------
    folder
        Where it goes.
    options
        Format.
    start
        Of the half hour.
    made
        Its rows.
    number
        Of the half hour, from 0; rows are counted on.
    """
    rows = options.rows
    step = np.rint(np.arange(1, rows + 1) * (1e9 / options.frequency)).astype("timedelta64[ns]")
    ends, records = (start + step)[made.written], (number * rows + np.arange(rows))[made.written]
    named = start.astype("datetime64[s]").item()
    if options.format == "icos-ec-csv":
        last = (start + np.timedelta64(30, "m")).astype("datetime64[s]").item()
        path = folder / f"{STATION}_EC_{last:%Y%m%d%H%M}_L01_F01.csv"
        path.write_bytes(_icos_text(_in_file(made.columns), made.written))
    elif options.format == "licor-ghg":
        path = folder / f"{named:%Y-%m-%dT%H%M%S}_AIU-0000.ghg"
        starts = ends - np.timedelta64(round(1e9 / options.frequency), "ns")
        path.write_bytes(
            _archive(ghg_members(options, path.stem, starts, {k: v[made.written] for k, v in made.columns.items()}), named.year)
        )
    else:
        path = folder / f"{STATION}_EC_{named:%Y%m%d%H%M}.dat"
        headers = tuple(COLUMNS[name] for name in made.columns)
        values = [each[made.written] for each in _in_file(made.columns).values()]
        if options.format == "toa5":
            path.write_bytes(toa5_bytes("Flux", headers, ends, records, values))
        else:
            path.write_bytes(tob1_bytes("Flux", headers, ends, records, values, options.number_type))
    return path


def write_meteorology(folder: Path, air: TowerAir) -> Path:
    """Write a TOA5 table of the weather station, a row every ten minutes, from which the energy balance closes to the stated share."""
    count = air.time.size * _METEO_ROWS
    ends = air.time[0] + (1 + np.arange(count)) * (np.timedelta64(30, "m").astype("timedelta64[ns]") // _METEO_ROWS)
    net = air.net_radiation
    values = {
        "TA": air.state.temperature - ZERO_CELSIUS,
        "RH": air.state.relative_humidity,
        "PA": air.state.pressure * 1e-3,
        "SW_IN": np.maximum(net, 0.0) / _BOWEN_OF_LIGHT,
        "NETRAD": net,
        "G": air.soil_heat,
    }
    path = folder / f"{STATION}_BM.dat"
    columns = [np.repeat(values[name], _METEO_ROWS) for name in _METEO]
    path.write_bytes(toa5_bytes("Meteo", tuple(_METEO.items()), ends, np.arange(count), columns))
    return path


def _in_file(columns: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return values in the units of :data:`COLUMNS`."""
    found = {}
    for name, values in columns.items():
        scale, offset = _SCALES.get(name, (1.0, 0.0))
        found[name] = values * scale + offset if name in _SCALES else values
    return found


def _icos_text(columns: dict[str, FloatArray], written: NDArray[np.bool_]) -> bytes:
    """Return a file without stamps: rows that the logger did not write are there as missing values."""
    lost = ",".join([_MISSING] * len(columns))
    row = ",".join(["%.9g"] * len(columns))
    values = np.stack(list(columns.values()), axis=1)
    lines = (row + "\n") * int(np.count_nonzero(written)) % tuple(values[written].ravel().tolist())
    text = lines.split("\n")[:-1]
    taken = iter(text)
    body = "\n".join(next(taken) if each else lost for each in written.tolist()) if not written.all() else "\n".join(text)
    return f"{','.join(COLUMNS[name][0] for name in columns)}\n{body}\n".encode()


def _archive(members: dict[str, str], year: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name, (max(year, 1980), 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()
