"""Options of the calibrator `fco2`: the standard gases, and what is made of their readings.

References
----------
Pierrot, D. et al. (2009), Recommendations for autonomous underway pCO2 measuring systems and data-reduction routines,
Deep-Sea Res. II 56, 512-522, doi:10.1016/j.dsr2.2008.12.005.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.versioned import Versioned, overlaps
from icos_ocean.calibration.method_spread import OneOrMore
from icos_ocean.calibration.underway_options import NotNegative, PositiveDuration, UnderwayOptions, UnderwayUncertainties, Word

if TYPE_CHECKING:
    from typing import Self

__all__ = ["FCO2Options", "StandardGas", "Uncertainties"]


class StandardGas(Versioned):
    """One ``[[calibrate.standards]]``: a gas of known mole fraction and the run type that measures it."""

    run_type: Word = Field(description="type word of its rows, e.g. STD2")
    role: Literal["standard", "zero", "span"] = Field(
        default="standard",
        description="standard: enters the regression; zero: only with use_zero_in_fit; span: never",
    )
    xco2: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] = Field(description="mole fraction in dry air, µmol mol⁻¹")
    uncertainty: NotNegative = Field(default=0.1, description="standard uncertainty of xco2, µmol mol⁻¹")
    cylinder: str = Field(default="", description="identifier of the cylinder, for the report")

    @property
    def sets_analyser(self) -> bool:
        """Whether the analyser is being set while the gas flows (STD1z, STD4s): what it reads then belongs to no calibration."""
        return self.run_type[-1] in "zs" and self.run_type[:-1].rstrip("0123456789") == "STD"

    @property
    def label(self) -> str:
        """Name for people."""
        return f"{self.run_type} ({self.cylinder})" if self.cylinder else self.run_type


class Uncertainties(UnderwayUncertainties):
    """``uncertainty``: standard uncertainties (k = 1) of what fCO2 is computed from, those of the analyser included."""

    drift: NotNegative | Literal["estimate"] = Field(
        default=0.3,
        description=(
            "what the drift of the analyser gathers in one hour, µmol mol⁻¹ h^-½, or estimate: from the readings of all standards, "
            "which makes the uncertainty of every row depend on all of them; an assumption"
        ),
    )
    lack_of_fit: NotNegative | Literal["estimate"] = Field(
        default=0.0, description="distance of the analyser's response from a straight line, µmol mol⁻¹, or estimate"
    )


class FCO2Options(UnderwayOptions):
    """How fCO2 is computed from the rows of an underway system with standard gases."""

    standards: tuple[StandardGas, ...] = Field(description="gases of known mole fraction, at least two with the role standard")
    standard_limit: Annotated[float, Field(gt=0)] = Field(
        default=4.0, description="a reading of a gas further than this from its value is bad and not used, µmol mol⁻¹"
    )
    rejected_runs: Literal["leave-out", "bridge"] = Field(
        default="leave-out",
        description=(
            "a run of a standard without a good reading: leave-out drops that standard between the runs on either side, "
            "bridge interpolates across"
        ),
    )
    regression: Annotated[tuple[Literal["measured-on-true", "true-on-measured"], ...], OneOrMore()] = Field(
        default=("measured-on-true",),
        description="which way the line through the standards is fitted; of a list the first, the spread of both being uncertainty",
    )
    use_zero_in_fit: bool = Field(default=False, description="whether gases with the role zero enter the regression")
    minimum_standards: Annotated[int, Field(ge=2)] = Field(default=3, description="fewer make a value questionable; one gives none")
    standard_interval_limit: PositiveDuration = Field(
        default=timedelta(days=1), description="runs of a standard further apart than this make the values between them questionable"
    )
    outside_limit: NotNegative = Field(
        default=100.0, description="a value further than this outside the range of the standards is questionable, µmol mol⁻¹"
    )

    dry_standards: bool = Field(default=False, description="correct readings of standards for water vapour (variable h2o)")
    dry_samples: bool = Field(
        default=False, description="correct samples for water vapour (variable h2o); off where the analyser reports dry mole fractions"
    )

    uncertainty: Uncertainties = Field(default_factory=Uncertainties, description="standard uncertainties of the inputs")

    @model_validator(mode="after")
    def _gases_are_unique(self) -> Self:
        for left, right in overlaps(self.standards, key=lambda gas: gas.run_type):
            first, second = (f"{gas.xco2:g} µmol mol⁻¹" for gas in (left, right))
            raise ValueError(
                f"standards: {left.run_type} is given twice for the same time ({first} and {second}); set valid_from and valid_to"
            )
        return self

    @model_validator(mode="after")
    def _roles_fit(self) -> Self:
        for gas in self.standards:
            if gas.role == "standard" and gas.sets_analyser:
                raise ValueError(f"standards: {gas.run_type} sets the analyser and cannot have the role standard; expected zero or span")
            if gas.run_type in (*self.water_run_types, *self.air_run_types):
                raise ValueError(f"standards: {gas.run_type} is a run type of samples")
        if len({gas.run_type for gas in self.fitted}) < 2:
            raise ValueError("standards: a line needs at least two gases with the role standard")
        return self

    @property
    def dries(self) -> bool:
        """Whether anything is corrected for water vapour."""
        return self.dry_samples or self.dry_standards

    @property
    def reading_variable(self) -> str:
        """Variable that holds what the instrument reads."""
        return "co2"

    @property
    def humidity_variables(self) -> tuple[str, ...]:
        """Variables that samples are dried with."""
        return ("h2o",) if self.dry_samples else ()

    @property
    def form(self) -> Literal["measured-on-true", "true-on-measured"]:
        """The form of the regression that gives the result."""
        return self.regression[0]

    @property
    def listed_methods(self) -> dict[str, tuple[str, ...]]:
        """The methods of each choice of which several are listed, by the term of the uncertainty that it belongs to."""
        return super().listed_methods | ({"regression_form": self.regression} if len(self.regression) > 1 else {})

    @property
    def fitted(self) -> tuple[StandardGas, ...]:
        """The gases that enter the regression."""
        roles = ("standard", "zero") if self.use_zero_in_fit else ("standard",)
        return tuple(gas for gas in self.standards if gas.role in roles and not gas.sets_analyser)
