"""A parquet file as the delimited text that it might have been, so that it is read and accounted for like any other table."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import csv, parquet

from icos_core.raw_text.delimited_text import TextError
from icos_core.raw_text.packed import LARGEST

__all__ = ["MAGIC", "delimited_of_parquet", "is_parquet"]

MAGIC = b"PAR1"
_MOST_COLUMNS = 10_000
_CELL = 8


def is_parquet(data: bytes) -> bool:
    """Whether a file is one, as far as its first bytes tell."""
    return data.startswith(MAGIC)


def delimited_of_parquet(data: bytes) -> bytes:
    """Return the columns of numbers, times and texts of a file, comma separated, with one line of names.

    Times that say that they are UTC end in Z. Numbers have as many digits as give the same number again.

    Raises
    ------
    TextError
        For a file that is damaged, or would become larger than a raw file may.
    """
    try:
        return _converted(data)
    except TextError:  # is a ValueError itself
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise TextError(f"a parquet file that cannot be read: {reason}") from error


def _converted(data: bytes) -> bytes:
    file = parquet.ParquetFile(pa.BufferReader(data))
    rows, columns = file.metadata.num_rows, file.metadata.num_columns
    if columns > _MOST_COLUMNS or rows * columns * _CELL > LARGEST:
        raise TextError(f"a parquet file of {rows} rows and {columns} columns, more than is read")
    table = file.read(use_threads=False)
    plain = table.select([field.name for field in table.schema if not pa.types.is_nested(field.type) and not pa.types.is_null(field.type)])
    in_utc = [pa.field(each.name, pa.timestamp("ns", "UTC")) if getattr(each.type, "tz", None) else each for each in plain.schema]
    stream = pa.BufferOutputStream()
    csv.write_csv(plain.cast(pa.schema(in_utc)), stream, csv.WriteOptions(quoting_style="needed"))
    return bytes(memoryview(stream.getvalue()))
