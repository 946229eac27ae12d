"""The series of one half hour, and what was counted while they were conditioned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.layout import WIND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["RawPeriod"]


@dataclass(kw_only=True)
class RawPeriod:
    """Series of a half hour after conditioning.

    Attributes
    ----------
    frequency
        Rows per second.
    expected, rows
        Rows that the half hour should have, and has.
    series
        Name → (expected,) values, NaN where missing; a series that is not measured is absent.
    measures
        Gas → place in `MEASURES` of what the series is.
    despiked
        The series after despiking and before corrections of the anemometer and conversions, which raw tests look at.
    raw
        The series as measured, which the Centre's statistics look at.
    spikes, spike_rows, limit_rows
        Name → number of spikes, of rows in them, of rows outside absolute limits.
    implausible
        (expected,) rows of which the wind is outside absolute limits, taken out or not.
    words
        Further numbers by name: counts of diagnostic bits, means of what is only averaged.
    """

    frequency: float
    expected: int
    rows: int
    series: dict[str, FloatArray] = field(default_factory=dict)
    measures: dict[str, int] = field(default_factory=dict)
    despiked: dict[str, FloatArray] = field(default_factory=dict)
    raw: dict[str, FloatArray] = field(default_factory=dict)
    spikes: dict[str, int] = field(default_factory=dict)
    spike_rows: dict[str, int] = field(default_factory=dict)
    limit_rows: dict[str, int] = field(default_factory=dict)
    implausible: NDArray[np.bool_] | None = None
    words: dict[str, float] = field(default_factory=dict)

    @property
    def wind(self) -> FloatArray:
        """The (3, expected) wind."""
        return np.stack([self.series[name] for name in WIND])

    def of(self, name: str) -> FloatArray:
        """Return a series, (expected,); NaN where it is not measured."""
        return self.series[name] if name in self.series else np.full(self.expected, np.nan)
