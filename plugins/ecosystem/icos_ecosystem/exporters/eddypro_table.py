"""What exporters of EddyPro's tables have in common: one file of one stream, named after the station."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from icos_core.exporters.complete import file_stem, write_all
from icos_ecosystem.exporters.flux_table import flux_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from icos_core.components import Context, Streams
    from icos_ecosystem.exporters.eddypro_options import EddyProOptions
    from icos_ecosystem.exporters.flux_table import FluxTable

__all__ = ["TableWriter", "write_table"]


class TableWriter(Protocol):
    """Writes a table of fluxes to a path."""

    def __call__(self, path: Path, *, table: FluxTable, options: EddyProOptions, context: Context) -> None:
        """Write the table."""


def write_table(name: str, write: TableWriter, streams: Streams, folder: Path, options: EddyProOptions, context: Context) -> Sequence[Path]:
    """Write one table, ``eddypro_<station>_<name>.csv``; nothing where there are no rows.

    Raises
    ------
    ExportRefused
        If there is no such stream.
    DataError
        If the stream does not say where its intervals end.
    """
    table = flux_table(streams, options.stream)
    if table is None:
        return ()
    file = f"{file_stem('eddypro', context.station.id, name)}.csv"
    return write_all(folder, [(file, partial(write, table=table, options=options, context=context))])
