"""Series of minutes whose air is known: an Ornstein-Uhlenbeck process, sampled in blocks as an analyser with several lines does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from icos_atmosphere.vocabulary import GASES, series_words
from scipy.signal import lfilter

from icos_core.components import Context
from icos_core.dataset import make_stream
from icos_core.station import Contact, Station

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr

MINUTE, HOUR = np.timedelta64(1, "m"), np.timedelta64(1, "h")
START = np.datetime64("2024-03-01T00:00", "ns")


def tower(utc_offset: float = 1.0) -> Context:
    """Return the context of a run at a made-up tower."""
    station = Station(
        id="XXX",
        name="Example Tower",
        domain="atmosphere",
        platform="fixed",
        latitude=50.0,
        longitude=10.0,
        altitude=200.0,
        utc_offset=utc_offset,
        contact=Contact(institution="Example Institute", email="data@example.org"),
    )
    return Context(station=station)


def wandering_air(rng: np.random.Generator, hours: int, sd: float, minutes: float, mean: float = 410.0) -> np.ndarray:
    """Return minute means (hours, 60) of air whose deviations from a mean decay within some minutes."""
    decay = np.exp(-1.0 / minutes)
    steps = rng.normal(0.0, sd * np.sqrt(1.0 - decay**2), hours * 60)
    steps[0] /= np.sqrt(1.0 - decay**2)  # as far from the mean as any later minute
    return mean + lfilter([1.0], [1.0, -decay], steps).reshape(hours, 60)


def times_of(rows: np.ndarray, start: np.datetime64 = START) -> np.ndarray:
    """Return the times of minutes numbered from a start."""
    return start + rows * MINUTE


def minute_stream(
    time: np.ndarray, values: dict[str, np.ndarray], line: str = "150m", scales: dict[str, str] | None = None, **attrs: Any
) -> xr.Dataset:
    """Return a series of minutes of one line and one instrument."""
    gases = [gas for gas in GASES if gas in values]
    common = {
        "line": line,
        "intake_height": float(line.removesuffix("m")),
        "averaging_interval": "minute",
        "analyser": "picarro",
        "instrument": "Picarro G2401 1234",
        "instrument_ids": [530],
        "instrument_methods": ["Cavity ring-down spectrometer, Picarro G2401"],
        "priority": 1,
    }
    stream = make_stream(time, values, series_words(gases), common | attrs)
    for gas in gases:
        stream[gas].attrs["calibration_scale"] = (scales or {"co2": "WMO CO2 X2019", "ch4": "WMO CH4 X2004A"}).get(gas, "unknown")
    return stream


def blocks(hours: int, minutes: Iterable[int]) -> np.ndarray:
    """Return the numbers of the minutes that are sampled when every hour is sampled in the same minutes."""
    return (np.arange(hours)[:, None] * 60 + np.asarray(list(minutes))).ravel()
