"""Words of the measured streams: what a sonic anemometer, gas analysers and a weather station deliver.

A gas stands as what its analyser measured: ``co2_mixing_ratio`` (of dry air), ``co2_mole_fraction`` (of moist air) or
``co2_molar_density``. Diagnostic words are kept as the instrument writes them.
"""

from __future__ import annotations

from icos_core.components import Variable

__all__ = [
    "CELL",
    "DIAGNOSTICS",
    "FAST",
    "GASES",
    "MEASURES",
    "METEOROLOGY",
    "METEO_STREAM",
    "PROFILE_STREAM",
    "STREAM",
    "WIND",
    "gas_words",
]

STREAM = "eddy"
METEO_STREAM = "meteo"
PROFILE_STREAM = "profile"
GASES = ("co2", "h2o", "ch4", "n2o")
MEASURES = ("mixing_ratio", "mole_fraction", "molar_density")

_DIFFERENCE = {"units_metadata": "temperature: on_scale"}
_NAMES = {"co2": "carbon dioxide", "h2o": "water vapour", "ch4": "methane", "n2o": "nitrous oxide"}
_OF = {"mixing_ratio": "amount per amount of dry air", "mole_fraction": "amount per amount of moist air", "molar_density": "molar density"}

WIND = (
    Variable(name="u", units="m s-1", long_name="wind along the sonic anemometer's first axis"),
    Variable(name="v", units="m s-1", long_name="wind along the sonic anemometer's second axis"),
    Variable(name="w", units="m s-1", long_name="wind along the sonic anemometer's vertical axis"),
    Variable(name="sonic_axis_1", units="m s-1", long_name="wind along the first transducer path"),
    Variable(name="sonic_axis_2", units="m s-1", long_name="wind along the second transducer path"),
    Variable(name="sonic_axis_3", units="m s-1", long_name="wind along the third transducer path"),
    Variable(name="sonic_wind_speed", units="m s-1", long_name="horizontal wind speed of a sonic anemometer with polar output"),
    Variable(name="sonic_wind_direction", units="degree", long_name="wind direction of a sonic anemometer with polar output"),
    Variable(name="sonic_temperature", units="K", long_name="sonic temperature", attributes=_DIFFERENCE),
    Variable(name="speed_of_sound", units="m s-1", long_name="speed of sound"),
    Variable(name="fast_temperature", units="K", long_name="air temperature of a fast thermometer", attributes=_DIFFERENCE),
)


def gas_words(gas: str) -> tuple[Variable, ...]:
    """Return the three ways in which a gas may be measured."""
    fraction = "mmol mol-1" if gas == "h2o" else "umol mol-1"
    units = {"mixing_ratio": fraction, "mole_fraction": fraction, "molar_density": "mmol m-3"}
    return tuple(Variable(name=f"{gas}_{kind}", units=units[kind], long_name=f"{_NAMES[gas]}, {_OF[kind]}") for kind in MEASURES)


CELL = (
    Variable(name="cell_temperature", units="K", long_name="temperature in the analyser's cell", attributes=_DIFFERENCE),
    Variable(name="cell_temperature_in", units="K", long_name="temperature at the inlet of the analyser's cell", attributes=_DIFFERENCE),
    Variable(name="cell_temperature_out", units="K", long_name="temperature at the outlet of the analyser's cell", attributes=_DIFFERENCE),
    Variable(name="cell_pressure", units="Pa", long_name="pressure in the analyser's cell"),
    Variable(name="ambient_temperature", units="K", long_name="air temperature that the analyser logs", attributes=_DIFFERENCE),
    Variable(name="ambient_pressure", units="Pa", long_name="air pressure that the analyser logs"),
    Variable(name="co2_signal_strength", units="percent", long_name="signal strength of the CO2 analyser"),
    Variable(name="ch4_signal_strength", units="percent", long_name="signal strength of the methane analyser"),
)
DIAGNOSTICS = (
    Variable(
        name="sonic_diagnostic", dtype="int32", units="1", long_name="diagnostic word of the sonic anemometer, -1 where there is none"
    ),
    Variable(name="li7200_diagnostic", dtype="int32", units="1", long_name="diagnostic word of a LI-7200, -1 where there is none"),
    Variable(name="li7500_diagnostic", dtype="int32", units="1", long_name="diagnostic word of a LI-7500, -1 where there is none"),
    Variable(name="li7700_diagnostic", dtype="int32", units="1", long_name="diagnostic word of a LI-7700, -1 where there is none"),
)
FAST = (*WIND, *(word for gas in GASES for word in gas_words(gas)), *CELL, *DIAGNOSTICS)

METEOROLOGY = (
    Variable(name="TA", units="K", standard_name="air_temperature", long_name="air temperature", attributes=_DIFFERENCE),
    Variable(name="RH", units="percent", standard_name="relative_humidity", long_name="relative humidity"),
    Variable(name="PA", units="Pa", standard_name="air_pressure", long_name="air pressure"),
    Variable(
        name="SW_IN", units="W m-2", standard_name="surface_downwelling_shortwave_flux_in_air", long_name="short-wave radiation, incoming"
    ),
    Variable(
        name="SW_OUT", units="W m-2", standard_name="surface_upwelling_shortwave_flux_in_air", long_name="short-wave radiation, outgoing"
    ),
    Variable(
        name="LW_IN", units="W m-2", standard_name="surface_downwelling_longwave_flux_in_air", long_name="long-wave radiation, incoming"
    ),
    Variable(
        name="LW_OUT", units="W m-2", standard_name="surface_upwelling_longwave_flux_in_air", long_name="long-wave radiation, outgoing"
    ),
    Variable(name="NETRAD", units="W m-2", standard_name="surface_net_downward_radiative_flux", long_name="net radiation"),
    Variable(name="PPFD_IN", units="umol m-2 s-1", long_name="photosynthetic photon flux density, incoming"),
    Variable(name="PPFD_OUT", units="umol m-2 s-1", long_name="photosynthetic photon flux density, outgoing"),
    Variable(name="G", units="W m-2", standard_name="downward_heat_flux_in_soil", long_name="soil heat flux"),
    Variable(name="TS", units="K", standard_name="soil_temperature", long_name="soil temperature", attributes=_DIFFERENCE),
    Variable(name="SWC", units="percent", long_name="soil water content"),
    Variable(name="P", units="mm", long_name="precipitation in the interval"),
    Variable(name="WS", units="m s-1", standard_name="wind_speed", long_name="wind speed"),
    Variable(name="WD", units="degree", standard_name="wind_from_direction", long_name="wind direction"),
)
