"""Options of the simulator `picarro`: a tower, its cylinders, its analyser, and how far off they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator, model_validator

from icos_atmosphere.calibration.station_tables import GasName  # noqa: TC001  # pydantic evaluates annotations
from icos_atmosphere.simulators.picarro_air_options import AirSimulation, SimulatedLine
from icos_atmosphere.simulators.picarro_analyser_options import AnalyserSimulation
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Moment, Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from typing import Self

__all__ = ["CalibrationSchedule", "PicarroSimulation", "SimulatedCylinder", "TargetSchedule"]

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0, le=0.5)]
_NONE = timedelta(0)
_ROLES = Literal["calibration", "short-term-target", "long-term-target"]


class SimulatedCylinder(Options):
    """A cylinder with its assigned values; the true ones are drawn around them."""

    name: Text = Field(description="name: 'CAL1'")
    role: _ROLES = Field(default="calibration", description="what it serves for")
    port: int = Field(ge=1, le=16, description="port of the valve that it is connected to")
    co2: Positive = Field(description="assigned CO2, µmol mol⁻¹")
    ch4: Positive = Field(description="assigned CH4, nmol mol⁻¹")
    co: Positive = Field(description="assigned CO, nmol mol⁻¹")
    n2o: Positive = Field(description="assigned N2O, nmol mol⁻¹")

    def assigned(self, gas: GasName) -> float:
        """Return the assigned value of a gas."""
        value: float = getattr(self, gas)
        return value


class CalibrationSchedule(Options):
    """When the calibration cylinders are measured: all of them one after the other, so many times."""

    first: Duration = Field(default=timedelta(hours=2), ge=_NONE, description="time from the start to the first sequence")
    every: Duration = Field(default=timedelta(days=15), gt=_NONE, description="time from sequence to sequence")
    cycles: int = Field(default=3, ge=1, description="how often each cylinder is measured in a sequence")
    injection: Duration = Field(default=timedelta(minutes=30), ge=timedelta(minutes=1), description="length of one measurement")


class TargetSchedule(Options):
    """When a target is measured; one that falls on a calibration sequence or another target comes after it."""

    first: Duration = Field(default=timedelta(hours=5), ge=_NONE, description="time from the start to the first measurement")
    every: Duration = Field(default=timedelta(hours=10), gt=_NONE, description="time from measurement to measurement")
    injection: Duration = Field(default=timedelta(minutes=30), ge=timedelta(minutes=1), description="length of one measurement")


class PicarroSimulation(Options):
    """A tall tower with one analyser."""

    start: Moment = Field(default=datetime(2024, 3, 1, tzinfo=UTC), description="time of the first row (UTC), whole seconds")
    duration: Duration = Field(default=timedelta(hours=44), description="how long the station is watched, whole seconds")
    latitude: float = Field(default=50.0, ge=-90, le=90, description="degrees north")
    longitude: float = Field(default=8.5, ge=-180, le=180, description="degrees east")
    altitude: float = Field(default=120.0, description="of the ground, m above sea level")
    utc_offset: float = Field(default=1.0, ge=-12, le=14, description="local standard time minus UTC, hours")

    lines: tuple[SimulatedLine, ...] = Field(
        default=(
            SimulatedLine(name="10m", height=10.0, port=1, transport_delay=timedelta(seconds=5)),
            SimulatedLine(name="50m", height=50.0, port=2, transport_delay=timedelta(seconds=15)),
            SimulatedLine(name="150m", height=150.0, port=3, transport_delay=timedelta(seconds=40)),
        ),
        min_length=1,
        description="the sampling lines, in the order in which they are sampled",
    )
    rotation: Duration = Field(
        default=timedelta(minutes=20), ge=timedelta(minutes=1), description="how long each line is sampled, counted from the start"
    )
    air: AirSimulation = Field(default_factory=AirSimulation, description="the air")

    cylinders: tuple[SimulatedCylinder, ...] = Field(
        default=(
            SimulatedCylinder(name="CAL1", port=5, co2=379.84, ch4=1851.2, co=61.4, n2o=325.12),
            SimulatedCylinder(name="CAL2", port=6, co2=409.97, ch4=1948.7, co=118.9, n2o=332.4),
            SimulatedCylinder(name="CAL3", port=7, co2=429.93, ch4=2052.3, co=203.6, n2o=339.05),
            SimulatedCylinder(name="CAL4", port=8, co2=459.72, ch4=2249.6, co=348.2, n2o=350.6),
            SimulatedCylinder(name="STT", role="short-term-target", port=9, co2=416.35, ch4=1987.4, co=137.8, n2o=336.2),
            SimulatedCylinder(name="LTT", role="long-term-target", port=10, co2=402.61, ch4=1921.8, co=104.1, n2o=331.7),
        ),
        description="the cylinders; those for calibration are measured in this order",
    )
    calibration: CalibrationSchedule = Field(
        default=CalibrationSchedule(every=timedelta(hours=39), cycles=2, injection=timedelta(minutes=20)),
        description="calibration sequences; by default two short ones, near the start and the end",
    )
    short_term_target: TargetSchedule = Field(default_factory=TargetSchedule, description="measurements of the short-term target")
    long_term_target: TargetSchedule = Field(
        default=TargetSchedule(first=timedelta(hours=3), every=timedelta(days=15)), description="measurements of the long-term target"
    )
    stabilisation_of_air: Duration = Field(
        default=timedelta(minutes=5), ge=_NONE, description="for the description: how long after a switch rows of lines are not used"
    )
    stabilisation_of_cylinders: Duration = Field(default=timedelta(minutes=10), ge=_NONE, description="the same of cylinders")

    analyser: AnalyserSimulation = Field(default_factory=AnalyserSimulation, description="the analyser")
    mirrored: bool = Field(
        default=False,
        description="draw the errors of cylinders and the drift of the response with the other sign: with its twin, a station shows a bias "
        "sooner",
    )
    duplicated_rows: Fraction = Field(default=0.0, description="fraction of rows that are written twice")
    cut_files: Fraction = Field(default=0.0, description="fraction of files that end in the middle of a row")

    @field_validator("start")
    @classmethod
    def _of_our_time(cls, value: datetime) -> datetime:
        if value.year < 1990:
            raise ValueError("the year 1990 or later")
        return value

    @model_validator(mode="after")
    def _whole_seconds(self) -> Self:
        problems = [f"{name}: a whole number of seconds" for name in ("duration", "rotation") if getattr(self, name) % timedelta(seconds=1)]
        if self.start.microsecond:
            problems.append("start: a whole second")
        if self.duration < timedelta(minutes=1):
            problems.append("duration: at least a minute")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @model_validator(mode="after")
    def _a_station(self) -> Self:
        problems = []
        ports = [each.port for each in self.lines] + [each.port for each in self.cylinders]
        problems += [f"port {port} leads to two things" for port in sorted({port for port in ports if ports.count(port) > 1})]
        for name in ("lines", "cylinders"):
            names = [each.name for each in getattr(self, name)]
            problems += [f"{name}: {each!r} twice" for each in sorted({each for each in names if names.count(each) > 1})]
        for role in ("short-term-target", "long-term-target"):
            if len(self.of_role(role)) > 1:
                problems.append(f"cylinders: one {role} at most")
        if self.cylinders and self.calibration.every <= self.sequence_length:
            problems.append(f"calibration.every: a sequence takes {self.sequence_length}; expected more than that")
        problems += [
            f"{name}.every: more than the {getattr(self, name).injection} that one measurement takes"
            for name in ("short_term_target", "long_term_target")
            if getattr(self, name).every <= getattr(self, name).injection
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def of_role(self, role: str) -> tuple[int, ...]:
        """Return the positions of the cylinders of a role."""
        return tuple(position for position, each in enumerate(self.cylinders) if each.role == role)

    @property
    def sequence_length(self) -> timedelta:
        """How long a calibration sequence takes."""
        return self.calibration.injection * self.calibration.cycles * len(self.of_role("calibration"))
