"""Net ecosystem exchange, respiration and gross primary production of the FLUXNET product.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from icos_ecosystem.ensemble.members import filtered_and_filled
from icos_ecosystem.ensemble.net_exchange import summarise_net_exchange
from icos_ecosystem.ensemble.partitioned import summarise_partitioned
from icos_ecosystem.fluxnet.table import ProductTable
from icos_ecosystem.side_by_side import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.ensemble.members import Members
    from icos_ecosystem.fluxnet.site_series import SiteSeries
    from icos_ecosystem.ustar.filtering import Convention

    FloatArray = NDArray[np.float64]
    # (members, n) exchange, and where it was measured → its parts.
    Partitioning = Callable[[FloatArray, NDArray[np.bool_]], "Partitioned"]

__all__ = ["CarbonFluxes", "Partitioned", "add_pools"]

_PARTS_OF_EXCHANGE = ("RECO", "GPP")
_FAILURES = (ValueError, ArithmeticError, np.linalg.LinAlgError)


class Partitioned(Protocol):
    """What a method of partitioning makes of several versions of the exchange."""

    @property
    def reco(self) -> FloatArray:
        """(members, n) respiration [umol m-2 s-1]."""

    @property
    def gpp(self) -> FloatArray:
        """(members, n) gross primary production [umol m-2 s-1]."""

    @property
    def problems(self) -> Sequence[Sequence[str]]:
        """What could not be found, by member."""


@dataclass(eq=False)
class CarbonFluxes:
    """What of the fluxes of carbon other parts of the product need.

    Attributes
    ----------
    references
        Flux (``NEE_VUT``, ``GPP_NT_VUT`` …) → resolution → member.
    quality
        Pool → end of the name (``REF``, ``USTAR50``, ``05`` …) → (n,) quality of the net ecosystem exchange.
    members
        Flux → (members, n), where they are asked for.
    """

    references: dict[str, dict[str, int | None]] = field(default_factory=dict)
    quality: dict[str, dict[str, NDArray[np.int8]]] = field(default_factory=dict)
    members: dict[str, NDArray[np.generic]] = field(default_factory=dict)

    def add(self, other: CarbonFluxes) -> None:
        """Add what was found of other fluxes."""
        self.references |= other.references
        self.quality |= other.quality
        self.members |= other.members


def add_pools(
    table: ProductTable,
    site: SiteSeries,
    nee: FloatArray,
    thresholds: Mapping[str, FloatArray],
    methods: Mapping[str, Partitioning],
    found: CarbonFluxes,
    *,
    convention: Convention,
    keep_members: bool = False,
) -> None:
    """Add the fluxes of carbon with each kind of thresholds.

    Parameters
    ----------
    table
        Where to.
    site
        The series.
    nee
        Net ecosystem exchange without spikes [umol m-2 s-1], not filtered, shape (n,).
    thresholds
        ``VUT`` or ``CUT`` → [m s-1], shape (years, members), the last member is that of the median threshold.
    methods
        ``NT`` or ``DT`` → what partitions several versions of the exchange.
    found
        What others need; added to.
    convention
        Whose filter of friction velocity.
    keep_members
        Whether to hand over all versions of half hours.
    """

    def of_pool(pool: str) -> tuple[ProductTable, CarbonFluxes]:
        own, carbon = ProductTable(site.calendar), CarbonFluxes()
        _add_pool(own, site, pool, nee, thresholds[pool], methods, carbon, convention=convention, keep_members=keep_members)
        return own, carbon

    for own, carbon in side_by_side(of_pool, tuple(thresholds)):
        table.join(own)
        found.add(carbon)


def _add_pool(
    table: ProductTable,
    site: SiteSeries,
    pool: str,
    nee: FloatArray,
    thresholds: FloatArray,
    methods: Mapping[str, Partitioning],
    found: CarbonFluxes,
    *,
    convention: Convention,
    keep_members: bool,
) -> None:
    calendar = site.calendar
    members = filtered_and_filled(
        nee,
        _known(site, "USTAR"),
        thresholds,
        calendar.year - calendar.years[0],
        site.drivers,
        sw_in=_known(site, "SW_IN"),
        per_day=calendar.per_day,
        scheme=site.scheme,
        convention=convention,
    )
    exchange = summarise_net_exchange(members, calendar, _known(site, "SW_IN_POT"), site.drivers, site.scheme)
    stem = f"NEE_{pool}"
    for resolution, columns in exchange.columns.items():
        table.add(resolution, {f"{stem}_{end}": values for end, values in columns.items()})
    if site.measured("SW_IN_POT") is not None:
        for resolution, counts in exchange.uncertain_records.items():
            table.add(resolution, counts)
    found.references[stem], found.quality[pool] = exchange.references, exchange.quality_hh
    if keep_members:
        found.members |= {stem: members.values, f"{stem}_QC": members.quality}
    for method, partition in methods.items():
        for name, values in _partitioned(table, members, method, pool, partition):
            summary = summarise_partitioned(values, calendar)
            for resolution, columns in summary.columns.items():
                table.add(resolution, {f"{name}_{end}": each for end, each in columns.items()})
            found.references[name] = summary.references
            if keep_members:
                found.members[name] = values


def _partitioned(
    table: ProductTable,
    members: Members,
    method: str,
    pool: str,
    partition: Partitioning,
) -> Iterator[tuple[str, FloatArray]]:
    """Yield respiration and production of all members; members that are one are partitioned once."""
    # Each keeps a part of what the one before keeps, which methods may make use of.
    kept = np.count_nonzero(members.quality[members.distinct] == 0, axis=1)
    chosen = members.distinct[np.argsort(-kept, kind="stable")]
    try:
        parts = partition(members.values[chosen], members.quality[chosen] == 0)
    except _FAILURES as failure:
        table.problems.append(f"{method} partitioning with {pool} failed: {failure}")
        return
    table.problems += _summed_up(parts.problems, f"{method} partitioning with {pool}")
    place = np.empty(members.same_as.size, np.int64)
    place[chosen] = np.arange(chosen.size)
    which = place[members.same_as]
    for name, values in zip(_PARTS_OF_EXCHANGE, (parts.reco, parts.gpp), strict=True):
        yield f"{name}_{method}_{pool}", values[which]


def _summed_up(problems: Sequence[Sequence[str]], who: str) -> list[str]:
    """Return one sentence for each beginning that problems of members share."""
    by_beginning: dict[str, list[str]] = {}
    for told in problems:
        for problem in told:
            by_beginning.setdefault(problem.split(":", maxsplit=1)[0], []).append(problem)
    return [f"{who}: {len(each)} of {len(problems)} different thresholds, the first of them: {each[0]}" for each in by_beginning.values()]


def _known(site: SiteSeries, name: str) -> FloatArray:
    found = site.measured(name)
    return np.full(site.calendar.size, np.nan) if found is None else found
