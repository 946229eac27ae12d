"""What became of the rows of an analyser, and what a person should know of its calibration."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.analyser_models import unknown_model
from icos_atmosphere.calibration.assignments import NOWHERE, instruments_of, ports_of
from icos_atmosphere.calibration.cells import MINUTE
from icos_atmosphere.calibration.valve_segments import SEVERAL
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Problem, Table
from icos_core.dataset import QUESTIONABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_atmosphere.calibration.analyser import Analyser
    from icos_core.people import PersonFlag

__all__ = ["accounts", "complaints"]

_MOST_NAMED = 10


def accounts(analyser: Analyser, flags: Sequence[PersonFlag]) -> list[Table]:
    """Return the tables of an analyser: what became of its rows, and which rows people's flags on hours reach."""
    tables = [_rows(analyser)]
    reached = _flagged_rows(analyser, flags)
    return [*tables, reached] if reached.rows else tables


def _rows(analyser: Analyser) -> Table:
    cells, options = analyser.cells, analyser.options
    rows = cells.variables["rows"].values
    settled = cells.variables["settled"].values > 0
    status, diagnostics = cells.variables["rows_status"].values, cells.variables["rows_diagnostics"].values
    line, cylinder = analyser.where.line, analyser.where.cylinder
    names = [(f"line {name}", line, [table.name for table in options.lines], name) for name in _unique(options.lines)]
    names += [(f"cylinder {name}", cylinder, [table.name for table in options.cylinders], name) for name in _unique(options.cylinders)]
    counted = []
    for label, where, tables, name in names:
        mine = np.isin(where, [position for position, each in enumerate(tables) if each == name])
        counted.append((label, mine))
    counted.append(("no table speaks of the port", (line == NOWHERE) & (cylinder == NOWHERE)))
    found = [
        (
            label,
            int(rows[mine].sum()),
            int(rows[mine & ~settled].sum()),
            int(status[mine & settled].sum()),
            int(diagnostics[mine & settled].sum()),
            *(int(cells.variables[f"{gas}_n"].values[mine & settled].sum()) for gas in options.gases),
        )
        for label, mine in counted
        if mine.any()
    ]
    return Table(
        title=f"Rows of {analyser.stream}",
        columns=(
            "where",
            "rows",
            "before the sample had settled",
            "left out by status",
            "left out by housekeeping",
            *(f"{GASES[gas].formula} readings used" for gas in options.gases),
        ),
        rows=tuple(found),
        note="rows in which the valve switched are in none of them; an analyser repeats a reading until it has a new one",
    )


def _unique(tables: Sequence[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(table.name) for table in tables))  # type: ignore[attr-defined]


