"""Variables that the ObsPack files of ICOS and of NOAA share, as data.

Names, types, dimensions, fill values and long names are those of published files. Where these break CF, the conventions for climate and
forecast metadata, the attributes here do not: ``longname`` is ``long_name``, units are those that UDUNITS knows, standard names exist, and
a category has its meanings in place of a unit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AMOUNT",
    "CONCERNS",
    "HAZAN",
    "IDENTIFIER",
    "MIDDLE",
    "NUMBERS",
    "SECONDS",
    "START",
    "TIME_BOUNDS",
    "YVER_KWOK",
    "VariableSpec",
    "clock",
    "concerns",
    "intake_height",
    "position",
    "representative",
    "value",
]

CONCERNS = ("time window", "representivity", "variability", "under review", "wdcgg-background", "scale_conversion")
START = "Time-averaged values are reported at the beginning of the averaging interval."
MIDDLE = "Time-averaged values are reported at the middle of the averaging interval; time_components hold its beginning."
HAZAN = "Processing of the Atmosphere Thematic Centre: doi:10.5194/amt-9-4719-2016"
YVER_KWOK = "Described in doi:10.5194/amt-8-3867-2015"
_COMPONENTS = {"long_name": "integer_components_of_UTC_date/time", "order": "year, month, day, hour, minute, second"}
_SOLAR = {**_COMPONENTS, "long_name": "integer_components_of_local_solar_date/time"}
SECONDS = "seconds since 1970-01-01T00:00:00Z"
AMOUNT = {"units": "mol mol-1"}


@dataclass(frozen=True, kw_only=True)
class VariableSpec:
    """A variable of a file.

    Attributes
    ----------
    name
        Its name; also that of its values.
    dtype
        Type; ``S1`` for characters.
    width
        Name and length of a second dimension; none.
    fill
        Fill value; None for none.
    attributes
        Attributes; those with ``{gas}`` in them are filled in.
    """

    name: str
    dtype: str
    width: tuple[str, int] | None = None
    fill: Any = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


_CALENDAR = ("calendar_components", 6)
_BOUNDS = ("nv", 2)


def position(fill: Any) -> tuple[VariableSpec, ...]:
    """Return latitude, longitude and altitude of every observation."""
    return (
        VariableSpec(
            name="latitude",
            dtype="f4",
            fill=fill,
            attributes={
                "standard_name": "latitude",
                "long_name": "sample_latitude_in_decimal_degrees",
                "units": "degrees_north",
                "comment": "Latitude at which air sample was collected.",
            },
        ),
        VariableSpec(
            name="longitude",
            dtype="f4",
            fill=fill,
            attributes={
                "standard_name": "longitude",
                "long_name": "sample_longitude_in_decimal_degrees",
                "units": "degrees_east",
                "comment": "Longitude at which air sample was collected, from -180 to 180 degrees.",
            },
        ),
        VariableSpec(
            name="altitude",
            dtype="f4",
            fill=fill,
            attributes={
                "standard_name": "altitude",
                "long_name": "sample_altitude_in_meters_above_sea_level",
                "units": "m",
                "positive": "up",
                "comment": "Surface elevation plus sample intake height, in metres above sea level.",
            },
        ),
    )


def value(fill: Any) -> tuple[VariableSpec, ...]:
    """Return the mole fraction, how many values are in it, their spread, and its uncertainty."""
    return (
        VariableSpec(
            name="value",
            dtype="f4",
            fill=fill,
            attributes={
                **AMOUNT,
                "long_name": "measured_mole_fraction_of_trace_gas_in_dry_air",
                "standard_name": "{standard_name}",
                "cell_methods": "time: mean",
                "comment": "mole per mole of dry air",
                "scale_comment": "{scale}",
            },
        ),
        VariableSpec(
            name="nvalue",
            dtype="i4",
            fill=-9,
            attributes={
                "long_name": "number_of_measurements_contributing_to_reported_value",
                "units": "1",
                "comment": "Number of means of minutes in the value.",
            },
        ),
        VariableSpec(
            name="value_std_dev",
            dtype="f4",
            fill=fill,
            attributes={
                **AMOUNT,
                "long_name": "standard_deviation_in_reported_value",
                "standard_name": "{standard_name}",
                "cell_methods": "time: standard_deviation",
                "comment": "Standard deviation of the means of minutes where nvalue is greater than 1.",
            },
        ),
        VariableSpec(
            name="value_unc",
            dtype="f4",
            fill=fill,
            attributes={
                **AMOUNT,
                "long_name": "estimated_uncertainty_in_reported_value",
                "standard_name": "{standard_name} standard_error",
                "comment": "Standard uncertainty (k = 1) of the value.",
            },
        ),
    )


def intake_height(fill: Any) -> VariableSpec:
    """Return the height of the intake above ground."""
    return VariableSpec(
        name="intake_height",
        dtype="f4",
        fill=fill,
        attributes={
            "standard_name": "height",
            "long_name": "sample_intake_height_in_meters_above_ground_level",
            "units": "m",
            "positive": "up",
            "comment": "Sample intake height in metres above ground level.",
        },
    )


def representative(dtype: str) -> VariableSpec:
    """Return whether an observation stands for much air or little."""
    return VariableSpec(
        name="obs_flag",
        dtype=dtype,
        attributes={
            "long_name": "obs_flag",
            "flag_values": np.array([0, 1], dtype=dtype),
            "flag_meanings": "local_or_regional_influence large_spatial_scale_representation",
            "comment": "0 where the hour is marked as a spike of local pollution, or its provider calls it no background air; else 1.",
        },
    )


def concerns(dtype: str) -> VariableSpec:
    """Return what speaks against assimilating an observation."""
    return VariableSpec(
        name="assimilation_concerns",
        dtype=dtype,
        width=("dim_concerns", 6),
        attributes={
            "long_name": "assimilation_concerns",
            "units": "1",
            "order": ", ".join(CONCERNS),
            "comment": "0: no concern is known; another number: this concern exists.",
        },
    )


NUMBERS = (
    VariableSpec(
        name="obs_num",
        dtype="i4",
        attributes={
            "long_name": "unique_dataset_observation_number",
            "units": "1",
            "comment": "Unique observation number in this data set, from 1 to {size}.",
        },
    ),
    VariableSpec(
        name="obspack_num",
        dtype="i4",
        attributes={
            "long_name": "unique_ObsPack_observation_number",
            "units": "1",
            "comment": "Unique observation number across all data sets of the ObsPack.",
        },
    ),
)
IDENTIFIER = VariableSpec(
    name="obspack_id",
    dtype="S1",
    width=("string_of_200chars", 200),
    attributes={
        "long_name": "unique_ObsPack_identification_string",
        "comment": "Name of the ObsPack, name of the data set and ObsPack observation number, delimited by a tilde (~).",
    },
)
TIME_BOUNDS = VariableSpec(name="time_bnds", dtype="i4", width=_BOUNDS)


def clock(dtype: str, decimal_comment: str, components_comment: str) -> tuple[VariableSpec, ...]:
    """Return the decimal year, and parts of the date in UTC and in local solar time."""
    return (
        VariableSpec(
            name="time_decimal",
            dtype="f8",
            attributes={"long_name": "sample_decimal_year_in_UTC", "units": "1", "comment": f"Decimal year in UTC. {decimal_comment}"},
        ),
        VariableSpec(
            name="time_components",
            dtype=dtype,
            width=_CALENDAR,
            fill=-9,
            attributes={**_COMPONENTS, "units": "1", "comment": f"Times and dates are UTC. {components_comment}"},
        ),
        VariableSpec(
            name="solartime_components",
            dtype=dtype,
            width=_CALENDAR,
            fill=-9,
            attributes={
                **_SOLAR,
                "units": "1",
                "comment": f"UTC is converted to local solar time by longitude and day of the year. {components_comment}",
            },
        ),
    )
