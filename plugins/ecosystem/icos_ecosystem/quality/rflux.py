"""Quality test ``rflux``: severe and moderate errors of raw half hours after Vitale et al. (2020).

It reads the statistics that the calibrator makes where ``[calibrate.quality] rflux = true`` (``RF_…``), and evaluates them with the
thresholds of `icos_ecosystem.rflux.flags`. What follows from moderate errors together with outliers is the business of the product
``rflux-decision``.

References
----------
Vitale, D., et al. (2020), Biogeosciences 17, 1367-1391, doi:10.5194/bg-17-1367-2020.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_core.components import Outcome, QualityTest
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE
from icos_core.quality.series import numbers
from icos_core.versioned import Options
from icos_ecosystem.rflux.flags import FLUXES, LIMITS, Bound, Limit, evaluate
from icos_ecosystem.vocabulary.rflux import RFLUX_STATISTICS, rflux_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_ecosystem.rflux.flags import Errors

__all__ = ["TEST", "RfluxOptions", "errors_of_fluxes"]

_USUAL_FREQUENCY = 20.0
_LICOR = ("LI7200", "LI7500")
_ANALYSER_BITS = ("HEAD_DETECT", "AUX_IN", "DELTA_P", "CHOPPER", "DETECTOR", "PLL")
_TESTS = tuple(sorted({limit.test for limit in LIMITS}))


class RfluxOptions(Options):
    """Options of the test ``rflux``."""

    leave_out: tuple[Literal[_TESTS], ...] = Field(  # type: ignore[valid-type]  # the tests are in the table
        default=(), description="tests that are not made, such as DIP"
    )
    severe_dip: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="probability of the dip below which it is a severe error; RFlux's 0 can never be met",
    )
    moderate: Literal["mark", "questionable"] = Field(
        default="mark", description="what a moderate error does: mark the flux, its flag unchanged, or make it questionable"
    )

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The tests that are made."""
        kept = (limit for limit in LIMITS if limit.test not in self.leave_out)
        return tuple(
            Limit(test=limit.test, of=limit.of, severe=(Bound("<", self.severe_dip),), moderate=limit.moderate)
            if limit.test == "DIP"
            else limit
            for limit in kept
        )


def errors_of_fluxes(dataset: xr.Dataset, options: RfluxOptions) -> dict[str, Errors]:
    """Return the errors of each flux of a stream ``fluxes``; what is not there is no error.

    The deviation of the vertical wind from the integral turbulence characteristic's model is taken as it stands, without sign; LI-COR flags
    are those that any record of the half hour carries.
    """
    values: dict[str, NDArray[np.float64]] = {
        name: numbers(dataset, rflux_name(name)) for name in RFLUX_STATISTICS if rflux_name(name) in dataset
    }
    values |= {flux: numbers(dataset, flux) for flux in FLUXES if flux in dataset}
    if "W_ITC" in dataset:
        values["ITC_w"] = np.abs(numbers(dataset, "W_ITC"))
    analyser = _analyser_flags(dataset)
    if analyser is not None:
        values["GADiag"] = analyser
    frequency = np.full(dataset.sizes["time"], _USUAL_FREQUENCY)
    if "BADM_INST_SAMPLING_INT" in dataset:
        stated = numbers(dataset, "BADM_INST_SAMPLING_INT")
        frequency = np.where(np.isfinite(stated), stated, frequency)
    return evaluate(values, frequency, options.limits)


def _analyser_flags(dataset: xr.Dataset) -> NDArray[np.float64] | None:
    """Return how many of the flags that an analyser may raise were raised in each half hour; of the two cell temperatures one may fail."""
    raised: list[NDArray[np.bool_]] = []
    for model in _LICOR:
        names = [f"INST_{model}_{bit}" for bit in _ANALYSER_BITS if f"INST_{model}_{bit}" in dataset]
        raised += [np.nan_to_num(numbers(dataset, name)) > 0.0 for name in names]
        cell = [f"INST_{model}_{bit}" for bit in ("T_IN", "T_OUT")]
        if all(name in dataset for name in cell):
            raised.append(np.minimum(*(np.nan_to_num(numbers(dataset, name)) for name in cell)) > 0.0)
    return np.sum(raised, axis=0, dtype=np.float64) if raised else None


def _test(dataset: xr.Dataset, variables: Sequence[str], options: RfluxOptions, _context: Context) -> list[Outcome]:
    if not any(rflux_name(name) in dataset for name in RFLUX_STATISTICS):
        return []
    outcomes = []
    for flux, errors in errors_of_fluxes(dataset, options).items():
        if flux not in variables or flux not in dataset:
            continue
        evaluated = np.isfinite(numbers(dataset, flux))
        level = np.where(evaluated, GOOD, NOT_EVALUATED).astype(np.int8)
        moderate = evaluated & errors.moderate
        if options.moderate == "questionable":
            level[moderate] = QUESTIONABLE
        level[evaluated & errors.severe] = BAD
        outcomes.append(Outcome(variable=flux, name="rflux", level=level, mark=moderate))
    return outcomes


TEST = QualityTest(
    name="rflux",
    summary="Severe and moderate errors of raw half hours after Vitale et al. 2020",
    options=RfluxOptions,
    test=_test,
    stages=("calibrated",),
)
