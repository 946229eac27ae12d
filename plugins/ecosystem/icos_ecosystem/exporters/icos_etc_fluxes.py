"""Exporter ``icos-etc-fluxes``: half-hourly fluxes as the Ecosystem Thematic Centre of ICOS names and lays them out.

``ICOSETC_<station>_FLUXES_L2.csv`` at level ``final``, ``ICOSETC_<station>_FLUXES_NRT.csv`` at level ``nrt``: one header row, commas,
``TIMESTAMP_START`` and ``TIMESTAMP_END`` as ``YYYYMMDDHHMM`` in local standard time, every interval from the first to the last,
``-9999`` where missing. The public description of the product says that it holds checked and filtered fluxes, storage and footprint;
names are those of FLUXNET. Which columns a release has, their order and digits are unverified, and so is the ending NRT.

References
----------
ICOS Research Infrastructure (2019), Ecosystem eddy covariance final quality (L2) flux product in ETC-Archive format, release 2019-1,
doi:10.18160/nnad-pn5w.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_core.components import Exporter
from icos_core.exceptions import DataError, hint
from icos_core.exporters import text
from icos_core.exporters.complete import file_stem, write_all
from icos_core.option_types import StreamName  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ecosystem.exporters.flux_table import CHUNK, flux_table
from icos_ecosystem.half_hourly.streams import local_offset
from icos_ecosystem.vocabulary.fluxes import FLUX_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams
    from icos_core.exporters.text import Column
    from icos_ecosystem.exporters.flux_table import FluxTable

__all__ = ["EXPORTER", "MISSING", "IcosEtcFluxesOptions", "check", "export"]

MISSING = "-9999"
_STATION = re.compile(r"[A-Z]{2}-[A-Za-z0-9]{3}")
_FLUXES = ("TAU", "H", "LE", "ET", "FC", "FCH4", "FN2O")
_COLUMNS = (
    *(f"{name}{ending}" for ending in ("", "_SSITC_TEST", "_RANDUNC_HF", "_uncertainty") for name in _FLUXES),
    *("SH", "SLE", "SC", "SCH4", "SN2O"),
    *("USTAR", "MO_LENGTH", "ZL", "WS", "WS_MAX", "WD", "WD_SIGMA"),
    *("U_SIGMA", "V_SIGMA", "W_SIGMA", "T_SONIC", "T_SONIC_SIGMA"),
    *("CO2", "H2O", "CH4", "N2O", "TA_EP", "PA_EP", "RH_EP", "VPD_EP"),
    *("FETCH_MAX", "FETCH_OFFSET", "FETCH_50", "FETCH_70", "FETCH_80", "FETCH_90"),
)


class IcosEtcFluxesOptions(Options):
    """Options of ``icos-etc-fluxes``."""

    stream: StreamName = Field(default="fluxes", description="stream of fluxes to write")
    columns: tuple[str, ...] = Field(default=(), description="quantities to write, in this order; default: those usual in the product")
    worst: Literal["good", "not_evaluated", "questionable", "bad"] = Field(
        default="questionable", description="values whose flag is worse are missing in the file"
    )
    label: str = Field(default="", description="ending of the file's name; default: L2 at level final, NRT at level nrt")

    @property
    def worst_flag(self) -> int:
        """Primary flag that is still written."""
        return {"good": 1, "not_evaluated": 2, "questionable": 3, "bad": 4}[self.worst]


def export(streams: Streams, folder: Path, options: IcosEtcFluxesOptions, context: Context) -> Sequence[Path]:
    """Write one table.

    Raises
    ------
    ExportRefused
        If there is no such stream.
    DataError
        For a column that is no quantity of the flux table, or intervals of unequal length or that overlap.
    """
    table = flux_table(streams, options.stream)
    if table is None:
        return ()
    names = {word.name for word in FLUX_WORDS} | {str(name) for name in table.data.data_vars}
    unknown = [name for name in options.columns if name not in names]
    if unknown:
        raise DataError(f"columns: {unknown[0]!r} is no quantity of the flux table{hint(unknown[0], names)}")
    start, position = _every_interval(table)
    label = options.label or ("L2" if context.level == "final" else "NRT")
    name = f"{file_stem('ICOSETC', context.station.id, 'FLUXES', label)}.csv"
    write = partial(_write, table=table, start=start, position=position, options=options, context=context)
    return write_all(folder, [(name, write)])


def check(_options: Options, context: Context) -> Sequence[str]:
    """Say where the station's identifier is none of the network's, whatever the options of an exporter."""
    if _STATION.fullmatch(context.station.id):
        return ()
    return (f"station.id: {context.station.id!r} is no identifier of the network, such as 'DE-HoH'",)


def _every_interval(table: FluxTable) -> tuple[NDArray[np.datetime64], NDArray[np.intp]]:
    """Return the beginnings of all intervals from the first to the last, (m,), and which of them the rows are, (n,)."""
    lengths = np.unique(table.end - table.start)
    if lengths.size > 1:
        raise DataError(f"{table.size} averaging intervals of {lengths.size} lengths: a table holds intervals of one length")
    [length] = lengths
    steps, rest = np.divmod((table.start - table.start[0]).astype(np.int64), length.astype(np.int64))
    if rest.any():
        raise DataError("averaging intervals are not a whole number of intervals apart")
    return table.start[0] + np.arange(steps[-1] + 1) * length, steps.astype(np.intp)


def _write(
    path: Path,
    *,
    table: FluxTable,
    start: NDArray[np.datetime64],
    position: NDArray[np.intp],
    options: IcosEtcFluxesOptions,
    context: Context,
) -> None:
    names = [*(options.columns or (name for name in _COLUMNS if table.has(name)))]
    shift = local_offset(context)
    length = table.end[0] - table.start[0]
    values = {}
    for name in names:
        values[name] = np.full(start.size, np.nan)
        values[name][position] = table.usable(name, options.worst_flag)
    with path.open("wb") as file:
        file.write((",".join(["TIMESTAMP_START", "TIMESTAMP_END", *names]) + "\n").encode())
        for first in range(0, start.size, CHUNK):
            rows = slice(first, first + CHUNK)
            moments = (start[rows] + shift, start[rows] + length + shift)
            file.write(text.lines(_columns(moments, (values[name][rows] for name in names))))


def _columns(moments: Sequence[NDArray[np.datetime64]], values: Iterator[NDArray[np.float64]]) -> Iterator[Column]:
    for time in moments:
        stamps = [moment.strftime("%Y%m%d%H%M") for moment in time.astype("datetime64[m]").astype(object)]
        yield text.word_column(np.arange(time.size), stamps)
    for column in values:
        found, codes = np.unique(column, return_inverse=True)
        yield text.word_column(codes.reshape(-1), [f"{value:.6g}" if np.isfinite(value) else MISSING for value in found.tolist()])


EXPORTER = Exporter(
    name="icos-etc-fluxes",
    summary="half-hourly FLUXES table of the Ecosystem Thematic Centre",
    options=IcosEtcFluxesOptions,
    export=export,
    check=check,
)
