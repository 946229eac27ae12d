"""Words of what a ship measures beside its CO2 system: thermosalinograph, navigation, meteorology; and of LDEO's underway system."""

from __future__ import annotations

from icos_core.components import Variable
from icos_ocean.vocabulary.underway import temperature

__all__ = ["MEASURED", "METEOROLOGY_STREAM", "NAVIGATION_STREAM", "THERMOSALINOGRAPH_STREAM"]

THERMOSALINOGRAPH_STREAM = "thermosalinograph"
NAVIGATION_STREAM = "navigation"
METEOROLOGY_STREAM = "meteorology"


def _wind(ending: str, of: str) -> tuple[Variable, ...]:
    return (
        Variable(
            name=f"relative_wind_speed{ending}",
            units="m s-1",
            long_name=f"wind speed relative to the moving ship{of}",
        ),
        Variable(
            name=f"relative_wind_direction{ending}",
            units="degree",
            long_name=f"direction that the wind relative to the moving ship comes from, clockwise from the bow{of}",
        ),
    )


MEASURED: tuple[Variable, ...] = (
    # LDEO underway system
    Variable(name="analyser_signal", units="mV", long_name="voltage that the analyser gives out"),
    Variable(name="valve_position", units="1", long_name="number of the valve position that selects the gas"),
    Variable(name="clock_difference", units="s", long_name="time of the logger minus that of the instrument"),
    temperature("equilibrator_temperature_2", "water temperature in the equilibrator, second probe"),
    # thermosalinograph
    Variable(name="sound_speed", units="m s-1", long_name="speed of sound in sea water", standard_name="speed_of_sound_in_sea_water"),
    # navigation
    Variable(name="heading", units="degree", long_name="heading of the ship", standard_name="platform_orientation"),
    Variable(name="antenna_height", units="m", long_name="height of the antenna above mean sea level"),
    Variable(name="position_quality", units="1", long_name="fix quality of the position as the receiver reports it (GGA)"),
    Variable(name="satellites", units="1", long_name="number of satellites that the position was computed from"),
    *_wind("", ""),
    *_wind("_2", ", second sensor"),
    Variable(name="theoretical_wind_speed", units="m s-1", long_name="wind speed that the ship's system computes for a ship at rest"),
    Variable(
        name="theoretical_wind_direction",
        units="degree",
        long_name="direction that the computed wind comes from, clockwise from the bow",
    ),
    # meteorology
    Variable(name="relative_wind_speed_maximum", units="m s-1", long_name="highest relative wind speed in the averaging time"),
    Variable(name="relative_wind_speed_minimum", units="m s-1", long_name="lowest relative wind speed in the averaging time"),
    Variable(
        name="wind_speed_maximum", units="m s-1", long_name="highest wind speed in the averaging time", standard_name="wind_speed_of_gust"
    ),
    Variable(name="wind_speed_minimum", units="m s-1", long_name="lowest wind speed in the averaging time"),
    Variable(name="air_relative_humidity", units="percent", long_name="relative humidity of the air", standard_name="relative_humidity"),
    Variable(name="rain_accumulation", units="mm", long_name="rain since the counter was last set to zero"),
    Variable(name="rain_intensity", units="mm h-1", long_name="intensity of rain", standard_name="rainfall_rate"),
    Variable(name="photosynthetic_radiation_signal", units="mV", long_name="voltage of the sensor of photosynthetically active radiation"),
    Variable(name="shortwave_radiation_signal", units="mV", long_name="voltage of the pyranometer"),
    Variable(name="longwave_radiation_signal", units="mV", long_name="voltage of the thermopile of the pyrgeometer"),
    Variable(
        name="pyrgeometer_case_temperature",
        units="K",
        long_name="temperature of the case of the pyrgeometer",
        attributes={"units_metadata": "temperature: on_scale"},
    ),
    Variable(
        name="pyrgeometer_dome_temperature",
        units="K",
        long_name="temperature of the dome of the pyrgeometer",
        attributes={"units_metadata": "temperature: on_scale"},
    ),
)
"""What readers of these systems provide beside the words of `icos_ocean.vocabulary.underway` and `icos_ocean.vocabulary.sensors`."""
