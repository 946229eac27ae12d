"""Fugacity of CO2 recomputed from whatever a cruise reports, as the Surface Ocean CO2 Atlas (SOCAT) does for every cruise alike.

SOCAT takes the first of fourteen sources for which everything is there:

== ======================================= ============ ===============
no starting from                           pressure     salinity
== ======================================= ============ ===============
1  xCO2 dry, in the equilibrator           measured     measured
2  xCO2 dry, at sea-surface temperature    measured     measured
3  pCO2 wet, in the equilibrator           measured
4  pCO2 wet, at sea-surface temperature    measured
5  fCO2 wet, in the equilibrator
6  fCO2 wet, at sea-surface temperature
7  pCO2 wet, in the equilibrator           NCEP
8  pCO2 wet, at sea-surface temperature    NCEP
9  xCO2 dry, in the equilibrator           measured     climatology
10 xCO2 dry, at sea-surface temperature    measured     climatology
11 xCO2 dry, in the equilibrator           NCEP         measured
12 xCO2 dry, at sea-surface temperature    NCEP         measured
13 xCO2 dry, in the equilibrator           NCEP         climatology
14 xCO2 dry, at sea-surface temperature    NCEP         climatology
== ======================================= ============ ===============

The measured pressure is that of the equilibrator, else that of the atmosphere + 3 hPa; that of the reanalysis of NCEP is raised by 3 hPa,
too. The climatology is the World Ocean Atlas. A zero counts as missing. With T the temperature of the equilibrator or of the sea surface::

    p = x (P - pH2O(T, S))                                        from xCO2
    f = p exp((B(T) + 2 (1 - x)² δ(T)) P / (R T)),  R = 82.057    with x := p where the source is pCO2
    fCO2rec = f exp(0.0423 (SST - Teq))                           where T is that of the equilibrator

Pressure is in hPa, temperature in °C, salinity on the practical scale, mole fractions in µmol mol⁻¹, pCO2 and fCO2 in µatm.

References
----------
Pfeil, B. et al. (2013), Earth Syst. Sci. Data 5, 125-143, doi:10.5194/essd-5-125-2013.
NOAA-PMEL/SocatDashboard, FerretScripts/calcSOCAT.jnl: order of sources, constants, and x := p.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icos_ocean.seawater_co2 import GAS_CONSTANT_SOCAT, fugacity_coefficient, pco2_from_xco2
from icos_ocean.temperature_correction import temperature_factor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["OVERPRESSURE", "RANGES", "SOURCES", "Limits", "Reported", "Source", "range_level", "recalculate"]

OVERPRESSURE = 3.0
"""Pressure in an equilibrator above that of the atmosphere, hPa, where the former is not measured."""

TEMPERATURE_METHOD = "takahashi-1993"
_BLOCK = 1 << 16


class Source(NamedTuple):
    """One of SOCAT's ways to fCO2: the quantity it starts from, and where pressure and salinity come from (nothing: not needed)."""

    number: int
    quantity: str
    pressure: str = ""
    salinity: str = ""

    @property
    def in_equilibrator(self) -> bool:
        """Whether the quantity is at the temperature of the equilibrator."""
        return self.quantity in {"xco2", "pco2_equilibrator", "fco2_equilibrator"}

    @property
    def uses(self) -> tuple[str, ...]:
        """Variables of :class:`Reported` that the result depends on, but for the pressure, which has several sources."""
        temperatures = ("equilibrator_temperature", "sst") if self.in_equilibrator else ("sst",)
        at_temperature = temperatures if self.in_equilibrator or self.pressure else ()
        return (self.quantity, *at_temperature, *((self.salinity,) if self.salinity else ()))


_NCEP, _WOA = "sea_level_pressure_reanalysis", "salinity_climatology"
SOURCES: tuple[Source, ...] = (
    Source(1, "xco2", "measured", "salinity"),
    Source(2, "xco2_sst", "measured", "salinity"),
    Source(3, "pco2_equilibrator", "measured"),
    Source(4, "pco2", "measured"),
    Source(5, "fco2_equilibrator"),
    Source(6, "fco2"),
    Source(7, "pco2_equilibrator", _NCEP),
    Source(8, "pco2", _NCEP),
    Source(9, "xco2", "measured", _WOA),
    Source(10, "xco2_sst", "measured", _WOA),
    Source(11, "xco2", _NCEP, "salinity"),
    Source(12, "xco2_sst", _NCEP, "salinity"),
    Source(13, "xco2", _NCEP, _WOA),
    Source(14, "xco2_sst", _NCEP, _WOA),
)
"""The sources in the order in which they are preferred."""


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What a cruise reports, each (n,) or absent; units as in the module's text.

    `xco2`, `pco2_equilibrator` and `fco2_equilibrator` are those in the equilibrator; `xco2_sst`, `pco2` and `fco2` those at
    sea-surface temperature.
    """

    xco2: FloatArray | None = None
    xco2_sst: FloatArray | None = None
    pco2_equilibrator: FloatArray | None = None
    pco2: FloatArray | None = None
    fco2_equilibrator: FloatArray | None = None
    fco2: FloatArray | None = None
    equilibrator_temperature: FloatArray | None = None
    sst: FloatArray | None = None
    salinity: FloatArray | None = None
    equilibrator_pressure: FloatArray | None = None
    atmospheric_pressure: FloatArray | None = None
    salinity_climatology: FloatArray | None = None
    sea_level_pressure_reanalysis: FloatArray | None = None

    def __post_init__(self) -> None:
        """Check that all arrays have one shape."""
        shapes = {array.shape for array in self.arrays().values()}
        if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
            raise ValueError(f"arrays of one dimension and one length are wanted, got {sorted(shapes)}")

    def arrays(self) -> dict[str, FloatArray]:
        """Return what there is, by name."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: array for name, array in found.items() if array is not None}


