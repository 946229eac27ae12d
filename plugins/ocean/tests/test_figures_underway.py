"""Figures of an underway system: when they apply, what they show, and that an empty one says why."""

import numpy as np
import pytest
from calibrated_underway import CYCLE, STEP_SECONDS, WARM, calibrated_underway, missing
from icos_ocean.figures import cruise_track, fco2_series, pressure, salinity, standards, temperatures, uncertainty, underway
from icos_ocean.figures.underway import AIR, WATER, rows_of, unit_of
from icos_ocean.vocabulary import UNCERTAINTY_TERMS
from matplotlib.colors import to_hex
from matplotlib.dates import date2num

from icos_core.components import Context
from icos_core.dataset import BAD, is_good
from icos_core.report.figures import draw_figures
from icos_core.report.palette import FLAGS

CONTEXT = Context(station=None)
MODULES = (cruise_track, fco2_series, standards, temperatures, pressure, salinity, uncertainty)
FIGURES = [module.FIGURE for module in MODULES]
by_name = pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)


def draw(figure, stream):
    return figure.draw({"calibrated/underway": stream}, CONTEXT)


def labels(axes):
    return [label for label in axes.get_legend_handles_labels()[1] if not label.startswith("_")]


def line(axes, label):
    (found,) = [line for line in axes.lines if line.get_label() == label]
    return found


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_names_are_unique_and_orders_differ():
    assert len({figure.name for figure in FIGURES}) == len({figure.order for figure in FIGURES}) == len(FIGURES)
    assert all(figure.name.startswith("ocean-") for figure in FIGURES)


@by_name
def test_a_figure_does_not_apply_where_its_stream_is_not(figure):
    assert figure.draw({}, CONTEXT) is None
    assert figure.draw({"calibrated/mast": calibrated_underway()[["run_type"]]}, CONTEXT) is None
    assert figure.draw({"measured/underway": calibrated_underway()}, CONTEXT) is None


@by_name
def test_the_stream_may_have_any_name(figure):
    assert figure.draw({"calibrated/main": calibrated_underway()}, CONTEXT) is not None
    # Beside another stream with the same sensors the one with fCO2 is drawn, of two systems the first by name.
    thermosalinograph = calibrated_underway(fco2=None)
    chosen = underway.calibrated_underway({"calibrated/a": thermosalinograph, "calibrated/b": calibrated_underway()}, ["sst"])
    assert "fco2" in chosen


@by_name
@pytest.mark.parametrize(
    "gone",
    [
        {"latitude": None, "fco2": None, "fco2_uncertainty": None, "standard_xco2": None, "sst": None, "salinity": None},
        {"longitude": None, "fco2": None, "co2": None, "equilibrator_temperature": None, "salinity": None},
    ],
)
def test_a_figure_does_not_apply_where_its_variables_are_not(figure, gone):
    if figure is pressure.FIGURE:
        gone = {**gone, "equilibrator_pressure": None}
    assert draw(figure, calibrated_underway(**gone)) is None


@by_name
def test_every_axis_names_quantity_and_unit(figure):
    drawn = draw(figure, calibrated_underway())
    for axes in drawn.axes:
        if axes.get_label() == "<colorbar>":
            assert axes.get_xlabel() == "fCO₂ in sea water (µatm)"
        elif figure is cruise_track.FIGURE:
            assert (axes.get_xlabel(), axes.get_ylabel()) == ("longitude", "latitude")
        else:
            assert axes.get_ylabel().endswith(("(µatm)", "(°C)", "(hPa)", "(µmol mol⁻¹)", "practical salinity")), axes.get_ylabel()
    if figure is not cruise_track.FIGURE:
        assert drawn.axes[-1].get_xlabel() == "time (UTC)"


def test_all_figures_are_rendered():
    for drawn in draw_figures(FIGURES, {"calibrated/underway": calibrated_underway()}, CONTEXT):
        assert drawn.error == ""
        assert drawn.screen is not None


