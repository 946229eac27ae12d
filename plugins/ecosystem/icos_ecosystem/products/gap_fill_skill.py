"""Product ``gap-fill-skill``: how well the gap fillers bring back measured records that are hidden from them.

It makes the stream `gap-fill-skill`, one row per flux, length of gaps and filler, and a table of the report.

References
----------
Moffat et al. (2007), Agric. For. Meteorol. 147, 209, doi:10.1016/j.agrformet.2007.08.011
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr
from pydantic import Field

from icos_core.components import Problem, Product, ProductResult, Requirement, Table
from icos_core.dataset import attributes
from icos_core.versioned import Options
from icos_ecosystem.gap_filling.artificial_gaps import GAP_HOURS, NIGHT_BELOW, artificial_gaps, fill_skill
from icos_ecosystem.gap_filling.driver_options import USUAL_DRIVERS, DriverTable, drivers_of
from icos_ecosystem.gap_filling.feature_options import FeatureNames  # noqa: TC001  # pydantic evaluates annotations
from icos_ecosystem.gap_filling.learned import FEWEST_RECORDS, fill_learned
from icos_ecosystem.gap_filling.learned_features import FEATURES
from icos_ecosystem.gap_filling.marginal_distribution import fill
from icos_ecosystem.gap_filling.schedules import scheme_of
from icos_ecosystem.half_hourly.streams import calendar_of, column, has
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.gap_fill_skill import FILLERS, SKILL_FLUXES, SKILL_STREAM, SKILL_WORDS
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_UNITS
from icos_ecosystem.vocabulary.ustar import FILTERED_STREAM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams, Variable
    from icos_ecosystem.gap_filling.artificial_gaps import GapScore
    from icos_ecosystem.gap_filling.marginal_distribution import Driver
    from icos_ecosystem.gap_filling.schedules import Scheme
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]
    Filler = Callable[[FloatArray], FloatArray]
    Scores = Mapping[tuple[str, str, str], GapScore]

__all__ = ["PRODUCT", "GapFillSkillOptions", "derive"]

_Flux = Literal["NEE", "LE", "H"]
_LENGTHS = {"single": "one record", "short": "8 h", "medium": "1.5 days", "long": "12 days"}
_SCHEMES: Mapping[str, Scheme] = {
    "oneflux": scheme_of("oneflux"),
    "oneflux_symmetric": scheme_of("oneflux", symmetric=True),
    "reddyproc": scheme_of("reddyproc"),
    "reddyproc_symmetric": scheme_of("reddyproc", symmetric=True),
}


class GapFillSkillOptions(Options):
    """Options of ``gap-fill-skill``."""

    fluxes: tuple[_Flux, ...] = Field(default=("NEE",), min_length=1, description="fluxes of which records are hidden")
    share: float = Field(default=0.1, gt=0, le=0.5, description="share of the measured records that is hidden at each length of gaps")
    seed: int = Field(default=0, ge=0, le=2**31, description="where the gaps lie, and seed of the learned filler")
    drivers: DriverTable = Field(
        default=USUAL_DRIVERS,
        description="table: by which variables weather is similar; default: SW_IN (20 to 50 W m-2), TA (2.5 degree_C) and VPD (5 hPa)",
    )
    features: FeatureNames = Field(default=FEATURES, description="variables of half-hourly from which the learned filler learns")


def derive(streams: Streams, options: GapFillSkillOptions, context: Context) -> ProductResult:
    """Hide records, fill them in every way, compare."""
    grid = streams.get(GRID_STREAM)
    if grid is None:
        return ProductResult(streams={}, problems=(Problem(message="gap-fill-skill: there is no stream half-hourly"),))
    calendar = calendar_of(grid, context)
    fillers = _fillers(grid, calendar, options)
    day = column(grid, "SW_IN") > NIGHT_BELOW if has(grid, "SW_IN") else column(grid, "SW_IN_POT") > 0.0
    scores: dict[tuple[str, str, str], GapScore] = {}
    told = []
    for flux in options.fluxes:
        target = _target(streams, flux)
        measured = np.isfinite(target)
        if measured.sum() < 2 * FEWEST_RECORDS:
            told.append(f"{flux} has {int(measured.sum())} measured records, expected at least {2 * FEWEST_RECORDS}")
            continue
        hide = partial(artificial_gaps, measured, per_day=calendar.per_day, share=options.share, seed=options.seed)
        gaps = {name: hide(hours=hours) for name, hours in GAP_HOURS.items()}
        scores |= {(flux, *names): each for names, each in fill_skill(target, gaps, fillers, day).items()}
    problems = tuple(Problem(message=f"gap-fill-skill: {each}") for each in told)
    if not scores:
        return ProductResult(streams={}, problems=problems)
    attrs = {"share": options.share, "seed": options.seed}
    stream = _dataset(scores, calendar).assign_attrs(attrs)
    return ProductResult(streams={SKILL_STREAM: stream}, problems=problems, tables=(_table(scores),))


def _target(streams: Streams, flux: str) -> FloatArray:
    """Return a flux as the gap filling gets it; all missing where there is none."""
    order = (FILTERED_STREAM, DESPIKED_STREAM) if flux == "NEE" else (DESPIKED_STREAM,)
    for name in order:
        if name in streams and has(streams[name], flux):
            return column(streams[name], flux)
    return np.full(streams[GRID_STREAM].sizes["time"], np.nan)


def _fillers(grid: xr.Dataset, calendar: SiteCalendar, options: GapFillSkillOptions) -> dict[str, Filler]:
    drivers = drivers_of(options.drivers, partial(column, grid))
    features = {name: column(grid, name) for name in options.features if has(grid, name)}
    fillers: dict[str, Filler] = {
        name: partial(_sampled, drivers=drivers, per_day=calendar.per_day, scheme=scheme) for name, scheme in _SCHEMES.items()
    }
    fillers["learned"] = lambda series: fill_learned(series, features, calendar, seed=options.seed).estimate
    return fillers


def _sampled(series: FloatArray, *, drivers: Sequence[Driver], per_day: int, scheme: Scheme) -> FloatArray:
    return fill(series, drivers, per_day=per_day, scheme=scheme, only_gaps=True).estimate


def _dataset(scores: Scores, calendar: SiteCalendar) -> xr.Dataset:
    codes = {name: code for words in (SKILL_FLUXES, FILLERS) for code, name in words.items()}
    single = 24.0 / calendar.per_day
    columns: dict[str, list[float]] = {
        "FLUX": [codes[flux] for flux, _, _ in scores],
        "FILLER": [codes[filler] for _, _, filler in scores],
        "GAP_LENGTH": [max(GAP_HOURS[length], single) for _, length, _ in scores],
        "GAP_N": [each.count for each in scores.values()],
        "GAP_MISSING": [each.missing for each in scores.values()],
        "GAP_RMSE": [each.rmse for each in scores.values()],
        "GAP_BIAS": [each.bias for each in scores.values()],
        "GAP_BIAS_DAY": [each.bias_day for each in scores.values()],
        "GAP_BIAS_NIGHT": [each.bias_night for each in scores.values()],
        "GAP_R2": [each.r2 for each in scores.values()],
    }
    variables: dict[str, Any] = {
        word.name: ("score", np.array(columns[word.name]).astype(word.dtype), attributes(word)) for word in SKILL_WORDS
    }
    return xr.Dataset(variables)


def _table(scores: Scores) -> Table:
    rows = []
    for flux, length in dict.fromkeys((flux, length) for flux, length, _ in scores):
        of = {filler: scores[flux, length, filler] for filler in FILLERS.values()}
        count = next(iter(of.values())).count
        rmse = (round(each.rmse, 3) for each in of.values())
        bias = (round(each.bias, 3) for each in (of["oneflux"], of["learned"]))
        rows.append((flux, _LENGTHS[length], count, *rmse, *bias))
    of_rmse = (f"RMSE {name.replace('_', ', ')}" for name in FILLERS.values())
    return Table(
        title="Skill of the gap filling on artificial gaps",
        columns=("flux", "gaps of", "hidden", *of_rmse, "bias oneflux", "bias learned"),
        rows=tuple(rows),
        note=f"estimate minus measured in {GRID_UNITS['NEE']} (NEE) and {GRID_UNITS['LE']} (LE, H); symmetric: Vekuri et al. 2023",
    )


def _requires(options: GapFillSkillOptions) -> Mapping[str, tuple[Requirement, ...]]:
    weather = dict.fromkeys(("SW_IN", "SW_IN_POT", *(each.variable for each in options.drivers), *options.features))
    return {
        GRID_STREAM: tuple(Requirement(name=name, units=GRID_UNITS[name], optional=True) for name in weather),
        DESPIKED_STREAM: tuple(Requirement(name=name, units=GRID_UNITS[name], optional=True) for name in options.fluxes),
        FILTERED_STREAM: (Requirement(name="NEE", units=GRID_UNITS["NEE"], optional=True),),
    }


def _provides(_options: GapFillSkillOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {SKILL_STREAM: SKILL_WORDS}


PRODUCT = Product(
    name="gap-fill-skill",
    summary="how well each gap filler brings back records that are hidden from it, in artificial gaps of four lengths",
    options=GapFillSkillOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
    needs=("ustar-filter",),
)
