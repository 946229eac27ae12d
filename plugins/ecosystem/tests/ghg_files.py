"""Archives as a SmartFlux system writes them: fast data, their description, and on request a weather station."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["BIOMET_METADATA", "COLUMNS", "NAME", "STEM", "biomet_text", "data_text", "ghg_file", "members_of", "metadata_text"]

STEM = "2016-12-11T200000_AIU-1359"
NAME = f"{STEM}.ghg"
PREAMBLE = (
    "Model:\tLI-7200 Enclosed CO2/H2O Analyzer\nSN:\t72H-0616\nInstrument:\tAIU-1359\nFile Type:\t2\nSoftware Version:\t8.0.0\n"
    "Timestamp:\t20:00:00\nTimezone:\tEurope/Berlin\n"
)
_FIRST = 1_481_482_800
COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("Seconds", "ignore", "", ""),
    ("Nanoseconds", "ignore", "", ""),
    ("Sequence Number", "ignore", "", ""),
    ("Diagnostic Value", "diag_72", "", ""),
    ("Date", "not_numeric", "", ""),
    ("Time", "not_numeric", "", ""),
    ("CO2 (mmol/m^3)", "co2", "molar_density", "mmol_m3"),
    ("H2O (mmol/m^3)", "h2o", "molar_density", "mmol_m3"),
    ("Total Pressure (kPa)", "int_p", "", "kpa"),
    ("Aux 1 - U (m/s)", "u", "", "m_sec"),
    ("Aux 2 - V (m/s)", "v", "", "m_sec"),
    ("Aux 3 - W (m/s)", "w", "", "m_sec"),
    ("Aux 4 - SOS (m/s)", "sos", "", "m_sec"),
    ("CO2 (umol/mol)", "co2", "mole_fraction", "ppm"),
    ("CO2 dry(umol/mol)", "co2", "mixing_ratio", "ppm"),
    ("H2O dry(mmol/mol)", "h2o", "mixing_ratio", "ppt"),
    ("Cell Temperature (C)", "cell_t", "", "celsius"),
    ("CO2 Signal Strength", "co2_signal_strength_7200", "", ""),
    ("CHK", "ignore", "", ""),
)
"""Header, word of the description, measure type, unit."""
_MEANS = (0, 0, 0, 8191, 0, 0, 16.0, 250.0, 95.97, -4.4, -0.2, 0.1, 339.5, 388.9, 391.3, 6.1, 7.49, 102.2, 140)
BIOMET_METADATA = (
    "[BiometFileDescription]\nbiomet_separator=tab\nbiomet_data_label=DATA\nbiomet_header_rows=6\nbiomet_1_variable=DATE\n"
    "biomet_2_variable=TIME\nbiomet_3_variable=TA\nbiomet_3_unit_in=C\nbiomet_4_variable=RH\nbiomet_4_unit_in=%\nbiomet_5_variable=SWIN\n"
    "biomet_5_unit_in=W+1m-2\nbiomet_5_gain=2\nbiomet_5_offset=1\nbiomet_6_variable=TA\nbiomet_6_unit_in=C\n"
)


def data_text(n_rows: int = 40, columns: Sequence[tuple[str, str, str, str]] = COLUMNS, **changes: str) -> str:
    """Return fast data; `changes` give columns, by their header without blanks, one text in every row."""
    random = np.random.default_rng(n_rows)
    lines = [PREAMBLE + "\t".join(["DATAH", *(header for header, *_ in columns)])]
    for row in range(n_rows):
        second, part = divmod(row * 50, 1000)
        cells = {
            "Seconds": str(_FIRST + second),
            "Nanoseconds": str(part * 1_000_000),
            "Sequence Number": str(291_039_717 + 15 * row),
            "Diagnostic Value": "8191",
            "Date": "2016-12-11",
            "Time": f"20:00:{second:02d}:{part:03d}",
            "CHK": f"{random.integers(0, 255):3d}",
        }
        for (header, *_), mean in zip(COLUMNS, _MEANS, strict=True):
            cells.setdefault(header, f"{mean * (1 + 0.01 * random.normal()):.6g}")
        cells |= {header: changes[header.replace(" ", "")] for header, *_ in columns if header.replace(" ", "") in changes}
        lines.append("\t".join(["DATA", *(cells[header] for header, *_ in columns)]))
    return "\n".join(lines) + "\n"


def metadata_text(columns: Sequence[tuple[str, str, str, str]] = COLUMNS, further: Mapping[str, str] | None = None) -> str:
    """Return a description; `further` keys go first, and therefore before those that follow."""
    first = "".join(f"{key}={value}\n" for key, value in (further or {}).items())
    instruments = (
        "[Instruments]\ninstr_1_manufacturer=gill\ninstr_1_model=hs_50_1\ninstr_1_sn=160608\ninstr_1_height=3.8\ninstr_1_north_offset=-76\n"
        "instr_2_manufacturer=licor\ninstr_2_model=li7200_1\ninstr_2_sn=72H-0616\ninstr_2_tube_length=71.1\ninstr_2_tube_diameter=5.33\n"
        "instr_2_tube_flowrate=15\ninstr_2_northward_separation=0\ninstr_2_eastward_separation=10\n"
    )
    described = "".join(
        f"col_{number}_variable={word}\ncol_{number}_measure_type={measure}\ncol_{number}_unit_in={unit}\ncol_{number}_conversion=none\n"
        for number, (_, word, measure, unit) in enumerate(columns, start=1)
    )
    return f";GHG_METADATA\n{first}[Timing]\nacquisition_frequency=20.0\n{instruments}[FileDescription]\ndata_label=DATA\n{described}"


def biomet_text(n_rows: int = 3) -> str:
    """Return data of a weather station, one row per minute from 20:01 on."""
    header = PREAMBLE + "DATAH\tDATE\tTIME\tTA_1_2_1(C)\tRH_1_1_1(%)\tSWIN_1_1_1(W/m2)\tTA_1_1_1(C)\tCHK\n"
    rows = (f"DATA\t2016-12-11\t20:{row + 1:02d}:00:000\t{5 + row}\t80\t{10 * row}\t{6 + row}\t 12\n" for row in range(n_rows))
    return header + "".join(rows)


def ghg_file(members: Mapping[str, str | bytes] | None = None, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of members, by default of fast data and their description."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, text in (members or {f"{STEM}.data": data_text(), f"{STEM}.metadata": metadata_text()}).items():
            archive.writestr(zipfile.ZipInfo(name, (2016, 12, 11, 20, 0, 0)), text, method)
    return content.getvalue()


def members_of(content: bytes) -> dict[str, bytes]:
    """Return the members of an archive, none of a damaged one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001  # damage raises anything
        return {}
