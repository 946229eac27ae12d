"""Whether a file is one of a Picarro analyser, and what it tells of model, valves and clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.readers.picarro_columns import COLUMNS, DATE, EPOCH, TIME, Layout, layout_of
from icos_atmosphere.readers.picarro_lines import rows_of_lines
from icos_atmosphere.readers.picarro_text import opened
from icos_core.components import Guess
from icos_core.duration import format_duration
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.line_account import LineAccount

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.readers.picarro_rows import Rows

__all__ = ["guess"]

_HEAD = 1 << 18
_OWN = {"ALARM_STATUS", "INST_STATUS", EPOCH}
_AS_WRITTEN, _SAVED_AGAIN, _SIMILAR = 0.98, 0.9, 0.4
_TIME_COLUMNS = {DATE, TIME, EPOCH, "FRAC_DAYS_SINCE_JAN1", "FRAC_HRS_SINCE_JAN1", "JULIAN_DAYS"}
_VALVES = {"mpv_position": "rotary valve", "solenoid_valves": "solenoid valves"}
# Columns that a model has, the more particular first; which of those with CO2 and CH4 it is beyond that the file does not say.
_MODELS = (
    ("G2201-i", {"12CO2", "13CO2"}),
    ("G2508", {"N2O", "NH3"}),
    ("G5310", {"N2O", "CO"}),
    ("G2401", {"CO2", "CH4", "CO"}),
    ("G4301", {"CO2", "CH4", "Battery_Voltage"}),
    ("G2301", {"CO2", "CH4"}),
)


def guess(path: Path) -> Guess | None:
    """Look at the head of a file and propose how to describe it; None where it has not the columns of a Picarro log."""
    try:
        text = opened(path)
        layout = layout_of(text.header)
        lines = split_lines(text.head(_HEAD))
    except (OSError, TextError):
        return None
    rows = rows_of_lines(lines, layout, LineAccount(path.name))
    if not rows.time.size:
        return None
    has_own = layout.names[:2] == (DATE, TIME) and {*layout.names} >= _OWN
    confidence = (_AS_WRITTEN if layout.is_fixed else _SAVED_AGAIN) if has_own else _SIMILAR
    options: dict[str, Any] = {}
    unsure = []
    if rows.clock_ahead:
        options["clock_ahead"] = format_duration(timedelta(microseconds=rows.clock_ahead // 1000))
        unsure.append(f"clock_ahead: DATE and TIME are {options['clock_ahead']} ahead of EPOCH_TIME here; it may change with the season")
    further = [name for name in layout.names if name not in COLUMNS and name not in _TIME_COLUMNS]
    if further:
        unsure.append(f"extra_columns: not read unless it is asked for: {', '.join(further)}")
    return Guess(confidence=confidence, options=options, found=tuple(_found(layout, rows)), unsure=tuple(unsure))


def _found(layout: Layout, rows: Rows) -> list[str]:
    found = [f"columns of a Picarro analyser: {', '.join(name for name in layout.names if name in COLUMNS)}"]
    model = next((name for name, columns in _MODELS if columns <= {*layout.names}), None)
    if model is not None:
        found.append(f"the gases of a {model}")
    for variable, valve in _VALVES.items():
        if variable in rows.values and (ports := _ports(rows.values[variable])):
            found.append(f"{variable}: positions of the {valve}: {', '.join(map(str, ports))}")
    return found


def _ports(positions: NDArray[np.float64]) -> list[int]:
    """Return the positions of a valve in the head of a file, fractional ones left out; none where it does not move from 0."""
    whole = np.unique(positions[positions == np.rint(positions)]).astype(np.int64).tolist()
    return whole if any(whole) else []
