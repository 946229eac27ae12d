"""One million underway rows from raw text to fCO2 with flags and netCDF: seconds, rows per second, memory, share of each stage.

Peers, on the same rows in the same run: a bare numpy evaluation of the same formulas, and PyCO2SYS where it is installed.

Run by hand from the root of the repository: ``python benchmarks/underway_million.py [--rows N] [--jobs N] [--folder DIR]``.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import netCDF4
import numpy as np
from icos_ocean.seawater_co2 import fco2_at_sst
from icos_ocean.simulators.general_oceanics import SIMULATOR

try:
    import PyCO2SYS
except ImportError:
    PyCO2SYS = None

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

INTERVAL = 100

CHILD = """
import json, resource, sys, time
began = time.perf_counter()
import icos_core
result = icos_core.run(sys.argv[1], sys.argv[2], jobs=int(sys.argv[3]) or None)
print(json.dumps({
    "wall": time.perf_counter() - began,
    "seconds": result.finished.seconds,
    "unchanged": result.unchanged,
    "parent": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    "largest child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3,
}))
"""


def simulate(folder: Path, rows: int) -> Path:
    """Write the raw files; return the description, with netCDF as its only export."""
    options = SIMULATOR.options(duration=timedelta(seconds=rows * INTERVAL), interval=timedelta(seconds=INTERVAL), date_format="dd/mm/yyyy")
    began = time.perf_counter()
    result = SIMULATOR.simulate(folder, options, 1)
    size = sum(path.stat().st_size for path in result.files) / 1e6
    print(f"simulated {len(result.files)} files, {size:.0f} MB in {time.perf_counter() - began:.1f} s")
    text = result.description.read_text(encoding="utf-8")
    head = text.partition("[[export]]")[0]
    result.description.write_text(head + '[[export]]\nexporter = "cf-netcdf"\n', encoding="utf-8")
    return result.description


def run(description: Path, out: Path, jobs: int) -> dict[str, object]:
    """Run in a process of its own, so that its memory is its own."""
    done = subprocess.run([sys.executable, "-c", CHILD, str(description), str(out), str(jobs)], check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def bare(xco2: Array, temperature: Array, sst: Array, salinity: Array, pressure: Array) -> Array:
    """Evaluate the formulas of fCO2 in plain numpy, without flags, units or files."""
    kelvin = temperature + 273.15
    vapour = np.exp(24.4543 - 67.4509 * (100 / kelvin) - 4.8489 * np.log(kelvin / 100) - 0.000544 * salinity)
    atmospheres = pressure / 1013.25
    partial = xco2 * (atmospheres - vapour)
    virial = -1636.75 + 12.0408 * kelvin - 0.0327957 * kelvin**2 + 3.16528e-5 * kelvin**3
    cross = 57.7 - 0.118 * kelvin
    fugacity = partial * np.exp((virial + 2 * (1 - xco2 * 1e-6) ** 2 * cross) * atmospheres / (82.0575 * kelvin))
    return fugacity * np.exp(0.0423 * (sst - temperature))


def best(function: Callable[[], object], repeats: int = 5) -> float:
    """Return the shortest of several times, in seconds."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return min(times)


def formulas(out: Path) -> None:
    """Compare the suite's formulas with the bare evaluation and PyCO2SYS on the rows of the netCDF file."""
    names = ("xco2", "equilibrator_temperature", "sst", "salinity", "equilibrator_pressure")
    [path] = out.glob("*.nc")
    with netCDF4.Dataset(path) as file:
        columns = [file[name][:].filled(np.nan).astype("f8") for name in names]
        written = file["fco2"][:].filled(np.nan)
    xco2, temperature, sst, salinity, pressure = columns
    mine = best(lambda: fco2_at_sst(xco2, temperature, sst, salinity, pressure))
    plain = best(lambda: bare(xco2, temperature, sst, salinity, pressure))
    both = np.isfinite(written)
    print(f"fCO2 in the file against the bare formulas: largest difference {np.abs(bare(*columns) - written)[both].max():.1e} µatm")
    print(f"formulas on {xco2.size} rows: suite {mine:.3f} s, bare numpy {plain:.3f} s, ratio {mine / plain:.2f}")
    if PyCO2SYS is None:
        print("PyCO2SYS is not installed")
        return
    valid = np.isfinite(xco2) & np.isfinite(salinity) & np.isfinite(sst) & np.isfinite(pressure)
    fco2 = bare(*columns)[valid]
    began = time.perf_counter()
    PyCO2SYS.sys(par1=fco2, par1_type=5, temperature=temperature[valid], temperature_out=sst[valid], salinity=salinity[valid])
    peer = time.perf_counter() - began
    print(f"PyCO2SYS on {valid.sum()} rows (fCO2 from one temperature to the other): {peer:.2f} s, {peer / mine:.0f} times the suite's")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=0, help="0: as the suite chooses")
    parser.add_argument("--folder", type=Path, help="keep raw files and outputs here")
    arguments = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        description = folder / "station.toml"
        if not description.exists():
            description = simulate(folder, arguments.rows)
        out = folder / "output"
        first = run(description, out, arguments.jobs)
        stages = first["seconds"]
        total = stages["total"]
        print(f"first run: {first['wall']:.1f} s with start-up, {arguments.rows / first['wall']:.0f} rows per second")
        for stage, seconds in stages.items():
            print(f"  {stage:<10}{seconds:>8.2f} s {100 * seconds / total:>6.1f} %")
        print(f"peak memory: {first['parent']:.0f} MB in the parent, {first['largest child']:.0f} MB in its largest child")
        command = [sys.executable, "-m", "icos_core", "run", str(description), "--out", str(out), "--quiet"]
        began = time.perf_counter()
        subprocess.run(command, check=True)
        print(f"second run, nothing changed: {time.perf_counter() - began:.2f} s")
        formulas(out)
        print(f"peak memory of this program: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


if __name__ == "__main__":
    main()
