"""The shared quality tests against those of ioos_qc: seconds for the same series of a million rows, and how often both say the same.

``python benchmarks/quality_tests.py [ROWS]``; ioos_qc must be installed. Missing values and irregular steps are part of the series, so that
the share of equal outcomes is below one where the two differ on purpose (see the tests of the quality tests).
"""

from __future__ import annotations

import sys
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from ioos_qc import qartod  # type: ignore[import-untyped]  # it ships no types

from icos_core.components import Variable
from icos_core.dataset import make_stream
from icos_core.flags import apply_flags
from icos_core.quality import flat_line, gross_range, missing, rate_of_change, rolling_outlier, spike
from icos_core.testing import example_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icos_core.components import Outcome, QualityTest


def series(rows: int) -> tuple[NDArray[np.datetime64], NDArray[np.float64]]:
    """Return a random walk with noise, 3 % missing values, spikes and flat stretches, 50 to 70 s apart."""
    random = np.random.default_rng(0)
    time = np.datetime64("2000-01-01", "s") + np.cumsum(random.integers(50, 71, rows)).astype("timedelta64[s]")
    values = 15 + random.normal(0, 0.02, rows).cumsum() + random.normal(0, 0.05, rows)
    values[random.random(rows) < 0.001] += 8
    for start in random.integers(0, rows, rows // 20_000):
        values[start : start + 200] = values[start]
    values[random.random(rows) < 0.03] = np.nan
    return time, values


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the best of three runs in seconds, and what the function returns."""
    best = np.inf
    for _ in range(3):
        start = perf_counter()
        result = function()
        best = min(best, perf_counter() - start)
    return best, result


def main(rows: int) -> None:
    """Print one line per test."""
    time, values = series(rows)
    stream = make_stream(time, {"x": values}, [Variable(name="x", units="1")])
    present = ~np.isnan(values)
    cases: tuple[tuple[QualityTest, dict[str, Any], Callable[[], Any] | None], ...] = (
        (
            gross_range.TEST,
            {"questionable_outside": [0, 30], "bad_outside": [-10, 40]},
            lambda: qartod.gross_range_test(values, (-10, 40), (0, 30)),
        ),
        (spike.TEST, {"questionable": 1, "bad": 5}, lambda: qartod.spike_test(values, 1, 5, "differential")),
        (
            spike.TEST,
            {"questionable": 1, "bad": 5, "method": "interpolation"},
            lambda: qartod.spike_test(values, 1, 5, "average"),
        ),
        (
            rate_of_change.TEST,
            {"questionable": 1, "bad": 5},
            lambda: qartod.rate_of_change_test(values, time, 1 / 60, 5 / 60),
        ),
        (
            flat_line.TEST,
            {"questionable_after": "1 h", "bad_after": "2 h", "tolerance": 0.001},
            lambda: qartod.flat_line_test(values, time, 3600, 7200, 0.001),
        ),
        (rolling_outlier.TEST, {"questionable": 8, "bad": 20, "window": "2 h"}, None),
        (missing.TEST, {"questionable_gap": "10 min"}, None),
    )
    print(f"{rows} rows\n{'test':34}{'here, s':>9}{'ioos_qc, s':>12}{'same outcome where there is a value':>38}")
    outcomes: list[Outcome] = []
    for test, table, theirs in cases:
        options = test.options.model_validate(table)
        seconds, (outcome,) = timed(partial(test.test, stream, ("x",), options, example_context()))
        name = f"{test.name} {table.get('method', '')}"
        if "method" not in table:
            outcomes.append(outcome)
        if theirs is None:
            print(f"{name:34}{seconds:9.3f}")
            continue
        their_seconds, flags = timed(theirs)
        same = np.mean((outcome.level == np.ma.getdata(flags))[present])
        print(f"{name:34}{seconds:9.3f}{their_seconds:12.3f}{same:38.5f}")
    seconds, _ = timed(lambda: apply_flags(stream.copy(), outcomes))
    print(f"{'flags from all of these':34}{seconds:9.3f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
