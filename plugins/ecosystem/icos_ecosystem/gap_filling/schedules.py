"""Schedules of the marginal distribution sampling: which windows are tried in which order, and what a fill is worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

__all__ = [
    "ALL_DRIVERS",
    "DIURNAL_COURSE",
    "FIRST_DRIVER",
    "ONEFLUX",
    "REDDYPROC",
    "Convention",
    "Scheme",
    "SymmetricMean",
    "scheme_of",
    "steps_of",
]

Convention = Literal["oneflux", "reddyproc"]
SymmetricMean = Literal["no", "reddyproc", "oneflux"]

ALL_DRIVERS, FIRST_DRIVER, DIURNAL_COURSE = 1, 2, 3
"""What made an estimate: look-up by all drivers; by the first driver only; the mean diurnal course. 0 stands for no estimate."""


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """How the marginal distribution sampling looks for similar records.

    Attributes
    ----------
    steps
        Pairs of method (1 all drivers, 2 first driver, 3 mean diurnal course) and days before and after the record, in the order in which
        they are tried; the first that finds enough records makes the estimate.
    diurnal_step
        Days by which the mean diurnal course goes on to widen after the last step until it has all records; 0: it does not.
    includes_edges
        Whether the records that lie exactly so many days before and after belong to the window of methods 1 and 2.
    minimum_count
        Records that an estimate needs at least.
    diurnal_hours
        Hours before and after the time of day that belong to the mean diurnal course.
    quality_limits
        Of each method the days beyond which the quality becomes 2 and 3: lengths of the window as reported.
    symmetric_mean
        Mean of methods 1 and 2: of all records ("no"), or the mean of two means, of records whose first driver is at most and is above
        that of the record to fill. "reddyproc" takes ties to the lower side and the plain mean by night and where a side is empty;
        "oneflux" takes ties to both sides, and knows no night.
    night_below
        First driver below which it is night for the symmetric mean of "reddyproc", in its unit (W m-2).
    longest_gap
        Days; a longer run of missing records gets no estimate. None: every gap is filled.
    """

    steps: tuple[tuple[int, int], ...]
    diurnal_step: int = 0
    includes_edges: bool = False
    minimum_count: int = 2
    diurnal_hours: float = 1.0
    quality_limits: tuple[tuple[int, int], tuple[int, int], tuple[int, int]] = ((14, 56), (14, 28), (1, 5))
    symmetric_mean: SymmetricMean = "no"
    night_below: float = 10.0
    longest_gap: float | None = None

    def __post_init__(self) -> None:
        if self.minimum_count < 1:
            raise ValueError(f"minimum_count of a scheme must be at least 1, got {self.minimum_count}")
        if self.diurnal_step < 0 or self.diurnal_hours < 0.0:
            raise ValueError(f"diurnal_step ({self.diurnal_step}) and diurnal_hours ({self.diurnal_hours}) must not be negative")
        for method, days in self.steps:
            if method not in {ALL_DRIVERS, FIRST_DRIVER, DIURNAL_COURSE} or days < (0 if method == DIURNAL_COURSE else 1):
                raise ValueError(f"a step of a scheme is a method (1, 2, 3) and a number of days, got {(method, days)}")
        if self.symmetric_mean not in {"no", "reddyproc", "oneflux"}:
            raise ValueError(f"symmetric_mean must be 'no', 'reddyproc' or 'oneflux', got {self.symmetric_mean!r}")

    def steps_within(self, days: int) -> tuple[tuple[int, int], ...]:
        """Return the steps for a series of so many days: with those by which the mean diurnal course goes on to widen."""
        if self.diurnal_step == 0:
            return self.steps
        widest = max((each for method, each in self.steps if method == DIURNAL_COURSE), default=-1)
        first = (widest // self.diurnal_step + 1) * self.diurnal_step
        return (*self.steps, *((DIURNAL_COURSE, each) for each in range(first, days + self.diurnal_step, self.diurnal_step)))


def steps_of(
    lookup: int = 7, *, all_drivers: int = 70, first_driver: int = 70, diurnal: tuple[int, int] = (7, 210)
) -> tuple[tuple[int, int], ...]:
    """Return the steps of Reichstein et al. (2005) with windows up to given days.

    Parameters
    ----------
    lookup
        Days before and after in the smallest window of methods 1 and 2, by which it also widens.
    all_drivers, first_driver
        Days of the widest window of methods 1 and 2.
    diurnal
        Days by which the window of method 3 widens after the first three (0, 1, 2 days), and of its widest window. Nothing follows on the
        first three where the second is 0.

    Returns
    -------
    tuple
        Steps, see :class:`Scheme`.

    Raises
    ------
    ValueError
        Where `lookup` or the step of `diurnal` is not positive.
    """
    step, widest = diurnal
    if lookup < 1 or step < 1:
        raise ValueError(f"windows widen by a positive number of days, got {lookup} (look-up) and {step} (mean diurnal course)")
    first = ((ALL_DRIVERS, lookup), (ALL_DRIVERS, 2 * lookup), (FIRST_DRIVER, lookup), *((DIURNAL_COURSE, days) for days in range(3)))
    return (
        *first,
        *((ALL_DRIVERS, days) for days in range(3 * lookup, all_drivers + 1, lookup)),
        *((FIRST_DRIVER, days) for days in range(2 * lookup, first_driver + 1, lookup)),
        *((DIURNAL_COURSE, days) for days in range(step, widest + 1, step)),
    )


ONEFLUX = Scheme(steps=steps_of(all_drivers=77, first_driver=77, diurnal=(3, 0)), diurnal_step=3)
"""Windows and edges of ONEFlux: the mean diurnal course widens until it finds something."""

REDDYPROC = Scheme(steps=steps_of(), includes_edges=True, longest_gap=60.0)
"""Windows and edges of REddyProc, which leaves gaps of more than 60 days."""


def scheme_of(convention: Convention, *, symmetric: bool = False) -> Scheme:
    """Return the scheme of a convention, with the symmetric mean of Vekuri et al. (2023) as that peer computes it where `symmetric`."""
    scheme = ONEFLUX if convention == "oneflux" else REDDYPROC
    return replace(scheme, symmetric_mean=convention) if symmetric else scheme
