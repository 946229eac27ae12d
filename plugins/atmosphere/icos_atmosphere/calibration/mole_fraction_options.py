"""Options of the calibrator `mole-fraction`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from icos_atmosphere.calibration.instrument_facts import gases_of
from icos_atmosphere.calibration.option_mistakes import all_at_once
from icos_atmosphere.calibration.station_checks import StationTables, mistakes_of
from icos_atmosphere.calibration.station_tables import (  # noqa: TC001  # pydantic evaluates annotations
    Cylinder,
    Event,
    GasName,
    Instrument,
    Line,
    Port,
    Water,
)
from icos_atmosphere.scales import NONE, normalised_scale
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Text, expected
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from pydantic import ModelWrapValidatorHandler

__all__ = ["DEFAULT_LIMITS", "GasLimits", "LimitsOf", "MoleFractionOptions", "Stabilisation", "condensing_options"]


def _in_order(value: tuple[float, float]) -> tuple[float, float]:
    if not 0 < value[0] < value[1]:
        raise expected("the smallest and the largest slope, such as [0.9, 1.1]")
    return value


class Stabilisation(Options):
    """How long after a switch rows are not used, where the port does not say."""

    ambient: Duration = Field(default=timedelta(minutes=5), ge=timedelta(0), description="lines; unverified default of the Thematic Centre")
    cylinder: Duration = Field(
        default=timedelta(minutes=10), ge=timedelta(0), description="cylinders; unverified default of the Thematic Centre"
    )


class GasLimits(Options):
    """Limits of one gas, in its unit; what is left out has the usual value."""

    residual: float | None = Field(default=None, gt=0, description="largest residual of a cylinder in a fit that is accepted")
    cycle_spread: float | None = Field(default=None, gt=0, description="largest standard deviation of a cylinder's cycles")
    drift: float | None = Field(default=None, gt=0, description="change over the kept part of an injection from which it is still drifting")
    repeatability: float | None = Field(
        default=None, ge=0, description="standard deviation of fresh readings within a minute, where no short-term target tells it"
    )
    long_term_repeatability: float | None = Field(
        default=None, ge=0, description="long-term repeatability, where no short-term target tells it"
    )
    scale_uncertainty: float | None = Field(
        default=None, ge=0, description="standard uncertainty that all cylinders share through the scale"
    )


class LimitsOf(Options):
    """Every limit of one gas, filled in."""

    residual: float
    cycle_spread: float
    drift: float
    repeatability: float
    long_term_repeatability: float
    scale_uncertainty: float = 0.0


DEFAULT_LIMITS: Mapping[str, LimitsOf] = {
    "co2": LimitsOf(residual=0.05, cycle_spread=0.1, drift=0.05, repeatability=0.05, long_term_repeatability=0.05),
    "ch4": LimitsOf(residual=1.0, cycle_spread=2.0, drift=0.5, repeatability=1.0, long_term_repeatability=0.5),
    "co": LimitsOf(residual=2.0, cycle_spread=4.0, drift=1.0, repeatability=2.0, long_term_repeatability=1.0),
    "n2o": LimitsOf(residual=0.2, cycle_spread=0.2, drift=0.1, repeatability=0.1, long_term_repeatability=0.1),
}
"""Usual limits; precisions are those of the ICOS Atmosphere Station Specifications (doi:10.18160/GK28-2188), unverified."""


class MoleFractionOptions(Options):
    """Options of ``mole-fraction``."""

    scales: dict[GasName, Text] = Field(
        min_length=1, description="gas → scale of the result, for every gas that is wanted; 'none': uncalibrated, as the analyser reads it"
    )
    instruments: tuple[Instrument, ...] = Field(min_length=1, description="the analysers")
    lines: tuple[Line, ...] = Field(min_length=1, description="the sampling lines")
    ports: tuple[Port, ...] = Field(min_length=1, description="what is behind each port of the valve")
    cylinders: tuple[Cylinder, ...] = Field(default=(), description="the cylinders")
    water: tuple[Water, ...] = Field(default=(), description="water corrections; default: the dry mole fraction as the analyser reports it")
    events: tuple[Event, ...] = Field(default=(), description="moments over which no calibration is interpolated")
    stabilisation: Stabilisation = Field(default_factory=Stabilisation, description="how long after a switch rows are not used")
    segment_gap: Duration = Field(
        default=timedelta(minutes=5), gt=timedelta(0), description="without rows for longer than this, flushing begins anew"
    )
    scheme: Literal["sequence", "per-sample"] = Field(
        default="sequence",
        description="sequence: a line per calibration sequence, its coefficients interpolated in time; per-sample: every cylinder "
        "interpolated in time, a line per sample",
    )
    fit: Literal["ols", "odr"] = Field(default="ols", description="least squares in the assigned value, or orthogonal distance regression")
    conditioning_cycles: int = Field(default=1, ge=0, description="first cycles of a sequence that are dropped, where more follow")
    sequence_gap: Duration = Field(
        default=timedelta(hours=6), gt=timedelta(0), description="injections further apart than this belong to different sequences"
    )
    minimum_cylinders: int = Field(default=3, ge=2, description="fewest cylinders of a sequence that is accepted")
    slope_range: Annotated[tuple[float, float], AfterValidator(_in_order)] = Field(
        default=(0.9, 1.1), description="slopes of assigned against measured values that are accepted"
    )
    maximum_gap: Annotated[Duration, Field(gt=timedelta(0))] | None = Field(
        default=None,
        description="calibrations further apart than this are not interpolated, each is held; default: no limit",
    )
    limits: dict[GasName, GasLimits] = Field(default_factory=dict, description="limits of a gas that are not the usual ones")
    water_difference: float = Field(
        default=0.2, gt=0, description="difference in water vapour (%) between sample and cylinders from which a minute is marked"
    )
    target_average: Duration = Field(
        default=timedelta(minutes=10),
        gt=timedelta(0),
        description="end of a target injection whose mean counts for long-term repeatability",
    )
    ltr_window: Duration = Field(
        default=timedelta(days=3), gt=timedelta(0), description="time before a target injection whose means tell long-term repeatability"
    )

    def limits_of(self, gas: str) -> LimitsOf:
        """Return every limit of a gas."""
        own = self.limits.get(gas)  # type: ignore[call-overload]
        stated = own.model_dump(exclude_none=True) if own is not None else {}
        return DEFAULT_LIMITS[gas].model_copy(update=stated)

    def scale_of(self, gas: str) -> str:
        """Return the scale of a gas in its one spelling."""
        return normalised_scale(self.scales[gas], gas)  # type: ignore[index]

    def of_stream(self, stream: str) -> MoleFractionOptions:
        """Return the options for one stream: its instruments may not measure all gases that are wanted of the station."""
        measured = {gas for each in self.instruments if each.stream == stream for gas in gases_of(each, self.gases)}
        if measured == set(self.gases):
            return self
        return self.model_copy(update={"scales": {gas: scale for gas, scale in self.scales.items() if gas in measured}})

    @property
    def gases(self) -> tuple[str, ...]:
        """The gases, in the usual order."""
        return tuple(gas for gas in DEFAULT_LIMITS if gas in self.scales)

    @model_validator(mode="wrap")
    @classmethod
    def _goes_together(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Tell what does not go together beside what is wrong by itself: a person mends everything at once."""
        before = None
        try:
            options = handler(data)
        except ValidationError as error:
            if not isinstance(data, dict):
                raise
            before = error
        found = mistakes_of(StationTables.among(data if before is not None else dict(options)))
        if before is not None or found:
            raise all_at_once(cls.__name__, before, found)
        return options


