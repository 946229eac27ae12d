"""Headers of files of the Atmosphere Thematic Centre: keys in its order, numbers of lines that are those of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.exporters.icos_atc_options import RELEASE, UNDEFINED
from icos_atmosphere.readers.icos_atc_release_instruments import DUMMY_INSTRUMENT
from icos_atmosphere.vocabulary.gases import GASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icos_atmosphere.exporters.icos_atc_options import IcosAtcOptions
    from icos_atmosphere.exporters.icos_atc_series import Series
    from icos_core.components import Context

__all__ = ["header", "missing_items"]

_UNITS = {"umol mol-1": "umol.mol-¹", "nmol mol-1": "nmol.mol-¹"}
_HOUR = np.timedelta64(1, "h")
_TIMES = ("Times are UTC", "Time-averaged values are reported at the beginning of the averaging interval.")
_OF_RELEASE = (
    "Flag 'U' = data correct before manual quality control",
    "Flag 'N' = data incorrect before manual quality control",
    "Flag 'O' = data correct after manual quality control",
    "Flag 'K' = data incorrect after manual quality control",
    "Flag 'R' = data correct after manual quality control of the hour that they are part of",
    "Flag 'H' = data incorrect after manual quality control of the hour that they are part of",
    f"Where one instrument took over from another, gaps have the instrument identifier {DUMMY_INSTRUMENT}, which is a dummy.",
    "LTR, CMR: long-term and continuous measurement repeatability, [Yver Kwok et al., 2015], doi:10.5194/amt-8-3867-2015",
    "Spikes: [El Yazidi et al., 2018], doi:10.5194/amt-11-1599-2018",
    "STTB: bias of the short-term target",
    "QcBias, QcBiasUncertainty: estimated bias and its uncertainty, associated with a problem that quality control found",
)


def missing_items(options: IcosAtcOptions, context: Context) -> list[str]:
    """Return what the header cannot do without and nobody states: one sentence each, beginning with the key that it is about."""
    station = context.station
    found = []
    if not (station.id.isascii() and station.id.isalnum()):
        found.append(f"station.id: {station.id!r} has characters other than letters and digits, which codes of stations have not")
    if station.latitude is None or station.longitude is None or station.altitude is None or station.utc_offset is None:
        found.append("station.latitude: the header names latitude, longitude, altitude and utc_offset of a station")
    if not options.country:
        found.append("country: the header names the country or territory")
    if options.layout_at(context.level) == RELEASE and not options.project_data_version:
        found.append("project_data_version: a release has a version, such as 'L2-2024.1'")
    return found


def header(series: Series, file: str, titles: str, options: IcosAtcOptions, context: Context) -> bytes:
    """Return the header of a file, the titles of its columns the last line.

    Parameters
    ----------
    series
        What the file holds.
    file
        Its name.
    titles
        Titles of the columns, separated by semicolons, a number sign in front.
    options
        Texts that the station description does not have.
    context
        The station.
    """
    is_release = options.layout_at(context.level) == RELEASE
    below = [f"# {key}: {value}" for key, value in _items(series, options, context, is_release=is_release)]
    below += ["# COMMENT:", *_comment(series, options, context, is_release=is_release), "#", titles]
    formula = GASES[series.gas].formula
    version = options.project_data_version
    above = [
        f"# TITLE: {formula} - {f'{version} continuous time series for' if is_release else 'NRT'} Continuous air",
        f"# FILE NAME: {file}",
        f"# DATA FORMAT: {'see the last line of this header for column description' if is_release else 'Version 1.0'}",
    ]
    count = len(above) + 2 + len(below)
    counts = [f"# TOTAL LINES: {count + series.data.sizes['time']}", f"# HEADER LINES: {count}"]
    return ("\n".join([*above, *counts, *below]) + "\n").encode()


def _items(series: Series, options: IcosAtcOptions, context: Context, *, is_release: bool) -> Iterator[tuple[str, str]]:
    station = context.station
    time = series.data["time"].values
    end = time[-1] + _HOUR - np.timedelta64(1, "m")
    methods = (f"{method or 'Analyser'} (instrument Id {number})" for number, method in series.instruments().items())
    yield "PROJECT DATA VERSION", options.project_data_version or UNDEFINED
    yield ("DATA VERSION", "L2 final") if is_release else ("DATA PRODUCT TYPE", "NRT")
    yield "STATION CODE", station.id
    yield "STATION NAME", station.name
    yield "STATION CATEGORY", options.station_category
    yield "OBSERVATION CATEGORY", options.observation_category
    yield "COUNTRY/TERRITORY", options.country
    yield "CONTRIBUTOR", options.contributor or station.contact.institution
    yield "LATITUDE", f"{station.latitude:.4f} N"
    yield "LONGITUDE", f"{station.longitude:.4f} E"
    yield "ALTITUDE", f"{station.altitude:g} m asl"
    yield "NUMBER OF SAMPLING HEIGHTS", "1"
    yield "SAMPLING HEIGHTS", f"{series.height:{'.1f' if is_release else 'g'}} m agl"
    yield "CONTACT POINT", options.contact_point or station.contact.email
    yield "PARAMETER", GASES[series.gas].formula
    yield "COVERING PERIOD", f"{np.datetime_as_string(time[0], 'm')} {np.datetime_as_string(end, 'm')}"
    yield "TIME INTERVAL", "hourly"
    yield "MEASUREMENT UNIT", _UNITS[GASES[series.gas].units]
    yield "MEASUREMENT METHOD", "; ".join(methods)
    yield "SAMPLING TYPE", options.sampling_type
    yield "TIME ZONE", f"UTC {station.utc_offset:+g}"
    yield "MEASUREMENT SCALE", series.scale()
    yield "DATA POLICY", options.data_policy


def _comment(series: Series, options: IcosAtcOptions, context: Context, *, is_release: bool) -> Iterator[str]:
    software = ", ".join(f"{name} {version}" for name, version in sorted(context.software.items()))
    conversion = series.data[series.gas].attrs.get("calibration_scale_conversion", "")
    lines = (
        *_TIMES,
        *(_OF_RELEASE if is_release else ()),
        f"Processed with {software}" if software else "",
        f"Scale converted: {conversion}" if conversion else "",
        *options.comments,
    )
    return (f"#   - {line}" if is_release else f"# {line}" for line in lines if line)
