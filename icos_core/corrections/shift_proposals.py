"""Shifts in time that are looked for and put to people, in a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from icos_core.components import Table
from icos_core.corrections.concerned import check_quantity
from icos_core.corrections.lagged_correlation import LagEstimate, averaged, estimate_lag, rates_of_change
from icos_core.dataset import category_mask, is_good
from icos_core.running.joins import is_circular

if TYPE_CHECKING:
    from collections.abc import Iterable

    import xarray as xr
    from numpy.typing import NDArray

    from icos_core.corrections.time_shift_options import Proposal

__all__ = ["propose"]

TITLE = "Proposed shifts in time (not applied)"
COLUMNS = (
    "stream",
    "variable",
    "against",
    "found",
    "leads by (s)",
    "seconds to declare",
    "standard uncertainty (s)",
    "correlation there",
    "correlation without shift",
    "pairs",
    "confidence",
    "reason",
)
NOTE = (
    "From the lagged correlation of rates of change. A variable that leads sees a change before the other does. Nothing was shifted: "
    "[[calibrate.shift]] with the variable and the seconds to declare would do so (the value at t becomes the one measured at t + seconds)."
)
FINEST = 60
"""Rows closer than this fraction of the window are averaged unless told otherwise: noise of neighbours would hide the signal."""
HIGH, LOW = 0.7, 0.4
"""Correlations from which confidence is high, and below which it is low."""


def propose(asked: Iterable[tuple[str, xr.Dataset, Proposal]], who: str) -> Table:
    """Look for the shifts that are asked for.

    Parameters
    ----------
    asked
        Name of the stream, the stream, and what is asked of it.
    who
        Who asks, for messages.

    Raises
    ------
    DataError
        Where a variable is no quantity along time alone, or a category has no such word.
    """
    return Table(
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(_row(name, table, _estimate(stream, table, who)) for name, stream, table in asked),
        note=NOTE,
    )


def _estimate(stream: xr.Dataset, table: Proposal, who: str) -> LagEstimate:
    rows = np.ones(stream.sizes["time"], dtype=bool)
    for category, words in table.where.items():
        rows &= category_mask(stream, category, list(words))
    window = table.window.total_seconds()
    width = table.average.total_seconds() if table.average is not None else window / FINEST
    rates = [_rates(stream, name, rows, width, table.gap.total_seconds(), who) for name in (table.variable, table.against)]
    return estimate_lag(rates[0], rates[1], window, least_pairs=table.least_pairs)


def _rates(
    stream: xr.Dataset, name: str, rows: NDArray[np.bool_], width: float, gap: float, who: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    check_quantity(who, stream, name, alone=True)
    wanted = rows & is_good(stream, name) & np.isfinite(stream[name].values)
    start = stream["time"].values[:1]
    time = (stream["time"].values[wanted] - start) / np.timedelta64(1, "s") if start.size else np.zeros(0)
    values = stream[name].values[wanted].astype("f8")
    if is_circular(stream, name):
        values = np.unwrap(values, period=360.0)
    return rates_of_change(*averaged(time, values, width), gap)


def _row(name: str, table: Proposal, found: LagEstimate) -> tuple[Any, ...]:
    correlations = (_rounded(found.peak, 2), _rounded(found.zero, 2))
    if found.doubt:
        return (name, table.variable, table.against, "no proposal", "", "", "", *correlations, found.pairs, "none", found.doubt)
    digits = max(0, -math.floor(math.log10(found.uncertainty)))
    lead, uncertainty = (round(each, digits) if digits else round(each) for each in (found.lag, found.uncertainty))
    sentence = f"{table.variable} {'leads' if lead >= 0 else 'lags'} {table.against} by {abs(lead):g} s"
    confidence, reason = _confidence(found)
    return (name, table.variable, table.against, sentence, lead, -lead, uncertainty, *correlations, found.pairs, confidence, reason)


def _rounded(value: float, digits: int) -> float | str:
    return round(value, digits) + 0.0 if np.isfinite(value) else ""


def _confidence(found: LagEstimate) -> tuple[str, str]:
    """Return how far a proposal can be trusted in one word, and why."""
    reasons = []
    sharp = found.uncertainty <= found.spacing / 2
    vague = found.uncertainty > found.spacing
    if vague:
        reasons.append("less certain than the time between rows")
    if found.peak < LOW:
        reasons.append("weak correlation")
    level = "low" if reasons else "high" if sharp and found.peak >= HIGH else "medium"
    if not reasons:
        strength = "strong" if found.peak >= HIGH else "moderate"
        reasons.append(f"{strength} correlation, a peak certain to {found.uncertainty / found.spacing:.2f} of the time between rows")
    if abs(found.lag) < 2 * found.uncertainty:
        reasons.append("not different from no shift")
    return level, "; ".join(reasons)
