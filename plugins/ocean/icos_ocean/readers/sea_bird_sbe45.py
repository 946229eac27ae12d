"""Reader of Sea-Bird SBE 45 thermosalinographs (MicroTSG), as a ship's logger writes them.

The instrument sends temperature, conductivity, salinity and sound velocity with commas between them, each of the last three only if it is
told to; behind its interface box the temperature of a remote SBE 38 may follow. Some loggers write labels: ``t1= 21.8054, c1= 5.17647``.

References
----------
Sea-Bird Electronics, SBE 45 MicroTSG User's Manual: Data Output Format, OutputFormat=0, 1 and 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, field_validator

from icos_core.components import Guess, Reader, ReadResult, Span, Variable
from icos_core.exceptions import InputError, hint
from icos_core.units import convert
from icos_ocean.practical_salinity import salinity_from_conductivity
from icos_ocean.readers.byte_fields import Pieces, split_fields
from icos_ocean.readers.instrument_clock import INVALID
from icos_ocean.readers.logged_file import LoggedFile, LoggedOptions, head_of, open_log, span_of
from icos_ocean.readers.logger_time import form_of, logger_times
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.ship_sensors import THERMOSALINOGRAPH_STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context

__all__ = ["COLUMNS", "READER", "SeaBirdOptions", "guess", "provides", "read", "span"]

COLUMNS: dict[str, tuple[str, str]] = {
    "temperature": ("conductivity_cell_temperature", "t1"),
    "conductivity": ("conductivity", "c1"),
    "salinity": ("salinity", "s"),
    "sound_speed": ("sound_speed", "sv"),
    "remote_temperature": ("sst", "t2"),
}
"""Name of a column → the variable that it is, and the label that it has where there are labels."""

_SKIPPED = "-"
_USUAL = ("temperature", "conductivity", "salinity", "sound_speed")
_EQUALS = ord("=")
_AGREES = 2e-4
_LONGEST_LABEL = 4
_LEAST_AGREEING = 0.9


class SeaBirdOptions(LoggedOptions):
    """How the lines of one SBE 45 are written."""

    columns: tuple[str, ...] = Field(
        default=_USUAL,
        min_length=1,
        description="What the instrument sends, in order: "
        + ", ".join(COLUMNS)
        + "; - for what is not read. Lines with labels (t1=, c1=, s=, sv=, t2=) are read by these, whatever the order.",
    )
    conductivity_units: Literal["S m-1", "mS cm-1"] = Field(default="S m-1", description="Units of conductivity in the file.")

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        named = [name for name in value if name != _SKIPPED]
        for name in named:
            if name not in COLUMNS:
                raise ValueError(f"no column {name!r}{hint(name, COLUMNS)}")
        if not named or len(set(named)) != len(named):
            raise ValueError("each column once, and at least one")
        return value

    @field_validator("time_stamp")
    @classmethod
    def _has_a_time(cls, value: str) -> str:
        if value == "none":
            raise ValueError("the lines of an SBE 45 have no time of their own")
        return value


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
    names = [COLUMNS[name][0] for name in options.columns if name != _SKIPPED]
    return {THERMOSALINOGRAPH_STREAM: tuple(VOCABULARY[name] for name in names)}


def guess(path: Path) -> Guess | None:
    """Say whether a file is of an SBE 45 that sends salinity, which conductivity and temperature have to agree with."""
    head = head_of(path)
    form = form_of(head)
    if form == "none":
        return None
    time, body = logger_times(head, form)
    body = body[time != INVALID]
    parts = [[text.strip() for text in body.text(row).split(",")] for row in range(len(body))]
    width = max({len(each) for each in parts}, key=[len(each) for each in parts].count)
    if width < 3:
        return None
    labelled = all("=" in text for text in parts[0])
    options: dict[str, object] = {} if form == "iso" else {"time_stamp": form}
    if labelled:
        labels = {label: name for name, (_, label) in COLUMNS.items()}
        known = [labels.get(text.partition("=")[0].strip().casefold()) for text in parts[0]]
        if not {"temperature", "conductivity"} <= set(known):
            return None
        if (columns := tuple(name for name in known if name)) != _USUAL:
            options["columns"] = list(columns)
        return Guess(confidence=0.95, options=options, found=("the lines have the labels of an SBE 45",))
    numbers, _ = _numbers_of(body, width)
    for order in (_USUAL, ("temperature", "salinity", "conductivity", "sound_speed")):
        for units in ("S m-1", "mS cm-1"):
            share = _agreement(numbers, order, units)
            if share < _LEAST_AGREEING:
                continue
            columns = (*order[:width], *[_SKIPPED] * (width - len(order)))
            if columns != _USUAL:
                options["columns"] = list(columns)
            if units != "S m-1":
                options["conductivity_units"] = units
            unsure = ("columns: what stands behind sound_speed",) if width > len(order) else ()
            found = f"in {share:.0%} of the lines salinity is that of conductivity and temperature to {_AGREES:g}"
            return Guess(confidence=0.95, options=options, found=(found,), unsure=unsure)
    return None


def _numbers_of(body: Pieces, width: int) -> tuple[list[NDArray[np.float64]], NDArray[np.bool_]]:
    fields = split_fields(body, ",")
    right = fields.count == width
    return [fields.field(place)[right].numbers()[0] for place in range(width)], right


def _agreement(numbers: list[NDArray[np.float64]], order: tuple[str, ...], units: str) -> float:
    """Return the share of lines in which salinity is that of conductivity and temperature."""
    column = dict(zip(order, numbers, strict=False))
    conductivity = np.asarray(convert(column["conductivity"], units, "mS cm-1"))
    sea = (conductivity > 1) & (conductivity < 80) & (column["temperature"] > -3) & (column["temperature"] < 45)
    if not sea.any():
        return 0.0
    computed = salinity_from_conductivity(conductivity[sea], column["temperature"][sea])
    return float((np.abs(computed - column["salinity"][sea]) <= _AGREES).mean())


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
        if name != _SKIPPED
    }
    has_number = np.zeros(len(log.lines), dtype=bool)
    if labelled.any():
        for place in range(int(fields.count[labelled].max())):
            label, value = _label_and_value(fields.field(place), equals)
            for name, piece in pieces.items():
                rows = labelled & (label == _code(COLUMNS[name][1]))
                has_number |= rows
                piece.starts[rows], piece.ends[rows] = value.starts[rows], value.ends[rows]
    shaped = np.where(labelled, has_number, (fields.count == len(options.columns)) & ~labelled)
    shaped &= ~labelled | has_number
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
