"""Processing of ICOS observations: a core that knows no domain, and plugins.

What a plugin author needs is exported here: components, hook marker, errors. :func:`run` processes a station description.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from icos_core.components import (
    CalibrationResult,
    Calibrator,
    Cascade,
    Command,
    Context,
    Entry,
    Exporter,
    Figure,
    Guess,
    Outcome,
    Problem,
    Product,
    ProductResult,
    QualityTest,
    Reader,
    ReadResult,
    Requirement,
    SimulationResult,
    Simulator,
    Span,
    Table,
    Tally,
    Variable,
)
from icos_core.exceptions import (
    DataError,
    DescriptionError,
    IcosError,
    InputError,
    LockedError,
    Mistake,
    PluginError,
    RunError,
)
from icos_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from icos_core.api import RunResult, run

__all__ = [
    "CalibrationResult",
    "Calibrator",
    "Cascade",
    "Command",
    "Context",
    "DataError",
    "DescriptionError",
    "Entry",
    "Exporter",
    "Figure",
    "Guess",
    "IcosError",
    "InputError",
    "LockedError",
    "Mistake",
    "Outcome",
    "PluginError",
    "Problem",
    "Product",
    "ProductResult",
    "QualityTest",
    "ReadResult",
    "Reader",
    "Requirement",
    "RunError",
    "RunResult",
    "SimulationResult",
    "Simulator",
    "Span",
    "Table",
    "Tally",
    "Variable",
    "hookimpl",
    "run",
]

_DEFERRED = {"run": "icos_core.api", "RunResult": "icos_core.api"}


def __getattr__(name: str) -> Any:
    """Import what needs xarray only when it is asked for, so that ``icos --version`` stays fast."""
    if name in _DEFERRED:
        return getattr(import_module(_DEFERRED[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
