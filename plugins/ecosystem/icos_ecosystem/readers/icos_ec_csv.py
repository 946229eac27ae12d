"""Reader of raw eddy-covariance files as the ICOS Ecosystem Thematic Centre asks for them (doi:10.18160/v5jt-9f66)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_core.components import Reader, ReadResult, Span
from icos_core.raw_text.delimited_text import HeaderError, split_lines
from icos_core.raw_text.line_account import LineAccount
from icos_core.raw_text.opened_text import faults_named
from icos_core.raw_text.packed import plain_bytes
from icos_core.raw_text.row_stream import row_stream, span_of
from icos_ecosystem.readers.fast_text import TextForm, read_table, split_header
from icos_ecosystem.readers.icos_ec_binary import read_records
from icos_ecosystem.readers.icos_ec_csv_guess import guess
from icos_ecosystem.readers.icos_ec_csv_options import SEPARATORS, WORDS, IcosEcCsvOptions, usual_columns
from icos_ecosystem.readers.raw_clock import span_from_name
from icos_ecosystem.readers.raw_columns import resolve_columns
from icos_ecosystem.readers.raw_rows import placed_by_name, values_of
from icos_ecosystem.vocabulary.measured import STREAM

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from icos_core.components import Context, Variable
    from icos_core.raw_text.delimited_text import Lines

__all__ = ["READER", "provides", "read", "span"]


def read(path: Path, options: IcosEcCsvOptions, context: Context) -> ReadResult:  # noqa: ARG001  # the signature is the contract's
    """Read one file.

    Parameters
    ----------
    path
        The file, as it is or packed with gzip or zip.
    options
        How it is written.
    context
        Not used: a file is read the same way in every run.

    Returns
    -------
    ReadResult
        Stream ``eddy``; `time` is the start of each row's interval, counted from the time in the file's name, whatever lines are damaged.

    Raises
    ------
    InputError
        For a file that cannot be read, a name that holds no time, and columns or units that are not those described.
    """
    account = LineAccount(path.name)
    with faults_named(path):
        data = plain_bytes(path)
        if options.format == "binary":
            return read_records(path, data, options, account)
        lines = split_lines(data)
        headers = _headers(lines, options)
        columns = resolve_columns(path, headers, None, options, WORDS, usual_columns(options))
        if not columns:
            raise HeaderError(f"none of the columns is known: {', '.join(map(repr, headers[:12]))}; columns says what they are", 1)
        form = TextForm(
            headers=headers,
            numbers=[column.place for column in columns],
            missing=options.missing_values,
            separator=SEPARATORS[options.separator],
        )
        named = options.header_lines - 1 if options.header_lines else None
        table = read_table(lines, options.header_lines, form, account, named)
        rows = placed_by_name(path, options, table.line - options.header_lines - 1, account)
        values = values_of(table, columns, WORDS, account, rows.kept)
        return row_stream(STREAM, rows.time, table.line[rows.kept], values, WORDS.values(), lines, account, "utf-8")


def span(path: Path, options: IcosEcCsvOptions, context: Context) -> Span:
    """Return the time from the earliest to the latest row, as the name of the file has it where `file_duration` is stated.

    Raises
    ------
    InputError
        For a name that holds no time, and where the file has to be read: as :func:`read`.
    """
    named = span_from_name(path, options)
    if named is None:
        return span_of(read(path, options, context).streams[STREAM]["time"].to_numpy().astype("int64"))
    with faults_named(path), path.open("rb"):
        return named


def provides(options: IcosEcCsvOptions) -> Mapping[str, tuple[Variable, ...]]:
    """Return the variables that the files may hold."""
    names = {column.variable: None for column in (*usual_columns(options).values(), *options.columns.values())}
    return {STREAM: tuple(WORDS[name] for name in names if name in WORDS)}


def _headers(lines: Lines, options: IcosEcCsvOptions) -> tuple[str, ...]:
    if len(lines) < options.header_lines:
        raise HeaderError(f"the file has {len(lines)} lines; its header alone should have {options.header_lines}")
    return options.names or split_header(lines.raw(options.header_lines - 1), SEPARATORS[options.separator])


READER = Reader(
    name="icos-ec-csv",
    summary="raw eddy-covariance files as the Ecosystem Thematic Centre asks for them",
    options=IcosEcCsvOptions,
    read=read,
    span=span,
    provides=provides,
    guess=guess,
)
