"""Figures of half hours: when they apply, what their axes say, that an empty one says why, and what stands in them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from eddypro_flux_streams import STATION
from flux_days import flux_day, footprint_map, spectra_day
from icos_ecosystem.figures import cospectra, energy_balance, fluxes, footprint, lags, planar_fit, quality
from pictures import assert_nothing_beyond_the_edges

from icos_core.report.figures import draw_figures
from icos_core.testing import example_context

MODULES = (fluxes, energy_balance, lags, planar_fit, cospectra, quality, footprint)
FIGURES = [module.FIGURE for module in MODULES]
FLUX, SPECTRA, FOOTPRINT = "calibrated/fluxes", "calibrated/spectra", "product/footprint"
NEEDED = {figure.name: (FLUX,) for figure in FIGURES} | {"ecosystem-cospectra": (FLUX, SPECTRA), "ecosystem-footprint": (FOOTPRINT,)}
by_name = pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)


@pytest.fixture(scope="module")
def station():
    return {FLUX: flux_day(3), SPECTRA: spectra_day(3), FOOTPRINT: footprint_map()}


def draw(figure, streams):
    return figure.draw(streams, example_context(station=STATION, deployments=()))


def said(drawn):
    return [text.get_text() for axes in drawn.axes for text in axes.texts]


def labels(axes):
    return axes.get_legend_handles_labels()[1]


def test_every_name_of_the_plugin_has_its_figure_and_orders_differ():
    assert len({figure.name for figure in FIGURES}) == len({figure.order for figure in FIGURES}) == len(FIGURES)


@by_name
def test_a_figure_applies_where_its_streams_are_and_only_there(figure, station):
    assert draw(figure, {name: station[name] for name in NEEDED[figure.name]}) is not None
    assert draw(figure, {}) is None
    assert (
        draw(figure, {name.replace("calibrated", "measured").replace("product", "measured"): data for name, data in station.items()})
        is None
    )


@by_name
def test_every_axis_names_its_quantity(figure, station):
    drawn = draw(figure, station)
    if figure is quality.FIGURE:
        return
    left = [axes.get_ylabel() for axes in drawn.axes if axes.get_subplotspec() is not None and axes.get_subplotspec().is_first_col()]
    assert left
    assert all(left)
    assert any(axes.get_xlabel() for axes in drawn.axes)


@by_name
def test_nothing_stands_beyond_the_edge_of_screen_or_phone(figure, station, monkeypatch):
    assert_nothing_beyond_the_edges(figure, station, example_context(station=STATION, deployments=()), monkeypatch)


def test_half_hours_without_fluxes_and_a_single_one(station):
    nothing = station[FLUX].copy()
    for name in fluxes.FLUXES:
        if name in nothing:
            nothing[name] = nothing[name] * np.nan
    assert said(draw(fluxes.FIGURE, {FLUX: nothing})) == ["none of 144 averaging intervals has a flux"]
    one = {name: station[name].isel(time=slice(20, 21)) for name in (FLUX, SPECTRA)} | {FOOTPRINT: station[FOOTPRINT]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [drawn.error for drawn in draw_figures(FIGURES, one, example_context(station=STATION, deployments=()))] == [""] * 7


def test_fluxes_in_their_order_with_units(station):
    drawn = draw(fluxes.FIGURE, station)
    assert [axes.get_ylabel() for axes in drawn.axes] == [
        "CO₂ flux (µmol m⁻² s⁻¹)",
        "sensible heat flux (W m⁻²)",
        "latent heat flux (W m⁻²)",
        "momentum flux (kg m⁻¹ s⁻²)",
    ]
    assert labels(drawn.axes[0]) == ["good", "± standard uncertainty"]


def test_the_balance_is_that_of_the_good_half_hours(station):
    stream = station[FLUX].copy(deep=True)
    stream["H_flag"][5] = 4
    available = (stream["NETRAD"] - stream["G"] - stream["SH"] - stream["SLE"]).values
    stream["H"] = ("time", 0.8 * available + 12 - stream["LE"].values, stream["H"].attrs)
    stream["H"][5] = 9999.0
    drawn = draw(energy_balance.FIGURE, {FLUX: stream})
    assert labels(drawn.axes[0]) == ["closed", "0.80 x + 12"]
    assert any(text.startswith("n = 143\nr² = 1.00") for text in said(drawn))
    assert drawn.get_supxlabel() == "available energy: net radiation − soil heat flux − storage"


def test_the_balance_says_what_it_is_made_of_and_why_there_is_none(station):
    four = {"SW_OUT": 60.0, "LW_IN": 300.0, "LW_OUT": 380.0}
    bare = (
        station[FLUX].drop_vars(["NETRAD", "G", "SH", "SLE"]).assign({name: ("time", np.full(144, value)) for name, value in four.items()})
    )
    assert draw(energy_balance.FIGURE, {FLUX: bare}).get_supxlabel() == "available energy: net radiation"
    dark = bare.drop_vars("SW_OUT")
    assert said(draw(energy_balance.FIGURE, {FLUX: dark})) == [
        "no net radiation in the stream of fluxes (NETRAD, or SW_IN, SW_OUT, LW_IN and LW_OUT)"
    ]
    bad = station[FLUX].copy(deep=True)
    bad["LE_flag"][2:] = 4
    assert said(draw(energy_balance.FIGURE, {FLUX: bad}))[0].startswith("2 half hours have good fluxes of heat and net radiation")
    assert draw(energy_balance.FIGURE, {FLUX: station[FLUX].drop_vars("LE")}) is None


def test_lags_that_were_replaced_are_marked(station):
    drawn = draw(lags.FIGURE, station)
    left = drawn.axes[0]
    assert left.get_title(loc="left") == "default in 12 of 144"
    [marks] = [line for line in left.lines if line.get_label() == "default"]
    assert marks.get_xdata().size == 12
    none = station[FLUX].copy(deep=True)
    none["CO2_TLAG_USED"] = none["CO2_TLAG_NOMINAL"]
    assert "no lag was found" in said(draw(lags.FIGURE, {FLUX: none}))


def test_tilt_of_a_known_plane(station):
    """The made-up wind follows a plane of 2.5° that rises towards 250°: wind from there goes down."""
    drawn = draw(planar_fit.FIGURE, station)
    steps = [patch.get_data() for axes in drawn.axes for patch in axes.patches]
    before, after = steps
    middle = (before.edges[:-1] + before.edges[1:]) / 2
    expected = 2.5 * np.cos(np.deg2rad(middle - 70))
    known = np.isfinite(before.values)
    assert known.sum() > 8
    np.testing.assert_allclose(before.values[known], expected[known], atol=0.5)
    assert np.nanmax(np.abs(after.values)) < 0.5
    assert labels(drawn.axes[1])[1] == "after planar fit (144)"
    calm = station[FLUX].assign(U=("time", np.full(144, 0.2)))
    assert said(draw(planar_fit.FIGURE, {FLUX: calm})) == ["no half hour has a wind of 0.5 m s⁻¹ after planar fit"]
    each = station[FLUX].copy(deep=True)
    each["AXES_ROTATION_METHOD"][:] = 1
    assert labels(draw(planar_fit.FIGURE, {FLUX: each}).axes[1])[1] == "after double rotation (of every half hour by itself) (144)"


def test_cospectra_lie_on_the_model_that_they_were_made_of(station):
    """Cospectra are of Kaimal's neutral shape, near the unstable model; the filter lies below the model where the cut-off is."""
    drawn = draw(cospectra.FIGURE, station)
    unstable = drawn.axes[2]
    lines = {line.get_label(): line for line in unstable.lines}
    median, model, filtered = (lines[name] for name in ("median", "model", "model, filtered"))
    x, y = median.get_xdata(), median.get_ydata()
    low = x < 0.5
    expected = np.interp(np.log(x[low]), np.log(model.get_xdata()), model.get_ydata())
    np.testing.assert_allclose(y[low], expected, rtol=0.25)
    area = np.diff(np.log(model.get_xdata())) @ (model.get_ydata()[1:] + model.get_ydata()[:-1]) / 2
    assert area == pytest.approx(1.0, abs=5e-3)
    half = np.argmin(np.abs(filtered.get_ydata() / model.get_ydata() - 0.5))
    wind = station[FLUX]["WS"].values[station[FLUX]["ZL"].values < 0]
    assert filtered.get_xdata()[half] == pytest.approx(0.8 * np.median(22.7 / wind), rel=0.05)
    assert "model, filtered" not in labels(drawn.axes[0])
    assert unstable.get_title(loc="left") == f"unstable, n = {wind.size}"


