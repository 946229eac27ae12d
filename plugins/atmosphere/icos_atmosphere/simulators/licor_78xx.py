"""Simulator of files of LI-COR trace-gas analysers whose mole fractions are known, with the log of the valve in front of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from icos_atmosphere.readers.licor_78xx_options import STREAM, Licor78xxOptions
from icos_atmosphere.simulators.known_air import LINE, SmallStation, calibration, known_air, readings, series_truth, station
from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table

if TYPE_CHECKING:
    from pathlib import Path

    from icos_atmosphere.simulators.known_air import KnownAir

__all__ = ["SIMULATOR", "Licor78xxSimulation", "simulate"]

_GASES = {"LI-7810": ("co2", "ch4"), "LI-7815": ("co2",), "LI-7820": ("n2o",)}
_UNITS = {"co2": "ppm", "ch4": "ppb", "n2o": "ppb"}
_ZONE, _AHEAD = "Etc/GMT-1", np.timedelta64(1, "h")


class Licor78xxSimulation(SmallStation):
    """Analyser, and form of its files."""

    model: Literal["LI-7810", "LI-7815", "LI-7820"] = Field(default="LI-7810", description="analyser")


def simulate(folder: Path, options: Licor78xxSimulation, seed: int) -> SimulationResult:
    """Write a raw file and the log of the valve into ``folder/raw``, and a description that is ready to run beside them.

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
        File of the analyser, description, and what the analyser would read without noise.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    air, random = known_air(options), np.random.default_rng(seed)
    ideal, read = readings(air, options, random)
    gases = _GASES[options.model]
    path = raw / "TG10-00001.data"
    pressure = 39.75 + 0.005 * random.standard_normal(air.time.size)
    columns = {
        "H2O": ("ppm", [f"{value:.4f}" for value in (air.water * 1e4).tolist()]),
        **{gas.upper(): (_UNITS[gas], [f"{value:.5f}" for value in read[gas].tolist()]) for gas in gases},
        "CAVITY_P": ("kPa", [f"{value:.4f}" for value in pressure.tolist()]),
        "CAVITY_T": ("°C", ["55.0003"] * air.time.size),
        "RESIDUAL": ("", ["0.00122"] * air.time.size),
    }
    path.write_text(_text(air, options.model, columns), encoding="utf-8")
    valve = raw / "valve.csv"
    valve.write_text(_valve_log(air), encoding="ascii")
    description = folder / "station.toml"
    tables = [
        *station("licor-78xx", "raw/*.data", {}),
        table(
            "[[input]]",
            {"reader": "meteo-table", "files": "raw/valve.csv", "time_column": "time"},
            'columns = { port = "inlet_number" }',
            f'join = {{ onto = "{STREAM}", method = "nearest", limit = "30 s" }}',
        ),
        *calibration(STREAM, options.model, "inlet_number", gases),
        *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
    ]
    description.write_text("\n".join(tables), encoding="utf-8")
    truth = {f"{gas}_dry": ideal[gas] for gas in gases} | {"h2o": air.water * 1e4}
    words = {word.name: word for word in Licor78xxOptions().words.values()}
    known = {STREAM: make_stream(air.time, truth, words.values()), f"{STREAM}/{LINE}": series_truth(air, gases)}
    return SimulationResult(files=(path,), description=description, truth=known)


def _text(air: KnownAir, model: str, columns: dict[str, tuple[str, list[str]]]) -> str:
    nanoseconds = air.time.astype("M8[ns]").astype(np.int64)
    local = np.datetime_as_string((air.time + _AHEAD).astype("M8[s]")).tolist()
    lines = [
        f"Model:\t{model}",
        "SN:\tTG10-00001",
        "Software Version:\t2.3.3",
        f"Timestamp:\t{local[0].replace('T', ' ')}",
        f"Timezone:\t{_ZONE}",
        "\t".join(["DATAH", "SECONDS", "NANOSECONDS", "NDX", "DIAG", "REMARK", "DATE", "TIME", *columns, "CHK"]),
        "\t".join(["DATAU", "secs", "nsecs", "index", "diag", "", "date", "time", *(units for units, _ in columns.values()), "CHK"]),
    ]
    cells = list(zip(*(values for _, values in columns.values()), strict=True))
    for row, (moment, stamp) in enumerate(zip(nanoseconds.tolist(), local, strict=True)):
        seconds, rest = divmod(moment, 1_000_000_000)
        clock = stamp.split("T")
        lines.append("\t".join(["DATA", str(seconds), str(rest), str(1000 + 4 * row), "0", '""', *clock, *cells[row], str(row % 256)]))
    return "\n".join(lines) + "\n"


def _valve_log(air: KnownAir) -> str:
    stamps = np.datetime_as_string(air.time.astype("M8[s]")).tolist()
    rows = [f"{stamp},{port}" for stamp, port in zip(stamps, air.port.tolist(), strict=True)]
    return "\n".join(["time,port", *rows]) + "\n"


SIMULATOR = Simulator(
    name="licor-78xx",
    summary="a LI-COR trace-gas analyser whose mole fractions are known",
    options=Licor78xxSimulation,
    simulate=simulate,
)
