"""Global attributes of the Attribute Convention for Data Discovery, version 1.3.

Everything follows from the station description, the data and the options; nothing from the clock. What the suite cannot know (a
vocabulary of keywords, an acknowledgement, a link to metadata) has a neutral default that an option replaces.

References
----------
ACDD 1.3. https://wiki.esipfed.org/Attribute_Convention_for_Data_Discovery_1-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field, field_validator

from icos_core.exporters.companions import owner
from icos_core.exporters.geometry import value_range, vertical_range
from icos_core.versioned import Options

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_core.exporters.deployments import Part
    from icos_core.exporters.geometry import Geometry

__all__ = ["CONVENTIONS", "STANDARD_NAMES", "Discovery", "global_attributes"]

CONVENTIONS = "CF-1.11, ACDD-1.3"
STANDARD_NAMES = "CF Standard Name Table v93"
LICENCE = "https://data.icos-cp.eu/licence (ICOS data licence, CC BY 4.0: https://creativecommons.org/licenses/by/4.0/)"
_PROCESSING_LEVELS = {
    "nrt": "ICOS Level 1 near real time: automatic quality control only",
    "final": "ICOS Level 2: automatic quality control, revised by people",
}
_FLAGS_COMMENT = (
    "x_flag is the primary flag of x: 1 good, 2 not evaluated, 3 questionable, 4 bad, 9 missing; x_flag_origin says whether tests (0), a "
    "person (1) or the flag of another variable (2) decided it; x_tests holds the outcomes of the tests, x_evaluated the tests that could "
    "be applied"
)
_MOST_SOURCES = 20
_SET_BY_THE_EXPORTER = ("Conventions", "featureType", "standard_name_vocabulary")


class Discovery(Options):
    """Options for global attributes; an empty one takes the default that its description names."""

    title: str = Field(default="", description="default: what was measured at which station and in which deployment")
    summary: str = Field(default="", description="default: a sentence made of station, deployment, time and level")
    keywords: tuple[str, ...] = Field(default=(), description="default: the CF standard names of the variables")
    keywords_vocabulary: str = Field(default="", description="default: that of the CF standard names")
    id_prefix: str = Field(default="", description="put before the name of the file to form the identifier")
    naming_authority: str = Field(default="eu.icos-cp", description="reverse domain name of who vouches for the identifier")
    license: str = Field(default=LICENCE, description="default: the ICOS data licence")
    project: str = Field(default="Integrated Carbon Observation System (ICOS)", description="scientific project")
    program: str = Field(default="ICOS", description="overarching programme")
    processing_level: str = Field(default="", description="default: ICOS level and kind of quality control")
    product_version: str = Field(default="", description="default: level and date of the newest datum")
    source: str = Field(default="", description="default: in situ observation on the kind of platform")
    instrument: str = Field(default="", description="default: attribute `instrument` of the stream, else 'not stated'")
    instrument_vocabulary: str = Field(default="free text", description="vocabulary of `instrument`")
    platform_vocabulary: str = Field(default="ICOS station description", description="vocabulary of `platform`")
    references: str = Field(default="", description="default: attribute `references` of the stream, else the site of ICOS")
    comment: str = Field(default="", description="default: how to read flags")
    acknowledgement: str = Field(default="", description="default: names the institution and ICOS")
    metadata_link: str = Field(default="https://meta.icos-cp.eu/", description="web address of fuller metadata")
    creator_url: str = Field(default="", description="default: page of the contact, else its e-mail address as a mailto link")
    contributor_name: str = Field(default="", description="default: the institution that answers for the measurements")
    contributor_role: str = Field(default="originator", description="role of the contributor")
    publisher_name: str = Field(default="", description="default: institution of the contact")
    publisher_email: str = Field(default="", description="default: address of the contact")
    publisher_url: str = Field(default="", description="default: like creator_url")
    attributes: dict[str, str | int | float] = Field(default_factory=dict, description="further global attributes; these win")

    @field_validator("attributes")
    @classmethod
    def _conventions_are_not_for_sale(cls, value: dict[str, str | int | float]) -> dict[str, str | int | float]:
        fixed = sorted(set(value) & set(_SET_BY_THE_EXPORTER))
        if fixed:
            raise ValueError(f"{', '.join(fixed)}: set by the exporter")
        return value


def global_attributes(part: Part, stream_name: str, stem: str, geometry: Geometry, options: Discovery, context: Context) -> dict[str, Any]:
    """Return the global attributes of one file, in a fixed order.

    Parameters
    ----------
    part
        What the file holds.
    stream_name
        Name of the stream.
    stem
        Name of the file without ending.
    geometry
        Its discrete sampling geometry.
    options, context
        As the exporter got them; dates are those of ``context.newest``, else of the newest row.
    """
    attrs: dict[str, Any] = {"Conventions": CONVENTIONS}
    if geometry.feature_type is not None:
        attrs["featureType"] = geometry.feature_type
    attrs |= _description(part, stream_name, stem, options, context)
    attrs |= _people_and_places(part, options, context)
    attrs |= _dates(part.data, context)
    attrs |= _time_coverage(part.data)
    attrs |= _extent(part, geometry)
    attrs |= {key: value for key, value in part.data.attrs.items() if key not in attrs and key not in _SET_BY_THE_EXPORTER}
    if part.deployment is not None:
        attrs["expocode"] = part.deployment.expocode
        cruise = {key: getattr(part.deployment, key) for key in ("name", "port_of_departure", "port_of_arrival")}
        attrs |= {f"cruise_{key}": value for key, value in cruise.items() if value}
    manual = _manual_flags(part.data, stream_name, context)
    if manual:
        attrs["manual_flags"] = manual
    return attrs | options.attributes


def _description(part: Part, stream_name: str, stem: str, options: Discovery, context: Context) -> dict[str, Any]:
    station, stream = context.station, part.data
    where = f"{station.name} ({station.id})"
    if part.deployment is not None:
        where += f", deployment {part.deployment.expocode}"
    elif part.suffix:
        where += ", outside of its deployments"
    level = options.processing_level or _PROCESSING_LEVELS[context.level]
    standard_names = {str(v.attrs["standard_name"]) for v in stream.variables.values() if "standard_name" in v.attrs} - {"quality_flag"}
    title = options.title or f"{station.domain.capitalize()} carbon observations of {where}: {stream_name}"
    newest = _newest(stream, context)
    version = f"{context.level} {np.datetime_as_string(newest, 'D')}" if newest is not None else context.level
    software = ", ".join(f"{name} {number}" for name, number in sorted(context.software.items())) or "icos-core"
    return {
        "title": title,
        "summary": options.summary or str(stream.attrs.get("summary", f"{title}. {stream.sizes.get('time', 0)} rows. {level}.")),
        "keywords": ", ".join(options.keywords or sorted(standard_names)),
        "keywords_vocabulary": options.keywords_vocabulary or "CF:NetCDF COARDS Climate and Forecast Standard Names",
        "id": f"{options.id_prefix}{stem}".replace(" ", "_"),
        "naming_authority": options.naming_authority,
        "history": f"processed with {software} from {_sources(context.sources)}",
        "source": options.source or str(stream.attrs.get("source", f"in situ observation, platform: {station.platform}")),
        "processing_level": level,
        "product_version": options.product_version or version,
        "comment": options.comment or str(stream.attrs.get("comment", _FLAGS_COMMENT)),
        "acknowledgement": options.acknowledgement or f"Measured and processed by {station.contact.institution} within ICOS.",
        "license": options.license,
        "references": options.references or str(stream.attrs.get("references", "https://www.icos-cp.eu/")),
        "metadata_link": options.metadata_link,
        "standard_name_vocabulary": STANDARD_NAMES,
    }


def _people_and_places(part: Part, options: Discovery, context: Context) -> dict[str, Any]:
    station = context.station
    contact = station.contact
    url = options.creator_url or contact.url or f"mailto:{contact.email}"
    institution = contact.institution
    platform = station.name
    if part.deployment is not None:
        platform = part.deployment.vessel or platform
    originator = part.deployment.investigators if part.deployment is not None else ""
    publisher = options.publisher_name or institution
    return {
        "institution": institution,
        "creator_name": institution,
        "creator_type": "institution",
        "creator_institution": institution,
        "creator_email": contact.email,
        "creator_url": url,
        "contributor_name": options.contributor_name or originator or institution,
        "contributor_role": options.contributor_role,
        "publisher_name": publisher,
        "publisher_type": "institution",
        "publisher_institution": publisher,
        "publisher_email": options.publisher_email or contact.email,
        "publisher_url": options.publisher_url or url,
        "project": options.project,
        "program": options.program,
        "platform": f"{platform} ({station.platform})",
        "platform_vocabulary": options.platform_vocabulary,
        "instrument": options.instrument or str(part.data.attrs.get("instrument", "not stated")),
        "instrument_vocabulary": options.instrument_vocabulary,
    }


def _sources(names: tuple[str, ...]) -> str:
    if not names:
        return "the station's raw data"
    shown = ", ".join(names[:_MOST_SOURCES])
    more = len(names) - _MOST_SOURCES
    return f"{shown} and {more} more that the manifest lists" if more > 0 else shown


def _newest(stream: xr.Dataset, context: Context) -> np.datetime64 | None:
    if context.newest is not None:
        return context.newest
    return np.datetime64(stream["time"].values.max()) if stream.sizes.get("time", 0) else None


def _dates(stream: xr.Dataset, context: Context) -> dict[str, str]:
    newest = _newest(stream, context)
    if newest is None:
        return {}
    date = _iso(newest)
    return dict.fromkeys(("date_created", "date_modified", "date_issued", "date_metadata_modified"), date)


def _time_coverage(stream: xr.Dataset) -> dict[str, str]:
    if stream.sizes.get("time", 0) == 0 or "time" not in stream.coords or stream["time"].dtype.kind != "M":
        return {}
    time = stream["time"].values
    start, end = time[0], _end(stream, time)
    step = np.median(np.diff(time).astype(np.int64)) / 1e9 if time.size > 1 else 0.0
    return {
        "time_coverage_start": _iso(start),
        "time_coverage_end": _iso(end),
        "time_coverage_duration": _duration(float((end - start) / np.timedelta64(1, "s"))),
        "time_coverage_resolution": _duration(float(step)),
    }


def _end(stream: xr.Dataset, time: NDArray[np.datetime64]) -> np.datetime64:
    bounds = stream["time"].attrs.get("bounds", "time_bnds")
    return np.datetime64(stream[bounds].values.max() if bounds in stream.variables else time[-1])


def _extent(part: Part, geometry: Geometry) -> dict[str, Any]:
    """Box around the positions; where nothing is known of a position, nothing is said."""
    attrs: dict[str, Any] = {}
    if geometry.scalars is not None:
        box = {name: (value, value) for name, value in geometry.scalars.items()}
        spacing = "point"
    else:
        box = {
            name: found
            for name in ("latitude", "longitude")
            if name in part.data.variables and (found := value_range(part.data[name].values)) is not None
        }
        spacing = "along the track"
    if {"latitude", "longitude"} <= box.keys():
        (south, north), (west, east) = box["latitude"], box["longitude"]
        attrs = {
            "geospatial_lat_min": south,
            "geospatial_lat_max": north,
            "geospatial_lat_units": "degrees_north",
            "geospatial_lat_resolution": spacing,
            "geospatial_lon_min": west,
            "geospatial_lon_max": east,
            "geospatial_lon_units": "degrees_east",
            "geospatial_lon_resolution": spacing,
            "geospatial_bounds": _outline(south, north, west, east),
            "geospatial_bounds_crs": "EPSG:4326",
        }
    heights = vertical_range(part, geometry.vertical) if geometry.vertical is not None else None
    if geometry.vertical is not None and heights is not None:
        attrs |= {
            "geospatial_vertical_min": heights[0],
            "geospatial_vertical_max": heights[1],
            "geospatial_vertical_units": "m",
            "geospatial_vertical_positive": geometry.vertical.positive,
            "geospatial_vertical_resolution": "point",
            "geospatial_bounds_vertical_crs": geometry.vertical.reference,
        }
    return attrs


def _outline(south: float, north: float, west: float, east: float) -> str:
    if south == north and west == east:
        return f"POINT ({south} {west})"
    corners = ((south, west), (north, west), (north, east), (south, east), (south, west))
    return f"POLYGON (({', '.join(f'{latitude} {longitude}' for latitude, longitude in corners)}))"


def _manual_flags(stream: xr.Dataset, stream_name: str, context: Context) -> str:
    """List what people flagged in these rows: variable, interval, flag and reason; not who."""
    if "time" not in stream.coords:
        return ""
    time = stream["time"].values
    words = {1: "good", 3: "questionable", 4: "bad", None: "accepted as tests say"}
    return "\n".join(
        f"{person.variable} {_iso(person.start)}/{_iso(person.end)} {words.get(person.flag, person.flag)}: {person.why}"
        for person in context.people_flags
        if person.stream == stream_name and owner(stream, person.variable) is None and person.variable in stream and person.rows(time).any()
    )


def _iso(moment: np.datetime64) -> str:
    return f"{np.datetime_as_string(moment, 's')}Z"


def _duration(seconds: float) -> str:
    """ISO 8601 duration without years and months, whose length varies."""
    if seconds < 1:
        return f"PT{seconds:g}S"
    whole = round(seconds)
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    clock = "".join(f"{value}{letter}" for value, letter in ((hours, "H"), (minutes, "M"), (left, "S")) if value)
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"P{text}"
