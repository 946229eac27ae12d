"""What day-time partitioning hands over, and what may become of a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icos_ecosystem.partitioning.light_response import PARAMETERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = [
    "ASSUMED",
    "BORROWED_SENSITIVITY",
    "FITTED",
    "FIXED_SLOPE",
    "FIXED_VPD_EFFECT",
    "NOT_CONVERGED",
    "NO_MINIMUM",
    "NO_SENSITIVITY",
    "OUTCOMES",
    "OUTSIDE_LIMITS",
    "RESPIRATION_ONLY",
    "STUCK",
    "TOO_FEW_BY_DAY",
    "TOO_FEW_BY_NIGHT",
    "UNCERTAIN_SATURATION",
    "DaytimeMembers",
    "DaytimePartition",
    "FittedWindows",
    "LightResponseWindows",
    "free_of",
    "joined",
]

OUTCOMES = (
    "fitted",
    "too_few_fluxes_by_day",
    "too_few_fluxes_by_night",
    "no_temperature_sensitivity",
    "not_converged",
    "outside_limits",
    "saturation_too_uncertain",
    "no_minimum_of_the_cost",
    "search_stuck_at_its_start",
)
"""What became of a window."""
(
    FITTED,
    TOO_FEW_BY_DAY,
    TOO_FEW_BY_NIGHT,
    NO_SENSITIVITY,
    NOT_CONVERGED,
    OUTSIDE_LIMITS,
    UNCERTAIN_SATURATION,
    NO_MINIMUM,
    STUCK,
) = range(len(OUTCOMES))

ASSUMED = ("k", "alpha", "gpp", "e0")
"""What was not fitted in a window: the effect of the vapour pressure deficit, the initial slope, any production (respiration alone is),
the temperature sensitivity (that of another window, a limit or a given one holds). The bits of `assumed`, from the lowest."""
FIXED_VPD_EFFECT, FIXED_SLOPE, RESPIRATION_ONLY, BORROWED_SENSITIVITY = 1, 2, 4, 8


class FittedWindows(NamedTuple):
    """What fits found in w windows.

    Attributes
    ----------
    parameters, prior
        (w, 5) parameters, NaN where there is no fit, and what was thought of them before.
    cost
        (w,) of the fit.
    sensitivity
        (w, 2) temperature sensitivity [K] and its standard deviation.
    outcome, assumed
        (w,) as in :class:`LightResponseWindows`.
    """

    parameters: FloatArray
    prior: FloatArray
    cost: FloatArray
    sensitivity: FloatArray
    outcome: NDArray[np.int8]
    assumed: NDArray[np.int8]

    @classmethod
    def empty(cls, count: int) -> FittedWindows:
        """Return the place for so many windows."""
        return cls(
            parameters=np.full((count, len(PARAMETERS)), np.nan),
            prior=np.full((count, len(PARAMETERS)), np.nan),
            cost=np.full(count, np.nan),
            sensitivity=np.full((count, 2), np.nan),
            outcome=np.zeros(count, np.int8),
            assumed=np.zeros(count, np.int8),
        )

    @property
    def free(self) -> NDArray[np.bool_]:
        """(w, 5) which parameters were looked for."""
        return free_of(self.assumed)


def free_of(assumed: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return (w, 5) which parameters were looked for, from what was assumed."""
    free = np.zeros((assumed.size, len(PARAMETERS)), np.bool_)
    free[:, 0] = (assumed & FIXED_VPD_EFFECT) == 0
    free[:, 1] = (assumed & RESPIRATION_ONLY) == 0
    free[:, 2] = (assumed & (FIXED_SLOPE | RESPIRATION_ONLY)) == 0
    free[:, 3] = True
    return free


@dataclass(frozen=True, kw_only=True, eq=False)
class LightResponseWindows:
    """One row per window.

    Attributes
    ----------
    first, end
        (w,) position of the first record of the window of day-time fluxes, and of the one after its last.
    centre
        (w,) position of the record in its middle.
    position
        (w,) where its parameters stand when records between windows are interpolated.
    day_count, night_count
        (w,) number of measured fluxes by day in the window, and by night in the wider one around it.
    parameters
        (w, 5) k [hPa-1], beta [umol m-2 s-1], alpha [umol J-1], reference respiration [umol m-2 s-1] and temperature sensitivity [K];
        NaN where there is no fit.
    covariance
        (w, 5, 5) of these; NaN where it was not asked for or not found.
    sensitivity, sensitivity_sd
        (w,) temperature sensitivity [K] that the fit was given, also where there is none, and its standard deviation.
    night_respiration
        (w,) reference respiration of the night [umol m-2 s-1].
    outcome
        (w,) index in :data:`OUTCOMES`.
    assumed
        (w,) bits of :data:`ASSUMED`.
    """

    first: IntArray
    end: IntArray
    centre: IntArray
    position: IntArray
    day_count: IntArray
    night_count: IntArray
    parameters: FloatArray
    covariance: FloatArray
    sensitivity: FloatArray
    sensitivity_sd: FloatArray
    night_respiration: FloatArray
    outcome: NDArray[np.int8]
    assumed: NDArray[np.int8]

    @property
    def fitted(self) -> NDArray[np.bool_]:
        """(w,) whether the window has parameters."""
        fitted: NDArray[np.bool_] = self.outcome == FITTED
        return fitted

    @property
    def sd(self) -> FloatArray:
        """(w, 5) standard deviations of the parameters."""
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))

    def moved(self, rows: int) -> LightResponseWindows:
        """Return the windows with positions so many records later."""
        changed = dict(self.__dict__)
        for name in ("first", "end", "centre", "position"):
            changed[name] = changed[name] + rows
        return LightResponseWindows(**changed)


def joined(windows: list[LightResponseWindows]) -> LightResponseWindows:
    """Return the windows of several periods, one after the other."""
    count = len(PARAMETERS)
    rows, codes, values = np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0)
    none: dict[str, NDArray[np.generic]] = dict.fromkeys(LightResponseWindows.__dataclass_fields__, rows)
    none |= {"parameters": np.empty((0, count)), "covariance": np.empty((0, count, count)), "outcome": codes, "assumed": codes}
    none |= dict.fromkeys(("sensitivity", "sensitivity_sd", "night_respiration"), values)
    every: dict[str, Any] = {name: np.concatenate([empty, *(getattr(each, name) for each in windows)]) for name, empty in none.items()}
    return LightResponseWindows(**every)


@dataclass(frozen=True, kw_only=True, eq=False)
class DaytimePartition:
    """Respiration and gross primary production of the light response.

    Attributes
    ----------
    reco, gpp
        (n,) [umol m-2 s-1]; NaN where parameters or weather are missing.
    reco_sd, gpp_sd
        (n,) standard deviations from those of the parameters; NaN where they were not asked for.
    quality
        (n,) of the nearest window: 0 all its parameters were fitted, 1 some were assumed, 2 it is more than a fortnight away; -1 none.
    windows
        What was found in the windows.
    problems
        What could not be found, with the period it is about.
    """

    reco: FloatArray
    gpp: FloatArray
    reco_sd: FloatArray
    gpp_sd: FloatArray
    quality: NDArray[np.int8]
    windows: LightResponseWindows
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class DaytimeMembers:
    """Respiration and gross primary production of several versions of the net ecosystem exchange.

    Attributes
    ----------
    reco, gpp
        (members, n) [umol m-2 s-1], as in :class:`DaytimePartition`.
    problems
        Per member what could not be found.
    """

    reco: FloatArray
    gpp: FloatArray
    problems: tuple[tuple[str, ...], ...]
