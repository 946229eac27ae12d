"""Rules of the moving-point test in both conventions: classes, plateau, what a season and a year need.

References
----------
Papale et al. (2006), Biogeosciences 3, 571, doi:10.5194/bg-3-571-2006
Wutzler et al. (2018), Biogeosciences 15, 5015, doi:10.5194/bg-15-5015-2018
Pastorello et al. (2020), Sci. Data 7, 225, doi:10.1038/s41597-020-0534-3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from icos_ecosystem.ustar.filtering import Convention

__all__ = [
    "CORRELATED",
    "FEW_RECORDS",
    "FOUND",
    "NO_PLATEAU",
    "REASONS",
    "WINDY",
    "ClassRules",
    "MovingPointRules",
    "moving_point_rules",
]

FOUND, FEW_RECORDS, CORRELATED, WINDY, NO_PLATEAU = 0, 1, 2, 3, 4
REASONS = {
    FOUND: "threshold_found",
    FEW_RECORDS: "too_few_records",
    CORRELATED: "friction_velocity_and_temperature_correlated",
    WINDY: "first_class_not_calm",
    NO_PLATEAU: "no_plateau",
}
"""Why a class of temperature has no threshold."""


class ClassRules(NamedTuple):
    """Rules of the classes and of the plateau.

    Attributes
    ----------
    temperature_classes, ustar_classes
        Their numbers.
    least_in_group
        Records that a season needs.
    least_in_class
        Records that a class of temperature needs.
    correlation
        Largest absolute correlation of friction velocity and temperature in a class.
    correlation_below
        Whether the correlation must be below it; else it may equal it.
    first_ustar
        Largest mean friction velocity [m s-1] of the first class.
    plateau
        Share of the mean of the following classes that the flux must reach.
    window
        Classes of that mean.
    classes_above
        Classes that must follow the one that is the threshold; 2 or more.
    size_from_last_end
        Whether the nominal size of a class of friction velocity is counted from the end of the one before, and a last one of less than
        0.9 of it is added to the one before; else ends are counted from the first record on.
    """

    temperature_classes: int
    ustar_classes: int
    least_in_group: int
    least_in_class: int
    correlation: float
    correlation_below: bool
    first_ustar: float
    plateau: float
    window: int
    classes_above: int
    size_from_last_end: bool


@dataclass(frozen=True, kw_only=True)
class MovingPointRules:
    """All rules of the test.

    Attributes
    ----------
    convention
        Whose way of putting seasons and years together it is.
    classes
        Rules of the classes.
    least_in_year
        Records that a year needs for seasons of its own, else all of it is one season: of ONEFlux those of the day count too.
    least_in_season
        Records that a year which is one season needs in ONEFlux: more than these.
    least_share_of_classes
        Share of a season's classes of temperature that need a threshold.
    """

    convention: Convention
    classes: ClassRules
    least_in_year: int = 3000
    least_in_season: int = 160
    least_share_of_classes: float = 0.0


def moving_point_rules(
    convention: Convention,
    *,
    temperature_classes: int = 7,
    ustar_classes: int = 20,
    plateau: float | None = None,
    classes_above: int | None = None,
    least_in_class: int = 100,
    least_in_season: int = 160,
    least_in_year: int = 3000,
    correlation: float = 0.5,
    first_ustar: float = 0.2,
    window: int = 10,
) -> MovingPointRules:
    """Return the rules of a convention.

    Parameters
    ----------
    convention
        ONEFlux's ``ustar_mp`` or REddyProc.
    temperature_classes, ustar_classes
        Numbers of classes.
    plateau
        Share of the mean of the following classes that the flux must reach. None: 1 in ONEFlux, 0.95 in REddyProc.
    classes_above
        Classes that must follow the threshold. None: 2 in ONEFlux, 3 in REddyProc.
    least_in_class, least_in_season, least_in_year
        Records that a class of temperature, a season and a year need.
    correlation
        Largest absolute correlation of friction velocity and temperature in a class; in REddyProc it must be below.
    first_ustar
        Largest mean friction velocity of the first class [m s-1].
    window
        Classes of the mean with which a class is compared.

    Raises
    ------
    ValueError
        Where fewer than two classes must follow the threshold.
    """
    of_oneflux = convention == "oneflux"
    above = classes_above if classes_above is not None else 2 if of_oneflux else 3
    if above < 2:
        raise ValueError(f"classes_above is {above}: the test looks at two classes beyond the threshold, expected 2 or more")
    whole = least_in_class * temperature_classes
    return MovingPointRules(
        convention=convention,
        classes=ClassRules(
            temperature_classes=temperature_classes,
            ustar_classes=ustar_classes,
            least_in_group=whole if of_oneflux else max(whole, least_in_season),
            least_in_class=least_in_class if of_oneflux else 0,
            correlation=correlation,
            correlation_below=not of_oneflux,
            first_ustar=first_ustar,
            plateau=plateau if plateau is not None else 1.0 if of_oneflux else 0.95,
            window=window,
            classes_above=above,
            size_from_last_end=not of_oneflux,
        ),
        least_in_year=least_in_year,
        least_in_season=least_in_season,
        least_share_of_classes=0.0 if of_oneflux else 0.2,
    )
