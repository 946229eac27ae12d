"""The product ``partition-daytime``: what it hands over, what it says, and mistakes in its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from icos_ecosystem.half_hourly.streams import bounded
from icos_ecosystem.partitioning.daytime import partition_daytime
from icos_ecosystem.partitioning.daytime_results import OUTCOMES
from icos_ecosystem.partitioning.daytime_windows import DayOptions
from icos_ecosystem.products.partition_daytime import PRODUCT, PartitionDaytimeOptions
from icos_ecosystem.vocabulary.gap_filled import FILLED_STREAM, words_of_filled
from icos_ecosystem.vocabulary.half_hourly_grid import GRID_STREAM, GRID_WORDS
from icos_ecosystem.vocabulary.partitioned_daytime import DAYTIME_PARAMETER_STREAM, DAYTIME_STREAM
from invented_light import LightSite, light_site
from pydantic import ValidationError

from icos_core.dataset import make_stream
from icos_core.testing import example_context

if TYPE_CHECKING:
    import xarray as xr

    from icos_core.components import Context, ProductResult


@pytest.fixture(scope="module")
def record() -> LightSite:
    return light_site(2023, 2024, 24)


def tower(record: LightSite, **changes: Any) -> Context:
    where = {"latitude": record.site.latitude, "longitude": record.site.longitude, "utc_offset": record.site.utc_offset}
    return example_context(station=example_context().station.model_copy(update=where | changes))


def streams_of(record: LightSite, **changes: np.ndarray) -> dict[str, xr.Dataset]:
    time = (record.calendar.start - np.timedelta64(60, "m")).astype("datetime64[ns]")
    length, n = np.timedelta64(1440 // record.calendar.per_day, "m"), record.nee.size
    words = [word for name in ("NEE", "SW_IN", "VPD", "TA") for word in words_of_filled(name)]
    filled = {
        "NEE_F": record.nee,
        "NEE_F_QC": np.where(record.measured, 0, 1),
        "NEE_F_SD": np.linspace(1.0, 2.0, n),
        "SW_IN_F": record.weather.sw_in,
        "SW_IN_F_QC": np.zeros(n),
        "VPD_F": record.weather.vpd,
        "TA_F": record.weather.ta,
    }
    return {
        GRID_STREAM: bounded(make_stream(time, {"SW_IN": record.weather.sw_in}, GRID_WORDS), length),
        FILLED_STREAM: bounded(make_stream(time, filled | changes, words), length),
    }


def derived(record: LightSite, streams: dict[str, xr.Dataset] | None = None, /, **options: Any) -> ProductResult:
    choice = PartitionDaytimeOptions.model_validate(options)
    return PRODUCT.derive(streams_of(record) if streams is None else streams, choice, tower(record))


@pytest.mark.parametrize("options", [{}, {"convention": "reddyproc", "settings": "lasslop", "variant": "keenan-2019"}])
def test_streams(record: LightSite, options: dict[str, Any]) -> None:
    result = derived(record, **options)
    spread = np.linspace(1.0, 2.0, record.nee.size) if options else None
    expected = partition_daytime(*record.handed, DayOptions(**options), nee_sd=spread)
    made = result.streams[DAYTIME_STREAM]
    fluxes = (expected.reco, expected.gpp, expected.reco_sd, expected.gpp_sd, expected.quality)
    for name, values in zip(("RECO_DT", "GPP_DT", "RECO_DT_SD", "GPP_DT_SD", "PARTITION_DT_QC"), fluxes, strict=True):
        np.testing.assert_allclose(made[name].values, values, rtol=1e-12)
    assert made.attrs["convention"] == options.get("convention", "oneflux")
    assert made.attrs["variant"] == options.get("variant", "lasslop-2010")
    assert made["time_bnds"].sizes["time"] == record.nee.size
    windows = result.streams[DAYTIME_PARAMETER_STREAM]
    for number, name in enumerate(("K", "BETA", "ALPHA", "RREF")):
        np.testing.assert_allclose(windows[name].values, expected.windows.parameters[:, number])
        np.testing.assert_allclose(windows[f"{name}_SD"].values, expected.windows.sd[:, number])
    np.testing.assert_array_equal(windows["OUTCOME"].values, expected.windows.outcome)
    provided = PRODUCT.provides(PartitionDaytimeOptions())
    for stream, dataset in result.streams.items():
        assert {word.name for word in provided[stream]} == set(dataset.data_vars) - {"time_bnds"}
    assert not result.problems


def test_times_of_windows(record: LightSite) -> None:
    windows = derived(record).streams[DAYTIME_PARAMETER_STREAM]
    start, centre, end = (windows[f"time_{name}"].values for name in ("start", "centre", "end"))
    assert ((start <= centre) & (centre <= end)).all()
    assert (end - start).max() == np.timedelta64(4, "D")
    assert windows.sizes["window"] == 364
    # The third day of the year begins at local midnight, an hour ahead of UTC.
    assert centre[0] == np.datetime64("2023-01-02T23:00")
    assert centre[182] == np.datetime64("2024-01-02T23:00")


def test_sums_of_years(record: LightSite) -> None:
    result = derived(record)
    [table] = result.tables
    gpp = result.streams[DAYTIME_STREAM]["GPP_DT"].values
    assert [row[0] for row in table.rows] == [2023, 2024]
    assert table.rows[0][5] == pytest.approx(gpp[:8760].sum() * 3600 * 12.0107e-6, abs=0.05)
    assert [row[2] for row in table.rows] == [182, 182]
    assert all(row[1] > 170 for row in table.rows)


def test_a_year_that_fails_is_named(record: LightSite) -> None:
    streams = streams_of(record, NEE_F_QC=np.where(record.calendar.year == 2023, 1, 0))
    result = derived(record, streams)
    [problem] = result.problems
    assert problem.message == "partition-daytime: 2023: no flux by day was measured with radiation and temperature"
    made = result.streams[DAYTIME_STREAM]
    assert np.isfinite(made["GPP_DT"].values).tolist() == (record.calendar.year == 2024).tolist()
    assert set(made["PARTITION_DT_QC"].values[:8760]) == {-1}
    assert result.tables[0].rows[0][4:] == ("incomplete", "incomplete")


def test_without_a_deficit(record: LightSite) -> None:
    result = derived(record, streams_of(record, VPD_F=np.full(record.nee.size, np.nan)))
    assert [each.message for each in result.problems] == [
        "partition-daytime: there is no value of VPD_F: its effect is left out of account"
    ]
    assert np.isfinite(result.streams[DAYTIME_STREAM]["GPP_DT"].values).all()


def test_nothing_to_part(record: LightSite) -> None:
    result = derived(record, {})
    assert result.streams == {}
    assert result.problems[0].message == "partition-daytime: there is no value of NEE_F and SW_IN_F and TA_F"
    nothing = np.full(record.nee.size, np.nan)
    assert derived(record, streams_of(record, TA_F=nothing)).problems[0].message == "partition-daytime: there is no value of TA_F"
    empty = derived(record, streams_of(record, NEE_F_QC=np.ones(record.nee.size)), convention="reddyproc")
    assert empty.streams[DAYTIME_PARAMETER_STREAM].sizes["window"] == 0
    assert len(empty.problems) == 1


def test_every_outcome_has_a_word(record: LightSite) -> None:
    windows = derived(record).streams[DAYTIME_PARAMETER_STREAM]
    assert windows["OUTCOME"].attrs["flag_meanings"].split()[1:] == list(OUTCOMES)


def test_no_place(record: LightSite) -> None:
    made = PRODUCT.derive(streams_of(record), PartitionDaytimeOptions(), tower(record, latitude=None))
    assert made.streams == {}
    assert "partition-daytime: the station has no latitude" in made.problems[0].message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"settings": "lasslop"}, 'settings: "lasslop" are settings of convention "reddyproc"'),
        ({"bootstraps": 2}, "greater than or equal to 3"),
        ({"fixed_e0": 0.0}, "greater than 0"),
        ({"variant": "keenan"}, "keenan-2019"),
    ],
)
def test_mistakes_in_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PartitionDaytimeOptions.model_validate(options)
