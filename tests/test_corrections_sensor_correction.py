"""Corrections of sensors: polynomials, offsets, validity, calibrations before and after a deployment."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import ValidationError

from icos_core import DataError, Outcome, Variable
from icos_core.corrections.sensor_correction import CALIBRATOR, calibrate, provides, requires
from icos_core.corrections.sensor_correction_options import SensorCorrectionOptions
from icos_core.dataset import attributes, make_stream
from icos_core.flags import apply_flags, decode_bits
from icos_core.testing import CalibratorContract, example_context, example_stream

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

SST = Variable(name="sst", units="degree_C", long_name="sea-surface temperature")
SALINITY = Variable(name="salinity", units="1")
UNCERTAINTY = Variable(name="sst_uncertainty", units="degree_C")
TERM = Variable(name="sst_uncertainty_drift", units="degree_C", attributes={"error_correlation": "common"})
START = np.datetime64("2024-03-01", "ns")


def options(*tables: dict[str, Any], **more: Any) -> SensorCorrectionOptions:
    return SensorCorrectionOptions.model_validate({"correct": [{"variable": "sst", **table} for table in tables], **more})


def stream(values: Any = (10.0, 11.0, 12.0, np.nan, 14.0), **companions: Any) -> xr.Dataset:
    """Return days of a sensor, flagged."""
    values = np.asarray(values, dtype=float)
    words = {each.name: each for each in (SST, UNCERTAINTY, TERM)}
    found = make_stream(START + np.arange(len(values)) * np.timedelta64(1, "D"), {"sst": values, **companions}, words.values())
    apply_flags(found, [])
    return found


def corrected(given: xr.Dataset, *tables: dict[str, Any], whole: bool = True, **more: Any) -> Any:
    context = example_context() if whole else example_context(newest=None)
    return calibrate({"ship": given}, options(*tables, **more), context)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"offset": -0.5}, [9.5, 10.5, 11.5, np.nan, 13.5]),
        ({"factor": 2.0}, [20, 22, 24, np.nan, 28]),
        ({"coefficients": [1.0, 0.5]}, [6, 6.5, 7, np.nan, 8]),
        ({"coefficients": [0, 0, 1]}, [100, 121, 144, np.nan, 196]),
        ({"coefficients": [1, 0, 0, 0, 0, 1e-5]}, [2, 2.61051, 3.48832, np.nan, 6.37824]),
        ({"coefficients": [7.0]}, [7, 7, 7, np.nan, 7]),
        ({"coefficients": [1.0, 2.0], "factor": 3.0, "offset": 4.0}, [67, 73, 79, np.nan, 91]),
        ({"uncertainty": 0.1}, [10, 11, 12, np.nan, 14]),
    ],
)
def test_what_a_table_does(table: dict[str, Any], expected: list[float]) -> None:
    np.testing.assert_allclose(corrected(stream(), table).streams["ship"]["sst"], expected)


def test_validity_begins_with_its_first_moment_and_ends_before_its_last() -> None:
    result = corrected(
        stream(np.full(5, 10.0)),
        {"offset": 1.0, "valid_from": "2024-03-02T00:00:00Z", "valid_to": "2024-03-03T00:00:00Z"},
        {"offset": 2.0, "valid_from": "2024-03-03T00:00:00Z", "valid_to": "2024-03-04T00:00:00Z"},
    )
    assert result.streams["ship"]["sst"].values.tolist() == [10, 11, 12, 10, 10]
    [problem] = result.problems
    assert problem.message == "ship: 3 values of sst lie outside of every validity of its corrections and keep their reading"
    [table] = result.tables
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert [row["rows"] for row in rows] == [1, 1]
    assert rows[0]["corrected value"] == "x + 1"
    assert rows[1]["valid from"] == "2024-03-03T00:00:00Z"


def test_values_outside_may_be_made_missing() -> None:
    result = corrected(stream(np.full(3, 10.0)), {"offset": 1.0, "valid_from": "2024-03-02T00:00:00Z"}, outside="missing")
    np.testing.assert_array_equal(result.streams["ship"]["sst"], [np.nan, 11, 11])
    assert "1 values of sst" in result.problems[0].message
    assert "missing" in result.problems[0].message


def test_linear_between_calibrations_before_and_after() -> None:
    """Offsets 0 and 1 of 2 and 4 March: half of it on 3 March, the nearest one before and after."""
    result = corrected(
        stream(np.full(5, 10.0)),
        {"offset": 1.0, "date": "2024-03-04T00:00:00Z", "between": "linear", "uncertainty": 0.3},
        {"offset": 0.0, "date": "2024-03-02T00:00:00Z", "between": "linear", "uncertainty": 0.1},
    )
    ship = result.streams["ship"]
    np.testing.assert_allclose(ship["sst"], [10, 10, 10.5, 11, 11])
    np.testing.assert_allclose(ship["sst_uncertainty"], [0.1, 0.1, 0.2, 0.3, 0.3])
    assert result.problems == ()


def test_three_calibrations_each_between_its_neighbours() -> None:
    dates = ("2024-03-01T00:00:00Z", "2024-03-03T00:00:00Z", "2024-03-05T00:00:00Z")
    tables = [{"offset": offset, "date": date, "between": "linear"} for offset, date in zip((0.0, 2.0, 0.0), dates, strict=True)]
    np.testing.assert_allclose(corrected(stream(np.full(5, 10.0)), *tables).streams["ship"]["sst"], [10, 11, 12, 11, 10])


def test_calibrations_of_two_deployments() -> None:
    """Calibrations are interpolated within one validity alone."""
    first = {"valid_to": "2024-03-03T00:00:00Z", "between": "linear"}
    second = {"valid_from": "2024-03-03T00:00:00Z", "between": "linear"}
    tables = [
        {"offset": 0.0, "date": "2024-03-01T00:00:00Z", **first},
        {"offset": 2.0, "date": "2024-03-03T00:00:00Z", **first},
        {"offset": 100.0, "date": "2024-03-03T00:00:00Z", **second},
        {"offset": 200.0, "date": "2024-03-05T00:00:00Z", **second},
    ]
    np.testing.assert_allclose(corrected(stream(np.full(5, 10.0)), *tables).streams["ship"]["sst"], [10, 11, 110, 160, 210])


def test_an_uncertainty_that_the_reading_has_follows_the_slope() -> None:
    given = stream(sst_uncertainty=np.full(5, 0.1), sst_uncertainty_drift=np.full(5, 0.05))
    ship = corrected(given, {"coefficients": [0, 0, -1]}).streams["ship"]
    np.testing.assert_allclose(ship["sst_uncertainty"], [2.0, 2.2, 2.4, np.nan, 2.8])
    np.testing.assert_allclose(ship["sst_uncertainty_drift"], [1.0, 1.1, 1.2, np.nan, 1.4])


def test_a_stated_uncertainty_stands_in_for_total_and_terms() -> None:
    given = stream(sst_uncertainty=np.full(5, 0.1), sst_uncertainty_drift=np.full(5, 0.05))
    ship = corrected(given, {"offset": 1.0, "uncertainty": 0.3, "valid_to": "2024-03-03T00:00:00Z"}).streams["ship"]
    np.testing.assert_allclose(ship["sst_uncertainty"], [0.3, 0.3, 0.1, np.nan, 0.1])
    np.testing.assert_allclose(ship["sst_uncertainty_drift"], [np.nan, np.nan, 0.05, np.nan, 0.05])
    assert ship["sst_uncertainty"].attrs["units"] == "degree_C"


def test_numbers_in_a_unit_of_their_own() -> None:
    """An offset of 1.8 °F is 1 °C, and 50 °F twice is 37.8 °C."""
    ship = corrected(stream(np.full(2, 10.0)), {"offset": 1.8, "units": "degree_F", "uncertainty": 0.18}).streams["ship"]
    np.testing.assert_allclose(ship["sst"], [11, 11])
    np.testing.assert_allclose(ship["sst_uncertainty"], [0.1, 0.1])
    np.testing.assert_allclose(corrected(stream([10.0]), {"factor": 2.0, "units": "degree_F"}).streams["ship"]["sst"], [340 / 9])
    with pytest.raises(DataError, match="sst is in 'degree_C', which cannot be converted to 'hPa'"):
        corrected(stream(), {"offset": 1.0, "units": "hPa"})


def test_bits_of_the_measured_value_stay() -> None:
    given = stream()
    apply_flags(given, [Outcome(variable="sst", name="range", level=np.array([1, 3, 4, 2, 1], dtype=np.int8))])
    ship = corrected(given, {"offset": -5.0}).streams["ship"].copy()
    apply_flags(ship, [])
    assert ship["sst_flag"].values.tolist() == [1, 3, 4, 9, 1]
    assert decode_bits(ship, "sst_tests")["range_bad"].tolist() == [False, False, True, False, False]
    # Questionable and bad values are corrected too: they are readings of the same sensor.
    np.testing.assert_allclose(ship["sst"], [5, 6, 7, np.nan, 9])


def test_a_damaged_number_beyond_all_numbers_is_missing() -> None:
    ship = corrected(stream([10.0, 1e300, -1e300]), {"coefficients": [0, 1, 1]}).streams["ship"]
    np.testing.assert_array_equal(ship["sst"], [110, np.nan, np.nan])


def test_further_dimensions() -> None:
    given = stream(np.full(3, 10.0))
    given["profile"] = (("time", "depth"), np.arange(6.0).reshape(3, 2), attributes(SST))
    table = {"correct": [{"variable": "profile", "offset": 1.0, "valid_from": "2024-03-02T00:00:00Z", "uncertainty": 0.5}]}
    ship = calibrate({"ship": given}, SensorCorrectionOptions.model_validate(table), example_context()).streams["ship"]
    np.testing.assert_allclose(ship["profile"], [[0, 1], [3, 4], [5, 6]])
    np.testing.assert_allclose(ship["profile_uncertainty"], [[np.nan, np.nan], [0.5, 0.5], [0.5, 0.5]])


def test_everything_else_is_handed_on() -> None:
    given = stream().assign(salinity=("time", np.full(5, 35.0)))
    result = corrected(given, {"offset": 1.0}).streams["ship"]
    assert set(result.data_vars) == set(given.data_vars)
    np.testing.assert_array_equal(result["salinity"], given["salinity"])


def test_of_a_single_period_no_rows_are_counted() -> None:
    """Periods overlap and are many: what is told of each has to be the same."""
    result = corrected(stream(), {"offset": 1.0, "valid_from": "2025-01-01T00:00:00Z"}, whole=False)
    assert "rows" not in result.tables[0].columns
    assert result.problems[0].message == "ship: values of sst lie outside of every validity of its corrections and keep their reading"


def test_tables_of_several_streams() -> None:
    given = options({"offset": 1.0, "stream": "ship"}, {"offset": 2.0, "stream": "buoy"})
    result = calibrate({"ship": stream([10.0]), "buoy": stream([10.0]), "third": stream([10.0])}, given, example_context())
    assert {name: each["sst"].item() for name, each in result.streams.items()} == {"ship": 11, "buoy": 12}


def test_without_a_stream_exactly_one_has_to_fit() -> None:
    with pytest.raises(DataError, match=r"exactly one stream with sst, found: ship, buoy; name one with stream"):
        calibrate({"ship": stream(), "buoy": stream()}, options({"offset": 1.0}), example_context())


def test_only_quantities_are_corrected() -> None:
    given = stream().assign(port=("time", np.zeros(5, dtype=np.int8)))
    table = SensorCorrectionOptions.model_validate({"correct": [{"variable": "port", "offset": 1}]})
    with pytest.raises(DataError, match="'port' is no quantity along time: int8"):
        calibrate({"ship": given}, table, example_context())


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ([{}], "coefficients, factor, offset or uncertainty"),
        ([{"offset": 1.0, "between": "linear"}], "date: when the sensor was calibrated"),
        ([{"coefficients": [0.0] * 7}], "at most 6"),
        ([{"coefficients": []}], "at least 1"),
        ([{"offset": float("nan")}], "finite"),
        ([{"offset": 1.0}, {"offset": 2.0}], r"x \+ 1 from the beginning to the end and x \+ 2 from the beginning to the end do"),
        (
            [{"offset": 1.0, "valid_to": "2024-03-02T00:00:00Z"}, {"offset": 2.0, "valid_from": "2024-03-01T01:00:00+01:00"}],
            r"corrections of 'sst' that do not overlap; .* to 2024-03-02T00:00:00Z and x \+ 2 from 2024-03-01T00:00:00Z to the end do",
        ),
        ([{"offset": 1.0}, {"offset": 2.0, "stream": "ship"}], "do not overlap"),
        ([{"offset": 1.0, "between": "linear", "date": "2024-03-01T00:00:00Z"}], "two or more calibrations of 'sst' at different dates"),
        ([{"offset": 1.0, "between": "linear", "date": "2024-03-01T00:00:00Z"}, {"offset": 2.0}], "do not overlap"),
        ([{"offset": 1.0, "between": "linear", "date": "2024-03-01T00:00:00Z"}] * 2, "at different dates"),
        (
            [
                {"uncertainty": 1.0, "between": "linear", "date": "2024-03-01T00:00:00Z"},
                {"offset": 1.0, "between": "linear", "date": "2024-03-02T00:00:00Z"},
            ],
            "uncertainty with all calibrations of 'sst'",
        ),
    ],
)
def test_mistakes_are_refused(tables: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        options(*tables)


def test_corrections_of_two_streams_may_overlap() -> None:
    assert len(options({"offset": 1.0, "stream": "ship"}, {"offset": 2.0, "stream": "buoy"}).correct) == 2


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ({"offset": -0.5}, "x − 0.5"),
        ({"coefficients": [0.1, 1.01, 0, -2e-6]}, "0.1 + 1.01 x − 2e-06 x³"),
        ({"coefficients": [0, -1], "factor": 2.0, "offset": 3.0}, "2 · (−x) + 3"),
        ({"coefficients": [0.0]}, "0"),
        ({"factor": 1.0}, "x"),
    ],
)
def test_a_correction_is_written_as_people_do(table: dict[str, Any], text: str) -> None:
    assert options(table).correct[0].formula == text


def test_what_is_declared() -> None:
    given = SensorCorrectionOptions.model_validate(
        {"correct": [{"variable": "sst", "offset": 1, "uncertainty": 0.1}, {"variable": "salinity", "offset": 1, "stream": "buoy"}]}
    )
    assert {name: [each.name for each in needed] for name, needed in requires(given).items()} == {"*": ["sst"], "buoy": ["salinity"]}
    assert {name: [each.name for each in made] for name, made in provides(given).items()} == {"*": ["sst_uncertainty"], "buoy": []}


WORDS = (SST, SALINITY, UNCERTAINTY)


class TestContract(CalibratorContract):
    """What is corrected stays the word it was, so what the test's stream has is declared here."""

    calibrator = replace(CALIBRATOR, provides=lambda _options: {"*": WORDS})

    def measured(self, folder: Path) -> tuple[dict[str, xr.Dataset], BaseModel]:
        assert folder.is_dir()
        given = options(
            {"coefficients": [0.1, 0.99, 1e-4], "uncertainty": 0.02, "valid_to": "2024-03-01T06:00:00Z"},
            {"offset": 0.1, "between": "linear", "date": "2024-02-01T00:00:00Z", "valid_from": "2024-03-01T06:00:00Z"},
            {"offset": 0.3, "between": "linear", "date": "2024-05-01T00:00:00Z", "valid_from": "2024-03-01T06:00:00Z"},
        )
        return {"ship": example_stream((SST,))}, given
