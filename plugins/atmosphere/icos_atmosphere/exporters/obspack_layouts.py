"""Layouts of ObsPack files: which variables ICOS has, which NOAA has, in their order."""

from __future__ import annotations

import numpy as np

from icos_atmosphere.exporters.obspack_variables import (
    AMOUNT,
    HAZAN,
    IDENTIFIER,
    MIDDLE,
    NUMBERS,
    SECONDS,
    START,
    TIME_BOUNDS,
    YVER_KWOK,
    VariableSpec,
    clock,
    concerns,
    intake_height,
    position,
    representative,
    value,
)

__all__ = ["ICOS", "NOAA"]

ICOS: tuple[VariableSpec, ...] = (
    VariableSpec(
        name="time",
        dtype="i4",
        attributes={
            "standard_name": "time",
            "long_name": "sample_time_in_seconds_since_january_1_1970",
            "units": SECONDS,
            "calendar": "standard",
            "axis": "T",
            "bounds": "time_bnds",
            "comment": f"POSIX time in UTC. {START}",
        },
    ),
    TIME_BOUNDS,
    VariableSpec(
        name="start_time",
        dtype="i4",
        attributes={
            "long_name": "sample_start_time_in_seconds_since_january_1_1970",
            "standard_name": "time",
            "units": SECONDS,
            "calendar": "standard",
            "comment": "Beginning of the averaging interval, the same as time.",
        },
    ),
    VariableSpec(
        name="datetime",
        dtype="S1",
        width=("string_of_20chars", 20),
        attributes={
            "long_name": "air_sample_date_and_time_in_UTC",
            "comment": f"Air sample date and time in UTC, ISO 8601. {START}",
        },
    ),
    *clock("i2", START, START),
    *value(np.float32(np.nan)),
    *position(np.float32(np.nan)),
    intake_height(np.float32(np.nan)),
    VariableSpec(
        name="qc_flag",
        dtype="S1",
        fill=b"-",
        attributes={
            "long_name": "quality_control_flag",
            "comment": "U: correct before manual quality control, O: correct after it, R: correct, propagated from a person's flag of the "
            f"hour; N, K and H: incorrect likewise. {HAZAN}",
        },
    ),
    VariableSpec(
        name="quality_id",
        dtype="i4",
        fill=-9,
        attributes={"long_name": "quality_id", "units": "1", "comment": f"Identifier of the quality control. {HAZAN}"},
    ),
    VariableSpec(
        name="instrument",
        dtype="i4",
        fill=-9,
        attributes={
            "long_name": "instrument_ID_to_detect_atmospheric_parameter",
            "units": "1",
            "comment": "Identifier of the instrument at the Atmosphere Thematic Centre.",
        },
    ),
    VariableSpec(
        name="icos_datalevel",
        dtype="i1",
        attributes={
            "long_name": "icos_data_release_level",
            "flag_values": np.array([0, 1, 2], dtype="i1"),
            "flag_meanings": "by_the_principal_investigator near_real_time_automatic_quality_control final_manual_quality_control",
            "comment": HAZAN,
        },
    ),
    *(
        VariableSpec(
            name=name,
            dtype="f4",
            fill=np.float32(np.nan),
            attributes={**AMOUNT, "long_name": long_name, "comment": YVER_KWOK},
        )
        for name, long_name in (
            ("icos_LTR", "icos_long_term_repeatability"),
            ("icos_SMR", "icos_continuous_measurement_repeatability"),
            ("icos_STTB", "icos_short_term_target_bias"),
        )
    ),
    representative("i1"),
    IDENTIFIER,
    concerns("i1"),
    *NUMBERS,
)
"""Layout of ICOS, along ``time``."""

_NOAA_FILL = np.float32(-1e34)
NOAA: tuple[VariableSpec, ...] = (
    VariableSpec(
        name="time",
        dtype="i4",
        fill=-999999999,
        attributes={
            "standard_name": "time",
            "long_name": "sample_time_in_seconds_since_january_1_1970",
            "units": SECONDS,
            "calendar": "standard",
            "bounds": "time_bnds",
            "comment": f"POSIX time in UTC. {MIDDLE}",
        },
    ),
    TIME_BOUNDS,
    *clock("i4", MIDDLE, START),
    VariableSpec(
        name="time_interval",
        dtype="i4",
        attributes={"long_name": "sample_time_interval_in_seconds", "units": "seconds", "comment": "Length of the averaging interval."},
    ),
    *value(_NOAA_FILL),
    *position(_NOAA_FILL),
    VariableSpec(
        name="elevation",
        dtype="f4",
        fill=_NOAA_FILL,
        attributes={
            "standard_name": "surface_altitude",
            "long_name": "surface_elevation_in_meters_above_sea_level",
            "units": "m",
            "comment": "Surface elevation in metres above sea level.",
        },
    ),
    intake_height(_NOAA_FILL),
    VariableSpec(
        name="qcflag",
        dtype="S1",
        width=("string_of_10chars", 10),
        attributes={
            "long_name": "quality_control_flag",
            "comment": "Three characters: rejection, selection, information; a period is none. P: before manual quality control.",
        },
    ),
    VariableSpec(
        name="instrument",
        dtype="S1",
        width=("string_of_100chars", 100),
        attributes={
            "long_name": "instrument_ID_to_detect_atmospheric_parameter",
            "comment": "Identifier of the instrument; NA: not stated.",
        },
    ),
    representative("i4"),
    concerns("i4"),
    *NUMBERS,
    VariableSpec(
        name="obs_id",
        dtype="S1",
        width=("string_of_100chars", 100),
        attributes={
            "long_name": "unique_dataset_observation_identification_string",
            "comment": "Name of the data set and observation number in it.",
        },
    ),
    IDENTIFIER,
    VariableSpec(
        name="CT_sampling_strategy",
        dtype="i4",
        attributes={
            "long_name": "how_to_sample_a_model",
            "flag_values": np.array([1, 2, 3, 4], dtype="i4"),
            "flag_meanings": "four_hour_average one_hour_average ninety_minute_average instantaneous",
        },
    ),
)
"""Layout of NOAA, along ``obs``."""
