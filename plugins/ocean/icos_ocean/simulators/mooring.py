"""Water and air at a mooring as they truly are: what membrane sensors and dyes are simulated in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np
from pydantic import Field

from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options, utc64

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["Mooring", "MooringSimulation", "mooring_at", "times"]

_SECOND = np.timedelta64(1, "s")
_DAY, _TIDE, _WEATHER = 86_400.0, 44_712.0, 5.3 * 86_400.0


class MooringSimulation(Options):
    """A place, and how long it is watched."""

    start: Moment = Field(default=datetime(2024, 3, 1, tzinfo=UTC), description="time of the first row (UTC)")
    duration: Duration = Field(default=timedelta(days=3), description="length of the deployment")
    pco2: Annotated[float, Field(ge=180, le=650)] = Field(default=390.0, description="mean pCO2 of the water in situ, µatm")
    pco2_range: Annotated[float, Field(ge=0, le=100)] = Field(default=20.0, description="amplitude of its changes within days, µatm")
    sst: Annotated[float, Field(ge=0, le=28)] = Field(default=12.0, description="mean temperature of the water, °C")
    air: Annotated[float, Field(ge=300, le=700)] = Field(default=421.0, description="mean dry mole fraction of CO2 in air, µmol mol⁻¹")
    latitude: float = Field(default=54.2, ge=-80, le=80, description="degrees north")
    longitude: float = Field(default=-8.5, ge=-180, le=180, description="degrees east")


class Mooring(NamedTuple):
    """The truth at n times.

    Attributes
    ----------
    pco2 : (n,) ndarray
        Of the water in situ, µatm.
    sst : (n,) ndarray
        °C.
    air_pressure : (n,) ndarray
        At the barometer, hPa.
    xco2_air : (n,) ndarray
        Dry mole fraction of CO2 in air, µmol mol⁻¹.
    """

    pco2: FloatArray
    sst: FloatArray
    air_pressure: FloatArray
    xco2_air: FloatArray


def times(options: MooringSimulation, interval: timedelta) -> NDArray[np.datetime64]:
    """Return times from start to end, whole seconds."""
    step = interval // timedelta(seconds=1)
    count = int(options.duration // interval)
    moments: NDArray[np.datetime64] = utc64(options.start).astype("datetime64[s]") + np.arange(count) * step * _SECOND
    return moments


def mooring_at(time: NDArray[np.datetime64], options: MooringSimulation, random: np.random.Generator) -> Mooring:
    """Return the truth at given times: tides, days and weather with phases of their own."""
    seconds = (time - utc64(options.start)) / _SECOND
    phases = random.uniform(0.0, 2.0 * np.pi, 6)

    def wave(period: float, number: int) -> FloatArray:
        return np.asarray(np.sin(2.0 * np.pi * seconds / period + phases[number]))

    return Mooring(
        pco2=options.pco2 + options.pco2_range * (0.6 * wave(_DAY, 0) + 0.4 * wave(_TIDE, 1)),
        sst=options.sst + 0.6 * wave(_DAY, 2) + 0.4 * wave(_WEATHER, 3),
        air_pressure=1012.0 + 8.0 * wave(_WEATHER, 4),
        xco2_air=options.air + 2.0 * wave(_DAY, 5),
    )
