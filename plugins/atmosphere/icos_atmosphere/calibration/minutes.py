"""Minutes of one line: settled cells on the scale, with uncertainty, and what speaks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icos_atmosphere.calibration.assignments import instruments_of
from icos_atmosphere.calibration.cells import MINUTE
from icos_atmosphere.calibration.uncertainty import combined, repeatability, representativeness, terms_of_calibration
from icos_atmosphere.vocabulary.measured import DIAGNOSTICS
from icos_core.components import Outcome
from icos_core.dataset import GOOD, NOT_EVALUATED, QUESTIONABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_atmosphere.calibration.analyser import Analyser
    from icos_atmosphere.calibration.coefficients import Calibrated
    from icos_atmosphere.calibration.targets import GasTargets

    FloatArray = NDArray[np.float64]

__all__ = ["Minutes", "minutes_of_line"]


class Minutes:
    """Minutes of one line.

    Attributes
    ----------
    time
        (n,) start of each minute on the analyser's clock, less the delay of the line.
    values
        Word of a series → (n,) values.
    outcomes
        What speaks of them.
    """

    def __init__(self, time: NDArray[np.datetime64], values: dict[str, NDArray[Any]], outcomes: tuple[Outcome, ...]) -> None:
        self.time, self.values, self.outcomes = time, values, outcomes


def minutes_of_line(analyser: Analyser, line: str, targets: Mapping[str, GasTargets], stream_name: str) -> Minutes | None:
    """Make the minutes of a line; None where the analyser never sampled it.

    Parameters
    ----------
    analyser
        The analyser with its calibration.
    line
        Name of the line.
    targets
        Gas → targets, which tell repeatability.
    stream_name
        Name of the stream that outcomes speak of.
    """
    options = analyser.options
    tables = [position for position, table in enumerate(options.lines) if table.name == line]
    settled = analyser.cells.variables["settled"].values > 0
    rows = np.flatnonzero(np.isin(analyser.where.line, tables) & settled)
    if not rows.size:
        return None
    delays = np.array([np.timedelta64(table.delay, "ns").astype("i8") for table in options.lines])
    on_clock = analyser.cells.variables["time"].values[rows].astype("i8") // MINUTE * MINUTE
    cells = _Merged(analyser, rows, on_clock)
    clock = on_clock[cells.first]
    time = clock - delays[analyser.where.line[rows[cells.first]]]
    # Where a delay grows minutes may fall on others; the earlier ones stand.
    fine = np.ones(time.size, dtype=bool)
    fine[1:] = time[1:] > np.maximum.accumulate(time)[:-1]
    values: dict[str, NDArray[Any]] = {}
    outcomes: list[Outcome] = []
    middle = (clock + MINUTE // 2).astype("M8[ns]")
    for gas in options.gases:
        found, said = _of_gas(analyser, gas, cells, middle, targets[gas], stream_name)
        values |= found
        outcomes += said
    for name in ("h2o", "h2o_stdev", *(word.name for word in DIAGNOSTICS)):
        column = cells.mean(name, "rows")
        if np.isfinite(column).any():
            values[name] = column
    values |= {f"{gas}_instrument": numbers for gas in options.gases} if (numbers := _instruments(analyser, middle)) is not None else {}
    if fine.all():
        return Minutes(time.astype("M8[ns]"), values, tuple(outcomes))
    kept = tuple(
        Outcome(
            variable=each.variable,
            name=each.name,
            level=each.level[fine],
            mark=None if each.mark is None else each.mark[fine],
            stream=stream_name,
        )
        for each in outcomes
    )
    return Minutes(time[fine].astype("M8[ns]"), {name: column[fine] for name, column in values.items()}, kept)


def _instruments(analyser: Analyser, time: NDArray[np.datetime64]) -> NDArray[np.int32] | None:
    """Return the identifier of the instrument of each minute where several follow each other behind the stream."""
    tables = instruments_of(analyser.options, analyser.stream)
    if len({table.id for table in tables}) < 2:
        return None
    numbers = np.full(time.shape, -1, dtype=np.int32)
    for table in tables:
        if table.id is not None:
            numbers[table.covers(time)] = table.id
    return numbers


class _Merged:
    """Cells of one line, those of the same minute together: a line may be visited twice within a minute."""

    def __init__(self, analyser: Analyser, rows: NDArray[np.intp], minute: NDArray[np.int64]) -> None:
        self.variables, self.rows = analyser.cells.variables, rows
        begins = np.ones(rows.size, dtype=bool)
        begins[1:] = minute[1:] != minute[:-1]
        self.first = np.flatnonzero(begins)
        self.simple = bool(begins.all())
        self._single = np.diff(np.append(self.first, rows.size)) == 1

    def total(self, name: str) -> NDArray[Any]:
        """Return the sum of a column over the cells of each minute."""
        column: NDArray[Any] = self.variables[name].values[self.rows]
        return column if self.simple else np.add.reduceat(column, self.first)

    def mean(self, name: str, weight: str) -> FloatArray:
        """Return the weighted mean of a column over the cells of each minute."""
        column: FloatArray = self.variables[name].values[self.rows]
        if self.simple:
            return column
        counted = np.where(np.isfinite(column), self.variables[weight].values[self.rows], 0)
        summed = np.add.reduceat(counted * np.where(counted > 0, column, 0.0), self.first)
        number = np.add.reduceat(counted, self.first)
        found = np.full(self.first.shape, np.nan)
        np.divide(summed, number, out=found, where=number > 0)
        # Not by way of a product, or a minute that is visited twice would change the rounding of all others.
        return np.where(self._single, column[self.first], found)

    def stdev(self, gas: str, mean: FloatArray) -> FloatArray:
        """Return the standard deviation of all readings of a gas about their `mean` in each minute."""
        within: FloatArray = self.variables[f"{gas}_stdev"].values[self.rows]
        if self.simple:
            return within
        number = self.variables[f"{gas}_n"].values[self.rows]
        away = self.variables[f"{gas}_dry"].values[self.rows] - np.repeat(mean, np.diff(np.append(self.first, self.rows.size)))
        squares = np.maximum(number - 1, 0) * np.square(np.nan_to_num(within)) + number * np.square(np.nan_to_num(away))
        freedom = np.add.reduceat(number, self.first) - 1
        variance = np.full(self.first.shape, np.nan)
        np.divide(np.add.reduceat(squares, self.first), freedom, out=variance, where=freedom > 0)
        return np.where(self._single, within[self.first], np.sqrt(variance))


def _of_gas(
    analyser: Analyser, gas: str, cells: _Merged, middle: NDArray[np.datetime64], targets: GasTargets, stream_name: str
) -> tuple[dict[str, NDArray[Any]], list[Outcome]]:
    number, dry = cells.total(f"{gas}_n"), cells.mean(f"{gas}_dry", f"{gas}_n")
    stdev = cells.stdev(gas, dry)
    limits = analyser.options.limits_of(gas)
    calibrated = analyser.calibrated(gas, middle, dry, targets.state(analyser, gas))
    uncalibrated = analyser.gases[gas].sequences is None
    if calibrated is None:
        value = dry if uncalibrated else np.full(dry.shape, np.nan)
        slope = np.ones(dry.shape)
    else:
        value, slope = calibrated.value, calibrated.slope
    known = np.isfinite(value)
    spread, cmr = slope * stdev, targets.cmr_at(middle, limits.repeatability)
    terms = terms_of_calibration(calibrated) | {
        "repeatability": repeatability(cmr, number),
        "long_term_repeatability": targets.ltr_at(middle, limits.long_term_repeatability),
        "representativeness": representativeness(spread, cmr, number, cells.total("duration")),
    }
    terms = {name: np.where(known, term, np.nan) for name, term in terms.items()}
    values: dict[str, NDArray[Any]] = {gas: value}
    if calibrated is not None or uncalibrated:
        values[f"{gas}_uncertainty"] = combined(terms)
        values |= {f"{gas}_uncertainty_{name}": term for name, term in terms.items()}
    values |= {f"{gas}_stdev": spread, f"{gas}_n": number.astype(np.int32), f"{gas}_raw_dry": dry}
    wet = cells.mean(f"{gas}_wet", f"{gas}_n")
    if np.isfinite(wet).any():
        values[f"{gas}_raw"] = wet
    outcomes = [] if calibrated is None else _judge(gas, calibrated, known, cells.mean("h2o", "rows"), analyser, stream_name)
    return values, outcomes


def _judge(
    gas: str, calibrated: Calibrated, known: NDArray[np.bool_], h2o: FloatArray, analyser: Analyser, stream_name: str
) -> list[Outcome]:
    fine = np.where(known, GOOD, NOT_EVALUATED).astype(np.int8)
    compared = known & np.isfinite(h2o) & np.isfinite(calibrated.h2o)
    wetter = np.abs(np.where(compared, h2o - calibrated.h2o, 0.0)) > analyser.options.water_difference
    outside = (calibrated.value < calibrated.low) | (calibrated.value > calibrated.high)
    across = np.where(calibrated.across & known, QUESTIONABLE, fine).astype(np.int8)
    marks = {
        "outside_cylinders": (fine, known & outside),
        "provisional_calibration": (fine, known & calibrated.provisional),
        "water_difference": (np.where(compared, GOOD, NOT_EVALUATED).astype(np.int8), wetter),
    }
    found = [Outcome(variable=gas, name=name, level=level, mark=mark, stream=stream_name) for name, (level, mark) in marks.items()]
    return [*found, Outcome(variable=gas, name="calibration_across_event", level=across, stream=stream_name)]
