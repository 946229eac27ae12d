"""Raw eddy-covariance files to fluxes: CPU seconds per half hour of 20 Hz, bytes per second, memory of 1,000 half hours, compiling.

The half hours are those of the simulator: a closed-path tower, 20 Hz, text as the Ecosystem Thematic Centre asks for it. EddyPro 7.0.9
needs 3.3 CPU seconds for a half hour of this kind (36,000 rows of 12 columns, express setting) on a machine of 2 cores; the target is 0.15.

Run by hand from the root of the repository: ``python benchmarks/eddy_covariance.py [--half-hours N] [--folder DIR]``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

# As in the workers of a run: threads that wait for work would count as work.
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from icos_ecosystem.calibration.condense import condense
from icos_ecosystem.calibration.options import condensing_options
from icos_ecosystem.simulators.eddy_covariance import SIMULATOR

from icos_core.describing.description import load_description
from icos_core.plugins import installed_plugins
from icos_core.testing import example_context

EDDYPRO_SECONDS = 3.3
MADE = 4
START = datetime(2024, 6, 15, 10, tzinfo=UTC)
CHILD = """
import json, resource, sys, time
began = time.perf_counter()
import icos_core
import icos_core.runner, icos_ecosystem.calibration.eddy_covariance, icos_ecosystem.readers.icos_ec_csv, matplotlib.figure
imports = time.perf_counter() - began
began = time.perf_counter()
result = icos_core.run(sys.argv[1], sys.argv[2], jobs=int(sys.argv[3]))
own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "imports": imports,
    "wall": time.perf_counter() - began,
    "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
    "seconds": result.finished.seconds,
    "memory": own.ru_maxrss / 1e3,
    "largest child": children.ru_maxrss / 1e3,
}))
"""


def child(description: Path, out: Path, jobs: int, cache: Path | None = None) -> dict[str, float]:
    """Run a description in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = str(cache)
    command = [sys.executable, "-c", CHILD, str(description), str(out), str(jobs)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    found: dict[str, float] = json.loads(printed.splitlines()[-1])
    return found


def raw_files(folder: Path) -> list[Path]:
    """Return the fast files of a simulated tower."""
    return list((folder / "raw").glob("*_EC_*"))


def per_half_hour(description: Path) -> None:
    """Print CPU seconds of reading and condensing one half hour, with spectra and without, beside a plain read of the file."""
    loaded = load_description(description, installed_plugins())
    plugins = installed_plugins()
    spec = loaded.inputs[0]
    reader = plugins.component("reader", spec.reader)
    path = min(raw_files(description.parent))
    context = example_context()
    options = loaded.calibrate[0].options
    for name, spectra in (("with spectra", True), ("without spectra", False)):
        chosen = condensing_options(options.model_copy(update={"spectra": options.spectra.model_copy(update={"binned": spectra})}))
        best = [np.inf, np.inf]
        for _ in range(7):
            began = time.process_time()
            streams = reader.read(path, spec.options, context).streams
            middle = time.process_time()
            first = next(iter(streams.values()))["time"].values[0].astype("datetime64[m]").astype("datetime64[ns]")
            condense(streams, chosen, context, period=(first, first + np.timedelta64(30, "m")))
            best = [min(best[0], middle - began), min(best[1], time.process_time() - middle)]
        total = sum(best)
        print(
            f"one half hour, {name}: read {best[0]:.3f} s + condense {best[1]:.3f} s = {total:.3f} s CPU (target 0.15); "
            f"{EDDYPRO_SECONDS / total:.0f} times as fast as EddyPro's {EDDYPRO_SECONDS} s"
        )
    began = time.process_time()
    for _ in range(20):
        path.read_bytes()
    plain = (time.process_time() - began) / 20
    size = path.stat().st_size
    print(f"{size / 1e6:.2f} MB: read as a table {size / best[0] / 1e6:.0f} MB/s, plain read of the bytes {size / plain / 1e6:.0f} MB/s")


def many(folder: Path, half_hours: int) -> Path:
    """Make a folder with many half hours of the few that were simulated, by links; return its description."""
    made = sorted(raw_files(folder))
    target = folder / "many"
    (target / "raw").mkdir(parents=True)
    stem, suffix = made[0].name[: len("CC-Xxx_EC_")], made[0].name[len("CC-Xxx_EC_YYYYMMDDhhmm") :]
    for number in range(half_hours):
        stamp = START + timedelta(minutes=30 * (number + 1))
        (target / "raw" / f"{stem}{stamp:%Y%m%d%H%M}{suffix}").hardlink_to(made[number % len(made)])
    for slow in (folder / "raw").glob("*_BM*"):
        (target / "raw" / slow.name).hardlink_to(slow)
    (target / "station.toml").write_text((folder / "station.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return target / "station.toml"


def main() -> None:
    """Simulate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half-hours", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        options = {"half_hours": MADE, "frequency": 20.0, "format": "icos-ec-csv", "start": START.isoformat()}
        SIMULATOR.simulate(folder, SIMULATOR.options.model_validate(options), 1)
        description = folder / "station.toml"
        cache = folder / "compiled"
        first, second = (child(description, folder / f"out{number}", 1, cache) for number in (1, 2))
        print(
            f"{MADE} half hours in a new process: {first['wall'] + first['imports']:.1f} s while kernels are compiled, "
            f"{second['wall'] + second['imports']:.1f} s from then on: compiling costs {first['cpu'] - second['cpu']:.1f} s once"
        )
        per_half_hour(description)
        station = many(folder, arguments.half_hours)
        for jobs in (1, 2):
            found = child(station, folder / f"many-out{jobs}", jobs)
            condensing = found["seconds"]["condense"]  # type: ignore[index]
            print(
                f"{arguments.half_hours} half hours, --jobs {jobs}: {found['wall']:.1f} s wall, "
                f"of which reading and condensing {condensing:.1f} s, {found['cpu']:.1f} s CPU in all = "
                f"{found['cpu'] / arguments.half_hours:.3f} s per half hour with report and exports; "
                f"memory {found['memory']:.0f} MB, largest worker {found['largest child']:.0f} MB"
            )


if __name__ == "__main__":
    main()
