"""AquaFlux 100 files of a short cruise, made from a known truth: for tests, and for ``icos demo``."""

from pathlib import Path

import numpy as np
from pydantic import Field

from icos_acme_pco2.aquaflux import FIRST_LINE, NAMES
from icos_acme_pco2.vocabulary import COLUMNS, STREAM
from icos_core import SimulationResult, Simulator, Variable
from icos_core.dataset import make_stream
from icos_core.versioned import Options

START = np.datetime64("2024-05-01T00:00:00", "ns")
STANDARDS = {"CAL1": 0.0, "CAL2": 250.0, "CAL3": 400.0, "CAL4": 500.0}
"""Gas → mole fraction in its cylinder (µmol mol⁻¹)."""
SCHEDULE = [gas for gas in STANDARDS for _ in range(3)] + ["IDLE"] + ["AIR"] * 10 + ["IDLE"] + ["WATER"] * 216
"""What is measured minute by minute: four hours, over and over, standards and air once more at the end."""
XCO2 = Variable(name="xco2", units="umol mol-1", long_name="mole fraction of CO2 in dry air equilibrated with sea water")
DESCRIPTION = """\
[station]
id = "XX01"
name = "Example Ferry"
domain = "ocean"
platform = "ship"
contact = { institution = "Acme Instruments", email = "data@example.org" }

[[deployment]]
expocode = "XX0120240501"
start = 2024-05-01T00:00:00Z
end = 2024-05-03T00:00:00Z

[[input]]
reader = "acme-aquaflux-100"
files = "raw/AF100_*.txt"

[[export]]
exporter = "cf-netcdf"

[[calibrate]]
calibrator = "fco2"
barometer_height = 10.0
""" + "".join(
    f"""
[[calibrate.standards]]
run_type = "STD{gas[-1]}"
role = "{"standard" if xco2 else "zero"}"
xco2 = {xco2}
uncertainty = 0.1
"""
    for gas, xco2 in STANDARDS.items()
)


class AquaFluxSimulation(Options):
    """Options of the simulator."""

    days: int = Field(default=1, ge=1, le=2, description="length of the cruise, one file per day")
    noise: float = Field(default=0.1, ge=0, description="standard deviation of a reading of CO2 (µmol mol-1)")
    drift: float = Field(default=0.5, description="drift of the analyser per day (µmol mol-1)")


def simulate(folder: Path, options: AquaFluxSimulation, seed: int) -> SimulationResult:
    """Write the files and a station description that is ready to run."""
    random = np.random.default_rng(seed)
    rows = options.days * 1440
    minutes = np.arange(rows)
    gas = np.resize(np.array(SCHEDULE), rows)
    gas[-24:] = SCHEDULE[:24]
    xco2 = 380 + 40 * np.sin(2 * np.pi * minutes / 1000)
    sst = 12 + 2 * np.sin(2 * np.pi * minutes / 1440)
    truth = {"lat": 58 + minutes / 2000, "lon": 10.5 + minutes / 4000, "t_equ": sst + 0.05, "t_sea": sst, "sal": 33 + sst / 10}
    truth |= {"p_equ": np.full(rows, 1013.0), "p_air": np.full(rows, 1012.0)}
    measured = np.select([gas == each for each in (*STANDARDS, "AIR")], [*STANDARDS.values(), 415.0], xco2)
    truth["co2"] = 1.004 * measured + options.drift * minutes / 1440 + random.normal(0, options.noise, rows)
    time = START + minutes.astype("timedelta64[m]")
    columns = [np.char.mod("%.4f" if name in ("lat", "lon") else "%.2f", truth[name]) for name in COLUMNS]
    lines = [";".join(fields) for fields in zip(np.char.add(time.astype("datetime64[s]").astype(str), "Z"), gas, *columns, strict=True)]
    raw = folder / "raw"
    raw.mkdir()
    files = []
    for day in range(options.days):
        path = raw / f"AF100_{START.astype('datetime64[D]') + day}.txt"
        header = [f"{FIRST_LINE};serial 0042;firmware 2.1", ";".join(NAMES)]
        path.write_bytes("".join(f"{line}\r\n" for line in [*header, *lines[1440 * day : 1440 * (day + 1)]]).encode("ascii"))
        files.append(path)
    description = folder / "station.toml"
    description.write_text(DESCRIPTION, encoding="utf-8")
    water = gas == "WATER"
    names = ("t_equ", "t_sea", "sal")
    stream = make_stream(
        time[water],
        {"xco2": xco2[water], **{COLUMNS[name].name: truth[name][water] for name in names}},
        (XCO2, *(COLUMNS[name] for name in names)),
    )
    return SimulationResult(files=tuple(files), description=description, truth={STREAM: stream})


SIMULATOR = Simulator(
    name="acme-aquaflux-100",
    summary="AquaFlux 100 files of a short cruise with a drifting analyser",
    options=AquaFluxSimulation,
    simulate=simulate,
)
