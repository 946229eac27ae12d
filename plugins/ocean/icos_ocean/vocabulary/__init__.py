"""The ocean's vocabulary: every variable that readers provide and calibrators require or provide.

Names, units and CF attributes stand here once, one module per family of instruments. An instrument of a third party feeds the ocean's
calibrators by providing the measured words; exporters know the calibrated ones. Standard names are those of the CF table, version 93; a
variable without one has no name there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_ocean.vocabulary import (
    co2_pro,
    flux,
    hydroc,
    isotopologues,
    mapco2,
    oceanpack,
    partial_pressure,
    saildrone,
    sami,
    sensors,
    ship_sensors,
    socat,
)
from icos_ocean.vocabulary.underway import CALIBRATED, DIFFERENCE_TERMS, MEASURED, POSITION, RUN_TYPES, STREAM, UNCERTAINTY_TERMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from icos_core.components import Variable

__all__ = [
    "CALIBRATED",
    "DIFFERENCE_TERMS",
    "MEASURED",
    "POSITION",
    "RUN_TYPES",
    "STREAM",
    "UNCERTAINTY_TERMS",
    "VOCABULARY",
]

VOCABULARY: Mapping[str, Variable] = {
    variable.name: variable
    for words in (
        CALIBRATED,
        MEASURED,
        isotopologues.MEASURED,
        isotopologues.CALIBRATED,
        sensors.MEASURED,
        mapco2.MEASURED,
        oceanpack.MEASURED,
        saildrone.MEASURED,
        mapco2.CALIBRATED,
        co2_pro.MEASURED,
        sami.MEASURED,
        sami.CALIBRATED,
        partial_pressure.CALIBRATED,
        hydroc.MEASURED,
        hydroc.CALIBRATED,
        ship_sensors.MEASURED,
        socat.MEASURED,
        flux.MEASURED,
    )
    for variable in words
}
"""All words by name."""
