"""The kinds of components: frozen dataclasses of an options model and plain functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import click
    import xarray as xr
    from matplotlib.figure import Figure as MatplotlibFigure
    from pydantic import BaseModel

    from icos_core.components.context import Context
    from icos_core.components.handed_over import (
        CalibrationResult,
        Cascade,
        Outcome,
        ProductResult,
        ReadResult,
        SimulationResult,
        Span,
        Stage,
        Streams,
    )
    from icos_core.components.vocabulary import Requirement, Variable

__all__ = ["Calibrator", "Command", "Component", "Exporter", "Figure", "Guess", "Product", "QualityTest", "Reader", "Simulator"]


def _no_files(_options: Any, _context: Context) -> tuple[Path, ...]:
    return ()


def _no_reach(_options: Any) -> timedelta:
    return timedelta(0)


def _itself(options: Any) -> Any:
    return options


def _nothing(_options: Any) -> tuple[Any, ...]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Guess:
    """How a reader would describe a file that it was shown.

    Attributes
    ----------
    confidence
        0 to 1: how sure the reader is that the file is one of its instrument's. 1 only for what no other format has.
    options
        The ``[[input]]`` keys beside `reader` and `files`, fit for TOML: what was found, defaults left out.
    found
        What the guess rests on, one sentence each.
    unsure
        What the file does not tell, or not for certain, one sentence each, beginning with the key that it is about.
    """

    confidence: float
    options: Mapping[str, Any] = field(default_factory=dict)
    found: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One file → rows as measured.

    `read(path, options, context)` raises :class:`icos_core.InputError` for a file it cannot read and nothing else.
    `span(path, options, context)` tells cheaply what time the file covers.
    `provides(options)` lists the vocabulary per stream: stream name → variables it may deliver.
    `guess(path)`, where there is one, looks at a file and proposes how to describe it; None where it is of another format. It raises
    nothing.
    """

    name: str
    summary: str
    options: type[BaseModel]
    read: Callable[[Path, Any, Context], ReadResult]
    span: Callable[[Path, Any, Context], Span]
    provides: Callable[[Any], Mapping[str, tuple[Variable, ...]]]
    guess: Callable[[Path], Guess | None] | None = None


@dataclass(frozen=True, kw_only=True)
class Calibrator:
    """All condensed rows → physical quantities with standard uncertainty.

    Attributes
    ----------
    requires, provides
        ``f(options)`` → stream name → requirements or vocabulary. The stream name ``"*"`` in `requires` stands for the one stream
        that has what is required, in `provides` and `cascades` for what the calibrator makes of it.
    calibrate
        ``f(streams, options, context)`` → :class:`CalibrationResult`. The streams carry their flags (``x_flag`` …); the
        calibrator leaves out questionable and bad data by its declared rule.
    condense
        Optional ``f(streams, options, context)`` → streams with fewer rows; called once per period with the rows of the period
        plus `look_back`, with the keyword ``period=(start, end)`` (half-open, ``datetime64[ns]``); returns only rows of the period.
    condensing
        ``f(options)`` → the options that `condense` is given; what it leaves out may change without condensing again. Default: all.
    period
        ``f(options)`` → length of a period; required with `condense`. Periods are aligned to 1970-01-01T00:00Z.
    look_back
        ``f(options)`` → how far before a period's start `condense` must see.
    row_wise
        True where every row depends on itself alone (sensor corrections); needed of calibrators listed before one that condenses.
    cascades
        ``f(options)`` → stream name → cascades among the variables of the result.
    made_of
        ``f(options)`` → stream of the result → stream that a product makes of it → the interval that each of its rows stands for: a
        person's flag on an hourly mean holds for the minutes that it is made of too, marked as propagated.
    default_tests
        ``f(options)`` → usual tests as ``[[qc]]`` tables; a station's own entry for the same test and variable replaces one,
        ``enabled = false`` drops it.
    files
        ``f(options, context)`` → the files beside the inputs that `calibrate` reads (an assessment, an earlier run); what they hold
        counts as an input of the run. It raises :class:`icos_core.InputError` for one that is not there.
    """

    name: str
    summary: str
    options: type[BaseModel]
    requires: Callable[[Any], Mapping[str, tuple[Requirement, ...]]]
    provides: Callable[[Any], Mapping[str, tuple[Variable, ...]]]
    calibrate: Callable[[Streams, Any, Context], CalibrationResult]
    condense: Callable[..., dict[str, xr.Dataset]] | None = None
    condensing: Callable[[Any], Any] = _itself
    period: Callable[[Any], timedelta] | None = None
    look_back: Callable[[Any], timedelta] = _no_reach
    row_wise: bool = False
    cascades: Callable[[Any], Mapping[str, tuple[Cascade, ...]]] = lambda _options: {}
    made_of: Callable[[Any], Mapping[str, Mapping[str, timedelta]]] = lambda _options: {}
    default_tests: Callable[[Any], Sequence[Mapping[str, Any]]] = _nothing
    files: Callable[[Any, Context], Sequence[Path]] = _no_files


