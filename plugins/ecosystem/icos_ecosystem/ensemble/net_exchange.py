"""Net ecosystem exchange of the FLUXNET product at every resolution, from its members.

References
----------
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.aggregation.calendar_means import GRAMS_PER_DAY, good_fraction, is_good, period_means, period_means_of_valid
from icos_ecosystem.aggregation.night_day import parts_of_day
from icos_ecosystem.aggregation.periods import COARSE, periods_of
from icos_ecosystem.aggregation.random_uncertainty_of_means import random_uncertainty_of_means, records_with_uncertainty
from icos_ecosystem.ensemble.joint_uncertainty import joined_with_threshold
from icos_ecosystem.ensemble.member_percentiles import SHARES, across_members
from icos_ecosystem.ensemble.member_uncertainty import uncertainty_of_member
from icos_ecosystem.ensemble.references import aggregated_members, references_by_resolution
from icos_ecosystem.gap_filling.long_gaps import long_gap_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_ecosystem.aggregation.night_day import PartOfDay
    from icos_ecosystem.aggregation.periods import Periods
    from icos_ecosystem.ensemble.members import Members
    from icos_ecosystem.gap_filling.flux_random_uncertainty import RandomUncertainty
    from icos_ecosystem.gap_filling.marginal_distribution import Driver
    from icos_ecosystem.gap_filling.schedules import Scheme
    from icos_ecosystem.half_hourly.site_calendar import SiteCalendar

    FloatArray = NDArray[np.float64]

__all__ = ["NetExchange", "summarise_net_exchange"]

_MIDDLE = tuple(SHARES.index(share) for share in (16, 84))


@dataclass(frozen=True, kw_only=True, eq=False)
class NetExchange:
    """Columns of net ecosystem exchange.

    Attributes
    ----------
    columns
        Resolution → end of the name (``REF``, ``REF_QC``, ``05_NIGHT`` …) → (p,).
    references
        Resolution → number of the member that is the reference.
    quality_hh
        End of the name (``REF``, ``USTAR50``, ``05`` …) → (n,) quality at the finest resolution.
    uncertain_records
        Resolution → ``NIGHT_RANDUNC_N`` and ``DAY_RANDUNC_N`` of the median threshold.
    """

    columns: dict[str, dict[str, FloatArray]]
    references: dict[str, int | None]
    quality_hh: dict[str, NDArray[np.int8]] = field(default_factory=dict)
    uncertain_records: dict[str, dict[str, FloatArray]] = field(default_factory=dict)


def summarise_net_exchange(
    members: Members, calendar: SiteCalendar, potential_radiation: FloatArray, drivers: Sequence[Driver], scheme: Scheme
) -> NetExchange:
    """Return reference, median threshold, mean and percentiles of net ecosystem exchange with their uncertainty and quality.

    Parameters
    ----------
    members
        Filtered and filled versions [umol m-2 s-1].
    calendar
        Of the records.
    potential_radiation
        [W m-2], shape (n,); night is where it is 0.
    drivers, scheme
        What the members were filled with, for the random uncertainty.

    Returns
    -------
    NetExchange
        Half-hourly (or hourly) [umol m-2 s-1], ``dd``, ``ww``, ``mm`` [g C m-2 d-1], ``yy`` [g C m-2 y-1]; of night and day
        [umol m-2 s-1] at all resolutions.

    Notes
    -----
    Each resolution has its own reference, so that the sum of the half-hourly reference is not the yearly one.
    """
    summary = _Summary(members, calendar, potential_radiation, drivers, scheme)
    columns, uncertain = {"hh": summary.finest()}, dict[str, dict[str, "FloatArray"]]()
    for resolution in COARSE:
        periods = periods_of(calendar, resolution)
        columns[resolution], uncertain[resolution] = summary.coarse(periods), summary.uncertain_records(periods)
    columns["dd"] |= summary.cumulated(calendar)
    return NetExchange(columns=columns, references=summary.references, quality_hh=summary.quality_hh, uncertain_records=uncertain)


class _Summary:
    """What the resolutions share."""

    def __init__(
        self,
        members: Members,
        calendar: SiteCalendar,
        potential_radiation: FloatArray,
        drivers: Sequence[Driver],
        scheme: Scheme,
    ) -> None:
        self.members = members
        self.per_day = calendar.per_day
        self.drivers, self.scheme = drivers, scheme
        self.aggregated = aggregated_members(members.values, calendar)
        # The most severe threshold leaves the longest gaps; the last member but the median one has it.
        deep = long_gap_mask(members.quality[members.median - 1], per_day=calendar.per_day)
        ensemble = {resolution: values[: members.median] for resolution, values in self.aggregated.items()}
        self.references = references_by_resolution(ensemble, calendar, left_out=deep)
        self.quality_hh: dict[str, NDArray[np.int8]] = {}
        self.good_days = good_fraction(members.quality, self.per_day)
        self.parts = dict(zip(("NIGHT", "DAY"), parts_of_day(potential_radiation, self.per_day), strict=True))
        self.part_means = {name: part.means(members.values) for name, part in self.parts.items()}
        self.part_good = {name: part.good_fraction(members.quality) for name, part in self.parts.items()}
        self._uncertainties: dict[int, RandomUncertainty] = {}

    def uncertainty(self, member: int) -> RandomUncertainty:
        """Return the random uncertainty of a member's records."""
        first = int(self.members.same_as[member])
        if first not in self._uncertainties:
            self._uncertainties[first] = uncertainty_of_member(self.members, first, self.drivers, per_day=self.per_day, scheme=self.scheme)
        return self._uncertainties[first]

    def chosen(self, resolution: str) -> dict[str, int]:
        """Return the single members that are told: the reference, where there is one, and that of the median threshold."""
        reference = self.references[resolution]
        return ({} if reference is None else {"REF": reference}) | {"USTAR50": self.members.median}

    def finest(self) -> dict[str, FloatArray]:
        """Return the columns of half hours or hours."""
        members, found = self.members, dict[str, "FloatArray"]()
        across = across_members(members.ensemble)
        for name, member in self.chosen("hh").items():
            random = self.uncertainty(member)
            found[name] = members.values[member]
            found[f"{name}_QC"] = _missing_below_zero(members.quality[member])
            found[f"{name}_RANDUNC"] = random.values
            found[f"{name}_RANDUNC_METHOD"] = np.where(random.method > 0, random.method, np.nan)
            found[f"{name}_RANDUNC_N"] = np.where(random.method > 0, random.count, np.nan)
            found[f"{name}_JOINTUNC"] = joined_with_threshold(random.values, *(across.percentiles[index] for index in _MIDDLE))
            self.quality_hh[name] = members.quality[member]
        found |= {"MEAN": across.mean, "MEAN_QC": is_good(members.quality[: members.median]).mean(axis=0), "SE": across.standard_error}
        quality = across.of_picked(members.quality[: members.median])
        for index, share in enumerate(SHARES):
            found[f"{share:02d}"] = across.percentiles[index]
            found[f"{share:02d}_QC"] = np.where(quality[index] >= 0, quality[index], np.nan)
            self.quality_hh[f"{share:02d}"] = np.nan_to_num(quality[index], nan=-1.0).astype(np.int8)
        return found

    def coarse(self, periods: Periods) -> dict[str, FloatArray]:
        """Return the columns of days, weeks, months or years."""
        members, found = self.members, dict[str, "FloatArray"]()
        values = self.aggregated[periods.resolution]
        quality = period_means(self.good_days, periods)
        across = across_members(values[: members.median])
        scale = GRAMS_PER_DAY * (periods.length if periods.resolution == "yy" else 1.0)
        for name, member in self.chosen(periods.resolution).items():
            random = random_uncertainty_of_means(self.uncertainty(member).values, self.per_day, periods) * scale
            found[name] = values[member]
            found[f"{name}_QC"] = quality[member]
            found[f"{name}_RANDUNC"] = random
            found[f"{name}_JOINTUNC"] = joined_with_threshold(random, *(across.percentiles[index] for index in _MIDDLE))
        found |= {"MEAN": across.mean, "MEAN_QC": quality[: members.median].mean(axis=0), "SE": across.standard_error}
        found |= _percentiles(across.percentiles, across.of_picked(quality[: members.median]))
        for part in self.parts:
            found |= self._part(part, periods)
        return found

    def cumulated(self, calendar: SiteCalendar) -> dict[str, FloatArray]:
        """Return percentiles of what the versions have cumulated from the beginning of each year to each day [g C m-2]."""
        days = self.aggregated["dd"][: self.members.median]
        parts = np.split(days, periods_of(calendar, "yy").first[1:], axis=1)
        across = across_members(np.concatenate([np.cumsum(part, axis=1) for part in parts], axis=1))
        return {f"CUMULATED_{SHARES[index]:02d}": across.percentiles[index] for index in _MIDDLE}

    def _part(self, part: str, periods: Periods) -> dict[str, FloatArray]:
        """Return the columns of the night or the day."""
        members, found = self.members, dict[str, "FloatArray"]()
        of_part: PartOfDay = self.parts[part]
        values = period_means_of_valid(self.part_means[part], periods)
        quality = period_means_of_valid(self.part_good[part], periods)
        across = across_members(values[: members.median])
        for name, member in self.chosen(periods.resolution).items():
            random = random_uncertainty_of_means(of_part.only(self.uncertainty(member).values), self.per_day, periods)
            found[f"{name}_{part}"] = values[member]
            found[f"{name}_{part}_SD"] = period_means_of_valid(of_part.spread(members.values[member]), periods)
            found[f"{name}_{part}_QC"] = quality[member]
            found[f"{name}_{part}_RANDUNC"] = random
            found[f"{name}_{part}_JOINTUNC"] = joined_with_threshold(random, *(across.percentiles[index] for index in _MIDDLE))
        return found | _percentiles(across.percentiles, across.of_picked(quality[: members.median]), f"_{part}")

    def uncertain_records(self, periods: Periods) -> dict[str, FloatArray]:
        """Return how many records of night and day have a random uncertainty with the median threshold, a daily mean."""
        values = self.uncertainty(self.members.median).values
        return {
            f"{name}_RANDUNC_N": period_means(records_with_uncertainty(part.only(values), self.per_day), periods)
            for name, part in self.parts.items()
        }


def _percentiles(values: FloatArray, quality: FloatArray, end: str = "") -> dict[str, FloatArray]:
    named = {}
    for index, share in enumerate(SHARES):
        named[f"{share:02d}{end}"] = values[index]
        named[f"{share:02d}{end}_QC"] = quality[index]
    return named


def _missing_below_zero(quality: NDArray[np.int8]) -> FloatArray:
    return np.where(quality >= 0, quality, np.nan)
