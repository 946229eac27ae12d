"""Statistics of one raw half hour that reveal instrumental and meteorological errors, after Vitale et al. (2020).

Names are those of RFlux's table ``qcStat``. Which values are severe or moderate errors is said in :mod:`icos_ecosystem.rflux.flags`.

References
----------
Vitale, D., et al. (2020), A robust data cleaning procedure for eddy covariance flux measurements, Biogeosciences 17, 1367-1391,
doi:10.5194/bg-17-1367-2020.
Mahrt, L. (1998), Flux sampling errors for aircraft and towers, J. Atmos. Ocean. Technol. 15, 416-429,
doi:10.1175/1520-0426(1998)015<0416:FSEFAA>2.0.CO;2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.rflux.dip_test import dip_probability, dip_statistic
from icos_ecosystem.rflux.freedman_diaconis import fullest_bin
from icos_ecosystem.rflux.robust_scale import qn_scale
from icos_ecosystem.vocabulary.rflux import RFLUX_STATISTICS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["cross_correlation", "longest_run", "non_stationarity_ratio", "rflux_statistics"]

_SERIES = {"u": "u", "v": "v", "w": "w", "ts": "t_sonic", "co2": "co2", "h2o": "h2o"}
_FLUXES = {"H": ("t_sonic",), "Fc": ("co2",), "LE": ("h2o",), "TAU": ("u", "v")}
_COVARIANCES = {"wts": "t_sonic", "wco2": "co2", "wh2o": "h2o"}
_MOST_MISSING, _LONGEST_GAP = 15.0, 180.0
_LEAST_SCALE = 0.01
_REPEATED = 1e-3
_LARGEST_LAG = 25
_MOSTLY_REPEATED = 0.9
_FEWEST = 100


def rflux_statistics(
    columns: Mapping[str, FloatArray], frequency: float, *, duration: float = 1800.0, rflux_compatible: bool = False
) -> dict[str, float]:
    """Return the statistics of one averaging interval.

    Parameters
    ----------
    columns
        (n,) raw series, NaN where missing: ``u``, ``v``, ``w`` (m s-1), ``t_sonic`` (K), ``co2`` (µmol mol-1), ``h2o`` (mmol mol-1), and
        ``sa_diag``, the diagnostic of the anemometer; what is absent is missing.
    frequency
        Sampling frequency [Hz].
    duration
        Length of the interval [s]; samples that a short file lacks are missing at its end.
    rflux_compatible
        Reproduce RFlux where it differs from what is described: ``LGD_Fc`` ignores gaps within the file (a misspelt name), and ``DDI`` is
        the number of values in the fuller outer percent, which gives what its published example prints.

    Returns
    -------
    dict
        Statistic → value, every one of :data:`icos_ecosystem.vocabulary.rflux.RFLUX_STATISTICS`; NaN where too much is missing to tell
        (more than 15 %, a gap of more than 180 s), and of series that are absent.
    """
    length = max((series.size for series in columns.values()), default=0)
    empty = np.full(length, np.nan)
    series = {name: np.asarray(columns.get(name, empty), dtype=np.float64) for name in _SERIES.values()}
    values = dict.fromkeys(RFLUX_STATISTICS, np.nan)
    if "sa_diag" in columns:
        values["SADiag"] = float(np.count_nonzero(columns["sa_diag"] == 0))
    expected = max(round(frequency * duration), length)
    for flux, scalars in _FLUXES.items():
        values |= {f"{statistic}_{flux}": value for statistic, value in _gaps(series, scalars, frequency, expected).items()}
    if rflux_compatible:
        values["LGD_Fc"] = (expected - length) / frequency
    usable = {name for name in series if _is_usable(series[name], frequency, expected)}
    for short, name in _SERIES.items():
        if name in usable:
            values |= {f"{statistic}_{short}": value for statistic, value in _of_series(series[name], rflux_compatible).items()}
    for flux, scalars in _FLUXES.items():
        if usable.issuperset((*scalars, "w")):
            values |= {f"{statistic}_{flux}": value for statistic, value in _of_flux(series, scalars, frequency).items()}
    for short, name in _COVARIANCES.items():
        if usable.issuperset((name, "w")):
            values[f"COV_{short}"] = _covariance(series["w"], series[name])
    return values


def _gaps(series: Mapping[str, FloatArray], scalars: tuple[str, ...], frequency: float, expected: int) -> dict[str, float]:
    missing = np.ones(expected, dtype=bool)
    missing[: series["w"].size] = np.any([np.isnan(series[name]) for name in (*scalars, "w")], axis=0)
    return {"FMR": 100.0 * np.count_nonzero(missing) / expected, "LGD": longest_run(missing) / frequency}


def longest_run(chosen: NDArray[np.bool_]) -> int:
    """Return the length of the longest run of chosen samples."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]]).astype(np.int8)))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def _is_usable(series: FloatArray, frequency: float, expected: int) -> bool:
    missing = np.concatenate([np.isnan(series), np.ones(expected - series.size, dtype=bool)])
    enough = 100.0 * np.count_nonzero(missing) <= _MOST_MISSING * expected and longest_run(missing) <= _LONGEST_GAP * frequency
    return bool(enough and np.count_nonzero(~missing) >= _FEWEST)


