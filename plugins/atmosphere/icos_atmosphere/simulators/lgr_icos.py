"""Simulator of files of Los Gatos analysers: a UGGA or an N2O analyser with a multiple inlet unit, whose mole fractions are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_atmosphere.readers.lgr_icos_options import STREAM, LgrIcosOptions
from icos_atmosphere.simulators.known_air import LINE, SmallStation, calibration, known_air, readings, series_truth, station
from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icos_atmosphere.simulators.known_air import KnownAir

    FloatArray = NDArray[np.float64]

__all__ = ["SIMULATOR", "LgrIcosSimulation", "simulate"]

_GASES = {"UGGA": ("ch4", "co2"), "N2OM1": ("ch4", "n2o")}
_PER_PPM = {"co2": 1.0, "ch4": 1e-3, "n2o": 1e-3}
_WIDTH = 15
_SIGNATURE = ("-----BEGIN PGP MESSAGE-----", "Version: GnuPG v1", "", "c2ltdWxhdGVkIHNpZ25hdHVyZQ", "=AAAA", "-----END PGP MESSAGE-----")


class LgrIcosSimulation(SmallStation):
    """Analyser, and form of its files."""

    model: Literal["UGGA", "N2OM1"] = Field(default="UGGA", description="analyser: CH4 and CO2, or CH4 and N2O")
    date_order: Literal["dd/mm/yyyy", "mm/dd/yyyy"] = Field(default="dd/mm/yyyy", description="order of day and month")
    utc_offset: float = Field(default=0.0, ge=-14, le=14, description="hours that the analyser's clock is ahead of UTC")
    padded: bool = Field(default=True, description="whether columns have one width")
    signature: bool = Field(default=False, description="whether a signature stands at the end, as in a file that was closed")


def simulate(folder: Path, options: LgrIcosSimulation, seed: int) -> SimulationResult:
    """Write a raw file into ``folder/raw`` and a description that is ready to run beside it.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Station, analyser and form.
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
    moist = 1.0 - air.water / 100.0
    columns: dict[str, list[str]] = {"Time": _stamps(air, options)}
    truth: dict[str, FloatArray] = {}
    for gas in _GASES[options.model]:
        formula = gas.upper()
        values = read[gas] * _PER_PPM[gas]
        columns |= _with_sd(f"[{formula}]_ppm", values * moist) | _with_sd(f"[{formula}]d_ppm", values)
        truth |= {f"{gas}_wet": ideal[gas] * _PER_PPM[gas] * moist, f"{gas}_dry": ideal[gas] * _PER_PPM[gas]}
    columns |= _with_sd("[H2O]_ppm", air.water * 1e4)
    columns |= _with_sd("GasP_torr", 140.0 + 0.02 * random.standard_normal(air.time.size))
    columns |= _with_sd("GasT_C", 25.0 + 0.05 * random.standard_normal(air.time.size))
    columns |= _with_sd("AmbT_C", 23.0 + 0.2 * random.standard_normal(air.time.size))
    columns |= {"Fit_Flag": ["3"] * air.time.size, "MIU_VALVE": [str(port) for port in air.port.tolist()]}
    columns["MIU_DESC"] = [f"Port {port}" for port in air.port.tolist()]
    path = raw / f"lgr_{np.datetime_as_string(air.time[0], 'D')}_f0000.txt"
    path.write_text(_text(columns, options), encoding="ascii")
    description = folder / "station.toml"
    described = {"date_order": options.date_order, "utc_offset": options.utc_offset}
    tables = [
        *station("lgr-icos", "raw/*.txt", described),
        *calibration(STREAM, options.model, "mpv_position", _GASES[options.model]),
        *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
    ]
    description.write_text("\n".join(tables), encoding="utf-8")
    truth |= {"h2o": air.water * 1e4, "mpv_position": air.port.astype(np.float64)}
    words = {word.name: word for word in LgrIcosOptions().words.values()}
    known = {STREAM: make_stream(air.time, truth, words.values()), f"{STREAM}/{LINE}": series_truth(air, _GASES[options.model])}
    return SimulationResult(files=(path,), description=description, truth=known)


def _stamps(air: KnownAir, options: LgrIcosSimulation) -> list[str]:
    local = air.time + np.timedelta64(round(options.utc_offset * 3600), "s")
    stamps = []
    for text in np.datetime_as_string(local.astype("M8[ms]")).tolist():
        year, month, day, time = text[:4], text[5:7], text[8:10], text[11:]
        first, second = (day, month) if options.date_order == "dd/mm/yyyy" else (month, day)
        stamps.append(f"{first}/{second}/{year} {time}")
    return stamps


def _with_sd(header: str, values: FloatArray) -> dict[str, list[str]]:
    # One digit of the exponent, as these analysers write it.
    cells = [f"{value:.6e}".replace("e+0", "e+").replace("e-0", "e-") for value in values.tolist()]
    return {header: cells, f"{header}_sd": ["0.000000e+0"] * len(cells)}


def _text(columns: dict[str, list[str]], options: LgrIcosSimulation) -> str:
    width = _WIDTH if options.padded else 0
    first, *others = columns
    lines = [
        "SN:SIM00000001 BD:Jan  1 2024 VC:0000000 MD5:00000000000000000000000000000000",
        ", ".join([first.rjust(width and 25), *(header.rjust(width) for header in others)]),
        *(
            ", ".join([cells[0].rjust(width and 25), *(cell.rjust(width) for cell in cells[1:])])
            for cells in zip(*columns.values(), strict=True)
        ),
    ]
    if options.signature:
        lines += [
            "",
            "-----BEGIN PGP MESSAGE-----",
            "Version: GnuPG v1",
            "",
            "c2ltdWxhdGVkIHNpZ25hdHVyZQ",
            "=AAAA",
            "-----END PGP MESSAGE-----",
        ]
    return "\n".join(lines) + "\n"


SIMULATOR = Simulator(
    name="lgr-icos",
    summary="a Los Gatos/ABB analyser whose mole fractions are known",
    options=LgrIcosSimulation,
    simulate=simulate,
)
