"""Options of the calibrator `sensor-choice`."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import SnakeCase, StreamName, Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

__all__ = ["Choice", "SensorChoiceOptions"]

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
MOST_SENSORS = 100


class Choice(Options):
    """One ``[[calibrate.choose]]``: sensors of one kind, of which each row takes one."""

    variable: SnakeCase | None = Field(default=None, description="variable that is made; with sensors")
    sensors: Annotated[tuple[Text, ...], Field(min_length=2, max_length=MOST_SENSORS)] | None = Field(
        default=None, description="the variables to choose from, the primary one first"
    )
    variables: Annotated[tuple[SnakeCase, ...], Field(min_length=1)] | None = Field(
        default=None, description="variables that are made together, each row from one instrument; with suffixes"
    )
    suffixes: Annotated[tuple[str, ...], Field(min_length=2, max_length=MOST_SENSORS)] | None = Field(
        default=None, description="what the instruments' variables have after the name, the primary one's first"
    )
    stream: StreamName | None = Field(default=None, description="their stream; where absent, the one that has all such variables")
    fall_back: Literal["next", "none", "mean"] = Field(
        default="next",
        description="where the primary is not usable: the next that is; nothing, it stays as it is; or the mean of the others that are",
    )
    hold: Annotated[Duration, Field(ge=timedelta(0))] = Field(
        default=timedelta(0), description="a sensor that failed is gone back to when it has been usable for this long without a break"
    )
    agree_within: Positive | dict[str, Positive] | None = Field(
        default=None,
        description="largest difference from any other usable sensor that leaves a value good; of several variables a table of them",
    )
    align: bool = Field(default=False, description="remove the median difference from the primary before a sensor stands in for it")
    least_common: Annotated[int, Field(ge=2)] = Field(default=30, description="rows in which both are good that align takes at least")

    @model_validator(mode="before")
    @classmethod
    def _is_one_form(cls, data: Any) -> Any:
        if isinstance(data, dict):
            forms = ({"variable", "sensors"}, {"variables", "suffixes"})
            if [form for form in forms if form & data.keys()] not in [[form] for form in forms if form <= data.keys()]:
                raise ValueError("either variable and sensors, or variables and suffixes")
        return data

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        columns = self.columns
        sensors = [sensor for each in columns.values() for sensor in each]
        twice = next((sensor for sensor in sensors if sensors.count(sensor) > 1), None)
        if twice is not None:
            raise ValueError(f"{'sensors' if self.sensors else 'suffixes'}: sensors that differ; {twice!r} stands there twice")
        if isinstance(self.agree_within, dict):
            unknown = [name for name in self.agree_within if name not in columns]
            if unknown:
                raise ValueError(f"agree_within: names among {', '.join(columns)}, not {unknown[0]!r}")
        elif self.agree_within is not None and len(columns) > 1:
            raise ValueError(f"agree_within: a table with a value for each of {', '.join(columns)}, which differ in unit")
        return self

    @property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """Variable that is made → the sensors' variables, in order of preference."""
        if self.variable is not None and self.sensors is not None:
            return {self.variable: self.sensors}
        return {name: tuple(f"{name}{suffix}" for suffix in self.suffixes or ()) for name in self.variables or ()}

    def limit(self, variable: str) -> float | None:
        """Return the largest difference between sensors that leaves a value good."""
        return self.agree_within.get(variable) if isinstance(self.agree_within, dict) else self.agree_within

    @property
    def looks_around(self) -> bool:
        """Whether a row depends on others."""
        return self.align or self.hold > timedelta(0)


class SensorChoiceOptions(Options):
    """Options of the calibrator."""

    choose: Annotated[tuple[Choice, ...], Field(min_length=1)] = Field(description="the choices")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for left, right in combinations(self.choose, 2):
            twice = [variable for variable in left.columns if variable in right.columns]
            if twice and (left.stream == right.stream or None in {left.stream, right.stream}):
                raise ValueError(f"choose: each variable once; {twice[0]!r} is chosen twice")
        return self
