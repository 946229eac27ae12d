"""The product `air-sea-flux`: values, flags, uncertainty term by term, and a real transect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ocean.calibration.dry_xco2_options import DryXCO2Options
from icos_ocean.calibration.partial_pressure_contract import partial_pressure_carried
from icos_ocean.calibration.partial_pressure_options import PartialPressureOptions
from icos_ocean.calibration.reduction import carried_variables
from icos_ocean.gas_transfer import schmidt_number, solubility
from icos_ocean.products.air_sea_flux import PRODUCT, STREAM, derive
from icos_ocean.products.air_sea_flux_options import AirSeaFluxOptions
from icos_ocean.seawater_co2 import fugacity, pco2_from_xco2
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.flux import FLUX_INPUTS
from pydantic import ValidationError

import icos_core
from icos_core.components import Variable
from icos_core.dataset import make_stream
from icos_core.exceptions import DataError
from icos_core.testing import example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

ROWS = 60


def _term(name: str) -> Variable:
    correlation = "independent" if name.endswith("sample") else "common"
    return Variable(name=name, units="uatm", attributes={"error_correlation": correlation})


def stream(**changes: Any) -> xr.Dataset:
    """Return rows with everything that the product uses."""
    random = np.random.default_rng(3)
    values: dict[str, Any] = {
        "latitude": np.linspace(40.0, 41.0, ROWS),
        "longitude": np.full(ROWS, -20.0),
        "sst": random.uniform(2.0, 28.0, ROWS),
        "salinity": random.uniform(30.0, 37.0, ROWS),
        "fco2": random.uniform(280.0, 480.0, ROWS),
        "fco2_air": random.uniform(395.0, 415.0, ROWS),
        "wind_speed": random.uniform(1.0, 15.0, ROWS),
    }
    values.update(changes)
    values = {name: value for name, value in values.items() if value is not None}
    time = np.datetime64("2024-03-01T00:00:00", "ns") + np.arange(ROWS) * np.timedelta64(60, "s")
    words = [VOCABULARY.get(name) or _term(name) for name in values]
    return make_stream(time, values, words)


def flux(data: xr.Dataset, **options: Any) -> xr.Dataset:
    result = derive({"underway": data}, AirSeaFluxOptions.model_validate(options), example_context())
    return result.streams[STREAM]


def by_hand(data: xr.Dataset, wind: Any = None) -> Any:
    """Wanninkhof (2014) written out."""
    U = data["wind_speed"].values if wind is None else wind
    k = 0.251 * U**2 * (schmidt_number(data["sst"].values) / 660.0) ** -0.5
    return k * 0.24 * solubility(data["sst"].values, data["salinity"].values) * (data["fco2"].values - data["fco2_air"].values)


def test_flux_of_every_row() -> None:
    data = stream()
    found = flux(data)
    np.testing.assert_allclose(found["co2_flux"].values, by_hand(data), rtol=1e-13)
    assert found["co2_flux"].attrs["standard_name"] == "surface_upward_mole_flux_of_carbon_dioxide"
    assert (np.sign(found["co2_flux"].values) == np.sign(data["fco2"].values - data["fco2_air"].values)).all()


def test_wind_is_brought_to_10_m() -> None:
    data = stream()
    factor = np.log(10.0 / 1.52e-4) / np.log(25.0 / 1.52e-4)
    found = flux(data, wind_height=25.0)
    np.testing.assert_allclose(found["co2_flux"].values, by_hand(data, data["wind_speed"].values * factor), rtol=1e-13)
    np.testing.assert_allclose(found["wind_speed_10m"].values, data["wind_speed"].values * factor, rtol=1e-13)


def test_moments_of_the_wind_are_used() -> None:
    data = stream(wind_speed_second_moment=np.full(ROWS, 80.0))
    np.testing.assert_allclose(flux(data)["co2_flux"].values, by_hand(stream(), np.sqrt(80.0)), rtol=1e-13)


@pytest.mark.parametrize(("ice", "options", "open_water"), [(0.3, {}, 0.7), (1.0, {}, 0.0), (0.97, {"least_open_water": 0.1}, 0.1)])
def test_ice(ice: float, options: dict[str, Any], open_water: float) -> None:
    expected = by_hand(stream()) * open_water
    np.testing.assert_allclose(flux(stream(ice_fraction=np.full(ROWS, ice)), **options)["co2_flux"].values, expected, rtol=1e-13)
    np.testing.assert_allclose(flux(stream(), ice_fraction=ice, **options)["co2_flux"].values, expected, rtol=1e-13)


def test_a_cool_skin_draws_more_co2_into_the_sea() -> None:
    data = stream(sea_level_pressure=np.full(ROWS, 1013.25))
    plain, cool = flux(data)["co2_flux"].values, flux(data, cool_skin="constant")["co2_flux"].values
    # Solubility rises by 2.6-4 % per degree that the skin is cooler, and that of the air alone counts.
    k = flux(data)["gas_transfer_velocity"].values
    skin = data["sst"].values - 0.17
    warm, cold = (solubility(each, data["salinity"].values) for each in (data["sst"].values, skin))
    by_solubility = 0.24 * k * data["fco2_air"].values * (cold - warm)
    assert (cool < plain).all()
    np.testing.assert_allclose(plain - cool, by_solubility, rtol=0.12)
    found = flux(data, cool_skin="donlon-2002")
    expected = data["sst"].values - 0.14 - 0.30 * np.exp(-data["wind_speed"].values / 3.7)
    np.testing.assert_allclose(found["skin_temperature"].values, expected, rtol=1e-13)


def test_a_salty_skin_holds_less_co2() -> None:
    assert (flux(stream(), skin_salinity=0.1)["co2_flux"].values > flux(stream())["co2_flux"].values).all()


def test_air_from_its_mole_fraction() -> None:
    data = stream(fco2_air=None, xco2_air=np.full(ROWS, 420.0), sea_level_pressure=np.full(ROWS, 1010.0))
    t, S = data["sst"].values, data["salinity"].values
    expected = fugacity(pco2_from_xco2(420.0, 1010.0, t, S), 420.0, 1010.0, t)
    np.testing.assert_allclose(flux(data)["fco2_air"].values, expected, rtol=1e-13)


def test_air_from_the_difference() -> None:
    data = stream()
    other = stream(fco2_air=None, delta_fco2=data["fco2"].values - data["fco2_air"].values)
    np.testing.assert_allclose(flux(other)["co2_flux"].values, flux(data)["co2_flux"].values, rtol=1e-12)
    with pytest.raises(DataError, match="needs fco2_air, or xco2_air with sea_level_pressure, or delta_fco2"):
        flux(stream(fco2_air=None))


def test_spread_of_parameterisations_is_a_variable_and_a_term() -> None:
    data = stream(delta_fco2_uncertainty=np.full(ROWS, 2.0))
    names = ["nightingale-2000", "wanninkhof-2014", "mcgillis-2001"]
    found = flux(data, gas_transfer=names)
    each = np.array([flux(data, gas_transfer=name)["co2_flux"].values for name in names])
    np.testing.assert_array_equal(found["co2_flux"].values, each[0])
    np.testing.assert_array_equal(found["co2_flux_spread_gas_transfer"].values, each.max(axis=0) - each.min(axis=0))
    np.testing.assert_allclose(
        found["co2_flux_uncertainty_gas_transfer"].values, (each.max(axis=0) - each.min(axis=0)) / np.sqrt(12.0), rtol=1e-13
    )
    assert "co2_flux_spread_gas_transfer" not in flux(data)


TERMS = {"delta_fco2_uncertainty_standards": np.full(ROWS, 1.2), "delta_fco2_uncertainty_sample": np.full(ROWS, 0.7)}


def test_uncertainty_against_monte_carlo() -> None:
    data = stream(delta_fco2_uncertainty=np.full(ROWS, np.hypot(1.2, 0.7)), **TERMS)
    options = {"wind_uncertainty": 0.3, "transfer_uncertainty": 0.05, "solubility_uncertainty": 0.01}
    found = flux(data, **options)
    random, draws = np.random.default_rng(4), 20_000
    U = data["wind_speed"].values + 0.3 * random.standard_normal((draws, 1))
    k = 0.251 * U**2 * (schmidt_number(data["sst"].values) / 660.0) ** -0.5 * (1.0 + 0.05 * random.standard_normal((draws, 1)))
    K0 = solubility(data["sst"].values, data["salinity"].values) * (1.0 + 0.01 * random.standard_normal((draws, 1)))
    noise = 1.2 * random.standard_normal((draws, 1)) + 0.7 * random.standard_normal((draws, ROWS))
    difference = data["fco2"].values - data["fco2_air"].values + noise
    spread = (0.24 * k * K0 * difference).std(axis=0)
    windy = data["wind_speed"].values > 3.0
    np.testing.assert_allclose(found["co2_flux_uncertainty"].values[windy], spread[windy], rtol=0.03)


def test_terms_add_up_and_say_how_they_correlate() -> None:
    found = flux(stream(delta_fco2_uncertainty=np.full(ROWS, np.hypot(1.2, 0.7)), **TERMS), cool_skin="constant")
    terms = {str(name): found[name] for name in found.data_vars if str(name).startswith("co2_flux_uncertainty_")}
    assert {name.removeprefix("co2_flux_uncertainty_") for name in terms} == {
        *("standards", "sample", "transfer_velocity", "wind", "solubility", "skin")
    }
    total = np.sqrt(sum(term.values**2 for term in terms.values()))
    np.testing.assert_allclose(found["co2_flux_uncertainty"].values, total, rtol=1e-13)
    assert terms["co2_flux_uncertainty_sample"].attrs["error_correlation"] == "independent"
    assert terms["co2_flux_uncertainty_wind"].attrs["error_correlation"] == "common"


def test_without_an_uncertainty_of_the_difference_there_is_none_of_the_flux() -> None:
    assert not [name for name in flux(stream()).data_vars if "uncertainty" in str(name)]
    assert "co2_flux_uncertainty_delta_fco2" in flux(stream(delta_fco2_uncertainty=np.full(ROWS, 2.0)))


def test_flags_reach_the_flux() -> None:
    data = stream()
    flags = np.ones(ROWS, dtype=np.int8)
    flags[:4] = [3, 4, 2, 9]
    for name in ("fco2", "sst", "salinity", "fco2_air", "wind_speed"):
        data[f"{name}_flag"] = ("time", np.ones(ROWS, dtype=np.int8))
    data["wind_speed_flag"] = ("time", flags)
    data["wind_speed"].values[3] = np.nan
    result = derive({"underway": data}, AirSeaFluxOptions(), example_context())
    level = result.outcomes[0].level
    assert level[:5].tolist() == [3, 2, 2, 2, 1]
    assert np.isnan(result.streams[STREAM]["co2_flux"].values[[1, 3]]).all()


def test_salinity_in_doubt_leaves_the_flux_good_and_flags_of_ice_and_moments_reach_it() -> None:
    data = stream(ice_fraction=np.full(ROWS, 0.1), wind_speed_second_moment=np.full(ROWS, 60.0))
    for name in ("fco2", "sst", "salinity", "fco2_air", "wind_speed", "ice_fraction", "wind_speed_second_moment"):
        data[f"{name}_flag"] = ("time", np.ones(ROWS, dtype=np.int8))
    data["salinity_flag"].values[0] = 3
    data["ice_fraction_flag"].values[1] = 3
    data["wind_speed_second_moment_flag"].values[2] = 3
    level = derive({"underway": data}, AirSeaFluxOptions(), example_context()).outcomes[0].level
    assert level[:4].tolist() == [1, 3, 3, 1]


def test_a_stated_fraction_of_ice_stands_in_where_the_variable_is_missing() -> None:
    ice = np.full(ROWS, 0.2)
    ice[0] = np.nan
    found = flux(stream(ice_fraction=ice), ice_fraction=0.5)["co2_flux"].values / flux(stream())["co2_flux"].values
    np.testing.assert_allclose(found[:2], [0.5, 0.8], rtol=1e-12)
    assert np.isnan(flux(stream(ice_fraction=ice))["co2_flux"].values[0])


def test_rows_without_water_are_left_out() -> None:
    data = stream()
    data["fco2"].values[::2] = np.nan
    assert flux(data).sizes["time"] == ROWS // 2


def test_mean_flux_of_the_table() -> None:
    data = stream(delta_fco2_uncertainty=np.full(ROWS, np.hypot(1.2, 0.7)), **TERMS)
    options = AirSeaFluxOptions(wind_uncertainty=0.0, solubility_uncertainty=0.0, transfer_uncertainty=0.2)
    result = derive({"underway": data}, options, example_context())
    (row,) = result.tables[0].rows
    found = result.streams[STREAM]
    mean = found["co2_flux"].values.mean()
    per = 0.24 * found["gas_transfer_velocity"].values * found["co2_solubility"].values
    expected = np.sqrt((0.2 * mean) ** 2 + (1.2 * per.mean()) ** 2 + np.sum((0.7 * per) ** 2) / ROWS**2)
    assert row[1:4] == (ROWS, round(mean, 3), round(float(expected), 3))


def test_which_stream() -> None:
    with pytest.raises(DataError, match=r"no stream 'undeway'; there are underway.*'underway'"):
        derive({"underway": stream()}, AirSeaFluxOptions(stream="undeway"), example_context())
    with pytest.raises(DataError, match="name one with stream"):
        derive({"a": stream(), "b": stream()}, AirSeaFluxOptions(), example_context())
    assert derive({"a": stream(), "b": stream()}, AirSeaFluxOptions(stream="b"), example_context()).streams


@pytest.mark.parametrize(
    ("name", "said"), [("wind_speed", ": wind_speed missing"), ("fco2_air", ": fCO2 of air missing"), ("salinity", "salinity")]
)
def test_a_flux_that_is_nowhere_says_why(name: str, said: str) -> None:
    result = derive({"underway": stream(**{name: np.full(ROWS, np.nan)})}, AirSeaFluxOptions(), example_context())
    (problem,) = result.problems
    assert said in problem.message
    assert not derive({"underway": stream()}, AirSeaFluxOptions(), example_context()).problems


def test_wind_relative_to_a_ship_is_refused_and_taken_from_what_stands_still() -> None:
    data = stream()
    still = data.rename({"wind_speed": "relative_wind_speed"})
    options = AirSeaFluxOptions(wind="relative_wind_speed")
    with pytest.raises(DataError, match="relative to a moving ship"):
        derive({"underway": still}, options, example_context())
    context = example_context()
    moored = replace(context, station=context.station.model_copy(update={"platform": "buoy"}))
    found = derive({"underway": still}, options, moored).streams[STREAM]
    np.testing.assert_array_equal(found["co2_flux"].values, flux(data)["co2_flux"].values)


def _carried(names: tuple[str, ...]) -> set[str]:
    return {*FLUX_INPUTS} & {*names}


def test_calibrators_hand_on_what_the_flux_uses() -> None:
    assert {"wind_speed", "relative_wind_speed", "wind_speed_second_moment", "wind_speed_third_moment", "ice_fraction"} == {*FLUX_INPUTS}
    assert _carried(carried_variables(DryXCO2Options())) == {*FLUX_INPUTS}
    assert _carried(partial_pressure_carried(PartialPressureOptions(), ())) == {*FLUX_INPUTS}


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"gas_transfer": "wanninkhof-2015"}, "'wanninkhof-2014'"),
        ({"gas_transfer": ["ho-2006", "ho-2006"]}, "at most once"),
        ({"wind_height": 1e-5}, "must be above"),
        ({"cool_skin": "cold"}, "donlon-2002"),
    ],
)
def test_wrong_options(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        AirSeaFluxOptions.model_validate(options)


def test_it_declares_what_it_makes() -> None:
    options = AirSeaFluxOptions(gas_transfer=("wanninkhof-2014", "ho-2006"), cool_skin="constant")
    declared = {word.name for word in PRODUCT.provides(options)[STREAM]}
    data = stream(delta_fco2_uncertainty=np.full(ROWS, np.hypot(1.2, 0.7)), ice_fraction=np.zeros(ROWS), **TERMS)
    made = {str(name) for name in derive({"underway": data}, options, example_context()).streams[STREAM].data_vars}
    assert made <= declared


TRANSECT = """
[station]
id = "AMT"
name = "Atlantic transect"
domain = "ocean"
platform = "ship"
contact = { institution = "Example Institute", email = "data@example.org" }

