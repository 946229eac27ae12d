"""The measured stream that is calibrated, the samples in it, and what is collected on the way to the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from icos_core.components import Outcome
from icos_core.dataset import GOOD, NOT_EVALUATED, category_words
from icos_ocean.calibration.flushing import flushing, run_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Problem, Table
    from icos_ocean.calibration.sample_errors import ErrorModel
    from icos_ocean.calibration.underway_options import UnderwayOptions

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = ["Record", "Result", "Sampled", "Samples"]


@dataclass(frozen=True, kw_only=True)
class Record:
    """A measured stream of n rows and the kinds of its rows.

    Attributes
    ----------
    stream, name
        The stream and its name.
    moment, time : (n,) ndarray
        Times, as datetime64 and in s since the first row.
    run_type : (n,) ndarray of int
        Codes of run types.
    words : mapping of str to int
        Type word → code.
    run : (n,) ndarray of int
        Number of the run of each row.
    flushed, water, air : (n,) ndarray of bool
        Rows near a change of run type; rows of water and of air.
    """

    stream: xr.Dataset
    name: str
    moment: NDArray[np.datetime64]
    time: FloatArray
    run_type: NDArray[np.integer]
    words: Mapping[str, int]
    run: NDArray[np.int64]
    flushed: BoolArray
    water: BoolArray
    air: BoolArray

    @classmethod
    def of(cls, stream: xr.Dataset, name: str, options: UnderwayOptions) -> Self:
        """Sort the rows of a stream by kind."""
        moment = stream["time"].values
        time = (moment - moment[0]) / np.timedelta64(1, "s") if moment.size else np.empty(0)
        run_type = stream["run_type"].values
        words = category_words(stream, "run_type")
        return cls(
            stream=stream,
            name=name,
            moment=moment,
            time=time,
            run_type=run_type,
            words=words,
            run=run_numbers(time, run_type, options.run_gap.total_seconds()),
            flushed=flushing(time, run_type, options.flush_before.total_seconds(), options.flush_after.total_seconds()),
            water=np.isin(run_type, [words[word] for word in options.water_run_types if word in words]),
            air=np.isin(run_type, [words[word] for word in options.air_run_types if word in words]),
        )

    @property
    def size(self) -> int:
        """Number of rows."""
        return self.time.size

    def flag(self, name: str) -> NDArray[np.int8]:
        """Return the primary flag of a variable, not evaluated where the stream carries none."""
        if f"{name}_flag" in self.stream:
            flag: NDArray[np.int8] = self.stream[f"{name}_flag"].values
            return flag
        return np.full(self.size, NOT_EVALUATED, dtype=np.int8)

    def sample_rows(self, reading: FloatArray) -> NDArray[np.intp]:
        """Return the rows of water and air that hold a reading and are not flushed."""
        return np.flatnonzero((self.water | self.air) & ~self.flushed & np.isfinite(reading))


class Samples(NamedTuple):
    """Calibrated samples of water and air.

    Attributes
    ----------
    rows : (m,) ndarray of int
        Where they stand in the record.
    water : (m,) ndarray of bool
        Samples of water; the others are of air.
    xco2 : (m,) ndarray
        Dry mole fraction, µmol mol⁻¹.
    terms : dict of str to (m,) ndarray
        Terms of its standard uncertainty, µmol mol⁻¹.
    errors : ErrorModel
        What its errors come from.
    questionable : (m,) ndarray of bool
        Whether its calibration is questionable.
    basis : (m,) ndarray of int
        Number of the calibration it rests on: readings that were calibrated by different gases have errors of different kinds.
    alternatives : sequence of (m,) ndarray
        Dry mole fractions by other forms of the regression, µmol mol⁻¹.
    """

    rows: NDArray[np.intp]
    water: BoolArray
    xco2: FloatArray
    terms: dict[str, FloatArray]
    errors: ErrorModel
    questionable: BoolArray
    basis: NDArray[np.integer]
    alternatives: Sequence[FloatArray] = ()


class Sampled(NamedTuple):
    """Samples, and what there is to say about how they came to be: problems, and tables for the report."""

    samples: Samples
    problems: Sequence[Problem] = ()
    tables: Sequence[Table] = ()


class Result:
    """Variables, spreads of fCO2 over methods, outcomes and problems, in the order in which they are found."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.values: dict[str, NDArray[np.generic]] = {}
        self.spreads: dict[str, FloatArray] = {}
        self.outcomes: list[Outcome] = []
        self.problems: list[Problem] = []

    def scatter(self, name: str, rows: NDArray[np.intp], values: FloatArray) -> FloatArray:
        """Keep the values of some rows, the others being missing, and return those of all rows."""
        everywhere = np.full(self.record.size, np.nan)
        everywhere[rows] = values
        self.values[name] = everywhere
        return everywhere

    def column(self, name: str) -> FloatArray:
        """Return the values of all rows that were kept."""
        return np.asarray(self.values[name], dtype=np.float64)

    def outcome(self, variable: str, name: str, level: NDArray[np.int8]) -> None:
        """Note how a variable passed a test."""
        self.outcomes.append(Outcome(variable=variable, name=name, level=level, stream=self.record.name))

    def mark(self, variable: str, name: str, rows: BoolArray) -> None:
        """Note something about rows of a variable that does not change their flag."""
        level = np.full(rows.shape, NOT_EVALUATED, dtype=np.int8)
        self.outcomes.append(Outcome(variable=variable, name=name, level=level, mark=rows, stream=self.record.name))

    def judged_by_inputs(self, variables: tuple[str, ...], evaluated: BoolArray) -> None:
        """Call computed values good where everything they were computed from was tested; what the tests found arrives by cascades."""
        for variable in variables:
            known = np.isfinite(self.column(variable))
            self.outcome(variable, "inputs", np.where(known & evaluated, np.int8(GOOD), np.int8(NOT_EVALUATED)))
