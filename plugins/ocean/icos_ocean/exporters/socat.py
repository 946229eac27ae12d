"""Exporter ``socat``: submission files for the Dashboard of the Surface Ocean CO2 Atlas, one per deployment.

A file ``<expocode>_SOCAT.tsv`` has a header of lines ``Key: value``, a blank line, and a table separated by tabs. Rows are samples of
water, without those near a change of gas, those without a position and, by default, those whose fCO2 is bad; the header counts what is
left out and names runs of standard gas that a person flagged. ``WOCE_CO2_water`` is the flag of fCO2 at sea-surface temperature (2 good
or not evaluated, 3 questionable, 4 bad, 9 missing); the comment beside it names outcomes of tests and why people flagged fCO2 or what it
was computed from. Air values belong to the times of the water samples, to which they were interpolated: their columns have the
Dashboard's names for interpolated values. A deployment without a sample gets no file, for the Dashboard refuses one without rows.

The expocode is that of the deployment; without deployments, and for rows outside of them
(``<expocode>_outside-deployments_SOCAT.tsv``, not meant for submission), the station's identifier and the day of the first sample.

References
----------
Pfeil, B. et al. (2013), A uniform, quality controlled Surface Ocean CO2 Atlas (SOCAT), Earth Syst. Sci. Data 5, 125-143,
doi:10.5194/essd-5-125-2013. Layout as read by the SOCAT Dashboard (NOAA-PMEL/SocatDashboard, class DataFileHandler).
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from pydantic import Field

from icos_core.components import Exporter
from icos_core.dataset import set_variable
from icos_core.exceptions import DataError
from icos_core.exporters import text
from icos_core.exporters.complete import file_stem, write_all
from icos_core.exporters.deployments import split
from icos_core.versioned import Options
from icos_ocean.exporters.comments import joined, of_people, of_tests, plain
from icos_ocean.exporters.standard_runs import flagged_runs
from icos_ocean.exporters.water_samples import at_the_station, in_units, underway, water_samples
from icos_ocean.exporters.woce import woce_flags
from icos_ocean.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams
    from icos_core.exporters.deployments import Part
    from icos_core.exporters.text import Column
    from icos_core.station import Station
    from icos_ocean.exporters.standard_runs import FlaggedRun
    from icos_ocean.exporters.water_samples import Samples

__all__ = ["COLUMNS", "EXPORTER", "SocatColumn", "SocatOptions", "export"]


class SocatColumn(NamedTuple):
    """A column: its title, the variable it holds, the unit that the title names, digits after the point."""

    title: str
    variable: str
    units: str
    decimals: int


COLUMNS: tuple[SocatColumn, ...] = (
    SocatColumn("longitude [ deg E ]", "longitude", "degrees_east", 5),
    SocatColumn("latitude [ deg N ]", "latitude", "degrees_north", 5),
    SocatColumn("Depth [m]", "", "m", 1),
    SocatColumn("SST [ deg C ]", "sst", "degree_C", 3),
    SocatColumn("Salinity [ PSU ]", "salinity", "1", 3),
    SocatColumn("T_equ [ deg C ]", "equilibrator_temperature", "degree_C", 3),
    SocatColumn("P_equ [ hPa ]", "equilibrator_pressure", "hPa", 3),
    SocatColumn("xCO2_water_Tequ_dry [ umol/mol ]", "xco2", "umol mol-1", 3),
    SocatColumn("xCO2_atm_dry_interp [ umol/mol ]", "xco2_air", "umol mol-1", 3),
    SocatColumn("Delta_T [ deg C ]", "delta_temperature", "degree_C", 3),
    SocatColumn("Water Vapour Pressure [ hPa ]", "water_vapour_pressure", "hPa", 4),
    SocatColumn("pCO2_water_Tequ_wet [ uatm ]", "pco2_equilibrator", "uatm", 3),
    SocatColumn("fCO2_water_Tequ_wet [ uatm ]", "fco2_equilibrator", "uatm", 3),
    SocatColumn("pCO2_water_SST_wet [ uatm ]", "pco2", "uatm", 3),
    SocatColumn("fCO2_water_SST_wet [ uatm ]", "fco2", "uatm", 3),
    SocatColumn("P_atm [ hPa ]", "sea_level_pressure", "hPa", 3),
    SocatColumn("pCO2_atm_wet_interp [ uatm ]", "pco2_air", "uatm", 3),
    SocatColumn("fCO2_atm_wet_interp [ uatm ]", "fco2_air", "uatm", 3),
)
"""The columns between ``date time`` and the flags; the one without a variable is the depth of the intake."""

_OF_WATER = (
    "co2",
    "xco2",
    "sst",
    "salinity",
    "equilibrator_temperature",
    "equilibrator_pressure",
    "delta_temperature",
    "latitude",
    "longitude",
)
_OF_AIR = ("xco2_air", "sea_level_pressure")
_EXPOCODE = re.compile(r"[A-Z0-9-]+")


class SocatOptions(Options):
    """Options of ``socat``."""

    stream: str = Field(default="", description="stream to export; default: the one with fCO2")
    include_bad: bool = Field(default=False, description="write samples whose fCO2 is bad, with flag 4, instead of leaving them out")
    longitude: Literal["-180..180", "0..360"] = Field(default="-180..180", description="range of longitudes")
    depth: float | None = Field(
        default=None, ge=0, description="depth of the intake in metres; default: that of the deployment, else missing"
    )
    missing: str = Field(default="NaN", min_length=1, pattern=r"^[^\t\r\n\"]+$", description="text for a missing number")
    group: str = Field(default="", description="default: institution of the contact")
    investigators: str = Field(default="", description="default: those of the deployment, else the institution of the contact")
    platform_type: Literal["", "Ship", "Boat", "Mooring", "Drifting Buoy", "Autonomous Surface Vehicle"] = Field(
        default="", description="the Dashboard's word for the platform; default: from the station's platform"
    )
    pi_qc: Literal["", "A", "B", "C", "D", "E"] = Field(default="", description="quality flag of the data set that is suggested")


def export(streams: Streams, folder: Path, options: SocatOptions, context: Context) -> Sequence[Path]:
    """Write one submission file per deployment that has samples of water.

    Raises
    ------
    DataError
        Where the stream, its position or its fCO2 is not there, or an expocode has characters that SOCAT does not take.
    """
    if not streams:
        return ()
    chosen, stream = underway(streams, options.stream, EXPORTER.name)
    options = options.model_copy(update={"stream": chosen})
    if at_the_station(stream, context.station):
        stream = stream.copy(deep=False)
        for name, value in (("latitude", context.station.latitude), ("longitude", context.station.longitude)):
            set_variable(stream, VOCABULARY[name], np.full(stream.sizes["time"], value))
    for name in ("latitude", "longitude"):
        if name not in stream:
            raise DataError(f"{EXPORTER.name}: stream {options.stream!r} has no {name!r}: SOCAT needs a position for every sample")
    runs = flagged_runs(stream, options.stream, context.people_flags)
    files: list[tuple[str, Callable[[Path], None]]] = []
    for part in split(stream, context.station, context.deployments):
        samples = water_samples(part.data, include_bad=options.include_bad, positioned=True)
        if samples.rows.size == 0:
            continue
        expocode = _expocode(part, samples)
        name = f"{file_stem(expocode, part.suffix, 'SOCAT')}.tsv"
        files.append((name, partial(_write, part=part, samples=samples, expocode=expocode, runs=runs, options=options, context=context)))
    return write_all(folder, files)


def _expocode(part: Part, samples: Samples) -> str:
    if part.deployment is not None:
        expocode = part.deployment.expocode
    else:
        day = np.datetime_as_string(part.data["time"].values[samples.rows[0]], "D")
        expocode = f"{part.name}{day.replace('-', '')}"
    complaint = _complaint(expocode)
    if complaint:
        raise DataError(f"{EXPORTER.name}: {complaint}")
    return expocode


def _complaint(expocode: str) -> str:
    if _EXPOCODE.fullmatch(expocode.upper()):
        return ""
    return f"expocode {expocode!r} has characters other than letters, digits and '-', which SOCAT does not take"


def check(options: SocatOptions, context: Context) -> Sequence[str]:  # noqa: ARG001  # the signature is the contract's
    """Name the expocodes that SOCAT does not take."""
    found = [
        f"deployment[{position}].expocode: {complaint}"
        for position, deployment in enumerate(context.deployments)
        if (complaint := _complaint(deployment.expocode))
    ]
    if not context.deployments and _complaint(context.station.id):
        found.append(f"station.id: {_complaint(context.station.id)}; it begins the expocode where there is no deployment")
    return found


def _write(
    path: Path, *, part: Part, samples: Samples, expocode: str, runs: Sequence[FlaggedRun], options: SocatOptions, context: Context
) -> None:
    units = {column.variable: column.units for column in COLUMNS if column.variable}
    header = "".join(f"{plain(line)}\n" for line in _header(part, samples, expocode, runs, options, context))
    with path.open("wb") as file:
        file.write(f"{header}\n".encode())
        titles = ["date time", *(_title(column, part.data) for column in COLUMNS)]
        titles += ["WOCE_CO2_water", "comment_WOCE_CO2_water", "WOCE_CO2_atm", "comment_WOCE_CO2_atm"]
        file.write(("\t".join(titles) + "\n").encode())
        for first in range(0, samples.rows.size, text.CHUNK):
            chunk = in_units(part.data.isel(time=samples.rows[first : first + text.CHUNK]), units)
            file.write(text.lines(_cells(chunk, part, options, context), "\t"))


def _title(column: SocatColumn, data: xr.Dataset) -> str:
    """Return the title of a column; without an equilibrator the mole fraction is one at sea-surface temperature."""
    at_sst = column.variable == "xco2" and "equilibrator_temperature" not in data
    return column.title.replace("Tequ", "SST") if at_sst else column.title


def _header(
    part: Part, samples: Samples, expocode: str, runs: Sequence[FlaggedRun], options: SocatOptions, context: Context
) -> Iterator[str]:
    station, deployment = context.station, part.deployment
    institution = station.contact.institution
    vessel = deployment.vessel if deployment is not None else ""
    investigators = deployment.investigators if deployment is not None else ""
    yield f"Expocode: {expocode}"
    yield f"Platform Name: {vessel or station.name}"
    yield f"Platform Type: {options.platform_type or _platform_type(station)}"
    yield f"Group: {options.group or institution}"
    yield f"Investigators: {options.investigators or investigators or institution}"
    yield f"PI QC: {options.pi_qc}"
    yield f"Processing: {', '.join(f'{name} {number}' for name, number in sorted(context.software.items()))}; level {context.level}"
    yield (
        f"Samples: {samples.rows.size} written; left out {samples.flushing} near a change of gas, {samples.nowhere} without position, "
        f"{samples.bad} bad of which {samples.bad_by_people} by a person"
    )
    time = part.data["time"].values[samples.rows]
    for run in runs:
        if run.touches(time).any():
            yield f"Flagged Standard Gas: {run}"


def _platform_type(station: Station) -> str:
    if station.platform == "buoy":
        return "Drifting Buoy" if station.latitude is None else "Mooring"
    return {"ship": "Ship", "fixed": "Mooring", "vehicle": "Autonomous Surface Vehicle"}[station.platform]


def _cells(table: xr.Dataset, part: Part, options: SocatOptions, context: Context) -> Iterator[Column]:
    time: NDArray[np.datetime64] = table["time"].values
    # Half a second more, then cut off: the nearest second.
    yield text.time_column(time + np.timedelta64(500, "ms"), separator=" ", zone="")
    for column in COLUMNS:
        yield text.float_column(_values(table, column, part, options), column.decimals, options.missing)
    for result, inputs in (("fco2", _OF_WATER), ("fco2_air", _OF_AIR)):
        people = (of_people(table, options.stream, name, context.people_flags, title=name) for name in (result, *inputs))
        comments = joined([of_tests(table, result), *people])
        yield text.integer_column(woce_flags(table, result))
        yield text.word_column(comments.codes, comments.words)


def _values(table: xr.Dataset, column: SocatColumn, part: Part, options: SocatOptions) -> NDArray[np.float64]:
    size = table.sizes["time"]
    if not column.variable:
        declared = part.deployment.depth if part.deployment is not None else None
        depth = options.depth if options.depth is not None else declared
        return np.full(size, np.nan if depth is None else depth)
    if column.variable not in table:
        return np.full(size, np.nan)
    values: NDArray[np.float64] = table[column.variable].values
    if column.variable == "longitude":
        values = values % 360.0 if options.longitude == "0..360" else (values + 180.0) % 360.0 - 180.0
    return values


EXPORTER = Exporter(
    name="socat",
    summary="submission files for the Surface Ocean CO2 Atlas, one per deployment",
    options=SocatOptions,
    export=export,
    check=check,
)
