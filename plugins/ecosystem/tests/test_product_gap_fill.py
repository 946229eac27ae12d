"""The products ``gap-fill`` and ``random-uncertainty``: streams in, streams out, and what a description may say."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from gap_filling_references import PEERS, drivers_of, invented_weather, table
from icos_ecosystem.gap_filling.flux_random_uncertainty import random_uncertainty
from icos_ecosystem.gap_filling.learned import LearnedOptions, fill_learned
from icos_ecosystem.gap_filling.marginal_distribution import fill
from icos_ecosystem.gap_filling.schedules import ONEFLUX, REDDYPROC, scheme_of
from icos_ecosystem.half_hourly.streams import bounded, calendar_of
from icos_ecosystem.products import gap_fill_series
from icos_ecosystem.products.gap_fill import PRODUCT
from icos_ecosystem.products.gap_fill_options import GapFillOptions, scheme_from
from icos_ecosystem.products.random_uncertainty import PRODUCT as UNCERTAINTY
from icos_ecosystem.products.random_uncertainty import RandomUncertaintyOptions
from icos_ecosystem.vocabulary.despiked import DESPIKED_STREAM
from icos_ecosystem.vocabulary.gap_filled import FILLED_METEO, FILLED_STREAM, UNCERTAINTY_STREAM
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS
from icos_ecosystem.vocabulary.ustar import FILTERED_STREAM
from pydantic import ValidationError

from icos_core.dataset import make_stream
from icos_core.exceptions import InputError
from icos_core.testing import example_context

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from icos_core.components import ProductResult

WEATHER = ("SW_IN", "TA", "VPD")


def stream(per_day: int, **values: np.ndarray) -> xr.Dataset:
    length = np.timedelta64(1440 // per_day, "m")
    rows = next(iter(values.values())).size
    time = np.datetime64("2023-01-01T00:00", "ns") + np.arange(rows) * length
    return bounded(make_stream(time, values, GRID_WORDS), length)


def made_streams(days: int = 365, seed: int = 1, **further: np.ndarray) -> dict[str, xr.Dataset]:
    flux, drivers = invented_weather(days, 24, seed)
    weather = dict(zip(WEATHER, (each.values for each in drivers), strict=True))
    return {
        GRID_STREAM: stream(24, **(weather | further)),
        DESPIKED_STREAM: stream(24, NEE=flux + 1.0, LE=10.0 * flux, H=-5.0 * flux),
        FILTERED_STREAM: stream(24, NEE=flux),
    }


def filled(streams: dict[str, xr.Dataset], **options: Any) -> ProductResult:
    return PRODUCT.derive(streams, GapFillOptions.model_validate(options), example_context())


def uncertain(streams: dict[str, xr.Dataset], **options: Any) -> ProductResult:
    return UNCERTAINTY.derive(streams, RandomUncertaintyOptions.model_validate(options), example_context())


@pytest.fixture(scope="module")
def streams() -> dict[str, xr.Dataset]:
    given = made_streams()
    return given | filled(given).streams


def drivers(streams: dict[str, xr.Dataset]) -> list[Any]:
    return drivers_of(streams[GRID_STREAM][list(WEATHER)].to_dataframe())


def test_every_flux_by_the_weather(streams: dict[str, xr.Dataset]) -> None:
    found = streams[FILLED_STREAM]
    for name, of in (("NEE", FILTERED_STREAM), ("LE", DESPIKED_STREAM), ("H", DESPIKED_STREAM)):
        target = streams[of][name].to_numpy()
        expected = fill(target, drivers(streams), per_day=24, scheme=ONEFLUX)
        values, quality = expected.filled(target)
        np.testing.assert_array_equal(found[f"{name}_F"], values)
        np.testing.assert_array_equal(found[f"{name}_F_QC"], quality)
        np.testing.assert_array_equal(found[f"{name}_F_ALL"], expected.estimate)
        np.testing.assert_array_equal(found[f"{name}_F_METHOD"], expected.method)
        np.testing.assert_array_equal(found[f"{name}_F_WINDOW"], expected.window)
        np.testing.assert_array_equal(found[f"{name}_F_N"], expected.count)
        np.testing.assert_array_equal(found[f"{name}_F_SD"], expected.sd)
    assert found["NEE_F"].attrs["units"] == "umol m-2 s-1"
    assert found["time"].attrs["bounds"] == "time_bnds"
    provided = {word.name for word in PRODUCT.provides(GapFillOptions())[FILLED_STREAM]}
    assert set(found.data_vars) - {"time_bnds"} <= provided


def test_weather_is_filled_by_the_rest_of_it(streams: dict[str, xr.Dataset]) -> None:
    found, weather = streams[FILLED_STREAM], drivers(streams)
    for name, by in (("SW_IN", []), ("TA", weather[:1]), ("VPD", weather[:1])):
        target = streams[GRID_STREAM][name].to_numpy()
        expected = fill(target, by, per_day=24, scheme=ONEFLUX)
        np.testing.assert_array_equal(found[f"{name}_F"], expected.filled(target)[0])
        np.testing.assert_array_equal(found[f"{name}_F_METHOD"], expected.method)
    assert np.isfinite(found["TA_F"]).all()


def test_further_weather_and_no_rain() -> None:
    streams = made_streams(60)
    draw = np.random.default_rng(5)
    soil = np.where(draw.random(60 * 24) < 0.3, np.nan, draw.normal(10.0, 1.0, 60 * 24))
    streams = made_streams(60, TS=soil, P=soil, WD=soil, SW_IN_POT=soil)
    found = filled(streams).streams[FILLED_STREAM]
    expected = fill(soil, drivers(streams), per_day=24, scheme=ONEFLUX).filled(soil)[0]
    np.testing.assert_array_equal(found["TS_F"], expected)
    assert not {"P_F", "WD_F", "SW_IN_POT_F"} & set(found.data_vars)
    some = filled(streams, meteorology=["TA"]).streams[FILLED_STREAM]
    assert {name for name in FILLED_METEO if f"{name}_F" in some} == {"TA"}
    assert "NEE_F" in some


def test_filled_weather_may_drive_the_fluxes() -> None:
    streams = made_streams(100)
    found = filled(streams, driver_values="filled").streams[FILLED_STREAM]
    weather = drivers_of(found[[f"{name}_F" for name in WEATHER]].rename({f"{name}_F": name for name in WEATHER}).to_dataframe())
    expected = fill(streams[FILTERED_STREAM]["NEE"].to_numpy(), weather, per_day=24, scheme=ONEFLUX)
    np.testing.assert_array_equal(found["NEE_F_ALL"], expected.estimate)
    assert (found["NEE_F_METHOD"] == 1).mean() > (filled(streams).streams[FILLED_STREAM]["NEE_F_METHOD"] == 1).mean()


def test_drivers_are_free() -> None:
    streams = made_streams(60)
    table_of = [{"variable": "TA", "tolerance": 1.0}, {"variable": "SW_IN", "tolerance": 10.0, "tolerance_to": 100.0}]
    found = filled(streams, drivers=table_of).streams[FILLED_STREAM]
    radiation, temperature, _ = drivers(streams)
    by = [type(temperature)(values=temperature.values, tolerance=1.0)]
    by.append(type(temperature)(values=radiation.values, tolerance=10.0, tolerance_to=100.0))
    target = streams[FILTERED_STREAM]["NEE"].to_numpy()
    np.testing.assert_array_equal(found["NEE_F_ALL"], fill(target, by, per_day=24, scheme=ONEFLUX).estimate)


def test_schemes_of_the_options() -> None:
    assert scheme_from(GapFillOptions()) == ONEFLUX
    assert scheme_from(GapFillOptions(convention="reddyproc")) == REDDYPROC
    assert scheme_from(GapFillOptions(symmetric_mean=True)) == scheme_of("oneflux", symmetric=True)
    changed = scheme_from(GapFillOptions(lookup_days=5, widest_lookup_days=12, widest_diurnal_days=6, minimum_count=5, long_gaps="leave"))
    assert changed.steps == ((1, 5), (1, 10), (2, 5), (3, 0), (3, 1), (3, 2), (2, 10), (3, 3), (3, 6))
    assert (changed.diurnal_step, changed.minimum_count, changed.longest_gap) == (0, 5, 60.0)
    assert scheme_from(GapFillOptions(convention="reddyproc", long_gaps="fill")).longest_gap is None


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({}, None),
        ({"convention": "reddyproc"}, (0, 70)),
        ({"long_gaps": "leave", "longest_gap_days": 80.0}, None),
        ({"long_gaps": "reset"}, (17, 53)),
        ({"long_gaps": "reset", "margin_days": 20.0}, (22, 48)),
        ({"long_gaps": "reset", "shortest_reset_days": 37.0}, None),
    ],
)
def test_long_gaps(options: dict[str, Any], left: tuple[int, int] | None) -> None:
    """Of 70 days in which nothing at all is measured; two days at either end are filled by a narrow enough mean diurnal course."""
    streams = made_streams()
    gap = slice(100 * 24, 170 * 24)
    for each in streams.values():
        for name in each.data_vars:
            if name != "time_bnds":
                each[name][gap] = np.nan
        each[next(iter(each.data_vars))][[gap.start - 1, gap.stop]] = 1.0
    result = filled(streams, **options)
    found = result.streams[FILLED_STREAM]
    expected = np.zeros(365 * 24, bool)
    if left:
        expected[gap.start + left[0] * 24 : gap.start + left[1] * 24] = True
    np.testing.assert_array_equal(np.isnan(found["NEE_F"]), expected)
    np.testing.assert_array_equal(found["NEE_F_QC"] == -1, expected)
    told = [each.message for each in result.problems if "of NEE" in each.message]
    assert told == ([f"gap-fill: {expected.sum()} of 8760 records of NEE stay without a value"] if left else [])


def test_what_is_not_there_is_told() -> None:
    streams = made_streams(60)
    result = filled({GRID_STREAM: streams[GRID_STREAM].drop_vars("VPD"), DESPIKED_STREAM: streams[DESPIKED_STREAM]})
    assert [each.message for each in result.problems] == [
        "gap-fill: net ecosystem exchange is filled without a filter of friction velocity: product ustar-filter made none",
        "gap-fill: there is no value of VPD: weather is similar without it",
    ]
    target = streams[DESPIKED_STREAM]["NEE"].to_numpy()
    expected = fill(target, drivers(streams)[:2], per_day=24, scheme=ONEFLUX)
    np.testing.assert_array_equal(result.streams[FILLED_STREAM]["NEE_F_ALL"], expected.estimate)
    nothing = np.full(24 * 60, np.nan)
    empty = filled({GRID_STREAM: stream(24, TA=nothing), FILTERED_STREAM: stream(24, NEE=nothing)})
    assert empty.streams == {}
    assert empty.problems[0].message == "gap-fill: there is neither a flux nor meteorology to fill"
    assert filled({}).problems[0].message == "gap-fill: there is no stream half-hourly"
    all_removed = filled({**streams, FILTERED_STREAM: stream(24, NEE=nothing)})
    assert "NEE_F" not in all_removed.streams[FILLED_STREAM]
    assert "ustar-filter left no record" in all_removed.problems[0].message
    fluxes_only = filled({GRID_STREAM: stream(24, TA=nothing), DESPIKED_STREAM: streams[DESPIKED_STREAM][["LE", "time_bnds"]]})
    assert set(np.unique(fluxes_only.streams[FILLED_STREAM]["LE_F_METHOD"])) == {3}


def test_the_account_adds_up(streams: dict[str, xr.Dataset]) -> None:
    (account,) = filled({name: streams[name] for name in (GRID_STREAM, FILTERED_STREAM)}).tables
    assert [row[0] for row in account.rows] == ["SW_IN", "TA", "VPD", "NEE"]
    for row in account.rows:
        assert sum(row[1:]) == pytest.approx(100.0, abs=0.3)


def test_fluxes_may_be_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """How well is tested with the filler itself; here a few trees will do."""
    few_trees = partial(fill_learned, options=LearnedOptions(iterations=3, folds=2))
    monkeypatch.setattr(gap_fill_series, "fill_learned", few_trees)
    streams = made_streams(60)
    streams[DESPIKED_STREAM] = streams[DESPIKED_STREAM].drop_vars(["LE", "H"])
    options = {"filler": "learned", "features": ["SW_IN", "TA"], "seed": 3}
    result = filled(streams, **options)
    found, target = result.streams[FILLED_STREAM], streams[FILTERED_STREAM]["NEE"].to_numpy()
    features = {name: streams[GRID_STREAM][name].to_numpy() for name in ("SW_IN", "TA")}
    expected = few_trees(target, features, calendar_of(streams[GRID_STREAM], example_context()), seed=3)
    np.testing.assert_array_equal(found["NEE_F"], expected.filled(target)[0])
    np.testing.assert_array_equal(found["NEE_F_SD"], expected.sd)
    assert set(np.unique(found["NEE_F_METHOD"])) == {4}
    assert np.isnan(found["NEE_F_WINDOW"]).all()
    assert set(np.unique(found["TA_F_METHOD"])) <= {2, 3}
    skill = result.tables[1].rows[0]
    assert skill == (
        "NEE",
        np.isfinite(target).sum(),
        *(round(each, 3) for each in (expected.skill.rmse, expected.skill.bias, expected.skill.r2)),
    )
    few = stream(24, NEE=np.where(np.arange(24 * 60) < 150, 1.0, np.nan))
    told = filled({GRID_STREAM: streams[GRID_STREAM], FILTERED_STREAM: few}, **options)
    assert [each.message for each in told.problems] == [
        "gap-fill: NEE has fewer than 200 values: nothing was learned",
        "gap-fill: 1290 of 1440 records of NEE stay without a value",
    ]


def test_weather_of_a_reanalysis(tmp_path: Path) -> None:
    """Fitted to what is measured, where weather is missing or poorly filled; rain and wind are not filled by similar hours at all."""
    rows = 60 * 24
    wind = np.where(np.arange(rows) % 50 == 0, np.nan, 3.0 + np.sin(np.arange(rows)))
    rain = np.where(np.arange(rows) % 40 == 0, np.nan, np.arange(rows) % 7 == 0)
    streams = made_streams(60, WS=wind, P=rain, PA=np.where(np.arange(rows) < 30, 99.0, np.nan))
    truth = 12.0 + 5.0 * np.sin(np.arange(rows) / 24.0)
    streams[GRID_STREAM]["TA"][:] = np.where((np.arange(rows) >= 600) & (np.arange(rows) < 1000), np.nan, truth)
    stamps = np.datetime_as_string(streams[GRID_STREAM]["time"].to_numpy(), unit="m")
    columns = zip(stamps, (truth - 3.0) / 2.0, 2.0 * (3.0 + np.sin(np.arange(rows))), 0.5 * (np.arange(rows) % 7 == 0), strict=True)
    text = "TIMESTAMP_START,TA_ERA,WS,P,PA\n" + "".join(f"{at},{ta!r},{ws!r},{p!r},100\n" for at, ta, ws, p in columns)
    (tmp_path / "era.csv").write_text(text.replace("np.float64(", "").replace(")", ""), encoding="utf-8")
    context = example_context(folder=tmp_path)
    options = GapFillOptions(reanalysis="era.csv")
    result = PRODUCT.derive(streams, options, context)
    assert PRODUCT.files(options, context) == [tmp_path / "era.csv"]
    found, plain = result.streams[FILLED_STREAM], filled(streams).streams[FILLED_STREAM]
    from_it = found["TA_F_METHOD"].to_numpy() == 5
    np.testing.assert_array_equal(from_it, plain["TA_F_QC"] > 1)
    np.testing.assert_array_equal(found["TA_F_QC"].to_numpy()[from_it], 2)
    np.testing.assert_allclose(found["TA_F"].to_numpy()[from_it], truth[from_it], atol=1e-9)
    np.testing.assert_allclose(found["TA_F_ALL"].to_numpy()[from_it], truth[from_it], atol=1e-9)
    assert np.isnan(found["TA_F_N"].to_numpy()[from_it]).all()
    np.testing.assert_array_equal(found["TA_F"].to_numpy()[~from_it], plain["TA_F"].to_numpy()[~from_it])
    np.testing.assert_allclose(found["TA_ERA"], truth, atol=1e-9)
    np.testing.assert_allclose(found["WS_F"].to_numpy()[::50], 3.0 + np.sin(np.arange(0, rows, 50)))
    assert set(found["WS_F_METHOD"].to_numpy()[::50]) == {5}
    assert np.isfinite(found["P_F"]).all()
    assert found["P_F"][280] == pytest.approx(
        float(np.nansum(rain[np.isfinite(rain)])) / (0.5 * np.sum((np.arange(rows) % 7 == 0)[np.isfinite(rain)])) * 0.5
    )
    told = [each.message for each in result.problems]
    assert told == ["gap-fill: PA has fewer than 48 values in common with the reanalysis, which is not taken"]
    assert [row[0] for row in result.tables[1].rows] == ["TA", "P", "WS"]
    with pytest.raises(InputError, match=r"no such file, which reanalysis names"):
        PRODUCT.files(GapFillOptions(reanalysis="erä.csv"), context)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"meteorology": ["P"]}, "P is filled by a reanalysis only"),
        ({"features": ["TAA"]}, "'TAA' is no variable of half-hourly"),
        ({"features": ["TA", "NEE"]}, "'NEE' is a flux that is filled itself"),
        ({"drivers": [{"variable": "LE", "tolerance": 1.0}]}, "'LE' is a flux that is filled itself"),
        ({"convention": "onefluxx"}, "'oneflux' or 'reddyproc'"),
        ({"drivers": [{"variable": "SWIN", "tolerance": 1.0}]}, "'SWIN' is no variable of half-hourly"),
        ({"drivers": [{"variable": "TA", "tolerance": 1.0}] * 2}, "'TA' is named twice"),
        ({"drivers": [{"variable": "TA", "tolerance": 5.0, "tolerance_to": 1.0}]}, "tolerance_to: must not be below tolerance"),
        ({"drivers": [{"variable": "TA", "tolerance": 0.0}]}, "greater than 0"),
        ({"meteorology": ["TAA"]}, "'TAA' cannot be filled"),
        ({"minimum_count": 0}, "greater than or equal to 1"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        GapFillOptions.model_validate(options)


def test_uncertainty_of_every_flux(streams: dict[str, xr.Dataset]) -> None:
    result = uncertain(streams)
    found, of = result.streams[UNCERTAINTY_STREAM], streams[FILLED_STREAM]
    for name, similar in (("NEE", 2.0), ("LE", 10.0), ("H", 10.0)):
        measured = of[f"{name}_F_QC"].to_numpy() == 0
        expected = random_uncertainty(of[f"{name}_F"].to_numpy(), measured, drivers(streams), per_day=24, minimum_tolerance=similar)
        np.testing.assert_array_equal(found[f"{name}_RANDUNC"], expected.values)
        np.testing.assert_array_equal(found[f"{name}_RANDUNC_METHOD"], expected.method)
        np.testing.assert_array_equal(found[f"{name}_RANDUNC_N"], np.where(expected.method > 0, expected.count, np.nan))
    assert set(found.data_vars) - {"time_bnds"} == {
        word.name for word in UNCERTAINTY.provides(RandomUncertaintyOptions())[UNCERTAINTY_STREAM]
    }
    assert [row[0] for row in result.tables[0].rows] == ["NEE", "LE", "H"]


def test_uncertainty_of_the_gap_filling(streams: dict[str, xr.Dataset]) -> None:
    found, of = uncertain(streams, convention="reddyproc").streams[UNCERTAINTY_STREAM], streams[FILLED_STREAM]
    np.testing.assert_array_equal(found["NEE_RANDUNC"], of["NEE_F_SD"])
    np.testing.assert_array_equal(found["NEE_RANDUNC_N"], of["NEE_F_N"])
    assert set(found["NEE_RANDUNC_METHOD"].to_numpy()) == {3}


def test_uncertainty_of_some_fluxes_and_other_weather(streams: dict[str, xr.Dataset]) -> None:
    found = uncertain(streams, similar={"NEE": 1.0}, driver_values="filled").streams[UNCERTAINTY_STREAM]
    of = streams[FILLED_STREAM]
    weather = drivers_of(of[[f"{name}_F" for name in WEATHER]].rename({f"{name}_F": name for name in WEATHER}).to_dataframe())
    measured = of["NEE_F_QC"].to_numpy() == 0
    expected = random_uncertainty(of["NEE_F"].to_numpy(), measured, weather, per_day=24, minimum_tolerance=1.0)
    np.testing.assert_array_equal(found["NEE_RANDUNC"], expected.values)
    assert "LE_RANDUNC" not in found


def test_no_uncertainty_is_told(streams: dict[str, xr.Dataset]) -> None:
    for given in ({GRID_STREAM: streams[GRID_STREAM]}, {}):
        result = uncertain(given)
        assert result.streams == {}
        assert result.problems[0].message == "random-uncertainty: there is no filled flux (NEE, LE, H)"
    no_weather = {GRID_STREAM: streams[GRID_STREAM].drop_vars(list(WEATHER)), FILLED_STREAM: streams[FILLED_STREAM]}
    told = [each.message for each in uncertain(no_weather).problems]
    assert told[0] == "random-uncertainty: no record of NEE has one: too few lie under similar weather"
    with pytest.raises(ValidationError, match="'NEE', 'LE' or 'H'"):
        RandomUncertaintyOptions.model_validate({"similar": {"FC": 1.0}})


@pytest.mark.realdata
def test_a_year_as_in_reddyproc(folder: Path) -> None:
    peer = table(folder / PEERS / "reddyproc_ustar_mds_partition.csv.gz")
    names = {"SW_IN": "Rg", "TA": "Tair", "VPD": "VPD"}
    streams = {
        GRID_STREAM: stream(48, **{name: peer[f"{of}_orig"].to_numpy(np.float64) for name, of in names.items()}),
        FILTERED_STREAM: stream(48, NEE=peer["NEE_uStar_orig"].to_numpy(np.float64)),
    }
    found = filled(streams, convention="reddyproc").streams[FILLED_STREAM]
    for name, of in (names | {"NEE": "NEE_uStar"}).items():
        np.testing.assert_allclose(found[f"{name}_F"], peer[f"{of}_f"], rtol=0, atol=1e-9)
        np.testing.assert_array_equal(found[f"{name}_F_QC"], peer[f"{of}_fqc"])
