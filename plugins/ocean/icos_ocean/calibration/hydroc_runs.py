"""Kinds of rows of a HydroC, the coordinate of its drift, and its readings of zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import Problem
from icos_core.dataset import category_words, is_good
from icos_core.versioned import utc64
from icos_ocean.calibration.deployments import deployments
from icos_ocean.calibration.flushing import run_numbers
from icos_ocean.hydroc_signal import signal_ratio
from icos_ocean.hydroc_zero import Zeros, ZeroSignal, interpolate_zeros, regress_zeros, zero_means
from icos_ocean.vocabulary import RUN_TYPES
from icos_ocean.vocabulary.hydroc import STATES

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.components import Streams
    from icos_ocean.calibration.hydroc_options import HydroCCalibratorOptions
    from icos_ocean.calibration.record import Record

    FloatArray = NDArray[np.float64]

__all__ = ["drift_coordinate", "hydroc_run_types", "zero_readings", "zero_signal"]


def hydroc_run_types(stream: xr.Dataset) -> NDArray[np.int8]:
    """Return the codes of run types: those of the stream, or from the states that a FerryBox logs as channels of their own.

    A row over which a state changed is FLUSH, one without a state IDLE.
    """
    size = stream.sizes["time"]
    if "run_type" in stream:
        words = category_words(stream, "run_type")
        codes = stream["run_type"].values
        kinds = np.full(size, RUN_TYPES["IDLE"], dtype=np.int8)
        for word, code in words.items():
            if word in RUN_TYPES:
                kinds[codes == code] = RUN_TYPES[word]
        return kinds
    kinds = np.full(size, RUN_TYPES["EQU"], dtype=np.int8)
    states = {name: stream[name].values for name in ("zero_state", "flush_state") if name in stream}
    if "zero_state" in states:
        kinds[states["zero_state"] == STATES["on"]] = RUN_TYPES["ZERO"]
    for name, state in states.items():
        kinds[(state == STATES["mixed"]) | ((state == STATES["on"]) & (name == "flush_state"))] = RUN_TYPES["FLUSH"]
    for state in states.values():
        kinds[state == STATES["missing"]] = RUN_TYPES["IDLE"]
    return kinds


def drift_coordinate(record: Record, options: HydroCCalibratorOptions) -> tuple[FloatArray, list[Problem]]:
    """Return runtime of each row where it is logged and never goes back in its deployment, else time since the first row, s."""
    if options.drift_coordinate == "time":
        return record.time, []
    if "runtime" not in record.stream:
        return record.time, [Problem(message="no runtime is logged: zero signals are interpolated in time")]
    coordinate, problems = record.time.copy(), []
    known, runtime = is_good(record.stream, "runtime"), record.stream["runtime"].values
    deployment = deployments(record.moment, options.calibrations)
    for number in np.unique(deployment).tolist():
        rows = np.flatnonzero(deployment == number)
        there = rows[known[rows]]
        if there.size < 2 or (np.diff(runtime[there]) < 0.0).any():
            why = "goes back" if there.size > 1 else "is missing"
            since = f" from {str(record.moment[rows[0]])[:19]}Z on" if number else ""
            problems.append(Problem(message=f"runtime {why}: zero signals are interpolated in time{since}"))
        else:
            coordinate[rows] = np.interp(record.time[rows], record.time[there], runtime[there])
    return coordinate, problems


def zero_readings(record: Record, coordinate: FloatArray, streams: Streams, options: HydroCCalibratorOptions) -> Zeros:
    """Average the readings of each zeroing that passed their tests, those while the gas was being exchanged left out."""
    if options.zero_stream is None or options.zero_stream not in streams or not record.size:
        return _zeros(record.stream, record.time, coordinate, record.run_type, options)
    stream = streams[options.zero_stream]
    moment = stream["time"].values
    time = (moment - record.moment[0]) / np.timedelta64(1, "s")
    of_rows, of_zeros = deployments(record.moment, options.calibrations), deployments(moment, options.calibrations)
    there = np.full(time.shape, np.nan)
    for number in np.unique(of_rows).tolist():
        rows, readings = np.flatnonzero(of_rows == number), np.flatnonzero(of_zeros == number)
        # Between two rows of the main stream runtime grows with time; beyond its ends time goes on alone.
        inside = np.clip(time[readings], record.time[rows[0]], record.time[rows[-1]])
        there[readings] = np.interp(inside, record.time[rows], coordinate[rows]) + time[readings] - inside
    return _zeros(stream, time, there, hydroc_run_types(stream), options)


def _zeros(
    stream: xr.Dataset, time: FloatArray, coordinate: FloatArray, run_type: NDArray[np.integer], options: HydroCCalibratorOptions
) -> Zeros:
    water = np.isin(run_type, [RUN_TYPES[word] for word in options.water_run_types if word in RUN_TYPES])
    zero = run_type == RUN_TYPES["ZERO"]
    gap = options.run_gap.total_seconds()
    away = run_numbers(time, water.astype(np.int8), gap)
    first = np.flatnonzero(np.diff(away, prepend=-1))
    settled = time - time[first][away] >= options.zero_settling.total_seconds() if time.size else np.zeros(0, dtype=np.bool_)
    good = is_good(stream, "signal_raw") & is_good(stream, "signal_reference")
    ratio = signal_ratio(stream["signal_raw"].values, stream["signal_reference"].values)
    return zero_means(time, coordinate, ratio, run_numbers(time, zero.astype(np.int8), gap), zero & good & settled)


def zero_signal(record: Record, coordinate: FloatArray, zeros: Zeros, options: HydroCCalibratorOptions) -> ZeroSignal:
    """Return the zero signal at every row, by interpolation or regression within its deployment."""
    stated = options.uncertainty
    if not record.size:
        return interpolate_zeros(coordinate, record.time, zeros, noise=stated.signal, drift_rate=stated.zero_drift)
    start = record.moment[0]
    of_rows = deployments(record.moment, options.calibrations)
    of_zeros = deployments(start + (zeros.time * 1e9).astype("m8[ns]"), options.calibrations)
    if options.zero == "regression" and zeros.ratio.size:
        places = np.sort([(utc64(each) - start) / np.timedelta64(1, "s") for each in options.zero_breakpoints])
        pieces = len(places) + 1
        segment = of_rows * pieces + np.searchsorted(places, record.time, side="right")
        segment_of_zero = of_zeros * pieces + np.searchsorted(places, zeros.time, side="right")
        return regress_zeros(coordinate, record.time, zeros, segment_of_zero, segment, noise=stated.signal)
    found = [
        (rows, interpolate_zeros(coordinate[rows], record.time[rows], own, noise=stated.signal, drift_rate=stated.zero_drift))
        for number in np.unique(of_rows).tolist()
        for rows, own in [(np.flatnonzero(of_rows == number), zeros.take(of_zeros == number))]
    ]
    order = np.argsort(np.concatenate([rows for rows, _ in found]), kind="stable")
    return ZeroSignal(
        **{
            name: np.concatenate([getattr(piece, name) for _, piece in found])[order]
            for name in ("ratio", "uncertainty", "one_sided", "apart")
        }
    )
