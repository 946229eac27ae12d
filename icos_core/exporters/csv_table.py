"""Exporter ``csv``: one table per stream and deployment, after RFC 4180.

One header line with ``name [unit]``; `time` first, in ISO 8601 with Z; numbers by default with the fewest digits that read back as the same
number. Categories and outcomes of tests are words (several outcomes are separated by blanks), flags and their origins numbers. Files are
named and cut like those of ``cf-netcdf``. UTF-8, lines end with CR LF as RFC 4180 wants it. A stream without rows gives a file with the
header alone.

References
----------
RFC 4180. https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from icos_core.components import Exporter
from icos_core.dataset import category_mask
from icos_core.exceptions import DataError, ExportRefused, hint
from icos_core.exporters import text
from icos_core.exporters.cf_netcdf import selected
from icos_core.exporters.companions import companions, in_groups, kind_of, owner
from icos_core.exporters.complete import file_stem, write_all
from icos_core.exporters.deployments import split
from icos_core.versioned import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import xarray as xr

    from icos_core.components import Context, Streams
    from icos_core.exporters.text import Column

__all__ = ["EXPORTER", "CsvOptions", "export"]

_END = "\r\n"
_ROW = "_row"
"""Dimension of tables that do not run along time; what is read from files has no such name."""
Decimals = Annotated[int, Field(ge=0, le=17)]
Companion = Literal["uncertainty", "flag", "flag_origin", "tests", "evaluated", "source", "sensor"]


class CsvOptions(Options):
    """Options of ``csv``."""

    streams: tuple[str, ...] = Field(default=(), description="streams and products to write; default: all")
    variables: tuple[str, ...] = Field(default=(), description="quantities and categories to write, in this order; default: all")
    companions: tuple[Companion, ...] = Field(
        default=("uncertainty", "flag", "flag_origin", "tests", "source", "sensor"), description="what is written beside each quantity"
    )
    where: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="rows to write: category → words, such as run_type = ['EQU']; streams without the category are written whole",
    )
    words: bool = Field(default=True, description="write categories and outcomes of tests as words; false: as numbers")
    decimals: Decimals | dict[str, Decimals] | None = Field(
        default=None, description="digits after the point, for all or by variable; default: as many as the number has"
    )
    missing: str = Field(default="", description="text for a missing number")
    separator: str = Field(default=",", pattern=r'^[^"\r\n]$', description="one character between cells")
    label: str = Field(default="", description="added to file names, to tell several exports apart")


def export(streams: Streams, folder: Path, options: CsvOptions, context: Context) -> Sequence[Path]:
    """Write one table per stream and deployment.

    Raises
    ------
    ExportRefused
        For streams that are asked for and not there, after the others are written.
    DataError
        For a variable or word that is asked for and not there.
    """
    chosen, absent = selected(streams, options.streams)
    _check_names(chosen, options)
    files: list[tuple[str, Callable[[Path], None]]] = [
        (f"{file_stem(part.label, name, options.label)}.csv", partial(_write, table=part.data, options=options))
        for name, stream in chosen.items()
        if not options.variables or any(variable in stream.variables for variable in options.variables)
        for part in split(stream, context.station, context.deployments)
    ]
    written = write_all(folder, files)
    if absent:
        raise ExportRefused(absent)
    return written


def _check_names(streams: dict[str, xr.Dataset], options: CsvOptions) -> None:
    known = sorted({str(name) for stream in streams.values() for name in stream.variables})
    asked = [*options.variables, *options.where, *(options.decimals if isinstance(options.decimals, dict) else ())]
    for name in asked:
        if name not in known:
            raise DataError(f"no stream to export has a variable {name!r}{hint(name, known)}")


def _write(path: Path, *, table: xr.Dataset, options: CsvOptions) -> None:
    for category, words in options.where.items():
        if category in table:
            table = table.isel(time=np.flatnonzero(category_mask(table, category, words)))
    leading = "time" if "time" in table.dims else _ROW
    table = _led_by(table if leading == "time" else _stacked(table), leading)
    names = _columns(table, options)
    header = [title for name in names for title in _titles(table, name)]
    with path.open("wb") as file:
        file.write((options.separator.join(text.quoted(title, options.separator) for title in header) + _END).encode())
        digits = {name: text.time_digits(table[name].values.ravel()) for name in names if table[name].dtype.kind == "M"}
        for first in range(0, table.sizes[leading], text.CHUNK):
            chunk = table[names].isel({leading: slice(first, first + text.CHUNK)})
            cells = (cell for name in names for cell in _cells(chunk, name, digits, options))
            file.write(text.lines(cells, options.separator, _END))


def _stacked(table: xr.Dataset) -> xr.Dataset:
    """Return a table with one row per combination of its dimensions."""
    if not table.dims:
        return table.expand_dims(_ROW)
    frame = table.to_dataframe().reset_index()
    rows = frame.to_xarray().rename({"index": _ROW}).drop_vars(_ROW)
    for name in rows.variables:
        rows[name].attrs = dict(table[name].attrs) if name in table.variables else {}
    return rows


def _led_by(table: xr.Dataset, leading: str) -> xr.Dataset:
    """Return a table whose every variable runs along `leading` first; what does not run along it is repeated in every row."""
    table = table.reset_coords([name for name in table.coords if name not in table.dims])
    repeated = {
        name: variable.expand_dims({leading: table.sizes[leading]})
        for name, variable in table.data_vars.items()
        if leading not in variable.dims
    }
    return table.assign(repeated).transpose(leading, ...)


def _columns(table: xr.Dataset, options: CsvOptions) -> list[str]:
    first = ["time"] if "time" in table.coords else []
    ends = [str(name) for name in table.data_vars if name == table.coords["time"].attrs.get("bounds", "time_bnds")] if first else []
    chosen = [name for name in options.variables if name in table.variables and name != "time"] or [
        name for name in in_groups(table) if owner(table, name) is None and name not in ends
    ]
    names = [*first, *ends]
    for name in chosen:
        names += [name, *(other for other in companions(table, name) if kind_of(table, other) in options.companions)]
    return list(dict.fromkeys(names))


def _further(table: xr.Dataset, name: str) -> list[tuple[int, ...]]:
    """Return the positions along further dimensions, each of which is a column of its own."""
    return [tuple(position) for position in np.ndindex(*table[name].shape[1:])]


def _is_bounds(table: xr.Dataset, name: str) -> bool:
    return "time" in table.coords and name == table["time"].attrs.get("bounds", "time_bnds")


def _titles(table: xr.Dataset, name: str) -> Iterator[str]:
    if _is_bounds(table, name):
        yield "time_end"
        return
    units = "s" if table[name].dtype.kind == "m" else str(table[name].attrs.get("units", ""))
    unit = f" [{units}]" if units and table[name].dtype.kind != "M" else ""
    dimensions = [str(dimension) for dimension in table[name].dims[1:]]
    for position in _further(table, name):
        where = ", ".join(
            f"{dimension}={table[dimension].values[place]}" if dimension in table.variables else f"{dimension}={place}"
            for dimension, place in zip(dimensions, position, strict=True)
        )
        yield f"{name}({where}){unit}" if where else f"{name}{unit}"


def _cells(chunk: xr.Dataset, name: str, digits: dict[str, int], options: CsvOptions) -> Iterator[Column]:
    values: Any = chunk[name].values
    for position in _further(chunk, name):
        if _is_bounds(chunk, name) and position != (values.shape[1] - 1,):
            # The first bound is `time` itself.
            continue
        yield _column(values[(..., *position)], name, chunk[name].attrs, digits, options)


def _column(values: Any, name: str, attrs: dict[str, Any], digits: dict[str, int], options: CsvOptions) -> Column:
    kind = values.dtype.kind
    if kind == "M":
        return _time_cells(values, digits[name], options.missing)
    if kind == "m":
        values, kind = values / np.timedelta64(1, "s"), "f"
    if kind == "f":
        decimals = options.decimals.get(name) if isinstance(options.decimals, dict) else options.decimals
        return text.float_column(values, decimals, text.quoted(options.missing, options.separator))
    if kind in "iub" and options.words and "flag_meanings" in attrs and not name.endswith(("_flag", "_flag_origin")):
        return _words(values.astype(np.int64), attrs, options.separator)
    if kind in "iub":
        return text.integer_column(values.astype(np.int8) if kind == "b" else values)
    words, codes = np.unique(np.array([str(value) for value in values], dtype=str), return_inverse=True)
    return text.word_column(codes.reshape(-1), [text.quoted(word, options.separator) for word in words.tolist()])


def _time_cells(values: Any, digits: int, missing: str) -> Column:
    absent = np.isnat(values)
    cells = text.time_column(np.where(absent, np.datetime64(0, "ns"), values), digits=digits)
    if absent.any():
        cells = cells.copy()
        cells[absent] = 0
        word = missing.encode()[: cells.shape[1]]
        cells[absent, : len(word)] = np.frombuffer(word, dtype=np.uint8)
    return cells


def _words(values: Any, attrs: dict[str, Any], separator: str) -> Column:
    meanings = str(attrs["flag_meanings"]).split()
    found, codes = np.unique(values, return_inverse=True)
    if "flag_masks" in attrs:
        masks = np.atleast_1d(attrs["flag_masks"]).tolist()
        words = [" ".join(meaning for mask, meaning in zip(masks, meanings, strict=True) if value & mask) for value in found.tolist()]
    else:
        of_code = dict(zip(np.atleast_1d(attrs["flag_values"]).tolist(), meanings, strict=True))
        words = [of_code.get(value, str(value)) for value in found.tolist()]
    return text.word_column(codes.reshape(-1), [text.quoted(word, separator) for word in words])


EXPORTER = Exporter(
    name="csv",
    summary="one table of comma-separated values per stream",
    options=CsvOptions,
    export=export,
)
