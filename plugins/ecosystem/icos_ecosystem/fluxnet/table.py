"""Columns of the FLUXNET product at every resolution while they are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.aggregation.periods import COARSE, Periods, periods_of
from icos_ecosystem.ensemble.reference_selection import days_with, periods_with

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["ProductTable"]


@dataclass(eq=False)
class ProductTable:
    """Columns by resolution and name; what has no value at all is left out.

    Attributes
    ----------
    calendar
        Of the half hours or hours.
    columns
        Resolution → name → (p,).
    problems
        What could not be made.
    """

    calendar: SiteCalendar
    columns: dict[str, dict[str, FloatArray]] = field(default_factory=lambda: {each: {} for each in ("hh", *COARSE)})
    problems: list[str] = field(default_factory=list)
    periods: dict[str, Periods] = field(init=False)

    def __post_init__(self) -> None:
        self.periods = {resolution: periods_of(self.calendar, resolution) for resolution in COARSE}

    def add(self, resolution: str, found: Mapping[str, FloatArray]) -> None:
        """Add columns of a resolution."""
        self.columns[resolution] |= {name: values for name, values in found.items() if np.isfinite(values).any()}

    def join(self, other: ProductTable) -> None:
        """Add all columns of another table, and its problems."""
        for resolution, columns in other.columns.items():
            self.columns[resolution] |= columns
        self.problems += other.problems

    def add_to_all(self, of_periods: Callable[[Periods], Mapping[str, FloatArray]]) -> None:
        """Add columns of days, weeks, months and years."""
        for resolution, periods in self.periods.items():
            self.add(resolution, of_periods(periods))

    def clear(self, records: NDArray[np.bool_], concerned: re.Pattern[str]) -> None:
        """Take values out: of (n,) records, and of every period that holds any of them.

        Parameters
        ----------
        records
            Which half hours or hours.
        concerned
            What the names of columns that are concerned begin with.
        """
        if not records.any():
            return
        days = days_with(records, self.calendar.per_day)
        for resolution, columns in self.columns.items():
            rows = records if resolution == "hh" else periods_with(days, self.periods[resolution])
            for name in columns:
                if concerned.match(name):
                    columns[name] = np.where(rows, np.nan, columns[name])
