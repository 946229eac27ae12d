"""Reader of what GCWerks exports of cavity ring-down analysers: calibrated means of minutes and hours, one file per sampling line.

References
----------
GCWerks for CRDS, https://gcwerks.com. Files of the UK DECC network as openghg tests with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.readers.gcwerks_export_layout import find_layout, named
from icos_atmosphere.readers.gcwerks_export_options import STREAM, GcwerksExportOptions
from icos_atmosphere.readers.gcwerks_export_rows import read_rows
from icos_atmosphere.vocabulary import GASES, VOCABULARY
from icos_core.components import Guess, Reader, ReadResult, Span
from icos_core.exceptions import InputError
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes, plain_head
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_core.versioned import utc64

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.readers.gcwerks_export_layout import Layout, Named
    from icos_atmosphere.readers.gcwerks_export_rows import Rows
    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["READER", "guess", "provides", "read", "span"]

_MINUTE, _HOUR = 60_000_000_000, 3_600_000_000_000
_STATISTICS = ("", "_stdev", "_n")


def read(path: Path, options: GcwerksExportOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file, as it is or packed with gzip or zip.
    options
        What the file does not say.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``gcwerks``, a series in order of time with the stamps of the file; the account of every line after the header; problems.

    Raises
    ------
    InputError
        For another export of GCWerks or a file of another kind; where neither name nor options say the height, or neither name, options
        nor rows the interval; and where they contradict each other.
    """
    account = LineAccount(path.name)
    lines, layout, rows = _rows(path, options, account)
    attributes = _attributes(path.name, rows.time, options, account)
    if layout.unused:
        account.tell("columns", f"columns not used: {', '.join(layout.unused)}", layout.header + 1)
    _tell_created(layout, rows, account)
    result = row_stream(STREAM, rows.time, rows.line, dict(rows.values), provides(options)[STREAM], lines, account, "latin-1")
    stream = result.streams[STREAM]
    stream.attrs.update(attributes)
    for gas in GASES:
        if gas in stream:
            stream[gas].attrs["calibration_scale"] = options.scale_of(gas)
    return result


def span(path: Path, options: GcwerksExportOptions, context: Context) -> Span:  # noqa: ARG001  # the signature is the contract's
    """Return the time from the earliest to the latest row, ``NaT`` where there is none.

    Raises
    ------
    InputError
        As :func:`read`.
    """
    account = LineAccount(path.name)
    _, _, rows = _rows(path, options, account, clock_only=True)
    _attributes(path.name, rows.time, options, account)
    return span_of(rows.time)


def provides(options: GcwerksExportOptions) -> Mapping[str, tuple[Variable, ...]]:  # noqa: ARG001  # the signature is the contract's
    """Return the variables that a file may have."""
    words = (VOCABULARY[f"{gas}{statistic}"] for gas in GASES for statistic in _STATISTICS)
    return {STREAM: (*words, VOCABULARY["inlet_number"])}


def guess(path: Path) -> Guess | None:
    """Recognise a file by its header."""
    try:
        layout = find_layout(split_lines(plain_head(path)))
    except TextError:
        return None
    gases = [gas for gas in GASES if gas in layout.places]
    says = named(path.name)
    unsure = [f"scales: a file does not say them; state one for each of {', '.join(gases)}"]
    if says.height is None:
        unsure.append("intake_height: the file's name does not say it, state it together with line")
    if not says.interval:
        unsure.append("averaging_interval: the file's name does not say it, rows may")
    return Guess(confidence=0.95, found=(f"columns of an export of GCWerks: {', '.join(gases)}",), unsure=tuple(unsure))


def _rows(path: Path, options: GcwerksExportOptions, account: LineAccount, *, clock_only: bool = False) -> tuple[Lines, Layout, Rows]:
    with faults_named(path):
        lines = split_lines(plain_bytes(path))
        layout = find_layout(lines)
        return lines, layout, read_rows(lines, layout, options, account, clock_only=clock_only)


def _attributes(file: str, time: NDArray[np.int64], options: GcwerksExportOptions, account: LineAccount) -> dict[str, Any]:
    """Return the attributes of the series."""
    says = named(file)
    if options.intake_height is not None and says.height is not None and says.height != options.intake_height:
        raise InputError(file, f"intake_height = {options.intake_height:g}, but the file's name says {says.height:g}m: one input per line")
    height = options.intake_height if options.intake_height is not None else says.height
    if height is None:
        raise InputError(file, "neither the file's name nor the option intake_height says the height of the inlet")
    ids = [] if options.instrument_id is None else [options.instrument_id]
    return {
        "line": options.line or f"{height:g}m",
        "intake_height": height,
        "averaging_interval": _interval(file, says, time, options, account),
        "instrument": options.instrument or says.instrument or "not stated",
        "instrument_ids": ids,
        "instrument_methods": [options.instrument_method for _ in ids],
    }


def _interval(file: str, says: Named, time: NDArray[np.int64], options: GcwerksExportOptions, account: LineAccount) -> str:
    of_rows = _apart(time)
    stated = options.averaging_interval or ""
    if stated and says.interval and stated != says.interval:
        raise InputError(file, f"averaging_interval = {stated!r}, but the file's name says {says.interval!r}: one input per interval")
    interval = stated or says.interval or of_rows
    if not interval:
        raise InputError(file, "neither the file's name, the option averaging_interval nor the rows say what a row is the mean of")
    if of_rows and of_rows != interval:
        account.tell("interval", f"rows are apart like means of a {of_rows}, taken for means of a {interval} as is stated")
    return interval


def _apart(time: NDArray[np.int64]) -> str:
    """Return what rows are means of, from the time between them; empty where they are too few or too far apart to tell."""
    steps = np.diff(np.unique(time))
    if not steps.size:
        return ""
    usual = float(np.median(steps))
    return "minute" if usual <= 1.5 * _MINUTE else "hour" if 0.5 * _HOUR <= usual <= 1.5 * _HOUR else ""


def _tell_created(layout: Layout, rows: Rows, account: LineAccount) -> None:
    if layout.created is None:
        account.tell("created", "no line 'Created:' above the header: the file may not be as GCWerks wrote it", 1)
        return
    later = np.flatnonzero(rows.time > int(utc64(layout.created).astype("M8[ns]").astype(np.int64)))
    if later.size:
        message = f"{later.size} rows are later than the file's creation, {layout.created:%Y-%m-%d %H:%M}: it may have been changed since"
        account.tell("created", message, int(rows.line[later[0]]))


READER = Reader(
    name="gcwerks-export",
    summary="minute and hourly means that GCWerks exports of cavity ring-down analysers",
    options=GcwerksExportOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
