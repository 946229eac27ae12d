"""What night-time partitioning hands over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

__all__ = ["KINDS", "NighttimeMembers", "NighttimePartition", "WindowParameters"]

KINDS = ("temperature_sensitivity", "reference_respiration")
"""What a window is for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WindowParameters:
    """One row per window, those of the temperature sensitivity of a period before those of its reference respiration.

    Attributes
    ----------
    kind
        Index in :data:`KINDS`.
    first, end
        Position of the first record of a window, and of the one after its last.
    centre
        Mean position of the values in it; NaN where it has none.
    count
        Number of values.
    temperature_range
        [K]; NaN for windows of the reference respiration.
    e0, e0_se, rref, rref_se
        Temperature sensitivity [K] (that of the period, without an error, for windows of the reference respiration) and reference
        respiration [umol m-2 s-1] with their standard errors; NaN where nothing was found.
    outcome
        Index in :data:`icos_ecosystem.partitioning.night_windows.OUTCOMES`.
    """

    kind: NDArray[np.int8]
    first: IntArray
    end: IntArray
    centre: FloatArray
    count: IntArray
    temperature_range: FloatArray
    e0: FloatArray
    e0_se: FloatArray
    rref: FloatArray
    rref_se: FloatArray
    outcome: NDArray[np.int8]


@dataclass(frozen=True, kw_only=True, eq=False)
class NighttimePartition:
    """Respiration and gross primary production.

    Attributes
    ----------
    reco, gpp
        (n,) [umol m-2 s-1]; their difference is the net ecosystem exchange that was handed over. NaN where a parameter, the temperature
        or (for `gpp`) the exchange is missing. Gross primary production may be negative.
    e0, rref
        (n,) temperature sensitivity [K] and reference respiration [umol m-2 s-1].
    parameters
        What was found in the windows.
    problems
        What could not be found, with the period it is about.
    """

    reco: FloatArray
    gpp: FloatArray
    e0: FloatArray
    rref: FloatArray
    parameters: WindowParameters
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class NighttimeMembers:
    """Respiration and gross primary production of several versions of the net ecosystem exchange.

    Attributes
    ----------
    reco, gpp
        (members, n) [umol m-2 s-1], as in :class:`NighttimePartition`.
    e0
        (members, periods) temperature sensitivity [K].
    problems
        Per member what could not be found.
    """

    reco: FloatArray
    gpp: FloatArray
    e0: FloatArray
    problems: tuple[tuple[str, ...], ...]