_LATER = (
    "scheme",
    "fit",
    "conditioning_cycles",
    "sequence_gap",
    "minimum_cylinders",
    "slope_range",
    "maximum_gap",
    "water_difference",
    "target_average",
    "ltr_window",
)
"""Options that cells do not depend on."""


def condensing_options(options: MoleFractionOptions) -> MoleFractionOptions:
    """Return the options without what cells do not depend on: values and roles of cylinders, heights, rules of the calibration.

    A cylinder that is assigned anew, or another way to fit, is no reason to read a year of raw files again.
    """
    fields = type(options).model_fields
    unassigned = {"serial": "", "role": "calibration", **dict.fromkeys(DEFAULT_LIMITS)}
    anywhere = {"height": 0.0, "transport_delay": timedelta(0), "buffer_volume": 0.0, "buffer_flow": None}
    return options.model_copy(
        update={
            "scales": dict.fromkeys(options.scales, NONE),
            "instruments": tuple(each.model_copy(update={"method": "", "priority": 1}) for each in options.instruments),
            "lines": tuple(each.model_copy(update=anywhere) for each in options.lines),
            "cylinders": tuple(each.model_copy(update=unassigned) for each in options.cylinders),
            "events": (),
            "limits": {},
            **{name: fields[name].default for name in _LATER},
        }
    )
