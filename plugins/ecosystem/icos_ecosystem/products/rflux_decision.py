"""Product ``rflux-decision``: fluxes without severe errors and without outliers that have moderate ones (Vitale et al. 2020).

It makes the stream ``rflux``: FC, H, LE and TAU as far as they are kept, a code for each, and a table of counts.

References
----------
Vitale, D., et al. (2020), Biogeosciences 17, 1367-1391, doi:10.5194/bg-17-1367-2020.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from icos_core.components import Problem, Product, ProductResult, Requirement, Table, Variable
from icos_core.dataset import BAD, make_stream
from icos_ecosystem.quality.rflux import RfluxOptions, errors_of_fluxes
from icos_ecosystem.rflux import decision as rule
from icos_ecosystem.rflux.flags import FLUXES
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM, word
from icos_ecosystem.vocabulary.rflux import RFLUX_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["PRODUCT", "STREAM", "RfluxDecisionOptions", "derive"]

STREAM = "rflux"
_MEANINGS = {
    rule.MISSING: "missing",
    rule.KEPT: "kept",
    rule.KEPT_MODERATE: "kept_with_moderate_error",
    rule.KEPT_OUTLIER: "kept_outlier_without_error",
    rule.REJECTED_OUTLIER: "rejected_outlier_with_moderate_error",
    rule.REJECTED_SEVERE: "rejected_severe_error",
}
_STEP = np.timedelta64(30, "m").astype("timedelta64[ns]")


class RfluxDecisionOptions(RfluxOptions):
    """Options of ``rflux-decision``."""

    alpha: float = Field(default=0.01, gt=0, lt=1, description="probability of an outlier among regular values")
    minimum_days: int = Field(default=10, ge=3, description="days with fewer than which no outliers are sought and nothing is decided")


def derive(streams: Streams, options: RfluxDecisionOptions, _context: Context) -> ProductResult:
    """Decide every half hour of every flux."""
    fluxes = streams.get(FLUX_STREAM)
    if fluxes is None or not fluxes.sizes["time"]:
        return ProductResult(streams={}, problems=(Problem(message="rflux-decision: there are no fluxes"),))
    time = fluxes["time"].values
    place = ((time - time[0]) // _STEP).astype(np.int64)
    errors = errors_of_fluxes(fluxes, options)
    columns: dict[str, NDArray[Any]] = {}
    problems: list[Problem] = []
    for flux in (flux for flux in FLUXES if flux in fluxes):
        found = errors[flux]
        values = _without_bad(fluxes, flux, found.severe)
        left = np.unique(time[np.isfinite(values) & ~found.severe].astype("datetime64[D]"))
        if left.size < options.minimum_days:
            problems.append(Problem(message=f"rflux-decision: {flux} has {left.size} days, {options.minimum_days} are needed"))
            continue
        try:
            code = _decided(place, values, found.severe, found.moderate, options.alpha)
        except ValueError as error:
            problems.append(Problem(message=f"rflux-decision: {flux}: {error}"))
            continue
        kept = np.isin(code, [rule.KEPT, rule.KEPT_MODERATE, rule.KEPT_OUTLIER])
        columns |= {flux: np.where(kept, values, np.nan), f"{flux}_decision": code}
    if not columns:
        return ProductResult(streams={}, problems=tuple(problems))
    stream = make_stream(time, columns, _WORDS)
    if "time_bnds" in fluxes:
        stream["time"].attrs["bounds"] = "time_bnds"
        stream["time_bnds"] = fluxes["time_bnds"]
    return ProductResult(streams={STREAM: stream}, tables=(_table(columns),), problems=tuple(problems))


def _without_bad(fluxes: xr.Dataset, flux: str, severe: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return a flux without values that are bad for another reason than a severe error, which has a code of its own."""
    values = np.asarray(fluxes[flux].values, dtype=np.float64)
    flag = f"{flux}_flag"
    if flag not in fluxes:
        return values
    return np.where((fluxes[flag].values >= BAD) & ~severe, np.nan, values)


def _decided(
    place: NDArray[np.int64], values: NDArray[np.float64], severe: NDArray[np.bool_], moderate: NDArray[np.bool_], alpha: float
) -> NDArray[np.int8]:
    """Return the codes of rows that may have gaps between them."""
    size = int(place[-1]) + 1
    regular = np.full(size, np.nan)
    wrong, doubtful = np.zeros((2, size), dtype=bool)
    regular[place], wrong[place], doubtful[place] = values, severe, moderate
    return rule.decide(regular, wrong, doubtful, alpha=alpha)[place]


def _table(columns: Mapping[str, NDArray[Any]]) -> Table:
    rows = tuple(
        (flux, *(int(np.count_nonzero(columns[f"{flux}_decision"] == code)) for code in _MEANINGS))
        for flux in FLUXES
        if f"{flux}_decision" in columns
    )
    return Table(
        title="Decisions on fluxes after Vitale et al. (2020)",
        columns=("flux", *(meaning.replace("_", " ") for meaning in _MEANINGS.values())),
        rows=rows,
    )


def _code_word(flux: str) -> Variable:
    return Variable(
        name=f"{flux}_decision",
        long_name=f"what became of the {word(flux).long_name}",
        dtype="int8",
        flag_values=tuple(_MEANINGS),
        flag_meanings=tuple(_MEANINGS.values()),
    )


_WORDS = (*(replace(word(flux), comment="as far as it is kept") for flux in FLUXES), *(_code_word(flux) for flux in FLUXES))


def _requires(_options: RfluxDecisionOptions) -> Mapping[str, tuple[Requirement, ...]]:
    fluxes = tuple(Requirement(name=flux, units=word(flux).units, optional=True) for flux in FLUXES)
    return {FLUX_STREAM: (*fluxes, *(Requirement(name=each.name, units=each.units, optional=True) for each in RFLUX_WORDS))}


def _provides(_options: RfluxDecisionOptions) -> Mapping[str, tuple[Variable, ...]]:
    return {STREAM: _WORDS}


PRODUCT = Product(
    name="rflux-decision",
    summary="fluxes that severe errors, or outliers with moderate errors, exclude (Vitale et al. 2020)",
    options=RfluxDecisionOptions,
    requires=_requires,
    provides=_provides,
    derive=derive,
)
