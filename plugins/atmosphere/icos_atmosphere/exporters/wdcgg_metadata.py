"""Metadata that go with data to the World Data Centre for Greenhouse Gases, valid under its schema of 2025-06.

The schema calls itself draft 7 and marks what is required as draft 3 does: under draft 7 nothing is required, and an empty table is valid.
What is written here is valid under the strict reading.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from icos_atmosphere.atc_flags import CORRECT
from icos_atmosphere.exporters.wdcgg_codes import UNCERTAINTIES, UNCERTAINTY_METHOD, UNITS
from icos_atmosphere.exporters.wdcgg_header import FLAGS, STATUS, moment_text
from icos_atmosphere.vocabulary.gases import GASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icos_atmosphere.exporters.wdcgg_dataset import DataSet
    from icos_atmosphere.exporters.wdcgg_options import WdcggOptions
    from icos_core.components import Context

__all__ = ["contact_json", "metadata_json"]

_BEGIN, _END = "9999-12-31T00:00:00", "9999-12-31T23:59:59"
"""Stand for the first and the last moment of the record, so that it can go on."""

_AIMS = {
    1: "Background observation",
    2: "Air Pollution monitoring",
    3: "Biosphere monitoring",
    4: "Atmospheric tracer",
    5: "Monitoring background conditions, and the influence of air pollution",
    88: "Unknown",
}
_MEANS = {"hour": "hr", "day": "da", "month": "mo"}
_UPDATED = (
    "or_organization",
    "pg_person_group",
    "ao_aim_of_observation",
    "tz_time_zone",
    "un_unit",
    "sh_scale_history",
    "ih_instrument_history",
    "sh_sampling_height_history",
    "sf_sampling_frequency",
    "md_measurement_calibration",
    "md_data_processing",
    "md_hr_mean_processing",
    "md_da_mean_processing",
    "md_mo_mean_processing",
    "md_original_data_flag",
    "dg_data_flag_group",
    "rg_reference_group",
    "st_status",
    "md_description",
    "dc_doi_category",
    "vh_value_unc_history",
    "ri_reporting_interval",
)


def metadata_json(data_sets: Sequence[DataSet], options: WdcggOptions, context: Context) -> bytes:
    """Return the metadata of data sets.

    Parameters
    ----------
    data_sets
        Those with a catalogue identifier.
    options, context
        As the exporter got them; the date of submission is that of ``context.newest``.
    """
    return _text([_entry(data_set, options, context) for data_set in data_sets])


def contact_json(options: WdcggOptions, context: Context) -> bytes:
    """Return the file that introduces the contact of the station as ``NEW1``; `nation` must be stated."""
    contact = context.station.contact
    entry = {
        "ps_person_id": "NEW1",
        "ps_name": contact.institution,
        "ps_email": contact.email,
        "pc_person_class_code": "1",
        "pc_person_class": "Contact Person",
        "or_organization_code": str(options.organization or options.contributor),
        "na_nation_code": options.nation,
    }
    return _text([entry])


def _text(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _entry(data_set: DataSet, options: WdcggOptions, context: Context) -> dict[str, Any]:
    series, contact = data_set.series, context.station.contact
    units = GASES[series.gas].prefixed_units
    newest = context.newest if context.newest is not None else series.ends()[-1]
    entry: dict[str, Any] = {
        "Contributor": str(options.contributor),
        "Submission_date": moment_text(newest).replace("T", " "),
        "md_editor_name": options.editor_name or contact.institution,
        "md_editor_email": options.editor_email or contact.email,
        "Option": "1",
        "Update": [item for item in _UPDATED if item != "sf_sampling_frequency" or options.sampling_frequency is not None],
        "wc_wdcgg_catalogue_id": data_set.catalogue,
        "or_organization_code": str(options.contributor),
        "or_organization": options.contributor_name,
        "jl_joint_laboratory": [],
        "pg_person_group": [{"ps_person_id": person} for person in options.persons],
        "ao_aim_of_observation_code": str(options.aim),
        "ao_aim_of_observation": _AIMS[options.aim],
        "tz_time_zone_code": data_set.zone_code,
        "tz_time_zone": data_set.zone,
        "un_unit_code": UNITS[units],
        "un_unit": units,
        "sh_scale_history": [
            {
                "sh_start_date_time": _BEGIN,
                "sh_end_date_time": _END,
                "sc_scale_code": str(data_set.scale_code),
                "sc_scale": series.scale,
            }
        ],
        "ih_instrument_history": _instruments(data_set),
        "sh_sampling_height_history": [
            {"sh_start_date_time": _BEGIN, "sh_end_date_time": _END, "sh_sampling_height": f"{series.height:.1f}"}
        ],
        "md_measurement_calibration": options.calibration,
        "md_data_processing": options.processing,
        f"md_{_MEANS[series.interval]}_mean_processing": f"Means are reported at the beginning of the {series.interval}.",
        "md_original_data_flag": "\n".join(f"- Flag '{letter}' = {meaning}" for letter, meaning in FLAGS),
        "dg_data_flag_group": [
            {
                "df_data_flag_code": "1" if letter in CORRECT else "3",
                "df_data_flag": "Valid (background)" if letter in CORRECT else "Invalid",
                "dg_data_flag": letter,
            }
            for letter, _ in FLAGS
        ],
        "rg_reference_group": [{"rg_reference": reference} for reference in options.references],
        "st_status_code": str(options.status),
        "st_status": STATUS[options.status],
        "md_description": options.description,
        "dc_doi_category_code": "2" if options.doi else "9",
        "dc_doi_category": options.doi,
        "ri_reporting_interval_code": data_set.interval.code,
        "ri_reporting_interval": data_set.interval.name,
        "vh_value_unc_history": _uncertainties(data_set),
    }
    if options.sampling_frequency is not None:
        entry["sf_sampling_frequency_code"] = str(options.sampling_frequency)
    return entry


def _instruments(data_set: DataSet) -> list[dict[str, str]]:
    served = data_set.history()
    entries = []
    for place, each in enumerate(served):
        entries.append(
            {
                "ih_start_date_time": moment_text(each.start) if place else _BEGIN,
                "ih_end_date_time": moment_text(each.end) if place < len(served) - 1 else _END,
                "ih_instrument": each.description or f"instrument {each.identifier}",
                "mm_measurement_method_code": str(each.method.code),
                "mm_measurement_method": each.method.name,
            }
        )
    return entries


def _uncertainties(data_set: DataSet) -> list[dict[str, str]]:
    if all(data_set.series.numbers(suffix) is None for suffix in UNCERTAINTIES):
        return []
    entry: dict[str, str] = {}
    for number, meaning in enumerate(UNCERTAINTIES.values(), start=1):
        entry |= {
            f"vh_start_datetime_{number}": _BEGIN,
            f"vh_end_datetime_{number}": _END,
            f"vm_value_unc_method_code_{number}": str(UNCERTAINTY_METHOD),
            f"vm_value_unc_method_{number}": meaning,
        }
    return [entry]
