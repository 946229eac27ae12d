"""The marginal distribution sampling and the random uncertainty once more, record by record and in plain numpy, to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    Drivers = Sequence[tuple[np.ndarray, float, float | None]]

__all__ = ["slow_fill", "slow_random_uncertainty"]


def slow_fill(
    target: np.ndarray, drivers: Drivers, per_day: int, convention: str, *, symmetric: bool = False, every: int = 1
) -> dict[str, np.ndarray]:
    """Return estimate, sd, count, method, window and quality of every record, or of one of so many; no long gap is left."""
    days = target.size / per_day
    steps = [(1, 7), (1, 14), (2, 7), (3, 0), (3, 1), (3, 2)]
    if convention == "reddyproc":
        steps += [(1, w) for w in range(21, 71, 7)] + [(2, w) for w in range(14, 71, 7)] + [(3, w) for w in range(7, 211, 7)]
    else:
        steps += [(1, w) for w in range(21, 78, 7)] + [(2, w) for w in range(14, 78, 7)] + [(3, w) for w in np.arange(3, days + 3, 3)]
    present = [each for each in drivers if np.isfinite(each[0]).any()]
    first_there = bool(present) and present[0] is drivers[0]
    found = {name: np.full(target.size, np.nan) for name in ("estimate", "sd")}
    found |= {name: np.zeros(target.size, int) for name in ("count", "method", "window")}
    found["quality"] = np.full(target.size, -1)
    lags = np.arange(target.size)
    valid = np.isfinite(target)
    for i in range(0, target.size, every):
        away = lags - i
        for method, w in steps:
            if method == 3:
                of_day = (away + per_day // 2) % per_day - per_day // 2
                in_window = (np.abs(of_day) <= per_day // 24) & (np.abs((away - of_day) / per_day) <= w)
            else:
                if not (first_there if method == 2 else len(present) > 1 or (present and not first_there)):
                    continue
                in_window = np.abs(away) <= w * per_day if convention == "reddyproc" else np.abs(away) < w * per_day
                for values, tolerance, tolerance_to in present[:1] if method == 2 else present:
                    limit = tolerance if tolerance_to is None else max(tolerance, min(tolerance_to, values[i]))
                    in_window = in_window & (np.abs(values - values[i]) < limit)
            rows = np.flatnonzero(in_window & valid)
            if rows.size < 2:
                continue
            found["estimate"][i] = target[rows].mean()
            if symmetric and first_there and method != 3:
                found["estimate"][i] = symmetric_mean(target[rows], present[0][0][rows], present[0][0][i], convention)
            found["sd"][i] = target[rows].std(ddof=1)
            found["count"][i] = rows.size
            found["method"][i] = method
            window = 2 * w + (method == 3)
            found["window"][i] = window
            limits = {1: (14, 56), 2: (14, 28), 3: (1, 5)}[method]
            found["quality"][i] = 1 + (window > limits[0]) + (window > limits[1])
            break
    return {name: values[::every] for name, values in found.items()}


def symmetric_mean(values: np.ndarray, driver: np.ndarray, centre: float, convention: str) -> float:
    lower, upper = values[driver <= centre], values[driver > centre if convention == "reddyproc" else driver >= centre]
    if not lower.size or not upper.size or (convention == "reddyproc" and centre < 10):
        return float(values.mean())
    return float((lower.mean() + upper.mean()) / 2)


def slow_random_uncertainty(
    flux: np.ndarray, measured: np.ndarray, drivers: Drivers, per_day: int, minimum: float, *, centred: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values, method and count."""
    values, method, count = np.full(flux.size, np.nan), np.zeros(flux.size, int), np.zeros(flux.size, int)
    complete = measured & np.all([np.isfinite(each) for each, _, _ in drivers], axis=0)
    offsets = np.arange(-1, 2) if per_day == 24 else np.arange(-2, 3) + (0 if centred else 1)
    for i in np.flatnonzero(complete):
        rows = np.array([i + day * per_day + offset for day in range(-7, 8) for offset in offsets])
        rows = rows[(rows >= 0) & (rows < flux.size)]
        alike = complete[rows]
        for each, tolerance, tolerance_to in drivers:
            limit = tolerance if tolerance_to is None else max(tolerance, min(tolerance_to, each[i]))
            alike = alike & (np.abs(each[rows] - each[i]) < limit)
        if alike.sum() > 5:
            values[i], method[i], count[i] = flux[rows[alike]].std(ddof=1), 1, alike.sum()
    direct = method == 1
    for i in np.flatnonzero(~direct & np.isfinite(flux)):
        near = np.zeros(flux.size, bool)
        near[max(i - 14 * per_day, 0) : i + 14 * per_day] = True
        band = max(0.2 * abs(flux[i]), minimum)
        rows = direct & near & (flux >= flux[i] - band) & (flux <= flux[i] + band)
        if rows.any():
            values[i], method[i], count[i] = np.median(values[rows]), 2, rows.sum()
    return values, method, count
