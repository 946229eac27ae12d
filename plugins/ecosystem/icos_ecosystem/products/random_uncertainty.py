"""Product ``random-uncertainty``: random uncertainty of every half-hourly flux, measured or filled.

It makes the stream `random-uncertainty` on the grid of `half-hourly`.

References
----------
Hollinger and Richardson (2005), Tree Physiol. 25, 873, doi:10.1093/treephys/25.7.873
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.versioned import Options
from icos_ecosystem.gap_filling.driver_options import USUAL_DRIVERS, DriverTable, drivers_of
from icos_ecosystem.gap_filling.flux_random_uncertainty import RandomUncertainty, random_uncertainty
from icos_ecosystem.half_hourly.streams import calendar_of, column, has, on_grid
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM, UNCERTAINTY_STREAM, UNCERTAINTY_WORDS
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from icos_core.components import Context, Streams, Variable

    FloatArray = NDArray[np.float64]

__all__ = ["PRODUCT", "RandomUncertaintyOptions", "derive"]

_Flux = Literal["NEE", "LE", "H"]
_SIMILAR: dict[_Flux, float] = {"NEE": 2.0, "LE": 10.0, "H": 10.0}
_OF_THE_FILLING = 3


class RandomUncertaintyOptions(Options):
    """Options of ``random-uncertainty``."""

    convention: Literal["oneflux", "reddyproc"] = Field(
        default="oneflux",
        description="oneflux: scatter under similar weather at about the time of day, else that of similar fluxes; reddyproc: standard "
        "deviation of the records by which the gap filling estimates",
    )
    drivers: DriverTable = Field(
        default=USUAL_DRIVERS,
        description="table: by which variables weather is similar; default: SW_IN (20 to 50 W m-2), TA (2.5 degree_C) and VPD (5 hPa)",
    )
    driver_values: Literal["measured", "filled"] = Field(default="measured", description="weather as measured, or with its gaps filled")
    similar: dict[_Flux, Annotated[float, Field(gt=0)]] = Field(
        default=_SIMILAR, description="difference up to which fluxes are similar, in the flux's unit; a flux without one has no uncertainty"
    )
    similar_share: float = Field(default=0.2, ge=0, le=1, description="the same for large fluxes, as a share of the flux")
    centred: bool = Field(
        default=False,
        description="half hours from 1 h before to 1 h after, as documented, not from 0.5 h before to 1.5 h after, as programmed",
    )


def derive(streams: Streams, options: RandomUncertaintyOptions, context: Context) -> ProductResult:
    """Return the stream `random-uncertainty`."""
    grid, filled = streams.get(GRID_STREAM), streams.get(FILLED_STREAM)
    names = [name for name in options.similar if filled is not None and has(filled, f"{name}_F")]
    if grid is None or filled is None or not names:
        what = f"random-uncertainty: there is no filled flux ({', '.join(options.similar) or 'none is asked for'})"
        return ProductResult(streams={}, problems=(Problem(message=what),))
    found: dict[str, ArrayLike] = {}
    rows = []
    for name in names:
        made = _of_filling(filled, name) if options.convention == "reddyproc" else _of_scatter(grid, filled, name, options, context)
        found[f"{name}_RANDUNC"] = made.values
        found[f"{name}_RANDUNC_METHOD"] = made.method
        found[f"{name}_RANDUNC_N"] = np.where(made.method > 0, made.count, np.nan)
        shares = [round(100.0 * float(np.mean(made.method == method)), 1) for method in (1, 2, _OF_THE_FILLING, 0)]
        there = made.method > 0
        rows.append((name, round(float(np.median(made.values[there])), 3) if there.any() else "", *shares))
    columns = ("flux", "median", "by weather (%)", "by similar fluxes (%)", "by the gap filling (%)", "none (%)")
    stream = on_grid(grid, found, UNCERTAINTY_WORDS, {"convention": options.convention})
    table = Table(title="Random uncertainty of half hours", columns=columns, rows=tuple(rows), note="the median in the flux's unit")
    problems = tuple(
        Problem(message=f"random-uncertainty: no record of {row[0]} has one: too few lie under similar weather")
        for row in rows
        if row[-1] == 100.0
    )
    return ProductResult(streams={UNCERTAINTY_STREAM: stream}, problems=problems, tables=(table,))


def _of_scatter(
    grid: xr.Dataset, filled: xr.Dataset, name: _Flux, options: RandomUncertaintyOptions, context: Context
) -> RandomUncertainty:
    weather = _weather(grid, filled, filled_first=options.driver_values == "filled")
    return random_uncertainty(
        column(filled, f"{name}_F"),
        filled[f"{name}_F_QC"].values == 0,
        drivers_of(options.drivers, weather),
        per_day=calendar_of(grid, context).per_day,
        minimum_tolerance=options.similar[name],
        relative=options.similar_share,
        centred=options.centred,
    )


def _of_filling(filled: xr.Dataset, name: str) -> RandomUncertainty:
    """Return the standard deviation of the records by which the gap filling estimates."""
    spread = np.where(np.isfinite(column(filled, f"{name}_F")), column(filled, f"{name}_F_SD"), np.nan)
    there = np.isfinite(spread)
    count = np.where(there, np.nan_to_num(column(filled, f"{name}_F_N")), 0).astype(np.int32)
    return RandomUncertainty(values=spread, method=np.where(there, _OF_THE_FILLING, 0).astype(np.int8), count=count)


def _weather(grid: xr.Dataset, filled: xr.Dataset, *, filled_first: bool) -> Callable[[str], FloatArray]:
    def values(name: str) -> FloatArray:
        return column(filled, f"{name}_F") if filled_first and f"{name}_F" in filled else column(grid, name)

    return values


def _requires(options: RandomUncertaintyOptions) -> Mapping[str, tuple[Requirement, ...]]:
    weather = [each.variable for each in options.drivers]
    fluxes = [
        requirement
        for name in options.similar
        for requirement in (
            Requirement(name=f"{name}_F", units=GRID_UNITS[name], optional=True),
            Requirement(name=f"{name}_F_QC", optional=True),
            Requirement(name=f"{name}_F_SD", units=GRID_UNITS[name], optional=True),
        )
    ]
    filled = [Requirement(name=f"{name}_F", units=GRID_UNITS[name], optional=True) for name in weather]
    return {
        GRID_STREAM: tuple(Requirement(name=name, units=GRID_UNITS[name], optional=True) for name in weather),
        FILLED_STREAM: (*fluxes, *(filled if options.driver_values == "filled" else ())),
    }


def _provides(options: RandomUncertaintyOptions) -> Mapping[str, tuple[Variable, ...]]:
    names = tuple(f"{name}_RANDUNC" for name in options.similar)
    return {UNCERTAINTY_STREAM: tuple(word for word in UNCERTAINTY_WORDS if word.name.startswith(names))}


PRODUCT = Product(
    name="random-uncertainty",
    summary="random uncertainty of every half-hourly flux, measured or filled",
    options=RandomUncertaintyOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("gap-fill",),
)
