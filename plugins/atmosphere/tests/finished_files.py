"""Files of finished series in the layouts that the readers `obspack` and `wdcgg` know, written from the formats' descriptions alone."""

from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

HOURS = 48
START = np.datetime64("2021-03-01T00:00:00", "s")
TIME = START + np.arange(HOURS) * np.timedelta64(3600, "s")
SECONDS = TIME.astype(np.int64)
CO2 = np.round(412.0 + 5.0 * np.sin(np.arange(HOURS) / 7.0), 3)
STDEV = np.round(0.1 + 0.01 * (np.arange(HOURS) % 9), 3)
COUNT = 50 + np.arange(HOURS) % 10


def characters(words: list[str], width: int) -> np.ndarray[Any, Any]:
    return np.array(words, dtype=f"S{width}").view("S1").reshape(len(words), width)


def write(path: Path, size: int, dimension: str, variables: dict[str, Any], attributes: dict[str, Any], form: str = "NETCDF4") -> Path:
    """Write a netCDF file: name → (values, attributes); a further dimension of a variable is made of its own."""
    with netCDF4.Dataset(path, "w", format=form) as file:
        file.createDimension(dimension, size)
        file.setncatts(attributes)
        for name, (values, attrs) in variables.items():
            dimensions = [dimension]
            for number, length in enumerate(np.shape(values)[1:]):
                file.createDimension(f"{name}_{number}", length)
                dimensions.append(f"{name}_{number}")
            given = dict(attrs)
            variable = file.createVariable(name, values.dtype, dimensions, fill_value=given.pop("_FillValue", None))
            variable.set_auto_maskandscale(False)
            variable.setncatts(given)
            variable[:] = values
    return path


def icos_obspack(path: Path, rows: slice = slice(None), form: str = "NETCDF4", **changes: Any) -> Path:
    """Write hours as ICOS lays them out: dimension time, mol mol-1 in 32 bits, one letter per row."""
    time = SECONDS[rows].astype(np.int32)
    size = time.size
    amount = {"units": "mol mol-1", "_FillValue": np.float32(np.nan)}
    letters = np.resize(np.array(["O", "U", "K", "R"], dtype="S1"), HOURS)[rows]
    variables: dict[str, Any] = {
        "time": (time, {"units": "seconds since 1970-01-01T00:00:00Z", "comment": "reported at the beginning of the averaging interval."}),
        "value": ((CO2[rows] * 1e-6).astype(np.float32), amount),
        "value_std_dev": ((STDEV[rows] * 1e-6).astype(np.float32), amount),
        "nvalue": (COUNT[rows].astype(np.int32), {"_FillValue": np.int32(-9)}),
        "intake_height": (np.full(size, 150.0, dtype=np.float32), {"_FillValue": np.float32(np.nan)}),
        "qc_flag": (letters, {"_FillValue": b"-"}),
        "quality_id": (np.full(size, 91550, dtype=np.int32), {"_FillValue": np.int32(-9)}),
        "instrument": (np.full(size, 461, dtype=np.int32), {"_FillValue": np.int32(-9)}),
        "icos_LTR": (np.full(size, 0.0127e-6, dtype=np.float32), amount),
        "icos_SMR": (np.full(size, -999.99e-6, dtype=np.float32), amount),
        "icos_STTB": (np.full(size, -0.072e-6, dtype=np.float32), amount),
        "obs_flag": (np.ones(size, dtype=np.int8), {"_FillValue": np.int8(1)}),
    }
    attributes = {
        "dataset_parameter": "co2",
        "dataset_project": "surface-insitu or tower-insitu",
        "dataset_platform": "fixed",
        "dataset_calibration_scale": "WMOX2019",
        "dataset_data_frequency": 1.0,
        "dataset_data_frequency_unit": "hour",
        "dataset_intake_ht": "150.0",
    }
    variables |= changes.pop("variables", {})
    attributes |= changes
    return write(path, size, "time", {k: v for k, v in variables.items() if v}, {k: v for k, v in attributes.items() if v}, form)


def noaa_text(rows: slice = slice(None)) -> bytes:
    """Return daily means as NOAA writes them in text: the names of the columns are the last line of the header."""
    names = "site_code year month day hour minute second time_decimal value value_std_dev nvalue latitude longitude altitude elevation"
    header = [
        "# dataset_parameter : co2",
        "# dataset_project : surface-insitu",
        "# dataset_platform : fixed",
        "# dataset_selection_tag : DailyData",
        "# dataset_calibration_scale : WMO CO2 X2019",
        "# dataset_data_frequency : 1",
        "# dataset_data_frequency_unit : day",
        "# value:units : micromol mol-1",
        "#",
        "# VARIABLE ORDER",
        "#",
        f"{names} intake_height qcflag",
    ]
    lines = [f"# header_lines : {len(header) + 1}", *header]
    flags = ("...", "..P", ".C.", "*..")
    for row in range(HOURS)[rows]:
        day = np.datetime64("2020-01-15", "D") + row
        year, month, number = str(day).split("-")
        value, spread, count = (-999.99, -99.99, 0) if row % 11 == 5 else (CO2[row], STDEV[row], COUNT[row])
        position = "71.323 -156.611 27.0 11.0 16.0"
        lines.append(f"BRW {year} {int(month)} {int(number)} 0 0 0 {2020 + row / 366} {value} {spread} {count} {position} {flags[row % 4]}")
    return ("\n".join(lines) + "\n").encode()


