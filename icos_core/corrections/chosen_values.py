"""The values, companions and accounts of one choice among sensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Outcome, Variable
from icos_core.corrections.choosing import Difference, difference_of, first_usable, held_back, mean_of, shorter_way
from icos_core.corrections.concerned import check_quantity
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED, QUESTIONABLE, is_good, set_variable
from icos_core.exceptions import DataError
from icos_core.flags import PERSON
from icos_core.running.joins import is_circular
from icos_core.units import require_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.corrections.sensor_choice_options import Choice

__all__ = ["Chosen", "category_of"]

NO_SENSOR = 0
TERM = "_uncertainty"


def category_of(variable: str, sensors: Sequence[str], fall_back: str) -> Variable:
    """Return the word that tells which sensor a value is of."""
    words = ("none", *sensors, *(["mean"] if fall_back == "mean" else []))
    return Variable(
        name=f"{variable}_sensor",
        dtype="int8",
        long_name=f"sensor that {variable} is of",
        flag_values=tuple(range(len(words))),
        flag_meanings=words,
    )


class Chosen:
    """What one table makes of a stream.

    Parameters
    ----------
    stream
        What tables before have made.
    table
        The choice.
    who
        Who asks, for messages.
    measured
        The stream as it came: sensors are those, whatever other tables have made.
    """

    def __init__(self, stream: xr.Dataset, table: Choice, who: str, measured: xr.Dataset) -> None:
        self.table, self.result, self.measured = table, stream, measured
        self.columns = table.columns
        self.time = measured["time"].values.astype("M8[ns]").astype("i8")
        self.circular = {variable: is_circular(measured, sensors[0]) for variable, sensors in self.columns.items()}
        self.sensors = {variable: self._in_one_unit(who, variable) for variable in self.columns}
        self.values = {variable: self._stacked(variable) for variable in self.columns}
        self.usable = np.logical_and.reduce([self._good(variable) for variable in self.columns])
        self.found = {variable: self._differences(variable) for variable in self.columns}
        if table.align:
            for variable in self.columns:
                self._align(variable)
        self.chosen = self._choose()
        self.locked = self._lock()
        self.averaged = self._averaged()

    def _in_one_unit(self, who: str, variable: str) -> xr.Dataset:
        sensors = self.columns[variable]
        if variable in self.measured and variable not in sensors:
            raise DataError(f"{who}: {variable!r} is there already; name it among the sensors, or rename it with [input.rename]")
        for sensor in sensors:
            check_quantity(who, self.measured, sensor, alone=True)
        units = str(self.measured[sensors[0]].attrs.get("units", ""))
        converted = self.measured
        for sensor in sensors[1:]:
            try:
                converted = require_units(converted, sensor, units)
            except DataError as error:
                raise DataError(f"{who}: {error}, the unit of {sensors[0]!r}") from error
        return converted

    def _stacked(self, variable: str) -> NDArray[np.float64]:
        """Return the (sensor, row) array of values."""
        return np.array([self.sensors[variable][sensor].values for sensor in self.columns[variable]], dtype="f8")

    def _good(self, variable: str) -> NDArray[np.bool_]:
        return np.array([is_good(self.measured, sensor) for sensor in self.columns[variable]])

    def _differences(self, variable: str) -> list[Difference]:
        """Return how far each sensor but the primary is from that."""
        values, circular = self.values[variable], self.circular[variable]
        pairs = zip(values[1:], self.usable[1:], strict=True)
        return [difference_of(other, values[0], usable & self.usable[0], circular=circular) for other, usable in pairs]

    def _align(self, variable: str) -> None:
        for number, difference in enumerate(self.found[variable], start=1):
            if difference.rows >= self.table.least_common:
                moved = self.values[variable][number] - difference.median
                if self.circular[variable]:
                    low = -180.0 if (self.values[variable] < 0).any() else 0.0
                    moved = (moved - low) % 360.0 + low
                self.values[variable][number] = moved

    def _choose(self) -> NDArray[np.intp]:
        if self.table.fall_back == "none":
            return np.zeros(self.time.size, dtype=np.intp)
        hold = int(np.timedelta64(self.table.hold, "ns").astype("i8"))
        preferred = np.array([held_back(usable, self.time, hold) for usable in self.usable]) if hold else self.usable
        present = np.logical_or.reduce([np.isfinite(values) for values in self.values.values()])
        return first_usable(preferred, self.usable, present)

    def _lock(self) -> NDArray[np.bool_]:
        """Return the rows in which a person's verdict is about variable and sensor alike, and give them that sensor."""
        locked = np.zeros(self.time.size, dtype=bool)
        for variable, sensors in self.columns.items():
            if variable in sensors and f"{variable}_flag_origin" in self.measured:
                flag, origin = self.measured[f"{variable}_flag"].values, self.measured[f"{variable}_flag_origin"].values
                rows = (origin == PERSON) & (flag >= QUESTIONABLE) & np.isfinite(self.measured[variable].values)
                self.chosen = np.where(rows, sensors.index(variable), self.chosen)
                locked |= rows
        return locked

    def _averaged(self) -> NDArray[np.bool_]:
        """Return the rows that take the mean of several sensors."""
        if self.table.fall_back != "mean":
            return np.zeros(self.time.size, dtype=bool)
        several: NDArray[np.bool_] = ~self.usable[0] & (self.usable[1:].sum(axis=0) > 1) & (self.chosen > 0) & ~self.locked
        return several

    def _taken(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return of each row the chosen sensor's entry of a (sensor, row) array."""
        taken: NDArray[Any] = np.take_along_axis(values, self.chosen[None, :], axis=0)[0]
        return taken

    def _own(self, variable: str) -> NDArray[np.bool_]:
        """Return the rows whose value is of the sensor that the variable is named after."""
        sensors = self.columns[variable]
        if variable not in sensors:
            return np.zeros(self.time.size, dtype=bool)
        own: NDArray[np.bool_] = (self.chosen == sensors.index(variable)) & ~self.averaged
        return own

    def value(self, variable: str) -> NDArray[np.float64]:
        """Return the chosen values."""
        values = self.values[variable]
        mean = mean_of(values, self.usable, circular=self.circular[variable])
        return np.where(self.averaged, mean, self._taken(values))

    def code(self, variable: str) -> NDArray[np.int8]:
        """Return which sensor each value is of."""
        code = np.where(self.averaged, len(self.columns[variable]) + 1, self.chosen + 1)
        return np.where(np.isnan(self.value(variable)), NO_SENSOR, code).astype(np.int8)

    def stream(self) -> xr.Dataset:
        """Return the stream with the chosen variables and their companions."""
        result = self.result.copy(deep=False)
        for variable, sensors in self.columns.items():
            primary = self.measured[sensors[0]]
            attrs = {key: value for key, value in primary.attrs.items() if key != "ancillary_variables"}
            changed: dict[str, Any] = {variable: ("time", self.value(variable), attrs)}
            own = self._own(variable)
            for bits in (f"{variable}_tests", f"{variable}_evaluated"):
                if bits in result:
                    changed[bits] = ("time", np.where(own, result[bits].values, 0).astype(np.int32), dict(result[bits].attrs))
            gone = [str(each) for each in result.data_vars if str(each).startswith(f"{variable}{TERM}")]
            gone += [name for name in (f"{variable}_flag", f"{variable}_flag_origin", f"{variable}_source") if name in result]
            changed |= self._source(variable) | self._uncertainties(variable)
            result = result.drop_vars(gone).assign(changed)
            set_variable(result, category_of(variable, sensors, self.table.fall_back), self.code(variable))
        return result

    def _source(self, variable: str) -> dict[str, Any]:
        """Return measured or interpolated, where sensors say so in the same words."""
        names = [f"{sensor}_source" for sensor in self.columns[variable]]
        told = [self.measured[name] for name in names if name in self.measured]
        if not told or len({str(each.attrs.get("flag_meanings")) for each in told}) > 1:
            return {}
        codes = np.array([self.measured[name].values if name in self.measured else np.zeros(self.time.size) for name in names])
        return {f"{variable}_source": ("time", np.where(self.averaged, 0, self._taken(codes)).astype(np.int8), dict(told[0].attrs))}

    def _uncertainties(self, variable: str) -> dict[str, Any]:
        """Return the total, where any sensor has one, and the terms that all have; of a mean, of independent sensors."""
        sensors, data = self.columns[variable], self.sensors[variable]
        own = [{str(name).removeprefix(sensor) for name in data if str(name).startswith(f"{sensor}{TERM}")} for sensor in sensors]
        parts = {part for part in set.union(*own) if part == TERM or all(part in each for each in own)}
        found: dict[str, Any] = {}
        for part in sorted(parts):
            present = [f"{sensor}{part}" in data for sensor in sensors]
            terms = [
                data[f"{sensor}{part}"].values if there else np.full(self.time.size, np.nan)
                for sensor, there in zip(sensors, present, strict=True)
            ]
            stacked = np.array(terms, dtype="f8")
            count = self.usable.sum(axis=0)
            of_mean = np.sqrt((np.where(self.usable, stacked, 0.0) ** 2).sum(axis=0)) / np.maximum(count, 1)
            attrs = dict(data[f"{sensors[present.index(True)]}{part}"].attrs)
            found[f"{variable}{part}"] = ("time", np.where(self.averaged, of_mean, self._taken(stacked)), attrs)
        return found

    def outcomes(self, name: str) -> Iterator[Outcome]:
        """Yield what the chosen sensor's flag said, and whether sensors agree."""
        for variable, sensors in self.columns.items():
            flags = np.array([_flag(self.measured, sensor) for sensor in sensors])
            worst = np.where(self.usable, flags, GOOD).max(axis=0)
            level = np.where(self.averaged, worst, self._taken(flags))
            # What is missing is neither good nor bad, and of its own sensor the variable has the bits already.
            level = np.where((level > BAD) | self._own(variable), NOT_EVALUATED, level)
            yield Outcome(variable=variable, name="sensor", level=level.astype(np.int8), stream=name)
            limit = self.table.limit(variable)
            if limit is not None:
                yield Outcome(variable=variable, name="sensor_disagreement", level=self._agreement(variable, limit), stream=name)

    def _agreement(self, variable: str, limit: float) -> NDArray[np.int8]:
        distance = np.abs(shorter_way(self.values[variable] - self.value(variable), circular=self.circular[variable]))
        others = self.usable & (np.arange(len(self.usable))[:, None] != self.chosen)
        good = (self._taken(self.usable) | self.averaged) & others.any(axis=0)
        far = (np.where(others, distance, 0.0) > limit).any(axis=0)
        return np.where(good, np.where(far, QUESTIONABLE, GOOD), NOT_EVALUATED).astype(np.int8)

    def rows_by_sensor(self) -> Iterator[tuple[str, str, int]]:
        """Yield variable, sensor, and number of rows."""
        for variable, sensors in self.columns.items():
            counts = np.bincount(self.code(variable), minlength=len(sensors) + 2)
            words = category_of(variable, sensors, self.table.fall_back).flag_meanings
            yield from ((variable, word, int(count)) for word, count in zip(words, counts, strict=False))

    def differences(self) -> Iterator[tuple[str, str, float | str, float | str, int, str]]:
        """Yield sensor, primary sensor, median difference, spread, common rows, and whether it was removed."""
        for variable, sensors in self.columns.items():
            for sensor, difference in zip(sensors[1:], self.found[variable], strict=True):
                removed = "yes" if self.table.align and difference.rows >= self.table.least_common else "no"
                numbers = (float(f"{difference.median:.4g}"), float(f"{difference.spread:.4g}")) if difference.rows else ("", "")
                yield sensor, sensors[0], *numbers, difference.rows, removed

    def messages(self, *, counted: bool) -> Iterator[str]:
        """Yield what a person should know."""
        names = ", ".join(self.columns)
        if self.locked.any():
            number = f"{int(self.locked.sum())} rows" if counted else "rows"
            yield (
                f"{number} of {names} were flagged by a person and take no other sensor, as that flag is about the variable too; "
                "give the sensors names of their own to flag one of them alone"
            )
        if self.table.align:
            for variable, sensors in self.columns.items():
                for sensor, difference in zip(sensors[1:], self.found[variable], strict=True):
                    if difference.rows < self.table.least_common:
                        yield f"{sensor} was not aligned with {sensors[0]}: {difference.rows} common rows, {self.table.least_common} needed"


def _flag(stream: xr.Dataset, name: str) -> NDArray[np.int8]:
    """Return the flag of a variable; not evaluated where it has none."""
    if f"{name}_flag" in stream:
        flag: NDArray[np.int8] = stream[f"{name}_flag"].values
        return flag
    return np.full(stream.sizes["time"], NOT_EVALUATED, dtype=np.int8)
