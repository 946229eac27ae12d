"""Rows of the simulated analyser → files of about an hour, byte for byte as the analyser writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.picarro_format import FIELD_WIDTH, clock_columns, log_bytes
from icos_atmosphere.simulators.picarro_columns import layout_of
from icos_atmosphere.simulators.picarro_random import Purpose, uniform
from icos_atmosphere.simulators.picarro_rows import Rows, simulate_rows, span_within
from icos_core.versioned import utc64

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.simulators.picarro_options import PicarroSimulation

__all__ = ["write_files"]

_PERIOD, _SPREAD = 3605.67, 1.2  # s
_NAMED_AFTER = np.timedelta64(5, "s")


def write_files(
    folder: Path, options: PicarroSimulation, seed: int, start: np.datetime64 | None = None, end: np.datetime64 | None = None
) -> tuple[Path, ...]:
    """Write the files that begin from one time to another, each the same whatever else is written.

    Parameters
    ----------
    folder
        Where the analyser keeps its tree ``YYYY/MM/DD``; made where it does not exist.
    options
        The station.
    seed
        Of all random numbers.
    start, end
        UTC, half-open; default: the whole time of the station.
    """
    first, last = span_within(options, start, end)
    begins = _begins(options, seed)
    numbers = np.flatnonzero((begins[:-1] >= first) & (begins[:-1] < last))
    written = (_write_file(folder, options, seed, int(number), begins) for number in numbers)
    return tuple(path for path in written if path is not None)


def _begins(options: PicarroSimulation, seed: int) -> NDArray[np.float64]:
    """Return when files begin, in seconds since the start, and last the end of the last."""
    duration = options.duration.total_seconds()
    numbers = np.arange(int(duration // _PERIOD) + 1)
    begins = _PERIOD * numbers + _SPREAD * (uniform(seed, Purpose.FILES, numbers) - 0.5)
    begins[0] = 0.0
    return np.append(begins[begins < duration], duration)


def _write_file(folder: Path, options: PicarroSimulation, seed: int, number: int, begins: NDArray[np.float64]) -> Path | None:
    start, end = (utc64(options.start) + np.timedelta64(round(1e9 * begins[each]), "ns") for each in (number, number + 1))
    rows = simulate_rows(options, seed, start, end)
    if not rows.time.size:
        return None
    named = (rows.time[0] + _NAMED_AFTER).astype("datetime64[s]").item()
    path = folder / f"{named:%Y}" / f"{named:%m}" / f"{named:%d}"
    path.mkdir(parents=True, exist_ok=True)
    path /= f"{options.analyser.host or layout_of(options.analyser).host}-{named:%Y%m%d-%H%M%S}Z-DataLog_User.dat"
    path.write_bytes(_text(_with_duplicates(rows, options, seed), options, seed, number))
    return path


def _with_duplicates(rows: Rows, options: PicarroSimulation, seed: int) -> Rows:
    if not options.duplicated_rows:
        return rows
    twice = uniform(seed, Purpose.DUPLICATES, rows.time.astype(np.int64)) < options.duplicated_rows
    chosen = np.repeat(np.arange(rows.time.size), 1 + twice)
    return Rows(rows.time[chosen], {name: values[chosen] for name, values in rows.columns.items()})


def _text(rows: Rows, options: PicarroSimulation, seed: int, number: int) -> bytes:
    # The analyser whose files have no housekeeping had older software, which writes longer exponents.
    content = log_bytes({**clock_columns(rows.time), **rows.columns}, exponent_digits=2 if options.analyser.columns == "full" else 3)
    if not options.cut_files:
        return content
    chance, place = uniform(seed, Purpose.CUTS, np.array([2 * number, 2 * number + 1]))
    if chance >= options.cut_files:
        return content
    row = FIELD_WIDTH * (6 + len(rows.columns))
    return content[: -2 - int(1 + place * (row - 2))]
