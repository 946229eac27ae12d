"""Product ``ustar-filter``: net ecosystem exchange without the records of low turbulence.

It makes the stream `ustar-filtered` on the grid of `half-hourly`.

References
----------
Papale et al. (2006), Biogeosciences 3, 571, doi:10.5194/bg-3-571-2006
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, field_validator

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.versioned import Options
from icos_ecosystem.half_hourly.streams import calendar_of, column, daylight, on_grid
from icos_ecosystem.ustar.filtering import FLAGS, NIGHT_RADIATION, NO_THRESHOLD, filter_flags
from icos_ecosystem.ustar.pools import LEAST_YEARS, PERCENTILES
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM
from icos_ecosystem.vocabulary.ustar import CLASS_STREAM, FILTER_WORDS, FILTERED_STREAM, THRESHOLD_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "UstarFilterOptions", "derive"]

_INPUTS = {"USTAR": "m s-1", "SW_IN": "W m-2", "SW_IN_POT": "W m-2"}
_Mode = Literal["vut", "cut", "year", "season", "single"]


class UstarFilterOptions(Options):
    """Options of ``ustar-filter``."""

    convention: Literal["oneflux", "reddyproc"] = Field(
        default="oneflux",
        description="oneflux: day and night, and the record after a low one; reddyproc: the night only",
    )
    mode: Literal["auto", "vut", "cut", "year", "season", "single"] = Field(
        default="auto",
        description="which threshold: that of the year's pool (vut) or of all years (cut) at a percentile, of the year or season as "
        "measured, or the median of the years; auto: vut (oneflux) or year (reddyproc)",
    )
    percentile: float = Field(default=50.0, description="with vut and cut: 1.25, 3.75 … 98.75 or 50")
    first_after: bool | None = Field(
        default=None, description="whether the record after a low one is removed too; default: true (oneflux) or false (reddyproc)"
    )
    night_radiation: float = Field(default=NIGHT_RADIATION, gt=0, description="with reddyproc: SW_IN below which it is night (W m-2)")
    without_threshold: Literal["remove", "keep"] = Field(
        default="remove", description="what becomes of records for whose time there is no threshold, as far as the filter concerns them"
    )

    @field_validator("percentile")
    @classmethod
    def _known(cls, value: float) -> float:
        if value not in PERCENTILES:
            nearest = min(PERCENTILES, key=lambda each: abs(each - value))
            raise ValueError(f"percentile: {value:g} is none of 1.25, 3.75 … 98.75 and 50; nearest: {nearest:g}")
        return value

    @property
    def threshold(self) -> _Mode:
        """Which threshold is taken."""
        if self.mode != "auto":
            return self.mode
        return "vut" if self.convention == "oneflux" else "year"


def derive(streams: Streams, options: UstarFilterOptions, context: Context) -> ProductResult:
    """Return the stream `ustar-filtered`."""
    grid, despiked = streams.get(GRID_STREAM), streams.get(DESPIKED_STREAM)
    thresholds, classes = streams.get(THRESHOLD_STREAM), streams.get(CLASS_STREAM)
    if grid is None or despiked is None or "NEE" not in despiked:
        return _nothing("there is no net ecosystem exchange")
    if thresholds is None or classes is None:
        return _nothing("there is no threshold of friction velocity")
    if options.threshold == "cut" and "THRESHOLD_CUT" not in thresholds:
        return _nothing(f"there is no threshold for all years: it takes {LEAST_YEARS} years")
    calendar = calendar_of(grid, context)
    threshold = _of_records(thresholds, classes, calendar, options)
    radiation, potential = daylight(grid)
    flags = filter_flags(
        column(grid, "USTAR"),
        threshold,
        radiation,
        convention=options.convention,
        first_after=options.first_after,
        year=calendar.year if options.threshold == "vut" else None,
        night_radiation=options.night_radiation,
    )
    told = _missing(threshold, calendar)
    if potential and options.convention == "reddyproc":
        told.append("without SW_IN, night is where SW_IN_POT is below the limit")
    if options.without_threshold == "keep":
        flags[flags == NO_THRESHOLD] = 0
    nee = column(despiked, "NEE")
    values = {"NEE": np.where(flags == 0, nee, np.nan), "USTAR_THRESHOLD": threshold, "USTAR_FLAG": flags}
    attrs: dict[str, str] = {"mode": options.threshold, "convention": options.convention}
    if options.threshold in ("vut", "cut"):
        attrs["percentile"] = f"{options.percentile:g}"
    return ProductResult(
        streams={FILTERED_STREAM: on_grid(grid, values, FILTER_WORDS, attrs)},
        problems=tuple(Problem(message=f"ustar-filter: {each}") for each in told),
        tables=(_table(nee, flags, threshold, calendar, options),),
    )


def _nothing(why: str) -> ProductResult:
    return ProductResult(streams={}, problems=(Problem(message=f"ustar-filter: {why}; nothing is filtered"),))


def _of_records(thresholds: xr.Dataset, classes: xr.Dataset, calendar: SiteCalendar, options: UstarFilterOptions) -> FloatArray:
    """Return the threshold of every record: looked up by the record's own year or season, so that it stands beside no other's."""
    mode = options.threshold
    if mode == "single":
        return np.full(calendar.size, float(thresholds["THRESHOLD_SINGLE"]))
    if mode == "cut":
        return np.full(calendar.size, float(thresholds["THRESHOLD_CUT"].sel(percentile=options.percentile)))
    years = thresholds["year"].values
    if mode == "vut":
        of_years = thresholds["THRESHOLD_VUT"].sel(percentile=options.percentile).values
        return _looked_up(of_years, years, calendar.year)
    identifiers = thresholds["year_season"].values
    season = classes["USTAR_SEASON"].values.astype(np.int64)
    if mode == "season":
        return _looked_up(thresholds["THRESHOLD_SEASON"].values, identifiers, season)
    year_of_season = thresholds["SEASON_YEAR"].values.astype(np.int64)
    of_seasons = _looked_up(thresholds["THRESHOLD_YEAR"].values, years, year_of_season)
    return _looked_up(of_seasons, identifiers, season)


def _looked_up(values: FloatArray, keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> FloatArray:
    """Return the values of ascending keys; NaN where a key is not there."""
    place = np.clip(np.searchsorted(keys, wanted), 0, keys.size - 1)
    return np.where(keys[place] == wanted, values[place], np.nan)


def _missing(threshold: FloatArray, calendar: SiteCalendar) -> list[str]:
    lacking = [str(year) for year in calendar.years if np.isnan(threshold[calendar.rows_of(year)]).any()]
    return [f"{', '.join(lacking)}: records without a threshold"] if lacking else []


def _table(nee: FloatArray, flags: NDArray[np.int8], threshold: FloatArray, calendar: SiteCalendar, options: UstarFilterOptions) -> Table:
    rows = []
    for year in calendar.years:
        part = calendar.rows_of(year)
        measured = np.isfinite(nee[part])
        of_year = np.unique(threshold[part][np.isfinite(threshold[part])])
        shown = "–" if not of_year.size else " to ".join(f"{each:.3f}" for each in dict.fromkeys((of_year[0], of_year[-1])))
        counts = [int((flags[part][measured] == code).sum()) for code in FLAGS]
        rows.append((year, shown, int(measured.sum()), *counts))
    return Table(
        title="Records of low friction velocity",
        columns=("year", "threshold (m s-1)", "NEE", *(words.replace("_", " ") for words in FLAGS.values())),
        rows=tuple(rows),
        note=f"convention of {options.convention}, threshold: {options.threshold}",
    )


def _requires(_options: UstarFilterOptions) -> Mapping[str, tuple[Requirement, ...]]:
    return {
        GRID_STREAM: tuple(Requirement(name=name, units=units, optional=True) for name, units in _INPUTS.items()),
        DESPIKED_STREAM: (Requirement(name="NEE", units="umol m-2 s-1", optional=True),),
        THRESHOLD_STREAM: (Requirement(name="THRESHOLD_VUT", units="m s-1", optional=True),),
        CLASS_STREAM: (Requirement(name="USTAR_SEASON", optional=True),),
    }


def _provides(_options: UstarFilterOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {FILTERED_STREAM: FILTER_WORDS}


PRODUCT = Product(
    name="ustar-filter",
    summary="net ecosystem exchange without the records of low friction velocity",
    options=UstarFilterOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("despike", "ustar-threshold"),
)
