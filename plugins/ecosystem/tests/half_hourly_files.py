"""Small half-hourly tables for tests of their readers: what is in them is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CALENDAR",
    "FORMATS",
    "GENERIC",
    "ameriflux",
    "calendar",
    "eddypro_fluxnet",
    "eddypro_full_output",
    "fluxnet",
    "generic",
    "starts",
]

GENERIC: dict[str, Any] = {
    "time_stamps": "end",
    "time_zone": "+01:00",
    "time_column": "when",
    "columns": {
        "Fc": {"variable": "FC", "unit": "umol/m2/s"},
        "ustar": {"variable": "USTAR", "unit": "m/s"},
        "Tair": {"variable": "TA", "unit": "K"},
        "VPD": {"variable": "VPD", "unit": "kPa"},
    },
}
CALENDAR: dict[str, Any] = {
    "time_stamps": "end",
    "time_zone": "+01:00",
    "separator": "tab",
    "header_lines": 2,
    "units_line": 2,
    "calendar_columns": {"year": "Year", "day_of_year": "DoY", "hour": "Hour"},
    "columns": {"NEE": "NEE", "Tair": "TA"},
}


def starts(rows: int, minutes: int = 30) -> np.ndarray[Any, np.dtype[np.datetime64]]:
    """Return local beginnings of intervals: from the evening before a leap day on."""
    return np.datetime64("2024-02-28T22:00", "m") + np.arange(rows) * np.timedelta64(minutes, "m")


def _stamps(rows: int, minutes: int) -> list[tuple[str, str]]:
    first = starts(rows, minutes)
    return [(_compact(start), _compact(start + np.timedelta64(minutes, "m"))) for start in first]


def _compact(moment: np.datetime64) -> str:
    return str(moment).translate(str.maketrans("", "", "-T:"))


def _apart(moment: np.datetime64) -> str:
    return str(moment).replace("T", ",")


def _noise(rows: int) -> list[list[float]]:
    made: list[list[float]] = np.random.default_rng(1).normal(0, 3, (rows, 4)).tolist()
    return made


def fluxnet(rows: int = 60, minutes: int = 30) -> bytes:
    """Return a table with names of FLUXNET's product, a filled gap and one column that nobody knows."""
    lines = ["TIMESTAMP_START,TIMESTAMP_END,NEE_VUT_REF,NEE_VUT_REF_QC,TA_F,TA_F_QC,USTAR,SITE_SPECIAL"]
    lines += [
        f"{start},{end},{a:.5f},{row % 4},{10 + b:.2f},0,{'-9999' if row % 7 == 3 else f'{abs(c):.3f}'},{d:.1f}"
        for row, ((start, end), (a, b, c, d)) in enumerate(zip(_stamps(rows, minutes), _noise(rows), strict=True))
    ]
    return "\n".join([*lines, ""]).encode()


def ameriflux(rows: int = 60, minutes: int = 30) -> bytes:
    """Return a BASE table with two soil thermometers."""
    lines = ["# Site: US-Exa,,", "# Version: 1-5,,", "TIMESTAMP_START,TIMESTAMP_END,FC,NEE_PI,TS_2_1_1,TS_1_1_1,SWC_PI_F_1_1_1,TA_QC"]
    lines += [
        f"{start},{end},{a:.4f},-9999,{b:.2f},{c:.2f},{30 + d:.1f},1"
        for (start, end), (a, b, c, d) in zip(_stamps(rows, minutes), _noise(rows), strict=True)
    ]
    return "\r\n".join([*lines, ""]).encode()


def eddypro_fluxnet(rows: int = 60, minutes: int = 30) -> bytes:
    """Return some columns of EddyPro's table, a text that was never set among them."""
    setup = "MANUFACTURER_SA,BADM_INST_MODEL_SA,BADM_INST_SA_GILL_ALIGN,CUSTOM_AGC_MEAN,TA_1_1_1"
    lines = [f"TIMESTAMP_START,TIMESTAMP_END,DOY_START,DOY_END,FILENAME_HF,EXPECT_NR,H,FC,FNONE,TA_EP,CO2_MEAS_TYPE,{setup}"]
    unset = "\0" * 32
    lines += [
        f"{start},{end},59.9,59.9,a.csv,36000,{a:.6G},{b:.6G},{c:.6G},{10 + d:.4f},2,gill,hs_50_1,{unset},90.1,{9 + d:.4f}"
        for (start, end), (a, b, c, d) in zip(_stamps(rows, minutes), _noise(rows), strict=True)
    ]
    return "\n".join([*lines, ""]).encode()


