"""Options of the reader `sunburst-sami-co2`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from icos_core.versioned import Options

__all__ = ["SamiOptions"]


class SamiOptions(Options):
    """How the records of one SAMI-CO2 are written."""

    clock: Literal["instrument", "logger"] = Field(
        default="instrument", description="whose time is that of a row: the instrument's, in the record, or that of a data logger before it"
    )
    adc_bits: Literal[12, 14] = Field(
        default=12, description="bits of the converter for thermistor and battery: 12, in newer instruments 14 (readings above 4095)"
    )
