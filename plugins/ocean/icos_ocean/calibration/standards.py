"""Which readings of the standard gases may serve, and the runs that they form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from icos_core.components import Problem, Table
from icos_core.dataset import BAD, GOOD, NOT_EVALUATED
from icos_core.exceptions import nearest
from icos_ocean.gas_runs import Runs, run_means
from icos_ocean.standard_line import Standard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from icos_ocean.calibration.fco2_options import FCO2Options, StandardGas

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

__all__ = [
    "NO_GAS",
    "Gas",
    "GasRuns",
    "assign_gases",
    "fit_standards",
    "gas_problems",
    "gas_runs",
    "judge_readings",
    "standards_table",
    "stated_value_problems",
]

NO_GAS = -1
"""Stands for a row that measured no gas of the description."""

_TYPED_DIGITS = 0.01  # µmol mol⁻¹, to which an operator types the value of a cylinder


class Gas(Protocol):
    """A gas of a description: the run type that measures it, and when it does."""

    @property
    def run_type(self) -> str:
        """Type word of its rows."""

    def covers(self, time: NDArray[np.datetime64]) -> NDArray[np.bool_]:
        """Return which of the times it is valid at."""


@dataclass(frozen=True, kw_only=True)
class GasRuns:
    """The runs of all gases of a description.

    Attributes
    ----------
    gases : tuple of StandardGas
        The gases; `runs.code` counts them.
    runs : Runs
        Means of the readings that may serve; NaN for a run without.
    readings : (g,) ndarray of int
        Rows of each gas.
    used : (g,) ndarray of int
        Rows of each gas that entered a mean.
    off : (g,) ndarray of int
        Rows of each gas that read too far from its value.
    """

    gases: tuple[StandardGas, ...]
    runs: Runs
    readings: NDArray[np.int64]
    used: NDArray[np.int64]
    off: NDArray[np.int64]

    def of(self, gas: int) -> BoolArray:
        """Return which runs are those of one gas."""
        mine: BoolArray = self.runs.code == gas
        return mine


def assign_gases(
    time: NDArray[np.datetime64],
    run_type: NDArray[np.integer],
    words: Mapping[str, int],
    gases: Sequence[Gas],
) -> NDArray[np.int16]:
    """Find out which gas of the description each row measured.

    Parameters
    ----------
    time : (n,) ndarray of datetime64
        Times.
    run_type : (n,) ndarray of int
        Codes of the run types.
    words : mapping of str to int
        Type word → code.
    gases : sequence of Gas
        The gases.

    Returns
    -------
    (n,) ndarray of int16
        Position in `gases`, `NO_GAS` for samples and for run types without a gas at that time.
    """
    assigned = np.full(time.shape, NO_GAS, dtype=np.int16)
    for position, gas in enumerate(gases):
        if gas.run_type in words:
            rows = np.flatnonzero(run_type == words[gas.run_type])
            assigned[rows[gas.covers(time[rows])]] = position
    return assigned


def judge_readings(reading: FloatArray, assigned: NDArray[np.integer], gases: Sequence[StandardGas], limit: float) -> NDArray[np.int8]:
    """Compare the readings of gases with their values.

    What is read while the analyser is being set is not judged.

    Parameters
    ----------
    reading : (n,) ndarray
        Readings, µmol mol⁻¹.
    assigned : (n,) ndarray of int
        As `assign_gases` returns.
    gases : sequence of StandardGas
        The gases.
    limit : float
        Greatest distance of a good reading, µmol mol⁻¹.

    Returns
    -------
    (n,) ndarray of int8
        1 for a reading within the limit, 4 for one outside, 2 for all other rows.
    """
    level = np.full(reading.shape, NOT_EVALUATED, dtype=np.int8)
    judged = np.array([gas.role != "span" and not gas.sets_analyser for gas in gases], dtype=np.bool_)
    rows = np.flatnonzero(assigned != NO_GAS)
    rows = rows[judged[assigned[rows]] & np.isfinite(reading[rows])]
    values = np.array([gas.xco2 for gas in gases])
    level[rows] = np.where(np.abs(reading[rows] - values[assigned[rows]]) > limit, BAD, GOOD)
    return level


def gas_runs(
    time: FloatArray,
    reading: FloatArray,
    assigned: NDArray[np.int16],
    run: NDArray[np.int64],
    good: BoolArray,
    level: NDArray[np.int8],
    gases: Sequence[StandardGas],
) -> GasRuns:
    """Average the good readings of each run.

    Parameters
    ----------
    time : (n,) ndarray
        Times in order, s.
    reading : (n,) ndarray
        Readings, µmol mol⁻¹.
    assigned : (n,) ndarray of int16
        As `assign_gases` returns.
    run : (n,) ndarray of int
        Number of the run of each row.
    good : (n,) ndarray of bool
        Readings that passed tests and people and are not flushing.
    level : (n,) ndarray of int8
        As `judge_readings` returns.
    gases : sequence of StandardGas
        The gases.

    Returns
    -------
    GasRuns
        The runs in order of time.
    """
    rows = np.flatnonzero(assigned != NO_GAS)
    gas = assigned[rows]
    serves = good[rows] & (level[rows] != BAD)
    # Two runs of a gas with nothing but samples between them must not melt into one: the number of the run is part of the code.
    code = run[rows] * len(gases) + gas
    runs = run_means(time[rows], reading[rows], code, serves, np.inf)
    count = len(gases)
    return GasRuns(
        gases=tuple(gases),
        runs=Runs(
            code=runs.code % max(count, 1),
            time=runs.time,
            reading=runs.reading,
            count=runs.count,
            scatter=runs.scatter,
            first=runs.first,
            stop=runs.stop,
        ),
        readings=np.bincount(gas, minlength=count),
        used=np.bincount(gas[serves & np.isfinite(reading[rows])], minlength=count),
        off=np.bincount(gas[level[rows] == BAD], minlength=count),
    )


def fit_standards(runs: GasRuns, gases: Sequence[StandardGas], *, repeatability: float, bridge: bool) -> tuple[Standard, ...]:
    """Return the cylinders that enter the regression, with their runs.

    Parameters
    ----------
    runs : GasRuns
        Runs of all gases.
    gases : sequence of StandardGas
        Those wanted.
    repeatability : float
        Standard deviation of a single reading, µmol mol⁻¹.
    bridge : bool
        Leave out runs without a good reading, so that their neighbours are joined; else they stay as NaN and make the cylinder
        unusable between the runs on either side.
    """
    found = []
    for gas in gases:
        mine = runs.of(runs.gases.index(gas))
        if bridge:
            mine &= np.isfinite(runs.runs.reading)
        found.append(
            Standard(
                time=runs.runs.time[mine],
                reading=runs.runs.reading[mine],
                reading_uncertainty=repeatability / np.sqrt(np.maximum(runs.runs.count[mine], 1)),
                xco2=gas.xco2,
                xco2_uncertainty=gas.uncertainty,
            )
        )
    return tuple(found)


def gas_problems(run_type: NDArray[np.integer], words: Mapping[str, int], runs: GasRuns, options: FCO2Options) -> list[Problem]:
    """Say which gases the data and the description do not share, and which readings were rejected."""
    problems = []
    counts = {word: int(np.count_nonzero(run_type == code)) for word, code in words.items()}
    present = [word for word, count in counts.items() if count]
    for gas, rows, off in zip(runs.gases, runs.readings.tolist(), runs.off.tolist(), strict=True):
        if not rows:
            near = nearest(gas.run_type, [word for word in present if word != gas.run_type])
            hint = f"; nearest run type: {near!r}" if near and not counts.get(gas.run_type) else ""
            problems.append(Problem(message=f"standards: {gas.label} has no row in the data{hint}"))
        if off:
            limit = f"{options.standard_limit:g} µmol mol⁻¹"
            problems.append(Problem(message=f"standards: {off} of {rows} readings of {gas.label} are more than {limit} off; not used"))
    described = {gas.run_type for gas in options.standards} | {*options.water_run_types, *options.air_run_types}
    # The instrument's own setting of zero and span needs no cylinder: it enters nothing.
    unknown = [word for word in present if word not in described and word.startswith("STD") and word[-1] not in "zs"]
    problems += [
        Problem(message=f"run type {word} ({counts[word]} rows) has no gas in the description; its rows are not used") for word in unknown
    ]
    return problems


def stated_value_problems(stated: FloatArray, assigned: NDArray[np.integer], gases: Sequence[StandardGas]) -> list[Problem]:
    """Say once per gas that the value typed into the instrument is not that of the description, which is used.

    Span gases are passed over: instruments write 0 for them.
    """
    problems = []
    for position, gas in enumerate(gases):
        values = stated[(assigned == position) & np.isfinite(stated)]
        differs = values[np.abs(values - gas.xco2) > _TYPED_DIGITS]
        if gas.role == "span" or gas.sets_analyser or differs.size == 0:
            continue
        found, counts = np.unique(differs, return_counts=True)
        usual = found[np.argmax(counts)]
        others = f" and {found.size - 1} more values" if found.size > 1 else ""
        problems.append(
            Problem(
                message=(
                    f"{gas.label}: the instrument's column of standard values says {usual:g}{others} "
                    f"({differs.size} of {values.size} rows), the description {gas.xco2:g} µmol mol⁻¹; the description is used"
                )
            )
        )
    return problems


def standards_table(runs: GasRuns, fitted: Sequence[StandardGas]) -> Table:
    """Account for the runs of each gas: used, rejected, mean and distance from the value."""
    rows: list[tuple[Any, ...]] = []
    for position, gas in enumerate(runs.gases):
        readings = runs.runs.reading[runs.of(position)]
        good = readings[np.isfinite(readings)]
        rows.append(
            (
                gas.run_type,
                gas.cylinder,
                gas.role,
                gas.xco2,
                gas.uncertainty,
                "yes" if gas in fitted else "no",
                int(runs.readings[position]),
                int(runs.used[position]),
                int(runs.off[position]),
                readings.size,
                good.size,
                round(float(good.mean()), 3) if good.size else None,
                round(float(good.mean() - gas.xco2), 3) if good.size else None,
                round(float(good.std(ddof=1)), 3) if good.size > 1 else None,
            )
        )
    return Table(
        title="Standard gases",
        columns=(
            "run type",
            "cylinder",
            "role",
            "value (µmol mol⁻¹)",
            "uncertainty",
            "in regression",
            "readings",
            "used",
            "too far off",
            "runs",
            "runs used",
            "mean reading",
            "offset",
            "standard deviation of runs",
        ),
        rows=tuple(rows),
    )
