"""Exporter ``wdcgg``: text and metadata for the World Data Centre for Greenhouse Gases.

One text per gas, line and averaging interval, ``<gas>_<site>_<project>_<height>magl_<contributor>_<interval>.txt``: a header of lines
``# key : value`` that says how many they are, then rows of 37 columns between single blanks, amounts with three digits. Rows have a value
whose letter is among those that are asked for. Times are the start of the interval: hours in UTC, days and months in the station's local
standard time, in which they begin. Beside them ``wdcgg_<site>_metadata.json``, and ``wdcgg_<site>_contact.json`` where the contact is new.
What is not calibrated, or on a scale that the data centre has no number for, is not written, and the run is told.

References
----------
World Data Centre for Greenhouse Gases, https://gaw.kishou.go.jp/.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from icos_atmosphere.exporters.obspack_series import gas_series
from icos_atmosphere.exporters.wdcgg_dataset import data_set, scale_code
from icos_atmosphere.exporters.wdcgg_header import header
from icos_atmosphere.exporters.wdcgg_metadata import contact_json, metadata_json
from icos_atmosphere.exporters.wdcgg_options import WdcggOptions
from icos_atmosphere.exporters.wdcgg_rows import COLUMNS, rows_of
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Exporter
from icos_core.exceptions import ExportRefused
from icos_core.exporters.complete import file_stem, write_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from icos_atmosphere.exporters.wdcgg_dataset import DataSet
    from icos_core.components import Context, Streams

__all__ = ["EXPORTER", "check", "export"]

_NO_NUMBER = "station_number: the metadata need the number of the station in the data centre's list of stations"


def export(streams: Streams, folder: Path, options: WdcggOptions, context: Context) -> Sequence[Path]:
    """Write one text per gas, line and interval that has rows, and the metadata of all of them.

    Raises
    ------
    DataError
        For a stream that is no such series, or two series of one gas and interval at one height.
    ExportRefused
        After everything else was written, with the reason for each gas that was not: no calibration, no number of its scale, no height; and
        for metadata, where the station has no number.
    """
    found, reasons = gas_series(streams, "wdcgg", options.intervals, options.streams, options.gases, options.flags)
    data_sets = []
    for series in found:
        code = scale_code(series.scale, series.gas, options)
        if code is None:
            formula = GASES[series.gas].formula
            why = f"the data centre has no number that is known for its scale {series.scale!r}; the option scale_codes gives one"
            reasons.append(f"{formula} of {series.stream!r} is not written: {why}")
            continue
        data_sets.append(data_set(series, code, options, context))
    files: list[tuple[str, Callable[[Path], None]]] = [
        (f"{file_stem(each.name)}.txt", partial(_write, data_set=each, options=options, context=context)) for each in data_sets
    ]
    site = options.site or context.station.id.lower()
    if data_sets and options.station_number is None:
        reasons.append(_NO_NUMBER)
    elif data_sets:
        files.append((f"{file_stem('wdcgg', site, 'metadata')}.json", partial(_put, content=metadata_json(data_sets, options, context))))
        if options.nation is not None:
            files.append((f"{file_stem('wdcgg', site, 'contact')}.json", partial(_put, content=contact_json(options, context))))
    written = write_all(folder, files) if files else ()
    if reasons:
        raise ExportRefused(reasons)
    return written


def check(options: WdcggOptions, context: Context) -> Sequence[str]:
    """Name what the metadata need and nobody states."""
    del context
    return [] if options.station_number is not None else [_NO_NUMBER]


def _write(path: Path, *, data_set: DataSet, options: WdcggOptions, context: Context) -> None:
    with path.open("wb") as file:
        file.write(header(data_set, options, context) if options.header else (" ".join(COLUMNS) + "\n").encode())
        for rows in rows_of(data_set, context):
            file.write(rows)


def _put(path: Path, *, content: bytes) -> None:
    path.write_bytes(content)


EXPORTER = Exporter(
    name="wdcgg",
    summary="text and metadata for the World Data Centre for Greenhouse Gases",
    options=WdcggOptions,
    export=export,
    check=check,
)
