"""Which rows are samples of water."""

import numpy as np
import pytest
from icos_ocean.exporters.water_samples import in_units, underway, water_samples
from icos_ocean.figures.underway import rows_of
from icos_ocean.vocabulary import RUN_TYPES
from small_cruise import calibrated, cruise, person, with_values

from icos_core.exceptions import DataError


def test_every_water_row_is_written_or_counted() -> None:
    measured, truth = cruise()
    latitude = measured["latitude"].values.copy()
    latitude[np.flatnonzero(truth["water"])[5]] = np.nan
    sample = measured["time"].values[truth["water"]][20]
    flag = person("sst", sample, sample + np.timedelta64(1, "s"), 4)
    stream, _ = calibrated(with_values(measured, latitude=latitude), people=(flag,))
    found = water_samples(stream, include_bad=False, positioned=True)
    assert (found.flushing, found.nowhere, found.bad, found.bad_by_people) == (0, 1, 1, 0)
    assert found.rows.size + found.nowhere + found.bad == truth["water"].sum()
    assert truth["water"][found.rows].all()
    assert water_samples(stream, include_bad=True, positioned=False).rows.size == truth["water"].sum()


def test_rows_near_a_change_of_gas_are_no_samples() -> None:
    measured, truth = cruise(cycles=4)
    stream, _ = calibrated(measured, flush_after="100 s")
    found = water_samples(stream, include_bad=True, positioned=False)
    # The first of the twelve water rows of each cycle.
    assert found.flushing == 4
    assert found.rows.size == truth["water"].sum() - 4


def test_a_persons_bad_fco2_is_counted_as_such() -> None:
    measured, truth = cruise()
    sample = measured["time"].values[truth["water"]][20]
    stream, _ = calibrated(measured, people=(person("fco2", sample, sample + np.timedelta64(1, "s"), 4),))
    found = water_samples(stream, include_bad=False, positioned=True)
    assert (found.bad, found.bad_by_people) == (1, 1)


def test_without_run_types_every_row_is_a_sample() -> None:
    measured, _ = cruise()
    stream, _ = calibrated(measured)
    found = water_samples(stream.drop_vars("run_type"), include_bad=True, positioned=False)
    assert found.rows.size == stream.sizes["time"]


def test_water_of_other_run_types_is_not_left_out() -> None:
    measured, truth = cruise()
    codes = measured["run_type"].values.copy()
    other = np.flatnonzero(truth["water"])[::2]
    codes[other] = RUN_TYPES["UNK"]
    stream, _ = calibrated(with_values(measured, run_type=codes), water_run_types=["EQU", "UNK"])
    found = water_samples(stream, include_bad=True, positioned=False)
    np.testing.assert_array_equal(found.rows, np.flatnonzero(truth["water"]))
    np.testing.assert_array_equal(rows_of(stream, "EQU"), truth["water"])
    codes[truth["water"]] = RUN_TYPES["UNK"]
    stream, _ = calibrated(with_values(measured, run_type=codes), water_run_types=["UNK"])
    np.testing.assert_array_equal(water_samples(stream, include_bad=True, positioned=False).rows, np.flatnonzero(truth["water"]))


def test_a_missing_stream_is_told_with_the_nearest() -> None:
    measured, _ = cruise()
    with pytest.raises(DataError, match=r"socat: no stream 'underwy'; there are underway; nearest: 'underway'"):
        underway({"underway": measured}, "underwy", "socat")
    with pytest.raises(DataError, match="no 'fco2' along time"):
        underway({"underway": measured}, "underway", "socat")


def test_where_none_is_named_the_only_one_with_fco2_is_taken() -> None:
    measured, _ = cruise()
    stream, _ = calibrated(measured)
    assert underway({"main": stream, "tsg": measured}, "", "socat")[0] == "main"
    with pytest.raises(DataError, match="socat: one stream with 'fco2' along time is wanted, streams a, b have; name one with stream"):
        underway({"b": stream, "a": stream}, "", "socat")
    with pytest.raises(DataError, match="socat: one stream with 'fco2' along time is wanted, none of tsg has"):
        underway({"tsg": measured}, "", "socat")


def test_quantities_come_in_the_unit_of_the_header() -> None:
    measured, _ = cruise()
    stream, _ = calibrated(measured)
    pascal = stream.assign(water_vapour_pressure=(("time",), stream["water_vapour_pressure"].values * 100, {"units": "Pa"}))
    found = in_units(pascal, {"water_vapour_pressure": "hPa", "not_there": "1"})
    np.testing.assert_allclose(found["water_vapour_pressure"].values, stream["water_vapour_pressure"].values, rtol=1e-12)
