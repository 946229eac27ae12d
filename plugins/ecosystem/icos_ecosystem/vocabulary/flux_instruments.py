"""Words of the instruments: counts of their diagnostics, and what they are and where they stand, in the units of EddyPro's table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_ecosystem.instruments.gas_analyser_models import GAS_ANALYSER_MODELS
from icos_ecosystem.instruments.sonic_models import SONIC_MODELS
from icos_ecosystem.vocabulary.flux_templates import GASES, category, number, quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icos_core.components import Variable
    from icos_ecosystem.vocabulary.flux_templates import FluxGas

__all__ = ["DIAGNOSTIC_BITS", "DIAGNOSTIC_WORDS", "INSTRUMENT_WORDS", "SITE_WORDS"]

DIAGNOSTIC_BITS = {
    "LI7200": ("HEAD_DETECT", "T_OUT", "T_IN", "AUX_IN", "DELTA_P", "CHOPPER", "DETECTOR", "PLL", "SYNC"),
    "LI7500": ("CHOPPER", "DETECTOR", "PLL", "SYNC"),
    "LI7700": (
        "NOT_READY",
        "NO_SIGNAL",
        "RE_UNLOCKED",
        "BAD_TEMP",
        "LASER_T_UNREG",
        "BLOCK_T_UNREG",
        "MOTOR_SPINNING",
        "PUMP_ON",
        "TOP_HEATER_ON",
        "BOTTOM_HEATER_ON",
        "CALIBRATING",
        "MOTOR_FAILURE",
        "BAD_AUX_TC1",
        "BAD_AUX_TC2",
        "BAD_AUX_TC3",
        "BOX_CONNECTED",
    ),
}
_MAKERS = ("csi", "gill", "licor", "metek", "young", "other")

DIAGNOSTIC_WORDS = (
    *(
        number(f"INST_{model}_{bit}", f"records in which the {model[:2]}-{model[2:]} signals {bit.lower().replace('_', ' ')}")
        for model, bits in DIAGNOSTIC_BITS.items()
        for bit in bits
    ),
    number("INST_LI7200_AGC_OR_RSSI", "mean signal strength of the LI-7200"),
    number("INST_LI7500_AGC_OR_RSSI", "mean signal strength of the LI-7500"),
    number("INST_LI7700_RSSI", "mean signal strength of the LI-7700"),
)
SITE_WORDS = (
    *(number(f"LOGGER_SWVER_{end}", f"version of the logger's software, {end.lower()}") for end in ("MAJOR", "MINOR", "REVISION")),
    quantity("BADM_LOCATION_LAT", "degrees_north", "latitude of the station", "latitude"),
    quantity("BADM_LOCATION_LONG", "degrees_east", "longitude of the station", "longitude"),
    quantity("BADM_LOCATION_ELEV", "m", "elevation of the station", "surface_altitude"),
    quantity("BADM_HEIGHTC", "m", "height of the canopy", "canopy_height"),
    quantity("DISPLACEMENT_HEIGHT", "m", "displacement height"),
    quantity("ROUGHNESS_LENGTH", "m", "roughness length", "surface_roughness_length"),
    quantity("FILE_TIME_DURATION", "min", "duration of a raw file"),
    quantity("BADM_INST_SAMPLING_INT", "Hz", "sampling frequency"),
    quantity("BADM_INST_AVERAGING_INT", "min", "averaging interval"),
)


def _words(names: Iterable[str]) -> dict[int, str]:
    return dict(enumerate(names))


def _analyser(gas: FluxGas) -> tuple[Variable, ...]:
    end, of = f"GA_{gas.name}", f"of the {gas.long_name} analyser"
    away = "from the sonic anemometer"
    krypton = (
        number(f"KRYPTON_HYDRO_KH2O_{end}", "extinction coefficient of the krypton hygrometer for water vapour"),
        number(f"KRYPTON_HYDRO_KO2_{end}", "extinction coefficient of the krypton hygrometer for oxygen"),
    )
    return (
        category(f"MANUFACTURER_{end}", f"maker {of}", _words(_MAKERS)),
        category(f"BADM_INST_MODEL_{end}", f"model {of}", _words(GAS_ANALYSER_MODELS)),
        quantity(f"BADM_INSTPAIR_NORTHWARD_SEP_{end}", "cm", f"northward separation {of} {away}"),
        quantity(f"BADM_INSTPAIR_EASTWARD_SEP_{end}", "cm", f"eastward separation {of} {away}"),
        quantity(f"BADM_INSTPAIR_HEIGHT_SEP_{end}", "cm", f"vertical separation {of} {away}"),
        quantity(f"BADM_INST_GA_CP_TUBE_LENGTH_{end}", "cm", f"length of the intake tube {of}"),
        quantity(f"BADM_INST_GA_CP_TUBE_IN_DIAM_{end}", "mm", f"inner diameter of the intake tube {of}"),
        quantity(f"BADM_INST_GA_CP_TUBE_FLOW_RATE_{end}", "L min-1", f"flow through the intake tube {of}"),
        *(krypton if gas.name == "H2O" else ()),
        quantity(f"HPATH_{end}", "cm", f"horizontal path length {of}"),
        quantity(f"VPATH_{end}", "cm", f"vertical path length {of}"),
        quantity(f"RESPONSE_TIME_{end}", "s", f"response time {of}"),
    )


INSTRUMENT_WORDS = (
    category("MANUFACTURER_SA", "maker of the sonic anemometer", _words(_MAKERS)),
    category("BADM_INST_MODEL_SA", "model of the sonic anemometer", _words(SONIC_MODELS)),
    quantity("BADM_INST_HEIGHT_SA", "m", "height of the sonic anemometer above ground"),
    category("BADM_INST_SA_WIND_FORMAT", "output of the sonic anemometer", _words(("uvw", "polar_w", "axis"))),
    category("BADM_INST_SA_GILL_ALIGN", "alignment of a Gill sonic anemometer", _words(("spar", "axis"))),
    quantity("BADM_SA_OFFSET_NORTH", "degree", "direction of the sonic anemometer's north mark, clockwise from north"),
    quantity("HPATH_SA", "cm", "horizontal path length of the sonic anemometer"),
    quantity("VPATH_SA", "cm", "vertical path length of the sonic anemometer"),
    quantity("RESPONSE_TIME_SA", "s", "response time of the sonic anemometer"),
    *(word for gas in GASES for word in _analyser(gas)),
)
