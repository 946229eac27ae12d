"""Options of the calibrator `fco2-isotopologues`: the gases by isotopologue, and what is uncertain about the second reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from icos_ocean.calibration.fco2_options import FCO2Options, StandardGas, Uncertainties
from icos_ocean.calibration.underway_options import NotNegative  # noqa: TC001  # pydantic evaluates annotations

if TYPE_CHECKING:
    from typing import Self

__all__ = ["IsotopologueGas", "IsotopologueOptions", "IsotopologueUncertainties"]

Isotope = Literal[12, 13]
MoleFraction = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]

_LEAST_DIFFERENCE = 0.001
"""µmol mol⁻¹, by which a stated total and the sum of the stated parts may differ: they are rounded."""


def _total_may_follow(schema: dict[str, Any]) -> None:
    schema["required"].remove("xco2")


class IsotopologueGas(StandardGas):
    """One ``[[calibrate.standards]]``: the total with its 13C, or both isotopologues."""

    model_config = ConfigDict(json_schema_extra=_total_may_follow)

    xco2_12: MoleFraction | None = Field(default=None, description="mole fraction of 12CO2 in dry air, µmol mol⁻¹")
    xco2_13: MoleFraction | None = Field(default=None, description="mole fraction of 13CO2 in dry air, µmol mol⁻¹")
    delta13c: Annotated[float, Field(gt=-1000, le=1000)] | None = Field(
        default=None, description="δ13C of the CO2 on the VPDB scale, ‰, where xco2 is the total"
    )

    @model_validator(mode="before")
    @classmethod
    def _total_of_parts(cls, data: Any) -> Any:
        if isinstance(data, dict) and "xco2" not in data:
            parts = [data.get("xco2_12"), data.get("xco2_13")]
            if all(isinstance(part, int | float) for part in parts):
                return {**data, "xco2": sum(parts)}
        return data

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        parts = (self.xco2_12, self.xco2_13)
        split = self.xco2_12 is not None and self.xco2_13 is not None
        if not split and parts != (None, None):
            raise ValueError(f"{self.run_type}: xco2_12 and xco2_13 go together")
        if split and self.delta13c is not None:
            raise ValueError(f"{self.run_type}: either delta13c with xco2, or xco2_12 and xco2_13")
        if not split and self.delta13c is None and self.role == "standard":
            raise ValueError(f"{self.run_type}: a standard needs delta13c with xco2, or xco2_12 and xco2_13")
        if self.xco2_12 is not None and self.xco2_13 is not None and abs(self.xco2_12 + self.xco2_13 - self.xco2) > _LEAST_DIFFERENCE:
            raise ValueError(f"{self.run_type}: xco2 = {self.xco2:g} is not the sum of xco2_12 and xco2_13")
        return self

    def share(self, isotope: Isotope, vpdb_ratio: float) -> float:
        """Fraction of the total that is of one isotopologue; that of VPDB where nothing is stated (zero and span gases)."""
        if self.xco2_12 is not None and self.xco2_13 is not None and self.xco2 > 0.0:
            heavy = self.xco2_13 / self.xco2
        else:
            ratio = vpdb_ratio * (1.0 + (self.delta13c or 0.0) / 1000.0)
            heavy = ratio / (1.0 + ratio)
        return heavy if isotope == 13 else 1.0 - heavy  # the mass number


class IsotopologueUncertainties(Uncertainties):
    """``uncertainty``: as with `fco2`, where `reading`, `drift` and `lack_of_fit` are those of 12CO2, and their like of 13CO2."""

    reading_13: NotNegative = Field(default=0.05, description="noise of one reading of 13CO2, µmol mol⁻¹; an assumption")
    drift_13: NotNegative | Literal["estimate"] = Field(
        default=0.01, description="what the drift of the reading of 13CO2 gathers in one hour, µmol mol⁻¹ h^-½, or estimate; an assumption"
    )
    lack_of_fit_13: NotNegative | Literal["estimate"] = Field(
        default=0.0, description="distance of the response to 13CO2 from a straight line, µmol mol⁻¹, or estimate"
    )


class IsotopologueOptions(FCO2Options):
    """How fCO2 is computed from the readings of 12CO2 and 13CO2."""

    standards: tuple[IsotopologueGas, ...] = Field(
        description="gases of known mole fraction: the total with its δ13C, or both isotopologues; at least two with the role standard"
    )
    vpdb_ratio: Annotated[float, Field(gt=0.01, lt=0.0125)] = Field(
        default=0.0111802, description="13C/12C of the VPDB scale, for gases with delta13c; unverified"
    )
    standard_limit_13: Annotated[float, Field(gt=0)] = Field(
        default=0.5, description="a reading of 13CO2 of a gas further than this from its value is bad and not used, µmol mol⁻¹"
    )
    total_limit: NotNegative = Field(
        default=0.001,
        description="where the analyser gives the total (co2): a sum of the readings further than this from it is questionable, µmol mol⁻¹",
    )
    uncertainty: IsotopologueUncertainties = Field(
        default_factory=IsotopologueUncertainties, description="standard uncertainties of the inputs"
    )

    @property
    def reading_variable(self) -> str:
        """Variable that holds what the instrument reads; the other reading stands with what else a sample comes from."""
        return "co2_12"

    @property
    def humidity_variables(self) -> tuple[str, ...]:
        """Variables beside the first reading that samples come from."""
        return ("co2_13", *super().humidity_variables)

    def of(self, isotope: Isotope) -> FCO2Options:
        """Return the options of a system that reads one isotopologue alone."""
        shared = {name: getattr(self, name) for name in FCO2Options.model_fields}
        shared["standards"] = tuple(
            StandardGas(
                **{name: getattr(gas, name) for name in ("run_type", "role", "cylinder", "valid_from", "valid_to")},
                xco2=gas.xco2 * gas.share(isotope, self.vpdb_ratio),
                uncertainty=gas.uncertainty * gas.share(isotope, self.vpdb_ratio),
            )
            for gas in self.standards
        )
        if isotope == 12:  # the mass number
            return _Light.model_construct(**shared)
        stated = self.uncertainty
        other = {"reading": stated.reading_13, "drift": stated.drift_13, "lack_of_fit": stated.lack_of_fit_13}
        shared["uncertainty"] = stated.model_copy(update=other)
        shared["standard_limit"] = self.standard_limit_13
        shared["outside_limit"] = self.outside_limit * self.vpdb_ratio
        return _Heavy.model_construct(**shared)


class _Light(FCO2Options):
    @property
    def reading_variable(self) -> str:
        return "co2_12"


class _Heavy(FCO2Options):
    @property
    def reading_variable(self) -> str:
        return "co2_13"
