"""Median cospectra of the scalars against the model, unstable and stable, with the loss that the run assumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_core.components import Figure
from icos_core.dataset import GOOD, QUESTIONABLE, is_good
from icos_core.report.layout import new_figure, say_empty
from icos_core.report.palette import FLAGS, INK, SERIES
from icos_ecosystem.figures.half_hours import flux_stream, spectra_stream, values_of
from icos_ecosystem.spectral.cospectral_models import scalar_cospectrum
from icos_ecosystem.spectral.transfer_functions import first_order_power

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

    FloatArray = NDArray[np.float64]

__all__ = ["FIGURE"]

_SCALARS = {
    "C_w_ts": ("wTₛ", "H", "W_T_SONIC_COV"),
    "C_w_co2": ("wCO₂", "FC", "W_CO2_MEAS_COV"),
    "C_w_h2o": ("wH₂O", "FH2O", "W_H2O_MEAS_COV"),
    "C_w_ch4": ("wCH₄", "FCH4", "W_CH4_MEAS_COV"),
    "C_w_n2o": ("wN₂O", "FN2O", "W_N2O_MEAS_COV"),
}
_CLASSES = ("unstable", "stable")
_BINS = 36
_FEWEST = 3
_FLOOR = 1e-3
_MODEL = np.geomspace(1e-5, 1e3, 800)
_CUT_OFF = "cut_off_frequency"


class _HalfHours(NamedTuple):
    """Half hours that have spectra and fluxes: both streams on one time, height above the displacement height, and stability, (n,)."""

    spectra: xr.Dataset
    fluxes: xr.Dataset
    height: FloatArray
    stability: FloatArray


def draw(streams: Streams, _context: Context) -> MatplotlibFigure | None:
    """Draw a row per scalar and a column per class of stability: medians and quartiles of normalised cospectra, and the model."""
    spectra, fluxes = spectra_stream(streams), flux_stream(streams)
    names = [name for name in _SCALARS if spectra is not None and name in spectra]
    if spectra is None or fluxes is None or not names:
        return None
    figure = new_figure(0.8 + 2.0 * len(names))
    panels = figure.subplots(len(names), 2, squeeze=False, sharex=True, sharey=True)
    half_hours = _together(spectra, fluxes)
    for name, row in zip(names, panels, strict=True):
        for stable, axes in enumerate(row):
            _draw_panel(axes, name, half_hours, stable=bool(stable))
        row[0].set_ylabel(f"n Co({_SCALARS[name][0]}) / cov")
    handles = {label: handle for axes in panels.flat for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)}
    if handles:
        figure.legend(handles.values(), handles, loc="outside upper left", ncols=3)
    for axes in panels[-1]:
        axes.set_xlabel("n (z − d) / U")
    return figure


def _together(spectra: xr.Dataset, fluxes: xr.Dataset) -> _HalfHours:
    common = np.intersect1d(spectra["time"].values, fluxes["time"].values)
    spectra, fluxes = spectra.sel(time=common), fluxes.sel(time=common)
    height = values_of(fluxes, "BADM_INST_HEIGHT_SA") - np.nan_to_num(values_of(fluxes, "DISPLACEMENT_HEIGHT"))
    return _HalfHours(spectra, fluxes, height, values_of(fluxes, "ZL"))


def _draw_panel(axes: Axes, name: str, given: _HalfHours, *, stable: bool) -> None:
    symbol, flux, covariance = _SCALARS[name]
    cov, wind = values_of(given.fluxes, covariance), values_of(given.fluxes, "WS")
    good = is_good(given.fluxes, flux) if flux in given.fluxes else np.ones(cov.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        of_class = given.stability > 0 if stable else given.stability < 0
        rows = good & of_class & (cov != 0) & np.isfinite(cov) & (given.height > 0) & (wind > 0)
    axes.set_title(f"{_CLASSES[stable]}, n = {rows.sum():,}", fontsize="small", loc="left")
    if rows.sum() < _FEWEST:
        say_empty(axes, f"fewer than {_FEWEST} good {_CLASSES[stable]} half hours have a cospectrum of {symbol}")
        return
    scale = given.height[rows] / wind[rows]
    reduced = given.spectra["frequency"].values * scale[:, np.newaxis]
    normalised = given.spectra[name].values[rows] / cov[rows, np.newaxis]
    middle, quartiles = _binned(reduced, normalised)
    axes.fill_between(middle, quartiles[0], quartiles[2], color=FLAGS[GOOD].colour, alpha=0.25, linewidth=0, label="middle half")
    axes.plot(
        middle,
        np.where(quartiles[1] > _FLOOR, quartiles[1], np.nan),
        color=FLAGS[GOOD].colour,
        marker=".",
        markersize=4,
        linewidth=1.0,
        label="median",
    )
    model = _model(float(np.median(given.stability[rows])))
    axes.plot(_MODEL, model, color=INK, linewidth=1.0, label="model")
    cut_off = given.spectra[name].attrs.get(_CUT_OFF)
    if cut_off is not None:
        reduced_by = first_order_power(_MODEL / float(np.median(scale)), float(cut_off))
        axes.plot(_MODEL, model * reduced_by, color=SERIES[2], linewidth=1.0, linestyle="--", label="model, filtered")
    axes.plot(_MODEL, 0.3 * _MODEL ** (-4 / 3), color=FLAGS[QUESTIONABLE].colour, linewidth=0.8, linestyle=":", label="slope −4/3")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(_FLOOR, 1.0)
    axes.set_xlim(10 ** np.floor(np.log10(middle.min())), 10 ** np.ceil(np.log10(middle.max())))


def _binned(reduced: FloatArray, normalised: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return middles of bins, (m,), and quartiles of what lies in them, (3, m), none below the floor of the figure."""
    there = np.isfinite(reduced) & np.isfinite(normalised)
    x, y = reduced[there], normalised[there]
    edges = np.geomspace(x.min(), x.max() * (1 + 1e-9), _BINS + 1)
    position = np.digitize(x, edges) - 1
    kept = [each for each in range(_BINS) if (position == each).sum() >= _FEWEST]
    quartiles = np.array([np.quantile(y[position == each], (0.25, 0.5, 0.75)) for each in kept]).reshape(-1, 3).T
    return np.sqrt(edges[:-1] * edges[1:])[kept], np.maximum(quartiles, _FLOOR)


def _model(stability: float) -> FloatArray:
    """Return the model cospectrum, times frequency and over its integral, at the reduced frequencies of the figure."""
    density = scalar_cospectrum(_MODEL, 1.0, 1.0, stability)
    area = float(((density[1:] + density[:-1]) / 2 * np.diff(_MODEL)).sum())
    return _MODEL * density / area


FIGURE = Figure(
    name="ecosystem-cospectra",
    summary="Cospectra of the scalars over their covariance against reduced frequency: medians of good half hours, unstable and stable, "
    "beside the model of Moncrieff et al. (1997)",
    draw=draw,
    order=50,
)
