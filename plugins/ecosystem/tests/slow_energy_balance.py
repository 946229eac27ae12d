"""The energy-balance correction once more, slowly and in plain Python: record by record, window by window, from the published text."""

from __future__ import annotations

import math
from bisect import bisect_left
from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, float]


def percentile(values: list[float], p: float) -> float:
    """Return the value with ONEFlux's number for percentiles of corrected fluxes, ROUND(p/100 n + 0.5), counted from 1."""
    ordered = sorted(values)
    number = int(p / 100.0 * len(ordered) + 0.5 + 0.5)
    return ordered[min(number, len(ordered)) - 1]


def plain_percentile(values: list[float], p: float) -> float:
    """Return the value with the other number that it uses, ROUND(p/100 n)."""
    ordered = sorted(values)
    return ordered[max(int(p / 100.0 * len(ordered) + 0.5), 1) - 1]


def valid(row: Row) -> bool:
    return not any(math.isnan(row[name]) for name in ("NETRAD", "G", "LE", "H")) and row["LE_QC"] <= 1 and row["H_QC"] <= 1


def filtered(factors: list[float | None], rule: Any) -> list[float | None]:
    there = [each for each in factors if each is not None]
    if not there:
        return factors
    reach, middle = 1.5 * abs(rule(there, 75) - rule(there, 25)), median(there)
    return [each if each is not None and abs(each - middle) <= reach else None for each in factors]


def factor_of(rows: list[Row]) -> float | None:
    good = [row for row in rows if valid(row)]
    if len(good) < len(rows) / 2:
        return None
    sums = {name: sum(row[name] for row in good) / len(good) for name in ("NETRAD", "G", "LE", "H")}
    return None if sums["LE"] + sums["H"] == 0 else (sums["NETRAD"] - sums["G"]) / (sums["LE"] + sums["H"])


def mean(values: list[float]) -> float:
    there = [each for each in values if not math.isnan(each)]
    return sum(there) / len(there) if there else math.nan