@dataclass(frozen=True, kw_only=True)
class QualityTest:
    """Sets bits, never changes a value.

    `test(dataset, variables, options, context)` returns one outcome per tested variable. `variables` are those named by the ``[[qc]]``
    table; a test of fixed variables (``fixed_variables``) ignores the argument. `reach(options)` is how far before and after a row the
    test looks.
    `stages` are those it can run in, the usual one first.
    """

    name: str
    summary: str
    options: type[BaseModel]
    test: Callable[[xr.Dataset, Sequence[str], Any, Context], Sequence[Outcome]]
    stages: tuple[Stage, ...] = ("measured", "calibrated", "product")
    fixed_variables: Callable[[Any], tuple[str, ...]] = _nothing
    reach: Callable[[Any], timedelta] = _no_reach


@dataclass(frozen=True, kw_only=True)
class Product:
    """Flagged data → further data sets; the products named in `needs` are made first and are among the streams.

    Those named in `after` are made first where the run makes them at all; they do not come along by themselves.
    `files(options, context)` names the files beside the inputs that `derive` reads (a climatology, other cruises); what they hold counts
    as an input of the run. It raises :class:`icos_core.InputError` for one that is not there.
    """

    name: str
    summary: str
    options: type[BaseModel]
    requires: Callable[[Any], Mapping[str, tuple[Requirement, ...]]]
    provides: Callable[[Any], Mapping[str, tuple[Variable, ...]]]
    derive: Callable[[Streams, Any, Context], ProductResult]
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    cascades: Callable[[Any], Mapping[str, tuple[Cascade, ...]]] = lambda _options: {}
    files: Callable[[Any, Context], Sequence[Path]] = _no_files


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """Data sets → files in a community's format.

    `export(streams, folder, options, context)` writes into `folder` (a staging folder: all or nothing is the core's business) and
    returns the paths written. Calibrated streams and products come in one mapping. It reads no clock.
    `check(options, context)`, where there is one, says before anything is read what this station cannot be exported with: one sentence
    each, beginning with the key that it is about.
    """

    name: str
    summary: str
    options: type[BaseModel]
    export: Callable[[Streams, Path, Any, Context], Sequence[Path]]
    check: Callable[[Any, Context], Sequence[str]] | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of the report: `draw(streams, context)` returns a matplotlib figure, or None where it does not apply.

    `streams` maps ``"measured/<stream>"``, ``"calibrated/<stream>"`` and ``"product/<stream>"`` to data sets.
    """

    name: str
    summary: str
    draw: Callable[[Streams, Context], MatplotlibFigure | None]
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """Raw files of a known truth: `simulate(folder, options, seed)`; ``demo=True`` offers it to ``icos demo``."""

    name: str
    summary: str
    options: type[BaseModel]
    simulate: Callable[[Path, Any, int], SimulationResult]
    demo: bool = False


@dataclass(frozen=True, kw_only=True)
class Command:
    """A subcommand of ``icos``."""

    name: str
    summary: str
    command: click.Command


Component = Reader | Calibrator | QualityTest | Product | Exporter | Figure | Simulator | Command
