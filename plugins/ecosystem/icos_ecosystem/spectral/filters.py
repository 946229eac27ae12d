"""The filters of an eddy-covariance system: what its sensors, tubes and the removal of trends take from fluctuations."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

import numpy as np

from icos_core.exceptions import hint
from icos_ecosystem.spectral.transfer_functions import (
    block_average,
    first_order_response,
    linear_detrending,
    path_average_scalar,
    path_average_vertical_wind,
    recursive_filter,
    sample_average,
    sensor_separation,
    tube,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Floats = FloatArray | float

__all__ = ["Analyser", "Anemometer", "Detrending", "HighPass", "Tube", "of_periods"]

Detrending = Literal["ba", "ld", "rm", "ew"]
"""Block average, linear detrending, running mean, exponentially weighted running mean."""


@dataclass(frozen=True, kw_only=True)
class Anemometer:
    """What a sonic anemometer does to fluctuations: vertical path [m], horizontal path [m] and response time [s]."""

    vertical_path: Floats
    horizontal_path: Floats
    response_time: Floats

    def transfer(self, frequency: FloatArray, wind_speed: FloatArray) -> FloatArray:
        """Return the amplitude of each of its wind components and of sonic temperature."""
        path = path_average_vertical_wind(frequency, _column(self.vertical_path), wind_speed)
        return path * first_order_response(frequency, _column(self.response_time))


@dataclass(frozen=True, kw_only=True)
class Tube:
    """A sampling tube: length [m], inner diameter [m], volume flow [L min-1] and the gas's molecular diffusivity [m2 s-1]."""

    length: Floats
    diameter: Floats
    flow_rate: Floats
    diffusivity: float


@dataclass(frozen=True, kw_only=True)
class Analyser:
    """What a gas analyser and its place do to fluctuations.

    Parameters
    ----------
    vertical_path, horizontal_path
        Length and width of the measuring path [m].
    response_time
        Time constant of first order [s].
    horizontal_separation, vertical_separation
        Distance of its path, or of its inlet, from the anemometer's [m]; the sign does not matter here.
    tube
        Of an analyser with a closed or enclosed path.
    sample_interval
        Time over which its electronics average or hold what they hand on [s]; zero where they do not.
    """

    vertical_path: Floats
    horizontal_path: Floats
    response_time: Floats
    horizontal_separation: Floats = 0.0
    vertical_separation: Floats = 0.0
    tube: Tube | None = None
    sample_interval: float = 0.0

    def transfer(self, frequency: FloatArray, wind_speed: FloatArray, temperature: FloatArray) -> FloatArray:
        """Return the amplitude of the gas; `wind_speed` [m s-1] and `temperature` [K] of shape (n_periods, 1)."""
        result = path_average_scalar(frequency, _column(self.vertical_path), wind_speed)
        result *= first_order_response(frequency, _column(self.response_time))
        distances = sensor_separation(frequency, _column(np.abs(self.horizontal_separation)), wind_speed)
        result *= distances * sensor_separation(frequency, _column(np.abs(self.vertical_separation)), wind_speed)
        if self.tube is not None:
            line = self.tube
            result *= tube(
                frequency,
                length=_column(line.length),
                diameter=_column(line.diameter),
                flow_rate=_column(line.flow_rate),
                temperature=temperature,
                diffusivity=line.diffusivity,
            )
        if self.sample_interval > 0.0:
            result *= sample_average(frequency, self.sample_interval)
        return result


@dataclass(frozen=True, kw_only=True)
class HighPass:
    """How the mean or trend was removed.

    Parameters
    ----------
    method
        See `Detrending`.
    averaging_period
        Length of a period [s].
    time_constant
        Window of the line, or of the running mean [s]; a block average has none.
    sampling_interval
        Time between two samples [s], for running means.
    """

    method: Detrending = "ba"
    averaging_period: float = 1800.0
    time_constant: float | None = None
    sampling_interval: float = 0.05

    def __post_init__(self) -> None:
        if self.method not in get_args(Detrending):
            known = ", ".join(get_args(Detrending))
            raise ValueError(f"unknown way of detrending {self.method!r}; known: {known}{hint(self.method, get_args(Detrending))}")
        if self.method in {"rm", "ew"} and self.time_constant is None:
            raise ValueError(f"detrending with a running mean ({self.method!r}) needs its time constant [s]")

    def transfer(self, frequency: FloatArray) -> FloatArray:
        """Return the share of a covariance that is left: both signals were filtered, hence the square."""
        window = self.averaging_period if self.time_constant is None else self.time_constant
        if self.method == "ba":
            return block_average(frequency, self.averaging_period) ** 2
        if self.method == "ld":
            return linear_detrending(frequency, self.averaging_period, window) ** 2
        return recursive_filter(frequency, window, self.sampling_interval) ** 2


_Part = TypeVar("_Part", Anemometer, Analyser, Tube)


def of_periods(part: _Part, rows: slice) -> _Part:
    """Return a sensor as it was in some of the periods, where its numbers change with time."""
    changed: dict[str, object] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if isinstance(value, np.ndarray) and value.ndim:
            changed[field.name] = value[rows]
        elif isinstance(value, Tube):
            changed[field.name] = of_periods(value, rows)
    return replace(part, **changed)  # type: ignore[arg-type]


def _column(value: Floats) -> FloatArray:
    """Return a number of each period as a column that broadcasts against frequencies."""
    array = np.asarray(value, dtype=np.float64)
    return array[:, None] if array.ndim else array
