"""What the product ``socat-fco2rec`` starts from: the stream, the arrays SOCAT's rules want, where and on which cruise each row was."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Requirement
from icos_core.exceptions import DataError, hint
from icos_core.versioned import utc64
from icos_ocean.expocodes import NO_EXPOCODE, expocode_number
from icos_ocean.socat_recalculation import Reported
from icos_ocean.vocabulary.socat import WORDS

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["ATMOSPHERE", "REQUIRED", "chosen_stream", "cruise_of_rows", "position_of_rows", "reported"]

ATMOSPHERE = ("atmospheric_pressure", "sea_level_pressure")
"""Pressure of the atmosphere: as reported, else at sea level."""

_QUANTITIES = ("xco2", "xco2_sst", "pco2_equilibrator", "pco2", "fco2_equilibrator", "fco2")
_OTHERS = tuple(each.name for each in fields(Reported) if each.name not in _QUANTITIES)


def _requirement(name: str, *, optional: bool = True) -> Requirement:
    return Requirement(name=name, units=WORDS[name].units, optional=optional)


REQUIRED: tuple[Requirement, ...] = (
    Requirement(name="fco2", units="uatm", alternatives=tuple(_requirement(name) for name in _QUANTITIES if name != "fco2")),
    *(_requirement(name) for name in _OTHERS),
    Requirement(name="sea_level_pressure", units="hPa", optional=True),
    Requirement(name="fco2rec", units="uatm", optional=True),
)
"""One quantity of CO2 in sea water, and whatever else there is."""


def chosen_stream(streams: Streams, name: str, product: str) -> xr.Dataset:
    """Return the stream that is named, else the only one along time that has CO2 in sea water.

    Raises
    ------
    DataError
        Where it is not there, or none is named and several would do.
    """
    if name:
        if name not in streams:
            raise DataError(f"{product}: no stream {name!r}; there are {', '.join(sorted(streams))}{hint(name, streams)}")
        return streams[name]
    found = [each for each, stream in streams.items() if "time" in stream.dims and any(word in stream for word in _QUANTITIES)]
    if len(found) != 1:
        which = f"streams {', '.join(sorted(found))} have it; name one with stream" if found else "no stream has it"
        raise DataError(f"{product}: one stream with CO2 in sea water is wanted: {which}")
    return streams[found[0]]


def reported(stream: xr.Dataset, salinity_when_absent: float | None = None) -> Reported:
    """Return the arrays of a stream that SOCAT's rules want.

    Parameters
    ----------
    stream
        The stream, in the units of `REQUIRED`.
    salinity_when_absent
        Climatological salinity of rows without one.
    """
    arrays = {each.name: _values(stream, each.name) for each in fields(Reported) if each.name in stream}
    atmosphere = next((name for name in ATMOSPHERE if name in stream), None)
    if atmosphere is not None:
        arrays["atmospheric_pressure"] = _values(stream, atmosphere)
    if salinity_when_absent is not None:
        climatology = arrays.get("salinity_climatology", np.full(stream.sizes["time"], np.nan))
        arrays["salinity_climatology"] = np.where(np.isnan(climatology), salinity_when_absent, climatology)
    return Reported(**arrays)


def _values(stream: xr.Dataset, name: str) -> FloatArray:
    values: FloatArray = stream[name].values.astype(np.float64, copy=False)
    return values


def cruise_of_rows(stream: xr.Dataset, context: Context) -> NDArray[np.int64]:
    """Return the expocode number of each row: the stream's own, else that of the deployment, `NO_EXPOCODE` outside of all."""
    time = stream["time"].values
    numbers = np.full(time.shape, NO_EXPOCODE, dtype=np.int64)
    for deployment in context.deployments:
        rows = slice(int(np.searchsorted(time, utc64(deployment.start))), int(np.searchsorted(time, utc64(deployment.end))))
        numbers[rows] = expocode_number(deployment.expocode)
    if "expocode" in stream:
        own = stream["expocode"].values.astype(np.int64)
        return np.where(own == NO_EXPOCODE, numbers, own)
    return numbers


def position_of_rows(stream: xr.Dataset, context: Context) -> tuple[FloatArray, FloatArray] | None:
    """Return latitude and longitude of each row: the stream's own, else those of the station; None where neither is known."""
    if "latitude" in stream and "longitude" in stream:
        return _values(stream, "latitude"), _values(stream, "longitude")
    station = context.station
    if station.latitude is None or station.longitude is None:
        return None
    size = stream.sizes["time"]
    return np.full(size, station.latitude), np.full(size, station.longitude)
