"""What hooks hand over: entries, and the components that entries load.

A hook returns *entries*: kind, name, one line of summary and where to load the component from. A component is a frozen
dataclass of an options model (pydantic) and plain functions. Every function takes a :class:`Context` as its last argument;
fields can be added to it, and optional fields to every class below, without breaking a plugin.
"""

from icos_core.components.context import Context
from icos_core.components.entries import HOOK_OF_KIND, Entry, entries_of
from icos_core.components.handed_over import (
    CalibrationResult,
    Cascade,
    Outcome,
    Problem,
    ProductResult,
    ReadResult,
    SimulationResult,
    Span,
    Stage,
    Streams,
    Table,
    Tally,
)
from icos_core.components.kinds import Calibrator, Command, Component, Exporter, Figure, Guess, Product, QualityTest, Reader, Simulator
from icos_core.components.vocabulary import Requirement, Variable

__all__ = [
    "HOOK_OF_KIND",
    "CalibrationResult",
    "Calibrator",
    "Cascade",
    "Command",
    "Component",
    "Context",
    "Entry",
    "Exporter",
    "Figure",
    "Guess",
    "Outcome",
    "Problem",
    "Product",
    "ProductResult",
    "QualityTest",
    "ReadResult",
    "Reader",
    "Requirement",
    "SimulationResult",
    "Simulator",
    "Span",
    "Stage",
    "Streams",
    "Table",
    "Tally",
    "Variable",
    "entries_of",
]
