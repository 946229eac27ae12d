"""Simulator of what GCWerks exports: means of minutes or hours of one sampling line, of known mole fractions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from icos_atmosphere.readers.gcwerks_export_options import STREAM
from icos_atmosphere.scales import CURRENT
from icos_atmosphere.simulators.known_air import SmallStation, known_air, station
from icos_atmosphere.vocabulary import VOCABULARY
from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_core.duration import Duration  # noqa: TC001  # pydantic evaluates annotations
from icos_core.option_types import Moment  # noqa: TC001  # pydantic evaluates annotations
from icos_core.versioned import Options

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["SIMULATOR", "GcwerksExportSimulation", "simulate"]

_GASES = ("ch4", "co2", "co")
_DECIMALS = {"ch4": 2, "co2": 2, "co": 2}
_SPREAD = {"ch4": 0.5, "co2": 0.04, "co": 6.0}
_INTERVALS = {"minute": (60, 30, 25), "hour": (3600, 1803, 192)}  # length and where in it the stamp stands (s), readings
_PORT, _HEIGHT = 9, 108.0
_STANDARD = {"ch4": 1990.00, "co2": 412.00, "co": 130.00}
_STANDARD_EVERY = 20
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


class GcwerksExportSimulation(Options):
    """One sampling line, and what its rows are means of."""

    start: Moment = Field(default=datetime(2024, 3, 18, tzinfo=UTC), description="beginning of the first interval (UTC)")
    duration: Duration = Field(default=timedelta(hours=6), description="length of the record")
    averaging_interval: Literal["minute", "hour"] = Field(default="minute", description="what a row is the mean of")
    missing: Annotated[float, Field(ge=0, le=0.5)] = Field(default=0.05, description="share of the intervals without readings")
    standards: bool = Field(default=False, description="whether every twentieth row is one of a standard")


def simulate(folder: Path, options: GcwerksExportSimulation, seed: int) -> SimulationResult:
    """Write a raw file into ``folder/raw`` and a description that is ready to run beside it.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        Line and intervals.
    seed
        Of spread and gaps: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        File, description, and the means before they were rounded, at the stamps of the file.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    length, stamp, count = _INTERVALS[options.averaging_interval]
    air = known_air(
        SmallStation(start=options.start, duration=options.duration, interval=timedelta(seconds=length), injection=timedelta(0), water=0.0)
    )
    time: NDArray[np.datetime64] = (air.time + np.timedelta64(stamp, "s")).astype("M8[s]")
    absent = random.random(time.size) < options.missing
    standard = np.arange(time.size) % _STANDARD_EVERY == _STANDARD_EVERY - 1 if options.standards else np.zeros(time.size, dtype=bool)
    truth = {gas: np.where(absent, np.nan, air.dry[gas]) for gas in _GASES}
    spread = {gas: _SPREAD[gas] * np.sqrt(random.chisquare(count - 1, time.size) / (count - 1)) for gas in _GASES}
    numbers = np.where(absent, 0, count + random.integers(-1, 2, time.size))
    lines = [
        f"Created: {_created(time[-1])} GMT",
        "     -      -         -    -" + "".join(f"{gas:>10}{gas:>8}{gas:>6}" for gas in _GASES) + " ",
        "  date   time      type port" + f"{'C':>10}{'stdev':>8}{'N':>6}" * len(_GASES) + " ",
    ]
    for row, moment in enumerate(np.datetime_as_string(time).tolist()):
        date, clock = moment[2:10].replace("-", ""), moment[11:].replace(":", "")
        cells = [_cells(gas, _STANDARD[gas] if standard[row] else truth[gas][row], spread[gas][row], int(numbers[row])) for gas in _GASES]
        lines.append(f"{date} {clock} {'std' if standard[row] else 'air':>9} {_PORT:>4}" + "".join(cells) + " ")
    name = {"minute": "1minute", "hour": "hourly"}[options.averaging_interval]
    path = raw / f"sim.picarro.{name}.{_HEIGHT:g}m.dat"
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    description = folder / "station.toml"
    described = {"line": f"{_HEIGHT:g}m", "intake_height": _HEIGHT, "averaging_interval": options.averaging_interval}
    scales = ", ".join(f'{gas} = "{CURRENT[gas]}"' for gas in _GASES)
    tables = [
        *station("gcwerks-export", "raw/*.dat", described, f"scales = {{ {scales} }}"),
        table("[[calibrate]]", {"calibrator": "released-mole-fraction"}),
        *(table("[[export]]", {"exporter": each}) for each in ("cf-netcdf", "csv")),
    ]
    description.write_text("\n".join(tables), encoding="utf-8")
    values = {gas: truth[gas][~standard] for gas in _GASES}
    return SimulationResult(
        files=(path,), description=description, truth={STREAM: make_stream(time[~standard], values, VOCABULARY.values())}
    )


def _created(last: np.datetime64) -> str:
    later: datetime = (last + np.timedelta64(1, "D")).astype("M8[s]").item()
    return f"{later.day:>2} {_MONTHS[3 * later.month - 3 : 3 * later.month]} {later:%y %H:%M}"


def _cells(gas: str, mean: float, spread: float, count: int) -> str:
    if np.isnan(mean):
        return f"{'nan':>10}{'nan':>8}{'nan':>6}"
    return f"{mean:>10.{_DECIMALS[gas]}f}{spread:>8.3f}{count:>6d}"


SIMULATOR = Simulator(
    name="gcwerks-export",
    summary="means as GCWerks exports them, of known mole fractions",
    options=GcwerksExportSimulation,
    simulate=simulate,
)
