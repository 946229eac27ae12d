"""Calibrator `time-shift`: variables of sensors that see the same some time before or after the others.

A shift that is declared is applied; one that is looked for is reported and never applied. Shifted values are interpolated between good
ones, so they carry no bits of tests of a single measured value; the outcome ``time_shift`` is passed where both were found good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from icos_core.components import CalibrationResult, Calibrator, Outcome, Requirement, Table, Variable
from icos_core.corrections.concerned import check_quantity, concerned_streams, required
from icos_core.corrections.shift_proposals import propose
from icos_core.corrections.time_shift_options import Shift, TimeShiftOptions
from icos_core.dataset import GOOD, NOT_EVALUATED
from icos_core.running.joins import join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_core.components import Context, Streams

__all__ = ["CALIBRATOR", "calibrate", "provides", "requires"]

WHO = "calibrator 'time-shift'"
UNTESTED = "not evaluated"
"""0 where a value was found good, 1 where it was not evaluated; no name of a variable, as these have no blanks."""
SIGN = "The value at t has become the one measured at t + seconds."


def requires(options: TimeShiftOptions) -> Mapping[str, tuple[Requirement, ...]]:
    """Say which streams must have the variables."""
    moved = [(table.stream, list(table.variables)) for table in options.shift]
    compared = [(table.stream, [table.variable, table.against, *table.where]) for table in options.propose]
    return required([*moved, *compared])


def provides(_options: TimeShiftOptions) -> Mapping[str, tuple[Variable, ...]]:
    """List nothing: variables are moved in time, and stay the words that they were."""
    return {}


def calibrate(streams: Streams, options: TimeShiftOptions, context: Context) -> CalibrationResult:  # noqa: ARG001  # no part of the run matters
    """Apply the shifts that are declared, and look for those that are asked for in the values as they came.

    Parameters
    ----------
    streams
        Streams with their flags.
    options
        Options of the calibrator.
    context
        Not used: the same rows give the same result in every run.

    Raises
    ------
    DataError
        If tables do not name a stream and not exactly one has all their variables, or a variable is no quantity along time alone.
    """
    meant = concerned_streams(WHO, requires(options), streams)
    results: dict[str, xr.Dataset] = {}
    outcomes: dict[tuple[str, str], NDArray[np.int8]] = {}
    rows: list[tuple[Any, ...]] = []
    for table in options.shift:
        name = meant[table.stream]
        for variable in table.variables:
            check_quantity(WHO, streams[name], variable, alone=True)
            moved = _moved(streams[name], variable, table)
            covered = table.covers(streams[name]["time"].values)
            results[name] = _replaced(results.get(name, streams[name]), moved, variable, covered)
            level = outcomes.setdefault((name, variable), np.full(covered.size, NOT_EVALUATED, dtype=np.int8))
            level[covered & (moved[UNTESTED].values == 0)] = GOOD
            rows.append((name, variable, table.seconds, int((covered & moved[variable].notnull().values).sum())))
    tables = [Table(title="Shifts in time", columns=("stream", "variable", "seconds", "rows"), rows=tuple(rows), note=SIGN)] if rows else []
    if options.propose:
        tables.append(propose([(meant[table.stream], streams[meant[table.stream]], table) for table in options.propose], WHO))
    return CalibrationResult(
        streams=results,
        outcomes=tuple(
            Outcome(variable=variable, name="time_shift", level=level, stream=name) for (name, variable), level in outcomes.items()
        ),
        tables=tuple(tables),
    )


def _moved(stream: xr.Dataset, variable: str, table: Shift) -> xr.Dataset:
    """Return a variable, its uncertainties as ``0``, ``1`` …, and `UNTESTED`, at the times of the stream after the shift."""
    flag = f"{variable}_flag"
    flags = stream[flag].values if flag in stream else np.full(stream.sizes["time"], NOT_EVALUATED, dtype=np.int8)
    shift = np.timedelta64(round(table.seconds * 1e9), "ns")
    source = xr.Dataset(coords={"time": stream["time"].values - shift})
    parts = {variable: stream[variable].values, UNTESTED: np.where(flags == GOOD, 0.0, 1.0)}
    parts |= {str(number): stream[name].values for number, name in enumerate(_uncertainties(stream, variable))}
    for name, values in parts.items():
        # All are interpolated between the same rows, those in which the variable is good.
        present = np.where(np.isnan(stream[variable].values), np.nan, values)
        source[name] = ("time", present, dict(stream[variable].attrs) if name == variable else {})
        source[f"{name}_flag"] = ("time", flags)
    target = xr.Dataset(coords={"time": stream["time"]})
    return join(target, source, "linear", table.limit)[0]


def _uncertainties(stream: xr.Dataset, variable: str) -> list[str]:
    return [str(name) for name in stream.data_vars if str(name).startswith(f"{variable}_uncertainty")]


def _replaced(stream: xr.Dataset, moved: xr.Dataset, variable: str, rows: NDArray[np.bool_]) -> xr.Dataset:
    """Return the stream with the moved values in some rows; bits about the values that stood there before are cleared."""

    def put(name: str, values: NDArray[Any]) -> tuple[Any, ...]:
        own = stream[name]
        return own.dims, np.where(rows, values, own.values).astype(own.dtype), dict(own.attrs)

    changed = {variable: put(variable, moved[variable].values)}
    changed |= {name: put(name, moved[str(number)].values) for number, name in enumerate(_uncertainties(stream, variable))}
    changed |= {bits: put(bits, np.zeros(rows.size)) for bits in (f"{variable}_tests", f"{variable}_evaluated") if bits in stream}
    source = f"{variable}_source"
    if source not in stream:
        changed[source] = ("time", np.where(rows, moved[source].values, 0).astype(np.int8), dict(moved[source].attrs))
    elif stream[source].attrs.get("flag_meanings") == moved[source].attrs["flag_meanings"]:
        changed[source] = put(source, moved[source].values)
    return stream.drop_vars([name for name in (f"{variable}_flag", f"{variable}_flag_origin") if name in stream]).assign(changed)


CALIBRATOR = Calibrator(
    name="time-shift",
    summary="Variables moved in time, and proposals for it by lagged correlation",
    options=TimeShiftOptions,
    requires=requires,
    provides=provides,
    calibrate=calibrate,
)
