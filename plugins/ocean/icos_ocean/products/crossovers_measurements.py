"""Good measurements of fCO2 of one cruise or of many: what the product ``crossovers`` compares."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.dataset import is_good
from icos_core.exceptions import DataError
from icos_ocean.cruise_crossovers import Track
from icos_ocean.expocodes import NO_EXPOCODE, expocode_number
from icos_ocean.products.socat_fco2rec_input import reported
from icos_ocean.socat_recalculation import recalculate
from icos_ocean.vocabulary.socat import WOCE_FLAGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["Measurements", "good_measurements", "together"]

_REPORTED_BAD = (WOCE_FLAGS["questionable"], WOCE_FLAGS["bad"])


class Measurements(NamedTuple):
    """Good measurements of fCO2: where and when, fCO2 in µatm, SST in °C (NaN where missing), the number of the cruise, and its name."""

    track: Track
    fco2: FloatArray
    sst: FloatArray
    cruise: NDArray[np.int64]
    name: str

    def rows(self, wanted: NDArray[np.intp]) -> Measurements:
        """Return some of the measurements."""
        track = Track(self.track.time[wanted], self.track.latitude[wanted], self.track.longitude[wanted])
        return Measurements(track, self.fco2[wanted], self.sst[wanted], self.cruise[wanted], self.name)

    @classmethod
    def none(cls, name: str = "") -> Measurements:
        """Return no measurements at all."""
        whole, number = np.empty(0, dtype=np.int64), np.empty(0)
        return cls(Track(whole, number, number), number, number, whole, name)


def good_measurements(data: xr.Dataset, name: str) -> Measurements:
    """Return the good measurements of a stream: fCO2 as SOCAT recomputed it, else recomputed here.

    Raises
    ------
    DataError
        Where there is no time, position or CO2.
    """
    for wanted in ("time", "latitude", "longitude"):
        if wanted not in data or data[wanted].dims != ("time",):
            raise DataError(f"no {wanted!r} along time")
    recalculated, source = recalculate(reported(data))
    known = data["fco2rec"].values if "fco2rec" in data else np.full(recalculated.shape, np.nan)
    if not source.any() and not np.isfinite(known).any():
        raise DataError("no fCO2, and nothing to compute it from")
    good = np.ones(recalculated.shape, dtype=bool)
    for quantity in ("fco2rec", "fco2", "latitude", "longitude"):
        if f"{quantity}_flag" in data:
            good &= is_good(data, quantity) | np.isnan(data[quantity].values)
        if f"{quantity}_woce" in data:
            good &= ~np.isin(data[f"{quantity}_woce"].values, _REPORTED_BAD)
    fco2 = np.where(np.isfinite(known), known, recalculated)
    latitude, longitude = (data[each].values.astype(np.float64) for each in ("latitude", "longitude"))
    rows = np.flatnonzero(good & np.isfinite(fco2) & (np.abs(latitude) <= 90.0) & np.isfinite(longitude))
    size = recalculated.size
    cruise = data["expocode"].values.astype(np.int64) if "expocode" in data else np.full(size, expocode_number(name), dtype=np.int64)
    sst = data["sst"].values.astype(np.float64) if "sst" in data else np.full(size, np.nan)
    time = data["time"].values.astype("datetime64[ns]").astype(np.int64)
    return Measurements(Track(time[rows], latitude[rows], longitude[rows]), fco2[rows], sst[rows], cruise[rows], name)


def together(parts: Sequence[Measurements]) -> tuple[Measurements, dict[int, str]]:
    """Put the measurements of several files together.

    Returns
    -------
    Measurements
        All of them. A file of no known expocode is a cruise of its own, with a number below -1.
    dict
        The numbers of such files → their names.
    """
    names: dict[int, str] = {}
    cruises = []
    for position, part in enumerate(parts):
        stand_in = NO_EXPOCODE - 1 - position
        names[stand_in] = part.name
        cruises.append(np.where(part.cruise == NO_EXPOCODE, np.int64(stand_in), part.cruise))
    if not parts:
        return Measurements.none(), names
    track = Track(
        np.concatenate([part.track.time for part in parts]),
        np.concatenate([part.track.latitude for part in parts]),
        np.concatenate([part.track.longitude for part in parts]),
    )
    fco2, sst = np.concatenate([part.fco2 for part in parts]), np.concatenate([part.sst for part in parts])
    return Measurements(track, fco2, sst, np.concatenate(cruises), ""), names
