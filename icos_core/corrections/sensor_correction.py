"""Calibrator `sensor-correction`: polynomials and offsets with validity times.

A correction is a statement about a sensor, so it changes every value, questionable ones too. Bits that tests of the measured value have set
stay as they are; tests of the calibrated stage judge the corrected value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import CalibrationResult, Calibrator, Problem, Requirement, Table, Variable
from icos_core.corrections.concerned import check_quantity, concerned_streams, required, sees_whole_run
from icos_core.corrections.sensor_correction_options import Correction, SensorCorrectionOptions, series_of, written
from icos_core.exceptions import DataError
from icos_core.units import can_become, convert
from icos_core.versioned import utc64

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["CALIBRATOR", "calibrate", "provides", "requires"]

WHO = "calibrator 'sensor-correction'"
TITLE = "Sensor corrections"
NOTE = "x is the reading. Between linear calibrations the corrected values are interpolated in time; rows are those with a value."


def requires(options: SensorCorrectionOptions) -> Mapping[str, tuple[Requirement, ...]]:
    """Say which streams must have the variables."""
    return required((table.stream, [table.variable]) for table in options.correct)


def provides(options: SensorCorrectionOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List what is new: uncertainties. What is corrected stays the word that it was, in its unit."""
    words: dict[str, dict[str, Variable]] = {stream: {} for stream in requires(options)}
    for table in options.correct:
        if table.uncertainty is not None:
            name = f"{table.variable}_uncertainty"
            words[table.stream or "*"][name] = Variable(name=name, long_name=f"standard uncertainty of {table.variable}")
    return {stream: tuple(each.values()) for stream, each in words.items()}


def calibrate(streams: Streams, options: SensorCorrectionOptions, context: Context) -> CalibrationResult:
    """Correct the variables that the options name.

    Parameters
    ----------
    streams
        Streams with their flags.
    options
        Options of the calibrator.
    context
        Rows are counted where it is of the whole run.

    Raises
    ------
    DataError
        If tables do not name a stream and not exactly one has all their variables, a variable is no quantity, or has a unit that cannot be
        converted.
    """
    meant = concerned_streams(WHO, requires(options), streams)
    results: dict[str, xr.Dataset] = {}
    rows: list[tuple[Any, ...]] = []
    problems: list[Problem] = []
    whole = sees_whole_run(context)
    for named, variable in dict.fromkeys((table.stream, table.variable) for table in options.correct):
        name = meant[named]
        tables = [table for table in options.correct if (table.stream, table.variable) == (named, variable)]
        stream = results.get(name, streams[name])
        check_quantity(WHO, stream, variable)
        corrected = _Corrected(stream, variable)
        for series in series_of(tables):
            count = corrected.apply(series)
            rows += [(name, variable, *_described(table), *([count] if whole else [])) for table in series]
        outside = corrected.finish(options.outside)
        results[name] = corrected.stream
        if outside:
            number = f"{outside} values" if whole else "values"
            fate = "are made missing" if options.outside == "missing" else "keep their reading"
            problems.append(Problem(message=f"{name}: {number} of {variable} lie outside of every validity of its corrections and {fate}"))
    columns = ("stream", "variable", "corrected value", "in", "between", "date", "valid from", "valid to", "standard uncertainty")
    table = Table(title=TITLE, columns=(*columns, "rows") if whole else columns, rows=tuple(rows), note=NOTE)
    return CalibrationResult(streams=results, problems=tuple(problems), tables=(table,))


