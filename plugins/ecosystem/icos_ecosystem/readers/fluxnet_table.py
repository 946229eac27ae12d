"""Tables with FLUXNET's names of columns, TIMESTAMP_START and TIMESTAMP_END: what several readers have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from icos_core.raw_text.delimited_text import HeaderError, split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_ecosystem.readers.clock_columns import BothEnds
from icos_ecosystem.readers.fast_text import split_header
from icos_ecosystem.readers.half_hourly_table import HalfHourlyTable, no_change, read_half_hourly, span_half_hourly
from icos_ecosystem.readers.named_columns import named_columns
from icos_ecosystem.readers.raw_columns import NO_CODE
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context, ReadResult, Span, Variable
    from icos_core.raw_text.delimited_text import Lines
    from icos_ecosystem.readers.fast_text import TextTable
    from icos_ecosystem.readers.half_hourly_options import NamedColumnsOptions
    from icos_ecosystem.readers.half_hourly_table import Values
    from icos_ecosystem.readers.raw_columns import Resolved

__all__ = ["COMMENT", "END", "MEMBERS", "OTHER_SENSORS", "START", "UNKNOWN", "FluxnetFormat", "header_line"]

START, END = "TIMESTAMP_START", "TIMESTAMP_END"
COMMENT = b"#"
UNKNOWN = "not read, whose names are none of the vocabulary"
OTHER_SENSORS = "not read, beside the one that is read of the same variable (option sensors)"
MEMBERS = {
    "ameriflux": r"(?i)AMF_.+_BASE_H[HR]_.+\.csv",
    "fluxnet": r"(?i)(?:.+_)?FLUXNET.*_H[HR]_.+\.csv",
    "icos-fluxnet": r"(?i)ICOSETC_(?!.*VARINFO).+_FLUXNET_H[HR](?:_\w+)?\.csv",
    "icos-fluxes": r"(?i)ICOSETC_(?!.*VARINFO).+_FLUXES(?:_\w+)?\.csv",
    "icos-meteo": r"(?i)ICOSETC_(?!.*VARINFO).+_METEO(?:_\w+)?\.csv",
}
"""How networks name their tables, in archives and alone: regular expressions."""
_ZEROS = re.compile(rb"(?<=,)\x00+(?=[,\r\n])")
_MOST_COMMENTS = 100
_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class FluxnetFormat:
    """A format with such tables.

    Attributes
    ----------
    words
        Name of a column without qualifiers → variable.
    member
        Name of the table in an archive with several files, a regular expression.
    passed_over
        Columns that are none of a variable, and need no mention.
    codes
        Name of a column of texts → what makes codes of the variable of them, -1 of one that nobody knows.
    stream
        Name of the stream.
    zeros_are_empty
        Whether a field of nothing but zero bytes is an empty one: EddyPro writes texts so that it never set.
    """

    words: Mapping[str, Variable]
    member: str = ""
    passed_over: frozenset[str] = frozenset()
    codes: Mapping[str, Callable[[str], int]] = field(default_factory=dict)
    stream: str = FLUX_STREAM
    zeros_are_empty: bool = False

    def provides(self, options: NamedColumnsOptions) -> Mapping[str, tuple[Variable, ...]]:
        """Return the variables that are read where a file has them."""
        return {self.stream: tuple(options.chosen(self.words.values()).values())}

    def read(self, path: Path, options: NamedColumnsOptions, context: Context) -> ReadResult:
        """Read one file.

        Parameters
        ----------
        path
            The file, as it is or packed with gzip or zip; in an archive with several files the table that `member` says.
        options
            What is declared of it.
        context
            Its station's `utc_offset` is the clock of the time stamps, where `time_zone` says nothing else.

        Returns
        -------
        ReadResult
            One stream with one column of each variable; `time` is the start of each interval, `time_bnds` has both ends.

        Raises
        ------
        InputError
            For a file that is no such table.
        """
        account = LineAccount(path.name)
        with faults_named(path):
            table = self._table(path, options)
            return read_half_hourly(table, options, options.ahead_of_utc(context, path.name), account)

    def span(self, path: Path, options: NamedColumnsOptions, context: Context) -> Span:
        """Return the time from the earliest to the latest row, ``NaT`` where there is none; raises as :meth:`read`."""
        with faults_named(path):
            table = self._table(path, options)
            return span_half_hourly(table, options, options.ahead_of_utc(context, path.name), LineAccount(path.name))

    def _table(self, path: Path, options: NamedColumnsOptions) -> HalfHourlyTable:
        data = plain_bytes(path, self.member)
        lines = split_lines(_ZEROS.sub(b"", data) if self.zeros_are_empty and b"\0" in data else data)
        header = header_line(lines)
        headers = split_header(lines.raw(header), ",")
        clock = BothEnds(_time_column(headers, START, header + 1), _time_column(headers, END, header + 1))
        chosen = options.chosen(self.words.values())
        titles = {title: word for title, word in self.words.items() if word.name in chosen}
        aside = [place for place, name in enumerate(headers) if name.upper() in self.passed_over]
        columns = named_columns(headers, (*clock.texts, *aside), self.words, titles, options.columns_of_sensors)
        if not columns.read:
            shown = ", ".join(map(repr, headers[:_SHOWN]))
            raise HeaderError(f"no column of a variable that is read; the columns are: {shown}", header + 1)
        texts = {self.words[column.variable].name: column for column in columns.read if column.variable in self.codes}
        numbers = [column for column in columns.read if column.variable not in self.codes]
        return HalfHourlyTable(
            lines=lines,
            headers=headers,
            header=header,
            first=header + 1,
            clock=clock,
            columns=tuple(column._replace(variable=self.words[column.variable].name) for column in numbers),
            texts=tuple(column.place for column in texts.values()),
            words=chosen,
            stream=self.stream,
            finish=partial(_codes_of_texts, texts=texts, codes=self.codes) if texts else no_change,
            unread={} if options.variables else {UNKNOWN: columns.unknown, OTHER_SENSORS: columns.others},
        )


def _codes_of_texts(
    values: Values,
    table: TextTable,
    kept: NDArray[np.bool_],
    *,
    texts: Mapping[str, Resolved],
    codes: Mapping[str, Callable[[str], int]],
) -> None:
    """Add the codes of columns of texts to the values; a text that nobody knows is not stated."""
    for variable, column in texts.items():
        index, words = table.texts[column.place].words()
        values[variable] = np.array([*map(codes[column.variable], words), NO_CODE], dtype=np.int8)[index[kept]]


def header_line(lines: Lines) -> int:
    """Return the index of the first line that is no comment.

    Raises
    ------
    HeaderError
        Where there is none.
    """
    for index in range(min(len(lines), _MOST_COMMENTS)):
        if not lines.raw(index).lstrip(b'" ').startswith(COMMENT):
            return index
    raise HeaderError("no line with the names of columns")


def _time_column(headers: tuple[str, ...], name: str, line: int) -> int:
    upper = [header.upper() for header in headers]
    if name not in upper:
        shown = ", ".join(map(repr, headers[:_SHOWN]))
        raise HeaderError(f"no column {name!r}; the columns are: {shown}", line)
    return upper.index(name)
