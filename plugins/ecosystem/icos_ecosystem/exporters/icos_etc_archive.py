"""Exporter ``icos-etc-archive``: what the Ecosystem Thematic Centre of ICOS releases of a station, one zip of tables.

``ICOSETC_<station>_ARCHIVE_L2.zip`` at level ``final`` holds the FLUXNET product at every resolution (``FLUXNET_HH`` … ``FLUXNET_YY``),
``FLUXES`` and ``METEO``, the lists of their variables (``VARINFO_…``), ``SITEINFO`` and ``ANCILLARY``; at level ``nrt`` tables of the
product are called ``…_INTERIM``. What has no input gives no table. Lists are long: one row per value. Third-party readers rely on the
columns SITE_ID, GROUP_ID, VARIABLE and DATAVALUE of lists, on VAR_INFO_VARNAME, VAR_INFO_UNIT and VAR_INFO_HEIGHT in them, and on
UTC_OFFSET in SITEINFO. The tables METEO and VARINFO_METEO and the column VARIABLE_GROUP were not seen: their names are options.

References
----------
ICOS Research Infrastructure (2019), Ecosystem eddy covariance final quality (L2) flux product in ETC-Archive format, release 2019-1,
doi:10.18160/nnad-pn5w
"""

from __future__ import annotations

import zipfile
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pydantic import Field

from icos_core.components import Exporter
from icos_core.exceptions import ExportRefused
from icos_core.exporters.complete import file_stem, write_all
from icos_core.option_types import Text  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options
from icos_ecosystem.exporters.fluxnet import FLUXNET_STREAM, columns_of, label_of
from icos_ecosystem.exporters.fluxnet_table import local_bounds, stamp_columns, write_table
from icos_ecosystem.exporters.icos_etc_fluxes import IcosEtcFluxesOptions
from icos_ecosystem.exporters.icos_etc_fluxes import check as check_station
from icos_ecosystem.exporters.icos_etc_fluxes import export as export_fluxes
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM
from icos_ecosystem.vocabulary.fluxnet_columns import RESOLUTIONS, fluxnet_columns
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, METEO_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import xarray as xr

    from icos_core.components import Context, Streams

__all__ = ["EXPORTER", "IcosEtcArchiveOptions", "export"]

