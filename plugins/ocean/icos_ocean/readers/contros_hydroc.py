"""Reader of CONTROS HydroC CO2 logs: native ones, and those of 4H-Jena FerryBoxes with one channel per file.

The HydroC measures CO2 behind a membrane with a two-beam infrared detector; at intervals it pumps its gas through an absorber and reads
zero, then recovers (flush). See Fietzek et al. (2014).

References
----------
Fietzek, P., Fiedler, B., Steinhoff, T. and Körtzinger, A. (2014), In situ quality assessment of a novel underwater pCO2 sensor based
on membrane equilibration and NDIR spectrometry, J. Atmos. Oceanic Technol. 31, 181-196, doi:10.1175/JTECH-D-13-00083.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.raw_text.delimited_text import Lines, TextError, split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named, open_lines
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ocean.readers.contros_hydroc_layout import COLUMNS, POSITION, Layout, find_layout
from icos_ocean.readers.contros_hydroc_options import HydroCOptions
from icos_ocean.readers.contros_hydroc_rows import Rows, read_rows
from icos_ocean.vocabulary import hydroc, sensors, underway

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_core.components import Context, Variable

__all__ = ["READER", "guess", "provides", "read", "span"]

_WORDS = (*underway.MEASURED, *sensors.MEASURED, *hydroc.MEASURED)
_HEAD_BYTES = 1 << 16


def read(path: Path, options: HydroCOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
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
        Stream ``hydroc`` in order of time, with run types or, from a file of one channel, that channel alone; the account of every line
        below the header; problems.

    Raises
    ------
    InputError
        For a file that is no log of a HydroC, or not of the layout that is declared.
    """
    account = LineAccount(path.name)
    lines = open_lines(path)
    layout = _layout(path, lines, options)
    rows = _rows(path, lines, layout, options, account)
    return row_stream(
        sensors.HYDROC_STREAM, rows.time, rows.line, rows.values, _WORDS, lines, account, options.encoding, "CONTROS HydroC CO2"
    )


def span(path: Path, options: HydroCOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row that :func:`read` keeps, ``NaT`` where it keeps none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    lines = open_lines(path)
    rows = _rows(path, lines, _layout(path, lines, options), options, LineAccount(path.name), clock_only=True)
    return span_of(rows.time)


def provides(options: HydroCOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that a file may have."""
    without = {"native": {"zero_state", "flush_state"}, "zero-cycle": {"zero_state", "flush_state"}, "ferrybox": {"run_type"}}
    names = {"run_type", *COLUMNS} - without.get(options.layout, set())
    names -= set() if options.positions else POSITION - set(options.columns.values())
    return {sensors.HYDROC_STREAM: tuple(word for word in _WORDS if word.name in names)}


def guess(path: Path) -> Guess | None:
    """Recognise a log by its header."""
    try:
        with path.open("rb") as file:
            lines = split_lines(file.read(_HEAD_BYTES))
        layout = find_layout(lines, "latin-1", "auto", {}, positions=False)
    except (OSError, TextError):
        return None
    if layout.kind == "ferrybox":
        (name,) = layout.quantities
        return Guess(
            confidence=0.9,
            options={"group_by": r"_(\d{8})\.txt$"},
            found=(f"a FerryBox log of one channel, {layout.labels[1]}, which is {name}",),
            unsure=("group_by: what the files of one instrument and day have in common in their names",),
        )
    if layout.kind == "zero-cycle":
        return Guess(confidence=0.95, found=(f"a FerryBox log of a zeroing with the channels {', '.join(layout.quantities)}",))
    named = "signal_raw" in {label.casefold() for label in layout.labels} and layout.labels[0] != "date"
    first = lines.raw(layout.first).split(b";") if len(lines) > layout.first else []
    comma = any(b"," in cell for cell in first)
    return Guess(
        confidence=0.9 if named else 0.6,
        options={} if comma or not first else {"decimal_comma": False},
        found=(f"a native log with {len(layout.labels)} columns" + ("" if named else ", which its header does not name"),),
        unsure=("date_format: the order of day, month and year where a date does not tell",),
    )


def _layout(path: Path, lines: Lines, options: HydroCOptions) -> Layout:
    with faults_named(path):
        return find_layout(lines, options.encoding, options.layout, options.columns, positions=options.positions)


def _rows(path: Path, lines: Lines, layout: Layout, options: HydroCOptions, account: LineAccount, *, clock_only: bool = False) -> Rows:
    with faults_named(path):
        return read_rows(lines, layout, options, account, clock_only=clock_only)


READER = Reader(
    name="contros-hydroc",
    summary="CONTROS HydroC CO2: native logs, and FerryBox logs with one channel per file or of a zeroing",
    options=HydroCOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