def test_cospectra_that_no_half_hour_has(station):
    without_height = station[FLUX].drop_vars("BADM_INST_HEIGHT_SA")
    drawn = draw(cospectra.FIGURE, {FLUX: without_height, SPECTRA: station[SPECTRA]})
    assert said(drawn)[0] == "fewer than 3 good unstable half hours have a cospectrum of wTₛ"
    assert len(said(drawn)) == 6


def test_flags_of_every_half_hour(station):
    drawn = draw(quality.FIGURE, station)
    [mesh] = drawn.axes[0].collections
    names = [text.get_text() for text in drawn.axes[0].get_yticklabels()]
    field = dict(zip(names, np.asarray(mesh.get_array()).reshape(len(names), -1), strict=True))
    np.testing.assert_array_equal(field["flag H"], station[FLUX]["H_SSITC_TEST"].values)
    digits = np.array([[int(digit) for digit in f"{number:.0f}"[1:]] for number in station[FLUX]["W_VM97_TEST"].values])
    hard = digits[:, [0, 1, 2, 3, 4, 6]].max(axis=1)
    soft = digits[:, [5, 7]].max(axis=1)
    np.testing.assert_array_equal(field["tests of w"], np.where(hard > 0, 2, soft))
    assert (field["time lag"] == 0).all()
    assert "flag FCH4" not in names


def test_flags_of_a_year_are_means():
    stream = flux_day(365)[["H_SSITC_TEST"]]
    stream = stream.assign_coords(time=flux_day(365)["time"])
    [mesh] = draw(quality.FIGURE, {FLUX: stream}).axes[0].collections
    row = np.asarray(mesh.get_array()).ravel()
    assert 700 < row.size <= 800
    together = -(-17520 // 800)
    np.testing.assert_allclose(row[3], stream["H_SSITC_TEST"].values[3 * together : 4 * together].mean())


def test_the_footprint_has_the_tower_in_the_middle_and_its_lines(station):
    drawn = draw(footprint.FIGURE, station)
    axes = drawn.axes[0]
    assert axes.get_xlim()[0] == -axes.get_xlim()[1]
    assert axes.get_title(loc="left") == "93 % of the flux come from the map"
    empty = station[FOOTPRINT] * 0
    assert said(draw(footprint.FIGURE, {FOOTPRINT: empty})) == ["no half hour has a footprint on the map"]
