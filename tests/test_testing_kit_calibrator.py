"""The calibrator's contract accepts good calibrators and finds each defect that it is there for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from icos_core import CalibrationResult, Calibrator, DataError, Outcome, Requirement, Variable
from icos_core.dataset import make_stream, usable
from icos_core.running.merging import cut
from icos_core.testing import CalibratorContract, example_stream
from icos_core.versioned import Options

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

SIGNAL = Variable(name="signal", units="mV")
WARMTH = Variable(name="warmth", units="degree_C")
SPARE = Variable(name="spare", units="1")
RESULT = (
    Variable(name="pressure", units="hPa"),
    Variable(name="pressure_uncertainty", units="hPa"),
    Variable(name="pressure_uncertainty_common", units="hPa", attributes={"error_correlation": "common"}),
)


class NoOptions(Options):
    """Nothing to choose."""


def calibrate(streams: Any, _options: Any, _context: Any, defect: str = "") -> CalibrationResult:  # noqa: C901  # one branch per defect
    """Calibrate the toy signal; `defect` breaks the contract in one way."""
    stream = streams["toy"]
    if defect == "fails without rows" and not stream.sizes["time"]:
        raise IndexError("no rows")
    warmth = usable(stream, "warmth") if "warmth" in stream else np.full(stream.sizes["time"], 20.0)
    if defect == "needs what is optional":
        warmth = usable(stream, "warmth")
    pressure = usable(stream, "signal") * 10 + warmth / 10
    if defect == "uses what it does not require":
        pressure = pressure + stream["spare"].values if "spare" in stream else pressure
    if defect == "needs values":
        first = pressure[~np.isnan(pressure)][0]
        pressure = pressure - first + first
    if defect == "order of variables":
        pressure = pressure + len(next(iter(stream.data_vars)))
    time = stream["time"].values
    if defect == "loses rows":
        time, pressure = time[~np.isnan(pressure)], pressure[~np.isnan(pressure)]
    if defect == "changes its input" and time.size:
        stream["signal"].values[0] = 0.0
    uncertainty = np.where(np.isnan(pressure), np.nan, 0.2)
    if defect == "negative uncertainty":
        uncertainty = -uncertainty
    result = make_stream(
        time, {"pressure": pressure, "pressure_uncertainty": uncertainty, "pressure_uncertainty_common": uncertainty}, RESULT
    )
    if defect == "wrong unit":
        result["pressure"].attrs["units"] = result["pressure_uncertainty"].attrs["units"] = "Pa"
    if defect == "no correlation":
        del result["pressure_uncertainty_common"].attrs["error_correlation"]
    if defect == "undeclared":
        result["more"] = result["pressure"]
    variable = "pressur" if defect == "outcome of nothing" else "pressure"
    level = np.full(time.shape, 5 if defect == "odd levels" else 1, dtype=np.int8)
    return CalibrationResult(streams={"toy": result}, outcomes=(Outcome(variable=variable, name="fit", level=level, stream="toy"),))


def make_calibrator(defect: str = "", **more: Any) -> Calibrator:
    return Calibrator(
        name="toy",
        summary="A toy calibrator",
        options=NoOptions,
        requires=lambda _options: {
            "toy": (Requirement(name="signal", units="V"), Requirement(name="warmth", units="degree_C", optional=True))
        },
        provides=lambda _options: {"toy": RESULT},
        calibrate=lambda streams, options, context: calibrate(streams, options, context, defect),
        **more,
    )


def condense(streams: Any, _options: Any, _context: Any, *, period: Any, defect: str = "") -> dict[str, xr.Dataset]:
    """Keep every other row, by its distance from the last full half hour before it."""
    stream = streams["toy"]
    kept = stream if defect == "rows outside" else cut(stream, *period)
    phase = (kept["time"].values.astype("i8") // 10**9) % 1800
    values = kept["signal"].values - (stream["signal"].values[0] if defect == "sees too much" else 0.0)
    kept = kept.assign(signal=("time", values, kept["signal"].attrs))
    return {"toy": kept.isel(time=np.flatnonzero(phase < 900))}


def make_condensing(defect: str = "") -> Calibrator:
    return make_calibrator(
        condense=lambda streams, options, context, period: condense(streams, options, context, period=period, defect=defect),
        period=lambda _options: timedelta(hours=1),
        look_back=lambda _options: timedelta(minutes=10),
    )


class Toy(CalibratorContract):
    def measured(self, folder: Path) -> tuple[dict[str, xr.Dataset], Any]:
        assert folder.is_dir()
        return {"toy": example_stream((SIGNAL, WARMTH, SPARE), rows=200)}, NoOptions()


class TestGoodCalibrator(Toy):
    calibrator = make_calibrator()


class TestGoodCondensingCalibrator(Toy):
    calibrator = make_condensing()


def run(contract: Toy, test: str, tmp_path: Path) -> None:
    getattr(contract, test)(contract.prepared(tmp_path))


@pytest.mark.parametrize(
    ("defect", "test", "message"),
    [
        ("wrong unit", "test_result_is_as_declared", "pressure is in 'Pa', declared 'hPa'"),
        ("undeclared", "test_result_is_as_declared", "'more' is not declared"),
        ("negative uncertainty", "test_result_is_as_declared", "is negative"),
        ("no correlation", "test_result_is_as_declared", "error_correlation is None"),
        ("outcome of nothing", "test_result_is_as_declared", "'pressur', which is no quantity"),
        ("odd levels", "test_result_is_as_declared", "levels other than"),
        ("loses rows", "test_rows_are_kept", "rows were lost"),
        ("changes its input", "test_input_is_left_alone", "signal differs"),
        ("order of variables", "test_order_of_variables_makes_no_difference", "pressure differs"),
        ("uses what it does not require", "test_requirements_are_honest", "pressure differs"),
    ],
)
def test_defects_are_found(defect: str, test: str, message: str, tmp_path: Path) -> None:
    class Contract(Toy):
        calibrator = make_calibrator(defect)

    with pytest.raises(AssertionError, match=message):
        run(Contract(), test, tmp_path)


@pytest.mark.parametrize(
    ("defect", "test", "error"),
    [
        ("needs what is optional", "test_optional_variables_may_be_absent", KeyError),
        ("needs values", "test_missing_values", IndexError),
        ("fails without rows", "test_no_rows_and_one_row", IndexError),
    ],
)
def test_errors_come_through(defect: str, test: str, error: type[Exception], tmp_path: Path) -> None:
    class Contract(Toy):
        calibrator = make_calibrator(defect)

    with pytest.raises(error):
        run(Contract(), test, tmp_path)


@pytest.mark.parametrize(("defect", "message"), [("sees too much", "signal differs"), ("rows outside", "rows outside of")])
def test_defects_of_condensing_are_found(defect: str, message: str, tmp_path: Path) -> None:
    class Contract(Toy):
        calibrator = make_condensing(defect)

    with pytest.raises(AssertionError, match=message):
        run(Contract(), "test_condensing_is_chunk_invariant", tmp_path)


def test_an_error_of_the_suite_for_too_few_rows_is_allowed(tmp_path: Path) -> None:
    def refuse(streams: Any, options: Any, context: Any) -> CalibrationResult:
        if streams["toy"].sizes["time"] < 2:
            raise DataError("too few rows")
        return calibrate(streams, options, context)

    class Contract(Toy):
        calibrator = Calibrator(
            name="toy",
            summary="A toy calibrator",
            options=NoOptions,
            requires=make_calibrator().requires,
            provides=make_calibrator().provides,
            calibrate=refuse,
        )

    run(Contract(), "test_no_rows_and_one_row", tmp_path)
