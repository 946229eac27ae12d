"""Rows of the simulated analyser as a stream, without files: what the reader would make of them, in the units of the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.simulators.picarro_rows import parts_per_million, simulate_rows
from icos_atmosphere.vocabulary.gases import GASES
from icos_atmosphere.vocabulary.measured import MEASURED
from icos_core.dataset import make_stream

if TYPE_CHECKING:
    import xarray as xr

    from icos_atmosphere.simulators.picarro_options import PicarroSimulation

__all__ = ["measured_stream"]

_WORDS = {
    "ALARM_STATUS": "alarm_status",
    "INST_STATUS": "instrument_status",
    "CavityPressure": "cavity_pressure",
    "CavityTemp": "cavity_temperature",
    "DasTemp": "das_temperature",
    "EtalonTemp": "etalon_temperature",
    "WarmBoxTemp": "warm_box_temperature",
    "species": "species",
    "MPVPosition": "mpv_position",
    "OutletValve": "outlet_valve",
    "solenoid_valves": "solenoid_valves",
    "H2O": "h2o",
    "h2o_reported": "h2o_reported",
}
_DTYPES = {"species": np.int16, "alarm_status": np.int32, "instrument_status": np.int32}


def measured_stream(
    options: PicarroSimulation, seed: int, start: np.datetime64 | None = None, end: np.datetime64 | None = None
) -> xr.Dataset:
    """Return the rows from one time to another as a stream of the measured vocabulary.

    Parameters
    ----------
    options, seed
        The station.
    start, end
        UTC, half-open; default: the whole time of the station.
    """
    rows = simulate_rows(options, seed, start, end)
    values: dict[str, Any] = {
        word: rows.columns[column].astype(_DTYPES.get(word, np.float64)) for column, word in _WORDS.items() if column in rows.columns
    }
    for gas, described in GASES.items():
        for column, word in ((described.formula, f"{gas}_wet"), (f"{described.formula}_dry", f"{gas}_dry")):
            if column in rows.columns:
                values[word] = rows.columns[column] / parts_per_million(gas)
    return make_stream(rows.time.astype("datetime64[ns]"), values, MEASURED)
