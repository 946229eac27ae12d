"""What a cruise reports so that SOCAT's recalculation gives a known fCO2: its formulas the opposite way.

Temperatures, salinity and pressure are rounded as they are written before CO2 is computed from them; what is left is the rounding of CO2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ocean.seawater_co2 import GAS_CONSTANT_SOCAT, STANDARD_ATMOSPHERE, fugacity_coefficient, water_vapour_pressure
from icos_ocean.socat_recalculation import OVERPRESSURE, SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["ReportedCruise", "report_cruise"]

_COEFFICIENT = 0.0423  # °C-1, Takahashi et al. (1993), doi:10.1029/93GB02263
_ITERATIONS = 6
_QUANTITIES = ("xco2", "xco2_sst", "pco2_equilibrator", "pco2", "fco2_equilibrator", "fco2")


@dataclass(frozen=True, kw_only=True)
class ReportedCruise:
    """One cruise in a file.

    Attributes
    ----------
    expocode
        Its identifier.
    time
        (n,) ``datetime64[s]``.
    source
        (n,) number of the source that SOCAT would take.
    woce
        (n,) WOCE flag.
    values
        Variable → (n,) reported values, NaN where a row has none.
    fco2
        (n,) true fCO2 at sea-surface temperature, µatm.
    """

    expocode: str
    time: NDArray[np.datetime64]
    source: NDArray[np.int64]
    woce: NDArray[np.int64]
    values: Mapping[str, FloatArray]
    fco2: FloatArray


def report_cruise(
    expocode: str,
    time: NDArray[np.datetime64],
    truth: Mapping[str, FloatArray],
    sources: Sequence[int],
    flagged: tuple[float, float],
    random: np.random.Generator,
) -> ReportedCruise:
    """Return what a cruise reports.

    Parameters
    ----------
    expocode
        Its identifier.
    time
        (n,) times.
    truth
        True values: position, `sst`, `equilibrator_temperature`, `salinity`, `equilibrator_pressure`, `fco2`.
    sources
        Sources that rows have in turn.
    flagged
        Fractions of rows with WOCE flags 3 and 4.
    random
        Of the flags.
    """
    size = time.size
    turn = np.arange(size)
    source = np.asarray(sources)[turn % len(sources)]
    rounded = {name: np.round(truth[name], 3) for name in ("sst", "equilibrator_temperature", "salinity", "equilibrator_pressure")}
    # The climatology is off by a little, as it is; where SOCAT takes it, it is what the water has in this made-up world.
    climatology = np.round(rounded["salinity"] + np.where(source >= 9, 0.0, 0.4), 3)
    values = {
        "latitude": np.round(truth["latitude"], 5),
        "longitude": np.round(truth["longitude"] % 360.0, 5),
        **rounded,
        "atmospheric_pressure": np.full(size, np.nan),
        "salinity_climatology": climatology,
        "sea_level_pressure_reanalysis": rounded["equilibrator_pressure"] - OVERPRESSURE,
        **{name: np.full(size, np.nan) for name in _QUANTITIES},
    }
    for way in SOURCES:
        rows = source == way.number
        values[way.quantity][rows] = _inverse(way.quantity, truth["fco2"][rows], {name: each[rows] for name, each in rounded.items()})
        if way.pressure == "sea_level_pressure_reanalysis":
            values["equilibrator_pressure"][rows] = np.nan
        if way.salinity == "salinity_climatology":
            values["salinity"][rows] = np.nan
    # Some rows report the pressure of the atmosphere only.
    by_atmosphere = (turn // len(sources) % 3 == 2) & np.isfinite(values["equilibrator_pressure"])
    values["atmospheric_pressure"][by_atmosphere] = values["equilibrator_pressure"][by_atmosphere] - OVERPRESSURE
    values["equilibrator_pressure"][by_atmosphere] = np.nan
    drawn = random.random(size)
    woce = np.where(drawn < flagged[1], 4, np.where(drawn < sum(flagged), 3, 2))
    return ReportedCruise(expocode=expocode, time=time, source=source, woce=woce, values=values, fco2=truth["fco2"])


def _inverse(quantity: str, fco2: FloatArray, state: Mapping[str, FloatArray]) -> FloatArray:
    """Return the quantity whose recalculation gives `fco2`."""
    sst, pressure = state["sst"], state["equilibrator_pressure"]
    in_equilibrator = quantity in {"xco2", "pco2_equilibrator", "fco2_equilibrator"}
    temperature = state["equilibrator_temperature"] if in_equilibrator else sst
    fugacity = fco2 * np.exp(_COEFFICIENT * (temperature - sst))
    if quantity.startswith("fco2"):
        return np.round(fugacity, 3)
    share = np.ones_like(fugacity)
    if quantity.startswith("xco2"):
        share = pressure / STANDARD_ATMOSPHERE - water_vapour_pressure(temperature, state["salinity"])
    value = fugacity / share
    for _ in range(_ITERATIONS):
        value = fugacity / (share * fugacity_coefficient(value, pressure, temperature, GAS_CONSTANT_SOCAT))
    return np.round(value, 3)
