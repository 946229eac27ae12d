"""Simulator of files of Aeris analysers whose mole fractions are known, as public descriptions have their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_atmosphere.readers.aeris_options import STREAM, AerisOptions
from icos_atmosphere.simulators.known_air import LINE, SmallStation, calibration, known_air, readings, series_truth, station
from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["SIMULATOR", "AerisSimulation", "simulate"]

_GASES = {"methane-ethane": ("ch4",), "nitrous-oxide-carbon-monoxide": ("n2o", "co")}
_PER_PPM = 1e-3


class AerisSimulation(SmallStation):
    """Analyser, and form of its files."""

    laser: Literal["methane-ethane", "nitrous-oxide-carbon-monoxide"] = Field(default="methane-ethane", description="gases that it reads")
    utc_offset: float = Field(default=0.0, ge=-14, le=14, description="hours that the analyser's clock is ahead of UTC")


def simulate(folder: Path, options: AerisSimulation, seed: int) -> SimulationResult:
    """Write a raw file into ``folder/raw`` and a description that is ready to run beside it.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Station and analyser.
    seed
        Of the noise: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        File, description, and what the analyser would read without noise.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    air, random = known_air(options), np.random.default_rng(seed)
    ideal, read = readings(air, options, random)
    local = air.time + np.timedelta64(round(options.utc_offset * 3600), "s")
    stamps = np.datetime_as_string(local.astype("M8[ms]")).tolist()
    columns = {
        "Time Stamp": [f"{text[5:7]}/{text[8:10]}/{text[:4]} {text[11:]}" for text in stamps],
        "Inlet Number": [str(port) for port in air.port.tolist()],
        "P (mbars)": _numbers(301.0 + 0.05 * random.standard_normal(air.time.size), 2),
        "T (degC)": _numbers(35.0 + 0.01 * random.standard_normal(air.time.size), 3),
    }
    truth = {}
    for gas in _GASES[options.laser]:
        columns[f"{gas.upper()} (ppm)"] = _numbers(read[gas] * _PER_PPM, 6)
        truth[f"{gas}_dry"] = ideal[gas] * _PER_PPM
    columns["H2O (ppm)"] = _numbers(air.water * 1e4, 2)
    truth |= {"h2o": air.water * 1e4, "inlet_number": air.port.astype(np.float64)}
    if options.laser == "methane-ethane":
        ethane = 1.5 + 0.001 * (ideal["ch4"] - 1980.0)
        columns["C2H6 (ppb)"] = _numbers(ethane + 0.1 * options.noise * random.standard_normal(ethane.size), 4)
        truth["c2h6_dry"] = ethane
    columns |= {"R": ["0.9990"] * air.time.size, "Battery Charge (V)": ["12.1"] * air.time.size}
    path = raw / f"Pico100000_{stamps[0][2:4]}{stamps[0][5:7]}{stamps[0][8:10]}_{stamps[0][11:19].replace(':', '')}.txt"
    path.write_text("\n".join([",".join(columns), *map(",".join, zip(*columns.values(), strict=True))]) + "\n", encoding="ascii")
    description = folder / "station.toml"
    tables = [
        *station("aeris", "raw/*.txt", {"utc_offset": options.utc_offset}),
        *calibration(STREAM, "MIRA", "inlet_number", _GASES[options.laser]),
        *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
    ]
    description.write_text("\n".join(tables), encoding="utf-8")
    words = {word.name: word for word in AerisOptions().words.values()}
    known = {STREAM: make_stream(air.time, truth, words.values()), f"{STREAM}/{LINE}": series_truth(air, _GASES[options.laser])}
    return SimulationResult(files=(path,), description=description, truth=known)


def _numbers(values: FloatArray, decimals: int) -> list[str]:
    return [f"{value:.{decimals}f}" for value in values.tolist()]


SIMULATOR = Simulator(
    name="aeris",
    summary="an Aeris analyser whose mole fractions are known",
    options=AerisSimulation,
    simulate=simulate,
)
