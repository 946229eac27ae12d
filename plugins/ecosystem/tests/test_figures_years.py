"""Figures of whole years: when they apply, what stands in them, that an empty one says why, and that nothing is cut off."""

from __future__ import annotations

import warnings
from pkgutil import resolve_name

import numpy as np
import pytest
from icos_ecosystem.figures import annual_sums, cumulative_nee, energy_balance, fingerprint, fluxes, gap_filling, light_response, ustar
from icos_ecosystem.figures.site_years import binned
from icos_ecosystem.plugin import icos_figures
from pictures import assert_nothing_beyond_the_edges
from product_years import BETA, CLOSURE, OFFSET_HOURS, SLOPE, fluxnet_days, fluxnet_years, product_years, ustar_streams

from icos_core.report.figures import draw_figures
from icos_core.report.palette import DIVERGING
from icos_core.station import Station
from icos_core.testing import example_context

STATION = Station.model_validate(
    {
        "id": "XX-Abc",
        "name": "Example Forest",
        "domain": "ecosystem",
        "platform": "fixed",
        "latitude": 51.0,
        "longitude": 11.0,
        "altitude": 200.0,
        "utc_offset": OFFSET_HOURS,
        "contact": {"institution": "Example Institute", "email": "data@example.org"},
    }
)
CONTEXT = example_context(station=STATION, deployments=())
MODULES = (fingerprint, ustar, gap_filling, light_response, cumulative_nee, annual_sums, energy_balance)
FIGURES = [module.FIGURE for module in MODULES]
GRID, FILLED, FILTERED = "product/half-hourly", "product/gap-filled", "product/ustar-filtered"
DAYS, YEARS = "product/fluxnet/dd", "product/fluxnet/yy"
by_name = pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)


@pytest.fixture(scope="module")
def streams():
    return product_years()


def draw(module, streams):
    return module.FIGURE.draw(streams, CONTEXT)


def said(drawn):
    return [text.get_text() for axes in drawn.axes for text in axes.texts]


def labels(axes):
    return axes.get_legend_handles_labels()[1]


def line(axes, label):
    return next(each for each in axes.lines if each.get_label() == label)


def without(streams, *names):
    return {name: stream for name, stream in streams.items() if name not in names}


def test_all_figures_of_the_plugin_have_an_order_of_their_own():
    loaded = [resolve_name(entry.load) for entry in icos_figures()]
    assert len({figure.order for figure in loaded}) == len({figure.name for figure in loaded}) == len(loaded)
    assert {figure.name for figure in FIGURES} <= {figure.name for figure in loaded}


@by_name
def test_a_figure_does_not_apply_without_its_streams(figure, streams):
    assert figure.draw({}, CONTEXT) is None
    assert figure.draw({name.replace("product/", "calibrated/other-"): each for name, each in streams.items()}, CONTEXT) is None


@by_name
def test_every_axis_names_its_quantity_and_nothing_is_cut_off(figure, streams, monkeypatch):
    assert_nothing_beyond_the_edges(figure, streams, CONTEXT, monkeypatch)
    drawn = figure.draw(streams, CONTEXT)
    left = [axes for axes in drawn.axes if axes.get_subplotspec() is not None and axes.get_subplotspec().is_first_col()]
    assert left
    assert all(axes.get_ylabel() for axes in left)
    assert drawn.axes[-1].get_xlabel()


