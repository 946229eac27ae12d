"""Words of a vocabulary, and what is required of the stage before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Requirement", "Variable", "may_be_absent"]


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One word of a vocabulary: a variable that readers provide, calibrators require or provide, exporters know.

    Attributes
    ----------
    name
        Name in data sets.
    units
        UDUNITS string; empty for categories.
    long_name, standard_name, comment
        CF attributes; `standard_name` only where CF has one.
    dtype
        ``"float64"`` for quantities, ``"int8"``/``"int16"`` for categories.
    flag_values, flag_meanings
        Codes and words of a category.
    attributes
        Further CF attributes (``units_metadata``, ``cell_methods`` …).
    """

    name: str
    units: str = ""
    long_name: str = ""
    standard_name: str | None = None
    comment: str = ""
    dtype: str = "float64"
    flag_values: tuple[int, ...] = ()
    flag_meanings: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What a calibrator or product needs from the stage before it.

    `name` alone is required; with `alternatives` any one of them satisfies it; `optional` is used where it is there.
    `units` is what the function works in: the core converts before the call. An alternative given by its name has the same units,
    one given as a requirement its own: conductivity in place of salinity.
    """

    name: str
    units: str = ""
    alternatives: tuple[str | Requirement, ...] = ()
    optional: bool = False

    @property
    def choices(self) -> tuple[Requirement, ...]:
        """What satisfies it: the variable itself and each alternative, all with their units."""
        others = (Requirement(name=each, units=self.units) if isinstance(each, str) else each for each in self.alternatives)
        return (self, *others)


def may_be_absent(requirements: Sequence[Requirement]) -> bool:
    """Return whether a stream may be absent of which these are required: all are optional, such as the weather beside a raw file."""
    return bool(requirements) and all(each.optional for each in requirements)