@pytest.mark.parametrize(
    ("figure", "changes", "said"),
    [
        (cruise_track.FIGURE, {"latitude": missing()}, ["no row has a usable position"]),
        (
            fco2_series.FIGURE,
            {"fco2": missing(), "fco2_air": missing(), "delta_fco2": missing()},
            ["fugacity", "no row of sea water has air"],
        ),
        (standards.FIGURE, {"standard_xco2": missing()}, ["no row holds a reading of a standard gas"]),
        (
            temperatures.FIGURE,
            {"sst": missing(), "equilibrator_temperature": missing(), "delta_temperature": missing()},
            ["no row of sea water has a temperature", "no row of sea water has both"],
        ),
        (pressure.FIGURE, {"equilibrator_pressure": missing(), "sea_level_pressure": missing()}, ["no row has a pressure"]),
        (salinity.FIGURE, {"salinity": missing()}, ["no row of sea water has a salinity"]),
        (uncertainty.FIGURE, {"fco2": missing()}, ["no row of sea water has a good fugacity"]),
    ],
)
def test_an_empty_figure_says_why(figure, changes, said):
    stream = calibrated_underway(**changes)
    drawn = draw(figure, stream)
    found = [text for axes in drawn.axes for text in texts(axes)]
    assert len(found) == len(said)
    assert all(part in text for part, text in zip(said, found, strict=True))
    (rendered,) = draw_figures([figure], {"calibrated/underway": stream}, CONTEXT)
    assert rendered.error == ""


@by_name
def test_a_stream_without_rows_is_drawn(figure):
    (rendered,) = draw_figures([figure], {"calibrated/underway": calibrated_underway(cycles=0)}, CONTEXT)
    assert rendered.error == ""
    assert rendered.screen is not None


@by_name
def test_an_instrument_that_knows_no_run_types_measures_water_all_the_time(figure):
    stream = calibrated_underway(run_type=None)
    (rendered,) = draw_figures([figure], {"calibrated/underway": stream}, CONTEXT)
    assert rendered.error == ""
    assert (rendered.screen is None) == (figure is standards.FIGURE)
    assert rows_of(stream, WATER).all()


def test_rows_of_water_and_air():
    stream = calibrated_underway(cycles=2)
    assert rows_of(stream, WATER).sum() == 2 * CYCLE.count("EQU")
    assert rows_of(stream, AIR).sum() == 2 * CYCLE.count("ATM")
    assert not rows_of(stream, "UNK9").any()
    del stream["salinity"].attrs["units"]
    assert unit_of(stream, "salinity") == "1"


def test_fco2_shows_water_with_flags_and_uncertainty_and_air():
    upper, lower = draw(fco2_series.FIGURE, calibrated_underway()).axes
    assert labels(upper) == [
        "sea water",
        "sea water: ± standard uncertainty",
        "sea water: questionable (1)",
        f"sea water: bad ({WARM.stop - WARM.start})",
        "air",
    ]
    bad = line(upper, "sea water: bad (6)")
    assert to_hex(bad.get_color()).upper() == FLAGS[BAD].colour
    stream = calibrated_underway()
    assert bad.get_xdata().tolist() == date2num(stream["time"].values[WARM]).tolist()
    good = line(lower, "good").get_ydata()
    expected = stream["delta_fco2"].values[is_good(stream, "delta_fco2")]
    assert (np.nanmin(good), np.nanmax(good)) == (expected.min(), expected.max())


def test_fco2_alone_needs_neither_air_nor_difference():
    drawn = draw(fco2_series.FIGURE, calibrated_underway(fco2_air=None, delta_fco2=None))
    assert len(drawn.axes) == 1
    assert "air" not in labels(drawn.axes[0])


def test_missing_water_is_shown_but_not_that_gases_are_no_water():
    fco2 = calibrated_underway()["fco2"].values.copy()
    first = CYCLE.index("EQU")
    fco2[first : first + 3] = np.nan
    upper = draw(fco2_series.FIGURE, calibrated_underway(fco2=fco2)).axes[0]
    assert "sea water: missing (3)" in labels(upper)


def test_the_time_of_standards_is_a_gap_in_the_line_of_water():
    upper = draw(fco2_series.FIGURE, calibrated_underway(cycles=4)).axes[0]
    assert np.isnan(line(upper, "sea water").get_ydata()).sum() == 3 + 1  # between four cycles, and over the bad rows
    assert (len(CYCLE) - CYCLE.count("EQU")) * STEP_SECONDS > 5 * STEP_SECONDS


def test_standards_show_reading_minus_assigned_value_without_settings_of_the_analyser():
    (axes,) = draw(standards.FIGURE, calibrated_underway()).axes
    assert labels(axes) == ["STD2, 250 µmol mol⁻¹", "STD3, 400 µmol mol⁻¹"]
    for label in labels(axes):
        heights = line(axes, label).get_ydata()
        assert np.unique(heights).tolist() == [0.5]


