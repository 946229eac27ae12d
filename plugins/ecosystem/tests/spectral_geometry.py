"""The filters of EddyPro's reference runs, from the instruments in its tables, for tests of spectral corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from icos_ecosystem.spectral.filters import Analyser, Anemometer, HighPass, Tube
from icos_ecosystem.spectral.transfer_functions import DIFFUSIVITY

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["analysers", "anemometer", "conditions", "distances", "high_pass"]

GASES = {"co2": "CO2", "h2o": "H2O"}
METHODS = {0: "ba", 1: "ld", 2: "rm", 3: "ew"}


def conditions(table: pd.DataFrame) -> dict:
    """Return height, wind and stability of all periods."""
    return {
        "height": (table["BADM_INST_HEIGHT_SA"] - table["DISPLACEMENT_HEIGHT"]).to_numpy(),
        "wind_speed": np.sqrt(table["U"] ** 2 + table["V"] ** 2 + table["W"] ** 2).to_numpy(),
        "stability": table["ZL_UNCORR"].to_numpy(),
    }


def anemometer(table: pd.DataFrame) -> Anemometer:
    return Anemometer(
        vertical_path=table["VPATH_SA"].to_numpy() / 100,
        horizontal_path=table["HPATH_SA"].to_numpy() / 100,
        response_time=table["RESPONSE_TIME_SA"].to_numpy(),
    )


def distances(table: pd.DataFrame, gas: str) -> dict:
    """Return the position of a gas's inlet, north, east and up of the anemometer [m]."""
    of = GASES[gas]
    return {
        "northward": table[f"BADM_INSTPAIR_NORTHWARD_SEP_GA_{of}"].to_numpy() / 100,
        "eastward": table[f"BADM_INSTPAIR_EASTWARD_SEP_GA_{of}"].to_numpy() / 100,
        "vertical": table[f"BADM_INSTPAIR_HEIGHT_SEP_GA_{of}"].to_numpy() / 100,
    }


def analysers(table: pd.DataFrame) -> dict[str, Analyser]:
    found = {}
    for gas, of in GASES.items():
        away = distances(table, gas)
        found[gas] = Analyser(
            vertical_path=table[f"VPATH_GA_{of}"].to_numpy() / 100,
            horizontal_path=table[f"HPATH_GA_{of}"].to_numpy() / 100,
            response_time=table[f"RESPONSE_TIME_GA_{of}"].to_numpy(),
            horizontal_separation=np.hypot(away["northward"], away["eastward"]),
            vertical_separation=away["vertical"],
            tube=Tube(
                length=table[f"BADM_INST_GA_CP_TUBE_LENGTH_GA_{of}"].to_numpy() / 100,
                diameter=table[f"BADM_INST_GA_CP_TUBE_IN_DIAM_GA_{of}"].to_numpy() / 1000,
                flow_rate=table[f"BADM_INST_GA_CP_TUBE_FLOW_RATE_GA_{of}"].to_numpy(),
                diffusivity=DIFFUSIVITY[gas],
            ),
        )
    return found


def high_pass(table: pd.DataFrame) -> HighPass:
    return HighPass(
        method=METHODS[int(table["DETRENDING_METHOD"].iloc[0])],
        averaging_period=1800.0,
        time_constant=float(table["DENTRENDING_TIME_CONSTANT"].iloc[0]) or None,
        sampling_interval=1.0 / float(table["BADM_INST_SAMPLING_INT"].iloc[0]),
    )
