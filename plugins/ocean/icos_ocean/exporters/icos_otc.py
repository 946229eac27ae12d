"""Exporter ``icos-otc``: tables of the Ocean Thematic Centre for the ICOS Carbon Portal, one per deployment.

UTF-8 without byte-order mark, comma-separated, one header line, no blank line, one line end (LF) after each row. The first column is
``Date/Time`` in ISO 8601 with Z. Beside every quantity stand ``<title> QC Flag`` (one character: 2 good or not evaluated, 3 questionable,
4 bad, 9 missing), ``<title> QC Comment`` (outcomes of tests, and why a person set the flag) and, for sensors, ``<title> Type`` (M measured,
I interpolated, N nominal). Missing numbers are ``NaN``. Rows are samples of water, bad ones with their flag, without those near a change
of gas. The required columns are those of the portal's ships of opportunity; for a station with coordinates and without positions along
time longitude and latitude are left out, as its fixed ocean stations want it. The portal passes over further columns: among them are two
that say, for the samples that a run of standard gas was meant for, that and why a person flagged the run.

Files are called ``<station>_NRT_<day>.csv`` at level ``nrt`` and ``<station>_<day>.csv`` at level ``final``, with the day of the first
sample. A deployment without a sample gets no file.

References
----------
Object specifications icosOtcL1Product_v2, icosOtcL2Product and icosOtcFosL2Product of the ICOS Carbon Portal, format asciiOtcProductCsv.
https://meta.icos-cp.eu/
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pydantic import Field

from icos_core.components import Exporter
from icos_core.dataset import MISSING, category_words
from icos_core.exporters import text
from icos_core.exporters.complete import file_stem, write_all
from icos_core.exporters.deployments import split
from icos_core.versioned import Options
from icos_ocean.exporters.comments import Comments, joined, reasons
from icos_ocean.exporters.standard_runs import flagged_runs
from icos_ocean.exporters.water_samples import at_the_station, in_units, underway, water_samples
from icos_ocean.exporters.woce import WOCE_GOOD, WOCE_MISSING, woce_flags, woce_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams
    from icos_core.exporters.deployments import Part
    from icos_core.exporters.text import Column
    from icos_ocean.exporters.standard_runs import FlaggedRun

__all__ = ["COLUMNS", "EXPORTER", "IcosOtcOptions", "OtcColumn", "export"]


class OtcColumn(NamedTuple):
    """A quantity: its title, variable and unit, digits after the point, whether it is a sensor's and whether the file must have it."""

    title: str
    variable: str
    units: str
    decimals: int = 3
    sensor: bool = False
    required: bool = True


COLUMNS: tuple[OtcColumn, ...] = (
    OtcColumn("Longitude", "longitude", "degrees_east", 5, sensor=True),
    OtcColumn("Latitude", "latitude", "degrees_north", 5, sensor=True),
    OtcColumn("Temp [degC]", "sst", "degree_C", sensor=True),
    OtcColumn("P_sal [psu]", "salinity", "1", sensor=True),
    OtcColumn("Temperature of Equilibration [degC]", "equilibrator_temperature", "degree_C", sensor=True),
    OtcColumn("Equilibrator Pressure (absolute) [hPa]", "equilibrator_pressure", "hPa", sensor=True),
    OtcColumn("CO2 Mole Fraction [umol mol-1]", "co2", "umol mol-1", sensor=True, required=False),
    OtcColumn("xCO2 In Water - Calibrated In Dry Air [umol mol-1]", "xco2", "umol mol-1"),
    OtcColumn("xCO2 in atmosphere [umol mol-1]", "xco2_air", "umol mol-1", required=False),
    OtcColumn("Atmospheric Pressure [hPa]", "atmospheric_pressure", "hPa", sensor=True, required=False),
    OtcColumn("Atmospheric Pressure At Sea Level [hPa]", "sea_level_pressure", "hPa", required=False),
    OtcColumn("Water-Equilibrator Temperature Difference [degC]", "delta_temperature", "degree_C", required=False),
    OtcColumn("Water Vapour Pressure [hPa]", "water_vapour_pressure", "hPa", 4, required=False),
    OtcColumn("pCO2 In Water - Equilibrator Temperature [uatm]", "pco2_equilibrator", "uatm", required=False),
    OtcColumn("pCO2 [uatm]", "pco2", "uatm"),
    OtcColumn("fCO2 [uatm]", "fco2", "uatm"),
    OtcColumn("pCO2 in atmosphere [uatm]", "pco2_air", "uatm", required=False),
    OtcColumn("fCO2 in atmosphere [uatm]", "fco2_air", "uatm", required=False),
)
"""The quantities, each followed by flag, comment and, for a sensor, type."""

_UNCERTAINTY = "fco2_uncertainty"
_POSITION = ("longitude", "latitude")


class IcosOtcOptions(Options):
    """Options of ``icos-otc``."""

    stream: str = Field(default="", description="stream to export; default: the one with fCO2")
    depth: float | None = Field(
        default=None, ge=0, description="depth of the intake in metres; default: that of the deployment, else missing"
    )


