"""Variables of the stream `fluxes` that say with what and how was measured and computed, in the units of EddyPro's table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.condensed import NUMBERS
from icos_ecosystem.calibration.flux_variables import GAS_OUTPUT
from icos_ecosystem.calibration.instruments import sonic_traits
from icos_ecosystem.vocabulary.fluxes import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.calibration.half_hours import HalfHours

    FloatArray = NDArray[np.float64]
    Columns = dict[str, NDArray[np.generic]]

__all__ = ["diagnostic_variables", "method_variables", "setup_variables"]

_DETRENDING = {"block": 0, "linear": 1, "running-mean": 2, "exponential": 3}
_LAGS = {"none": 0, "constant": 1, "maximum-with-default": 2, "maximum": 3, "optimised": 4, "pre-whitened": 5}
_SPECTRAL = {"none": 0, "moncrieff-1997": 1, "horst-1997": 2, "ibrom-2007": 3, "fratini-2012": 4, "massman-2000": 5}
_ATTACK = {"none": 0, "nakai-2006": 1, "nakai-2012": 2}
_BURBA = {"none": 0, "simple": 1, "multiple": 2}
_FORMATS = {"uvw": "uvw", "polar": "polar_w", "axis": "axis"}


def setup_variables(halves: HalfHours) -> Columns:
    """Return place, heights and instruments."""
    setup, station = halves.setup, halves.context.station
    options = halves.options
    constant = {
        "BADM_LOCATION_LAT": station.latitude,
        "BADM_LOCATION_LONG": station.longitude,
        "BADM_LOCATION_ELEV": station.altitude,
        "FILE_TIME_DURATION": options.averaging_period.total_seconds() / 60.0,
        "BADM_INST_AVERAGING_INT": options.averaging_period.total_seconds() / 60.0,
        "NUM_CUSTOM_VARS": 0.0,
        "NUM_BIOMET_VARS": 0.0,
    }
    made: Columns = {name: np.full(len(halves), np.nan if value is None else float(value)) for name, value in constant.items()}
    sonics = [each.model for each in options.sonic]
    made |= {
        "BADM_HEIGHTC": setup.canopy_height,
        "DISPLACEMENT_HEIGHT": setup.displacement_height,
        "ROUGHNESS_LENGTH": setup.roughness_length,
        "BADM_INST_SAMPLING_INT": setup.frequency,
        "BADM_INST_HEIGHT_SA": setup.height,
        "BADM_SA_OFFSET_NORTH": setup.stated_offset,
        "HPATH_SA": setup.horizontal_path * 100.0,
        "VPATH_SA": setup.vertical_path * 100.0,
        "RESPONSE_TIME_SA": setup.time_constant,
        "MANUFACTURER_SA": _codes("MANUFACTURER_SA", [name.partition("-")[0] for name in sonics], setup.model),
        "BADM_INST_MODEL_SA": _codes("BADM_INST_MODEL_SA", sonics, setup.model),
        "BADM_INST_SA_WIND_FORMAT": _codes("BADM_INST_SA_WIND_FORMAT", [_FORMATS[each.wind_format] for each in options.sonic], setup.model),
        "BADM_INST_SA_GILL_ALIGN": _codes("BADM_INST_SA_GILL_ALIGN", [each.wind_reference for each in options.sonic], setup.model),
    }
    analysers = [each.model for each in options.gas_analyser]
    for gas in options.wanted_gases:
        found, end = halves.gas_setup(gas), f"GA_{GAS_OUTPUT[gas][0]}"
        numbers = found.numbers
        closed = ~found.open_path
        made |= {
            f"MANUFACTURER_{end}": _codes(f"MANUFACTURER_{end}", [name.partition("-")[0] for name in analysers], found.model),
            f"BADM_INST_MODEL_{end}": _codes(f"BADM_INST_MODEL_{end}", analysers, found.model),
            f"BADM_INSTPAIR_NORTHWARD_SEP_{end}": numbers["northward_separation"] * 100.0,
            f"BADM_INSTPAIR_EASTWARD_SEP_{end}": numbers["eastward_separation"] * 100.0,
            f"BADM_INSTPAIR_HEIGHT_SEP_{end}": numbers["vertical_separation"] * 100.0,
            f"BADM_INST_GA_CP_TUBE_LENGTH_{end}": np.where(closed, numbers["tube_length"] * 100.0, np.nan),
            f"BADM_INST_GA_CP_TUBE_IN_DIAM_{end}": np.where(closed, numbers["tube_diameter"] * 1000.0, np.nan),
            f"BADM_INST_GA_CP_TUBE_FLOW_RATE_{end}": np.where(closed, numbers["flow_rate"], np.nan),
            f"HPATH_{end}": numbers["horizontal_path"] * 100.0,
            f"VPATH_{end}": numbers["vertical_path"] * 100.0,
            f"RESPONSE_TIME_{end}": numbers["time_constant"],
        }
    return made


def _codes(name: str, words: Sequence[str], place: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return the codes of words of a category; what it has no word for counts as its word ``other``, or as not stated."""
    known = dict(zip(word(name).flag_meanings, word(name).flag_values, strict=True))
    codes = np.array([*(known.get(each, known.get("other", -1)) for each in words), -1], dtype=np.int8)
    return codes[place]


def method_variables(halves: HalfHours, detrending: str) -> Columns:
    """Return codes of the methods."""
    options = halves.options
    period = options.averaging_period.total_seconds()
    constant = {"block": 0.0, "linear": period}.get(detrending, options.detrending.time_constant.total_seconds())
    codes = {
        "AOA_METHOD": _ATTACK[options.raw.angle_of_attack],
        "DETRENDING_METHOD": _DETRENDING[detrending],
        "TIMELAG_DETECTION_METHOD": _LAGS[options.time_lag.method],
        "WPL_APPLIED": int(options.density.wpl),
        "BURBA_METHOD": _BURBA[options.density.burba],
        "SPECTRAL_CORRECTION_METHOD": _SPECTRAL[options.spectral.high_frequency],
    }
    made: Columns = {name: np.full(len(halves), code, dtype=np.int8) for name, code in codes.items()}
    made["DENTRENDING_TIME_CONSTANT"] = np.full(len(halves), constant)
    boosted = [options.raw.w_boost and sonic_traits(each).boosted(each.firmware) for each in options.sonic]
    made["WBOOST_APPLIED"] = np.array([*boosted, False], dtype=np.int8)[halves.setup.model]
    return made


def diagnostic_variables(halves: HalfHours) -> Columns:
    """Return counts of the bits of diagnostic words, and signal strengths."""
    rename = {"INST_LI7700_AGC_OR_RSSI": "INST_LI7700_RSSI"}
    return {rename.get(name, name): halves.number(name) for name in NUMBERS if name.startswith("INST_")}