[[input]]
reader = "underway-table"
files = "${ICOS_REAL_DATA}/ocean/fluxengine/kitidis_consistent.tsv"
separator = "tab"
clock = { date_time = "datetime" }

[input.columns]
lat = "latitude"
lon = "longitude"
temperature = "sst"
salinity = "salinity"
air_pressure = "atmospheric_pressure"
windspeed = "wind_speed"
wind_moment2 = "wind_speed_second_moment"
wind_moment3 = "wind_speed_third_moment"
ice_coverage = "ice_fraction"
xCO2air = "xco2_air"
fCO2water = "fco2"

[[derive]]
product = "air-sea-flux"
air_pressure = "atmospheric_pressure"

[[export]]
exporter = "csv"
"""


@pytest.mark.realdata
def test_a_real_transect_against_pyseaflux(real_data: Path, tmp_path: Path) -> None:
    judge = pytest.importorskip("pyseaflux")
    (tmp_path / "station.toml").write_text(TRANSECT, encoding="utf-8")
    result = icos_core.run(tmp_path / "station.toml", tmp_path / "output", jobs=1)
    found = result.tree[f"/product/{STREAM}"].to_dataset()
    assert (result.finished.status, found.sizes["time"]) == (0, 3677)
    path = real_data / "ocean" / "fluxengine" / "kitidis_consistent.tsv"
    table = np.genfromtxt(path, delimiter="\t", names=True, dtype=None, encoding="utf-8")
    t, S, water = table["temperature"], table["salinity"], table["fCO2water"]
    vapour = judge.vapour_pressure.weiss1980(S, t + 273.15)
    pco2 = table["xCO2air"] * (table["air_pressure"] / 1013.25 - vapour)
    air = judge.pCO2_to_fCO2(pco2, t, table["air_pressure"])
    k = judge.gas_transfer_velocity.k_Wa14(table["wind_moment2"], t)
    theirs = judge.flux_bulk(t, S, water, air, (1.0 + vapour) * 1013.25, k) / 12.0108 * 1000.0
    np.testing.assert_allclose(found["co2_flux"].values, theirs, atol=0.01)
