"""The binary variant of the Ecosystem Thematic Centre's raw files: records of one length, as the station declares their columns.

What the columns are, their types and the byte order stand in the station's BADM (group FILE), not in the file, so they are options. No
file of a station was at hand to check the layout against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import ReadResult
from icos_core.dataset import make_stream
from icos_core.raw_text.delimited_text import TextError, number
from icos_ecosystem.readers.icos_ec_csv_options import WORDS, usual_columns
from icos_ecosystem.readers.raw_columns import resolve_columns
from icos_ecosystem.readers.raw_rows import placed_by_name
from icos_ecosystem.vocabulary.measured import STREAM

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.raw_text.line_account import LineAccount
    from icos_ecosystem.readers.icos_ec_csv_options import IcosEcCsvOptions

__all__ = ["CUT_RECORD", "read_records"]

CUT_RECORD = "record cut off"


def read_records(path: Path, data: bytes, options: IcosEcCsvOptions, account: LineAccount) -> ReadResult:
    """Read a binary file.

    Parameters
    ----------
    path
        The file; its name tells the time.
    data
        Its content.
    options
        `header_lines` lines of text are passed over; `names`, `types` and `byte_order` tell what a record is.
    account
        Takes the account of records.

    Raises
    ------
    TextError
        For a file without a whole record, or whose header has fewer lines than declared.
    InputError
        As :func:`icos_ecosystem.readers.icos_ec_csv.read`.
    """
    columns = resolve_columns(path, options.names, None, options, WORDS, usual_columns(options))
    record = _record(options)
    begin = _after_lines(data, options.header_lines)
    count, rest = divmod(len(data) - begin, record.itemsize)
    if not count:
        raise TextError(f"no whole record of {record.itemsize} bytes; names and types say what a record is")
    rows = np.frombuffer(data, dtype=record, count=count, offset=begin)
    account.seen += count + bool(rest)
    if rest:
        account.reject(CUT_RECORD, 1)
        account.count_type(f"({CUT_RECORD})", 1)
        account.tell(CUT_RECORD, f"{CUT_RECORD}: the last {rest} bytes are no whole record of {record.itemsize}")
    placed = placed_by_name(path, options, np.arange(count, dtype=np.int64), account)
    values = {
        column.variable: column.values(_numbers(rows[f"f{column.place}"][placed.kept], options.missing_values), WORDS[column.variable])
        for column in columns
    }
    account.kept = placed.time.size
    stream = make_stream(placed.time.astype("datetime64[ns]"), values, WORDS.values())
    return ReadResult(streams={STREAM: stream}, tally=account.tally, problems=account.problems)


def _record(options: IcosEcCsvOptions) -> np.dtype[np.void]:
    order = "<" if options.byte_order == "little" else ">"
    types = options.types * len(options.names) if len(options.types) == 1 else options.types
    return np.dtype([(f"f{place}", np.dtype(order + np.dtype(name).str[1:])) for place, name in enumerate(types)])


def _after_lines(data: bytes, count: int) -> int:
    place = 0
    for _ in range(count):
        place = data.find(b"\n", place) + 1
        if not place:
            raise TextError(f"the file has not the {count} lines of header_lines")
    return place


def _numbers(column: NDArray[np.generic], missing: tuple[str, ...]) -> NDArray[np.float64]:
    """Return a column as numbers, NaN where they stand for a missing value or are none (infinite)."""
    with np.errstate(invalid="ignore"):  # damage makes NaN of a kind that numpy warns of
        values = column.astype(np.float64)
    absent = ~np.isfinite(values)
    for value in map(number, missing):
        if value is not None:
            absent |= column == np.asarray(value, dtype=column.dtype if column.dtype.kind == "f" else np.float64)
    values[absent] = np.nan
    return values
