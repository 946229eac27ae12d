"""Words that only the Pro-Oceanus CO2-Pro has."""

from __future__ import annotations

from icos_core.components import Variable
from icos_ocean.vocabulary.underway import temperature

__all__ = ["MEASURED"]

MEASURED: tuple[Variable, ...] = (
    Variable(name="zero_count", units="1", long_name="reading of the infrared detector with gas free of CO2 at the last zero, counts"),
    Variable(name="current_count", units="1", long_name="reading of the infrared detector with the gas that is measured, counts"),
    Variable(name="humidity_pressure", units="hPa", long_name="partial pressure of water vapour in the gas of the instrument"),
    temperature("detector_temperature", "temperature of the infrared detector"),
    temperature("source_temperature", "temperature of the infrared source"),
)
"""What its reader provides beside the words that it shares with other instruments."""
