"""Variables filled one after the other, for the product ``gap-fill``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Table
from icos_ecosystem.gap_filling.driver_options import drivers_of, drivers_without
from icos_ecosystem.gap_filling.learned import FEWEST_RECORDS, fill_learned
from icos_ecosystem.gap_filling.long_gaps import in_runs_longer_than, long_gap_mask
from icos_ecosystem.gap_filling.marginal_distribution import UNFILLED, Filled, fill
from icos_ecosystem.gap_filling.meteorology import DOWNSCALINGS, FEWEST_COMMON, fill_from_reanalysis
from icos_ecosystem.half_hourly.streams import column
from icos_ecosystem.products.gap_fill_options import NOT_SAMPLED, scheme_from
from icos_ecosystem.side_by_side import side_by_side
from icos_ecosystem.vocabulary.gap_filled import BY_REANALYSIS, LEARNED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from icos_ecosystem.gap_filling.driver_options import DriverOptions
    from icos_ecosystem.gap_filling.learned import LearnedFilled, LearnedSkill
    from icos_ecosystem.gap_filling.meteorology import FromReanalysis
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar
    from icos_ecosystem.products.gap_fill_options import GapFillOptions

    FloatArray = NDArray[np.float64]
    Weather = Callable[[str], FloatArray]

__all__ = ["FilledVariables"]

_MEASURED = 0
_REANALYSIS_BEFORE_FILLED = ("PA", "P", "WS")
"""Weather of which FLUXNET takes measured values and the reanalysis alone."""


class FilledVariables:
    """Variables of one grid, filled in the order in which they are added.

    Attributes
    ----------
    names
        Variables that were added.
    found
        Name of the stream's variable → (n,) values.
    told
        What a person should know.
    """

    def __init__(self, grid: xr.Dataset, options: GapFillOptions, calendar: SiteCalendar, reanalysis: Mapping[str, FloatArray]) -> None:
        self.names: list[str] = []
        self.found: dict[str, ArrayLike] = {}
        self.told: list[str] = []
        self._grid, self._options, self._calendar, self._reanalysis = grid, options, calendar, reanalysis
        self._scheme = scheme_from(options)
        self._skill: dict[str, LearnedSkill] = {}
        self._fits: dict[str, FromReanalysis] = {}

    def add_weather(self, names: Sequence[str]) -> None:
        """Fill variables of the grid by the other drivers, then by the reanalysis where there is one."""
        for name, estimates in zip(names, side_by_side(self._estimated, names), strict=True):
            values, quality = estimates.filled(column(self._grid, name))
            self._add(name, values, quality, estimates)
            if name in self._reanalysis:
                self._replace(name, values, quality)

    def _estimated(self, name: str) -> Filled:
        target = column(self._grid, name)
        if name in NOT_SAMPLED:
            return _nothing(target.size)
        return self._sampled(target, drivers_without(self._options.drivers, name), self._measured)

    def add_flux(self, name: str, target: FloatArray) -> None:
        """Fill a flux by the weather."""
        weather = self._filled if self._options.driver_values == "filled" else self._measured
        if self._options.filler == "learned":
            estimates = self._learned(name, target, weather)
        else:
            estimates = self._sampled(target, self._options.drivers, weather)
        values, quality = estimates.filled(target)
        if self._options.policy == "reset":
            margin, fewest = self._options.margin_days, self._options.shortest_reset_days
            taken = long_gap_mask(quality, per_day=self._calendar.per_day, margin=margin, fewest=fewest)
            values, quality = np.where(taken, np.nan, values), np.where(taken, np.int8(UNFILLED), quality)
        self._add(name, values, quality, estimates)

    def tables(self) -> tuple[Table, ...]:
        """Return how well each variable is filled, how the reanalysis fits, and how well what was learned tells of measured records."""
        rows = []
        for name in self.names:
            quality = np.asarray(self.found[f"{name}_F_QC"])
            rows.append((name, *(round(100.0 * float(np.mean(quality == code)), 1) for code in (0, 1, 2, 3, UNFILLED))))
        columns = ("variable", "measured (%)", "good (%)", "medium (%)", "poor (%)", "none (%)")
        made = [Table(title="Gap filling", columns=columns, rows=tuple(rows), note=f"convention of {self._options.convention}")]
        if self._fits:
            fits = tuple(
                (name, *(round(number, 3) for number in (fit.slope, fit.intercept, fit.r2)), round(100.0 * float(fit.replaced.mean()), 1))
                for name, fit in self._fits.items()
                if np.isfinite(fit.slope)
            )
            note = "measured = slope · reanalysis + intercept; share of all records that are taken from it"
            made.append(Table(title="Reanalysis", columns=("variable", "slope", "intercept", "R2", "taken (%)"), rows=fits, note=note))
        if self._skill:
            skill = tuple(
                (name, each.count, *(round(number, 3) for number in (each.rmse, each.bias, each.r2))) for name, each in self._skill.items()
            )
            note = "of measured records by trees that had not seen them, nor the days around"
            of_skill = ("flux", "records", "root mean square error", "bias", "R2")
            made.append(Table(title="Skill of the learned gap filling", columns=of_skill, rows=skill, note=note))
        return tuple(made)

    def unfilled(self) -> dict[str, int]:
        """Return how many records of each variable have no value, where there are any."""
        counts = {name: int(np.count_nonzero(np.asarray(self.found[f"{name}_F_QC"]) == UNFILLED)) for name in self.names}
        return {name: count for name, count in counts.items() if count}

    def _measured(self, name: str) -> FloatArray:
        return column(self._grid, name)

    def _filled(self, name: str) -> FloatArray:
        """Return a variable with its gaps filled; as measured where it was not filled."""
        return np.asarray(self.found.get(f"{name}_F", self._measured(name)), np.float64)

    def _sampled(self, target: FloatArray, drivers: Sequence[DriverOptions], weather: Weather) -> Filled:
        return fill(target, drivers_of(drivers, weather), per_day=self._calendar.per_day, scheme=self._scheme)

    def _learned(self, name: str, target: FloatArray, weather: Weather) -> Filled:
        """Return estimates of every record by what was learned of the measured ones."""
        learned = fill_learned(target, {each: weather(each) for each in self._options.features}, self._calendar, seed=self._options.seed)
        self._skill[name] = learned.skill
        if not learned.skill.count:
            self.told.append(f"{name} has fewer than {FEWEST_RECORDS} values: nothing was learned")
        longest = round(self._options.longest_gap_days * self._calendar.per_day)
        left = in_runs_longer_than(np.isnan(target), longest) if self._options.policy == "leave" else np.zeros(target.size, np.bool_)
        return _as_filled(learned, left)

    def _add(self, name: str, values: FloatArray, quality: NDArray[np.int8], estimates: Filled) -> None:
        self.names.append(name)
        self.found |= {
            f"{name}_F": values,
            f"{name}_F_QC": quality,
            f"{name}_F_ALL": estimates.estimate,
            f"{name}_F_METHOD": estimates.method,
            f"{name}_F_WINDOW": np.where(estimates.window > 0, estimates.window, np.nan),
            f"{name}_F_N": np.where(estimates.count > 0, estimates.count, np.nan),
            f"{name}_F_SD": estimates.sd,
        }

    def _replace(self, name: str, values: FloatArray, quality: NDArray[np.int8]) -> None:
        """Put the fitted reanalysis where a variable is missing or poorly filled."""
        offered = np.where(quality == _MEASURED, quality, np.int8(UNFILLED)) if name in _REANALYSIS_BEFORE_FILLED else quality
        fit = fill_from_reanalysis(
            values,
            offered,
            self._reanalysis[name],
            downscaling=DOWNSCALINGS.get(name),
            worst_quality=self._options.reanalysis_beyond,
        )
        self._fits[name] = fit
        if not np.isfinite(fit.slope):
            self.told.append(f"{name} has fewer than {FEWEST_COMMON} values in common with the reanalysis, which is not taken")
        there = fit.replaced
        self.found |= {
            f"{name}_F": np.where(there, fit.values, values),
            f"{name}_F_QC": np.where(there, fit.quality, quality),
            f"{name}_F_ALL": np.where(there, fit.downscaled, self.found[f"{name}_F_ALL"]),
            f"{name}_F_METHOD": np.where(there, np.int8(BY_REANALYSIS), self.found[f"{name}_F_METHOD"]),
            f"{name}_ERA": fit.downscaled,
        }
        for told in ("WINDOW", "N", "SD"):
            self.found[f"{name}_F_{told}"] = np.where(there, np.nan, self.found[f"{name}_F_{told}"])


def _nothing(rows: int) -> Filled:
    missing, none = np.full(rows, np.nan), np.zeros(rows)
    return Filled(
        estimate=missing,
        sd=missing,
        count=none.astype(np.int32),
        method=none.astype(np.int8),
        window=none.astype(np.int16),
        quality=np.full(rows, UNFILLED, np.int8),
    )


def _as_filled(learned: LearnedFilled, left: NDArray[np.bool_]) -> Filled:
    """Return what was learned in the form of a sampling; gaps that are left have no estimate."""
    there = np.isfinite(learned.estimate) & ~left
    none = np.zeros(there.size)
    return Filled(
        estimate=np.where(there, learned.estimate, np.nan),
        sd=np.where(there, learned.sd, np.nan),
        count=none.astype(np.int32),
        method=np.where(there, LEARNED, 0).astype(np.int8),
        window=none.astype(np.int16),
        quality=np.where(there, learned.quality, np.int8(UNFILLED)),
    )