def period_of(start: datetime, resolution: str) -> tuple[int, int]:
    """Return the year, and the period's number in it."""
    day = start.timetuple().tm_yday - 1
    return start.year, {"dd": day, "ww": min(day // 7, 51), "mm": start.month - 1, "yy": 0}[resolution]


def result(size: int) -> dict[str, list[float]]:
    names = [f"{flux}{part}" for flux in ("LE", "H") for part in ("", "_CORR", "_CORR_25", "_CORR_75")]
    return {**{name: [math.nan] * size for name in names}, "N": [math.nan] * size, "METHOD": [0] * size}


def with_window(found: dict[str, list[float]], i: int, window: list[float]) -> bool:
    if len(window) < 5:
        return False
    for flux in ("LE", "H"):
        products = [each * found[flux][i] for each in window]
        if math.isnan(found[flux][i]):
            continue
        products.sort()
        for part, p in (("_CORR", 50), ("_CORR_25", 25), ("_CORR_75", 75)):
            found[flux + part][i] = percentile(products, p)
    found["N"][i], found["METHOD"][i] = len(window), 1
    return True


def implied(found: dict[str, list[float]], flux: str, at: int, size: int) -> list[float]:
    if not 0 <= at < size or found["METHOD"][at] != 1 or found[flux][at] == 0 or math.isnan(found[flux + "_CORR"][at]):
        return []
    return [found[flux + "_CORR"][at] / found[flux][at]]


def with_others(found: dict[str, list[float]], i: int, places: list[int], method: int) -> bool:
    size = len(found["N"])
    of_latent = [each for at in places for each in implied(found, "LE", at, size)]
    of_sensible = [each for at in places for each in implied(found, "H", at, size)]
    if not of_latent:
        return False
    found["LE_CORR"][i] = found["LE"][i] * sum(of_latent) / len(of_latent)
    found["H_CORR"][i] = found["H"][i] * sum(of_sensible) / len(of_sensible) if of_sensible else math.nan
    found["N"][i], found["METHOD"][i] = len(of_latent), method
    return True


def half_hours(rows: list[Row], first: datetime, minutes: int, places: range) -> dict[str, list[float]]:
    """Correct some places only, and by method 1 those that they need."""
    size, per_day = len(rows), 1440 // minutes
    found = result(size)
    for flux in ("LE", "H"):
        found[flux] = [row[flux] for row in rows]
    factors = filtered([factor_of([row]) for row in rows], percentile)
    hours = [(first + timedelta(minutes=minutes * (i + 1))).hour for i in range(size)]
    counting = [i for i in range(size) if factors[i] is not None and (hours[i] >= 22 or hours[i] <= 2 or 10 <= hours[i] <= 14)]
    values = [factors[i] for i in counting]
    back = 15 * per_day + (1 if minutes == 30 else 0)
    tried: set[int] = set()

    def by_window(i: int) -> bool:
        if i not in tried and 0 <= i < size:
            tried.add(i)
            with_window(found, i, values[bisect_left(counting, i - back) : bisect_left(counting, i + 15 * per_day)])
        return 0 <= i < size and found["METHOD"][i] == 1

    around = range(-2, 3) if minutes == 30 else range(-1, 2)
    lengths = year_lengths(first, size, minutes, per_day)
    for i in [each for each in places if not by_window(each)]:
        near = [i + d * per_day + o for d in range(-5, 6) for o in around]
        if not with_others(found, i, [each for each in near if by_window(each)], 2):
            other_years(found, i, lengths, 5, per_day, around, by_window)
    return found


def year_lengths(first: datetime, size: int, minutes: int, per_day: int) -> list[int]:
    last = (first + timedelta(minutes=minutes * (size - 1))).year
    return [(date(year + 1, 1, 1) - date(year, 1, 1)).days * per_day for year in range(first.year, last + 1)]


def other_years(
    found: dict[str, list[float]],
    i: int,
    lengths: list[int],
    reach: int,
    step: int,
    around: range,
    known: Callable[[int], bool] = lambda _: True,
) -> None:
    year = next(y for y in range(len(lengths)) if i < sum(lengths[: y + 1]))
    for apart, window in ((1, reach), (2, reach), (1, 2 * reach), (2, 4 * reach)):
        centres = []
        if year - apart >= 0:
            centres.append(i - sum(lengths[year - apart : year]))
        if year + apart < len(lengths):
            centres.append(i + sum(lengths[year : year + apart]))
        places = [c + d * step + o for c in centres for d in range(-window, window + 1) for o in around]
        if with_others(found, i, [each for each in places if known(each)], 3):
            return


def longer(rows: list[Row], first: datetime, minutes: int, resolution: str) -> dict[str, list[float]]:
    groups: dict[tuple[int, int], list[Row]] = {}
    for i, row in enumerate(rows):
        groups.setdefault(period_of(first + timedelta(minutes=minutes * i), resolution), []).append(row)
    found = result(len(groups))
    for flux in ("LE", "H"):
        found[flux] = [mean([row[flux] for row in each]) for each in groups.values()]
    factors = filtered([factor_of(each) for each in groups.values()], plain_percentile)
    for i, each in enumerate(groups.values()):
        if resolution == "dd":
            with_window(found, i, [f for f in factors[max(i - 7, 0) : i + 8] if f is not None])
        elif factors[i] is not None:
            for flux in ("LE", "H"):
                found[flux + "_CORR"][i] = found[flux][i] * factors[i]
            found["N"][i], found["METHOD"][i] = sum(map(valid, each)) / len(each), 1
    reach = {"dd": 5, "ww": 2, "mm": 1, "yy": 1}[resolution]
    years = [year for year, _ in groups]
    lengths = [years.count(year) for year in sorted(set(years))]
    for i in [i for i, method in enumerate(found["METHOD"]) if method == 0]:
        if with_others(found, i, [i + d for d in range(-reach, reach + 1)], 2):
            continue
        if resolution == "yy":
            with_others(found, i, [i - 2, i + 2], 3)
        else:
            other_years(found, i, lengths, reach, 1, range(1))
    return found
