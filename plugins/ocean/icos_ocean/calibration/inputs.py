"""What the calibrator takes from a stream: values that passed, gaps filled, and what became of every row."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from icos_core.dataset import BAD, GOOD, NOT_EVALUATED
from icos_core.flags import PERSON, decode_bits
from icos_core.running.joins import SOURCE_ATTRIBUTES
from icos_ocean.calibration.gap_filling import fill_gaps
from icos_ocean.practical_salinity import salinity_from_conductivity

if TYPE_CHECKING:
    from datetime import timedelta

    import xarray as xr
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["ASSUMED", "INTERPOLATED", "Input", "Inputs", "Limits", "Rates", "put_filled"]

INTERPOLATED, ASSUMED = 1, 2
"""Codes of the sources of values beside 0, measured."""

_SECONDS_PER_HOUR = 3600.0
_WITH_ASSUMED = {
    "flag_values": np.array([0, INTERPOLATED, ASSUMED], dtype=np.int8),
    "flag_meanings": f"{SOURCE_ATTRIBUTES['flag_meanings']} assumed",
}


class Limits(Protocol):
    """How far apart two good values may be for the rows between them to be filled."""

    def limit(self, name: str) -> timedelta:
        """Return the limit of a variable; 0 for one that is never filled."""


class Rates(Protocol):
    """How fast variables wander."""

    def rate(self, name: str) -> float:
        """Return what a variable gathers in one hour, in its unit h^-½; 0 for one that is never filled."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """One variable after filling; every array has one element per row.

    Attributes
    ----------
    values
        As measured or filled; NaN where missing.
    flag
        Primary flag as measured; good where filled, as the neighbours are.
    measured
        Whether there was a value as measured, good or not.
    rejected
        Whether that value was bad.
    filled
        Whether `values` holds an interpolated value, in place of a missing or bad one.
    filling
        Standard uncertainty of a filled value beyond that of the measured ones, in the unit of the variable; 0 elsewhere.
    computed
        Whether `values` holds what was computed from other variables of the row, as salinity from conductivity.
    assumed
        Whether `values` holds what a station states in place of a missing value.
    """

    values: FloatArray
    flag: NDArray[np.int8]
    measured: BoolArray
    rejected: BoolArray
    filled: BoolArray
    filling: FloatArray
    computed: BoolArray
    assumed: BoolArray

    def assuming(self, value: float) -> Input:
        """Return the variable with a stated value wherever one is missing; it is as good as the station says."""
        assumed = ~np.isfinite(self.values)
        return replace(
            self, values=np.where(assumed, value, self.values), flag=np.where(assumed, np.int8(GOOD), self.flag), assumed=assumed
        )

    @property
    def usable(self) -> FloatArray:
        """Values, NaN where bad."""
        return self.usable_in(slice(None))

    def usable_in(self, rows: NDArray[np.intp] | slice) -> FloatArray:
        """Return the values of some rows, NaN where bad."""
        return np.where(self.flag[rows] == BAD, np.nan, self.values[rows])


@dataclass(kw_only=True)
class Inputs:
    """The variables of a stream, each filled once and kept.

    Attributes
    ----------
    stream
        Measured rows with their flags.
    time : (n,) ndarray
        s.
    filling : Limits
        How wide gaps may be.
    variability : Rates
        How fast the variables wander.
    assumed_salinity : float, optional
        Practical salinity of rows without one.
    taken : dict
        What was taken so far.
    """

    stream: xr.Dataset
    time: FloatArray
    filling: Limits
    variability: Rates
    assumed_salinity: float | None = None
    taken: dict[str, Input] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the stream has a variable."""
        return name in self.stream

    @property
    def in_situ(self) -> bool:
        """Whether water is equilibrated at the temperature of the sea surface: nothing else is measured."""
        return not self.has("equilibrator_temperature")

    @property
    def measures_salinity(self) -> bool:
        """Whether salinity is measured, or what it is computed from."""
        return self.has("salinity") or (self.has("conductivity") and self.has("conductivity_cell_temperature"))

    @property
    def equilibrator_temperature(self) -> Input:
        """Temperature at which water is equilibrated."""
        return self.take("sst" if self.in_situ else "equilibrator_temperature")

    def salinity_uncertainty(self, rows: NDArray[np.intp], measured: float, assumed: float) -> FloatArray:
        """Return the standard uncertainty of salinity in some rows, given that of measured and of assumed salinity."""
        return np.where(self.take("salinity").assumed[rows], assumed, measured)

    def take(self, name: str) -> Input:
        """Return a variable of the stream, filled; salinity is computed from conductivity in rows where only that is measured."""
        if name not in self.taken:
            values, flag, computed = self._measured(name)
            # What only a person called bad stays as it is: the flag of the same name would stand on the filled value, too. What a
            # test called bad is filled, whether a person has accepted the test's flag or not.
            kept = ~computed & (flag == BAD) & (self._origin(name) == PERSON) & ~self._failed(name)
            taken = self._filled(name, values, flag, kept, computed)
            self.taken[name] = taken if name != "salinity" or self.assumed_salinity is None else taken.assuming(self.assumed_salinity)
        return self.taken[name]

    def _measured(self, name: str) -> tuple[FloatArray, NDArray[np.int8], BoolArray]:
        """Return values and flags as measured, and which of them were computed from other variables."""
        if self.has(name):
            values, flag = self.stream[name].values, self._flag(name)
        else:
            values, flag = np.full(self.time.shape, np.nan), np.full(self.time.shape, NOT_EVALUATED, dtype=np.int8)
        computed = np.zeros(self.time.shape, dtype=np.bool_)
        if name == "salinity" and self.has("conductivity") and self.has("conductivity_cell_temperature"):
            computed = np.isnan(values)
            if computed.any():
                from_conductivity, its_flag = self._salinity_from_conductivity()
                values, flag = np.where(computed, from_conductivity, values), np.where(computed, its_flag, flag)
        return values, flag, computed

    def _filled(self, name: str, values: FloatArray, flag: NDArray[np.int8], kept: BoolArray, computed: BoolArray) -> Input:
        measured = np.isfinite(values)
        rejected = measured & (flag == BAD)
        good = measured & (flag <= NOT_EVALUATED)
        filled = fill_gaps(self.time, values, good, ~measured | (rejected & ~kept), self.filling.limit(name).total_seconds())
        return Input(
            values=filled.values,
            flag=np.where(filled.rows, np.int8(GOOD), flag) if filled.rows.any() else flag,
            measured=measured,
            rejected=rejected,
            filled=filled.rows,
            filling=self.variability.rate(name) * np.sqrt(filled.bridge / _SECONDS_PER_HOUR),
            computed=computed & np.isfinite(values),
            assumed=np.zeros(values.shape, dtype=np.bool_),
        )

    def _flag(self, name: str) -> NDArray[np.int8]:
        if f"{name}_flag" in self.stream:
            flag: NDArray[np.int8] = self.stream[f"{name}_flag"].values
            return flag
        return np.full(self.time.shape, NOT_EVALUATED, dtype=np.int8)

    def _failed(self, name: str) -> BoolArray:
        """Rows that a test called bad."""
        failed = np.zeros(self.time.shape, dtype=np.bool_)
        for meaning, rows in decode_bits(self.stream, f"{name}_tests").items():
            if meaning.endswith("_bad"):
                failed |= rows
        return failed

    def _origin(self, name: str) -> NDArray[np.int8]:
        if f"{name}_flag_origin" in self.stream:
            origin: NDArray[np.int8] = self.stream[f"{name}_flag_origin"].values
            return origin
        return np.zeros(self.time.shape, dtype=np.int8)

    def _salinity_from_conductivity(self) -> tuple[FloatArray, NDArray[np.int8]]:
        names = ("conductivity", "conductivity_cell_temperature")
        conductivity, temperature = (self.stream[name].values for name in names)
        values = salinity_from_conductivity(np.where(conductivity > 0.0, conductivity, np.nan), temperature)
        # A missing input (9) shows as a missing salinity, not as a flag.
        flags = [np.where(flag > BAD, np.int8(NOT_EVALUATED), flag) for flag in map(self._flag, names)]
        return values, np.maximum(*flags)


def put_filled(stream: xr.Dataset, name: str, taken: Input) -> None:
    """Replace a carried variable by its filled values, in place.

    The bits of tests go where a value was filled, computed or assumed: what they were about is no longer there.
    """
    source = np.zeros(taken.values.shape, dtype=np.int8)
    if f"{name}_source" in stream:
        source |= stream[f"{name}_source"].values
    source[taken.filled] = INTERPOLATED
    source[taken.assumed] = ASSUMED
    long_name = stream[name].attrs.get("long_name", name)
    meaning = _WITH_ASSUMED if taken.assumed.any() else SOURCE_ATTRIBUTES
    stream[f"{name}_source"] = ("time", source, {"long_name": f"source of {long_name}", **meaning})
    replaced = taken.filled | taken.assumed | taken.computed
    if not replaced.any():
        return
    stream[name] = ("time", taken.values, dict(stream[name].attrs))
    for suffix in ("_tests", "_evaluated"):
        if f"{name}{suffix}" in stream:
            bits = np.where(replaced, np.int32(0), stream[f"{name}{suffix}"].values)
            stream[f"{name}{suffix}"] = ("time", bits, dict(stream[f"{name}{suffix}"].attrs))
