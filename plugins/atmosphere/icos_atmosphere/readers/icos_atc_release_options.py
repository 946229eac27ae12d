"""Options of the reader ``icos-atc-release``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from icos_atmosphere.readers.icos_atc_release_words import KNOWN_TEXTS
from icos_core.option_types import StreamName, Text  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IcosAtcReleaseOptions"]


def _one_cell(value: str) -> str:
    if ";" in value:
        raise ValueError(f"{value!r} has a semicolon, which separates cells: one text per cell")
    return value


_Cells = tuple[Annotated[Text, AfterValidator(_one_cell)], ...]


class IcosAtcReleaseOptions(Options):
    """Options of ``icos-atc-release``."""

    intake_height: float | None = Field(
        default=None,
        ge=-100,
        le=1000,
        description="which of several intake heights is read, in metres above ground, or the height where the file states none; "
        "default: that of the header, of the rows or of the file's name",
    )
    line: StreamName | None = Field(default=None, description="name of the sampling line; default: the height, such as '90m'")
    averaging_interval: Literal["minute", "hour", "day", "month"] | None = Field(
        default=None, description="interval that a row stands for; default: that of the header or of the file's name"
    )
    calibration_scale: str = Field(
        default="", description="calibration scale of the values, where the file or an instrument in it states none"
    )
    instrument_priority: tuple[int, ...] = Field(
        default=(),
        description="identifiers of instruments, best first: whose row is kept where several have a value at one time; default: the first",
    )
    internal_flags: _Cells = Field(default=(), description="texts of the column InternalFlag beside those known")
    auto_descriptive_flags: _Cells = Field(default=(), description="texts of the column AutoDescriptiveFlag beside those known")
    manual_descriptive_flags: _Cells = Field(default=(), description="texts of the column ManualDescriptiveFlag beside those known")
    scales: _Cells = Field(default=(), description="calibration scales beside those known, such as 'SIO-98'")

    @property
    def texts(self) -> Mapping[str, tuple[str, ...]]:
        """End of the name of a descriptive flag → every text that has a code, in their order."""
        own = {
            "internal_flag": self.internal_flags,
            "auto_descriptive_flag": self.auto_descriptive_flags,
            "manual_descriptive_flag": self.manual_descriptive_flags,
        }
        return {kind: tuple(dict.fromkeys((*known, *own[kind]))) for kind, known in KNOWN_TEXTS.items()}
