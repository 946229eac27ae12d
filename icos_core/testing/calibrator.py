"""The contract of a calibrator, as functions to call and as a class to subclass.

>>> class TestTwoPoint(CalibratorContract):
...     calibrator = CALIBRATOR
...     reader, simulator = READER, SIMULATOR
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from icos_core.dataset import check_stream, quantities
from icos_core.exceptions import IcosError
from icos_core.flags import COMPANIONS
from icos_core.running.merging import cut
from icos_core.testing.comparison import assert_same_stream, assert_same_streams
from icos_core.testing.context import example_context, flagged, options_of
from icos_core.testing.simulated import described_options, read_files
from icos_core.units import require_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import xarray as xr
    from pydantic import BaseModel

    from icos_core.components import CalibrationResult, Calibrator, Context, Reader, Requirement, Simulator, Streams

__all__ = ["CalibratorContract", "assert_calibration_fits", "assert_condensing_is_chunk_invariant", "calibrate"]

_CORRELATIONS = {"independent", "period", "common"}


def calibrate(calibrator: Calibrator, streams: Streams, options: Any, context: Context) -> CalibrationResult:
    """Calibrate (after condensing, where the calibrator does) with every warning an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if calibrator.condense is not None:
            streams = _condensed(calibrator, streams, options, context)
        return calibrator.calibrate(streams, options, context)


def assert_calibration_fits(calibrator: Calibrator, result: CalibrationResult, options: Any) -> None:
    """Assert that streams, units, uncertainties and outcomes of a result are what the calibrator declares."""
    declared = calibrator.provides(options)
    for name, stream in result.streams.items():
        check_stream(stream, name)
        assert {name, "*"} & set(declared), f"stream {name!r} is not declared by provides(): {sorted(declared)}"
        words = {variable.name: variable for variable in declared.get(name, declared.get("*", ()))}
        for variable in map(str, stream.data_vars):
            is_companion = variable.endswith(COMPANIONS) or variable == stream["time"].attrs.get("bounds")
            if is_companion and variable not in words:
                continue
            assert variable in words, f"{name}: {variable!r} is not declared by provides(): {sorted(words)}"
            array, word = stream[variable], words[variable]
            assert array.dtype == np.dtype(word.dtype), f"{name}: {variable} is {array.dtype}, declared {word.dtype}"
            assert array.attrs.get("units", "") == word.units, (
                f"{name}: {variable} is in {array.attrs.get('units')!r}, declared {word.units!r}"
            )
        for variable in map(str, stream.data_vars):
            if "_uncertainty" in variable:
                _assert_uncertainty(name, stream, variable)
    for outcome in result.outcomes:
        stream_name = outcome.stream or next(iter(result.streams))
        assert stream_name in result.streams, f"outcome {outcome.name!r} names the stream {outcome.stream!r}"
        stream = result.streams[stream_name]
        assert outcome.variable in quantities(stream), f"outcome {outcome.name!r} speaks of {outcome.variable!r}, which is no quantity"
        assert np.shape(outcome.level) == stream["time"].shape, f"outcome {outcome.name!r} has {np.shape(outcome.level)} rows"
        assert np.isin(outcome.level, (1, 2, 3, 4)).all(), f"outcome {outcome.name!r} has levels other than 1, 2, 3, 4"


def _assert_uncertainty(name: str, stream: xr.Dataset, variable: str) -> None:
    quantity, _, term = variable.partition("_uncertainty")
    assert quantity in stream, f"{name}: {variable} without {quantity}"
    values = stream[variable].values
    assert not (values < 0).any(), f"{name}: {variable} is negative"
    units = (stream[variable].attrs.get("units"), stream[quantity].attrs.get("units"))
    assert units[0] == units[1], f"{name}: {variable} is in {units[0]!r}, {quantity} in {units[1]!r}"
    if term:
        correlation = stream[variable].attrs.get("error_correlation")
        assert correlation in _CORRELATIONS, (
            f"{name}: {variable}.error_correlation is {correlation!r}, expected one of {sorted(_CORRELATIONS)}"
        )


