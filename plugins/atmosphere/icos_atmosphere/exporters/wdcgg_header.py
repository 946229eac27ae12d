"""Header of a file of the World Data Centre for Greenhouse Gases: lines ``# key : value``, which begin with how many they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.exporters.wdcgg_codes import UNCERTAINTIES
from icos_atmosphere.exporters.wdcgg_rows import COLUMNS
from icos_atmosphere.vocabulary.gases import GASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icos_atmosphere.exporters.wdcgg_dataset import DataSet
    from icos_atmosphere.exporters.wdcgg_options import WdcggOptions
    from icos_core.components import Context

__all__ = ["FLAGS", "STATUS", "header", "moment_text"]

STATUS = {1: "Operational/Reporting", 2: "Temporarily suspended", 3: "Terminated"}
FLAGS = (
    ("U", "correct before manual quality control"),
    ("N", "incorrect before manual quality control"),
    ("O", "correct after manual quality control"),
    ("K", "incorrect after manual quality control"),
    ("R", "correct after manual quality control, propagated from hourly data"),
    ("H", "incorrect after manual quality control, propagated from hourly data"),
)
_COMMON = {
    "site_wdcgg_id": ("", "unique_station_identifiers", "Identification code of the site at the World Data Centre"),
    "time_components": ("-999 or -9", "integer_components_of_date/time", "Start and end of the interval, in the time zone of the data set"),
    "value": ("-999.999", "measured_mole_fraction_of_trace_gas_in_dry_air", "Reported mole fraction"),
    "value_wmo_scale": ("-999.999", "measured_mole_fraction_on_the_scale_of_WMO", "Reported mole fraction, where its scale is one of WMO"),
    "value_sd": ("-999.999", "standard_deviation_of_reported_value", "Standard deviation where nvalue is greater than 1"),
    "nvalue": ("-9", "number_of_measurements_contributing_to_reported_value", "Number of individual values in the reported one"),
    "latitude": ("-999.999999999", "sample_latitude_in_decimal_degrees", "North: +; south: -"),
    "longitude": ("-999.999999999", "sample_longitude_in_decimal_degrees", "East: +; west: -"),
    "altitude": ("-999999.999", "sample_altitude_in_meters_above_sea_level", "Elevation and intake height"),
    "elevation": ("-999999.999", "surface_elevation_in_meters_above_sea_level", "Height of the station above sea level"),
    "intake_height": ("-999999.999", "sample_intake_height_in_meters_above_ground_level", "Height of sampling above ground"),
    "flask_no": ("-999.999", "sample_flask_no", "Not used"),
    "ORG_QCflag": ("-999.999", "original_quality_control_flag", "Letter of the ICOS Atmosphere Thematic Centre"),
    "QCflag": ("-9", "quality_control_flag", "1 valid (background), 2 valid, 3 invalid"),
    "instrument": ("-9", "instrument_ID_to_detect_atmospheric_parameter", "Number that identifies the instrument: instrument_<n>_code"),
    "measurement_method": ("-9", "measurement_method_history", "Number that identifies the measurement method"),
    "scale": ("-9", "calibration_scale_history", "Number that identifies the calibration scale"),
}


def header(data_set: DataSet, options: WdcggOptions, context: Context) -> bytes:
    """Return the header, each line ended."""
    lines = [
        *_identity(data_set, options, context),
        *_site(data_set, options, context),
        *_contents(data_set, options),
        *_people(options, context),
        *_measurement(data_set, options),
        "",
        "VARIABLE ATTRIBUTES",
        "",
        *_variables(data_set),
        "",
        "VARIABLE ORDER",
        "",
        " ".join(COLUMNS),
    ]
    lines = [f"header_lines : {len(lines) + 1}", *lines]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines).encode()


def moment_text(moment: np.datetime64) -> str:
    """Return a moment as ISO 8601 in seconds."""
    return str(np.datetime_as_string(moment, "s"))


def _identity(data_set: DataSet, options: WdcggOptions, context: Context) -> Iterator[str]:
    newest = context.newest if context.newest is not None else data_set.series.ends()[-1]
    yield f"Data_Set_Name : {data_set.name}"
    yield f"Data_Set_Version : {data_set.catalogue}_{moment_text(newest)[:10]}" if data_set.catalogue else "Data_Set_Version :"
    yield f"Data_Set_Fair_Use : {options.fair_use}"
    yield f"Data_Set_DOI : {options.doi}"
    yield ""
    yield "GLOBAL ATTRIBUTES"
    yield ""
    yield f"dataset_creation_date : {moment_text(newest)[:10]}"


def _site(data_set: DataSet, options: WdcggOptions, context: Context) -> Iterator[str]:
    station = context.station
    yield f"site_wdcgg_id : {data_set.site}"
    yield f"site_gaw_id : {options.gaw_id or station.id}"
    yield f"site_gaw_type : {options.gaw_type}"
    yield f"site_name : {station.name}"
    yield f"site_country/territory : {options.country}"
    for name, value in (("latitude", station.latitude), ("longitude", station.longitude), ("elevation", station.altitude)):
        yield f"site_{name} : {'' if value is None else f'{value:g}' if name == 'elevation' else value}"
    yield "site_elevation_unit : m"


def _contents(data_set: DataSet, options: WdcggOptions) -> Iterator[str]:
    gas, starts = GASES[data_set.series.gas], data_set.starts()
    yield f"dataset_parameter : {gas.name}"
    yield f"dataset_parameter_name_1 : {gas.formula}"
    yield f"dataset_parameter_name_2 : {gas.long_name}"
    yield f"dataset_project : {options.project}"
    yield "dataset_platform : fixed station"
    yield f"dataset_selection : {data_set.interval.word} data with the flags {', '.join(options.flags)}"
    yield f"dataset_selection_tag : {data_set.interval.word}"
    yield f"dataset_time_zone : {data_set.zone}"
    yield f"dataset_start_date : {moment_text(starts[0])}{'Z' if data_set.zone == 'UTC' else ''}"
    yield f"dataset_end_date : {moment_text(starts[-1])}{'Z' if data_set.zone == 'UTC' else ''}"
    yield f"dataset_aim_of_observation_code : {options.aim}"
    yield f"dataset_processing : {' '.join(options.processing.split())}"


def _people(options: WdcggOptions, context: Context) -> Iterator[str]:
    contact = context.station.contact
    yield f"contributor_organization_code : {options.contributor}"
    yield f"contributor_name : {options.contributor_name}"
    yield "contact_total_listed : 1"
    yield f"contact_1_organization : {contact.institution}"
    yield f"contact_1_email : {contact.email}"


def _measurement(data_set: DataSet, options: WdcggOptions) -> Iterator[str]:
    yield f"ORG_QCflag_description : {'; '.join(f'{letter} {meaning}' for letter, meaning in FLAGS)}"
    yield f"intake_height : {data_set.series.height:g}"
    instruments = data_set.series.instruments()
    yield f"instrument_total_listed : {len(instruments)}"
    for place, (number, description) in enumerate(instruments.items(), start=1):
        method = data_set.method_of(description)
        yield f"instrument_{place} : {description or 'not stated'}"
        yield f"instrument_{place}_code : {number}"
        yield f"instrument_{place}_measurement_method_type_code : {method.code}"
        yield f"instrument_{place}_measurement_method_name : {method.name}"
    yield "scale_total_listed : 1"
    yield f"scale_1_code : {data_set.scale_code}"
    yield f"scale_1_name : {data_set.series.scale}"
    yield f"observation_status_code : {options.status}"
    yield f"observation_status : {STATUS[options.status]}"
    yield f"measurement_calibration : {' '.join(options.calibration.split())}"


def _variables(data_set: DataSet) -> Iterator[str]:
    units = GASES[data_set.series.gas].prefixed_units
    described = dict(_COMMON)
    for number, meaning in enumerate(UNCERTAINTIES.values(), start=1):
        described[f"value_unc_{number}"] = ("-999.999", "estimated_uncertainty_in_reported_value", meaning.capitalize())
    for name, (fill, long_name, comment) in described.items():
        if fill:
            yield f"{name}:_FillValue : {fill}"
        if name.startswith("value"):
            yield f"{name}:units : {units}"
        yield f"{name}:long_name : {long_name}"
        yield f"{name}:comment : {comment}"
