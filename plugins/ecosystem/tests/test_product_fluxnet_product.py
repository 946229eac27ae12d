# ruff: noqa: PD011  # streams are no data frames
"""The product ``fluxnet-product``: columns and their order, sums by hand, what is absent, what fails, long gaps; Tharandt as in ONEFlux."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from fluxnet_sites import simulated_columns, streams_of, thresholds_of, tower
from icos_ecosystem.exporters.fluxnet import EXPORTER
from icos_ecosystem.gap_filling.driver_options import USUAL_DRIVERS, drivers_of
from icos_ecosystem.gap_filling.marginal_distribution import fill
from icos_ecosystem.gap_filling.meteorology import calculated_long_wave
from icos_ecosystem.gap_filling.schedules import ONEFLUX
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.half_hourly.streams import calendar_of
from icos_ecosystem.partitioning.daytime import DayWeather, partition_daytime
from icos_ecosystem.partitioning.daytime_windows import DayOptions
from icos_ecosystem.partitioning.night_windows import Site
from icos_ecosystem.products import fluxnet_product
from icos_ecosystem.products.fluxnet_product import PRODUCT, FluxnetProductOptions
from icos_ecosystem.ustar.filtering import filter_flags
from icos_ecosystem.ustar.pools import PERCENTILES
from icos_ecosystem.vocabulary.fluxnet_columns import fluxnet_columns
from icos_ecosystem.vocabulary.fluxnet_product import FLUXNET_RESOLUTIONS, fluxnet_stream, fluxnet_words, member_words
from oneflux_exchange import Tharandt, beyond_print, column
from pydantic import ValidationError

if TYPE_CHECKING:
    from pathlib import Path

    from icos_core.components import ProductResult

GRAMS = 86400.0 * 12.0107e-6
COARSE = FLUXNET_RESOLUTIONS[1:]
NEW_YEAR = np.array([f"{year}-01-01T00:00" for year in (2023, 2024, 2025, 2026)], "datetime64[m]")


@pytest.fixture(scope="module")
def streams() -> dict[str, xr.Dataset]:
    return streams_of(*simulated_columns(3))


@pytest.fixture(scope="module")
def made(streams: dict[str, xr.Dataset]) -> ProductResult:
    return derived(streams)


@pytest.fixture(scope="module")
def one_year() -> tuple[Any, dict[str, np.ndarray]]:
    return simulated_columns(1)


def derived(streams: dict[str, xr.Dataset], context: Any = None, **options: Any) -> ProductResult:
    choice = FluxnetProductOptions.model_validate({"partitioning": ["nighttime"], **options})
    return PRODUCT.derive(streams, choice, context or tower())


def groups(resolution: str) -> np.ndarray:
    days = pd.DatetimeIndex(whole_years(2023, 2025, 24).start[::24].astype("datetime64[s]"))
    week = np.minimum((days.day_of_year - 1) // 7, 51)
    made = {"dd": np.arange(days.size), "ww": days.year * 100 + week, "mm": days.year * 100 + days.month, "yy": days.year}
    return np.asarray(made[resolution])


@pytest.mark.parametrize("resolution", FLUXNET_RESOLUTIONS)
def test_columns_and_their_order(made: ProductResult, resolution: str) -> None:
    stream = made.streams[fluxnet_stream(resolution)]
    names = [name for name in stream.data_vars if name != "time_bnds"]
    absent = ("LW_IN_F", "LW_IN_ERA", "LW_OUT", "PPFD_", "SW_OUT", "SW_DIF", "CO2_", "SWC_", "WD", "RECO_SR", "RECO_DT", "GPP_DT")
    expected = [name.replace("#", "1") for name in fluxnet_columns(resolution) if not name.startswith(absent) and "_ERA" not in name]
    cumulated = [f"NEE_{pool}_CUMULATED_{share}" for pool in ("CUT", "VUT") for share in ("16", "84")] if resolution == "dd" else []
    assert names == [*expected, *cumulated]
    assert made.problems == ()
    assert stream.attrs["resolution"] == ("HR" if resolution == "hh" else resolution.upper())


def test_long_wave_radiation_is_calculated_from_what_was_filled(made: ProductResult) -> None:
    stream = made.streams[fluxnet_stream("hh")]
    names = ("TA_F_MDS", "VPD_F_MDS", "SW_IN_F_MDS", "SW_IN_POT")
    calendar = calendar_of(stream, tower())
    expected = calculated_long_wave(*(stream[name].values for name in names), calendar)
    np.testing.assert_allclose(stream["LW_IN_JSB"], expected)
    worst = np.max([stream[f"{name}_QC"].values for name in names[:3]], axis=0)
    np.testing.assert_array_equal(stream["LW_IN_JSB_QC"], np.where(np.isfinite(expected), worst, np.nan))


@pytest.mark.parametrize("resolution", FLUXNET_RESOLUTIONS)
def test_every_column_has_a_word(resolution: str) -> None:
    words = fluxnet_words(resolution)
    columns = [name.replace("#", "1") for name in fluxnet_columns(resolution)]
    assert [word.name for word in words if "_CUMULATED_" not in word.name] == columns
    names = {word.name for word in words}
    for word in words:
        assert word.units
        assert word.long_name
        assert word.attributes.get("describes", word.name) in names


def test_units_follow_the_resolution() -> None:
    units = {resolution: {word.name: word.units for word in fluxnet_words(resolution)} for resolution in FLUXNET_RESOLUTIONS}
    assert [units[each]["NEE_VUT_REF"] for each in FLUXNET_RESOLUTIONS] == ["umol m-2 s-1", *["g m-2 d-1"] * 3, "g m-2 year-1"]
    assert [units[each]["P_F"] for each in FLUXNET_RESOLUTIONS] == ["mm", *["mm d-1"] * 3, "mm year-1"]
    assert {units[each]["NEE_VUT_REF_NIGHT_JOINTUNC"] for each in COARSE} == {"umol m-2 s-1"}
    assert {units[each]["TA_F_NIGHT_SD"] for each in COARSE} == {"K"}
    assert {units[each]["GPP_DT_CUT_SE"] for each in COARSE[:3]} == {"g m-2 d-1"}
    assert {units[each]["LE_RANDUNC"] for each in FLUXNET_RESOLUTIONS} == {"W m-2"}


def test_periods_are_those_of_local_time(made: ProductResult) -> None:
    hour = np.timedelta64(60, "m")
    for resolution, count in zip(COARSE, (1096, 156, 36, 3), strict=True):
        stream = made.streams[fluxnet_stream(resolution)]
        start, end = (stream["time_bnds"].values + hour).T
        assert start.size == count
        np.testing.assert_array_equal(stream["time"].values + hour, start)
        np.testing.assert_array_equal(start[1:], end[:-1])
        assert set(NEW_YEAR[:-1]) <= set(start.astype("datetime64[m]"))
        assert end[-1].astype("datetime64[m]") == NEW_YEAR[-1]
    weeks = np.diff(made.streams["fluxnet/ww"]["time_bnds"].values, axis=1)[51::52, 0] / np.timedelta64(1, "D")
    assert weeks.tolist() == [8.0, 9.0, 8.0]


@pytest.mark.parametrize("pool", ["VUT", "CUT"])
def test_the_median_threshold_by_hand(streams: dict[str, xr.Dataset], made: ProductResult, pool: str) -> None:
    grid = streams["half-hourly"]
    values = {name: grid[name].values for name in ("USTAR", "SW_IN", "TA", "VPD")}
    year = whole_years(2023, 2025, 24).year - 2023
    threshold = streams["ustar-thresholds"][f"THRESHOLD_{pool}"].sel(percentile=50.0).values
    of_records = threshold[year] if pool == "VUT" else np.full(year.size, threshold)
    low = filter_flags(values["USTAR"], of_records, values["SW_IN"], convention="oneflux", year=year) > 0
    kept = np.where(low, np.nan, streams["despiked"]["NEE"].values)
    filled, quality = fill(kept, drivers_of(USUAL_DRIVERS, values.__getitem__), per_day=24, scheme=ONEFLUX).filled(kept)
    name = f"NEE_{pool}_USTAR50"
    np.testing.assert_allclose(made.streams["fluxnet/hh"][name], filled, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(made.streams["fluxnet/hh"][f"{name}_QC"], quality)
    days = pd.Series(filled).groupby(np.arange(filled.size) // 24).mean() * GRAMS
    good = pd.Series(quality < 2).groupby(np.arange(filled.size) // 24).mean()
    for resolution in COARSE:
        by = days.groupby(groups(resolution))
        stream = made.streams[fluxnet_stream(resolution)]
        np.testing.assert_allclose(stream[name], by.sum() if resolution == "yy" else by.mean(), rtol=1e-9)
        np.testing.assert_allclose(stream[f"{name}_QC"], good.groupby(groups(resolution)).mean(), rtol=1e-9)


@pytest.mark.parametrize("resolution", COARSE)
def test_meteorology_by_hand(streams: dict[str, xr.Dataset], made: ProductResult, resolution: str) -> None:
    grid, stream, by = streams["half-hourly"], made.streams[fluxnet_stream(resolution)], groups(resolution)
    day = np.arange(grid.sizes["time"]) // 24
    temperature = streams["gap-filled"]["TA_F"].values
    np.testing.assert_allclose(stream["TA_F_MDS"], pd.Series(temperature).groupby(day).mean().groupby(by).mean(), rtol=1e-9)
    night = grid["SW_IN_POT"].values == 0.0
    nightly = pd.Series(temperature[night]).groupby(day[night])
    np.testing.assert_allclose(stream["TA_F_NIGHT"], nightly.mean().groupby(by).mean(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(stream["TA_F_NIGHT_SD"], nightly.std().groupby(by).mean(), rtol=1e-9)
    ustar = pd.Series(grid["USTAR"].values).groupby(day)
    share = ustar.count() / 24.0
    np.testing.assert_allclose(stream["USTAR"], ustar.mean().where(share > 0.5).groupby(by).mean(), rtol=1e-9)
    np.testing.assert_allclose(stream["USTAR_QC"], share.where(share > 0.5, 0.0).groupby(by).mean(), rtol=1e-9)
    rain = pd.Series(grid["P"].values).groupby(day).agg(lambda each: each.sum(skipna=False)).groupby(by)
    expected = rain.agg(lambda each: each.sum(skipna=False) if resolution == "yy" else each.mean(skipna=False))
    np.testing.assert_allclose(stream["P_F"] if "P_F" in stream else np.full(expected.size, np.nan), expected, rtol=1e-9)
    radiation = np.maximum(streams["gap-filled"]["SW_IN_F"].values, 0.0)
    np.testing.assert_allclose(stream["SW_IN_F"], pd.Series(radiation).groupby(day).mean().groupby(by).mean(), rtol=1e-9)
    if resolution != "yy":
        np.testing.assert_allclose(stream["NIGHT_D"], pd.Series(night).groupby(day).sum().groupby(by).mean(), rtol=1e-9)


def test_a_reanalysis_beside_what_sampling_fills(one_year: tuple[Any, dict[str, np.ndarray]]) -> None:
    calendar, columns = one_year
    streams = streams_of(calendar, columns)
    filled, plain = streams["gap-filled"].copy(deep=True), streams["gap-filled"]["TA_F"].values
    poor = filled["TA_F_QC"].values > 0
    replaced = poor & (np.cumsum(poor) % 3 == 0)
    era = columns["TA"].copy()
    era[np.isnan(era)] = 3.0
    filled["TA_F"].values[replaced] = 3.0
    filled["TA_F_QC"].values[replaced] = 2
    filled["TA_F_METHOD"].values[replaced] = 5
    filled["TA_ERA"] = ("time", era, {"units": "degree_C"})
    filled["P_ERA"] = ("time", np.full(calendar.size, 0.1), {"units": "mm"})
    found = derived(streams | {"gap-filled": filled}, partitioning=[]).streams
    hours, days = found["fluxnet/hh"], found["fluxnet/dd"]
    np.testing.assert_array_equal(hours["TA_F_MDS"], plain)
    np.testing.assert_array_equal(hours["TA_F"], filled["TA_F"])
    assert (hours["TA_F_QC"].values[replaced] == 2.0).all()
    assert set(np.unique(hours["TA_F_QC"].values[poor & ~replaced])) <= {1.0, 3.0}
    np.testing.assert_allclose(days["TA_ERA"], era.reshape(-1, 24).mean(axis=1))
    assert {"TA_ERA_NIGHT", "TA_ERA_NIGHT_SD", "TA_ERA_DAY", "TA_ERA_DAY_SD"} <= set(days.data_vars)
    assert "TA_ERA_NIGHT_QC" not in days
    np.testing.assert_allclose(days["P_ERA"], 2.4)
    np.testing.assert_allclose(found["fluxnet/yy"]["P_ERA"], [0.1 * calendar.size])


def test_energy(streams: dict[str, xr.Dataset], made: ProductResult) -> None:
    hours, days = made.streams["fluxnet/hh"], made.streams["fluxnet/dd"]
    np.testing.assert_allclose(hours["LE_F_MDS"], streams["gap-filled"]["LE_F"], rtol=1e-12)
    day = np.arange(hours.sizes["time"]) // 24
    random = pd.Series(hours["H_RANDUNC"].values).groupby(day)
    expected = random.agg(lambda each: np.sqrt((each**2).sum()) / each.count() if each.count() else np.nan)
    np.testing.assert_allclose(days["H_RANDUNC"], expected, rtol=1e-9)
    spread = (days["H_CORR_75"] - days["H_CORR_25"]) / 1.349
    np.testing.assert_allclose(days["H_CORR_JOINTUNC"], np.sqrt(days["H_RANDUNC"] ** 2 + spread**2), rtol=1e-9)
    # The simulated site loses a fifth of its turbulent heat.
    years = made.streams["fluxnet/yy"]
    assert (years["LE_CORR"] / years["LE_F_MDS"]).values == pytest.approx(np.full(3, 1.0 / 0.82), abs=0.05)
    assert set(np.unique(hours["EBC_CF_METHOD"].values[np.isfinite(hours["EBC_CF_METHOD"].values)])) <= {1.0, 2.0, 3.0}


def test_parts_of_the_exchange(made: ProductResult) -> None:
    hours, years = made.streams["fluxnet/hh"], made.streams["fluxnet/yy"]
    np.testing.assert_allclose(hours["GPP_NT_VUT_USTAR50"], hours["RECO_NT_VUT_USTAR50"] - hours["NEE_VUT_USTAR50"], atol=1e-9)
    for name in ("RECO_NT_VUT", "GPP_NT_CUT"):
        assert (years[f"{name}_05"] <= years[f"{name}_50"]).all()
        assert (years[f"{name}_50"] <= years[f"{name}_95"]).all()
        assert (years[f"{name}_REF"] >= years[f"{name}_05"] - 1e-9).all()


def test_parts_by_day(one_year: tuple[Any, dict[str, np.ndarray]]) -> None:
    """With few versions, each as the method parts it alone; mean and percentiles need eleven."""
    calendar, columns = one_year
    columns = columns | {"USTAR": np.round(columns["USTAR"], 1)}
    streams = streams_of(calendar, columns)
    found = derived(streams, partitioning=["daytime"]).streams
    hours, filled = found["fluxnet/hh"], streams["gap-filled"]
    weather = DayWeather(
        sw_in=filled["SW_IN_F"].values,
        vpd=filled["VPD_F"].values,
        ta=filled["TA_F"].values,
        sw_in_measured=filled["SW_IN_F_QC"].values == 0,
    )
    site = Site(latitude=51.0, longitude=13.6, utc_offset=1.0)
    nee, quality = hours["NEE_VUT_USTAR50"].values, hours["NEE_VUT_USTAR50_QC"].values
    alone = partition_daytime(nee, quality == 0.0, weather, calendar, site, DayOptions(uncertainty="none"))
    np.testing.assert_allclose(hours["RECO_DT_VUT_USTAR50"], alone.reco, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(hours["GPP_DT_VUT_USTAR50"], alone.gpp, rtol=1e-6, atol=1e-6)
    for flux in ("RECO", "GPP"):
        end = f"{flux}_DT_VUT"
        assert {f"{end}_{each}" for each in ("REF", "USTAR50", "MEAN", "SE", "05", "95")} <= set(found["fluxnet/yy"].data_vars)
    assert not any(str(name).startswith("RECO_NT") for name in hours.data_vars)


def test_thresholds_behind_the_versions(streams: dict[str, xr.Dataset], made: ProductResult) -> None:
    table = made.streams["fluxnet/ustar"].to_dataframe()
    assert set(table["VARIABLE"]) == {
        f"{flux}_{pool}_{version}" for flux in ("NEE", "RECO_NT", "GPP_NT") for pool in ("VUT", "CUT") for version in ("REF", "USTAR50")
    }
    assert len(table) == 12 * 5 * 3
    of_years = streams["ustar-thresholds"]["THRESHOLD_VUT"]
    for _, row in table[table["VARIABLE"] == "NEE_VUT_REF"].iterrows():
        assert row["THRESHOLD"] == float(of_years.sel(year=row["YEAR"], percentile=row["PERCENTILE"]))
    median = table[table["VARIABLE"] == "NEE_CUT_USTAR50"]
    assert median["PERCENTILE"].isna().all()
    assert set(median["THRESHOLD"]) == {float(streams["ustar-thresholds"]["THRESHOLD_CUT"].sel(percentile=50.0))}
    # The reference at each resolution is the member of that percentile.
    chosen = table[(table["VARIABLE"] == "NEE_VUT_REF") & (table["RESOLUTION"] == "HH")]["PERCENTILE"].unique()
    members = derived(streams, percentile_table=True, partitioning=[], pools=["VUT"]).streams["fluxnet/members"]
    np.testing.assert_array_equal(members["NEE_VUT"].sel(percentile=chosen[0]), made.streams["fluxnet/hh"]["NEE_VUT_REF"])


def test_all_versions_on_request(streams: dict[str, xr.Dataset]) -> None:
    found = derived(streams, percentile_table=True, pools=["CUT"])
    members = found.streams["fluxnet/members"]
    assert set(members.data_vars) == {"NEE_CUT", "NEE_CUT_QC", "RECO_NT_CUT", "GPP_NT_CUT", "time_bnds"}
    assert members["percentile"].values.tolist() == list(PERCENTILES)
    assert members["NEE_CUT"].dims == ("time", "percentile")
    assert set(members.data_vars) - {"time_bnds"} <= {word.name for word in member_words()}
    np.testing.assert_array_equal(members["NEE_CUT"].sel(percentile=50.0), found.streams["fluxnet/hh"]["NEE_CUT_USTAR50"])
    assert not any("VUT" in str(name) for name in found.streams["fluxnet/hh"].data_vars)


def test_the_exporter_takes_it(made: ProductResult, tmp_path: Path) -> None:
    paths = EXPORTER.export(dict(made.streams), tmp_path, EXPORTER.options(), tower())
    names = sorted(path.name for path in paths)
    assert sum("FULLSET" in name for name in names) == 5
    [yearly] = [path for path in paths if "FULLSET_YY" in path.name]
    table = pd.read_csv(yearly)
    assert table["TIMESTAMP"].tolist() == [2023, 2024, 2025]
    np.testing.assert_allclose(table["NEE_VUT_REF"], made.streams["fluxnet/yy"]["NEE_VUT_REF"], rtol=1e-5)
    [auxiliary] = [path for path in paths if "AUXNEE" in path.name]
    assert set(pd.read_csv(auxiliary)["RESOLUTION"]) == {"HH", "DD", "WW", "MM", "YY"}


LONG = slice(24 * 90, 24 * 230)
"""A hundred and forty days without a flux."""


@pytest.fixture(scope="module")
def with_a_long_gap(one_year: tuple[Any, dict[str, np.ndarray]]) -> dict[str, xr.Dataset]:
    calendar, columns = one_year
    lost = {name: columns[name].copy() for name in ("NEE", "LE", "H")}
    for values in lost.values():
        values[LONG] = np.nan
    return streams_of(calendar, columns | lost)


def test_long_gaps_are_cleared(with_a_long_gap: dict[str, xr.Dataset]) -> None:
    found = derived(with_a_long_gap).streams
    hours, days = found["fluxnet/hh"], found["fluxnet/dd"]
    quality = derived(with_a_long_gap, long_gaps="keep").streams["fluxnet/hh"]["NEE_VUT_REF_QC"].values
    length = longest = 0
    for row, poor in enumerate(quality > 2):
        length = length + 1 if poor else 0
        if length > longest:
            longest, last = length, row + 1 - 15 * 24
    first = last - (longest - 30 * 24)
    assert np.isnan(hours["NEE_VUT_REF_JOINTUNC"].values[first:last]).all()
    for name in ("NEE_VUT_REF", "NEE_VUT_REF_QC", "RECO_NT_VUT_REF", "GPP_NT_VUT_REF"):
        missing = np.flatnonzero(np.isnan(hours[name].values[LONG])) + LONG.start
        assert missing.min() == first
        assert missing.max() == last - 1
    assert np.isfinite(hours["TA_F"].values[LONG]).all()
    cleared = np.isnan(days["NEE_VUT_REF"].values)
    assert cleared.tolist() == [first // 24 <= day <= (last - 1) // 24 for day in range(365)]
    np.testing.assert_array_equal(np.isnan(days["NEE_VUT_REF_NIGHT"].values), cleared)
    assert np.isnan(found["fluxnet/yy"]["NEE_VUT_REF"].values).all()
    assert 2 <= np.isnan(found["fluxnet/mm"]["NEE_VUT_MEAN"].values).sum() <= 4
    assert np.isnan(days["LE_F_MDS"].values).sum() > 20


def test_long_gaps_are_kept_on_request(with_a_long_gap: dict[str, xr.Dataset]) -> None:
    found = derived(with_a_long_gap, long_gaps="keep", partitioning=[]).streams
    assert np.isfinite(found["fluxnet/yy"]["NEE_VUT_REF"].values).all()
    assert np.isfinite(found["fluxnet/hh"]["NEE_VUT_REF"].values).all()
    shorter = derived(with_a_long_gap, shortest_cleared_days=60.0, partitioning=[]).streams
    assert np.isfinite(shorter["fluxnet/yy"]["NEE_VUT_REF"].values).all()


def test_one_year_has_no_constant_thresholds(one_year: tuple[Any, dict[str, np.ndarray]]) -> None:
    found = derived(streams_of(*one_year))
    assert found.problems == ()
    for resolution in FLUXNET_RESOLUTIONS:
        assert not any("CUT" in str(name) for name in found.streams[fluxnet_stream(resolution)].data_vars)
    table = found.streams["fluxnet/ustar"].to_dataframe().set_index(["VARIABLE", "RESOLUTION"])["PERCENTILE"]
    assert table["NEE_VUT_REF", "YY"] == table["NEE_VUT_REF", "MM"]


def without(columns: dict[str, np.ndarray], *names: str) -> dict[str, np.ndarray]:
    return {name: values for name, values in columns.items() if name not in names}


@pytest.mark.parametrize(
    ("absent", "words"),
    [
        (("NEE",), "there is no net ecosystem exchange, and so neither respiration nor production"),
        (("USTAR",), "there is no friction velocity, by which the versions of the net ecosystem exchange differ"),
        (("NETRAD", "LE"), None),
        (("SW_IN_POT", "NIGHT"), None),
        (("TA", "VPD", "RH"), "night-time partitioning: there is no value of TA_F"),
    ],
)
def test_what_is_absent(one_year: tuple[Any, dict[str, np.ndarray]], absent: tuple[str, ...], words: str | None) -> None:
    calendar, columns = one_year
    found = derived(streams_of(calendar, without(columns, *absent)))
    assert [each.message for each in found.problems] == ([] if words is None else [f"fluxnet-product: {words}"])
    for resolution in FLUXNET_RESOLUTIONS:
        stream = found.streams[fluxnet_stream(resolution)]
        names = {str(name) for name in stream.data_vars}
        assert any(name.startswith("NEE_") for name in names) == (absent[0] not in {"NEE", "USTAR"})
        assert ("LE_CORR" in names) == ("NETRAD" not in absent)
        assert not any(name.startswith("LE_") for name in names) or "LE" not in absent
        if "SW_IN_POT" in absent:
            assert not any(part in name for name in names for part in ("NIGHT", "DAY"))
        if "TA" in absent:
            assert not any(name.startswith(("TA_", "VPD_", "RECO", "GPP")) for name in names)


def test_no_thresholds(one_year: tuple[Any, dict[str, np.ndarray]]) -> None:
    streams = streams_of(*one_year)
    del streams["ustar-thresholds"]
    found = derived(streams)
    assert [each.message for each in found.problems] == ["fluxnet-product: there are no thresholds of friction velocity (VUT or CUT)"]
    assert "fluxnet/ustar" not in found.streams


def test_a_year_without_thresholds(streams: dict[str, xr.Dataset]) -> None:
    thresholds = streams["ustar-thresholds"].copy(deep=True)
    thresholds["THRESHOLD_VUT"][1] = np.nan
    found = derived(streams | {"ustar-thresholds": thresholds}, pools=["VUT"], partitioning=[])
    [problem] = found.problems
    assert problem.message.endswith("there is no threshold for 2024: all of the net ecosystem exchange is filled there")
    assert np.isnan(found.streams["fluxnet/yy"]["NEE_VUT_MEAN"].values).tolist() == [False, True, False]


def test_nothing_measured_at_all(one_year: tuple[Any, dict[str, np.ndarray]]) -> None:
    calendar, columns = one_year
    nothing = {name: np.full(calendar.size, np.nan) for name in columns if name not in {"SW_IN_POT", "NIGHT"}}
    streams = streams_of(calendar, columns | nothing, thresholds_of(calendar))
    found = derived(streams)
    assert found.problems
    assert set(found.streams["fluxnet/hh"].data_vars) == {"SW_IN_POT", "NIGHT", "time_bnds"}


def test_a_constant_threshold_makes_one_version(one_year: tuple[Any, dict[str, np.ndarray]]) -> None:
    calendar, columns = one_year
    thresholds = thresholds_of(calendar)
    thresholds["THRESHOLD_VUT"][:] = 0.2
    hours = derived(streams_of(calendar, columns, thresholds)).streams["fluxnet/hh"]
    np.testing.assert_array_equal(hours["NEE_VUT_05"], hours["NEE_VUT_95"])
    np.testing.assert_array_equal(hours["NEE_VUT_REF_JOINTUNC"], hours["NEE_VUT_REF_RANDUNC"])
    np.testing.assert_allclose(hours["NEE_VUT_SE"], 0.0, atol=1e-12)


def test_a_method_that_fails_stops_nothing_else(streams: dict[str, xr.Dataset], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise ValueError("no night")

    monkeypatch.setattr(fluxnet_product, "partition_nighttime_members", fails)
    found = derived(streams, pools=["CUT"])
    assert [each.message for each in found.problems] == ["fluxnet-product: NT partitioning with CUT failed: no night"]
    assert "NEE_CUT_REF" in found.streams["fluxnet/yy"]
    assert not any(str(name).startswith("RECO") for name in found.streams["fluxnet/yy"].data_vars)


def test_years_without_a_parameter_are_told_once(one_year: tuple[Any, dict[str, np.ndarray]]) -> None:
    calendar, columns = one_year
    warm = columns | {"TA": np.full(calendar.size, 20.0), "VPD": np.full(calendar.size, 8.0)}
    found = derived(streams_of(calendar, warm), partitioning=["nighttime"])
    assert len(found.problems) == 1
    assert "different thresholds, the first of them: 2023" in found.problems[0].message


def test_weather_that_partitioning_by_day_lacks(one_year: tuple[Any, dict[str, np.ndarray]]) -> None:
    calendar, columns = one_year
    found = derived(streams_of(calendar, without(columns, "SW_IN", "VPD", "RH")), partitioning=["daytime"])
    [problem] = found.problems
    assert problem.message.endswith("day-time partitioning: there is no value of SW_IN_F and VPD_F")


def test_a_station_without_a_place(streams: dict[str, xr.Dataset]) -> None:
    found = derived(streams, tower(latitude=None))
    assert "the station has no latitude and longitude" in found.problems[-1].message
    assert "NEE_VUT_REF" in found.streams[fluxnet_stream("yy")]
    assert "GPP_NT_VUT_REF" not in found.streams[fluxnet_stream("yy")]


def test_no_grid() -> None:
    found = derived({})
    assert found.streams == {}
    assert "no stream half-hourly" in found.problems[0].message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"pools": ["VUTT"]}, "'VUT' or 'CUT'"),
        ({"partitioning": ["night"]}, "'nighttime' or 'daytime'"),
        ({"margin_days": -1}, "greater than or equal to 0"),
        ({"long_gaps": "reset"}, "'clear' or 'keep'"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        FluxnetProductOptions.model_validate(options)


def test_what_it_needs_and_provides() -> None:
    choice = FluxnetProductOptions(percentile_table=True)
    assert all(each.optional for requirements in PRODUCT.requires(choice).values() for each in requirements)
    assert set(PRODUCT.provides(choice)) == {*(fluxnet_stream(each) for each in FLUXNET_RESOLUTIONS), "fluxnet/ustar", "fluxnet/members"}


@pytest.mark.realdata
def test_tharandt_as_a_product(folder: Path) -> None:
    """From what ONEFlux started from, through the product, to what it made: columns of net ecosystem exchange at every resolution."""
    tharandt = Tharandt(folder)
    calendar = whole_years(1998, 1998, 48)
    columns = {name: tharandt.input[name] for name in ("NEE", "USTAR", "SW_IN", "TA", "VPD", "SW_IN_POT")}
    thresholds = xr.Dataset(
        {"THRESHOLD_VUT": (("year", "percentile"), tharandt.thresholds)}, coords={"year": [1998], "percentile": np.array(PERCENTILES)}
    )
    context = tower(latitude=50.9636, longitude=13.5669)
    found = derived(streams_of(calendar, columns, thresholds, context), context, long_gaps="keep", partitioning=[])
    for resolution in FLUXNET_RESOLUTIONS:
        printed, stream = tharandt.read(f"NEE_{resolution}"), found.streams[fluxnet_stream(resolution)]
        for end in ("REF", "REF_QC", "REF_RANDUNC", "REF_JOINTUNC", "USTAR50", "USTAR50_JOINTUNC", "MEAN", "SE", "05", "84"):
            assert beyond_print(stream[f"NEE_VUT_{end}"].values, printed[column(end)].to_numpy(np.float64)) == 0, (resolution, end)
    table = found.streams["fluxnet/ustar"].to_dataframe().set_index(["VARIABLE", "RESOLUTION"])
    for resolution in FLUXNET_RESOLUTIONS:
        assert f"{table.loc[('NEE_VUT_REF', resolution.upper()), 'PERCENTILE']:g}" == tharandt.reference(resolution)
