"""Options of the product `air-sea-flux`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ocean.calibration.method_spread import OneOrMore
from icos_ocean.gas_transfer import DEFAULT_METHOD, METHODS, TransferMethod
from icos_ocean.skin_temperature import CONSTANT_COOLING
from icos_ocean.wind_profile import PROFILES, wind_factor

__all__ = ["AirSeaFluxOptions"]

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class AirSeaFluxOptions(Options):
    """How the flux is computed from fCO2 of sea water and air, and from wind."""

    stream: StreamName | None = Field(default=None, description="stream to start from; default: the only one with fCO2 and wind")
    gas_transfer: Annotated[tuple[TransferMethod, ...], OneOrMore()] = Field(
        default=(DEFAULT_METHOD,),
        description=f"parameterisation of the transfer velocity, or a list, of which the first is the result: {', '.join(METHODS)}",
    )
    transfer_uncertainty: NotNegative | None = Field(
        default=None, description="standard uncertainty of the transfer velocity relative to it; default: that of the parameterisation"
    )
    wind: Literal["wind_speed", "relative_wind_speed"] = Field(
        default="wind_speed",
        description=(
            "variable of the wind speed, relative_wind_speed where the platform does not move; "
            "wind_speed_second_moment and wind_speed_third_moment are used where there are"
        ),
    )
    wind_height: Annotated[float, Field(gt=0, le=200)] = Field(default=10.0, description="height of the anemometer above the sea, m")
    wind_profile: Literal["logarithmic", "power"] = Field(default="logarithmic", description="how wind speed changes with height")
    wind_profile_parameter: Annotated[float, Field(gt=0)] | None = Field(
        default=None,
        description=f"roughness length, m ({PROFILES['logarithmic']:g}), or exponent ({PROFILES['power']:g}); both defaults unverified",
    )
    wind_uncertainty: NotNegative = Field(
        default=0.5, description="standard uncertainty of wind speed at 10 m, m s⁻¹, common to all rows; an assumption"
    )
    ice_fraction: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None,
        description="fraction of ice, where no variable ice_fraction says it; default: none, and no flux where the variable is missing",
    )
    least_open_water: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.0, description="open water that is left in the densest ice: 0.1 in Takahashi et al. (2009), unverified"
    )
    cool_skin: Literal["none", "constant", "donlon-2002"] = Field(
        default="none", description="skin of the sea: as warm as the water below it, cooler by cool_skin_offset, or by wind speed"
    )
    cool_skin_offset: Annotated[float, Field(ge=-2, le=2)] = Field(
        default=CONSTANT_COOLING, description="temperature of the skin minus that of the water below it with cool_skin = constant, °C"
    )
    cool_skin_uncertainty: NotNegative = Field(
        default=0.07, description="standard uncertainty of that difference, °C, where there is one; an assumption"
    )
    skin_salinity: Annotated[float, Field(ge=-1, le=1)] = Field(
        default=0.0, description="salinity of the skin minus that of the water below it; Woolf et al. (2016) use 0.1, unverified"
    )
    solubility_uncertainty: NotNegative = Field(
        default=0.003, description="standard uncertainty of the solubility relative to it; an assumption"
    )
    air_pressure: Literal["sea_level_pressure", "atmospheric_pressure"] = Field(
        default="sea_level_pressure", description="pressure for fCO2 of air where only its mole fraction xco2_air is there"
    )

    @model_validator(mode="after")
    def _height_is_in_the_profile(self) -> Self:
        wind_factor(self.wind_height, self.wind_profile, self.wind_profile_parameter)
        return self
