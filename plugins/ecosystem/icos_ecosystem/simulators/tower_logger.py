"""Tables as loggers of Campbell Scientific write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from icos_ecosystem.campbell_types import BIG_ENDIAN_IN_TOB1

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["toa5_bytes", "tob1_bytes"]

_SINCE = np.datetime64("1990-01-01T00:00:00", "ns")
_SECOND = 1_000_000_000
_SIZES = {"IEEE4": "f4", "IEEE8": "f8"}


def toa5_bytes(
    table: str, columns: Sequence[tuple[str, str]], stamps: NDArray[np.datetime64], records: NDArray[np.int64], values: Sequence[FloatArray]
) -> bytes:
    """Return a TOA5 file.

    Parameters
    ----------
    table
        Name of the table.
    columns
        Header and unit of each column.
    stamps
        (n,) end of the interval of each row.
    records
        (n,) number of each row.
    values
        Of each column, (n,) in its unit; nine digits are written.
    """
    names, units = zip(*columns, strict=True)
    header = _header(("TOA5", *_LOGGER, table), ("TIMESTAMP", "RECORD", *names), ("TS", "RN", *units), ("", "", *("Smp" for _ in names)))
    texts = np.datetime_as_string(stamps, unit="us").tolist()
    # The fraction of a second is written without zeros at its end, and not at all where it is nil.
    shown = [text.rstrip("0").rstrip(".").replace("T", " ") for text in texts]
    row = ",".join(["%.9g"] * len(names))
    numbers = ((row + "\n") * len(shown) % tuple(np.stack(values, axis=1).ravel().tolist())).split("\n")
    lines = (f'"{stamp}",{record},{cells}' for stamp, record, cells in zip(shown, records.tolist(), numbers, strict=False))
    return header + "\r\n".join([*lines, ""]).encode()


def tob1_bytes(
    table: str,
    columns: Sequence[tuple[str, str]],
    stamps: NDArray[np.datetime64],
    records: NDArray[np.int64],
    values: Sequence[FloatArray],
    kind: Literal["IEEE4", "IEEE8"],
) -> bytes:
    """Return a TOB1 file with numbers of one type; arguments as for :func:`toa5_bytes`."""
    names, units = zip(*columns, strict=True)
    clock = ("SECONDS", "NANOSECONDS", "RECORD")
    header = _header(
        ("TOB1", *_LOGGER, table),
        (*clock, *names),
        ("SECONDS", "NANOSECONDS", "RN", *units),
        ("", "", "", *("Smp" for _ in names)),
        (*("ULONG" for _ in clock), *(kind for _ in names)),
    )
    order = ">" if kind in BIG_ENDIAN_IN_TOB1 else "<"
    rows = np.empty(stamps.size, dtype=[*((name, "<u4") for name in clock), *((name, f"{order}{_SIZES[kind]}") for name in names)])
    rows["SECONDS"], rows["NANOSECONDS"] = np.divmod((stamps - _SINCE).astype(np.int64), _SECOND)
    rows["RECORD"] = records
    for name, each in zip(names, values, strict=True):
        rows[name] = each
    return header + rows.tobytes()


_LOGGER = ("Tower", "CR1000X", "1234", "CR1000X.Std.06.00", "CPU:tower.CR1X", "12345")


def _header(*lines: Sequence[str]) -> bytes:
    return b"".join(",".join(f'"{field}"' for field in line).encode() + b"\r\n" for line in lines)