def _of_series(series: FloatArray, rflux_compatible: bool) -> dict[str, float]:
    present = series[~np.isnan(series)]
    straight = _without_trend(series)
    difference = np.diff(series)
    distance = np.abs(difference)
    changing = series.copy()
    changing[1:][distance < _REPEATED] = np.nan
    fluctuation = present - present.mean()
    scale = max(_LEAST_SCALE, qn_scale(fluctuation))
    fluctuation = np.abs(fluctuation)
    step = max(_LEAST_SCALE, _scale_or_zero(np.diff(changing)))
    return {
        "Skew": _moment(straight, 3),
        "Kurt": _moment(straight, 4),
        "KID0": _moment(difference[~np.isnan(difference)], 4),
        "KID": _moment(np.diff(changing[~np.isnan(changing)]), 4),
        "HF5": float(np.count_nonzero(fluctuation > 5.0 * scale)),
        "HF10": float(np.count_nonzero(fluctuation > 10.0 * scale)),
        "HD5": float(np.count_nonzero(distance > 5.0 * step)),
        "HD10": float(np.count_nonzero(distance > 10.0 * step)),
        "AL1": _lag_one_correlation(series),
        "DDI": float(_fuller_outer_percent(present) if rflux_compatible else fullest_bin(present)),
        "DIP": dip_probability(dip_statistic(present), present.size),
    }


def _scale_or_zero(sample: FloatArray) -> float:
    scale = qn_scale(sample)
    return scale if np.isfinite(scale) else 0.0


def _without_trend(series: FloatArray) -> FloatArray:
    """Return the present values without their straight line over time."""
    there = np.flatnonzero(~np.isnan(series))
    time = there - there.mean()
    values = series[there] - series[there].mean()
    return np.asarray(values - time * (time @ values) / (time @ time), dtype=np.float64)


def _moment(sample: FloatArray, order: int) -> float:
    """Return the third or fourth central moment over that power of the standard deviation (1/(N-1)); NaN of what does not vary."""
    deviation = sample - sample.mean() if sample.size else sample
    square = deviation * deviation
    variance = float(np.sum(square)) / max(sample.size - 1, 1)
    if not variance > 0.0:
        return float("nan")
    moment = float(square @ (square if order == 4 else deviation)) / sample.size
    return float(moment / variance ** (order / 2.0))


def _lag_one_correlation(series: FloatArray) -> float:
    there = ~np.isnan(series)
    deviation = np.where(there, series - np.mean(series[there]), 0.0)
    pairs = np.count_nonzero(there[1:] & there[:-1]) + 1
    variance = float(deviation @ deviation) / np.count_nonzero(there)
    return float(deviation[1:] @ deviation[:-1]) / pairs / variance if variance > 0.0 else float("nan")


def _fuller_outer_percent(sample: FloatArray) -> int:
    lower, upper = np.quantile(sample, [0.01, 0.99])
    return max(int(np.count_nonzero(sample <= lower)), int(np.count_nonzero(sample > upper)))


