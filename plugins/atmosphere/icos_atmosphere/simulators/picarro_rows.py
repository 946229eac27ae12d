"""Rows of the simulated analyser: what it writes, when, and what it repeats.

The analyser takes one spectrum after the other and writes a row for each, with every reading that this spectrum did not renew repeated. Dry
readings are renewed with water vapour, from the last reading of the gas and the mean of the last two of water vapour.

Rows are made in blocks of spectra, each from random numbers of its own, so that any part of a station's time can be made by itself.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icos_atmosphere.simulators.picarro_cell import cell_over, gas_in_cell, water_in_cell
from icos_atmosphere.simulators.picarro_columns import layout_of
from icos_atmosphere.simulators.picarro_housekeeping import (
    cavity_pressure,
    cavity_temperature,
    outlet_valve,
    status,
    temperatures,
    valve_column,
)
from icos_atmosphere.simulators.picarro_random import Purpose, generator
from icos_atmosphere.simulators.picarro_response import response_at
from icos_atmosphere.vocabulary.gases import GASES
from icos_atmosphere.water_correction import dry_mole_fraction, mean_of_last_two, water_vapour_from_reported, wet_mole_fraction
from icos_core.versioned import utc64

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from icos_atmosphere.calibration.station_tables import GasName
    from icos_atmosphere.simulators.picarro_analyser_options import GasResponse
    from icos_atmosphere.simulators.picarro_cell import Cell
    from icos_atmosphere.simulators.picarro_columns import Layout
    from icos_atmosphere.simulators.picarro_options import PicarroSimulation

    FloatArray = NDArray[np.float64]

__all__ = ["Rows", "parts_per_million", "seconds_since_start", "simulate_rows", "span_within"]

_CYCLES = 4096
"""Cycles of spectra in a block."""
_BEFORE = 3
"""Cycles before a block of which its first rows repeat or average something."""
_NUMBERS = 16
"""Random numbers of a cycle: four of time, four of gases, one of water vapour, four of pressure, three of housekeeping."""
_OF_TIME, _OF_GAS, _OF_WATER, _OF_PRESSURE, _OF_REST = slice(0, 4), 4, 8, slice(9, 13), 13
_GAS_NUMBER = {gas: number for number, gas in enumerate(GASES)}
_JITTER, _LATE = 0.0025, 0.13  # s
_SET_PRESSURE = 140.0


class Rows(NamedTuple):
    """Rows of an analyser.

    Attributes
    ----------
    time
        (n,) ``datetime64[ms]``, UTC.
    columns
        Name of a column of the file → (n,) values, in the order of the file, after the columns of time.
    """

    time: NDArray[np.datetime64]
    columns: dict[str, NDArray[Any]]


def seconds_since_start(options: PicarroSimulation, moment: np.datetime64) -> float:
    """Return a time in seconds since the start of the station."""
    return float((moment - utc64(options.start)) / np.timedelta64(1, "s"))


def span_within(options: PicarroSimulation, start: np.datetime64 | None, end: np.datetime64 | None) -> tuple[float, float]:
    """Return a time in seconds since the start of the station, as far as it has rows; default: the whole time of the station."""
    duration = options.duration.total_seconds()
    first = 0.0 if start is None else min(max(0.0, seconds_since_start(options, start)), duration)
    last = duration if end is None else min(max(first, seconds_since_start(options, end)), duration)
    return first, last


def parts_per_million(gas: str) -> float:
    """Return the unit of the vocabulary in ppm, in which a file has every gas."""
    return 1.0 if GASES[gas].units == "umol mol-1" else 1e-3


def simulate_rows(options: PicarroSimulation, seed: int, start: np.datetime64 | None = None, end: np.datetime64 | None = None) -> Rows:
    """Return the rows from one time to another, the same whatever else is made.

    Parameters
    ----------
    options
        The station.
    seed
        Of all random numbers.
    start, end
        UTC, half-open; default: the whole time of the station.
    """
    first, last = span_within(options, start, end)
    length = _CYCLES * _period(options)
    blocks = [_block(options, seed, number) for number in range(int(first // length), int(last // length) + 1)]
    time = np.concatenate([block.time for block in blocks])
    begin = utc64(options.start).astype("datetime64[ms]")
    low, high = (begin + np.timedelta64(round(1000.0 * each), "ms") for each in (first, last))
    chosen = slice(*np.searchsorted(time, [low, high]).tolist())
    columns = {name: np.concatenate([block.columns[name] for block in blocks])[chosen] for name in blocks[0].columns}
    return Rows(time[chosen], columns)


def _period(options: PicarroSimulation) -> float:
    return sum(layout_of(options.analyser).steps) * options.analyser.row_stretch


@lru_cache(maxsize=4)
def _numbers(seed: int, mirrored: bool, block: int) -> FloatArray:
    return generator(seed, Purpose.READINGS, int(mirrored), block + 1).standard_normal((_CYCLES, _NUMBERS))


class _Spectra(NamedTuple):
    """Times (cycles, spectra) of the rows of a block, in seconds since the start, and the random numbers of the cycles."""

    time: FloatArray
    numbers: FloatArray


def _spectra(options: PicarroSimulation, seed: int, block: int) -> _Spectra:
    layout = layout_of(options.analyser)
    numbers = np.concatenate([_numbers(seed, options.mirrored, block - 1)[-_BEFORE:], _numbers(seed, options.mirrored, block)])
    cycles = block * _CYCLES + np.arange(-_BEFORE, _CYCLES)
    after_first = np.cumsum([0.0, *layout.steps[1:]]) * options.analyser.row_stretch
    drawn = numbers[:, _OF_TIME][:, : len(layout.spectra)]
    jitter = np.clip(2.0 * _JITTER + _JITTER * drawn, 0.0, 4.0 * _JITTER)
    jitter[:, 0] += np.where(np.abs(drawn[:, 0]) > 3.7, _LATE, 0.0)
    time = (cycles * _period(options))[:, None] + after_first + jitter
    return _Spectra(np.rint(1000.0 * time) / 1000.0, numbers)


@lru_cache(maxsize=3)
def _block(options: PicarroSimulation, seed: int, block: int) -> Rows:
    """Return the rows of a block."""
    layout = layout_of(options.analyser)
    spectra = _spectra(options, seed, block)
    time = spectra.time
    flat = time.reshape(-1)
    count = len(layout.spectra)
    pressure = cavity_pressure(options, seed, flat, spectra.numbers[:, _OF_PRESSURE][:, :count].reshape(-1))
    rest = spectra.numbers[:, _OF_REST:]
    columns: dict[str, NDArray[Any]] = {
        "ALARM_STATUS": np.zeros(flat.size, dtype=np.int64),
        "INST_STATUS": status(options, seed, flat),
        "CavityPressure": pressure,
        "CavityTemp": cavity_temperature(options, seed, flat),
        **temperatures(flat),
        "species": np.tile(np.array(layout.spectra, dtype=np.float64), time.shape[0]),
        **_valves(options, seed, flat),
        "OutletValve": outlet_valve(options, seed, flat, np.repeat(rest[:, 0], count), pressure),
        **_readings(options, seed, spectra, pressure.reshape(time.shape)),
        **_lasers(layout, time, rest),
    }
    kept = slice(_BEFORE * count, None)
    begin = utc64(options.start).astype("datetime64[ms]")
    moments = begin + np.rint(1000.0 * flat[kept]).astype(np.int64).astype("timedelta64[ms]")
    made = {name: columns[name][kept] for name in layout.columns}
    for values in (moments, *made.values()):
        values.flags.writeable = False
    return Rows(moments, made)


def _valves(options: PicarroSimulation, seed: int, time: FloatArray) -> dict[str, FloatArray]:
    shown, idle = valve_column(options, seed, time), np.zeros(time.size)
    rotary = options.analyser.valve == "mpv_position"
    return {"MPVPosition": shown if rotary else idle, "solenoid_valves": idle if rotary else shown}


def _readings(options: PicarroSimulation, seed: int, spectra: _Spectra, pressure: FloatArray) -> dict[str, FloatArray]:
    """Return the columns of the gases and of water vapour."""
    layout = layout_of(options.analyser)
    time, numbers = spectra
    cell = cell_over(options, seed, time[0, 0], time[-1, -1])
    at_water = layout.spectra.index(layout.of_water)
    vapour = water_in_cell(cell, time[:, at_water]) + options.analyser.humidity_noise * numbers[:, _OF_WATER]
    columns = {
        "h2o_reported": _repeated(vapour, at_water, len(layout.spectra)),
        "H2O": _repeated(water_vapour_from_reported(vapour), at_water, len(layout.spectra)),
    }
    humidity = mean_of_last_two(vapour)
    for gas in layout.gases:
        unit, formula = parts_per_million(gas), GASES[gas].formula
        at_gas = layout.spectra.index(layout.of_gas[gas])
        wet = _wet(cell, seed, gas, time[:, at_gas], numbers[:, _OF_GAS + _GAS_NUMBER[gas]], pressure[:, at_gas])
        columns[formula] = _repeated(wet * unit, at_gas, len(layout.spectra))
        if gas in layout.dry:
            latest = wet if at_gas < at_water else np.concatenate([wet[:1], wet[:-1]])
            dry = dry_mole_fraction(latest, humidity, layout.water[gas])
            columns[f"{formula}_dry"] = _repeated(dry * unit, at_water, len(layout.spectra))
    if "peak84_raw" in layout.columns:
        columns["peak84_raw"] = columns["CO"] / 0.427
        columns["peak_14"] = 1.96 * columns["CO2"]
        columns["b_h2o_pct"] = 0.94 * columns["h2o_reported"]
    return columns


def _wet(cell: Cell, seed: int, gas: GasName, time: FloatArray, noise: FloatArray, pressure: FloatArray) -> FloatArray:
    """Return the fresh readings of a gas in moist air, in the unit of the vocabulary."""
    response: GasResponse = getattr(cell.options.analyser, gas)
    slope, intercept = response_at(cell.options, seed, gas, time)
    reading = (gas_in_cell(cell, gas, time) - intercept) / slope
    stated = layout_of(cell.options.analyser).water[gas]
    own = replace(stated, a=stated.a + response.a_deviation, b=stated.b + response.b_deviation)
    wet = wet_mole_fraction(reading, water_in_cell(cell, time), own)
    return np.asarray(wet + response.noise * noise + response.pressure_sensitivity * (pressure - _SET_PRESSURE))


def _repeated(values: FloatArray, position: int, count: int) -> FloatArray:
    """Return (cycles · spectra,) what rows show of a reading that one spectrum of a cycle renews."""
    rows = np.empty((values.size, count))
    rows[1:, :position] = values[:-1, None]
    rows[0, :position] = values[0]
    rows[:, position:] = values[:, None]
    return rows.reshape(-1)


def _lasers(layout: Layout, time: FloatArray, numbers: FloatArray) -> Mapping[str, FloatArray]:
    """Return the offsets of the wavelength monitor."""
    if "wlm1_offset" not in layout.columns:
        return {}
    count = len(layout.spectra)
    slow = np.sin(2.0 * np.pi * time[:, 0] / 43_000.0)
    return {
        "wlm1_offset": _repeated(-0.00988 + 1e-4 * slow + 2e-6 * numbers[:, 0], layout.spectra.index(1), count),
        "wlm2_offset": _repeated(-0.00185 + 4e-5 * slow + 8e-6 * numbers[:, 1], layout.spectra.index(2), count),
        "wlm4_offset": _repeated(np.round(0.00491 + 4e-5 * slow + 1e-5 * numbers[:, 2], 5), layout.spectra.index(3), count),
    }
