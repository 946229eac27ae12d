"""Columns of the simulated tower's files: headers, units, and values in these units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.constants import ZERO_CELSIUS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["COLUMNS", "in_file_units", "text_rows"]

COLUMNS = {
    "u": ("U", "m/s"),
    "v": ("V", "m/s"),
    "w": ("W", "m/s"),
    "sonic_temperature": ("T_SONIC", "K"),
    **{f"{gas}_mixing_ratio": (gas.upper(), "umol/mol") for gas in ("co2", "ch4", "n2o")},
    "co2_mole_fraction": ("CO2", "umol/mol"),
    **{f"{gas}_molar_density": (gas.upper(), "mmol/m^3") for gas in ("co2", "h2o", "ch4")},
    "h2o_mixing_ratio": ("H2O", "mmol/mol"),
    "h2o_mole_fraction": ("H2O", "mmol/mol"),
    "cell_temperature": ("T_CELL", "degC"),
    "cell_pressure": ("PRESS_CELL", "kPa"),
}
"""Variable → header and unit in the files of loggers."""
_SCALES = {"cell_pressure": (1e-3, 0.0), "cell_temperature": (1.0, -ZERO_CELSIUS)}


def in_file_units(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Return values of the vocabulary in the units of :data:`COLUMNS`."""
    found = dict(columns)
    for name, (scale, offset) in _SCALES.items():
        if name in found:
            found[name] = found[name] * scale + offset
    return found


def text_rows(columns: Mapping[str, FloatArray], separator: str) -> list[str]:
    """Return rows of numbers with nine digits."""
    values = np.stack(list(columns.values()), axis=1)
    row = separator.join(["%.9g"] * len(columns)) + "\n"
    return (row * len(values) % tuple(values.ravel().tolist())).splitlines()
