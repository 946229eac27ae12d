"""Options of the product ``gap-fill``, and the scheme that they describe."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from icos_core.exceptions import hint
from icos_core.versioned import Options
from icos_ecosystem.gap_filling.driver_options import USUAL_DRIVERS, DriverTable
from icos_ecosystem.gap_filling.feature_options import FeatureNames  # noqa: TC001  # pydantic evaluates annotations
from icos_ecosystem.gap_filling.learned_features import FEATURES
from icos_ecosystem.gap_filling.schedules import scheme_of, steps_of
from icos_ecosystem.vocabulary.gap_filled import FILLED_METEO

if TYPE_CHECKING:
    from typing import Self

    from icos_ecosystem.gap_filling.schedules import Scheme

__all__ = ["NOT_SAMPLED", "GapFillOptions", "scheme_from"]

_WIDEST_LOOKUP = {"oneflux": 77, "reddyproc": 70}
_DIURNAL_STEP = {"oneflux": 3, "reddyproc": 7}
_WIDEST_DIURNAL = 210
NOT_SAMPLED = ("P",)
"""Weather that the mean of similar half hours says nothing of."""


def _fillable(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in FILLED_METEO:
            raise ValueError(f"meteorology: {name!r} cannot be filled{hint(name, FILLED_METEO)}")
    return names


class GapFillOptions(Options):
    """Options of ``gap-fill``."""

    convention: Literal["oneflux", "reddyproc"] = Field(default="oneflux", description="whose windows, edges and long gaps")
    filler: Literal["mds", "learned"] = Field(
        default="mds", description="fluxes by marginal distribution sampling or by boosted regression trees; weather always by the former"
    )
    drivers: DriverTable = Field(
        default=USUAL_DRIVERS,
        description="table: by which variables weather is similar, the most important first; default: SW_IN (20 to 50 W m-2), "
        "TA (2.5 degree_C) and VPD (5 hPa)",
    )
    driver_values: Literal["measured", "filled"] = Field(
        default="measured", description="weather of fluxes as measured, as both peers have it, or with its own gaps filled first"
    )
    symmetric_mean: bool = Field(
        default=False, description="mean of what lies below and above the first driver, each by itself (Vekuri et al. 2023)"
    )
    minimum_count: int = Field(default=2, ge=1, le=100, description="records that an estimate needs at least")
    lookup_days: int = Field(
        default=7, ge=1, le=90, description="days before and after in the smallest window of similar weather, by which it also widens"
    )
    widest_lookup_days: int | None = Field(
        default=None, ge=1, le=366, description="days before and after in the widest one; default 77 (oneflux) or 70 (reddyproc)"
    )
    widest_diurnal_days: int | None = Field(
        default=None,
        ge=0,
        le=3660,
        description="days before and after in the widest window of the mean diurnal course; default: until something is found (oneflux) "
        "or 210 (reddyproc)",
    )
    long_gaps: Literal["auto", "fill", "leave", "reset"] = Field(
        default="auto",
        description="fill: every gap; leave: none longer than longest_gap_days; reset: fluxes badly filled for long are taken out again; "
        "auto: fill (oneflux) or leave (reddyproc)",
    )
    longest_gap_days: float = Field(default=60.0, gt=0, description="with leave: days of the longest gap that is filled")
    margin_days: float = Field(default=15.0, ge=0, description="with reset: days that stay at either end of a badly filled run")
    shortest_reset_days: float = Field(default=5.0, gt=0, description="with reset: fewer days between the margins stay too")
    meteorology: Annotated[tuple[str, ...], AfterValidator(_fillable)] | None = Field(
        default=None, description="variables filled beside the fluxes; default: all that there are, P with a reanalysis only"
    )
    reanalysis: str | None = Field(
        default=None, min_length=1, description="table of a reanalysis at the site, for weather that is missing or poorly filled"
    )
    reanalysis_times: Literal["local", "utc"] = Field(default="local", description="whether its stamps are local standard time or UTC")
    reanalysis_beyond: int = Field(default=1, ge=0, le=3, description="filled weather of a quality above this is taken from it")

    features: FeatureNames = Field(
        default=FEATURES, description="with filler learned: variables from which the trees learn, beside season and time of day"
    )
    seed: int = Field(default=0, ge=0, le=2**31, description="with filler learned: seed of the random numbers")

    @property
    def policy(self) -> Literal["fill", "leave", "reset"]:
        """What becomes of long gaps."""
        if self.long_gaps != "auto":
            return self.long_gaps
        return "fill" if self.convention == "oneflux" else "leave"

    @property
    def meteorology_wanted(self) -> tuple[str, ...]:
        """Variables beside the fluxes that are filled where they are there."""
        if self.meteorology is not None:
            return self.meteorology
        return tuple(name for name in FILLED_METEO if self.reanalysis is not None or name not in NOT_SAMPLED)

    @model_validator(mode="after")
    def _rain_from_somewhere(self) -> Self:
        rain = next((name for name in self.meteorology or () if name in NOT_SAMPLED), None)
        if rain is not None and self.reanalysis is None:
            raise ValueError(f"meteorology: {rain} is filled by a reanalysis only, and none is named")
        return self


def scheme_from(options: GapFillOptions) -> Scheme:
    """Return the scheme that the options describe."""
    step, widest = _DIURNAL_STEP[options.convention], options.widest_diurnal_days
    until_found = options.convention == "oneflux" and widest is None
    lookup = options.widest_lookup_days or _WIDEST_LOOKUP[options.convention]
    steps = steps_of(
        options.lookup_days,
        all_drivers=lookup,
        first_driver=lookup,
        diurnal=(step, 0 if until_found else _WIDEST_DIURNAL if widest is None else widest),
    )
    return replace(
        scheme_of(options.convention, symmetric=options.symmetric_mean),
        steps=steps,
        diurnal_step=step if until_found else 0,
        minimum_count=options.minimum_count,
        longest_gap=options.longest_gap_days if options.policy == "leave" else None,
    )
