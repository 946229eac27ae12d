"""Words of the buoy and surface-vehicle systems MAPCO2 and ASVCO2 that no other instrument has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Variable
from icos_ocean.vocabulary.underway import RUN_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CALIBRATED", "CYCLE_POINTS", "MEASURED", "RUN_TYPE_OF_POINT"]

CYCLE_POINTS: Mapping[str, int] = {
    "zero_pump_on": 0,
    "zero_pump_off": 1,
    "zero_post_calibration": 2,
    "span_flow_on": 3,
    "span_flow_off": 4,
    "span_post_calibration": 5,
    "equilibrator_pump_on": 6,
    "equilibrator_pump_off": 7,
    "air_pump_on": 8,
    "air_pump_off": 9,
}
"""The ten readings of a cycle in their order. A reading with the flow on shows that gas moves, the one with it off is the measurement;
after zero and span gas were measured, the analyser sets itself and reads them again (post calibration)."""

_WORD_OF_GAS = {"zero": "ZERO", "span": "SPAN", "equilibrator": "EQU", "air": "ATM"}

RUN_TYPE_OF_POINT: Mapping[str, int] = {
    point: RUN_TYPES["FLUSH" if point.endswith("_on") else _WORD_OF_GAS[point.split("_")[0]]] for point in CYCLE_POINTS
}
"""Run type of each reading of a cycle. With the flow on the pressure in the cell is not that of the sample: such readings flush."""

_DEVIATIONS = {
    "xco2_wet": ("umol mol-1", "mole fraction of CO2 in moist gas"),
    "analyser_temperature": ("K", "temperature of the cell of the analyser"),
    "analyser_pressure": ("hPa", "pressure in the cell of the analyser"),
    "oxygen": ("percent", "volume fraction of oxygen"),
    "relative_humidity": ("percent", "relative humidity"),
    "humidity_temperature": ("K", "temperature of the humidity sensor"),
    "detector_sample": ("1", "signal of the analyser in the band of CO2"),
    "detector_reference": ("1", "signal of the analyser in the reference band"),
}

MEASURED: tuple[Variable, ...] = (
    Variable(
        name="cycle_point",
        dtype="int8",
        long_name="which reading of the instrument's cycle it is",
        flag_values=tuple(CYCLE_POINTS.values()),
        flag_meanings=tuple(CYCLE_POINTS),
    ),
    Variable(name="oxygen", units="percent", long_name="volume fraction of oxygen in the gas"),
    Variable(name="detector_sample", units="1", long_name="signal of the analyser in the band of CO2, in counts"),
    Variable(name="detector_reference", units="1", long_name="signal of the analyser in the reference band, in counts"),
    *(
        Variable(name=f"{name}_deviation", units=units, long_name=f"standard deviation within a reading of the {what}")
        for name, (units, what) in _DEVIATIONS.items()
    ),
    Variable(name="zero_coefficient", units="1", long_name="coefficient of the analyser that was set with gas without CO2"),
    Variable(name="span_coefficient", units="1", long_name="coefficient of the analyser that was set with span gas"),
    Variable(name="secondary_span_coefficient", units="1", long_name="second coefficient of the analyser that was set with span gas"),
    Variable(name="span_errors", units="1", long_name="error bits of the span calibration"),
    Variable(name="zero_errors", units="1", long_name="error bits of the zero calibration"),
    Variable(name="transmitter_voltage", units="V", long_name="voltage of the transmitter's battery"),
)
"""What the readers `pmel-mapco2` and `pmel-asvco2` provide beside the shared words."""

CALIBRATED: tuple[Variable, ...] = (
    Variable(
        name="xco2_dry_computed",
        units="umol mol-1",
        long_name="mole fraction of CO2 in dry gas from moist gas, pressure and humidity, before any correction with zero and span gas",
    ),
    Variable(
        name="xco2_dry_difference",
        units="umol mol-1",
        long_name="mole fraction of CO2 in dry gas as computed minus as the instrument reports it",
    ),
    Variable(name="span_factor", units="1", long_name="what a mole fraction is multiplied by so that span gas has its assigned value"),
    Variable(name="zero_offset", units="umol mol-1", long_name="what the analyser reads of gas without CO2 after it was set"),
    Variable(name="air_offset", units="umol mol-1", long_name="what was added to mole fractions to agree with the marine boundary layer"),
)
"""What the calibrator `mapco2` provides beside the shared words."""
