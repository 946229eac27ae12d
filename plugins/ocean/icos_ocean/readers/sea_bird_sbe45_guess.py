"""What a log of a Sea-Bird SBE 45 looks like: its salinity is that of its conductivity and temperature, whatever the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Guess
from icos_core.raw_text.byte_fields import split_fields
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.units import convert
from icos_ocean.practical_salinity import salinity_from_conductivity
from icos_ocean.readers.logged_file import head_of
from icos_ocean.readers.logger_time import form_of, logger_times
from icos_ocean.readers.sea_bird_sbe45_options import COLUMNS, SKIPPED, USUAL

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.raw_text.byte_fields import Pieces

__all__ = ["guess"]

_AGREES = 2e-4
_LEAST_AGREEING = 0.9
_ORDERS = (USUAL, ("temperature", "salinity", "conductivity", "sound_speed"))


def guess(path: Path) -> Guess | None:
    """Say whether a file is of an SBE 45 that sends salinity, which conductivity and temperature have to agree with."""
    head = head_of(path)
    form = form_of(head)
    if form == "none":
        return None
    time, body = logger_times(head, form)
    body = body[time != INVALID]
    options: dict[str, object] = {} if form == "iso" else {"time_stamp": form}
    first = [text.strip() for text in body.text(0).split(",")]
    if all("=" in text for text in first):
        return _by_labels(first, options)
    counts = split_fields(body, ",").count
    width = int(np.bincount(counts).argmax())
    return _by_salinity(body[counts == width], width, options) if width >= 3 else None


def _by_labels(first: list[str], options: dict[str, object]) -> Guess | None:
    labels = {label: name for name, (_, label) in COLUMNS.items()}
    known = [labels.get(text.partition("=")[0].strip().casefold()) for text in first]
    if not {"temperature", "conductivity"} <= set(known):
        return None
    columns = tuple(name for name in known if name)
    return Guess(
        confidence=0.95,
        options=options | ({} if columns == USUAL else {"columns": list(columns)}),
        found=("the lines have the labels of an SBE 45",),
    )


def _by_salinity(body: Pieces, width: int, options: dict[str, object]) -> Guess | None:
    fields = split_fields(body, ",")
    numbers = [fields.field(place).numbers()[0] for place in range(width)]
    for order in _ORDERS:
        for units in ("S m-1", "mS cm-1"):
            share = _agreement(numbers, order, units)
            if share < _LEAST_AGREEING:
                continue
            columns = (*order[:width], *[SKIPPED] * (width - len(order)))
            more = {} if columns == USUAL else {"columns": list(columns)}
            return Guess(
                confidence=0.95,
                options=options | more | ({} if units == "S m-1" else {"conductivity_units": units}),
                found=(f"in {share:.0%} of the lines salinity is that of conductivity and temperature to {_AGREES:g}",),
                unsure=("columns: what stands behind sound_speed",) if width > len(order) else (),
            )
    return None


def _agreement(numbers: list[NDArray[np.float64]], order: tuple[str, ...], units: str) -> float:
    """Return the share of lines in which salinity is that of conductivity and temperature."""
    column = dict(zip(order, numbers, strict=False))
    conductivity = np.asarray(convert(column["conductivity"], units, "mS cm-1"))
    sea = (conductivity > 1) & (conductivity < 80) & (column["temperature"] > -3) & (column["temperature"] < 45)
    if not sea.any():
        return 0.0
    computed = salinity_from_conductivity(conductivity[sea], column["temperature"][sea])
    return float((np.abs(computed - column["salinity"][sea]) <= _AGREES).mean())
