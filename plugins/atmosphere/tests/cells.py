"""Cells of an analyser as condensing makes them, for tests of the calibration: minutes of known readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from icos_atmosphere.calibration.condensed_words import condensed_words
from icos_atmosphere.calibration.mole_fraction_options import MoleFractionOptions
from icos_atmosphere.vocabulary.measured import DIAGNOSTICS

from icos_core.dataset import make_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr

START = np.datetime64("2024-01-01T00:00", "ns")
FRESH = 21


def station(cylinders: Sequence[Mapping[str, Any]], **more: Any) -> MoleFractionOptions:
    """Return options of a station with one line on port 1 and the cylinders on ports 2, 3, …"""
    ports = [{"port": 1, "line": "100m"}, *({"port": 2 + number, "cylinder": each["name"]} for number, each in enumerate(cylinders))]
    return MoleFractionOptions.model_validate(
        {
            "scales": {"co2": "WMO CO2 X2019"},
            "instruments": [{"stream": "picarro", "id": 115, "model": "G2401"}],
            "lines": [{"name": "100m", "height": 100.0}],
            "ports": ports,
            "cylinders": list(cylinders),
            **more,
        }
    )


def cylinder(name: str, value: float | None, role: str = "calibration", uncertainty: float = 0.0, **more: Any) -> dict[str, Any]:
    """Return the table of a cylinder."""
    assigned = {} if value is None else {"co2": {"value": value, "uncertainty": uncertainty, "scale": "WMO CO2 X2019"}}
    return {"name": name, "role": role, **assigned, **more}


def cells_of(
    visits: Sequence[tuple[float, float, int]],
    reading: Callable[[int, np.ndarray], np.ndarray],
    stdev: float = 0.0,
    h2o: float = 0.0,
) -> xr.Dataset:
    """Return settled cells of one minute.

    Parameters
    ----------
    visits
        (begin in hours, length in hours, port), in order and without overlap.
    reading
        f(port, hours since the start to the middle of the cells) → dry CO2.
    stdev, h2o
        Standard deviation within minutes, water vapour in %.
    """
    time, port, begins = [], [], []
    for begin, length, number in visits:
        minutes = START + (np.arange(round(length * 60)) + round(begin * 60)).astype("m8[m]")
        time.append(minutes.astype("M8[ns]"))
        port.append(np.full(minutes.size, number))
        begins.append(np.arange(minutes.size) == 0)
    moments, ports = np.concatenate(time), np.concatenate(port)
    hours = (moments - START) / np.timedelta64(1, "h")
    middle = hours + 29.5 / 3600.0
    values = np.empty(moments.size)
    for number in np.unique(ports):
        values[ports == number] = reading(int(number), middle[ports == number])
    whole = np.full(moments.size, 1)
    columns: dict[str, Any] = {
        "port": ports,
        "begins": np.concatenate(begins).astype(np.int8),
        "settled": whole,
        "elapsed": 600.0 * whole,
        "duration": 59.0 * whole,
        "rows": 63 * whole,
        "rows_status": 0 * whole,
        "rows_diagnostics": 0 * whole,
        "co2_dry": values,
        "co2_stdev": stdev * whole,
        "co2_n": FRESH * whole,
        "co2_fresh": FRESH * whole,
        "co2_wet": values,
        "h2o": h2o * whole,
        "h2o_stdev": 0.0 * whole,
        **{word.name: np.full(moments.size, np.nan) for word in DIAGNOSTICS},
    }
    return make_stream(moments, columns, condensed_words(["co2"]))


def sequence(begin: float, ports: Sequence[int], cycles: int = 3, length: float = 0.5) -> list[tuple[float, float, int]]:
    """Return the visits of a calibration sequence."""
    return [(begin + (cycle * len(ports) + number) * length, length, port) for cycle in range(cycles) for number, port in enumerate(ports)]
