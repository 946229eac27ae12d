"""What the page of a run shows: plain data, filled in by the runner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from icos_core.components import Problem, Streams, Table, Tally
    from icos_core.people import PersonFlag

__all__ = ["InputAccount", "OutputFile", "PersonFlagUse", "RunReport", "UnreviewedFlag"]


@dataclass(frozen=True, kw_only=True)
class InputAccount:
    """One input file that was used.

    Attributes
    ----------
    name
        File name, without folders outside the description's.
    sha256, size
        Hash and bytes of its content.
    tally
        The account of its lines.
    problem_count, problems
        How many problems its reader met, and the first of them.
    """

    name: str
    sha256: str
    size: int
    tally: Tally
    problem_count: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OutputFile:
    """One file that the run wrote."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class PersonFlagUse:
    """A person's flag and the number of rows it met."""

    flag: PersonFlag
    rows: int


@dataclass(frozen=True, kw_only=True)
class UnreviewedFlag:
    """Automatic questionable or bad flags that nobody accepted or overruled: level ``final`` asks for that.

    `first` and `last` are the times of the first and the last such row, as text.
    """

    stream: str
    variable: str
    rows: int
    first: str
    last: str


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """Everything the page of a run shows.

    Attributes
    ----------
    station_id, station_name
        The station.
    level
        ``"nrt"`` or ``"final"``.
    started, finished
        Times of the run, as text.
    status
        Exit status of the run.
    versions
        Distribution → version of everything that took part.
    inputs, set_aside
        Files that were used; names and reasons of those that were not.
    streams
        ``"measured/<stream>"``, ``"calibrated/<stream>"``, ``"product/<stream>"`` → data set with its flags.
    tests
        The same keys → what :func:`icos_core.flags.test_counts` says of the stream.
    people
        People's flags that are not withdrawn.
    unreviewed
        For level ``final``: automatic flags that nobody reviewed.
    tables
        Tables of calibrators and products.
    problems
        What a person should know of the run as a whole; problems of a file stand with the file.
    outputs
        Files written.
    timings
        Stage → seconds, in the order of the run.
    """

    station_id: str
    station_name: str
    level: str
    started: str
    finished: str
    status: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[InputAccount, ...] = ()
    set_aside: tuple[tuple[str, str], ...] = ()
    streams: Streams = field(default_factory=dict)
    tests: Mapping[str, Sequence[tuple[str, str, int, int]]] = field(default_factory=dict)
    people: tuple[PersonFlagUse, ...] = ()
    unreviewed: tuple[UnreviewedFlag, ...] = ()
    tables: tuple[Table, ...] = ()
    problems: tuple[Problem, ...] = ()
    outputs: tuple[OutputFile, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
