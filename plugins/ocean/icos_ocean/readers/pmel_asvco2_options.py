"""Options of the reader `pmel-asvco2`."""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from icos_core.exceptions import DataError, hint
from icos_core.units import convertible
from icos_core.versioned import Options
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS

__all__ = ["COLUMNS", "STATES", "UNITS", "ASVCO2Options"]

STATES = dict(zip(("ZPON", "ZPOFF", "ZPPCAL", "SPON", "SPOFF", "SPPCAL", "EPON", "EPOFF", "APON", "APOFF"), CYCLE_POINTS, strict=True))
"""Words of the column State and the points of the cycle that they are."""

COLUMNS = {
    "Li_Temp_ave(C)": "analyser_temperature",
    "Li_Temp_sd": "analyser_temperature_deviation",
    "Li_Pres_ave(kPa)": "analyser_pressure",
    "Li_Pres_sd": "analyser_pressure_deviation",
    "CO2_ave(PPM)": "xco2_wet",
    "CO2_SD": "xco2_wet_deviation",
    "O2_ave(%)": "oxygen",
    "O2_S": "oxygen_deviation",
    "RH_ave(%)": "relative_humidity",
    "RH_sd": "relative_humidity_deviation",
    "RH_T_ave(C)": "humidity_temperature",
    "Rh_T_sd": "humidity_temperature_deviation",
    "Li_RawSample_ave": "detector_sample",
    "Li_RawSample_sd": "detector_sample_deviation",
    "Li_RawDetector_ave": "detector_reference",
    "Li_RawReference_sd": "detector_reference_deviation",
}
"""Headers and the variables they are, in the order of the columns after State, SN and Timestamp."""

UNITS = {"analyser_pressure": "kPa", "analyser_pressure_deviation": "kPa"}


class ASVCO2Options(Options):
    """How the text files of one ASVCO2 are written. No file of one was at hand: every name is an option."""

    states: dict[str, str] = Field(
        default_factory=dict,
        description='further words of the column State and the readings they are, e.g. {"EQOFF" = "equilibrator_pump_off"}',
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description='further headers and the variables they are, e.g. {"Sea_Temp(C)" = "sst"}; before the known ones'
    )
    units: dict[str, str] = Field(
        default_factory=dict, description="units in the file where they are not the usual ones, pressures in kPa among these"
    )
    state_column: str = Field(default="State", description="header of the column that names the reading")
    time_column: str = Field(default="Timestamp", description="header of the column with the time of the reading, UTC in ISO 8601")
    dry_columns: tuple[str, str] = Field(
        default=("SW_xCO2(dry)", "Atm_xCO2(dry)"),
        description="headers of the dry mole fractions of water and of air that the instrument computed",
    )
    missing_values: tuple[float, ...] = Field(
        default=(), description="numbers that stand for a missing value, beside an empty cell and NaN"
    )

    @field_validator("states")
    @classmethod
    def _known_points(cls, value: dict[str, str]) -> dict[str, str]:
        for word, point in value.items():
            if point not in CYCLE_POINTS:
                raise ValueError(f"{word!r}: no reading {point!r}{hint(point, CYCLE_POINTS)}")
        return value

    @field_validator("columns")
    @classmethod
    def _known_variables(cls, value: dict[str, str]) -> dict[str, str]:
        known = [name for name, word in VOCABULARY.items() if not word.flag_values]
        for header, name in value.items():
            if name not in known:
                raise ValueError(f"{header!r}: no variable {name!r}{hint(name, known)}")
        return value

    @model_validator(mode="after")
    def _fitting_units(self) -> ASVCO2Options:
        names = {*COLUMNS.values(), *self.columns.values()}
        for name, unit in self.units.items():
            if name not in names:
                raise ValueError(f"units: no variable {name!r}{hint(name, names)}")
            try:
                fits = convertible(unit, VOCABULARY[name].units)
            except DataError as error:
                raise ValueError(f"units: {name}: {error}") from error
            if not fits:
                raise ValueError(f"units: {name}: {unit!r} cannot be converted to {VOCABULARY[name].units!r}")
        return self