def export(streams: Streams, folder: Path, options: IcosOtcOptions, context: Context) -> Sequence[Path]:
    """Write one table per deployment that has samples of water.

    Raises
    ------
    DataError
        Where the stream or its fCO2 is not there.
    """
    if not streams:
        return ()
    chosen, stream = underway(streams, options.stream, EXPORTER.name)
    options = options.model_copy(update={"stream": chosen})
    runs = flagged_runs(stream, options.stream, context.people_flags)
    files: list[tuple[str, Callable[[Path], None]]] = []
    for part in split(stream, context.station, context.deployments):
        rows = water_samples(part.data, include_bad=True, positioned=False).rows
        if rows.size:
            day = np.datetime_as_string(part.data["time"].values[rows[0]], "D").replace("-", "")
            name = file_stem(context.station.id, "NRT" if context.level == "nrt" else "", day, part.suffix)
            files.append((f"{name}.csv", partial(_write, part=part, rows=rows, runs=runs, options=options, context=context)))
    return write_all(folder, files)


def _write(
    path: Path, *, part: Part, rows: NDArray[np.intp], runs: Sequence[FlaggedRun], options: IcosOtcOptions, context: Context
) -> None:
    fixed = context.station.platform == "fixed" or at_the_station(part.data, context.station)
    columns = [
        column for column in COLUMNS if column.variable in part.data or (column.required and not (column.variable in _POSITION and fixed))
    ]
    units = {column.variable: column.units for column in columns}
    with path.open("wb") as file:
        for first in range(0, rows.size, text.CHUNK):
            chunk = in_units(part.data.isel(time=rows[first : first + text.CHUNK]), units)
            titles, cells = zip(*_cells(chunk, columns, part, runs, options, context), strict=True)
            if first == 0:
                file.write((",".join(text.quoted(title) for title in titles) + "\n").encode())
            file.write(text.lines(cells))


def _cells(
    table: xr.Dataset, columns: Sequence[OtcColumn], part: Part, runs: Sequence[FlaggedRun], options: IcosOtcOptions, context: Context
) -> Iterator[tuple[str, Column]]:
    size = table.sizes["time"]
    yield "Date/Time", text.time_column(table["time"].values, digits=3)
    for column in columns:
        if column.variable == "sst":
            yield from _depth(size, part, options)
        values = table[column.variable].values if column.variable in table else np.full(size, np.nan)
        yield column.title, text.float_column(values, column.decimals, "NaN")
        yield f"{column.title} QC Flag", text.integer_column(woce_flags(table, column.variable))
        yield f"{column.title} QC Comment", _comments(reasons(table, options.stream, column.variable, context.people_flags))
        if column.sensor:
            yield f"{column.title} Type", _types(table, column.variable)
    if _UNCERTAINTY in table:
        yield "fCO2 Standard Uncertainty [uatm]", text.float_column(table[_UNCERTAINTY].values, 3, "NaN")
    yield from _standard_gases(table, runs)


def _depth(size: int, part: Part, options: IcosOtcOptions) -> Iterator[tuple[str, Column]]:
    depth = options.depth
    if depth is None and part.deployment is not None:
        depth = part.deployment.depth
    yield "Depth [m]", text.constant_column("NaN" if depth is None else f"{depth:.3f}", size)
    yield "Depth [m] QC Flag", text.constant_column(str(WOCE_MISSING if depth is None else WOCE_GOOD), size)
    yield "Depth [m] QC Comment", text.constant_column("", size)
    yield "Depth [m] Type", text.constant_column("N", size)


def _comments(comments: Comments) -> Column:
    return text.word_column(comments.codes, [text.quoted(word) for word in comments.words])


def _types(table: xr.Dataset, name: str) -> Column:
    source = f"{name}_source"
    interpolated = category_words(table, source).get("interpolated") if source in table else None
    if interpolated is None:
        return text.constant_column("M", table.sizes["time"])
    return text.word_column((table[source].values == interpolated).astype(np.intp), ("M", "I"))


def _standard_gases(table: xr.Dataset, runs: Sequence[FlaggedRun]) -> Iterator[tuple[str, Column]]:
    time = table["time"].values
    flags = np.full(time.shape, WOCE_GOOD, dtype=np.int8)
    columns = [Comments(np.zeros(time.shape, dtype=np.intp), ("",))]
    for run in runs:
        touched = run.touches(time)
        if run.flag != MISSING:
            flags = np.where(touched, np.maximum(flags, woce_of(np.array([run.flag]))), flags)
        columns.append(Comments(touched.astype(np.intp), ("", str(run))))
    yield "Standard Gases QC Flag", text.integer_column(flags)
    yield "Standard Gases QC Comment", _comments(joined(columns))


EXPORTER = Exporter(
    name="icos-otc",
    summary="tables of the Ocean Thematic Centre for the ICOS Carbon Portal, one per deployment",
    options=IcosOtcOptions,
    export=export,
)
