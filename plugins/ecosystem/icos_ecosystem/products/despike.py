"""Product ``despike``: half-hourly fluxes without spikes (Papale et al. 2006, as in ONEFlux).

It makes the stream `despiked`, on the grid of `half-hourly`.

References
----------
Papale et al. (2006), Biogeosciences 3, 571, doi:10.5194/bg-3-571-2006
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from icos_core.components import Problem, Product, ProductResult, Requirement
from icos_core.versioned import Options
from icos_ecosystem.half_hourly.flux_despiking import LIMITS, MISSING, is_night, spike_levels
from icos_ecosystem.half_hourly.streams import calendar_of, column, on_grid
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM, DESPIKED_WORDS, SPIKED
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

__all__ = ["PRODUCT", "DespikeOptions", "derive"]

_Flux = Literal["NEE", "LE", "H"]
_Positive = Annotated[float, Field(gt=0)]
_RADIATION = ("SW_IN_POT", "SW_IN", "PPFD_IN")
_BESIDE_GAP: dict[_Flux, float] = {"NEE": 6.0, "LE": 100.0, "H": 100.0}


class DespikeOptions(Options):
    """Options of ``despike``."""

    method: Literal["papale-2006", "off"] = Field(
        default="papale-2006", description="papale-2006: second differences far from their median; off: fluxes are handed on as they are"
    )
    variables: tuple[_Flux, ...] = Field(default=("NEE", "LE", "H"), description="fluxes in which spikes are sought; others are handed on")
    limits: tuple[_Positive, _Positive, _Positive] = Field(
        default=LIMITS, description="limits of the levels 1, 2 and 3, in standard deviations of normal second differences"
    )
    remove_from: Literal[1, 2, 3] = Field(default=2, description="values of this level and above are removed")
    block_days: int = Field(default=13, ge=1, le=366, description="days whose changes are judged together")
    beside_gap: dict[_Flux, _Positive] = Field(
        default=_BESIDE_GAP,
        description="flux → by how much a value beside a gap may differ from its other neighbour; if by more, it is of level 1",
    )
    night_potential: float = Field(default=12.0, ge=0, description="SW_IN_POT up to which it is night where nothing was measured [W m-2]")
    night_radiation: float = Field(default=12.0, ge=0, description="SW_IN below which it is night where PPFD_IN is missing [W m-2]")
    night_photons: float = Field(default=25.0, ge=0, description="PPFD_IN below which it is night [umol m-2 s-1]")

    @field_validator("limits")
    @classmethod
    def _rising(cls, limits: tuple[float, float, float]) -> tuple[float, float, float]:
        if not limits[0] < limits[1] < limits[2]:
            raise ValueError("limits: must rise")
        return limits


def derive(streams: Streams, options: DespikeOptions, context: Context) -> ProductResult:
    """Return the stream `despiked`."""
    grid = streams.get(GRID_STREAM)
    fluxes = {} if grid is None else {name: column(grid, name) for name in SPIKED if name in grid}
    if grid is None or not any(np.isfinite(flux).any() for flux in fluxes.values()):
        return ProductResult(streams={}, problems=(Problem(message=f"despike: there is no value of {', '.join(SPIKED)}"),))
    attrs = {"method": options.method}
    if options.method == "off":
        return ProductResult(streams={DESPIKED_STREAM: on_grid(grid, fluxes, DESPIKED_WORDS, attrs)})
    calendar = calendar_of(grid, context)
    radiation = [column(grid, name) for name in _RADIATION]
    night = is_night(
        *radiation,
        potential=options.night_potential,
        radiation=options.night_radiation,
        photons=options.night_photons,
    )
    found: dict[str, NDArray[np.generic]] = {}
    for name, flux in fluxes.items():
        if name not in options.variables:
            found[name] = flux
            continue
        levels = _levels(flux, night, name, options, calendar)
        found[name] = np.where(levels >= options.remove_from, np.nan, flux)
        found[f"{name}_SPIKE"] = levels
    dark = not any(np.isfinite(each).any() for each in radiation)
    problems = (Problem(message="despike: without radiation and coordinates of the station, day and night were judged together"),) * dark
    return ProductResult(streams={DESPIKED_STREAM: on_grid(grid, found, DESPIKED_WORDS, attrs)}, problems=problems)


def _levels(
    flux: NDArray[np.float64], night: NDArray[np.bool_], name: _Flux, options: DespikeOptions, calendar: SiteCalendar
) -> NDArray[np.int8]:
    """Return levels of all years, each judged on its own."""
    levels = np.full(flux.size, MISSING, np.int8)
    for year in calendar.years:
        rows = calendar.rows_of(year)
        levels[rows] = spike_levels(
            flux[rows],
            night[rows],
            block=options.block_days * calendar.per_day,
            limits=options.limits,
            beside_gap=options.beside_gap.get(name),
        )
    return levels


def _requires(_options: DespikeOptions) -> Mapping[str, tuple[Requirement, ...]]:
    wanted = [word for word in GRID_WORDS if word.name in (*SPIKED, *_RADIATION)]
    return {GRID_STREAM: tuple(Requirement(name=word.name, units=word.units, optional=True) for word in wanted)}


def _provides(options: DespikeOptions) -> Mapping[str, tuple[Variable, ...]]:
    judged = () if options.method == "off" else options.variables
    names = (*SPIKED, *(f"{name}_SPIKE" for name in judged))
    return {DESPIKED_STREAM: tuple(word for word in DESPIKED_WORDS if word.name in names)}


PRODUCT = Product(
    name="despike",
    summary="half-hourly fluxes without spikes",
    options=DespikeOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("half-hourly",),
)
