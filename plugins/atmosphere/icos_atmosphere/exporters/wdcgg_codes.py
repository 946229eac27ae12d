"""Numbers that the World Data Centre for Greenhouse Gases gives to gases, scales, methods, platforms, units, intervals and time zones.

Those of gases, scales, methods and platforms are the ones that the ICOS Carbon Portal sends; its list of scales may be out of date, and
options of the exporter override it. Those of units, intervals and time zones stand in the centre's own schema of 2025-06.

References
----------
Lists of the data centre: https://gaw.kishou.go.jp/documents/db_list/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CONTRIBUTOR",
    "GASES",
    "INTERVALS",
    "METHODS",
    "PLATFORMS",
    "SAMPLINGS",
    "SCALES",
    "TIME_ZONES",
    "UNCERTAINTIES",
    "UNCERTAINTY_METHOD",
    "UNITS",
    "UNKNOWN_METHOD",
    "IntervalCode",
    "MethodCode",
    "method_code",
    "time_zone",
]

CONTRIBUTOR = 162
"""Number of ICOS among the contributors; a published version of the Portal's program has 159."""

GASES: Mapping[str, str] = {"co2": "1001", "ch4": "1002", "n2o": "1003", "co": "3001"}
SCALES: Mapping[str, int] = {"WMO CO2 X2019": 158, "WMO CH4 X2004A": 3, "WMO N2O X2006A": 5, "WMO CO X2014A": 8}
PLATFORMS: Mapping[str, str] = {
    "surface": "01",
    "tower": "02",
    "balloon": "03",
    "aircraft": "05",
    "ship": "06",
    "buoy": "07",
}
SAMPLINGS: Mapping[str, str] = {"insitu": "01", "flask": "02", "filter": "03", "bottle": "05", "bag": "06", "pfp": "07", "remote": "08"}
UNITS: Mapping[str, str] = {"ppm": "1", "ppb": "2"}


class IntervalCode(NamedTuple):
    """An averaging interval: word in names, number and words of the reporting interval."""

    word: str
    code: str
    name: str


INTERVALS: Mapping[str, IntervalCode] = {
    "hour": IntervalCode("hourly", "3001", "1 hour"),
    "day": IntervalCode("daily", "2001", "1 day"),
    "month": IntervalCode("monthly", "1001", "1 month"),
}


class MethodCode(NamedTuple):
    """A method of measurement, and a pattern that descriptions of such instruments fit."""

    pattern: str
    code: int
    name: str


UNKNOWN_METHOD = MethodCode("", 88, "Unknown")
METHODS: tuple[MethodCode, ...] = (
    MethodCode(r"cavity ring-?down|\bCRDS\b|\bPicarro\b", 18, "CRDS"),
    MethodCode(r"off-axis|\bOA-?ICOS\b|\bLos Gatos\b|\bLGR\b", 25, "off-axis integrated cavity output spectroscopy (OA-ICOS)"),
    MethodCode(r"\bNDIR\b|non-?dispersive", 9, "NDIR"),
    MethodCode(r"Fourier|\bFTIR\b|\bSpectronus\b", 50, "Fourier Transform Spectrometer"),
)

UNCERTAINTY_METHOD = 10
"""Number of the method of the uncertainties of ICOS."""

UNCERTAINTIES: Mapping[str, str] = {
    "_cmr": "continuous measurement repeatability: monthly mean of the standard deviations of the short-term target over minutes",
    "_ltr": "long-term repeatability: standard deviation of the averaged intervals of the short-term target over three days",
    "_sttb": "short-term target bias: measured minus assigned value of the short-term target, interpolated",
}
"""Word of a series → what stands in the first, second and third uncertainty."""

TIME_ZONES: tuple[str, ...] = (
    "UTC",
    "UTC+14:00",
    "UTC+13:00",
    "UTC+12:45",
    "UTC+12:00",
    "UTC+11:30",
    "UTC+11:00",
    "UTC+10:30",
    "UTC+10:00",
    "UTC+09:30",
    "UTC+09:00",
    "UTC+08:45",
    "UTC+08:00",
    "UTC+07:00",
    "UTC+06:30",
    "UTC+06:00",
    "UTC+05:45",
    "UTC+05:30",
    "UTC+05:00",
    "UTC+04:30",
    "UTC+04:00",
    "UTC+03:30",
    "UTC+03:00",
    "UTC+02:00",
    "UTC+01:00",
    "UTC-01:00",
    "UTC-02:00",
    "UTC-03:00",
    "UTC-03:30",
    "UTC-04:00",
    "UTC-04:30",
    "UTC-05:00",
    "UTC-06:00",
    "UTC-07:00",
    "UTC-08:00",
    "UTC-09:00",
    "UTC-09:30",
    "UTC-10:00",
    "UTC-11:00",
    "UTC-12:00",
)
"""Names of time zones; the number of each is its place, counted from 1."""


def method_code(description: str, further: tuple[MethodCode, ...] = ()) -> MethodCode:
    """Return the method of an instrument, from what it is in words.

    Parameters
    ----------
    description
        Such as ``Cavity ring-down spectrometer, Picarro G2401``.
    further
        Methods that are tried first.
    """
    for method in (*further, *METHODS):
        if re.search(method.pattern, description, re.IGNORECASE):
            return method
    return UNKNOWN_METHOD


def time_zone(hours: float) -> str | None:
    """Return the name of the time zone that is so many hours ahead of UTC, None where the data centre has none."""
    minutes = round(abs(hours) * 60)
    name = f"UTC{'-' if hours < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}" if minutes else "UTC"
    return name if name in TIME_ZONES else None
