"""A data set of the World Data Centre for Greenhouse Gases: a series, and the numbers that stand for what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_atmosphere.exporters.obspack_series import height_label
from icos_atmosphere.exporters.wdcgg_codes import (
    GASES,
    INTERVALS,
    PLATFORMS,
    SAMPLINGS,
    SCALES,
    TIME_ZONES,
    UNKNOWN_METHOD,
    MethodCode,
    method_code,
    time_zone,
)
from icos_atmosphere.scales import normalised_scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_atmosphere.exporters.obspack_series import GasSeries
    from icos_atmosphere.exporters.wdcgg_codes import IntervalCode
    from icos_atmosphere.exporters.wdcgg_options import WdcggOptions
    from icos_core.components import Context

__all__ = ["DataSet", "Served", "data_set", "scale_code"]


class Served(NamedTuple):
    """An instrument and the time that it served without another between: first start and last end, as they are written."""

    identifier: int
    description: str
    method: MethodCode
    start: np.datetime64
    end: np.datetime64


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """A series with what its files say of it.

    Attributes
    ----------
    series
        The rows.
    name
        Name without ending: ``co2_htm_tower-insitu_150magl_162_hourly``.
    site
        Identifier of the station in rows.
    catalogue
        Catalogue identifier; empty without a number of the station.
    interval
        Word and numbers of the averaging interval.
    zone, zone_code
        Time zone that times are written in.
    offset
        What is added to UTC.
    scale_code
        Number of the scale.
    """

    series: GasSeries
    name: str
    site: str
    catalogue: str
    interval: IntervalCode
    zone: str
    offset: np.timedelta64
    scale_code: int
    methods: tuple[MethodCode, ...]

    @property
    def zone_code(self) -> str:
        """Number of the time zone."""
        return str(TIME_ZONES.index(self.zone) + 1)

    def starts(self) -> NDArray[np.datetime64]:
        """Return the starts of the intervals in the time zone that is written, (n,)."""
        return self.series.starts() + self.offset

    def method_column(self) -> NDArray[np.int64]:
        """Return the number of the method of every row; -9 where its instrument is not stated."""
        rows = self.series.instrument_column()
        codes = np.full(rows.shape, -9, dtype=np.int64)
        for number, description in self.series.instruments().items():
            codes[rows == number] = self.method_of(description).code
        return codes

    def method_of(self, description: str) -> MethodCode:
        """Return the method of an instrument."""
        return method_code(description, self.methods) if description else UNKNOWN_METHOD

    def history(self) -> list[Served]:
        """Return which instruments served one after the other, in order of time."""
        rows, known = self.series.instrument_column(), self.series.instruments()
        starts, ends = self.starts(), self.series.ends() + self.offset
        edges = np.flatnonzero(np.diff(rows)) + 1
        found = []
        for first, last in zip([0, *edges.tolist()], [*edges.tolist(), rows.size], strict=True):
            number = int(rows[first])
            if number >= 0:
                text = known.get(number, "")
                found.append(Served(number, text, self.method_of(text), starts[first], ends[last - 1]))
        return found


def scale_code(scale: str, gas: str, options: WdcggOptions) -> int | None:
    """Return the number of a scale, None where none is known."""
    stated = {normalised_scale(name, gas): code for name, code in options.scale_codes.items()}
    return stated.get(scale, SCALES.get(scale))


def data_set(series: GasSeries, code: int, options: WdcggOptions, context: Context) -> DataSet:
    """Describe a series as a data set; days and months are written in the station's local standard time, in which they begin."""
    station = context.station
    site = options.site or station.id.lower()
    interval = INTERVALS[series.interval]
    name = f"{series.gas}_{site}_{options.project}_{height_label(series.height)}_{options.contributor}_{interval.word}"
    hours = 0.0 if series.interval == "hour" else station.utc_offset or 0.0
    zone = time_zone(hours)
    platform, _, sampling = options.project.partition("-")
    gaw = options.gaw_id or station.id
    number = options.station_number
    catalogue = "-".join(
        (f"{options.contributor:04}", f"{number:04}", GASES[series.gas], PLATFORMS[platform], SAMPLINGS[sampling], f"{options.buffer:04}")
        if number is not None
        else ()
    )
    return DataSet(
        series=series,
        name=name,
        site=options.site_wdcgg_id or f"{gaw}{number if number is not None else ''}",
        catalogue=catalogue,
        interval=interval,
        zone=zone or "UTC",
        offset=np.timedelta64(round(hours * 60) if zone else 0, "m").astype("m8[ns]"),
        scale_code=code,
        methods=options.further_methods(),
    )
