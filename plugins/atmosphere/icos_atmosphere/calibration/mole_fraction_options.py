"""Options of the calibrator `mole-fraction`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from icos_atmosphere.calibration.station_tables import (  # noqa: TC001  # pydantic evaluates annotations
    Cylinder,
    Event,
    GasName,
    Instrument,
    Line,
    Port,
    Water,
)
from icos_atmosphere.scales import NONE, conversion, normalised_scale
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.exceptions import hint
from icos_core.option_types import Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Self

__all__ = ["DEFAULT_LIMITS", "GasLimits", "LimitsOf", "MoleFractionOptions", "Stabilisation"]


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
    slope_range: tuple[float, float] = Field(default=(0.9, 1.1), description="slopes of assigned against measured values that are accepted")
    maximum_gap: Duration | None = Field(
        default=None, description="calibrations further apart than this are not interpolated, each is held; default: no limit"
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

    @property
    def gases(self) -> tuple[str, ...]:
        """The gases, in the usual order."""
        return tuple(gas for gas in DEFAULT_LIMITS if gas in self.scales)

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> Self:
        lines, cylinders = {line.name for line in self.lines}, {cylinder.name for cylinder in self.cylinders}
        streams = {instrument.stream for instrument in self.instruments}
        problems: list[str] = []
        for number, port in enumerate(self.ports):
            if port.line is not None and port.line not in lines:
                problems.append(f"ports[{number}].line: there is no line {port.line!r}{hint(port.line, lines)}")
            if port.cylinder is not None and port.cylinder not in cylinders:
                problems.append(f"ports[{number}].cylinder: there is no cylinder {port.cylinder!r}{hint(port.cylinder, cylinders)}")
        tables: tuple[tuple[str, Iterable[Port | Water | Event]], ...] = (
            ("ports", self.ports),
            ("water", self.water),
            ("events", self.events),
        )
        problems += [
            f"{table}[{number}].stream: there is no instrument with the stream {each.stream!r}{hint(each.stream, streams)}"
            for table, entries in tables
            for number, each in enumerate(entries)
            if each.stream is not None and each.stream not in streams
        ]
        problems += [f"water: {each.gas} is not among the gases of scales" for each in self.water if each.gas not in self.scales]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @model_validator(mode="after")
    def _nothing_is_two_things_at_a_time(self) -> Self:
        twice: list[str] = []
        twice += [f"two tables of the instrument {left.stream!r}" for left, _ in overlaps(self.instruments, lambda each: each.stream)]
        twice += [f"two tables of the line {left.name!r}" for left, _ in overlaps(self.lines, lambda each: each.name)]
        twice += [f"two tables of the cylinder {left.name!r}" for left, _ in overlaps(self.cylinders, lambda each: each.name)]
        for left, right in overlaps(self.ports, lambda each: each.port):
            if left.stream == right.stream or left.stream is None or right.stream is None:
                twice.append(f"two tables of port {left.port}")
        for left_water, right_water in overlaps(self.water, lambda each: each.gas):
            if left_water.stream == right_water.stream or left_water.stream is None or right_water.stream is None:
                twice.append(f"two water corrections of {left_water.gas}")
        if twice:
            raise ValueError(f"{'; '.join(dict.fromkeys(twice))} are valid at the same time")
        return self

    @model_validator(mode="after")
    def _one_scale_per_calibration(self) -> Self:
        problems = []
        for gas in self.gases:
            wanted = self.scale_of(gas)
            for cylinder in self.cylinders:
                assigned = cylinder.assigned(gas)
                if assigned is None or wanted == NONE:
                    continue
                scale = normalised_scale(assigned.scale, gas)
                if scale == wanted:
                    continue
                if not assigned.convert:
                    problems.append(
                        f"cylinder {cylinder.name!r}: its {gas} is on {scale}, the calibration on {wanted}: assign it there, or say "
                        "convert = true"
                    )
                    continue
                try:
                    conversion(gas, scale, wanted)
                except ValueError as error:
                    problems.append(f"cylinder {cylinder.name!r}: {error}")
            calibrating = {each.name for each in self.cylinders if each.role == "calibration" and each.assigned(gas) is not None}
            if wanted != NONE and len(calibrating) < self.minimum_cylinders:
                problems.append(
                    f"{gas}: a calibration needs {self.minimum_cylinders} cylinders of the role calibration with a value, there are "
                    f"{len(calibrating)}; or say scales.{gas} = 'none'"
                )
        if problems:
            raise ValueError("; ".join(problems))
        return self
