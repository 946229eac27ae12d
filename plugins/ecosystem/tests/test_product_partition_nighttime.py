"""The product ``partition-nighttime``: what it hands over, what it says, and mistakes in its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.half_hourly.streams import bounded
from icos_ecosystem.partitioning.night_windows import OUTCOMES
from icos_ecosystem.partitioning.nighttime import NightOptions, partition_nighttime
from icos_ecosystem.products.partition_nighttime import PRODUCT, PartitionNighttimeOptions
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM, words_of_filled
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS
from icos_ecosystem.vocabulary.partitioned_nighttime import NIGHTTIME_PARAMETER_STREAM, NIGHTTIME_STREAM
from pydantic import ValidationError
from slow_nighttime import Exchange, invented_exchange

from icos_core.dataset import make_stream
from icos_core.testing import example_context

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import Context, ProductResult


@pytest.fixture(scope="module")
def record() -> Exchange:
    return invented_exchange(2023, 2024, 24, noise=0.3)


def site(record: Exchange, **changes: Any) -> Context:
    where = record.site
    context = example_context()
    station = context.station.model_copy(
        update={"latitude": where.latitude, "longitude": where.longitude, "utc_offset": where.utc_offset} | changes
    )
    return example_context(station=station)


def streams_of(record: Exchange, temperature: str = "TA") -> dict[str, xr.Dataset]:
    offset = np.timedelta64(round(record.site.utc_offset * 60), "m")
    time = (record.calendar.start - offset).astype("datetime64[ns]")
    length = np.timedelta64(1440 // record.calendar.per_day, "m")
    words = [word for name in ("NEE", temperature) for word in words_of_filled(name)]
    filled = {
        "NEE_F": record.nee,
        "NEE_F_QC": np.where(record.measured, 0, 1),
        f"{temperature}_F": record.temperature,
        f"{temperature}_F_QC": np.zeros(record.nee.size),
    }
    return {
        GRID_STREAM: bounded(make_stream(time, {"SW_IN": record.sw_in}, GRID_WORDS), length),
        FILLED_STREAM: bounded(make_stream(time, filled, words), length),
    }


def derived(record: Exchange, filled: str = "TA", /, **options: Any) -> ProductResult:
    choice = PartitionNighttimeOptions.model_validate(options)
    return PRODUCT.derive(streams_of(record, filled), choice, site(record))


@pytest.mark.parametrize("convention", ["oneflux", "reddyproc"])
def test_streams(record: Exchange, convention: Any) -> None:
    result = derived(record, convention=convention)
    expected = partition_nighttime(*record.handed, NightOptions(convention=convention))
    made = result.streams[NIGHTTIME_STREAM]
    for name, values in (("RECO_NT", expected.reco), ("GPP_NT", expected.gpp), ("E0_NT", expected.e0), ("RREF_NT", expected.rref)):
        np.testing.assert_array_equal(made[name].values, values)
    assert made.attrs == {"convention": convention, "temperature": "TA"}
    assert made["time_bnds"].sizes["time"] == record.nee.size
    windows = result.streams[NIGHTTIME_PARAMETER_STREAM]
    for name, values in (("N", expected.parameters.count), ("E0", expected.parameters.e0), ("RREF_SE", expected.parameters.rref_se)):
        np.testing.assert_array_equal(windows[name].values, values)
    provided = PRODUCT.provides(PartitionNighttimeOptions())
    for stream, dataset in result.streams.items():
        assert {word.name for word in provided[stream]} == set(dataset.data_vars) - {"time_bnds"}
    assert not result.problems


def test_times_of_windows(record: Exchange) -> None:
    windows = derived(record).streams[NIGHTTIME_PARAMETER_STREAM]
    start, centre, end = (windows[f"time_{name}"].values for name in ("start", "centre", "end"))
    assert ((start <= centre) & (centre <= end)).all()
    first = windows["WINDOW_KIND"].values == 0
    # Two years of windows every five days, of two weeks of records that are stamped by their ends; the last ones are cut off.
    assert np.unique(np.diff(start[first])).max() == np.timedelta64(5, "D")
    assert (end - start)[first].max() == np.timedelta64(14, "D")
    assert start[0] == np.datetime64("2022-12-31T22:00")
    assert (windows["OUTCOME"].values[first] == OUTCOMES.index("used")).sum() == 6


def test_sums_of_years(record: Exchange) -> None:
    result = derived(record)
    [table] = result.tables
    reco = result.streams[NIGHTTIME_STREAM]["RECO_NT"].values
    assert [row[0] for row in table.rows] == [2023, 2024]
    assert table.rows[0][3] == pytest.approx(reco[:8760].sum() * 3600 * 12.0107e-6, abs=0.05)
    nee, reco_sum, gpp = table.rows[1][2:]
    assert gpp == pytest.approx(reco_sum - nee, abs=0.11)


def test_a_year_that_fails_is_named(record: Exchange) -> None:
    streams = streams_of(record)
    streams[FILLED_STREAM]["NEE_F_QC"][:8760] = 1
    result = PRODUCT.derive(streams, PartitionNighttimeOptions(), site(record))
    [problem] = result.problems
    assert problem.message == "partition-nighttime: 2023: no night has a measured flux and temperature"
    assert np.isfinite(result.streams[NIGHTTIME_STREAM]["RECO_NT"].values).tolist() == (record.calendar.year == 2024).tolist()
    assert result.tables[0].rows[0][1:] == ("incomplete", pytest.approx(result.tables[0].rows[0][2]), "incomplete", "incomplete")


def test_soil_temperature(record: Exchange) -> None:
    result = derived(record, "TS", temperature="TS")
    np.testing.assert_array_equal(
        result.streams[NIGHTTIME_STREAM]["RECO_NT"].values, derived(record).streams[NIGHTTIME_STREAM]["RECO_NT"].values
    )
    assert "TS_F" in {each.name for each in PRODUCT.requires(PartitionNighttimeOptions(temperature="TS"))[FILLED_STREAM]}


def test_what_is_missing_is_named(record: Exchange) -> None:
    result = derived(record, temperature="TS")
    assert result.streams == {}
    assert result.problems[0].message == "partition-nighttime: there is no value of TS_F"
    dark = streams_of(record)
    dark[GRID_STREAM] = dark[GRID_STREAM].drop_vars("SW_IN")
    for convention, count in (("oneflux", 0), ("reddyproc", 1)):
        result = PRODUCT.derive(dark, PartitionNighttimeOptions.model_validate({"convention": convention}), site(record))
        assert [each.message for each in result.problems] == ["partition-nighttime: there is no value of SW_IN"] * count
    nothing = PRODUCT.derive({GRID_STREAM: dark[GRID_STREAM]}, PartitionNighttimeOptions(), site(record))
    assert nothing.problems[0].message == "partition-nighttime: there is no value of NEE_F and TA_F"
    nowhere = PRODUCT.derive(streams_of(record), PartitionNighttimeOptions(), site(record, latitude=None))
    assert not nowhere.streams
    assert "no latitude" in nowhere.problems[0].message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"convention": "onflux"}, "'oneflux' or 'reddyproc'"),
        ({"fixed_e0": 0.0}, "greater than 0"),
        ({"least_e0": 360.0}, "least_e0: must be below greatest_e0, which is 350"),
        ({"temperature_range": 0.0}, "greater than 0"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        PartitionNighttimeOptions.model_validate(options)
