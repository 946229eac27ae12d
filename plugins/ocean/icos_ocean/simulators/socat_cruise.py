"""Simulator of SOCAT files: cruises whose fCO2 is known, in the form in which SOCAT publishes or takes them."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import numpy as np

from icos_core.components import SimulationResult, Simulator
from icos_core.dataset import make_stream
from icos_core.describing.station_file import table
from icos_ocean.expocodes import expocode_number
from icos_ocean.readers.socat_synthesis import moved
from icos_ocean.simulators.general_oceanics_options import GeneralOceanicsSimulation
from icos_ocean.simulators.socat_cruise_options import SocatSimulation
from icos_ocean.simulators.socat_cruise_rows import ReportedCruise, report_cruise
from icos_ocean.simulators.socat_cruise_text import write_published, write_submission
from icos_ocean.simulators.underway_cruise import simulate_cruise
from icos_ocean.vocabulary.socat import STREAM, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

__all__ = ["SIMULATOR", "simulate"]

_LAST_OF_SUBMISSION = 6
_NEAREST_NORTH, _FARTHEST_NORTH = 0.05, 0.6  # degrees; a following ship passes at 6 to 67 km
_PLATFORMS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def simulate(folder: Path, options: SocatSimulation, seed: int) -> SimulationResult:
    """Write files into ``folder/raw``, those of crossing cruises into ``folder/others``, and a description that is ready to run.

    Parameters
    ----------
    folder
        Where to write; made where it does not exist.
    options
        The cruises and the form of the files.
    seed
        Of all random numbers: the same seed gives the same bytes.

    Returns
    -------
    SimulationResult
        Files, description, and the truth of stream ``socat``: what is reported, with the true fCO2 and its source.
    """
    random = np.random.default_rng(seed)
    for name in ("raw", "others"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    several = options.form == "synthesis"
    cruises = [_cruise(options, seed + 1000 * number, number, random) for number in range(options.cruises if several else 1)]
    if options.form == "submission":
        path = folder / "raw" / f"{cruises[0].expocode}_SOCAT.tsv"
        write_submission(path, cruises[0])
    else:
        path = folder / "raw" / ("synthesis.tsv" if several else f"{cruises[0].expocode}.tsv")
        write_published(path, cruises)
    for number in range(options.others):
        follower = _follower(options, cruises[0], number)
        write_published(folder / "others" / f"{follower.expocode}.tsv", [follower])
    description = folder / "station.toml"
    description.write_text(_description(options, cruises[0]), encoding="utf-8")
    return SimulationResult(files=(path,), description=description, truth=_truth(cruises, several=several))


def _cruise(options: SocatSimulation, seed: int, number: int, random: np.random.Generator) -> ReportedCruise:
    drawn = simulate_cruise(
        GeneralOceanicsSimulation(
            start=options.start,
            duration=options.duration,
            interval=options.interval,
            standards=(),
            readings_of_air=0,
            standards_every=timedelta(hours=3),
            latitude=options.latitude,
            longitude=(options.longitude + 7.0 * number + 180.0) % 360.0 - 180.0,
        ),
        seed,
    )
    platform = options.platform if number == 0 else f"{options.platform[:3]}{_PLATFORMS[number]}"
    last = _LAST_OF_SUBMISSION if options.form == "submission" else max(options.sources)
    sources = [source for source in options.sources if source <= last]
    return report_cruise(f"{platform}{options.start:%Y%m%d}", drawn.time, drawn.truth, sources, (options.questionable, options.bad), random)


def _follower(options: SocatSimulation, leader: ReportedCruise, number: int) -> ReportedCruise:
    """Return a cruise that follows another one, measures fCO2 that is off by a known amount, and reports it as it is (source 6)."""
    size = leader.time.size
    nothing = {name: np.full(size, np.nan) for name in leader.values}
    values: dict[str, FloatArray] = nothing | {name: leader.values[name] for name in ("longitude", "sst", "salinity")}
    values["latitude"] = leader.values["latitude"] + _NEAREST_NORTH + (_FARTHEST_NORTH - _NEAREST_NORTH) * np.linspace(0.0, 1.0, size)
    fco2 = leader.fco2 + options.other_offset
    values["fco2"] = np.round(fco2, 3)
    time = leader.time + np.timedelta64((number + 1) * options.other_delay // timedelta(seconds=1), "s")
    whole = np.full(size, 6)
    return ReportedCruise(
        expocode=f"OTH{number + 1}{options.start:%Y%m%d}", time=time, source=whole, woce=np.full(size, 2), values=values, fco2=fco2
    )


def _truth(cruises: Sequence[ReportedCruise], *, several: bool) -> dict[str, xr.Dataset]:
    time = np.concatenate([cruise.time.astype("datetime64[ns]").astype(np.int64) for cruise in cruises])
    expocode = np.concatenate([np.full(cruise.time.size, expocode_number(cruise.expocode)) for cruise in cruises])
    if several:
        time = time + moved(expocode)
    order = np.argsort(time, kind="stable")
    moments = time[order].astype("datetime64[ns]")

    def ordered(arrays: Sequence[NDArray[np.generic]]) -> NDArray[np.generic]:
        return np.concatenate(arrays)[order]

    names = [name for name in cruises[0].values if name in WORDS]
    read: Mapping[str, NDArray[np.generic]] = {name: ordered([cruise.values[name] for cruise in cruises]) for name in names}
    fco2 = ordered([cruise.fco2 for cruise in cruises])
    source = ordered([cruise.source for cruise in cruises]).astype(np.int8)
    values = {**read, "expocode": expocode[order], "fco2rec": fco2, "fco2rec_source": source}
    return {STREAM: make_stream(moments, values, WORDS.values())}


def _description(options: SocatSimulation, cruise: ReportedCruise) -> str:
    start, end = (moment.astype("datetime64[s]").item() for moment in (cruise.time[0], cruise.time[-1] + np.timedelta64(1, "s")))
    reader = "socat-synthesis" if options.form == "synthesis" else "socat-cruise"
    products: list[dict[str, object]] = [{"product": "socat-fco2rec"}, {"product": "gridded-monthly"}]
    if options.others:
        products.append({"product": "crossovers", "with": ["others/*.tsv"]})
    tables = [
        table(
            "[station]",
            {"id": options.platform, "name": "Simulated Ship", "domain": "ocean", "platform": "ship"},
            'contact = { institution = "Example Institute", email = "data@example.org" }',
        ),
        table("[[deployment]]", {"expocode": cruise.expocode, "start": start.replace(tzinfo=UTC), "end": end.replace(tzinfo=UTC)}),
        table("[[input]]", {"reader": reader, "files": "raw/*.tsv"}),
        *(table("[[derive]]", each) for each in products),
        *(table("[[export]]", {"exporter": name}) for name in ("cf-netcdf", "csv")),
    ]
    return "\n".join(tables)


SIMULATOR = Simulator(
    name="socat-cruise",
    summary="files of SOCAT whose fCO2 is known, with all fourteen sources of its recalculation, and cruises that cross",
    options=SocatSimulation,
    simulate=simulate,
)
