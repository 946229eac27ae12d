"""What components return: rows, the account of lines, outcomes of tests, problems and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import xarray as xr

__all__ = [
    "CalibrationResult",
    "Cascade",
    "Outcome",
    "Problem",
    "ProductResult",
    "ReadResult",
    "SimulationResult",
    "Span",
    "Stage",
    "Streams",
    "Table",
    "Tally",
]

Stage = Literal["measured", "calibrated", "product"]
Streams = Mapping[str, "xr.Dataset"]


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
