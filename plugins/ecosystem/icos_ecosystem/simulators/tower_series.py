"""Rows of one half hour of the simulated tower: turbulence as its instruments see it, in their axes, with what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icos_ecosystem.calibration.instruments import analyser_geometry, sonic_geometry
from icos_ecosystem.constants import DRY_AIR_MOLAR_MASS, GAS_CONSTANT, MOLAR_MASS
from icos_ecosystem.series.time_lags import lag_in_rows
from icos_ecosystem.simulated_turbulence import draw_turbulence, filtered, line_frequencies
from icos_ecosystem.simulators.tower_instruments import analyser_of, sonic_of
from icos_ecosystem.spectral.filters import Analyser, Anemometer, Tube
from icos_ecosystem.spectral.transfer_functions import DIFFUSIVITY
from icos_ecosystem.wind_rotation import plane_rotation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icos_ecosystem.simulators.eddy_covariance_options import EddyCovarianceSimulation
    from icos_ecosystem.simulators.tower_air import TowerAir

    FloatArray = NDArray[np.float64]
    ComplexArray = NDArray[np.complex128]

__all__ = ["HalfHour", "half_hour"]

_HUMIDITY_OF_SOUND = 0.51
_CELL_WARMTH, _CELL_SHARE, _CELL_PRESSURE = 2.0, 0.1, 0.98
"""How much warmer the cell is [K], how much of fluctuations of temperature it sees, its pressure over that of the air."""
_SPIKE_SIZE, _SPIKE_ROWS = 8.0, 3
_WIND = ("u", "v", "w")


@dataclass(frozen=True, kw_only=True)
class HalfHour:
    """One half hour.

    Attributes
    ----------
    columns
        Variable of the stream ``eddy`` → (rows,) values as the instruments put them out.
    written
        (rows,) whether the logger wrote the row.
    covariances
        Names of the stream ``fluxes`` → covariance of the series before they were tilted, spiked and lost: of the vertical wind with what
        the fluxes are made of, at the true lag in rows.
    """

    columns: dict[str, FloatArray]
    written: NDArray[np.bool_]
    covariances: dict[str, float]


def half_hour(options: EddyCovarianceSimulation, air: TowerAir, place: int, seed: int) -> HalfHour:
    """Return a half hour, the same whichever others are made.

    Parameters
    ----------
    options
        The tower.
    air
        What is prescribed.
    place
        Number of the half hour, from 0.
    seed
        Of all random numbers.
    """
    random = np.random.default_rng([seed, place])
    series = _instruments(options, air, place, random)
    covariances = _covariances(options, series)
    wind = _in_axes_of_sonic(np.stack([series[name] for name in _WIND]), float(air.direction[place]), options.tilt)
    columns = dict(zip(_WIND, wind, strict=True)) | {"sonic_temperature": series["ts"]}
    columns |= _analyser_columns(options, air, place, series)
    _spike(columns, options, random)
    _stick(columns, options, random)
    written = np.ones(options.rows, dtype=bool)
    lost = round(options.missing * options.rows)
    if lost:
        begin = int(random.integers(0, options.rows - lost + 1))
        written[begin : begin + lost] = False
    return HalfHour(columns=columns, written=written, covariances=covariances)


def _instruments(options: EddyCovarianceSimulation, air: TowerAir, place: int, random: np.random.Generator) -> dict[str, FloatArray]:
    """Return wind along the mean wind, sonic temperature, and gases as their sensors see them, behind filters and with their lags."""
    rows = options.rows * options.record
    frequency = options.frequency
    prescribed = air.turbulence(place)
    drawn = draw_turbulence(prescribed, rows=rows, frequency=frequency, random=random, sampling_error=options.sampling_error)
    lines = line_frequencies(rows, frequency)
    sonic, analysers = _transfers(options, air, place, lines)
    temperature = float(air.state.temperature[place]) + filtered(drawn["temperature"], frequency=frequency)
    ratio = {gas: float(mean[place]) + filtered(drawn[gas], frequency=frequency) for gas, mean in air.mixing_ratio.items()}
    series = {name: filtered(drawn[name], frequency=frequency, transfer=sonic) for name in _WIND}
    series["u"] += prescribed.wind_speed
    mass = 1e-3 * ratio["h2o"] * MOLAR_MASS["h2o"] / DRY_AIR_MOLAR_MASS
    series["ts"] = _behind(temperature * (1.0 + _HUMIDITY_OF_SOUND * mass / (1.0 + mass)), frequency, sonic, 0.0)
    # In an open path temperature and humidity dilute the gas; on its way to a cell temperature is levelled out.
    vapour_pressure = options.air_pressure * 1e-3 * ratio["h2o"] / (1.0 + 1e-3 * ratio["h2o"])
    dry_air = (options.air_pressure - vapour_pressure) / (GAS_CONSTANT * temperature)
    for gas, values in ratio.items():
        seen = values * dry_air * (1.0 if gas == "h2o" else 1e-3) if options.is_open(gas) else values
        series[gas] = _behind(seen, frequency, analysers[gas], options.lag_of(gas))
    return {name: values[: options.rows] for name, values in series.items()} | {
        "cell": float(air.state.temperature[place])
        + _CELL_WARMTH
        + _CELL_SHARE * filtered(drawn["temperature"], frequency=frequency, lag=options.lag_of("co2"))[: options.rows]
    }


def _behind(series: FloatArray, frequency: float, transfer: FloatArray | float, lag: float) -> FloatArray:
    return filtered(np.fft.rfft(series), frequency=frequency, transfer=transfer, lag=lag)


def _transfers(
    options: EddyCovarianceSimulation, air: TowerAir, place: int, lines: FloatArray
) -> tuple[FloatArray | float, dict[str, FloatArray | float]]:
    """Return what the anemometer and the analyser of each gas pass of every line."""
    if not options.attenuation:
        return 1.0, dict.fromkeys(options.gases, 1.0)
    speed, temperature = (np.full((1, 1), each[place]) for each in (air.wind_speed, air.state.temperature))
    vertical, horizontal, response = sonic_geometry(sonic_of(options))
    anemometer = Anemometer(vertical_path=vertical, horizontal_path=horizontal, response_time=response)
    passed: dict[str, FloatArray | float] = {}
    for gas in options.gases:
        table = analyser_of(options, gas)
        vertical, horizontal, response = analyser_geometry(table)
        tube = None
        if table.tube_length:
            tube = Tube(length=table.tube_length, diameter=table.tube_diameter, flow_rate=table.flow_rate, diffusivity=DIFFUSIVITY[gas])
        analyser = Analyser(
            vertical_path=vertical,
            horizontal_path=horizontal,
            response_time=response,
            horizontal_separation=float(np.hypot(table.northward_separation, table.eastward_separation)),
            vertical_separation=table.vertical_separation,
            tube=tube,
        )
        passed[gas] = analyser.transfer(lines[np.newaxis], speed, temperature)[0]
    return anemometer.transfer(lines[np.newaxis], speed)[0], passed


def _covariances(options: EddyCovarianceSimulation, series: dict[str, FloatArray]) -> dict[str, float]:
    w = series["w"]
    found = {"W_U_COV": _covariance(w, series["u"], 0), "W_T_SONIC_COV": _covariance(w, series["ts"], 0)}
    for gas in options.gases:
        lag = lag_in_rows(options.lag_of(gas), options.frequency)
        scale = 1e3 if gas in {"ch4", "n2o"} and not options.is_open(gas) else 1.0
        found[f"W_{gas.upper()}_MEAS_COV"] = scale * _covariance(w, series[gas], lag)
    return found


def _covariance(w: FloatArray, scalar: FloatArray, lag: int) -> float:
    begin, end = max(0, -lag), min(w.size, w.size - lag)
    one, other = w[begin:end], scalar[begin + lag : end + lag]
    return float(np.mean((one - one.mean()) * (other - other.mean())))


def _in_axes_of_sonic(wind: FloatArray, direction: float, tilt: tuple[float, float, float]) -> FloatArray:
    """Return wind along the mean wind as an anemometer sees it whose u points to where wind from the south goes."""
    angle = np.radians(180.0 - direction)
    sine, cosine = np.sin(angle), np.cos(angle)
    level = np.stack([cosine * wind[0] - sine * wind[1], sine * wind[0] + cosine * wind[1], wind[2]])
    offset, slope_u, slope_v = tilt
    seen: FloatArray = plane_rotation(np.array([slope_u]), np.array([slope_v]))[0].T @ level
    seen[2] += offset
    return seen


def _analyser_columns(options: EddyCovarianceSimulation, air: TowerAir, place: int, series: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return gases in the words of what their analysers put out, and the cell."""
    columns: dict[str, FloatArray] = {}
    pressure = np.full(options.rows, _CELL_PRESSURE * float(air.state.pressure[place]))
    cell = series["cell"]
    moist = 1.0 + 1e-3 * series["h2o"]
    for gas in ("co2", "h2o"):
        values = series[gas]
        measure = options.measured_as(gas)
        if options.path == "closed" and measure != "mixing_ratio":
            values = values / moist
            if measure == "molar_density":
                values = values * pressure / (GAS_CONSTANT * cell) * (1.0 if gas == "h2o" else 1e-3)
        columns[f"{gas}_{measure}"] = values
    columns |= {f"{gas}_{options.measured_as(gas)}": series[gas] for gas in options.gases[2:]}
    if options.path == "closed":
        columns |= {"cell_temperature": cell, "cell_pressure": pressure}
    return columns


def _spike(columns: dict[str, FloatArray], options: EddyCovarianceSimulation, random: np.random.Generator) -> None:
    if not options.spikes:
        return
    for name, values in columns.items():
        if name.startswith("cell"):
            continue
        size = _SPIKE_SIZE * float(values.std())
        spiked = values.copy()
        for begin in random.integers(0, options.rows, options.spikes):
            spiked[begin : begin + int(random.integers(1, _SPIKE_ROWS + 1))] += size * random.choice([-1.0, 1.0])
        columns[name] = spiked


def _stick(columns: dict[str, FloatArray], options: EddyCovarianceSimulation, random: np.random.Generator) -> None:
    """Let the analyser repeat what it measured last."""
    length = round(options.stuck * options.frequency)
    if not length:
        return
    begin = int(random.integers(0, options.rows - length))
    for name, values in columns.items():
        if name not in {*_WIND, "sonic_temperature"}:
            held = values.copy()
            held[begin : begin + length] = values[begin]
            columns[name] = held
