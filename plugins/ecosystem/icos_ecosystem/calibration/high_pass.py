"""What taking off the mean state does to slow fluctuations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icos_ecosystem.spectral.filters import HighPass

if TYPE_CHECKING:
    from icos_ecosystem.calibration.options import EddyCovarianceOptions

__all__ = ["high_pass_filter"]

_SHORT_NAMES = {"block": "ba", "linear": "ld", "running-mean": "rm", "exponential": "ew"}


def high_pass_filter(options: EddyCovarianceOptions, detrending: str, frequency: float) -> HighPass:
    """Return the filter of a way of detrending, at so many rows per second."""
    constant = options.detrending.time_constant.total_seconds() if detrending in {"running-mean", "exponential"} else None
    return HighPass(
        method=_SHORT_NAMES[detrending],  # type: ignore[arg-type]
        averaging_period=options.averaging_period.total_seconds(),
        time_constant=constant,
        sampling_interval=1.0 / frequency,
    )
