"""What the figures of half hours share: the flux stream, names of fluxes and gases as people write them, the axis of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.dates as mdates
import numpy as np

from icos_core.report.layout import to_dates
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM, SPECTRA_STREAM

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from icos_core.components import Streams

__all__ = ["FLUXES", "FORMULAS", "dates_below", "flux_stream", "spectra_stream", "values_of"]

FORMULAS = {"CO2": "CO₂", "H2O": "H₂O", "CH4": "CH₄", "N2O": "N₂O"}
FLUXES = {
    "NEE": "NEE",
    "FC": "CO₂ flux",
    "H": "sensible heat flux",
    "LE": "latent heat flux",
    "FCH4": "CH₄ flux",
    "FN2O": "N₂O flux",
    "TAU": "momentum flux",
}
"""Fluxes in the order in which figures show them."""


def flux_stream(streams: Streams) -> xr.Dataset | None:
    """Return the calibrated fluxes, None where the run has none."""
    return streams.get(f"calibrated/{FLUX_STREAM}")


def spectra_stream(streams: Streams) -> xr.Dataset | None:
    """Return the calibrated spectra, None where the run has none."""
    return streams.get(f"calibrated/{SPECTRA_STREAM}")


def values_of(stream: xr.Dataset, name: str) -> NDArray[np.float64]:
    """Return a quantity, (n,); NaN where the stream does not have it."""
    return np.asarray(stream[name].values, dtype=np.float64) if name in stream else np.full(stream.sizes["time"], np.nan)


def dates_below(axes: Axes, stream: xr.Dataset) -> None:
    """Make the horizontal axis one of time in UTC that shows all half hours of the stream."""
    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    time = stream["time"].values
    step = np.median(np.diff(time)) if time.size > 1 else np.timedelta64(30, "m")
    first, last = to_dates(np.array([time[0], time[-1] + step]))
    margin = 0.01 * (last - first)
    axes.set_xlim(first - margin, last + margin)
    axes.set_xlabel("time (UTC)")