def recalculate(reported: Reported) -> tuple[FloatArray, NDArray[np.int8]]:
    """Recompute fCO2 at sea-surface temperature.

    Parameters
    ----------
    reported
        What the cruise reports.

    Returns
    -------
    fco2rec : ndarray
        (n,) µatm, NaN where no source is complete.
    source : ndarray
        (n,) int8, number of the source, 0 for none.

    References
    ----------
    Pfeil, B. et al. (2013), Earth Syst. Sci. Data 5, 125-143, doi:10.5194/essd-5-125-2013.
    """
    arrays = reported.arrays()
    size = len(next(iter(arrays.values()), ()))
    fco2rec, source = np.full(size, np.nan), np.zeros(size, dtype=np.int8)
    for start in range(0, size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        _recalculate({name: array[rows] for name, array in arrays.items()}, fco2rec[rows], source[rows])
    return fco2rec, source


def _recalculate(arrays: Mapping[str, FloatArray], fco2rec: FloatArray, source: NDArray[np.int8]) -> None:
    absent = np.full(source.shape, np.nan)
    known = {name: _present(array) for name, array in arrays.items()}
    pressure = {_NCEP: known.get(_NCEP, absent) + OVERPRESSURE}
    equilibrator, atmosphere = known.get("equilibrator_pressure", absent), known.get("atmospheric_pressure", absent)
    pressure["measured"] = np.where(np.isnan(equilibrator), atmosphere + OVERPRESSURE, equilibrator)
    # Temperature and salinity may be 0 in earnest.
    plain = {name: arrays.get(name, absent) for name in ("equilibrator_temperature", "sst", "salinity", _WOA)}
    open_rows = np.arange(source.size)
    for way in SOURCES:
        if open_rows.size == 0:
            break
        if way.quantity not in known:
            continue
        needed = [known[way.quantity], *(plain[name] for name in way.uses[1:]), *((pressure[way.pressure],) if way.pressure else ())]
        complete = np.isfinite(sum(array[open_rows] for array in needed))
        rows = open_rows[complete]
        if rows.size:
            source[rows] = way.number
            fco2rec[rows] = _evaluate(way, known[way.quantity][rows], pressure.get(way.pressure, absent)[rows], plain, rows)
            open_rows = open_rows[~complete]


def _present(array: FloatArray) -> FloatArray:
    return np.where(np.isfinite(array) & (array != 0.0), array, np.nan)


def _evaluate(way: Source, value: FloatArray, pressure: FloatArray, plain: Mapping[str, FloatArray], rows: NDArray[np.intp]) -> FloatArray:
    sst = plain["sst"][rows]
    temperature = plain["equilibrator_temperature"][rows] if way.in_equilibrator else sst
    result = value
    if way.salinity:
        result = pco2_from_xco2(value, pressure, temperature, plain[way.salinity][rows])
    if way.pressure:
        result = result * fugacity_coefficient(value, pressure, temperature, GAS_CONSTANT_SOCAT)
    if way.in_equilibrator:
        result = result * temperature_factor(sst, temperature, method=TEMPERATURE_METHOD)
    return result


class Limits(NamedTuple):
    """Limits of one quantity: outside of the inner ones a warning, outside of the outer ones an error."""

    lowest: float
    low: float
    high: float
    highest: float


_TEMPERATURE = Limits(-10.0, -5.0, 40.0, 50.0)
_SALINITY = Limits(-0.1, 0.0, 42.0, 50.0)
_PRESSURE = Limits(750.0, 900.0, 1100.0, 1250.0)
_CO2 = Limits(0.0, 80.0, 1200.0, 50000.0)
RANGES: Mapping[str, Limits] = {
    "sst": _TEMPERATURE,
    "equilibrator_temperature": _TEMPERATURE,
    "salinity": _SALINITY,
    "salinity_climatology": _SALINITY,
    "equilibrator_pressure": _PRESSURE,
    "atmospheric_pressure": _PRESSURE,
    "sea_level_pressure_reanalysis": _PRESSURE,
    **dict.fromkeys(("xco2", "xco2_sst", "pco2_equilibrator", "pco2", "fco2_equilibrator", "fco2", "fco2rec"), _CO2),
    "speed": Limits(-np.inf, -np.inf, 80.0, 400.0),
}
"""Limits of the SOCAT Dashboard (class SocatTypes); `speed` is that of the ship to the next position, in knots."""


def range_level(name: str, values: ArrayLike) -> NDArray[np.int8]:
    """Compare values with the limits of the SOCAT Dashboard.

    Parameters
    ----------
    name
        One of the keys of `RANGES`.
    values
        (n,) values in the units of the module's text, knots for speed.

    Returns
    -------
    ndarray
        (n,) int8: 1 within, 2 where there is no value, 3 for a warning, 4 for an error.

    Raises
    ------
    KeyError
        For a quantity without limits.
    """
    limits, array = RANGES[name], np.asarray(values, dtype=np.float64)
    level = np.ones(array.shape, dtype=np.int8)
    level[(array < limits.low) | (array > limits.high)] = 3
    level[(array < limits.lowest) | (array > limits.highest)] = 4
    level[np.isnan(array)] = 2
    return level
