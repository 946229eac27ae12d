"""The rows of an underway stream that are samples of sea water, and the account of those that are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_core.dataset import BAD, category_words
from icos_core.exceptions import DataError, hint
from icos_core.flags import PERSON, decode_bits
from icos_core.units import require_units

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Streams
    from icos_core.station import Station

__all__ = ["WATER", "Samples", "at_the_station", "in_units", "underway", "water_samples"]

WATER = ("EQU",)
_READINGS = ("co2", "xco2", "fco2")


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Samples of water.

    Attributes
    ----------
    rows
        Positions in the stream.
    flushing, bad, bad_by_people, nowhere
        Water rows left out: near a change of gas, with a bad fCO2 (and how many of these by a person), without a position.
    """

    rows: NDArray[np.intp]
    flushing: int = 0
    bad: int = 0
    bad_by_people: int = 0
    nowhere: int = 0


def underway(streams: Streams, name: str, exporter: str) -> tuple[str, xr.Dataset]:
    """Return the stream to export and its name: the one that is named, else the only one that has fCO2.

    Raises
    ------
    DataError
        Where it is not there or has no fCO2, or none is named and several have.
    """
    if not name:
        found = sorted(each for each, stream in streams.items() if "fco2" in stream and "time" in stream.dims)
        if len(found) != 1:
            which = f"streams {', '.join(found)} have; name one with stream" if found else f"none of {', '.join(sorted(streams))} has"
            raise DataError(f"{exporter}: one stream with 'fco2' along time is wanted, {which}")
        name = found[0]
    if name not in streams:
        raise DataError(f"{exporter}: no stream {name!r}; there are {', '.join(sorted(streams))}{hint(name, streams)}")
    stream = streams[name]
    if "fco2" not in stream or "time" not in stream.dims:
        raise DataError(f"{exporter}: stream {name!r} has no 'fco2' along time; list a calibrator that computes it")
    return name, stream


def at_the_station(stream: xr.Dataset, station: Station) -> bool:
    """Whether the rows have no position of their own and the station has coordinates: they are where it is."""
    positioned = "latitude" in stream or "longitude" in stream
    return not positioned and station.latitude is not None and station.longitude is not None


def water_samples(stream: xr.Dataset, *, include_bad: bool, positioned: bool) -> Samples:
    """Find the samples of water.

    Parameters
    ----------
    stream
        Calibrated stream; without ``run_type`` every row is a sample.
    include_bad
        Whether rows with a bad fCO2 are samples too.
    positioned
        Whether a row needs latitude and longitude.
    """
    rows = _of_water(stream)
    flushed = rows & _flushing(stream)
    rows = rows & ~flushed
    nowhere = np.zeros_like(rows)
    if positioned:
        for name in ("latitude", "longitude"):
            nowhere |= rows & np.isnan(stream[name].values)
        rows = rows & ~nowhere
    bad = np.zeros_like(rows)
    if not include_bad and "fco2_flag" in stream:
        bad = rows & (stream["fco2_flag"].values == BAD)
        rows = rows & ~bad
    by_people = bad & (stream["fco2_flag_origin"].values == PERSON) if "fco2_flag_origin" in stream else np.zeros_like(bad)
    return Samples(
        rows=np.flatnonzero(rows),
        flushing=int(flushed.sum()),
        bad=int(bad.sum()),
        bad_by_people=int(by_people.sum()),
        nowhere=int(nowhere.sum()),
    )


def _of_water(stream: xr.Dataset) -> NDArray[np.bool_]:
    """Rows of the usual run type of water, and those of any other that fCO2 was computed for (``water_run_types``)."""
    if "run_type" not in stream:
        return np.ones(stream.sizes["time"], dtype=bool)
    codes = [code for word, code in category_words(stream, "run_type").items() if word in WATER]
    rows: NDArray[np.bool_] = np.isin(stream["run_type"].values, codes) | np.isfinite(stream["fco2"].values)
    return rows


def _flushing(stream: xr.Dataset) -> NDArray[np.bool_]:
    marked = np.zeros(stream.sizes["time"], dtype=bool)
    for name in _READINGS:
        marked |= decode_bits(stream, f"{name}_tests").get("flushing", False)
    return marked


def in_units(stream: xr.Dataset, units: Mapping[str, str]) -> xr.Dataset:
    """Return the stream with each of the named quantities that it has in the unit that a file's header says."""
    for name, unit in units.items():
        if name in stream:
            stream = require_units(stream, name, unit)
    return stream
