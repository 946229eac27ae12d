"""Product ``gap-fill``: fluxes and meteorology without gaps, with what fills them and what it is worth.

It makes the stream `gap-filled` on the grid of `half-hourly`.

References
----------
Reichstein et al. (2005), Glob. Change Biol. 11, 1424, doi:10.1111/j.1365-2486.2005.001002.x
Vekuri et al. (2023), Sci. Rep. 13, 1720, doi:10.1038/s41598-023-28827-2
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Problem, Product, ProductResult, Requirement
from icos_ecosystem.calibration.station_files import station_file
from icos_ecosystem.gap_filling.reanalysis_table import read_reanalysis
from icos_ecosystem.half_hourly.streams import calendar_of, column, has, on_grid
from icos_ecosystem.products.gap_fill_options import GapFillOptions
from icos_ecosystem.products.gap_fill_series import FilledVariables
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.gap_filled import FILLED_FLUXES, FILLED_STREAM, words_of_filled
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_UNITS
from icos_ecosystem.vocabulary.ustar import FILTERED_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "GapFillOptions", "derive"]

_POTENTIAL = "SW_IN_POT"


def derive(streams: Streams, options: GapFillOptions, context: Context) -> ProductResult:
    """Return the stream `gap-filled`."""
    grid = streams.get(GRID_STREAM)
    if grid is None:
        return ProductResult(streams={}, problems=(Problem(message="gap-fill: there is no stream half-hourly"),))
    calendar = calendar_of(grid, context)
    made = FilledVariables(grid, options, calendar, _reanalysis(grid, options, calendar, context))
    made.add_weather([name for name in options.meteorology_wanted if has(grid, name)])
    fluxes, told = _fluxes(streams)
    for name, values in fluxes.items():
        made.add_flux(name, values)
    if not made.names:
        what = "there is neither a flux nor meteorology to fill"
        return ProductResult(streams={}, problems=(Problem(message=f"gap-fill: {what}"),))
    absent = [each.variable for each in options.drivers if not has(grid, each.variable)]
    if absent:
        told.append(f"there is no value of {' and '.join(absent)}: weather is similar without it")
    told += made.told
    told += [f"{count} of {calendar.size} records of {name} stay without a value" for name, count in made.unfilled().items()]
    words = [word for name in made.names for word in words_of_filled(name)]
    attrs = {"convention": options.convention, "filler": options.filler}
    return ProductResult(
        streams={FILLED_STREAM: on_grid(grid, made.found, words, attrs)},
        problems=tuple(Problem(message=f"gap-fill: {each}") for each in told),
        tables=made.tables(),
    )


def _fluxes(streams: Streams) -> tuple[dict[str, FloatArray], list[str]]:
    """Return the fluxes that there are, as the filters before left them, and what a person should know of it."""
    filtered, despiked = streams.get(FILTERED_STREAM), streams.get(DESPIKED_STREAM)
    found, told = dict[str, "FloatArray"](), list[str]()
    if filtered is not None:
        if has(filtered, "NEE"):
            found["NEE"] = column(filtered, "NEE")
        else:
            told.append("product ustar-filter left no record of net ecosystem exchange: it is not filled")
    elif despiked is not None and has(despiked, "NEE"):
        found["NEE"] = column(despiked, "NEE")
        told.append("net ecosystem exchange is filled without a filter of friction velocity: product ustar-filter made none")
    if despiked is not None:
        found |= {name: column(despiked, name) for name in ("LE", "H") if has(despiked, name)}
    return found, told


def _reanalysis(grid: xr.Dataset, options: GapFillOptions, calendar: SiteCalendar, context: Context) -> Mapping[str, FloatArray]:
    return {
        name: values
        for path in _files(options, context)
        for name, values in read_reanalysis(
            path,
            calendar,
            times=options.reanalysis_times,
            utc_offset=context.station.utc_offset or 0.0,
            potential_radiation=column(grid, _POTENTIAL) if has(grid, _POTENTIAL) else None,
        ).items()
    }


def _files(options: GapFillOptions, context: Context) -> Sequence[Path]:
    return [] if options.reanalysis is None else [station_file(context.folder, options.reanalysis, "reanalysis")]


def _requires(options: GapFillOptions) -> Mapping[str, tuple[Requirement, ...]]:
    features = options.features if options.filler == "learned" else ()
    weather = dict.fromkeys((*(each.variable for each in options.drivers), *options.meteorology_wanted, *features, _POTENTIAL))
    return {
        GRID_STREAM: tuple(Requirement(name=name, units=GRID_UNITS[name], optional=True) for name in weather),
        DESPIKED_STREAM: tuple(Requirement(name=name, units=GRID_UNITS[name], optional=True) for name in FILLED_FLUXES),
        FILTERED_STREAM: (Requirement(name="NEE", units=GRID_UNITS["NEE"], optional=True),),
    }


def _provides(options: GapFillOptions) -> Mapping[str, tuple[Variable, ...]]:
    wanted = [word for name in (*options.meteorology_wanted, *FILLED_FLUXES) for word in words_of_filled(name)]
    return {FILLED_STREAM: tuple(word for word in wanted if options.reanalysis is not None or not word.name.endswith("_ERA"))}


PRODUCT = Product(
    name="gap-fill",
    summary="fluxes and meteorology without gaps, with method, window and quality of every record",
    options=GapFillOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("ustar-filter",),
    files=_files,
)
