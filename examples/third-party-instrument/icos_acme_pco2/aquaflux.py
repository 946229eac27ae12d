"""Reader of AquaFlux 100 files.

Two header lines, then one record per minute, semicolons between the fields::

    # Acme AquaFlux 100;serial 0042;firmware 2.1
    time;gas;lat;lon;co2;t_equ;p_equ;t_sea;sal;p_air
    2024-05-01T00:00:00Z;CAL1;58.0000;10.5000;1.32;11.94;1013.1;11.90;33.12;1012.8

Between two gases the instrument writes records with the gas ``IDLE``.
"""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np
from pydantic import Field

from icos_acme_pco2.vocabulary import CODES, COLUMNS, RUN_TYPES, STREAM, VOCABULARY
from icos_core import Context, Guess, InputError, Problem, Reader, ReadResult, Span, Tally, Variable
from icos_core.dataset import make_stream
from icos_core.versioned import Options

FIRST_LINE = "# Acme AquaFlux 100"
NAMES = ["time", "gas", *COLUMNS]
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


class AquaFluxOptions(Options):
    """Options of the reader."""

    missing_value: float = Field(default=-999.0, description="number that the instrument writes where it has no value")


def read(path: Path, options: AquaFluxOptions, _context: Context) -> ReadResult:
    """Read one file: every record is kept or rejected with a reason, a number that cannot be read is missing and counted."""
    gases, rejected, damaged, problems = Counter[str](), Counter[str](), Counter[str](), []
    times, codes, numbers = [], [], []
    for line, text in _records(path):
        fields = text.split(";")
        gas = fields[1] if len(fields) == len(NAMES) else ""
        gases[gas if gas in RUN_TYPES or gas == "IDLE" else "unknown"] += 1
        if gas == "IDLE":
            rejected["idle"] += 1
            continue
        time, fault = _time(fields[0]), _fault(fields)
        if fault or time is None:
            reason = fault or "unreadable time"
            rejected[reason] += 1
            problems.append(Problem(message=reason, file=path.name, line=line, text=text))
            continue
        times.append(time)
        codes.append(CODES[RUN_TYPES[gas]])
        numbers.append([float(field) if NUMBER.fullmatch(field) else np.nan for field in fields[2:]])
        for name, field in zip(COLUMNS, fields[2:], strict=True):
            if not NUMBER.fullmatch(field):
                damaged[name] += 1
                problems.append(Problem(message=f"unreadable number in {name}", file=path.name, line=line, text=text))
    time_axis = np.array(times, dtype="datetime64[ns]")
    _, rows = np.unique(time_axis, return_index=True)
    if rows.size < time_axis.size:
        rejected["repeated time"] += time_axis.size - rows.size
    table = np.array(numbers, dtype="float64").reshape(-1, len(COLUMNS))[rows]
    table[table == options.missing_value] = np.nan
    values = {variable.name: column for variable, column in zip(COLUMNS.values(), table.T, strict=True)}
    stream = make_stream(time_axis[rows], {"run_type": np.array(codes, dtype="int8")[rows], **values}, VOCABULARY)
    tally = Tally(seen=gases.total(), kept=rows.size, rejected=dict(rejected), by_type=dict(gases), damaged=dict(damaged))
    return ReadResult(streams={STREAM: stream}, tally=tally, problems=tuple(problems))


def span(path: Path, _options: AquaFluxOptions, _context: Context) -> Span:
    """Return the first and the last time of a file. A clock that was set may stand anywhere, so all records are looked at."""
    times = [time for _, text in _records(path) if (time := _time(text.partition(";")[0])) is not None]
    if not times:
        raise InputError(path.name, "no record with a time")
    return Span(min(times), max(times))


def provides(_options: AquaFluxOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List what a file holds."""
    return {STREAM: VOCABULARY}


def _records(path: Path) -> list[tuple[int, str]]:
    """Return the records of a file with their line numbers."""
    try:
        lines = path.read_bytes().decode("ascii", errors="replace").replace("\r\n", "\n").split("\n")
    except OSError as error:
        raise InputError(path.name, f"cannot be opened: {error.strerror}") from error
    if not lines[0].startswith(FIRST_LINE):
        raise InputError(path.name, f"no AquaFlux 100 file, its first line would begin with {FIRST_LINE!r}", line=1)
    if len(lines) < 2 or lines[1].split(";") != NAMES:
        raise InputError(path.name, f"the second line should name the columns {';'.join(NAMES)}", line=2)
    return [(number, line) for number, line in enumerate(lines[2:], start=3) if line.strip()]


def _time(text: str) -> np.datetime64 | None:
    """Return the time of a record, or None for one that the instrument cannot have written."""
    try:
        time = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
    possible = text.endswith("Z") and 2015 <= time.year < 2100
    return np.datetime64(time.replace(tzinfo=None), "ns") if possible else None


def _fault(fields: list[str]) -> str:
    """Say why a record cannot be kept, empty where it can."""
    if len(fields) != len(NAMES):
        return "wrong number of fields"
    return "" if fields[1] in RUN_TYPES else "unknown gas"


def guess(path: Path) -> Guess | None:
    """Tell from the head of a file whether it is one of the instrument's."""
    try:
        with path.open("rb") as file:
            head = file.read(200)
    except OSError:
        return None
    if not head.startswith(FIRST_LINE.encode()):
        return None
    return Guess(confidence=0.99, found=(f"the first line begins with {FIRST_LINE!r}",))


READER = Reader(
    name="acme-aquaflux-100",
    summary="Acme AquaFlux 100 pCO2 system, AF100_*.txt",
    options=AquaFluxOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
