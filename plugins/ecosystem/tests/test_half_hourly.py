"""The regular grid of half-hourly data: calendar, rows onto intervals, humidity, and product `half-hourly`."""

import numpy as np
import pandas as pd
import pytest
from icos_ecosystem.half_hourly.regular_grid import gridded, interval_numbers
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.half_hourly.streams import calendar_of, column, has, on_grid
from icos_ecosystem.half_hourly.vapour_pressure_deficit import vapour_pressure_deficit
from icos_ecosystem.products.half_hourly import HalfHourlyOptions, derive
from icos_ecosystem.vocabulary.flux_templates import quantity
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_WORDS

from icos_core.components import Context
from icos_core.dataset import make_stream
from icos_core.exceptions import DataError
from icos_core.station import Contact, Station

CONTACT = Contact(institution="Institute", email="data@example.org")
WORDS = (
    *GRID_WORDS,
    *(quantity(name, "umol m-2 s-1", name) for name in ("FC", "SC", "SC_SINGLE")),
    *(quantity(name, "1", name) for name in ("FC_SSITC_TEST", "LE_SSITC_TEST")),
    *(quantity(name, "degree_C", name) for name in ("TA_EP",)),
)


def context(utc_offset=1.0, latitude=51.0):
    station = Station(
        id="DE-Xxx",
        name="Site",
        domain="ecosystem",
        platform="fixed",
        latitude=latitude,
        longitude=13.6,
        altitude=380.0,
        utc_offset=utc_offset,
        contact=CONTACT,
    )
    return Context(station=station)


def table(start, count, minutes=30, **values):
    time = np.datetime64(start, "ns") + np.arange(count) * np.timedelta64(minutes, "m")
    return make_stream(time, {name: np.broadcast_to(np.asarray(each, dtype=float), count) for name, each in values.items()}, WORDS)


def derived(streams, where=None, **options):
    return derive(streams, HalfHourlyOptions(**options), where or context())


@pytest.mark.parametrize("per_day", [24, 48])
def test_calendar_of_leap_years(per_day):
    calendar = whole_years(2023, 2025, per_day)
    stamps = pd.DatetimeIndex(calendar.start)
    assert calendar.size == (365 + 366 + 365) * per_day
    assert calendar.days == 365 + 366 + 365
    assert calendar.years == (2023, 2024, 2025)
    np.testing.assert_array_equal(calendar.year, stamps.year)
    np.testing.assert_array_equal(calendar.month, stamps.month)
    np.testing.assert_array_equal(calendar.day_of_year, stamps.day_of_year)
    np.testing.assert_allclose(calendar.hour, stamps.hour + stamps.minute / 60)
    np.testing.assert_array_equal(calendar.day, (stamps.normalize() - stamps[0]).days)
    rows = calendar.rows_of(2024)
    assert (calendar.year[rows] == 2024).all()
    assert rows.stop - rows.start == 366 * per_day


def test_calendar_refuses_other_intervals():
    with pytest.raises(ValueError, match="expected 48"):
        whole_years(2023, 2023, 96)
    with pytest.raises(ValueError, match="before the first"):
        whole_years(2023, 2022, 48)


def test_rows_onto_intervals():
    origin = np.datetime64("2024-01-01T00:00", "ns")
    minutes = np.array([0, 10, 20, 30, 95, -5, 500])
    numbers = interval_numbers(origin + minutes * np.timedelta64(1, "m"), origin, 30)
    np.testing.assert_array_equal(numbers, [0, 0, 0, 1, 3, -1, 16])
    values = np.array([1.0, 2.0, np.nan, 4.0, 5.0, 6.0, 7.0])
    np.testing.assert_array_equal(gridded(values, numbers, 4), [1.5, 4.0, np.nan, 5.0])
    np.testing.assert_array_equal(gridded(values, numbers, 4, "sum"), [3.0, 4.0, np.nan, 5.0])
    np.testing.assert_allclose(gridded(np.array([350.0, 20.0]), np.array([0, 0]), 2, "direction"), [5.0, np.nan])


