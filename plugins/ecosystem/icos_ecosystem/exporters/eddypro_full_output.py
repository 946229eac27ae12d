"""Exporter ``eddypro-full-output``: the table ``full_output`` that EddyPro 7 writes, with its three header rows.

Columns of gases, random errors and diagnostics are there where the stream has values of them, so that their number varies as in EddyPro's
own files: read by name. N2O stands as the fourth gas, ``none``. A time lag counts as the default one where it is not the one that was
found; EddyPro itself does not say so in all cases of the optimised window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Exporter
from icos_core.exporters import text
from icos_ecosystem.exporters.eddypro_items import after_flags, before_flags, gases_of
from icos_ecosystem.exporters.eddypro_numbers import general_column, whole_column
from icos_ecosystem.exporters.eddypro_options import EddyProOptions, day_of_year_column, file_name_column, local
from icos_ecosystem.exporters.eddypro_statistical_flags import statistical_flags
from icos_ecosystem.exporters.eddypro_table import write_table
from icos_ecosystem.exporters.flux_table import FluxTable, chunks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from icos_core.components import Context, Streams
    from icos_core.exporters.text import Column
    from icos_ecosystem.exporters.eddypro_items import Gas, Item

__all__ = ["EXPORTER", "export"]

_FILE_INFO = "file_info"
_STATISTICAL_FLAGS = "statistical_flags"
_CUSTOM = "custom_variables"
_SAME = 1e-6


def export(streams: Streams, folder: Path, options: EddyProOptions, context: Context) -> Sequence[Path]:
    """Write one table, ``eddypro_<station>_full_output.csv``.

    Raises
    ------
    ExportRefused
        If there is no such stream.
    DataError
        If the stream does not say where its intervals end.
    """
    return write_table("full_output", _write, streams, folder, options, context)


def _write(path: Path, *, table: FluxTable, options: EddyProOptions, context: Context) -> None:
    gases = gases_of(table)
    table = _with_default_lags(table, gases)
    items = tuple(before_flags(table, gases)), tuple(after_flags(table, gases))
    with path.open("wb") as file:
        for position, part in enumerate(chunks(table)):
            columns = list(_columns(part, *items, options, context))
            if position == 0:
                file.write(_header([heading for heading, _ in columns]))
            file.write(text.lines(column for _, column in columns))


def _with_default_lags(table: FluxTable, gases: Sequence[Gas]) -> FluxTable:
    """Add for every gas whether the lag applied is another one than that found."""
    added = {}
    for gas in gases:
        found, used = table.values(f"{gas.name}_TLAG_ACTUAL"), table.values(f"{gas.name}_TLAG_USED")
        default = np.where(np.isfinite(found) & np.isfinite(used), (np.abs(found - used) > _SAME).astype(np.float64), np.nan)
        added[f"{gas.name}_TLAG_DEFAULT"] = ("time", default)
    return FluxTable(table.data.assign(added), table.start, table.end)


def _columns(
    table: FluxTable, before: Sequence[Item], after: Sequence[Item], options: EddyProOptions, context: Context
) -> Iterator[tuple[tuple[str, str, str], Column]]:
    """Yield group, title and units, and the column."""
    end = local(table.end, options, context)
    moments, rows = end.astype(object), np.arange(table.size)
    yield (_FILE_INFO, "filename", ""), file_name_column(table, end, options, context)
    yield (_FILE_INFO, "date", "[yyyy-mm-dd]"), text.word_column(rows, [moment.strftime("%Y-%m-%d") for moment in moments])
    yield (_FILE_INFO, "time", "[HH:MM]"), text.word_column(rows, [moment.strftime("%H:%M") for moment in moments])
    yield (_FILE_INFO, "DOY", "[ddd.ddd]"), day_of_year_column(end)
    yield (_FILE_INFO, "daytime", "[1=daytime]"), whole_column(1 - table.values("NIGHT"))
    yield (_FILE_INFO, "file_records", "[#]"), whole_column(table.values("FILE_NR"))
    yield (_FILE_INFO, "used_records", "[#]"), whole_column(table.values("WD_FILTER_NR"))
    yield from (_of_item(item, table) for item in before)
    for title, units, numbers in statistical_flags(table):
        yield (_STATISTICAL_FLAGS, title, units), whole_column(numbers)
    yield from (_of_item(item, table) for item in after)
    for name in (str(each) for each in table.data.data_vars):
        if name.startswith("CUSTOM_") and name.endswith("_MEAN"):
            yield (_CUSTOM, name.removeprefix("CUSTOM_").lower(), "--"), general_column(table.values(name))


def _of_item(item: Item, table: FluxTable) -> tuple[tuple[str, str, str], Column]:
    column = whole_column if item.whole else general_column
    return (item.group, item.title, item.units), column(item.values(table))


def _header(headings: Sequence[tuple[str, str, str]]) -> bytes:
    """Return the three rows; a group stands over its first column alone."""
    groups = [group for group, _, _ in headings]
    first = [group if position == 0 or groups[position - 1] != group else "" for position, group in enumerate(groups)]
    rows = (first, [title for _, title, _ in headings], [units for _, _, units in headings])
    return "".join(",".join(row) + "\n" for row in rows).encode()


EXPORTER = Exporter(name="eddypro-full-output", summary="the table full_output of EddyPro", options=EddyProOptions, export=export)