V3_COLUMNS = (
    "site_wdcgg_id st_year st_month st_day st_hour st_minute st_second end_year end_month end_day end_hour end_minute end_second value "
    "value_wmo_scale value_sd value_unc_1 value_unc_1_id value_unc_1_method value_unc_2 value_unc_2_id value_unc_2_method value_unc_3 "
    "value_unc_3_id value_unc_3_method nvalue latitude longitude altitude elevation intake_height flask_no ORG_QCflag QCflag instrument "
    "measurement_method scale"
)


def moment(row: int) -> str:
    return str(TIME[row]).replace("-", " ").replace("T", " ").replace(":", " ")


def wdcgg_v3(rows: slice = slice(None), *, header: bool = True) -> bytes:
    """Return hours in the layout of 37 columns; `header=False`: as they are submitted, with the names of the columns alone."""
    above = [
        "# Data_Set_Name : co2_htm_tower-insitu_150magl_162_hourly",
        "#",
        "# dataset_parameter : co2",
        "# dataset_selection_tag : hourly",
        "# dataset_time_zone : UTC",
        "# instrument_total_listed : 2",
        "# instrument_1 : Picarro G2401",
        "# instrument_1_measurement_method_name : CRDS",
        "# instrument_2 : Picarro G2301",
        "# scale_total_listed : 1",
        "# scale_1_code : 158",
        "# scale_1_name : WMO CO2 X2019",
        "# value:units : ppm",
        "#",
        "# VARIABLE ORDER",
        "#",
        f"# {V3_COLUMNS}",
    ]
    lines = [f"# header_lines : {len(above) + 1}", *above] if header else [V3_COLUMNS]
    letters = "UORNKH"
    for row in range(HOURS)[rows]:
        letter = letters[row % 6]
        value, spread = (f"{CO2[row]:.3f}", f"{STDEV[row]:.3f}") if row % 11 != 5 else ("-999.999", "-999.999")
        uncertainties = "0.021 1 10 0.013 1 10 -0.072 1 10"
        place = "56.0976 13.4189 265.0 115.0 150.0 -999.999"
        valid = 1 if letter in "UOR" else 3
        spread_and_rest = f"{spread} {uncertainties} {COUNT[row]} {place} {letter} {valid} 1 18 158"
        lines.append(f"6319 {moment(row)} -999 -9 -9 -9 -9 -9 {value} {value} {spread_and_rest}")
    return ("\n".join(lines) + "\n").encode()


def wdcgg_v2(rows: slice = slice(None), *, zone: str = "UTC") -> bytes:
    """Return hours in the layout of 27 columns, whose two moments have the same names; the letter P is the contributor's own."""
    names = (
        "site_gaw_id year month day hour minute second year month day hour minute second value value_unc nvalue latitude longitude "
        "altitude elevation intake_height flask_no ORG_QCflag QCflag instrument measurement_method scale"
    )
    above = [
        "# dataset_parameter : ch4",
        "# dataset_selection_tag : hourly",
        f"# dataset_time_zone : {zone}",
        "# instrument_1 : GC-FID",
        "# instrument_1_measurement_method_name : Unknown",
        "# scale_1_code : 3",
        "# scale_1_name : WMO X2004A",
        "# scale_2_code : 38",
        "# scale_2_name : TU-87",
        "# value:units : ppb",
        "# VARIABLE ORDER",
        f"# {names}",
    ]
    lines = [f"# header_lines : {len(above) + 1}", *above]
    for row in range(HOURS)[rows]:
        letter, valid = ("P", 2) if row % 5 == 1 else ("-999.999", 1)
        lines.append(
            f"MHD {moment(row)} -999 -9 -9 -9 -9 -9 {1900 + CO2[row]:.3f} {STDEV[row]:.3f} {COUNT[row]} 53.33 -9.9 -999.999 5 "
            f"20.0 -999.999 {letter} {valid} 1 88 3"
        )
    return ("\n".join(lines) + "\n").encode()


def gaw_188(rows: slice = slice(None)) -> bytes:
    """Return months in the layout of GAW report 188."""
    above = [
        "TITLE: CO2 monthly mean data",
        "FILE NAME: ams137s00.lsce.as.cn.co2.nl.mo.dat",
        "HEADER LINES: 11",
        "PARAMETER: CO2",
        "TIME INTERVAL: monthly",
        "SAMPLING HEIGHTS: 65",
        "MEASUREMENT UNIT: ppm",
        "MEASUREMENT METHOD: NDIR",
        "TIME ZONE: UTC",
        "MEASUREMENT SCALE: WMO X2007",
        "  DATE  TIME       DATE  TIME        CO2    ND      SD     F CS       REM",
    ]
    lines = [f"C{number:02} {text}" for number, text in enumerate(above, start=1)]
    for row in range(HOURS)[rows]:
        month = np.datetime64("1981-01", "M") + row
        value, count, spread = ("-99999.999", "-9999", "-99.999") if row % 11 == 5 else (f"{CO2[row]:.3f}", COUNT[row], f"{STDEV[row]:.3f}")
        lines.append(f"{month}-01 00:00 9999-99-99 99:99 {value:>10} {count:>5} {spread:>7} -9999  0 -99999999")
    return ("\r\n".join(lines) + "\r\n").encode()