def test_vapour_pressure_deficit_at_known_states():
    # Saturation pressure at 20 degree_C: 23.39 hPa (Goff and Gratch 1946); a formula of Magnus' form is good to 0.3 %.
    for convention in ("oneflux", "reddyproc"):
        dry, moist, above, absent = vapour_pressure_deficit(
            np.array([20.0, 20.0, 20.0, np.nan]), np.array([0.0, 50.0, 103.0, 50.0]), convention=convention
        )
        assert dry == pytest.approx(23.39, rel=3e-3)
        assert moist == pytest.approx(dry / 2)
        assert above == 0.0
        assert np.isnan(absent)


@pytest.mark.realdata
def test_vapour_pressure_deficit_of_oneflux(real_data):
    path = real_data / "ecosystem_post/reference/oneflux_qc_auto_DE-Tha/DE-Tha_qca_meteo_1998.csv.gz"
    made = pd.read_csv(path, skiprows=10).replace(-9999, np.nan)
    ours = vapour_pressure_deficit(made["TA"].to_numpy(), made["RH"].to_numpy())
    assert np.isfinite(ours).sum() == made["VPD"].notna().sum()
    np.testing.assert_allclose(ours, made["VPD"], rtol=0, atol=5.1e-5)


def test_whole_years_in_local_standard_time():
    fluxes = table("2023-12-31T23:00", 100, FC=2.0, SC=0.5, LE=10.0, TA=10.0, RH=50.0)
    result = derived({"fluxes": fluxes})
    stream = result.streams["half-hourly"]
    assert not result.problems
    assert stream.sizes["time"] == 366 * 48
    calendar = calendar_of(stream, context())
    assert str(calendar.start[0]) == "2024-01-01T00:00"
    assert str(stream["time"].to_numpy()[0])[:16] == "2023-12-31T23:00"
    np.testing.assert_array_equal(stream["NEE"].to_numpy()[:100], 2.5)
    assert np.isnan(stream["NEE"].to_numpy()[100:]).all()
    assert (np.diff(stream["time_bnds"].values, axis=1) == np.timedelta64(30, "m")).all()
    np.testing.assert_allclose(stream["VPD"].to_numpy()[0], vapour_pressure_deficit(np.array([10.0]), np.array([50.0])))
    assert set(np.unique(stream["NIGHT"])) == {0.0, 1.0}
    assert stream.attrs["resolution"] == "HH"


def test_hourly_tables():
    stream = derived({"fluxes": table("2023-01-01T00:00", 8760, 60, NEE=1.0)}, context(utc_offset=0.0)).streams["half-hourly"]
    assert stream.sizes["time"] == 8760
    assert stream.attrs["resolution"] == "HR"
    assert calendar_of(stream, context(utc_offset=0.0)).per_day == 24


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, 9.0), ({"nee": "flux-and-storage"}, 2.5), ({"nee": "flux"}, 2.0), ({"nee": "delivered"}, 9.0)],
)
def test_what_net_ecosystem_exchange_is(options, expected):
    fluxes = table("2024-01-01", 48, NEE=9.0, FC=2.0, SC=0.5)
    assert column(derived({"fluxes": fluxes}, **options).streams["half-hourly"], "NEE")[10] == expected


def test_fluxes_without_storage_are_counted():
    storage = np.r_[np.full(40, 0.5), np.full(8, np.nan)]
    result = derived({"fluxes": table("2023-12-31T23:00", 48, FC=2.0, SC=storage)})
    assert "8 fluxes of carbon dioxide have no storage" in result.problems[0].message
    alone = derived({"fluxes": table("2023-12-31T23:00", 48, FC=2.0)})
    assert "the flux alone" in alone.problems[0].message
    assert column(alone.streams["half-hourly"], "NEE")[0] == 2.0
    nothing = derived({"fluxes": table("2023-12-31T23:00", 48, LE=2.0)})
    assert "no net ecosystem exchange" in nothing.problems[0].message
    assert "NEE" not in nothing.streams["half-hourly"]


def test_flags_of_turbulence_discard():
    fluxes = table("2023-12-31T23:00", 48, FC=2.0, LE=5.0, FC_SSITC_TEST=np.arange(48) % 3)
    kept = column(derived({"fluxes": fluxes}, nee="flux").streams["half-hourly"], "NEE")[:48]
    np.testing.assert_array_equal(np.isnan(kept), np.arange(48) % 3 == 2)
    whole = column(derived({"fluxes": fluxes}, nee="flux", discard_ssitc=None).streams["half-hourly"], "NEE")[:48]
    assert np.isfinite(whole).all()
    nine = table("2023-12-31T23:00", 48, FC=2.0, SC=0.0, FC_SSITC_TEST=np.arange(48) % 9 + 1)
    (message,) = [each.message for each in derived({"fluxes": nine}).problems]
    assert "flags of NEE go up to 9" in message
    assert not derived({"fluxes": nine}, discard_ssitc=7).problems


