"""Names, and global attributes of ObsPack files: site, data set, laboratory, provider and the ObsPack itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.exporters.obspack_series import height_label
from icos_atmosphere.vocabulary.gases import GASES

if TYPE_CHECKING:
    from icos_atmosphere.exporters.obspack_options import ObspackOptions
    from icos_atmosphere.exporters.obspack_series import GasSeries
    from icos_core.components import Context

__all__ = ["dataset_name", "global_attributes", "obspack_name"]

CONVENTIONS = "CF-1.7"
_DOCUMENTATION = "https://gml.noaa.gov/ccgg/obspack/documentation.html"
_POSITION = (
    "This is the nominal location of the site. The sampling location of each observation is reported in the variables latitude, "
    "longitude and altitude."
)
_WARNING = (
    "Every effort is made to create the most accurate and precise data product possible. Contributors reserve the right to correct it "
    "based on recalibration of standard gases or for other reasons deemed scientifically justified."
)


def _newest(context: Context, series: GasSeries) -> np.datetime64:
    return context.newest if context.newest is not None else series.ends()[-1]


def _text(moment: np.datetime64) -> str:
    return f"{np.datetime_as_string(moment, 's')}Z"


def obspack_name(series: GasSeries, options: ObspackOptions, context: Context) -> str:
    """Return the name of the ObsPack: ``obspack_co2_466_ICOS_v1.0_2021-03-02``."""
    day = np.datetime_as_string(_newest(context, series), "D")
    return f"obspack_{series.gas}_{options.product_lab_number}_{options.product}_{options.version}_{day}"


def dataset_name(series: GasSeries, options: ObspackOptions, context: Context) -> str:
    """Return the name of the data set: ``co2_htm_tower-insitu_466_allvalid-150magl``."""
    site = options.site or context.station.id.lower()
    return f"{series.gas}_{site}_{options.project}_{options.lab_number}_{options.selection}-{height_label(series.height)}"


def global_attributes(series: GasSeries, names: tuple[str, str], options: ObspackOptions, context: Context) -> dict[str, Any]:
    """Return the global attributes of a file, in a fixed order; those that nobody states are left out.

    Parameters
    ----------
    series
        What the file holds.
    names
        Names of the ObsPack and of the data set.
    options, context
        As the exporter got them; the only dates are those of the data and of ``context.newest``.
    """
    created = _text(_newest(context, series))
    attrs = {"Conventions": CONVENTIONS, **_site(options, context), **_dataset(series, names[1], created, options, context)}
    attrs |= _people(series, options, context)
    attrs |= {
        "obspack_name": names[0],
        "obspack_description": f"{GASES[series.gas].formula} of {context.station.name} for inverse modelling, evaluation of models, and "
        "validation of satellites",
        "obspack_creation_date": created,
        "obspack_warning": _WARNING,
        "obspack_fair_use": options.fair_use,
        "obspack_data_license": options.licence,
        "obspack_identifier_link": options.identifier_link,
        "obspack_citation": "; ".join(options.citations),
        "obspack_variables_and_attributes": f"ObsPack variables and attributes are described at {_DOCUMENTATION}",
        "title": names[1],
        "institution": context.station.contact.institution,
        "source": options.project,
        "references": "; ".join(options.citations) or _DOCUMENTATION,
        "history": f"{created[:10]}: written with {_software(context)}",
    }
    return {key: value for key, value in attrs.items() if value not in ("", None)} | options.attributes


def _software(context: Context) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(context.software.items())) or "icos-core"


def _site(options: ObspackOptions, context: Context) -> dict[str, Any]:
    station = context.station
    return {
        "site_code": (options.site or station.id).upper(),
        "site_name": station.name,
        "site_country": options.country,
        "site_latitude": station.latitude,
        "site_longitude": station.longitude,
        "site_elevation": station.altitude,
        "site_elevation_unit": "masl",
        "site_position_comment": _POSITION,
        "site_utc2lst": station.utc_offset,
        "site_utc2lst_comment": "Add 'site_utc2lst' hours to convert a time stamp in UTC to LST (Local Standard Time).",
        "site_url": options.site_url,
        "site_oscar_id": options.wigos_id,
    }


def _dataset(series: GasSeries, name: str, created: str, options: ObspackOptions, context: Context) -> dict[str, Any]:
    time = series.starts()
    height = f"{series.height:g}"
    per_instrument = str(series.data[series.gas].attrs.get("calibration_scale_of_instruments", ""))
    citations = {f"dataset_provider_citation_{number}": text for number, text in enumerate(options.citations, start=1)}
    return {
        "dataset_creation_date": created,
        "dataset_num": 1,
        "dataset_name": name,
        "dataset_process": "PassThru",
        "dataset_alternative_names": "NA",
        "dataset_parameter": series.gas,
        "dataset_project": options.project,
        "dataset_platform": "fixed",
        "dataset_selection": f"hourly data from {height} magl intake with the flags {', '.join(options.flags)}",
        "dataset_selection_tag": f"{options.selection}-{height_label(series.height)}",
        "dataset_calibration_scale": series.scale,
        "dataset_calibration_scale_of_instruments": per_instrument,
        "dataset_calibration_scale_conversion": str(series.data[series.gas].attrs.get("calibration_scale_conversion", "")),
        "dataset_contains_ICOS_L1_and_or_L2_data": "No" if options.data_level == 0 else "Yes",
        "dataset_start_date": _text(time[0]),
        "dataset_stop_date": _text(time[-1]),
        "dataset_data_frequency": 1.0,
        "dataset_data_frequency_unit": series.interval,
        "dataset_time_window_utc": "0-23",
        "dataset_time_window_lst": "0-23",
        "dataset_time_window_exclusion": "F",
        "dataset_intake_ht": height,
        "dataset_intake_ht_unit": "magl",
        "dataset_description": f"Hourly mole fractions of {GASES[series.gas].long_name} in dry air at {context.station.name}",
        "dataset_provider_citation_total": str(len(citations)) if citations else "",
        **citations,
        "dataset_provider_license": options.licence,
        "dataset_reference_total_listed": 0,
        "dataset_contribution": f"These data are provided by {options.provider_name or context.station.contact.institution}.",
    }


def _people(series: GasSeries, options: ObspackOptions, context: Context) -> dict[str, Any]:
    contact = context.station.contact
    of_gas = f"has contributed measurements for: {series.gas}"
    return {
        "lab_total_listed": 1,
        "lab_1_number": options.lab_number,
        "lab_1_abbr": options.lab_abbreviation,
        "lab_1_name": options.lab_name or contact.institution,
        "lab_1_country": options.country,
        "lab_1_url": contact.url,
        "lab_1_parameter": f"Lab {of_gas}",
        "provider_total_listed": 1,
        "provider_1_name": options.provider_name or contact.institution,
        "provider_1_country": options.country,
        "provider_1_affiliation": contact.institution,
        "provider_1_email": options.provider_email or contact.email,
        "provider_1_parameter": f"Provider {of_gas}",
    }
