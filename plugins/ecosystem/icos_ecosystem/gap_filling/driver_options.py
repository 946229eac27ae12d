"""The drivers by which records are similar, as a table of a station description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, field_validator, model_validator

from icos_core.exceptions import hint
from icos_core.versioned import Options
from icos_ecosystem.gap_filling.marginal_distribution import Driver
from icos_ecosystem.vocabulary.gap_filled import FILLED_FLUXES
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["USUAL_DRIVERS", "DriverOptions", "DriverTable", "drivers_of", "drivers_without"]

_KNOWN = tuple(word.name for word in GRID_WORDS if word.name not in FILLED_FLUXES)


class DriverOptions(Options):
    """A variable by whose likeness records are chosen."""

    variable: str = Field(description="variable of the stream half-hourly that is no flux")
    tolerance: float = Field(gt=0, description="records are similar where they differ by less, in the variable's unit")
    tolerance_to: float | None = Field(
        default=None, gt=0, description="tolerance is the value of the record itself, between tolerance and this; default: tolerance always"
    )

    @field_validator("variable")
    @classmethod
    def _there(cls, name: str) -> str:
        if name in FILLED_FLUXES:
            raise ValueError(f"variable: {name!r} is a flux that is filled itself, expected weather")
        if name not in _KNOWN:
            raise ValueError(f"variable: {name!r} is no variable of half-hourly{hint(name, _KNOWN)}")
        return name

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.tolerance_to is not None and self.tolerance_to < self.tolerance:
            raise ValueError("tolerance_to: must not be below tolerance")
        return self


USUAL_DRIVERS = (
    DriverOptions(variable="SW_IN", tolerance=20.0, tolerance_to=50.0),
    DriverOptions(variable="TA", tolerance=2.5),
    DriverOptions(variable="VPD", tolerance=5.0),
)


def _distinct(drivers: tuple[DriverOptions, ...]) -> tuple[DriverOptions, ...]:
    names = [each.variable for each in drivers]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"drivers: {twice!r} is named twice")
    return drivers


DriverTable = Annotated[tuple[DriverOptions, ...], AfterValidator(_distinct)]


def drivers_of(options: Sequence[DriverOptions], values: Callable[[str], NDArray[np.float64]]) -> list[Driver]:
    """Return the drivers with their values."""
    return [Driver(values=values(each.variable), tolerance=each.tolerance, tolerance_to=each.tolerance_to) for each in options]


def drivers_without(options: Sequence[DriverOptions], name: str) -> Sequence[DriverOptions]:
    """Return the drivers of a variable that is among them: none of the first, the first only of the others, as both peers have it."""
    names = [each.variable for each in options]
    if name not in names:
        return options
    return options[:1] if names.index(name) else ()
