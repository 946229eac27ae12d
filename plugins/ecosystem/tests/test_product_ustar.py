"""Products ``ustar-threshold`` and ``ustar-filter``: streams, conventions, pools, external thresholds, years without any."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.half_hourly.night_radiation import radiation_of_night
from icos_ecosystem.half_hourly.site_calendar import whole_years
from icos_ecosystem.products import ustar_filter, ustar_threshold
from icos_ecosystem.products.ustar_filter import UstarFilterOptions
from icos_ecosystem.products.ustar_threshold import UstarThresholdOptions
from icos_ecosystem.ustar.filtering import KEPT, LOW, NO_THRESHOLD
from icos_ecosystem.ustar.pools import PERCENTILES, constant_thresholds, variable_thresholds
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM, DESPIKED_WORDS
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS
from icos_ecosystem.vocabulary.ustar import BOOTSTRAP_STREAM, CLASS_STREAM, FILTERED_STREAM, TABLE_STREAM, THRESHOLD_STREAM
from pydantic import ValidationError
from tharandt import despiked_by_qc_auto, read_table, tharandt
from ustar_references import PEERS, moving_point_file

from icos_core.dataset import make_stream
from icos_core.exceptions import DataError, InputError
from icos_core.testing import example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import ProductResult

NAN = np.nan
PEER_FOLDER = "oneflux_nee_proc_DE-Tha"
Streams = dict[str, "xr.Dataset"]


def grid(values: dict[str, np.ndarray], first: int, last: int, per_day: int = 48) -> Streams:
    """Return the streams `half-hourly` and `despiked`."""
    time = whole_years(first, last, per_day).start.astype("datetime64[ns]")
    step = np.timedelta64(1440 // per_day, "m")
    of_grid = {name: array for name, array in values.items() if name != "NEE"}
    streams = {
        GRID_STREAM: make_stream(time, of_grid, GRID_WORDS),
        DESPIKED_STREAM: make_stream(time, {"NEE": values["NEE"]}, DESPIKED_WORDS),
    }
    bounds = (("time", "bounds"), np.stack([time, time + step], axis=1))
    return {name: stream.assign(time_bnds=bounds) for name, stream in streams.items()}


def simulated(first: int = 2001, last: int = 2003, per_day: int = 24, thresholds: tuple[float, ...] = (0.2, 0.3, 0.35)) -> Streams:
    """Return years whose night-time flux rises up to a threshold of their own, with the same turbulence every year."""
    calendar = whole_years(first, last, per_day)
    generator = np.random.default_rng(7)
    ustar = generator.gamma(2.0, 0.14, calendar.size).round(2)
    ta = 8.0 - 9.0 * np.cos((calendar.day_of_year - 20) / 365 * 2 * np.pi) + generator.normal(0.0, 3.0, calendar.size).round(1)
    radiation = np.maximum(np.sin((calendar.hour - 6.0) / 12.0 * np.pi), 0.0) * 500.0
    of_year = np.array(thresholds)[(calendar.year - first) % len(thresholds)]
    nee = np.where(radiation > 10.0, -8.0, 3.0 * np.minimum(ustar / of_year, 1.0) + generator.normal(0.0, 0.3, calendar.size))
    return grid({"NEE": nee, "USTAR": ustar, "TA": ta, "SW_IN": radiation}, first, last, per_day)


def with_values(streams: Streams, name: str, change: Any) -> Streams:
    """Return the streams with a variable changed by a function of its values and years."""
    of = DESPIKED_STREAM if name == "NEE" else GRID_STREAM
    stream = streams[of]
    years = stream["time"].values.astype("datetime64[Y]").astype(int) + 1970
    return {**streams, of: stream.assign({name: stream[name].copy(data=change(stream[name].values, years))})}


def thresholds(streams: Streams, folder: Path | None = None, **options: Any) -> ProductResult:
    context = example_context() if folder is None else replace(example_context(), folder=folder)
    return ustar_threshold.PRODUCT.derive(streams, UstarThresholdOptions.model_validate(options), context)


def filtered(streams: Streams, found: ProductResult, **options: Any) -> ProductResult:
    return ustar_filter.PRODUCT.derive({**streams, **found.streams}, UstarFilterOptions.model_validate(options), example_context())


def messages(result: ProductResult) -> str:
    return "\n".join(problem.message for problem in result.problems)


@pytest.fixture(scope="module")
def three_years() -> Streams:
    return simulated()


@pytest.fixture(scope="module")
def oneflux(three_years: Streams) -> ProductResult:
    return thresholds(three_years, bootstraps=20)


@pytest.fixture(scope="module")
def reddyproc(three_years: Streams) -> ProductResult:
    return thresholds(three_years, bootstraps=20, convention="reddyproc")


def test_streams(three_years: Streams, oneflux: ProductResult) -> None:
    assert not oneflux.problems
    found = oneflux.streams[THRESHOLD_STREAM]
    assert dict(found.sizes) == {"year": 3, "percentile": 41, "year_season": 12}
    assert found["percentile"].values.tolist() == list(PERCENTILES)
    assert found["year"].values.tolist() == [2001, 2002, 2003]
    assert found["THRESHOLD_VUT"].attrs["units"] == "m s-1"
    many = oneflux.streams[BOOTSTRAP_STREAM]["BOOTSTRAP_MP"].values
    assert many.shape == (3, 20)
    np.testing.assert_array_equal(found["THRESHOLD_VUT"].values, variable_thresholds(many))
    np.testing.assert_array_equal(found["THRESHOLD_CUT"].values, constant_thresholds(many))
    table = oneflux.streams[TABLE_STREAM]
    assert dict(table.sizes) == {"year_season": 12, "temperature_class": 7, "ustar_class": 20}
    records = oneflux.streams[CLASS_STREAM]
    assert records.sizes["time"] == three_years[GRID_STREAM].sizes["time"]
    assert set(records["USTAR_SEASON"].values) == {1000 * year + month for year in (2001, 2002, 2003) for month in (1, 4, 7, 10)}
    night = three_years[GRID_STREAM]["SW_IN"].values < 10
    np.testing.assert_array_equal(records["TEMPERATURE_CLASS"].values >= 0, night)
    provided = ustar_threshold.PRODUCT.provides(UstarThresholdOptions())
    for name, stream in oneflux.streams.items():
        assert {str(each) for each in stream.data_vars} - {"time_bnds"} <= {word.name for word in provided[name]}


def test_years_are_the_largest_of_their_seasons(oneflux: ProductResult) -> None:
    found = oneflux.streams[THRESHOLD_STREAM]
    of_year = found["THRESHOLD_SEASON"].groupby(found["SEASON_YEAR"]).max()
    np.testing.assert_array_equal(found["THRESHOLD_YEAR"].values, of_year.values)
    assert set(found["YEAR_ORIGIN"].values) == {0}
    assert (np.diff(found["THRESHOLD_YEAR"].values) > 0).all()
    spread = [found[f"THRESHOLD_YEAR_{each}"].values for each in ("05", "50", "95")]
    assert ((spread[0] <= spread[1]) & (spread[1] <= spread[2])).all()


def test_the_table_for_the_report(oneflux: ProductResult) -> None:
    (table,) = oneflux.tables
    assert [row[0] for row in table.rows] == [2001, 2002, 2003, "all years"]
    assert table.columns[4:7] == ("5 %", "50 %", "95 %")
    assert all(isinstance(value, float) for row in table.rows for value in row[4:])


def test_a_seed_makes_it_the_same_again(three_years: Streams, oneflux: ProductResult) -> None:
    again = thresholds(three_years, bootstraps=20)
    other = thresholds(three_years, bootstraps=20, seed=2)
    assert again.streams[BOOTSTRAP_STREAM].identical(oneflux.streams[BOOTSTRAP_STREAM])
    assert not other.streams[BOOTSTRAP_STREAM].identical(oneflux.streams[BOOTSTRAP_STREAM])


# --- the filter ------------------------------------------------------------------------------------------------------------------


def test_thresholds_vary_from_year_to_year_with_oneflux(three_years: Streams, oneflux: ProductResult) -> None:
    result = filtered(three_years, oneflux)
    found = result.streams[FILTERED_STREAM]
    of_year = oneflux.streams[THRESHOLD_STREAM]["THRESHOLD_VUT"].sel(percentile=50).values
    year = found["time"].values.astype("datetime64[Y]").astype(int) - 31
    np.testing.assert_array_equal(found["USTAR_THRESHOLD"].values, of_year[year])
    flag, ustar = found["USTAR_FLAG"].values, three_years[GRID_STREAM]["USTAR"].values
    np.testing.assert_array_equal(flag == LOW, ustar < of_year[year])
    assert np.isnan(found["NEE"].values[flag > 0]).all()
    assert np.isfinite(found["NEE"].values[flag == KEPT]).all()
    (table,) = result.tables
    assert [sum(row[3:]) for row in table.rows] == [row[2] for row in table.rows]


@pytest.mark.parametrize("mode", ["vut", "cut", "year", "season", "single"])
def test_every_threshold_can_be_the_filters(three_years: Streams, oneflux: ProductResult, mode: str) -> None:
    found = filtered(three_years, oneflux, mode=mode, percentile=96.25).streams[FILTERED_STREAM]
    known = oneflux.streams[THRESHOLD_STREAM]
    expected = {
        "vut": known["THRESHOLD_VUT"].sel(percentile=96.25),
        "cut": known["THRESHOLD_CUT"].sel(percentile=96.25),
        "year": known["THRESHOLD_YEAR"],
        "season": known["THRESHOLD_SEASON"],
        "single": known["THRESHOLD_SINGLE"],
    }[mode]
    assert set(found["USTAR_THRESHOLD"].values) == set(np.atleast_1d(expected.values))
    assert found.attrs["mode"] == mode


def test_reddyproc_filters_the_night_by_the_season_s_year(three_years: Streams, reddyproc: ProductResult) -> None:
    found = filtered(three_years, reddyproc, convention="reddyproc").streams[FILTERED_STREAM]
    of_year = reddyproc.streams[THRESHOLD_STREAM]["THRESHOLD_YEAR"].values
    time = found["time"].values.astype("datetime64[M]").astype(int)
    year, month = time // 12 - 31, time % 12 + 1
    december_counts_on = np.where((month == 12) & (year < 2), year + 1, year)
    np.testing.assert_array_equal(found["USTAR_THRESHOLD"].values, of_year[december_counts_on])
    day = three_years[GRID_STREAM]["SW_IN"].values >= 10
    assert set(found["USTAR_FLAG"].values[day]) == {KEPT}


def test_recurring_seasons_keep_their_own_threshold() -> None:
    """December and January to February of one year are one season: every record has the threshold of its own (not of a sorted table's)."""
    months = ((12, 1, 2), (3, 4, 5), (6, 7, 8), (9, 10, 11))
    named = [{"season": 2001000 + group[0], "threshold": 0.1 * (number + 1)} for number, group in enumerate(months)]
    streams = simulated(2001, 2001)
    found = thresholds(streams, method="external", thresholds=named, seasons="within-year", season_months=months)
    result = filtered(streams, found, mode="season", convention="reddyproc").streams[FILTERED_STREAM]
    month = result["time"].values.astype("datetime64[M]").astype(int) % 12 + 1
    expected = np.select([np.isin(month, group) for group in months], [0.1, 0.2, 0.3, 0.4])
    np.testing.assert_allclose(result["USTAR_THRESHOLD"].values, expected, rtol=1e-12)
    estimates = thresholds(streams, convention="reddyproc", seasons="within-year", season_months=months, bootstraps=1)
    own = estimates.streams[THRESHOLD_STREAM]["THRESHOLD_SEASON"]
    result = filtered(streams, estimates, mode="season").streams[FILTERED_STREAM]
    for group in months:
        assert set(result["USTAR_THRESHOLD"].values[np.isin(month, group)]) == {float(own.sel(year_season=2001000 + group[0]))}


def test_options_of_the_filter() -> None:
    with pytest.raises(ValidationError, match=r"percentile: 49 is none of .* nearest: 48.75"):
        UstarFilterOptions(percentile=49.0)


# --- methods ---------------------------------------------------------------------------------------------------------------------


def test_a_constant_threshold(three_years: Streams) -> None:
    found = thresholds(three_years, method="constant", constant=0.25)
    known = found.streams[THRESHOLD_STREAM]
    assert set(found.streams) == {THRESHOLD_STREAM, CLASS_STREAM}
    for name in ("THRESHOLD_VUT", "THRESHOLD_CUT", "THRESHOLD_YEAR", "THRESHOLD_SEASON", "THRESHOLD_SINGLE"):
        assert set(np.atleast_1d(known[name].values).ravel()) == {0.25}
    result = filtered(three_years, found, first_after=False).streams[FILTERED_STREAM]
    np.testing.assert_array_equal(result["USTAR_FLAG"].values == LOW, three_years[GRID_STREAM]["USTAR"].values < 0.25)


@pytest.mark.parametrize("method", ["change-point", "both"])
def test_change_points(method: str) -> None:
    streams = simulated(2001, 2001, 48)
    found = thresholds(streams, method=method, bootstraps=5, change_point_outliers="own")
    many = found.streams[BOOTSTRAP_STREAM]
    assert set(many.data_vars) == ({"BOOTSTRAP_CP"} if method == "change-point" else {"BOOTSTRAP_CP", "BOOTSTRAP_MP"})
    pool = np.concatenate([many[name].values for name in many.data_vars], axis=1)
    np.testing.assert_array_equal(found.streams[THRESHOLD_STREAM]["THRESHOLD_VUT"].values, variable_thresholds(pool))
    assert (TABLE_STREAM in found.streams) == (method == "both")
    year = float(found.streams[THRESHOLD_STREAM]["THRESHOLD_YEAR"].values[0])
    assert 0.1 < year < 0.4
    seasons = found.streams[THRESHOLD_STREAM]["THRESHOLD_SEASON"].values
    assert (set(seasons) == {year}) == (method == "change-point")


def test_external_thresholds_of_years(three_years: Streams) -> None:
    named = [{"year": 2001, "threshold": 0.2}, {"year": 2003, "threshold": 0.5}, {"season": 2003001, "threshold": 0.4}]
    found = thresholds(three_years, method="external", thresholds=named)
    known = found.streams[THRESHOLD_STREAM]
    np.testing.assert_allclose(known["THRESHOLD_YEAR"].values, [0.2, 0.35, 0.5])
    np.testing.assert_allclose(known["THRESHOLD_VUT"].values[2], 0.5)
    assert known["THRESHOLD_SEASON"].sel(year_season=2003001) == 0.4
    assert known["THRESHOLD_SEASON"].sel(year_season=2003004) == 0.5
    assert "2002: no threshold was given" in messages(found)
    with pytest.raises(DataError, match="season 2003002; there are 2001001"):
        thresholds(three_years, method="external", thresholds=[{"season": 2003002, "threshold": 0.4}])
    with pytest.raises(DataError, match="thresholds are of 1999, the data of 2001, 2002, 2003"):
        thresholds(three_years, method="external", thresholds=[{"year": 1999, "threshold": 0.4}])


def test_external_files(three_years: Streams, tmp_path: Path) -> None:
    table = "YEAR,THRESHOLD\n2001,0.2\n2001,0.3\n2002,-9999\n2003,0.4\n"
    (tmp_path / "thresholds.csv").write_text(table, encoding="utf-8")
    found = thresholds(three_years, tmp_path, method="external", files=["*.csv"])
    np.testing.assert_array_equal(found.streams[BOOTSTRAP_STREAM]["BOOTSTRAP_EXTERNAL"].values, [[0.2, 0.3], [NAN, NAN], [0.4, NAN]])
    middle = found.streams[THRESHOLD_STREAM]["THRESHOLD_VUT"].sel(percentile=50).values
    assert middle.tolist() == [0.2, 0.3, 0.4]
    percentiles = ",".join(f"{each:g}" for each in PERCENTILES)
    values = ",".join(["0.3"] * 41)
    (tmp_path / "XX_USTAR_percentiles_y.csv").write_text(f"TIMESTAMP,{percentiles}\n2002,{values}\n", encoding="utf-8")
    (tmp_path / "XX_2001_2003_USTAR_percentiles_c.csv").write_text(f"{percentiles}\n{values}", encoding="utf-8")
    both = thresholds(three_years, tmp_path, method="external", files=["XX_*"], thresholds=[{"year": 2001, "threshold": 0.6}])
    known = both.streams[THRESHOLD_STREAM]
    np.testing.assert_allclose(known["THRESHOLD_VUT"].values[:, 0], [0.6, 0.3, 0.45])
    assert set(known["THRESHOLD_CUT"].values) == {0.3}
    files = ustar_threshold.PRODUCT.files(
        UstarThresholdOptions(method="external", files=("*.csv",)), replace(example_context(), folder=tmp_path)
    )
    assert len(files) == 3


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("a.csv", "a,b\n1,2\n", "no thresholds: could not convert"),
        ("a.csv", "1,2\n1,2\n", "its percentiles are not 1.25"),
        ("a_usmp_2001.txt", "0.3\n", "is not in list"),
        ("a_usmp_.txt", "forward mode 2\n0.3\n", "its name has no year"),
        ("a.csv", "", "list index out of range"),
    ],
)
def test_a_file_that_is_none(three_years: Streams, tmp_path: Path, name: str, text: str, match: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=match):
        thresholds(three_years, tmp_path, method="external", files=[name])
    with pytest.raises(InputError, match="no file of thresholds"):
        thresholds(three_years, tmp_path, method="external", files=["other*"])
    with pytest.raises(InputError, match="NO_SUCH_FOLDER is not set"):
        thresholds(three_years, tmp_path, method="external", files=["${NO_SUCH_FOLDER}/a"])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"method": "external"}, "one of them is needed"),
        ({"thresholds": [{"year": 2000, "threshold": 0.3}]}, "are for"),
        ({"method": "constant"}, "is needed with"),
        ({"constant": 0.3}, "constant is for"),
        ({"method": "external", "thresholds": [{"threshold": 0.3}]}, "one of the two must be told"),
        ({"season_months": [[1, 2, 3]]}, "every month must be in one season"),
        ({"season_starts": []}, "at least one month"),
    ],
)
def test_options_must_fit(options: dict[str, Any], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        UstarThresholdOptions.model_validate(options)


# --- where nothing is found ------------------------------------------------------------------------------------------------------


def test_a_year_without_data_takes_its_neighbours(three_years: Streams) -> None:
    streams = with_values(three_years, "NEE", lambda values, years: np.where(years == 2002, NAN, values))
    found = thresholds(streams, bootstraps=10)
    known = found.streams[THRESHOLD_STREAM]
    assert "2002: no threshold was found in 0 valid records of the night; those of the years beside it stand in" in messages(found)
    pool = found.streams[BOOTSTRAP_STREAM]["BOOTSTRAP_MP"].values
    assert known["THRESHOLD_VUT"].sel(year=2002, percentile=50) == variable_thresholds(pool, (50.0,))[1, 0]
    assert known["THRESHOLD_YEAR"].sel(year=2002) == known["THRESHOLD_VUT"].sel(year=2002, percentile=50)
    assert known["YEAR_ORIGIN"].values.tolist() == [0, 3, 0]
    median = thresholds(streams, bootstraps=10, convention="reddyproc").streams[THRESHOLD_STREAM]
    years = median["THRESHOLD_YEAR"].values
    assert years[1] == pytest.approx((years[0] + years[2]) / 2)
    assert median["YEAR_ORIGIN"].values.tolist() == [0, 4, 0]
    assert np.isfinite(median["THRESHOLD_SEASON"].values).all()


def test_a_year_with_nothing_beside_it() -> None:
    streams = simulated(2001, 2004)
    alone = with_values(streams, "NEE", lambda values, years: np.where(years > 2001, NAN, values))
    found = thresholds(alone, bootstraps=5)
    assert "2003: no threshold was found in 0 valid records of the night, and none beside it" in messages(found)
    result = filtered(alone, found)
    assert "ustar-filter: 2003, 2004: records without a threshold" in messages(result)
    years = result.streams[FILTERED_STREAM]["time"].values.astype("datetime64[Y]").astype(int) + 1970
    assert set(result.streams[FILTERED_STREAM]["USTAR_FLAG"].values[years > 2002]) == {NO_THRESHOLD}
    kept = filtered(alone, found, without_threshold="keep").streams[FILTERED_STREAM]
    assert set(kept["USTAR_FLAG"].values[years > 2002]) == {KEPT}
    filled = thresholds(alone, bootstraps=5, fallback=0.3)
    assert "0.3 m s-1 stands in for the missing thresholds of 2003, 2004" in messages(filled)
    assert filled.streams[THRESHOLD_STREAM]["THRESHOLD_YEAR"].sel(year=2004) == 0.3
    assert filled.streams[THRESHOLD_STREAM]["YEAR_ORIGIN"].values.tolist() == [0, 3, 6, 6]


def test_without_a_night_there_is_no_threshold(three_years: Streams) -> None:
    streams = with_values(three_years, "SW_IN", lambda values, _years: values + 20.0)
    for convention in ("oneflux", "reddyproc"):
        found = thresholds(streams, bootstraps=2, convention=convention)
        assert not found.streams
        assert "no year has a threshold" in messages(found)
        result = filtered(streams, found)
        assert not result.streams
        assert "there is no threshold of friction velocity; nothing is filtered" in messages(result)
    constant = thresholds(streams, bootstraps=2, fallback=0.4).streams[THRESHOLD_STREAM]
    assert set(constant["THRESHOLD_VUT"].values.ravel()) == {0.4}


def test_without_fluxes_or_friction_velocity(three_years: Streams) -> None:
    none = with_values(three_years, "USTAR", lambda values, _years: values * NAN)
    assert "there is no net ecosystem exchange with friction velocity" in messages(thresholds(none))
    without = {GRID_STREAM: three_years[GRID_STREAM]}
    assert "there is no net ecosystem exchange" in messages(thresholds(without))
    assert "there is no net ecosystem exchange" in messages(filtered(without, thresholds(without)))


def test_without_radiation_the_sun_tells_night(three_years: Streams) -> None:
    streams = {**three_years, GRID_STREAM: three_years[GRID_STREAM].rename(SW_IN="SW_IN_POT")}
    found = thresholds(streams, bootstraps=2)
    assert "night is where SW_IN_POT is below the limit" in messages(found)
    assert np.isfinite(found.streams[THRESHOLD_STREAM]["THRESHOLD_YEAR"].values).all()
    by_night = filtered(streams, found, convention="reddyproc")
    assert "night is where SW_IN_POT is below the limit" in messages(by_night)
    by_the_sensor = filtered(three_years, found, convention="reddyproc").streams[FILTERED_STREAM]["USTAR_FLAG"]
    np.testing.assert_array_equal(by_night.streams[FILTERED_STREAM]["USTAR_FLAG"], by_the_sensor)
    assert "SW_IN" not in messages(filtered(streams, found))


def test_two_years_have_no_threshold_for_all() -> None:
    streams = simulated(2001, 2002)
    found = thresholds(streams, bootstraps=3)
    assert "THRESHOLD_CUT" not in found.streams[THRESHOLD_STREAM]
    assert "it takes 3 years" in messages(filtered(streams, found, mode="cut"))


def test_radiation_of_the_night() -> None:
    measured = np.array([NAN, NAN, NAN, -1.0, NAN, -2.0, 5.0, NAN])
    potential = np.array([0.0, 0.0, 0.0, 0.0, 9.0, 9.0, 9.0, 0.0])
    found = radiation_of_night(measured, potential, per_day=4)
    np.testing.assert_array_equal(found, [NAN, NAN, 0.0, 0.0, NAN, NAN, 5.0, 0.0])


# --- the year of the peers -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured(folder: Path) -> Streams:
    table = tharandt(folder)
    return grid({name: table[name] for name in ("NEE", "USTAR", "TA", "SW_IN")}, 1998, 1998)


@pytest.mark.realdata
def test_the_product_finds_what_the_peers_find(measured: Streams) -> None:
    found = thresholds(measured, bootstraps=10).streams[THRESHOLD_STREAM]
    np.testing.assert_allclose(found["THRESHOLD_SEASON"].values, [0.63, 0.4175, 0.381, 0.4525], rtol=5e-6)
    other = thresholds(measured, bootstraps=10, convention="reddyproc")
    known = other.streams[THRESHOLD_STREAM]
    assert known["THRESHOLD_YEAR"].values == pytest.approx([0.41625])
    result = filtered(measured, other, convention="reddyproc").streams[FILTERED_STREAM]
    assert int((result["USTAR_FLAG"] == LOW).sum()) == 4217


@pytest.mark.realdata
def test_bent_lines_from_the_command(measured: Streams) -> None:
    """One threshold for all members, the largest of the seasons; of these only summer has enough classes with a bend."""
    found = thresholds(measured, method="segmented", convention="reddyproc")
    known = found.streams[THRESHOLD_STREAM]
    assert not found.problems
    seasons = known["SEASON_ESTIMATE"].values
    assert np.isfinite(seasons).sum() == 1
    np.testing.assert_array_equal(known["THRESHOLD_VUT"], np.nanmax(seasons))
    assert known["THRESHOLD_YEAR"].item() == np.nanmax(seasons)
    assert BOOTSTRAP_STREAM not in found.streams


@pytest.mark.realdata
def test_missing_radiation_without_sun_is_night(measured: Streams, real_data: Path) -> None:
    """49 records more, and the threshold that ONEFlux made its product with."""
    without_spikes = despiked_by_qc_auto(real_data, "nee")
    values = {name: measured[GRID_STREAM][name].values for name in ("USTAR", "TA", "SW_IN")}
    radiation = radiation_of_night(values["SW_IN"], without_spikes["SW_IN_POT"], per_day=48)
    np.testing.assert_array_equal(radiation, without_spikes["SW_IN"])
    streams = grid({**values, "NEE": without_spikes["NEE"], "SW_IN": radiation}, 1998, 1998)
    found = thresholds(streams, bootstraps=2).streams[THRESHOLD_STREAM]
    peer = moving_point_file(real_data / PEERS / PEER_FOLDER / "DE-Tha_usmp_1998.txt")
    np.testing.assert_allclose(found["SEASON_ESTIMATE"].values, peer.seasons, rtol=5e-6)
    np.testing.assert_array_equal(found["SEASON_RECORDS"].values, peer.counts)
    streams = grid({**values, "NEE": without_spikes["NEE"]}, 1998, 1998)
    fewer = thresholds(streams, bootstraps=2).streams[THRESHOLD_STREAM]
    assert fewer["YEAR_RECORDS"].values[0] < peer.counts.sum()


@pytest.mark.realdata
def test_bootstraps_and_percentiles_of_oneflux_are_read(measured: Streams, real_data: Path) -> None:
    peer = real_data / PEERS / PEER_FOLDER
    found = thresholds(measured, method="external", files=["${ICOS_REAL_DATA}/" + f"{PEERS}/{PEER_FOLDER}/DE-Tha_usmp_1998.txt"])
    many = moving_point_file(peer / "DE-Tha_usmp_1998.txt").bootstraps
    np.testing.assert_array_equal(found.streams[BOOTSTRAP_STREAM]["BOOTSTRAP_EXTERNAL"].values[0], many)
    printed = [column[0] for column in list(read_table(peer / "DE-Tha_USTAR_percentiles_y.csv").values())[1:]]
    np.testing.assert_array_equal(found.streams[THRESHOLD_STREAM]["THRESHOLD_VUT"].values[0], printed)
    again = thresholds(measured, peer, method="external", files=["DE-Tha_USTAR_percentiles_y.csv"])
    np.testing.assert_array_equal(again.streams[THRESHOLD_STREAM]["THRESHOLD_VUT"].values[0], printed)
