"""Condensing: the raw rows of a half hour become one row of statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from icos_core.dataset import TIME_ATTRIBUTES, usable
from icos_ecosystem.calibration.condensed import METEO_WORDS, NUMBERS, fields_of, packed_fields_of, to_row
from icos_ecosystem.calibration.layout import layout_of, window_of_gas
from icos_ecosystem.calibration.raw_period import raw_period
from icos_ecosystem.calibration.statistics import statistics_of
from icos_ecosystem.rflux.statistics import rflux_statistics
from icos_ecosystem.series.prewhitened_lag import prewhitened_lag
from icos_ecosystem.series.time_lags import lag_in_rows
from icos_ecosystem.vocabulary.measured import PROFILE_STREAM
from icos_ecosystem.vocabulary.rflux import RFLUX_STATISTICS
from icos_ecosystem.wind_rotation import double_rotation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_core.components import Context, Streams
    from icos_ecosystem.calibration.layout import Layout
    from icos_ecosystem.calibration.options import EddyCovarianceOptions
    from icos_ecosystem.calibration.raw_series import RawPeriod

__all__ = ["PACKED", "STATISTICS", "condense"]

STATISTICS, PACKED = "statistics", "packed"


def condense(
    streams: Streams,
    options: EddyCovarianceOptions,
    context: Context,  # noqa: ARG001  # the signature is the contract's
    *,
    period: tuple[np.datetime64, np.datetime64],
) -> dict[str, xr.Dataset]:
    """Condense the rows of one averaging period.

    Parameters
    ----------
    streams
        Measured rows: the fast stream, meteorology and a profile where there are any.
    options
        The station.
    context
        Not used: statistics do not depend on it.
    period
        Start and end, half-open.

    Returns
    -------
    dict
        The fast stream with one row, empty where there is no wind; a profile as it is.
    """
    start, end = period
    made: dict[str, xr.Dataset] = {}
    if PROFILE_STREAM in streams:
        made[PROFILE_STREAM] = _within(streams[PROFILE_STREAM], start, end)
    if options.stream not in streams:
        return made
    layout = layout_of(options)
    fields = fields_of(layout, options)
    rows = _within(streams[options.stream], start, end)
    conditioned = raw_period(rows, options, layout, start, end) if rows.sizes["time"] else None
    if conditioned is None:
        made[options.stream] = _stream(np.empty(0, dtype="datetime64[ns]"), np.empty((0, _size(fields))), None)
        return made
    limits = _limits(options, layout, conditioned, start)
    values = statistics_of(conditioned, layout, options, limits)
    packed = packed_fields_of(layout)
    octets = np.concatenate([values.pop(name).reshape(-1) for name in packed]).astype(np.uint8)[np.newaxis] if packed else None
    values |= _numbers(conditioned, layout, streams, options, period)
    if options.time_lag.method == "pre-whitened":
        values["prewhitened"] = _prewhitened(conditioned, layout, options, start)
    if options.quality.rflux:
        values["rflux"] = _rflux(conditioned)
    made[options.stream] = _stream(np.array([start]), to_row(values, fields)[np.newaxis], octets)
    return made


def _size(fields: dict[str, tuple[int, ...]]) -> int:
    return sum(int(np.prod(shape)) for shape in fields.values())


def _within(stream: xr.Dataset, start: np.datetime64, end: np.datetime64) -> xr.Dataset:
    time = stream["time"].values
    first, last = np.searchsorted(time, [start, end])
    return stream if first == 0 and last == time.size else stream.isel(time=slice(int(first), int(last)))


def _stream(time: NDArray[np.datetime64], rows: NDArray[np.float64], octets: NDArray[np.uint8] | None) -> xr.Dataset:
    variables: dict[str, tuple[tuple[str, str], NDArray[np.generic]]] = {STATISTICS: (("time", "item"), rows)}
    if octets is not None:
        variables[PACKED] = (("time", "octet"), octets)
    return xr.Dataset(variables, coords={"time": ("time", time.astype("datetime64[ns]"), dict(TIME_ATTRIBUTES))})


def _limits(options: EddyCovarianceOptions, layout: Layout, period: RawPeriod, start: np.datetime64) -> dict[str, tuple[int, int, int]]:
    """Return gas → nominal, first and last lag in rows."""
    limits = {}
    for gas in layout.gases:
        analyser = options.analyser_at(gas, start)
        if analyser is not None:
            window = window_of_gas(gas, analyser)
            nominal, first, last = (lag_in_rows(lag, period.frequency) for lag in window)
            limits[gas] = (nominal, first, last)
    return limits


def _numbers(
    period: RawPeriod, layout: Layout, streams: Streams, options: EddyCovarianceOptions, limits: tuple[np.datetime64, np.datetime64]
) -> dict[str, NDArray[np.generic]]:
    words = {**period.words, "rows": float(period.rows), "expected": float(period.expected), "frequency": period.frequency}
    meteorology = np.full(len(METEO_WORDS), np.nan)
    if options.meteorology in streams:
        part = _within(streams[options.meteorology], *limits)
        for place, name in enumerate(METEO_WORDS):
            if name in part.data_vars and part.sizes["time"]:
                values = usable(part, name)
                kept = values[np.isfinite(values)]
                # Rain adds up, everything else is a state.
                together = np.sum if name == "P" else np.mean
                meteorology[place] = together(kept) if kept.size else np.nan
    return {
        "numbers": np.array([words.get(name, np.nan) for name in NUMBERS]),
        "meteorology": meteorology,
        "measure": np.array([float(period.measures.get(gas, np.nan)) for gas in layout.gases]),
    }


def _prewhitened(period: RawPeriod, layout: Layout, options: EddyCovarianceOptions, start: np.datetime64) -> NDArray[np.float64]:
    """Return lag, its interval and its correlation for each gas, in the wind after double rotation."""
    wind = period.wind
    with np.errstate(invalid="ignore"):
        rotation, _, _ = double_rotation(np.array([[np.nanmean(each) for each in wind]]))
    vertical = rotation[0, 2] @ wind
    found = np.full((len(layout.gases), 4), np.nan)
    seed = int(start.astype("datetime64[s]").astype(np.int64))
    for place, gas in enumerate(layout.gases):
        if gas in period.series and "ts" in period.series:
            lag = prewhitened_lag(
                vertical,
                period.series[gas],
                period.series["ts"],
                period.frequency,
                lag_max=options.time_lag.maximum_lag,
                replicates=options.time_lag.replicates,
                random=np.random.default_rng(seed),
            )
            found[place] = [lag.lag, lag.low, lag.high, lag.correlation]
    return found


def _rflux(period: RawPeriod) -> NDArray[np.float64]:
    names = {"u": "u", "v": "v", "w": "w", "ts": "t_sonic", "co2": "co2", "h2o": "h2o", "sa_diag": "sa_diag"}
    columns = {other: period.raw[name] for name, other in names.items() if name in period.raw}
    statistics = rflux_statistics(columns, period.frequency, duration=period.expected / period.frequency)
    return np.array([statistics.get(name, np.nan) for name in RFLUX_STATISTICS])
