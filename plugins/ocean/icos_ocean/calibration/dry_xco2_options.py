"""Options of the calibrator `dry-xco2`: what the instrument reports, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.versioned import Versioned, overlaps
from icos_ocean.calibration.underway_options import NotNegative, UnderwayOptions, UnderwayUncertainties, Word

if TYPE_CHECKING:
    from typing import Self

__all__ = ["CheckGas", "DryXCO2Options", "InstrumentUncertainties", "LinearCorrection"]


class LinearCorrection(Versioned):
    """One ``[[calibrate.corrections]]``: what a reading is turned into before it is dried, factor · reading + offset."""

    factor: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(default=1.0, description="factor")
    offset: Annotated[float, Field(allow_inf_nan=False)] = Field(default=0.0, description="offset, µmol mol⁻¹")
    uncertainty: NotNegative | None = Field(
        default=None,
        description=(
            "standard uncertainty of a corrected reading, µmol mol⁻¹, the same error for as long as the correction holds; "
            "default: the accuracy of the instrument"
        ),
    )


class CheckGas(Versioned):
    """One ``[[calibrate.checks]]``: a gas of known mole fraction that is compared with what the instrument says, and corrects nothing."""

    run_type: Word = Field(description="type word of its rows, e.g. SPAN")
    xco2: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] = Field(description="mole fraction in dry air, µmol mol⁻¹")
    limit: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        default=2.0, description="a dried reading further than this from its value is questionable and reported, µmol mol⁻¹"
    )
    cylinder: str = Field(default="", description="identifier of the cylinder, for the report")

    @property
    def label(self) -> str:
        """Name for people."""
        return f"{self.run_type} ({self.cylinder})" if self.cylinder else self.run_type


class InstrumentUncertainties(UnderwayUncertainties):
    """``uncertainty``: standard uncertainties (k = 1) of what fCO2 is computed from, that of the instrument included."""

    instrument: NotNegative = Field(
        default=1.0, description="accuracy of the mole fraction that the instrument reports, µmol mol⁻¹; an assumption"
    )
    instrument_relative: NotNegative = Field(
        default=0.0, description="part of that accuracy in proportion to the mole fraction, as a fraction (0.01 for 1 % of the reading)"
    )
    humidity_pressure: NotNegative = Field(
        default=0.5, description="partial pressure of water vapour in the cell, hPa, where samples are dried with it; an assumption"
    )


class DryXCO2Options(UnderwayOptions):
    """How fCO2 is computed from the mole fractions that an instrument reports."""

    mole_fraction: Literal["xco2_dry", "xco2_wet", "co2"] = Field(
        default="xco2_dry", description="variable that holds the mole fraction of CO2"
    )
    drying: Literal["none", "h2o", "humidity_pressure"] = Field(
        default="none",
        description=(
            "what wet mole fractions are dried with: h2o, the mole fraction of water in the cell, or humidity_pressure, its partial "
            "pressure, over the pressure in the cell; none where the instrument reports dry mole fractions"
        ),
    )
    cell_pressure: Literal["analyser_pressure", "membrane_pressure"] = Field(
        default="analyser_pressure", description="total pressure that goes with humidity_pressure"
    )
    corrections: tuple[LinearCorrection, ...] = Field(default=(), description="linear corrections of readings, each while it is valid")
    checks: tuple[CheckGas, ...] = Field(default=(), description="gases that are compared with their values")
    uncertainty: InstrumentUncertainties = Field(
        default_factory=InstrumentUncertainties, description="standard uncertainties of the inputs"
    )

    @model_validator(mode="after")
    def _dries_what_is_wet(self) -> Self:
        if self.mole_fraction == "xco2_dry" and self.drying != "none":
            raise ValueError(f"drying: xco2_dry is dry already; expected none, or mole_fraction = 'xco2_wet', not {self.drying}")
        if self.mole_fraction == "xco2_wet" and self.drying == "none":
            raise ValueError("drying: xco2_wet has to be dried; expected h2o or humidity_pressure")
        return self

    @model_validator(mode="after")
    def _tables_do_not_overlap(self) -> Self:
        for left, _ in overlaps(self.corrections, key=lambda _: None):
            raise ValueError(f"corrections: two hold at the same time (one with factor {left.factor:g}); set valid_from and valid_to")
        for gas, _ in overlaps(self.checks, key=lambda gas: gas.run_type):
            raise ValueError(f"checks: {gas.run_type} is given twice for the same time; set valid_from and valid_to")
        for gas in self.checks:
            if gas.run_type in (*self.water_run_types, *self.air_run_types):
                raise ValueError(f"checks: {gas.run_type} is a run type of samples")
        return self

    @property
    def reading_variable(self) -> str:
        """Variable that holds what the instrument reads."""
        return self.mole_fraction

    @property
    def humidity_variables(self) -> tuple[str, ...]:
        """Variables that samples are dried with."""
        return {"none": (), "h2o": ("h2o",), "humidity_pressure": ("humidity_pressure", self.cell_pressure)}[self.drying]
