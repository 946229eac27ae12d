"""Tables as loggers of Campbell Scientific write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from icos_ecosystem.campbell_types import BIG_ENDIAN_IN_TOB1
from icos_ecosystem.simulators.tower_columns import text_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["LoggerTable", "toa5_bytes", "tob1_bytes"]

_LOGGER = ("Tower", "CR1000X", "1234", "CR1000X.Std.06.00", "CPU:tower.CR1X", "12345")
_CLOCK = ("SECONDS", "NANOSECONDS", "RECORD")
_SINCE = np.datetime64("1990-01-01T00:00:00", "ns")
_SECOND = 1_000_000_000
_SIZES = {"IEEE4": "f4", "IEEE8": "f8"}


class LoggerTable(NamedTuple):
    """A table without its values.

    Attributes
    ----------
    name
        Of the table.
    columns
        Header and unit of each column.
    stamps
        (n,) end of the interval of each row.
    records
        (n,) number of each row.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    stamps: NDArray[np.datetime64]
    records: NDArray[np.int64]


def toa5_bytes(table: LoggerTable, values: Mapping[str, FloatArray]) -> bytes:
    """Return a TOA5 file.

    Parameters
    ----------
    table
        What it is.
    values
        (n,) of each column in its order and unit; nine digits are written.
    """
    names, units = zip(*table.columns, strict=True)
    header = _header(
        ("TOA5", *_LOGGER, table.name), ("TIMESTAMP", "RECORD", *names), ("TS", "RN", *units), ("", "", *("Smp" for _ in names))
    )
    # The fraction of a second is written without zeros at its end, and not at all where it is nil.
    stamps = (text.rstrip("0").rstrip(".").replace("T", " ") for text in np.datetime_as_string(table.stamps, unit="us").tolist())
    rows = zip(stamps, table.records.tolist(), text_rows(values, ","), strict=True)
    return header + "\r\n".join([*(f'"{stamp}",{record},{cells}' for stamp, record, cells in rows), ""]).encode()


def tob1_bytes(table: LoggerTable, values: Mapping[str, FloatArray], kind: Literal["IEEE4", "IEEE8"]) -> bytes:
    """Return a TOB1 file with numbers of one type; arguments as for :func:`toa5_bytes`."""
    names, units = zip(*table.columns, strict=True)
    header = _header(
        ("TOB1", *_LOGGER, table.name),
        (*_CLOCK, *names),
        ("SECONDS", "NANOSECONDS", "RN", *units),
        ("", "", "", *("Smp" for _ in names)),
        (*("ULONG" for _ in _CLOCK), *(kind for _ in names)),
    )
    order = ">" if kind in BIG_ENDIAN_IN_TOB1 else "<"
    kinds = [*((name, "<u4") for name in _CLOCK), *((name, f"{order}{_SIZES[kind]}") for name in names)]
    rows = np.empty(table.stamps.size, dtype=kinds)
    rows["SECONDS"], rows["NANOSECONDS"] = np.divmod((table.stamps - _SINCE).astype(np.int64), _SECOND)
    rows["RECORD"] = table.records
    for name, each in zip(names, values.values(), strict=True):
        rows[name] = each
    return header + rows.tobytes()


def _header(*lines: Sequence[str]) -> bytes:
    return b"".join(",".join(f'"{field}"' for field in line).encode() + b"\r\n" for line in lines)
