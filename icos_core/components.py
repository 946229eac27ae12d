"""What hooks hand over: entries, and the components that entries load.

A hook returns *entries*: kind, name, one line of summary and where to load the component from. A component is a frozen
dataclass of an options model (pydantic) and plain functions. Every function takes a :class:`Context` as its last argument;
fields can be added to it, and optional fields to every class below, without breaking a plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import click
    import numpy as np
    import xarray as xr
    from matplotlib.figure import Figure as MatplotlibFigure
    from pydantic import BaseModel

    from icos_core.people import PersonFlag
    from icos_core.station import Deployment, Station

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
]

Kind = Literal["reader", "calibrator", "quality-test", "product", "exporter", "figure", "simulator", "command"]
Stage = Literal["measured", "calibrated", "product"]

HOOK_OF_KIND: dict[str, str] = {
    "reader": "icos_readers",
    "calibrator": "icos_calibrators",
    "quality-test": "icos_quality_tests",
    "product": "icos_products",
    "exporter": "icos_exporters",
    "figure": "icos_figures",
    "simulator": "icos_simulators",
    "command": "icos_commands",
}

Streams = Mapping[str, "xr.Dataset"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a plugin's table of contents.

    Attributes
    ----------
    kind
        One of the keys of `HOOK_OF_KIND`; must fit the hook that returns the entry.
    name
        Kebab-case, unique per kind over all installed plugins.
    summary
        One line for ``icos plugins``.
    load
        ``"package.module:ATTRIBUTE"`` of the component; imported on first use.
    """

    kind: str
    name: str
    summary: str
    load: str


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One word of a vocabulary: a variable that readers provide, calibrators require or provide, exporters know.

    Attributes
    ----------
    name
        Name in data sets.
    units
        UDUNITS string; empty for categories.
    long_name, standard_name, comment
        CF attributes; `standard_name` only where CF has one.
    dtype
        ``"float64"`` for quantities, ``"int8"``/``"int16"`` for categories.
    flag_values, flag_meanings
        Codes and words of a category.
    attributes
        Further CF attributes (``units_metadata``, ``cell_methods`` …).
    """

    name: str
    units: str = ""
    long_name: str = ""
    standard_name: str | None = None
    comment: str = ""
    dtype: str = "float64"
    flag_values: tuple[int, ...] = ()
    flag_meanings: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What a calibrator or product needs from the stage before it.

    `name` alone is required; with `alternatives` any one of them satisfies it; `optional` is used where it is there.
    `units` is what the function works in: the core converts before the call. An alternative given by its name has the same units,
    one given as a requirement its own: conductivity in place of salinity.
    """

    name: str
    units: str = ""
    alternatives: tuple[str | Requirement, ...] = ()
    optional: bool = False

    @property
    def choices(self) -> tuple[Requirement, ...]:
        """What satisfies it: the variable itself and each alternative, all with their units."""
        others = (Requirement(name=each, units=self.units) if isinstance(each, str) else each for each in self.alternatives)
        return (self, *others)


class Span(NamedTuple):
    """The time that a file covers, both ends included, UTC ``datetime64[ns]``."""

    start: np.datetime64
    end: np.datetime64


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something a person should know: a damaged line, a disagreeing column, a missing standard."""

    message: str
    file: str = ""
    line: int | None = None
    text: str = ""

    def __str__(self) -> str:
        """Format as one line for people."""
        where = ", ".join(part for part in (self.file, f"line {self.line}" if self.line is not None else "") if part)
        text = f" [{self.text[:120]}]" if self.text else ""
        return f"{where}: {self.message}{text}" if where else f"{self.message}{text}"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The account of a file: data lines seen = rows kept + rows rejected by reason.

    `by_type` counts all lines seen by the instrument's own type word, `damaged` the unreadable numbers per column.
    """

    seen: int = 0
    kept: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    by_type: Mapping[str, int] = field(default_factory=dict)
    damaged: Mapping[str, int] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        """Whether every line is accounted for."""
        return self.seen == self.kept + sum(self.rejected.values())

    def __add__(self, other: Tally) -> Tally:
        """Add up the accounts of two files."""
        return Tally(
            seen=self.seen + other.seen,
            kept=self.kept + other.kept,
            rejected=_add_counts(self.rejected, other.rejected),
            by_type=_add_counts(self.by_type, other.by_type),
            damaged=_add_counts(self.damaged, other.damaged),
        )