def test_an_exchanged_cylinder_is_a_gas_of_its_own():
    assigned = calibrated_underway()["standard_xco2"].values.copy()
    assigned[200:][assigned[200:] == 250.0] = 260.0
    (axes,) = draw(standards.FIGURE, calibrated_underway(standard_xco2=assigned)).axes
    assert labels(axes) == ["STD2, 250 µmol mol⁻¹", "STD2, 260 µmol mol⁻¹", "STD3, 400 µmol mol⁻¹"]


def test_temperatures_show_both_and_the_difference():
    upper, lower = draw(temperatures.FIGURE, calibrated_underway()).axes
    assert labels(upper) == ["sea surface", "equilibrator"]
    assert "bad, above the scale (6)" in labels(lower)
    assert len(draw(temperatures.FIGURE, calibrated_underway(delta_temperature=None)).axes) == 1


def test_pressure_shows_the_atmosphere_where_it_is_known():
    assert labels(draw(pressure.FIGURE, calibrated_underway()).axes[0]) == ["equilibrator", "atmosphere at sea level"]
    assert labels(draw(pressure.FIGURE, calibrated_underway(sea_level_pressure=None)).axes[0]) == ["equilibrator"]


def test_the_stack_of_terms_is_as_high_as_the_total():
    stream = calibrated_underway()
    (axes,) = draw(uncertainty.FIGURE, stream).axes
    good = is_good(stream, "fco2") & rows_of(stream, WATER)
    total = line(axes, "total").get_ydata()
    assert np.nanmax(total) == pytest.approx(stream["fco2_uncertainty"].values[good].max())
    tops = np.concatenate([path.vertices[:, 1] for path in axes.collections[-1].get_paths()])
    assert tops.max() == pytest.approx(np.nanmax(total))
    assert axes.get_ylim()[0] == 0.0
    shares = {
        term: stream[f"fco2_uncertainty_{term}"].values[good] ** 2 / stream["fco2_uncertainty"].values[good] for term in UNCERTAINTY_TERMS
    }
    # Later terms are greater in this stream: seven have a band of their own.
    names = list(UNCERTAINTY_TERMS)
    drawn = [shares[name] for name in names[-7:]] + [sum(shares[name] for name in names[:-7])]
    assert len({band.get_facecolor().tobytes() for band in axes.collections}) == len(axes.collections) == 8
    assert labels(axes)[:2] == [names[-7].replace("_", " "), names[-6].replace("_", " ")]
    assert f"rest ({', '.join(names[:-7])})".replace("_", " ") in labels(axes)
    shares = drawn
    for number, band in enumerate(axes.collections):
        heights = np.concatenate([path.vertices[:, 1] for path in band.get_paths()])
        assert heights.max() == pytest.approx(sum(shares[: number + 1]).max())


def test_the_stack_leaves_gaps_where_nothing_is_good():
    (axes,) = draw(uncertainty.FIGURE, calibrated_underway(cycles=4)).axes
    assert np.isnan(line(axes, "total").get_ydata()).sum() == 3 + 1


SEVERAL = [fco2_series.FIGURE, standards.FIGURE, temperatures.FIGURE, pressure.FIGURE, salinity.FIGURE, uncertainty.FIGURE]


@pytest.mark.parametrize("figure", SEVERAL, ids=lambda figure: figure.name)
def test_every_system_has_panels_of_its_own(figure):
    """Two systems with fCO2 and a thermosalinograph: the systems are drawn and named, one alone has no name."""
    alone = draw(figure, calibrated_underway(cycles=2)).axes
    assert not [text for axes in alone for text in axes.texts]
    streams = {
        "calibrated/sensor": calibrated_underway(cycles=2, delta_fco2=None, delta_temperature=None),
        "calibrated/underway": calibrated_underway(cycles=3),
        "calibrated/tsg": calibrated_underway(cycles=2, fco2=None),
    }
    axes = figure.draw(streams, CONTEXT).axes
    names = [text.get_text() for each in axes for text in each.texts]
    lower = 1 if figure in {fco2_series.FIGURE, temperatures.FIGURE} else 0
    assert names == ["sensor", *["underway"] * (1 + lower)]
    assert len(axes) == len(names)
    (drawn,) = draw_figures([figure], streams, CONTEXT)
    assert drawn.screen is not None
    assert drawn.error == ""


def test_readings_of_check_gases_are_drawn_where_there_is_no_reading_of_an_analyser():
    stream = calibrated_underway(cycles=2)
    reported = stream.rename({name: f"xco2_dry{name.removeprefix('co2')}" for name in ("co2", "co2_flag")})
    (axes,) = draw(standards.FIGURE, reported).axes
    assert labels(axes) == ["STD2, 250 µmol mol⁻¹", "STD3, 400 µmol mol⁻¹"]
