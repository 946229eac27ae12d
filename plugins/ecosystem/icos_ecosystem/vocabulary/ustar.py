"""Words of friction-velocity thresholds.

Four streams tell of thresholds; but for the last they have no time.

``ustar-thresholds``: coordinates ``year`` (of the data), ``percentile`` (41: 1.25, 3.75 … 98.75, 50) and ``year_season``
(``1000 year + first month``).

================================================  ==============================================================================
THRESHOLD_VUT                                     (year, percentile) from the bootstraps of the year and those beside it
THRESHOLD_CUT                                     (percentile) from the bootstraps of all years; absent below three years
THRESHOLD_YEAR, THRESHOLD_YEAR_05, _50, _95       (year) of the data as measured, and quantiles of the bootstraps
THRESHOLD_SEASON, THRESHOLD_SEASON_05, _50, _95   (year_season) likewise
THRESHOLD_SINGLE, THRESHOLD_SINGLE_05, _50, _95   () median of the years
YEAR_ORIGIN, YEAR_RECORDS                         (year) where THRESHOLD_YEAR is from; valid records of the night
SEASON_ESTIMATE, SEASON_RECORDS, SEASON_YEAR      (year_season) own estimate, NaN where there is none; records; year to which it counts
================================================  ==============================================================================

``ustar-bootstraps``: coordinates ``year`` and ``bootstrap`` (from 0 on); ``BOOTSTRAP_MP``, ``BOOTSTRAP_CP``, ``BOOTSTRAP_EXTERNAL``
(year, bootstrap), those that there are: thresholds by moving point, by change point, and as given; NaN where a bootstrap has none.

``ustar-class-table``, with methods ``moving-point`` and ``both``: coordinates ``year_season``, ``temperature_class`` and ``ustar_class``
(from 1 on); ``CLASS_THRESHOLD``, ``CLASS_REASON``, ``CLASS_RECORDS`` (year_season, temperature_class); ``CLASS_USTAR``, ``CLASS_NEE``
(year_season, temperature_class, ustar_class): means.

``ustar-classes``, on the grid of half hours: ``USTAR_SEASON`` (``1000 year + first month``); with the same methods ``TEMPERATURE_CLASS``
and ``USTAR_CLASS`` (from 1 on, 0 in none, -1 where the record is no valid one of the night).

Stream ``ustar-filtered`` has ``NEE``, ``USTAR_THRESHOLD`` and ``USTAR_FLAG`` of every half hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_ecosystem.ustar.filtering import FLAGS
from icos_ecosystem.ustar.moving_point_rules import REASONS
from icos_ecosystem.vocabulary.flux_templates import category, number, quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.components import Variable

__all__ = [
    "BOOTSTRAP_STREAM",
    "BOOTSTRAP_WORDS",
    "CLASS_STREAM",
    "CLASS_WORDS",
    "FILTERED_STREAM",
    "FILTER_WORDS",
    "ORIGINS",
    "TABLE_STREAM",
    "TABLE_WORDS",
    "THRESHOLD_STREAM",
    "THRESHOLD_WORDS",
]

THRESHOLD_STREAM = "ustar-thresholds"
BOOTSTRAP_STREAM = "ustar-bootstraps"
TABLE_STREAM = "ustar-class-table"
CLASS_STREAM = "ustar-classes"
FILTERED_STREAM = "ustar-filtered"

ORIGINS: Mapping[int, str] = {
    0: "largest_of_its_seasons",
    1: "all_seasons_together",
    2: "change_point",
    3: "percentile_50_of_the_pool",
    4: "median_of_the_other_years",
    5: "external",
    6: "constant",
}
"""Where the threshold of a year is from."""

_OF = {"YEAR": "a year", "SEASON": "a season", "SINGLE": "all years"}


def _thresholds(of: str) -> tuple[Variable, ...]:
    quantiles = (("05", "5 % quantile"), ("50", "median"), ("95", "95 % quantile"))
    return (
        quantity(f"THRESHOLD_{of}", "m s-1", f"friction-velocity threshold of {_OF[of]}"),
        *(
            quantity(f"THRESHOLD_{of}_{short}", "m s-1", f"{words} of the bootstraps' friction-velocity threshold of {_OF[of]}")
            for short, words in quantiles
        ),
    )


THRESHOLD_WORDS: tuple[Variable, ...] = (
    quantity("THRESHOLD_VUT", "m s-1", "friction-velocity threshold that varies from year to year"),
    quantity("THRESHOLD_CUT", "m s-1", "friction-velocity threshold that holds for all years"),
    *_thresholds("YEAR"),
    *_thresholds("SEASON"),
    *_thresholds("SINGLE"),
    category("YEAR_ORIGIN", "where the threshold of the year is from", ORIGINS),
    number("YEAR_RECORDS", "valid records of the night in the year's seasons"),
    quantity("SEASON_ESTIMATE", "m s-1", "friction-velocity threshold as estimated in the season itself"),
    number("SEASON_RECORDS", "valid records of the night in the season"),
    number("SEASON_YEAR", "year to which the season counts"),
)
BOOTSTRAP_WORDS: tuple[Variable, ...] = (
    quantity("BOOTSTRAP_MP", "m s-1", "friction-velocity threshold of a bootstrap by moving point"),
    quantity("BOOTSTRAP_CP", "m s-1", "friction-velocity threshold of a bootstrap by change point"),
    quantity("BOOTSTRAP_EXTERNAL", "m s-1", "friction-velocity threshold of a bootstrap as given"),
)
TABLE_WORDS: tuple[Variable, ...] = (
    quantity("CLASS_THRESHOLD", "m s-1", "friction-velocity threshold of a class of temperature"),
    category("CLASS_REASON", "why a class of temperature has no threshold", REASONS),
    number("CLASS_RECORDS", "valid records of the night in a class of temperature"),
    quantity("CLASS_USTAR", "m s-1", "mean friction velocity of a class"),
    quantity("CLASS_NEE", "umol m-2 s-1", "mean net ecosystem exchange of a class"),
)
CLASS_WORDS: tuple[Variable, ...] = (
    number("USTAR_SEASON", "season in which thresholds are estimated: 1000 year + first month"),
    number("TEMPERATURE_CLASS", "class of temperature within the season", "0 in none; -1 no valid record of the night"),
    number("USTAR_CLASS", "class of friction velocity within that of temperature", "0 in none; -1 no valid record of the night"),
)
FILTER_WORDS: tuple[Variable, ...] = (
    quantity(
        "NEE",
        "umol m-2 s-1",
        "net ecosystem exchange of carbon dioxide without records of low turbulence",
        "surface_upward_mole_flux_of_carbon_dioxide",
    ),
    quantity("USTAR_THRESHOLD", "m s-1", "friction-velocity threshold that was applied"),
    category("USTAR_FLAG", "why a record is removed for its friction velocity", FLAGS),
)
