"""Blocks of MAPCO2 cycles → rows, one per reading, each with its own time."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import number
from icos_core.raw_text.instrument_clock import INVALID, DateFormat
from icos_ocean.readers.pmel_mapco2_blocks import blocks, moment, position
from icos_ocean.vocabulary.mapco2 import CYCLE_POINTS, RUN_TYPE_OF_POINT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icos_core.raw_text.delimited_text import Lines
    from icos_core.raw_text.line_account import LineAccount
    from icos_ocean.readers.pmel_mapco2_blocks import Block
    from icos_ocean.readers.pmel_mapco2_options import MapCO2Options

__all__ = ["NAMES", "READING", "Rows", "read_rows"]

NO_PLACE = "reading whose place in the cycle is not known"
NO_TIME = "no date and time"
_MINUTE = 60_000_000_000

READING = (
    "analyser_temperature",
    "analyser_temperature_deviation",
    "analyser_pressure",
    "analyser_pressure_deviation",
    "xco2_wet",
    "xco2_wet_deviation",
    "oxygen",
    "oxygen_deviation",
    "relative_humidity",
    "relative_humidity_deviation",
    "humidity_temperature",
    "humidity_temperature_deviation",
    "detector_sample",
    "detector_sample_deviation",
    "detector_reference",
    "detector_reference_deviation",
)
"""What the numbers of a reading after its minute are; pressures in kPa in the file."""

_SYSTEM = {0: "supply_voltage", 1: "transmitter_voltage", 2: "zero_coefficient", 3: "span_coefficient"}
_SECONDARY = "secondary_span_coefficient"
_SEA = {0: "sst", 4: "salinity"}
_FLAGS = 4
_WORDS = tuple(CYCLE_POINTS)
_FACTORS = tuple(10.0 if name.startswith("analyser_pressure") else 1.0 for name in READING)
_PLAIN = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]*)?(?: [+-]?[0-9]{1,15}(?:\.[0-9]*)?)*")

_SHARED = ("latitude", "longitude", *_SYSTEM.values(), _SECONDARY, "span_errors", "zero_errors", *_SEA.values())
NAMES = (*READING, *_SHARED, "xco2_dry")
"""Quantities that a message may have."""


@dataclass
class Rows:
    """Rows that were kept.

    Attributes
    ----------
    line, time, point
        Line numbers from 1, times in ns since 1970, points of the cycle.
    readings
        Numbers of each reading in the order of `READING`, as they are in the file.
    block, shared
        Which block each row is of, and what each block says of all its readings.
    dry
        The firmware's dry mole fraction of each row, NaN where there is none.
    """

    line: list[int] = field(default_factory=list)
    time: list[int] = field(default_factory=list)
    point: list[int] = field(default_factory=list)
    readings: list[list[float]] = field(default_factory=list)
    block: list[int] = field(default_factory=list)
    shared: list[dict[str, float]] = field(default_factory=list)
    dry: list[float] = field(default_factory=list)

    def arrays(self, missing: Sequence[float]) -> dict[str, NDArray[np.generic]]:
        """Codes and values; of the sensors in the sea only what was measured; `missing` numbers of readings are none."""
        point = np.array(self.point, dtype=np.int8)
        run_types = np.array(list(RUN_TYPE_OF_POINT.values()), dtype=np.int8)
        arrays: dict[str, NDArray[np.generic]] = {"run_type": run_types[point], "cycle_point": point}
        readings = np.array(self.readings, dtype=np.float64).reshape(-1, len(READING))
        readings[np.isin(readings, missing)] = np.nan
        arrays |= dict(zip(READING, (readings * _FACTORS).T, strict=True))
        block = np.array(self.block, dtype=np.intp)
        for name in _SHARED:
            array = np.array([each.get(name, np.nan) for each in self.shared], dtype=np.float64)[block]
            if name not in _SEA.values() or np.isfinite(array).any():
                arrays[name] = array
        return arrays | {"xco2_dry": np.array(self.dry, dtype=np.float64)}


def read_rows(lines: Lines, options: MapCO2Options, account: LineAccount) -> Rows:
    """Read all readings of a file of messages; every line is accounted for."""
    rows = Rows()
    account.seen = len(lines)
    for block in blocks(lines, options, account):
        _add(rows, block, lines, options, account)
    return rows


def _add(rows: Rows, block: Block, lines: Lines, options: MapCO2Options, account: LineAccount) -> None:
    rows.shared.append({**_place(block, options, account), **_system(block, options)})
    dry = _dry(block, lines, account)
    points = _points(block, options)
    for place, ((index, fields), point) in enumerate(zip(block.readings, points, strict=True)):
        if not fields:
            continue
        text = lines.raw(index).decode("latin-1")
        minute = number(fields[0])
        if point is None:
            _reject(account, index, text, NO_PLACE, f"{len(block.readings)} readings instead of {len(CYCLE_POINTS)}")
            continue
        if block.start == INVALID or minute is None or minute != int(minute):
            _reject(account, index, text, NO_TIME, "the block has no time" if block.start == INVALID else "the minute is no number")
            continue
        delayed = options.same_minute_delay.total_seconds() if _again(block, place, point, minute, options) else 0.0
        account.count_type(_WORDS[point], 1)
        rows.line.append(index + 1)
        rows.time.append(block.start + int(minute) * _MINUTE + int(delayed * 1e9))
        rows.point.append(point)
        rows.readings.append(_reading(fields, index, text, account))
        rows.block.append(len(rows.shared) - 1)
        rows.dry.append(dry.get(point, np.nan))


def _points(block: Block, options: MapCO2Options) -> list[int | None]:
    """Return which reading of the cycle each line is: by its place where all ten are there, else by its minute."""
    if len(block.readings) == len(CYCLE_POINTS):
        return list(range(len(CYCLE_POINTS)))
    minutes = [number(fields[0]) if fields else None for _, fields in block.readings]
    found: list[int | None] = []
    for place, minute in enumerate(minutes):
        candidates = [point for point, usual in enumerate(options.minutes) if usual == minute]
        same = [other for other, each in enumerate(minutes) if each == minute]
        # Of two readings in one minute, one alone could be either.
        found.append(candidates[same.index(place)] if minute is not None and len(same) == len(candidates) else None)
    return found


def _again(block: Block, place: int, point: int, minute: float, options: MapCO2Options) -> bool:
    """Whether the reading before has the same minute; where its line is damaged, whether it usually has."""
    if place == 0:
        return False
    _, before = block.readings[place - 1]
    return number(before[0]) == minute if before else options.minutes[point] == options.minutes[point - 1]


def _reading(fields: list[str], index: int, text: str, account: LineAccount) -> list[float]:
    """Return the numbers of a reading; cells that are none are told."""
    if _PLAIN.fullmatch(" ".join(fields[1:])):
        return [*map(float, fields[1:])]
    values = []
    for name, cell in zip(READING, fields[1:], strict=True):
        value = number(cell)
        if value is None:
            account.damage(name, 1)
            account.tell(f"{name}: not a number", f"{name}: {cell[:40]!r} is not a number", index + 1, text)
        values.append(np.nan if value is None else value)
    return values


def _place(block: Block, options: MapCO2Options, account: LineAccount) -> dict[str, float]:
    """Return the position of a cycle; a system that found none writes zeros."""
    if not block.position:
        return {}
    date, time = block.position.split()[:2]
    found = moment(date, time, DateFormat.from_text(options.position_format))
    if found == INVALID:
        return {}
    apart = abs(found - block.start) / 1e9
    if block.start != INVALID and apart > options.clock_tolerance.total_seconds():
        account.tell(
            "clocks differ", f"the position was found {apart / 60:.0f} min from the beginning of the cycle", block.line + 2, block.position
        )
    latitude, north, longitude, east = position(block.position)
    values = {}
    for name, text, letter, limit in (("latitude", latitude, north, 90.0), ("longitude", longitude, east, 180.0)):
        value = number(text)
        degrees = np.nan if value is None else value // 100.0 + value % 100.0 / 60.0
        if value is None or value % 100.0 >= 60.0 or degrees > limit:
            account.damage(name, 1)
            account.tell(f"{name}: no position", f"{name}: {text[:40]!r} is no position ddmm.mmmm", block.line + 2, block.position)
        else:
            values[name] = -degrees if letter in "SW" else degrees
    return values


def _system(block: Block, options: MapCO2Options) -> dict[str, float]:
    """Return voltages, coefficients of the analyser, error bits, and what the sensors in the sea read."""
    fields = block.system
    if not fields:
        return {}
    # Firmware before the second span coefficient writes one field less.
    has_secondary = len(fields) == 19
    flags = _FLAGS + has_secondary
    values = {name: number(fields[column]) for column, name in _SYSTEM.items()}
    values[_SECONDARY] = number(fields[_FLAGS]) if has_secondary else None
    with suppress(ValueError):
        values["span_errors"], values["zero_errors"] = map(float, divmod(int(fields[flags], 16), 256))
    if options.sea_sensors:
        for column, name in _SEA.items():
            value = number(fields[flags + 1 + column])
            values[name] = None if value in {0.0, *options.missing_values} else value
    return {name: value for name, value in values.items() if value is not None}


def _dry(block: Block, lines: Lines, account: LineAccount) -> dict[int, float]:
    """Return the firmware's dry mole fractions by the reading that they are of."""
    if block.dry is None:
        return {}
    index, *texts = block.dry
    found = {}
    for point, text in zip(("equilibrator_pump_off", "air_pump_off"), texts, strict=True):
        value = number(text)
        if value is None:
            account.damage("xco2_dry", 1)
            line = lines.raw(index).decode("latin-1")
            account.tell("xco2_dry: not a number", f"xco2_dry: {text[:40]!r} is not a number", index + 1, line)
        else:
            found[CYCLE_POINTS[point]] = value
    return found


def _reject(account: LineAccount, index: int, text: str, reason: str, why: str) -> None:
    account.count_type(f"({reason})", 1)
    account.reject(reason, 1)
    account.tell(reason, f"{reason}: {why}", index + 1, text)