def eddypro_full_output(rows: int = 60, minutes: int = 30, encoding: str = "utf-8") -> bytes:
    """Return some columns of EddyPro's table: the time is the end of the interval."""
    lines = [
        "file_info,,,,,corrected_fluxes_and_quality_flags,,,,,,,,variances,custom_variables",
        "filename,date,time,DOY,daytime,Tau,H,qc_H,co2_flux,air_temperature,VPD,u*,RH,ts_var,agc_mean",
        ",[yyyy-mm-dd],[HH:MM],[ddd.ddd],[1=daytime],[kg+1m-1s-2],[W+1m-2],[#],[µmol+1s-1m-2],[K],[Pa],[m+1s-1],[%],[K+2],--",
    ]
    step = np.timedelta64(minutes, "m")
    lines += [
        f"a.csv,{_apart(start + step)},59.9,0,{a:.5f},{b:.4f},1,{c:.5f},{283.15 + d:.2f},{500 + a:.1f},0.3,81.5,{abs(b):.4f},90"
        for start, (a, b, c, d) in zip(starts(rows, minutes), _noise(rows), strict=True)
    ]
    return "\n".join([*lines, ""]).encode(encoding)


def generic(rows: int = 60, minutes: int = 30) -> bytes:
    """Return a table as somebody may have it: the time is the end of the interval."""
    lines = ["when,Fc,ustar,Tair,VPD,remark"]
    step = np.timedelta64(minutes, "m")
    lines += [
        f"{str(start + step).replace('T', ' ')},{a:.4f},{abs(b):.3f},{283.15 + c:.2f},{0.5 + abs(d) / 10:.3f},ok"
        for start, (a, b, c, d) in zip(starts(rows, minutes), _noise(rows), strict=True)
    ]
    return "\n".join([*lines, ""]).encode()


def calendar(rows: int = 60) -> bytes:
    """Return a table with year, day of the year and decimal hour at the end of the interval, lines ended by CR alone."""
    lines = ["Year\tDoY\tHour\tNEE\tTair", "-\t-\t-\tumolm-2s-1\tdegC"]
    for start, (a, b, _, _) in zip(starts(rows), _noise(rows), strict=True):
        end = start + np.timedelta64(30, "m")
        day = (end.astype("M8[D]") - end.astype("M8[Y]").astype("M8[D]")).astype(int) + 1
        hour = (end - end.astype("M8[D]")).astype(int) / 60
        lines.append(f"{str(end)[:4]}\t{day}\t{hour:g}\t{a:.2f}\t{b:.1f}")
    return "\r".join([*lines, ""]).encode()


FORMATS: dict[str, tuple[Callable[..., bytes], str, dict[str, Any], int]] = {
    "fluxnet-halfhourly": (fluxnet, "FLX_XX-Exa_FLUXNET2015_FULLSET_HH_2024-2024_1-4.csv", {"time_zone": "+01:00"}, 1),
    "ameriflux-base": (ameriflux, "AMF_US-Exa_BASE_HH_1-5.csv", {"time_zone": "-06:00"}, 3),
    "icos-etc": (fluxnet, "ICOSETC_XX-Exa_FLUXNET_HH_L2.csv", {"time_zone": "UTC+1"}, 1),
    "eddypro-fluxnet": (eddypro_fluxnet, "eddypro_XX-Exa_fluxnet.csv", {"time_zone": "UTC"}, 1),
    "eddypro-full-output": (eddypro_full_output, "eddypro_XX-Exa_full_output.csv", {"time_zone": "UTC"}, 3),
    "generic-halfhourly": (generic, "table.csv", GENERIC, 1),
}
"""Reader → maker of a file, its name, options, lines of its header."""
