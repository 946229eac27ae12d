"""Members of an archive as a SmartFlux system writes it: fast data, and the description of columns and instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.simulators.tower_air import DISPLACEMENT
from icos_ecosystem.simulators.tower_columns import text_rows
from icos_ecosystem.simulators.tower_instruments import analyser_of, sonic_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.simulators.eddy_covariance_options import EddyCovarianceSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["ghg_members"]

_FRACTIONS = {"mixing_ratio": " dry", "mole_fraction": " "}
_COLUMNS = {
    "u": ("Aux 1 - U (m/s)", "u", "", "m_sec"),
    "v": ("Aux 2 - V (m/s)", "v", "", "m_sec"),
    "w": ("Aux 3 - W (m/s)", "w", "", "m_sec"),
    "sonic_temperature": ("Aux 4 - Ts (K)", "ts", "", "kelvin"),
    **{f"co2_{kind}": (f"CO2{text}(umol/mol)", "co2", kind, "ppm") for kind, text in _FRACTIONS.items()},
    **{f"h2o_{kind}": (f"H2O{text}(mmol/mol)", "h2o", kind, "ppt") for kind, text in _FRACTIONS.items()},
    **{f"{gas}_mixing_ratio": (f"Aux {gas.upper()} dry(umol/mol)", gas, "mixing_ratio", "ppm") for gas in ("ch4", "n2o")},
    **{f"{gas}_molar_density": (f"{gas.upper()} (mmol/m^3)", gas, "molar_density", "mmol_m3") for gas in ("co2", "h2o", "ch4")},
    "cell_temperature": ("Cell Temperature (C)", "cell_t", "", "celsius"),
    "cell_pressure": ("Total Pressure (kPa)", "int_p", "", "kpa"),
}
"""Variable → header, word of the description, measure type, unit."""
_CLOCK = (
    ("Seconds", "ignore", "", ""),
    ("Nanoseconds", "ignore", "", ""),
    ("Date", "not_numeric", "", ""),
    ("Time", "not_numeric", "", ""),
)
_SECOND = 1_000_000_000


def ghg_members(
    options: EddyCovarianceSimulation, stem: str, stamps: NDArray[np.datetime64], columns: dict[str, FloatArray]
) -> dict[str, str]:
    """Return name → text of the members of an archive.

    Parameters
    ----------
    options
        The tower.
    stem
        Name of the archive without its ending.
    stamps
        (n,) start of the interval of each row.
    columns
        Variable → (n,) values in the units of the files.
    """
    model = "li7200" if options.path == "closed" else "li7500"
    described = (*_CLOCK, *(_COLUMNS[name] for name in columns))
    preamble = f"Model:\t{model.upper().replace('LI', 'LI-')}\nSN:\t0000\nInstrument:\tAIU-0000\nFile Type:\t2\nTimezone:\tUTC\n"
    header = "\t".join(["DATAH", *(name for name, *_ in described)])
    seconds, parts = np.divmod(stamps.astype("datetime64[ns]").astype(np.int64), _SECOND)
    texts = np.datetime_as_string(stamps, unit="ms").tolist()
    lines = [
        f"DATA\t{second}\t{part}\t{text[:10]}\t{text[11:19]}:{text[20:23]}\t{cells}"
        for second, part, text, cells in zip(seconds.tolist(), parts.tolist(), texts, text_rows(columns, "\t"), strict=True)
    ]
    data = preamble + "\n".join([header, *lines, ""])
    return {f"{stem}.data": data, f"{stem}.metadata": _metadata(options, model, described)}


def _metadata(options: EddyCovarianceSimulation, model: str, described: tuple[tuple[str, str, str, str], ...]) -> str:
    sonic, analyser = sonic_of(options), analyser_of(options, "co2")
    keys: dict[str, object] = {
        "canopy_height": options.canopy_height,
        "displacement_height": DISPLACEMENT * options.canopy_height,
        "acquisition_frequency": options.frequency,
        "instr_1_manufacturer": "gill",
        "instr_1_model": "hs_50_1",
        "instr_1_height": sonic.height,
        "instr_1_wformat": "uvw",
        "instr_1_wref": "none",
        "instr_1_north_offset": 0,
        "instr_2_manufacturer": "licor",
        "instr_2_model": f"{model}_1",
        "instr_2_tube_length": 100 * analyser.tube_length,
        "instr_2_tube_diameter": 1000 * analyser.tube_diameter,
        "instr_2_tube_flowrate": analyser.flow_rate,
        "instr_2_northward_separation": 100 * analyser.northward_separation,
        "instr_2_eastward_separation": 100 * analyser.eastward_separation,
        "instr_2_vertical_separation": 100 * analyser.vertical_separation,
        "data_label": "DATA",
    }
    for number, (_, word, measure, unit) in enumerate(described, start=1):
        keys |= {f"col_{number}_variable": word, f"col_{number}_measure_type": measure, f"col_{number}_unit_in": unit}
        keys |= {f"col_{number}_conversion": "none", f"col_{number}_instrument": f"{model}_1" if word in {"co2", "h2o"} else ""}
    return ";GHG_METADATA\n[Station]\n" + "".join(f"{key}={value}\n" for key, value in keys.items())