def test_weather_beside_fluxes():
    meteo = table("2023-12-31T23:00", 48 * 3, 10, TA=np.arange(144.0), P=0.1, WD=np.tile([350.0, 0.0, 10.0], 48))
    stream = derived({"fluxes": table("2023-12-31T23:00", 48, FC=2.0, TA_EP=99.0), "meteo": meteo}).streams["half-hourly"]
    np.testing.assert_allclose(column(stream, "TA")[:3], [1.0, 4.0, 7.0])
    np.testing.assert_allclose(column(stream, "P")[:3], 0.3)
    np.testing.assert_allclose(np.sin(np.radians(column(stream, "WD")[:3])), 0.0, atol=1e-12)


def test_radiation_without_sun_is_nil_as_in_oneflux():
    missing = table("2023-12-31T23:00", 48, NEE=1.0, SW_IN=np.r_[np.full(3, np.nan), np.full(2, -1.0), np.full(43, 5.0)])
    np.testing.assert_array_equal(column(derived({"fluxes": missing}).streams["half-hourly"], "SW_IN")[:5], 0.0)
    as_measured = column(derived({"fluxes": missing}, convention="reddyproc").streams["half-hourly"], "SW_IN")[:5]
    np.testing.assert_array_equal(as_measured, [np.nan, np.nan, np.nan, -1.0, -1.0])


def test_questionable_and_bad_values_are_left_out():
    fluxes = table("2023-12-31T23:00", 4, FC=2.0, USTAR=0.3)
    fluxes["FC_flag"] = ("time", np.array([1, 2, 3, 4], dtype=np.int8))
    stream = derived({"fluxes": fluxes}).streams["half-hourly"]
    np.testing.assert_array_equal(column(stream, "NEE")[:4], [2.0, 2.0, np.nan, np.nan])
    assert has(stream, "USTAR")
    assert not has(stream, "TA")
    assert np.isnan(column(stream, "TA")).all()


def test_a_last_stamp_of_new_year_brings_no_empty_year():
    result = derived({"fluxes": table("2022-12-31T23:30", 365 * 48, FC=2.0, SC=0.0)})
    assert result.streams["half-hourly"].sizes["time"] == 365 * 48
    assert "1 rows of 2024" in result.problems[0].message
    asked = derived({"fluxes": table("2022-12-31T23:30", 365 * 48, FC=2.0, SC=0.0)}, last_year=2024)
    assert calendar_of(asked.streams["half-hourly"], context()).years == (2023, 2024)
    assert not asked.problems


def test_chosen_years():
    fluxes = table("2021-12-31T23:00", 48 * 800, FC=2.0, SC=0.0)
    result = derived({"fluxes": fluxes}, first_year=2023, last_year=2023)
    assert calendar_of(result.streams["half-hourly"], context()).years == (2023,)
    assert "rows lie outside" in result.problems[0].message
    with pytest.raises(ValueError, match="must not be before"):
        HalfHourlyOptions(first_year=2024, last_year=2023)
    for beside in ({"last_year": 2020}, {"first_year": 2025}):
        nothing = derived({"fluxes": fluxes}, **beside)
        assert not nothing.streams
        assert "none of the years" in nothing.problems[0].message


def test_what_cannot_be_gridded():
    assert "no row of fluxes" in derived({}).problems[0].message
    assert "10 minutes" in derived({"fluxes": table("2024-01-01", 5, 10, FC=1.0)}).problems[0].message
    with pytest.raises(DataError, match="regular grid"):
        calendar_of(table("2024-01-01", 5, 10, FC=1.0), context())


def test_streams_on_the_same_grid():
    stream = derived({"fluxes": table("2024-01-01", 5, FC=1.0)}).streams["half-hourly"]
    made = on_grid(stream, {"NEE": column(stream, "NEE")}, GRID_WORDS, {"convention": "oneflux"})
    assert made["time"].attrs["bounds"] == "time_bnds"
    assert made.attrs["convention"] == "oneflux"
    np.testing.assert_array_equal(made["time_bnds"], stream["time_bnds"])