def _add_counts(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    return {key: left.get(key, 0) + right.get(key, 0) for key in sorted({*left, *right})}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one quality test says of one variable of one stream.

    Attributes
    ----------
    variable
        Name of the tested variable.
    name
        Name of the test in bits: ``range`` gives ``range_questionable`` and ``range_bad``; snake_case.
    level
        int8 array, one per row: 1 passed, 2 not evaluated, 3 questionable, 4 bad.
    mark
        Optional bool array: sets the bit `name` itself without changing the primary flag (``flushing``).
    stream
        Stream the rows belong to; empty in a quality test, where the core knows it.
    """

    variable: str
    name: str
    level: np.ndarray
    mark: np.ndarray | None = None
    stream: str = ""


@dataclass(frozen=True, kw_only=True)
class Cascade:
    """A flag that follows from another variable's flag in the same stream, row by row.

    A questionable `source` makes `target` at least `questionable`, a bad one at least `bad`; 2 means no effect. What is followed is the
    primary flag of the source, people's included. Where the source is missing, cascades follow the bits of its tests: a position that is
    missing and therefore bad makes bad what depends on it.
    """

    source: str
    target: str
    questionable: int = 3
    bad: int = 4


@dataclass(frozen=True, kw_only=True)
class Table:
    """A small table for the report and the manifest; `rows` hold strings and numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a component may know of the run beside its data and its options.

    Attributes
    ----------
    station
        The validated ``[station]`` table.
    deployments
        The ``[[deployment]]`` tables, in order of time.
    level
        ``"nrt"`` or ``"final"``.
    people_flags
        People's flags that are not withdrawn.
    newest
        Time of the newest datum (or ``SOURCE_DATE_EPOCH``): the only date an export may carry as its creation date.
    software
        Distribution → version of everything that took part, for provenance attributes.
    sources
        Names of the input files (no folders), sorted.
    folder
        Folder of the station description.
    """

    station: Station
    deployments: tuple[Deployment, ...] = ()
    level: str = "nrt"
    people_flags: tuple[PersonFlag, ...] = ()
    newest: np.datetime64 | None = None
    software: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    folder: Path = Path()


@dataclass(frozen=True, kw_only=True)
class ReadResult:
    """What a reader makes of one file: streams as measured, the account of its lines, and problems."""

    streams: dict[str, xr.Dataset]
    tally: Tally
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CalibrationResult:
    """What a calibrator makes of all condensed rows.

    `outcomes` name their stream; `tables` go to the report and the manifest.
    """

    streams: dict[str, xr.Dataset]
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProductResult:
    """Further data sets made from flagged data."""

    streams: dict[str, xr.Dataset]
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SimulationResult:
    """Raw files of a known truth, and a station description that is ready to run.

    `truth` maps stream → data set with the true values under the names that the run's results have.
    """

    files: tuple[Path, ...]
    description: Path
    truth: dict[str, xr.Dataset]


def _no_reach(_options: Any) -> timedelta:
    return timedelta(0)


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
    period
        ``f(options)`` → length of a period; required with `condense`. Periods are aligned to 1970-01-01T00:00Z.
    look_back
        ``f(options)`` → how far before a period's start `condense` must see.
    row_wise
        True where every row depends on itself alone (sensor corrections); needed of calibrators listed before one that condenses.
    cascades
        ``f(options)`` → stream name → cascades among the variables of the result.
    default_tests
        ``f(options)`` → usual tests as ``[[qc]]`` tables; a station's own entry for the same test and variable replaces one,
        ``enabled = false`` drops it.
    """

    name: str
    summary: str
    options: type[BaseModel]
    requires: Callable[[Any], Mapping[str, tuple[Requirement, ...]]]
    provides: Callable[[Any], Mapping[str, tuple[Variable, ...]]]
    calibrate: Callable[[Streams, Any, Context], CalibrationResult]
    condense: Callable[..., dict[str, xr.Dataset]] | None = None
    period: Callable[[Any], timedelta] | None = None
    look_back: Callable[[Any], timedelta] = _no_reach
    row_wise: bool = False
    cascades: Callable[[Any], Mapping[str, tuple[Cascade, ...]]] = lambda _options: {}
    default_tests: Callable[[Any], Sequence[Mapping[str, Any]]] = _nothing


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
    cascades: Callable[[Any], Mapping[str, tuple[Cascade, ...]]] = lambda _options: {}
    files: Callable[[Any, Context], Sequence[Path]] = lambda _options, _context: ()


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