def _condensed(calibrator: Calibrator, streams: Streams, options: Any, context: Context, more: int = 0) -> dict[str, xr.Dataset]:
    """Condense period by period; `more` adds so many periods to the look-back."""
    assert calibrator.condense is not None
    assert calibrator.period is not None, "a calibrator that condenses has to declare its period"
    period = np.timedelta64(calibrator.period(options), "ns")
    look_back = np.timedelta64(calibrator.look_back(options), "ns") + more * period
    times = np.concatenate([stream["time"].values for stream in streams.values()])
    parts: dict[str, list[xr.Dataset]] = {}
    options = calibrator.condensing(options)
    starts = np.unique(times.astype("i8") // period.astype("i8")) * period.astype("i8") if times.size else np.zeros(1, dtype="i8")
    for start in starts.astype("M8[ns]"):
        end = start + period
        seen = {name: cut(stream, start - look_back, end) for name, stream in streams.items()}
        for name, stream in calibrator.condense(seen, options, context, period=(start, end)).items():
            time = stream["time"].values
            assert ((time >= start) & (time < end)).all(), f"{name}: condense returned rows outside of {start} to {end}"
            parts.setdefault(name, []).append(stream)
    return {name: _in_a_row(each) for name, each in parts.items()}


def _in_a_row(parts: list[xr.Dataset]) -> xr.Dataset:
    import xarray  # noqa: PLC0415  # needed by calibrators that condense only

    return xarray.concat(parts, dim="time", data_vars="all", coords="minimal", compat="override", join="outer", combine_attrs="override")


def assert_condensing_is_chunk_invariant(calibrator: Calibrator, streams: Streams, options: Any, context: Context) -> None:
    """Assert that ``condense`` makes the same of a period whether it is handed just its look-back or more."""
    exact = _condensed(calibrator, streams, options, context)
    assert_same_streams(exact, _condensed(calibrator, streams, options, context, more=1), "rows before the look-back")
    assert_same_streams(exact, _condensed(calibrator, streams, options, context, more=1000), "all rows before the period")


class CalibratorContract:
    """What every calibrator has to do; a subclass names a reader and a simulator, or overrides :meth:`measured`.

    Attributes
    ----------
    calibrator
        The calibrator under test.
    reader, simulator, simulator_options, seed
        Make the measured streams; the calibrator's options are those of the simulator's description.
    options
        The calibrator's options, where they are not those of the simulator's description.
    drops_rows
        Whether the result may have fewer rows than the (condensed) streams handed in.
    """

    calibrator: ClassVar[Calibrator]
    reader: ClassVar[Reader | None] = None
    simulator: ClassVar[Simulator | None] = None
    simulator_options: ClassVar[Mapping[str, Any] | None] = None
    seed: ClassVar[int] = 1
    options: ClassVar[BaseModel | Mapping[str, Any] | None] = None
    drops_rows: ClassVar[bool] = False

    def context(self) -> Context:
        """Return the context that functions of the calibrator are called with."""
        return example_context()

    def measured(self, folder: Path) -> tuple[dict[str, xr.Dataset], BaseModel]:
        """Return measured streams and the calibrator's options; the default reads what the simulator writes into `folder`."""
        assert self.reader is not None, "name a reader and a simulator, or override measured()"
        assert self.simulator is not None, "name a reader and a simulator, or override measured()"
        simulated = self.simulator.simulate(folder, options_of(self.simulator.options, self.simulator_options), self.seed)
        reader_options = described_options(simulated.description, "reader", self.reader)
        streams = read_files(self.reader, simulated.files, reader_options, self.context())
        if self.options is None:
            return streams, described_options(simulated.description, "calibrator", self.calibrator)
        return streams, options_of(self.calibrator.options, self.options)

    def prepared(self, folder: Path) -> tuple[dict[str, xr.Dataset], BaseModel]:
        """Return the measured streams as a run hands them over, in the units required and with flags, and the options."""
        streams, options = self.measured(folder)
        return {name: flagged(_in_units(stream, self._requirements(name, options))) for name, stream in streams.items()}, options

    @pytest.fixture(scope="class")
    @classmethod
    def good(cls, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, xr.Dataset], BaseModel]:
        """Measured streams as the calibrator is handed them, and its options."""
        return cls().prepared(tmp_path_factory.mktemp("simulated"))

    def _requirements(self, stream: str, options: Any) -> list[Requirement]:
        requires = self.calibrator.requires(options)
        return [*requires.get(stream, ()), *requires.get("*", ())]

    def _calibrate(self, streams: Streams, options: Any) -> CalibrationResult:
        result = calibrate(self.calibrator, streams, options, self.context())
        assert_calibration_fits(self.calibrator, result, options)
        return result

    def test_result_is_as_declared(self, good: tuple[dict[str, xr.Dataset], BaseModel]) -> None:
        """Names, types and units of the result are those of the vocabulary, and something is there at all."""
        streams, options = good
        result = self._calibrate(streams, options)
        found = {name for stream in result.streams.values() for name in quantities(stream) if stream[name].notnull().any()}
        assert found, "every value of the result is missing"

    def test_rows_are_kept(self, good: tuple[dict[str, xr.Dataset], BaseModel]) -> None:
        """Every row that is handed in comes out."""
        if self.drops_rows or self.calibrator.condense is not None:
            pytest.skip("the calibrator drops rows, and says so")
        streams, options = good
        for name, stream in self._calibrate(streams, options).streams.items():
            if name in streams:
                assert np.array_equal(stream["time"].values, streams[name]["time"].values), f"{name}: rows were lost, added or moved"

    def test_input_is_left_alone(self, good: tuple[dict[str, xr.Dataset], BaseModel]) -> None:
        """The streams that are handed in are not changed, and the same input gives the same result."""
        streams, options = good
        before = {name: stream.copy(deep=True) for name, stream in streams.items()}
        first = self._calibrate(streams, options)
        assert_same_streams(streams, before, "calibrating")
        assert_same_streams(self._calibrate(streams, options).streams, first.streams, "calibrating again")

    def test_order_of_variables_makes_no_difference(self, good: tuple[dict[str, xr.Dataset], BaseModel]) -> None:
        """Variables in another order give the same result."""
        streams, options = good
        backwards = {name: stream[list(stream.data_vars)[::-1]] for name, stream in streams.items()}
        assert_same_streams(self._calibrate(backwards, options).streams, self._calibrate(streams, options).streams, "order of variables")

    def test_requirements_are_honest(self, good: tuple[dict[str, xr.Dataset], BaseModel]) -> None:
        """What ``requires`` does not list is not used."""
        streams, options = good
        whole = self._calibrate(streams, options).streams
        least = {name: _without(stream, _undeclared(stream, self._requirements(name, options))) for name, stream in streams.items()}
        for name, stream in self._calibrate(least, options).streams.items():
            carried = [str(each) for each in whole[name].data_vars if each not in stream]
            undeclared = _undeclared(streams[name], self._requirements(name, options)) if name in streams else []
            assert set(carried) <= set(undeclared), (
                f"{name}: {sorted(set(carried) - set(undeclared))} depend on what requires() does not list"
            )
            assert_same_stream(stream, whole[name], "variables that requires() does not list", without=carried)

    def test_optional_variables_may_be_absent(self, good: tuple[dict[str, xr.Dataset], BaseModel]) -> None:
        """Without an optional variable, or without all of them, there is a result."""
        streams, options = good
        names = [each.name for name in streams for each in self._requirements(name, options) if each.optional]
        for absent in [*([name] for name in names), names]:
            self._calibrate({name: _without(stream, absent) for name, stream in streams.items()}, options)

    def test_missing_values(self, good: tuple[dict[str, xr.Dataset], BaseModel]) -> None:
        """A variable without a single value, and values missing here and there, raise nothing and lose no row."""
        streams, options = good
        rows = {name: stream.sizes["time"] for name, stream in self._calibrate(streams, options).streams.items()}
        for what, damaged in _with_missing(streams):
            result = self._calibrate(damaged, options)
            if not self.drops_rows and self.calibrator.condense is None:
                assert {name: stream.sizes["time"] for name, stream in result.streams.items()} == rows, f"rows were lost with {what}"

    def test_no_rows_and_one_row(self, good: tuple[dict[str, xr.Dataset], BaseModel]) -> None:
        """Streams without a row, or with a single one, raise nothing but an error of the suite."""
        streams, options = good
        for count in (0, 1):
            few = {name: stream.isel(time=slice(0, count)) for name, stream in streams.items()}
            try:
                result = self._calibrate(few, options)
            except IcosError:
                continue
            assert all(stream.sizes["time"] <= count for stream in result.streams.values())

    def test_condensing_is_chunk_invariant(self, good: tuple[dict[str, xr.Dataset], BaseModel]) -> None:
        """What a period becomes depends on its rows and the look-back alone."""
        if self.calibrator.condense is None:
            pytest.skip("the calibrator does not condense")
        streams, options = good
        assert_condensing_is_chunk_invariant(self.calibrator, streams, options, self.context())


