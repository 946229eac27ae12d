"""Options of the calibrator `mapco2`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.versioned import Versioned, overlaps
from icos_ocean.calibration.mapco2_drying import VapourPressure  # noqa: TC001  # pydantic evaluates annotations
from icos_ocean.calibration.underway_options import (
    Diagnostic,
    NotNegative,
    PositiveDuration,
    PressureSource,
    UnderwayOptions,
    UnderwayUncertainties,
)

if TYPE_CHECKING:
    from typing import Self

__all__ = ["AirOffset", "MapCO2CalibrationOptions", "MapCO2Uncertainties", "SpanGas"]


class SpanGas(Versioned):
    """One ``[[calibrate.span_gases]]``: the cylinder of span gas."""

    xco2: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] = Field(description="mole fraction in dry air, µmol mol⁻¹")
    uncertainty: NotNegative = Field(default=0.1, description="standard uncertainty of xco2, µmol mol⁻¹")
    cylinder: str = Field(default="", description="identifier of the cylinder, for the report")


class AirOffset(Versioned):
    """One ``[[calibrate.air_offsets]]``: what is added so that air agrees with the marine boundary layer."""

    offset: Annotated[float, Field(allow_inf_nan=False)] = Field(description="added to mole fractions of air, µmol mol⁻¹")
    uncertainty: NotNegative = Field(default=0.0, description="standard uncertainty of the offset, µmol mol⁻¹")
    also_water: bool = Field(default=False, description="add the offset to mole fractions of water, too; unverified practice")


class MapCO2Uncertainties(UnderwayUncertainties):
    """``uncertainty``: standard uncertainties (k = 1) of what fCO2 is computed from, those of the analyser included."""

    analyser_pressure: NotNegative = Field(default=1.0, description="hPa, of the cell with the pump off; an assumption")
    sea_level_pressure: NotNegative = Field(default=1.0, description="hPa, of air pressure at sea level; an assumption")
    instrument: NotNegative = Field(
        default=1.0, description="what remains of the analyser's response after the span gas, µmol mol⁻¹; an assumption"
    )
    span_setting: NotNegative = Field(
        default=0.001, description="how much the analyser's span differs from cycle to cycle, as a fraction; an assumption"
    )
    humidity: NotNegative = Field(
        default=1.0, description="relative humidity of samples relative to that of span gas, percent; an assumption"
    )
    humidity_rounding: NotNegative = Field(
        default=0.29, description="rounding of one reading of humidity, percent: a whole percent divided by √12"
    )


class MapCO2CalibrationOptions(UnderwayOptions):
    """How fCO2 is computed from the cycles of a MAPCO2 or ASVCO2."""

    source: Literal["raw", "firmware"] = Field(
        default="raw", description="what dry mole fractions are taken from: the readings of the cycle, or what the instrument computed"
    )
    humidity_reference: Literal["span", "none"] = Field(
        default="span",
        description="what a sample's humidity is relative to: that of dry span gas in the same cycle, as in the firmware, or nothing",
    )
    vapour_pressure: VapourPressure = Field(default="li-cor", description="formula of the saturation vapour pressure for drying")
    cycle_limit: PositiveDuration = Field(
        default=timedelta(minutes=60), description="a sample is of the cycle of the last span gas that was measured within this time"
    )
    span_gases: tuple[SpanGas, ...] = Field(
        default=(), description="cylinders of span gas; with none, mole fractions are as the instrument set itself"
    )
    span_interpolation: Literal["linear", "cycle"] = Field(
        default="linear",
        description="span factor of a sample: linear in time between the readings before and after it, or of its own cycle; unverified",
    )
    span_limit: Annotated[float, Field(gt=0)] = Field(
        default=20.0, description="a reading of span gas further than this from its value is bad and not used, µmol mol⁻¹; unverified"
    )
    span_interval_limit: PositiveDuration = Field(
        default=timedelta(days=1), description="a sample further than this from every reading of span gas is questionable"
    )
    subtract_zero: bool = Field(
        default=False, description="subtract what the analyser reads of gas without CO2 after it was set; unverified practice"
    )
    air_offsets: tuple[AirOffset, ...] = Field(default=(), description="offsets of air to the marine boundary layer, after all else")

    pressure_sources: tuple[PressureSource, ...] = Field(
        default=("analyser",), min_length=1, description="what the pressure of the gas is taken from, the first that a row has"
    )
    barometer: Literal["atmospheric_pressure", "ambient_pressure", "analyser_pressure"] = Field(
        default="analyser_pressure", description="variable that gives the air pressure: the cell with the pump off"
    )
    barometer_height: Annotated[float, Field(ge=-10, le=200)] | None = Field(
        default=1.0, description="height of the barometer above the sea, m; the default is an assumption"
    )
    diagnostics: tuple[Diagnostic, ...] = Field(default=(), description="sensors that watch the instrument, whose flags are passed on")
    sst: Annotated[float, Field(ge=-3, le=45)] | None = Field(
        default=None, description="sea-surface temperature where none is measured, °C; state uncertainty.sst with it"
    )
    uncertainty: MapCO2Uncertainties = Field(default_factory=MapCO2Uncertainties, description="standard uncertainties of the inputs")

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Self:
        for what, tables in (("span_gases", self.span_gases), ("air_offsets", self.air_offsets)):
            for _ in overlaps(tables, key=lambda _table: 0):
                raise ValueError(f"{what}: two hold for the same time; set valid_from and valid_to")
        return self

    @property
    def reading_variable(self) -> str:
        """Variable that holds what the instrument reads."""
        return "xco2_wet" if self.source == "raw" else "xco2_dry"

    @property
    def humidity_variables(self) -> tuple[str, ...]:
        """Variables that samples are dried with; the pressure in the cell is one of them."""
        return ("relative_humidity", "humidity_temperature", "analyser_pressure") if self.source == "raw" else ()
