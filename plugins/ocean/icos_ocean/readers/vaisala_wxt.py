"""Reader of a ship's weather station: Vaisala weather transmitters of the WXT series, and logs of a weather mast.

What a moving ship's anemometer measures is the wind relative to the ship: direction from the bow, speed as felt on board. It is named
so; true wind needs the ship's motion, and is not computed here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.row_stream import span_of
from icos_ocean.readers.burst_rows import JOINED, columns_of, row_numbers
from icos_ocean.readers.logged_file import LoggedFile, head_of, open_log
from icos_ocean.readers.logger_time import form_of, logger_times
from icos_ocean.readers.vaisala_wxt_mast import read_mast
from icos_ocean.readers.vaisala_wxt_messages import PARAMETERS, read_messages
from icos_ocean.readers.vaisala_wxt_options import SKIPPED, VaisalaOptions
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.ship_sensors import METEOROLOGY_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_ocean.readers.weather_lines import WeatherLines

__all__ = ["READER", "guess", "provides", "read", "span"]

_WXT = re.compile(r"([0-9A-Za-z])[Rr][01235],(?:[A-Z][a-z]=[^,]*,?)+")
_MAST = re.compile(r"(MET|SUS|PUS),.*")


def read(path: Path, options: VaisalaOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file.
    options
        How it is written.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``meteorology`` in order of time, one row per burst of lines with the time of its first; the account of every line, in
        which the first line of a row is kept and the others are joined to it; problems.

    Raises
    ------
    InputError
        For a file that cannot be opened, has no line of such a station, or no time in front of its lines.
    """
    log, said, lines, number = _rows(path, options)
    count = int(number[-1]) + 1 if number.size else 0
    columns = columns_of(said.found, lines, number, count, len(log.lines))
    first = np.searchsorted(number, np.arange(count))
    log.account.reject(JOINED, lines.size - count)
    words = provides(options)[METEOROLOGY_STREAM]
    ordered: dict[str, NDArray[np.generic]] = {word.name: columns[word.name] for word in words if word.name in columns}
    instrument = "Vaisala WXT" if options.messages == "wxt" else "weather mast"
    return log.result(METEOROLOGY_STREAM, lines[first], log.time[lines[first]], ordered, words, instrument)


def span(path: Path, options: VaisalaOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps; ``NaT`` at both ends where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    log, _, lines, _ = _rows(path, options)
    return span_of(log.time[lines])


def provides(options: VaisalaOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    if options.messages == "wxt":
        names = [_wind_name(variable, options) for variable, _ in PARAMETERS.values()]
    else:
        endings = ("", "_2")[: len(options.mast_winds)]
        winds = [f"relative_wind_{each}{ending}" for ending in endings for each in ("speed", "direction")]
        names = [*winds, *(name for name in options.mast_columns if name != SKIPPED)]
    return {METEOROLOGY_STREAM: tuple(VOCABULARY[name] for name in names)}


def guess(path: Path) -> Guess | None:
    """Say whether a file is of such a station, and how it is written."""
    head = head_of(path)
    form = form_of(head)
    if form == "none":
        return None
    time, body = logger_times(head, form)
    body = body[time != INVALID].stripped()
    texts = [body.text(row) for row in range(len(body))]
    options: dict[str, object] = {} if form == "iso" else {"time_stamp": form}
    matches = [match for match in map(_WXT.fullmatch, texts) if match]
    if len(matches) > len(texts) / 2:
        if (address := max({match[1] for match in matches}, key=[match[1] for match in matches].count)) != "0":
            options["address"] = address
        found, unsure = "are messages of a Vaisala WXT", "wind: whether it is relative to a moving ship or true"
    else:
        matches = [match for match in map(_MAST.fullmatch, texts) if match]
        if len(matches) <= len(texts) / 2:
            return None
        options["messages"] = "mast"
        found, unsure = "begin with MET, SUS or PUS", "mast_columns: what the numbers behind MET are"
    confidence = 0.9 if len(matches) == len(texts) else 0.75
    return Guess(confidence=confidence, options=options, found=(f"{len(matches)} of {len(texts)} lines {found}",), unsure=(unsure,))


def _wind_name(variable: str, options: VaisalaOptions) -> str:
    return f"relative_{variable}" if options.wind == "relative" and variable.startswith("wind_") else variable


def _rows(path: Path, options: VaisalaOptions) -> tuple[LoggedFile, WeatherLines, NDArray[np.intp], NDArray[np.intp]]:
    """Return the log, what its lines say, the lines that are used, and the number of the row of each."""
    log = open_log(path, options.time_stamp)
    if options.messages == "wxt":
        said = read_messages(log, path.name, options.address, "relative_" if options.wind == "relative" else "")
    else:
        said = read_mast(log, path.name, options)
    lines = np.flatnonzero(log.kept)
    pause = int(np.timedelta64(options.pause, "ns").astype(np.int64))
    return log, said, lines, row_numbers(log.time[lines], said.kind[lines], pause)


READER = Reader(
    name="vaisala-wxt",
    summary="Vaisala WXT weather transmitters and logs of a ship's weather mast",
    options=VaisalaOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
