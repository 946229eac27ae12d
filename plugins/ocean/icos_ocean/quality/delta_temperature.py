"""Quality test ``delta-temperature``: equilibrator temperature minus sea-surface temperature.

Between intake and equilibrator the water usually warms by a few tenths of a degree; in an air-conditioned laboratory in the tropics it
cools. Either way a large difference says that one of the two probes, or the flow of water, is wrong, and fCO2 changes by 4 % per degree.
Therefore the limits have both signs:

* beyond ±1 °C questionable: the Surface Ocean CO2 Atlas asks for a warming below 1 °C of data sets with an accuracy of 2 µatm
  (Gkritzalis et al. 2025), and the correction to sea-surface temperature loses as much in cooling as in warming;
* beyond ±3 °C bad: a difference that a system made to keep the water as it was does not reach unless something failed.

Other programs have used ±1.5 and ±3 °C, or called every cooling by more than 0.1 °C bad, which condemns good data of systems that cool.

**It is not known which probe is wrong**, so the outcome goes to both temperatures, and to their difference where the stream has it; what
is computed from them follows by its cascades. The test runs on calibrated data, after gaps are filled: there a questionable temperature
flags fCO2, while in measured data it would keep the temperature from being used at all.

References
----------
Gkritzalis, T., Bakker, D. C. E., Lauvset, S. K., Steinhoff, T. (2025), SOCAT Quality Control Cookbook for version 2025 of the Surface
Ocean CO2 Atlas, doi:10.25607/OBP-1665.2.
Pierrot, D. et al. (2009), Recommendations for autonomous underway pCO2 measuring systems and data-reduction routines,
Deep-Sea Res. II 56, 512-522, doi:10.1016/j.dsr2.2008.12.005.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from icos_core.components import Context, Outcome, QualityTest
from icos_core.quality.gross_range import outside_range
from icos_core.quality.limits import Span, check_nested
from icos_core.quality.series import numbers
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr

__all__ = ["TEST", "DeltaTemperatureOptions"]

DIFFERENCE = "delta_temperature"


class DeltaTemperatureOptions(Options):
    """Options of the test ``delta-temperature``; at least one of the two spans is needed."""

    questionable_outside: Span | None = Field(
        default=(-1.0, 1.0),
        description="[low, high] of equilibrator minus sea-surface temperature (°C): differences outside are questionable",
    )
    bad_outside: Span | None = Field(
        default=(-3.0, 3.0), description="[low, high] of equilibrator minus sea-surface temperature (°C): differences outside are bad"
    )

    @model_validator(mode="after")
    def _spans_nested(self) -> Self:
        check_nested(self, "questionable_outside", "bad_outside")
        return self


def _fixed(_options: DeltaTemperatureOptions) -> tuple[str, ...]:
    return ("sst", "equilibrator_temperature")


def _test(dataset: xr.Dataset, _variables: Sequence[str], options: DeltaTemperatureOptions, _context: Context) -> list[Outcome]:
    difference = numbers(dataset, "equilibrator_temperature") - numbers(dataset, "sst")
    level = outside_range(difference, options.questionable_outside, options.bad_outside)
    judged = [*_fixed(options), *([DIFFERENCE] if DIFFERENCE in dataset else [])]
    return [Outcome(variable=name, name=DIFFERENCE, level=level) for name in judged]


TEST = QualityTest(
    name="delta-temperature",
    summary="Equilibrator temperature too far from sea-surface temperature",
    options=DeltaTemperatureOptions,
    test=_test,
    stages=("calibrated",),
    fixed_variables=_fixed,
)