class _Corrected:
    """One variable of a stream while series of corrections are applied to it, each to its rows."""

    def __init__(self, stream: xr.Dataset, variable: str) -> None:
        self.stream, self.variable = stream, variable
        self.time = stream["time"].values
        self.reading = stream[variable].values
        self.units = str(stream[variable].attrs.get("units", ""))
        self.values = self.reading.astype("f8")
        self.slope = np.ones_like(self.values)
        self.uncertainty = np.full(self.time.shape, np.nan)
        self.covered = np.zeros(self.time.shape, dtype=bool)
        self.stated = False

    def apply(self, series: Sequence[Correction]) -> int:
        """Apply one series; return the number of rows with a value that it covers."""
        for table in series:
            if table.units is not None and not can_become(self.units, table.units):
                raise DataError(f"{WHO}: {self.variable} is in {self.units or 'no unit'!r}, which cannot be converted to {table.units!r}")
        rows = np.flatnonzero(series[0].covers(self.time))
        share = _shares(self.time[rows], series)
        reading = self.reading[rows].astype("f8")
        along = share.reshape(share.shape + (1,) * (reading.ndim - 1))
        # What a damaged number such as 1e300 becomes is beyond all numbers.
        with np.errstate(over="ignore", invalid="ignore"):
            values = sum(part * self._corrected(table, reading) for part, table in zip(along, series, strict=True))
            slopes = sum(part * self._slope(table, reading) for part, table in zip(along, series, strict=True))
        self.values[rows] = np.where(np.isfinite(values), values, np.nan)
        self.slope[rows] = np.where(np.isfinite(slopes), slopes, np.nan)
        if series[0].uncertainty is not None:
            self.stated = True
            self.uncertainty[rows] = share.T @ np.array([self._stated(table) for table in series])
        self.covered[rows] = True
        return int(self._with_value()[rows].sum())

    def _in_units(self, table: Correction, reading: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return readings in the unit that the numbers of a correction are in."""
        return np.asarray(convert(reading, self.units, table.units), dtype="f8") if table.units is not None else reading

    def _corrected(self, table: Correction, reading: NDArray[np.float64]) -> NDArray[np.float64]:
        values = _polynomial(table, self._in_units(table, reading))
        return np.asarray(convert(values, table.units, self.units), dtype="f8") if table.units is not None else values

    def _slope(self, table: Correction, reading: NDArray[np.float64]) -> NDArray[np.float64]:
        # There and back again, the scale of the unit drops out.
        return _slope(table, self._in_units(table, reading))

    def _stated(self, table: Correction) -> float:
        stated = np.nan if table.uncertainty is None else table.uncertainty
        if table.units is None:
            return stated
        return float(stated * abs(convert(1.0, table.units, self.units) - convert(0.0, table.units, self.units)))

    def _with_value(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = np.isfinite(self.reading).any(axis=tuple(range(1, self.reading.ndim)))
        return found

    def finish(self, outside: str) -> int:
        """Put the values into the stream; return the number of rows with a value outside of every validity."""
        if outside == "missing":
            self.values[~self.covered] = np.nan
        original = self.stream[self.variable]
        changed: dict[str, Any] = {self.variable: (original.dims, self.values, dict(original.attrs))}
        changed |= self._uncertainties()
        self.stream = self.stream.assign(changed)
        return int((self._with_value() & ~self.covered).sum())

    def _uncertainties(self) -> dict[str, Any]:
        """Return the uncertainties: the one that is stated, and else those that the reading has, times the slope."""
        total = f"{self.variable}_uncertainty"
        extended = self.uncertainty.reshape(self.time.shape + (1,) * (self.values.ndim - 1))
        stated = np.broadcast_to(extended, self.values.shape)
        found: dict[str, Any] = {}
        for name in [str(each) for each in self.stream.data_vars if str(each).startswith(total)]:
            own = self.stream[name]
            carried = own.values * np.abs(self.slope)
            # The terms of an uncertainty do not add up to one that is stated in its place.
            replaced = np.where(np.isnan(stated), carried, stated if name == total else np.nan)
            found[name] = (own.dims, np.where(np.isnan(self.values), np.nan, replaced), dict(own.attrs))
        if self.stated and total not in found:
            attrs = self.stream[self.variable].attrs
            described = {"long_name": f"standard uncertainty of {attrs.get('long_name', self.variable)}"}
            if "units" in attrs:
                described["units"] = attrs["units"]
            found[total] = (self.stream[self.variable].dims, np.where(np.isnan(self.values), np.nan, stated), described)
        return found


def _shares(time: NDArray[np.datetime64], series: Sequence[Correction]) -> NDArray[np.float64]:
    """Return (calibration, row) the share of each: one alone has all; of several, those before and after by the time to them."""
    if len(series) == 1:
        return np.ones((1, time.size))
    dates = np.array([utc64(table.date) for table in series if table.date is not None]).astype("i8")
    place = np.interp(time.astype("M8[ns]").astype("i8"), dates, np.arange(len(series), dtype=float))
    return np.asarray(np.maximum(1.0 - np.abs(place - np.arange(len(series))[:, None]), 0.0), dtype="f8")


def _polynomial(table: Correction, reading: NDArray[np.float64]) -> NDArray[np.float64]:
    value = table.factor * np.polynomial.polynomial.polyval(reading, np.array(table.coefficients)) + table.offset
    # A polynomial of order 0 forgets that there was no reading.
    return np.asarray(np.where(np.isnan(reading), np.nan, value), dtype="f8")


def _slope(table: Correction, reading: NDArray[np.float64]) -> NDArray[np.float64]:
    derivative = np.polynomial.polynomial.polyder(np.array(table.coefficients))
    return np.asarray(table.factor * np.polynomial.polynomial.polyval(reading, derivative), dtype="f8")


def _described(table: Correction) -> tuple[Any, ...]:
    uncertainty = "" if table.uncertainty is None else table.uncertainty
    return (
        table.formula,
        table.units or "",
        table.between,
        written(table.date),
        written(table.valid_from),
        written(table.valid_to),
        uncertainty,
    )


CALIBRATOR = Calibrator(
    name="sensor-correction",
    summary="Polynomials and offsets of sensors, with validity times",
    options=SensorCorrectionOptions,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    row_wise=True,
)