def _in_units(stream: xr.Dataset, requirements: Iterable[Requirement]) -> xr.Dataset:
    for each in (choice for requirement in requirements for choice in requirement.choices):
        if each.units and each.name in stream and stream[each.name].dtype.kind == "f":
            stream = require_units(stream, each.name, each.units)
    return stream


def _undeclared(stream: xr.Dataset, requirements: Iterable[Requirement]) -> list[str]:
    declared = {choice.name for requirement in requirements for choice in requirement.choices}
    return [
        name
        for name in map(str, stream.data_vars)
        if not any(name == each or name.removeprefix(each) in COMPANIONS or name.startswith(f"{each}_uncertainty") for each in declared)
    ]


def _without(stream: xr.Dataset, names: Iterable[str]) -> xr.Dataset:
    gone = {each for name in names for each in (name, *(f"{name}{suffix}" for suffix in COMPANIONS))}
    return stream.drop_vars([name for name in stream.data_vars if name in gone])


def _with_missing(streams: Streams) -> Iterable[tuple[str, dict[str, xr.Dataset]]]:
    random = np.random.default_rng(7)
    for name, stream in streams.items():
        for variable in quantities(stream):
            emptied = stream.copy()
            emptied[variable] = (stream[variable].dims, np.full(stream[variable].shape, np.nan), stream[variable].attrs)
            yield f"no value of {variable}", {**streams, name: flagged(emptied)}
    holed = {}
    for name, stream in streams.items():
        holed[name] = stream.copy(deep=True)
        for variable in quantities(stream):
            holed[name][variable].values[random.random(stream[variable].shape) < 0.3] = np.nan
        holed[name] = flagged(holed[name])
    yield "three values in ten missing", holed