def test_nothing_but_missing_values_is_told_and_no_failure(streams):
    nothing = {name: stream.map(lambda values: values * np.nan if values.dtype.kind == "f" else values) for name, stream in streams.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = draw_figures(FIGURES, nothing, CONTEXT)
    assert [each.error for each in drawn] == [""] * len(FIGURES)
    assert [each.name for each in drawn if each.screen is None] == ["ecosystem-energy-balance"]


def test_the_fingerprint_is_every_hour_of_the_last_three_years_on_a_scale_of_both_signs():
    years = product_years(2019, 2022)
    years[FILLED]["NEE_F"][-100:] = 90.0
    drawn = draw(fingerprint, years)
    images = [axes.images[0] for axes in drawn.axes if axes.images]
    assert [axes.get_title().splitlines()[0] for axes in drawn.axes if axes.images] == [
        "NEE measured",
        "NEE filled",
        "LE filled",
        "H filled",
    ]
    shown = slice(365 * 24, None)
    measured = years[FILTERED]["NEE"].values[shown]
    np.testing.assert_array_equal(np.ma.filled(images[0].get_array(), np.nan), measured.reshape(-1, 24))
    assert f"({100 * np.isfinite(measured).mean():.0f} %)" in drawn.axes[0].get_title()
    assert images[0].cmap.name == DIVERGING
    assert images[0].get_clim() == images[1].get_clim() != images[2].get_clim() == images[3].get_clim()
    low, high = images[1].get_clim()
    assert low == -high
    assert 0.98 < (np.abs(years[FILLED]["NEE_F"].values[shown]) <= high).mean() < 1.0
    assert high < 20.0
    names = [text.get_text() for text in drawn.axes[0].get_yticklabels()]
    assert names[:5] == ["Jan 2020", "Apr", "Jul", "Oct", "Jan 2021"]


def test_the_fingerprint_of_what_is_not_filled(streams):
    drawn = draw(fingerprint, {GRID: streams[GRID]})
    titles = [axes.get_title().splitlines()[0] for axes in drawn.axes if axes.images]
    assert titles == ["NEE measured", "LE measured", "H measured"]
    assert not drawn.legends
    assert draw(fingerprint, {GRID: streams[GRID][["TA"]]}) is None
    removed = {GRID: streams[GRID][["NEE"]], FILTERED: streams[FILTERED][["NEE"]] * np.nan}
    assert said(draw(fingerprint, removed)) == ["no flux has a value in 2022 to 2023"]


def test_classes_of_friction_velocity_stand_over_their_flux_in_strong_turbulence(streams):
    drawn = draw(ustar, streams)
    first, autumn = drawn.axes[0], drawn.axes[3]
    dots = line(first, "class")
    np.testing.assert_allclose(dots.get_ydata(), np.minimum(dots.get_xdata() / 0.25, 1.0))
    assert dots.get_xdata().size == 2 * 7 * 20
    assert first.get_title(loc="left") == "from Jan: 0.25, 0.25 m s⁻¹"
    assert autumn.get_title(loc="left") == "from Oct: no threshold"
    assert [each.get_xdata()[0] for each in first.lines if each.get_linestyle() == "--"] == [0.25, 0.25]


def test_thresholds_of_years_beside_their_bootstraps(streams):
    axes = draw(ustar, streams).axes[-1]
    assert labels(axes) == ["CUT", "moving point", "change point", "VUT"]
    pool = next(each for each in axes.containers if each.get_label() == "VUT")
    middle, _, bars = pool
    np.testing.assert_allclose(middle.get_ydata(), 0.25)
    [segments] = [np.array(bar.get_segments()) for bar in bars]
    np.testing.assert_allclose(segments[:, :, 1], [[0.205, 0.295]] * 2)
    boxes = next(each for each in axes.containers if each.get_label() == "moving point")
    kept = streams["product/ustar-bootstraps"]["BOOTSTRAP_MP"].values[0]
    expected = np.nanquantile(kept, (0.25, 0.75))
    np.testing.assert_allclose([boxes[0].get_y(), boxes[0].get_y() + boxes[0].get_height()], expected)


def test_thresholds_that_nobody_estimated():
    """Constant and external thresholds have neither classes nor bootstraps; a site below three years has none for all years."""
    alone = {"product/ustar-thresholds": ustar_streams(range(2022, 2023))["ustar-thresholds"].drop_vars("THRESHOLD_CUT")}
    drawn = draw(ustar, alone)
    assert [labels(axes) for axes in drawn.axes] == [["VUT"]]
    nothing = alone["product/ustar-thresholds"] * np.nan
    assert said(draw(ustar, {"product/ustar-thresholds": nothing})) == ["no year has a threshold"]
    table = ustar_streams(range(2022, 2023))["ustar-class-table"]
    reversed_ = {**alone, "product/ustar-class-table": table.assign(CLASS_NEE=-table["CLASS_NEE"])}
    assert said(draw(ustar, reversed_))[:4] == ["no class of friction velocity\nwith a positive flux"] * 4


def test_fluxes_of_a_table_are_lines_at_any_interval(streams):
    drawn = draw(fluxes, {"calibrated/fluxes": streams[GRID]})
    assert [axes.get_ylabel() for axes in drawn.axes] == [
        "NEE (µmol m⁻² s⁻¹)",
        "sensible heat flux (W m⁻²)",
        "latent heat flux (W m⁻²)",
    ]
    assert all(len(axes.lines) == 2 for axes in drawn.axes)


def test_an_empty_season_leaves_the_axes_of_the_others(streams):
    table = streams["product/ustar-class-table"]
    winter = {**streams, "product/ustar-class-table": table.where(table["year_season"] % 1000 != 1)}
    drawn = draw(ustar, winter)
    assert said(drawn) == ["no class of friction velocity\nwith a positive flux"]
    assert len(drawn.axes[2].get_yticks()) > 1


def test_bins_have_medians_and_quartiles_of_what_lies_in_them():
    x, y = np.array([0.0, 0.5, 0.9, 1.0, 1.5, 2.5]), np.array([1.0, 2.0, 3.0, 7.0, 9.0, 5.0])
    found = binned(x, y, np.array([0.0, 1.0, 2.0, 3.0]), 2)
    np.testing.assert_allclose(found, [[0.5, 1.25], [1.5, 7.5], [2.0, 8.0], [2.5, 8.5]])
    assert binned(x[:0], y[:0], np.array([0.0, 1.0]), 1).x.size == 0


def test_light_and_temperature_responses_are_those_that_the_exchange_was_made_of(streams):
    drawn = draw(light_response, streams)
    summer, night = drawn.axes[2], drawn.axes[4]
    assert summer.get_title(loc="left") == f"Jun–Aug: β {BETA:.0f}, α {SLOPE:.3f}"
    measured, fitted = line(summer, "measured: median, quartiles"), line(summer, "day-time method")
    np.testing.assert_allclose(measured.get_ydata(), fitted.get_ydata(), atol=0.35)
    light = fitted.get_xdata()
    respiration = fitted.get_ydata() + SLOPE * light * BETA / (SLOPE * light + BETA)
    assert np.all((respiration > 2.0) & (respiration < 6.0))
    assert labels(night)[2] == "Jun–Aug: E₀ 180 K, R₁₅ 3.0"
    dots = line(night, labels(night)[2])
    expected = 3.0 * np.exp(180.0 * (1 / 61.02 - 1 / (dots.get_xdata() + 46.02)))
    np.testing.assert_allclose(dots.get_ydata(), expected, atol=0.35)


def test_responses_without_partitioning_and_without_night(streams):
    drawn = draw(light_response, {name: streams[name] for name in (GRID, FILTERED)})
    assert drawn.axes[2].get_title(loc="left") == "Jun–Aug"
    assert labels(drawn.axes[4]) == ["Dec–Feb", "Mar–May", "Jun–Aug", "Sep–Nov"]
    polar = streams[GRID].copy(deep=True)
    polar["NIGHT"][:] = 0.0
    polar["SW_IN"][:] = 0.0
    texts = said(draw(light_response, {GRID: polar, FILTERED: streams[FILTERED]}))
    assert texts == ["too few measured by day"] * 4 + ["no night with a measured value"]
    assert draw(light_response, {GRID: streams[GRID].drop_vars("NEE")}) is None


def test_the_band_is_made_of_days_by_chance_and_of_thresholds_for_good(streams):
    drawn = draw(cumulative_nee, {DAYS: streams[DAYS]})
    [axes] = drawn.axes
    assert labels(axes) == ["2022", "2023"]
    assert line(axes, "2022").get_ydata()[[0, 1, 365]].tolist() == [0.0, -1.0, -365.0]
    edges = axes.collections[0].get_paths()[0].vertices
    last = edges[edges[:, 0] == 365.0][:, 1]
    half = np.sqrt(365 * 0.3**2 + 5.0**2)
    np.testing.assert_allclose([last.min(), last.max()], [-365 - half, -365 + half])
    assert axes.get_ylabel() == "cumulative NEE_VUT_REF (g C m⁻²)"


def test_the_legend_tells_the_sums_of_the_years(streams):
    [axes] = draw(cumulative_nee, streams).axes
    assert labels(axes) == ["2022: −365 ± 20", "2023: −366 ± 20"]


def test_cumulated_exchange_with_a_missing_day_many_years_and_constant_thresholds():
    days = fluxnet_days(2011, 2020, "CUT")
    days["NEE_CUT_REF"][-100] = np.nan
    [axes] = draw(cumulative_nee, {DAYS: days}).axes
    assert axes.get_ylabel() == "cumulative NEE_CUT_REF (g C m⁻²)"
    assert labels(axes)[0] == "2011 to 2012"
    assert labels(axes)[-1] == "2020: days are missing"
    assert np.isnan(line(axes, labels(axes)[-1]).get_ydata()).sum() == 100
    assert said(draw(cumulative_nee, {DAYS: days * np.nan})) == ["no day has a reference of the net ecosystem exchange"]


def test_yearly_sums_with_what_is_uncertain_of_them(streams):
    upper, lower = draw(annual_sums, streams).axes
    assert labels(upper) == ["NEE_VUT_REF ± joint uncertainty"]
    [[_, _, [bars]]] = upper.containers
    np.testing.assert_allclose(np.array(bars.get_segments())[:, :, 1], [[-385, -345], [-386, -346]])
    assert said(draw(annual_sums, streams)) == ["−365", "−366"]
    assert labels(lower) == ["GPP, night-time method", "GPP, day-time method", "RECO, night-time method", "RECO, day-time method"]
    ends = [np.array(bars.get_segments())[0, :, 1].tolist() for _, _, [bars] in lower.containers]
    assert ends == [[1095, 1135], [1120, 1190], [720, 790], [740, 810]]
    assert [tick for tick in upper.get_xticks() if 2021 < tick < 2024] == [2022, 2023]


def test_yearly_sums_of_one_long_record_and_of_none():
    long = fluxnet_years(2001, 2020, "CUT")
    upper, lower = draw(annual_sums, {YEARS: long[[name for name in long if name.startswith("NEE")]]}).axes
    assert labels(upper) == ["NEE_CUT_REF ± joint uncertainty"]
    assert not upper.texts
    assert [text.get_text() for text in lower.texts] == ["not partitioned, or no year\nis complete enough for a sum"]
    assert said(draw(annual_sums, {YEARS: long * np.nan})) == ["no year is complete enough for a sum of the net ecosystem exchange"]


def test_shares_of_a_month_add_up_and_are_those_of_its_records(streams):
    drawn = draw(gap_filling, streams)
    assert [axes.get_ylabel() for axes in drawn.axes[:3]] == ["NEE (%)", "LE (%)", "H (%)"]
    steps = [patch.get_data() for patch in drawn.axes[0].patches]
    quality = streams[FILLED]["NEE_F_QC"].values[: 31 * 24]
    for step, code in zip(steps, (0, 1, 2, 3, -1), strict=True):
        assert step.values[0] - step.baseline[0] == pytest.approx(100 * (quality == code).mean())
        assert step.values.size == 24
    np.testing.assert_allclose(steps[-1].values, 100.0)


def test_skill_by_length_of_the_gaps(streams):
    drawn = draw(gap_filling, without(streams, FILLED))
    assert [axes.get_ylabel() for axes in drawn.axes] == ["RMSE of NEE\n (µmol m⁻² s⁻¹)", "RMSE of LE\n (W m⁻²)"]
    assert [text.get_text() for text in drawn.axes[0].get_xticklabels()] == ["1 h", "8 h", "1.5 d", "12 d"]
    trees = line(drawn.axes[1], "boosted trees")
    np.testing.assert_allclose(trees.get_ydata(), 10 * (1.4 + np.log([1.0, 8.0, 36.0, 288.0])))
    unknown = streams["product/gap-fill-skill"] * np.array([1.0])
    unknown["GAP_RMSE"][:] = np.nan
    texts = said(draw(gap_filling, {"product/gap-fill-skill": unknown}))
    assert texts == ["no filler has an estimate of the hidden records"] * 2


def test_the_energy_balance_of_half_hourly_data_and_its_correction(streams):
    names = (GRID, "product/energy-balance")
    drawn = draw(energy_balance, {name: streams[name] for name in names})
    assert labels(drawn.axes[0]) == ["closed", f"{CLOSURE:.2f} x − 0", "corrected"]
    assert said(drawn)[0].endswith(f"sum: {CLOSURE:.2f}\ncorrected: 1.00")
    ends = line(drawn.axes[0], "corrected")
    np.testing.assert_allclose(ends.get_ydata(), ends.get_xdata(), atol=1e-9)
    assert labels(drawn.axes[1]) == ["available", "H + LE", "not closed", "corrected"]
    assert line(drawn.axes[1], "corrected").get_xdata().size == 24
    assert drawn.get_supxlabel() == "available energy: net radiation − soil heat flux"
    both = {"calibrated/fluxes": streams[GRID].assign(LE=streams[GRID]["LE"] + 50), GRID: streams[GRID]}
    assert labels(draw(energy_balance, both).axes[0])[1] != f"{CLOSURE:.2f} x − 0"
    corrected = both | {"product/energy-balance": streams["product/energy-balance"]}
    assert labels(draw(energy_balance, corrected).axes[0]) == labels(drawn.axes[0])
    plain = draw(energy_balance, {GRID: streams[GRID]})
    assert labels(plain.axes[0]) == ["closed", f"{CLOSURE:.2f} x − 0"]
    assert draw(energy_balance, {GRID: streams[GRID].drop_vars("NETRAD")}) is None
