"""Reader of Sea-Bird SBE 45 thermosalinographs (MicroTSG), as a ship's logger writes them.

The instrument sends temperature, conductivity, salinity and sound velocity with commas between them, each of the last three only if it is
told to; behind its interface box the temperature of a remote SBE 38 may follow. Some loggers write labels: ``t1= 21.8054, c1= 5.17647``.

References
----------
Sea-Bird Electronics, SBE 45 MicroTSG User's Manual: Data Output Format, OutputFormat=0, 1 and 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Reader, ReadResult, Span, Variable
from icos_core.exceptions import InputError
from icos_core.raw_text.byte_fields import Pieces, split_fields
from icos_core.raw_text.row_stream import span_of
from icos_core.units import convert
from icos_ocean.readers.logged_file import LoggedFile, open_log
from icos_ocean.readers.sea_bird_sbe45_guess import guess
from icos_ocean.readers.sea_bird_sbe45_options import COLUMNS, SKIPPED, SeaBirdOptions
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.ship_sensors import THERMOSALINOGRAPH_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context

__all__ = ["READER", "provides", "read", "span"]

_EQUALS = ord("=")
_LONGEST_LABEL = 4
_MOST_FIELDS = 16


def read(path: Path, options: SeaBirdOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``thermosalinograph`` in order of time; the account of every line; problems.

    Raises
    ------
    InputError
        For a file that cannot be opened, has no line with these columns, or no time in front of its lines.
    """
    log, fields = _lines(path, options)
    rows = np.flatnonzero(log.kept)
    values: dict[str, NDArray[np.generic]] = {}
    for name, pieces in fields.items():
        numbers = log.numbers(name, pieces[rows], rows)
        if name == "conductivity":
            numbers = np.asarray(convert(numbers, options.conductivity_units, VOCABULARY["conductivity"].units))
        values[COLUMNS[name][0]] = numbers
    words = provides(options)[THERMOSALINOGRAPH_STREAM]
    return log.result(THERMOSALINOGRAPH_STREAM, rows, log.time[rows], values, words, "Sea-Bird SBE 45")


def span(path: Path, options: SeaBirdOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps; ``NaT`` at both ends where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    log, _ = _lines(path, options)
    return span_of(log.time[log.kept])


def provides(options: SeaBirdOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file has."""
    names = [COLUMNS[name][0] for name in options.columns if name != SKIPPED]
    return {THERMOSALINOGRAPH_STREAM: tuple(VOCABULARY[name] for name in names)}


def _lines(path: Path, options: SeaBirdOptions) -> tuple[LoggedFile, dict[str, Pieces]]:
    """Return the lines, those of another shape rejected, and where each column stands in each."""
    log = open_log(path, options.time_stamp)
    fields = split_fields(log.body, ",")
    equals = np.flatnonzero(log.body.view == _EQUALS)
    first = np.searchsorted(equals, log.body.starts)
    labelled = np.searchsorted(equals, log.body.ends) > first
    pieces = {
        name: Pieces(log.body.view, *_bounds(fields.field(place), labelled))
        for place, name in enumerate(options.columns)
        if name != SKIPPED
    }
    has_number = np.zeros(len(log.lines), dtype=bool)
    if labelled.any():
        for place in range(min(int(fields.count[labelled].max()), _MOST_FIELDS)):
            label, value = _label_and_value(fields.field(place), equals)
            for name, piece in pieces.items():
                rows = labelled & (label == _code(COLUMNS[name][1]))
                has_number |= rows
                piece.starts[rows], piece.ends[rows] = value.starts[rows], value.ends[rows]
    shaped = np.where(labelled, has_number, fields.count == len(options.columns))
    if not _any_number(pieces, shaped & log.kept):
        expected = f"no line of an SBE 45: expected {len(options.columns)} numbers: {', '.join(options.columns)}"
        raise InputError(path.name, expected, line=int(np.argmax(log.kept)) + 1)
    log.reject(~shaped, "not the columns that are declared", f"expected {len(options.columns)} numbers: {', '.join(options.columns)}")
    return log, pieces


def _bounds(piece: Pieces, labelled: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where a field stands; nowhere yet in lines with labels."""
    return np.where(labelled, piece.ends, piece.starts), piece.ends.copy()


def _label_and_value(piece: Pieces, equals: NDArray[np.int64]) -> tuple[NDArray[np.int64], Pieces]:
    """Return the code of the label in front of an equals sign, 0 where there is none, and what follows."""
    sign = equals.take(np.searchsorted(equals, piece.starts), mode="clip")
    has_label = (sign >= piece.starts) & (sign < piece.ends)
    label = Pieces(piece.view, piece.starts, np.where(has_label, sign, piece.starts)).stripped()
    length = label.ends - label.starts
    code = np.zeros(len(piece), dtype=np.int64)
    for place in range(_LONGEST_LABEL):
        letter = piece.view.take(label.starts + place, mode="clip") | np.uint8(32)
        code = np.where(place < length, code * 256 + letter, code)
    code[length > _LONGEST_LABEL] = 0
    return code, Pieces(piece.view, np.where(has_label, sign + 1, piece.ends), piece.ends)


def _code(label: str) -> int:
    return int.from_bytes((ord(letter) | 32 for letter in label), "big")


def _any_number(pieces: Mapping[str, Pieces], rows: NDArray[np.bool_]) -> bool:
    return any(np.isfinite(piece[rows].numbers()[0]).any() for piece in pieces.values())


READER = Reader(
    name="sea-bird-sbe45",
    summary="Sea-Bird SBE 45 thermosalinograph behind a ship's logger",
    options=SeaBirdOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
