"""Exporter ``icos-atc``: hourly time series as the Atmosphere Thematic Centre of ICOS writes them, one file per gas and line.

At level ``final`` a release, ``ICOS_ATC_L2_<version>_<station>_<height>_CTS.<gas>``; at level ``nrt`` a file in near real time,
``ICOS_ATC_NRT_<station>_<first day>_<last day>_<height>_<instrument>.<gas>``. UTF-8, lines ended by LF, cells separated by semicolons,
three digits after the point. Times are UTC, the start of the hour. What is not calibrated is not written, and the run is told so.

References
----------
Hazan, L. et al. (2016), Automatic processing of atmospheric CO2 and CH4 mole fractions at the ICOS Atmosphere Thematic Centre, Atmos.
Meas. Tech. 9, 4719-4736, doi:10.5194/amt-9-4719-2016. Layouts as files of the Centre have them (release L2-2024.1, near real time 2018),
and as format asciiAtcProductTimeSer of the ICOS Carbon Portal takes them, https://meta.icos-cp.eu/.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from icos_atmosphere.exporters.icos_atc_columns import near_real_time_columns, release_columns
from icos_atmosphere.exporters.icos_atc_header import header, missing_items
from icos_atmosphere.exporters.icos_atc_options import RELEASE, IcosAtcOptions
from icos_atmosphere.exporters.icos_atc_series import series_of
from icos_atmosphere.readers.icos_atc_release_instruments import DUMMY_INSTRUMENT
from icos_atmosphere.vocabulary.gases import GASES
from icos_core.components import Exporter
from icos_core.exceptions import ExportRefused
from icos_core.exporters import text
from icos_core.exporters.complete import file_stem, write_all

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from icos_atmosphere.exporters.icos_atc_series import Series
    from icos_core.components import Context, Streams

__all__ = ["EXPORTER", "check", "export"]


def export(streams: Streams, folder: Path, options: IcosAtcOptions, context: Context) -> Sequence[Path]:
    """Write one file per gas and line that has hourly values.

    Raises
    ------
    DataError
        For a stream that is no hourly series, or two series of one gas at one height.
    ExportRefused
        After everything else was written, with the reason for each gas that was not: no calibration, no height, no instrument.
    """
    if not streams:
        return ()
    found, reasons = series_of(streams, options.streams)
    files = []
    for series in found:
        name = _name(series, options, context)
        files.append((name, partial(_write, series=series, options=options, context=context)))
    written = write_all(folder, files) if files else ()
    if reasons:
        raise ExportRefused(reasons)
    return written


def check(options: IcosAtcOptions, context: Context) -> Sequence[str]:
    """Name what the header needs and nobody states."""
    return missing_items(options, context)


def _name(series: Series, options: IcosAtcOptions, context: Context) -> str:
    station, gas = context.station.id, GASES[series.gas].formula
    if options.layout_at(context.level) == RELEASE:
        return f"{file_stem('ICOS_ATC_L2', options.project_data_version, station, f'{series.height:.1f}', 'CTS')}.{gas}"
    days = (str(day) for day in series.data["time"].values[[0, -1]].astype("datetime64[D]"))
    instruments = "-".join(str(number) for number in np.unique(series.instrument).tolist() if number not in {-1, DUMMY_INSTRUMENT})
    return f"{file_stem('ICOS_ATC_NRT', station, *days, f'{series.height:.1f}', instruments)}.{gas}"


def _write(path: Path, *, series: Series, options: IcosAtcOptions, context: Context) -> None:
    columns = release_columns if options.layout_at(context.level) == RELEASE else near_real_time_columns
    with path.open("wb") as file:
        for first in range(0, series.data.sizes["time"], text.CHUNK):
            rows = slice(first, first + text.CHUNK)
            titled = list(columns(series, context.station.id, options.quality_id, rows))
            if first == 0:
                file.write(header(series, path.name, ";".join(title for title, _ in titled), options, context))
            file.write(text.lines((column for _, column in titled), ";"))


EXPORTER = Exporter(
    name="icos-atc",
    summary="time series as the Atmosphere Thematic Centre of ICOS releases them, final and near real time",
    options=IcosAtcOptions,
    export=export,
    check=check,
)