def _flagged_rows(analyser: Analyser, flags: Sequence[PersonFlag]) -> Table:
    """Return which minutes and raw rows people's flags on hours reach, with the letter that they get: R or H."""
    cells, options = analyser.cells, analyser.options
    time, settled = cells.variables["time"].values, cells.variables["settled"].values > 0
    delay = np.array([np.timedelta64(table.delay, "ns") for table in options.lines])
    minute = (time.astype("i8") // MINUTE * MINUTE).astype("M8[ns]") - delay[np.maximum(analyser.where.line, 0)]
    lines: dict[str, tuple[NDArray[np.intp], NDArray[np.datetime64]]] = {}
    found = []
    for flag in flags:
        line = flag.stream.removeprefix("hourly/")
        tables = [position for position, table in enumerate(options.lines) if table.name == line]
        if line == flag.stream or not tables or flag.variable not in options.gases:
            continue
        if line not in lines:
            rows = np.flatnonzero(np.isin(analyser.where.line, tables) & settled)
            rows = rows[np.argsort(minute[rows], kind="stable")]
            lines[line] = rows, minute[rows]
        rows, minutes = lines[line]
        whole = flag.of_whole(timedelta(hours=1))
        mine = np.sort(rows[slice(*np.searchsorted(minutes, [whole.start, whole.end]).tolist())])
        letter = "H" if flag.flag is not None and flag.flag >= QUESTIONABLE else "R"
        found.append(
            (
                flag.id,
                line,
                GASES[flag.variable].formula,
                letter,
                str(time[mine[0]].astype("M8[s]")) if mine.size else "",
                str(time[mine[-1]].astype("M8[s]")) if mine.size else "",
                int(mine.size),
                int(cells.variables["rows"].values[mine].sum()),
            )
        )
    return Table(
        title=f"People's flags on hours, propagated to the rows of {analyser.stream}",
        columns=("flag", "line", "gas", "letter", "first", "last", "minutes", "raw rows"),
        rows=tuple(found),
    )


def complaints(analyser: Analyser) -> list[Problem]:
    """Return what a person should know: ports without a table, cylinders that were never measured, sequences that are not used."""
    return [*_unknown_models(analyser), *_unknown_ports(analyser), *_unused_cylinders(analyser), *_refused(analyser)]


def _unknown_models(analyser: Analyser) -> list[Problem]:
    names = dict.fromkeys(table.model for table in instruments_of(analyser.options, analyser.stream))
    return [Problem(message=f"{analyser.stream}: {told}") for told in map(unknown_model, names) if told is not None]


def _unknown_ports(analyser: Analyser) -> list[Problem]:
    port, rows = analyser.cells.variables["port"].values, analyser.cells.variables["rows"].values
    unknown = (analyser.where.line == NOWHERE) & (analyser.where.cylinder == NOWHERE)
    problems = []
    for each in np.unique(port[unknown])[:_MOST_NAMED]:
        mine = unknown & (port == each)
        first = analyser.cells.variables["time"].values[mine][0].astype("M8[s]")
        what = _why_unknown(analyser, int(each))
        problems.append(Problem(message=f"{analyser.stream}: {what}: {int(rows[mine].sum())} rows are not used, the first at {first}Z"))
    return problems


def _why_unknown(analyser: Analyser, port: int) -> str:
    if port == SEVERAL:
        return "several valves of the mask are open, or none"
    ends = dict.fromkeys(table.line or table.cylinder for table in ports_of(analyser.options, analyser.stream) if table.port == port)
    if not ends:
        return f"port {port} is in no table of ports"
    return f"port {port} leads to {' or '.join(repr(end) for end in ends)}, of which no table holds at that time"


def _unused_cylinders(analyser: Analyser) -> list[Problem]:
    seen = {analyser.options.cylinders[position].name for position in np.unique(analyser.injections.cylinder)}
    behind = {port.cylinder for port in analyser.options.ports if port.stream in {None, analyser.stream}}
    absent = [name for name in _unique(analyser.options.cylinders) if name in behind and name not in seen]
    return [Problem(message=f"{analyser.stream}: cylinder {name} was never measured") for name in absent]


def _refused(analyser: Analyser) -> list[Problem]:
    problems = []
    for gas, mine in analyser.gases.items():
        if mine.sequences is None:
            continue
        formula, fewest = GASES[gas].formula, analyser.options.minimum_cylinders
        if analyser.options.scheme == "per-sample":
            # No line goes through a sequence: what is said of sequences concerns nobody.
            there = len(analyser.responses(gas))
            if there < fewest:
                told = f"{there} cylinders of {formula} have readings that count, {fewest} are needed: it has no values"
                problems.append(Problem(message=f"{analyser.stream}: {told}"))
            continue
        for number, reason in enumerate(mine.sequences.reasons):
            if reason:
                when = analyser.injections.time[analyser.order.sequence == number][0].astype("M8[s]")
                told = f"calibration {number} ({when}Z) of {formula} is not used: {reason}{_left_out(analyser, gas, number)}"
                problems.append(Problem(message=f"{analyser.stream}: {told}"))
        if not mine.sequences.accepted.any():
            problems.append(Problem(message=f"{analyser.stream}: no calibration of {formula} was accepted: it has no values"))
    return problems


def _left_out(analyser: Analyser, gas: str, sequence: int) -> str:
    """Say which injections of a sequence did not count though they should."""
    mine = analyser.gases[gas]
    due = (analyser.order.sequence == sequence) & ~analyser.order.conditioning & ~mine.kept
    flagged, drifting = due & mine.refused, due & mine.drifting & ~mine.refused
    counts = ((drifting, "still drift"), (flagged, "are flagged by a person"))
    told = [f"{int(rows.sum())} of its injections {what}" for rows, what in counts if rows.any()]
    return f" ({', '.join(told)})" if told else ""
