"""Options of the calibrator ``released-mole-fraction``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from icos_atmosphere.calibration.station_tables import GasName  # noqa: TC001  # pydantic evaluates annotations
from icos_atmosphere.scales import NONE, UNKNOWN, normalised_scale
from icos_core.option_types import StreamName, Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from typing import Self

__all__ = ["ReleasedOptions"]


class ReleasedOptions(Options):
    """Options of ``released-mole-fraction``."""

    streams: tuple[StreamName, ...] = Field(
        default=(), description="streams of finished series; default: all with a mole fraction that no analyser of this run made"
    )
    scale: dict[GasName, Text] = Field(
        default_factory=dict,
        description='scale that values are converted to, per gas, such as { co2 = "WMO CO2 X2019" }; default: each stays on its own',
    )
    unconvertible: Literal["refuse", "missing"] = Field(
        default="refuse", description="values from whose scale no conversion to `scale` is known stop the run, or become missing"
    )

    def wanted(self, gas: str) -> str | None:
        """Return the scale that values of a gas are converted to, in its one spelling; None where they stay on their own."""
        scale = self.scale.get(gas)  # type: ignore[call-overload]
        return normalised_scale(scale, gas) if scale is not None else None

    @model_validator(mode="after")
    def _scales_are_scales(self) -> Self:
        for gas, scale in self.scale.items():
            if normalised_scale(scale, gas) in {NONE, UNKNOWN}:
                raise ValueError(f"scale.{gas}: {scale!r} is no scale that values can be converted to")
        return self
