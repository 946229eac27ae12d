"""Reader of Pro-Oceanus CO2-Pro logs: an infrared sensor behind a membrane in water, and in air (CO2-Pro ATM).

The gas of the instrument is moist: its mole fraction of CO2 times its pressure is the partial pressure. See Jiang et al. (2014) for
the sensor.

References
----------
Jiang, Z.-P., Hydes, D. J., Hartman, S. E. et al. (2014). Application and assessment of a membrane-based pCO2 sensor under field and
laboratory conditions. Limnology and Oceanography: Methods 12, 264-280. https://doi.org/10.4319/lom.2014.12.264
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named, open_lines
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ocean.readers.pro_oceanus_co2_pro_options import FIELDS, Co2ProOptions
from icos_ocean.readers.pro_oceanus_co2_pro_records import read_rows, records_of
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.sensors import CO2_PRO_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context
    from icos_core.raw_text.delimited_text import Lines
    from icos_ocean.readers.pro_oceanus_co2_pro_records import Records, Rows

__all__ = ["READER", "guess", "provides", "read", "span"]

_WORDS = ("run_type", *FIELDS)
_HEAD = 1 << 16
_YEARS = (1990, 2100)


def read(path: Path, options: Co2ProOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``co2_pro`` in order of time; the account of every line; problems.

    Raises
    ------
    InputError
        For a file that cannot be read: missing, in a wide encoding, without a record, of an unknown number of fields, or without a
        valid time of the clock that the options name.
    """
    account = LineAccount(path.name)
    lines = open_lines(path)
    rows = _rows(path, lines, options, account)
    values: dict[str, NDArray[np.generic]] = {"run_type": rows.run_type, **rows.values}
    words = VOCABULARY.values()
    return row_stream(CO2_PRO_STREAM, rows.time, rows.line, values, words, lines, account, instrument="Pro-Oceanus CO2-Pro")


def span(path: Path, options: Co2ProOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps; all lines are read, of each only its time.

    ``NaT`` at both ends where the file holds nothing but messages.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    rows = _rows(path, open_lines(path), options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: Co2ProOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    names = ("run_type", *(name for name in options.fields if name in FIELDS)) if options.fields else _WORDS
    return {CO2_PRO_STREAM: tuple(VOCABULARY[name] for name in names)}


def guess(path: Path) -> Guess | None:
    """Recognise a log by the form of its records, and the clock that can be trusted more."""
    try:
        with path.open("rb") as file:
            lines = split_lines(file.read(_HEAD))
    except (OSError, TextError):
        return None
    whole = len(lines) if lines.complete else len(lines) - 1
    records = records_of(lines)
    written = sum(1 for index in range(whole) if lines.raw(index).strip())
    if not len(records) or len(records) < 0.2 * written:
        return None
    return _guessed(records, written)


def _guessed(records: Records, written: int) -> Guess:
    found = [f"{len(records)} of the first {written} lines are records of a CO2-Pro ({', '.join(sorted(records.words))})"]
    unsure = []
    years = records.instrument.astype("S4").astype(np.int64)
    plausible = float(np.mean((years >= _YEARS[0]) & (years < _YEARS[1]))) > 0.5
    stamped = bool((records.logger != b"").any())
    options = {}
    if not plausible and stamped:
        options["clock"] = "logger"
        found.append(f"clock: the instrument's own year is {years[0]}, so the logger's time is taken")
    elif stamped:
        unsure.append("clock: each record has the time of the instrument and of the data logger; the file does not tell which is right")
    counts = sorted(set(records.counts))
    found.append(f"fields: {' or '.join(map(str, counts))} quantities after the time")
    if len(counts) > 1:
        unsure.append("fields: records differ in their number of quantities; the most frequent number is taken")
    return Guess(confidence=0.98 if len(records) > 0.8 * written else 0.9, options=options, found=tuple(found), unsure=tuple(unsure))


def _rows(path: Path, lines: Lines, options: Co2ProOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    with faults_named(path):
        return read_rows(lines, options, account, clock_only=clock_only)


READER = Reader(
    name="pro-oceanus-co2-pro",
    summary="Pro-Oceanus CO2-Pro and CO2-Pro ATM, logs of water and air",
    options=Co2ProOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
