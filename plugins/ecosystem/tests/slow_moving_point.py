"""The moving-point test in plain Python, step by step as the peers describe it. It shares nothing with the kernel."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["slow_classes", "slow_plateau", "slow_temperature_classes", "slow_threshold", "slow_ustar_classes"]


def slow_temperature_classes(values: list[float], classes: int) -> list[int]:
    """Return the class, from 1 on, of sorted values: a class ends behind its share and all that equals its last value."""
    size = len(values) // classes
    numbers: list[int] = []
    end = 0
    for k in range(1, classes):
        start, end = end, max(end, size * k)
        while 0 < end < len(values) and values[end] == values[end - 1]:
            end += 1
        numbers += [k] * (end - start)
    return numbers + [classes] * (len(values) - end)


def slow_ustar_classes(values: list[float], classes: int, *, from_last_end: bool) -> list[int]:
    """Return the class, from 1 on, of sorted values."""
    size = max(len(values) // classes, 1)
    runs = [values.index(value) for value in sorted(set(values))] + [len(values)]
    numbers: list[int] = []
    k = 1
    while len(numbers) < len(values):
        start = len(numbers)
        wanted = start + size if from_last_end else max(size * k, start + 1)
        end = next((border for border in runs if border >= wanted), len(values))
        if not from_last_end and k == classes:
            end = len(values)
        if from_last_end and end == len(values) and end - start < 0.9 * size and k > 1:
            k -= 1
        numbers += [k] * (end - start)
        k += 1
    return [min(number, classes) for number in numbers]


def slow_plateau(flux: list[float], share: float, above: int) -> int | None:
    """Return the first of two classes in a row that reach the mean of the ten that follow each."""
    for k in range(len(flux)):
        if len(flux) - k - 1 < above:
            return None
        first, second = flux[k + 1 : k + 11], flux[k + 2 : k + 12]
        if flux[k] >= share * sum(first) / len(first) and flux[k + 1] >= share * sum(second) / len(second):
            return k
    return None


def slow_threshold(
    ta: list[float], ustar: list[float], nee: list[float], *, classes: int, share: float, above: int, from_last_end: bool, strict: bool
) -> float:
    """Return the threshold of one class of temperature, NaN where it has none."""
    correlation = _correlation(ta, ustar)
    if math.isnan(correlation) or abs(correlation) > 0.5 or (strict and abs(correlation) == 0.5):
        return math.nan
    pairs = sorted(zip(ustar, nee, strict=True))
    numbers = slow_ustar_classes([u for u, _ in pairs], classes, from_last_end=from_last_end)
    means = []
    for k in range(1, max(numbers) + 1):
        of_class = [pair for pair, number in zip(pairs, numbers, strict=True) if number == k]
        means.append((float(np.mean([u for u, _ in of_class])), float(np.mean([f for _, f in of_class]))))
    if means[0][0] > 0.2:
        return math.nan
    found = slow_plateau([f for _, f in means], share, above)
    return math.nan if found is None else means[found][0]


def slow_classes(
    ta: np.ndarray, ustar: np.ndarray, nee: np.ndarray, *, oneflux: bool, classes: int = 7, ustar_classes: int = 20, least: int = 100
) -> list[float]:
    """Return the thresholds of a season's classes of temperature."""
    if len(ta) < classes * least:
        return [math.nan] * classes
    order = np.argsort(ta, kind="stable")
    numbers = np.array(slow_temperature_classes(ta[order].tolist(), classes))
    found = []
    for k in range(1, classes + 1):
        rows = order[numbers == k]
        if len(rows) < (least if oneflux else 2):
            found.append(math.nan)
            continue
        rules = {"share": 1.0 if oneflux else 0.95, "above": 2 if oneflux else 3, "from_last_end": not oneflux, "strict": not oneflux}
        found.append(slow_threshold(ta[rows].tolist(), ustar[rows].tolist(), nee[rows].tolist(), classes=ustar_classes, **rules))
    return found


def _correlation(x: list[float], y: list[float]) -> float:
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    both = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    spread = math.sqrt(sum((a - mean_x) ** 2 for a in x)) * math.sqrt(sum((b - mean_y) ** 2 for b in y))
    return math.nan if spread == 0 else both / spread
