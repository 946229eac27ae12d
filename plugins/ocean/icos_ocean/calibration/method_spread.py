"""How far the results of several methods lie apart, and what that adds to the uncertainty.

Where published methods disagree, a station may list several: the first gives the result, and the width w between the extremes, taken for
that of a rectangular distribution, a standard uncertainty of w/√12. It is common to all rows, for the choice is.

References
----------
JCGM 100:2008, Evaluation of measurement data - Guide to the expression of uncertainty in measurement, section 4.3.7,
doi:10.59161/JCGM100-2008E.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic_core import core_schema

from icos_core.components import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

    FloatArray = NDArray[np.float64]

__all__ = ["OneOrMore", "method_spread", "spread_table", "spread_uncertainty"]


class OneOrMore:
    """Makes an option of type ``tuple[Name, ...]`` take one name or a list of different ones.

    >>> class Options(BaseModel):
    ...     method: Annotated[tuple[Literal["one", "other"], ...], OneOrMore()] = ("one",)
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Return how pydantic validates it."""
        listed = core_schema.no_info_before_validator_function(_as_list, handler(source))
        return core_schema.no_info_after_validator_function(_each_once, listed)

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return how editors validate it."""
        listed = handler(schema)
        return {"anyOf": [listed["items"], {**listed, "minItems": 1, "uniqueItems": True}]}


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _each_once(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("at least one")
    if len(set(value)) != len(value):
        raise ValueError("each at most once")
    return value


def method_spread(results: Sequence[FloatArray]) -> FloatArray:
    """Width between the extremes of the results of several methods.

    Parameters
    ----------
    results : sequence of (n,) ndarray
        One result per method, in any unit.

    Returns
    -------
    (n,) ndarray
        Greatest minus smallest, in the same unit; NaN where any method has no result.
    """
    spread: FloatArray = np.max(results, axis=0) - np.min(results, axis=0)
    return spread


def spread_uncertainty(spread: FloatArray) -> FloatArray:
    """Return the standard uncertainty of a choice among methods whose results are `spread` apart, spread/√12."""
    uncertainty: FloatArray = spread / np.sqrt(12.0)
    return uncertainty


def spread_table(spreads: Mapping[str, FloatArray], methods: Mapping[str, Sequence[str]]) -> Table:
    """Summarise spreads of fCO2 [µatm] by choice."""
    rows: list[tuple[Any, ...]] = []
    for choice, spread in spreads.items():
        known = spread[np.isfinite(spread)]
        numbers = (round(float(known.mean()), 4), round(float(known.max()), 4)) if known.size else (None, None)
        rows.append((choice.replace("_", " "), ", ".join(methods[choice]), *numbers))
    return Table(title="Spread of fCO2 over methods", columns=("choice", "methods", "mean (µatm)", "greatest (µatm)"), rows=tuple(rows))
