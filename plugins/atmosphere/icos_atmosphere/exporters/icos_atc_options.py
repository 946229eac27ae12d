"""Options of the exporter ``icos-atc``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

__all__ = ["NEAR_REAL_TIME", "RELEASE", "UNDEFINED", "IcosAtcOptions"]

RELEASE, NEAR_REAL_TIME = "release", "near-real-time"
UNDEFINED = "Undefined"
"""What the Thematic Centre writes where nothing is stated."""

_Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\r\n]*$")]
_LICENCE = (
    "ICOS DATA is licensed under a Creative Commons Attribution 4.0 international licence (http://creativecommons.org/licenses/by/4.0/). "
    "The ICOS data licence is described at https://data.icos-cp.eu/licence."
)


class IcosAtcOptions(Options):
    """Options of ``icos-atc``; texts stand in the header, in one line each."""

    streams: tuple[StreamName, ...] = Field(default=(), description="hourly series to write; default: all")
    layout: Literal["release", "near-real-time"] | None = Field(
        default=None, description="default: release at level final, near-real-time at level nrt"
    )
    project_data_version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]*$")] = Field(
        default="", description="version of the release, such as 'L2-2024.1'; needed for a release, part of its name"
    )
    country: _Line = Field(default="", description="country or territory; needed")
    contributor: _Line = Field(default="", description="who contributes the data; default: institution of the contact")
    contact_point: _Line = Field(default="", description="address for questions; default: that of the contact")
    station_category: _Line = Field(default=UNDEFINED, description="such as 'Class 1', 'Class 2' or 'Contributing'")
    observation_category: _Line = Field(default="Air sampling observation at a Stationary platform", description="kind of observation")
    sampling_type: _Line = Field(default="continuous", description="kind of sampling")
    data_policy: _Line = Field(default=_LICENCE, description="policy or licence of the data")
    comments: tuple[_Line, ...] = Field(default=(), description="lines of the comment behind those that explain the format")
    quality_id: int = Field(default=0, ge=0, description="QualityId of rows for which the series states none")

    def layout_at(self, level: str) -> str:
        """Return the layout at a level of the run."""
        return self.layout or (RELEASE if level == "final" else NEAR_REAL_TIME)
