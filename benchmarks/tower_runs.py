"""Raw files of a simulated tower to hourly means and all exports: a day, a month, a year; time, memory, and what adding a day costs.

The station is that of the simulator's `station_year`: a Picarro G2401, three heights, 26 calibration sequences a year, two targets; its raw
files are made month by month. The last day's files are kept back, added after the first run, and the second run is measured against it.

Run by hand from the root of the repository: ``python benchmarks/tower_runs.py [--days N] [--jobs N] [--folder DIR]``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from icos_atmosphere.simulators.picarro import station_year, write_files
from icos_atmosphere.simulators.picarro_station import station_description

CHILD = """
import json, resource, sys, time
began = time.perf_counter()
import icos_core
import icos_core.runner, icos_core.running.reporting, matplotlib.figure, netCDF4, pyarrow, xarray
import icos_atmosphere.calibration.mole_fraction, icos_atmosphere.readers.picarro
imports = time.perf_counter() - began
began = time.perf_counter()
result = icos_core.run(sys.argv[1], sys.argv[2], jobs=int(sys.argv[3]) or None)
print(json.dumps({
    "imports": imports,
    "wall": time.perf_counter() - began,
    "seconds": result.finished.seconds,
    "status": result.status,
    "parent": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    "largest child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3,
}))
"""
SEED = 1
EPOCH = datetime(2023, 1, 1, tzinfo=UTC)


def write_part(options: object, folder: Path, part: tuple[int, int]) -> int:
    """Write the files of some days; return their bytes."""
    start, end = (np.datetime64((EPOCH + timedelta(days=day)).replace(tzinfo=None), "ns") for day in part)
    return sum(path.stat().st_size for path in write_files(folder, options, SEED, start, end))


def simulate(folder: Path, days: int) -> Path:
    """Write raw files month by month; return the description."""
    options = station_year(duration=f"{days} d", start=EPOCH.isoformat())
    edges = [*range(0, days, 30), days]
    began = time.perf_counter()
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as workers:
        parts = list(pairwise(edges))
        size = sum(workers.map(partial(write_part, options, folder / "raw"), parts))
    print(f"simulated {days} days, {size / 1e6:.0f} MB in {time.perf_counter() - began:.1f} s", flush=True)
    description = folder / "station.toml"
    description.write_text(station_description(options), encoding="utf-8")
    return description


def run(description: Path, out: Path, jobs: int) -> dict[str, object]:
    """Run in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-c", CHILD, str(description), str(out), str(jobs)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def told(what: str, found: dict[str, object]) -> None:
    """Print what a run took."""
    print(f"{what}: {found['wall']:.2f} s beside {found['imports']:.2f} s of imports, status {found['status']}")
    for stage, seconds in found["seconds"].items():
        print(f"  {stage:<10}{seconds:>8.2f} s")
    print(f"  peak memory: {found['parent']:.0f} MB in the parent, {found['largest child']:.0f} MB in its largest child", flush=True)


def last_day(raw: Path, days: int) -> list[Path]:
    """Return the files that begin on the last day."""
    day = EPOCH + timedelta(days=days - 1)
    return sorted((raw / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}").iterdir())


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--jobs", type=int, default=0, help="0: as the suite chooses")
    parser.add_argument("--folder", type=Path, help="keep raw files and outputs here")
    arguments = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        description = folder / "station.toml"
        if not description.exists():
            folder.mkdir(parents=True, exist_ok=True)
            description = simulate(folder, arguments.days)
        out = folder / "output"
        if arguments.days == 1:
            told("a day", run(description, out, arguments.jobs))
            return
        kept_back = folder / "last-day"
        kept_back.mkdir(exist_ok=True)
        moved = [(path, kept_back / path.name) for path in last_day(folder / "raw", arguments.days)]
        for path, aside in moved:
            path.rename(aside)
        try:
            first = run(description, out, arguments.jobs)
        finally:
            for path, aside in moved:
                aside.rename(path)
        told(f"{arguments.days - 1} days", first)
        second = run(description, out, arguments.jobs)
        told("one day more", second)
        print(f"one day more takes {100 * second['wall'] / first['wall']:.1f} % of the first run")
        told("nothing more", run(description, out, arguments.jobs))


if __name__ == "__main__":
    main()
