"""Small files as loggers write them, for tests of the readers of text: what is in them is known."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["BM_NAME", "BM_OPTIONS", "ICOS_NAME", "ICOS_OPTIONS", "TABLE_OPTIONS", "icos_bm", "icos_ec", "table"]

ICOS_NAME = "XX-Exa_EC_202307011200.csv"
ICOS_OPTIONS: dict[str, Any] = {"frequency": 10.0}
BM_NAME = "XX-Exa_BM_20230701_L01_F01.dat"
BM_OPTIONS: dict[str, Any] = {"interval": "20 s"}
TABLE_OPTIONS: dict[str, Any] = {
    "time_column": "time",
    "frequency": 10.0,
    "columns": {
        "u": {"variable": "u", "unit": "m/s"},
        "v": {"variable": "v", "unit": "m/s"},
        "w": {"variable": "w", "unit": "m/s"},
        "T": {"variable": "sonic_temperature", "unit": "degC"},
        "diag": "sonic_diagnostic",
    },
}


def icos_ec(rows: int = 60, seed: int = 1) -> bytes:
    """Return a file of the thematic centre's form, closed path, complete columns."""
    random = np.random.default_rng(seed)
    wind = random.normal(0, 1, (rows, 3))
    lines = ["U,V,W,T_SONIC,CO2,H2O,SA_DIAG,GA_DIAG,T_CELL,T_CELL_IN,T_CELL_OUT,PRESS_CELL"]
    lines += [
        f"{u:.5f},{v:.5f},{w:.5f},{290 + w:.3f},{400 - w:.3f},{10 + w:.4f},{row % 11},8191,25.1,26.2,24.9,{96 + u / 100:.4f}"
        for row, (u, v, w) in enumerate(wind.tolist())
    ]
    return "\r\n".join([*lines, ""]).encode()


def table(rows: int = 60, seed: int = 1) -> bytes:
    """Return a table with a time in each row; a full second is written without fraction."""
    random = np.random.default_rng(seed)
    times = np.datetime64("2023-07-01T11:30", "ms") + np.arange(rows) * np.timedelta64(100, "ms")
    stamps = [str(time).replace("T", " ").removesuffix(".000") for time in times]
    wind = random.normal(0, 1, (rows, 3)).tolist()
    lines = ["time,u,v,w,T,diag,text"]
    lines += [
        f"{stamp},{u:.3f},{v:.3f},{w:.4f},{20 + w:.2f},{row % 4},ok"
        for row, (stamp, (u, v, w)) in enumerate(zip(stamps, wind, strict=True))
    ]
    return "\n".join([*lines, ""]).encode()


def icos_bm(rows: int = 60, seed: int = 1) -> bytes:
    """Return a meteorological file with two thermometers and a profile of two levels."""
    random = np.random.default_rng(seed)
    times = np.datetime64("2023-07-01T00:00:20", "s") + np.arange(rows) * np.timedelta64(20, "s")
    stamps = [str(time).translate(str.maketrans("", "", "-T:")) for time in times]
    noise = random.normal(0, 1, rows).tolist()
    lines = ["TIMESTAMP,TA_1_2_1,TA_1_1_1,RH_1_1_1,PA_1_1_1,SW_IN_1_1_1,CO2_1_1_1,CO2_1_2_1,LOGGERTEMP"]
    lines += [
        f"{stamp},{19 + x:.2f},{20 + x:.2f},{70 + x:.1f},{100 + x / 10:.3f},{x:.1f},{410 + x:.2f},{400 + x:.2f},31"
        for stamp, x in zip(stamps, noise, strict=True)
    ]
    return "\n".join([*lines, ""]).encode()
