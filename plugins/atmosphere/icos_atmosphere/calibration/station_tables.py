"""Tables of a station: its instruments, lines, ports, cylinders, water corrections and events, each with its time of validity."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Moment, StreamName, Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, Versioned

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "ROLES",
    "Assigned",
    "Cylinder",
    "Event",
    "GasName",
    "Instrument",
    "Line",
    "Port",
    "ValveName",
    "Water",
]

GasName = Literal["co2", "ch4", "co", "n2o"]
ValveName = Literal["mpv_position", "solenoid_valves", "inlet_number"]
ROLES: tuple[str, ...] = ("calibration", "short-term-target", "long-term-target", "working-standard")


class Instrument(Versioned):
    """An analyser behind a stream; several tables of one stream follow each other in time."""

    stream: StreamName = Field(description="stream of its readings: that of the reader, or the key stream of [[input]]")
    id: int | None = Field(default=None, ge=0, description="identifier at the Atmosphere Thematic Centre")
    model: Text = Field(description="model: decides which rows are fresh, the nominal status word and the usual ranges")
    gases: tuple[GasName, ...] | None = Field(
        default=None,
        min_length=1,
        description="gases of scales that it measures; default: those that its model does, of an unknown one all",
    )
    serial: str = Field(default="", description="serial number")
    method: str = Field(default="", description="what it is, for people; default: that of the model")
    valve: ValveName | None = Field(default=None, description="column that says which port is open; default: that of the model")
    valve_reading: Literal["number", "mask"] = Field(
        default="number", description="whether the column is the number of the port, or a mask with one bit per valve (port 1 is bit 0)"
    )
    nominal_status: int | None = Field(default=None, description="status word of an instrument in order; default: that of the model")
    priority: int = Field(
        default=1, ge=1, description="which instrument serves where several sample a line at the same hour; 1 comes first"
    )


class Line(Versioned):
    """A sampling line."""

    name: StreamName = Field(description="name: '150m'")
    height: float = Field(description="height of the inlet above ground in metres")
    transport_delay: Duration = Field(
        default=timedelta(0), ge=timedelta(0), description="how long air travels from the inlet to the analyser"
    )
    buffer_volume: float = Field(default=0.0, ge=0, description="volume of the buffer in litres; 0: none")
    buffer_flow: float | None = Field(default=None, gt=0, description="flow through the buffer in litres per minute")

    @model_validator(mode="after")
    def _buffers_are_flushed(self) -> Self:
        if self.buffer_volume > 0 and self.buffer_flow is None:
            raise ValueError("buffer_flow: a buffer needs the flow through it")
        return self

    @property
    def delay(self) -> timedelta:
        """How much older the air is than its reading: transport, and the mean age of air in the buffer."""
        age = timedelta(minutes=self.buffer_volume / self.buffer_flow) if self.buffer_flow else timedelta(0)
        return self.transport_delay + age


class Port(Versioned):
    """What is behind a port of the valve: a line or a cylinder."""

    stream: StreamName | None = Field(default=None, description="stream of the instrument; default: every instrument")
    port: int = Field(ge=0, description="number of the port, as the valve's column shows it")
    line: str | None = Field(default=None, description="name of the sampling line")
    cylinder: str | None = Field(default=None, description="name of the cylinder")
    stabilisation: Annotated[Duration, Field(ge=timedelta(0))] | None = Field(
        default=None, description="how long after a switch to this port rows are not used; default: that of its kind"
    )

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.line is None) == (self.cylinder is None):
            raise ValueError("a port leads to either a line or a cylinder")
        return self


class Assigned(Options):
    """Value that a laboratory assigned to a cylinder."""

    value: float = Field(gt=0, description="mole fraction in dry air: µmol/mol for CO2, nmol/mol for the others")
    uncertainty: float = Field(default=0.0, ge=0, description="its standard uncertainty (k = 1), in the same unit")
    scale: Text = Field(description="scale of the value")
    convert: bool = Field(default=False, description="whether to convert it to the scale of the calibration; recorded")


class Cylinder(Versioned):
    """A cylinder."""

    name: Text = Field(description="name on this station: 'CAL1'")
    serial: str = Field(default="", description="number of the cylinder")
    role: Literal["calibration", "short-term-target", "long-term-target", "working-standard"] = Field(description="what it serves for")
    co2: Assigned | None = Field(default=None, description="assigned CO2")
    ch4: Assigned | None = Field(default=None, description="assigned CH4")
    co: Assigned | None = Field(default=None, description="assigned CO")
    n2o: Assigned | None = Field(default=None, description="assigned N2O")

    def assigned(self, gas: str) -> Assigned | None:
        """Return the value of a gas, or None."""
        value: Assigned | None = getattr(self, gas)
        return value


class Water(Versioned):
    """How a gas is corrected for water vapour; h is the water vapour in % that the analyser reports.

    ============= =======================================================================================
    ``factory``   1 + a h + b h² with the factory's coefficients
    ``quadratic`` 1 + a h + b h² with own coefficients
    ``reum-2019`` 1 + a h + b h² + d (exp(-h / h_p) - 1)
    ``co-2013``   (wet - (c1 h + c2 h² + c3 h³ + c4 h⁴)) / (1 + a h + b h²), for CO of a G2401; c in nmol/mol
    ``cubic``     1 + a h + b h² + c h³ with h as a fraction, for N2O and CO of a G5310
    ``analyser``  the dry mole fraction as the analyser reports it
    ``none``      the sample is dry: the wet reading is taken as it is
    ============= =======================================================================================
    """

    stream: StreamName | None = Field(default=None, description="stream of the instrument; default: every instrument")
    gas: GasName = Field(description="the gas")
    form: Literal["factory", "quadratic", "reum-2019", "co-2013", "cubic", "analyser", "none"] = Field(description="form of the correction")
    a: float | None = Field(default=None, description="coefficient of h")
    b: float | None = Field(default=None, description="coefficient of h²")
    c: float | None = Field(default=None, description="coefficient of h³ (cubic)")
    d: float | None = Field(default=None, description="size of the deviation near zero humidity (reum-2019)")
    h_p: float | None = Field(default=None, gt=0, description="humidity at which it has fallen to 1/e, in % (reum-2019)")
    c1: float = Field(default=0.0, description="offset of CO: coefficient of h (co-2013), nmol/mol")
    c2: float = Field(default=0.0, description="offset of CO: coefficient of h² (co-2013)")
    c3: float = Field(default=0.0, description="offset of CO: coefficient of h³ (co-2013)")
    c4: float = Field(default=0.0, description="offset of CO: coefficient of h⁴ (co-2013)")

    @model_validator(mode="after")
    def _has_what_its_form_needs(self) -> Self:
        needed = {"quadratic": ("a", "b"), "reum-2019": ("a", "b", "d", "h_p"), "co-2013": ("a", "b"), "cubic": ("a", "b", "c")}
        absent = [name for name in needed.get(self.form, ()) if getattr(self, name) is None]
        if absent:
            raise ValueError(f"the form {self.form} needs {', '.join(absent)}")
        optional = {"a", "b", "c", "d", "h_p", "c1", "c2", "c3", "c4"}
        used = {*needed.get(self.form, ()), *(("c1", "c2", "c3", "c4") if self.form == "co-2013" else ())}
        idle = sorted((optional - used) & self.model_fields_set)
        if idle:
            raise ValueError(f"the form {self.form} has no {', '.join(idle)}")
        return self


class Event(Options):
    """A moment over which no calibration is interpolated: maintenance, restart, another analyser."""

    time: Moment = Field(description="when (UTC)")
    stream: StreamName | None = Field(default=None, description="stream of the instrument; default: every instrument")
    reason: str = Field(default="", description="what happened")
