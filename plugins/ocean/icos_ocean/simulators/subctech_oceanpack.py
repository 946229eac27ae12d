"""Simulator of OceanPack logs: a station whose fCO2 is known, in the raw format of the instrument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import gsw
import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_ocean.seawater_co2 import STANDARD_ATMOSPHERE, fugacity_coefficient, water_vapour_pressure
from icos_ocean.simulators.mooring import mooring_at, times
from icos_ocean.simulators.subctech_oceanpack_options import OceanPackSimulation
from icos_ocean.vocabulary import VOCABULARY
from icos_ocean.vocabulary.sensors import OCEANPACK_STREAM

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["HEADER_LINES", "SIMULATOR", "Deployment", "simulate", "simulate_deployment", "write_file"]

_OPERATE, _ZERO, _SPAN, _CHANGE, _AIR = 5, 2, 1, 10, 8
_FLOW = (-3.0, 0.95)
"""What the header says of the water flow: A0 and A1, from mA to L min⁻¹."""

_COLUMNS = (
    ("DATE", "YYYY-MM-DD"),
    ("TIME", "HH:MM:SS"),
    ("FRAC", "MS"),
    ("SEC", "RUNSEC"),
    ("CO2", "ppm"),
    ("H2O", "ppt"),
    ("CellTemp", "°C"),
    ("CellPress", "mbar"),
    ("CO2zCal", "date"),
    ("AIN3_mA/Waterflow", "mA/l/min"),
    ("FLOWgas", "ml/min"),
    ("DPressInt", "mbar"),
    ("Latitude", "ddmm.mmmm"),
    ("Longitude", "dddmm.mmmm"),
    ("Speed", "knots"),
    ("Course", "°"),
    ("GPS Time", "hhmmss"),
    ("waterTemp", "°C"),
    ("waterCond", "mS/cm"),
    ("STATUS", "STATE"),
)
_PREAMBLE = ("SW Build Datum: Mar 20 2019/12:03:57", "NDI Serial: 00000000", "Internal Analyzer Serial: HGA-2235 27.07.2017")
HEADER_LINES = len(_PREAMBLE) + 7


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """n rows: times (``datetime64[s]``), codes of STATUS, readings, and the truth under the names of the calibrated variables."""

    time: NDArray[np.datetime64]
    state: NDArray[np.int64]
    measured: dict[str, FloatArray]
    truth: dict[str, FloatArray]


def simulate(folder: Path, options: OceanPackSimulation, seed: int) -> SimulationResult:
    """Write a log into ``folder/raw`` and a description that is ready to run beside it.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Station, instrument and errors.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Log, description, and the truth at the times of the rows of water.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    deployment = simulate_deployment(options, seed)
    path = write_file(deployment, raw, options)
    station = folder / "station.toml"
    station.write_text(_description(deployment, options), encoding="utf-8")
    water = deployment.state == _OPERATE
    truth = make_stream(deployment.time[water], {name: array[water] for name, array in deployment.truth.items()}, VOCABULARY.values())
    return SimulationResult(files=(path,), description=station, truth={OCEANPACK_STREAM: truth})


def simulate_deployment(options: OceanPackSimulation, seed: int) -> Deployment:
    """Draw one deployment."""
    random = np.random.default_rng(seed)
    errors = options.errors
    time = times(options.mooring, options.interval)
    state = _states(options, time.size)
    place = mooring_at(time, options.mooring, random)
    salinity = options.salinity + 0.02 * random.standard_normal(time.size)
    membrane = place.air_pressure + 12.0
    x = place.pco2 / (membrane / STANDARD_ATMOSPHERE - water_vapour_pressure(place.sst, salinity))
    sign = -1.0 if options.mirrored else 1.0
    of_instrument, of_water, of_pressure, of_sst, of_salinity = sign * random.standard_normal(5)
    gas = np.select([state == _ZERO, state == _SPAN, state == _AIR], [0.0, options.span_gas, place.xco2_air], x)
    moisture = np.where(np.isin(state, (_ZERO, _SPAN)), 0.0, 12.0 + 0.4 * random.standard_normal(time.size))
    wet = gas * (1.0 - moisture / 1000.0) + errors.instrument * of_instrument + errors.reading * random.standard_normal(time.size)
    differential = -11.0 + 0.8 * random.standard_normal(time.size)
    sst = place.sst + errors.sst * of_sst
    measured = {
        "co2": wet,
        "h2o": moisture + errors.h2o * of_water,
        "analyser_pressure": membrane + differential + errors.analyser_pressure * of_pressure,
        "equilibrator_differential_pressure": differential,
        "sst": sst,
        "conductivity": np.asarray(gsw.C_from_SP(salinity + errors.salinity * of_salinity, sst, 0.0)),
        "water_flow": 4.8 + 0.05 * random.standard_normal(time.size),
        "analyser_flow": 548.0 + 3.0 * random.standard_normal(time.size),
        "ship_speed": np.zeros(time.size),
    }
    truth = {
        "latitude": np.full(time.size, options.mooring.latitude),
        "longitude": np.full(time.size, options.mooring.longitude),
        "xco2": x,
        "pco2": place.pco2,
        "fco2": place.pco2 * fugacity_coefficient(x, membrane, place.sst),
        "sst": place.sst,
        "salinity": salinity,
        "water_flow": measured["water_flow"],
    }
    return Deployment(time=time, state=state, measured=measured, truth=truth)


