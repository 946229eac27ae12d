"""Calibrator `sensor-choice`: of several sensors of one kind each row takes one, by their flags.

A value is usable where it is there and flagged good or not evaluated. Where the sensor chosen is not the one that the variable is named
after, tests of that one say nothing of the value: their bits are cleared, and the outcome ``sensor`` passes on what the chosen one's flag
said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icos_core.components import CalibrationResult, Calibrator, Problem, Requirement, Table, Variable
from icos_core.corrections.chosen_values import Chosen, category_of
from icos_core.corrections.concerned import concerned_streams, required, sees_whole_run
from icos_core.corrections.sensor_choice_options import Choice, SensorChoiceOptions
from icos_core.exceptions import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from icos_core.components import Context, Outcome, Streams

__all__ = ["CALIBRATOR", "calibrate", "provides", "requires"]

WHO = "calibrator 'sensor-choice'"
DIFFERENCES = "Medians over rows in which both sensors are good; the spread is 1.4826 times the median distance from the median."


def requires(options: SensorChoiceOptions) -> Mapping[str, tuple[Requirement, ...]]:
    """Say which streams must have the sensors."""
    return required((table.stream, [name for each in table.columns.values() for name in each]) for table in options.choose)


def provides(options: SensorChoiceOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List what is new: which sensor it was, and variables that no sensor is named after."""
    words: dict[str, list[Variable]] = {stream: [] for stream in requires(options)}
    for table in options.choose:
        for variable, sensors in table.columns.items():
            words[table.stream or "*"] += [category_of(variable, sensors, table.fall_back)]
            words[table.stream or "*"] += [Variable(name=variable)] if variable not in sensors else []
    return {stream: tuple(each) for stream, each in words.items()}


def calibrate(streams: Streams, options: SensorChoiceOptions, context: Context) -> CalibrationResult:
    """Choose the sensor of each row.

    Parameters
    ----------
    streams
        Streams with their flags.
    options
        Options of the calibrator.
    context
        Rows are counted, and differences between sensors looked at, where it is of the whole run.

    Raises
    ------
    DataError
        If tables do not name a stream and not exactly one has all their sensors, sensors cannot be compared, or a choice that looks at
        other rows is asked for period by period.
    """
    meant = concerned_streams(WHO, requires(options), streams)
    whole = sees_whole_run(context)
    results: dict[str, xr.Dataset] = {}
    outcomes: list[Outcome] = []
    problems: list[Problem] = []
    used: list[tuple[Any, ...]] = []
    differences: list[tuple[Any, ...]] = []
    for table in options.choose:
        _check_reach(table, whole=whole)
        name = meant[table.stream]
        chosen = Chosen(results.get(name, streams[name]), table, WHO, measured=streams[name])
        results[name] = chosen.stream()
        outcomes += chosen.outcomes(name)
        if whole:
            used += [(name, *row) for row in chosen.rows_by_sensor()]
            differences += [(name, *row) for row in chosen.differences()]
        problems += [Problem(message=f"{name}: {message}") for message in chosen.messages(counted=whole)]
    tables = (
        Table(title="Sensors used", columns=("stream", "variable", "sensor", "rows"), rows=tuple(used)),
        Table(
            title="Differences between sensors",
            columns=("stream", "sensor", "minus", "median difference", "robust spread", "rows", "removed"),
            rows=tuple(differences),
            note=DIFFERENCES,
        ),
    )
    return CalibrationResult(streams=results, outcomes=tuple(outcomes), problems=tuple(problems), tables=tables if whole else ())


def _check_reach(table: Choice, *, whole: bool) -> None:
    if table.looks_around and not whole:
        option = "align" if table.align else "hold"
        raise DataError(f"{WHO}: {option} looks at other rows, so it cannot stand before a calibrator that condenses period by period")


CALIBRATOR = Calibrator(
    name="sensor-choice",
    summary="One of several sensors of a kind, by their flags, with a fall-back",
    options=SensorChoiceOptions,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
    row_wise=True,
)
