"""Product ``half-hourly``: fluxes and meteorology on a regular grid of whole years in local standard time.

It makes the stream `half-hourly`, on which every further product of half-hourly data stands. What no input has is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, model_validator

from icos_core.components import Problem, Product, ProductResult, Requirement
from icos_core.dataset import make_stream, usable
from icos_core.versioned import Options
from icos_ecosystem.half_hourly.night_radiation import radiation_of_night
from icos_ecosystem.half_hourly.regular_grid import gridded, interval_numbers
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.half_hourly.streams import INTERVALS_PER_DAY, bounded, local_offset, local_start
from icos_ecosystem.half_hourly.vapour_pressure_deficit import vapour_pressure_deficit
from icos_ecosystem.partitioning.sun import potential_radiation_oneflux
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import DISCARDING, GRID_STREAM, GRID_WORDS
from icos_ecosystem.vocabulary.measured import METEO_STREAM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Self

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]
    Placed = Sequence[tuple[xr.Dataset, NDArray[np.int64]]]

__all__ = ["PRODUCT", "HalfHourlyOptions", "derive"]

_STORAGE_STREAM = "storage"
_RFLUX_STREAM = "rflux"
_WORST_OF_THREE = 2
_ALSO = {"TA": ("TA_EP",), "RH": ("RH_EP",), "VPD": ("VPD_EP",), "PA": ("PA_EP",), "P": ("P_RAIN",)}
"""Variable → other names under which a flux table has it, best first."""
_COMPUTED = ("NEE", "SW_IN_POT", "NIGHT")
_HOW: dict[str, Literal["sum", "direction"]] = {"P": "sum", "WD": "direction"}


class HalfHourlyOptions(Options):
    """Options of ``half-hourly``."""

    convention: Literal["oneflux", "reddyproc"] = Field(
        default="oneflux",
        description="whose coefficients make a vapour pressure deficit out of relative humidity; oneflux: SW_IN is nil without sun",
    )
    fluxes: Literal["all", "rflux-decision"] = Field(
        default="all", description="fluxes as they are, or as far as product rflux-decision of the run kept them"
    )
    nee: Literal["auto", "delivered", "flux-and-storage", "flux"] = Field(
        default="auto",
        description="what net ecosystem exchange is: NEE as an input has it; FC + SC; FC alone; auto: the first of these that there is",
    )
    vpd: Literal["auto", "delivered", "computed"] = Field(
        default="auto", description="vapour pressure deficit as an input has it, or computed from TA and RH; auto: delivered where it is"
    )
    discard_ssitc: int | None = Field(
        default=2,
        ge=1,
        le=9,
        description="fluxes whose flag of stationarity and turbulence is as high are left out; none: all stay",
    )
    first_year: int | None = Field(default=None, ge=1900, le=2200, description="first year; default: that of the first row")
    last_year: int | None = Field(default=None, ge=1900, le=2200, description="last year; default: that of the last row")

    @model_validator(mode="after")
    def _years_in_order(self) -> Self:
        if self.first_year is not None and self.last_year is not None and self.last_year < self.first_year:
            raise ValueError("last_year: must not be before first_year")
        return self


def derive(streams: Streams, options: HalfHourlyOptions, context: Context) -> ProductResult:
    """Return the stream `half-hourly`."""
    fluxes = streams.get(FLUX_STREAM)
    if fluxes is None or not fluxes.sizes["time"]:
        return ProductResult(streams={}, problems=(Problem(message="half-hourly: there is no row of fluxes"),))
    minutes = _interval_minutes(fluxes)
    if minutes not in INTERVALS_PER_DAY:
        what = f"the rows of fluxes stand for {minutes} minutes each, expected 30 or 60"
        return ProductResult(streams={}, problems=(Problem(message=f"half-hourly: {what}"),))
    offset = local_offset(context)
    calendar, told = _calendar(local_start(fluxes, offset), options, minutes)
    if calendar is None:
        return ProductResult(streams={}, problems=tuple(Problem(message=f"half-hourly: {each}") for each in told))
    first = (_RFLUX_STREAM,) if options.fluxes == "rflux-decision" else ()
    sources = [streams[name] for name in (*first, _STORAGE_STREAM, FLUX_STREAM, METEO_STREAM) if name in streams]
    origin = calendar.start[0].astype("datetime64[ns]")
    placed = [(source, interval_numbers(local_start(source, offset), origin, minutes)) for source in sources]
    found = _variables(placed, calendar.size)
    exchange, how = _exchange(placed, calendar.size, options)
    if exchange is not None:
        found["NEE"] = exchange
    how += _discard(found, placed, options)
    if "TA" in found and "RH" in found and (options.vpd == "computed" or (options.vpd == "auto" and "VPD" not in found)):
        found["VPD"] = vapour_pressure_deficit(found["TA"], found["RH"], convention=options.convention)
    time = (calendar.start - offset).astype("datetime64[ns]")
    found |= _sun(calendar, context)
    if options.convention == "oneflux" and {"SW_IN", "SW_IN_POT"} <= found.keys():
        found["SW_IN"] = radiation_of_night(found["SW_IN"], found["SW_IN_POT"], per_day=calendar.per_day)
    attrs = {"resolution": "HH" if calendar.per_day == INTERVALS_PER_DAY[30] else "HR"}
    stream = make_stream(time, {word.name: found[word.name] for word in GRID_WORDS if word.name in found}, GRID_WORDS, attrs)
    problems = tuple(Problem(message=f"half-hourly: {each}") for each in (*told, *how))
    return ProductResult(streams={GRID_STREAM: bounded(stream, np.timedelta64(minutes, "m"))}, problems=problems)


def _variables(placed: Placed, size: int) -> dict[str, FloatArray]:
    """Return all that is taken as it is."""
    found = {}
    for name in (word.name for word in GRID_WORDS if word.name not in _COMPUTED):
        values = _first_of((name, *_ALSO.get(name, ())), placed, size, _HOW.get(name, "mean"))
        if values is not None:
            found[name] = values
    return found


def _discard(found: dict[str, FloatArray], placed: Placed, options: HalfHourlyOptions) -> list[str]:
    """Leave out fluxes whose flag is too high, in place; return what a person should know of it."""
    if options.discard_ssitc is None:
        return []
    told = []
    for name, flags in DISCARDING.items():
        flag = _first_of(flags, placed, found[name].size, "mean") if name in found else None
        if flag is None:
            continue
        highest = float(np.nanmax(flag))
        if options.discard_ssitc <= _WORST_OF_THREE < highest:
            scale = f"of {options.discard_ssitc} and above are left out, as of a scale from 0 to {_WORST_OF_THREE}"
            told.append(f"flags of {name} go up to {highest:g}, and those {scale}: discard_ssitc has to suit")
        found[name] = np.where(flag >= options.discard_ssitc, np.nan, found[name])
    return told


def _interval_minutes(fluxes: xr.Dataset) -> int:
    """Return how long the rows of fluxes are; where they do not say, how far most of them are apart."""
    lengths = np.diff(fluxes["time_bnds"].values, axis=1)[:, 0] if "time_bnds" in fluxes else np.diff(fluxes["time"].values)
    if not lengths.size:
        return 30
    found, counts = np.unique(lengths, return_counts=True)
    return int(np.rint(found[np.argmax(counts)] / np.timedelta64(1, "m")))


def _calendar(local: NDArray[np.datetime64], options: HalfHourlyOptions, minutes: int) -> tuple[SiteCalendar | None, list[str]]:
    """Return whole years, None where no row lies in those that are asked for, and what a person should know of them."""
    years = local.astype("datetime64[Y]").astype(np.int64) + 1970
    first, last = int(years[0]), int(years[-1])
    told = []
    # A table whose last stamp is midnight of New Year would otherwise bring an empty year.
    day = 1440 // minutes
    for year, other in ((last, last - 1), (first, first + 1)):
        rows = int((years == year).sum())
        asked = year in (options.first_year, options.last_year)
        if first < last and rows < day and not asked:
            told.append(f"the {rows} rows of {year} are less than a day and were left out")
            first, last = (first, other) if year == last else (other, last)
    first = first if options.first_year is None else options.first_year
    last = last if options.last_year is None else options.last_year
    outside = int(((years < first) | (years > last)).sum())
    if outside == years.size:
        return None, [f"all rows are of {years[0]} to {years[-1]}, none of the years {first} to {last}"]
    if outside and not told:
        told.append(f"{outside} rows lie outside the years {first} to {last} and were left out")
    return whole_years(first, last, day), told


def _first_of(
    names: Iterable[str],
    placed: Placed,
    size: int,
    how: Literal["mean", "sum", "direction"],
) -> FloatArray | None:
    """Return the first of some variables that has a value, on the grid; None where none has."""
    for name in names:
        for source, numbers in placed:
            if name in source and source[name].ndim == 1:
                values = gridded(usable(source, name), numbers, size, how)
                if np.isfinite(values).any():
                    return values
    return None


def _exchange(placed: Placed, size: int, options: HalfHourlyOptions) -> tuple[FloatArray | None, list[str]]:
    """Return net ecosystem exchange and what a person should know of how it came about."""
    tables = [each for each in placed if "NEE" in each[0] or "FC" in each[0]]
    delivered = _first_of(("NEE",), tables, size, "mean") if options.nee in ("auto", "delivered") else None
    if delivered is not None:
        return delivered, []
    if options.nee == "delivered":
        return None, ["no input has NEE"]
    flux = _first_of(("FC",), placed, size, "mean")
    if flux is None:
        return None, ["no input has NEE or FC: there is no net ecosystem exchange"]
    storage = _first_of(("SC", "SC_SINGLE"), placed, size, "mean") if options.nee != "flux" else None
    if storage is None:
        return flux, [] if options.nee == "flux" else ["no input has storage of carbon dioxide: net ecosystem exchange is the flux alone"]
    lost = int((np.isfinite(flux) & ~np.isfinite(storage)).sum())
    return flux + storage, [
        f"{lost} fluxes of carbon dioxide have no storage beside them and make no net ecosystem exchange"
    ] if lost else []


def _sun(calendar: SiteCalendar, context: Context) -> dict[str, FloatArray]:
    station = context.station
    if station.latitude is None or station.longitude is None:
        return {}
    minutes = 1440 // calendar.per_day
    radiation = potential_radiation_oneflux(calendar.start, station.latitude, station.longitude, station.utc_offset or 0.0, minutes=minutes)
    return {"SW_IN_POT": radiation, "NIGHT": (radiation == 0.0).astype(np.float64)}


def _requires(_options: HalfHourlyOptions) -> Mapping[str, tuple[Requirement, ...]]:
    extra = [Requirement(name=name, units=word.units, optional=True) for word in GRID_WORDS for name in _ALSO.get(word.name, ())]
    of_grid = [
        Requirement(name=word.name, units=word.units, optional=True) for word in GRID_WORDS if word.name not in ("SW_IN_POT", "NIGHT")
    ]
    carbon = [Requirement(name=name, units="umol m-2 s-1", optional=True) for name in ("FC", "SC", "SC_SINGLE")]
    return {
        FLUX_STREAM: (*of_grid, *extra, *carbon),
        METEO_STREAM: tuple(each for each in of_grid if each.name != "NEE"),
        _STORAGE_STREAM: (Requirement(name="NEE", units="umol m-2 s-1", optional=True), carbon[1]),
    }


def _provides(_options: HalfHourlyOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {GRID_STREAM: GRID_WORDS}


PRODUCT = Product(
    name="half-hourly",
    summary="fluxes and meteorology on a regular grid of whole years in local standard time",
    options=HalfHourlyOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    after=("storage-profile", "rflux-decision"),
)
