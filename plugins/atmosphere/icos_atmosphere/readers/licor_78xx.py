"""Reader of files of LI-COR trace-gas analysers: LI-7810 (CH4, CO2), LI-7815 (CO2) and LI-7820 (N2O).

Lines are separated by tabs; the first column says what a line is: ``DATAH`` names of columns, ``DATAU`` their units, ``DATA`` a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.readers.analyser_columns import tell_absent, variable_name
from icos_atmosphere.readers.analyser_table import Form, joined, ranges_without, read_rows
from icos_atmosphere.readers.licor_78xx_layout import HEADER_AGAIN, MARK, find_header, identity, parts_of
from icos_atmosphere.readers.licor_78xx_options import STREAM, UNITS, Licor78xxOptions
from icos_atmosphere.readers.plain_text import without_quotes
from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes, plain_head
from icos_core.raw_text.regular_lines import reject
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_core.units import can_become, convert

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.readers.analyser_table import Rows
    from icos_atmosphere.readers.licor_78xx_layout import Part
    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Block, Lines

__all__ = ["READER", "guess", "provides", "read", "span"]

_SECOND = 1_000_000_000
_LAST = 7_258_118_400  # 2200-01-01, s since 1970


def read(path: Path, options: Licor78xxOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file, as it is or packed with gzip or zip.
    options
        What its columns are.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``licor_78xx`` in order of time; the account of every line after the header; problems. Times are those of the columns
        SECONDS and NANOSECONDS, which count from 1970 in UTC whatever the time zone of the analyser.

    Raises
    ------
    InputError
        For a file that is none of such an analyser.
    """
    account = LineAccount(path.name)
    lines, rows, instrument = _rows(path, options, account)
    return row_stream(STREAM, rows.time, rows.line, rows.values, provides(options)[STREAM], lines, account, "utf-8", instrument)


def span(path: Path, options: Licor78xxOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    _, rows, _ = _rows(path, options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: Licor78xxOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    return {STREAM: tuple({word.name: word for word in options.words.values()}.values())}


def guess(path: Path) -> Guess | None:
    """Recognise a file by its header."""
    try:
        lines = split_lines(plain_head(path))
        header = find_header(lines)
        parts = parts_of(lines, header, Licor78xxOptions())
    except TextError:
        return None
    about = identity(lines, header)
    model = about.get("Model", "")
    read_columns = sorted({name for part in parts for name in part.places})
    return Guess(
        confidence=0.95 if model.startswith("LI-78") else 0.7,
        found=(f"{model or 'analyser'} {about.get('SN', '')}".strip(), f"columns of such an analyser: {', '.join(read_columns)}"),
        unsure=("mole_fractions: a file does not say whether its mole fractions are in dry air; dry is taken",),
    )


def _rows(path: Path, options: Licor78xxOptions, account: LineAccount, *, clock_only: bool = False) -> tuple[Lines, Rows, str]:
    with faults_named(path):
        # Remarks stand in quotes, and may hold tabs.
        lines = split_lines(without_quotes(plain_bytes(path), "\t"))
        header = find_header(lines)
        parts = parts_of(lines, header, options)
        account.seen = len(lines) - parts[0].first
        words = {word.name: word for word in options.words.values()}
        pieces = [_read_part(lines, part, options, account, clock_only=clock_only) for part in parts]
        for part in parts[1:]:
            reject(account, HEADER_AGAIN, 1 if part.units is None else 2)
        tell_absent(options, [name for part in parts for name in part.headers], account, header + 1)
    about = identity(lines, header)
    return lines, joined(pieces, words), " ".join(filter(None, (about.get("Model", ""), about.get("SN", ""))))


def _read_part(lines: Lines, part: Part, options: Licor78xxOptions, account: LineAccount, *, clock_only: bool) -> Rows:
    reject(account, HEADER_AGAIN, len(part.header_again))
    words = {word.name: word for word in options.words.values()}
    form = Form(
        headers=part.headers,
        places=_readable(part, words, set(map(variable_name, options.extra_columns)), account),
        words=words,
        time_numbers=part.clock,
        moments=lambda block: _moments(block, part.clock),
        written="SECONDS and NANOSECONDS since 1970",
        separator="\t",
        mark=MARK,
    )
    rows = read_rows(lines, ranges_without(part.first, part.last, part.header_again), form, account, clock_only=clock_only)
    for name, values in rows.values.items():
        units = _units(part, part.places[name])
        if units not in {None, words[name].units} and values.dtype.kind == "f":
            rows.values[name] = np.asarray(convert(values, str(units), words[name].units))
    return rows


def _moments(block: Block, clock: tuple[int, int]) -> NDArray[np.int64]:
    seconds, nanoseconds = (block.numbers[place] for place in clock)
    valid = (seconds >= 0) & (seconds < _LAST) & (seconds == np.floor(seconds))
    valid &= (nanoseconds >= 0) & (nanoseconds < _SECOND) & (nanoseconds == np.floor(nanoseconds))
    whole, rest = (np.where(valid, values, 0.0).astype(np.int64) for values in (seconds, nanoseconds))
    return np.where(valid, whole * _SECOND + rest, INVALID)


def _units(part: Part, place: int) -> str | None:
    """Return the unit of a column (UDUNITS), None where the file does not state one that is known."""
    return UNITS.get(part.units[place].replace("μ", "µ").lower()) if part.units is not None else None


def _readable(part: Part, words: Mapping[str, Variable], further: Collection[str], account: LineAccount) -> dict[str, int]:
    """Leave out the columns whose unit is not known or does not measure what is expected; a person is told.

    A `further` column, which a station asks for, may have a unit that is not known.
    """
    if part.units is None:
        account.tell("units", "no line of units (DATAU): the usual ones are taken", part.first)
        return dict(part.places)
    readable = {}
    for name, place in part.places.items():
        units = _units(part, place)
        if (units is None and name in further) or (units is not None and can_become(units, words[name].units)):
            readable[name] = place
        else:
            message = f"column {part.headers[place]!r} is in {part.units[place]!r}, expected {words[name].units!r} or alike"
            account.tell("units", f"{message}: it is not read, see the option units", part.first)
    return readable


READER = Reader(
    name="licor-78xx",
    summary="LI-COR LI-7810, LI-7815 and LI-7820 trace-gas analysers, .data files",
    options=Licor78xxOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