def _of_flux(series: Mapping[str, FloatArray], scalars: tuple[str, ...], frequency: float) -> dict[str, float]:
    vertical = series["w"]
    repeated = [int(np.count_nonzero(np.diff(series[name]) == 0.0)) for name in (*scalars, "w")]
    return {
        "N0": float(max(repeated)),
        "LSR": max(_resolution(vertical, series[name]) for name in scalars),
        "M98": max(non_stationarity_ratio(vertical, series[name], frequency) for name in scalars),
    }


def _resolution(vertical: FloatArray, scalar: FloatArray) -> float:
    """Return how well the cross-correlation without repeated values explains that with them."""
    repeated = np.diff(scalar) == 0.0
    count = np.count_nonzero(repeated)
    if not count:
        return 1.0
    if count >= _MOSTLY_REPEATED * scalar.size:
        return -1.0
    changing = scalar.copy()
    changing[1:][repeated] = np.nan
    whole, reduced = cross_correlation(vertical, scalar, _LARGEST_LAG), cross_correlation(vertical, changing, _LARGEST_LAG)
    residual = whole - reduced * (whole @ reduced) / (reduced @ reduced)
    return float(1.0 - (residual @ residual) / (whole @ whole))


def cross_correlation(first: FloatArray, second: FloatArray, largest_lag: int) -> FloatArray:
    """Return correlations of ``first(t + lag)`` with ``second(t)``, lags from minus to plus the largest.

    Parameters
    ----------
    first, second
        (n,) series, NaN where missing.
    largest_lag
        In samples.

    Returns
    -------
    numpy.ndarray
        (2 largest_lag + 1,). Sums over the pairs that are there are divided by the number of pairs and the lag, so that without missing
        values all lags are divided by n.
    """
    there = [(~np.isnan(each)).astype(np.float64) for each in (first, second)]
    deviation = [np.where(np.isnan(each), 0.0, each - np.nanmean(each)) for each in (first, second)]
    norm = np.sqrt(np.prod([each @ each / mask.sum() for each, mask in zip(deviation, there, strict=True)]))

    def at(lag: int) -> float:
        one, other = (slice(lag, None), slice(None, first.size - lag)) if lag >= 0 else (slice(None, lag), slice(-lag, None))
        pairs = there[0][one] @ there[1][other]
        return float(deviation[0][one] @ deviation[1][other] / (pairs + abs(lag)) / norm)

    return np.array([at(lag) for lag in range(-largest_lag, largest_lag + 1)])


def _covariance(first: FloatArray, second: FloatArray) -> float:
    """Return the covariance of the pairs that are there, 1/(N-1); NaN of fewer than two."""
    there = ~np.isnan(first + second)
    count = np.count_nonzero(there)
    if count < 2:  # no deviation
        return float("nan")
    deviation = second[there] - second[there].mean()
    return float(first[there] @ deviation) / (count - 1)


def non_stationarity_ratio(vertical: FloatArray, scalar: FloatArray, frequency: float) -> float:
    """Return Mahrt's ratio of the variation of a flux between windows to that expected from the variation within.

    Parameters
    ----------
    vertical, scalar
        (n,) series, NaN where missing.
    frequency
        Sampling frequency [Hz].

    Returns
    -------
    float
        sigma_B / (sigma_W / sqrt(m)); NaN with fewer than two windows.

    Notes
    -----
    m windows of five minutes less five samples, so that a file that lacks a few samples still has six. sigma_B is the standard deviation
    (1/(m-1)) of their covariances about that of the whole interval, sigma_W the mean over windows of the standard deviation of the
    covariances of six sub-windows about that of their window (1/5).
    """
    window = round(300.0 * frequency) - 5
    starts = range(0, vertical.size - window + 1, window)
    if len(starts) < 2:  # no deviation
        return float("nan")
    part = window // 6

    def covariance(start: int, size: int) -> float:
        return _covariance(vertical[start : start + size], scalar[start : start + size])

    of_window = np.array([covariance(start, window) for start in starts])
    of_part = np.array([[covariance(start + k * part, part) for k in range(6)] for start in starts])
    between = np.sqrt(np.sum((of_window - _covariance(vertical, scalar)) ** 2) / (len(starts) - 1))
    within = np.mean(np.sqrt(np.sum((of_part - of_window[:, np.newaxis]) ** 2, axis=1) / 5.0))
    return float(between / (within / np.sqrt(len(starts)))) if within > 0.0 else float("nan")
