"""Rows of the simulated tower → raw files, one per half hour, as loggers and a SmartFlux system write them."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.constants import ZERO_CELSIUS
from icos_ecosystem.simulators.tower_columns import COLUMNS, in_file_units, text_rows
from icos_ecosystem.simulators.tower_ghg import ghg_members
from icos_ecosystem.simulators.tower_logger import LoggerTable, toa5_bytes, tob1_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_ecosystem.simulators.eddy_covariance_options import EddyCovarianceSimulation
    from icos_ecosystem.simulators.tower_air import TowerAir
    from icos_ecosystem.simulators.tower_series import HalfHour

    FloatArray = NDArray[np.float64]

__all__ = ["STATION", "write_half_hour", "write_meteorology"]

STATION = "ES-Sim"
_HALF_HOUR = np.timedelta64(1800, "s").astype("timedelta64[ns]")
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
    step = np.rint(np.arange(rows + 1) * (1e9 / options.frequency)).astype("timedelta64[ns]")
    begins, ends = (start + step[:-1])[made.written], (start + step[1:])[made.written]
    columns = {name: values[made.written] for name, values in in_file_units(made.columns).items()}
    if options.format == "icos-ec-csv":
        path = folder / f"{STATION}_EC_{_named(start + _HALF_HOUR, '%Y%m%d%H%M')}_L01_F01.csv"
        path.write_bytes(_icos_text(in_file_units(made.columns), made.written))
    elif options.format == "licor-ghg":
        path = folder / f"{_named(start, '%Y-%m-%dT%H%M%S')}_AIU-0000.ghg"
        path.write_bytes(_archive(ghg_members(options, path.stem, begins, columns)))
    else:
        path = folder / f"{STATION}_EC_{_named(start, '%Y%m%d%H%M')}.dat"
        table = LoggerTable("Flux", tuple(COLUMNS[name] for name in columns), ends, (number * rows + np.arange(rows))[made.written])
        path.write_bytes(toa5_bytes(table, columns) if options.format == "toa5" else tob1_bytes(table, columns, options.number_type))
    return path


def write_meteorology(folder: Path, air: TowerAir) -> Path:
    """Write a TOA5 table of the weather station, a row every ten minutes, from which the energy balance closes to the stated share."""
    count = air.time.size * _METEO_ROWS
    ends = air.time[0] + (1 + np.arange(count)) * (_HALF_HOUR // _METEO_ROWS)
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
    columns = {name: np.repeat(values[name], _METEO_ROWS) for name in _METEO}
    path.write_bytes(toa5_bytes(LoggerTable("Meteo", tuple(_METEO.items()), ends, np.arange(count)), columns))
    return path


def _icos_text(columns: Mapping[str, FloatArray], written: NDArray[np.bool_]) -> bytes:
    """Return a file without stamps: rows that the logger did not write are there as missing values."""
    lost = ",".join([_MISSING] * len(columns))
    rows = iter(text_rows({name: values[written] for name, values in columns.items()}, ","))
    body = [next(rows) if each else lost for each in written.tolist()]
    return "\n".join([",".join(COLUMNS[name][0] for name in columns), *body, ""]).encode()


def _named(moment: np.datetime64, layout: str) -> str:
    named: str = moment.astype("datetime64[s]").item().strftime(layout)
    return named


def _archive(members: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()