_METEO = (*METEO_VARIABLES, "WS", "WD", "SW_IN_POT")
_COMPRESSION = 3
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a zip can hold."""


class IcosEtcArchiveOptions(Options):
    """Options of ``icos-etc-archive``."""

    heights: dict[str, float] = Field(default_factory=dict, description="variable → height above ground in metres, for the lists")
    site: dict[str, Text] = Field(default_factory=dict, description="further values of SITEINFO, such as IGBP = 'ENF'")
    ancillary: list[dict[str, Text]] = Field(
        default_factory=list, description="groups of ANCILLARY: each a table of VARIABLE → value, such as HEIGHTC and its date"
    )
    meteo: str = Field(default="METEO", pattern="^[A-Z0-9_]+$", description="name of the table of meteorology; unverified")
    variable_group: bool = Field(default=True, description="write the column VARIABLE_GROUP in lists; unverified")
    interim: str = Field(default="INTERIM", pattern="^[A-Z0-9_]*$", description="what tables of the product are called beside at level nrt")
    digits: int = Field(default=6, ge=3, le=15, description="significant digits of numbers")


def export(streams: Streams, folder: Path, options: IcosEtcArchiveOptions, context: Context) -> Sequence[Path]:
    """Write the archive.

    Raises
    ------
    ExportRefused
        If there are streams, but none that a table of the archive could be made of.
    """
    if not streams:
        return ()
    taken = {name: each for name, each in streams.items() if name in (FLUX_STREAM, GRID_STREAM) or name.startswith(FLUXNET_STREAM)}
    if not taken:
        raise ExportRefused([f"no stream of fluxes to export; there are {', '.join(sorted(streams))}"])
    filled = {name: each for name, each in taken.items() if each.sizes.get("time", 0)}
    if not filled:
        return ()
    name = f"{file_stem('ICOSETC', context.station.id, 'ARCHIVE', 'L2')}.zip"
    return write_all(folder, [(name, partial(_write, streams=filled, options=options, context=context))])


def _write(path: Path, *, streams: Streams, options: IcosEtcArchiveOptions, context: Context) -> None:
    with TemporaryDirectory(dir=path.parent) as name:
        folder = Path(name)
        tables = [*_tables(streams, folder, options, context), *_lists(streams, folder, options, context)]
        with zipfile.ZipFile(path, "w") as archive:
            for table in tables:
                member = zipfile.ZipInfo(table.name, _moment(context))
                member.external_attr = 0o644 << 16
                archive.writestr(member, table.read_bytes(), zipfile.ZIP_DEFLATED, _COMPRESSION)


def _moment(context: Context) -> tuple[int, int, int, int, int, int]:
    """Return the time of the newest datum, the only one that an export may hold."""
    if context.newest is None:
        return _EPOCH
    moment: Any = context.newest.astype("datetime64[s]").astype(object)
    return max(_EPOCH, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))


def _tables(streams: Streams, folder: Path, options: IcosEtcArchiveOptions, context: Context) -> Iterator[Path]:
    for resolution in (each for each in RESOLUTIONS if f"{FLUXNET_STREAM}{each}" in streams):
        stream = streams[f"{FLUXNET_STREAM}{resolution}"]
        path = folder / _name(context, _product_table(stream, resolution, options, context))
        stamps = stamp_columns(*local_bounds(stream, context), resolution)
        write_table(path, {**stamps, **columns_of(stream, fluxnet_columns(resolution))}, options.digits)
        yield path
    if FLUX_STREAM in streams:
        yield from export_fluxes(streams, folder, IcosEtcFluxesOptions(label="L2"), context)
    if GRID_STREAM in streams:
        stream = streams[GRID_STREAM]
        columns = columns_of(stream, _METEO)
        if columns:
            path = folder / _name(context, options.meteo)
            write_table(path, {**stamp_columns(*local_bounds(stream, context), "hh"), **columns}, options.digits)
            yield path


def _product_table(stream: xr.Dataset, resolution: str, options: IcosEtcArchiveOptions, context: Context) -> str:
    return "_".join(("FLUXNET", label_of(stream, resolution), *([options.interim] if context.level == "nrt" and options.interim else ())))


def _name(context: Context, what: str) -> str:
    return f"{file_stem('ICOSETC', context.station.id, what, 'L2')}.csv"


def _lists(streams: Streams, folder: Path, options: IcosEtcArchiveOptions, context: Context) -> Iterator[Path]:
    product = streams.get(f"{FLUXNET_STREAM}hh")
    if product is not None:
        groups = _variables(product, fluxnet_columns("hh"), options, context)
        yield _list(folder / _name(context, f"VARINFO_FLUXNET_{label_of(product, 'hh')}"), "GRP_VAR_INFO", groups, options, context)
    if GRID_STREAM in streams:
        groups = _variables(streams[GRID_STREAM], _METEO, options, context)
        if groups:
            yield _list(folder / _name(context, f"VARINFO_{options.meteo}"), "GRP_VAR_INFO", groups, options, context)
    yield _list(folder / _name(context, "SITEINFO"), "GRP_SITE_INFO", [_site(options, context)], options, context)
    if options.ancillary:
        yield _list(folder / _name(context, "ANCILLARY"), "GRP_ANCILLARY", options.ancillary, options, context)


def _variables(stream: xr.Dataset, columns: Sequence[str], options: IcosEtcArchiveOptions, context: Context) -> list[Mapping[str, str]]:
    start, end = local_bounds(stream, context)
    first, last = (stamp_columns(edge, edge, "hh")["TIMESTAMP_START"] for edge in (start[:1], end[-1:]))
    groups: list[Mapping[str, str]] = []
    for name in columns_of(stream, columns):
        height = options.heights.get(name, options.heights.get(name.partition("_F")[0]))
        groups.append(
            {
                "VAR_INFO_VARNAME": name,
                "VAR_INFO_UNIT": str(stream[name].attrs.get("units", "")),
                **({"VAR_INFO_HEIGHT": f"{height:g}"} if height is not None else {}),
                "VAR_INFO_DATE": str(first[0]),
                "VAR_INFO_DATE_END": str(last[0]),
                "VAR_INFO_COMMENT": str(stream[name].attrs.get("long_name", "")),
            }
        )
    return groups


def _site(options: IcosEtcArchiveOptions, context: Context) -> Mapping[str, str]:
    station = context.station
    place = {"LOCATION_LAT": station.latitude, "LOCATION_LONG": station.longitude, "LOCATION_ELEV": station.altitude}
    numbers = {name: f"{value:.10g}" for name, value in place.items() if value is not None}
    return {
        "SITE_NAME": station.name,
        **numbers,
        "UTC_OFFSET": f"{station.utc_offset or 0.0:g}",
        "RESEARCH_INSTITUTION": station.contact.institution,
        "SITE_CONTACT_EMAIL": str(station.contact.email),
        **options.site,
    }


def _list(path: Path, group: str, groups: Sequence[Mapping[str, str]], options: IcosEtcArchiveOptions, context: Context) -> Path:
    names = ["SITE_ID", "GROUP_ID", *(["VARIABLE_GROUP"] if options.variable_group else []), "VARIABLE", "DATAVALUE"]
    lines = [",".join(names)]
    for number, values in enumerate(groups, start=1):
        for variable, value in values.items():
            row = [context.station.id, str(number), *([group] if options.variable_group else []), variable, value]
            lines.append(",".join(map(_quoted, row)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(letter in text for letter in ',"\r\n') else text


EXPORTER = Exporter(
    name="icos-etc-archive",
    summary="archive of tables as the Ecosystem Thematic Centre releases it",
    options=IcosEtcArchiveOptions,
    export=export,
    check=check_station,
)
