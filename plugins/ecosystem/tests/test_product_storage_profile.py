"""The product ``storage-profile``: known tendencies in columns of known air, which rows count, what is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import xarray as xr
from flux_towers import PLAIN, calibrator_options, measured_half_hours, tower
from icos_ecosystem.calibration.eddy_covariance import CALIBRATOR
from icos_ecosystem.products.storage_profile import PRODUCT, STREAM, StorageProfileOptions
from icos_ecosystem.simulators.eddy_covariance import SIMULATOR
from icos_ecosystem.vocabulary.fluxes import FLUX_STREAM, FLUX_WORDS
from icos_ecosystem.vocabulary.profile import PROFILE
from pydantic import ValidationError

from icos_core.components import Outcome
from icos_core.dataset import TIME_ATTRIBUTES, attributes, make_stream
from icos_core.flags import apply_flags
from icos_core.running.requirements import prepare
from icos_core.testing import example_context

if TYPE_CHECKING:
    from icos_core.components import ProductResult

START = np.datetime64("2024-07-01T00:00", "ns")
HALF_HOUR, MINUTE = np.timedelta64(30, "m"), np.timedelta64(1, "m")
HEIGHTS = np.array([0.5, 2.0, 8.0, 20.0, 32.0])
TOP, TEMPERATURE, PRESSURE, HEAT = 30.0, 290.0, 97_000.0, 1180.0
AMOUNT = PRESSURE / (8.314 * TEMPERATURE)
"""Moles of air in a cubic metre."""


def fluxes(count: int = 6, **changes: Any) -> xr.Dataset:
    values = {
        "FC": np.linspace(-9.0, 4.0, count),
        "TA_EP": np.full(count, TEMPERATURE),
        "PA_EP": np.full(count, PRESSURE),
        "AIR_RHO_CP": np.full(count, HEAT),
        "BADM_INST_HEIGHT_SA": np.full(count, TOP),
    }
    time = START + np.arange(count) * HALF_HOUR
    stream = make_stream(time, values | changes, FLUX_WORDS)
    for name, unit in (("TA_EP", "K"), ("PA_EP", "Pa")):
        stream[name].attrs["units"] = unit
    stream["time"].attrs["bounds"] = "time_bnds"
    return stream.assign(time_bnds=(("time", "bounds"), np.stack([time, time + HALF_HOUR], axis=1)))


def profile(hours: float = 4.0, step: int = 1, heights: np.ndarray = HEIGHTS, **rates: np.ndarray) -> xr.Dataset:
    """Return a profile from half an hour before the fluxes on, each level with a steady change per second."""
    time = START - HALF_HOUR + np.arange(round(hours * 60 / step)) * step * MINUTE
    seconds = ((time - START) / np.timedelta64(1, "s") + 30.0 * step)[:, np.newaxis]
    levels = {"CO2": 420.0, "H2O": 0.0, "CH4": 2.0, "N2O": 0.33, "TA": TEMPERATURE}
    words = {word.name: word for word in PROFILE}
    return xr.Dataset(
        {name: (("time", "height"), levels[name] + seconds * rate, attributes(words[name])) for name, rate in rates.items()},
        coords={"time": ("time", time, dict(TIME_ATTRIBUTES)), "height": ("height", heights, {"units": "m"})},
    )


def derived(of_profile: xr.Dataset, of_fluxes: xr.Dataset | None = None, **options: Any) -> ProductResult:
    streams = {FLUX_STREAM: fluxes() if of_fluxes is None else of_fluxes, "profile": of_profile}
    return PRODUCT.derive(streams, StorageProfileOptions.model_validate(options), example_context())


def column(rate: np.ndarray, top: float = TOP) -> float:
    middles = (np.arange(100_000) + 0.5) * top / 100_000
    return float(np.interp(middles, HEIGHTS, rate).mean() * top)


RATE = np.array([4e-3, 3e-3, 2e-3, 5e-4, -1e-4])


@pytest.mark.parametrize("options", [{}, {"border": "1 min"}, {"border": "10 min"}, {"change": "means"}, {"amounts": "dry"}])
def test_a_steady_change_is_found(options: dict[str, Any]) -> None:
    found = derived(profile(CO2=RATE), **options).streams[STREAM]
    assert found["SC"].values == pytest.approx(np.full(6, AMOUNT * column(RATE)), rel=1e-8)
    np.testing.assert_array_equal(found["NEE"].values, fluxes()["FC"].values + found["SC"].values)
    assert set(found.data_vars) == {"SC", "NEE", "time_bnds"}
    assert found.attrs["source"] == "profile"


@pytest.mark.parametrize("step", [1, 5])
def test_borders_are_shared_so_that_storage_adds_up(step: int) -> None:
    """What is stored in a night is the difference of its ends, whatever went on between."""
    streams = profile(CO2=RATE, step=step)
    streams["CO2"] = streams["CO2"] * (1.0 + 0.1 * np.random.default_rng(3).standard_normal(streams["CO2"].shape))
    found = derived(streams).streams[STREAM]["SC"].values
    time = streams["time"].values
    ends = [
        streams["CO2"].values[(time >= at - 5 * MINUTE) & (time < at + 5 * MINUTE)].mean(axis=0) for at in (START, START + 6 * HALF_HOUR)
    ]
    assert found.sum() * 1800.0 == pytest.approx(AMOUNT * column(ends[1] - ends[0]), rel=1e-6)


def test_the_heat_of_the_column() -> None:
    rate = np.full(5, 1.0 / 1800.0)
    found = derived(profile(TA=rate), fluxes(4)).streams[STREAM]
    # A kelvin in half an hour over 30 m; the air of a level is as dense as its temperature lets it be.
    middle = TEMPERATURE + np.arange(4) + 0.5
    assert found["SH"].values == pytest.approx(HEAT * TEMPERATURE / middle * TOP / 1800.0, rel=1e-9)
    assert "NEE" not in found


def test_gases_in_units_of_the_flux_table() -> None:
    rate = np.full(5, 1e-6)
    found = derived(profile(CH4=rate, N2O=rate, H2O=rate), amounts="dry").streams[STREAM]
    # Nearly dry air: 1e-6 per second of it.
    for name in ("SCH4", "SN2O"):
        assert found[name].values == pytest.approx(np.full(6, 1e-6 * AMOUNT * TOP * 1e3), rel=2e-5)
    assert found["SH2O"].values == pytest.approx(np.full(6, 1e-6 * AMOUNT * TOP), rel=2e-5)
    latent = 0.01802e-3 * (3147.5 - 2.37 * TEMPERATURE) * 1e3
    np.testing.assert_allclose(found["SLE"].values, found["SH2O"].values * latent, rtol=1e-12)


def test_moistening_air_stores_no_carbon_dioxide() -> None:
    """Water vapour dilutes: of moist air the mole fraction falls, and no carbon dioxide has gone."""
    streams = profile(CO2=0 * RATE, H2O=np.full(5, 1e-3), TA=0 * RATE)
    streams["CO2"] = streams["CO2"] * (1.0 - streams["H2O"] * 1e-3)
    found = derived(streams).streams[STREAM]
    np.testing.assert_allclose(found["SC"].values, 0.0, atol=1e-9)
    ignored = derived(streams.drop_vars("H2O")).streams[STREAM]
    assert ignored["SC"].values[0] == pytest.approx(-420.0 * 1e-6 * AMOUNT * TOP, rel=1e-3)
    # Where vapour is there at one end only nothing is known.
    streams["H2O"][:40] = np.nan
    partly = derived(streams).streams[STREAM]["SC"].values
    assert np.isnan(partly[0])
    np.testing.assert_allclose(partly[1:], 0.0, atol=1e-9)


def test_warming_air_stores_no_carbon_dioxide() -> None:
    found = derived(profile(CO2=0 * RATE, TA=np.full(5, 1e-3))).streams[STREAM]
    np.testing.assert_array_equal(found["SC"].values, 0.0)
    assert (found["SH"].values > 10).all()


def test_levels_that_are_missing() -> None:
    streams = profile(CO2=RATE)
    late = streams["time"].values >= START + 2 * HALF_HOUR + 10 * MINUTE
    streams["CO2"][late, 2] = np.nan
    without = np.interp(HEIGHTS, np.delete(HEIGHTS, 2), np.delete(RATE, 2))
    found = derived(streams).streams[STREAM]["SC"].values
    assert found == pytest.approx(np.where(np.arange(6) < 2, AMOUNT * column(RATE), AMOUNT * column(without)), rel=1e-8)
    strict = derived(streams, missing_levels=0).streams[STREAM]["SC"].values
    assert np.isfinite(strict).tolist() == [True, True, False, False, False, False]


def test_levels_drawn_from_in_turn_and_in_any_order() -> None:
    streams = profile(CO2=RATE)
    turn = np.arange(streams.sizes["time"])[:, np.newaxis] % 5 == np.arange(5)
    found = derived(streams.where(turn).isel(height=[3, 1, 0, 4, 2])).streams[STREAM]
    assert found["SC"].values == pytest.approx(np.full(6, AMOUNT * column(RATE)), rel=1e-8)


@pytest.mark.parametrize("border", ["5 min", "7 min", "20 min"])
def test_rows_on_one_side_of_a_border_do_for_a_steady_change(border: str) -> None:
    streams = profile(CO2=RATE)
    after = (streams["time"].values - START) / MINUTE
    streams["CO2"][(after > -20) & (after < 2)] = np.nan
    streams["CO2"][(after > 86) & (after < 95)] = np.nan
    found = derived(streams, border=border).streams[STREAM]
    assert found["SC"].values == pytest.approx(np.full(6, AMOUNT * column(RATE)), rel=1e-8)


def test_too_short_a_time_tells_nothing() -> None:
    streams = profile(CO2=RATE)
    after = (streams["time"].values - START) / MINUTE
    streams["CO2"][(after < 10) | (after > 18)] = np.nan
    found = derived(streams, change="means", source="profile")
    assert found.problems[0].message == "storage-profile: no half hour has storage from the profile"
    found = derived(streams, border="20 min")
    assert found.problems[0].message == "storage-profile: no half hour has storage from the profile"


def test_flags() -> None:
    streams, of_fluxes = profile(CO2=RATE), fluxes()
    level = np.array([1, 2, 3, 4, 1, 1], dtype=np.int8)
    apply_flags(of_fluxes, [Outcome(variable="FC", name="ssitc", level=level)])
    bad = np.where(streams["time"].values >= START + 4 * HALF_HOUR + 10 * MINUTE, 4, 1).astype(np.int8)
    streams["CO2_flag"] = ("time", bad)
    result = derived(streams, of_fluxes)
    found = result.streams[STREAM].copy()
    assert np.isfinite(found["SC"].values).tolist() == [True, True, True, True, False, False]
    apply_flags(found, result.outcomes)
    assert found["NEE_flag"].values.tolist() == [1, 2, 3, 4, 9, 9]


def test_storage_of_one_point() -> None:
    of_fluxes = fluxes(SC=np.array([np.nan, 1.0, -1.0, 0.5, 0.0, 2.0]), SH=np.full(6, 5.0))
    result = PRODUCT.derive({FLUX_STREAM: of_fluxes}, StorageProfileOptions(source="one-point"), example_context())
    found = result.streams[STREAM]
    np.testing.assert_array_equal(found["NEE"].values, of_fluxes["FC"].values + of_fluxes["SC"].values)
    assert set(found.data_vars) == {"SC", "SH", "NEE", "time_bnds"}
    assert found.attrs["source"] == "one-point"


def test_no_storage_is_told() -> None:
    result = derived(profile(CO2=RATE, hours=0.5))
    assert result.streams == {}
    assert result.problems[0].message == "storage-profile: no half hour has storage from the profile"
    nothing = PRODUCT.derive({FLUX_STREAM: fluxes()}, StorageProfileOptions(source="one-point"), example_context())
    assert nothing.problems[0].message == "storage-profile: no half hour has storage at the height of the instruments"


def test_requirements_follow_the_source() -> None:
    of_profile = PRODUCT.requires(StorageProfileOptions())
    [some] = of_profile["profile"]
    assert {each.name for each in some.choices} == {"CO2", "H2O", "CH4", "N2O", "TA"}
    assert {each.name for each in of_profile[FLUX_STREAM] if not each.optional} == {"TA_EP", "PA_EP", "AIR_RHO_CP", "BADM_INST_HEIGHT_SA"}
    assert set(PRODUCT.requires(StorageProfileOptions(source="one-point"))) == {FLUX_STREAM}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"source": "profil"}, "'profile' or 'one-point'"),
        ({"border": "0 s"}, "greater than"),
        ({"border": "1 h"}, "less than or equal to"),
        ({"missing_levels": -1}, "greater than or equal to 0"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        StorageProfileOptions.model_validate(options)


def test_a_profile_goes_through_the_calibrator() -> None:
    """From raw rows and a profile to storage, through condensing and calibrating, in units that the core brings about."""
    simulation = SIMULATOR.options.model_validate({"start": "2024-07-01T00:00:00Z", "half_hours": 2, "frequency": 1.0, "spikes": 0})
    options = calibrator_options(simulation, **PLAIN, footprint={"model": "none"})
    measured = profile(hours=2.0, CO2=RATE)
    assert CALIBRATOR.condense is not None
    condensed: list[dict[str, xr.Dataset]] = []
    for streams, _ in measured_half_hours(simulation, 1):
        start = streams["meteo"]["time"].values[0]
        period = (start, start + HALF_HOUR)
        condensed.append(CALIBRATOR.condense(streams | {"profile": measured}, CALIBRATOR.condensing(options), tower(), period=period))
    together = {name: xr.concat([each[name] for each in condensed], "time") for name in ("eddy", "profile")}
    results = CALIBRATOR.calibrate(together, options, tower()).streams
    xr.testing.assert_identical(results["profile"], measured.sel(time=slice(START, START + 2 * HALF_HOUR - MINUTE)))
    choice = StorageProfileOptions()
    prepared = prepare(results, PRODUCT.requires(choice), "product 'storage-profile'")
    found = PRODUCT.derive(prepared, choice, tower()).streams[STREAM]
    fluxes_found = results[FLUX_STREAM]
    density = fluxes_found["PA_EP"].values * 1e3 / (8.314 * (fluxes_found["TA_EP"].values + 273.15))
    assert found["SC"].values == pytest.approx(density * column(RATE, simulation.height), rel=1e-8)
    np.testing.assert_array_equal(found["NEE"].values, fluxes_found["FC"].values + found["SC"].values)
