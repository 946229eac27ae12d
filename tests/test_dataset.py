"""Conventions of data sets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from icos_core.components import Variable
from icos_core.dataset import category_mask, category_words, check_stream, is_good, make_stream, quantities, set_variable, usable
from icos_core.exceptions import DataError

TIME = np.datetime64("2024-01-01T00:00", "s") + np.arange(3).astype("timedelta64[m]")
RUN_TYPE = Variable(name="run_type", dtype="int8", flag_values=(1, 2, 11), flag_meanings=("EQU", "ATM", "STD1"))
SST = Variable(name="sst", units="degree_C", standard_name="sea_surface_temperature", comment="at the intake")


def test_a_stream_has_time_values_and_attributes() -> None:
    stream = make_stream(TIME, {"sst": [1, 2, 3], "run_type": [1, 2, 11]}, [SST, RUN_TYPE])
    assert stream["time"].dtype == "datetime64[ns]"
    assert stream["sst"].dtype == np.float64
    assert stream["sst"].attrs == {
        "long_name": "sst",
        "standard_name": "sea_surface_temperature",
        "units": "degree_C",
        "comment": "at the intake",
    }
    assert stream["run_type"].dtype == np.int8
    assert category_words(stream, "run_type") == {"EQU": 1, "ATM": 2, "STD1": 11}
    assert quantities(stream) == ["sst"]


def test_a_name_outside_the_vocabulary_is_refused_with_the_nearest() -> None:
    with pytest.raises(DataError, match="'sstt' is not in the vocabulary; nearest: 'sst'"):
        make_stream(TIME, {"sstt": [1, 2, 3]}, [SST])
    with pytest.raises(DataError, match=r"'conductivity' is not in the vocabulary$"):
        make_stream(TIME, {"conductivity": [1, 2, 3]}, [SST])


@pytest.mark.parametrize("values", [[1.0, 2.0], [[1.0, 2.0, 3.0]], 1.0])
def test_values_of_another_length_are_refused(values: Any) -> None:
    with pytest.raises(DataError, match=r"expected \(3,\)"):
        make_stream(TIME, {"sst": values}, [SST])


@pytest.mark.parametrize("values", [[1, 2, 300], [1.0, np.nan, 2.0], [1.0, 1.5, 2.0], np.array([1, -129, 2])])
def test_codes_that_do_not_fit_are_refused(values: Any) -> None:
    """Cast blindly, 300 would become 44 and NaN 0."""
    with pytest.raises(DataError, match="do not fit int8"):
        make_stream(TIME, {"run_type": values}, [RUN_TYPE])


def test_whole_numbers_of_another_type_fit() -> None:
    stream = make_stream(TIME, {"run_type": np.array([1.0, 2.0, 11.0])}, [RUN_TYPE])
    set_variable(stream, RUN_TYPE, np.array([2, 2, 2], dtype=np.int64))
    assert stream["run_type"].values.tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("time", "message"),
    [
        (TIME[[0, 1, 1]], "does not increase"),
        (TIME[::-1], "does not increase"),
        (np.array(["2024-01-01", "NaT", "2024-01-02"], dtype="datetime64[ns]"), "missing values"),
    ],
)
def test_time_must_increase(time: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make_stream(time, {"sst": [1, 2, 3]}, [SST])


def test_a_stream_without_proper_time_is_refused() -> None:
    stream = make_stream(TIME, {"sst": [1, 2, 3]}, [SST])
    with pytest.raises(DataError, match="no coordinate 'time'"):
        check_stream(stream.drop_vars("time"), "underway")
    with pytest.raises(DataError, match=r"underway: time is int64"):
        check_stream(stream.assign_coords(time=[1, 2, 3]), "underway")


def test_good_values_are_present_and_not_flagged() -> None:
    stream = make_stream(TIME, {"sst": [1.0, np.nan, 3.0]}, [SST])
    assert is_good(stream, "sst").tolist() == [True, False, True]
    stream["sst_flag"] = ("time", np.array([3, 9, 1], dtype=np.int8))
    assert is_good(stream, "sst").tolist() == [False, False, True]
    assert is_good(stream, "sst", worst=3).tolist() == [True, False, True]
    assert np.array_equal(usable(stream, "sst"), [np.nan, np.nan, 3.0], equal_nan=True)


def test_rows_of_a_category_and_unknown_words() -> None:
    stream = make_stream(TIME, {"run_type": [1, 2, 11]}, [RUN_TYPE])
    assert category_mask(stream, "run_type", ["EQU", "STD1"]).tolist() == [True, False, True]
    assert category_mask(stream, "run_type", []).tolist() == [False, False, False]
    with pytest.raises(DataError, match="run_type has no word 'EQUU'; nearest: 'EQU'"):
        category_mask(stream, "run_type", ["EQUU"])
