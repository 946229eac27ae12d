"""Quality test ``pressure-comparison``: two pressure sensors that should differ by a constant.

A barometer on the mast and a sensor beside the equilibrator see the same weather; their difference is the column of air between them, about
0.12 hPa per metre, and the calibration of both. On one real cruise it left its usual −3.5 hPa by another 3 hPa for ten hours, which no test
of either sensor alone could see.

**It is not known which sensor is wrong**: both are flagged, unless the station says which one to suspect. The difference to expect is a
station's own, so the test is not among the usual ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from icos_core.components import Context, Outcome, QualityTest
from icos_core.quality.gross_range import outside_range
from icos_core.quality.limits import NonNegative, Span, check_rising, check_span
from icos_core.quality.series import numbers
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xarray as xr
    from numpy.typing import NDArray

__all__ = ["TEST", "PressureComparisonOptions"]

Pressure = Literal[
    "atmospheric_pressure", "ambient_pressure", "equilibrator_pressure", "analyser_pressure", "membrane_pressure", "sea_level_pressure"
]


class PressureComparisonOptions(Options):
    """Options of the test ``pressure-comparison``."""

    first: Pressure = Field(default="atmospheric_pressure", description="the one variable")
    second: Pressure = Field(default="ambient_pressure", description="the variable that it is compared with")
    expected: Annotated[float, Field(allow_inf_nan=False)] = Field(default=0.0, description="first minus second as it should be (hPa)")
    questionable: NonNegative | None = Field(default=2.0, description="further from what is expected (hPa): questionable")
    bad: NonNegative | None = Field(default=None, description="further from what is expected (hPa): bad")
    plausible: Span = Field(
        default=(750.0, 1250.0), description="[low, high] (hPa): a number outside, as one cut short by the logger, is not compared"
    )
    suspect: Literal["both", "first", "second"] = Field(default="both", description="which of the two is flagged")

    @model_validator(mode="after")
    def _limits_rise(self) -> Self:
        check_rising(self, "questionable", "bad")
        check_span("plausible", self.plausible)
        if self.first == self.second:
            raise ValueError(f"second: {self.second} cannot be compared with itself")
        return self


def _fixed(options: PressureComparisonOptions) -> tuple[str, ...]:
    return (options.first, options.second)


def _values(dataset: xr.Dataset, options: PressureComparisonOptions) -> Iterator[NDArray[np.float64]]:
    return (numbers(dataset, name) for name in _fixed(options))


def _span(limit: float | None) -> tuple[float, float] | None:
    return None if limit is None else (-limit, limit)


def _test(dataset: xr.Dataset, _variables: Sequence[str], options: PressureComparisonOptions, _context: Context) -> list[Outcome]:
    low, high = options.plausible
    first, second = (np.where((values >= low) & (values <= high), values, np.nan) for values in _values(dataset, options))
    level = outside_range(first - second - options.expected, _span(options.questionable), _span(options.bad))
    judged = {"both": _fixed(options), "first": (options.first,), "second": (options.second,)}[options.suspect]
    return [Outcome(variable=name, name="pressure_comparison", level=level) for name in judged]


TEST = QualityTest(
    name="pressure-comparison",
    summary="Two pressure sensors that do not differ as they should",
    options=PressureComparisonOptions,
    test=_test,
    stages=("measured", "calibrated"),
    fixed_variables=_fixed,
)
"""Quality test ``pressure-comparison``."""
