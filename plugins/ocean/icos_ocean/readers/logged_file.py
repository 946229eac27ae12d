"""A data logger's file: its lines, what becomes of each of them, and the stream that they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from icos_core.exceptions import InputError
from icos_core.raw_text.byte_fields import Pieces
from icos_core.raw_text.delimited_text import TextError, split_lines
from icos_core.raw_text.instrument_clock import INVALID
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import open_lines
from icos_core.raw_text.row_stream import row_stream
from icos_core.versioned import Options
from icos_ocean.readers.logger_time import FORMS, LoggerTime, logger_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import ReadResult, Variable
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["HEAD_BYTES", "LoggedFile", "LoggedOptions", "head_of", "open_log"]

HEAD_BYTES = 1 << 16
"""How much of a file is looked at to guess what it is."""


class LoggedOptions(Options):
    """How a logger writes the lines that it receives."""

    time_stamp: LoggerTime = Field(
        default="iso",
        description="Time (UTC) that the logger puts in front of every line: "
        + ", ".join(f"{form} {example}" for form, example in FORMS.items())
        + "; none where the lines are as the instrument sends them.",
    )


@dataclass
class LoggedFile:
    """Lines of a file while it is read.

    Attributes
    ----------
    lines
        The lines.
    account
        What becomes of them.
    time
        (n,) time that the logger put in front of each line, ns since 1970, `INVALID` where it put none.
    body
        (n,) what the instrument sent.
    kept
        (n,) lines that were not rejected so far.
    """

    lines: Lines
    account: LineAccount
    time: NDArray[np.int64]
    body: Pieces
    kept: NDArray[np.bool_]

    def text(self, row: int) -> str:
        """Return a line as text."""
        return self.lines.raw(row).decode("latin-1")

    def reject(self, rows: NDArray[np.bool_], reason: str, message: str = "") -> None:
        """Take lines out for a reason; those that are out already stay so for the first reason.

        Parameters
        ----------
        rows
            (n,) which lines.
        reason
            For the account.
        message
            What to tell a person of the first few; empty for lines that are as they should be.
        """
        found = np.flatnonzero(rows & self.kept)
        self.kept[found] = False
        self.account.reject(reason, found.size)
        if message:
            self.tell(reason, message, found)

    def tell(self, kind: str, message: str, rows: NDArray[np.intp]) -> None:
        """Tell a person of lines; beyond the first few they are only counted."""
        for told, row in enumerate(rows.tolist(), start=1):
            if not self.account.tell(kind, message, row + 1, self.text(row)):
                self.account.tell_more(kind, rows.size - told)
                break

    def numbers(self, label: str, pieces: Pieces, rows: NDArray[np.intp], missing: Sequence[str] = ()) -> NDArray[np.float64]:
        """Return the numbers of a field; what is none is missing, counted and told.

        Parameters
        ----------
        label
            Name of the field, for people.
        pieces
            (m,) the field.
        rows
            (m,) line of each, counted from 0.
        missing
            Texts that stand for a missing value.
        """
        values, damaged = pieces.numbers(missing)
        self.account.damage(label, damaged.size)
        self.tell(f"{label}: not a number", f"{label} is not a number", rows[damaged])
        return values

    def result(
        self,
        stream: str,
        rows: NDArray[np.intp],
        time: NDArray[np.int64],
        values: Mapping[str, NDArray[np.generic]],
        words: Sequence[Variable],
        instrument: str,
    ) -> ReadResult:
        """Return the stream in order of time with the account of all lines.

        Parameters
        ----------
        stream
            Name of the stream.
        rows
            (m,) line of each row, counted from 0.
        time
            (m,) time of each row, ns since 1970.
        values
            Variable → (m,) values.
        words
            The vocabulary.
        instrument
            Name of the instrument, for an attribute.
        """
        return row_stream(stream, time, rows + 1, dict(values), words, self.lines, self.account, "latin-1", instrument)


def open_log(path: Path, form: LoggerTime) -> LoggedFile:
    """Open a file; blank lines and lines without the time that is declared are rejected.

    Raises
    ------
    InputError
        For a file that cannot be opened, is empty or in a wide encoding, and where no line begins with the time that is declared.
    """
    lines = open_lines(path)
    log = _logged(lines, LineAccount(path.name), form)
    if not lines.data.strip():
        raise InputError(path.name, "the file is empty")
    if form != "none":
        if not (log.time[log.kept] != INVALID).any():
            expected = f"no line begins with a time such as {FORMS[form]}; expected one in front of every line, see the option time_stamp"
            raise InputError(path.name, expected, line=int(np.argmax(log.kept)) + 1)
        log.reject(log.time == INVALID, "no valid time stamp", f"the line does not begin with a time such as {FORMS[form]}")
    return log


def head_of(path: Path) -> Pieces:
    """Return the first lines of a file, to guess what it is; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        lines = split_lines(head)
    except (OSError, TextError):
        return Pieces(np.zeros(1, dtype=np.uint8), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    whole = len(lines) if lines.complete or len(lines) == 1 else len(lines) - 1
    every = _pieces(lines)
    return every[(every.ends > every.starts) & (np.arange(len(every)) < whole)]


def _pieces(lines: Lines) -> Pieces:
    return Pieces(np.frombuffer(lines.data, dtype=np.uint8), lines.starts, lines.ends)


def _logged(lines: Lines, account: LineAccount, form: LoggerTime) -> LoggedFile:
    every = _pieces(lines)
    time, body = logger_times(every, form)
    account.seen = len(lines)
    log = LoggedFile(lines=lines, account=account, time=time, body=body, kept=np.ones(len(lines), dtype=bool))
    blank = every.stripped()
    log.reject(blank.starts >= blank.ends, "blank line")
    return log
