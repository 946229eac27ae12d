"""What the FLUXNET product is made of: half-hourly series of one site."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.gap_filling.driver_options import drivers_of, drivers_without
from icos_ecosystem.gap_filling.marginal_distribution import fill
from icos_ecosystem.half_hourly.streams import column, has
from icos_ecosystem.vocabulary.gap_filled import BY_REANALYSIS, LEARNED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_ecosystem.gap_filling.driver_options import DriverOptions
    from icos_ecosystem.gap_filling.marginal_distribution import Driver
    from icos_ecosystem.gap_filling.schedules import Scheme
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["FilledSeries", "SiteSeries"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FilledSeries:
    """A series with its gaps filled.

    Attributes
    ----------
    values
        (n,) NaN where there is none.
    quality
        (n,) 0 measured, 1 to 3 filled, -1 neither.
    """

    values: FloatArray
    quality: NDArray[np.int8]


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteSeries:
    """Half-hourly series.

    Attributes
    ----------
    calendar
        Of the records.
    grid, filled
        Streams `half-hourly` and `gap-filled`.
    by
        By which variables weather is similar.
    filled_weather
        Whether these are taken with their gaps filled, or as measured.
    scheme
        How gaps of fluxes are filled.
    """

    calendar: SiteCalendar
    grid: xr.Dataset
    filled: xr.Dataset
    by: Sequence[DriverOptions]
    filled_weather: bool
    scheme: Scheme

    @cached_property
    def drivers(self) -> Sequence[Driver]:
        """The drivers of fluxes."""
        return drivers_of(self.by, self._weather)

    def measured(self, name: str) -> FloatArray | None:
        """Return a series as measured; None where there is no value."""
        return column(self.grid, name) if has(self.grid, name) else None

    def delivered(self, name: str) -> FilledSeries | None:
        """Return a series as gap filling has it, by whatever method; None where there is no value."""
        if f"{name}_F" not in self.filled or not has(self.filled, f"{name}_F"):
            return None
        return FilledSeries(values=column(self.filled, f"{name}_F"), quality=self.filled[f"{name}_F_QC"].values.astype(np.int8))

    def by_sampling(self, name: str, target: FloatArray | None = None) -> FilledSeries | None:
        """Return a series filled by the marginal distribution sampling alone.

        It is that of gap filling, unless other methods had a part in it: then `target` (default: as measured) is filled anew.
        """
        found = self.delivered(name)
        if found is None or not np.isin(self._methods(name)[found.quality > 0], (LEARNED, BY_REANALYSIS)).any():
            return found
        values = self.measured(name) if target is None else target
        if values is None:
            return None
        drivers = drivers_of(drivers_without(self.by, name), self._weather)
        made, quality = fill(values, drivers, per_day=self.calendar.per_day, scheme=self.scheme, only_gaps=True).filled(values)
        return FilledSeries(values=made, quality=quality)

    def from_reanalysis(self, name: str) -> NDArray[np.bool_]:
        """Return which records of a filled series are a reanalysis', shape (n,)."""
        found = self.delivered(name)
        return np.zeros(self.calendar.size, np.bool_) if found is None else (self._methods(name) == BY_REANALYSIS) & (found.quality > 0)

    def reanalysis(self, name: str) -> FloatArray | None:
        """Return the reanalysis of a variable fitted to the site; None where there is none."""
        return column(self.filled, f"{name}_ERA") if has(self.filled, f"{name}_ERA") else None

    def _weather(self, name: str) -> FloatArray:
        found = self.delivered(name) if self.filled_weather else None
        return column(self.grid, name) if found is None else found.values

    def _methods(self, name: str) -> NDArray[np.int8]:
        methods = f"{name}_F_METHOD"
        return self.filled[methods].values.astype(np.int8) if methods in self.filled else np.zeros(self.calendar.size, np.int8)