def _states(options: OceanPackSimulation, count: int) -> NDArray[np.int64]:
    """Return the code of STATUS of each row: water, with zero, span and change at the beginning of a cycle and air halfway."""
    rows = options.cycle // options.interval
    state = np.full(rows, _OPERATE)
    edges = np.cumsum([0, options.rows_of_zero, options.rows_of_span, options.rows_of_change])
    for code, first, last in zip((_ZERO, _SPAN, _CHANGE), edges, edges[1:], strict=False):
        state[first:last] = code
    state[rows // 2 : rows // 2 + options.rows_of_air] = _AIR
    return np.resize(state, count)


def write_file(deployment: Deployment, folder: Path, options: OceanPackSimulation) -> Path:
    """Write the log, in latin-1 as the instrument does."""
    path = folder / f"{str(deployment.time[0]).replace('-', '')[:8]}_op.log"
    header = _header()
    lines = [*_PREAMBLE, *header]
    every = options.new_header_every or deployment.time.size
    for row, line in enumerate(_rows(deployment, options)):
        if row and row % every == 0:
            lines += header
        lines.append(line)
    path.write_bytes("".join(f"{line}\n" for line in lines).encode("latin-1"))
    return path


def _header() -> list[str]:
    coefficients = {tag: [usual] * len(_COLUMNS) for tag, usual in (("@A0", "0.000000"), ("@A1", "1.000000"), ("@A2", "0.000000"))}
    for number, (name, _) in enumerate(_COLUMNS):
        if name in {"DATE", "TIME", "FRAC", "SEC", "STATUS"}:
            for cells in coefficients.values():
                cells[number] = ""
        elif "Waterflow" in name:
            coefficients["@A0"][number], coefficients["@A1"][number] = (f"{value:.6f}" for value in _FLOW)
    return [
        f"@SENSOR,{','.join('' if index < 4 else 'LI840' for index in range(len(_COLUMNS)))}",
        f"@NAME,{','.join(name for name, _ in _COLUMNS)}",
        f"@UNIT,{','.join(unit for _, unit in _COLUMNS)}",
        *(f"{tag},{','.join(cells)}" for tag, cells in coefficients.items()),
        f"@MEAN,{','.join('1' for _ in _COLUMNS)}",
    ]


def _rows(deployment: Deployment, options: OceanPackSimulation) -> list[str]:
    measured = deployment.measured
    dates, clocks = zip(*(moment.split("T") for moment in deployment.time.astype(str).tolist()), strict=True)
    ahead = np.timedelta64(options.gps_ahead // timedelta(seconds=1), "s")
    gps = [moment.split("T")[1].replace(":", "") for moment in (deployment.time + ahead).astype(str).tolist()]
    seconds = (deployment.time - deployment.time[0]).astype(np.int64)
    latitude, longitude = (
        f"{'-' if value < 0 else ''}{int(abs(value)):0{width}d}{abs(value) % 1.0 * 60.0:07.4f}"
        for value, width in ((options.mooring.latitude, 2), (options.mooring.longitude, 3))
    )
    flow = (measured["water_flow"] - _FLOW[0]) / _FLOW[1]
    return [
        f"@DATA,{date},{clock},0000,{second},{co2:.3f},{h2o:.4f},51.2524,{cell:.2f},2019-05-09 10:00,{mA:.6f},{gas:.3f},{dp:.6f},"
        f"{latitude},{longitude},{speed:.1f},143.4,{satellite},{sst:.6f},{conductivity:.6f},{state}"
        for date, clock, second, co2, h2o, cell, mA, gas, dp, speed, satellite, sst, conductivity, state in zip(
            dates,
            clocks,
            seconds.tolist(),
            measured["co2"].tolist(),
            measured["h2o"].tolist(),
            measured["analyser_pressure"].tolist(),
            flow.tolist(),
            measured["analyser_flow"].tolist(),
            measured["equilibrator_differential_pressure"].tolist(),
            measured["ship_speed"].tolist(),
            gps,
            measured["sst"].tolist(),
            measured["conductivity"].tolist(),
            deployment.state.tolist(),
            strict=True,
        )
    ]


def _description(deployment: Deployment, options: OceanPackSimulation) -> str:
    start, end = (
        moment.astype("datetime64[s]").item().replace(tzinfo=UTC)
        for moment in (deployment.time[0], deployment.time[-1] + np.timedelta64(1, "s"))
    )
    place: dict[str, Any] = {"latitude": options.mooring.latitude, "longitude": options.mooring.longitude, "altitude": 0.0, "utc_offset": 0}
    errors = options.errors.model_dump(exclude={"variability", "temperature_coefficient"})
    return "\n".join(
        [
            table(
                "[station]",
                {"id": "SIMU", "name": "Simulated Pier", "domain": "ocean", "platform": "fixed", **place},
                'contact = { institution = "Example Institute", email = "data@example.org" }',
            ),
            table("[[deployment]]", {"expocode": f"SIMU{start:%Y%m%d}", "start": start, "end": end}),
            table("[[input]]", {"reader": "subctech-oceanpack", "files": "raw/*.log"}),
            table(
                "[[calibrate]]",
                {
                    "calibrator": "dry-xco2",
                    "mole_fraction": "co2",
                    "drying": "h2o",
                    "pressure_sources": ["analyser-differential"],
                    "differential_sign": "subtract",
                },
            ),
            table("[calibrate.uncertainty]", errors),
            # The usual limits are those of equilibrators on ships.
            table("[[qc]]", {"test": "range", "variable": "analyser_flow", "questionable_outside": [100.0, 1000.0]}),
            table("[[qc]]", {"test": "range", "variable": "equilibrator_differential_pressure", "questionable_outside": [-30.0, 30.0]}),
            *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
        ]
    )


SIMULATOR = Simulator(
    name="subctech-oceanpack",
    summary="a station with a SubCtech OceanPack whose fCO2 is known",
    options=OceanPackSimulation,
    simulate=simulate,
)
