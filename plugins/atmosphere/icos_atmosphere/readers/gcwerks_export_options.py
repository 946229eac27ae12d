"""Options of the reader `gcwerks-export`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from icos_atmosphere.scales import UNKNOWN, normalised_scale
from icos_atmosphere.vocabulary import GASES
from icos_core.exceptions import hint
from icos_core.option_types import StreamName, Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

__all__ = ["STREAM", "GcwerksExportOptions"]

STREAM = "gcwerks"


class GcwerksExportOptions(Options):
    """What the exports of one sampling line are, as far as they do not say it."""

    line: StreamName | None = Field(default=None, description="name of the sampling line; default: the height in the file's name (108m)")
    intake_height: float | None = Field(
        default=None, ge=0, le=2000, description="height of the inlet above ground in metres; default: the one in the file's name"
    )
    averaging_interval: Literal["minute", "hour"] | None = Field(
        default=None, description="what a row is the mean of; default: as the file's name says (1minute, hourly), else as rows are apart"
    )
    scales: dict[str, Text] = Field(
        default_factory=dict, description='gas → calibration scale, e.g. {co2 = "WMO CO2 X2019"}; default: unknown'
    )
    sample_type: Text = Field(default="air", description="type of the rows that are read; those of other types are counted")
    instrument: str = Field(default="", description="name of the instrument, for people; default: the one in the file's name")
    instrument_id: int | None = Field(default=None, ge=0, description="its identifier at the Atmosphere Thematic Centre")
    instrument_method: str = Field(default="Cavity ring-down spectrometer", description="what it is, for people")

    @field_validator("scales")
    @classmethod
    def _known_gases(cls, value: dict[str, str]) -> dict[str, str]:
        for gas in value:
            if gas not in GASES:
                raise ValueError(f"no gas {gas!r}{hint(gas, GASES)}")
        return value

    def scale_of(self, gas: str) -> str:
        """Return the scale of a gas in its one spelling."""
        return normalised_scale(self.scales.get(gas, UNKNOWN), gas)
