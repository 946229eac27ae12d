"""Tables of a station: its anemometer, its analysers, its canopy, each with the time in which it is valid."""

from __future__ import annotations

from datetime import timedelta  # pydantic evaluates annotations
from typing import Annotated, Literal

from pydantic import Field

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, Versioned

__all__ = ["GasAnalyser", "GasName", "LagLimits", "Site", "Sonic"]

GasName = Literal["co2", "h2o", "ch4", "n2o"]
_Length = Annotated[float, Field(gt=0)]
_TimeConstant = Annotated[float, Field(gt=0)]


class Sonic(Versioned):
    """One ``[[calibrate.sonic]]``: the anemometer."""

    model: Text = Field(description="model, such as gill-hs-50, csi-csat3, metek-usonic3; icos describe lists those that are known")
    height: float = Field(gt=0, description="height of the measuring volume above ground in metres")
    frequency: float = Field(gt=0, le=100, description="rows per second that the logger writes")
    north_offset: float = Field(default=0.0, ge=-360, le=360, description="direction of the anemometer's north against north in degrees")
    wind_format: Literal["uvw", "polar", "axis"] = Field(default="uvw", description="what the anemometer puts out")
    wind_reference: Literal["none", "spar", "axis"] = Field(default="none", description="alignment of a Gill anemometer's u")
    firmware: str = Field(default="", description="version of its firmware; a WindMaster's may underestimate the vertical wind")
    vertical_path: _Length | None = Field(default=None, description="vertical path length in metres; default: of the model")
    horizontal_path: _Length | None = Field(default=None, description="horizontal path length in metres; default: of the model")
    time_constant: _TimeConstant | None = Field(default=None, description="response time in seconds; default: of the model")


class LagLimits(Options):
    """Nominal time lag of a gas and the window in which it is sought, in seconds."""

    nominal: float | None = Field(default=None, description="default lag; default: from tube and flow")
    minimum: float | None = Field(default=None, description="first lag that is admissible; default: from the nominal one")
    maximum: float | None = Field(default=None, description="last lag that is admissible; default: from the nominal one")


class GasAnalyser(Versioned):
    """One ``[[calibrate.gas_analyser]]``: an analyser and the gases that are taken from it."""

    model: Text = Field(description="model, such as licor-li7200, licor-li7500, licor-li7700; icos describe lists those that are known")
    gases: tuple[GasName, ...] = Field(min_length=1, description="gases that are taken from this analyser")
    northward_separation: float = Field(default=0.0, description="how far north of the anemometer it takes air, in metres")
    eastward_separation: float = Field(default=0.0, description="how far east of the anemometer it takes air, in metres")
    vertical_separation: float = Field(default=0.0, description="how far above the anemometer it takes air, in metres")
    tube_length: float = Field(default=0.0, ge=0, description="length of the intake tube in metres; closed path")
    tube_diameter: float = Field(default=0.0, ge=0, description="inner diameter of the intake tube in metres; closed path")
    flow_rate: float = Field(default=0.0, ge=0, description="flow through the tube in litres per minute; closed path")
    path: Literal["open", "closed"] | None = Field(default=None, description="open or closed path; default: of the model")
    vertical_path: _Length | None = Field(default=None, description="vertical path length in metres; default: of the model")
    horizontal_path: _Length | None = Field(default=None, description="horizontal path length in metres; default: of the model")
    time_constant: _TimeConstant | None = Field(default=None, description="response time in seconds; default: of the model")
    lags: dict[GasName, LagLimits] = Field(default_factory=dict, description="time lags that do not follow from tube and flow")
    kappa: tuple[tuple[float, ...], ...] = Field(
        default=((1.0,),),
        description="line shape of a LI-7700: coefficients of a polynomial in (T - 298.15 K) / 100 K, by rows, and equivalent pressure "
        "(p - 101325 Pa) / 100 kPa, by columns; default 1: no correction, as its maker's table is not public",
    )


class Site(Versioned):
    """One ``[[calibrate.site]]``: the surface around the tower."""

    canopy_height: float = Field(gt=0, description="height of the canopy in metres")
    displacement_height: float | None = Field(
        default=None, ge=0, description="zero-plane displacement in metres; default 0.67 canopy heights"
    )
    roughness_length: float | None = Field(
        default=None, gt=0, description="aerodynamic roughness length in metres; default 0.15 canopy heights"
    )
    boundary_layer_height: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="height of the boundary layer in metres for the footprint after Kljun 2015; default: estimated"
    )


def half_hour() -> Duration:
    """Return the usual averaging period."""
    return timedelta(minutes=30)
