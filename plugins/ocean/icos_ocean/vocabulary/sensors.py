"""Words that several membrane sensors, buoys and surface vehicles share; what only one instrument has stands in a module of its own."""

from __future__ import annotations

from icos_core.components import Variable
from icos_ocean.vocabulary.underway import temperature

__all__ = [
    "ASVCO2_STREAM",
    "CO2_PRO_STREAM",
    "HYDROC_STREAM",
    "MAPCO2_STREAM",
    "MEASURED",
    "OCEANPACK_STREAM",
    "SAILDRONE_STREAM",
    "SAMI_STREAM",
]

HYDROC_STREAM = "hydroc"
CO2_PRO_STREAM = "co2_pro"
SAMI_STREAM = "sami"
OCEANPACK_STREAM = "oceanpack"
MAPCO2_STREAM = "mapco2"
ASVCO2_STREAM = "asvco2"
SAILDRONE_STREAM = "saildrone"

MEASURED: tuple[Variable, ...] = (
    Variable(name="xco2_dry", units="umol mol-1", long_name="mole fraction of CO2 in dry gas as the instrument reports it"),
    Variable(name="xco2_wet", units="umol mol-1", long_name="mole fraction of CO2 in moist gas as the instrument reports it"),
    Variable(name="pco2_reported", units="uatm", long_name="partial pressure of CO2 as the instrument reports it"),
    Variable(name="membrane_pressure", units="hPa", long_name="absolute pressure of the gas behind the membrane"),
    temperature("sensor_temperature", "temperature of the sensor's optical bench, which is kept constant"),
    temperature("gas_temperature", "temperature of the gas in the optical cell"),
    Variable(
        name="relative_humidity",
        units="percent",
        long_name="relative humidity of the gas in the instrument",
        standard_name="relative_humidity",
    ),
    temperature("humidity_temperature", "temperature of the humidity sensor in the instrument"),
    Variable(name="supply_voltage", units="V", long_name="supply voltage", standard_name="battery_voltage"),
)
"""What readers of these instruments provide."""
